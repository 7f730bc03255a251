"""Files that are large on paper only: their rest is a hole that takes no disk."""

import sys
from pathlib import Path

import pytest

_WRITTEN = 64 << 20  # what may really be written


def stretch(path: Path, size: int) -> None:
    """Make a file `size` bytes long. Windows writes every byte of it, so a large one is skipped there."""
    if sys.platform == "win32" and size > _WRITTEN:
        pytest.skip("Windows makes no holes unasked: the file would fill the disk")
    with path.open("r+b") as file:
        file.truncate(size)
