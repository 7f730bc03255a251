"""Small screens: all methods are seen at 125 % of 1366 x 768, nothing overlaps, and the window stays on the screen."""

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.catalog.complete import complete
from advisor.catalog.model import Model
from advisor.machine import Machine
from advisor.ui.matrix.model import FIRST_METHOD, NAME, SIZE
from advisor.ui.screen import LEAST, Screen
from advisor.ui.settings.controls import Tokens
from advisor.ui.window import SIZE as WINDOW
from advisor.ui.window import Window
from advisor.workload import METHODS, Workload
from tests.ui.helpers import MACHINE, MODELS, OPENED, open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def sized(qapp: QApplication, width: int, height: int, language: str = "en") -> Screen:
    """The screen in a window of this size."""
    window = open_window(qapp, language=language)
    window.window().resize(width, height)
    qapp.processEvents()
    return window


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_all_methods_are_seen_at_125_percent(qtbot: QtBot, qapp: QApplication, language: str) -> None:
    """1092 x 574: no scrolling sideways, the last column ends inside, headings are whole, names keep their room."""
    window = sized(qapp, 1092, 574, language)
    view = window.matrix.view
    assert view.horizontalScrollBar().maximum() == 0
    last = FIRST_METHOD + len(METHODS) - 1
    assert view.columnViewportPosition(last) + view.columnWidth(last) <= view.viewport().width()
    metrics = view.horizontalHeader().fontMetrics()
    for column in range(FIRST_METHOD, last + 1):
        assert metrics.horizontalAdvance(window.matrix.model.heading(column)) < view.columnWidth(column)
    assert view.columnWidth(NAME) > view.columnWidth(FIRST_METHOD)
    window.window().close()


def test_sizes_stand_below_the_names_where_there_is_no_room(qtbot: QtBot, qapp: QApplication) -> None:
    """The column of sizes goes in a narrow window and comes back in a wide one; the heading says what orders the rows,
    and clicks on it go round through both orders.
    """
    window = sized(qapp, 1092, 574)
    matrix = window.matrix
    assert matrix.view.isColumnHidden(SIZE)
    seen = []
    for _click in range(4):
        matrix.view.horizontalHeader().sectionClicked.emit(NAME)
        seen.append((matrix.model.order, matrix.model.heading(NAME)))
        assert matrix.view.horizontalHeader().sortIndicatorSection() == NAME
    assert seen == [
        (("name", False), "Model, by name"),
        (("name", True), "Model, by name"),
        (("size", False), "Model, by size"),
        (("size", True), "Model, by size"),
    ]
    window.window().resize(1366, 728)
    qapp.processEvents()
    assert not matrix.view.isColumnHidden(SIZE)
    assert matrix.model.heading(NAME) == "Model"
    assert matrix.view.horizontalHeader().sortIndicatorSection() == SIZE
    window.window().close()


def test_a_narrow_window_paints_sizes_in_the_cells_of_the_names(qtbot: QtBot, qapp: QApplication) -> None:
    """What the hidden column said is painted in the name's cell: it differs from the same cell without the size."""
    window = sized(qapp, 1092, 574)
    cell = window.matrix.view.visualRect(window.matrix.model.index(0, NAME))
    narrow = window.matrix.view.viewport().grab(cell).toImage()
    window.matrix.model.compact = False
    assert window.matrix.view.viewport().grab(cell).toImage() != narrow
    window.window().close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_panels_never_overlap(qtbot: QtBot, qapp: QApplication, language: str) -> None:
    """At 960 x 520, the least that a large screen allows, and at the least that this one does."""
    window = sized(qapp, LEAST.width(), LEAST.height(), language)
    _apart(window)
    window.window().resize(1, 1)
    qapp.processEvents()
    room = qapp.primaryScreen().availableGeometry()
    least = LEAST.boundedTo(room.size())
    assert window.width() >= least.width()
    assert window.height() >= least.height()
    _apart(window)
    window.window().close()


def _apart(window: Screen) -> None:
    panels: list[QWidget] = [
        window.header, window.gauges, window.matrix, window.settings, window.memory, window.strip
    ]  # fmt: skip
    boxes = [QRect(panel.mapTo(window, QPoint(0, 0)), panel.size()) for panel in panels]
    assert all(window.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)
    for panel, box in zip(panels, boxes, strict=True):
        assert box.width() >= panel.minimumSizeHint().width()


def test_the_window_opens_within_its_screen(qtbot: QtBot, qapp: QApplication) -> None:
    """A screen without room for the usual size is taken whole, and what it goes back to from there fits too."""
    window = Window()
    OPENED.append(window)
    room = window.screen().availableGeometry()
    window.open()
    qapp.processEvents()
    assert WINDOW.width() > room.width()  # of the screen that tests run on
    assert window.isMaximized()
    assert room.contains(window.geometry())
    assert window.normalGeometry().width() < room.width()
    assert window.normalGeometry().height() < room.height()
    window.close()


def test_long_numbers_have_room(qtbot: QtBot, qapp: QApplication) -> None:
    """The largest context shows every digit, set from elsewhere, by its slider or typed."""
    window = sized(qapp, 1092, 574)
    control = window.settings.forms[0].control("context")
    assert isinstance(control, Tokens)
    usual = control.field.width()
    window.state.change(context=16_777_216)
    qapp.processEvents()
    assert control.field.text() == "16,777,216"
    assert _whole(control.field)
    control.slider.setValue(control.slider.minimum())
    assert control.field.width() == usual
    control.field.lineEdit().selectAll()
    QTest.keyClicks(control.field, "16777216")
    qapp.processEvents()
    assert _whole(control.field)
    assert control.slider.width() >= control.slider.minimumWidth()
    window.window().close()


def _whole(field: QSpinBox) -> bool:
    edit = field.lineEdit()
    return edit.width() >= edit.fontMetrics().horizontalAdvance(edit.text()) + 2 * 2  # Qt keeps 2 pixels each side


def test_the_family_filter_has_room_in_each_language(qtbot: QtBot, qapp: QApplication) -> None:
    """After a switch of the language the box is as wide as its words."""
    window = sized(qapp, 1092, 574, "zh-CN")
    window.state.set_language("en")
    qapp.processEvents()
    for box in (window.matrix.family, window.matrix.size_class):
        assert box.width() >= box.fontMetrics().horizontalAdvance(box.currentText()) + 30  # frame and arrow
    window.window().close()


def test_long_names_push_no_button_out(qtbot: QtBot, qapp: QApplication) -> None:
    """Name and what-if are cut; their tool tips hold them whole."""
    window = sized(qapp, 1092, 574)
    name = "A computer with a very long name " * 6
    window.state.show_machine(Machine(source="profile", model=name, cpu=MACHINE.cpu, memory=MACHINE.memory), name)
    qapp.processEvents()
    assert window.window().width() == 1092
    assert window.header.rect().contains(window.header.report.geometry())
    assert window.header.name.text().endswith("…")
    assert window.header.name.toolTip() == name
    assert window.header.what_if.toolTip() == name
    window.window().close()


def test_a_filter_moves_the_selection_to_what_is_left(qtbot: QtBot, qapp: QApplication) -> None:
    """The panes show a row that can be seen; where nothing matches, they and the table say so, and all comes back."""
    window = sized(qapp, 1092, 574)
    window.matrix.select(window.matrix.model.rows[0], "qlora")
    window.matrix.search.setText("llama")
    assert window.state.model is window.matrix.model.rows[0]
    assert window.state.method == "qlora"
    assert window.memory.title.toolTip().startswith("Llama-3.1-8B")
    assert window.matrix.view.currentIndex() == window.matrix.model.index(0, FIRST_METHOD + METHODS.index("qlora"))
    kept = window.state.model
    window.matrix.search.setText("llama 8b")
    assert window.state.model is kept
    plain = window.matrix.view.viewport().grab().toImage()
    window.matrix.search.setText("no such model")
    assert _selected(window) is None
    assert window.memory.title.text() == "Select a cell"
    assert window.matrix.view.empty
    assert window.matrix.view.viewport().grab().toImage() != plain
    window.matrix.search.clear()
    assert window.state.model is window.matrix.model.rows[0]
    assert len(window.matrix.model.rows) == len(MODELS)
    window.window().close()


def _selected(window: Screen) -> Model | None:
    return window.state.model


def test_only_a_chosen_language_is_kept(qtbot: QtBot, qapp: QApplication) -> None:
    """A start in Chinese pins nothing; the menu's choice is kept, also of the language that is spoken already."""
    window = open_window(qapp, language="zh-CN")
    assert window.state.settings().language is None
    chinese = next(one for one in window.header.language.menu().actions() if one.text() == "简体中文")
    chinese.trigger()
    qapp.processEvents()
    assert window.state.settings().language == "zh-CN"
    window.state.set_language("en")
    assert window.state.settings().language == "en"
    window.window().close()


def test_a_training_of_months_is_called_not_realistic(qtbot: QtBot, qapp: QApplication) -> None:
    """Sight, tool tip and screen reader: the time stays, its words say that nobody waits so long; a short one is left
    alone, and so is the verdict.
    """
    window = open_window(qapp, complete(MACHINE), workload=Workload(dataset_tokens=1_000_000_000))
    model = window.matrix.model
    row = next(row for row, one in enumerate(model.rows) if one.id == "qwen2.5-0.5b")
    index = model.index(row, FIRST_METHOD + METHODS.index("lora"))
    found = window.cells.get(model.rows[row], "lora")
    assert found is not None
    assert found.verdict not in ("no", "unknown")
    assert "not realistic" in _words(index)
    assert "Not realistic here: about" in index.data(Qt.ItemDataRole.ToolTipRole)
    window.matrix.select(model.rows[row], "lora")
    assert "Not realistic here: about" in window.memory.notes.text()
    window.state.change(dataset_tokens=10_000)
    assert "not realistic" not in _words(index)
    assert "ealistic" not in index.data(Qt.ItemDataRole.ToolTipRole) + window.memory.notes.text()
    again = window.cells.get(model.rows[row], "lora")
    assert again is not None
    assert again.verdict == found.verdict
    window.window().close()


def test_what_no_memory_would_help_is_not_called_too_large(qtbot: QtBot, qapp: QApplication) -> None:
    """4-bit training on a processor without its instructions: the cell says that it does not run, whatever is free;
    what is too large does not fit.
    """
    window = open_window(qapp, complete(MACHINE))
    model = window.matrix.model
    row = next(row for row, one in enumerate(model.rows) if one.id == "qwen2.5-0.5b")
    assert "does not run" in _words(model.index(row, FIRST_METHOD + METHODS.index("qlora")))
    row = next(row for row, one in enumerate(model.rows) if one.id == "qwen2.5-72b")
    assert "does not fit" in _words(model.index(row, FIRST_METHOD))
    window.matrix.select(model.rows[0], "qlora")
    assert "does not run" in window.memory.verdict.text()
    window.window().close()


def _words(index: QModelIndex) -> str:
    return str(index.data(Qt.ItemDataRole.AccessibleTextRole))
