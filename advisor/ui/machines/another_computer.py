"""The form "Another computer": a machine typed from its parts, checked against the catalogues before it is shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from advisor.catalog.typed import FASTEST, MOST_GIB, MOST_OF_ONE_CARD, Parts, modules_of
from advisor.catalog.whatif import BUILT_IN
from advisor.errors import UserError
from advisor.i18n import GIB, N_, Translator
from advisor.machine import Machine
from advisor.palette import Palette
from advisor.ui.base.commands import plain
from advisor.ui.base.forms import name_fields
from advisor.ui.base.tasks import CpuHints
from advisor.ui.dialogs.basic import error_text
from advisor.ui.look.frame import FRAME
from advisor.ui.look.widgets import caption, completer, scrolled

WIDTH = 600
CARDS = 4
LONGEST = 200  # characters of a name
# What each list offers: what is kept, and how it is called.
CHASSIS = ((None, N_("not known")), ("laptop", N_("laptop")), ("desktop", N_("desktop")), ("server", N_("server")))
SYSTEMS = ((None, N_("not known")), ("windows", "Windows"), ("linux", "Linux"), ("macos", "macOS"))
DISKS = ((None, N_("not known")), ("nvme", "NVMe SSD"), ("ssd", "SSD"), ("hdd", N_("hard disk")))
COUNTS = ("1", "2", "4", "8")


class AnotherComputer(QDialog):
    """Asks for Parts. `wanted` says that they are to be checked and shown; the dialog stays until it is accepted."""

    wanted = Signal(object)  # Parts
    cpu_named = Signal(str)

    def __init__(
        self,
        _: Translator,
        colors: Palette,
        gpus: Sequence[str],
        cpus: Sequence[str],
        shown: Machine | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._tr, self._ink = _, colors.verdicts["offload"]
        self.setWindowTitle(_("Another computer"))
        self._problems: dict[str, QLabel] = {}
        inner = QWidget()
        self._form = QFormLayout(inner)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._shown = shown
        self._identity(shown.os_family if shown is not None else None)
        self._processor(cpus)
        self._memory()
        self._graphics(gpus)
        self._disk()
        self._buttons()
        self._scroll = scrolled(inner)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self._scroll, 1)
        self._whole.addWidget(self.buttons)
        self.show_button.setDefault(True)  # as a child of the dialog: before, it would be one default of two
        self.setMinimumWidth(WIDTH)
        name_fields(self._form)
        self.name.setFocus()
        self.show_cpu(None)

    def _identity(self, system: str | None) -> None:
        _ = self._tr
        self.name, self.chassis, self.system = _line(), _choice(_, CHASSIS), _choice(_, SYSTEMS)
        self.name.setPlaceholderText(_("for example {name}", name="Lenovo G480"))
        self._form.addRow(_("&Name of the computer"), self.name)
        self._form.addRow(_("&Kind of computer"), self.chassis)
        self._form.addRow(_("S&ystem"), self.system)
        self.system.setCurrentIndex(max(0, self.system.findData(system)))

    def _processor(self, cpus: Sequence[str]) -> None:
        _ = self._tr
        self.cpu = _line()
        self.cpu.setCompleter(completer(cpus, self.cpu))
        self.cpu.setPlaceholderText(_("for example {name}", name="Core i5-3210M"))
        self.cpu.editingFinished.connect(lambda: self.cpu_named.emit(self.cpu.text().strip()))
        self.own = caption(wrap=True)
        self.cpu.textEdited.connect(self.own.hide)  # until the new name is known
        self.own.hide()
        self._form.addRow(_("&Processor"), self._with_problem("cpu", self.cpu, self.own))

    def _memory(self) -> None:
        _ = self._tr
        self.ram = _size(_("not known"))
        self.modules, self.memory = QComboBox(), QComboBox()
        for box in (self.modules, self.memory):
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            box.setLineEdit(_line())
        self.modules.addItems([_("not known"), *COUNTS])
        self.modules.setToolTip(_("How many there are, or their sizes: 2, or 4 + 8"))
        self.memory.setToolTip(_("Kind and speed of the memory modules: DDR3-1600, DDR4"))
        self._form.addRow(_("&Memory"), self._with_problem("ram", self.ram))
        self._form.addRow(_("Memory mod&ules"), self._with_problem("modules", self.modules))
        self._form.addRow(_("Memory &type"), self._with_problem("memory", self.memory))

    def _graphics(self, gpus: Sequence[str]) -> None:
        _ = self._tr
        self.cards: list[tuple[QLineEdit, QSpinBox]] = []
        rows = QWidget()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for number in range(CARDS):
            name, count = _line(), QSpinBox()
            name.setCompleter(completer(gpus, name))
            name.setAccessibleName(_("Graphics card {n}", n=number + 1))
            count.setAccessibleName(_("How many of graphics card {n}", n=number + 1))
            count.setRange(1, MOST_OF_ONE_CARD)
            count.setPrefix("× ")
            row = QHBoxLayout()
            row.addWidget(name, 1)
            row.addWidget(count)
            column.addWidget(self._with_problem(f"card{number}", row))
            self.cards.append((name, count))
        self.cards[0][0].setPlaceholderText(_("for example {name}", name="GeForce 610M"))
        label = QLabel(_("&Graphics cards"))
        label.setBuddy(self.cards[0][0])
        self._form.addRow(label, rows)

    def _disk(self) -> None:
        _ = self._tr
        self.disk, self.disk_kind = _size(_("not known")), _choice(_, DISKS)
        self.disk_kind.setAccessibleName(_("Kind of disk"))
        row = QHBoxLayout()
        row.addWidget(self.disk, 1)
        row.addWidget(self.disk_kind, 1)
        label = QLabel(_("Free on &disk"))
        label.setBuddy(self.disk)
        self.disk.setAccessibleName(plain(label.text()))
        self._form.addRow(label, self._with_problem("disk", row))

    def _buttons(self) -> None:
        _ = self._tr
        self.buttons = QDialogButtonBox()
        self.show_button = self.buttons.addButton(_("&Show"), QDialogButtonBox.ButtonRole.ActionRole)
        self.show_button.clicked.connect(self.ask)
        self.buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.take_over = self.buttons.addButton(_("&Fill in"), QDialogButtonBox.ButtonRole.ResetRole)
        self.take_over.setToolTip(_("Begin with the parts of the machine that is shown now"))
        self.take_over.setEnabled(self._shown is not None)
        self.take_over.clicked.connect(self._take_over)
        self.buttons.rejected.connect(self.reject)

    def _take_over(self) -> None:
        """What is known of the machine that is shown stands in the fields, to be changed."""
        shown = self._shown
        if shown is None:
            return
        memory = shown.memory
        self.name.setText(shown.model or "")
        self.chassis.setCurrentIndex(max(0, self.chassis.findData(shown.chassis)))
        self.system.setCurrentIndex(max(0, self.system.findData(shown.os_family)))
        self.cpu.setText(shown.cpu.name or "")
        self.ram.setValue(round((memory.installed_bytes or memory.total_bytes or 0) / GIB, 1))
        sizes = [f"{one.size_bytes / GIB:g}" for one in memory.modules if one.size_bytes]
        self.modules.setEditText(
            " + ".join(sizes) if len(sizes) > 1 else str(len(sizes) or "") or self._tr("not known")
        )
        self.memory.setEditText("-".join(filter(None, (memory.kind, str(memory.speed_mts or "")))))
        cards = Counter(gpu.name for gpu in shown.gpus if gpu.name and gpu.kind not in BUILT_IN)
        filled = [*cards.items(), *((("", 1),) * CARDS)][:CARDS]
        for (name, count), (card, number) in zip(self.cards, filled, strict=True):
            name.setText(card)
            count.setValue(number)
        disk = max(shown.disks, key=lambda one: one.free_bytes or 0, default=None)
        if disk is not None:
            self.disk.setValue(round((disk.free_bytes or 0) / GIB, 1))
            self.disk_kind.setCurrentIndex(max(0, self.disk_kind.findData(disk.kind)))
        self.cpu_named.emit(self.cpu.text().strip())
        self.name.setFocus()

    def _with_problem(self, field: str, content: QWidget | QHBoxLayout, *below: QWidget) -> QWidget:
        """A field with room below it for the sentence that says what is wrong with it."""
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        if isinstance(content, QWidget):
            column.addWidget(content)
            box.setFocusProxy(content)  # the row's mnemonic leads to it
        else:
            column.addLayout(content)
        problem = QLabel()
        problem.setTextFormat(Qt.TextFormat.PlainText)
        problem.setWordWrap(True)
        problem.setStyleSheet(f"color: {self._ink}")
        problem.hide()
        self._problems[field] = problem
        for widget in (*below, problem):
            column.addWidget(widget)
        return box

    def parts(self) -> Parts:
        """What was typed. Raises UserError: the modules make no sense."""
        sizes, count = modules_of(self._chosen(self.modules))
        cards = [(name.text().strip(), count.value()) for name, count in self.cards]
        return Parts(
            model=self.name.text().strip() or None,
            chassis=self.chassis.currentData(),
            os_family=self.system.currentData(),
            cpu=self.cpu.text().strip() or None,
            ram_gib=self.ram.value() or None,
            modules=sizes,
            module_count=count,
            memory=self._memory_text(),
            cards=tuple(card for card in cards if card[0]),
            disk_free_gib=self.disk.value() or None,
            disk_kind=self.disk_kind.currentData(),
        )

    def _memory_text(self) -> str | None:
        text = self._chosen(self.memory)
        at = self.memory.findText(text)
        return (self.memory.itemData(at) if at >= 0 else None) or text or None

    def _chosen(self, box: QComboBox) -> str:
        text = box.currentText().strip()
        _ = self._tr
        return "" if text == _("not known") else text

    def ask(self) -> None:
        """Have the parts checked."""
        try:
            parts = self.parts()
        except UserError as error:
            self.show_problems({"modules": error})
            return
        self.show_problems({})
        self.show_button.setEnabled(False)
        self.wanted.emit(parts)

    def show_problems(self, problems: Mapping[str, UserError]) -> None:
        """A sentence below each field that has one; the first such field gets the focus."""
        self.show_button.setEnabled(True)
        for field, label in self._problems.items():
            error = problems.get(self._number_of(field))
            label.setText("" if error is None else error_text(self._tr, error))
            label.setVisible(error is not None)
        first = next((field for field in self._problems if self._number_of(field) in problems), None)
        if first is not None:
            self._field(first).setFocus()
            self._scroll.ensureWidgetVisible(self._field(first))
        self._fit()

    def _fit(self) -> None:
        """As high as the sentences of this width need, where the screen is high enough; else the form scrolls."""
        self._form.activate()
        margins = self._whole.contentsMargins()
        width = max(WIDTH, self.width()) - margins.left() - margins.right()
        around = margins.top() + margins.bottom() + self.buttons.sizeHint().height() + self.fontMetrics().height()
        room = self.screen().availableGeometry().height() - FRAME.height()
        self.resize(max(WIDTH, self.width()), min(room, self._form.totalHeightForWidth(width) + around))

    def _number_of(self, field: str) -> str:
        """The name under which a field was checked: rows of cards that are empty were not counted."""
        if not field.startswith("card"):
            return field
        at = int(field[4:])
        filled = [name for name, _count in self.cards[:at] if name.text().strip()]
        return f"card{len(filled)}" if self.cards[at][0].text().strip() else ""

    def _field(self, name: str) -> QWidget:
        if name.startswith("card"):
            return self.cards[int(name[4:])][0]
        fields: Mapping[str, QWidget] = {
            "cpu": self.cpu, "ram": self.ram, "modules": self.modules, "memory": self.memory, "disk": self.disk,
        }  # fmt: skip
        return fields[name]

    def show_cpu(self, hints: CpuHints | None) -> None:
        """What follows from the processor: its own graphics, and the memory that it takes as the default."""
        _ = self._tr
        graphics = hints.graphics if hints is not None else None
        self.own.setText(_("With {name} on its chip", name=graphics) if graphics else "")
        self.own.setVisible(bool(graphics))
        self._fit()
        typed = self._memory_text()
        unknown: list[tuple[str, Any]] = [(_("not known"), None)]
        known = hints.memory if hints is not None else ()
        best = [(_("{kind}, the fastest that it takes", kind=kind), FASTEST) for kind in known[:1]]
        best = best or [(_("the fastest that the processor takes"), FASTEST)]
        with QSignalBlocker(self.memory):
            self.memory.clear()
            for text, data in (*best, *((kind, kind) for kind in known), *unknown):
                self.memory.addItem(text, data)
            # What the user has typed stays; what stood there by itself follows the processor.
            if typed not in (None, FASTEST):
                self.memory.setEditText(str(typed))


def _line() -> QLineEdit:
    line = QLineEdit()
    line.setMaxLength(LONGEST)
    line.setClearButtonEnabled(True)
    return line


def _size(unknown: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0, MOST_GIB)
    box.setDecimals(1)
    box.setSuffix(" GiB")
    box.setSpecialValueText(unknown)
    return box


def _choice(_: Translator, choices: Sequence[tuple[str | None, str]]) -> QComboBox:
    box = QComboBox()
    for value, name in choices:
        box.addItem(_(name), value)
    return box
