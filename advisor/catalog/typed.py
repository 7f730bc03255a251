"""A computer as somebody describes it: parts typed into a form, checked against the catalogues, as a Machine."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from advisor.catalog.built_in import built_in, built_in_graphics
from advisor.catalog.complete import complete, looked_up
from advisor.catalog.cpus import CpuSpec, find_cpu, known_cpu
from advisor.catalog.gpus import GpuSpec, find_gpu, named
from advisor.catalog.whatif import BUILT_IN, catalogue_gpu, fastest_modules
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Battery, Cpu, Disk, DiskKind, Gpu, Machine, Memory, MemoryModule, Origin, Part, value_fields
from advisor.sources.plain import bounded

P = TypeVar("P", bound=Part)

_GIB = 1 << 30
MOST_GIB = 1 << 16
MOST_OF_ONE_CARD = 64
FASTEST = "fastest"  # as Parts.memory: whatever the processor's generation takes at most
TYPED = Origin("assumed", N_("as typed"))
NOT_STATED = Origin("unknown", N_("not stated"))
_COUNTS = tuple(str(count) for count in range(1, 65))
_PART = re.compile(r"(?:([1-9]\d?)[x×*])?(\d{1,4}(?:\.\d{1,3})?)")
_KIND = re.compile(r"((?:LP)?DDR[2-6]?X?L?)(?:[\s-]*(\d{3,5})(?:\s*(?:MT/s|MHz))?)?", re.IGNORECASE)
_SYSTEMS = {"windows": "Windows", "linux": "Linux", "macos": "macOS"}
# What a system counts is less than its modules hold: the firmware and built-in graphics keep some.
_LEAST_COUNTED = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What was typed; None and () are not stated. Sizes in GiB; `cards` are names with how many there are of each."""

    model: str | None = None
    chassis: Literal["laptop", "desktop", "server"] | None = None
    os_family: Literal["windows", "linux", "macos"] | None = None
    cpu: str | None = None
    ram_gib: float | None = None
    modules: tuple[float, ...] = ()
    module_count: int | None = None  # where their sizes are not stated
    memory: str | None = None  # "DDR3-1600", "DDR4", or FASTEST
    cards: tuple[tuple[str, int], ...] = ()
    disk_free_gib: float | None = None
    disk_kind: DiskKind | None = None


def typed(parts: Parts) -> Machine:
    """The completed machine that `parts` describe, source "catalogue"; what is not stated is unknown and says so.

    Graphics on the processor's chip come with it. Raises UserError: the first of `problems`.
    """
    for problem in problems(parts).values():
        raise problem
    spec = find_cpu(parts.cpu) if parts.cpu else None
    machine = Machine(
        source="catalogue",
        cpu=_part(Cpu, name=spec.name if spec else None),
        memory=_memory(parts, spec),
        gpus=_gpus(parts, spec),
        disks=_disks(parts),
        battery=_part(Battery),
    )
    values = {
        "model": bounded(parts.model or "") or None,
        "chassis": parts.chassis,
        "os_family": parts.os_family,
        "os_name": _SYSTEMS.get(parts.os_family or ""),
    }
    return complete(_stated(machine, **values))


def problems(parts: Parts) -> Mapping[str, UserError]:
    """What is wrong with `parts`, by field: "cpu", "ram", "modules", "memory", "disk", "card0", "card1", ..."""
    checks: list[tuple[str, Callable[[], object]]] = [
        ("cpu", lambda: _check_cpu(parts)),
        ("ram", lambda: _check_size(parts.ram_gib)),
        ("modules", lambda: _check_modules(parts)),
        ("memory", lambda: memory_kind(parts.memory)),
        ("disk", lambda: _check_size(parts.disk_free_gib)),
        *((f"card{at}", lambda card=card: _check_card(*card)) for at, card in enumerate(parts.cards)),
    ]  # fmt: skip
    found = {}
    for field, check in checks:
        try:
            check()
        except UserError as error:
            found[field] = error
    return found


def memory_kind(text: str | None) -> tuple[str | None, int | None]:
    """Kind and speed (MT/s) of "DDR4-3200" or "DDR4"; (None, None) where none is stated. Raises UserError."""
    if text is None or text == FASTEST:
        return None, None
    match = _KIND.fullmatch(text.strip())
    if match is None:
        raise UserError(N_("{text}: a kind of memory such as DDR4 or DDR4-3200 was expected"), text=bounded(text, 40))
    return match[1].upper(), int(match[2]) if match[2] else None


def modules_of(text: str) -> tuple[tuple[float, ...], int | None]:
    """The modules' sizes in GiB, or only their number: "4 + 8", "2 x 8", "2". Raises UserError."""
    plain = re.sub(r"\s|gi?b?", "", text.lower())
    if not plain:
        return (), None
    if plain in _COUNTS:
        return (), int(plain)
    parts = [_PART.fullmatch(part) for part in plain.split("+")]
    sizes = [float(part[2]) for part in parts if part for _ in range(int(part[1] or 1))]
    if plain.isdigit() or not all(parts) or not 0 < len(sizes) <= len(_COUNTS):
        raise UserError(
            N_("{text}: a number of modules or their sizes, such as 2 or 4 + 8, were expected"), text=bounded(text, 40)
        )
    return tuple(sizes), None


def own_graphics(cpu: str | None, ram_gib: float | None = None) -> GpuSpec | None:
    """The graphics on the chip of a processor, by its name; None where it has none or none is known.

    The memory's size chooses among the chips sold under one name ("Apple M4 Max").
    """
    spec = known_cpu(cpu) if cpu else None
    if spec is None:
        return None
    graphics = built_in_graphics(spec.name)
    if graphics is not None:
        return next((one for one in named(graphics) if one.name == graphics), None)
    # Other chips' graphics go by the chip's own name.
    same = [one for one in named(spec.name) if one.kind == "unified"]
    same = [one for one in same if ram_gib is None or one.fits(round(ram_gib * _GIB))] or same
    return next((one for one in same if one.name == spec.name), same[0] if same else None)


def _check_cpu(parts: Parts) -> None:
    if parts.cpu:
        find_cpu(parts.cpu)
    elif parts.ram_gib is None and not parts.modules:
        raise UserError(N_("name the processor or the size of the memory"))


def _check_size(size: float | None) -> None:
    if size is not None and not 0 < size <= MOST_GIB:
        raise UserError(N_("{value} is not a size from 0 to {high} GiB"), value=size, high=MOST_GIB)


def _check_modules(parts: Parts) -> None:
    for size in parts.modules:
        _check_size(size)
    total = sum(parts.modules)
    if parts.modules and parts.ram_gib is not None and not _LEAST_COUNTED * total <= parts.ram_gib <= total:
        raise UserError(
            N_("the modules make {sum} GiB, the memory has {total}"), sum=f"{total:g}", total=f"{parts.ram_gib:g}"
        )


def _check_card(name: str, count: int) -> None:
    spec = find_gpu(name)
    most = 1 if spec.kind in BUILT_IN else MOST_OF_ONE_CARD
    if spec.kind in BUILT_IN and count != 1:
        raise UserError(N_("{name} is part of a processor; a machine has one of it"), name=spec.name)
    if not 1 <= count <= most:
        raise UserError(N_("{value} is not a whole number from {low} to {high}"), value=count, low=1, high=most)


def _memory(parts: Parts, cpu: CpuSpec | None) -> Memory:
    kind, speed = memory_kind(parts.memory)
    total = parts.ram_gib or sum(parts.modules) or None
    made = tuple(_part(MemoryModule, size_bytes=round(s * _GIB), kind=kind, speed_mts=speed) for s in parts.modules)
    memory = _part(
        Memory,
        total_bytes=None if total is None else round(total * _GIB),
        installed_bytes=round(sum(parts.modules) * _GIB) or None,
        kind=kind,
        speed_mts=speed,
    )
    memory = replace(memory, modules=made)
    if parts.memory == FASTEST and cpu is not None:
        memory = fastest_modules(memory, cpu)
    if parts.module_count and not made:
        most = int((cpu.memory_channels if cpu else None) or 2)
        text = N_("memory modules, as many as the processor has channels")
        origin = Origin("assumed", text if parts.module_count > 1 else N_("one memory module: one channel"))
        memory = replace(
            memory, channels=min(parts.module_count, most) or None, origins={**memory.origins, "channels": origin}
        )
    return memory


def _gpus(parts: Parts, cpu: CpuSpec | None) -> tuple[Gpu, ...]:
    specs = [find_gpu(name) for name, count in parts.cards for _ in range(count)]
    cards = [_explained(catalogue_gpu(spec, TYPED)) for spec in specs]
    own = own_graphics(cpu.name, parts.ram_gib) if cpu else None
    if own is not None and not any(spec.kind in BUILT_IN for spec in specs):
        on_chip = looked_up(cpu.name if cpu else own.name, built_in().source)
        cards.append(_explained(catalogue_gpu(own, on_chip)))
    return tuple(cards)


def _disks(parts: Parts) -> tuple[Disk, ...]:
    if parts.disk_free_gib is None and parts.disk_kind is None:
        return ()
    free = None if parts.disk_free_gib is None else round(parts.disk_free_gib * _GIB)
    return (_part(Disk, kind=parts.disk_kind, free_bytes=free),)


def _part(make: type[P], **values: object) -> P:
    return _stated(make(), **values)


def _stated(part: P, **values: object) -> P:
    """`part` with what was typed; of all else it says that it was not stated."""
    known = {name: value for name, value in values.items() if value is not None}
    done = replace(part, **known, origins=dict.fromkeys(known, TYPED))
    return _explained(done)


def _explained(part: P) -> P:
    missing = [name for name in value_fields(part) if getattr(part, name) is None and name not in part.origins]
    return replace(part, origins={**part.origins, **dict.fromkeys(missing, NOT_STATED)})
