"""How fast: tokens per second of generation and of reading the prompt, with ranges, never above the ceiling."""

from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.bands import Band, band
from advisor.catalog.model import Model
from advisor.catalog.speeds import Backend, CpuSpeed, speeds
from advisor.estimator import llama_cpp, torch_inference
from advisor.estimator.ground import Rates, Share
from advisor.estimator.result import Range, SpeedEstimate
from advisor.estimator.tensors import active_parameters
from advisor.workload import Workload

SPLIT_BAND = "decode_split"
PREFILL_SPLIT_BAND = "prefill_split"
# The torch stacks in RAM follow llama.cpp's law for want of measurements, with bands that say so.
TORCH_RAM_BAND, PREFILL_TORCH_RAM_BAND = "decode_torch_ram", "prefill_torch_ram"
# Speed is stated at the middle of a conversation that fills a quarter of the context.
DEPTH_DIVISOR = 8
PROMPT_TOKENS = 512  # prompts shorter than this are read less efficiently; the constants were fitted at this length

WIDE_QUANTS = frozenset({"F32", "F16", "BF16"})  # file types that need no unpacking


class Step(NamedTuple):
    """One device's part of one generated token, in seconds; `floor` is its bytes / peak bandwidth."""

    reading: float
    computing: float
    fixed: float
    floor: float
    seconds: float


def depth_of(workload: Workload) -> int:
    """Tokens already in the cache of one sequence when its speed is stated."""
    return max(1, workload.sequence_context // DEPTH_DIVISOR)


def speed(model: Model, workload: Workload, shares: tuple[Share, ...]) -> SpeedEstimate | None:
    """Speed of a model that lies on `shares` (in the order in which they work); None when it lies nowhere.

    Figures whose facts are missing are None: an unknown bandwidth gives no decode speed.
    """
    if not shares:
        return None
    steps = decode_steps(model, workload, shares, depth_of(workload))
    decode = ceiling = None
    key = decode_band_key(shares, workload.resolved_stack)
    if steps is not None:
        decode, ceiling = _range_and_ceiling(steps, band(key))
    name = shares[0].device.name if len(shares) == 1 else "+".join(share.device.name for share in shares)
    return SpeedEstimate(decode, ceiling, prefill(model, workload, shares), name, key)


def decode_at(model: Model, workload: Workload, shares: tuple[Share, ...], depth: float) -> Range | None:
    """Tokens per second with `depth` tokens already in the cache; None when a bandwidth is not known."""
    steps = decode_steps(model, workload, shares, depth)
    return (
        None if steps is None else _range_and_ceiling(steps, band(decode_band_key(shares, workload.resolved_stack)))[0]
    )


def _range_and_ceiling(steps: list[Step], limits: Band) -> tuple[Range, float]:
    floor = seconds = 0.0
    for step in steps:
        floor += step.floor
        seconds += step.seconds
    ceiling = 1 / floor
    mid = min(1 / seconds, ceiling)
    return Range(mid * limits.low, mid, min(mid * limits.high, ceiling)), ceiling


def decode_steps(model: Model, workload: Workload, shares: tuple[Share, ...], depth: float) -> list[Step] | None:
    """The parts of the time of one token with `depth` tokens before it, one per share; None when a device's bandwidth
    is not known.
    """
    active = active_parameters(model)
    each = active / _weight_bytes(shares)
    read_part = cache_part(model, workload, shares, depth)
    experts = _visited_experts(model)
    slowdown = speeds().cpu.split_slowdown if len(shares) > 1 else 1.0
    special = special_layers(model) / model.layers
    steps = []
    for share in shares:
        step = decode_step(share, workload.quant, share.kv_bytes * read_part, each, experts, slowdown, special)
        if step is None:
            return None
        steps.append(step)
    return steps


def cache_part(model: Model, workload: Workload, shares: tuple[Share, ...], depth: float) -> float:
    """The part of the caches on `shares` that one token reads with `depth` tokens before it: those of its own sequence,
    windows no further than they are wide, recurrent states whole.
    """
    held = 0
    for share in shares:
        held += share.kv_bytes
    engine = llama_cpp if workload.resolved_stack == "llama.cpp" else torch_inference
    return min(1.0, engine.cache_read(model, workload, depth) / held) if held else 0.0


def decode_seconds(model: Model, workload: Workload, shares: tuple[Share, ...]) -> float | None:
    """Seconds for one token where speed is stated; None when a device's bandwidth is not known."""
    steps = decode_steps(model, workload, shares, depth_of(workload))
    return None if steps is None else sum(step.seconds for step in steps)


def _weight_bytes(shares: tuple[Share, ...]) -> int:
    total = 0
    for share in shares:
        total += share.weight_bytes
    return total or 1


def decode_step(
    share: Share,
    quant: str,
    cache: float,
    weights_per_byte: float,
    experts: int = 0,
    slowdown: float = 1.0,
    special: float = 0.0,
) -> Step | None:
    """Seconds that a device takes for its share of one token: to read its weights of file type `quant` and `cache`
    bytes, and to compute; None when its bandwidth is not known.

    `experts` counts those of all layers, for programs that visit them one by one; `slowdown` is for layers in RAM
    beside layers on a GPU; `special` is the part of the layers that launch more than plain ones.
    """
    rates, size, layers = share.device.rates, share.weight_bytes, share.layers
    weights = size * weights_per_byte
    bandwidth, effective = rates.bandwidth, rates.effective
    if not bandwidth or not effective:
        return None
    floor = (size + cache) / bandwidth
    backend = rates.backend
    if backend is None:
        law = speeds().cpu
        reading = (size + cache) / effective
        computing = _cpu_seconds(law, rates, quant, weights)
        fixed = layers * rates.layer_s
        return Step(reading, computing, fixed, floor, slowdown * (max(reading, computing) + fixed))
    reading = (size + cache * backend.kv_cost) / effective
    computing = _gpu_seconds(backend, rates, quant, weights)
    plain_s = backend.layer_s_by_quant.get(quant, backend.layer_s)
    launches = layers * (1 + special * backend.special_layer) * plain_s + backend.token_s
    visits = experts * backend.expert_s
    work = reading + computing
    seconds = (max(work, launches) if backend.queued else work + launches) + visits
    return Step(reading, computing, launches + visits, floor, seconds)


def _gpu_seconds(backend: Backend, rates: Rates, quant: str, weights: float) -> float:
    if not rates.flops:
        return 0.0
    return weights * (backend.work if quant in WIDE_QUANTS else backend.work_packed) / rates.flops


def _cpu_seconds(law: CpuSpeed, rates: Rates, quant: str, weights: float) -> float:
    if not rates.flops:
        return 0.0
    per_cycle = law.weights_per_cycle.get(quant) or law.weights_per_cycle["*"]
    return weights / (rates.flops * per_cycle)


def prefill(model: Model, workload: Workload, shares: tuple[Share, ...]) -> Range | None:
    """Tokens per second of reading a prompt; None when the rate of a device is not known."""
    return prefill_at(model, workload, shares, depth_of(workload))


def prefill_at(model: Model, workload: Workload, shares: tuple[Share, ...], depth: float) -> Range | None:
    """Tokens per second of reading a prompt whose tokens see `depth` tokens before them on average.

    2 FLOP per active weight and token, and 4 x query width x tokens seen per layer of attention; but every chunk of
    tokens that is computed together has to read the weights once.
    """
    total = _weight_bytes(shares)
    active = active_parameters(model)
    attention = attention_flops(model, depth)
    chunk = prompt_chunk(workload)
    seconds = 0.0
    for share in shares:
        rates = share.device.rates
        rate = prefill_rate(rates, workload.quant)
        if not rate:
            return None
        work = 2 * active + attention * (rates.backend.attention_cost if rates.backend else 1.0)
        computing = work * share.weight_bytes / total / rate
        reading = share.weight_bytes / rates.effective / chunk if rates.effective else 0.0
        seconds += max(computing, reading)
    if not seconds:
        return None
    limits = band(prefill_band_key(shares, workload.resolved_stack))
    mid = 1 / seconds
    return Range(mid * limits.low, mid, mid * limits.high)


def prompt_chunk(workload: Workload) -> int:
    """Tokens of a prompt that are computed together: llama.cpp's ubatch; torch takes the prompt whole."""
    whole = max(1, min(PROMPT_TOKENS, workload.sequence_context))
    return min(workload.ubatch, whole) if workload.resolved_stack == "llama.cpp" else whole


def prefill_rate(rates: Rates, quant: str) -> float | None:
    """FLOP per second that a device reaches in the matrix products of a prompt; None when its peak is not known."""
    if not rates.matrix_flops:
        return None
    if rates.backend is None:
        return rates.matrix_flops * speeds().cpu.prefill_factor.get(quant, 1.0)
    return rates.matrix_flops


class _Attention(NamedTuple):
    """Query columns of all layers that see the whole context, and of those that see a window of it."""

    full: int
    local: int
    window: int


@lru_cache(maxsize=1024)
def _attention(model: Model) -> _Attention:
    full = local = 0
    for layer in range(model.layers):
        if not model.attends(layer):
            continue
        if model.window is not None and model.window.layers[layer]:
            local += model.query_width
        else:
            full += model.heads * model.globals.head_dim if model.globals else model.query_width
    return _Attention(full, local, model.window.size if model.window else 0)


def attention_flops(model: Model, depth: float) -> float:
    """FLOP of attention for one token that sees `depth` tokens: products with keys and with values."""
    shape = _attention(model)
    return 4.0 * (shape.full * depth + shape.local * min(depth, shape.window))


@lru_cache(maxsize=1024)
def special_layers(model: Model) -> int:
    """Layers whose graph has more nodes than a plain block's, each reason counted: a router with its experts, linear
    attention with its state, norms after the blocks beside those before them. A layer that is one thing alone has no
    more than a plain one, whatever it is.
    """
    if model.plan:
        return 0
    found = sum(model.moe.layers) if model.moe else 0
    found += sum(model.linear.layers) if model.linear else 0
    return found + (model.layers if model.style.pre_norms + model.style.post_norms > 2 else 0)


@lru_cache(maxsize=1024)
def _visited_experts(model: Model) -> int:
    """Experts of all layers together."""
    return sum(model.moe.layers) * model.moe.experts if model.moe else 0


def decode_band_key(shares: tuple[Share, ...], stack: str = "llama.cpp") -> str:
    """The error band of the decode speed of `stack` on `shares`."""
    if len(shares) > 1 and shares[-1].device.name == "ram":
        return SPLIT_BAND
    backend = shares[0].device.rates.backend
    if backend is not None:
        return backend.band
    return speeds().cpu.band if stack == "llama.cpp" else TORCH_RAM_BAND


def prefill_band_key(shares: tuple[Share, ...], stack: str = "llama.cpp") -> str:
    """The error band of the prompt speed of `stack` on `shares`."""
    if len(shares) > 1:
        return PREFILL_SPLIT_BAND
    backend = shares[0].device.rates.backend
    if backend is not None:
        return backend.prefill_band
    return speeds().cpu.prefill_band if stack == "llama.cpp" else PREFILL_TORCH_RAM_BAND
