"""The right side's lower half: the selected cell's memory by component, its verdict, and what each technique saves."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from advisor import words
from advisor.estimator.result import COMPONENTS, Estimate
from advisor.machine import Machine
from advisor.ui.base import texts
from advisor.ui.base.state import State
from advisor.ui.look import theme
from advisor.ui.look.widgets import Card, ElidedLabel, caption, clear, link, scrolled
from advisor.ui.memory.bar import Capacity, MemoryBar, Stack
from advisor.ui.memory.legend import Legend, Line
from advisor.ui.memory.savings import Saving


class MemoryPanel(Card):
    """Title, verdict, bar, legend, savings; "Why?" asks for the formulas."""

    asked = Signal()
    tried = Signal(object)  # the changes of a saving that was clicked

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self._estimate: Estimate | None = None
        self._ink = ""
        self.savings: tuple[Saving, ...] = ()
        self.title = ElidedLabel()
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = MemoryBar()
        self.notes = caption(wrap=True)
        self.why = link()
        self._legend = Legend()
        self._savings = QVBoxLayout()
        self._savings_title = caption()
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
        column.addWidget(self._legend)
        column.addWidget(self._savings_title)
        self._savings.setSpacing(0)
        column.addLayout(self._savings)
        column.addWidget(self.notes)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.verdict)
        layout.addWidget(scrolled(inner), 1)

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
            self.notes.hide()
            self.bar.show_stack(Stack(), colors)
        else:
            heading = self._state.column.heading(_, self._state.workload)
            self.title.setText(f"{estimate.model.name} · {heading}")
            self._show_verdict(estimate)
            self.bar.show_stack(_stack(self._state, estimate), colors)
        self._show_legend(estimate)

    def _show_verdict(self, estimate: Estimate) -> None:
        _, colors = self._state.tr_, self._state.colors
        symbol = words.VERDICT_SYMBOLS[estimate.verdict]
        first, *rest = texts.reasons(_, estimate) or [""]
        word = texts.verdict(_, estimate)
        decisive = bool(first) and estimate.verdict != "fits"
        sentence = _("{verdict}: {reasons}", verdict=word, reasons=first) if decisive else word
        self.verdict.setText(f"{symbol} {sentence}")
        notes = rest if decisive else list(filter(None, [first, *rest]))
        if texts.unrealistic(estimate):
            notes.insert(0, texts.long_time(_, estimate))
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(self.notes.text()))
        ink = colors.verdicts[estimate.verdict]
        if ink != self._ink:  # a style sheet costs more than all the texts
            self._ink = ink
            self.verdict.setStyleSheet(f"color: {ink}")

    def _repaint(self) -> None:
        if self._estimate is not None:
            self._show_verdict(self._estimate)
            self.bar.show_stack(self.bar.target, self._state.colors)
            self._show_legend(self._estimate)

    def _show_legend(self, estimate: Estimate | None) -> None:
        memory = estimate.memory if estimate else None
        if memory is None:
            self._legend.show_lines((), self._state.colors)
            return
        _ = self._state.tr_
        parts = sorted((part for part in memory.components if part.bytes), key=lambda p: COMPONENTS.index(p.name))
        lines = [Line(part.name, _(words.COMPONENT_WORDS[part.name]), _.gib(part.bytes)) for part in parts]
        band = _("total, {low} to {high}", low=_.gib(memory.low), high=_.gib(memory.high))
        self._legend.show_lines([*lines, Line("", band, _.gib(memory.total))], self._state.colors)

    def show_savings(self, savings: Sequence[Saving]) -> None:
        """What each technique would change for the cell that is shown."""
        self.savings = tuple(savings)
        clear(self._savings)
        self._savings_title.setVisible(bool(savings))
        _ = self._state.tr_
        for saving in savings:
            sign = "−" if saving.bytes >= 0 else "+"
            button = link()
            button.setText(f"{sign}{_.gib(abs(saving.bytes))}  {_(saving.label, **saving.values)}")
            button.setStyleSheet("text-align: left")
            button.setToolTip(_("Click to turn this knob"))
            button.clicked.connect(lambda _checked=False, changes=saving.changes: self.tried.emit(changes))
            self._savings.addWidget(button)


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
        found.append(_capacity(state, _("RAM"), total, machine.memory.available_bytes))
    for gpu in machine.gpus:
        if gpu.usable and gpu.vram_bytes:
            label = _("VRAM {name}", name=gpu.name or "")
            found.append(_capacity(state, label, gpu.vram_bytes, gpu.vram_available_bytes))
    return tuple(found)


def _capacity(state: State, label: str, total: int, free: int | None) -> Capacity:
    _ = state.tr_
    if state.budget == "total":
        return Capacity(label, total, total, _("{total} in all", total=_.gib(total)))
    if free is None:
        # A dump rarely tells: what is free is assumed, and not to be shown as known.
        return Capacity(label, total, total, _("{total}, free not known", total=_.gib(total)))
    free = min(total, free)
    figure = _("{free} of {total} free", free=texts.gib_figure(_, free), total=_.gib(total))
    return Capacity(label, total, free, figure)
