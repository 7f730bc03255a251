"""Undo and redo of everything that turns knobs or the budget, whoever turned it: the panel, a click on a technique."""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from advisor.settings import Budget
from advisor.ui.base.state import State
from advisor.ui.settings import words
from advisor.workload import Workload

MOST = 200
TOGETHER_S = 1.0  # turns of one knob that follow so closely are one step

Moment = tuple[Workload, Budget]


class Step(NamedTuple):
    """What was before and after; `name` is marked for translation, "" where before and after tell it."""

    before: Moment
    after: Moment
    name: str


class History(QObject):
    """The steps of this session. A slider's drag is one step, as is a quick row of turns of the same knob."""

    changed = Signal()

    def __init__(self, state: State, held: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._held = state, held
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._now: Moment = (state.asked, state.budget)
        self._last = (-TOGETHER_S, "")
        self._name = ""
        state.workload_changed.connect(self._note)

    def named(self, name: str, run: Callable[[], None]) -> None:
        """Whatever `run` changes is one step of this name."""
        self._name = name
        self._last = (-TOGETHER_S, "")
        try:
            run()
        finally:
            self._name = ""

    def _note(self) -> None:
        after = (self._state.asked, self._state.budget)
        if after == self._now:
            return
        key = self._knob(after)
        row = key and key == self._last[1] and self._done
        if row and (self._held() or monotonic() - self._last[0] < TOGETHER_S):
            first = self._done.pop()
            if first.before != after:
                self._done.append(Step(first.before, after, first.name))
            else:  # turned to and fro: nothing was done, and the next turn goes on from no step
                key = ""
        else:
            self._done.append(Step(self._now, after, self._name))
            del self._done[:-MOST]
        self._last = (monotonic(), key)
        self._undone.clear()
        self._now = after
        self.changed.emit()

    def _knob(self, after: Moment) -> str:
        keys = words.changed(self._now[0], after[0])
        return keys[0] if len(keys) == 1 and self._now[1] == after[1] and not self._name else ""

    @property
    def to_undo(self) -> Step | None:
        """The step that undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def to_redo(self) -> Step | None:
        """The step that redo would take again."""
        return self._undone[-1] if self._undone else None

    def undo(self) -> None:
        """Take the last step back."""
        if self._done:
            step = self._done.pop()
            self._undone.append(step)
            self._go(step.before)

    def redo(self) -> None:
        """Take the last undone step again."""
        if self._undone:
            step = self._undone.pop()
            self._done.append(step)
            self._go(step.after)

    def _go(self, moment: Moment) -> None:
        self._now = moment
        self._last = (-TOGETHER_S, "")
        self._state.restore(*moment)
        self.changed.emit()
