"""Memory of networks that are no decoders: inference and a training step, from one recording per network and mode."""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.bands import band
from advisor.catalog.networks import Bert, GatedBert, MobileNet, Network, PlainCnn, ResNet, Whisper
from advisor.catalog.training_speeds import training_speeds
from advisor.estimator.blocks import Mode
from advisor.estimator.networks import inference_mode, record, trained
from advisor.estimator.recorder import UNITS, How, Parameter
from advisor.estimator.result import Component, MemoryEstimate, Verdict
from advisor.estimator.tape import Moment, highest
from advisor.estimator.training_states import mode as training_mode
from advisor.workload import Workload

_BLOCK = 512  # torch's allocator gives every tensor a multiple of so many bytes (c10 CUDACachingAllocator.cpp)
# A network of convolutions has nothing that LoRA adapts but its last layer.
_WITHOUT_LORA = (PlainCnn, ResNet, MobileNet)
_PLANS_KEPT = 2048


class Plan(NamedTuple):
    """What does not depend on the batch: bytes that are there all the time, and moments over the samples."""

    weights: int
    adapters: int
    optimizer: int
    gradients: int
    input: float  # bytes per sample
    peaks: tuple[Moment, ...]
    trainable: int
    flops: float  # of one sample's forward pass


_plans: dict[tuple[Network, Workload], Plan] = {}  # a cache that can be asked whether it knows something


def refusal(network: Network, task: str) -> tuple[Verdict, str] | None:
    """Verdict and reason (a code of advisor.words.REASONS) of a method without figures; None where there are some.

    "no" where the method does not exist; bitsandbytes loads any linear layer in 4 bits, so QLoRA is only not computed.
    """
    if task in ("lora", "qlora") and isinstance(network.parts[0].recipe, _WITHOUT_LORA):
        return "no", "lora_no_linears"
    return ("unknown", "qlora_not_computed") if task == "qlora" else None


def memory(network: Network, workload: Workload) -> MemoryEstimate:
    """Memory of one forward pass over `batch` inputs, or of one training step; components as for language models.

    The total is torch's allocator peak plus `runtime`, what a card's context takes beside it.
    """
    steps = plan(network, workload)
    batch = workload.batch
    best = fullest(steps, batch)
    gradients = int(best.gradients)
    work = int(best.constant - best.gradients + batch * (best.token + steps.input))
    allocated = steps.weights + steps.adapters + steps.optimizer + gradients + work
    card = training_speeds().card
    key = "training_card" if workload.training else "network_inference"
    limits = band(key)
    if workload.training:
        runtime = card.context_bytes + int(card.share * allocated)
        low, high = (int((allocated + runtime) * factor) for factor in limits[:2])
    else:
        runtime = card.context_bytes
        low = int(allocated * limits.low) + card.context_low_bytes
        high = int(allocated * limits.high) + card.context_high_bytes
    parts = [Component("weights", steps.weights)]
    if workload.training:
        parts += [
            Component("adapters", steps.adapters), Component("gradients", gradients),
            Component("optimizer", steps.optimizer),
        ]  # fmt: skip
    parts += [Component("activations", work), Component("runtime", runtime)]
    return MemoryEstimate(tuple(parts), allocated + runtime, low, high, band=key)


def fullest(steps: Plan, batch: int) -> Moment:
    """The moment at which most is allocated."""
    return max(steps.peaks, key=lambda peak: peak.constant + batch * peak.token)


def plan(network: Network, workload: Workload) -> Plan:
    """The step or the pass of one network in these settings, whatever the batch."""
    return _plan(network, _settings(network, workload))


def ready(network: Network, workload: Workload) -> bool:
    """Whether the plan is known already: recording a large network takes up to a tenth of a second."""
    return (network, _settings(network, workload)) in _plans


@lru_cache(maxsize=4096)
def _settings(network: Network, workload: Workload) -> Workload:
    """`workload` without what a plan does not depend on: sequence lengths, for most networks, among it."""
    kept = Workload(
        task=workload.task, precision=workload.precision, attention=workload.attention, seq=length(network, workload),
        checkpointing=workload.checkpointing and workload.training,
    )  # fmt: skip
    if not workload.training:
        return kept
    kept = replace(kept, optimizer=workload.optimizer, grad_accum=min(workload.grad_accum, 2))
    return kept if workload.task == "full" else replace(kept, rank=workload.rank, targets=workload.targets)


def length(network: Network, workload: Workload) -> int:
    """Tokens of one input, 1 for what has none: texts as asked, at most what the model takes."""
    recipe = network.parts[0].recipe
    asked = workload.seq if workload.training else workload.sequence_context
    if isinstance(recipe, Bert | GatedBert):
        return min(asked, recipe.context)
    return min(asked, recipe.positions) if isinstance(recipe, Whisper) else 1


def _plan(network: Network, settings: Workload) -> Plan:
    found = _plans.get((network, settings))
    if found is None:
        found = _training_plan(network, settings) if settings.training else _inference_plan(network, settings)
        while len(_plans) >= _PLANS_KEPT:
            _plans.pop(next(iter(_plans)), None)
        _plans[network, settings] = found
    return found


def _inference_plan(network: Network, settings: Workload) -> Plan:
    numbers = inference_mode(settings.precision)
    how = How(numbers, False, False, _kernel(settings, numbers), 0)
    recorded = [record(part, how, settings.seq) for part in network.parts]
    weights = sum(_stored(recording.parameters, numbers.weight) for recording in recorded)
    moments = [
        moment._replace(token=moment.token + recording.input_bytes)
        for recording in recorded
        for moment in highest(recording.trace.forward.priced(UNITS))
    ]
    flops = sum(recording.flops for recording in recorded)
    return Plan(weights, 0, 0, 0, 0.0, tuple(highest(moments)), 0, flops)


def _training_plan(network: Network, settings: Workload) -> Plan:
    numbers = training_mode(settings)
    how = How(numbers, True, settings.checkpointing, _kernel(settings, numbers), settings.rank if numbers.rank else 0)
    recording = record(network.parts[0], how, settings.seq)
    # What is not trained lies beside it in 16 bits, as diffusers' training scripts keep it.
    frozen = How(inference_mode("bf16"), False, False, how.kernel, 0)
    beside = sum(_stored(record(part, frozen, 1).parameters, 2) for part in network.parts[1:])
    width = numbers.weight if numbers.full else 4
    learned = trained(recording, how)
    gradients = width * sum(p.elements for p in learned)
    trace, accumulates = recording.trace, settings.grad_accum > 1
    backward = trace.accumulating if accumulates else trace.backward
    moments = [*highest(trace.forward.priced(UNITS)), *highest(backward.priced(UNITS))]
    if accumulates:
        moments = [m._replace(constant=m.constant + gradients, gradients=float(gradients)) for m in moments]
    update = Moment(float(gradients + _step_bytes(settings.optimizer, learned, gradients)), 0.0, 0.0, gradients, 0.0)
    return Plan(
        weights=_stored(recording.parameters, numbers.weight) + beside,
        adapters=0 if numbers.full else gradients,
        optimizer=_optimizer_bytes(settings.optimizer, learned, width),
        gradients=gradients,
        input=recording.input_bytes,
        peaks=tuple(highest([*moments, update])),
        trainable=sum(p.elements for p in learned),
        flops=recording.flops,
    )


def _kernel(settings: Workload, numbers: Mode) -> str:
    """The attention kernel: torch takes flash attention for 16-bit numbers, else the memory-efficient one."""
    if settings.attention in ("eager", "math"):
        return "eager"
    return settings.attention if settings.attention != "sdpa" else "flash" if numbers.compute == 2 else "efficient"


def _stored(parameters: tuple[Parameter, ...], width: int) -> int:
    """Bytes of all parameters and buffers, each rounded up to the allocator's block."""
    return sum(-(-p.elements * (width if p.learned else p.width) // _BLOCK) * _BLOCK for p in parameters)


def _optimizer_bytes(optimizer: str, learned: list[Parameter], width: int) -> int:
    """States between steps, as training_states.optimizer_bytes has them for language models."""
    count = sum(p.elements for p in learned)
    states = {"adamw": 2 * width, "adamw-foreach": 2 * width, "sgd": 0, "sgd-momentum": width}
    if optimizer in states:
        return count * states[optimizer]
    if optimizer == "adafactor":
        # One fp32 number per row and per column of the last two dimensions (transformers optimization.py, Adafactor).
        return sum(4 * _factored(p.shape) for p in learned)
    return int(count * (2 + 8 / 256)) if optimizer == "adamw8bit" else 0


def _factored(shape: tuple[int, ...]) -> int:
    elements = Parameter(shape).elements
    return elements if len(shape) < 2 else elements // shape[-1] + elements // shape[-2]


def _step_bytes(optimizer: str, learned: list[Parameter], gradients: int) -> int:
    if optimizer == "adamw-foreach":
        return gradients
    return 16 * max(p.elements for p in learned) if optimizer == "adafactor" else 0
