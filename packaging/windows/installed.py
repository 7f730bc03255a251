"""What the installer leaves behind: files and registry of the prefix before it, after it, and after its removal."""

from pathlib import Path
from typing import NamedTuple


class State(NamedTuple):
    """Paths of files below drive C, and lines of the registry with their key."""

    files: frozenset[str]
    registry: frozenset[str]


# What Wine itself writes while any program runs; everything else must be gone after the removal.
NOISE = ("/windows/temp/", "/Temp/", "/AppData/Local/Microsoft/", "/windows/system32/catroot")

# Keys that Wine itself keeps, each with what writes it; Windows has none of them, or in other places.
OWN_KEYS = {
    "[Console": "Wine's console, the first time one is opened",
    "[Software\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\Explorer\\\\Accent": "a colour, asked for by Qt",
    "[Software\\\\Microsoft\\\\Windows NT\\\\CurrentVersion\\\\NetworkCards": "the devices, read anew at every start",
    "[System\\\\ControlSet001\\\\Control\\\\Class": "the devices, read anew at every start",
    "[System\\\\ControlSet001\\\\Control\\\\DeviceClasses": "the screen, read anew at every start",
    "[System\\\\ControlSet001\\\\Enum\\\\DISPLAY": "the screen, read anew at every start",
}
# The uninstaller runs from a copy in the temporary folder, which Windows deletes at its next start.
PENDING = '"PendingFileRenameOperations"='


def state(prefix: Path) -> State:
    """Of a prefix whose server has ended."""
    drive = prefix / "drive_c"
    files = frozenset(
        "/" + path.relative_to(drive).as_posix()
        for path in drive.rglob("*")
        if not any(noise in "/" + path.relative_to(drive).as_posix() + "/" for noise in NOISE)
    )
    return State(files, frozenset(line for name in ("user.reg", "system.reg") for line in _lines(prefix / name)))


def _lines(path: Path) -> list[str]:
    """Each value with its key; times of keys are left out, they change whenever a program reads."""
    key, found = "", []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("["):
            key = line.split("] ", 1)[0] + "]"
            found.append(key)
        elif line and not line.startswith(("#", ";", "WINE REGISTRY")):
            found.append(f"{key} {line}")
    return [one for one in found if not one.startswith(tuple(OWN_KEYS)) and PENDING not in one]


def left_behind(before: State, after: State) -> list[str]:
    """What is there afterwards and was not before, or was and is not."""
    return sorted(
        [f"+ {name}" for name in (after.files - before.files) | (after.registry - before.registry)]
        + [f"- {name}" for name in (before.files - after.files) | (before.registry - after.registry)]
    )
