"""Cuts the names of models so that what tells them apart stays: their family goes first, for it stands below anyway."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

MIDDLE = Qt.TextElideMode.ElideMiddle
_BETWEEN = "-_ ."
LETTERS = 2  # of the family that are left at least, so that its members still look alike


def cut(metrics: QFontMetrics, name: str, family: str, width: int) -> str:
    """`name` in at most `width` pixels: without letters in the middle of its family where that is enough."""
    if metrics.horizontalAdvance(name) <= width:
        return name
    start = len(family) if name.lower().startswith(family.replace(" ", "-").lower()) else 0
    for end in range(LETTERS + 1, start + 1):
        short = f"{name[:LETTERS]}…{name[end:].lstrip(_BETWEEN)}"
        if metrics.horizontalAdvance(short) <= width:
            return short
    if start > LETTERS:
        name = f"{name[:LETTERS]}…{name[start:].lstrip(_BETWEEN)}"
    return metrics.elidedText(name, MIDDLE, width)
