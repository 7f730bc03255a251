"""Work that a user waits for: said while it lasts, its errors told in a dialog whose text can be copied."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from advisor.ui.base.state import State
from advisor.ui.base.work import Job, Work
from advisor.ui.dialogs.basic import ErrorDialog

T = TypeVar("T")


class Waiting(QObject):
    """Runs what was asked for off the window's thread; `window` is whose dialogs they are."""

    told = Signal(str)  # good news, to be shown for a moment
    waits = Signal(str)  # what is waited for; "" once nothing is

    def __init__(self, window: QWidget, state: State, work: Work) -> None:
        super().__init__(window)
        self.window, self._state, self._work = window, state, work
        self._waits: list[str] = []

    def ask(self, function: Callable[[], T], done: Callable[[T], object], what: str = "") -> Job:
        """Run `function` elsewhere, and `done` with its result here; `what` says what is waited for."""

        def finish(result: T) -> None:
            self.free()
            done(result)

        self.busy(what)
        return self._work.run(function, finish, self.failed)

    def busy(self, what: str = "") -> None:
        """Show that something is being waited for."""
        self._waits.append(what)
        QApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)
        self.waits.emit(what)

    def free(self) -> None:
        """The waiting is over, or that for the latest of several things."""
        if self._waits:
            self._waits.pop()
        QApplication.restoreOverrideCursor()
        self.waits.emit(self._waits[-1] if self._waits else "")

    def failed(self, error: Exception) -> None:
        """Say what went wrong."""
        self.free()
        dialog = ErrorDialog(self._state.tr_, error, self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
