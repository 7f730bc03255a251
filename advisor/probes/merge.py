"""Putting partial answers together: the earlier source wins, later ones fill the gaps, every gap has a reason."""

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeVar

from advisor.i18n import N_
from advisor.machine import Gpu, Machine, Origin, Part, value_fields
from advisor.probes.runner import Outcome

P = TypeVar("P", bound=Part)


def merged(outcomes: Sequence[Outcome]) -> Machine:
    """One machine out of all outcomes, most trusted first."""
    machine = Machine()
    for outcome in outcomes:
        if outcome.machine is not None:
            machine = merge(machine, outcome.machine)
    failures = tuple(o.failure for o in outcomes if o.failure is not None)
    machine = dataclasses.replace(machine, notes=machine.notes + failures)
    return _explained(_consistent(machine), outcomes)


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
        notes=first.notes + second.notes,
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
    left = list(second)
    result = []
    for gpu in first:
        twin = next((other for other in left if _same(gpu, other)), None)
        if twin is not None:
            left.remove(twin)
        result.append(_fill(gpu, twin) if twin is not None else gpu)
    return (*result, *left)


def _same(one: Gpu, other: Gpu) -> bool:
    if one.bus_address and other.bus_address:
        return one.bus_address == other.bus_address
    return one.pci_id is not None and one.pci_id == other.pci_id


def _consistent(machine: Machine) -> Machine:
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


def _explained(machine: Machine, outcomes: Sequence[Outcome]) -> Machine:
    """`machine` with a reason beside every unknown value."""
    memory = _reasons(machine.memory, "memory", outcomes)
    memory = dataclasses.replace(memory, modules=tuple(_reasons(m, "module", outcomes) for m in memory.modules))
    return dataclasses.replace(
        _reasons(machine, "", outcomes),
        cpu=_reasons(machine.cpu, "cpu", outcomes),
        memory=memory,
        gpus=tuple(_reasons(g, "gpus", outcomes) for g in machine.gpus),
        disks=tuple(_reasons(d, "disks", outcomes) for d in machine.disks),
        battery=_reasons(machine.battery, "battery", outcomes),
    )


def _reasons(part: P, label: str, outcomes: Sequence[Outcome]) -> P:
    origins = dict(part.origins)
    for name in value_fields(part):
        if getattr(part, name) is None and name not in origins:
            origins[name] = _reason(f"{label}.{name}" if label else name, label, outcomes)
    return dataclasses.replace(part, origins=origins)


def _reason(dotted: str, label: str, outcomes: Sequence[Outcome]) -> Origin:
    asked = [o for o in outcomes if dotted in o.probe.fills or (label and label in o.probe.fills)]
    for outcome in asked:
        if outcome.failure is not None:
            return outcome.failure
    if not asked:
        return Origin("unknown", N_("this system has no source for it"))
    sources = ", ".join(dict.fromkeys(o.probe.source for o in asked))
    return Origin("unknown", N_("{source} does not say"), {"source": sources})
