"""Volumes and physical disks as WMI lists them, as the machine's disks."""

import re
from collections.abc import Sequence

from advisor.dumps.tables import table
from advisor.dumps.wmi_objects import Entry
from advisor.i18n import N_
from advisor.machine import Disk, DiskKind
from advisor.sources.facts import Facts

# MSFT_PhysicalDisk, as numbers (Get-CimInstance) and as words (Get-PhysicalDisk).
# https://learn.microsoft.com/windows-hardware/drivers/storage/msft-physicaldisk
_BUSES: dict[str, DiskKind] = {
    "17": "nvme", "nvme": "nvme", "7": "usb", "usb": "usb", "12": "emmc", "sd": "emmc", "13": "emmc", "mmc": "emmc",
    "14": "virtual", "virtual": "virtual", "15": "virtual", "file backed virtual": "virtual",
    "9": "network", "iscsi": "network",
}  # fmt: skip
_MEDIA: dict[str, DiskKind] = {"3": "hdd", "hdd": "hdd", "4": "ssd", "ssd": "ssd"}
_FIXED, _REMOVABLE, _REMOTE = 3, 2, 4  # Win32_LogicalDisk.DriveType


def disks(entries: Sequence[Entry], source: str) -> tuple[Disk, ...]:
    """The volumes, with the disk that they lie on where there is only one; the disks themselves without volumes."""
    physical = [entry for entry in entries if entry.kind == "MSFT_PhysicalDisk"]
    physical = physical or [entry for entry in entries if entry.kind == "Win32_DiskDrive"]
    physical = [entry for entry in physical if entry.number("Size")]
    volumes = [entry for entry in entries if entry.kind == "Win32_LogicalDisk" and entry.number("Size")]
    volumes = [entry for entry in volumes if entry.number("DriveType") in (None, _FIXED, _REMOVABLE, _REMOTE)]
    if not volumes:
        return tuple(_physical(entry, source) for entry in physical)
    inside = [entry for entry in physical if kind_of(entry) != "usb"]
    return tuple(_volume(entry, inside[0] if len(inside) == 1 else None, source) for entry in volumes)


def kind_of(entry: Entry) -> DiskKind | None:
    """NVMe, SSD, HDD, USB ... as the object tells it; None when it does not."""
    name = entry.text("Model") or entry.text("FriendlyName") or entry.text("Caption") or ""
    device = entry.text("PNPDeviceID") or ""
    return kind_by_name(f"{name} {device}") or (
        _BUSES.get((entry.text("BusType") or "").lower())
        or ("usb" if (entry.text("InterfaceType") or "").lower() == "usb" else None)
        or _MEDIA.get((entry.text("MediaType") or "").lower())
    )


def kind_by_name(name: str) -> DiskKind | None:
    """What a disk's model alone tells: NVMe, a hypervisor's; None for most."""
    if any(part in name.lower() for part in table("windows")["virtual_disks"]["parts"]):
        return "virtual"
    return "nvme" if re.search(r"nvme", name, re.IGNORECASE) else None


def _physical(entry: Entry, source: str) -> Disk:
    facts = Facts()
    _add_disk(facts, entry, source)
    facts.add("total_bytes", entry.number("Size"), source)
    return facts.part(Disk)


def _volume(entry: Entry, disk: Entry | None, source: str) -> Disk:
    facts = Facts()
    facts.add("mount", entry.text("DeviceID") or entry.text("Caption"), source)
    kind = entry.number("DriveType")
    if kind == _REMOTE:
        facts.add("kind", "network", source)
    elif disk is not None and kind in (None, _FIXED):
        _add_disk(facts, disk, source)
    facts.add("total_bytes", entry.number("Size"), source)
    facts.add("free_bytes", entry.number("FreeSpace"), source)
    return facts.part(Disk)


def _add_disk(facts: Facts, entry: Entry, source: str) -> None:
    facts.add("name", entry.text("Model") or entry.text("FriendlyName") or entry.text("Caption"), source)
    facts.add("kind", kind_of(entry), source)
    facts.unknown("kind", N_("{source} does not say"), source=source)
