"""Help: the tour at the first start, about and its diagnostics, larger texts, the verdict below the name."""

import getpass
import platform
from dataclasses import replace
from importlib import metadata

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from advisor import __version__, advice, diagnostics, logs, settings
from advisor.advice.result import Pick
from advisor.catalog.complete import complete
from advisor.i18n import translator
from advisor.machine import Gpu
from advisor.settings import TEXT_PERCENTS
from advisor.ui import app as ui_app
from advisor.ui.advice.verdict import verdict
from advisor.ui.help.about import About, toolkit
from advisor.ui.help.hint import Tour, beside
from advisor.ui.matrix.model import NAME
from advisor.ui.screen import Screen
from advisor.ui.shell import text_size
from advisor.workload import Workload
from tests.ui.helpers import MACHINE, open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def test_the_tour_is_shown_once(qtbot: QtBot, qapp: QApplication) -> None:
    """At the very first start, when the verdict is there; three callouts by keys alone; never again, unless asked."""
    screen = open_window(qapp)
    screen.state.keep(hint_seen=False)
    screen.window().activateWindow()
    qtbot.waitUntil(screen.window().isActiveWindow)
    screen.matrix.view.setFocus()
    screen.details.told.emit()
    tour = screen.findChild(Tour)
    assert tour is not None
    assert screen.state.settings().window.hint_seen
    said = []
    for _step in range(3):
        assert tour.isVisible()
        assert screen.rect().contains(tour.geometry())
        assert tour.next.hasFocus()
        said.append(tour.title.text())
        assert tour.next.accessibleDescription().startswith(said[-1])
        QTest.keyClick(tour.next, Qt.Key.Key_Space)
    assert len(set(said)) == 3
    qapp.processEvents()
    assert screen.matrix.view.hasFocus()
    screen.details.told.emit()
    assert not tours(screen)
    screen.commands["help.tour"].trigger()
    qapp.processEvents()
    assert len(tours(screen)) == 1
    screen.window().close()


def tours(screen: Screen) -> list[Tour]:
    """The callouts that are shown."""
    return [tour for tour in screen.findChildren(Tour) if tour.isVisible()]


def test_escape_ends_the_tour_and_whoever_types_goes_on(qtbot: QtBot, qapp: QApplication) -> None:
    """The tour takes no focus from a field; the window works on below it; Esc on the tour ends it."""
    screen = open_window(qapp)
    screen.window().activateWindow()
    qtbot.waitUntil(screen.window().isActiveWindow)
    screen.matrix.search.setFocus()
    screen.show_tour()
    tour = screen._tour
    assert tour is not None
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    screen.state.change(context=8192)
    screen.state.set_language("zh-CN")
    assert tour.isVisible()
    tour.next.setFocus()
    QTest.keyClick(tour.next, Qt.Key.Key_Escape)
    assert screen._tour is None
    assert not tour.isVisible()
    screen.window().close()


def test_a_callout_stays_inside_the_window() -> None:
    """Right of its target where there is room, else left, else over it."""
    size, room = QSize(280, 120), QSize(1000, 600)
    assert beside(QRect(0, 100, 200, 400), size, room) == QPoint(207, 148)
    assert beside(QRect(700, 100, 300, 400), size, room).x() == 700 - 8 - 280
    assert QRect(QPoint(0, 0), room).contains(QRect(beside(QRect(0, 0, 1000, 600), size, room), size))
    assert QRect(QPoint(0, 0), room).contains(QRect(beside(QRect(10, 590, 50, 10), size, room), size))


def test_diagnostics_tell_nothing_of_the_user(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted in what is copied: the user's and the computer's name and the home folder; versions stand there."""
    monkeypatch.setenv("LOGNAME", "zhangsan")
    monkeypatch.setattr(platform, "node", lambda: "ZHANG-DESKTOP")
    logs._names.cache_clear()
    logs._places.cache_clear()
    assert getpass.getuser() == "zhangsan"
    planted = Gpu(name="Zhangsan's card on zhang-desktop", driver="/home/zhangsan/driver 1.2")
    text = diagnostics.text({**toolkit(), **diagnostics.hardware(replace(MACHINE, gpus=(planted,)))})
    logs._names.cache_clear()
    logs._places.cache_clear()
    assert "zhang" not in text.lower()
    assert f"Hardware Advisor: {__version__}" in text
    for name in ("Python", "System", "Catalogue, prices", "Qt", "PySide6", "Screen 0"):
        assert f"\n{name}: " in text, name


def test_about_copies_diagnostics_and_closes_by_escape(qtbot: QtBot, qapp: QApplication) -> None:
    """Versions and every licence are read there; the button puts text on the clipboard; it blocks nothing."""
    screen = open_window(qapp)
    screen.commands["help.about"].trigger()
    qapp.processEvents()
    about = screen.window().findChild(About)
    assert about is not None
    assert not about.isModal()
    shown = about.text.toPlainText()
    for part in diagnostics.shipped():
        assert part.name in shown
    about.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "i5-3210M" in copied
    assert "GeForce 610M" in copied
    QTest.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()
    screen.window().close()


def test_every_part_that_is_shipped_has_its_licence() -> None:
    """What the program requires, and what that requires, is in the list."""
    named = " ".join(part.name.lower() for part in diagnostics.shipped())
    wanted, seen = ["hardware-advisor"], set()
    while wanted:
        name = wanted.pop().lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # of another system
        names = [line for line in required if "extra ==" not in line]
        wanted += [line.split(";")[0].split("[")[0].split(">")[0].split("<")[0].split("=")[0].split("!")[0].strip(" (~")
                   for line in names]  # fmt: skip
    for name in seen - {"hardware-advisor"}:
        assert name in named, name


def test_larger_texts_reach_every_panel_and_come_back(qtbot: QtBot, qapp: QApplication) -> None:
    """Ctrl++ and Ctrl+0, kept: captions and titles with sizes of their own keep their share."""
    screen = open_window(qapp)
    row = screen.matrix.view.rowHeight(0)
    base, title = qapp.font().pointSizeF(), screen.header.name.font().pointSizeF()
    screen.commands["view.text_larger"].trigger()
    screen.commands["view.text_larger"].trigger()
    qapp.processEvents()
    assert screen.state.settings().window.text_percent == TEXT_PERCENTS[2] == 125
    assert qapp.font().pointSizeF() == pytest.approx(1.25 * base)
    assert screen.header.name.font().pointSizeF() == pytest.approx(1.25 * title)
    assert screen.header.verdict.font().pointSizeF() == pytest.approx(1.25 * base)
    assert screen.matrix.view.rowHeight(0) > row
    screen.commands["view.text_normal"].trigger()
    qapp.processEvents()
    assert qapp.font().pointSizeF() == pytest.approx(base)
    assert screen.header.name.font().pointSizeF() == pytest.approx(title)
    assert screen.matrix.view.rowHeight(0) == row
    screen.window().close()


def test_advice_marks_its_picks_and_moves_nothing(qtbot: QtBot, qapp: QApplication) -> None:
    """The first row stays selected; names say for ears and in tips what they are picked for; another machine's go."""
    screen = open_window(qapp)
    qtbot.waitUntil(lambda: screen.state.model is not None)
    rows = tuple(screen.matrix.model.rows)
    estimates = [screen.cells.get(model, screen.state.column) for model in rows[1:3]]
    picks = tuple(Pick("chat", one) for one in estimates if one is not None)
    screen.details._advised(replace(advice.advise(MACHINE, Workload()), picks=picks))
    picked = set(rows[1:3])
    assert screen.state.model is rows[0]
    assert tuple(screen.matrix.model.rows) == rows
    for row, model in enumerate(rows):
        index = screen.matrix.model.index(row, NAME)
        spoken, tip = index.data(Qt.ItemDataRole.DisplayRole), index.data(Qt.ItemDataRole.ToolTipRole)
        assert ("pick of the advice" in spoken) == ("Pick of the advice" in tip) == (model in picked)
    screen.state.show_machine(screen.state.own, "the same again")
    assert not screen.matrix.model.picks
    screen.window().close()


def test_text_sizes_end_somewhere() -> None:
    """No step below the normal size or above twice that; a size between two steps goes to a neighbour."""
    assert text_size.step(100, -1) == 100
    assert text_size.step(200, 1) == 200
    assert text_size.step(100, 1) == 110
    assert text_size.step(160, 1) in TEXT_PERCENTS


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_verdict_names_what_cannot_be_used(language: str) -> None:
    """The tier's sentence, then the card with its reason."""
    _ = translator(language)
    found = advice.advise(complete(MACHINE), Workload())
    text = verdict(_, found)
    assert "GeForce 610M" in text
    assert "2.1" in text
    assert ";" not in text.split("610M")[0][-3:]


def test_another_machine_takes_the_verdict_away(qtbot: QtBot, qapp: QApplication) -> None:
    """What was said of one machine never stands beside another's name; the badge's place stays."""
    screen = open_window(qapp)
    screen.header.show_tier("Entry level", "…")
    screen.header.show_verdict("Small models run.")
    height = screen.header.height()
    screen.state.show_machine(complete(MACHINE), "Another")
    assert screen.header.verdict.accessibleName() == "Working out what it can do …"
    assert not screen.header.tier.isVisible()
    qapp.processEvents()
    assert screen.header.height() == height
    screen.window().close()


def test_qt_speaks_chinese_too(qtbot: QtBot, qapp: QApplication) -> None:
    """Buttons of Qt's own dialogs and the menu of a line edit change with the window's language, and back."""
    ui_app.speak(qapp, "zh-CN")
    box = QMessageBox()
    box.setStandardButtons(QMessageBox.StandardButton.Cancel | QMessageBox.StandardButton.Yes)
    assert "取消" in box.button(QMessageBox.StandardButton.Cancel).text()
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Discard)
    assert "保存" in buttons.button(QDialogButtonBox.StandardButton.Save).text()
    edit = QLineEdit()
    menu = edit.createStandardContextMenu()
    assert any("复制" in action.text() for action in menu.actions())
    ui_app.speak(qapp, "en")
    english = QDialogButtonBox(QDialogButtonBox.StandardButton.Save)
    assert english.button(QDialogButtonBox.StandardButton.Save).text().replace("&", "") == "Save"
