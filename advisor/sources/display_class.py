"""Windows: the registry's display class, with a key for every adapter that is or once was in the computer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.i18n import N_
from advisor.machine import Gpu
from advisor.sources.facts import Facts
from advisor.sources.pci import PCI_VENDORS

CLASS_KEY = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
CLASS_SOURCE = "Control\\Class\\Display"


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


def from_entries(entries: Sequence[ClassEntry]) -> list[Gpu]:
    """One GPU per PCI id: Windows keeps several keys for one card."""
    by_id = {entry.pci_id: entry for entry in entries if entry.pci_id}
    gpus = []
    for pci_id, entry in by_id.items():
        facts = Facts()
        facts.add("pci_id", pci_id, CLASS_SOURCE)
        facts.add("vendor", PCI_VENDORS.get(pci_id[:4]), CLASS_SOURCE)
        facts.add("name", entry.name, CLASS_SOURCE)
        facts.add("driver", entry.driver_version, CLASS_SOURCE)
        if pci_id.startswith("10de"):
            facts.add("kind", "discrete", CLASS_SOURCE)
        if not pci_id.startswith("8086"):
            facts.add("vram_bytes", entry.memory_bytes, CLASS_SOURCE)
        facts.unknown("vram_bytes", N_("Intel's entry is not its memory"))
        gpus.append(facts.part(Gpu))
    return gpus
