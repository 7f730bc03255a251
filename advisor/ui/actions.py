"""What menus and shortcuts do: detect, open and save machines, what-if, export. Waiting goes through the one door."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from advisor import settings
from advisor.errors import UserError
from advisor.machine import Machine
from advisor.ui import tasks, texts, whatif
from advisor.ui.dialogs import ErrorDialog
from advisor.ui.state import State
from advisor.ui.work import Work

REPORT_NAMES = {"pdf": "PDF", "html": "HTML", "md": "Markdown", "json": "JSON"}


class Actions(QObject):
    """The user's commands. Errors end in a dialog whose text can be copied."""

    told = Signal(str)  # good news, to be shown for a moment

    def __init__(self, window: QWidget, state: State, work: Work) -> None:
        super().__init__(window)
        self._window, self._state, self._work = window, state, work

    def detect(self) -> None:
        """Read this computer, off the window's thread."""
        self._busy()
        self._work.run(tasks.detect, self._detected, self.failed)

    def _detected(self, machine: Machine) -> None:
        self._free()
        self._state.set_own(machine)

    def open_machine(self) -> None:
        """Ask for a saved machine and show it."""
        _ = self._state.tr_
        kinds = _("Saved machines (*.json)") + ";;" + _("All files (*)")
        path, _kind = QFileDialog.getOpenFileName(self._window, _("Open a saved machine"), "", kinds)
        if path:
            self.load(path)

    def load(self, path: str) -> None:
        """Show the machine saved in a file."""
        self._busy()
        self._work.run(lambda: tasks.open_machine(Path(path)), self._opened(Path(path)), self.failed)

    def _opened(self, path: Path) -> Callable[[Machine], None]:
        def show(machine: Machine) -> None:
            self._free()
            name = texts.machine_name(self._state.tr_, machine) or path.stem
            self._state.show_machine(machine, name)

        return show

    def save_machine(self) -> None:
        """Ask where, and save the machine that is shown."""
        machine = self._state.machine
        if machine is None:
            return
        _ = self._state.tr_
        path = self._ask_where(_("Save this machine"), _file_name(machine), "json", _("Saved machines (*.json)"))
        if path is not None:
            self._busy()
            self._work.run(lambda: tasks.save_machine(machine, path), self._written, self.failed)

    def export(self, kind: str) -> None:
        """Ask where, and write the report of the machine that is shown."""
        machine = self._state.machine
        if machine is None:
            return
        _ = self._state.tr_
        pattern = f"{REPORT_NAMES[kind]} (*.{kind})"
        path = self._ask_where(_("Export report"), _file_name(machine), kind, pattern)
        if path is not None:
            self.write_report(machine, path, kind)

    def write_report(self, machine: Machine, path: Path, kind: str) -> None:
        """Write the report, off the window's thread."""
        workload, budget, language = self._state.workload, self._state.budget, self._state.tr_.language
        self._busy()
        self._work.run(
            lambda: tasks.export(path, machine, workload, language, kind, budget), self._written, self.failed
        )

    def change_parts(self) -> None:
        """Ask for other parts; names come from the catalogue, read off the window's thread."""
        self._busy()
        self._work.run(tasks.names, self._ask_parts, self.failed)

    def _ask_parts(self, names: tasks.Names) -> None:
        self._free()
        dialog = whatif.WhatIfDialog(self._state.tr_, self._state.own, names.gpus, names.cpus, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.assemble(dialog.wish()))
        dialog.open()

    def assemble(self, wish: whatif.Wish) -> None:
        """Show a machine with other parts."""
        if wish == whatif.Wish(None, wish.gpu_count, None, None):
            self._state.show_machine(None, None)
            return
        base = self._state.own
        name = whatif.describe(self._state.tr_, wish)
        self._busy()
        self._work.run(lambda: tasks.assemble(base, wish), self._assembled(name), self.failed)

    def _assembled(self, name: str) -> Callable[[Machine], None]:
        def show(machine: Machine) -> None:
            self._free()
            self._state.show_machine(machine, name)

        return show

    def save_settings(self) -> None:
        """Keep the choices; that they cannot be kept is no reason to stop anyone from closing the window."""
        try:
            settings.save(self._state.settings())
        except UserError as error:
            print(error)

    def _ask_where(self, title: str, name: str, ending: str, pattern: str) -> Path | None:
        text, _kind = QFileDialog.getSaveFileName(self._window, title, f"{name}.{ending}", pattern)
        if not text:
            return None
        path = Path(text)
        return path if path.suffix else path.with_suffix(f".{ending}")

    def _written(self, path: Path) -> None:
        self._free()
        _ = self._state.tr_
        self.told.emit(_("Saved: {path}", path=path))

    def failed(self, error: Exception) -> None:
        """Say what went wrong."""
        self._free()
        dialog = ErrorDialog(self._state.tr_, error, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _busy(self) -> None:
        QApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)

    def _free(self) -> None:
        QApplication.restoreOverrideCursor()


def _file_name(machine: Machine) -> str:
    """A file name from the machine's: letters, digits and what every system allows."""
    name = machine.model or machine.cpu.name or "machine"
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-")
