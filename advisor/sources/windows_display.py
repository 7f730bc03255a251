"""Windows: graphics processors out of the kernel's adapters, the registry's display class and the present devices."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.i18n import N_
from advisor.machine import Gpu, Machine, Origin
from advisor.sources.facts import Facts
from advisor.sources.pci import PCI_VENDORS, VIRTUAL_VENDORS

SOURCE = "D3DKMT"
CLASS_KEY = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
_CLASS_SOURCE = "Control\\Class\\Display"
# Bits of D3DKMT_ADAPTERTYPE (d3dkmthk.h).
_RENDER, _SOFTWARE, _DISCRETE, _INTEGRATED, _INDIRECT, _PARAVIRTUAL = 1 << 0, 1 << 2, 1 << 4, 1 << 5, 1 << 6, 1 << 7
_BASIC = "microsoft basic display"


@dataclass(frozen=True, slots=True)
class Adapter:
    """One adapter as the graphics kernel answered; None for a question it did not."""

    name: str | None = None
    flags: int | None = None
    vendor_id: int | None = None
    device_id: int | None = None
    place: tuple[int, int, int] | None = None  # PCI bus, device, function
    dedicated_bytes: int | None = None
    shared_bytes: int | None = None
    driver_version: int | None = None


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """One subkey of the display class: an adapter that is or once was in this computer."""

    name: str | None
    hardware_id: str  # "PCI\\VEN_10DE&DEV_1058...", upper case
    memory_bytes: int | None
    driver_version: str | None

    @property
    def pci_id(self) -> str | None:
        """ "10de:1058"; None for adapters on no PCI bus."""
        found = re.match(r"PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})", self.hardware_id)
        return f"{found.group(1)}:{found.group(2)}".lower() if found else None


def class_entries(subkeys: Mapping[str, Mapping[str, object]]) -> list[ClassEntry]:
    """The numbered subkeys of the display class."""
    entries = []
    for key in sorted(subkeys):
        values = subkeys[key]
        hardware = values.get("MatchingDeviceId")
        if not key.isdecimal() or not isinstance(hardware, str):
            continue
        name, version = values.get("DriverDesc"), values.get("DriverVersion")
        entries.append(
            ClassEntry(
                name if isinstance(name, str) else None,
                hardware.upper(),
                _memory(values),
                version if isinstance(version, str) else None,
            )
        )
    return entries


def _memory(values: Mapping[str, object]) -> int | None:
    """The 64-bit size; the 32-bit one only below its ceiling, because it stops counting there."""
    size = _number(values.get("HardwareInformation.qwMemorySize"))
    if size:
        return size
    small = _number(values.get("HardwareInformation.MemorySize"))
    return small if small and small < 0xFFF0_0000 else None


def _number(value: object) -> int | None:
    if isinstance(value, bytes) and len(value) in (4, 8):
        return int.from_bytes(value, "little")
    return value if isinstance(value, int) else None


def machine(adapters: list[Adapter], entries: list[ClassEntry], present: frozenset[str] | None) -> Machine:
    """The GPUs, and a note for each whose driver is missing. Software and remote adapters are no GPUs.

    Without answers from the graphics kernel the registry's entries of present devices are used; old entries of
    cards that were taken out are never shown.
    """
    here = [entry for entry in entries if entry.pci_id and _is_present(entry, present)]
    real = [adapter for adapter in adapters if _is_real(adapter)]
    gpus = [_from_adapter(adapter, here) for adapter in real] or _from_entries(here)
    names = [gpu.name for gpu in gpus if "driver" in gpu.origins and gpu.driver is None]
    notes = tuple(_missing_driver(name or "?") for name in names)
    return Machine(gpus=tuple(gpus), notes=notes)


def _is_present(entry: ClassEntry, present: frozenset[str] | None) -> bool:
    return present is not None and any(device.startswith(entry.hardware_id.split("&REV_")[0]) for device in present)


def _is_real(adapter: Adapter) -> bool:
    flags = adapter.flags or 0
    if flags & _SOFTWARE or (flags & _INDIRECT and not flags & _RENDER):
        return False
    return adapter.vendor_id is not None or adapter.place is not None


def _missing_driver(name: str) -> Origin:
    text = N_("{name}: its driver is missing; Windows uses the Microsoft Basic Display Adapter")
    return Origin("reported", text, {"name": name})


def _from_adapter(adapter: Adapter, entries: list[ClassEntry]) -> Gpu:
    facts = Facts()
    vendor = f"{adapter.vendor_id:04x}" if adapter.vendor_id is not None else None
    if vendor and adapter.device_id is not None:
        facts.add("pci_id", f"{vendor}:{adapter.device_id:04x}", SOURCE)
    if adapter.place and adapter.place[0] != 0xFFFF_FFFF:
        facts.add("bus_address", "0000:{:02x}:{:02x}.{:x}".format(*adapter.place), SOURCE)
    entry = next((e for e in entries if e.pci_id == facts.values.get("pci_id")), None)
    facts.add("vendor", PCI_VENDORS.get(vendor or ""), SOURCE)
    facts.add("kind", _kind(adapter, vendor), SOURCE)
    basic = _BASIC in (adapter.name or "").lower() or (entry is not None and _BASIC in (entry.name or "").lower())
    if basic:
        facts.unknown("name", N_("Windows knows it as Microsoft Basic Display Adapter only"))
        facts.unknown("driver", N_("the driver is missing"))
    else:
        facts.add("name", adapter.name, SOURCE)
        facts.add("name", entry.name if entry else None, _CLASS_SOURCE)
        facts.add("driver", _version(adapter, entry), SOURCE)
    if not basic:
        _add_memory(facts, adapter.dedicated_bytes, adapter.shared_bytes, SOURCE)
        _add_memory(facts, entry.memory_bytes if entry else None, None, _CLASS_SOURCE)
    return facts.part(Gpu)


def _add_memory(facts: Facts, dedicated: int | None, shared: int | None, source: str) -> None:
    if facts.values.get("vendor") == "Intel" and facts.values.get("kind") == "integrated":
        # Intel reports 0, 64 or 128 MiB, 1 GiB or the whole aperture: it has no memory of its own.
        facts.add("vram_bytes", 0, N_("integrated graphics use the system's memory"), "computed")
    facts.add("vram_bytes", dedicated, source)
    facts.add("shared_bytes", shared, source)


def _kind(adapter: Adapter, vendor: str | None) -> str | None:
    """By the kernel's flags, then by the place on the bus; never by size. None leaves it to the catalogue."""
    flags = adapter.flags or 0
    if flags & _PARAVIRTUAL or vendor in VIRTUAL_VENDORS:
        return "virtual"
    if flags & _INTEGRATED:
        return "integrated"
    if flags & _DISCRETE or vendor == "10de":
        return "discrete"
    if vendor == "8086" and adapter.place:
        return "integrated" if adapter.place[:2] == (0, 2) else "discrete"
    return None


def _version(adapter: Adapter, entry: ClassEntry | None) -> str | None:
    if adapter.driver_version:
        parts = (adapter.driver_version >> shift & 0xFFFF for shift in (48, 32, 16, 0))
        return ".".join(str(part) for part in parts)
    return entry.driver_version if entry else None


def _from_entries(entries: list[ClassEntry]) -> list[Gpu]:
    """One GPU per PCI id: Windows keeps several keys for one card."""
    by_id = {entry.pci_id: entry for entry in entries if entry.pci_id}
    gpus = []
    for pci_id, entry in by_id.items():
        facts = Facts()
        facts.add("pci_id", pci_id, _CLASS_SOURCE)
        facts.add("vendor", PCI_VENDORS.get(pci_id[:4]), _CLASS_SOURCE)
        facts.add("name", entry.name, _CLASS_SOURCE)
        facts.add("driver", entry.driver_version, _CLASS_SOURCE)
        if pci_id.startswith("10de"):
            facts.add("kind", "discrete", _CLASS_SOURCE)
        if not pci_id.startswith("8086"):
            facts.add("vram_bytes", entry.memory_bytes, _CLASS_SOURCE)
        facts.unknown("vram_bytes", N_("Intel's entry is not its memory"))
        gpus.append(facts.part(Gpu))
    return gpus
