"""When Python looks for garbage among the window's objects: rarely, never through all of them while someone is there.

The catalogue and the cells are two hundred thousand objects that live as long as the window. Looking through all of
them takes 60 to 200 ms, in which no key is answered. So they are set aside when the matrix is complete, and the whole
heap is looked through only when the user turns to another program.
"""

import gc

from PySide6.QtCore import QObject, Qt, SignalInstance
from PySide6.QtWidgets import QApplication

YOUNG, MIDDLE, OLD = 2000, 10, 100


class Garbage(QObject):
    """Sets aside what is there whenever `completed` is emitted, and tidies up when the program is left."""

    def __init__(self, app: QApplication, completed: SignalInstance, parent: QObject) -> None:
        super().__init__(parent)
        gc.set_threshold(YOUNG, MIDDLE, OLD)
        completed.connect(lambda: gc.freeze())  # noqa: PLW0108 - Qt asks a slot how many values it takes
        app.applicationStateChanged.connect(self._state_changed)

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            tidy()


def tidy() -> None:
    """Look through everything, then set aside what is left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
