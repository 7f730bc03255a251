"""The window's pages and dialogs, one after the other: what tests of access and of long texts look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMenuBar,
    QWidget,
)

from advisor.ui.crash.dialog import CrashDialog
from advisor.ui.dialogs.basic import ErrorDialog
from advisor.ui.screen import Screen

# Commands that open a dialog of the program's own; those of the system are not ours to check.
DIALOGS = (
    "machine.choose", "machine.parts", "machine.other", "machine.keep", "machine.measure", "machine.details",
    "matrix.columns", "matrix.filters", "why.cell", "help.about", "help.shortcuts",
)  # fmt: skip


def settle(qapp: QApplication, screen: Screen, limit_s: float = 10) -> None:
    """Until nothing is left to compute, and what was closed is gone."""
    end = monotonic() + limit_s
    while monotonic() < end:
        qapp.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if not (screen.cells.busy or screen.work.busy):
            break
        sleep(0.002)
    qapp.processEvents()


@contextmanager
def opened(qapp: QApplication, screen: Screen, key: str) -> Iterator[QWidget | None]:
    """The dialog that a command opens; None where it opens none, as on a machine that has nothing to show in it."""
    before = set(_dialogs())
    screen.commands[key].trigger()
    settle(qapp, screen)
    found = [dialog for dialog in _dialogs() if dialog not in before]
    try:
        yield found[0] if found else None
    finally:
        for dialog in found:
            dialog.close()
        settle(qapp, screen)


def dialogs(qapp: QApplication, screen: Screen) -> Iterator[tuple[str, QWidget]]:
    """Every dialog, open while it is looked at."""
    for key in DIALOGS:
        if key in screen.commands and screen.commands[key].isEnabled():
            with opened(qapp, screen, key) as dialog:
                if dialog is not None:
                    yield key, dialog
    _ = screen.state.tr_
    for name, made in (
        ("error", ErrorDialog(_, ValueError("bad"), screen)),
        ("crash", CrashDialog(_, "error", "ValueError: bad", screen)),
        ("last time", CrashDialog(_, "last time", "Fatal Python error", screen)),
    ):
        made.show()
        if isinstance(made, CrashDialog):
            made.show_details.click()
        qapp.processEvents()
        yield name, made
        made.close()
        made.deleteLater()


def _dialogs() -> list[QWidget]:
    return [one for one in QApplication.topLevelWidgets() if one.isVisible() and _is_dialog(one)]


def _is_dialog(widget: QWidget) -> bool:
    popup = widget.windowFlags() & Qt.WindowType.Popup == Qt.WindowType.Popup
    return (isinstance(widget, QDialog) or popup) and not isinstance(widget, QFileDialog | QMenu)


def by_tab(root: QWidget) -> list[QWidget]:
    """What Tab should reach: seen, enabled, takes the focus by Tab, and no part of another control."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.window() is root.window()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None and not part(widget)
    ]  # fmt: skip


def part(widget: QObject) -> bool:
    """The line of a box speaks and is focused through its box; menus have keys of their own."""
    inside = isinstance(widget, QLineEdit) and isinstance(widget.parent(), QAbstractSpinBox | QComboBox)
    return inside or isinstance(widget, QMenu | QMenuBar)


def spoken(widget: QWidget) -> tuple[str, QAccessible.Role]:
    """What a screen reader says: name and role."""
    face = QAccessible.queryAccessibleInterface(widget)
    return (face.text(QAccessible.Text.Name), face.role()) if face else ("", QAccessible.Role.NoRole)


def whose(widget: QWidget) -> str:
    """A widget for a message: its kind, its name and its texts, and where it lies."""
    text = getattr(widget, "text", lambda: "")()
    place: list[str] = []
    parent = widget.parentWidget()
    while parent is not None and len(place) < 3:
        if not type(parent).__module__.startswith("PySide6"):
            place.append(type(parent).__name__)
        parent = parent.parentWidget()
    return f"{type(widget).__name__} {widget.objectName()!r} {text!r} in {' in '.join(place)}"
