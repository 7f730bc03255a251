"""Catches what nobody else caught, in every thread and in Qt's callbacks: each error goes to the log, and is told once.

PySide gives errors in slots and in overridden methods to `sys.excepthook`, as Python does with those of the main
program. Messages of Qt go to the log.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QtMsgType, Signal, qInstallMessageHandler

from advisor import logs

if TYPE_CHECKING:
    from types import TracebackType

    from PySide6.QtCore import QMessageLogContext

_LOGGED = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)


class Hooks(QObject):
    """In place from `install` to `remove`; `told`, in the window's thread, is the traceback of every error that was not
    seen before.
    """

    told = Signal(str)
    _caught = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: set[str] = set()
        self._wired = False

    def install(self) -> None:
        """From now on nothing is lost."""
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self.error
        threading.excepthook = self._in_thread
        sys.unraisablehook = self._unraisable
        qInstallMessageHandler(self._qt)

    def remove(self) -> None:
        """As it was before."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        qInstallMessageHandler(None)

    def error(self, kind: type[BaseException], trouble: BaseException, trace: TracebackType | None) -> None:
        """An error that nobody caught, in whichever thread."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, trouble, trace)
            return
        key = _key(kind, trace)
        if key in self._seen:  # a method that paints fails a hundred times in a second
            return
        self._seen.add(key)
        text = logs.error(trouble.with_traceback(trace))
        _print(text)
        self._wire()
        self._caught.emit(text)

    def _wire(self) -> None:
        """Errors are told from the event loop: no dialog opens in the middle of a paint, or in another thread."""
        if not self._wired:
            from PySide6.QtCore import Qt  # its enumerations take long to load: not before the first paint

            self._wired = True
            self._caught.connect(self.told, Qt.ConnectionType.QueuedConnection)

    def _in_thread(self, found: threading.ExceptHookArgs) -> None:
        if found.exc_value is not None and not issubclass(found.exc_type, SystemExit):
            self.error(found.exc_type, found.exc_value, found.exc_traceback)

    def _unraisable(self, found: sys.UnraisableHookArgs) -> None:
        """An error where none can be raised, as in a destructor: nothing that its user waits for has failed."""
        if found.exc_value is not None:
            _print(logs.error(found.exc_value))

    def _qt(self, kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if kind in _LOGGED:
            logs.logger().warning("Qt: %s", logs.plain(message))
        _print(f"{message}\n")


def _key(kind: type[BaseException], trace: TracebackType | None) -> str:
    """What makes an error the same as another one: its kind and the place where it was raised."""
    import traceback

    last = traceback.extract_tb(trace)[-1:] if trace is not None else []
    return f"{kind.__name__} {[(frame.filename, frame.lineno) for frame in last]}"


def _print(text: str) -> None:
    if sys.stderr is not None:  # a windowed program on Windows has none
        sys.stderr.write(text)
