"""How to ask this computer what it is: `detect()`. One module per source; none may hurt another."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from advisor.machine import Machine
from advisor.probes.merge import merged
from advisor.probes.opinion import second_opinion
from advisor.probes.runner import Probe, run

__all__ = ["detect", "fill_gaps", "probes", "second_opinion"]


def detect(timeout_s: float = 5.0, *, wake: bool = False) -> Machine:
    """This computer, every value with its origin, within about `timeout_s` seconds whatever a driver does.

    A graphics card that sleeps to save the battery is left asleep, and its fields say so, unless `wake` is set. A
    probe that raises, hangs or lies leaves its fields None with the reason, and a note. Never raises.
    """
    return merged(run(probes(wake), timeout_s))


def fill_gaps(machine: Machine, timeout_s: float = 8.0) -> Machine:
    """`machine` with the processor's name and features from py-cpuinfo where no direct source knew them.

    Takes 1-2 s then, and no time when nothing is missing; never on the way to the first window.
    """
    cpu = machine.cpu
    missing = [name for name in ("name", "features") if getattr(cpu, name) is None]
    if not missing:
        return machine
    second = second_opinion(timeout_s)
    found = {name: getattr(second, name) for name in missing if getattr(second, name) is not None}
    origins = {**cpu.origins, **{name: second.origin(name) for name in found}}
    return replace(machine, cpu=replace(cpu, **found, origins=origins))


def probes(wake: bool = False) -> Sequence[Probe]:
    """The probes of this operating system, most trusted first; `wake`: cards that sleep are asked too."""
    # Imported here: each platform's readers are of no use on another.
    system = str(sys.platform)
    if system == "win32":
        from advisor.probes import windows

        return windows.probes(wake)
    if system == "darwin":
        from advisor.probes import macos

        return macos.probes()
    from advisor.probes import linux

    return linux.probes(wake=wake)
