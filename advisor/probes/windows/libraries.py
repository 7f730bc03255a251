"""Windows: its C libraries, reached by name so that these modules import (and are type-checked) on every system."""

import ctypes
import errno
import importlib
from typing import Any


def library(name: str) -> Any:
    """A system library, "kernel32"; OSError when it is missing or this is not Windows."""
    loader: Any = getattr(ctypes, "WinDLL", None)
    if loader is None:
        raise OSError(errno.ENOSYS, "not Windows")
    return loader(name, use_last_error=True)


def last_error() -> OSError:
    """The error of the last call to a `library`, with Windows' own words."""
    number: Any = getattr(ctypes, "get_last_error", None)
    make: Any = getattr(ctypes, "WinError", None)
    error = make(number()) if make and number else OSError(errno.ENOSYS, "not Windows")
    assert isinstance(error, OSError)
    return error


def registry() -> Any:
    """Python's winreg module; OSError on another system."""
    try:
        return importlib.import_module("winreg")
    except ImportError:
        raise OSError(errno.ENOSYS, "not Windows") from None
