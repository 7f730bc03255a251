"""Other parts for the machine that is shown: asked for in a dialog that shows what they bring, or given at once."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from advisor.machine import Machine
from advisor.ui.base import tasks
from advisor.ui.base.state import State
from advisor.ui.base.wish import Wish, merged
from advisor.ui.base.work import Work
from advisor.ui.machines.desk import Desk
from advisor.ui.machines.trial import Built, Trial, named


class Fitting(Desk):
    """Remembers what was changed, so that a what-if's name tells all of it."""

    def __init__(self, window: QWidget, state: State, work: Work) -> None:
        super().__init__(window, state, work)
        self._built: Built | None = None

    def change_parts(self) -> None:
        """Ask for other parts; names come from the catalogue, read off the window's thread."""
        from advisor.ui.machines.swap_form import Offer, offer
        from advisor.ui.machines.whatif import WhatIfDialog

        machine = self._state.machine

        def ask(offered: Offer) -> None:
            dialog = WhatIfDialog(self._state.tr_, self._state.colors, self._state.machine, offered, self.window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            trial = Trial(dialog, self._state, self._work, self.history, self._before())
            dialog.accepted.connect(lambda: self._stays(trial))
            dialog.place()
            dialog.show()

        self.ask(lambda: offer(machine), ask)

    def _stays(self, trial: Trial) -> None:
        if trial.built is not None:
            self._built = trial.built

    def _before(self) -> Built | None:
        """Parts that were put in before are still there."""
        built = self._built
        return built if built is not None and built.machine is self._state.machine else None

    def assemble(self, wish: Wish) -> None:
        """Show the machine that is shown now with other parts."""
        if wish.empty:
            return
        base, before = self._state.machine, self._before()
        name = before.name if before else self._state.what_if
        whole = merged(before.wish, wish) if before else wish

        def show(machine: Machine) -> None:
            self._built = Built(machine, name, whole)
            self._state.show_machine(machine, named(self._state.tr_, self._built))

        self.ask(lambda: tasks.assemble(base, wish), show)
