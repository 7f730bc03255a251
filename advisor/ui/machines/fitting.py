"""Other parts for the machine that is shown: asked for in a dialog that shows what they bring, or given at once."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from advisor.machine import Machine
from advisor.ui.base import tasks
from advisor.ui.base.state import State
from advisor.ui.base.wish import Wish, merged
from advisor.ui.base.work import Work
from advisor.ui.machines.desk import Desk
from advisor.ui.machines.trial import Built, Trial, named

if TYPE_CHECKING:  # they load when they are asked for
    from advisor.catalog.builds import Build
    from advisor.ui.machines.swap_form import Offer


class Fitting(Desk):
    """Remembers what was changed, so that a what-if's name tells all of it."""

    def __init__(self, window: QWidget, state: State, work: Work) -> None:
        super().__init__(window, state, work)
        self._built: Built | None = None
        self._build: tuple[Machine, Build] | None = None
        state.language_changed.connect(self._retitle)

    def show_build(self, build: "Build") -> None:
        """Show a typical computer."""

        def show(machine: Machine) -> None:
            self._build = (machine, build)
            self._state.show_machine(machine, build.title(self._state.tr_))

        self.ask(build.machine, show, build.title(self._state.tr_))

    def _retitle(self) -> None:
        """What-ifs that were named from words are named in the new language."""
        _, machine = self._state.tr_, self._state.machine
        if self._build is not None and machine is self._build[0]:
            self._state.show_machine(machine, self._build[1].title(_))
        elif self._built is not None and machine is self._built.machine:
            self._state.show_machine(machine, named(_, self._built))

    def change_parts(self) -> None:
        """Ask for other parts; names come from the catalogue, read off the window's thread."""
        machine = self._state.machine

        def read() -> "Offer":
            from advisor.ui.machines.swap_form import offer

            return offer(machine)

        def ask(offered: "Offer") -> None:
            from advisor.ui.machines.whatif import WhatIfDialog

            opened = [one for one in self.window.findChildren(WhatIfDialog) if one.isVisible() and not one.isModal()]
            if opened:  # two would undo each other's changes
                opened[0].activateWindow()
                return
            dialog = WhatIfDialog(self._state.tr_, self._state.colors, self._state.machine, offered, self.window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            trial = Trial(dialog, self._state, self._work, self.history, self._before())
            dialog.accepted.connect(lambda: self._stays(trial))
            dialog.place()
            dialog.show()

        self.ask(read, ask)

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
