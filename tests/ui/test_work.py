"""The one door off the window's thread."""

import threading
from collections.abc import Callable
from time import perf_counter

import pytest
from pytestqt.qtbot import QtBot

from advisor.errors import UserError
from advisor.estimator import pace
from advisor.ui.base.work import GIVE_WAY_S, Work


def test_a_result_comes_back_on_the_thread_that_asked(qtbot: QtBot) -> None:
    """The function runs elsewhere; its callback runs here."""
    work, seen = Work(), []
    work.run(threading.get_ident, lambda ident: seen.append((ident, threading.get_ident())), _never("failed"))
    qtbot.waitUntil(lambda: bool(seen))
    ran, told = seen[0]
    assert ran != told == threading.get_ident()
    assert not work.busy
    assert work.close()


def test_an_error_comes_back_as_it_was_raised(qtbot: QtBot) -> None:
    """A UserError reaches `failed` whole, values and all."""

    def fail() -> None:
        raise UserError("{path}: no", path="x")

    work: Work = Work()
    errors: list[Exception] = []
    work.run(fail, _never("done"), errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "x: no"
    assert work.close()


def test_a_cancelled_job_is_never_heard_of(qtbot: QtBot) -> None:
    """Cancelling drops the result of a function that is already running."""
    work, started, go = Work(), threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        go.wait(5)

    job = work.run(slow, _never("done"), _never("failed"))
    assert started.wait(5)
    job.cancel()
    go.set()
    qtbot.waitUntil(lambda: not work.busy)
    assert work.close()


def test_a_job_cancelled_before_its_turn_is_not_waited_for_for_ever(qtbot: QtBot) -> None:
    """Its function never runs, nobody hears of it, and the door is not busy afterwards."""
    work, started, go = Work(threads=1), threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        go.wait(5)

    done: list[None] = []
    work.run(slow, done.append, _never("failed"))
    assert started.wait(5)
    work.run(_never("a cancelled job"), _never("done"), _never("failed")).cancel()
    go.set()
    qtbot.waitUntil(lambda: not work.busy)
    assert done == [None]
    assert work.close()


def test_closing_waits_for_what_runs_and_tells_nobody(qtbot: QtBot) -> None:
    """After close() no function is running, and nothing that was asked later ever starts."""
    work, started, ended = Work(), threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        threading.Event().wait(0.1)
        ended.set()

    work.run(slow, _never("done"), _never("failed"))
    assert started.wait(5)
    assert work.close()
    assert ended.is_set()
    work.run(_never("late"), _never("done"), _never("failed"))
    qtbot.wait(20)
    assert not work.busy


def _never(what: str) -> Callable[..., None]:
    return lambda *_args: pytest.fail(f"{what} must not be called")


def test_a_cancelled_job_ends_before_its_next_estimate(qtbot: QtBot) -> None:
    """Work that asks for estimates stops between two of them; nobody hears of it, and the thread is free again."""
    work, counted, go = Work(threads=1), [0], threading.Event()

    def endless() -> None:
        while True:
            counted[0] += 1
            go.set()
            pace.pause()

    job = work.run(endless, _never("done"), _never("failed"))
    assert go.wait(5)
    job.cancel()
    qtbot.waitUntil(lambda: not work.busy)
    after = counted[0]
    assert work.close()
    assert counted[0] == after


def test_jobs_give_way_to_the_window(qtbot: QtBot) -> None:
    """After `give_way` no estimate is begun for its time; then the work goes on to its end."""
    work, begun = Work(threads=1), []

    def some() -> int:
        for _estimate in range(3):
            pace.pause()
            begun.append(perf_counter())
        return 7

    work.give_way()
    asked = perf_counter()
    results: list[int] = []
    work.run(some, results.append, _never("failed"))
    qtbot.waitUntil(lambda: bool(results))
    assert results == [7]
    assert begun[0] - asked >= 0.8 * GIVE_WAY_S
    assert begun[-1] - begun[0] < GIVE_WAY_S
    assert work.close()
