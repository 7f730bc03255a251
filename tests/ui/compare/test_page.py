"""The page of the comparison: live with the knobs, changed and copied by mouse and by keys."""

from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from advisor.catalog.models import find_model
from advisor.i18n import GIB
from advisor.ui.base.columns import USUAL
from advisor.ui.compare.bars import Bar, Bars, Limit
from advisor.ui.compare.page import ComparePage
from advisor.ui.screen import Screen
from tests.ui.helpers import open_window

CTRL = Qt.KeyboardModifier.ControlModifier
SMALL, LARGE = find_model("qwen2.5-0.5b"), find_model("qwen2.5-7b")


def compared(qapp: QApplication, language: str = "en") -> tuple[Screen, ComparePage]:
    screen = open_window(qapp, language=language)
    screen.cell_tools.picks.choose([(SMALL, USUAL[0]), (LARGE, USUAL[0]), (LARGE, USUAL[1])])
    screen.cell_tools.show()
    qapp.processEvents()
    return screen, screen.cell_tools.page.get()


def headings(page: ComparePage) -> list[str]:
    return [f"{cell.name} {cell.heading}" for cell in page.table.facts.cells]


def text(page: ComparePage, title: str, cell: int) -> str:
    fact = next(fact for fact in page.table.facts.facts if fact.title == title)
    return fact.values[cell].text


def test_without_cells_the_page_says_how_to_choose_some(qapp: QApplication) -> None:
    """Neither table nor bars, no button that would do nothing; the tab counts what is compared."""
    screen = open_window(qapp)
    screen.cell_tools.show()
    page = screen.cell_tools.page.get()
    assert page.empty.isVisible()
    assert "Ctrl+B" in page.empty.text()
    assert not page.table.isVisible()
    assert not page.copies.isVisible()
    assert "Compare" in [screen.pages.tabs.tabText(at) for at in range(screen.pages.tabs.count())]
    screen.cell_tools.picks.add((SMALL, USUAL[0]))
    assert page.table.isVisible()
    assert "Ctrl+B" in page.said.text()  # a single cell has nothing to differ from
    assert "Compare (1)" in [screen.pages.tabs.tabText(at) for at in range(screen.pages.tabs.count())]


def test_knobs_move_the_comparison_while_it_is_seen(qapp: QApplication) -> None:
    """A longer context needs more memory there at once; unseen, the page waits until it is looked at."""
    screen, page = compared(qapp)
    before = text(page, "KV cache", 1)
    screen.state.change(context=16384)
    after = text(page, "KV cache", 1)
    assert after != before
    screen.pages.show_page("models")
    screen.state.change(context=4096)
    assert text(page, "KV cache", 1) == after
    screen.pages.show_page("compare")
    assert text(page, "KV cache", 1) == before


def test_headings_follow_the_quantisation(qapp: QApplication) -> None:
    """Of the columns that the knob turns; a column with a quantisation of its own stays."""
    screen, page = compared(qapp)
    screen.state.change(quant="Q6_K")
    labels = [label.text() for label in page.table.findChildren(QLabel) if label.isVisible()]
    assert labels.count("Run Q6_K") == 2
    assert labels.count("Run Q8_0") == 1


def test_a_turn_of_a_knob_leaves_the_frame_its_time(qapp: QApplication) -> None:
    """The page's own part of the 16 ms that everything has together: the best of several turns, painting included."""
    screen, page = compared(qapp)
    times = []
    for context in range(5000, 5000 + 9 * 512, 512):
        screen.cells.stop()
        screen.state.workload_changed.disconnect(page.refresh)
        screen.state.change(context=context)
        screen.state.workload_changed.connect(page.refresh)
        for model, column in screen.cell_tools.picks.cells:
            screen.cells.get(model, column)
        start = perf_counter()
        page.refresh()
        QCoreApplication.sendPostedEvents(page.table, QEvent.Type.UpdateRequest)
        times.append(perf_counter() - start)
    assert min(times) < 0.008, times


def test_buttons_move_and_remove_a_cell(qtbot: QtBot, qapp: QApplication) -> None:
    """Each button has a name that says which cell it is about; the first cannot go further left."""
    _screen, page = compared(qapp)
    first, second, third = headings(page)
    named = {button.accessibleName(): button for button in page.table.findChildren(QToolButton) if button.isVisible()}
    assert not named["Move Qwen2.5-0.5B to the left"].isEnabled()
    QTest.mouseClick(named["Move Qwen2.5-0.5B to the right"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: headings(page) == [second, first, third])
    named = {button.accessibleName(): button for button in page.table.findChildren(QToolButton) if button.isVisible()}
    QTest.mouseClick(named["Take Qwen2.5-0.5B out of the comparison"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: headings(page) == [second, third])


def test_keys_alone_walk_move_remove_and_ask(qtbot: QtBot, qapp: QApplication) -> None:
    """The table has the keyboard; Ctrl+Right moves the column and the keyboard with it, Delete takes it out."""
    screen, page = compared(qapp)
    first, second, third = headings(page)
    assert QApplication.focusWidget() is page.table
    assert page.table.cell == 0
    QTest.keyClick(page.table, Qt.Key.Key_Right, CTRL)
    assert headings(page) == [second, first, third]
    assert page.table.cell == 1
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    assert headings(page) == [second, third]
    asked: list[object] = []
    page.asked.disconnect()
    page.asked.connect(lambda model, column: asked.append((model, column)))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert asked == [(LARGE, USUAL[page.table.cell or 0])]
    for _cell in range(2):
        QTest.keyClick(page.table, Qt.Key.Key_Delete)
    assert screen.cell_tools.picks.cells == ()
    assert page.empty.isVisible()


def test_the_other_panes_follow_the_column_that_the_user_goes_to(qapp: QApplication) -> None:
    """By keys and by mouse; opening the page alone moves nothing."""
    screen, page = compared(qapp)
    before = (screen.state.model, screen.state.column)
    assert before != (LARGE, USUAL[1])
    QTest.keyClick(page.table, Qt.Key.Key_Right)
    assert (screen.state.model, screen.state.column) == (LARGE, USUAL[0])
    spot = page.table.visualRect(page.table.facts.index(1, 3)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert (screen.state.model, screen.state.column) == (LARGE, USUAL[1])
    assert screen.cell_tools.picks.cells[0] == (SMALL, USUAL[0])


def test_copies(qapp: QApplication) -> None:
    """Markdown, text, and Ctrl+C as a table: all name every cell."""
    _screen, page = compared(qapp)
    page.markdown.trigger()
    assert QGuiApplication.clipboard().text().startswith("|  | Qwen2.5-0.5B · Run Q4_K_M | Qwen2.5-7B")
    page.plain.trigger()
    assert QGuiApplication.clipboard().text().count("Verdict: ") == 3
    QTest.keyClick(page.table, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text().splitlines()[0].count("\t") == 3
    assert "<table" in QGuiApplication.clipboard().mimeData().html()


def test_only_what_differs(qapp: QApplication) -> None:
    """Rows in which all agree go, and come back."""
    _screen, page = compared(qapp)
    everything = len(page.table.facts.facts)
    page.only_differences.click()
    assert len(page.table.facts.facts) < everything
    assert all(not fact.same for fact in page.table.facts.facts)
    page.only_differences.click()
    assert len(page.table.facts.facts) == everything


def test_no_name_becomes_markup_and_ears_hear_the_table(qapp: QApplication) -> None:
    """Labels are plain text; the table and the bars have names, every cell its text."""
    _screen, page = compared(qapp)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in page.table.findChildren(QLabel))
    assert page.table.accessibleName()
    assert "Qwen2.5-7B" in page.bars.accessibleDescription()
    spoken = QAccessible.queryAccessibleInterface(page.table)
    assert spoken.role() == QAccessible.Role.Table
    index = page.table.facts.index(2, 2)
    assert page.table.facts.data(index, Qt.ItemDataRole.AccessibleTextRole) == " ".join(
        filter(None, page.table.facts.facts[1].values[1][:2])
    )


def test_another_language_and_no_machine(qapp: QApplication) -> None:
    """All words change with the language."""
    screen, page = compared(qapp)
    before = page.only_differences.text()
    screen.state.set_language("zh-CN")
    assert page.only_differences.text() == screen.state.tr_("Only what &differs")
    assert headings(page)[0].startswith("Qwen2.5-0.5B ")
    assert headings(page)[0] != "Qwen2.5-0.5B Run Q4_K_M"
    assert before


def test_all_bars_share_one_scale(qapp: QApplication) -> None:
    """The largest need or the devices near it; one far larger is an arrow and does not flatten the bars."""
    bars = Bars()
    need = Bar("a", (("weights", 4.0 * GIB),), 3.9 * GIB, 4.2 * GIB, "4.00 GiB")
    bars.show_bars([need], [], bars.colors)
    assert bars.scale() == 4.2 * GIB
    bars.show_bars([need], [Limit("GPU 0", 8.0 * GIB)], bars.colors)
    assert bars.scale() == 8.0 * GIB
    bars.show_bars([need], [Limit("GPU 0", 8.0 * GIB), Limit("RAM", 500.0 * GIB)], bars.colors)
    assert bars.scale() == 8.0 * GIB
    bars.show_bars([], [], bars.colors)
    assert bars.scale() == 0.0
    bars.resize(300, 60)
    assert not bars.grab().isNull()
