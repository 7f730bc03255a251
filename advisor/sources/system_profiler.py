"""macOS: what system_profiler's JSON means: the Mac's name, graphics cards, kind of memory, volumes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from advisor.i18n import N_
from advisor.machine import Disk, Gpu, GpuKind, Machine, Memory
from advisor.sources.facts import Facts
from advisor.sources.pci import PCI_VENDORS

SOURCE = "system_profiler"
TYPES = ("SPHardwareDataType", "SPDisplaysDataType", "SPMemoryDataType")
_UNITS = {"MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
_PCI = ("sppci_pci_device", "spdisplays_pci_device")
_VENDORS = {"sppci_vendor_apple": "Apple", "sppci_vendor_intel": "Intel", "sppci_vendor_amd": "AMD"}


def machine(answer: Mapping[str, Any]) -> Machine:
    """The parts that `answer` tells of. Serial numbers and UUIDs in it are never read."""
    facts = Facts()
    hardware = _first(answer, "SPHardwareDataType")
    name = _text(hardware, "machine_name")
    facts.add("manufacturer", "Apple", SOURCE)
    facts.add("model", name, SOURCE)
    if name:
        facts.add("chassis", "laptop" if "Book" in name else "desktop", SOURCE)
    kind = _memory_kind(answer)
    memory = Facts()
    memory.add("kind", kind, SOURCE)
    gpus = tuple(gpu for entry in _entries(answer, "SPDisplaysDataType") if (gpu := _gpu(entry)) is not None)
    return facts.part(Machine, memory=memory.part(Memory), gpus=gpus)


def own_gpu_name(answer: Mapping[str, Any]) -> str | None:
    """ "Apple M3 Max 40-core GPU": the chip's name alone does not tell which of its graphics a Mac has."""
    chip = _text(_first(answer, "SPHardwareDataType"), "chip_type")
    if chip is None or not chip.startswith("Apple"):
        return None
    displays = _entries(answer, "SPDisplaysDataType")
    cores = next((count for entry in displays if (count := _text(entry, "sppci_cores"))), "")
    return f"{chip} {cores}-core GPU" if cores.isdecimal() else chip


def _entries(answer: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    entries = answer.get(name)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _first(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next(iter(_entries(answer, name)), {})


def _text(entry: Mapping[str, Any], name: str) -> str | None:
    value = entry.get(name)
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _memory_kind(answer: Mapping[str, Any]) -> str | None:
    """ "LPDDR4" on Apple's own chips, the modules' common kind on Intel Macs."""
    first = _first(answer, "SPMemoryDataType")
    items = first.get("_items")
    modules = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    texts = {_text(entry, "dimm_type") for entry in (first, *modules)} - {None, "empty"}
    kinds = {text.upper().replace("_", "") for text in texts if text}
    return kinds.pop() if len(kinds) == 1 else None


def _gpu(entry: Mapping[str, Any]) -> Gpu | None:
    name = _text(entry, "sppci_model") or _text(entry, "_name")
    if name is None or name.startswith(("kHW_Apple", "Apple ")) or _vendor(entry) == "Apple":
        return None  # sysctl knows the Mac's own GPU better, and its name here may be a key without translation
    facts = Facts()
    facts.add("name", name, SOURCE)
    vendor = _vendor(entry)
    facts.add("vendor", vendor, SOURCE)
    device = _text(entry, "spdisplays_device-id")
    number = {"Intel": "8086", "AMD": "1002", "NVIDIA": "10de"}.get(vendor or "")
    if number and device and (found := re.fullmatch(r"0x([0-9a-fA-F]{4})", device)):
        facts.add("pci_id", f"{number}:{found.group(1).lower()}", SOURCE)
    bus = _text(entry, "sppci_bus")
    # On the old PCI bus sit the graphics of NVIDIA's chipsets, and real cards: it tells nothing.
    kind: GpuKind | None = "integrated" if bus == "spdisplays_builtin" else "discrete" if bus not in _PCI else None
    facts.add("kind", kind, SOURCE)
    if kind == "integrated":
        facts.add("vram_bytes", 0, N_("integrated graphics use the system's memory"), "computed")
        facts.add("shared_bytes", _size(_text(entry, "spdisplays_vram_shared")), SOURCE)
        facts.add("shared_bytes", _size(_text(entry, "_spdisplays_vram")), SOURCE)
    facts.add("vram_bytes", _size(_text(entry, "spdisplays_vram") or _text(entry, "_spdisplays_vram")), SOURCE)
    facts.unknown("driver", N_("part of macOS"))
    facts.unknown("bus_address", N_("system_profiler does not tell"))
    return facts.part(Gpu)


def _vendor(entry: Mapping[str, Any]) -> str | None:
    text = _text(entry, "spdisplays_vendor") or ""
    if text in _VENDORS:
        return _VENDORS[text]
    number = re.search(r"\(0x([0-9a-fA-F]{4})\)", text)
    if number:  # "ATI (0x1002)"
        return PCI_VENDORS.get(number.group(1).lower())
    return next((name for name in ("NVIDIA", "AMD", "Intel", "Apple") if name.lower() in text.lower()), None)


def _size(text: str | None) -> int | None:
    found = re.fullmatch(r"(\d+)\s*([MGT]B)", text or "")
    return int(found.group(1)) * _UNITS[found.group(2)] if found else None


def disks(volumes: Sequence[tuple[str, str, int, int]]) -> tuple[Disk, ...]:
    """Volumes as disks: (device, mount point, total, free)."""
    return tuple(_disk(*volume) for volume in volumes)


def _disk(device: str, mount: str, total: int, free: int) -> Disk:
    facts = Facts()
    facts.add("name", device.rpartition("/")[2], "statvfs")
    facts.add("mount", mount, "statvfs")
    facts.add("total_bytes", total, "statvfs")
    facts.add("free_bytes", free, "statvfs")
    facts.unknown("kind", N_("macOS tells it by a slow inquiry only"))
    return facts.part(Disk)
