"""The form "From parts": another graphics card, processor or memory in the machine that is shown."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from advisor import words
from advisor.catalog.typed import MOST_OF_ONE_CARD
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.ui.base import tasks
from advisor.ui.base.forms import name_fields
from advisor.ui.base.wish import Wish
from advisor.ui.look.widgets import caption, completer, hint
from advisor.ui.machines import memory_choices
from advisor.ui.machines.memory_choices import Choice

LONGEST = 200  # characters of a name


class Offer(NamedTuple):
    """What the form offers: names of the catalogue, and memory that suits the machine."""

    names: tasks.Names
    memory: Sequence[Choice]


def offer(machine: Machine | None) -> Offer:
    """Read it all; slow, the catalogues are read for it."""
    return Offer(tasks.names(), memory_choices.choices(machine) if machine is not None else ())


class SwapForm(QWidget):
    """Fields that are left empty keep what the machine has, which stands in them in grey."""

    changed = Signal()

    def __init__(self, _: Translator, machine: Machine | None, offered: Offer) -> None:
        super().__init__()
        self._tr, self._machine, self._offered = _, machine, offered
        self.gpu, self.cpu = QLineEdit(), QLineEdit()
        for field, names in ((self.gpu, offered.names.gpus), (self.cpu, offered.names.cpus)):
            field.setClearButtonEnabled(True)
            field.setMaxLength(LONGEST)
            field.setMinimumWidth(230)
            field.setCompleter(completer(names, field))
            field.textChanged.connect(self.changed)
        self.count, self.how, self.memory = QSpinBox(), QComboBox(), QComboBox()
        self._cards()
        self._memories()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.gpu_price, self.memory_price = caption(), caption()
        now = caption(wrap=True)
        now.setText(memory_choices.slots_text(_, machine) if machine is not None else "")
        now.setVisible(bool(now.text()))
        form.addRow(_("&Graphics card"), _column(self.gpu, self.gpu_price))
        form.addRow(_("&How many"), self._counts())
        form.addRow(_("&Processor"), self.cpu)
        form.addRow(_("&Memory"), _column(self.memory, now, self.memory_price))
        name_fields(form)
        self._placeholders()

    def _cards(self) -> None:
        _, machine = self._tr, self._machine
        self.count.setRange(1, MOST_OF_ONE_CARD)
        self.count.setPrefix("× ")
        self.count.valueChanged.connect(self.changed)
        present = [gpu.name for gpu in machine.gpus if gpu.kind == "discrete" and gpu.name] if machine else []
        self.how.addItem(_("instead of what is there"), False)
        self.how.addItem(_("beside {gpu}", gpu=words.names(_, present)) if present else "", True)
        self.how.setAccessibleName(_("Instead of the graphics card that is there, or beside it"))
        self.how.setVisible(bool(present))
        self.how.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.how.setToolTip("\n".join(self.how.itemText(row) for row in range(self.how.count())))
        self.how.currentIndexChanged.connect(self.changed)

    def _counts(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.count)
        row.addWidget(self.how, 1)
        if self.how.isHidden():
            row.addStretch(1)
        box.setFocusProxy(self.count)
        return box

    def _memories(self) -> None:
        self.memory.setEditable(True)
        self.memory.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.memory.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.memory.addItem("", None)
        for choice in self._offered.memory:
            self.memory.addItem(choice.text(self._tr), choice)
        self.memory.setToolTip(self._tr("A size or the modules: 32, 2 x 16, 8 + 4"))
        self.memory.editTextChanged.connect(self.changed)

    def _placeholders(self) -> None:
        _, machine = self._tr, self._machine
        gpus = [gpu.name for gpu in machine.gpus if gpu.name] if machine else []
        memory = machine.memory.total_bytes if machine else None
        line = self.memory.lineEdit()
        shown: tuple[tuple[QLineEdit | None, str], ...] = (
            (self.gpu, words.names(_, gpus)),
            (self.cpu, (machine.cpu.name or "") if machine else ""),
            (line, _.gib(memory) if memory else ""),
        )
        for field, text in shown:
            if field is not None:
                field.setPlaceholderText(_("as it is: {part}", part=text) if text else _("as it is"))
                field.setToolTip(hint(field.placeholderText()))

    def wish(self) -> Wish:
        """What was asked for. Raises UserError: memory that makes no sense."""
        gpu, cpu = self.gpu.text().strip() or None, self.cpu.text().strip() or None
        text = self.memory.currentText()
        choice = self.memory.itemData(self.memory.findText(text)) if self.memory.findText(text) > 0 else None
        if choice is not None:
            gib, modules = (None, choice.modules) if choice.modules else (choice.gib, ())
        else:
            gib, modules = memory_choices.typed(text)
        beside = bool(gpu and not self.how.isHidden() and self.how.currentData())
        return Wish(gpu, self.count.value(), cpu, gib, beside, modules)

    def known(self, wish: Wish) -> bool:
        """Whether its names are whole names of the catalogue: half a name is still being typed."""
        names = self._offered.names
        return (wish.gpu is None or wish.gpu in names.gpus) and (wish.cpu is None or wish.cpu in names.cpus)


def _column(*widgets: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    for widget in widgets:
        column.addWidget(widget)
    box.setFocusProxy(widgets[0])
    return box
