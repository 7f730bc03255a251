"""Cuts the names of models so that what tells them apart stays: the family goes first, it stands below anyway."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

MIDDLE = Qt.TextElideMode.ElideMiddle
_BETWEEN = "-_ ."
LETTERS = 4  # of the family that are left at least, so that its members still look alike


def cut(metrics: QFontMetrics, name: str, family: str, width: int) -> str:
    """`name` in at most `width` pixels."""
    if metrics.horizontalAdvance(name) <= width:
        return name
    head = family.replace(" ", "-") if name.startswith(family.replace(" ", "-")) else family
    if name.startswith(head) and len(head) > LETTERS:
        rest = name[len(head) :].lstrip(_BETWEEN)
        for length in range(len(head) - 1, LETTERS - 1, -1):
            short = f"{head[:length].rstrip(_BETWEEN)}…{rest}"
            if metrics.horizontalAdvance(short) <= width:
                return short
        if rest:
            name = f"{head[:LETTERS]}…{rest}"
    return metrics.elidedText(name, MIDDLE, width)
