"""What lies where: layers on GPUs and in RAM as `division` lays them out, and the verdict that follows."""

from typing import NamedTuple

from advisor.catalog.model import Model
from advisor.estimator import division, llama_cpp, llama_cpp_devices
from advisor.estimator.division import Division
from advisor.estimator.ground import Device, Ground, Share, emptied, refused
from advisor.estimator.mixes import Weights, weights
from advisor.estimator.process import in_ram
from advisor.estimator.result import MemoryEstimate, Placement, Reason, Verdict
from advisor.estimator.speed import decode_seconds
from advisor.workload import Workload

# A model "fits" when the high end of its band leaves a tenth of the budget free: other programs grow too.
COMFORT = 0.9
# RAM that every computer sold with a usable GPU has free: less than this is not asked for where RAM is not stated.
SMALL_HOST = 2 << 30
_NOTHING = MemoryEstimate((), 1, 1, 1)
TRAINING_RAM, INFERENCE_RAM = "training_ram", "torch_ram"  # error bands of torch's memory in RAM


class Placed(NamedTuple):
    """Where a model lies, whether that is enough, and what each device reads."""

    verdict: Verdict
    placements: tuple[Placement, ...]
    reasons: tuple[Reason, ...]
    shares: tuple[Share, ...]  # empty when it cannot run


def place_llama_cpp(ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate) -> Placed:
    """Placement of llama.cpp inference: one GPU if one holds everything, else several, else GPU and RAM, else RAM.

    `used` of a card holds the runtime's context too (`Device.runtime`), which is not part of `memory`: that is what
    llama.cpp allocates. Its `low` and `high` count the context's measured range, and the verdict takes the high end.
    """
    tensors = weights(model, workload.quant)
    if ground.cards:
        return _on_cards(ground, model, workload, memory, tensors)
    if ground.pool is not None:
        return _in_pool(ground, ground.pool, model, workload, memory, tensors)
    return _in_ram(ground, model, memory, tensors)


def place_whole(
    ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, weight_bytes: int
) -> tuple[Placed, MemoryEstimate]:
    """Placement of training and of the torch stacks: everything on one GPU, or everything in RAM; and the memory there.

    `memory` is what a card needs; in RAM the process's own stands in place of the card's runtime.
    """
    stack = "vllm" if workload.resolved_stack == "vllm" else "transformers"
    barred = refused(ground.machine, stack, _needs(workload))
    cards, pool = ground.torch_cards[stack], ground.torch_pool[stack]
    reasons: tuple[Reason, ...] = ()
    if barred:
        cards = tuple(card for card in cards if card.name not in barred)
        pool = None if pool is not None and pool.name in barred else pool
        reasons = tuple(reason for name, reason in barred.items() if name != "ram")
    device = cards[0] if cards else pool
    if device is not None:
        verdict = _verdict(memory.total, memory.high, device.available)
        if verdict in ("fits", "tight", "unknown"):
            return _whole(ground, device, model, memory, verdict, weight_bytes, reasons), memory
        reasons = (*reasons, *_too_small(cards, device, memory.total))
    resident = in_ram(memory, TRAINING_RAM if workload.training else INFERENCE_RAM)
    if "ram" in barred:
        held, need = (device, memory) if device is not None else (ground.ram, resident)
        placements = (_placed(held, need, model.layers),)
        return Placed("no", placements, (*reasons, barred["ram"], *ground.standing), ()), need
    verdict = _verdict(resident.total, resident.high, ground.ram.available)
    if verdict in ("fits", "tight"):
        reasons = (*reasons, Reason("runs_on_cpu", {}))
    elif device is not None:
        if ground.ram.available is None:
            reasons = (*reasons, Reason("ram_unknown", {"needed_bytes": resident.total}))
        placements = (_placed(device, memory, model.layers),)
        return Placed(verdict, placements, (*reasons, *ground.standing), ()), memory
    return _whole(ground, ground.ram, model, resident, verdict, weight_bytes, reasons), resident


def _needs(workload: Workload) -> tuple[str, ...]:
    """Formats and optimizers that the stack must have on the device."""
    if not workload.training:
        return (workload.quant,)
    form = "NF4" if workload.task == "qlora" else "BF16"
    return (form, workload.optimizer) if "8bit" in workload.optimizer else (form,)


def _too_small(cards: tuple[Device, ...], device: Device, need: int) -> tuple[Reason, ...]:
    reasons = (*_short_of(need, device), *_in_use(device, need))
    together = sum(card.available or 0 for card in cards)
    if len(cards) > 1 and together >= need:
        reasons = (*reasons, Reason("several_gpus_not_validated", {"together_bytes": together}))
    return reasons


def _whole(
    ground: Ground, device: Device, model: Model, memory: MemoryEstimate, verdict: Verdict, weight_bytes: int,
    reasons: tuple[Reason, ...] = (),
) -> Placed:  # fmt: skip
    if verdict == "no":
        reasons = (*reasons, *_short_of(memory.total, device))
    if device.available is None:
        reasons = (*reasons, Reason("memory_unknown", {"device": device.title}))
    shares = () if verdict == "no" else (Share(device, weight_bytes, component(memory, "kv_cache"), model.layers),)
    return Placed(verdict, (_placed(device, memory, model.layers),), (*reasons, *ground.standing), shares)


def _on_cards(ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, tensors: Weights) -> Placed:
    first, cache = ground.cards[0], component(memory, "kv_cache")
    whole = division.on_one(first, model, workload, tensors, cache)
    need = whole.parts[0].used
    verdict = _on_card(need, memory, first)
    if verdict in ("fits", "tight"):
        reasons = (Reason("one_gpu_enough", {"gpu": first.title}),) if len(ground.cards) > 1 else ()
        return _with_host(ground, model, workload, memory, verdict, whole, reasons)
    in_use = _in_use(first, need)
    if len(ground.cards) > 1:
        found = _over_cards(ground, model, workload, memory, tensors)
        if found is not None:
            return found._replace(reasons=(*in_use, *found.reasons))
    options = [division.filled(ground.cards, model, workload, tensors),
               division.experts_in_ram(first, model, workload, tensors, cache)]  # fmt: skip
    splits = [_offloaded(ground, model, workload, memory, found) for found in options if found is not None]
    return _best(ground, model, workload, memory, tensors, splits, in_use)


def _over_cards(
    ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, tensors: Weights
) -> Placed | None:
    """All layers over several cards: in proportion to their memory, else as they fit; None when they do not."""
    for divide in (division.over_several, division.filled):
        found = divide(ground.cards, model, workload, tensors)
        if found is None or found.layers:
            continue
        verdicts = {_on_card(part.used, memory, part.share.device) for part in found.parts}
        if "no" not in verdicts:
            verdict: Verdict = "tight" if "tight" in verdicts else "fits"
            reason = Reason("several_gpus", {"count": len(found.parts)})
            return _with_host(ground, model, workload, memory, verdict, found, (reason,))
    return None


def _best(
    ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, tensors: Weights, splits: list[Placed],
    in_use: tuple[Reason, ...],
) -> Placed:  # fmt: skip
    """The fastest split that runs, or RAM alone where that is faster: layers on a slow card can cost more than they
    save. A division that llama.cpp prefers stands first: experts in RAM before whole layers.
    """
    alone = _in_ram(ground, model, memory, tensors)
    if not splits:
        reason = Reason("nothing_on_gpu", {"gpu": ground.cards[0].title})
        return alone._replace(reasons=(*in_use, reason, *alone.reasons))
    running = [split for split in splits if split.shares]
    if not running:
        found = splits[0]
        return alone if alone.shares else found._replace(reasons=(*in_use, *found.reasons))
    times = [decode_seconds(model, workload, split.shares) for split in running]
    known = [time for time in times if time is not None]
    found = running[times.index(min(known)) if len(known) == len(times) else -1]
    ours = decode_seconds(model, workload, alone.shares) if alone.verdict in ("fits", "tight") else None
    if ours is None or not known or ours >= min(known):
        return found._replace(reasons=(*in_use, *found.reasons))
    reason = Reason("ram_is_faster", {"gpu": found.shares[0].device.title})
    return alone._replace(reasons=(reason, *alone.reasons))


def _on_card(need: int, memory: MemoryEstimate, card: Device) -> Verdict:
    return _verdict(need, _range(card, need, memory)[1], card.available)


def _context(cards: tuple[Device, ...], verdict: Verdict) -> tuple[Reason, ...]:
    """Says what a runtime keeps of a card for itself, as a range, where there is little room; once for equal cards."""
    if verdict not in ("tight", "offload"):
        return ()
    found = []
    for card in {card.title: card for card in cards}.values():
        low, high = _range(card, card.runtime, _NOTHING)
        values = {"gpu": card.title, "context_bytes": card.runtime, "low_bytes": low, "high_bytes": high}
        found.append(Reason("runtime_context", values))
    return tuple(found)


def _laid(
    ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, found: Division
) -> tuple[tuple[Placement, ...], tuple[Share, ...], int]:
    """Placements and shares of a division, and the bytes of RAM that it takes."""
    program = llama_cpp.program_bytes(model, workload)
    host = found.host + program
    placements = [
        _placement(part.share.device, part.used, part.layers, memory,
                   (part.weights, part.share.kv_bytes, part.share.device.runtime))
        for part in found.parts
    ]  # fmt: skip
    placements.append(_placement(ground.ram, host, found.layers, memory, (found.host_weights, found.reads[1], program)))
    shares = [part.share for part in found.parts]
    if found.layers or found.experts:
        shares.append(Share(ground.ram, *found.reads, found.layers or found.experts))
    return tuple(placements), tuple(shares), host


def _with_host(
    ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, verdict: Verdict, found: Division,
    reasons: tuple[Reason, ...],
) -> Placed:  # fmt: skip
    """The verdict of GPUs that hold every layer, made worse where RAM does not hold what stays with it."""
    placements, shares, host = _laid(ground, model, workload, memory, found)
    enough = _verdict(host, int(host * memory.high / memory.total), ground.ram.available)
    if enough == "unknown":
        known = host < SMALL_HOST
        code = "ram_not_stated" if known else "memory_unknown"
        values: dict[str, object] = {"needed_bytes": host} if known else {"device": "RAM"}
        verdict, shares = (verdict, shares) if known else ("unknown", ())
        reasons = (*reasons, Reason(code, values))
    elif enough == "no":
        verdict, shares = "no", ()
        reasons = (*reasons, *_short_of(host, ground.ram), *_freed(ground, ground.ram, host))
    elif enough == "tight":
        verdict = "tight"
    context = _context(tuple(part.share.device for part in found.parts), verdict)
    return Placed(verdict, placements, (*reasons, *ground.standing, *context), shares)


def _offloaded(ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, found: Division) -> Placed:
    """Layers or experts in RAM beside what lies on the GPUs."""
    placements, shares, host = _laid(ground, model, workload, memory, found)
    enough = _verdict(host, int(host * memory.high / memory.total), ground.ram.available)
    if enough == "unknown":
        return Placed("unknown", placements, (Reason("memory_unknown", {"device": "RAM"}), *ground.standing), ())
    if enough == "no":
        reasons = (*_short_of(host, ground.ram), *_freed(ground, ground.ram, host), *ground.standing)
        return Placed("no", placements, reasons, ())
    reason = Reason("partly_on_gpu", {"layers": model.layers - found.layers, "all_layers": model.layers})
    if found.experts:
        reason = Reason("experts_in_ram", {"layers": found.experts, "all_layers": model.layers})
    context = _context(tuple(part.share.device for part in found.parts), "offload")
    return Placed("offload", placements, (reason, *ground.cpu_standing, *context), shares)


def _in_pool(
    ground: Ground, pool: Device, model: Model, workload: Workload, memory: MemoryEstimate, tensors: Weights
) -> Placed:
    """A GPU that shares the system's memory: one budget, the GPU's scratch and what RAM holds beside it. What the GPU
    may not take of it is the processor's all the same.
    """
    scratch = llama_cpp_devices.alone(model, workload, pool.engine)
    scratch += llama_cpp.buffers(model, workload).host_compute
    need = memory.total - component(memory, "compute_buffer") + scratch + pool.runtime
    verdict = _on_card(need, memory, pool)
    if verdict == "no":
        alone = _in_ram(ground, model, memory, tensors)
        if alone.shares:
            return alone._replace(reasons=(*_short_of(need, pool), Reason("runs_on_cpu", {}), *alone.reasons))
    return _one_device(ground, pool, model, memory, tensors, need, verdict)


def _in_ram(ground: Ground, model: Model, memory: MemoryEstimate, tensors: Weights) -> Placed:
    need = memory.resident_needed or memory.total
    verdict = _verdict(need, int(need * memory.high / memory.total), ground.ram.available)
    return _one_device(ground, ground.ram, model, memory, tensors, need, verdict)


def _one_device(
    ground: Ground, device: Device, model: Model, memory: MemoryEstimate, tensors: Weights, need: int, verdict: Verdict
) -> Placed:
    reasons: tuple[Reason, ...] = ()
    if verdict == "no":
        reasons = (*_short_of(need, device), *_freed(ground, device, need), *_from_disk(device, need - tensors.total))
    elif verdict == "unknown":
        reasons = (Reason("memory_unknown", {"device": device.title}),)
    runs = verdict in ("fits", "tight")
    cache = component(memory, "kv_cache")
    shares = (Share(device, tensors.active_bytes, cache, model.layers),) if runs else ()
    standing = ground.cpu_standing if device is ground.ram else ground.standing
    held = (tensors.total, cache, device.runtime)
    return Placed(verdict, (_placement(device, need, model.layers, memory, held),), (*reasons, *standing), shares)


def _verdict(need: int, high: int, available: int | None) -> Verdict:
    if available is None:
        return "unknown"
    if high <= COMFORT * available:
        return "fits"
    return "tight" if need <= available else "no"


def _short_of(need: int, device: Device) -> tuple[Reason, ...]:
    available = device.available or 0
    values = {"needed_bytes": need, "available_bytes": available, "missing_bytes": max(0, need - available),
              "device": device.title}  # fmt: skip
    return (Reason("needs_more_memory", values),)


def _in_use(card: Device, need: int) -> tuple[Reason, ...]:
    """Says when a card would hold everything, were nothing else using it."""
    if card.capacity is None or not (card.available or 0) < need <= COMFORT * card.capacity:
        return ()
    return (Reason("vram_in_use", {"gpu": card.title, "needed_bytes": need, "available_bytes": card.available or 0}),)


def _freed(ground: Ground, device: Device, need: int) -> tuple[Reason, ...]:
    """Says when all that `device` may take of the RAM would do, though what is free now does not."""
    whole, available = emptied(ground, device), device.available
    if whole is None or available is None or not available < need <= COMFORT * whole:
        return ()
    return (Reason("close_programs", {"needed_bytes": need, "available_bytes": available}),)


def _from_disk(device: Device, without_weights: int) -> tuple[Reason, ...]:
    """llama.cpp maps the file, so it can run from disk with little memory: true, and far too slow to count."""
    if device.available is None or without_weights > COMFORT * device.available:
        return ()
    return (Reason("from_disk_only", {}),)


def _placement(device: Device, used: int, layers: int, memory: MemoryEstimate, held: tuple[int, int, int]) -> Placement:
    """llama.cpp's part on one device, with the band of `memory` and the range of the runtime's context around it.

    `held` are the bytes of weights, of caches and of the runtime in it.
    """
    low, high = _range(device, used, memory)
    return Placement(device.name, device.capacity, device.available, used, layers, low, high, *held)


def _placed(device: Device, memory: MemoryEstimate, layers: int) -> Placement:
    """All of `memory`, which counts the context itself, on one device."""
    return Placement(device.name, device.capacity, device.available, memory.total, layers, memory.low, memory.high)


def _range(device: Device, used: int, memory: MemoryEstimate) -> tuple[int, int]:
    own, total = used - device.runtime, memory.total
    return int(own * memory.low / total) + device.runtime_low, int(own * memory.high / total) + device.runtime_high


def component(memory: MemoryEstimate, name: str) -> int:
    """Bytes of one part of `memory`, 0 when it has no such part."""
    for component in memory.components:
        if component[0] == name:
            return component[1]
    return 0
