"""What was shown before: the way back to the last machine, and what-ifs of this sitting to return to."""

from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from advisor.machine import Machine
from advisor.ui.base.state import State

MOST = 8


class Shown(NamedTuple):
    """A what-if and its name; (None, None) is this computer."""

    machine: Machine | None
    name: str | None


class History(QObject):
    """Hears which machine is shown; the latest what-ifs stay, each name once."""

    changed = Signal()

    def __init__(self, state: State, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._now = self._shown()
        self._before: list[Shown] = []
        self.what_ifs: list[Shown] = []  # the latest first
        self._held = False
        state.machine_changed.connect(self._note)

    def _shown(self) -> Shown:
        name = self._state.what_if
        return Shown(None if name is None else self._state.machine, name)

    def hold(self, held: bool) -> None:
        """While held, what is shown is only tried out; afterwards what is shown then counts."""
        self._held = held
        self._note()

    def _note(self) -> None:
        shown = self._shown()
        if self._held or (shown.machine is self._now.machine and shown.name == self._now.name):
            return
        renamed = shown.machine is not None and shown.machine is self._now.machine
        if not renamed:  # the same machine in another language, or kept under another name, is no step
            self._before = [*self._before, self._now][-MOST:]
        self._now = shown
        if shown.machine is not None:
            others = [one for one in self.what_ifs if one.name != shown.name and one.machine is not shown.machine]
            self.what_ifs = [shown, *others][:MOST]
        self.changed.emit()

    @property
    def can_go_back(self) -> bool:
        """Whether another machine was shown before this one."""
        return bool(self._before)

    def back(self) -> None:
        """Show what was shown before."""
        if not self._before:
            return
        shown = self._before.pop()
        self._now = shown
        self._state.show_machine(*shown)
        self.changed.emit()

    def flip(self) -> None:
        """From a what-if to this computer, from this computer to the last what-if."""
        if self._state.what_if is not None:
            self._state.show_machine(None, None)
        elif self.what_ifs:
            self._state.show_machine(*self.what_ifs[0])
