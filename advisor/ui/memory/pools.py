"""What lies in which memory: RAM and each GPU's own, with the parts of an estimate that each holds. No Qt in it."""

from collections.abc import Iterable
from typing import NamedTuple

from advisor.estimator.result import Component, Estimate, MemoryEstimate, Placement
from advisor.machine import Machine
from advisor.settings import Budget

NEEDLE = 5  # the scale shows memory up to so many times what is needed, so that a small model is still seen


class Pool(NamedTuple):
    """One memory. Bytes; `capacity` and `available` are None where nobody knows them.

    `gpu` is the card's name, "" for RAM; `shared` says that GPU and processor have it in common; `stated` that the free
    memory was read, not assumed. `parts` are what the estimate puts there, () for nothing.
    """

    device: str
    gpu: str
    capacity: int | None
    available: int | None
    shared: bool = False
    stated: bool = True
    parts: tuple[Component, ...] = ()
    used: int = 0
    low: int = 0
    high: int = 0

    @property
    def short(self) -> bool:
        """Whether it does not hold what lies there."""
        return self.available is not None and self.used > self.available

    @property
    def kept(self) -> int:
        """Bytes that the system, its desktop and other programs keep."""
        return 0 if self.capacity is None or self.available is None else max(0, self.capacity - self.available)


def pools(machine: Machine, estimate: Estimate, budget: Budget) -> tuple[Pool, ...]:
    """Every memory of `machine` that a model could lie in: first those that `estimate` uses, in its order."""
    used = tuple(_used(machine, estimate, one) for one in estimate.placements)
    names = {pool.device for pool in used}
    shared = any(pool.shared for pool in used)
    rest = [pool for pool in _offered(machine, budget) if pool.device not in names]
    return (*used, *(pool for pool in rest if not (shared and pool.device == "ram")))


def need(found: Iterable[Pool]) -> int:
    """Bytes in all pools together."""
    return sum(pool.used for pool in found)


def longest(found: Iterable[Pool]) -> float:
    """Bytes at the right end of the one scale that all these pools share."""
    found = tuple(found)
    most = max((max(pool.used, pool.high) for pool in found), default=0)
    offered = max((pool.capacity or pool.available or 0 for pool in found), default=0)
    return max(most, min(offered, most * NEEDLE)) if most else offered


def beside(found: Iterable[Pool], memory: MemoryEstimate) -> list[tuple[str, Component]]:
    """What lies in pools without being a part of `memory`, as the contexts of runtimes: by the first device of each
    kind of memory.
    """
    counted = {part.name for part in memory.components if part.bytes}
    sums: dict[tuple[bool, str], tuple[str, int]] = {}
    for pool in found:
        for part in pool.parts:
            if part.name not in counted:
                device, size = sums.get((pool.device == "ram", part.name), (pool.device, 0))
                sums[pool.device == "ram", part.name] = device, size + part.bytes
    return [(device, Component(name, size)) for (_ram, name), (device, size) in sums.items()]


def parts_of(estimate: Estimate, place: Placement) -> tuple[Component, ...]:
    """The components of `estimate` that lie on the device of `place`; what is neither weights, cache nor runtime is
    scratch.
    """
    if not (place.weights or place.kv_cache or place.runtime):
        return () if estimate.memory is None else tuple(part for part in estimate.memory.components if part.bytes)
    held = (("weights", place.weights), ("kv_cache", place.kv_cache), ("runtime", place.runtime))
    scratch = place.used - place.weights - place.kv_cache - place.runtime
    named = dict((*held, ("compute_buffer", scratch)))
    order = ("weights", "kv_cache", "compute_buffer", "runtime")
    return tuple(Component(name, named[name]) for name in order if named[name] > 0)


def _used(machine: Machine, estimate: Estimate, place: Placement) -> Pool:
    return Pool(
        place.device, _gpu(machine, place.device), place.capacity, place.available, _shared(machine, place.device),
        _stated(machine, place.device), parts_of(estimate, place), place.used, place.low, place.high,
    )  # fmt: skip


def _offered(machine: Machine, budget: Budget) -> list[Pool]:
    from advisor.estimator.ground import ground  # the window is painted before the estimator loads

    place = ground(machine, budget)
    cards = {card.name: card for group in (place.cards, *place.torch_cards.values()) for card in group}
    devices = (*(cards[name] for name in sorted(cards)), place.ram)
    return [
        Pool(one.name, _gpu(machine, one.name), one.capacity, one.available, stated=_stated(machine, one.name))
        for one in devices
        if one.capacity is not None or one.available is not None
    ]


def _gpu(machine: Machine, device: str) -> str:
    """A card's name, with its number where there are several."""
    if device == "ram":
        return ""
    name = machine.gpus[int(device[3:])].name or "GPU"
    return name if len(machine.gpus) == 1 else f"{device[3:]} · {name}"


def _shared(machine: Machine, device: str) -> bool:
    return device != "ram" and machine.gpus[int(device[3:])].kind in ("integrated", "unified")


def _stated(machine: Machine, device: str) -> bool:
    """Whether the free memory of a device was told; a dump rarely does, and then it is assumed."""
    if device == "ram" or _shared(machine, device):
        return machine.memory.available_bytes is not None
    return machine.gpus[int(device[3:])].vram_available_bytes is not None


class Limit(NamedTuple):
    """What a curve is held against: bytes that are free in "vram", in "ram", in memory that GPU and processor have
    "shared", or in "both" cards and RAM together.
    """

    kind: str
    bytes: int


def limits(found: Iterable[Pool], divides: bool) -> tuple[Limit, ...]:
    """The free memory of `found`, the smaller first. `divides` says that a model may lie in several of them, as
    llama.cpp's do; else only the largest card counts.
    """
    found = [pool for pool in found if pool.available is not None]
    cards = [pool.available or 0 for pool in found if pool.device != "ram"]
    ram = sum(pool.available or 0 for pool in found if pool.device == "ram")
    vram = sum(cards) if divides else max(cards, default=0)
    lines = [Limit("shared" if any(pool.shared for pool in found) else "vram", vram)] if vram else []
    if ram:
        lines.append(Limit("both", vram + ram) if vram and divides else Limit("ram", ram))
    return tuple(sorted(lines, key=lambda line: line.bytes))
