"""Disks: what kind one is by its names, and mount points without the user's name."""

import re

from advisor.machine import DiskKind

_VIRTUAL = re.compile(r"virtual|vbox|qemu|vmware", re.IGNORECASE)


def kind_of(device: str, model: str, rotational: bool | None, *, usb: bool = False) -> DiskKind | None:
    """The kind of the disk that Linux calls `device` ("nvme0n1"), by its model's name and whether it turns."""
    if usb:
        return "usb"
    if device.startswith("mmcblk"):
        return "emmc"
    if device.startswith(("vd", "xvd")) or _VIRTUAL.search(model):
        return "virtual"
    if device.startswith("nvme"):
        return "nvme"
    if rotational is None:
        return None
    return "hdd" if rotational else "ssd"


def without_user(point: str) -> str:
    """A mount point without the user's name: "/run/media/maria/USB" becomes "/run/media/.../USB"."""
    return re.sub(r"^(/(?:run/)?media/|/home/|/Users/)[^/]+(?=/|$)", r"\1...", point)
