"""`udevadm info --export-db`: the kernel's devices, with what udev knows of them. No serial number or MAC is read."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from advisor import RESOURCES
from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.machine import Battery, Cpu, Disk, Gpu, Machine, Memory
from advisor.sources import pci, ram, udev
from advisor.sources.disks import kind_of
from advisor.sources.facts import Facts
from advisor.sources.names import Identity, describe, is_virtual, usable
from advisor.sources.units import bus_address, one_line

NAME = "udevadm"
_SEEN = re.compile(r"^P: /devices/\S*\n(?:[A-Z]: .*\n)*?E: DEVPATH=/devices/", re.MULTILINE)
_NO_DISK = re.compile(r"^(loop|zram|ram|fd|sr|nbd|dm-|md)\d*|^mmcblk\d+(boot\d|rpmb|gp\d)$")
_SECOND_PICTURE = re.compile(r":00:02\.[1-7]$")  # Intel's chips show a second screen as a device of its own

Device = dict[str, str]


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((RESOURCES / "dumps" / "udevadm.json").read_text(encoding="utf-8"))
    return table


def recognise(document: Document) -> bool:
    """Whether a device's record is there."""
    return bool(_SEEN.search(document.text))


def read(document: Document) -> Machine:
    """Names, processor, memory modules, GPUs, built-in disks and battery."""
    devices = list(_devices(document.text))
    names = next((_identity(device) for device in devices if device["P"] == "/devices/virtual/dmi/id"), Identity())
    features = _features(devices)
    virtual = is_virtual(names) or (features is not None and _table()["hypervisor"] in features)
    facts = Facts()
    if names != Identity():
        facts.add("environment", ("vm",) if virtual else (), NAME)
    system = describe(names, NAME) if names != Identity() else Machine()
    for field in ("manufacturer", "model", "chassis"):
        facts.add(field, getattr(system, field), system.origin(field).detail, system.origin(field).kind)
    facts.add("os_family", "linux", NAME)
    modules = udev.memory_modules(document.text)
    return facts.part(
        Machine,
        cpu=_cpu(devices, features),
        memory=ram.memory(modules, NAME, virtual) if modules else Memory(),
        gpus=tuple(_gpus(devices, virtual)),
        disks=tuple(_disks(devices)),
        battery=_battery(devices),
    )


KIND = Kind(NAME, recognise, read)


def _devices(text: str) -> Iterator[Device]:
    """Each device's properties, its path under "P"."""
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.strip().split("\n")
        if lines[0].startswith("P: /devices/"):
            pairs = (line[3:].split("=", 1) for line in lines if line.startswith("E: ") and "=" in line)
            yield {**{pair[0]: pair[1].strip() for pair in pairs}, "P": lines[0][3:].strip()}


def _identity(device: Device) -> Identity:
    """Names out of the modalias, where blanks are left out, unless newer udev spells them."""
    parts: dict[str, str] = {}
    for part in device.get("MODALIAS", "").removeprefix("dmi:").split(":"):
        if found := re.match(r"(svn|pn|pvr|rvn|rn|ct)(.+)$", part):
            parts.setdefault(found.group(1), found.group(2))
    code = parts.get("ct", "")
    return Identity(
        manufacturer=one_line(device.get("ID_VENDOR") or parts.get("svn")),
        product=one_line(device.get("ID_MODEL") or parts.get("pn")),
        version=one_line(parts.get("pvr")),
        board_manufacturer=one_line(parts.get("rvn")),
        board=one_line(parts.get("rn")),
        chassis_code=int(code) & 0x7F if re.fullmatch(r"[0-9]{1,3}", code) else None,
    )


def _processors(devices: list[Device]) -> list[str]:
    """The modaliases of the processors."""
    aliases = (device.get("MODALIAS", "") for device in devices)
    return [alias for alias in aliases if alias.startswith(("cpu:type:x86", "x86cpu:vendor:"))]


def _features(devices: list[Device]) -> frozenset[str] | None:
    """Numbers of the features that all processors have; None where none is listed."""
    lists = [alias.partition("feature:,")[2] for alias in _processors(devices)]
    sets = [frozenset(text.split(",")) for text in lists if text]
    return frozenset.intersection(*sets) if sets else None


def _cpu(devices: list[Device], features: frozenset[str] | None) -> Cpu:
    facts = Facts()
    threads = sum(1 for device in devices if re.fullmatch(r"/devices/system/cpu/cpu\d+", device["P"]))
    facts.add("threads", threads or None, NAME)
    if features is not None:
        known: dict[str, str] = _table()["features"]
        facts.add("features", frozenset(known[number] for number in features if number in known), NAME)
        facts.add("architecture", "x86_64" if _table()["long_mode"] in features else "x86", NAME)
    for alias in _processors(devices)[:1]:
        code = re.search(r"(?:ven|vendor:)([0-9A-F]{4})", alias)
        facts.add("vendor", _table()["vendors"].get(code.group(1)) if code else None, NAME)
    return facts.part(Cpu)


def _gpus(devices: list[Device], virtual: bool) -> Iterator[Gpu]:
    on_bus = {bus_address(device.get("PCI_SLOT_NAME")): device for device in devices if "PCI_CLASS" in device}
    for address, device in sorted((place, device) for place, device in on_bus.items() if place):
        pci_id = device.get("PCI_ID", "").lower()
        vendor_id = pci_id.partition(":")[0]
        if not pci.is_gpu(_class_of(device), vendor_id) or (vendor_id == "8086" and _SECOND_PICTURE.search(address)):
            continue
        facts = Facts()
        facts.add("bus_address", address, NAME)
        facts.add("pci_id", pci_id if re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{4}", pci_id) else None, NAME)
        facts.add("vendor", pci.PCI_VENDORS.get(vendor_id), NAME)
        name = one_line(device.get("ID_MODEL_FROM_DATABASE"))
        facts.add("name", pci.printed_name(name) if usable(name) and name else None, NAME)
        facts.add("driver", one_line(device.get("DRIVER")), NAME)
        beside = (d for place, d in on_bus.items() if place and place[:-1] == address[:-1])
        crypto = any(_class_of(other) == pci.ENCRYPTION_CONTROLLER for other in beside)
        pci.add_kind(facts, NAME, vendor_id, address, beside_crypto=crypto, virtual=virtual)
        yield facts.part(Gpu)


def _class_of(device: Device) -> int | None:
    code = device.get("PCI_CLASS", "")
    return int(code, 16) >> 8 if re.fullmatch(r"[0-9A-Fa-f]{4,6}", code) else None


def _disks(devices: list[Device]) -> Iterator[Disk]:
    """Built-in disks; what is plugged in by USB comes and goes, and their sizes are not known here."""
    for device in devices:
        name = device.get("DEVNAME", "").rpartition("/")[2]
        if device.get("SUBSYSTEM") != "block" or device.get("DEVTYPE") != "disk" or _NO_DISK.match(name):
            continue
        model = (one_line(device.get("ID_MODEL")) or "").replace("_", " ")
        rate = device.get("ID_ATA_ROTATION_RATE_RPM")
        if "/virtual/" in device["P"] or "/usb" in device["P"] or not name:
            continue
        facts = Facts()
        facts.add("name", model if usable(model) else name, NAME)
        facts.add("kind", kind_of(name, model, None if rate is None else rate != "0"), NAME)
        yield facts.part(Disk)


def _battery(devices: list[Device]) -> Battery:
    facts = Facts()
    # PNP0C0A is ACPI's number of a computer's battery; mice and headsets have others.
    packs = [d for d in devices if "PNP0C0A" in d["P"] and d.get("SUBSYSTEM") == "power_supply"]
    if any(pack.get("POWER_SUPPLY_PRESENT") == "1" for pack in packs):
        facts.add("present", True, NAME)
    return facts.part(Battery)
