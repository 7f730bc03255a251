"""The window of "why?": back and forward, following the selection, copying, another language."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.ui.base.topic import Topic
from advisor.ui.screen import Screen
from advisor.ui.why.window import WhyWindow
from tests.ui.helpers import open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


@pytest.fixture
def screen(qapp: QApplication, qtbot: QtBot) -> Iterator[Screen]:
    """A window in English with a selected cell."""
    opened = open_window(qapp)
    qtbot.waitUntil(lambda: opened.state.model is not None)
    yield opened
    opened.window().close()


def asked(screen: Screen, quantity: str = "") -> WhyWindow:
    screen.details.show_why(quantity)
    why = screen.advising.why
    assert why is not None
    why.sheet.finish()
    return why


def test_it_goes_back_and_forward(screen: Screen) -> None:
    """As in a browser: a new page forgets those ahead; the same one twice is one."""
    why = asked(screen)
    whole = why.windowTitle()
    assert not why.back.isEnabled()
    asked(screen, "kv_cache")
    asked(screen, "kv_cache")
    part = why.windowTitle()
    assert part.startswith("Why? KV cache · ")
    QTest.mouseClick(why.back, Qt.MouseButton.LeftButton)
    assert why.windowTitle() == whole
    assert not why.back.isEnabled()
    QTest.mouseClick(why.forward, Qt.MouseButton.LeftButton)
    assert why.windowTitle() == part
    QTest.mouseClick(why.back, Qt.MouseButton.LeftButton)
    screen.advising.ask(Topic("gauge", "ram"))
    assert why.windowTitle() == "Why? Memory"
    assert not why.forward.isEnabled()


def test_it_follows_the_selection_if_asked_to(screen: Screen) -> None:
    """The same figure of the new cell; not when the box is off, and not on pages about something else."""
    why = asked(screen, "kv_cache")
    models = screen.state.models
    screen.matrix.select(models[1], "run")
    why.sheet.finish()
    assert models[1].name in why.text()
    assert why.windowTitle().startswith("Why? KV cache")
    why.follow.setChecked(False)
    screen.matrix.select(models[2], "run")
    assert models[1].name in why.windowTitle()
    why.follow.setChecked(True)
    screen.advising.ask(Topic("gauge", "cpu"))
    screen.matrix.select(models[3], "run")
    assert "i5-3210M" in why.windowTitle()


def test_its_numbers_are_those_of_the_knobs(screen: Screen, qtbot: QtBot) -> None:
    """A turned knob changes the page that is open, a moment later."""
    why = asked(screen, "kv_cache")
    before = why.text()
    screen.state.change(context=16384)
    qtbot.waitUntil(lambda: why.text() != before)
    assert "16,384" in why.text()


def test_a_link_leads_to_the_whole_cell_and_all_is_copied(screen: Screen, qapp: QApplication) -> None:
    """By Tab and Enter; Ctrl+C of nothing selected is the button's business."""
    why = asked(screen, "kv_cache")
    why.sheet.setFocus()
    QTest.keyClick(why.sheet, Qt.Key.Key_Tab)
    QTest.keyClick(why.sheet, Qt.Key.Key_Return)
    assert not why.windowTitle().startswith("Why? KV cache")
    why.copy.click()
    assert "memory in all" in qapp.clipboard().text()
    QTest.keyClick(why, Qt.Key.Key_Escape)
    assert not why.isVisible()


def test_another_language_is_spoken_at_once(screen: Screen) -> None:
    """The open page too."""
    why = asked(screen)
    screen.state.set_language("zh-CN")
    why.sheet.finish()
    assert "显存" in why.text() or "内存" in why.text()


def test_a_gauge_and_a_change_of_knobs_are_asked(screen: Screen) -> None:
    """Through the same door as cells."""
    screen.gauges.asked.emit("ram")
    why = screen.advising.why
    assert why is not None
    assert why.windowTitle() == "Why? Memory"
    screen.details.show_change({"context": 32768}, "context 32,768")
    assert why.windowTitle().startswith("Why? context 32,768 · ")


def test_the_figure_beside_a_knob_is_asked(screen: Screen, qtbot: QtBot) -> None:
    """By a click on it, as by the control's menu: the two estimates that it is the difference of."""
    qtbot.waitUntil(lambda: screen.settled, timeout=60_000)
    row = screen.settings.forms[0].row("context")
    assert row.figure.text()
    QTest.mouseClick(row.figure, Qt.MouseButton.LeftButton)
    why = screen.advising.why
    assert why is not None
    assert why.page is not None
    shown = row.figure.text().rsplit(": ", 1)[-1]  # behind the value that one turn leads to
    assert why.page.lines[0].result == shown
    row.why.trigger()
    assert why.page.lines[0].result == shown


def test_a_technique_and_a_line_of_memory_are_asked(screen: Screen, qtbot: QtBot) -> None:
    """As the memory panel emits them."""
    qtbot.waitUntil(lambda: bool(screen.memory.savings), timeout=60_000)
    saving = screen.memory.savings[0]
    screen.memory.asked_saving.emit(saving)
    why = screen.advising.why
    assert why is not None
    assert why.page is not None
    assert why.page.lines[0].result.endswith(screen.state.tr_.gib(abs(saving.bytes)))
    for key in ("weights", "total", "ram", ""):
        screen.memory.asked.emit(key)
        assert why.page.lines
