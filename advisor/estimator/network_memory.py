"""Memory of networks that are no decoders: inference and a training step, from one recording per network and mode."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from advisor.catalog.bands import band
from advisor.catalog.networks import (
    Bert,
    ClipText,
    MobileNet,
    Network,
    NetworkPart,
    PlainCnn,
    ResNet,
    UNet,
    Vae,
    Vit,
    Whisper,
)  # fmt: skip
from advisor.catalog.training_speeds import training_speeds
from advisor.estimator import convnets, diffusion, encoders
from advisor.estimator.blocks import Mode
from advisor.estimator.recorder import UNITS, How, Parameter, Recorder, Recording
from advisor.estimator.result import Component, MemoryEstimate
from advisor.estimator.tape import Moment, highest
from advisor.estimator.training_states import mode as training_mode
from advisor.workload import Workload

_BLOCK = 512  # torch's allocator gives every tensor a multiple of so many bytes (c10 CUDACachingAllocator.cpp)
RECORDERS: Mapping[type, Callable[[Recorder, Any], None]] = {
    PlainCnn: convnets.plain_cnn, ResNet: convnets.resnet, MobileNet: convnets.mobilenet, Vit: encoders.vit,
    ClipText: encoders.clip_text, UNet: diffusion.unet, Vae: diffusion.vae,
}  # fmt: skip
WITH_LENGTH: Mapping[type, Callable[[Recorder, Any, int], None]] = {Bert: encoders.bert, Whisper: encoders.whisper}
# A network of convolutions has nothing that LoRA adapts but its last layer.
_WITHOUT_LORA = (PlainCnn, ResNet, MobileNet)


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


def refusal(network: Network, task: str) -> str:
    """Why this method does not exist for this network, as a code of advisor.words.REASONS; "" where it does."""
    if task == "qlora":
        return "qlora_language_only"
    if task == "lora" and isinstance(network.parts[0].recipe, _WITHOUT_LORA):
        return "lora_no_linears"
    return ""


@lru_cache(maxsize=1024)
def parameters_of(network: Network) -> tuple[Parameter, ...]:
    """Every learned tensor of all parts."""
    how = How(_inference_mode("bf16"), False, False, "flash", 0)
    return tuple(
        parameter
        for part in network.parts
        for parameter in _record(part, how, 1).parameters
        if parameter.learned
    )  # fmt: skip


def memory(network: Network, workload: Workload) -> MemoryEstimate:
    """Memory of one forward pass over `batch` inputs, or of one training step; components as for language models.

    The total is torch's allocator peak plus `runtime`, what a card's context takes beside it.
    """
    steps = plan(network, workload)
    batch = workload.batch
    best = max(steps.peaks, key=lambda peak: peak.constant + batch * peak.token)
    gradients = int(best.gradients)
    work = int(best.constant - best.gradients + batch * (best.token + steps.input))
    allocated = steps.weights + steps.adapters + steps.optimizer + gradients + work
    card = training_speeds().card
    key = "training_card" if workload.training else "network_inference"
    runtime = card.context_bytes + (int(card.share * allocated) if workload.training else 0)
    limits, total = band(key), allocated + runtime
    parts = [Component("weights", steps.weights)]
    if workload.training:
        parts += [
            Component("adapters", steps.adapters), Component("gradients", gradients),
            Component("optimizer", steps.optimizer),
        ]  # fmt: skip
    parts += [Component("activations", work), Component("runtime", runtime)]
    return MemoryEstimate(tuple(parts), total, int(total * limits.low), int(total * limits.high), band=key)


def plan(network: Network, workload: Workload) -> Plan:
    """The step or the pass of one network in these settings, whatever the batch."""
    return _plan(network, _settings(network, workload))


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
    if isinstance(recipe, Bert):
        return min(asked, recipe.context)
    return min(asked, recipe.positions) if isinstance(recipe, Whisper) else 1


@lru_cache(maxsize=4096)
def _plan(network: Network, settings: Workload) -> Plan:
    return _training_plan(network, settings) if settings.training else _inference_plan(network, settings)


def _inference_plan(network: Network, settings: Workload) -> Plan:
    numbers = _inference_mode(settings.precision)
    how = How(numbers, False, False, _kernel(settings, numbers), 0)
    recorded = [_record(part, how, settings.seq) for part in network.parts]
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
    recording = _record(network.parts[0], how, settings.seq)
    # What is not trained lies beside it in 16 bits, as diffusers' training scripts keep it.
    frozen = How(_inference_mode("bf16"), False, False, how.kernel, 0)
    beside = sum(_stored(_record(part, frozen, 1).parameters, 2) for part in network.parts[1:])
    width = numbers.weight if numbers.full else 4
    trained = _trained(recording, how)
    gradients = width * sum(p.elements for p in trained)
    trace, accumulates = recording.trace, settings.grad_accum > 1
    backward = trace.accumulating if accumulates else trace.backward
    moments = [*highest(trace.forward.priced(UNITS)), *highest(backward.priced(UNITS))]
    if accumulates:
        moments = [m._replace(constant=m.constant + gradients, gradients=float(gradients)) for m in moments]
    update = Moment(float(gradients + _step_bytes(settings.optimizer, trained, gradients)), 0.0, 0.0, gradients, 0.0)
    return Plan(
        weights=_stored(recording.parameters, numbers.weight) + beside,
        adapters=0 if numbers.full else gradients,
        optimizer=_optimizer_bytes(settings.optimizer, trained, width),
        gradients=gradients,
        input=recording.input_bytes,
        peaks=tuple(highest([*moments, update])),
        trainable=sum(p.elements for p in trained),
        flops=recording.flops,
    )


@lru_cache(maxsize=512)
def _record(part: NetworkPart, how: How, tokens: int) -> Recording:
    recorder, recipe = Recorder(how), part.recipe
    if type(recipe) in WITH_LENGTH:
        WITH_LENGTH[type(recipe)](recorder, recipe, tokens)
    else:
        RECORDERS[type(recipe)](recorder, recipe)
    return recorder.done()


def _trained(recording: Recording, how: How) -> list[Parameter]:
    """The parameters that are trained: all that can be, or both matrices of every adapter."""
    if how.mode.full:
        return [p for p in recording.parameters if p.learned and not p.frozen]
    adapted = [p.shape for p in recording.parameters if p.adapted]
    return [Parameter(shape) for out, inner in adapted for shape in ((how.rank, inner), (out, how.rank))]


def _inference_mode(precision: str) -> Mode:
    """Weights in 16 bits unless fp32 is asked for; "mixed" is fp32 weights under autocast."""
    weight = 2 if precision == "bf16" else 4
    compute = 4 if precision == "fp32" else 2
    return Mode(weight, weight, compute, precision == "mixed", False, False, False, "all-linear", False)


def _kernel(settings: Workload, numbers: Mode) -> str:
    """The attention kernel: torch takes flash attention for 16-bit numbers, else the memory-efficient one."""
    if settings.attention in ("eager", "math"):
        return "eager"
    return settings.attention if settings.attention != "sdpa" else "flash" if numbers.compute == 2 else "efficient"


def _stored(parameters: tuple[Parameter, ...], width: int) -> int:
    """Bytes of all parameters and buffers, each rounded up to the allocator's block."""
    return sum(-(-p.elements * (width if p.learned else p.width) // _BLOCK) * _BLOCK for p in parameters)


def _optimizer_bytes(optimizer: str, trained: list[Parameter], width: int) -> int:
    """States between steps, as training_states.optimizer_bytes has them for language models."""
    count = sum(p.elements for p in trained)
    states = {"adamw": 2 * width, "adamw-foreach": 2 * width, "sgd": 0, "sgd-momentum": width}
    if optimizer in states:
        return count * states[optimizer]
    if optimizer == "adafactor":
        # One fp32 number per row and per column of the last two dimensions (transformers optimization.py, Adafactor).
        return sum(4 * _factored(p.shape) for p in trained)
    return int(count * (2 + 8 / 256)) if optimizer == "adamw8bit" else 0


def _factored(shape: tuple[int, ...]) -> int:
    elements = Parameter(shape).elements
    return elements if len(shape) < 2 else elements // shape[-1] + elements // shape[-2]


def _step_bytes(optimizer: str, trained: list[Parameter], gradients: int) -> int:
    if optimizer == "adamw-foreach":
        return gradients
    return 16 * max(p.elements for p in trained) if optimizer == "adafactor" else 0
