"""Which machine is shown: this computer, one out of files, one that is kept, a typical one, one described by parts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from advisor import words
from advisor.machine import Machine
from advisor.ui.base import tasks
from advisor.ui.base.file_names import safe_name
from advisor.ui.base.state import State
from advisor.ui.base.work import Work
from advisor.ui.dialogs.basic import ask_for_machine
from advisor.ui.dialogs.save import SaveDialog
from advisor.ui.machines.history import History
from advisor.ui.machines.measure import MeasureDialog
from advisor.ui.machines.waiting import Waiting

if TYPE_CHECKING:  # they load when they are asked for
    from advisor.catalog.typed import Parts
    from advisor.dumps import Loaded
    from advisor.errors import UserError
    from advisor.ui.machines.another_computer import AnotherComputer


class Desk(Waiting):
    """What can be asked about machines."""

    def __init__(self, window: QWidget, state: State, work: Work) -> None:
        super().__init__(window, state, work)
        self.history = History(state, self)
        self._read: tuple[Machine, str] | None = None

    def detect(self) -> None:
        """Read this computer, off the window's thread."""
        self.ask(tasks.detect, self._state.set_own, self._state.tr_("Reading this computer …"))

    def detect_again(self) -> None:
        """Read this computer once more, cards that sleep to save the battery as well."""
        self.ask(tasks.detect_again, self._state.set_own, self._state.tr_("Reading this computer …"))

    def measure(self) -> None:
        """Ask whether to measure this computer, and count with what was found."""
        dialog = MeasureDialog(self._state, self._work, self._state.set_own, self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def this_computer(self) -> None:
        """Leave the what-if."""
        self._state.show_machine(None, None)

    def compare(self) -> None:
        """Mark in matrix and memory what is otherwise on this computer, or no longer."""
        self._state.keep(compare_own=not self._state.choices.compare_own)

    def open_machine(self) -> None:
        """Ask for a saved machine, or for dumps of one, and show it."""
        paths = ask_for_machine(self._state.tr_, self.window, self._state.choices.folder)
        if paths:
            self.load(*paths)

    def load(self, *paths: str) -> None:
        """Show the machine saved in a file, or the one that several dumps tell of."""

        def opened(loaded: Loaded) -> None:
            self._opened(loaded, paths)

        _ = self._state.tr_
        files = words.names(_, [Path(path).name for path in paths])
        self.ask(lambda: tasks.open_machine(*map(Path, paths)), opened, _("Reading {files} …", files=files))

    def _opened(self, loaded: Loaded, paths: tuple[str, ...]) -> None:
        machine = loaded.machine
        files = [(Path(name), programs) for name, programs in loaded.files]
        _ = self._state.tr_
        read = words.names(
            _,
            [
                f"{path.name} ({words.names(_, map(_, programs))})" if programs else path.name
                for path, programs in files
            ],
        )
        self._read = (machine, read)
        self._state.show_machine(machine, machine.model or machine.cpu.name or files[0][0].stem)
        self._state.remember(*paths)
        if machine.source == "dump":
            self.told.emit(_("Read: {files}", files=read))

    def read_from(self, machine: Machine | None) -> str | None:
        """The files, with their programs, that the machine that is shown was read from; None for others."""
        return self._read[1] if self._read is not None and machine is self._read[0] else None

    def save_machine(self) -> None:
        """Ask where, and save the machine that is shown."""
        machine = self._state.machine
        if machine is None:
            return
        _ = self._state.tr_
        kinds = {"json": _("Saved machines (*.json)")}
        dialog = SaveDialog(_, self.window, kinds, lambda path: self.write_machine(machine, path))
        name = safe_name(machine.model or machine.cpu.name or "", "machine")
        dialog.ask(_("Save this machine"), name, "json")

    def write_machine(self, machine: Machine, path: Path) -> None:
        """Save a machine, off the window's thread."""

        def written(path: Path) -> None:
            self.told.emit(self._state.tr_("Saved: {path}", path=path))

        self.ask(lambda: tasks.save_machine(machine, path), written)

    def describe(self) -> None:
        """Ask for the parts of another computer; names come from the catalogue, read off the window's thread."""
        self.ask(tasks.names, self._ask_description)

    def _ask_description(self, names: tasks.Names) -> None:
        from advisor.ui.machines.another_computer import AnotherComputer

        state = self._state
        dialog = AnotherComputer(state.tr_, state.colors, names.gpus, names.cpus, state.machine, self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(lambda parts: self._check(dialog, parts))
        dialog.cpu_named.connect(lambda name: self._ask_cpu(dialog, name))
        dialog.open()

    def _check(self, dialog: AnotherComputer, parts: Parts) -> None:
        def answer(found: Machine | Mapping[str, UserError]) -> None:
            if isinstance(found, Machine):
                dialog.accept()
                _ = self._state.tr_
                name = found.model or found.cpu.name or _("Described computer")
                self._state.show_machine(found, name)
            else:
                dialog.show_problems(found)

        job = self._work.run(lambda: tasks.describe(parts), answer, self.failed)
        dialog.finished.connect(job.cancel)  # nobody is there any more to be answered

    def _ask_cpu(self, dialog: AnotherComputer, name: str) -> None:
        job = self._work.run(lambda: tasks.cpu_hints(name), dialog.show_cpu, self.failed)
        dialog.finished.connect(job.cancel)
