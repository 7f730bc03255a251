"""`lsblk`: the disks, and what is mounted of them, from its tree, its -P pairs or its JSON.

Serial numbers, UUIDs, labels and users' names in mount points are not read.
"""

import re

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.dumps.lsblk_rows import Row, rows
from advisor.machine import Disk, DiskKind, Machine
from advisor.sources.disks import kind_of, without_user
from advisor.sources.facts import Facts
from advisor.sources.names import usable
from advisor.sources.units import one_line, size_bytes

NAME = "lsblk"
_NO_DISK = re.compile(r"^(loop|zram|ram|fd|sr|nbd|dm-|md)\d*|^mmcblk\d+(boot\d|rpmb|gp\d)$")
_SMALL = ("/boot", "/efi", "/snap", "/recovery", "/var/lib/snapd", "[")  # hold the system's start; "[SWAP]"
_NETWORK = ("iscsi", "fc", "fcoe")


def recognise(document: Document) -> bool:
    """Whether there is a row of a device."""
    return any(row.name for row in rows(document))


def read(document: Document) -> Machine:
    """The volumes mounted on each disk, or the disk itself where nothing of it is; the root volume first."""
    found = rows(document)
    disks: list[Disk] = []
    seen: set[str] = set()
    for row in found:
        if row.kind != "disk" or row.above or not row.name or _NO_DISK.match(row.name):
            continue
        own = [other for other in found if other is row or any(one is row for one in other.above)]
        mounted = [(other, mount) for other in own for mount in other.mounts if not mount.startswith(_SMALL)]
        # A RAID volume is listed below each of its disks.
        volumes = [(other, mount) for other, mount in mounted if mount not in seen]
        seen.update(mount for _, mount in volumes)
        disks += [_disk(row, other, mount) for other, mount in _shortest(volumes)] or [_disk(row, row, None)]
    known = [disk for disk in disks if disk.kind is not None or disk.total_bytes is not None]
    return Machine(disks=tuple(sorted(known, key=lambda disk: (disk.mount != "/", disk.mount is None))))


KIND = Kind(NAME, recognise, read)


def _shortest(volumes: list[tuple[Row, str]]) -> list[tuple[Row, str]]:
    """One mount point for each volume: the shortest is the one that people know it by."""
    best: dict[int, tuple[Row, str]] = {}
    for row, mount in sorted(volumes, key=lambda volume: (len(volume[1]), volume[1])):
        best.setdefault(id(row), (row, mount))
    return list(best.values())


def _disk(disk: Row, volume: Row, mount: str | None) -> Disk:
    facts = Facts()
    model = one_line(disk.cells.get("model"))
    facts.add("name", model if usable(model) else disk.name, NAME)
    facts.add("mount", without_user(mount) if mount else None, NAME)
    facts.add("kind", _kind(disk, model or ""), NAME)
    if mount:
        facts.add("total_bytes", _size(volume, "fssize"), NAME)
        facts.add("free_bytes", _size(volume, "fsavail"), NAME)
    facts.add("total_bytes", _size(volume, "size"), NAME)
    return facts.part(Disk)


def _size(row: Row, column: str) -> int | None:
    return size_bytes(row.cells.get(column)) or None


def _kind(disk: Row, model: str) -> DiskKind | None:
    transport = disk.cells.get("tran", "").lower()
    if transport in _NETWORK:
        return "network"
    if transport == "virtio":
        return "virtual"
    turning = {"1": True, "true": True, "0": False, "false": False}.get(disk.cells.get("rota", "").lower())
    return kind_of(disk.name, model, turning, usb=transport == "usb")
