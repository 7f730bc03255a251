"""The matrix as its user meets it: rows that never jump, groups, filters, figures, columns, stars."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.catalog.model import Model
from advisor.catalog.models import catalogue
from advisor.machine import Memory
from advisor.settings import Settings, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.base.core import Core
from advisor.ui.matrix.groups import Group
from advisor.ui.matrix.model import FIRST_METHOD, NAME
from advisor.ui.matrix.order import rank
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from advisor.workload import Workload
from tests.ui.helpers import GIB, MACHINE, OPENED, open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def settle(qtbot: QtBot, screen: Screen) -> None:
    """Until every cell is there."""
    qtbot.waitUntil(lambda: not screen.cells.busy, timeout=20_000)


def shown(screen: Screen) -> list[str]:
    """The models in the table, from the top."""
    return [model.id for model in screen.matrix.model.rows]


class Forty(Core):
    """The real estimator over forty models: too many to be answered at once."""

    def models(self) -> Sequence[Model]:
        return catalogue()[:40]


def opened(qapp: QApplication, choices: WindowChoices | None = None) -> Screen:
    """A window whose catalogue and machine are still to come."""
    window = Window()
    OPENED.append(window)
    kept = Settings(theme="light", window=choices or WindowChoices())
    screen = ui_app.fill(qapp, window, None, Workload(), kept, "en", Forty())
    screen.details.advice_timer.setInterval(10**6)
    window.show()
    return screen


def test_no_row_is_shown_before_its_place_is_known(qtbot: QtBot, qapp: QApplication) -> None:
    """A quiet line stands there until the deciding column is computed; then the order is the final one."""
    screen = opened(qapp)
    screen.loaded(screen.core.models())
    assert shown(screen) == []
    assert screen.matrix.view.empty
    screen.details.picked.emit({screen.state.models[5]: "Chat"})  # advice that is quicker than the rows shows nothing
    assert not shown(screen)
    with qtbot.waitSignal(screen.matrix.arranged, timeout=20_000):
        screen.state.set_own(MACHINE)
        assert shown(screen) == []
    first = shown(screen)
    assert len(first) == 40
    assert screen.state.model is screen.matrix.model.rows[0]
    settle(qtbot, screen)
    screen.matrix.wishes.sort_again()
    assert shown(screen) == first
    screen.window().close()


def test_models_are_shown_though_the_computer_does_not_answer(qtbot: QtBot, qapp: QApplication) -> None:
    """After a while by size; the machine that comes at last puts them in their order."""
    screen = opened(qapp)
    screen.matrix._hold.setInterval(1)
    with qtbot.waitSignal(screen.matrix.arranged):
        screen.loaded(screen.core.models())
    sizes = [screen.matrix.model.parameters(model) for model in screen.matrix.model.rows]
    assert sizes == sorted(sizes)
    with qtbot.waitSignal(screen.matrix.arranged, timeout=20_000):
        screen.state.set_own(MACHINE)
    assert screen.matrix.model.rows[0] is not None
    assert screen.cells.get(screen.matrix.model.rows[0], "run").verdict == "fits"  # type: ignore[union-attr]
    screen.window().close()


def test_own_models_that_come_first_wait_for_the_catalogue(qtbot: QtBot, qapp: QApplication) -> None:
    """They are seen at once; when the catalogue follows, all rows appear in their final order and not before."""
    screen = opened(qapp)
    screen.state.set_own(MACHINE)
    everything = screen.core.models()
    own = everything[-1]
    screen.state.add_own_models({own: "Ollama"})
    assert shown(screen) == [own.id]
    with qtbot.waitSignal(screen.matrix.arranged, timeout=20_000):
        screen.loaded(everything[:-1])
        assert shown(screen) == []
    first = shown(screen)
    assert (len(first), first[0]) == (40, own.id)
    settle(qtbot, screen)
    screen.matrix.wishes.sort_again()
    assert shown(screen) == first
    screen.window().close()


def test_a_knob_leaves_the_rows_where_they_are(qtbot: QtBot, qapp: QApplication) -> None:
    """Cells answer anew in place; an offer to sort again appears and does so; a new machine sorts by itself."""
    screen = open_window(qapp)
    settle(qtbot, screen)
    before = shown(screen)
    assert not screen.matrix.bar.again.text()
    screen.state.change(quant="F16")
    settle(qtbot, screen)
    assert shown(screen) == before
    assert screen.matrix.bar.again.text() == "Sort again"
    screen.matrix.bar.again.click()
    qtbot.waitUntil(lambda: not screen.matrix.bar.again.text())
    assert shown(screen) != before
    memory = Memory(total_bytes=512 * GIB, available_bytes=500 * GIB, bandwidth_bytes_per_s=400e9)
    with qtbot.waitSignal(screen.matrix.arranged, timeout=20_000):
        screen.state.show_machine(replace(MACHINE, memory=memory), "more")
    ranks = [rank(screen.cells.get(m, "run"), screen.matrix.model.parameters(m)) for m in screen.matrix.model.rows]
    assert ranks == sorted(ranks)
    screen.window().close()


def test_groups_fold_by_click_and_by_keys(qtbot: QtBot, qapp: QApplication) -> None:
    """A heading tells its name, its count and, in each column, how many run; Left, Right, Enter and a click fold it."""
    screen = open_window(qapp)
    settle(qtbot, screen)
    screen.commands["matrix.group_family"].trigger()
    matrix, view = screen.matrix.model, screen.matrix.view
    qtbot.waitUntil(lambda: any(isinstance(line, Group) for line in matrix.lines))
    assert len(matrix.lines) == len(matrix.rows) + len({model.family for model in matrix.rows})
    group = matrix.group_at(0)
    assert group is not None
    said = matrix.index(0, NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    assert group.title in said
    assert "unfolded" in said
    count = sum(screen.cells.get(m, "run").verdict in ("fits", "tight", "offload") for m in group.models)  # type: ignore[union-attr]
    assert f"{count} of {len(group.models)} run here" in matrix.index(0, FIRST_METHOD).data()
    rows = len(matrix.lines)
    view.setFocus()
    view.setCurrentIndex(matrix.index(0, NAME))
    selected = screen.state.model
    for key, folded in ((Qt.Key.Key_Left, True), (Qt.Key.Key_Right, False), (Qt.Key.Key_Return, True)):
        QTest.keyClick(view, key)
        assert matrix.is_closed(group) is folded
        assert len(matrix.lines) == rows - (len(group.models) if folded else 0)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(matrix.index(0, NAME)).center())
    assert not matrix.is_closed(group)
    assert screen.state.model is selected  # folding selects nothing
    screen.window().close()


def test_the_star_keeps_a_favourite(qtbot: QtBot, qapp: QApplication) -> None:
    """By a click on it and by its command, told to the settings and to ears; the filter shows them alone."""
    screen = open_window(qapp)
    matrix, view = screen.matrix.model, screen.matrix.view
    model = matrix.rows[1]
    cell = view.visualRect(matrix.index(1, NAME))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=screen.matrix.delegate.star(cell).center())
    assert screen.state.settings().window.favourites == (model.id,)
    assert "favourite" in matrix.index(1, NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    screen.commands["matrix.favourites_only"].trigger()
    qtbot.waitUntil(lambda: shown(screen) == [model.id])
    selected = screen.state.model
    assert selected is model
    screen.commands["matrix.favourite"].trigger()
    qtbot.waitUntil(lambda: shown(screen) == [])
    assert screen.state.model is None
    screen.window().close()


def test_nothing_found_is_undone_by_a_key(qtbot: QtBot, qapp: QApplication) -> None:
    """The empty table names the key; it clears search, boxes and the popup's filters, and selects again."""
    screen = open_window(qapp)
    bar = screen.matrix.bar
    bar.search.setText("nothing is called this")
    bar.size_class.setCurrentIndex(3)
    screen.matrix.wishes.change_filters({"use": "code"})
    assert shown(screen) == []
    assert "Ctrl+Shift+X" in screen.matrix.view.empty
    assert bar.clear_link.isVisible()
    assert bar.filters.text() == "Filters (1)"
    screen.commands["matrix.clear_filters"].trigger()
    qtbot.waitUntil(lambda: len(shown(screen)) == 6)
    assert (bar.search.text(), bar.size_class.currentIndex(), bar.filters.text()) == ("", 0, "Filters")
    assert screen.state.model in screen.matrix.model.rows
    assert bar.how_many.toolTip() == "6 language models, 0 other networks"
    screen.window().close()


def test_fits_only_keeps_what_some_column_runs(qtbot: QtBot, qapp: QApplication) -> None:
    """The toggle hides the rest; a knob that changes that offers to update, and moves nothing by itself."""
    screen = open_window(qapp)
    settle(qtbot, screen)
    screen.commands["matrix.fits_only"].trigger()
    qtbot.waitUntil(lambda: "qwen2.5-72b" not in shown(screen))
    before = shown(screen)
    screen.state.change(context=1_000_000)
    settle(qtbot, screen)
    assert shown(screen) == before
    assert screen.matrix.bar.again.text() == "Update list"
    screen.commands["matrix.sort_again"].trigger()
    qtbot.waitUntil(lambda: shown(screen) != before)
    screen.window().close()


def test_the_figure_is_switched_and_kept(qtbot: QtBot, qapp: QApplication) -> None:
    """Memory, speed, time: the button of the shown one is down, the cells differ, the choice outlives the window."""
    screen = open_window(qapp)
    settle(qtbot, screen)
    cell = screen.matrix.view.visualRect(screen.matrix.model.index(0, FIRST_METHOD))
    pictures = []
    for figure, button in zip(("memory", "speed", "time"), screen.matrix.bar.figures, strict=True):
        screen.commands[f"matrix.figure_{figure}"].trigger()
        qtbot.waitUntil(lambda figure=figure: screen.state.choices.figure == figure)  # type: ignore[misc]
        assert [one.isChecked() for one in screen.matrix.bar.figures] == [
            one is button for one in screen.matrix.bar.figures
        ]
        pictures.append(screen.matrix.view.viewport().grab(cell).toImage())
    assert pictures[0] != pictures[1] != pictures[2]
    assert screen.state.settings().window.figure == "time"
    screen.window().close()


def test_columns_are_chosen_and_everything_follows(qtbot: QtBot, qapp: QApplication) -> None:
    """A pinned quantisation is a column: its cells, the selected workload and the memory panel ask for it."""
    screen = open_window(qapp)
    screen.matrix.select(screen.matrix.model.rows[0], "qlora")
    screen.state.keep(columns=("run", "run:Q5_K_M", "lora"))
    matrix = screen.matrix.model
    assert [matrix.heading(FIRST_METHOD + at) for at in range(3)] == ["Run Q4_K_M", "Run Q5_K_M", "LoRA"]
    assert screen.state.column.key == "run"  # the column that was selected is gone
    settle(qtbot, screen)
    screen.matrix.select(matrix.rows[0], matrix.columns[1])
    assert (screen.state.method, screen.state.current.quant) == ("run", "Q5_K_M")
    found = screen.details.estimate()
    assert found is not None
    assert found.workload.quant == "Q5_K_M"
    assert "Q5_K_M" in screen.memory.title.text()
    matrix.sort(FIRST_METHOD + 1)
    screen.state.keep(columns=())
    assert matrix.columnCount() == FIRST_METHOD + 6
    assert matrix.order.by == "best"
    screen.window().close()


def test_another_runtime_takes_its_columns_along(qtbot: QtBot, qapp: QApplication) -> None:
    """A column that the new runtime does not know goes, the selection with it, and all comes back."""
    screen = open_window(qapp)
    screen.state.keep(columns=("run", "run:Q5_K_M"))
    screen.matrix.select(screen.matrix.model.rows[0], screen.matrix.model.columns[1])
    assert screen.state.column.key == "run:Q5_K_M"
    screen.state.change(stack="vllm")
    assert [column.key for column in screen.matrix.model.columns] == ["run"]
    assert screen.state.column.key == "run"
    assert screen.matrix.view.currentIndex().isValid()
    screen.state.change(stack="llama.cpp")
    assert [column.key for column in screen.matrix.model.columns] == ["run", "run:Q5_K_M"]
    screen.window().close()


def test_the_popups_choose(qtbot: QtBot, qapp: QApplication) -> None:
    """Ticks in the list of columns are the columns, the last one stays; the filters' boxes filter at once."""
    screen = open_window(qapp)
    screen.matrix.wishes.open_columns()
    popup = screen.matrix.wishes.columns
    assert popup is not None
    keys = [popup.list.item(row).text() for row in range(popup.list.count())]
    assert "Run IQ4_XS" in keys
    for row in range(1, popup.list.count()):
        popup.list.item(row).setCheckState(Qt.CheckState.Unchecked)
    popup.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert [column.key for column in screen.matrix.model.columns] == ["run"]
    popup.usual.click()
    assert screen.state.choices.columns == ()
    screen.matrix.wishes.open_filters()
    filters = screen.matrix.wishes.filters
    assert filters is not None
    filters.licence.setCurrentIndex(filters.licence.findData("own_terms"))
    assert set(shown(screen)) == {"gemma-3-1b", "llama-3.1-8b", "qwen2.5-72b"}
    filters.clear.click()
    assert len(shown(screen)) == 6
    assert filters.isVisible()
    QTest.keyClick(filters.use, Qt.Key.Key_Escape)
    assert not filters.isVisible()
    screen.matrix.wishes.open_columns()
    QTest.keyClick(popup.list, Qt.Key.Key_Down)
    QTest.keyClick(popup.list, Qt.Key.Key_Space)
    assert [column.key for column in screen.matrix.model.columns] == ["run", "run-f16", "qlora", "lora", "full"]
    QTest.keyClick(popup.list, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    screen.window().close()


def test_clicks_on_a_heading_go_round(qtbot: QtBot, qapp: QApplication) -> None:
    """One way, the other way, best fit first again; the heading's arrow follows."""
    screen = open_window(qapp)
    settle(qtbot, screen)
    header, matrix = screen.matrix.view.horizontalHeader(), screen.matrix.model
    best = shown(screen)
    seen = []
    for _click in range(3):
        header.sectionClicked.emit(FIRST_METHOD + 1)
        seen.append((matrix.order.by, matrix.order.down, header.sortIndicatorSection()))
    assert seen == [("run-q8", False, FIRST_METHOD + 1), ("run-q8", True, FIRST_METHOD + 1), ("best", False, -1)]
    assert shown(screen) == best
    assert matrix.heading(NAME) == "Model, best fit first"
    screen.window().close()


def test_a_cell_marks_what_another_machine_does_better(qtbot: QtBot, qapp: QApplication) -> None:
    """The hook paints a mark into the cell that it names, and into no other."""
    screen = open_window(qapp)
    settle(qtbot, screen)
    matrix, view = screen.matrix.model, screen.matrix.view
    cells = [view.visualRect(matrix.index(row, FIRST_METHOD)) for row in (0, 1)]
    before = [view.viewport().grab(cell).toImage() for cell in cells]
    model = matrix.rows[1]
    matrix.change = lambda one, column: "better" if one is model and column.key == "run" else None
    after = [view.viewport().grab(cell).toImage() for cell in cells]
    assert after[0] == before[0]
    assert after[1] != before[1]
    screen.window().close()


def test_the_mouse_is_offered_a_star_in_its_row_only(qtbot: QtBot, qapp: QApplication) -> None:
    """Hovering paints the outline; leaving takes it away."""
    screen = open_window(qapp)
    view, delegate = screen.matrix.view, screen.matrix.delegate
    cell = view.visualRect(screen.matrix.model.index(2, NAME))
    plain = view.viewport().grab(cell).toImage()
    QTest.mouseMove(view.viewport(), cell.center() + QPoint(1, 1))
    qtbot.waitUntil(lambda: delegate.hovered == 2)
    assert view.viewport().grab(cell).toImage() != plain
    view._hover(-1)
    assert view.viewport().grab(cell).toImage() == plain
    screen.window().close()
