"""Reading and writing files safely: whole or not at all, and one clear sentence when it cannot be done."""

import errno
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from advisor.errors import UserError
from advisor.i18n import N_

# What can be done about the commonest refusals; all others are told in the system's own words. EACCES is also what
# Windows says of a file that another program has open.
_FULL = N_("{path}: cannot be written, the disk is full; the old file, if there was one, is unchanged")
_CLOSED = N_(
    "{path}: cannot be written: the file is open in another program, or its folder or the file may not be changed"
)
_READ_ONLY = N_("{path}: cannot be written, the disk is read-only")
_SENTENCES: Mapping[int | None, str] = {
    errno.ENOSPC: _FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): _FULL,  # a quota
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: _READ_ONLY,
}


def beside_the_program() -> Path | None:
    """The `data` folder beside a frozen program, in which a portable copy keeps everything; None without one."""
    if not getattr(sys, "frozen", False):
        return None
    data = Path(sys.executable).parent / "data"
    return data if data.is_dir() else None


def home() -> Path:
    """The home folder; a user without one (as in some containers) gets a folder for temporary files."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(tempfile.gettempdir())


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` whole: into a new file beside it, then renamed over it. Raises UserError.

    A link is followed, so that it stays a link; a device or pipe is written to, never replaced by a file.
    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            _write_through(path, data)
            return
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:20]}.", suffix=".part")
    except (OSError, ValueError, RuntimeError) as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner reads; a report is meant to be handed on.
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all. Raises UserError."""
    write_bytes(path, text.encode())


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of `path`, refused with UserError when it is not a readable file or larger than `limit` bytes."""
    try:
        if path.is_dir():
            raise UserError(N_("{path}: this is a folder, a file was expected"), path=path)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise UserError(N_("{path}: cannot be read ({reason})"), path=path, reason=reason(error)) from error
    if len(data) > limit:
        raise UserError(N_("{path}: larger than {limit} MiB, refused"), path=path, limit=limit >> 20)
    return data


def reason(error: Exception) -> str:
    """Why the system refused, in its own few words."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _unwritable(path: Path, error: Exception) -> UserError:
    sentence = _SENTENCES.get(getattr(error, "errno", None))
    if sentence is not None:
        return UserError(sentence, path=path)
    return UserError(N_("{path}: cannot be written ({reason})"), path=path, reason=reason(error))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
