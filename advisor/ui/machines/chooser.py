"""Opens the list of machines below the switcher, and shows what is chosen from it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from advisor.ui.base import recent
from advisor.ui.base.commands import Commands
from advisor.ui.base.state import State
from advisor.ui.base.work import Work
from advisor.ui.machines import shelf
from advisor.ui.machines.fitting import Fitting
from advisor.ui.machines.history import Shown
from advisor.ui.machines.kept import Kept
from advisor.ui.machines.shelf import Entry
from advisor.ui.machines.switcher import Switcher

if TYPE_CHECKING:
    from advisor.catalog.builds import Build


class Chooser(QObject):
    """Between the switcher and the desk. `opens` takes the paths of files that were opened before."""

    def __init__(
        self, switcher: Switcher, state: State, work: Work, desk: Fitting, commands: Commands,
        opens: Callable[..., None],
    ) -> None:  # fmt: skip
        super().__init__(switcher)
        self._switcher, self._state, self._desk, self._commands = switcher, state, desk, commands
        self._opens = opens
        self.kept = Kept(desk.window, state, work, desk)
        self.kept.changed.connect(self._fill)
        switcher.wanted.connect(self.open)
        desk.waits.connect(switcher.show_wait)
        for signal in (state.language_changed, state.theme_changed):
            signal.connect(self._forget)

    def open(self) -> None:
        """Show the list; what has to be read for it comes in a moment."""
        from advisor.ui.machines.popup import MachineList

        popup = self._switcher.popup
        if popup is None:
            popup = self._switcher.popup = MachineList(self._state.tr_, self._state.colors, self._switcher)
            popup.chosen.connect(self.choose)
            popup.renamed.connect(self.kept.ask_rename)
            popup.forgotten.connect(self.kept.forget)
        popup.search.clear()
        self._fill()
        popup.open_below(self._switcher)
        self.kept.refresh()

    def _forget(self) -> None:
        """A list in another language or in other colours is another list."""
        if self._switcher.popup is not None:
            self._switcher.popup.deleteLater()
            self._switcher.popup = None

    def _fill(self) -> None:
        popup = self._switcher.popup
        if popup is None:
            return
        _, history, kept = self._state.tr_, self._desk.history, self.kept
        machines = shelf.entries(_, kept.names, kept.builds, history.what_ifs, self._state.choices.recent)
        orders = [
            Entry("command", key, shelf.plain(self._commands[key].text()))
            for key in shelf.COMMANDS
            if key in self._commands and self._commands[key].isEnabled()
        ]
        name = self._state.what_if
        current = next((one for one in machines if one.title == name), machines[0]) if name else machines[0]
        popup.show_entries([*machines, *orders], current.value)

    def choose(self, entry: Entry) -> None:
        """Show a machine, or do what a command does."""
        value = entry.value
        if entry.section == "own":
            self._desk.this_computer()
        elif entry.section == "kept":
            self.kept.show(str(value))
        elif entry.section == "file":
            self._opens(*recent.paths_of(str(value)))
        elif entry.section == "command":
            self._commands[str(value)].trigger()
        elif isinstance(value, Shown):
            self._state.show_machine(*value)
        else:
            self._desk.show_build(cast("Build", value))
