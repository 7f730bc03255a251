"""Where the window stands and how its panes share it: put back safely at the next start."""

import base64
from collections.abc import Sequence

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QSplitter

_LEAST_SEEN = 120  # pixels of a window that must lie on some screen, or nobody could take hold of it
_LONGEST = 4096  # what Qt keeps of a window's place is a few dozen bytes


def geometry(window: QMainWindow) -> str:
    """The window's place as text."""
    return bytes(window.saveGeometry().toBase64().data()).decode()


def restore(window: QMainWindow, text: str) -> bool:
    """Put the window where it was; False, and nothing moved, when that is unknown, garbled or on no screen now."""
    decoded = _decoded(text)
    before = window.geometry()
    if not decoded or not window.restoreGeometry(QByteArray(decoded)):
        return False
    if _seen(window):
        return True
    window.setGeometry(before)
    return False


def _decoded(text: str) -> bytes:
    if len(text) > _LONGEST:
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # no base 64, or letters that are not ASCII
        return b""


def _seen(window: QMainWindow) -> bool:
    box = window.normalGeometry() if window.isMaximized() or window.isFullScreen() else window.geometry()
    parts = (screen.availableGeometry().intersected(box) for screen in QGuiApplication.screens())
    return any(min(part.width(), part.height()) >= _LEAST_SEEN for part in parts)


def shares(splitters: Sequence[QSplitter]) -> tuple[tuple[int, ...], ...]:
    """The pixels of each splitter's panes."""
    return tuple(tuple(one.sizes()) for one in splitters)


def restore_shares(splitters: Sequence[QSplitter], kept: Sequence[Sequence[int]]) -> bool:
    """Share the room as it was; whatever does not belong to these splitters changes nothing."""
    fitting = len(kept) == len(splitters) and all(
        len(sizes) == one.count() and all(size > 0 for size in sizes)
        for one, sizes in zip(splitters, kept, strict=True)
    )
    if fitting:
        for one, sizes in zip(splitters, kept, strict=True):
            one.setSizes(list(sizes))
    return fitting
