"""Whether memory stays flat: the process's own resident memory over many toggles and many exported reports.

`python -m benchmarks.growth [TOGGLES] [EXPORTS]`: 10000 and 100 by default. A tenth of each comes first as a warm-up
that is not counted: caches with a limit fill up in it.
"""

import gc
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from advisor import profiles
from advisor.catalog.complete import complete
from advisor.report import SECTION_KEYS
from advisor.settings import Settings, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.report.tasks import Order, export
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from advisor.workload import Workload

SETTINGS = Settings(theme="light", window=WindowChoices(hint_seen=True))  # no callouts of the first start
EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "example-lenovo-g480.json"
GOAL_MIB = 5.0
PARTS = 5


def mib() -> float:
    """Resident memory after the rubbish was collected."""
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 2**20


def changes() -> Iterator[dict[str, Any]]:
    """Turns of knobs without end, mostly to settings that were not seen before."""
    for turn in itertools.count():
        yield {"context": 1024 + 16 * (turn % 8000)}
        yield {"kv_type": ("f16", "q8_0", "q4_0")[turn % 3]}
        yield {"quant": ("Q5_K_M", "Q6_K", "Q2_K", "Q4_K_M")[turn % 4]}
        yield {"seq": 512 + 16 * (turn % 4000)}
        yield {"rank": 4 + turn % 120}
        yield {"checkpointing": turn % 2 == 0}
        yield {"batch": 1 + turn % 16}


def toggle(app: QApplication, screen: Screen, count: int, turns: Iterator[dict[str, Any]]) -> None:
    """So many turned knobs, each painted, with a moment of idle work after it."""
    for change in itertools.islice(turns, count):
        screen.state.change(**change)
        for kind in (QEvent.Type.LayoutRequest, QEvent.Type.UpdateRequest):
            QCoreApplication.sendPostedEvents(None, kind)
        app.processEvents()


def settle(app: QApplication, screen: Screen, limit_s: float = 60) -> None:
    """Until nothing is left to compute."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end and not (screen.settled and screen.state.models):
        app.processEvents()
        time.sleep(0.002)


def write_reports(order: Order, count: int, folder: Path) -> None:
    """So many reports, in every format in turn."""
    kinds = itertools.cycle(("pdf", "html", "md", "json"))
    for kind in itertools.islice(kinds, count):
        export(order, folder / f"report.{kind}", lambda _part: None, lambda: False)
        gc.collect()  # as the window does every second; Python's own search is off since there was one


def row(name: str, count: int, first: float, figures: list[float]) -> float:
    """One line of the table; the growth since the warm-up."""
    grown = figures[-1] - first
    steps = " ".join(f"{figure:7.1f}" for figure in figures)
    print(f"{name:9} {count:7} {first:8.1f}  {steps}  {grown:+7.1f}")
    return grown


def main() -> int:
    """Print the tables; 1 when either grows more than the goal."""
    toggles, exports = (int(one) for one in (sys.argv[1:] + ["10000", "100"][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as own:  # settings and logs of whoever runs this stay as they are
        os.environ.update(dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"), own))
        print(f"MiB after the warm-up, then after each of {PARTS} parts, and what was added (goal under {GOAL_MIB:g})")
        grown = [of_toggles(toggles), of_exports(exports, Path(own))]
    return 0 if max(grown) < GOAL_MIB else 1


def of_toggles(count: int) -> float:
    """The growth over so many turned knobs in a window."""
    app = ui_app.application()
    window = Window()
    machine = complete(profiles.load(EXAMPLE))
    screen = ui_app.fill(app, window, machine, Workload(), SETTINGS, "en")
    window.show()
    screen.begin()
    settle(app, screen)
    turns = changes()
    figures: list[float] = []
    toggle(app, screen, count // 10, turns)
    settle(app, screen)
    first = mib()
    for _part in range(PARTS):
        toggle(app, screen, count // PARTS, turns)
        settle(app, screen)
        figures.append(mib())
    grown = row("toggles", count, first, figures)
    window.close()
    return grown


def of_exports(count: int, folder: Path) -> float:
    """The growth over so many reports, in all formats."""
    machine = complete(profiles.load(EXAMPLE))
    order = Order((("", machine),), Workload(), "free", "en", "a4", SECTION_KEYS)
    write_reports(order, max(4, count // 10), folder)
    first = mib()
    figures: list[float] = []
    for _part in range(PARTS):
        write_reports(order, count // PARTS, folder)
        figures.append(mib())
    return row("exports", count, first, figures)


if __name__ == "__main__":
    sys.exit(main())
