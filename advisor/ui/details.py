"""Keeps the detail panes in step with the selection: memory, savings, advice; says what "why?" is asked about."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.advice.strip import AdviceStrip
from advisor.ui.base import tasks, texts
from advisor.ui.base.state import State
from advisor.ui.base.topic import Topic
from advisor.ui.base.work import Job, Work
from advisor.ui.dialogs.basic import ReadingDialog
from advisor.ui.header import Header
from advisor.ui.machines import machine_text
from advisor.ui.matrix.cells import Cells
from advisor.ui.memory.panel import MemoryPanel
from advisor.ui.memory.savings import Saving, savings
from advisor.words import clauses
from advisor.workload import Workload

if TYPE_CHECKING:  # its rooms load after the first paint
    from advisor.advice.result import Advice

SAVINGS_MS = 40  # after the last turn of a knob: they need several estimates, the bar must not wait for them
ADVICE_MS = 350  # advice is some thousand estimates, off the window's thread


class Panes(NamedTuple):
    """The panes that the details feed."""

    header: Header
    memory: MemoryPanel
    strip: AdviceStrip


class Details(QObject):
    """Hears the state and tells the panes; owns the reading dialogs."""

    picked = Signal(object)  # the models that suit this machine best, each with what for
    told = Signal()  # tier and verdict stand in the header
    waiting = Signal()  # new advice is on its way; `known` or `unknown` follows
    known = Signal(object)
    unknown = Signal(object)  # an error
    why_wanted = Signal(object)  # a Topic
    advice_wanted = Signal(str)  # a section, an item, "" for all of it

    def __init__(self, window: QWidget, panes: Panes, state: State, cells: Cells, work: Work) -> None:
        super().__init__(window)
        self._panes, self._state, self._cells, self._work = panes, state, cells, work
        self._window = window
        self._dialogs: dict[str, ReadingDialog] = {}
        self._job: Job | None = None
        self._asked = False  # for advice, at some time
        self.error: Exception | None = None  # why there is no advice
        self._savings_timer = self._timer(SAVINGS_MS, self._show_savings)
        self.advice_timer = self._timer(ADVICE_MS, self._ask_advice)
        state.selection_changed.connect(self.refresh)
        state.machine_changed.connect(self._question_changed)
        state.machine_changed.connect(lambda: self.picked.emit({}))  # those were the other machine's
        state.workload_changed.connect(self._question_changed)

    def _timer(self, wait_ms: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(wait_ms)
        timer.timeout.connect(run)
        return timer

    @property
    def busy(self) -> bool:
        """Whether anything is still to be shown."""
        waits = self._savings_timer.isActive() or self.advice_timer.isActive() or self._job is not None
        return waits or self._panes.memory.busy

    def start(self) -> None:
        """The machine was known before the panes were: work out its advice."""
        self._question_changed()

    def stop(self) -> None:
        """No more timers; no more results."""
        self._savings_timer.stop()
        self._panes.memory.stop()
        self.advice_timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def retranslate(self) -> None:
        """The open texts are in another language: they close; the panes show theirs again, with its readers' models."""
        for dialog in self._dialogs.values():
            dialog.hide()
        self._show_tier()
        self.refresh()
        if self._asked:  # what is on its way, too, is for readers of the language before
            self._question_changed()

    def refresh(self) -> None:
        """Show the selected cell now, its savings in a moment."""
        self._panes.memory.show_estimate(self.estimate())
        self._savings_timer.start()

    def _question_changed(self) -> None:
        if self._job is not None:  # its answer is to another question
            self._job.cancel()
            self._job = None
        self.refresh()
        self._panes.strip.wait()
        self.waiting.emit()
        if self._state.machine is not None:
            self.advice_timer.start()

    def estimate(self) -> Estimate | None:
        """The selected cell's estimate."""
        model = self._state.model
        return None if model is None else self._cells.get(model, self._state.column)

    def _show_savings(self) -> None:
        found = self.estimate()
        self._panes.memory.show_savings([] if found is None else self._savings(found))

    def _savings(self, found: Estimate) -> list[Saving]:
        return savings(found, lambda workload: self._cells.compute(found.model, workload))

    def _dialog(self, name: str) -> ReadingDialog:
        """A reading dialog, made when it is first asked for."""
        if name not in self._dialogs:
            self._dialogs[name] = ReadingDialog(self._window)
        return self._dialogs[name]

    @property
    def advice(self) -> "Advice | None":
        """The latest advice."""
        return self._panes.strip.advice

    def show_why(self, quantity: str = "") -> None:
        """Ask for the formulas of the selected cell, one of its quantities first ("kv_cache", "total", "decode")."""
        if self._state.model is not None:
            cell = (self._state.model, self._state.column)
            self.why_wanted.emit(Topic("part", (*cell, quantity)) if quantity else Topic("cell", cell))

    def show_change(self, changes: Mapping[str, Any], label: str) -> None:
        """Ask why turning these knobs changes what the selected cell needs."""
        found = self.estimate()
        if found is not None:
            after = self._cells.compute(found.model, replace(found.workload, **changes))
            self.why_wanted.emit(Topic("delta", (found, after, label)))

    def show_saving(self, saving: Saving) -> None:
        """Ask why a technique saves what it saves."""
        self.show_change(saving.changes, self._state.tr_(saving.label, **saving.values))

    def show_turn(self, before: Workload, after: Workload, label: str) -> None:
        """Ask why the selected cell needs more or less after a turn of a knob."""
        model, column = self._state.model, self._state.column
        if model is not None:
            old, new = (self._cells.compute(model, column.workload(one)) for one in (before, after))
            self.why_wanted.emit(Topic("delta", (old, new, label)))

    def show_gauge(self, key: str) -> None:
        """Ask where a component's figures come from: "cpu", "ram", "gpu0", "disk"."""
        self.why_wanted.emit(Topic("gauge", key))

    def show_machine(self) -> None:
        """Open every fact of the machine with its origin."""
        machine = self._state.machine
        if machine is None:
            return
        _ = self._state.tr_
        page = machine_text.html(_, self._state.colors, machine)
        self._dialog("hardware").show_text(_, texts.machine_name(_, machine, self._state.what_if), page)

    def show_advice(self, place: str = "") -> None:
        """Ask for all advice, at a section or an item."""
        self.advice_wanted.emit(place)

    def _ask_advice(self) -> None:
        machine, workload, budget = self._state.machine, self._state.workload, self._state.budget
        if machine is None:
            return
        if self._job is not None:
            self._job.cancel()
        self._asked = True
        self._job = self._work.run(
            _asker(machine, workload, budget, self._state.tr_.language), self._advised, self._advice_failed
        )

    def _advised(self, advice: "Advice") -> None:
        self._job, self.error = None, None
        self._panes.strip.show_advice(advice)
        self.known.emit(advice)
        self._show_tier()
        self.picked.emit(_picks(self._state.tr_, advice))

    def _advice_failed(self, error: Exception) -> None:
        self._job, self.error = None, error
        self._panes.strip.show_error(error)
        self.unknown.emit(error)

    def _show_tier(self) -> None:
        advice = self._panes.strip.advice
        if advice is not None:
            from advisor.ui.advice import text as advice_text
            from advisor.ui.advice.verdict import verdict

            self._panes.header.show_tier(*advice_text.tier(self._state.tr_, advice))
            self._panes.header.show_verdict(verdict(self._state.tr_, advice))
            self.told.emit()


def _picks(_: Translator, advice: "Advice") -> dict[Model, str]:
    """Every model of the picks, with all that it is picked for."""
    from advisor.ui.advice import text as advice_text

    found: dict[Model, list[str]] = {}
    for pick, use in zip(advice.picks, advice_text.pick_uses(_, advice.picks), strict=True):
        found.setdefault(pick.estimate.model, []).append(use)
    return {model: clauses(_, uses) for model, uses in found.items()}


def _asker(machine: Machine, workload: Workload, budget: Budget, language: str) -> Callable[[], "Advice"]:
    # Advice covers inference and training; the base workload's own task is the first column's.
    base = replace(workload, task="inference", stack=workload.stack if workload.stack != "fused-loss" else "auto")
    return lambda: tasks.advice(machine, base, budget, language)
