"""Saves the choices a moment after they changed, so that a crash or a power cut costs the last seconds at most."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from advisor import settings
from advisor.errors import UserError
from advisor.ui.base.state import State
from advisor.ui.base.work import Work

AFTER_MS = 2000


class Keeper(QObject):
    """Hears what is worth keeping; `look` brings into the choices what nobody says, as the panes' shares."""

    def __init__(self, state: State, work: Work, look: Callable[[], None], failed: Callable[[UserError], None]) -> None:
        super().__init__(state)
        self._state, self._work, self._look, self._failed = state, work, look, failed
        self._told = self._stopped = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._save)
        for signal in (state.choices_changed, state.workload_changed, state.language_changed, state.theme_changed):
            signal.connect(self.changed)

    def changed(self) -> None:
        """Something is worth keeping; it is saved when nothing has changed for a while."""
        if not self._stopped:
            self._timer.start()

    def stop(self) -> None:
        """The window closes: it saves for the last time itself."""
        self._look()  # which may find something worth keeping
        self._stopped = True  # fields that lose the focus on closing may still change something
        self._timer.stop()

    def _save(self) -> None:
        self._look()
        self._timer.stop()  # what was just looked up is being saved
        kept = self._state.settings()
        self._work.run(lambda: settings.save(kept), lambda _nothing: None, self._not_saved)

    def _not_saved(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        if not self._told:  # once: it will fail again after every change
            self._told = True
            self._failed(error)
