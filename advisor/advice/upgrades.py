"""What new hardware would bring, computed on the machine as it would be then."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from advisor.advice.result import Pick, Upgrade
from advisor.advice.survey import Survey, comfortable, decode, largest, realistic, survey
from advisor.catalog.measured import with_peak
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.machine import Machine, Memory, Origin
from advisor.workload import Method

# A ladder of cards that are sold, new or used: each row is a step in memory.
GPUS = ("GeForce RTX 3060 12 GB", "GeForce RTX 5060 Ti 16 GB", "GeForce RTX 3090", "GeForce RTX 5090")
_DESKTOP_RAM_GIB = 32.0  # of the other computer that a laptop's owner would buy
_WORTH_TELLING = 1.1  # a factor on the speed below this is no reason to buy a card
_MULTIPLIES = 1.5  # a factor on the speed from which more memory alone is the lesser step
_MOST = 0.75  # the share of the largest gain that a smaller step must bring to be the one to take
_METHODS: tuple[Method, ...] = ("run", "qlora")
# Sequential reading of a model file from a disk, bytes per second: usual figures of each kind's data sheets.
_DISK_READ = {"hdd": 130e6, "ssd": 500e6, "nvme": 3000e6}


def upgrades(found: Survey, picks: tuple[Pick, ...]) -> tuple[Upgrade, ...]:
    """Memory, graphics card, disk, cooling: those that apply, each with its numbers, what helps most first."""
    reference = next((p.estimate for p in picks if p.use not in ("lora", "qlora")), None)
    lacking = not any(comfortable(answer) for answer in found.estimates["run"])
    counted = sorted((*_memory(found, reference), *_graphics(found, reference)), key=_help, reverse=True)
    if not lacking and any(_multiplies(u) for u in counted):
        counted.sort(key=lambda u: u.code == "more_ram" and not _multiplies(u))
    parts = [*counted, *_storage(found, reference)]
    if found.machine.chassis == "laptop":
        parts.append(Upgrade("cooling", {}))
    return tuple(parts)


def worth_most(parts: Sequence[Upgrade]) -> Upgrade | None:
    """The smallest step that brings most of what the best one would; None when nothing brings a model."""
    useful = [u for u in parts if _models(u)]
    most = max(map(_models, useful), default=0)
    enough = [u for u in useful if _models(u) >= _MOST * most and _multiplies(u) >= _multiplies(useful[0])]
    return enough[-1] if enough else None


def _help(one: Upgrade) -> tuple[float, float]:
    return _models(one), one.decode or 0.0


def _models(one: Upgrade) -> int:
    return (one.new_run or 0) + (one.new_train or 0)


def _multiplies(one: Upgrade) -> bool:
    return (one.decode or 0.0) >= _MULTIPLIES


def _memory(found: Survey, reference: Estimate | None) -> Iterator[Upgrade]:
    total = found.machine.memory.total_bytes
    if total is None or "container" in (found.machine.environment or ()) or _unified(found.machine):
        return
    size = (found.machine.memory.installed_bytes or total) / 2**30
    size = 2.0 ** round(size).bit_length() if size > 2 else 4.0  # the next power of two: modules come in those
    if found.machine.memory.channels == 1:
        machine = _second_module(found.machine)
        yield _gain(found, machine, reference, "second_module", {"to_bytes": machine.memory.total_bytes})
    else:
        machine = assemble(found.machine, gpu=None, gpu_count=1, cpu=None, ram_gib=size)
        yield _gain(
            found,
            machine,
            reference,
            "more_ram",
            {"from_bytes": found.machine.memory.installed_bytes or total, "to_bytes": round(size * 2**30)},
        )


def _unified(machine: Machine) -> bool:
    """Whether processor, graphics and memory are one part, which nobody can extend."""
    return any(gpu.kind == "unified" for gpu in machine.gpus)


def _second_module(machine: Machine) -> Machine:
    """`machine` with a module of the same kind beside its only one: twice the size and twice the channels."""
    memory = with_peak(machine.memory)
    added = memory.installed_bytes or memory.total_bytes or 0
    origin = Origin("assumed", N_("a second module of the same kind"))
    changed: Memory = replace(
        memory,
        total_bytes=None if memory.total_bytes is None else memory.total_bytes + added,
        available_bytes=None if memory.available_bytes is None else memory.available_bytes + added,
        channels=2,
        bandwidth_bytes_per_s=None if memory.bandwidth_bytes_per_s is None else 2 * memory.bandwidth_bytes_per_s,
        origins={**memory.origins, "channels": origin, "bandwidth_bytes_per_s": origin, "total_bytes": origin},
    )
    return replace(machine, memory=changed, source="catalogue")


def _graphics(found: Survey, reference: Estimate | None) -> Iterator[Upgrade]:
    """Cards with more memory than the best that is there; for a laptop another computer with that card."""
    machine = found.machine
    have = max((g.vram_bytes or 0 for g in machine.gpus if g.usable), default=0)
    laptop = machine.chassis in ("laptop", "tablet") or _unified(machine)
    for name in GPUS:
        try:
            after = assemble(
                None if laptop else machine,
                gpu=name, gpu_count=1, cpu=None, ram_gib=_DESKTOP_RAM_GIB if laptop else None,
            )  # fmt: skip
        except UserError:  # not in this catalogue
            continue
        size = max((g.vram_bytes or 0 for g in after.gpus), default=0)
        if size > 1.05 * have:  # 24 GiB on the box are 23.99 in the driver
            code = "other_computer" if laptop else "gpu"
            values = {"gpu": name, "vram_bytes": size, "ram_bytes": after.memory.total_bytes}
            gain = _gain(found, after, reference, code, values)
            if gain.new_run or gain.new_train or (gain.decode or 0) > _WORTH_TELLING:
                yield gain


def _storage(found: Survey, reference: Estimate | None) -> Iterator[Upgrade]:
    """A solid-state disk where models would lie on a hard disk: what loading one takes before and after."""
    kinds = {disk.kind for disk in found.machine.disks}
    if "hdd" not in kinds or kinds & {"ssd", "nvme"} or reference is None or reference.memory is None:
        return
    size = next(c.bytes for c in reference.memory.components if c.name == "weights")
    values = {
        "model": reference.model.name, "size_bytes": size,
        "before_s": size / _DISK_READ["hdd"], "after_s": size / _DISK_READ["ssd"],
    }  # fmt: skip
    yield Upgrade("ssd", values)


def _gain(found: Survey, machine: Machine, reference: Estimate | None, code: str, values: dict[str, object]) -> Upgrade:
    """The same survey on the changed machine, and what became possible."""
    after = survey(machine, found.workload, found.budget, _METHODS)
    run = _new(found, after, "run")
    train = _new(found, after, "qlora")
    factor = _factor(reference, after) if reference is not None else None
    return Upgrade(
        code, values, run, train, factor, reference.model.name if factor is not None and reference else None,
        largest(after.estimates["run"], comfortable),
    )  # fmt: skip


def _new(before: Survey, after: Survey, method: Method) -> int:
    """How many models become comfortable to run, or realistic to train."""
    wanted = comfortable if method == "run" else realistic
    pairs = zip(before.estimates[method], after.estimates[method], strict=True)
    return sum(wanted(new) and not wanted(old) for old, new in pairs)


def _factor(reference: Estimate, after: Survey) -> float | None:
    answer = next(a for a in after.estimates["run"] if a.model is reference.model)
    old, new = decode(reference), decode(answer)
    return new / old if old and new else None
