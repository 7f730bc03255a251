"""The machines that the user keeps: a profile each in the user's folder, called as the user calls it.

A name becomes a file name letter by letter, only what some system refuses is written as %41: names in any script stay
readable beside the program, and every file opens as any other saved machine does.
"""

import re
import unicodedata
from pathlib import Path

from advisor import files, profiles, settings
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Machine

LONGEST = 60  # letters: even with three bytes for each a file name stays under the 255 bytes of most systems
MOST = 500
_ENDING = ".json"
# What Windows refuses in names, and the sign that stands for it; a dot or space at either end is refused as well.
_REFUSED = re.compile(r'[<>:"/\\|?*%\x00-\x1f\x7f]|^[. ]|[. ]$')
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: these names are devices, with any ending.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_WRITTEN = re.compile(r"%([0-9A-F]{2})")


def folder() -> Path:
    """Where they lie; it may not exist yet."""
    return settings.folder() / "machines"


def names() -> tuple[str, ...]:
    """The names of all that are kept, in the order of their letters; () where nothing can be read."""
    try:
        found = [path for path in folder().iterdir() if path.suffix == _ENDING and not path.name.startswith(".")]
    except OSError:
        return ()
    return tuple(sorted((_name_of(path) for path in found), key=str.casefold)[:MOST])


def tidy(name: str) -> str:
    """`name` as it is kept: without breaks and blanks around it, not too long; "" where nothing is left."""
    plain = unicodedata.normalize("NFC", "".join(c if c.isprintable() else " " for c in name))
    return " ".join(plain.split())[:LONGEST].strip()


def path_of(name: str) -> Path:
    """The file of a kept machine, or the one that it would get; the case of letters makes no other name."""
    same = next((one for one in names() if one.casefold() == name.casefold()), name)
    return folder() / (_file_name(same) + _ENDING)


def exists(name: str) -> bool:
    """Whether a machine is kept under this name."""
    return tidy(name).casefold() in {one.casefold() for one in names()}


def keep(machine: Machine, name: str) -> str:
    """Keep a machine, in place of one that has its name; returns the name as kept. Raises UserError."""
    name = _checked(name)
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            N_("{path}: cannot be written ({reason})"), path=folder(), reason=files.reason(error)
        ) from error
    path = path_of(name)
    profiles.save(machine, path)
    return _name_of(path)


def rename(old: str, new: str) -> str:
    """Call a kept machine otherwise; returns the name as kept. Raises UserError: no name, one that is taken."""
    new = _checked(new)
    if new.casefold() != old.casefold() and exists(new):
        raise UserError(N_("{name}: another machine is kept under this name"), name=new)
    target = folder() / (_file_name(new) + _ENDING)
    try:
        path_of(old).rename(target)
    except OSError as error:
        raise UserError(N_("{path}: cannot be written ({reason})"), path=target, reason=files.reason(error)) from error
    return new


def forget(name: str) -> None:
    """Keep it no longer; one that is gone already is no error. Raises UserError when it may not be removed."""
    path = path_of(name)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(N_("{path}: cannot be written ({reason})"), path=path, reason=files.reason(error)) from error


def _checked(name: str) -> str:
    name = tidy(name)
    if not name:
        raise UserError(N_("a machine that is kept needs a name"))
    return name


def _file_name(name: str) -> str:
    safe = _REFUSED.sub(lambda found: f"%{ord(found[0]):02X}", name)
    return f"%{ord(safe[0]):02X}{safe[1:]}" if _DEVICE.match(safe) else safe


def _name_of(path: Path) -> str:
    text = _WRITTEN.sub(lambda found: chr(int(found[1], 16)), path.stem)
    return unicodedata.normalize("NFC", text)
