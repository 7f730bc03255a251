"""First paint against an empty QMainWindow, each in its own process, in turn; what is imported by then; idle memory."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 9
HEAVY = ("matplotlib", "numpy", "fpdf", "psutil", "pynvml", "cpuinfo")

EMPTY = """
import time; start = time.perf_counter()
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1366, 728)
"""
OURS = """
import time; start = time.perf_counter()
from PySide6.QtCore import QEvent, QObject
from advisor.settings import Settings
from advisor.ui import app as ui_app
from advisor.ui.look import colors
from advisor.ui.window import Window
from advisor.workload import Workload
app = ui_app.application()
window = Window()
app.setPalette(colors.qt_palette(colors.at_first("system")))
"""
# The same, and the time until all panels are painted, still before anything was read or computed.
FILLED = (
    OURS
    + """
window.show()
app.processEvents()
screen = ui_app.fill(app, window, None, Workload(), Settings(theme="light"), "zh-CN")
"""
)
MEASURE = """
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            app.seconds = time.perf_counter() - start
            app.quit()
        return False
watch = Watch()
window.installEventFilter(watch)
window.show()
app.exec()
import json, sys
print(json.dumps([app.seconds, sorted(sys.modules)]))
"""
IDLE = """
import time
from advisor.settings import Settings
from advisor.ui import app as ui_app
from advisor.ui.window import Window
from advisor.workload import Workload
app = ui_app.application()
window = Window()
window.show()
screen = ui_app.fill(app, window, None, Workload(), Settings(theme="light"), "zh-CN")
screen.begin()
end = time.monotonic() + 60
settled = 0.0
while time.monotonic() < end:
    app.processEvents()
    time.sleep(0.005)
    if screen.state.models and screen.state.machine and screen.strip.advice and screen.settled:
        settled = settled or time.monotonic() + 3
    if settled and time.monotonic() > settled:
        break
import psutil
memory = psutil.Process().memory_info().rss
window.close()
print(memory)
"""


def run(code: str) -> str:
    """Run a program without a display and give back its last line."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "QT_LOGGING_RULES": "*=false"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def main() -> int:
    """Print the table; exit 1 when the goal of 1.3 x or the list of imports is missed."""
    times: dict[str, list[float]] = {"empty QMainWindow": [], "Hardware Advisor": [], "all panels painted": []}
    heavy: set[str] = set()
    for _round in range(ROUNDS):
        for name, code in zip(times, (EMPTY, OURS, FILLED), strict=True):
            seconds, modules = json.loads(run(code + MEASURE))
            heavy |= {name for name in HEAVY if name in modules}
            times[name].append(seconds)
    print(f"{'first paint':20} {'median s':>9} {'best s':>8} {'worst s':>8}")
    for name, seen in times.items():
        print(f"{name:20} {statistics.median(seen):9.3f} {min(seen):8.3f} {max(seen):8.3f}")
    medians = [statistics.median(seen) for seen in times.values()]
    ratio = medians[1] / medians[0]
    print(f"ratio of medians {ratio:.2f} (goal 1.30); heavy modules imported by then: {', '.join(heavy) or 'none'}")
    print(f"idle memory, all cells and advice shown: {int(run(IDLE)) / 2**20:.0f} MiB (goal 90)")
    return 0 if ratio <= 1.3 and not heavy else 1


if __name__ == "__main__":
    sys.exit(main())
