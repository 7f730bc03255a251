"""The right side's lower half: the selected cell's memory by component, its verdict, and what each technique saves."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from advisor import words
from advisor.estimator.result import COMPONENTS, Estimate
from advisor.machine import Machine
from advisor.ui import texts, theme
from advisor.ui.memory_bar import Capacity, MemoryBar, Stack
from advisor.ui.savings import Saving
from advisor.ui.state import State


class MemoryPanel(QFrame):
    """Title, verdict, bar, legend, savings; "Why?" asks for the formulas."""

    asked = Signal()
    tried = Signal(object)  # the changes of a saving that was clicked

    def __init__(self, state: State) -> None:
        super().__init__(objectName="card")
        self._state = state
        self._estimate: Estimate | None = None
        self.title = QLabel()
        self.verdict = QLabel(wordWrap=True)
        self.bar = MemoryBar()
        self.why = QPushButton(objectName="link", flat=True)
        self._legend = QGridLayout()
        self._savings = QVBoxLayout()
        self._savings_title = QLabel(objectName="caption")
        self._arrange()
        self.why.clicked.connect(self.asked)
        state.theme_changed.connect(self._repaint)
        self.retranslate()

    def _arrange(self) -> None:
        self.title.setFont(theme.scaled(self.font(), 1.0, bold=True))
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.why)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(4, 0, 8, 4)
        column.setSpacing(6)
        column.addWidget(self.bar)
        self._legend.setHorizontalSpacing(6)
        self._legend.setVerticalSpacing(1)
        self._legend.setColumnStretch(1, 1)
        column.addLayout(self._legend)
        column.addWidget(self._savings_title)
        self._savings.setSpacing(0)
        column.addLayout(self._savings)
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True, horizontalScrollBarPolicy=Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.verdict)
        layout.addWidget(area, 1)

    def retranslate(self) -> None:
        """All texts again."""
        _ = self._state.tr_
        self.why.setText(_("&Why?"))
        self.why.setToolTip(_("The formula of every number, with its values and sources (Enter in the matrix)"))
        self._savings_title.setText(_("What each technique changes here"))
        self.bar.setAccessibleName(_("Memory by component"))
        self.show_estimate(self._estimate)

    def show_estimate(self, estimate: Estimate | None) -> None:
        """Show the selected cell; None while there is none. Its savings come a moment later."""
        self._estimate = estimate
        _, colors = self._state.tr_, self._state.colors
        self.why.setEnabled(estimate is not None)
        if estimate is None:
            self.title.setText(_("Select a cell"))
            self.verdict.setText("")
            self.bar.show_stack(Stack(), colors)
        else:
            heading = texts.column(_, self._state.workload, self._state.method)
            self.title.setText(f"{estimate.model.name} · {heading}")
            self._show_verdict(estimate)
            self.bar.show_stack(_stack(self._state, estimate), colors)
        self._show_legend(estimate)

    def _show_verdict(self, estimate: Estimate) -> None:
        _, colors = self._state.tr_, self._state.colors
        symbol = words.VERDICT_SYMBOLS[estimate.verdict]
        self.verdict.setText(f"{symbol} {texts.sentence(_, estimate)}")
        self.verdict.setStyleSheet(f"color: {colors.verdicts[estimate.verdict]}")

    def _repaint(self) -> None:
        if self._estimate is not None:
            self._show_verdict(self._estimate)
            self.bar.show_stack(self.bar.target, self._state.colors)
            self._show_legend(self._estimate)

    def _show_legend(self, estimate: Estimate | None) -> None:
        _clear(self._legend)
        memory = estimate.memory if estimate else None
        if memory is None:
            return
        _ = self._state.tr_
        parts = sorted((part for part in memory.components if part.bytes), key=lambda p: COMPONENTS.index(p.name))
        for row, part in enumerate(parts):
            swatch = QFrame(styleSheet=f"background: {self._state.colors.components[part.name]}; border-radius: 2px")
            swatch.setFixedSize(10, 10)
            self._legend.addWidget(swatch, row, 0)
            self._legend.addWidget(QLabel(_(words.COMPONENT_WORDS[part.name])), row, 1)
            self._legend.addWidget(_figure(_.gib(part.bytes)), row, 2)
        band = _("total, {low} to {high}", low=_.gib(memory.low), high=_.gib(memory.high))
        total = QLabel(band, objectName="caption")
        self._legend.addWidget(total, len(parts), 1)
        strong = _figure(_.gib(memory.total))
        strong.setFont(theme.scaled(self.font(), 1.0, bold=True))
        self._legend.addWidget(strong, len(parts), 2)

    def show_savings(self, savings: Sequence[Saving]) -> None:
        """What each technique would change for the cell that is shown."""
        _clear(self._savings)
        self._savings_title.setVisible(bool(savings))
        _ = self._state.tr_
        for saving in savings:
            sign = "−" if saving.bytes >= 0 else "+"
            button = QPushButton(objectName="link", flat=True)
            button.setText(f"{sign}{_.gib(abs(saving.bytes))}  {_(saving.label, **saving.values)}")
            button.setStyleSheet("text-align: left")
            button.setToolTip(_("Click to turn this knob"))
            button.clicked.connect(lambda _checked=False, changes=saving.changes: self.tried.emit(changes))
            self._savings.addWidget(button)


def _figure(text: str) -> QLabel:
    label = QLabel(text)
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def _clear(layout: QGridLayout | QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _stack(state: State, estimate: Estimate) -> Stack:
    capacities = () if state.machine is None else capacities_of(state, state.machine)
    if estimate.memory is None:
        return Stack(capacities=capacities)
    parts = tuple((part.name, float(part.bytes)) for part in estimate.memory.components if part.bytes)
    return Stack(parts, estimate.memory.low, estimate.memory.high, capacities)


def capacities_of(state: State, machine: Machine) -> tuple[Capacity, ...]:
    """RAM and each usable GPU of a machine, with what may be used of them."""
    _ = state.tr_
    found = []
    total = machine.memory_budget_bytes
    if total is not None:
        free = total if state.budget == "total" else min(total, machine.memory.available_bytes or total)
        found.append(Capacity(_("RAM"), total, free, _pair(state, free, total)))
    for gpu in machine.gpus:
        if gpu.usable and gpu.vram_bytes:
            total = gpu.vram_bytes
            free = total if state.budget == "total" else min(total, gpu.vram_available_bytes or total)
            found.append(Capacity(_("VRAM {name}", name=gpu.name or ""), total, free, _pair(state, free, total)))
    return tuple(found)


def _pair(state: State, free: float, total: float) -> str:
    _ = state.tr_
    return _("{free} of {total} free", free=texts.gib_figure(_, free), total=_.gib(total))
