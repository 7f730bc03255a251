"""Linux: mounted volumes on real disks, from /proc/self/mounts, statvfs and /sys/class/block."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from advisor.i18n import N_
from advisor.machine import Disk, DiskKind, Machine
from advisor.probes import files
from advisor.probes.runner import limited, reason_of
from advisor.sources.disks import kind_of, without_user
from advisor.sources.facts import Facts
from advisor.sources.names import usable

_MOUNTS = "/proc/self/mounts"
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "virtiofs", "afs", "ceph", "glusterfs", "lustre"}
)
# File systems that name no block device and still hold files on a disk: those of containers and pools.
_DEVICELESS = frozenset({"overlay", "zfs", "btrfs", "aufs", "fuse.fuse-overlayfs", "bcachefs", "drvfs", "v9fs"})
_NO_STORAGE = re.compile(r"^/dev/(loop|zram|ram|fd|sr)\d")
_SMALL = ("/boot", "/efi", "/snap", "/recovery")  # volumes that hold the system's start, never models
_NETWORK_WAIT_S = 0.5


class Mount(NamedTuple):
    """One line of the mount table."""

    device: str
    point: str
    filesystem: str


def read(root: Path) -> Machine:
    """Every mounted volume once, the root volume first. A dead network volume costs half a second, not the list."""
    mounts = chosen(parse_mounts(files.read(root / _MOUNTS[1:]) or ""))
    return Machine(disks=tuple(_disk(root, mount) for mount in mounts))


def parse_mounts(text: str) -> list[Mount]:
    """The lines of /proc/mounts; blanks in names are written as \\040 there."""
    lines = (line.split() for line in text.splitlines())
    return [Mount(_unescaped(w[0]), _unescaped(w[1]), w[2]) for w in lines if len(w) >= 3]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found.group(1), 8)), text)


def chosen(mounts: Iterable[Mount]) -> list[Mount]:
    """Real volumes: no loop devices, nothing twice (bind mounts, subvolumes), nothing that only starts the system."""
    best: dict[str, Mount] = {}
    # The shortest mount point of a device is the one that people know it by.
    for mount in sorted(mounts, key=lambda m: (len(m.point), m.point)):
        if _is_storage(mount):
            best.setdefault(_storage_of(mount), mount)
    return sorted(best.values(), key=lambda m: (m.point != "/", _is_remote(m), m.point))


def _storage_of(mount: Mount) -> str:
    """What mounts of one storage have in common: the device, or the pool of a ZFS data set."""
    if mount.filesystem == "zfs":
        return mount.device.split("/")[0]
    return mount.device if mount.device.startswith("/dev/") else mount.point


def _is_remote(mount: Mount) -> bool:
    # WSL shows the Windows drives ("C:\\ /mnt/c") over the same protocol as network shares.
    return mount.filesystem in _NETWORK and not re.match(r"[A-Za-z]:", mount.device)


def _is_storage(mount: Mount) -> bool:
    if mount.point == "/":
        return mount.filesystem not in ("rootfs", "tmpfs", "ramfs")
    if mount.point.startswith(_SMALL) or mount.point.startswith(("/proc", "/sys", "/dev", "/var/lib/docker")):
        return False
    if mount.filesystem in _NETWORK:
        return True
    if mount.device.startswith("/dev/"):
        return not _NO_STORAGE.match(mount.device) and mount.filesystem not in ("devtmpfs", "squashfs", "iso9660")
    return mount.filesystem in _DEVICELESS and mount.filesystem != "overlay"


def _disk(root: Path, mount: Mount) -> Disk:
    facts = Facts()
    facts.add("mount", without_user(mount.point), _MOUNTS)
    if _is_remote(mount):
        facts.add("kind", "network", _MOUNTS)
        facts.unknown("name", N_("a network volume"))
    block = block_folder(root, mount)
    if block is not None:
        kind, name, source = describe_block(block)
        facts.add("kind", kind, source)
        facts.add("name", name, source)
    elif root == files.LIVE_ROOT:
        facts.unknown("kind", N_("the system does not show the disk behind it"))
        facts.unknown("name", N_("the system does not show the disk behind it"))
    if root == files.LIVE_ROOT:
        _add_sizes(facts, mount)
    else:
        facts.unknown("total_bytes", N_("not part of a recording"))
        facts.unknown("free_bytes", N_("not part of a recording"))
    return facts.part(Disk)


def _add_sizes(facts: Facts, mount: Mount) -> None:
    try:
        # Only a network volume can hang; a thread for each of the others would cost more than the call.
        remote = mount.filesystem in _NETWORK
        found = limited(lambda: os.statvfs(mount.point), _NETWORK_WAIT_S) if remote else os.statvfs(mount.point)
    except OSError as error:
        for name in ("total_bytes", "free_bytes"):
            facts.unknown(name, N_("{source}: could not be read ({reason})"), source="statvfs", reason=reason_of(error))
        return
    facts.add("total_bytes", found.f_blocks * found.f_frsize, "statvfs")
    facts.add("free_bytes", found.f_bavail * found.f_frsize, "statvfs")  # for this user: some is kept for the system


def block_folder(root: Path, mount: Mount) -> Path | None:
    """The real sysfs folder of the disk below a mounted volume: partition, dm and md devices are followed down."""
    blocks = root / "sys/class/block"
    name = Path(mount.device).name
    if root == files.LIVE_ROOT and mount.device.startswith("/dev/"):
        name = Path(os.path.realpath(mount.device)).name
    folder = blocks / name
    if not folder.exists():
        folder = root / "sys/block" / name
    if not folder.exists():
        folder = root / "sys/dev/block" / _number_of(root, mount.point)
    if not folder.exists():
        folder = _whole_disk(root, name)
    if not folder.exists():
        return None
    return _bottom(folder.resolve())


def _whole_disk(root: Path, name: str) -> Path:
    """The disk whose name a partition's name begins with, where the partition itself is not shown."""
    disks = [f for f in files.children(root / "sys/block") if name.startswith(f.name)]
    return max(disks, key=lambda f: len(f.name), default=root / "sys/block" / name)


def _number_of(root: Path, point: str) -> str:
    """The device number "254:0" of a mount point: the way to the disk of "/dev/root" and the like."""
    for line in (files.read(root / "proc/self/mountinfo") or "").splitlines():
        words = line.split()
        if len(words) > 4 and _unescaped(words[4]) == point:
            return words[2]
    return "?"


def _bottom(folder: Path) -> Path:
    for _ in range(8):
        slaves = files.children(folder / "slaves")
        if (folder / "partition").exists():
            folder = folder.parent
        elif slaves:
            folder = slaves[0].resolve()
        else:
            break
    return folder


def describe_block(folder: Path) -> tuple[DiskKind | None, str | None, str]:
    """(kind, name, source) of a whole disk by its sysfs folder."""
    model = " ".join((files.read(folder / "device/model") or "").split())
    name = model if usable(model) else folder.name
    return _kind(folder, model), name, f"/sys/block/{folder.name}"


def _kind(folder: Path, model: str) -> DiskKind | None:
    rotational = files.integer(folder / "queue/rotational")
    turns = None if rotational is None else bool(rotational)
    return kind_of(folder.name, model, turns, usb="/usb" in str(folder))
