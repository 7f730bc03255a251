"""The way of the Tab key: Qt follows the order in which widgets were made, readers follow where they stand."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def in_order(first: QWidget, *rest: QWidget) -> None:
    """From `first`, Tab goes through the rest one by one, and on to what came after `first` before."""
    for second in rest:
        QWidget.setTabOrder(first, second)
        first = second


def follow(first: QWidget, *inside: QWidget) -> None:
    """From `first`, Tab goes into these widgets, each with all that it holds, in the order that they have among
    themselves.
    """
    for parent in inside:
        stops = [one for one in _chain(parent) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        in_order(first, *stops)
        first = stops[-1] if stops else first


def _chain(parent: QWidget) -> list[QWidget]:
    """The widgets inside `parent`, and itself, as Qt has them in its window's order."""
    found = [parent]
    widget = parent.nextInFocusChain()
    while widget is not None and widget is not parent:
        if parent.isAncestorOf(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
