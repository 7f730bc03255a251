"""Volumes and physical disks as WMI lists them, as the machine's disks."""

import re
from collections.abc import Sequence

from advisor.dumps import disk_names
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
    inside = [entry for entry in physical if _stated(entry) != "usb"]
    return tuple(_volume(entry, inside[0] if len(inside) == 1 else None, source) for entry in volumes)


def _stated(entry: Entry) -> DiskKind | None:
    """NVMe, SSD, HDD, USB ... as the object itself tells it; None when it does not."""
    if re.search(r"VEN_NVME|DISK&(?:AMP;)?NVME", (entry.text("PNPDeviceID") or "").upper()):
        return "nvme"
    return (
        _BUSES.get((entry.text("BusType") or "").lower())
        or ("usb" if (entry.text("InterfaceType") or "").lower() == "usb" else None)
        or _MEDIA.get((entry.text("MediaType") or "").lower())
    )


def add_kind_by_name(facts: Facts, model: str | None, source: str) -> None:
    """Record what a disk's model alone tells of its kind: a hypervisor's, NVMe, a maker's series."""
    _add_virtual(facts, model, source)
    disk_names.add_kind(facts, source, None, model)


def _add_virtual(facts: Facts, model: str | None, source: str) -> None:
    if any(part in (model or "").lower() for part in table("windows")["virtual_disks"]["parts"]):
        facts.add("kind", "virtual", source)


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
    model = entry.text("Model") or entry.text("FriendlyName") or entry.text("Caption")
    facts.add("name", model, source)
    # A hypervisor's disk says SATA or SSD of itself: its name comes first.
    _add_virtual(facts, model, source)
    facts.add("kind", _stated(entry), source)
    disk_names.add_kind(facts, source, None, model)
    facts.unknown("kind", N_("{source} does not say"), source=source)
