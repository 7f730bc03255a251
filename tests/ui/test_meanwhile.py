"""What changes while something else is on its way or out of sight: languages, knobs, machines; nothing shown is of
before.
"""

import threading
from dataclasses import replace

import pytest
from PySide6.QtGui import QStatusTipEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.errors import UserError
from advisor.machine import Machine
from advisor.settings import Settings, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.base import tasks
from advisor.ui.report import tasks as report_tasks
from advisor.ui.report.tasks import Basis, Order, Preview
from advisor.ui.screen import Screen
from advisor.ui.shell.panes import NARROW, NARROW_WIDTHS
from advisor.ui.window import Window
from advisor.workload import Workload
from tests.ui.helpers import MACHINE, OPENED, FewModels, open_window

OTHER = replace(MACHINE, model="Other Box")


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def opened(qapp: QApplication, choices: WindowChoices, width: int = 1366) -> Screen:
    """The screen of a window that opens with these choices."""
    window = Window()
    OPENED.append(window)
    window.resize(width, 700)
    kept = Settings(theme="light", window=replace(choices, hint_seen=True))
    window.show()
    screen = ui_app.fill(qapp, window, MACHINE, Workload(), kept, "en", FewModels())
    screen.details.advice_timer.setInterval(10**6)
    qapp.processEvents()
    return screen


def test_texts_have_their_size_from_the_start(qapp: QApplication) -> None:
    """The size that was chosen last is there before anything else has changed."""
    usual = qapp.font().pointSizeF()
    opened(qapp, WindowChoices(text_percent=150))
    assert qapp.font().pointSizeF() == pytest.approx(1.5 * usual, rel=0.01)
    opened(qapp, WindowChoices())
    assert qapp.font().pointSizeF() == pytest.approx(usual, rel=0.01)


def test_shares_outlast_a_restart_at_any_width(qapp: QApplication) -> None:
    """Panes that the user gave other shares keep them where the window is hardly wider than a narrow one."""
    width = NARROW + 16
    screen = opened(qapp, WindowChoices(), width)
    screen.panes.splitters[0].moveSplitter(300, 1)
    kept = screen.panes.shares()
    assert kept[0][0] > NARROW_WIDTHS[0]
    again = opened(qapp, WindowChoices(splitters=kept), width)
    assert again.panes.shares()[0] == kept[0]


def test_advice_on_its_way_is_asked_for_again_in_another_language(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Picks put the reader's language first: the first advice, too, is that of the language of now."""
    asked: list[str] = []
    gate = threading.Event()

    def advice(_machine: Machine, _workload: Workload, _budget: str, language: str) -> None:
        asked.append(language)
        gate.wait(10)
        raise UserError("nothing to advise")

    monkeypatch.setattr(tasks, "advice", advice)
    screen = open_window(qapp)
    screen.details.advice_timer.setInterval(0)
    screen.details.start()
    qtbot.waitUntil(lambda: asked == ["en"])
    screen.state.set_language("zh-CN")
    gate.set()
    qtbot.waitUntil(lambda: not screen.details.busy)
    assert asked[-1] == "zh-CN"


def test_advice_that_failed_is_not_called_under_way(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another language, and on a page that is opened later, the error stands, or new advice is really on its way."""

    def fail(*_args: object) -> None:
        raise UserError("nothing to advise")

    monkeypatch.setattr(tasks, "advice", fail)
    screen = open_window(qapp)
    screen.details.advice_timer.setInterval(0)
    screen.details.start()
    qtbot.waitUntil(lambda: not screen.details.busy)
    screen.state.set_language("zh-CN")
    qtbot.waitUntil(lambda: not screen.details.busy)
    assert screen.strip.columns[0].lines[0].accessibleName() == "nothing to advise"
    screen.details.show_advice()
    assert screen.advising.page.get().sheet.toPlainText() == "nothing to advise"


def test_a_note_is_in_the_language_of_now(qapp: QApplication) -> None:
    """That a runtime turns the other task's program too is said in the window's language."""
    screen = open_window(qapp)
    screen.state.change(stack="transformers")
    screen.state.change(stack="auto")
    screen.settings.tabs.setCurrentIndex(1)
    screen.state.change(stack="vllm")
    said = screen.settings.note.text()
    assert said
    screen.state.set_language("zh-CN")
    assert screen.settings.note.text() != said
    assert "vLLM" in screen.settings.note.text()


def test_this_computer_is_heard_of_while_another_one_is_shown(qtbot: QtBot, qapp: QApplication) -> None:
    """Whoever opens another machine before this one is read can compare both as soon as it is."""
    screen = open_window(qapp, machine=None)
    screen.state.show_machine(OTHER, "Other Box")
    command = screen.commands["machine.compare"]
    assert not command.isEnabled()
    screen.state.set_own(MACHINE)
    assert command.isEnabled()
    qtbot.waitUntil(lambda: not screen.banner.busy)
    assert screen.banner.result.text()
    screen.state.keep(compare_own=True)
    assert screen.before.on


def test_a_preview_of_before_is_no_basis(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """A knob that is turned while a preview is made: the next preview counts with the new setting."""
    bases: list[Basis | None] = []
    made = report_tasks.preview
    gate = threading.Event()

    def preview(order: Order, basis: Basis | None) -> Preview:
        bases.append(basis)
        gate.wait(10)
        return made(order, basis)

    monkeypatch.setattr(report_tasks, "preview", preview)
    screen = open_window(qapp)
    screen.show_report()
    page = screen.report.get()
    qtbot.waitUntil(lambda: len(bases) == 1)
    page._timer.setInterval(10**6)  # the first preview is there before the second is asked for
    gate.set()
    screen.state.change(context=32768)
    qtbot.waitUntil(lambda: page._job is None, timeout=60_000)
    page._timer.start(0)
    qtbot.waitUntil(lambda: len(bases) == 2 and not page.busy, timeout=60_000)
    assert bases == [None, None]


def test_a_machine_is_not_compared_with_itself(qapp: QApplication) -> None:
    """A report that compared a what-if with this computer is about this computer alone once that is shown."""
    screen = open_window(qapp)
    screen.state.show_machine(OTHER, "Other Box")
    page = screen.report.get()
    page.form.against.emit("own")
    assert len(page.machines) == 2
    screen.state.show_machine(None, None)
    assert len(page.machines) == 1


def test_what_is_waited_for_is_said_until_it_is_there(qapp: QApplication) -> None:
    """An error of something else, or something that is done sooner, ends no other waiting."""
    screen = open_window(qapp)
    said: list[str] = []
    desk = screen.actions_
    desk.waits.connect(said.append)
    first = desk.busy("the first")
    second = desk.busy("the second")
    desk.failed(UserError("something else"))
    desk.free(first)
    assert said[-1] == "the second"
    desk.free(second)
    assert said[-1] == ""
    assert qapp.overrideCursor() is None


def test_a_remark_stays_while_menus_are_walked(qapp: QApplication) -> None:
    """What the start had to say is not wiped away by the mouse over a menu, nor does the status bar come and go."""
    screen = open_window(qapp)
    window = screen.window()
    assert isinstance(window, Window)
    window.remark("Your settings could not be read")
    for text in ("a hint", ""):
        qapp.sendEvent(window, QStatusTipEvent(text))
    assert window.statusBar().currentMessage() == "Your settings could not be read"
