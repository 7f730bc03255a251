"""What lies where: layers on GPUs and in RAM as llama.cpp's -ngl splits them, and the verdict that follows."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from advisor.catalog.model import Model
from advisor.estimator import llama_cpp
from advisor.estimator.ground import Device, Ground, Share, refused
from advisor.estimator.llama_cpp import Buffers
from advisor.estimator.mixes import Weights, weights
from advisor.estimator.process import in_ram
from advisor.estimator.result import MemoryEstimate, Placement, Reason, Verdict
from advisor.estimator.speed import decode_seconds
from advisor.workload import Workload

# A model "fits" when the high end of its band leaves a tenth of the budget free: other programs grow too.
COMFORT = 0.9
# RAM that every computer sold with a usable GPU has free: less than this is not asked for where RAM is not stated.
SMALL_HOST = 2 << 30
TRAINING_RAM, INFERENCE_RAM = "training_ram", "torch_ram"  # error bands of torch's memory in RAM


class Placed(NamedTuple):
    """Where a model lies, whether that is enough, and what each device reads."""

    verdict: Verdict
    placements: tuple[Placement, ...]
    reasons: tuple[Reason, ...]
    shares: tuple[Share, ...]  # empty when it cannot run


def place_llama_cpp(ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate) -> Placed:
    """Placement of llama.cpp inference: one GPU if one holds everything, else several, else GPU and RAM, else RAM."""
    tensors = weights(model, workload.quant)
    if ground.cards:
        placed = _on_cards(ground, model, workload, memory, tensors)
        return _better(ground, model, workload, memory, tensors, placed) if placed.verdict == "offload" else placed
    if ground.pool is not None:
        return _in_pool(ground, ground.pool, model, memory, tensors)
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
        placements = (_placement(held, need.total, model.layers),)
        return Placed("no", placements, (*reasons, barred["ram"], *ground.standing), ()), need
    verdict = _verdict(resident.total, resident.high, ground.ram.available)
    if verdict in ("fits", "tight"):
        reasons = (*reasons, Reason("runs_on_cpu", {}))
    elif device is not None:
        if ground.ram.available is None:
            reasons = (*reasons, Reason("ram_unknown", {"needed_bytes": resident.total}))
        placements = (_placement(device, memory.total, model.layers),)
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
    return Placed(verdict, (_placement(device, memory.total, model.layers),), (*reasons, *ground.standing), shares)


def _on_cards(ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, tensors: Weights) -> Placed:
    first = ground.cards[0]
    scratch = llama_cpp.buffers(model, workload)
    fixed = first.runtime + scratch.gpu_compute
    cache = component(memory, "kv_cache")
    need = _movable(tensors) + cache + fixed
    verdict = _verdict(need, int(need * memory.high / memory.total), first.available)
    if verdict in ("fits", "tight"):
        host = _host_need(memory, tensors, need - fixed)
        placements = (_placement(first, need, model.layers), _placement(ground.ram, host, 0))
        share = Share(first, tensors.active_bytes, cache, model.layers)
        return _with_host(ground, memory, verdict, host, placements, (), (share,))
    placed = _split(ground, model, workload, memory, tensors, scratch)
    return placed._replace(reasons=(*_in_use(first, need), *placed.reasons))


def _split(
    ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, tensors: Weights, scratch: Buffers
) -> Placed:
    """The last layers and the head go to the GPUs, as many as fit; the first layers stay in RAM."""
    tails = _tails(model, workload.quant)
    caches = _cache_tails(llama_cpp.kv_bytes(model, workload))
    head = tensors.head_bytes + tensors.other_bytes
    placed = 0
    shares: list[Share] = []
    placements: list[Placement] = []
    used: list[int] = []
    for card, count, size in _fill(ground.cards, tails.layers, caches, head, scratch.gpu_compute):
        upto = placed + count
        read = tails.active[upto] - tails.active[placed] + (0 if shares else head)
        shares.append(Share(card, read, caches[upto] - caches[placed], count))
        placements.append(_placement(card, size, count))
        used.append(size)
        placed = upto
    # A tied embedding is copied to the GPU, so it frees nothing in RAM.
    moved = tails.layers[placed] + caches[placed] + head - (tensors.head_bytes if tensors.tied else 0)
    host = _host_need(memory, tensors, moved)
    left = model.layers - placed
    placements.append(_placement(ground.ram, host, left))
    if left == 0 and shares:
        verdict: Verdict = "fits" if _roomy(ground.cards, used, memory) else "tight"
        reason = Reason("several_gpus", {"count": len(shares)})
        return _with_host(ground, memory, verdict, host, tuple(placements), (reason,), tuple(shares))
    if not shares:
        return Placed("offload", (), (), ())
    shares.append(Share(ground.ram, tails.active[-1] - tails.active[placed], caches[-1] - caches[placed], left))
    return _offloaded(ground, model, memory, host, tuple(placements), tuple(shares), placed)


def _better(
    ground: Ground, model: Model, workload: Workload, memory: MemoryEstimate, tensors: Weights, split: Placed
) -> Placed:
    """`split`, or RAM alone where that is faster: layers on a slow card can cost more than they save."""
    alone = _in_ram(ground, model, memory, tensors)
    if not split.shares:
        reason = Reason("nothing_on_gpu", {"gpu": ground.cards[0].title})
        return alone._replace(reasons=(*split.reasons, reason, *alone.reasons))
    if alone.verdict not in ("fits", "tight"):
        return split
    ours = decode_seconds(model, workload, alone.shares)
    theirs = decode_seconds(model, workload, split.shares)
    if ours is None or theirs is None or ours >= theirs:
        return split
    reason = Reason("ram_is_faster", {"gpu": split.shares[0].device.title})
    return alone._replace(reasons=(reason, *alone.reasons))


def _with_host(
    ground: Ground, memory: MemoryEstimate, verdict: Verdict, host: int, placements: tuple[Placement, ...],
    reasons: tuple[Reason, ...], shares: tuple[Share, ...],
) -> Placed:  # fmt: skip
    """The verdict of GPUs that hold every layer, made worse where RAM does not hold `host`, what stays with it."""
    enough = _verdict(host, int(host * memory.high / memory.total), ground.ram.available)
    if enough == "unknown":
        known = host < SMALL_HOST
        code = "ram_not_stated" if known else "memory_unknown"
        values: dict[str, object] = {"needed_bytes": host} if known else {"device": "RAM"}
        verdict, shares = (verdict, shares) if known else ("unknown", ())
        reasons = (*reasons, Reason(code, values))
    elif enough == "no":
        verdict, shares = "no", ()
        reasons = (*reasons, *_short_of(host, ground.ram), *_freed(ground, host))
    elif enough == "tight":
        verdict = "tight"
    return Placed(verdict, placements, (*reasons, *ground.standing), shares)


class _Tails(NamedTuple):
    """Bytes of the last 0, 1, 2, ... layers: stored, and read for one token."""

    layers: tuple[int, ...]
    active: tuple[int, ...]


@lru_cache(maxsize=4096)
def _tails(model: Model, quant: str) -> _Tails:
    tensors = weights(model, quant)
    return _Tails(
        tuple(accumulate(reversed(tensors.layer_bytes), initial=0)),
        tuple(accumulate(reversed(tensors.active_layer_bytes), initial=0)),
    )


def _offloaded(
    ground: Ground, model: Model, memory: MemoryEstimate, host: int, placements: tuple[Placement, ...],
    shares: tuple[Share, ...], on_gpu: int,
) -> Placed:  # fmt: skip
    enough = _verdict(host, int(host * memory.high / memory.total), ground.ram.available)
    if enough == "unknown":
        return Placed("unknown", placements, (Reason("memory_unknown", {"device": "RAM"}), *ground.standing), ())
    if enough == "no":
        reasons = (*_short_of(host, ground.ram), *_freed(ground, host), *ground.standing)
        return Placed("no", placements, reasons, ())
    reason = Reason("partly_on_gpu", {"layers": on_gpu, "all_layers": model.layers})
    return Placed("offload", placements, (reason, *ground.cpu_standing), shares)


def _cache_tails(caches: tuple[int, ...]) -> Sequence[int]:
    """Bytes of the caches of the last 0, 1, 2, ... layers; most models have the same in every layer."""
    first = caches[0]
    if first and caches.count(first) == len(caches):
        return range(0, first * (len(caches) + 1), first)
    return list(accumulate(reversed(caches), initial=0))


def _fill(
    cards: tuple[Device, ...], layers: Sequence[int], caches: Sequence[int], head: int, compute: int
) -> Iterator[tuple[Device, int, int]]:
    """Cards that take something, how many layers and bytes each, from the last layer backwards; `layers` and `caches`
    are the bytes of the last 0, 1, 2, ... layers.

    llama.cpp gives the head to the GPUs first, then the last layers; each card also holds a context and a buffer.
    """
    placed = 0
    for card in cards:
        room = (card.available or 0) - card.runtime - compute - head
        if room < 0:
            continue
        start = layers[placed] + caches[placed]
        upto = bisect_right(range(len(layers)), start + room, key=lambda k: layers[k] + caches[k]) - 1
        if upto == placed and not head:
            continue
        yield card, upto - placed, layers[upto] + caches[upto] - start + head + card.runtime + compute
        placed, head = upto, 0


def _in_pool(ground: Ground, pool: Device, model: Model, memory: MemoryEstimate, tensors: Weights) -> Placed:
    """A GPU that shares the system's memory: one budget, nothing counted twice."""
    need = memory.total + pool.runtime
    high = int(need * memory.high / memory.total)
    verdict = _verdict(need, high, pool.available)
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
        reasons = (*_short_of(need, device), *_freed(ground, need), *_from_disk(device, need - tensors.total))
    elif verdict == "unknown":
        reasons = (Reason("memory_unknown", {"device": device.title}),)
    runs = verdict in ("fits", "tight")
    cache = component(memory, "kv_cache")
    shares = (Share(device, tensors.active_bytes, cache, model.layers),) if runs else ()
    standing = ground.cpu_standing if device is ground.ram else ground.standing
    return Placed(verdict, (_placement(device, need, model.layers),), (*reasons, *standing), shares)


def _verdict(need: int, high: int, available: int | None) -> Verdict:
    if available is None:
        return "unknown"
    if high <= COMFORT * available:
        return "fits"
    return "tight" if need <= available else "no"


def _roomy(cards: tuple[Device, ...], used: list[int], memory: MemoryEstimate) -> bool:
    """Whether the cards together have room to spare: layers can be divided more evenly than by filling cards."""
    return sum(used) * memory.high / memory.total <= COMFORT * sum(card.available or 0 for card in cards)


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


def _freed(ground: Ground, need: int) -> tuple[Reason, ...]:
    """Says when the whole memory would do, though what is free now does not."""
    capacity, available = ground.ram.capacity, ground.ram.available
    if capacity is None or available is None or not available < need <= COMFORT * capacity:
        return ()
    return (Reason("close_programs", {"needed_bytes": need, "available_bytes": available}),)


def _from_disk(device: Device, without_weights: int) -> tuple[Reason, ...]:
    """llama.cpp maps the file, so it can run from disk with little memory: true, and far too slow to count."""
    if device.available is None or without_weights > COMFORT * device.available:
        return ()
    return (Reason("from_disk_only", {}),)


def _host_need(memory: MemoryEstimate, tensors: Weights, moved: int) -> int:
    """RAM that stays in use when `moved` bytes went to GPUs: the input embedding always stays (llama.cpp keeps it)."""
    resident = memory.resident_needed or memory.total
    return max(resident - moved, tensors.embedding_bytes)


def _movable(tensors: Weights) -> int:
    """Weights on the GPU when all layers go there; a tied embedding is copied for the logits."""
    return tensors.total if tensors.tied else tensors.total - tensors.embedding_bytes


def _placement(device: Device, used: int, layers: int) -> Placement:
    return Placement(device.name, device.capacity, device.available, used, layers)


def component(memory: MemoryEstimate, name: str) -> int:
    """Bytes of one part of `memory`, 0 when it has no such part."""
    for component in memory.components:
        if component[0] == name:
            return component[1]
    return 0
