"""One machine out of all probes' outcomes, most trusted first, with a reason beside every gap."""

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

from advisor.i18n import N_
from advisor.machine import Machine, Origin, Part, value_fields
from advisor.probes.runner import Outcome
from advisor.sources.merge import consistent, merge

P = TypeVar("P", bound=Part)


def merged(outcomes: Sequence[Outcome]) -> Machine:
    """One machine out of all outcomes, most trusted first."""
    machine = Machine()
    for outcome in outcomes:
        if outcome.machine is not None:
            machine = merge(machine, outcome.machine)
    # The same order whichever source named a card first: by its place.
    gpus = sorted(machine.gpus, key=lambda gpu: (gpu.bus_address is None, gpu.bus_address or ""))
    failures = tuple(o.failure for o in outcomes if o.failure is not None)
    machine = dataclasses.replace(machine, gpus=tuple(gpus), notes=machine.notes + failures)
    return _explained(consistent(machine), outcomes)


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
