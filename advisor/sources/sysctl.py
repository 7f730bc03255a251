"""macOS: what sysctl values mean: processor, memory, and the Mac's own GPU with what it may use of the memory."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from advisor.i18n import N_
from advisor.machine import Battery, Cpu, Gpu, Machine, Memory
from advisor.sources.cpu_vendors import cpu_maker
from advisor.sources.cpuinfo import nominal_mhz
from advisor.sources.facts import Facts

SOURCE = "sysctl"
Values = Mapping[str, int | str]
# Kinds of cores, the fastest first; hw.nperflevels says how many there are.
_LEVELS = ("hw.perflevel0", "hw.perflevel1", "hw.perflevel2")
_PER_LEVEL = ("name", "physicalcpu", "logicalcpu", "l1dcachesize", "l2cachesize", "cpusperl2")
NAMES = (
    "machdep.cpu.brand_string", "machdep.cpu.vendor", "machdep.cpu.features", "machdep.cpu.leaf7_features",
    "machdep.cpu.core_count", "machdep.cpu.thread_count", "hw.model", "hw.memsize", "hw.packages", "hw.physicalcpu",
    "hw.logicalcpu", "hw.nperflevels", "hw.cpufrequency", "hw.cpufrequency_max", "hw.l1dcachesize", "hw.l2cachesize",
    "hw.l3cachesize", "hw.optional.arm64", "hw.optional.neon", "hw.optional.arm.AdvSIMD",
    "hw.optional.arm.FEAT_DotProd",
    "hw.optional.arm.FEAT_I8MM", "hw.optional.arm.FEAT_BF16", "iogpu.wired_limit_mb", "kern.hv_vmm_present",
    *(f"{level}.{name}" for level in _LEVELS for name in _PER_LEVEL),
)  # fmt: skip
_X86_FEATURES = {
    "SSE4.2": "sse4_2", "AVX1.0": "avx", "F16C": "f16c", "FMA": "fma", "AVX2": "avx2", "AVX512F": "avx512f",
    "AVX512VNNI": "avx512_vnni",
}  # fmt: skip
_ARM_FEATURES = {
    "hw.optional.neon": "neon", "hw.optional.arm.AdvSIMD": "neon", "hw.optional.arm.FEAT_DotProd": "dotprod",
    "hw.optional.arm.FEAT_I8MM": "i8mm", "hw.optional.arm.FEAT_BF16": "bf16",
}  # fmt: skip


def parse(text: str) -> dict[str, int | str]:
    """The output of `sysctl -a`, for recordings: "name: value" lines."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    stripped = ((name.strip(), value.strip()) for name, value in pairs)
    return {name: int(value) if re.fullmatch(r"-?\d{1,20}", value) else value for name, value in stripped}


def machine(values: Values) -> Machine:
    """Everything that sysctl tells, as a partial machine."""
    facts = Facts()
    facts.add("manufacturer", "Apple", SOURCE)
    facts.add("model", _text(values, "hw.model"), SOURCE)
    if "kern.hv_vmm_present" in values:
        facts.add("environment", ("vm",) if values["kern.hv_vmm_present"] else (), SOURCE)
    total = _number(values, "hw.memsize")
    memory = Facts()
    memory.add("total_bytes", total, SOURCE)
    memory.add("installed_bytes", total, SOURCE)
    memory.absent("limit_bytes", N_("no limit"))
    gpus = (_own_gpu(values),) if is_apple_silicon(values) else ()
    return facts.part(Machine, cpu=cpu(values), memory=memory.part(Memory), gpus=gpus)


def is_apple_silicon(values: Values) -> bool:
    """Whether the processor is Apple's own."""
    return values.get("hw.optional.arm64") == 1 or str(values.get("machdep.cpu.brand_string", "")).startswith("Apple")


def _number(values: Values, name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) and value > 0 else None


def _text(values: Values, name: str) -> str | None:
    value = values.get(name)
    return " ".join(value.split()) or None if isinstance(value, str) else None


def cpu(values: Values) -> Cpu:
    """The processor; Apple's own has two kinds of cores, and no clocks that it would tell."""
    facts = Facts()
    own = is_apple_silicon(values)
    name = _text(values, "machdep.cpu.brand_string")
    facts.add("name", name, SOURCE)
    vendor = cpu_maker(str(values.get("machdep.cpu.vendor")))
    facts.add("vendor", "Apple" if own else vendor, SOURCE)
    facts.add("architecture", "arm64" if own else "x86_64" if name else None, SOURCE)
    facts.add("sockets", _number(values, "hw.packages"), SOURCE)
    for field, keys in (
        ("cores", ("hw.physicalcpu", "machdep.cpu.core_count")),
        ("threads", ("hw.logicalcpu", "machdep.cpu.thread_count")),
    ):
        for key in keys:
            facts.add(field, _number(values, key), SOURCE)
    _add_kinds(facts, values)
    _add_caches(facts, values)
    base, highest = _number(values, "hw.cpufrequency"), _number(values, "hw.cpufrequency_max")
    facts.add("base_mhz", nominal_mhz(name) or (base / 1e6 if base else None), SOURCE)
    # Intel Macs give the base clock as the highest too: that tells nothing.
    facts.add("max_mhz", highest / 1e6 if highest and base and highest > base else None, SOURCE)
    for field in ("base_mhz", "max_mhz"):
        facts.unknown(field, N_("macOS does not tell the clocks"))
    facts.add("features", _features(values, own), SOURCE)
    return facts.part(Cpu)


def _add_kinds(facts: Facts, values: Values) -> None:
    """Fast and slow cores. Levels have names since macOS 12: M5 Pro and Max have "Super" and "Performance" ones, none
    for efficiency (lablup/all-smi pull request 168).
    """
    counts = {level: count for level in _LEVELS if (count := _number(values, f"{level}.physicalcpu"))}
    named = {level: _text(values, f"{level}.name") for level in counts}
    slow = sum(count for level, count in counts.items() if (named[level] or _by_order(level)) == "Efficiency")
    if len(counts) > 1:
        facts.add("performance_cores", sum(counts.values()) - slow, SOURCE)
        facts.add("efficiency_cores", slow, SOURCE)
    elif values:
        facts.absent("performance_cores", N_("one kind of core"))
        facts.absent("efficiency_cores", N_("one kind of core"))


def _by_order(level: str) -> str:
    return "Performance" if level == _LEVELS[0] else "Efficiency"


def _add_caches(facts: Facts, values: Values) -> None:
    """Summed over the package: a level's figures are per core (L1) and per cluster of `cpusperl2` cores (L2)."""
    first, second = 0, 0
    for level in _LEVELS:
        cores = _number(values, f"{level}.physicalcpu") or 0
        group = _number(values, f"{level}.cpusperl2") or 1
        first += cores * (_number(values, f"{level}.l1dcachesize") or 0)
        second += -(-cores // group) * (_number(values, f"{level}.l2cachesize") or 0)
    cores = facts.values.get("cores", 0)
    facts.add("l1d_bytes", first or cores * (_number(values, "hw.l1dcachesize") or 0) or None, SOURCE)
    facts.add("l2_bytes", second or cores * (_number(values, "hw.l2cachesize") or 0) or None, SOURCE)
    facts.add("l3_bytes", _number(values, "hw.l3cachesize"), SOURCE)


def _features(values: Values, own: bool) -> frozenset[str] | None:
    if own:
        # Recordings of the processor alone lack the list; every Apple processor has NEON.
        return frozenset({"neon"} | {ours for name, ours in _ARM_FEATURES.items() if values.get(name) == 1})
    words = f"{values.get('machdep.cpu.features', '')} {values.get('machdep.cpu.leaf7_features', '')}".split()
    return frozenset(_X86_FEATURES[word] for word in words if word in _X86_FEATURES) if words else None


def _own_gpu(values: Values) -> Gpu:
    facts = Facts()
    facts.add("name", _text(values, "machdep.cpu.brand_string"), SOURCE)
    facts.add("vendor", "Apple", SOURCE)
    facts.add("kind", "unified", SOURCE)
    facts.add("vram_bytes", 0, N_("one memory for processor and graphics"), "computed")
    limit = _number(values, "iogpu.wired_limit_mb")
    facts.add("shared_bytes", limit << 20 if limit else None, "iogpu.wired_limit_mb")
    facts.unknown("driver", N_("part of macOS"))
    facts.unknown("pci_id", N_("not on a PCI bus"))
    facts.unknown("bus_address", N_("not on a PCI bus"))
    return facts.part(Gpu)


def operating_system(values: Mapping[str, object]) -> Machine:
    """Name and version out of SystemVersion.plist."""
    facts = Facts()
    facts.add("os_family", "macos", "macOS")
    name, version = values.get("ProductName"), values.get("ProductVersion")
    if isinstance(version, str):
        facts.add("os_name", f"{name if isinstance(name, str) else 'macOS'} {version}", "SystemVersion.plist")
        facts.add("os_version", version, "SystemVersion.plist")
    return facts.part(Machine)


class Pages(NamedTuple):
    """Counts of memory pages of host_statistics64, and the size of one in bytes."""

    size: int
    internal: int  # of programs, those that are compressed not among them
    purgeable: int  # of these, what programs have given up
    wired: int
    compressor: int  # that hold compressed pages


def available(pages: Pages, total: int) -> Memory:
    """What programs could have of `total` bytes: all that is not "memory used" in the Activity Monitor, which is pages
    of programs, wired ones and the compressor's. Cached files make room.
    """
    used = (pages.internal - pages.purgeable + pages.wired + pages.compressor) * pages.size
    facts = Facts()
    facts.add("total_bytes", total, SOURCE)
    facts.add("available_bytes", total - used if 0 <= used <= total else None, "host_statistics64")
    return facts.part(Memory)


def working_set(name: str | None, size: int | None) -> Gpu:
    """What Metal lets the chip's own GPU use of the memory: recommendedMaxWorkingSetSize, bytes."""
    facts = Facts()
    facts.add("name", name, "Metal")
    facts.add("vendor", "Apple", "Metal")
    facts.add("kind", "unified", "Metal")
    facts.add("shared_bytes", size or None, "Metal recommendedMaxWorkingSetSize")
    return facts.part(Gpu)


def battery(state: tuple[float, bool | None] | None) -> Battery:
    """The battery's state; None means that there is none."""
    facts = Facts()
    facts.add("present", state is not None, "IOPowerSources")
    if state is None:
        facts.absent("percent", N_("there is no battery"))
        facts.absent("plugged", N_("there is no battery"))
    else:
        facts.add("percent", state[0], "IOPowerSources")
        facts.add("plugged", state[1], "IOPowerSources")
    return facts.part(Battery)
