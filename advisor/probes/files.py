"""Reading small system files below any root folder: text or None, never an exception."""

import re
from collections.abc import Iterable
from pathlib import Path

LIVE_ROOT = Path("/")
_LIMIT = 4 << 20


def read(path: Path) -> str | None:
    """The text of a small file without NULs and outer blanks; None when it is missing, refused or empty."""
    data = read_bytes(path)
    if data is None:
        return None
    return data.decode("utf-8", "replace").replace("\0", " ").strip() or None


def read_bytes(path: Path) -> bytes | None:
    """The first 4 MiB of a file; None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_LIMIT)
    except (OSError, ValueError):
        return None


def integer(path: Path) -> int | None:
    """The whole number that a file holds, decimal or 0x-hexadecimal; None otherwise."""
    text = read(path)
    if text is None:
        return None
    try:
        return int(text, 0)
    except ValueError:
        return None


def children(folder: Path, pattern: str = "*") -> list[Path]:
    """The entries of `folder` that match, in natural order (cpu2 before cpu10); [] when there is none."""
    try:
        return sorted(folder.glob(pattern), key=lambda p: natural(p.name))
    except OSError:
        return []


def natural(name: str) -> list[tuple[int, str]]:
    """A sort key that counts numbers as numbers."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def cpu_list(text: str | None) -> frozenset[int]:
    """The numbers of a kernel list such as "0-3,8"; empty for None or nonsense."""
    if text is None or not re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", text):
        return frozenset()
    ranges: Iterable[list[str]] = (part.split("-") for part in text.split(","))
    # A list longer than any machine has is a lie, not a reason to fill the memory.
    return frozenset(n for r in ranges for n in range(int(r[0]), min(int(r[-1]), int(r[0]) + 65536) + 1))
