"""The dialog that measures this computer: what it does, progress that can be cancelled, measured against expected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from advisor.i18n import N_
from advisor.machine import Machine
from advisor.ui.base import tasks
from advisor.ui.base.state import State
from advisor.ui.base.work import Job, Run, Work
from advisor.ui.dialogs.basic import error_text

WIDTH = 460
STEPS = 1000
_LOOK_MS = 50
_BEFORE = N_(
    "Reads the memory with all cores and multiplies matrices, about three seconds. The estimates then count with what "
    "this computer really reaches. Close other programs first; a laptop should be plugged in."
)


class MeasureDialog(QDialog):
    """Measures when asked to; `show` is given the machine with what was measured. Closing it cancels."""

    def __init__(self, state: State, work: Work, show: Callable[[Machine], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._work, self._show = state, work, show
        self._run: Run | None = None
        self._job: Job | None = None
        _ = state.tr_
        self.setWindowTitle(_("Measure this computer"))
        self.text = QLabel(_(_BEFORE))
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setMinimumWidth(WIDTH)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        buttons = QDialogButtonBox()
        self.start = buttons.addButton(_("&Measure"), QDialogButtonBox.ButtonRole.ActionRole)
        self.close_ = buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.start.clicked.connect(self.measure)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(self.bar)
        layout.addWidget(buttons)
        self.start.setDefault(True)  # once it is the dialog's
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def measure(self) -> None:
        """Begin, off the window's thread."""
        machine = self._state.own
        if machine is None or self._run is not None:
            return
        run, work = Run(), self._work
        self._run = run
        self.start.setEnabled(False)
        self.close_.setText(self._state.tr_("Cancel"))
        self._timer.start()

        self._job = work.run(
            lambda: tasks.measure(machine, run.tell, lambda: run.cancelled.is_set() or work.closed),
            self._done,
            self._failed,
        )

    def hideEvent(self, event: QHideEvent) -> None:
        """Closed by a key, a button or with its window: what still runs ends within a moment and is forgotten."""
        if not event.spontaneous():  # the system's own: minimised
            self._end()
        super().hideEvent(event)

    def _look(self) -> None:
        if self._run is not None:
            self.bar.setValue(round(STEPS * self._run.part))

    def _end(self) -> None:
        self._timer.stop()
        if self._run is not None:
            self._run.cancelled.set()
        if self._job is not None:
            self._job.cancel()
        self._run = self._job = None

    def _done(self, outcome: tasks.Measurement | None) -> None:
        self._end()
        if outcome is None:  # the window is closing
            return
        _ = self._state.tr_
        lines = ["\n".join(outcome.figures(_)), *outcome.meanings(_)]
        if outcome.unkept is not None:
            lines.append(_("Not kept for later: {reason}", reason=error_text(_, outcome.unkept)))
        self._tell("\n\n".join(lines))
        self.bar.setValue(STEPS)
        self._show(outcome.machine)

    def _failed(self, error: Exception) -> None:
        self._end()
        self.bar.setValue(0)
        self._tell(error_text(self._state.tr_, error))

    def _tell(self, text: str) -> None:
        _ = self._state.tr_
        self.text.setText(text)
        self.start.setText(_("&Measure again"))
        self.start.setEnabled(True)
        self.close_.setText(_("Close"))
        self.close_.setFocus()
        self.adjustSize()
