"""Opening a foreign file without trusting it: regular files only, never a pickle, a limit on bytes and on time."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from advisor.catalog.reading import parse_json
from advisor.errors import UserError
from advisor.files import reason
from advisor.i18n import N_

LIMIT_S = 2.0
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
# A JSON value takes up to a hundred times its text in memory: the commas and brackets are counted before it is parsed.
# The index of the largest published checkpoint names 210,000 tensors.
MAX_JSON_VALUES = 400_000
_BUFFER = 1 << 18
MAX_LABEL = 200


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The regular file at `path`, open for reading, and its size in bytes. Raises UserError for all other things.

    A pipe or device is never opened: reading one may wait for ever, or change something.
    """
    try:
        _regular(path, path.stat().st_mode)
        # Not blocking: if a pipe took the file's place meanwhile, opening it returns at once.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags)
        with os.fdopen(handle, "rb", buffering=_BUFFER) as file:
            facts = os.fstat(file.fileno())
            _regular(path, facts.st_mode)
            yield file, facts.st_size
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise UserError(N_("{path}: cannot be read ({reason})"), path=path, reason=reason(error)) from error


def is_file(path: Path) -> bool:
    """Whether a file lies at `path`, which may be a name that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or half a character of UTF-16
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder that may be looked at lies at `path`, which may be a name that no folder can have."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise UserError(N_("{path}: this is a folder, a file was expected"), path=path)
    if not stat.S_ISREG(mode):
        raise UserError(N_("{path}: a device or pipe, a file was expected"), path=path)


def read_document(path: Path, limit: int) -> object:
    """The JSON document of the regular file at `path`. Raises UserError: over `limit` bytes, a pickle, not strict JSON,
    or made of so many values that they would fill the memory.
    """
    with opened(path) as (file, size):
        if size > limit:
            raise UserError(N_("{path}: larger than {limit} MiB, refused"), path=path, limit=limit >> 20)
        data = file.read(limit)
    refuse_pickle(path, data[:8])
    refuse_crowded(path, data)
    return parse_json(data, path)


def refuse_crowded(path: Path, data: bytes) -> None:
    """Raise UserError when the JSON text `data` holds more values than any published file of its kind."""
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MAX_JSON_VALUES:
        raise UserError(N_("{path}: more than {count} values, refused"), path=path, count=MAX_JSON_VALUES)


def refuse_pickle(path: Path, start: bytes) -> None:
    """Raise UserError when a file that begins with `start` is what Python's pickle or torch.save writes."""
    # pickle, protocols 2 to 5: PROTO and its number (cpython/Lib/pickle.py); torch.save: a zip (torch/serialization.py)
    if start[:4] == b"PK\x03\x04" or (start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")):
        raise pickle_refused(path)


def pickle_refused(path: object) -> UserError:
    """The sentence about a pickle."""
    return UserError(N_("{path}: a pickle can run code when it is opened, so it is never read"), path=path)


def one_line(name: object) -> str:
    """A name out of a foreign file as one printable line of at most 200 characters, for tables and terminals."""
    shown = "".join(one if one.isprintable() else " " for one in str(name)[:MAX_LABEL])
    return " ".join(shown.split())


class Clock:
    """Gives up after LIMIT_S: a hostile header must not hold anyone up."""

    def __init__(self, path: Path) -> None:
        self._path, self._end = path, monotonic() + LIMIT_S

    def check(self) -> None:
        """Raise UserError when the time is over."""
        if monotonic() > self._end:
            raise UserError(N_("{path}: its header takes over {limit} s to read, refused"), path=self._path, limit=2)
