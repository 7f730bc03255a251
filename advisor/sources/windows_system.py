"""Windows: what registry values and system codes mean: names, operating system, processor, memory, battery."""

import re
from collections.abc import Mapping

from advisor.i18n import N_
from advisor.machine import Battery, Cpu, Machine, Memory
from advisor.sources.cpu_vendors import cpu_maker
from advisor.sources.cpuinfo import nominal_mhz as mhz_in_name
from advisor.sources.facts import Facts
from advisor.sources.names import Identity, is_virtual
from advisor.sources.smbios import Processor

CPU_SOURCE = r"HARDWARE\DESCRIPTION\System\CentralProcessor"
FEATURE_SOURCE = "IsProcessorFeaturePresent"
POWER_SOURCE = "GetSystemPowerStatus"
# Numbers of winnt.h (PF_...): what they confirm in the names of CPU_FEATURES.
_FEATURES = {
    38: "sse4_2", 39: "avx", 40: "avx2", 41: "avx512f", 19: "neon", 43: "dotprod", 46: "sve", 47: "sve2", 66: "i8mm",
    68: "bf16",
}  # fmt: skip
FEATURE_IDS = tuple(_FEATURES)
# Builds before Windows 10 2004 do not know numbers 36 to 41 and say no to all of them.
_FIRST_BUILD_WITH_AVX = 19041
_ANY_PROCESSOR_MHZ = 4000  # of all makers, for processors that reach 2.3 to 3.9 GHz (linuxhw/DMI)
_NO_BATTERY, _UNKNOWN_BATTERY = 128, 255


def identity(values: Mapping[str, object]) -> Identity:
    """The firmware's names out of the registry's copy."""
    return Identity(
        manufacturer=_text(values, "SystemManufacturer"),
        product=_text(values, "SystemProductName"),
        version=_text(values, "SystemVersion"),
        board_manufacturer=_text(values, "BaseBoardManufacturer"),
        board=_text(values, "BaseBoardProduct"),
    )


def _text(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return " ".join(value.split()) or None if isinstance(value, str) else None


def environment(names: Identity) -> Machine:
    """A virtual machine or not, by the firmware's names (the processor's flag is set on Hyper-V's host as well)."""
    facts = Facts()
    if names.manufacturer or names.product:
        facts.add("environment", ("vm",) if is_virtual(names) else (), "SMBIOS")
    return facts.part(Machine)


def build(values: Mapping[str, object]) -> int | None:
    """The build number, 19043."""
    text = _text(values, "CurrentBuild") or _text(values, "CurrentBuildNumber") or ""
    return int(text) if text.isdecimal() else None


def operating_system(values: Mapping[str, object]) -> Machine:
    """Name and version. ProductName still says "Windows 10" on Windows 11: the build decides."""
    source = r"Windows NT\CurrentVersion"
    facts = Facts()
    facts.add("os_family", "windows", "Windows")
    name, number = _text(values, "ProductName"), build(values)
    if name and number and number >= 22000:
        name = name.replace("Windows 10", "Windows 11")
    if name:
        facts.add("os_name", name if name.startswith("Microsoft") else f"Microsoft {name}", source)
    major, minor = values.get("CurrentMajorVersionNumber"), values.get("CurrentMinorVersionNumber")
    version = f"{major}.{minor or 0}" if isinstance(major, int) else _text(values, "CurrentVersion")
    if version and number:
        facts.add("os_version", f"{version}.{number}", source)
    return facts.part(Machine)


def cpu(values: Mapping[str, object], machine: str, present: frozenset[int], build_number: int | None) -> Cpu:
    """Name, vendor, base clock and features; `present` are the confirmed of FEATURE_IDS."""
    facts = Facts()
    name = _text(values, "ProcessorNameString")
    facts.add("name", name, CPU_SOURCE)
    vendor = _text(values, "VendorIdentifier")
    facts.add("vendor", cpu_maker(vendor) or vendor, CPU_SOURCE)
    known = {"amd64": "x86_64", "x86": "x86", "arm64": "arm64"}
    facts.add("architecture", known.get(machine.lower(), machine or None), "PROCESSOR_ARCHITECTURE")
    facts.add("base_mhz", nominal_mhz(values), CPU_SOURCE)
    _add_features(facts, values, present, build_number)
    return facts.part(Cpu)


def nominal_mhz(values: Mapping[str, object]) -> float | None:
    """The base clock: from the name, where the maker wrote it, else as Windows measured it while starting."""
    measured = values.get("~MHz")
    return mhz_in_name(_text(values, "ProcessorNameString")) or (float(measured) if isinstance(measured, int) else None)


def _add_features(
    facts: Facts, values: Mapping[str, object], present: frozenset[int], build_number: int | None
) -> None:
    found = {_FEATURES[i] for i in present if i in _FEATURES}
    if not found & {"sse4_2", "neon"} and (build_number or 0) < _FIRST_BUILD_WITH_AVX:
        facts.unknown("features", N_("Windows before version 2004 does not tell"))
        return
    if "avx2" in found:
        found |= {"f16c", "fma"}  # no processor was ever sold with AVX2 and without these two
    elif "avx" in found:
        found |= _between_avx_and_avx2(facts.values.get("vendor"), _text(values, "Identifier") or "")
    facts.add("features", frozenset(found), FEATURE_SOURCE)


def _between_avx_and_avx2(vendor: object, identifier: str) -> set[str]:
    """F16C and FMA of the processors with AVX alone, by family and model (archspec: ivybridge, piledriver, jaguar)."""
    found = re.search(r"Family (\d+) Model (\d+)", identifier)
    if not found:
        return set()
    family, model = int(found.group(1)), int(found.group(2))
    if vendor == "Intel":
        return {"f16c"} if (family, model) in ((6, 58), (6, 62)) else set()
    if vendor == "AMD" and family == 21 and model >= 2:
        return {"f16c", "fma"}
    return {"f16c"} if vendor == "AMD" and family == 22 else set()


def clocks(processor: Processor, base: float | None) -> Cpu:
    """The highest clock by SMBIOS, believed only above the base clock and up to twice it."""
    facts = Facts()
    # Many makers write the base clock into the field of the highest, or one number for all: that tells nothing.
    highest = processor.max_mhz
    if highest and highest != _ANY_PROCESSOR_MHZ and base and 1.02 * base < highest <= 2 * base:
        facts.add("max_mhz", float(highest), "SMBIOS")
    facts.unknown("max_mhz", N_("Windows tells the base clock only"))
    return facts.part(Cpu)


def memory(total: int, available: int, installed: int | None) -> Memory:
    """Sizes, with a reason when the firmware's sum is missing."""
    facts = Facts()
    facts.add("total_bytes", total, "GlobalMemoryStatusEx")
    facts.add("available_bytes", available, "GlobalMemoryStatusEx")
    facts.add("installed_bytes", installed, "GetPhysicallyInstalledSystemMemory")
    facts.absent("limit_bytes", N_("no limit"))
    return facts.part(Memory)


def battery(status: tuple[int, int, int]) -> Battery:
    """What the three codes of GetSystemPowerStatus mean."""
    line, flag, percent = status
    facts = Facts()
    present = None if flag == _UNKNOWN_BATTERY else not flag & _NO_BATTERY
    facts.add("present", present, POWER_SOURCE)
    if present:
        facts.add("percent", float(percent) if percent <= 100 else None, POWER_SOURCE)
        facts.add("plugged", {0: False, 1: True}.get(line), POWER_SOURCE)
    elif present is False:
        facts.absent("percent", N_("there is no battery"))
        facts.absent("plugged", N_("there is no battery"))
    return facts.part(Battery)
