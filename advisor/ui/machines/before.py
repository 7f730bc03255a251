"""This computer beside the machine that is shown: the same cells, filled in idle moments, better or worse, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from advisor.catalog.model import Model
from advisor.estimator.result import VERDICTS, Estimate
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base import texts
from advisor.ui.base.columns import Column
from advisor.ui.base.state import State
from advisor.workload import Workload

NOTABLE = 1.1  # speeds and times that differ less are the same


class Answers(Protocol):
    """A table of estimates that fills itself (the matrix's cells are one)."""

    @property
    def busy(self) -> bool: ...

    def set_question(
        self, machine: Machine | None, workload: Workload, budget: Budget, columns: Iterable[Column] = ...
    ) -> None: ...

    def get(self, model: Model, column: Column) -> Estimate | None: ...

    def known(self, model: Model, column: Column) -> Estimate | None: ...

    def fill(self, order: Iterable[tuple[Model, Column]]) -> None: ...

    def stop(self) -> None: ...


def change(own: Estimate | None, shown: Estimate | None) -> str | None:
    """Whether `shown` is "better" or "worse" than `own`: by its verdict, else by speed or time; None where it is
    neither, or one of them is not known.
    """
    if own is None or shown is None or "unknown" in (own.verdict, shown.verdict):
        return None
    ranks = VERDICTS.index(own.verdict), VERDICTS.index(shown.verdict)
    if ranks[0] != ranks[1]:
        return "better" if ranks[1] < ranks[0] else "worse"
    paces = _pace(own), _pace(shown)
    if own.verdict == "no" or paces[0] is None or paces[1] is None:
        return None
    if paces[1] > NOTABLE * paces[0]:
        return "better"
    return "worse" if paces[0] > NOTABLE * paces[1] else None


def _pace(estimate: Estimate) -> float | None:
    """Tokens per second, or trainings per hour."""
    if estimate.workload.training:
        hours = estimate.training.hours if estimate.training else None
        return 1 / hours.mid if hours and hours.mid else None
    return estimate.speed.decode.mid if estimate.speed and estimate.speed.decode else None


class Before(QObject):
    """`own` answers for this computer, `shown` for the machine in the window. Marks only what both know already, so
    painting never waits for it.
    """

    changed = Signal()  # marks may be others now

    def __init__(
        self, state: State, own: Answers, shown: Answers, columns: Callable[[], Sequence[Column]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._state, self._own, self._shown, self._columns = state, own, shown, columns
        self._on = False
        for signal in (
            state.machine_changed, state.own_changed, state.workload_changed, state.choices_changed,
            state.models_changed,
        ):  # fmt: skip
            signal.connect(self._follow)
        self._follow()

    @property
    def on(self) -> bool:
        """Whether cells are compared: asked for, and there is something to compare with."""
        return self._on

    @property
    def busy(self) -> bool:
        """Whether this computer's cells are still being filled."""
        return self._own.busy

    def stop(self) -> None:
        """No more idle work."""
        self._own.stop()

    def filled(self) -> None:
        """This computer's cells are there."""
        if self._on:
            self.changed.emit()

    def _follow(self) -> None:
        state = self._state
        was, self._on = self._on, state.choices.compare_own and state.what_if is not None and state.own is not None
        if not self._on:
            self._own.stop()
            if was:
                self.changed.emit()
            return
        columns = tuple(self._columns())
        self._own.set_question(state.own, state.workload, state.budget, columns)
        self._own.fill((model, column) for model in state.models for column in columns)
        self.changed.emit()

    def estimate(self, model: Model, column: Column) -> Estimate | None:
        """This computer's answer, computed now; None while nothing is compared."""
        return self._own.get(model, column) if self._on else None

    def change(self, model: Model, column: Column) -> str | None:
        """ "better" or "worse" than on this computer, as far as both are known."""
        if not self._on:
            return None
        return change(self._own.known(model, column), self._shown.known(model, column))

    def words(self, model: Model, column: Column) -> str:
        """This computer's answer for a tool tip: "This computer: does not fit"; "" while nothing is compared."""
        found = self.estimate(model, column)
        if found is None:
            return ""
        _ = self._state.tr_
        pace = texts.pace(_, found)
        verdict = texts.verdict(_, found)
        said = _("{verdict}, {pace}", verdict=verdict, pace=pace) if pace else verdict
        return _("This computer: {verdict}", verdict=said)
