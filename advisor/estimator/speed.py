"""How fast: tokens per second of generation and of reading the prompt, with ranges, never above the ceiling."""

from typing import NamedTuple

from advisor.catalog.bands import Band, band
from advisor.catalog.model import Model
from advisor.catalog.speeds import Backend, CpuSpeed, speeds
from advisor.estimator.ground import Rates
from advisor.estimator.placement import Share
from advisor.estimator.result import Range, SpeedEstimate
from advisor.estimator.tensors import active_parameters
from advisor.workload import Workload

SPLIT_BAND = "decode_split"
PREFILL_SPLIT_BAND = "prefill_split"
# Speed is stated at the middle of a conversation that fills a quarter of the context.
DEPTH_DIVISOR = 8
PROMPT_TOKENS = 512  # prompts shorter than this are read less efficiently; the constants were fitted at this length


class Step(NamedTuple):
    """One device's part of one generated token, in seconds; `floor` is its bytes / peak bandwidth."""

    reading: float
    computing: float
    fixed: float
    floor: float
    seconds: float


def depth_of(workload: Workload) -> int:
    """Tokens already in the cache of one sequence when its speed is stated."""
    return max(1, workload.context // workload.parallel // DEPTH_DIVISOR)


def speed(model: Model, workload: Workload, shares: tuple[Share, ...]) -> SpeedEstimate | None:
    """Speed of a model that lies on `shares` (in the order in which they work); None when it lies nowhere.

    Figures whose facts are missing are None: an unknown bandwidth gives no decode speed.
    """
    if not shares:
        return None
    name = "+".join(share.device.name for share in shares)
    steps = decode_steps(model, workload, shares)
    limits = _decode_band(shares)
    decode = ceiling = None
    if steps is not None:
        ceiling = 1 / sum(step.floor for step in steps)
        mid = min(1 / sum(step.seconds for step in steps), ceiling)
        decode = Range(mid * limits.low, mid, min(mid * limits.high, ceiling))
    return SpeedEstimate(decode, ceiling, prefill(model, workload, shares), name)


def decode_steps(model: Model, workload: Workload, shares: tuple[Share, ...]) -> list[Step] | None:
    """The parts of the time of one token, one per share; None when a device's bandwidth or rate is not known."""
    active = active_parameters(model)
    total = sum(share.weight_bytes for share in shares)
    read_part = min(1.0, depth_of(workload) / workload.context)
    steps = []
    for share in shares:
        weights = active * share.weight_bytes / total if total else 0.0
        size = share.weight_bytes + share.kv_bytes * read_part
        step = decode_step(share.device.rates, workload.quant, size, weights, share.layers)
        if step is None:
            return None
        steps.append(step)
    return steps


def decode_step(rates: Rates, quant: str, size: float, weights: float, layers: int) -> Step | None:
    """Seconds that a device takes to read `size` bytes and compute with `weights` weights of file type `quant`."""
    bandwidth, effective = rates.bandwidth, rates.effective
    if not bandwidth or not effective:
        return None
    reading, floor = size / effective, size / bandwidth
    if rates.backend is None:
        law = speeds().cpu
        computing = _cpu_seconds(law, rates, quant, weights)
        fixed = layers * law.layer_s
        return Step(reading, computing, fixed, floor, max(reading, computing) + fixed)
    computing = _gpu_seconds(rates.backend, rates, quant, weights)
    fixed = layers * rates.backend.layer_s + rates.backend.token_s
    return Step(reading, computing, fixed, floor, reading + computing + fixed)


def _gpu_seconds(backend: Backend, rates: Rates, quant: str, weights: float) -> float:
    if not rates.flops:
        return 0.0
    return weights * backend.work_by_quant.get(quant, backend.work) / rates.flops


def _cpu_seconds(law: CpuSpeed, rates: Rates, quant: str, weights: float) -> float:
    if not rates.flops:
        return 0.0
    per_cycle = law.weights_per_cycle.get(quant) or law.weights_per_cycle["*"]
    return weights / (rates.flops * per_cycle)


def prefill(model: Model, workload: Workload, shares: tuple[Share, ...]) -> Range | None:
    """Tokens per second of reading a prompt: 2 FLOP per active weight and token at the measured part of the peak."""
    total = sum(share.weight_bytes for share in shares)
    active = active_parameters(model)
    seconds = 0.0
    for share in shares:
        rate = prefill_rate(share.device.rates, workload.quant)
        if not rate:
            return None
        seconds += 2 * active * (share.weight_bytes / total if total else 1.0) / rate
    if not seconds:
        return None
    limits = _prefill_band(shares)
    mid = 1 / seconds
    return Range(mid * limits.low, mid, mid * limits.high)


def prefill_rate(rates: Rates, quant: str) -> float | None:
    """FLOP per second that a device reaches in the matrix products of a prompt; None when its peak is not known."""
    if not rates.matrix_flops:
        return None
    if rates.backend is None:
        return rates.matrix_flops * speeds().cpu.prefill_factor.get(quant, 1.0)
    return rates.matrix_flops * rates.backend.prefill_factor


def decode_band_key(shares: tuple[Share, ...]) -> str:
    """The error band of the decode speed on `shares`."""
    if len(shares) > 1 and shares[-1].device.name == "ram":
        return SPLIT_BAND
    backend = shares[0].device.rates.backend
    return backend.band if backend is not None else speeds().cpu.band


def prefill_band_key(shares: tuple[Share, ...]) -> str:
    """The error band of the prompt speed on `shares`."""
    backend = shares[0].device.rates.backend
    return backend.prefill_band if backend is not None else speeds().cpu.prefill_band


def _decode_band(shares: tuple[Share, ...]) -> Band:
    return band(decode_band_key(shares))


def _prefill_band(shares: tuple[Share, ...]) -> Band:
    return band(prefill_band_key(shares))
