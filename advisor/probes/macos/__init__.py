"""The probes of macOS: sysctl by a C call for nearly everything, system_profiler (0.3 s, with a limit) for the rest."""

import plistlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from advisor.machine import Gpu, Machine, Memory, Origin
from advisor.probes.macos import calls
from advisor.probes.runner import Probe
from advisor.sources import sysctl, system_profiler

_VERSION = Path("/System/Library/CoreServices/SystemVersion.plist")


def probes() -> Sequence[Probe]:
    """The probes of macOS, most trusted first."""
    return (
        Probe("system_profiler", _profiler, ("manufacturer", "model", "chassis", "gpus", "memory.kind", "module")),
        Probe("Metal", _metal, ("gpus",)),
        Probe("sysctl", _sysctl, ("cpu", "memory", "gpus", "model")),
        Probe(_VERSION.name, _os, ("os_name", "os_version", "os_family")),
        Probe("statvfs", lambda: Machine(disks=system_profiler.disks(calls.volumes())), ("disks",)),
        Probe("host_statistics64", lambda: Machine(memory=available()), ("memory",)),
        Probe("IOPowerSources", lambda: Machine(battery=sysctl.battery(calls.battery())), ("battery",)),
    )


def _sysctl() -> Machine:
    return sysctl.machine(calls.sysctl(sysctl.NAMES))


def _profiler() -> Machine:
    answer = calls.system_profiler(system_profiler.TYPES)
    machine = system_profiler.machine(answer)
    own = system_profiler.own_gpu_name(answer)
    if own is None:
        return machine
    gpu = Gpu(name=own, origins={"name": Origin("reported", system_profiler.SOURCE)})
    return replace(machine, gpus=(gpu, *machine.gpus))


def _metal() -> Machine:
    values = calls.sysctl(("machdep.cpu.brand_string", "hw.optional.arm64"))
    if not sysctl.is_apple_silicon(values):
        return Machine()  # the cards of Intel Macs have memory of their own
    name = values.get("machdep.cpu.brand_string")
    return Machine(gpus=(sysctl.working_set(str(name) if name else None, calls.metal_working_set()),))


def available() -> Memory:
    """The free memory alone, cheap enough for a gauge."""
    total = calls.sysctl(("hw.memsize",)).get("hw.memsize")
    return sysctl.available(calls.pages(), total) if isinstance(total, int) else Memory()


def _os() -> Machine:
    return sysctl.operating_system(plistlib.loads(_VERSION.read_bytes()))
