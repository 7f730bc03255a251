"""The curve with its words: what it is drawn against, the figure under the mouse, the largest that fits as a button."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from time import perf_counter

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.machine import Machine
from advisor.ui.base.state import State
from advisor.ui.look.widgets import caption, hint, link
from advisor.ui.memory import curve_data, said
from advisor.ui.memory.curve import CurveView, Shown
from advisor.ui.memory.curve_data import Curve, Knob, Steps
from advisor.ui.memory.pools import Pool, limits
from advisor.ui.memory.text_link import TextLink
from advisor.workload import Workload

Compute = Callable[[Model, Workload], Estimate]
Key = tuple[Model, Workload, Knob, str, int]

SLICE_S = 0.005  # of work between two looks at keys and mouse
KEPT = 8  # curves, so that flicking a switch to and fro costs nothing


class CurveBox(QWidget):
    """Shows the curve of an estimate; asks for its points in idle slices, the one under the mouse at once."""

    turned = Signal(str, int)  # a knob and its new value
    asked = Signal(str)

    def __init__(self, state: State, compute: Compute) -> None:
        super().__init__()
        self._state, self._compute = state, compute
        self._estimate: Estimate | None = None
        self._pools: Sequence[Pool] = ()
        self._machine: Machine | None = None
        self._kept: OrderedDict[Key, Curve | None] = OrderedDict()
        self._work: tuple[Key, Steps] | None = None
        self._training_knob: Knob = "batch"
        self.knob: Knob = "context"
        self.curve: Curve | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)
        self.readout = TextLink()
        self.view = CurveView()
        self.largest = TextLink()
        self.why_none = caption(wrap=True)
        self.choices: dict[Knob, QPushButton] = {}
        self._arrange()
        self.readout.clicked.connect(lambda: self.asked.emit("total"))
        self.largest.clicked.connect(self.take_largest)
        self.view.turned.connect(lambda value: self.turned.emit(self.knob, value))
        self.view.hovered.connect(self._point_at)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(0)
        for knob in ("context", "batch", "seq"):
            button = link()
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, chosen=knob: self._choose(chosen))
            self.choices[knob] = button
            head.addWidget(button)
        head.addStretch(1)
        self.why_none.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.readout)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.largest)
        layout.addWidget(self.why_none)

    @property
    def busy(self) -> bool:
        """Whether a curve is still being worked out."""
        return self._timer.isActive()

    def stop(self) -> None:
        """No more idle work."""
        self._timer.stop()
        self._work = None

    def retranslate(self) -> None:
        """All texts again."""
        _ = self._state.tr_
        colors = self._state.colors
        self.readout.ink, self.readout.frame = colors.text, colors.accent
        self.largest.ink = self.largest.frame = colors.accent
        chosen = f"QPushButton:checked {{ color: {colors.text}; border-bottom: 2px solid {colors.accent}; }}"
        for knob, button in self.choices.items():
            button.setStyleSheet(chosen)
            button.setText(_(said.NAMES[knob]))
            button.setAccessibleDescription(_("What the curve is drawn against"))
        self.readout.setAccessibleName(_("Memory at the present value"))
        self.largest.setAccessibleName(_("Largest that fits"))
        self.readout.setToolTip(_("Why? The formula of every number"))
        self.largest.setToolTip(_("Click to turn the knob so far (Enter on the curve)"))
        drag = _("Drag to turn the knob; arrow keys go step by step, Enter to the largest that fits.")
        strip = _("The strip below is highest where it fits, lower where it is tight or partly in RAM.")
        self.view.setToolTip(hint(f"{drag}\n{strip}"))
        self._draw()

    def show_estimate(self, estimate: Estimate | None, pools: Sequence[Pool]) -> None:
        """The curve of this estimate's question, its present value as a dot."""
        self._estimate, self._pools = estimate, pools
        if self._state.machine is not self._machine:
            self._machine = self._state.machine
            self._kept.clear()
        self._begin()

    def _choose(self, knob: Knob) -> None:
        self._training_knob = knob
        self._begin()

    def _begin(self) -> None:
        """Take the curve out of those that are kept, or begin to work it out."""
        estimate = self._estimate
        self.stop()
        if estimate is None or estimate.memory is None:
            self.curve = None
            self._draw()
            return
        known = curve_data.knobs(estimate.model, estimate.workload)
        self.knob = self._training_knob if self._training_knob in known else known[0]
        for knob, button in self.choices.items():
            button.setVisible(len(known) > 1 and knob in known)
            button.setChecked(knob == self.knob)
        key = self._key(estimate)
        if key in self._kept:
            self.curve = self._kept[key]
            self._kept.move_to_end(key)
        else:
            model = estimate.model
            work = curve_data.steps(
                model, estimate.workload, self.knob, lambda workload: self._compute(model, workload)
            )
            self._work = (key, work)
            self._timer.start()
            if self.curve is not None and self.curve.knob != self.knob:
                self.curve = None  # the one before it is no stand-in
        self._draw()

    def _key(self, estimate: Estimate) -> Key:
        asked = curve_data.question(estimate.workload, self.knob)
        now = getattr(estimate.workload, self.knob)
        for key in self._kept:
            found = self._kept[key]
            if key[:4] == (estimate.model, asked, self.knob, self._state.budget) and found and now <= found.most:
                return key
        return estimate.model, asked, self.knob, self._state.budget, now

    def _slice(self) -> None:
        if self._work is None:
            self._timer.stop()
            return
        end = perf_counter() + SLICE_S
        key, work = self._work
        while perf_counter() < end:
            try:
                next(work)
            except StopIteration as done:
                self.stop()
                self.curve = self._kept[key] = done.value
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
                self._draw()
                return

    def _draw(self) -> None:
        """Show what there is: the curve with its words, or why there is none."""
        estimate, curve = self._estimate, self.curve
        drawn = estimate is not None and estimate.memory is not None and curve is not None
        waiting = self._work is not None
        for widget in (self.readout, self.view, self.largest):
            widget.setVisible(drawn or waiting)
        self.why_none.setVisible(not (drawn or waiting))
        if not drawn or estimate is None or curve is None:
            self._draw_none(estimate)
            return
        _, now = self._state.tr_, getattr(estimate.workload, curve.knob)
        lines = limits(self._pools, not estimate.workload.training and estimate.workload.resolved_stack == "llama.cpp")
        shown = Shown(curve, curve_data.point(now, estimate), lines, tuple(said.limit(_, line) for line in lines))
        if not waiting:  # else the new curve comes in a moment, and a dot beside the old one would be wrong
            self.view.show_curve(shown, self._state.colors)
        self._say(shown.now)
        self.largest.say(said.largest(_, curve, any(pool.shared for pool in self._pools)))
        self.view.setAccessibleName(_(said.TITLES[curve.knob]))
        self.view.setAccessibleDescription(f"{self.readout.text()}\n{self.largest.text()}")

    def _draw_none(self, estimate: Estimate | None) -> None:
        _ = self._state.tr_
        self.view.show_curve(None, self._state.colors)
        if self._work is not None or estimate is None:
            self.why_none.setText("")
            return
        for button in self.choices.values():
            button.hide()
        self.why_none.setText(_("No curve: there is no figure of memory to draw."))

    def _point_at(self, value: int | None) -> None:
        """Say what an estimate at this value would be; None says the present again."""
        estimate, curve = self._estimate, self.curve
        if estimate is None or curve is None or estimate.memory is None:
            return
        _, point = self._state.tr_, curve_data.point(getattr(estimate.workload, curve.knob), estimate)
        if value is not None:
            other = self._compute(estimate.model, curve_data.turned(estimate.workload, curve.knob, value))
            if other.memory is None:
                return
            point = curve_data.point(value, other)
        self.view.point_at(None if value is None else point)
        self._say(point)

    def _say(self, point: curve_data.Point) -> None:
        self.readout.say(said.readout(self._state.tr_, self.knob, point))

    def take_largest(self) -> None:
        """Turn the knob as far as it fits; where nothing does, ask why."""
        if self.curve is None or self.curve.largest is None:
            self.asked.emit("total")
        else:
            self.turned.emit(self.curve.knob, self.curve.largest)
