"""Finds texts that are cut: every label, button, box, tab and heading that is seen has room for what it says, or says
it whole in its tool tip.
"""

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)

from advisor.ui.look.widgets import ElidedLabel
from tests.ui.every import whose

SLACK = 1  # pixels that rounding may take
_TAGS = re.compile(r"<[^>]+>")


def clipped(root: QWidget) -> list[str]:
    """A line for each text that is cut."""
    found = []
    for widget in root.findChildren(QWidget):
        if widget.isVisible() and widget.window() is root.window() and not widget.visibleRegion().isEmpty():
            found += [f"{whose(widget)}: {why}" for why in (*_cut(widget), *_outside(widget))]
    return found


def _cut(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel):
        yield from _label(widget)
    elif isinstance(widget, QAbstractButton):
        yield from _button(widget)
    elif isinstance(widget, QComboBox):
        if not widget.isEditable():
            yield from _line(widget, widget.currentText(), widget.width() - 26)  # frame and arrow
    elif isinstance(widget, QLineEdit):
        if not isinstance(widget.parent(), QComboBox):
            yield from _line(widget, widget.text() or widget.placeholderText(), widget.width() - 8)
    elif isinstance(widget, QTabBar):
        yield from _tabs(widget)
    elif isinstance(widget, QTableView):
        yield from _headings(widget)
    elif isinstance(widget, QGroupBox):
        yield from _line(widget, widget.title(), widget.width())


def _label(label: QLabel) -> Iterator[str]:
    if isinstance(label, ElidedLabel):
        if label.text().endswith("…") and len(_plain(label.toolTip())) < len(label.text()):
            yield "elided, and its tool tip does not hold it whole"
        return
    if not label.text() or label.minimumSizeHint().isEmpty():
        return
    if label.wordWrap():
        needed = label.heightForWidth(label.width())
        if needed > label.height() + SLACK:
            yield f"needs {needed} lines of pixels, has {label.height()}"
        return
    if label.sizeHint().width() > label.width() + SLACK and not _told(label, label.text()):
        yield f"needs {label.sizeHint().width()}, has {label.width()}"


def _button(button: QAbstractButton) -> Iterator[str]:
    text = button.text().replace("&", "")
    if not text or type(button).paintEvent is not _painted_by_qt(button):
        return
    needed = button.sizeHint()
    if needed.width() > button.width() + SLACK and not _told(button, text):
        yield f"needs {needed.width()}, has {button.width()}"
    if button.fontMetrics().height() > button.height():
        yield f"needs a height of {button.fontMetrics().height()}, has {button.height()}"


def _painted_by_qt(button: QAbstractButton) -> object:
    """The painting of Qt's own class: one that paints itself cuts itself, and is measured where it is tested."""
    own = next(one for one in type(button).__mro__ if one.__module__.startswith("PySide6"))
    return getattr(own, "paintEvent")  # noqa: B009 - mypy knows a class of unknown kind only


def _line(widget: QWidget, text: str, room: int) -> Iterator[str]:
    needed = widget.fontMetrics().horizontalAdvance(text)
    if needed > room + SLACK and not _told(widget, text):
        yield f"{text!r} needs {needed}, has {room}"


def _tabs(bar: QTabBar) -> Iterator[str]:
    for tab in range(bar.count()):
        if bar.fontMetrics().horizontalAdvance(bar.tabText(tab).replace("&", "")) > bar.tabRect(tab).width() + SLACK:
            yield f"tab {bar.tabText(tab)!r} needs more than {bar.tabRect(tab).width()}"
        if not bar.rect().contains(bar.tabRect(tab)) and not bar.usesScrollButtons():
            yield f"tab {bar.tabText(tab)!r} lies outside"


def _headings(view: QTableView) -> Iterator[str]:
    header, model = view.horizontalHeader(), view.model()
    if header.isHidden() or model is None or getattr(header, "wraps", False):
        return
    for column in range(model.columnCount()):
        text = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        told = str(model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) or "")
        needed = max((header.fontMetrics().horizontalAdvance(word) for word in text.split("\n")), default=0)
        if not view.isColumnHidden(column) and needed > header.sectionSize(column) and text not in _plain(told):
            yield f"heading {text!r} needs {needed}, has {header.sectionSize(column)}"


def _outside(widget: QWidget) -> Iterator[str]:
    """A control that its parent cuts off, unless it can be scrolled to."""
    if not isinstance(widget, QAbstractButton | QComboBox | QLineEdit | QLabel):
        return
    parent = widget.parentWidget()
    if parent is None or _scrolls(widget):
        return
    place = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())
    if not parent.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(place) and widget.width() > 0:
        yield f"{place.getRect()} lies outside of its parent {parent.rect().getRect()}"


def _scrolls(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return parent is not None and isinstance(parent.parentWidget(), QAbstractScrollArea)


def _told(widget: QWidget, text: str) -> bool:
    """Whether the tool tip holds the text, or the button that elides shows what it does in it."""
    tip = _plain(widget.toolTip())
    if isinstance(widget, QToolButton) and text.endswith("…"):
        return bool(tip)
    return _plain(text).replace("&", "").strip(" …") in tip.replace("&", "")


def _plain(text: str) -> str:
    return _TAGS.sub("", text).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
