"""Long tables: computed off the window's thread with a bar that grows and a button that stops it."""

import threading
import time

from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base.columns import USUAL
from advisor.ui.matrix.gather import Gather
from advisor.ui.matrix.tables import Answers
from advisor.ui.screen import Screen
from advisor.workload import Workload
from tests.ui.helpers import open_window


class Slow:
    """The real estimator, a hundredth of a second a cell; remembers its threads."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.threads: set[int] = set()
        self.asked = 0

    def __call__(self, machine: Machine, model: Model, workload: Workload, budget: Budget) -> Estimate:
        self.threads.add(threading.get_ident())
        self.asked += 1
        time.sleep(0.01)
        return self._screen.core.estimate(machine, model, workload, budget)


def gather(qapp: QApplication) -> tuple[Screen, Slow, Gather]:
    screen = open_window(qapp)
    screen.cells.stop()
    screen.state.change(context=7777)
    screen.cells.stop()
    slow = Slow(screen)
    return screen, slow, Gather(screen.state, screen.cells, screen.work, slow, screen)


def test_cells_are_computed_elsewhere_and_the_bar_grows(qtbot: QtBot, qapp: QApplication) -> None:
    """Every cell that was missing is there at the end, none was computed on the window's thread."""
    screen, slow, tool = gather(qapp)
    tool._timer.setInterval(10)
    done: list[Answers] = []
    seen: set[int] = set()
    models = list(screen.state.models)
    assert tool.gather(models, USUAL, lambda answers: answers, done.append, print)
    assert not tool.gather(models, USUAL, lambda answers: answers, done.append, print)  # one at a time

    def look() -> bool:
        if tool._progress is not None:
            seen.add(tool._progress.value())
        return bool(done)

    qtbot.waitUntil(look, timeout=10_000)
    assert {(model, column) for model in models for column in USUAL} <= set(done[0])
    assert slow.asked
    assert threading.get_ident() not in slow.threads
    assert len(seen) > 2
    assert tool._progress is None
    assert not tool._timer.isActive()
    assert QThread.currentThread() is qapp.thread()


def test_a_stopped_one_makes_nothing(qtbot: QtBot, qapp: QApplication) -> None:
    """Cancelled: neither done nor failed is called, and the next one may begin at once when it has ended."""
    screen, slow, tool = gather(qapp)
    done: list[object] = []
    assert tool.gather(list(screen.state.models), USUAL, lambda answers: answers, done.append, done.append)
    qtbot.waitUntil(lambda: slow.asked > 2)
    tool.cancel()
    qtbot.waitUntil(lambda: not tool.busy)
    assert done == []
    assert slow.asked < len(screen.state.models) * len(USUAL)


def test_a_closed_window_waits_for_nothing(qtbot: QtBot, qapp: QApplication) -> None:
    """What runs ends within a cell; no timer is left."""
    screen, slow, tool = gather(qapp)
    assert tool.gather(list(screen.state.models), USUAL, lambda answers: answers, print, print)
    qtbot.waitUntil(lambda: slow.asked > 1)
    tool.stop()
    start = time.monotonic()
    screen.window().close()
    assert time.monotonic() - start < 2
    assert not tool._timer.isActive()
