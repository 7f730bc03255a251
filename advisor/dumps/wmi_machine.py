"""From WMI objects to a machine: the classes' meanings, the same however the objects were printed."""

import re
from collections.abc import Sequence

from advisor.dumps import windows_gpu
from advisor.dumps.identity import add_identity
from advisor.dumps.tables import table
from advisor.dumps.wmi_disks import disks
from advisor.dumps.wmi_objects import Entry
from advisor.i18n import N_
from advisor.machine import Battery, Cpu, Machine, Memory
from advisor.sources import names, ram
from advisor.sources.cpu_vendors import cpu_maker
from advisor.sources.cpuinfo import nominal_mhz
from advisor.sources.facts import Facts
from advisor.sources.smbios import memory_kind

_KIB = 1 << 10
# Win32_PhysicalMemory.MemoryType counts otherwise than SMBIOS does, and says 0 for most of what is newer.
# https://learn.microsoft.com/windows/win32/cimwin32prov/win32-physicalmemory
_CIM_MEMORY = {17: "SDRAM", 20: "DDR", 21: "DDR2", 22: "DDR2", 24: "DDR3", 26: "DDR4"}
_FIRMWARE_SMBIOS, _FIRMWARE_CIM = range(8, 13), range(10, 15)
# Win32_ComputerSystem.PCSystemType, as numbers and as Get-ComputerInfo writes them.
_SYSTEM_TYPES = {
    "1": "desktop", "2": "laptop", "3": "desktop", "4": "server", "5": "server", "7": "server",
    "desktop": "desktop", "mobile": "laptop", "workstation": "desktop", "enterpriseserver": "server",
    "sohoserver": "server", "performanceserver": "server",
}  # fmt: skip
_ARCHITECTURES = {0: "x86", 5: "arm", 9: "x86_64", 12: "arm64"}  # Win32_Processor.Architecture
_ON_MAINS = (2, 3, 6, 7, 8, 9)  # Win32_Battery.BatteryStatus: on mains, or charging
_FAMILY_IN_SKU = re.compile(r"_FM_(.+)$")


def machine(entries: Sequence[Entry], source: str) -> Machine:
    """Everything that the objects tell, with `source` as origin. Names of computers and users are never read."""
    identity = _identity(entries)
    facts = Facts()
    virtual = add_identity(facts, identity, source)
    _add_chassis(facts, entries, source)
    _add_system(facts, entries, source)
    cards = windows_gpu.machine([_adapter(e) for e in _of(entries, "Win32_VideoController")], source)
    return facts.part(
        Machine,
        cpu=_cpu(_of(entries, "Win32_Processor"), _of(entries, "Win32_ComputerSystem"), source),
        memory=_memory(entries, source, virtual),
        gpus=cards.gpus,
        notes=cards.notes,
        disks=disks(entries, source),
        battery=_battery(_of(entries, "Win32_Battery", "Win32_PortableBattery"), source),
    )


def _of(entries: Sequence[Entry], *kinds: str) -> list[Entry]:
    return [entry for entry in entries if entry.kind in kinds]


def _first(entries: Sequence[Entry], kind: str, *fields: str) -> str | None:
    texts = (entry.text(field) for entry in _of(entries, kind) for field in fields)
    return next((text for text in texts if text), None)


def lenovo_name(maker: str | None, family: str | None, sku: str | None) -> str | None:
    """The name that Lenovo keeps beside the machine type: the family, else what the SKU ends with ("..._FM_G480")."""
    if (maker or "").lower() != "lenovo":
        return None
    found = _FAMILY_IN_SKU.search(sku or "")
    return next((name for name in (family, found.group(1) if found else None) if names.usable(name)), None)


def _identity(entries: Sequence[Entry]) -> names.Identity:
    system = "Win32_ComputerSystem"
    maker = _first(entries, system, "Manufacturer") or _first(entries, "Win32_ComputerSystemProduct", "Vendor")
    version = _first(entries, "Win32_ComputerSystemProduct", "Version")
    family = lenovo_name(maker, _first(entries, system, "SystemFamily"), _first(entries, system, "SystemSKUNumber"))
    codes = [code for entry in _of(entries, "Win32_SystemEnclosure") for code in entry.numbers("ChassisTypes")]
    return names.Identity(
        manufacturer=maker,
        product=_first(entries, system, "Model") or _first(entries, "Win32_ComputerSystemProduct", "Name"),
        version=version if names.usable(version) and re.search("[A-Za-z]{2}", version or "") else family,
        board_manufacturer=_first(entries, "Win32_BaseBoard", "Manufacturer"),
        board=_first(entries, "Win32_BaseBoard", "Product"),
        chassis_code=codes[0] & 0x7F if codes else None,
    )


def _add_chassis(facts: Facts, entries: Sequence[Entry], source: str) -> None:
    for field in ("PCSystemTypeEx", "PCSystemType"):
        text = (_first(entries, "Win32_ComputerSystem", field) or "").lower()
        kind = "tablet" if field.endswith("Ex") and text in ("8", "slate") else _SYSTEM_TYPES.get(text)
        facts.add("chassis", kind, source)


def _add_system(facts: Facts, entries: Sequence[Entry], source: str) -> None:
    name = _first(entries, "Win32_OperatingSystem", "Caption")
    facts.add("os_name", name, source)
    version, build = (_first(entries, "Win32_OperatingSystem", field) for field in ("Version", "BuildNumber"))
    if version and re.fullmatch(r"\d+(\.\d+)+", version):
        facts.add("os_version", version, source)
    if name or version or build or entries:
        facts.add("os_family", "windows", source)


def _cpu(processors: Sequence[Entry], systems: Sequence[Entry], source: str) -> Cpu:
    facts = Facts()
    if processors:
        first = processors[0]
        _add_name(facts, first, source)
        maker = first.text("Manufacturer")
        facts.add("vendor", cpu_maker(maker) or maker, source)
        code, width = first.number("Architecture"), first.number("AddressWidth")
        # A 32-bit system runs 32-bit programs, whatever the processor could do.
        known = None if code is None else _ARCHITECTURES.get(code)
        facts.add("architecture", "x86" if code == 9 and width == 32 else known, source)
        facts.add("sockets", len(processors), source)
        for field, name, unit in (
            ("cores", "NumberOfCores", 1), ("threads", "NumberOfLogicalProcessors", 1),
            ("l2_bytes", "L2CacheSize", _KIB), ("l3_bytes", "L3CacheSize", _KIB),
        ):  # fmt: skip
            counts = [entry.number(name) for entry in processors]
            if all(counts):
                facts.add(field, sum(count or 0 for count in counts) * unit, source)
        # Windows calls the nominal clock the maximum.
        clock = nominal_mhz(first.text("Name")) or first.number("MaxClockSpeed")
        facts.add("base_mhz", float(clock) if clock else None, source)
        facts.unknown("max_mhz", N_("Windows tells the base clock only"))
    for entry in systems:
        facts.add("threads", entry.number("NumberOfLogicalProcessors"), source)
    return facts.part(Cpu)


def _add_name(facts: Facts, processor: Entry, source: str) -> None:
    name = processor.text("Name")
    if name in table("windows")["misnamed_processors"]["names"]:
        facts.unknown("name", N_("{source} says {value}, which cannot be right"), source=source, value=name or "")
    else:
        facts.add("name", name, source)


def _memory(entries: Sequence[Entry], source: str, virtual: bool) -> Memory:
    facts = Facts()
    modules = [module for entry in _of(entries, "Win32_PhysicalMemory") if (module := _module(entry))]
    read = ram.memory(modules, source, virtual) if modules else Memory()
    for name in ("installed_bytes", "kind", "speed_mts", "channels", "bandwidth_bytes_per_s"):
        if (value := getattr(read, name)) is not None:
            facts.values[name] = value
    facts.origins |= read.origins
    for entry in _of(entries, "Win32_ComputerSystem"):
        kilobytes = entry.number("InstalledKilobytes")
        facts.add("installed_bytes", kilobytes * _KIB if kilobytes else None, source)
        facts.add("total_bytes", entry.number("TotalPhysicalMemory"), source)
    for entry in _of(entries, "Win32_OperatingSystem"):
        total, free = entry.number("TotalVisibleMemorySize"), entry.number("FreePhysicalMemory")
        facts.add("total_bytes", total * _KIB if total else None, source)
        facts.add("available_bytes", free * _KIB if free else None, source)
    if facts.values.get("total_bytes"):
        facts.absent("limit_bytes", N_("no limit"))
    return facts.part(Memory, modules=read.modules)


def _module(entry: Entry) -> ram.Module | None:
    size, code, old = entry.number("Capacity"), entry.number("SMBIOSMemoryType"), entry.number("MemoryType")
    if not size or code in _FIRMWARE_SMBIOS or (code in (None, 0) and old in _FIRMWARE_CIM):
        return None
    return ram.Module(
        slot=entry.text("DeviceLocator"),
        bank=entry.text("BankLabel"),
        size_bytes=size,
        kind=memory_kind(code) or _CIM_MEMORY.get(old or 0),
        speed_mts=entry.number("ConfiguredClockSpeed") or None,
        rated_mts=entry.number("Speed") or None,
        maker=entry.text("Manufacturer"),
        width_bits=entry.number("DataWidth") or None,
    )


def _adapter(entry: Entry) -> windows_gpu.Adapter:
    return windows_gpu.Adapter(
        name=entry.text("Name") or entry.text("Caption") or entry.text("Description"),
        device=entry.text("PNPDeviceID"),
        adapter_ram=entry.number("AdapterRAM"),
        driver=entry.text("DriverVersion"),
        inf=entry.text("InfFilename"),
    )


def _battery(batteries: Sequence[Entry], source: str) -> Battery:
    facts = Facts()
    for entry in batteries:
        facts.add("present", True, source)
        percent, status = entry.number("EstimatedChargeRemaining"), entry.number("BatteryStatus")
        facts.add("percent", float(percent) if percent is not None else None, source)
        facts.add("plugged", status in _ON_MAINS if status else None, source)
    return facts.part(Battery)
