"""Work that a user waits for: said while it lasts, its errors told in a dialog whose text can be copied."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from advisor.ui.base.state import State
from advisor.ui.base.work import Job, Work
from advisor.ui.dialogs.basic import ErrorDialog

T = TypeVar("T")


class Wait:
    """One thing that is waited for."""

    def __init__(self, what: str) -> None:
        self.what = what


class Waiting(QObject):
    """Runs what was asked for off the window's thread; `window` is whose dialogs they are."""

    told = Signal(str)  # good news, to be shown for a moment
    waits = Signal(str)  # what is waited for; "" once nothing is

    def __init__(self, window: QWidget, state: State, work: Work) -> None:
        super().__init__(window)
        self.window, self._state, self._work = window, state, work
        self._waits: list[Wait] = []

    def ask(self, function: Callable[[], T], done: Callable[[T], object], what: str = "") -> Job:
        """Run `function` elsewhere, and `done` with its result here; `what` says what is waited for."""

        def finish(result: T) -> None:
            self.free(wait)
            done(result)

        def fail(error: Exception) -> None:
            self.free(wait)
            self.failed(error)

        wait = self.busy(what)
        return self._work.run(function, finish, fail)

    def busy(self, what: str = "") -> Wait:
        """Show that something is being waited for, until it is given to `free`."""
        wait = Wait(what)
        self._waits.append(wait)
        QApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)
        self._tell()
        return wait

    def free(self, wait: Wait) -> None:
        """The waiting for this is over; other things may still be waited for."""
        self._waits.remove(wait)
        QApplication.restoreOverrideCursor()
        self._tell()

    def _tell(self) -> None:
        """The latest of what has words."""
        self.waits.emit(next((one.what for one in reversed(self._waits) if one.what), ""))

    def failed(self, error: Exception) -> None:
        """Say what went wrong."""
        dialog = ErrorDialog(self._state.tr_, error, self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
