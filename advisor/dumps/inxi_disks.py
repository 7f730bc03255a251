"""The sections Drives and Partition of inxi: mounted volumes with the names of their disks."""

import re

from advisor.dumps.disk_names import add_kind
from advisor.dumps.inxi_text import NAME, items, value
from advisor.i18n import N_
from advisor.machine import Disk
from advisor.sources.disks import without_user
from advisor.sources.facts import Facts
from advisor.sources.units import size_bytes

_LEAST_VOLUME = 2 << 30  # boot partitions are no place for models


def disks(drives: str, partitions: str) -> list[Disk]:
    """Mounted volumes with the names of their disks, then the disks that hold none of them."""
    disks = {item.split(" ")[0]: item for item in items(drives, "ID", r"\d+: id") if item.startswith("/dev/")}
    found, used = [], set()
    for item in items(partitions, "ID"):
        # With -v8 "size: 251.97 GiB (98.43%)": its share of the raw partition.
        total, fs = size_bytes((value(item, "size") or "").split(" (")[0]), value(item, "fs")
        if not total or total < _LEAST_VOLUME or fs in ("swap", "squashfs", "tmpfs"):
            continue
        device = value(item, "dev") or ""
        disk = next((d for d in disks if re.fullmatch(rf"{re.escape(d)}(?:p?\d+)?", device)), None)
        used.add(disk)
        facts = Facts()
        mount = item.split(" ")[0]
        facts.add("mount", without_user(mount) if mount.startswith("/") else None, NAME)
        facts.add("total_bytes", total, NAME)
        taken = size_bytes((value(item, "used") or "").split(" (")[0])
        if taken is not None and taken <= total:
            facts.add("free_bytes", total - taken, N_("{source}: total less used"), "computed", source=NAME)
        _add_disk(facts, disk or device, disks.get(disk or "", ""))
        found.append(facts.part(Disk))
    for device, item in disks.items():
        if device not in used:
            facts = Facts()
            facts.add("total_bytes", size_bytes(value(item, "size")), NAME)
            _add_disk(facts, device, item)
            found.append(facts.part(Disk))
    return found


def _add_disk(facts: Facts, device: str, item: str) -> None:
    model = " ".join(part for part in (value(item, "vendor"), value(item, "model")) if part)
    facts.add("name", model or None, NAME)
    facts.add("kind", "usb" if re.search(r"\btype: USB\b", item) else None, NAME)
    if not device.startswith("/dev/nvme"):
        facts.add("kind", {"HDD": "hdd", "SSD": "ssd"}.get(value(item, "tech") or ""), NAME)
    add_kind(facts, NAME, device, model)
