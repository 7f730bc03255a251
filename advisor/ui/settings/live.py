"""Works out what every knob costs for the selected cell, in idle slices after the last turn."""

from collections.abc import Callable, Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.settings import Budget
from advisor.ui.base.columns import Column, as_column
from advisor.ui.base.state import State
from advisor.ui.settings.deltas import Effect, Turn, effect, shown, turned, turns
from advisor.ui.settings.knobs import INFERENCE, TRAINING
from advisor.workload import Workload

WAIT_MS = 60  # after the last turn: the bar and the techniques go first
SLICE_S = 0.004
KEPT = 256  # estimates: turning a knob to and fro asks for nothing twice

Compute = Callable[[Model, Workload], Estimate]


class Live(QObject):
    """The effects of each knob's turns on one cell: the selected one, or its model in the other kind of column."""

    changed = Signal()  # the effects are stale now, or new

    def __init__(self, state: State, compute: Compute, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._compute = state, compute
        self.effects: dict[Turn, Effect] = {}
        self.stale = False
        self.cell: tuple[Model, Column] | None = None  # which the effects are about
        self._training = False
        self._columns = {False: as_column("run"), True: as_column("qlora")}  # last selected of each kind
        self._kept: dict[tuple[Model, Workload, Budget], Estimate] = {}
        self._found: dict[Turn, Effect] = {}
        self._rest: Iterator[Turn] = iter(())
        self._now: Estimate | None = None
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self._begin)
        self._idle = QTimer(self)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._slice)
        state.workload_changed.connect(self.ask)
        state.selection_changed.connect(self._selected)
        state.machine_changed.connect(self._forget)

    @property
    def busy(self) -> bool:
        """Whether figures are still to come."""
        return self._wait.isActive() or self._idle.isActive()

    def show(self, training: bool) -> None:
        """The knobs of this kind are looked at."""
        if training != self._training:
            self._training = training
            self.ask()

    def stop(self) -> None:
        """No more timers."""
        self._wait.stop()
        self._idle.stop()

    def ask(self) -> None:
        """What is known is stale; work it out again in a moment."""
        self._idle.stop()
        self._wait.start()
        if not self.stale:
            self.stale = True
            self.changed.emit()

    def _selected(self) -> None:
        self._columns[self._state.current.training] = self._state.column
        self.ask()

    def _forget(self) -> None:
        self._kept.clear()
        self.ask()

    def _begin(self) -> None:
        state, column = self._state, self._columns[self._training]
        self._found = {}
        if state.model is None or state.machine is None:
            self._finish(None)
            return
        self._now = self._estimate(state.model, column.workload(state.workload))
        if self._now.memory is None:
            self._finish(None)
            return
        self._rest = self._turns()
        self._idle.start()

    def _turns(self) -> Iterator[Turn]:
        w = shown(self._state.workload, self._training)
        for section in TRAINING if self._training else INFERENCE:
            for knob in section.knobs:
                yield from turns(knob.key, w, self._training)

    def _slice(self) -> None:
        end = perf_counter() + SLICE_S
        model, column, now = self._state.model, self._columns[self._training], self._now
        assert model is not None
        assert now is not None
        for turn in self._rest:
            then = self._estimate(model, column.workload(turned(self._state.asked, turn)))
            found = effect(now, then)
            if found is not None:
                self._found[turn] = found
            if perf_counter() > end:
                return
        self._finish((model, column))

    def _finish(self, cell: tuple[Model, Column] | None) -> None:
        self._idle.stop()
        self.effects, self.cell, self.stale = self._found, cell, False
        self.changed.emit()

    def _estimate(self, model: Model, workload: Workload) -> Estimate:
        key = (model, workload, self._state.budget)
        if key not in self._kept:
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = self._compute(model, workload)
        return self._kept[key]
