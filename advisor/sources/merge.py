"""Putting partial answers together: the earlier source wins, later ones fill the gaps; contradictions are dropped."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from advisor.i18n import N_
from advisor.machine import Gpu, Machine, Origin, Part, value_fields

P = TypeVar("P", bound=Part)

# Words around a card's name that some programs write and others leave out.
_FILLERS = frozenset({"nvidia", "amd", "ati", "intel", "corporation", "r", "tm", "inc", "graphics", "rev", "a1", "a2"})


def merge(first: Machine, second: Machine) -> Machine:
    """`first` with what only `second` knows. GPUs are matched by bus address, then by PCI id; lists are not mixed."""
    machine = _fill(first, second)
    memory = _fill(first.memory, second.memory)
    modules = first.memory.modules or second.memory.modules
    return dataclasses.replace(
        machine,
        cpu=_fill(first.cpu, second.cpu),
        memory=dataclasses.replace(memory, modules=modules),
        gpus=_merge_gpus(first.gpus, second.gpus),
        disks=first.disks or second.disks,
        battery=_fill(first.battery, second.battery),
        notes=(*first.notes, *(note for note in second.notes if note not in first.notes)),
    )


def _fill(first: P, second: P) -> P:
    origins = dict(first.origins)
    changes: dict[str, Any] = {}
    for name in value_fields(first):
        if getattr(first, name) is not None:
            continue
        value = getattr(second, name)
        # An answer beats a reason; the first reason stands, because the first source is the one to be trusted.
        if value is not None:
            changes[name] = value
            if name in second.origins:
                origins[name] = second.origins[name]
        elif name in second.origins:
            origins.setdefault(name, second.origins[name])
    return dataclasses.replace(first, **changes, origins=origins)


def _merge_gpus(first: tuple[Gpu, ...], second: tuple[Gpu, ...]) -> tuple[Gpu, ...]:
    """Each card once: what is sure (place, id) goes before what is likely (name), and that before what is left."""
    twins: dict[int, int] = {}
    for same in (_same_place_or_id, _same):
        for number, gpu in enumerate(first):
            free = (n for n, other in enumerate(second) if n not in twins.values() and same(gpu, other))
            if number not in twins and (twin := next(free, None)) is not None:
                twins[number] = twin
    twins |= _left_over(first, second, twins)
    merged = [_filled(gpu, second[twins[n]]) if n in twins else gpu for n, gpu in enumerate(first)]
    return (*merged, *(gpu for n, gpu in enumerate(second) if n not in twins.values()))


def _filled(gpu: Gpu, twin: Gpu) -> Gpu:
    filled = _fill(gpu, twin)
    if not _is_cut(gpu.name) or not twin.name or _is_cut(twin.name):
        return filled
    # nvidia-smi's table cuts names: any other source's whole name is better.
    origins = {**filled.origins, **({"name": twin.origins["name"]} if "name" in twin.origins else {})}
    return dataclasses.replace(filled, name=twin.name, origins=origins)


def _is_cut(name: str | None) -> bool:
    return bool(name and name.endswith("..."))


def _left_over(first: Sequence[Gpu], second: Sequence[Gpu], twins: Mapping[int, int]) -> dict[int, int]:
    """Cards that both sources list as a maker's only ones, or as equally many equal ones, under unlike names.

    lspci says "Raphael" or a number, other programs "AMD Radeon Graphics" without any number.
    """
    pairs: dict[int, int] = {}
    for vendor in dict.fromkeys(gpu.vendor for gpu in first if gpu.vendor):
        ours = [n for n, gpu in enumerate(first) if n not in twins and gpu.vendor == vendor]
        theirs = [n for n, gpu in enumerate(second) if n not in twins.values() and gpu.vendor == vendor]
        alike = all(
            len({(gpus[n].name, gpus[n].pci_id) for n in numbers}) == 1
            for gpus, numbers in ((first, ours), (second, theirs))
        )
        if len(ours) == len(theirs) and alike and not _contradict(first[ours[0]], second[theirs[0]]):
            pairs |= dict(zip(ours, theirs, strict=True))
    return pairs


def _contradict(one: Gpu, other: Gpu) -> bool:
    """Whether two cards of one maker cannot be the same."""
    for name in ("bus_address", "pci_id", "kind"):
        values = {getattr(one, name), getattr(other, name)} - {None}
        if len(values) > 1:
            return True
    if not one.name or not other.name or one.vendor == "Intel":
        return False  # Intel's graphics have the processors' names in one list and their own in the other
    numbers = [set(re.findall(r"\d{3,}", gpu.name or "")) for gpu in (one, other)]
    return one.vendor == "NVIDIA" or bool(numbers[0] and numbers[1] and not numbers[0] & numbers[1])


def _same_place_or_id(one: Gpu, other: Gpu) -> bool:
    if one.bus_address and other.bus_address:
        return one.bus_address == other.bus_address
    return bool(one.pci_id and one.pci_id == other.pci_id)


def _same(one: Gpu, other: Gpu) -> bool:
    """By place, then by PCI id, then by name: listings without ids differ in what they put around a card's name."""
    if one.bus_address and other.bus_address:
        return one.bus_address == other.bus_address
    if one.pci_id and other.pci_id:
        return one.pci_id == other.pci_id
    if not one.name or not other.name:
        return False
    words = [set(re.findall(r"[a-z0-9]+", name.lower())) - _FILLERS for name in (one.name, other.name)]
    return bool(words[0] and words[1]) and (words[0] <= words[1] or words[1] <= words[0])


def consistent(machine: Machine) -> Machine:
    """Drop what contradicts a better known value: more memory free than there is, a disk fuller than full."""
    memory = machine.memory
    if memory.total_bytes and memory.available_bytes and memory.available_bytes > memory.total_bytes:
        memory = _dropped(memory, "available_bytes")
    gpus = tuple(
        _dropped(g, "vram_available_bytes")
        if g.vram_bytes is not None and (g.vram_available_bytes or 0) > g.vram_bytes
        else g
        for g in machine.gpus
    )
    disks = tuple(
        _dropped(d, "free_bytes") if d.total_bytes is not None and (d.free_bytes or 0) > d.total_bytes else d
        for d in machine.disks
    )
    return dataclasses.replace(machine, memory=memory, gpus=gpus, disks=disks)


def _dropped(part: P, name: str) -> P:
    reason = N_("{source} says more is free than there is")
    detail = part.origins[name].detail if name in part.origins else "?"
    origins = {**part.origins, name: Origin("unknown", reason, {"source": detail})}
    changes: dict[str, Any] = {name: None}
    return dataclasses.replace(part, **changes, origins=origins)
