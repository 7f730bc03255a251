"""How long training takes and what energy it needs: operations and bytes of a step against what the device can do."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.bands import band
from advisor.catalog.measured import core_cycles, peak_bandwidth, peak_flops
from advisor.catalog.model import Model
from advisor.catalog.speeds import speeds
from advisor.catalog.training_speeds import TrainingClass, training_speeds
from advisor.estimator.ground import instruction_set
from advisor.estimator.lora import trainable_parameters
from advisor.estimator.result import Range, TrainingEstimate
from advisor.estimator.tensors import Tensor, tensors
from advisor.estimator.training_plan import activation_bytes
from advisor.estimator.training_states import mode
from advisor.machine import Cpu, Gpu, Memory
from advisor.workload import Workload


class Work(NamedTuple):
    """What one micro-batch asks of a device: floating-point operations, bytes of activations saved, bytes of weights,
    gradients and states read and written, and layers launched.
    """

    flops: float
    activations: float
    weights: float
    layers: int
    unpacked: float = 0.0  # 4-bit weights turned into numbers, each pass anew


class Speed(NamedTuple):
    """What one device offers: operations and bytes per second (None: unknown), the law of its class, and the cycles
    per second of all its cores where unpacking counts.
    """

    flops: float
    bandwidth: float | None
    kind: TrainingClass
    cycles: float = 0.0


def training(model: Model, workload: Workload, gpus: Sequence[Gpu], cpu: Cpu, memory: Memory) -> TrainingEstimate:
    """Time and energy for `dataset_tokens` x `epochs`; without `gpus` on the CPU.

    Several GPUs share the batches (data parallel) at the sum of their speeds. None where a device's rates are not
    known, and no energy for a CPU: its power is not known. Hours, kWh of the cards' boards alone.
    """
    trainable = trainable_parameters(model, workload)
    speeds = [gpu_speed(gpu, workload) for gpu in gpus] if gpus else [cpu_speed(cpu, memory, workload)]
    rates = [_tokens_per_s(model, workload, speed) for speed in speeds if speed is not None]
    if not rates or len(rates) < len(speeds):
        return TrainingEstimate(trainable, None, None, None)
    rate = Range(*(sum(values) for values in zip(*rates, strict=True)))
    tokens = workload.dataset_tokens * workload.epochs
    hours = Range(*(tokens / 3600 / value for value in (rate.high, rate.mid, rate.low)))
    return TrainingEstimate(trainable, rate, hours, _energy(hours, gpus), speeds[0].kind.band if speeds[0] else "")


def _tokens_per_s(model: Model, workload: Workload, speed: Speed) -> Range:
    seconds = micro_batch_s(work(model, workload), speed)
    middle = workload.batch * workload.seq / seconds
    measured = band(speed.kind.band)
    # The band says how measured times lie around estimated ones.
    return Range(middle / measured.high, middle, middle / measured.low)


def micro_batch_s(work: Work, speed: Speed) -> float:
    """Seconds of one micro-batch on one device (see TrainingClass for the law)."""
    seconds = work.flops / (speed.flops * speed.kind.utilisation) + work.layers * speed.kind.layer_s
    if speed.bandwidth:
        seconds += (speed.kind.traffic * work.activations + work.weights) / speed.bandwidth
    if speed.cycles:
        seconds += speed.kind.unpack_cycles * work.unpacked / speed.cycles
    return seconds


def _energy(hours: Range, gpus: Sequence[Gpu]) -> Range | None:
    """kWh of the boards: hours x board power x the share of it that training draws."""
    watts = [gpu.board_power_w for gpu in gpus]
    if not watts or any(value is None for value in watts):
        return None
    kilowatts = sum(value for value in watts if value is not None) / 1000
    share = training_speeds().energy
    return Range(
        hours.low * kilowatts * share.low, hours.mid * kilowatts * share.mid, hours.high * kilowatts * share.high
    )


# The device ---------------------------------------------------------------------------------------------------------


def gpu_speed(gpu: Gpu, workload: Workload) -> Speed | None:
    """What a GPU offers to training in this precision; None when its rates are not known or nothing can use it."""
    if gpu.usable is False:
        return None
    flops = gpu.fp32_flops if workload.precision == "fp32" else _best(gpu.fp16_flops, gpu.fp32_flops)
    return None if not flops else Speed(flops, gpu.bandwidth_bytes_per_s, training_speeds().classes[_gpu_class(gpu)])


def rate_field(gpu: Gpu, precision: str) -> str:
    """The field of `gpu` that says how fast it multiplies in this precision: where a card without matrix units has no
    FP16 rate, its products run in FP32.
    """
    plain = precision == "fp32" or (gpu.fp16_flops is None and _gpu_class(gpu) == "cuda")
    return "fp32_flops" if plain else "fp16_flops"


def _gpu_class(gpu: Gpu) -> str:
    if gpu.vendor not in (None, "NVIDIA"):
        return "other"
    major = int(float(gpu.compute_capability)) if gpu.compute_capability else 8 if gpu.fp16_flops else 0
    return "cuda-8" if major >= 8 else "cuda-7" if major == 7 else "cuda"


def _best(*rates: float | None) -> float | None:
    # Some older cards multiply FP16 slower than FP32; torch's products then run in FP32.
    return max((rate for rate in rates if rate), default=None)


# FP32 operations per core and cycle: two fused multiply-adds of the vector width, or one multiply and one add.
# (Agner Fog, "The microarchitecture of Intel, AMD and VIA CPUs"; Arm's optimisation guides for two NEON pipes.)
_PER_CYCLE = (("avx512f", 64), ("fma", 32), ("avx", 16), ("neon", 16), ("sse4_2", 8))
# Classes of processors in BF16 by instruction set, best first. torch multiplies BF16 by oneDNN from AVX-512 (or Arm's
# BF16) on; anything older goes through plain loops, ten to hundreds of times slower than FP32.
_BF16_CLASSES = (
    ("amx_bf16", "cpu-bf16"), ("avx512_bf16", "cpu-bf16"), ("bf16", "cpu-bf16"), ("avx512f", "cpu-avx512"),
)  # fmt: skip


def cpu_class(cpu: Cpu, workload: Workload) -> str:
    """The key of the class that this processor belongs to in the workload's precision."""
    features = cpu.features or frozenset()
    if workload.precision == "fp32":
        return "cpu"
    return next((key for name, key in _BF16_CLASSES if name in features), "cpu-emulated")


def cpu_speed(cpu: Cpu, memory: Memory, workload: Workload) -> Speed | None:
    """What a processor offers in this precision: cores x clock x vector width, or the peak that a measured product
    stands for; None when one of them is not known.
    """
    clocks = [mhz for mhz in (cpu.base_mhz, cpu.max_mhz) if mhz]
    if cpu.matrix_flops is not None and not clocks:
        clocks = [speeds().cpu.default_mhz]  # a measured product corrects it
    if not cpu.cores or not clocks or cpu.features is None:
        return None
    per_cycle = next((flops for name, flops in _PER_CYCLE if name in cpu.features), 8)
    cores = float(cpu.cores)
    if cpu.performance_cores is not None and cpu.efficiency_cores is not None:
        cores = cpu.performance_cores + 0.5 * cpu.efficiency_cores  # half the clock x width, roughly
    # With all cores busy the clock lies between its base and its highest.
    cycles = core_cycles(cpu, cores, sum(clocks) / len(clocks), instruction_set(cpu))
    kind = training_speeds().classes[cpu_class(cpu, workload)]
    return Speed(peak_flops(cpu) or cycles * per_cycle, peak_bandwidth(memory), kind, cycles)


# The work -----------------------------------------------------------------------------------------------------------


class _Matrices(NamedTuple):
    """Parameters that one token is multiplied with: in the layers, of these in the last product of each layer, and in
    the output matrix.
    """

    layers: int
    last: int
    head: int


@lru_cache(maxsize=4096)
def _matrices(model: Model) -> _Matrices:
    active = model.moe.active if model.moe else 1
    inside = last = head = 0
    for tensor in tensors(model, "torch"):
        if tensor.role == "output":
            head += tensor.elements
        elif _multiplies(tensor):
            met = tensor.elements // tensor.experts * (active if tensor.experts > 1 else 1)
            inside += met
            last += met if tensor.role == "ffn_down" else 0
    return _Matrices(inside, last, head or model.vocab * model.hidden)


def _multiplies(tensor: Tensor) -> bool:
    return bool(tensor.layers) and tensor.rows > 1 and tensor.width > 1


@lru_cache(maxsize=4096)
def _weights_read(model: Model) -> int:
    # A micro-batch meets nearly all experts: their weights are all read.
    return sum(t.elements for t in tensors(model, "torch") if _multiplies(t)) + _matrices(model).head


def flops_per_token(model: Model, workload: Workload) -> float:
    """Operations per token, forward and backward: 2 per parameter and pass (one multiply, one add).

    Backward is a pass for the gradients of the inputs and, for what trains, one for those of the weights;
    checkpointing adds another forward pass of the layers, without the last product where nothing but its input is
    needed again. Causal attention computes half of seq x seq scores: 2 x seq
    x query width per layer forward, 2.5 times that backward (flash attention computes the scores again).
    """
    inside, last, head = _matrices(model)
    adapters = 0 if workload.task == "full" else trainable_parameters(model, workload)
    attention = 2.0 * workload.seq * model.query_width * model.layers
    weight_passes = 3 if workload.task == "full" else 2
    again = 1 if workload.checkpointing else 0
    spared = again * last if workload.task == "full" else 0
    products = 2.0 * (inside * (weight_passes + again) - spared + head * weight_passes + adapters * (3 + again))
    return products + attention * (1 + 2.5 + again)


def work(model: Model, workload: Workload) -> Work:
    """One micro-batch of this workload."""
    tokens = workload.batch * workload.seq
    return Work(
        flops=tokens * flops_per_token(model, workload),
        activations=tokens * activation_bytes(model, workload),
        weights=_weight_traffic(model, workload),
        layers=model.layers,
        unpacked=_unpacked(model, workload),
    )


def _unpacked(model: Model, workload: Workload) -> float:
    if not mode(workload).quantized:
        return 0.0
    return float(_passes(workload) * (_weights_read(model) - _matrices(model).head))


def _passes(workload: Workload) -> int:
    """How often a micro-batch meets the weights of the layers."""
    return (3 if mode(workload).full else 2) + (1 if workload.checkpointing else 0)


def _weight_traffic(model: Model, workload: Workload) -> float:
    """Bytes of weights read per micro-batch, 4-bit ones unpacked each time, and the update's share of it."""
    numbers = mode(workload)
    count = _weights_read(model)
    read = count * numbers.compute * _passes(workload) * (2 if numbers.quantized else 1)
    trained = trainable_parameters(model, workload) * (16 if numbers.full else 28)
    return read + trained / workload.grad_accum
