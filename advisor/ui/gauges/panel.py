"""The left side: gauges of this computer, live once a second; a what-if machine shows its sizes instead.

Dials stand from the first paint and keep their places: CPU, RAM, disk and GPU fill in as the answers come.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from advisor.machine import Machine
from advisor.probes.live import LiveSample, sample
from advisor.ui.base import texts
from advisor.ui.base.state import State
from advisor.ui.base.work import Work
from advisor.ui.dialogs.basic import error_text
from advisor.ui.gauges import readings
from advisor.ui.gauges.gauge import Gauge, Reading, dial_size
from advisor.ui.look.widgets import Card, caption, link, scrolled

PERIOD_MS = 1000
RETRY_MS = 15_000  # after a sample that failed: what is broken now may answer later
BESIDE = 8  # pixels that two dials side by side need beside them; with less they stand in one column


class GaugesPanel(Card):
    """A grid of dials, then what is worth knowing: why a GPU cannot be used, which probes failed, a failed sample."""

    details = Signal()
    asked = Signal(str)  # where a component's figures come from: "cpu", "ram", "disk", "gpu0", ...

    def __init__(self, state: State, work: Work) -> None:
        super().__init__()
        self._state, self._work = state, work
        self.sample: LiveSample | None = None
        self.gauges: list[Gauge] = []
        self._asking = self._started = False
        self._failure: Exception | None = None
        self._columns = 2
        self.notes = caption(wrap=True)
        self.more = link()
        self._grid = QGridLayout()
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self._ask)
        self._arrange()
        self.more.clicked.connect(self.details)
        state.machine_changed.connect(self.refresh)
        state.theme_changed.connect(self.refresh)
        self.retranslate()

    def _arrange(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(4, 8, 4, 8)
        column.setSpacing(8)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(10)
        column.addLayout(self._grid)
        column.addWidget(self.notes)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 8)
        layout.setSpacing(4)
        layout.addWidget(scrolled(inner), 1)
        layout.addWidget(self.more)

    @property
    def living(self) -> bool:
        """Whether the machine that is shown is this computer, so that its gauges can move."""
        waiting = self._state.machine is None and self._state.what_if is None
        return waiting or self._state.this_computer

    def start(self) -> None:
        """Begin to live: a first sample soon, then one a second while the dials are seen."""
        self._started = True
        self._timer.start()
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Seen again."""
        super().showEvent(event)
        if self._started:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no samples. A window that is made small hides nothing, so `_ask` looks at that itself."""
        super().hideEvent(event)
        self._timer.stop()

    def stop(self) -> None:
        """No more samples."""
        self._started = False
        self._timer.stop()

    def retranslate(self) -> None:
        """All texts again."""
        _ = self._state.tr_
        self.more.setText(_("&Hardware details"))
        self.setMinimumWidth(self.more.minimumSizeHint().width() + 12)
        self.setAccessibleName(_("Gauges of this machine"))
        self.refresh()

    def refresh(self) -> None:
        """Show machine and last sample."""
        machine = self._state.machine
        self._show_readings()
        self._show_notes(machine)

    def _show_readings(self) -> None:
        _, machine = self._state.tr_, self._state.machine
        live = self.sample if self.living else None
        self._show(readings.placeholders(_, live) if machine is None else readings.of(_, machine, live))

    def _ask(self) -> None:
        # A sample that hangs (a sleeping GPU) must not queue up others behind it.
        if self._asking or not self.isVisible() or self.window().isMinimized() or not self.living:
            return
        self._asking = True
        self._work.run(sample, self._sampled, self._failed)

    def _sampled(self, result: LiveSample) -> None:
        self._asking = False
        self.sample = result
        if self._failure is not None:
            self._failure = None
            self._timer.setInterval(PERIOD_MS)
            self._show_notes(self._state.machine)
        if self.living:
            self._show_readings()

    def _failed(self, error: Exception) -> None:
        self._asking = False
        self._failure = error
        self._timer.setInterval(RETRY_MS)
        self._show_notes(self._state.machine)

    def _show(self, shown: Sequence[Reading]) -> None:
        while len(self.gauges) < len(shown):
            place = len(self.gauges)
            gauge = Gauge()
            gauge.clicked.connect(lambda _checked=False, one=gauge: self.asked.emit(one.reading.key))
            self.gauges.append(gauge)
            self._place(place)
        for gauge in self.gauges[len(shown) :]:
            gauge.hide()
        for gauge, reading in zip(self.gauges, shown, strict=False):
            gauge.show_reading(reading, self._state.colors)
            gauge.show()

    def _place(self, number: int) -> None:
        row, column = divmod(number, self._columns)
        self._grid.addWidget(self.gauges[number], row, column, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column or two, as there is room."""
        super().resizeEvent(event)
        self._share_columns()

    def changeEvent(self, event: QEvent) -> None:
        """Another text size: larger dials may not fit side by side."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._share_columns()

    def _share_columns(self) -> None:
        columns = 1 if self.width() < 2 * dial_size(self.font()) + BESIDE else 2
        if columns != self._columns:
            self._columns = columns
            for number in range(len(self.gauges)):
                self._place(number)

    def _show_notes(self, machine: Machine | None) -> None:
        _ = self._state.tr_
        if machine is None:
            self.notes.setText(_("Reading this computer …"))
            return
        lines = []
        for gpu in machine.gpus:
            if gpu.usable is False:
                reason = texts.why_not(_, gpu.origin("usable"))
                lines.append(_("{name} cannot be used: {reason}", name=gpu.name or "GPU", reason=reason))
        lines += [texts.why_not(_, note) for note in machine.notes]
        if self._failure is not None and self.living:
            lines.append(error_text(_, self._failure))
        self.notes.setText("\n\n".join(lines))
        self.notes.setVisible(bool(lines))
