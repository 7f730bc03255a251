"""Garbage is looked for in the window's thread alone, and what is set aside holds none."""

import gc
import threading
import weakref

import pytest
from PySide6.QtWidgets import QApplication

from advisor.ui.base.garbage import QUIET, YOUNG, Garbage
from tests.ui.helpers import open_window


class _Ring:
    """Keeps itself alive until someone looks for garbage."""

    def __init__(self) -> None:
        self.itself = self


def test_work_elsewhere_takes_nothing_of_the_window_apart(qapp: QApplication) -> None:
    gc.enable()
    screen = open_window(qapp)
    ended_in: list[int] = []
    weakref.finalize(_Ring(), lambda: ended_in.append(threading.get_ident()))
    done = threading.Event()

    def much() -> None:
        assert [[number] for number in range(100_000)]  # Python would look for garbage a hundred times meanwhile
        done.set()

    screen.work.run(much, lambda _nothing: None, lambda error: pytest.fail(str(error)))
    assert done.wait(10)
    assert ended_in == []
    screen.garbage._look()
    assert ended_in == [threading.get_ident()]


def test_garbage_is_not_set_aside(qapp: QApplication) -> None:
    screen = open_window(qapp)
    ring = weakref.ref(_Ring())
    kept = _Ring()
    screen.cells.completed.emit()
    assert ring() is None, "garbage was set aside"
    assert not any(one is kept for one in gc.get_objects())  # set aside: it is not looked through


def test_what_was_set_aside_can_be_found_once_the_window_is_closed(qapp: QApplication) -> None:
    screen = open_window(qapp)
    kept = _Ring()
    screen.cells.completed.emit()
    screen.window().close()
    found = weakref.ref(kept)
    del kept
    gc.collect()
    assert found() is None
    assert isinstance(screen.garbage, Garbage)
    assert not screen.garbage._timer.isActive()


def test_what_stayed_is_looked_through_once_nothing_happens(qapp: QApplication) -> None:
    """Garbage that outlived a search, as a report's does that took a second."""
    screen = open_window(qapp)
    ring = _Ring()
    found = weakref.ref(ring)
    gc.collect(0)
    del ring
    junk = [[number] for number in range(YOUNG + 100)]
    screen.garbage._look()
    assert found() is not None
    del junk
    for _quiet in range(QUIET):
        gc.collect(0)
        screen.garbage._look()
    assert found() is None
