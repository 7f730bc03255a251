"""Machines to choose from: those that the user keeps by name, and typical ones; read off the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from advisor.machine import Machine
from advisor.ui.base import tasks
from advisor.ui.base.state import State
from advisor.ui.base.work import Work
from advisor.ui.machines import saved
from advisor.ui.machines.name_dialog import NameDialog
from advisor.ui.machines.waiting import Waiting

if TYPE_CHECKING:  # they load when they are asked for
    from advisor.catalog.builds import Build
    from advisor.dumps import Loaded


class Kept(QObject):
    """The names of the kept machines as they were when they were last read, what can be done with them, and the typical
    computers of the catalogue.
    """

    changed = Signal()

    def __init__(self, window: QWidget, state: State, work: Work, waiting: Waiting) -> None:
        super().__init__(window)
        self._window, self._state, self._work, self._waiting = window, state, work, waiting
        self.names: tuple[str, ...] = ()
        self.builds: tuple[Build, ...] = ()

    def refresh(self, then: Callable[[], object] = lambda: None) -> None:
        """Read them again, and go on then."""

        def found(shelf: tuple[tuple[str, ...], tuple[Build, ...]]) -> None:
            if shelf != (self.names, self.builds):
                self.names, self.builds = shelf
                self.changed.emit()
            then()

        self._work.run(_shelf, found, self._waiting.failed)

    def show(self, name: str) -> None:
        """Show a kept machine under its name."""

        def shown(loaded: Loaded) -> None:
            self._state.show_machine(loaded.machine, name)

        self._waiting.ask(lambda: tasks.open_machine(saved.path_of(name)), shown, name)

    def ask_name(self) -> None:
        """Ask how the machine that is shown is to be called, and keep it."""
        machine = self._state.machine
        if machine is None:
            return
        suggested = self._state.what_if or machine.model or machine.cpu.name or ""

        def ask() -> None:
            _ = self._state.tr_
            dialog = NameDialog(_, _("Keep this machine"), _("&Keep"), suggested, self.names, self._window)
            dialog.accepted.connect(lambda: self.keep(machine, dialog.name))
            _open(dialog)

        self.refresh(ask)

    def keep(self, machine: Machine, name: str) -> None:
        """Keep a machine under a name."""

        def kept(name: str) -> None:
            self._waiting.told.emit(self._state.tr_("Kept as “{name}”", name=name))
            self.refresh()

        self._waiting.ask(lambda: saved.keep(machine, name), kept)

    def ask_rename(self, name: str) -> None:
        """Ask for another name of a kept machine."""
        _ = self._state.tr_
        others = tuple(one for one in self.names if one != name)
        dialog = NameDialog(_, _("Rename"), _("&Rename"), name, others, self._window, replaces=False)
        dialog.accepted.connect(lambda: self.rename(name, dialog.name))
        _open(dialog)

    def rename(self, old: str, new: str) -> None:
        """Call a kept machine otherwise; what is shown goes by its new name."""

        def renamed(new: str) -> None:
            if self._state.what_if == old:
                self._state.show_machine(self._state.machine, new)
            self.refresh()

        self._waiting.ask(lambda: saved.rename(old, new), renamed)

    def forget(self, name: str) -> None:
        """Keep a machine no longer; it can be kept again as long as it is shown."""

        def forgotten(_nothing: None) -> None:
            self._waiting.told.emit(self._state.tr_("“{name}” is kept no longer", name=name))
            self.refresh()

        self._waiting.ask(lambda: saved.forget(name), forgotten)


def _shelf() -> tuple[tuple[str, ...], tuple[Build, ...]]:
    from advisor.catalog.builds import builds

    return saved.names(), builds()


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
