"""What the machine that is shown does otherwise than this computer, in a few words, counted off the window's thread."""

from PySide6.QtCore import QObject, QTimer, Signal

from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base.state import State
from advisor.ui.base.work import Job, Work
from advisor.workload import Workload

WAIT_MS = 300  # after the last turn of a knob


def in_words(_: Translator, own: Machine, other: Machine, workload: Workload, budget: Budget) -> str:
    """ "+34 models run, +12 can be fine-tuned": some hundred estimates, a fraction of a second."""
    from advisor.advice.compared import compared, sentence

    return sentence(_, compared(own, other, workload, budget))


class Gain(QObject):
    """`told` says it anew whenever machine or knobs change; "" while it is not known."""

    told = Signal(str)

    def __init__(self, state: State, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._work = state, work
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._ask)
        for signal in (state.machine_changed, state.own_changed):
            signal.connect(self._changed)
        for signal in (state.workload_changed, state.language_changed):
            signal.connect(self._later)

    @property
    def busy(self) -> bool:
        """Whether words are still to come."""
        return self._timer.isActive() or self._job is not None

    def stop(self) -> None:
        """No more timers, no more words."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _changed(self) -> None:
        self.told.emit("")
        self._later()

    def _later(self) -> None:
        self.stop()
        if self._state.what_if is not None and self._state.own is not None:
            self._timer.start()

    def _ask(self) -> None:
        state = self._state
        own, shown = state.own, state.machine
        if own is None or shown is None:
            return
        _, workload, budget = state.tr_, state.workload, state.budget
        self._job = self._work.run(lambda: in_words(_, own, shown, workload, budget), self._tell, self._failed)

    def _tell(self, words: str) -> None:
        self._job = None
        self.told.emit(words)

    def _failed(self, _error: Exception) -> None:
        self._job = None  # it has been logged; the banner does without
