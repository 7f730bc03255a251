"""Linux: the processor, from /proc/cpuinfo and /sys/devices/system/cpu."""

import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from advisor.i18n import N_
from advisor.machine import Cpu, Machine
from advisor.probes import files
from advisor.probes.linux import cgroup
from advisor.sources import cpuinfo
from advisor.sources.facts import Facts

_SYS = "/sys/devices/system/cpu"
_PROC = "/proc/cpuinfo"


def read(root: Path) -> Machine:
    """The processor as a partial machine: everything that the kernel below `root` tells about it."""
    info = cpuinfo.parse(files.read(root / _PROC[1:]) or "")
    facts = Facts()
    name, vendor = cpuinfo.name_and_vendor(info)
    facts.add("name", name, _PROC)
    facts.add("vendor", vendor, _PROC)
    if root == files.LIVE_ROOT:
        machine = platform.machine()
        facts.add("architecture", {"aarch64": "arm64"}.get(machine, machine), "uname")
    facts.add("architecture", cpuinfo.architecture(info), _PROC)
    facts.add("features", cpuinfo.features(info), _PROC)
    folder = root / _SYS[1:]
    _add_counts(facts, info, folder)
    _limit_counts(facts, root)
    _add_kinds(facts, root)
    _add_clocks(facts, folder)
    _add_caches(facts, folder)
    return Machine(cpu=facts.part(Cpu))


def _add_counts(facts: Facts, info: cpuinfo.CpuInfo, folder: Path) -> None:
    """Sockets, cores and threads; sysfs is preferred, because /proc/cpuinfo leaves them out on ARM and in some VMs."""
    places = [
        (files.integer(cpu / "topology/physical_package_id"), files.read(cpu / "topology/thread_siblings_list"))
        for cpu in files.children(folder, "cpu[0-9]*")
    ]
    # Processors that are switched off have no topology.
    online = [place for place in places if place[1] is not None]
    # ARM kernels without firmware tables say -1, or number each cluster as a package: then nothing is known.
    packages = {package for package, _ in online if package is not None and package >= 0}
    sockets, cores = cpuinfo.packages_and_cores(info)
    facts.add("threads", len(info.processors) or None, _PROC)
    facts.add("threads", len(online) or None, _SYS)
    facts.add("cores", len(set(online)) or None, _SYS)
    facts.add("cores", cores, _PROC)
    arm = bool(info.processors) and "cpu implementer" in info.processors[0]
    if arm:
        # Nearly every ARM core runs a single thread; the kernel has not said otherwise.
        facts.add("cores", len(info.processors), N_("one thread per ARM core"), "assumed")
    else:
        facts.add("sockets", len(packages) or None, _SYS)
    facts.add("sockets", sockets, _PROC)


def _limit_counts(facts: Facts, root: Path) -> None:
    """Fewer threads where an affinity mask or a container's quota allows this program fewer."""
    usable = _usable_threads(root)
    if usable is None or usable[0] >= facts.values.get("threads", 0):
        return
    count, source = usable
    for name in ("threads", "cores"):
        if facts.values.get(name, 0) > count:
            del facts.values[name]
            facts.add(name, count, source)


def _usable_threads(root: Path) -> tuple[int, str] | None:
    limits: list[tuple[int, str]] = []
    quota = cgroup.cpu_quota(root)
    if quota is not None:
        limits.append((max(1, math.ceil(quota)), N_("the container's processor limit")))
    if root == files.LIVE_ROOT and hasattr(os, "sched_getaffinity"):
        limits.append((len(os.sched_getaffinity(0)), N_("the processors that this program may use")))
    return min(limits) if limits else None


def _add_kinds(facts: Facts, root: Path) -> None:
    """Performance and efficiency cores: Intel's two lists of threads, or ARM's capacities."""
    folder = root / _SYS[1:]
    fast = files.cpu_list(files.read(root / "sys/devices/cpu_core/cpus"))
    slow = files.cpu_list(files.read(root / "sys/devices/cpu_atom/cpus"))
    source = "/sys/devices/cpu_core, /sys/devices/cpu_atom"
    if not (fast and slow):
        fast, slow = _by_capacity(folder)
        source = f"{_SYS}/cpu*/cpu_capacity"
    if fast and slow:
        facts.add("performance_cores", _cores(folder, fast), source)
        facts.add("efficiency_cores", _cores(folder, slow), source)
        return
    for name in ("performance_cores", "efficiency_cores"):
        facts.absent(name, N_("one kind of core"))


def _by_capacity(folder: Path) -> tuple[frozenset[int], frozenset[int]]:
    capacities = {
        int(cpu.name[3:]): capacity
        for cpu in files.children(folder, "cpu[0-9]*")
        if (capacity := files.integer(cpu / "cpu_capacity"))
    }
    top = max(capacities.values(), default=0)
    # Cores of one kind may differ by some points from binning; other kinds differ by a quarter and more.
    slow = frozenset(n for n, capacity in capacities.items() if capacity < 0.75 * top)
    return (frozenset(capacities) - slow, slow) if slow else (frozenset(), frozenset())


def _cores(folder: Path, threads: frozenset[int]) -> int:
    siblings = {n: files.read(folder / f"cpu{n}/topology/thread_siblings_list") for n in threads}
    return len({s or str(n) for n, s in siblings.items()})


def _add_clocks(facts: Facts, folder: Path) -> None:
    policies = files.children(folder, "cpufreq/policy*") or files.children(folder, "cpu[0-9]*/cpufreq")
    facts.add("max_mhz", _highest(policies, "cpuinfo_max_freq", 1000), f"{_SYS}/cpufreq")
    facts.add("base_mhz", _highest(policies, "base_frequency", 1000), f"{_SYS}/cpufreq")
    nominal = [cpu / "acpi_cppc" for cpu in files.children(folder, "cpu[0-9]*")]
    facts.add("base_mhz", _highest(nominal, "nominal_freq", 1), f"{_SYS}/cpu*/acpi_cppc")
    facts.add("base_mhz", cpuinfo.nominal_mhz(facts.values.get("name")), N_("the processor's name"))
    for name in ("base_mhz", "max_mhz"):
        facts.unknown(name, N_("the kernel shows no clock limits (usual in a virtual machine)"))


def _highest(folders: Sequence[Path], name: str, per_mhz: int) -> float | None:
    values = [value / per_mhz for folder in folders if (value := files.integer(folder / name))]
    return max(values, default=None)


def _add_caches(facts: Facts, folder: Path) -> None:
    """Caches summed over the package: each one counted once, however many processors share it."""
    seen: dict[tuple[str, str, str], int] = {}
    for index in files.children(folder, "cpu[0-9]*/cache/index[0-9]*"):
        level, kind, shared, size = (files.read(index / name) for name in ("level", "type", "shared_cpu_list", "size"))
        if level and kind and size:
            seen[level, kind, shared or index.parent.parent.name] = _size(size)
    for name, level, kinds in (
        ("l1d_bytes", "1", ("Data", "Unified")),
        ("l2_bytes", "2", ("Data", "Unified")),
        ("l3_bytes", "3", ("Data", "Unified")),
    ):
        total = sum(size for (lvl, kind, _), size in seen.items() if lvl == level and kind in kinds)
        facts.add(name, total or None, f"{_SYS}/cpu*/cache")
        facts.unknown(name, N_("the kernel lists no such cache"))


def _size(text: str) -> int:
    factor = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(text[-1:].upper(), 1)
    digits = text.rstrip("KMGkmgB")
    return int(digits) * factor if digits.isdecimal() else 0
