"""Names out of files in the window: Qt takes what looks like HTML for HTML, so every text with a name is proved."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.errors import UserError
from advisor.machine import Gpu, Origin
from advisor.sources.plain import plain
from advisor.ui.dialogs.basic import ErrorDialog, ReadingDialog
from advisor.ui.look.widgets import hint
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from tests.report.test_hostile_names import NAMES, hostile
from tests.ui.helpers import GIB, open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def seen(text: str) -> str:
    """What a tool tip or a label of automatic format shows for `text`: Qt's rule, then Qt's reader."""
    if "<" not in text and "&lt;" not in text:
        return text
    document = QTextDocument()
    document.setHtml(text)
    assert not list(links(document)), text
    return document.toPlainText()


def links(document: QTextDocument) -> Iterator[str]:
    """Every link and picture of a rich text."""
    cursor = QTextCursor(document)
    while not cursor.atEnd():
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
        form = cursor.charFormat()
        if form.isAnchor() or form.isImageFormat():
            yield form.anchorHref() or "picture"


@pytest.mark.parametrize("name", NAMES)
def test_a_hint_shows_every_letter(name: str) -> None:
    """Through Qt's own reader of rich text the very name comes out again, line breaks included."""
    clean = hint(name)
    if "<" in name or "&" in name:
        name = name.replace("\x1b", "").replace("\x00", "").replace("\x07", "")
        assert " ".join(seen(clean).split()) == " ".join(name.split())
    else:
        assert clean == name


@pytest.mark.parametrize("first", [0, 1, 2, 9])
def test_no_widget_makes_markup_of_a_name(qtbot: QtBot, qapp: QApplication, first: int) -> None:
    """Every tool tip, label, button and dialog of the window that shows a hostile machine."""
    screen = open_window(qapp, machine=None)
    machine = plain(hostile(first))
    screen.state.show_machine(machine, machine.model)
    qapp.processEvents()
    name = machine.model or ""
    assert name in seen(screen.header.name.toolTip())
    assert seen(screen.header.what_if.toolTip()) == name
    tips = [widget.toolTip() for widget in screen.findChildren(QWidget) if widget.toolTip()]
    assert all(plain_text(tip) for tip in tips)
    for label in screen.findChildren(QLabel):
        rich = label.textFormat() != Qt.TextFormat.PlainText
        assert not (rich and any(sign in label.text() for sign in ("<", "&lt;"))), label.text()
    gauges = " ".join(seen(gauge.toolTip()) for gauge in screen.gauges.gauges)
    assert all(" ".join((gpu.name or "").split()[:1]) in gauges for gpu in machine.gpus)
    model = screen.matrix.model
    for column in range(model.columnCount()):
        assert plain_text(str(model.data(model.index(0, column), Qt.ItemDataRole.ToolTipRole) or ""))
    screen.window().close()


def plain_text(tip: str) -> bool:
    """Whether a tool tip is plain for Qt, or rich text with nothing but its paragraph."""
    seen(tip)
    inside = tip.removeprefix('<p style="white-space: pre-wrap">').removesuffix("</p>")
    return "<" not in inside


@pytest.mark.parametrize("first", [0, 1, 5, 9])
def test_the_reading_dialogs_show_names_as_text(qtbot: QtBot, qapp: QApplication, first: int) -> None:
    """Hardware details and "why?": no link, no picture, every name to the letter."""
    screen = open_window(qapp, machine=None)
    machine = plain(hostile(first))
    screen.state.show_machine(machine, machine.model)
    qtbot.waitUntil(lambda: screen.state.model is not None)
    screen.details.show_machine()
    screen.details.show_why()
    dialogs = screen.findChildren(ReadingDialog)
    why = screen.advising.why
    assert len(dialogs) == 1
    assert why is not None
    why.sheet.finish()
    assert why.page is not None
    for document in (dialogs[0].text.document(), why.sheet.document()):
        assert not list(links(document))
    text = " ".join(dialogs[0].text.toPlainText().split())
    for name in (machine.model, machine.cpu.name, *(gpu.name for gpu in machine.gpus), machine.disks[0].name):
        assert " ".join((name or "").replace("\xa0", " ").split()) in text
    dialogs[0].close()
    why.close()
    screen.window().close()


def test_a_name_with_ampersands_brings_no_mnemonic(qtbot: QtBot, qapp: QApplication) -> None:
    """ "AT&T R&D" in a button stays what it is, and Alt+T does not press it."""
    screen = open_window(qapp)
    machine = screen.state.machine
    assert machine is not None
    screen.state.show_machine(replace(machine, model="AT&T R&D"), "AT&T R&D")
    button: QToolButton = screen.header.what_if
    assert button.text().endswith("AT&&T R&&D")
    assert button.text().replace("&&", "").count("&") == 0
    screen.window().close()


def test_reasons_with_names_are_plain(qtbot: QtBot, qapp: QApplication) -> None:
    """The verdict below the bar names the card: as text."""
    screen = open_window(qapp)
    machine = screen.state.machine
    assert machine is not None
    card = Gpu(name="<h1>x</h1><a href='http://evil.example'>y</a>", vram_bytes=24 * GIB, usable=False,
               origins={"usable": Origin("reported", "<b>bold</b>")})  # fmt: skip
    screen.state.show_machine(replace(machine, gpus=(card,)), "<i>x</i>")
    for label in (screen.memory.verdict, screen.memory.notes, screen.gauges.notes, screen.header.tier):
        assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<h1>x</h1>" in screen.gauges.notes.text()
    screen.window().close()


def test_errors_quote_files_as_text(qtbot: QtBot, qapp: QApplication) -> None:
    """Paths and names in an error dialog, and the question before a file is replaced."""
    screen: Screen = open_window(qapp)
    screen.actions_.failed(UserError("{path}: <b>x</b>", path="<img src=x>"))
    dialog = screen.findChildren(ErrorDialog)[0]
    assert dialog.text.text() == "<img src=x>: <b>x</b>"
    assert dialog.text.textFormat() == Qt.TextFormat.PlainText
    dialog.close()
    assert not screen.findChildren(QMessageBox)
    window = screen.window()
    assert isinstance(window, Window)
    window.remark("<b>x</b>")
    assert seen(window.statusBar().toolTip()) == "<b>x</b>"
    screen.window().close()
