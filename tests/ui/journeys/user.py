"""A user at the window: clicks what can be seen, presses keys, types, and reads what is shown."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage, QInputMethodEvent, QKeySequence, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMenuBar,
    QScrollArea,
    QTabBar,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from advisor.catalog.complete import complete
from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.machine import Machine
from advisor.settings import Settings, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.base.core import Core
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from advisor.workload import Workload
from tests.ui.helpers import MODELS, OPENED

WAIT = 20_000
TABS = 80  # more stops of the Tab key than any window has


class User:
    """Sits at one window. Everything is done to widgets that can be seen, at places where they are painted."""

    def __init__(self, qtbot: QtBot, screen: Screen) -> None:
        self._qtbot, self.screen = qtbot, screen
        self.window: QWidget = screen.window()

    # What the user sees ----------------------------------------------------------------------------------------------

    def wait(self, seen: Callable[[], object]) -> None:
        """Look until it is seen."""
        self._qtbot.waitUntil(lambda: bool(seen()), timeout=WAIT)

    def settle(self) -> None:
        """Until nothing moves any more."""
        self.wait(lambda: self.screen.settled)

    def picture(self, widget: QWidget) -> QImage:
        """How a part of the window looks now."""
        return widget.grab().toImage()

    def column_of(self, heading: str) -> int:
        """Where a column of the matrix stands, by the beginning of its heading."""
        model = self.screen.matrix.view.model()
        headings = [str(model.headerData(at, Qt.Orientation.Horizontal)) for at in range(model.columnCount())]
        return next(at for at, text in enumerate(headings) if text.startswith(heading))

    def row_of(self, name: str) -> int:
        """Where a model stands in the matrix."""
        model = self.screen.matrix.view.model()
        return next(at for at in range(model.rowCount()) if str(model.index(at, 0).data()).startswith(name))

    def cell(self, name: str, heading: str) -> str:
        """What a screen reader says of a cell of the matrix."""
        index = self.screen.matrix.view.model().index(self.row_of(name), self.column_of(heading))
        return str(index.data(Qt.ItemDataRole.AccessibleTextRole))

    def total(self) -> str:
        """The memory of the selected cell: legend, bars and curve must all say this figure."""
        memory = self.screen.memory
        figure = next(line.figure for line in memory.legend.lines if line.key == "total")
        assert figure in memory.curve.readout.text()
        assert all(line.figure in memory.legend.accessibleDescription() for line in memory.legend.lines)
        used = [bar.pool for bar in memory.bars.bars if bar.pool is not None and bar.pool.used]
        for pool in used:  # what the bars say beside the whole is explained by a line of its own
            need = self.screen.state.tr_.gib(pool.used)
            assert need in memory.bars.accessibleDescription()
            assert len(used) > 1 or any(line.figure == need for line in memory.legend.lines)
        return figure

    def dialog(self) -> QDialog:
        """The dialog that stands before the window."""
        self.wait(lambda: any(one.isVisible() for one in self.window.findChildren(QDialog)))
        return next(one for one in self.window.findChildren(QDialog) if one.isVisible())

    # Mouse -----------------------------------------------------------------------------------------------------------

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """A click of the left button, in the middle if no place is given."""
        assert widget.isVisible(), widget
        assert widget.isEnabled(), widget
        if place is None and isinstance(widget, QCheckBox):
            place = QPoint(8, widget.height() // 2)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or widget.rect().center())
        QApplication.processEvents()

    def click_button(self, text: str, within: QWidget | None = None) -> None:
        """The visible button that is called so."""
        found = [one for one in (within or self.window).findChildren(QAbstractButton) if one.isVisible()]
        self.click(next(one for one in found if plain(one.text()) == text or one.accessibleName() == text))

    def click_cell(self, name: str, heading: str) -> None:
        """A cell of the matrix."""
        view = self.screen.matrix.view
        index = view.model().index(self.row_of(name), self.column_of(heading))
        view.scrollTo(index)
        self.click(view.viewport(), view.visualRect(index).center())

    def click_tab(self, bar: QTabBar, text: str) -> None:
        """A tab by its words."""
        at = next(at for at in range(bar.count()) if plain(bar.tabText(at)).startswith(text))
        self.click(bar, bar.tabRect(at).center())

    def choose(self, box: QComboBox, text: str) -> None:
        """Open a list and click one of its lines."""
        self.click(box)
        view = box.view()
        self.wait(view.isVisible)
        at = next(at for at in range(box.count()) if box.itemText(at).startswith(text))
        view.scrollTo(box.model().index(at, 0))
        place = view.visualRect(box.model().index(at, 0)).center()
        QTest.mouseMove(view.viewport(), place)
        # Qt takes a click that follows the opening at once for that click's own release.
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=place, delay=QApplication.doubleClickInterval()
        )
        self.wait(lambda: not view.isVisible())

    def show_knob(self, control: QWidget) -> None:
        """Scroll the settings until a knob is seen."""
        area = self.screen.settings.tabs.currentWidget()
        assert isinstance(area, QScrollArea)
        area.ensureWidgetVisible(control)
        QApplication.processEvents()

    def click_link(self, sheet: QTextBrowser, address: str) -> bool:
        """A link of a text, where it is painted; False when there is none."""
        block = sheet.document().begin()
        while block.isValid():
            at = block.begin()
            while not at.atEnd():
                fragment = at.fragment()
                if fragment.charFormat().anchorHref() == address:
                    cursor = QTextCursor(sheet.document())
                    cursor.setPosition(fragment.position() + 1)
                    sheet.setTextCursor(cursor)
                    sheet.ensureCursorVisible()
                    self.click(sheet.viewport(), sheet.cursorRect(cursor).center() + QPoint(2, 0))
                    return True
                at += 1
            block = block.next()
        return False

    def menu(self, *texts: str) -> None:
        """Go through the menu bar by clicks: titles of menus, then an entry."""
        bar = next(iter(self.window.findChildren(QMenuBar)))
        shown: QMenuBar | QMenu = bar
        for number, text in enumerate(texts):
            action = self._entry(shown.actions(), text)
            self.click(shown, shown.actionGeometry(action).center())
            if number + 1 < len(texts):
                self.wait(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
                found = QApplication.activePopupWidget()
                assert isinstance(found, QMenu)
                shown = found

    @staticmethod
    def _entry(actions: Sequence[QAction], text: str) -> QAction:
        return next(one for one in actions if plain(one.text()).startswith(text))

    # Keys ------------------------------------------------------------------------------------------------------------

    @property
    def focus(self) -> QWidget:
        """Where keys go."""
        found = QApplication.activePopupWidget() or QApplication.focusWidget() or self.window
        return found.focusWidget() or found

    def press(self, *keys: str) -> None:
        """Key combinations, one after the other, wherever the focus is."""
        if QApplication.activeWindow() is None:  # a desktop goes back to the window when a dialog closes
            self.window.activateWindow()
            self.wait(self.window.isActiveWindow)
        for one in keys:
            QTest.keySequence(self.focus, QKeySequence(one))
            QApplication.processEvents()  # commands run once their key's event is over

    def write(self, text: str) -> None:
        """Type; what no key has comes through the input method, as Chinese does."""
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self.focus, letter)
            else:
                event = QInputMethodEvent()
                event.setCommitString(letter)
                QApplication.sendEvent(self.focus, event)

    def tab_to(self, name: str, key: str = "Tab") -> QWidget:
        """Press Tab until the control that is called so has the focus."""
        for _times in range(TABS):
            if spoken(self.focus) == name:
                return self.focus
            self.press(key)
        raise AssertionError(f"Tab does not reach {name!r}")

    def walk_to(self, title: str) -> None:
        """Press Right in the matrix until the right side speaks of a cell."""
        for _times in range(TABS):
            if self.screen.memory.title.accessibleName() == title:
                return
            self.press("Right")
        raise AssertionError(f"Right does not reach {title!r}")

    def tab_to_link(self, sheet: QTextBrowser, address: str) -> bool:
        """Press Tab until a link of the text is marked; False when that does not happen."""
        for _times in range(10 * TABS):
            if sheet.textCursor().charFormat().anchorHref() == address:
                return True
            self.press("Tab")
        return False

    def save(self, path: Path) -> None:
        """Type a path into the dialog that asks for one, press Enter, and wait until the page says that it is saved."""
        dialog = self.dialog()
        assert isinstance(dialog, QFileDialog)
        field = dialog.findChild(QLineEdit)
        assert field is not None
        assert Path(field.text()).suffix
        field.setFocus()
        self.press("Ctrl+A")
        self.write(str(path))
        self.press("Return")
        said = self.screen.report.get().writing.said
        self.wait(lambda: str(path) in said.text())
        assert said.isVisible()


def pdf_text(path: Path) -> str:
    """The words of a PDF; skips where nothing can read them."""
    assert path.read_bytes().startswith(b"%PDF-")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60)
    return run.stdout.decode("utf-8")


def plain(text: str) -> str:
    """Words of a button or menu without its letter's mark and its keys."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").split("\t")[0]


def spoken(widget: QWidget) -> str:
    """What a control is called."""
    from PySide6.QtGui import QAccessible

    if widget.accessibleName():  # on Linux Qt reads a list's choice for its name
        return widget.accessibleName()
    face = QAccessible.queryAccessibleInterface(widget)
    return face.text(QAccessible.Text.Name) if face is not None else ""


class Some(Core):
    """The real estimator over some of the catalogue's models."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def models(self) -> Sequence[Model]:
        """Those."""
        return tuple(find_model(name) for name in self._names)


def sit_down(
    qtbot: QtBot, qapp: QApplication, machine: Machine, language: str = "en", models: Sequence[str] = MODELS
) -> User:
    """Open the window on a machine, at the size that a small laptop's screen leaves it."""
    window = Window()
    OPENED.append(window)
    settings = Settings(theme="light", window=WindowChoices(hint_seen=True))
    screen = ui_app.fill(qapp, window, complete(machine), Workload(), settings, language, Some(models))
    window.resize(1366, 728)
    window.show()
    window.activateWindow()
    screen.begin()
    user = User(qtbot, screen)
    user.wait(lambda: screen.matrix.model.rows)
    return user
