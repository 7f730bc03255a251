"""Windows: what the storage driver's answers about a volume's disk mean."""

import struct
from dataclasses import dataclass

from advisor.i18n import N_
from advisor.machine import Disk, DiskKind
from advisor.sources.facts import Facts
from advisor.sources.names import usable

SOURCE = "IOCTL_STORAGE_QUERY_PROPERTY"
_SIZES = "GetDiskFreeSpaceEx"
# STORAGE_BUS_TYPE of ntddstor.h.
_BUS: dict[int, DiskKind] = {7: "usb", 12: "emmc", 13: "emmc", 14: "virtual", 15: "virtual", 9: "network", 17: "nvme"}


@dataclass(frozen=True, slots=True)
class Volume:
    """One drive letter and the raw answers about the disk below it (empty where the driver gave none)."""

    root: str
    remote: bool
    sizes: tuple[int, int] | None  # total, free
    device: bytes  # STORAGE_DEVICE_DESCRIPTOR
    seek_penalty: bytes  # DEVICE_SEEK_PENALTY_DESCRIPTOR


def disk(volume: Volume) -> Disk:
    """The volume as a disk; the descriptor's serial number is never read."""
    facts = Facts()
    facts.add("mount", volume.root, _SIZES)
    if volume.sizes is not None:
        facts.add("total_bytes", volume.sizes[0], _SIZES)
        facts.add("free_bytes", volume.sizes[1], _SIZES)
    elif volume.remote:
        facts.unknown("total_bytes", N_("the network did not answer in time"))
        facts.unknown("free_bytes", N_("the network did not answer in time"))
    facts.add("kind", "network" if volume.remote else _kind(volume), SOURCE)
    facts.add("name", _name(volume.device), SOURCE)
    if volume.remote:
        facts.unknown("name", N_("a network volume"))
    for name in ("kind", "name"):
        facts.unknown(name, N_("the system does not show the disk behind it"))
    return facts.part(Disk)


def _kind(volume: Volume) -> DiskKind | None:
    if len(volume.device) < 32:
        return None
    (bus,) = struct.unpack_from("<I", volume.device, 28)
    if bus in _BUS:
        return _BUS[bus]
    if len(volume.seek_penalty) < 9:
        return None
    return "hdd" if volume.seek_penalty[8] else "ssd"


def _name(device: bytes) -> str | None:
    if len(device) < 32:
        return None
    vendor, product = struct.unpack_from("<II", device, 12)
    texts = [text for offset in (vendor, product) if (text := _text(device, offset))]
    name = " ".join(dict.fromkeys(texts))
    return name if usable(name) else None


def _text(device: bytes, offset: int) -> str:
    if not 0 < offset < len(device):
        return ""
    raw = device[offset:].split(b"\0", 1)[0].decode("ascii", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in raw).split())
