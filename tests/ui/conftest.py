"""Window tests run without a display; each must leave no thread and no timer behind, and get no warning of Qt's."""

import gc
import os
import threading
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HARDWARE_ADVISOR_STILL"] = "1"  # bars jump: a glide would make pictures depend on the clock

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

from advisor.ui import app as ui_app
from advisor.ui.window import Window
from tests.ui.helpers import OPENED


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def _clean(qapp: QApplication) -> Iterator[None]:
    """Fails the test that leaves a thread or a running timer."""
    ui_app.application()
    threads = set(threading.enumerate())
    gc.disable()  # as while the program has a window: no other thread may take widgets apart
    yield
    OPENED.clear()
    outliving = []
    for widget in QApplication.topLevelWidgets():
        widget.close()
        if isinstance(widget, Window):
            timers = [timer for timer in widget.findChildren(QTimer) if timer.isActive()]
            outliving += [f"{timer.interval()} ms of {timer.parent()!r}" for timer in timers]
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    gc.collect()
    gc.enable()
    assert not outliving, f"timers that outlive a closed window: {outliving}"
    running = [timer for timer in qapp.findChildren(QTimer) if timer.isActive()]
    assert not running, f"timers left running: {running}"
    assert QThreadPool.globalInstance().activeThreadCount() == 0
    assert set(threading.enumerate()) <= threads | {threading.main_thread()}, "threads left running"
