"""Several cells at once, by mouse and by keys: copied, exported, compared; the cell's menu."""

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor.ui.dialogs.save import SaveDialog
from advisor.ui.matrix.menu import CellMenu
from advisor.ui.matrix.model import FIRST_METHOD
from advisor.ui.screen import Screen
from advisor.workload import METHODS
from tests.ui.helpers import MACHINE, MODELS, open_window

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


def ready(qtbot: QtBot, qapp: QApplication, language: str = "en") -> Screen:
    screen = open_window(qapp, language=language)
    QGuiApplication.clipboard().clear()  # what the test before has copied
    qtbot.waitUntil(lambda: len(screen.matrix.model.rows) == len(MODELS) and not screen.cells.busy)
    return screen


def click(screen: Screen, row: int, column: int, keys: Qt.KeyboardModifier = PLAIN) -> None:
    view = screen.matrix.view
    index = screen.matrix.model.index(row, FIRST_METHOD + column)
    view.scrollTo(index)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, view.visualRect(index).center())


def keys(screen: Screen, *pressed: tuple[Qt.Key, Qt.KeyboardModifier]) -> None:
    for key, modifiers in pressed:
        QTest.keyClick(screen.matrix.view, key, modifiers)


def names(screen: Screen) -> list[tuple[str, str]]:
    return [(model.name, column.key) for model, column in screen.cell_tools.selection.cells]


def test_ctrl_and_click_picks_cells_in_order(qtbot: QtBot, qapp: QApplication) -> None:
    """The first one picked stays the first; a click without a key begins anew; the same cell again leaves."""
    screen = ready(qtbot, qapp)
    rows = [model.name for model in screen.matrix.model.rows]
    click(screen, 2, 1)
    click(screen, 0, 0, CTRL)
    click(screen, 3, 3, CTRL)
    assert names(screen) == [(rows[2], "run-q8"), (rows[0], "run"), (rows[3], "qlora")]
    click(screen, 0, 0, CTRL)
    assert names(screen) == [(rows[2], "run-q8"), (rows[3], "qlora")]
    click(screen, 1, 1)
    assert names(screen) == [(rows[1], "run-q8")]
    assert len(screen.cell_tools.picks.cells) == 2  # a plain click chooses nothing else to compare


def test_keys_alone_pick_and_compare(qtbot: QtBot, qapp: QApplication) -> None:
    """Ctrl with arrows walks, Ctrl+Space picks, Shift with arrows extends; Ctrl+B shows the comparison."""
    screen = ready(qtbot, qapp)
    screen.matrix.view.setFocus()
    click(screen, 0, 0)
    keys(screen, (Qt.Key.Key_Down, CTRL), (Qt.Key.Key_Down, CTRL), (Qt.Key.Key_Space, CTRL))
    assert len(names(screen)) == 2
    keys(screen, (Qt.Key.Key_Right, SHIFT))
    assert len(names(screen)) == 3
    keys(screen, (Qt.Key.Key_B, CTRL))
    qtbot.waitUntil(lambda: screen.pages.current == "compare")
    page = screen.cell_tools.page.get()
    assert page.isVisible()
    assert len(page.table.facts.cells) == 3


def test_more_than_four_are_copied_but_only_four_compared(qtbot: QtBot, qapp: QApplication) -> None:
    """A whole column is selected: its hint says so, nothing is lost."""
    screen = ready(qtbot, qapp)
    told: list[str] = []
    screen.actions_.told.connect(told.append)
    click(screen, 0, 0)
    click(screen, len(MODELS) - 1, 0, SHIFT)
    assert len(names(screen)) == len(MODELS) > 4
    assert any("Up to four" in text for text in told)
    screen.commands["matrix.compare"].trigger()
    qtbot.waitUntil(lambda: len(screen.cell_tools.picks.cells) == 4)
    screen.commands["matrix.copy_cell"].trigger()
    qtbot.waitUntil(lambda: len(QGuiApplication.clipboard().text().splitlines()) == 1 + len(MODELS))


def test_a_single_cell_joins_the_comparison(qtbot: QtBot, qapp: QApplication) -> None:
    """One after the other, up to four; the fifth is refused with a reason."""
    screen = ready(qtbot, qapp)
    told: list[str] = []
    screen.actions_.told.connect(told.append)
    for row in range(5):
        click(screen, row, 0)
        screen.cell_tools._choosing.compare()
        screen.pages.show_page("models")
    assert len(screen.cell_tools.picks.cells) == 4
    assert any("take one out" in text for text in told)


def test_one_cell_is_copied_as_a_sentence(qtbot: QtBot, qapp: QApplication) -> None:
    """It is pasted into a chat; a row goes into a spreadsheet, with its headings and as HTML too."""
    screen = ready(qtbot, qapp)
    click(screen, 0, 0)
    keys(screen, (Qt.Key.Key_C, CTRL))
    name = screen.matrix.model.rows[0].name
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().startswith(name))
    assert "Run Q4_K_M" in QGuiApplication.clipboard().text()
    screen.commands["matrix.copy_row"].trigger()
    qtbot.waitUntil(lambda: "\t" in QGuiApplication.clipboard().text())
    head, row = QGuiApplication.clipboard().text().splitlines()
    assert head.split("\t")[0] == "Model"
    assert row.split("\t")[0] == name
    assert len(row.split("\t")) == 1 + len(METHODS)
    assert "<table" in QGuiApplication.clipboard().mimeData().html()


def test_the_whole_table_is_copied_in_its_order(qtbot: QtBot, qapp: QApplication) -> None:
    """As filtered and sorted."""
    screen = ready(qtbot, qapp)
    screen.cell_tools.copying.copy_table()
    text = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in text[1:]] == [model.name for model in screen.matrix.model.rows]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_csv_file_holds_what_is_shown_even_what_was_never_painted(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, language: str
) -> None:
    """Cells that nobody computed yet are computed elsewhere; the file opens with the csv module."""
    screen = ready(qtbot, qapp, language)
    screen.cells.stop()
    screen.state.change(context=5000)  # nothing is known of this context
    screen.cells.stop()
    path = tmp_path / "表.csv"
    screen.cell_tools.export.write(path)
    qtbot.waitUntil(lambda: not screen.cell_tools.gather.busy, timeout=15_000)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == [model.name for model in screen.matrix.model.rows]
    assert {len(row) for row in rows} == {4 + 8 * len(METHODS)}
    assert all(row[4] for row in rows[1:])


def test_an_export_that_cannot_be_written_says_so(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """The error of the file reaches its user, and the next export works."""
    screen = ready(qtbot, qapp)
    failed: list[Exception] = []
    screen.cell_tools.export.failed.disconnect(screen.actions_.failed)
    screen.cell_tools.export.failed.connect(failed.append)
    screen.cell_tools.export.write(tmp_path / "no such folder" / "x.csv")
    qtbot.waitUntil(lambda: len(failed) == 1)
    assert not screen.cell_tools.gather.busy
    screen.cell_tools.export.write(tmp_path / "x.csv")
    qtbot.waitUntil(lambda: (tmp_path / "x.csv").exists())


@pytest.mark.parametrize(("key", "modifiers"), [(Qt.Key.Key_Menu, PLAIN), (Qt.Key.Key_F10, SHIFT)])
def test_the_cells_menu_opens_by_keys(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    """Why, compare, copies, favourite, family, export: each once, none without words."""
    screen = ready(qtbot, qapp)
    click(screen, 1, 1)
    (menu,) = screen.matrix.view.findChildren(CellMenu)
    monkeypatch.setattr(menu.menu, "popup", lambda _spot: None)  # a shown menu would take the keyboard
    keys(screen, (key, modifiers))
    actions = [action for action in menu.menu.actions() if not action.isSeparator()]
    assert screen.commands["matrix.compare"] in actions
    assert screen.commands["matrix.export_csv"] in actions
    assert screen.commands["why.cell"] in actions
    assert len(set(actions)) == len(actions) >= 8
    assert all(action.text() for action in actions)


def test_only_this_family(qtbot: QtBot, qapp: QApplication) -> None:
    """The family of the row where the keyboard is."""
    screen = ready(qtbot, qapp)
    click(screen, 0, 0)
    family = screen.matrix.model.rows[0].family
    screen.commands["matrix.only_family"].trigger()
    qtbot.waitUntil(lambda: len(screen.matrix.model.rows) < len(MODELS))
    assert {model.family for model in screen.matrix.model.rows} == {family}


def test_a_new_order_keeps_what_was_selected(qtbot: QtBot, qapp: QApplication) -> None:
    """Sorting moves rows, not the choice."""
    screen = ready(qtbot, qapp)
    click(screen, 0, 0)
    click(screen, 3, 2, CTRL)
    before = names(screen)
    screen.matrix.model.sort(0)
    assert names(screen) == before


def test_the_cell_that_ctrl_walks_to_is_seen(qtbot: QtBot, qapp: QApplication) -> None:
    """It is not selected yet: a dashed frame says where the keyboard is."""
    screen = ready(qtbot, qapp)
    view = screen.matrix.view
    view.setFocus()
    click(screen, 0, 0)
    spot = view.visualRect(screen.matrix.model.index(2, FIRST_METHOD))
    qapp.processEvents()
    before = view.viewport().grab(spot).toImage()
    keys(screen, (Qt.Key.Key_Down, CTRL), (Qt.Key.Key_Down, CTRL))
    qapp.processEvents()
    assert len(names(screen)) == 1
    assert view.viewport().grab(spot).toImage() != before


def test_nothing_is_offered_that_would_do_nothing(qtbot: QtBot, qapp: QApplication) -> None:
    """Without a machine there is nothing to copy; with one there is."""
    screen = open_window(qapp, machine=None)
    keys_ = ("matrix.copy_cell", "matrix.copy_row", "matrix.copy_table", "matrix.export_csv", "matrix.only_family")
    assert not any(screen.commands[key].isEnabled() for key in keys_)
    screen.state.set_own(MACHINE)
    qtbot.waitUntil(lambda: all(screen.commands[key].isEnabled() for key in keys_[:4]))


def test_the_save_dialog_proposes_a_name_and_writes_where_it_is_told(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    """Named after the machine; a file that the user chooses holds the table, and the status bar says where it is."""
    screen = ready(qtbot, qapp)
    told: list[str] = []
    screen.actions_.told.connect(told.append)
    screen.commands["matrix.export_csv"].trigger()
    qtbot.waitUntil(lambda: bool(screen.findChildren(SaveDialog)))
    (dialog,) = screen.findChildren(SaveDialog)
    assert Path(dialog.selectedFiles()[0]).name == "Test-Box-models.csv"
    dialog.hide()
    dialog.fileSelected.emit(str(tmp_path / "mine.csv"))
    qtbot.waitUntil(lambda: (tmp_path / "mine.csv").exists() and any("mine.csv" in text for text in told))
