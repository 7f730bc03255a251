"""The matrix with ten times the catalogue: milliseconds a frame while scrolling, and from a keystroke to the new rows.

`python3 -m benchmarks.scroll [times]` prints median, p95 and worst; exit 1 when a p95 misses its goal.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent

from advisor import profiles, settings
from advisor.catalog.complete import complete
from advisor.catalog.model import Model
from advisor.settings import Settings
from advisor.ui import app as ui_app
from advisor.ui.base.core import Core
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from advisor.workload import Workload

EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "example-lenovo-g480.json"
TIMES = 10
FRAME_MS, KEY_MS = 16, 50
FRAMES = 400
TYPED = "qwen2.5 7b"
Turn = tuple[float, float]


class ManyTimes(Core):
    """The catalogue again and again: other objects with other names, which cost what new models cost."""

    def __init__(self, times: int) -> None:
        self._times = times

    def models(self) -> Sequence[Model]:
        found = super().models()
        again = [
            replace(model, id=f"{model.id}-{turn}", name=f"{model.name}-v{turn}")
            for turn in range(1, self._times)
            for model in found
        ]
        return (*found, *again)


def paint() -> None:
    """Lay out and paint what is due, and nothing else."""
    for kind in (QEvent.Type.LayoutRequest, QEvent.Type.UpdateRequest):
        QCoreApplication.sendPostedEvents(None, kind)


def timed(change: Callable[[], object]) -> Turn:
    """Milliseconds of a change with its repaint: by the clock, and of this thread's work."""
    start, work = time.perf_counter(), time.thread_time()
    change()
    paint()
    return (time.perf_counter() - start) * 1000, (time.thread_time() - work) * 1000


def row(name: str, turns: list[Turn], goal: float) -> bool:
    """One line of the table; whether the p95 by the clock meets the goal."""
    times, work = [one[0] for one in turns], [one[1] for one in turns]
    p95, work_p95 = (statistics.quantiles(one, n=20)[-1] for one in (times, work))
    print(
        f"{name:34} {len(times):6} {statistics.median(times):9.1f} {p95:7.1f} {max(times):7.1f} {goal:7.0f}"
        f" {statistics.median(work):9.1f} {work_p95:7.1f}"
    )
    return p95 <= goal


def scroll(screen: Screen, step: int) -> list[Turn]:
    """Frames of a scroll by `step` rows each, to and fro."""
    bar = screen.matrix.view.verticalScrollBar()
    times = []
    for frame in range(FRAMES):
        to = frame * step % max(1, bar.maximum())
        times.append(timed(partial(bar.setValue, to)))
    return times


def keys(screen: Screen) -> list[Turn]:
    """Each letter of a search, typed and taken back."""
    search = screen.matrix.search
    texts = [TYPED[:end] for end in range(len(TYPED) + 1)]
    return [timed(partial(search.setText, text)) for _again in range(4) for text in (*texts, *reversed(texts))]


def main() -> int:
    """Open the window, wait until it is filled, measure."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    settings.save = lambda *_args: None  # a measurement changes nobody's settings
    app = ui_app.application()
    frame = Window()
    frame.resize(1366, 728)
    machine = complete(profiles.load(EXAMPLE))
    screen = ui_app.fill(app, frame, machine, Workload(), Settings(theme="light"), "en", ManyTimes(times))
    screen.details.advice_timer.setInterval(10**6)
    frame.show()
    begun = time.monotonic()
    screen.loaded(screen.core.models())
    while not screen.matrix.model.rows and time.monotonic() - begun < 300:
        app.processEvents()
    print(f"{len(screen.state.models)} models, rows in order after {time.monotonic() - begun:.1f} s")
    print(f"{'':34} {'times':>6} {'median ms':>9} {'p95':>7} {'worst':>7} {'goal':>7} {'work ms':>9} {'p95':>7}")
    good = [row("scrolling, cells not yet there", scroll(screen, 3), FRAME_MS)]
    while screen.cells.busy and time.monotonic() - begun < 300:
        app.processEvents()
    good.append(row("scrolling by 3 rows", scroll(screen, 3), FRAME_MS))
    good.append(row("scrolling by a page", scroll(screen, 12), FRAME_MS))
    good.append(row("a letter in the search", keys(screen), KEY_MS))
    screen.state.keep(group="family")
    good.append(row("scrolling in groups", scroll(screen, 3), FRAME_MS))
    good.append(row("a letter in the search, in groups", keys(screen), KEY_MS))
    frame.close()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
