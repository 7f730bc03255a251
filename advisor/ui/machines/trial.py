"""Other parts tried out: while the dialog is open the window shows what would be, and goes back on Cancel."""

from typing import NamedTuple

from PySide6.QtCore import QObject

from advisor.i18n import GIB, Translator
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base import tasks
from advisor.ui.base.state import State
from advisor.ui.base.wish import Wish, merged, wish_name
from advisor.ui.base.work import Job, Work
from advisor.ui.machines.history import History
from advisor.ui.machines.whatif import WhatIfDialog
from advisor.workload import Workload


class Built(NamedTuple):
    """A what-if machine of parts: what it was called before any part was changed, and all that was changed since."""

    machine: Machine
    name: str | None
    wish: Wish


class Outcome(NamedTuple):
    """A machine with other parts, and in words: what that brings, what to look at, what it costs."""

    machine: Machine
    gain: str
    remarks: list[str]
    gpu_price: str
    memory_price: str


def named(_: Translator, built: Built) -> str:
    """How such a what-if calls itself: "Test Box + GeForce RTX 4080 + 64.0 GiB RAM"."""
    return " + ".join(filter(None, (built.name, wish_name(_, built.wish))))


def outcome(_: Translator, base: Machine | None, wish: Wish, workload: Workload, budget: Budget) -> Outcome:
    """Put it together and weigh it, some hundred estimates. Raises UserError: unknown names, sizes out of range."""
    from advisor.advice import compared, parts, words_upgrades

    machine = tasks.assemble(base, wish)
    if base is None:
        return Outcome(machine, "", [], "", "")
    gain = compared.sentence(_, compared.compared(base, machine, workload, budget))
    remarks = parts.card_remarks(_, base, machine, wish.gpu, wish.beside) if wish.gpu else []
    gpu_price = words_upgrades.price(_, parts.gpu_price(wish.gpu)) if wish.gpu else ""
    gib, memory_price = sum(wish.modules) or wish.ram_gib or 0, ""
    if gib:
        remarks += parts.memory_remarks(_, base, gib, len(wish.modules))
        had = sum(one.size_bytes or 0 for one in base.memory.modules) / GIB
        kept = len(wish.modules) > len(base.memory.modules) > 0  # modules that are there stay
        memory_price = words_upgrades.price(_, parts.ram_price(base, gib - had if kept else gib))
    return Outcome(machine, gain, remarks, gpu_price, memory_price)


class Trial(QObject):
    """Lives as long as its dialog. `built` is what stays, None unless the dialog was accepted."""

    def __init__(self, dialog: WhatIfDialog, state: State, work: Work, history: History, before: Built | None) -> None:
        super().__init__(dialog)
        self._dialog, self._state, self._work, self._history = dialog, state, work, history
        self._before = before
        self._base, self._name = state.machine, state.what_if
        self._shown = state.machine
        self._job: Job | None = None
        self._over = False
        self.built: Built | None = None
        history.hold(True)
        dialog.tried.connect(lambda wish: self._run(wish, stay=False))
        dialog.wanted.connect(lambda wish: self._run(wish, stay=True))
        dialog.finished.connect(lambda _result: self._end())
        state.machine_changed.connect(self._overtaken)

    def _run(self, wish: Wish, stay: bool) -> None:
        if self._job is not None:
            self._job.cancel()
        if wish.empty:
            self._show(self._base, self._name)
            self._dialog.show_outcome("", [], "", "")
            if stay:
                self._dialog.accept()
            return
        _, base, workload, budget = self._state.tr_, self._base, self._state.workload, self._state.budget

        def granted(found: Outcome) -> None:
            self._job = None
            whole = merged(self._before.wish, wish) if self._before else wish
            built = Built(found.machine, self._before.name if self._before else self._name, whole)
            self._show(found.machine, named(_, built))
            self._dialog.show_outcome(*found[1:])
            if stay:
                self.built = built
                self._dialog.accept()

        self._job = self._work.run(lambda: outcome(_, base, wish, workload, budget), granted, self._dialog.show_problem)

    def _show(self, machine: Machine | None, name: str | None) -> None:
        self._shown = machine
        self._state.show_machine(None if name is None else machine, name)

    def _overtaken(self) -> None:
        """Another machine was chosen meanwhile: that one stays."""
        if self._over or self._state.machine is self._shown:
            return
        self._over = True
        self._dialog.reject()

    def _end(self) -> None:
        if self._job is not None:
            self._job.cancel()
        if not self._over and self.built is None and self._shown is not self._base:
            self._show(self._base, self._name)
        self._over = True
        self._history.hold(False)
