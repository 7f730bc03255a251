"""The probes of macOS: sysctl by a C call for nearly everything, system_profiler (0.3 s, with a limit) for the rest."""

import plistlib
from collections.abc import Sequence
from pathlib import Path

from advisor.machine import Machine
from advisor.probes.macos import calls
from advisor.probes.runner import Probe
from advisor.sources import sysctl, system_profiler

_VERSION = Path("/System/Library/CoreServices/SystemVersion.plist")


def probes() -> Sequence[Probe]:
    """The probes of macOS, most trusted first."""
    return (
        Probe("system_profiler", _profiler, ("manufacturer", "model", "chassis", "gpus", "memory.kind", "module")),
        Probe("sysctl", _sysctl, ("cpu", "memory", "gpus", "model")),
        Probe(_VERSION.name, _os, ("os_name", "os_version", "os_family")),
        Probe("statvfs", lambda: Machine(disks=system_profiler.disks(calls.volumes())), ("disks",)),
        Probe("host_statistics64", lambda: Machine(memory=sysctl.available(calls.available_memory())), ("memory",)),
        Probe("IOPowerSources", lambda: Machine(battery=sysctl.battery(calls.battery())), ("battery",)),
    )


def _sysctl() -> Machine:
    return sysctl.machine(calls.sysctl(sysctl.NAMES))


def _profiler() -> Machine:
    return system_profiler.machine(calls.system_profiler(system_profiler.TYPES))


def _os() -> Machine:
    return sysctl.operating_system(plistlib.loads(_VERSION.read_bytes()))
