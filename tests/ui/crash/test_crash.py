"""Unexpected errors: from wherever they come they are logged, told once, to be copied; the program goes on or ends."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, qWarning
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from advisor import logs
from advisor.i18n import translator
from advisor.ui.crash.care import Care
from advisor.ui.crash.dialog import CrashDialog
from advisor.ui.crash.hooks import Hooks

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log of one test."""
    monkeypatch.setattr(logs, "folder", lambda: tmp_path)
    logs.stop()
    yield tmp_path / "advisor.log"
    logs.stop()


@pytest.fixture
def hooks(qapp: QApplication, log: Path) -> Iterator[Hooks]:
    """Hooks in place for one test."""
    found = Hooks()
    found.install()
    yield found
    found.remove()


class _Bad(QWidget):
    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        raise ValueError("in a paint")


@pytest.mark.no_qt_log
def test_errors_from_everywhere_are_caught(
    qtbot: QtBot, hooks: Hooks, log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A slot, a painted widget, a thread: each is told once. A destructor's and Qt's words are in the log only."""
    told: list[str] = []
    hooks.told.connect(told.append)
    button, widget = QPushButton(), _Bad()
    qtbot.addWidget(button)
    qtbot.addWidget(widget)
    button.clicked.connect(_in_a_slot)
    button.click()
    widget.show()
    thread = threading.Thread(target=_fail, args=("in a thread",))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(told) >= 3)
    _Dying()
    qWarning("a widget is unhappy")
    for words in ("in a slot", "in a paint", "in a thread"):
        assert sum(words in one for one in told) == 1, words
    written = log.read_text(encoding="utf-8")
    assert all(words in written for words in ("in a slot", "in a thread", "in a destructor", "Qt: a widget is unhappy"))
    assert not any("destructor" in one for one in told)


def _fail(words: str) -> None:
    raise ValueError(words)


def _in_a_slot() -> None:
    raise ValueError("in a slot")


class _Dying:
    def __del__(self) -> None:
        raise ValueError("in a destructor")


def test_the_same_error_is_told_once(qtbot: QtBot, hooks: Hooks, log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A hundred failed repaints are one dialog and one entry in the log."""
    told: list[str] = []
    hooks.told.connect(told.append)
    for _time in range(100):
        try:
            _fail("again")
        except ValueError as error:
            hooks.error(type(error), error, error.__traceback__)
    QApplication.processEvents()
    assert len(told) == 1
    assert log.read_text(encoding="utf-8").count("ValueError: again") == 1


def test_no_terminal_is_no_trouble(hooks: Hooks, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A windowed program on Windows has no standard error."""
    monkeypatch.setattr(sys, "stderr", None)
    hooks.error(ValueError, ValueError("quiet"), None)
    assert "ValueError: quiet" in log.read_text(encoding="utf-8")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A plain window with care."""
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def _open(care: Care) -> CrashDialog | None:
    """The dialog of now; mypy takes an attribute for what it was."""
    return care.dialog


def test_one_dialog_holds_all_errors_and_copies_them(qtbot: QtBot, window: QWidget, log: Path) -> None:
    """A second error joins the first one's dialog; copying gives versions and both; the next one has its own dialog."""
    care = Care(window, lambda: translator("en"))
    care.show_error("ValueError: one")
    care.show_error("KeyError: two")
    dialogs = window.findChildren(CrashDialog)
    assert len(dialogs) == 1
    dialog = dialogs[0]
    assert not dialog.details.isVisible()
    dialog.show_details.click()
    assert dialog.details.isVisible()
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("Hardware Advisor: ")
    assert all(words in copied for words in ("Qt: ", "ValueError: one", "KeyError: two"))
    dialog.go_on.click()
    assert _open(care) is None
    assert window.isVisible()
    care.show_error("again")
    assert care.dialog is not None
    assert care.dialog is not dialog


def test_quitting_closes_the_windows(qtbot: QtBot, window: QWidget, log: Path) -> None:
    """The button ends the program as its window's own button does; Escape goes on instead."""
    care = Care(window, lambda: translator("en"))
    care.show_error("one")
    assert care.dialog is not None
    QTest.keyClick(care.dialog, Qt.Key.Key_Escape)
    assert _open(care) is None
    assert window.isVisible()
    care.show_error("two")
    again = _open(care)
    assert again is not None
    again.quit.click()
    assert not window.isVisible()


def test_the_last_times_end_is_offered_without_quitting(qtbot: QtBot, window: QWidget, log: Path) -> None:
    """Only where something was left; there is nothing to quit; Chinese speaks Chinese."""
    care = Care(window, lambda: translator("zh-CN"))
    care.show_last_time("")
    assert _open(care) is None
    care.show_last_time("Fatal Python error: Aborted")
    assert care.dialog is not None
    assert not care.dialog.quit.isVisibleTo(care.dialog)
    assert "Fatal Python error: Aborted" in care.dialog.details.toPlainText()
    care.dialog.close()


STARTED = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from advisor import ui
from advisor.settings import Settings
from advisor.ui.crash.dialog import CrashDialog
from advisor.workload import Workload

if sys.argv[1] == "broken":
    from advisor.ui import app
    app.filling = lambda *_args: 1 // 0
if sys.argv[1] == "no window":
    from advisor.ui import app
    app.Window = lambda *_args: 1 // 0
seen = []


def look():
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, CrashDialog) and widget.isVisible():
            seen.append([widget.windowTitle(), widget.details.toPlainText()])
            (widget.quit if widget.quit.isVisible() else widget.go_on).click()
            if sys.argv[1] == "last time":
                QTimer.singleShot(100, QApplication.closeAllWindows)
            return
    QTimer.singleShot(20, look)


import advisor.ui.crash.dialog as dialog
show = dialog.CrashDialog.showEvent
dialog.CrashDialog.showEvent = lambda self, event: (show(self, event), QTimer.singleShot(50, look))
code = ui.run(None, Workload(), Settings(theme="light"), "en")
print(json.dumps([code, seen]))
"""


@pytest.mark.parametrize(
    ("how", "title", "words"),
    [
        ("broken", "Something went wrong", "ZeroDivisionError"),
        ("no window", "The program could not start", "ZeroDivisionError"),
        ("last time", "The program ended unexpectedly", "Segmentation fault"),
    ],
)
def test_errors_of_a_start_are_shown(how: str, title: str, words: str, tmp_path: Path) -> None:
    """While the window fills, before there is one, and those of the last time; nothing is left for the next start."""
    if how == "last time":
        (tmp_path / "hardware-advisor").mkdir()
        (tmp_path / "hardware-advisor" / "crash-x.txt").write_text("Fatal Python error: Segmentation fault\n")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*=false"}
    environment.update(dict.fromkeys(("XDG_CONFIG_HOME", "APPDATA", "XDG_STATE_HOME"), str(tmp_path)))
    environment["LOCALAPPDATA"] = str(tmp_path)
    done = subprocess.run([sys.executable, "-c", STARTED, how], cwd=ROOT, env=environment, capture_output=True,
                          timeout=60, check=False, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    code, seen = json.loads(done.stdout.splitlines()[-1])
    assert [one[0] for one in seen] == [title]
    assert words in seen[0][1]
    assert code == (1 if how == "no window" else 0)
    assert not list(tmp_path.rglob("crash-*.txt"))


def test_a_job_that_fails_unexpectedly_is_logged(qtbot: QtBot, log: Path) -> None:
    """Work's callback gets the error, the log its traceback."""
    from advisor.ui.base.work import Work

    owner = QObject()
    work = Work(owner)
    failed: list[Exception] = []
    work.run(lambda: _fail("at work"), lambda _none: None, failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    assert "ValueError: at work" in log.read_text(encoding="utf-8")
    assert work.close()
