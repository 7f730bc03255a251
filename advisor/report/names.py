"""File names that a report cannot have: those of devices, and what Windows does not take."""

import os
import re
from pathlib import Path

from advisor.errors import UserError
from advisor.i18n import N_

# Whatever follows the first dot. https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE)
# In UTF-16 units, on every file system that Windows writes. https://learn.microsoft.com/en-us/windows/win32/fileio/filesystem-functionality-comparison
_LONGEST = 255
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def check_name(path: Path, *, windows: bool = os.name == "nt") -> None:
    """Raises UserError on a name that cannot be used.

    Names of devices are refused everywhere, because a report is handed on; the signs that Windows alone does not
    take only there ("report 10:30.pdf" is a good name elsewhere, and on Windows a hidden stream of "report 10").
    """
    name = path.name
    stem = name.split(".", 1)[0].rstrip(" ")
    if _DEVICES.fullmatch(stem):
        raise UserError(
            N_("{path}: Windows keeps the name {name} for a device; choose another"), path=path, name=stem.upper()
        )
    if not windows:
        return
    sign = _NOT_IN_NAMES.search(name)
    if sign:
        raise UserError(N_("{path}: a file name cannot hold the sign {sign}"), path=path, sign=repr(sign[0]))
    if len(name.encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST:
        # asked whether such a file is there, Windows says no, and fails when it is to be written
        raise UserError(N_("{path}: a file name cannot be longer than {count} letters"), path=path, count=_LONGEST)
    if name.endswith((".", " ")):
        raise UserError(N_("{path}: a file name cannot end with a dot or a space"), path=path)
