"""The window stands and answers while every probe of the computer hangs."""

import json
import os
import subprocess
import sys
from pathlib import Path

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
