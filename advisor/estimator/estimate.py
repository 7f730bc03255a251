"""The one estimator, for matrix, detail pane, report and command line: (machine, model, workload) -> Estimate."""

from dataclasses import replace
from functools import lru_cache

from advisor.catalog.model import UNSTATED, Model
from advisor.catalog.networks import Network
from advisor.estimator import llama_cpp, network_memory, pace, torch_inference, training, training_time
from advisor.estimator.ground import BUDGETS, Budget, Device, Ground, Share, ground
from advisor.estimator.mixes import weights
from advisor.estimator.placement import Placed, component, place_llama_cpp, place_whole
from advisor.estimator.result import Estimate, MemoryEstimate, Reason, SpeedEstimate, TrainingEstimate
from advisor.estimator.speed import speed
from advisor.estimator.tensors import parameters
from advisor.machine import Machine
from advisor.workload import Workload


def estimate(machine: Machine, model: Model, workload: Workload, budget: Budget = "free") -> Estimate:
    """What happens when `workload` runs with `model` on `machine`.

    `budget` "free" counts the memory that is free now, "total" all that is built in. Raises UserError when the
    workload contradicts itself (a quant that its stack does not have).
    """
    pace.pause()
    if model.parameter_bounds is not None:
        return _bounds_only(ground(machine, budget), model, workload, model.parameter_bounds)
    place = ground(machine, budget)
    if isinstance(model, Network):
        return _network(place, model, workload)
    if not workload.training and workload.resolved_stack == "llama.cpp":
        return _llama_cpp(place, model, workload)
    return _torch(place, model, workload)


def _bounds_only(place: Ground, model: Model, workload: Workload, bounds: tuple[int, int]) -> Estimate:
    """Nothing is guessed of an architecture that is not known: its bounds are the whole answer, or its file's tensors.

    Where those alone are larger than all memory, it is known that the file does not run (QLoRA would shrink them).
    """
    stored = model.stored
    if stored is None:
        values = {"architecture": model.style.name, "low_parameters": bounds[0], "high_parameters": bounds[1]}
        reason = Reason("architecture_unknown", values)
        return Estimate(model, bounds[1], workload, None, (), "unknown", (reason,))
    known = {"architecture": model.style.name, "file_bytes": stored.bytes, "format": stored.format}
    unstated = model.style.name == UNSTATED
    reason = Reason("architecture_unstated" if unstated else "architecture_unknown_file", known)
    room = [device.available for device in (*place.cards, place.ram)]
    if workload.task == "qlora" or None in room or stored.bytes <= sum(filter(None, room)):
        return Estimate(model, bounds[1], workload, None, (), "unknown", (reason,))
    short = {"file_bytes": stored.bytes, "available_bytes": sum(filter(None, room))}
    return Estimate(model, bounds[1], workload, None, (), "no", (Reason("weights_alone_too_large", short), reason))


def _llama_cpp(place: Ground, model: Model, workload: Workload) -> Estimate:
    if model.style.gguf is None:
        reason = Reason("llama_cpp_unknown_architecture", {"architecture": model.style.name})
        return Estimate(model, parameters(model), workload, None, (), "unknown", (reason,))
    reasons: tuple[Reason, ...] = ()
    if model.stored is not None and model.stored.quant not in ("", workload.quant):
        reasons = (Reason("file_quantisation", {"format": model.stored.format}),)
        workload = replace(workload, quant=model.stored.quant)
    memory = llama_cpp.memory(model, workload)
    placed = place_llama_cpp(place, model, workload, memory)
    refused = llama_cpp.undivided(model, workload) if workload.kv_type != "f16" else None
    if refused is not None:
        values = {"kv_type": workload.kv_type, "width": refused[0], "block": refused[1]}
        placed = Placed("no", placed.placements, (Reason("kv_type_refused", values), *place.standing), ())
    found = speed(model, workload, placed.shares)
    return _answer(model, workload, memory, placed, (*_beyond_training(model, workload), *reasons), found, None)


def _torch(place: Ground, model: Model, workload: Workload) -> Estimate:
    placed, memory = _place_torch(place, model, workload)
    found: SpeedEstimate | None = None
    time: TrainingEstimate | None = None
    if not workload.training:
        found = speed(model, workload, placed.shares)
    elif placed.shares:
        time = _training(place, model, workload, placed)
    reasons = _beyond_training(model, workload)
    if workload.training:
        reasons = (*reasons, *_not_validated(model, workload))
    return _answer(model, workload, memory, placed, reasons, found, time)


def _torch_memory(model: Model, workload: Workload) -> MemoryEstimate:
    if workload.training:
        return training.memory(model, workload)
    return torch_inference.memory(model, workload)


def _network(place: Ground, model: Network, workload: Workload) -> Estimate:
    """A network that is no decoder: all on one device, by torch."""
    refused = network_memory.refusal(model, workload.task)
    if refused:
        verdict, code = refused
        return Estimate(model, parameters(model), workload, None, (), verdict, (Reason(code, {}),))
    needed = network_memory.memory(model, workload)
    placed, memory = place_whole(place, model, _in_torch(workload), needed, component(needed, "weights"))
    reasons = (*placed.reasons, *_of_network(model, workload))
    time: TrainingEstimate | None = None
    if placed.shares:
        reasons = (*reasons, Reason("network_training_unknown" if workload.training else "network_speed_unknown", {}))
        if workload.training:
            time = TrainingEstimate(network_memory.plan(model, workload).trainable, None, None, None)
    return Estimate(model, parameters(model), workload, memory, placed.placements, placed.verdict, reasons, None, time)


def quick(model: Model, workload: Workload) -> bool:
    """Whether an estimate takes a millisecond or so; else a tenth of a second, for what it reads is not there yet."""
    return not isinstance(model, Network) or (
        network_memory.refusal(model, workload.task) is not None or network_memory.ready(model, workload)
    )


def _of_network(model: Network, workload: Workload) -> tuple[Reason, ...]:
    """What of the workload a network takes otherwise than it was asked."""
    reasons: tuple[Reason, ...] = ()
    if not workload.training and workload.precision == "bf16" and workload.quant not in ("F16", "BF16"):
        reasons = (Reason("network_runs_in_16_bits", {"quant": workload.quant}),)
    most = network_memory.length(model, workload)
    if 1 < most < (workload.seq if workload.training else workload.sequence_context):
        reasons = (*reasons, Reason("shortened", {"tokens": most}))
    return reasons


@lru_cache(maxsize=256)
def _in_torch(workload: Workload) -> Workload:
    """`workload` as torch is asked for it: a network's numbers have 16 or 32 bits."""
    return replace(workload, stack="auto" if workload.training else "transformers", quant="F16")


def placed_on(machine: Machine, answer: Estimate) -> tuple[Share, ...]:
    """The work that each device of `machine` does in `answer`, an estimate for it; empty when it cannot run."""
    if answer.memory is None or isinstance(answer.model, Network):
        return ()
    found = (_place(ground(machine, budget), answer) for budget in BUDGETS)
    # The estimate does not say which budget it was made with; its placements do.
    return next((placed.shares for placed in found if placed.placements == answer.placements), ())


def _place(place: Ground, answer: Estimate) -> Placed:
    model, workload = answer.model, answer.workload
    if not workload.training and workload.resolved_stack == "llama.cpp" and answer.memory is not None:
        return place_llama_cpp(place, model, workload, answer.memory)
    return _place_torch(place, model, workload)[0]


def _place_torch(place: Ground, model: Model, workload: Workload) -> tuple[Placed, MemoryEstimate]:
    memory = _torch_memory(model, workload)
    read = 0 if workload.training else torch_inference.torch_weights(model, workload.quant).active_bytes
    return place_whole(place, model, workload, memory, read)


def shares_on(device: Device, model: Model, workload: Workload) -> tuple[Share, ...]:
    """The work of one device that holds everything, whatever its size: for "how fast would it be there"."""
    if workload.resolved_stack == "llama.cpp":
        cache = sum(llama_cpp.kv_bytes(model, workload))
        return (Share(device, weights(model, workload.quant).active_bytes, cache, model.layers),)
    memory = _torch_memory(model, workload)
    read = torch_inference.torch_weights(model, workload.quant).active_bytes
    return (Share(device, read, component(memory, "kv_cache"), model.layers),)


def _training(place: Ground, model: Model, workload: Workload, placed: Placed) -> TrainingEstimate:
    device = placed.shares[0].device.name
    gpus = () if device == "ram" else (place.machine.gpus[int(device[3:])],)
    return training_time.training(model, workload, gpus, place.machine.cpu, place.machine.memory)


def _answer(
    model: Model, workload: Workload, memory: MemoryEstimate, placed: Placed, reasons: tuple[Reason, ...],
    found: SpeedEstimate | None, time: TrainingEstimate | None,
) -> Estimate:  # fmt: skip
    reasons = (*placed.reasons, *reasons)
    if found is not None and found.decode is None:
        dark = next((share.device for share in placed.shares if not share.device.rates.effective), None)
        reasons = (*reasons, Reason("bandwidth_unknown", {"device": _name(dark or placed.shares[0].device)}))
    if time is not None and (time.hours is None or time.energy_kwh is None):
        # Without hours there is no energy either: one reason is enough.
        code = "training_speed_unknown" if time.hours is None else "energy_unknown"
        reasons = (*reasons, Reason(code, {"device": placed.shares[0].device.title}))
    return Estimate(model, parameters(model), workload, memory, placed.placements, placed.verdict, reasons, found, time)


def _name(device: Device) -> str:
    return "RAM" if device.name == "ram" else device.title


def _beyond_training(model: Model, workload: Workload) -> tuple[Reason, ...]:
    length = workload.seq if workload.training else workload.sequence_context
    if model.max_context is None or length <= model.max_context:
        return ()
    return (Reason("beyond_trained_context", {"context": length, "trained": model.max_context}),)


_RECURRENT = (Reason("recurrent_kernels", {}),)
_EVERY_EXPERT = (Reason("every_expert", {}),)
_MIXED = (Reason("layers_differ", {}),)
_INDEXER = (Reason("indexer_not_tracked", {}),)
_EXPERTS = (Reason("qlora_experts_packed", {}),)


def _not_validated(model: Model, workload: Workload) -> tuple[Reason, ...]:
    """Where tracked training steps lay far from the estimate, or none was tracked."""
    reasons: tuple[Reason, ...] = ()
    if model.linear is not None and model.linear.type != "short_conv":
        reasons = _RECURRENT
    if model.style.every_expert:
        reasons = (*reasons, *_EVERY_EXPERT)
    if model.layer_embedding or model.kv_shared or model.style.experts_beside_mlp:
        reasons = (*reasons, *_MIXED)
    if model.indexer is not None:
        reasons = (*reasons, *_INDEXER)
    if model.moe is not None and workload.task == "qlora":
        reasons = (*reasons, *_EXPERTS)
    return reasons
