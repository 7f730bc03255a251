"""The one door off the window's thread: a function goes in, its result or its error comes back in a callback."""

import threading
from collections.abc import Callable
from time import perf_counter, sleep
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from advisor import logs
from advisor.errors import UserError
from advisor.estimator import pace

T = TypeVar("T")
CLOSE_WAIT_MS = 8000
GIVE_WAY_S = 0.06  # a repaint of all panes takes a third of it


class _Cancelled(BaseException):
    """Ends a job whose result nobody wants; no `except Exception` on the way keeps it."""


class Job:
    """One piece of work under way; a cancelled one finishes silently and its callbacks are never called."""

    def __init__(self, done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        self.done = done
        self.failed = failed
        self.cancelled = False

    def cancel(self) -> None:
        """Forget the result. A function that is already running ends before its next estimate, or at its end."""
        self.cancelled = True


class Run:
    """What the window's thread and a long function share: plain values, so that neither holds the other's objects."""

    def __init__(self) -> None:
        self.part = 0.0  # how much is done, 0 to 1
        self.cancelled = threading.Event()

    def tell(self, part: float) -> None:
        """The function says how far it is."""
        self.part = part


class Work(QObject):
    """Runs functions on a small pool of threads and delivers their outcome on the thread that owns this object."""

    _finished = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None, threads: int = 3) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._jobs: set[Job] = set()
        self._closed = False
        self._until = 0.0
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether any outcome is still to be delivered."""
        return bool(self._jobs)

    @property
    def closed(self) -> bool:
        """Whether nobody waits for any outcome any more; long work asks now and then, from its thread."""
        return self._closed

    def run(self, function: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> Job:
        """Run `function` elsewhere; later, here, `done(result)` or `failed(error)`. Nothing happens once closed."""
        job = Job(done, failed)
        if self._closed:
            job.cancel()
            return job
        self._jobs.add(job)
        self._pool.start(lambda: self._work(job, function))
        return job

    def close(self) -> bool:
        """Cancel everything and wait for running functions; True when all of them ended in time."""
        self._closed = True
        for job in self._jobs:
            job.cancel()
        self._jobs.clear()
        self._pool.clear()
        return self._pool.waitForDone(CLOSE_WAIT_MS)

    def _work(self, job: Job, function: Callable[[], Any]) -> None:
        # A job that was cancelled while it waited is delivered all the same, or `busy` would count it for ever.
        result, failure = None, None
        try:
            if not job.cancelled:
                with pace.paced(lambda: self._make_room(job)):
                    result = function()
        except _Cancelled:
            pass
        except Exception as error:  # whatever it is, its user is told
            failure = error
            if not isinstance(error, UserError):
                logs.error(error)
        if not self._closed:
            self._finished.emit(job, result, failure)

    def give_way(self) -> None:
        """The window has something to show: what is computed elsewhere waits a moment, that it may be shown at once."""
        self._until = perf_counter() + GIVE_WAY_S

    def _make_room(self, job: Job) -> None:
        """Between two estimates of a job: a cancelled one ends, any other one waits while the window is busy."""
        while not job.cancelled and (left := self._until - perf_counter()) > 0:
            sleep(left)
        if job.cancelled:
            raise _Cancelled

    def _deliver(self, job: Job, result: object, error: Exception | None) -> None:
        self._jobs.discard(job)
        if job.cancelled:
            return
        if error is None:
            job.done(result)
        else:
            job.failed(error)
