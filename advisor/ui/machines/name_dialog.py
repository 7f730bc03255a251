"""The dialog that asks how a machine is to be called, and says when a name is taken."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from advisor.i18n import Translator
from advisor.ui.look.widgets import caption
from advisor.ui.machines import saved


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
