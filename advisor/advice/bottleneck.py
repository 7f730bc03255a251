"""What holds a machine back first: each part made better alone, and the estimator asked what that would bring."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from math import log2
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.advice.grades import Bottleneck, Reach
from advisor.advice.survey import comfortable, dense_size
from advisor.advice.tier import current, teachable
from advisor.advice.upgrade_form import takes_cards
from advisor.catalog.model import Model
from advisor.catalog.models import models
from advisor.catalog.reading import Fields, read_json
from advisor.catalog.whatif import BUILT_IN, assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.machine import Gpu, Machine, SameMachine
from advisor.settings import Budget
from advisor.workload import Workload, for_method

BOTTLENECKS_FILE = RESOURCES / "advice" / "bottlenecks.json"
_ENOUGH = 0.05  # of a doubling: a change that brings less holds nothing back


class Part(NamedTuple):
    """A part that may hold back, and the factor of its change."""

    code: str
    factor: float
    why: str


class Rules(NamedTuple):
    """resources/advice/bottlenecks.json: sizes in parameters, the parts in the order in which equals are named."""

    floor: float
    card: str
    even_share: float
    parts: tuple[Part, ...]


@cache
def rules() -> Rules:
    """The program's own rules."""
    return load_rules(BOTTLENECKS_FILE)


def load_rules(path: Path) -> Rules:
    """Read and check such a file, uncached. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    parts = []
    for number, entry in enumerate(document.items("parts"), 1):
        fields = Fields(entry, f"{path.name}: #{number}")
        parts.append(Part(fields.choice("code", tuple(_CHANGES)), fields.number("factor", 1, 16), fields.text("why")))
        fields.close()
    for note in ("note", "floor_why", "card_why", "even_why"):
        document.text(note)
    found = Rules(
        document.number("floor_parameters", 1.0), document.text("card"), document.number("even_share", 0, 1),
        tuple(parts),
    )  # fmt: skip
    document.close()
    return found


def bottleneck(machine: Machine, budget: Budget = "free") -> Bottleneck | None:
    """The first bottleneck of `machine` with the default settings; None where no single change brings anything, or
    where the speed of the memory is not known so that nothing can be compared.
    """
    return _bottleneck(SameMachine(machine), budget)


@lru_cache(maxsize=4)
def _bottleneck(same: SameMachine, budget: Budget) -> Bottleneck | None:
    machine = same.machine
    if machine.memory.bandwidth_bytes_per_s is None and not any(g.usable for g in machine.gpus):
        return None
    room = _room(machine)
    before = _reach(machine, budget, room)
    found = list(_tried(machine, budget, room, before))
    most = max((b.gain for b in found), default=0.0)
    if most < _ENOUGH:
        return None
    return next(b for b in found if b.gain >= most * (1 - rules().even_share))


def _tried(machine: Machine, budget: Budget, room: int | None, before: Reach) -> Iterator[Bottleneck]:
    for part in rules().parts:
        changed = _CHANGES[part.code](machine, part.factor)
        if changed is None:
            continue
        after_machine, values = changed
        if part.code == "disk" and (room is None or not _lacks_room(machine, before, budget, room)):
            continue
        after = _reach(after_machine, budget, None if part.code == "disk" else room)
        yield Bottleneck(part.code, values, before, after, _gain(before, after))


def _gain(before: Reach, after: Reach) -> float:
    floor = rules().floor
    sizes = [
        [max(floor, dense_size(answer.model) if answer is not None else 0.0) for answer in reach]
        for reach in (before, after)
    ]
    return sum(log2(new / old) for old, new in zip(*sizes, strict=True))


# What is reached ----------------------------------------------------------------------------------------------------


@cache
def _ladder() -> tuple[Model, ...]:
    """Today's models, the largest first."""
    return tuple(sorted(filter(current, models()), key=dense_size, reverse=True))


def _reach(machine: Machine, budget: Budget, room: int | None) -> Reach:
    run, train = for_method(Workload(), "run"), for_method(Workload(), "qlora")
    running = (a for m in _ladder() if comfortable(a := estimate(machine, m, run, budget)) and _stored(a, room))
    # Without a usable GPU nothing is teachable: no need to ask.
    taught = _ladder() if any(gpu.usable for gpu in machine.gpus) else ()
    training = (a for m in taught if teachable(a := estimate(machine, m, train, budget)))
    return Reach(next(running, None), next(training, None))


def _stored(answer: Estimate, room: int | None) -> bool:
    """Whether the model's file has room on the disk; it has where the room is not known."""
    if room is None or answer.memory is None:
        return True
    return sum(c.bytes for c in answer.memory.components if c.name == "weights") <= room


def _room(machine: Machine) -> int | None:
    return max((d.free_bytes for d in machine.disks if d.free_bytes is not None), default=None)


def _lacks_room(machine: Machine, before: Reach, budget: Budget, room: int) -> bool:
    """Whether a larger model than the one reached would run if only its file had room."""
    without = _reach(machine, budget, None).run
    return without is not None and not _stored(without, room) and (before.run is None or without != before.run)


# The changes: the machine with one part made better and the figures that name it, or None where there is no such part


Change = tuple[Machine, Mapping[str, object]]


def _runtime(machine: Machine, _factor: float) -> Change | None:
    idle = [g for g in machine.gpus if g.kind not in BUILT_IN and g.vram_bytes and not _whole(g)]
    if not idle:
        return None
    gpus = tuple(_supported(g) if g in idle else g for g in machine.gpus)
    return replace(machine, gpus=gpus), {"gpu": idle[0].name or idle[0].pci_id or "GPU"}


def _supported(gpu: Gpu) -> Gpu:
    """The same memory and speed in a card of a maker and generation that every AI program supports in full."""
    return replace(
        gpu, usable=True, engines=("cuda", "vulkan"), vendor="NVIDIA", architecture="Ampere", compute_capability="8.6"
    )


def _whole(gpu: Gpu) -> bool:
    return gpu.usable is True and any(engine in (gpu.engines or ()) for engine in ("cuda", "rocm"))


def _gpu(machine: Machine, _factor: float) -> Change | None:
    if any(g.usable for g in machine.gpus):
        return None
    try:
        after = assemble(machine, gpu=rules().card, gpu_count=1, cpu=None, ram_gib=None)
    except UserError:  # not in this catalogue
        return None
    return after, {"card": rules().card, "fixed": not takes_cards(machine)}


def _disk(machine: Machine, _factor: float) -> Change | None:
    room = _room(machine)
    return None if room is None else (machine, {"free_bytes": room})


def _vram(machine: Machine, factor: float) -> Change | None:
    cards = [g for g in machine.gpus if g.usable and g.kind not in BUILT_IN and g.vram_bytes]
    if not cards:
        return None
    gpus = tuple(_larger(g, factor) if g in cards else g for g in machine.gpus)
    return replace(machine, gpus=gpus), {"size_bytes": sum(g.vram_bytes or 0 for g in cards)}


def _larger(gpu: Gpu, factor: float) -> Gpu:
    added = round((gpu.vram_bytes or 0) * (factor - 1))
    free = gpu.vram_available_bytes
    return replace(
        gpu, vram_bytes=(gpu.vram_bytes or 0) + added, vram_available_bytes=None if free is None else free + added
    )


def _ram(machine: Machine, factor: float) -> Change | None:
    memory = machine.memory
    size = machine.memory_budget_bytes
    if size is None:
        return None
    added = round(size * (factor - 1))
    larger = {
        name: value + added
        for name in ("total_bytes", "installed_bytes", "available_bytes", "limit_bytes")
        if (value := getattr(memory, name)) is not None
    }
    return replace(machine, memory=replace(memory, **larger)), {"size_bytes": size}


def _bandwidth(machine: Machine, factor: float) -> Change | None:
    cards = [g for g in machine.gpus if g.usable and g.bandwidth_bytes_per_s]
    own = [g for g in cards if g.kind not in BUILT_IN]
    speed = own[0].bandwidth_bytes_per_s if own else machine.memory.bandwidth_bytes_per_s
    if speed is None:
        return None
    gpus = tuple(
        replace(g, bandwidth_bytes_per_s=(g.bandwidth_bytes_per_s or 0) * factor) if g in cards else g
        for g in machine.gpus
    )
    changed = replace(machine, gpus=gpus)
    if not own:
        changed = replace(changed, memory=replace(machine.memory, bandwidth_bytes_per_s=speed * factor))
    return changed, {"bandwidth_bytes_per_s": speed}


def _avx2(machine: Machine, _factor: float) -> Change | None:
    features = machine.cpu.features
    if features is None or "avx2" in features or machine.cpu.architecture not in ("x86_64", None):
        return None
    return _with_features(machine, features | {"avx", "avx2", "fma", "f16c"}), {"cpu": machine.cpu.name or "CPU"}


def _with_features(machine: Machine, features: frozenset[str]) -> Machine:
    return replace(machine, cpu=replace(machine.cpu, features=features))


def _cores(machine: Machine, factor: float) -> Change | None:
    cpu = machine.cpu
    if cpu.cores is None:
        return None
    counts = {
        name: round(value * factor)
        for name in ("cores", "threads", "performance_cores", "efficiency_cores")
        if (value := getattr(cpu, name)) is not None
    }
    return replace(machine, cpu=replace(cpu, **counts)), {"cores": cpu.cores}


_CHANGES: Mapping[str, Callable[[Machine, float], Change | None]] = {
    "runtime": _runtime, "gpu": _gpu, "disk": _disk, "vram": _vram, "ram": _ram, "bandwidth": _bandwidth,
    "avx2": _avx2, "cores": _cores,
}  # fmt: skip
