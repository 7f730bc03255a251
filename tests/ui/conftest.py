"""Window tests run without a display; each must leave no thread and no timer behind."""

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
from tests.ui.helpers import OPENED


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def _clean(qapp: QApplication) -> Iterator[None]:
    """Fails the test that leaves a thread or a running timer."""
    ui_app.application()
    threads = set(threading.enumerate())
    yield
    OPENED.clear()
    for widget in QApplication.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    gc.collect()
    left = [timer for timer in qapp.findChildren(QTimer) if timer.isActive()]
    assert not left, f"timers left running: {left}"
    assert QThreadPool.globalInstance().activeThreadCount() == 0
    assert set(threading.enumerate()) <= threads | {threading.main_thread()}, "threads left running"
