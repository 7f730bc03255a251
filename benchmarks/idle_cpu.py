"""What the window costs while nobody touches it: CPU seconds of the process over a minute, its gauges alive.

`python -m benchmarks.idle_cpu [SECONDS]`: 60 by default. The machine is this computer, so that the gauges sample and
move; counting begins when all that a start brings about is done. Sampling and painting are counted each by itself.
"""

import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from advisor.probes.live import LiveSample, sample
from advisor.settings import Settings
from advisor.ui import app as ui_app
from advisor.ui.gauges import panel as gauges_panel
from advisor.ui.gauges.gauge import Gauge
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from advisor.workload import Workload

GOAL = 0.01  # of one core


class Paints(QObject):
    """Counts the paint events of the whole program, those of gauges by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.gauges = self.others = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Qt's hook."""
        if event.type() == QEvent.Type.Paint:
            if isinstance(watched, Gauge):
                self.gauges += 1
            else:
                self.others += 1
        return False


def wait(seconds: float) -> None:
    """Let the window live."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def settle(screen: Screen, limit_s: float = 240) -> None:
    """Until nothing but the gauges' beat is left."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        wait(1)
        if screen.state.models and screen.state.own is not None and not screen.cells.busy and not screen.details.busy:
            return


def cpu_seconds() -> float:
    """What this process has used, all threads."""
    used = os.times()
    return used.user + used.system


def main() -> int:
    """Print what an idle minute costs; exit 1 when it is over the goal."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    app = ui_app.application()
    frame = Window()
    screen = ui_app.fill(app, frame, None, Workload(), Settings(theme="light"), "en")
    frame.show()
    samples = _count_samples()
    screen.begin()
    settle(screen)
    wait(5)
    shares = []
    for name, shown in (("window shown", True), ("window minimised", False)):
        if not shown:
            frame.showMinimized()
            wait(2)
        shares.append(_measure(app, name, samples, seconds if shown else min(seconds, 20.0)))
    frame.close()
    return 0 if shares[0] < GOAL else 1


def _count_samples() -> list[float]:
    """The seconds that each sample takes of its own thread, from now on."""
    taken: list[float] = []

    def counted() -> LiveSample:
        start = time.thread_time()
        try:
            return sample()
        finally:
            taken.append(time.thread_time() - start)

    setattr(gauges_panel, "sample", counted)  # noqa: B010 - the panel's own name for it
    return taken


def _measure(app: QApplication, name: str, samples: list[float], seconds: float) -> float:
    paints = Paints()
    app.installEventFilter(paints)
    samples.clear()
    start, clock = cpu_seconds(), time.monotonic()
    wait(seconds)
    used, passed = cpu_seconds() - start, time.monotonic() - clock
    app.removeEventFilter(paints)
    share = used / passed
    goal = f"goal under {100 * GOAL:.0f} %"
    print(f"{name}: {used:.2f} CPU s in {passed:.0f} s = {100 * share:.2f} % of a core ({goal})")
    print(
        f"  {len(samples)} samples, {sum(samples):.3f} CPU s; {paints.gauges} paints of gauges, {paints.others} others"
    )
    return share


if __name__ == "__main__":
    sys.exit(main())
