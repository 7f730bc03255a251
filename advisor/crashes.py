"""What is left when the program ends unexpectedly: Python's last words in a file, offered at the next start.

Each running copy has a file of its own and holds a lock on it, so that no copy takes another's file for a dead one's.
"""

import contextlib
import faulthandler
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import IO

from advisor import __version__, logs

NAMES = "crash-*.txt"
LIMIT = 64 << 10
# faulthandler also notes exceptions that Windows handles itself, as its file dialogs raise them; only what it calls by
# name ends a program (Modules/faulthandler.c, faulthandler_exc_handler).
FATAL = re.compile(r"Fatal Python error|Windows fatal exception: (?!code 0x)")


class Watch:
    """This copy's file, which is gone when the program ends in good order."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path, self._file = path, file

    def end(self) -> None:
        """The program ends as it should."""
        faulthandler.disable()
        self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


def begin(folder: Path | None = None) -> Watch | None:
    """Let Python write its last words into a file in the logs' folder; None where no file can be written."""
    folder = folder or logs.folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix="crash-", suffix=".txt")
        file = os.fdopen(handle, "wb")
        if not _lock(file):
            file.close()
            return None
        faulthandler.enable(file)
    except (OSError, ValueError):
        return None
    return Watch(Path(name), file)


def left_behind(folder: Path | None = None) -> str:
    """The last words of copies that ended unexpectedly, "" when there are none. Told once: their files are removed."""
    words = []
    for path in sorted((folder or logs.folder()).glob(NAMES)):
        text = _take(path)
        if FATAL.search(text):
            words.append(logs.plain(text).strip())
    return "\n\n".join(words)


def _take(path: Path) -> str:
    """The content of a file whose program is gone, which is removed; "" of one whose program runs."""
    try:
        with path.open("rb") as file:
            if not _lock(file):
                return ""
            text = file.read(LIMIT).decode("utf-8", "replace")
        path.unlink()  # on Windows this fails while its program runs
    except OSError:
        return ""
    return text


def _lock(file: IO[bytes]) -> bool:
    """Hold a file until it is closed; False when another process holds it. Windows lets no open file be removed."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def details(words: str, **parts: str) -> str:
    """What whoever looks into an error needs to know: versions, then its last words. No user's or computer's name."""
    import platform

    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    names = {"Hardware Advisor": __version__, "Python": platform.python_version(), **parts, "System": system}
    return "\n".join(f"{name}: {version}" for name, version in names.items()) + f"\n\n{words.strip()}\n"
