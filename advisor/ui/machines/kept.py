"""Machines that the user keeps by name: listed, kept, renamed and forgotten, each off the window's thread."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.ui.base import tasks
from advisor.ui.base.state import State
from advisor.ui.look.widgets import caption
from advisor.ui.machines import saved
from advisor.ui.machines.waiting import Waiting

if TYPE_CHECKING:
    from advisor.dumps import Loaded


class Kept(QObject):
    """The names of the kept machines as they were when they were last read, and what can be done with them."""

    changed = Signal()

    def __init__(self, window: QWidget, state: State, waiting: Waiting) -> None:
        super().__init__(window)
        self._window, self._state, self._waiting = window, state, waiting
        self.names: tuple[str, ...] = ()

    def refresh(self, then: Callable[[], object] = lambda: None) -> None:
        """Read the names again, and go on then."""

        def found(names: tuple[str, ...]) -> None:
            if names != self.names:
                self.names = names
                self.changed.emit()
            then()

        self._waiting.ask(saved.names, found)

    def show(self, name: str) -> None:
        """Show a kept machine under its name."""

        def shown(loaded: "Loaded") -> None:
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

    def path_of(self, name: str) -> Path:
        """The file of a kept machine."""
        return saved.path_of(name)


class NameDialog(QDialog):
    """Asks for a name; says when one is taken, which is allowed where the new machine `replaces` the old one."""

    def __init__(
        self, _: Translator, title: str, button: str, name: str, taken: tuple[str, ...], parent: QWidget,
        replaces: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._tr, self._taken, self._replaces = _, {one.casefold() for one in taken}, replaces
        self.setWindowTitle(title)
        self.field = QLineEdit(saved.tidy(name))
        self.field.setMaxLength(saved.LONGEST)
        self.field.selectAll()
        self.field.setMinimumWidth(300)
        label = QLabel(_("&Name"))
        label.setBuddy(self.field)
        self.remark = caption(wrap=True)
        self.buttons = QDialogButtonBox()
        self.ok = self.buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.ok.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (label, self.field, self.remark, self.buttons):
            layout.addWidget(widget)
        self.field.textChanged.connect(self._look)
        self._look()

    @property
    def name(self) -> str:
        """The name, tidied."""
        return saved.tidy(self.field.text())

    def _look(self) -> None:
        taken = self.name.casefold() in self._taken
        _ = self._tr
        remark = _("Takes the place of the machine that is kept under this name.")
        if not self._replaces:
            remark = _("Another machine is kept under this name.")
        self.remark.setText(remark if taken else "")
        self.ok.setEnabled(bool(self.name) and (self._replaces or not taken))


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
