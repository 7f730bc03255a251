"""The window stands and answers while every probe of the computer hangs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from advisor.settings import Settings, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.window import Window
from advisor.workload import Workload
from tests.ui.helpers import FewModels

SETTINGS = Settings(theme="light", window=WindowChoices(hint_seen=True))
ROOT = Path(__file__).resolve().parents[2]
HANGING = """
import json, threading, time
from advisor import probes
from advisor.probes.runner import Probe

asked = threading.Event()
end = threading.Event()


def hang():
    asked.set()
    end.wait(60)


probes.probes = lambda wake=False: [Probe(name, hang, ("cpu", "memory", "gpus", "disks")) for name in ("a", "b", "c")]

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from advisor.settings import Settings
from advisor.ui import app as ui_app
from advisor.ui.gauges.panel import GaugesPanel
from advisor.ui.window import Window
from advisor.workload import Workload

painted, ticks = {}, []


class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            painted.setdefault(type(watched).__name__, asked.is_set())
        return False


def look():
    ticks.append(asked.is_set())
    if len([tick for tick in ticks if tick]) >= 20:
        end.set()
        QApplication.quit()


watch = Watch()
app = ui_app.application()
app.installEventFilter(watch)
timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
QTimer.singleShot(30_000, QApplication.quit)
ui_app.run_window(None, Workload(), Settings(theme="light"), "zh-CN")
print(json.dumps([painted, sum(ticks)]))
"""


def test_the_first_paint_waits_for_no_probe(tmp_path: Path) -> None:
    """The window is painted before any probe is asked, and its panels paint and events go on while all of them hang."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path),
                   "APPDATA": str(tmp_path), "QT_LOGGING_RULES": "*=false"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", HANGING], cwd=ROOT, env=environment, capture_output=True, timeout=60,
                          check=False, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    painted, ticks = json.loads(done.stdout.splitlines()[-1])
    assert painted["Window"] is False  # nobody was asked by then
    assert "GaugesPanel" in painted
    assert ticks >= 20


CLOSED = """
import sys
from PySide6.QtCore import QTimer
from advisor.settings import Settings
from advisor.ui import app as ui_app
from advisor.ui.window import Window
from advisor.workload import Workload

filling = ui_app.filling
steps = []


def closing(app, window, *rest):
    for step in filling(app, window, *rest):
        steps.append(1)
        if len(steps) == int(sys.argv[1]):
            window.close()
        yield


ui_app.filling = closing
QTimer.singleShot(20_000, lambda: sys.exit(3))
code = ui_app.run_window(None, Workload(), Settings(theme="light"), "en")
print(code, len(steps))
"""


@pytest.mark.parametrize("at", [3, 22, 26])
def test_a_window_closed_while_it_is_filled_ends_at_once(at: int, tmp_path: Path) -> None:
    """Nothing more is made for it, and nothing keeps the program alive."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path),
                   "XDG_STATE_HOME": str(tmp_path), "APPDATA": str(tmp_path), "LOCALAPPDATA": str(tmp_path),
                   "QT_LOGGING_RULES": "*=false"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", CLOSED, str(at)], cwd=ROOT, env=environment, capture_output=True,
                          timeout=60, check=False, text=True)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["0", str(at)]


def test_the_window_answers_while_it_is_filled(qapp: QApplication) -> None:
    """Between any two steps the event loop turns; the screen is seen when all of it is there, never half of it."""
    window = Window()
    window.show()
    turns, seen, done = [], [], []
    steps = ui_app.filling(qapp, window, None, Workload(), SETTINGS, "en", FewModels())

    def watched() -> Iterator[None]:
        for step in steps:
            central = window.centralWidget()
            seen.append(central is not None and central.isVisible())
            QTimer.singleShot(0, window, lambda: turns.append(1))
            yield step

    ui_app.in_turns(window, watched(), lambda: done.append(window.screen_))
    while not done:
        qapp.processEvents()
    assert len(seen) > 10
    assert len(turns) >= len(seen) - 1
    assert not any(seen)
    assert done[0] is not None
    assert done[0].isVisible()
    window.close()
