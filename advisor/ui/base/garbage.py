"""When Python looks for garbage: in the window's thread alone, and never through everything while someone is there.

Python looks for it in whichever thread happens to make the next object. A thread that computes advice would then take
the window's widgets apart, and Qt ends the program for that. So Python's own search is off while there is a window.

The catalogue and the cells are two hundred thousand objects that live as long as the window. Looking through all of
them takes 60 to 200 ms, in which no key is answered. So they are set aside when the matrix is complete, and the whole
heap is looked through only when the user turns to another program. Else new objects are looked through several times a
second, while they are few, and those that stayed once nothing happens.
"""

import gc

from PySide6.QtCore import QObject, Qt, QTimer, SignalInstance
from PySide6.QtGui import QGuiApplication

EVERY_MS = 250
YOUNG = 2000  # new objects that are worth a search
QUIET = 4  # times in a row with fewer: nobody works in the window


class Garbage(QObject):
    """Looks for garbage now and then; sets aside what is there whenever `completed` is emitted; tidies up when the
    program is left.
    """

    def __init__(self, completed: SignalInstance, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._quiet, self._due = 0, False
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        completed.connect(self._set_aside)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.applicationStateChanged.connect(self._state_changed)

    def stop(self) -> None:
        """No more searches of its own; what was set aside may be found again. Python's search stays off: threads that
        were not waited for may run on.
        """
        self._timer.stop()
        gc.unfreeze()

    def _look(self) -> None:
        if gc.get_count()[0] > YOUNG:
            gc.collect(0)
            self._quiet, self._due = 0, True
            return
        self._quiet += 1
        if self._due and self._quiet >= QUIET:
            gc.collect()
            self._due = False

    def _set_aside(self) -> None:
        if self._timer.isActive():
            gc.collect(0)  # what is garbage already would be set aside for as long as the program is used
            gc.freeze()

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive and self._timer.isActive():
            tidy()


def tidy() -> None:
    """Look through everything, then set aside what is left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
