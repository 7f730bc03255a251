"""What menus and shortcuts do: detect, open and save machines, what-if, export. Waiting goes through the one door."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from advisor import settings, words
from advisor.errors import UserError
from advisor.machine import Machine
from advisor.ui.base import tasks
from advisor.ui.base.file_names import safe_name
from advisor.ui.base.state import State
from advisor.ui.base.wish import Wish, merged, wish_name
from advisor.ui.base.work import Work
from advisor.ui.dialogs.basic import ErrorDialog, ask_for_machine
from advisor.ui.dialogs.save import SaveDialog
from advisor.ui.machines import whatif
from advisor.ui.machines.measure import MeasureDialog

if TYPE_CHECKING:  # they load when they are asked for
    from advisor.catalog.typed import Parts
    from advisor.dumps import Loaded
    from advisor.ui.machines.another_computer import AnotherComputer


class _Built(NamedTuple):
    """A what-if machine of parts: what it was called before any part was changed, and all that was changed since."""

    machine: Machine
    name: str | None
    wish: Wish


class Actions(QObject):
    """The user's commands. Errors end in a dialog whose text can be copied."""

    told = Signal(str)  # good news, to be shown for a moment
    report_wanted = Signal()

    def __init__(self, window: QWidget, state: State, work: Work) -> None:
        super().__init__(window)
        self._window, self._state, self._work = window, state, work
        self._built: _Built | None = None

    def detect(self) -> None:
        """Read this computer, off the window's thread."""
        self.busy()
        self._work.run(tasks.detect, self._detected, self.failed)

    def detect_again(self) -> None:
        """Read this computer once more, cards that sleep to save the battery as well."""
        self.busy()
        self._work.run(tasks.detect_again, self._detected, self.failed)

    def _detected(self, machine: Machine) -> None:
        self.free()
        self._state.set_own(machine)

    def measure(self) -> None:
        """Ask whether to measure this computer, and count with what was found."""
        dialog = MeasureDialog(self._state, self._work, self._state.set_own, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_machine(self) -> None:
        """Ask for a saved machine, or for dumps of one, and show it."""
        paths = ask_for_machine(self._state.tr_, self._window)
        if paths:
            self.load(*paths)

    def load(self, *paths: str) -> None:
        """Show the machine saved in a file, or the one that several dumps tell of."""
        self.busy()
        self._work.run(lambda: tasks.open_machine(*map(Path, paths)), self._opened, self.failed)

    def _opened(self, loaded: "Loaded") -> None:
        self.free()
        machine = loaded.machine
        files = [(Path(name), programs) for name, programs in loaded.files]
        self._state.show_machine(machine, machine.model or machine.cpu.name or files[0][0].stem)
        _ = self._state.tr_
        if machine.source == "dump":
            read = (f"{path.name} ({words.names(_, map(_, programs))})" for path, programs in files)
            self.told.emit(_("Read: {files}", files=words.names(_, read)))

    def save_machine(self) -> None:
        """Ask where, and save the machine that is shown."""
        machine = self._state.machine
        if machine is None:
            return
        _ = self._state.tr_
        kinds = {"json": _("Saved machines (*.json)")}
        dialog = SaveDialog(_, self._window, kinds, lambda path: self.write_machine(machine, path))
        dialog.ask(_("Save this machine"), _file_name(machine), "json")

    def write_machine(self, machine: Machine, path: Path) -> None:
        """Save a machine, off the window's thread."""
        self.busy()
        self._work.run(lambda: tasks.save_machine(machine, path), self._written, self.failed)

    def export(self) -> None:
        """Show what writes the report of the machine that is shown, alone or beside another one."""
        self.report_wanted.emit()

    def change_parts(self) -> None:
        """Ask for other parts; names come from the catalogue, read off the window's thread."""
        self.busy()
        self._work.run(tasks.names, self._ask_parts, self.failed)

    def _ask_parts(self, names: tasks.Names) -> None:
        self.free()
        dialog = whatif.WhatIfDialog(self._state.tr_, self._state.machine, names.gpus, names.cpus, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.assemble(dialog.wish()))
        dialog.open()

    def assemble(self, wish: Wish) -> None:
        """Show the machine that is shown now with other parts."""
        if wish == Wish(None, wish.gpu_count, None, None):
            return
        base = self._state.machine
        # Parts that were put in before are still there, unless this wish replaces them too.
        before = self._built if self._built is not None and self._built.machine is base else None
        name = before.name if before else self._state.what_if
        whole = merged(before.wish, wish) if before else wish
        self.busy()
        self._work.run(lambda: tasks.assemble(base, wish), self._assembled(name, whole), self.failed)

    def _assembled(self, name: str | None, whole: Wish) -> Callable[[Machine], None]:
        def show(machine: Machine) -> None:
            self.free()
            self._built = _Built(machine, name, whole)
            self._state.show_machine(machine, " + ".join(filter(None, (name, wish_name(self._state.tr_, whole)))))

        return show

    def describe(self) -> None:
        """Ask for the parts of another computer; names come from the catalogue, read off the window's thread."""
        self.busy()
        self._work.run(tasks.names, self._ask_description, self.failed)

    def _ask_description(self, names: tasks.Names) -> None:
        from advisor.ui.machines.another_computer import AnotherComputer

        self.free()
        state = self._state
        system = state.machine.os_family if state.machine else None
        dialog = AnotherComputer(state.tr_, state.colors, names.gpus, names.cpus, system, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(lambda parts: self._check(dialog, parts))
        dialog.cpu_named.connect(lambda name: self._ask_cpu(dialog, name))
        dialog.open()

    def _check(self, dialog: "AnotherComputer", parts: "Parts") -> None:
        def answer(found: "Machine | Mapping[str, UserError]") -> None:
            if isinstance(found, Machine):
                dialog.accept()
                _ = self._state.tr_
                name = found.model or found.cpu.name or _("Described computer")
                self._state.show_machine(found, name)
            else:
                dialog.show_problems(found)

        job = self._work.run(lambda: tasks.describe(parts), answer, self.failed)
        dialog.finished.connect(job.cancel)  # nobody is there any more to be answered

    def _ask_cpu(self, dialog: "AnotherComputer", name: str) -> None:
        job = self._work.run(lambda: tasks.cpu_hints(name), dialog.show_cpu, self.failed)
        dialog.finished.connect(job.cancel)

    def save_settings(self) -> None:
        """Keep the choices; that they cannot be kept is no reason to stop anyone from closing the window."""
        try:
            settings.save(self._state.settings())
        except UserError as error:
            print(error)

    def _written(self, path: Path) -> None:
        self.free()
        _ = self._state.tr_
        self.told.emit(_("Saved: {path}", path=path))

    def failed(self, error: Exception) -> None:
        """Say what went wrong."""
        self.free()
        dialog = ErrorDialog(self._state.tr_, error, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def busy(self) -> None:
        """Show that something is being waited for."""
        QApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)

    def free(self) -> None:
        """The waiting is over."""
        QApplication.restoreOverrideCursor()


def _file_name(machine: Machine) -> str:
    return safe_name(machine.model or machine.cpu.name or "", "machine")
