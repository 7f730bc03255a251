"""The program's log: rotating files where the platform keeps such things, without anyone's private data.

A folder that cannot be written costs nothing: the program runs without a log. `logging` itself is loaded when there is
something to write, not before the window's first paint.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor import files

if TYPE_CHECKING:
    from logging import Handler, Logger, LogRecord

ROOT = Path(__file__).resolve().parent.parent
FILE = "advisor.log"
LIMIT, KEPT = 512 << 10, 2  # bytes of one file, older files beside it
_SHORTEST_NAME = 3  # of a user or computer; a shorter one would be found in every other word


def folder() -> Path:
    """The folder of the logs, by each platform's own rules; it may not exist yet.

    Windows: https://learn.microsoft.com/windows/win32/shell/knownfolderid (FOLDERID_LocalAppData); macOS: the File
    System Programming Guide; others: XDG Base Directory Specification 0.8, `XDG_STATE_HOME`. A portable copy keeps them
    beside itself.
    """
    portable = files.beside_the_program()
    if portable is not None:
        return portable / "logs"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or files.home() / "AppData" / "Local") / "HardwareAdvisor" / "logs"
    if sys.platform == "darwin":
        return files.home() / "Library" / "Logs" / "HardwareAdvisor"
    return Path(os.environ.get("XDG_STATE_HOME") or files.home() / ".local" / "state") / "hardware-advisor"


@cache
def logger() -> Logger:
    """The program's logger, whose file is opened with the first line that is written."""
    import logging

    logging.logThreads = False  # asking for a thread's name leaves an object behind for each of Qt's threads
    log = logging.getLogger("advisor")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(_handler(folder()) or logging.NullHandler())
    return log


def stop() -> None:
    """Close the file. Whoever writes next opens the log anew."""
    if logger.cache_info().currsize:
        log = logger()
        for handler in log.handlers[:]:
            log.removeHandler(handler)
            handler.close()
        logger.cache_clear()


def error(trouble: BaseException) -> str:
    """Write an error with its traceback into the log; the traceback as it was written."""
    text = trace(trouble)
    logger().error("%s", text.rstrip())
    return text


def trace(trouble: BaseException) -> str:
    """An error with its traceback, without private data."""
    import traceback

    return plain("".join(traceback.format_exception(trouble)))


def plain(text: str) -> str:
    """`text` with the program's own paths shortened to what lies in it, and without the names of user and computer."""
    import re

    for place, short in _places():
        text = text.replace(place, short)
    for name in _names():
        text = re.sub(rf"(?<![\w]){re.escape(name)}(?![\w])", "…", text, flags=re.IGNORECASE)
    return text


@cache
def _places() -> tuple[tuple[str, str], ...]:
    """Folders and what stands for each, the longest first: one may lie in another."""
    import sysconfig

    library = sysconfig.get_paths()
    found = {
        f"{ROOT}{os.sep}": "",
        f"{library['purelib']}{os.sep}": "",
        f"{library['stdlib']}{os.sep}": "python/",
        str(Path(sys.prefix)): "python",
        str(files.home()): "~",
    }
    return tuple(
        sorted(((place, short) for place, short in found.items() if len(place) > 1), key=lambda one: -len(one[0]))
    )


@cache
def _names() -> tuple[str, ...]:
    """What the user and the computer are called, unless it is a word that anybody's would be."""
    import getpass
    import platform

    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name
        user = ""
    common = {"root", "user", "admin", "advisor", "python", "localhost"}
    names = {user, files.home().name, platform.node()}
    return tuple(name for name in names if len(name) >= _SHORTEST_NAME and name.lower() not in common)


def _handler(place: Path) -> Handler | None:
    import logging
    from logging.handlers import RotatingFileHandler

    class Shared(RotatingFileHandler):
        """Several copies of the program may write: a file that another one holds open is not rotated, but added to."""

        def doRollover(self) -> None:  # noqa: N802 - logging's name
            try:
                super().doRollover()
            except OSError:
                self.stream = self._open()

        def handleError(self, record: LogRecord) -> None:  # noqa: N802 - logging's name
            """A full disk is no reason to stop; there is nowhere else to say it."""

    try:
        place.mkdir(parents=True, exist_ok=True)
        handler = Shared(place / FILE, maxBytes=LIMIT, backupCount=KEPT, encoding="utf-8", errors="replace")
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    return handler
