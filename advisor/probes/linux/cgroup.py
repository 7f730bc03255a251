"""Linux: what the control group of this process may use, in both versions: memory and processor time."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from advisor.probes import files

# Version 1 writes the highest multiple of the page size below 2^63 for "no limit".
_NO_LIMIT = 1 << 60


class MemoryLimit(NamedTuple):
    """The tightest memory limit, what is used under it (clean file pages not counted), and the file that says so."""

    limit_bytes: int
    used_bytes: int | None
    source: str


def memory_limit(root: Path) -> MemoryLimit | None:
    """The tightest limit of this process's group and its parents; None when nothing limits it."""
    found = []
    for folder in _folders(root, "memory"):
        for limit, used, clean in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            size = files.integer(folder / limit)  # "max" is no number: no limit
            if size is not None and 0 < size < _NO_LIMIT:
                found.append(MemoryLimit(size, _used(folder, used, clean), f"cgroup {limit}"))
    return min(found, key=lambda f: f.limit_bytes, default=None)


def _used(folder: Path, name: str, clean: str) -> int | None:
    used = files.integer(folder / name)
    if used is None:
        return None
    lines = (line.split() for line in (files.read(folder / "memory.stat") or "").splitlines())
    stat = {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdecimal()}
    return max(0, used - stat.get(clean, 0))


def cpu_quota(root: Path) -> float | None:
    """How many processors' worth of time the group may use; None when nothing limits it."""
    found = []
    for folder in _folders(root, "cpu"):
        words = (files.read(folder / "cpu.max") or "").split()
        quota, period = (_number(words[0]), _number(words[1])) if len(words) == 2 else (None, None)
        if quota is None:
            quota = files.integer(folder / "cpu.cfs_quota_us")  # -1: no limit
            period = files.integer(folder / "cpu.cfs_period_us")
        if quota and period and quota > 0 and period > 0:
            found.append(quota / period)
    return min(found, default=None)


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() else None


def _folders(root: Path, controller: str) -> Iterator[Path]:
    """The folders of the own group and all its parents, in every hierarchy that has `controller`."""
    base = root / "sys/fs/cgroup"
    for line in (files.read(root / "proc/self/cgroup") or "0::/").splitlines():
        parts = line.split(":", 2)
        if len(parts) != 3:
            continue
        names = parts[1].split(",") if parts[1] else []
        if parts[1] and controller not in names:
            continue
        # Inside a container the path may be the host's: then only the hierarchy's own top exists.
        mounts = [base / parts[1], base / controller] if parts[1] else [base, base / "unified"]
        for mount in dict.fromkeys(mounts):
            yield from _upwards(mount, parts[2])


def _upwards(mount: Path, group: str) -> Iterator[Path]:
    names = [name for name in group.split("/") if name not in ("", "..")]
    for count in range(len(names), -1, -1):
        folder = mount.joinpath(*names[:count])
        if folder.is_dir():
            yield folder
