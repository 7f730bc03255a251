"""The probes of Linux. Every reader takes a root folder, so that a recorded /proc and /sys replay on any machine."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from advisor.machine import Machine
from advisor.probes import nvml
from advisor.probes.files import LIVE_ROOT
from advisor.probes.linux import battery, cpu, disks, gpus, memory, system, wsl
from advisor.probes.runner import Probe

_SYSTEM = ("manufacturer", "model", "chassis")
_OS = ("os_name", "os_version", "os_family")


def probes(root: Path = LIVE_ROOT, wake: bool = False) -> Sequence[Probe]:
    """The probes of the Linux system below `root`, most trusted first. Only for "/" are drivers asked as well; `wake`:
    cards that sleep too.
    """
    readers = (
        Probe("/sys/class/dmi/id", partial(system.read_names, root), _SYSTEM),
        Probe("/etc/os-release", partial(system.read_os, root), _OS),
        Probe("/proc/1, /sys/class/dmi/id", partial(system.read_environment, root), ("environment",)),
        Probe("/proc/cpuinfo", partial(cpu.read, root), ("cpu",)),
        Probe("/proc/meminfo", partial(memory.read, root), ("memory",)),
        Probe("SMBIOS", partial(memory.read_modules, root), ("memory", "module")),
        Probe("/sys/bus/pci", partial(gpus.read, root), ("gpus",)),
        Probe("/proc/self/mounts", partial(disks.read, root), ("disks",)),
        Probe("/sys/class/power_supply", partial(battery.read, root), ("battery",)),
    )
    if root != LIVE_ROOT:
        return readers
    # In WSL, NVML first: both of its memory figures count the same way.
    outside = (Probe(wsl.SOURCE, wsl.read, ("gpus",)),) if wsl.reaches_out(root) else ()
    return (*readers, Probe(nvml.SOURCE, partial(_ask_nvidia, root, wake), ("gpus",)), *outside)


def _ask_nvidia(root: Path, wake: bool) -> Machine:
    # Asking NVML wakes a card that sleeps to save the battery: a laptop's second card is left asleep.
    asleep = () if wake else gpus.sleeping(gpus.cards(root, 0x10DE))
    return nvml.asleep(asleep) if asleep else nvml.read()
