"""The right side's lower half: the selected cell's verdict, where its memory lies, its curve, and what saves memory."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from advisor import words
from advisor.catalog.model import Model
from advisor.estimator.result import COMPONENTS, Component, Estimate, MemoryEstimate
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base import texts
from advisor.ui.base.state import State
from advisor.ui.look import theme
from advisor.ui.look.widgets import Card, ElidedLabel, caption, link, scrolled
from advisor.ui.memory import pools, said
from advisor.ui.memory.bars import Bar, MemoryBars
from advisor.ui.memory.curve_box import Compute, CurveBox
from advisor.ui.memory.legend import Legend, Line
from advisor.ui.memory.pools import Pool
from advisor.ui.memory.savings import Saving
from advisor.ui.memory.techniques import Techniques
from advisor.workload import Workload

Answer = Callable[[Machine, Model, Workload, Budget], Estimate]


class MemoryPanel(Card):
    """Title, verdict, bars, curve, legend, techniques; every figure of them answers "Why?"."""

    asked = Signal(str)  # a figure: a component, "total", a device ("ram", "gpu0"), or "" for the cell as a whole
    asked_saving = Signal(object)  # the saving whose "why?" was clicked
    tried = Signal(object)  # the changes of a technique that was clicked, or of the knob along the curve

    def __init__(self, state: State, compute: Compute, answer: Answer) -> None:
        """`compute` answers for the machine that is shown, `answer` for any."""
        super().__init__()
        self._state, self._answer = state, answer
        self._estimate: Estimate | None = None
        self._pools: tuple[Pool, ...] = ()
        self._ink = ""
        self.title = ElidedLabel()
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.bars = MemoryBars()
        self.curve = CurveBox(state, compute)
        self.notes = caption(wrap=True)
        self.why = link()
        self.legend = Legend()
        self.techniques = Techniques(self.legend)
        self._arrange()
        self._wire()
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
        column.addWidget(self.bars)
        column.addWidget(self.curve, 1)
        column.addWidget(self.legend)
        column.addWidget(self.techniques)
        column.addWidget(self.notes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.verdict)
        self._area = scrolled(inner)
        layout.addWidget(self._area, 1)

    def _wire(self) -> None:
        self.why.clicked.connect(lambda: self.asked.emit(""))
        self.bars.asked.connect(self.asked)
        self.legend.asked.connect(self.asked)
        self.curve.asked.connect(self.asked)
        self.curve.turned.connect(lambda knob, value: self.tried.emit({knob: value}))
        self.techniques.asked.connect(self.asked_saving)
        self.techniques.tried.connect(self.tried)
        self._state.theme_changed.connect(self.retranslate)
        for signal in (self._state.choices_changed, self._state.own_changed):
            signal.connect(self._show_bars)

    @property
    def savings(self) -> tuple[Saving, ...]:
        """What each technique would change for the cell that is shown."""
        return self.techniques.savings

    @property
    def total(self) -> int:
        """Bytes of the cell that is shown, 0 while there is none."""
        return self._estimate.memory.total if self._estimate and self._estimate.memory else 0

    def go_to_curve(self) -> None:
        """The keys go to the curve, and it comes into sight."""
        self._area.ensureWidgetVisible(self.curve.view)
        self.curve.view.setFocus()

    @property
    def busy(self) -> bool:
        """Whether anything is still to be shown."""
        return self.curve.busy

    def stop(self) -> None:
        """No more idle work."""
        self.curve.stop()

    def retranslate(self) -> None:
        """All texts again, in the colours of now."""
        _ = self._state.tr_
        self.why.setText(_("&Why?"))
        self.why.setToolTip(_("The formula of every number, with its values and sources (Enter in the matrix)"))
        self.bars.set_title(_("Memory by device"))
        self.legend.set_title(_("Memory by component"))
        self.curve.retranslate()
        self.techniques.show_savings(_, self.savings, self._state.colors)
        self.show_estimate(self._estimate)

    def show_estimate(self, estimate: Estimate | None) -> None:
        """Show the selected cell; None while there is none. Curve and savings come a moment later."""
        self._estimate = estimate
        machine, _ = self._state.machine, self._state.tr_
        known = estimate is not None and machine is not None
        self._pools = pools.pools(machine, estimate, self._state.budget) if known and estimate and machine else ()
        self.why.setEnabled(estimate is not None)
        if estimate is None:
            self.title.setText(_("Select a cell"))
            self.verdict.setText("")
            self.notes.hide()
        else:
            heading = self._state.column.heading(_, self._state.workload)
            self.title.setText(f"{estimate.model.name} · {heading}")
            self._show_verdict(estimate)
        self._show_bars()
        self._show_legend(estimate)
        self.curve.show_estimate(estimate, self._pools)

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

    def _show_bars(self) -> None:
        _, state, estimate = self._state.tr_, self._state, self._estimate
        found = [self._bar(pool) for pool in self._pools]
        compared = state.choices.compare_own and state.what_if is not None
        if compared and estimate is not None and state.own is not None and estimate.memory is not None:
            own = self._answer(state.own, estimate.model, estimate.workload, state.budget)
            shown = state.what_if or ""
            used = [pool for pool in pools.pools(state.own, own, state.budget) if pool.used]
            found = [Bar(None, shown, ""), *found, Bar(None, said.own_machine(_, own), "")]
            found += [self._bar(pool, "") for pool in used]
        self.bars.show_bars(found, state.colors)
        self.bars.setVisible(bool(found))

    def _bar(self, pool: Pool, key: str | None = None) -> Bar:
        _, budget = self._state.tr_, self._state.budget
        hint = said.pool_hint(_, pool, budget)
        return Bar(pool, said.label(_, pool), said.figure(_, pool, budget), hint, pool.device if key is None else key)

    def _show_legend(self, estimate: Estimate | None) -> None:
        memory = estimate.memory if estimate else None
        if memory is None:
            self.legend.show_lines((), self._state.colors, "")
            return
        _ = self._state.tr_
        parts = sorted((part for part in memory.components if part.bytes), key=lambda p: COMPONENTS.index(p.name))
        lines = [self._line(part, part.name) for part in parts]
        lines.append(Line("", said.total(_, memory), _.gib(memory.total), "total"))
        lines += self._in_ram(memory)
        shared = any(pool.shared for pool in self._pools)
        for key, part in pools.beside(self._pools, memory):
            words_ = _("{part} in {device}", part=_(words.COMPONENT_WORDS[part.name]), device=said.kind(_, key, shared))
            lines.append(Line(part.name, words_, _.gib(part.bytes), key))
        self.legend.show_lines(lines, self._state.colors, _("Why? The formula of every number"))

    def _in_ram(self, memory: MemoryEstimate) -> list[Line]:
        """What a run on the processor touches of the whole, where that is another figure: it is the bar's."""
        _, need = self._state.tr_, memory.resident_needed
        alone = [pool.device for pool in self._pools if pool.used] == ["ram"]
        if not alone or need is None or _.gib(need) == _.gib(memory.total):
            return []
        return [Line("", _("RAM of a CPU run"), _.gib(need), "ram")]

    def _line(self, part: Component, key: str) -> Line:
        _ = self._state.tr_
        return Line(part.name, _(words.COMPONENT_WORDS[part.name]), _.gib(part.bytes), key)

    def show_savings(self, savings: Sequence[Saving]) -> None:
        """What each technique would change for the cell that is shown."""
        self.techniques.show_savings(self._state.tr_, savings, self._state.colors)
