"""The what-if dialog: another GPU from the catalogue, another processor, more memory."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.ui.base.wish import Wish
from advisor.ui.look.widgets import caption, completer


class WhatIfDialog(QDialog):
    """Asks for a Wish. Names complete as they are typed, anywhere in the name."""

    def __init__(
        self, _: Translator, machine: Machine | None, gpus: Sequence[str], cpus: Sequence[str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("What if?"))
        self.gpu, self.cpu = QLineEdit(), QLineEdit()
        self.gpu.setMinimumWidth(320)
        for field, names in ((self.gpu, gpus), (self.cpu, cpus)):
            field.setClearButtonEnabled(True)
            field.setPlaceholderText(_("as it is"))
            field.setCompleter(completer(names, field))
        self.count, self.ram = QSpinBox(), QDoubleSpinBox()
        self.count.setRange(1, 64)
        self.ram.setRange(0, 65536)
        self.ram.setDecimals(1)
        self.ram.setSuffix(" GiB")
        self.ram.setSpecialValueText(_("as it is"))
        self._own = None if machine is None else machine.memory.total_bytes
        form = QFormLayout()
        form.addRow(_("&Graphics card"), self.gpu)
        form.addRow(_("&How many"), self.count)
        form.addRow(_("&Processor"), self.cpu)
        form.addRow(_("&Memory"), self.ram)
        if self._own:
            own = caption()
            own.setText(_("This machine has {size}.", size=_.gib(self._own)))
            form.addRow("", own)
        self.buttons = QDialogButtonBox()
        show = self.buttons.addButton(_("&Show"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        show.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.buttons)

    def wish(self) -> Wish:
        """What was asked for."""
        gpu, cpu = self.gpu.text().strip() or None, self.cpu.text().strip() or None
        return Wish(gpu, self.count.value(), cpu, self.ram.value() or None)
