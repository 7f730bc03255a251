"""Estimates of many cells for a file or the clipboard: those that are missing are computed off the window's thread."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QProgressDialog, QWidget

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate, Reason
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base.columns import Column
from advisor.ui.base.state import State
from advisor.ui.base.work import Run, Work
from advisor.ui.matrix.cells import Answer, Cells
from advisor.ui.matrix.tables import Answers
from advisor.workload import Workload

T = TypeVar("T")
LOOK_MS = 100
SHOW_MS = 400  # what is done sooner shows no progress
STEPS = 1000


class Gather(QObject):
    """One at a time: a second wish while the first is under way is not taken."""

    def __init__(self, state: State, cells: Cells, work: Work, answer: Answer, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._cells, self._work, self._answer, self._window = state, cells, work, answer, window
        self._run: Run | None = None
        self._progress: QProgressDialog | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self._run is not None

    def gather(
        self,
        models: Sequence[Model],
        columns: Sequence[Column],
        make: Callable[[Answers], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> bool:
        """Compute what is missing and `make` something of all of it, elsewhere; then, here, `done` or `failed`. False
        where there is no machine or something is under way already.
        """
        machine = self._state.machine
        if machine is None or self._run is not None:
            return False
        base, budget, run, work, answer = self._state.workload, self._state.budget, Run(), self._work, self._answer
        known = {(m, c): found for m in models for c in columns if (found := self._cells.known(m, c)) is not None}
        missing = [(m, c) for m in models for c in columns if (m, c) not in known]
        self._run = run

        def task() -> T | None:
            for number, (model, column) in enumerate(missing):
                if run.cancelled.is_set() or work.closed:
                    return None
                known[model, column] = estimated(answer, machine, model, column.workload(base), budget)
                run.tell(number / len(missing))
            return make(known)

        def finish(result: T | None) -> None:
            cancelled = run.cancelled.is_set()
            self._end()
            if result is not None and not cancelled:
                done(result)

        def fail(error: Exception) -> None:
            self._end()
            failed(error)

        self._begin(len(missing))
        work.run(task, finish, fail)
        return True

    def stop(self) -> None:
        """The window closes: what runs ends within a moment."""
        if self._run is not None:
            self._run.cancelled.set()
        self._end()

    def _begin(self, missing: int) -> None:
        if not missing:
            return
        _ = self._state.tr_
        dialog = QProgressDialog(_("Computing {count} cells …", count=missing), _("Cancel"), 0, STEPS, self._window)
        dialog.setWindowTitle(_("The table"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        dialog.setAutoClose(False)
        dialog.setAutoReset(False)
        dialog.setMinimumDuration(SHOW_MS)
        dialog.setValue(0)
        dialog.canceled.connect(self.cancel)
        self._progress = dialog
        self._timer.start()

    def cancel(self) -> None:
        """The user does not want it any more."""
        if self._run is not None:
            self._run.cancelled.set()

    def _look(self) -> None:
        if self._run is not None and self._progress is not None:
            self._progress.setValue(round(STEPS * self._run.part))

    def _end(self) -> None:
        self._timer.stop()
        self._run = None
        if self._progress is not None:
            self._progress.canceled.disconnect(self.cancel)
            self._progress.close()
            self._progress.deleteLater()
            self._progress = None


def estimated(answer: Answer, machine: Machine, model: Model, workload: Workload, budget: Budget) -> Estimate:
    """An estimate; one that fails is unknown and says why, so that one bad model does not cost the others."""
    try:
        return answer(machine, model, workload, budget)
    except Exception as error:  # whatever it is, its row says so
        reason = Reason("estimate_failed", {"error": str(error) or type(error).__name__})
        return Estimate(model, model.published_parameters or 0, workload, None, (), "unknown", (reason,))
