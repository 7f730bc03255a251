"""Scripted minutes of use while a second thread watches how long the window does not answer, and what it did then.

`python -m benchmarks.watchdog [SECONDS]`: 300 by default. A block is the time from one beat of the event loop to the
next, less the beat's own pause; its work is this thread's own time in it, which other programs' load leaves alone.
"""

import gc
import os
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, get_args

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QScrollBar

from advisor import profiles
from advisor.catalog.complete import complete
from advisor.settings import Settings, Theme, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.base.wish import Wish
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from advisor.workload import METHODS, Workload

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = Settings(theme="light", window=WindowChoices(hint_seen=True))  # no callouts of the first start
EXAMPLE = ROOT / "docs" / "example-lenovo-g480.json"
GOAL_MS = 50
BEAT_MS = 5
LOOK_S = 0.02  # how long without a beat until the stack is looked at
SHOWN = 12
Step = tuple[str, float, Callable[[], object]]  # what it is, the seconds that are waited after it, the doing


class Block(NamedTuple):
    """A time without an answer: milliseconds by the clock, of this thread's work and of that the search for garbage;
    the step; the stacks seen.
    """

    clock_ms: float
    work_ms: float
    garbage_ms: float
    step: str
    stacks: Counter[str]


class Watchdog(QObject):
    """Beats in the window's thread; a thread of its own looks at the stack while no beat comes."""

    def __init__(self) -> None:
        super().__init__()
        self.step = "start"
        self.blocks: list[Block] = []
        self.beats = 0
        self._stacks: Counter[str] = Counter()
        self._thread_id = threading.get_ident()
        self._last, self._work = time.perf_counter(), time.thread_time()
        self._garbage = self._searching = 0.0
        gc.callbacks.append(self._garbage_search)
        self._end = threading.Event()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _beat(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        clock_ms, work_ms = (now - self._last) * 1000 - BEAT_MS, (work - self._work) * 1000
        if clock_ms > LOOK_S * 1000:
            self.blocks.append(Block(clock_ms, work_ms, self._garbage, self.step, self._stacks))
        self._stacks, self._garbage = Counter(), 0.0
        self._last, self._work = time.perf_counter(), time.thread_time()
        self.beats += 1

    def _garbage_search(self, phase: str, _found: dict[str, int]) -> None:
        if threading.get_ident() == self._thread_id:
            if phase == "stop":
                self._garbage += (time.thread_time() - self._searching) * 1000
            self._searching = time.thread_time()

    def _watch(self) -> None:
        while not self._end.wait(LOOK_S / 4):
            if time.perf_counter() - self._last > LOOK_S:
                frame = sys._current_frames().get(self._thread_id)
                if frame is not None:
                    self._stacks[_stack(frame)] += 1

    def stop(self) -> None:
        """No more beats, no more looks."""
        gc.callbacks.remove(self._garbage_search)
        self._timer.stop()
        self._end.set()
        self._watcher.join()


def _stack(frame: FrameType) -> str:
    """The program's own calls of a stack, outermost first; then the innermost, whosever it is."""
    calls = traceback.extract_stack(frame)
    own = [call for call in calls if f"advisor{os.sep}" in call.filename]
    shown = own[-5:] + [call for call in calls[-1:] if call not in own]
    return " > ".join(f"{Path(call.filename).stem}:{call.lineno} {call.name}" for call in shown)


def typed(screen: Screen, text: str) -> Iterator[Step]:
    """A search, letter by letter, and emptied again."""
    for letter in text:
        yield f"search {text}", 0.12, partial(screen.matrix.search.insert, letter)  # no key gives a Chinese letter
    yield "clear search", 0.4, screen.matrix.search.clear


def toggles(screen: Screen, turn: int) -> Iterator[Step]:
    """Knobs, as a hand turns them: a slider's many small steps, then single clicks."""
    base = 2048 + 64 * turn
    for tokens in range(base, base + 2560, 256):
        yield "context slider", 0.04, partial(screen.state.change, context=tokens)
    changes: list[dict[str, Any]] = [
        {"kv_type": "q8_0"}, {"quant": "Q8_0"}, {"rank": 32 + turn % 8}, {"seq": 2048}, {"batch": 4},
        {"checkpointing": False}, {"optimizer": "adamw8bit"}, {"checkpointing": True}, {"quant": "Q4_K_M"},
        {"kv_type": "f16"}, {"batch": 1}, {"optimizer": "adamw"},
    ]  # fmt: skip
    for change in changes:
        yield f"knob {next(iter(change))}", 0.4, partial(screen.state.change, **change)
    yield "total memory", 0.4, lambda: screen.state.set_budget("total")
    yield "free memory", 0.4, lambda: screen.state.set_budget("free")


def matrix(screen: Screen) -> Iterator[Step]:
    """Scrolling, sorting, selecting."""
    bar: QScrollBar = screen.matrix.view.verticalScrollBar()
    for part in range(11):
        yield "scroll", 0.05, partial(_scroll, bar, part / 10)
    yield "scroll to the top", 0.1, lambda: bar.setValue(0)
    header = screen.matrix.view.horizontalHeader()
    for column in (0, 3, 1):
        yield "sort", 0.6, partial(header.sectionClicked.emit, column)
    for _row in range(6):
        yield "key down", 0.15, lambda: QTest.keyClick(screen.matrix.view, Qt.Key.Key_Down)
    for method in METHODS:
        yield "select", 0.3, partial(_select, screen, method)


def _scroll(bar: QScrollBar, part: float) -> None:
    bar.setValue(round(bar.maximum() * part))


def _select(screen: Screen, method: Any) -> None:
    rows = screen.matrix.model.rows
    if rows:
        screen.matrix.select(rows[min(5, len(rows) - 1)], method)


def machines(screen: Screen, turn: int) -> Iterator[Step]:
    """What-ifs and back, and a saved machine."""
    wishes = (
        Wish("GeForce RTX 4090", 1, "Core i9-13900K", 64), Wish("GeForce RTX 3060", 2, None, None),
        Wish(None, 1, None, 32),
    )  # fmt: skip
    wish = wishes[turn % len(wishes)]
    yield "what-if", 3.0, lambda: screen.actions_.assemble(wish)
    yield "this machine", 2.0, lambda: screen.state.show_machine(None, None)
    yield "open a saved machine", 2.0, lambda: screen.actions_.load(str(EXAMPLE))
    yield "this machine", 1.0, lambda: screen.state.show_machine(None, None)


def looks(screen: Screen) -> Iterator[Step]:
    """Pages, reading dialogs, language, theme, sizes."""
    for key in screen.pages.keys:
        yield f"page {key}", 1.2, partial(screen.pages.show_page, key)
    yield "page models", 0.3, lambda: screen.pages.show_page("models")
    for name in ("show_why", "show_machine", "show_advice"):
        if hasattr(screen.details, name):
            yield name, 0.8, getattr(screen.details, name)
    yield "close dialogs", 0.2, lambda: close_dialogs(screen)
    for language in ("zh-CN", "en"):
        yield f"language {language}", 1.5, partial(screen.state.set_language, language)
    for theme in get_args(Theme):
        yield f"theme {theme}", 0.8, partial(screen.state.set_theme, theme)
    for width, height in ((1092, 574), (1200, 640), (1366, 728), (1600, 900), (1366, 728)):
        yield "resize", 0.25, partial(screen.window().resize, width, height)


def report(screen: Screen, folder: Path) -> Iterator[Step]:
    """The report's page with its preview, and one export."""
    yield "report page", 5.0, screen.actions_.export
    yield "export PDF", 6.0, lambda: screen.report.get().write(folder / "report.pdf")
    yield "page models", 0.3, lambda: screen.pages.show_page("models")


def close_dialogs(screen: Screen) -> None:
    """As by their close buttons."""
    for dialog in screen.window().findChildren(QDialog):
        if dialog.isVisible():
            dialog.reject()


def script(screen: Screen, folder: Path) -> Iterator[Step]:
    """Use without end; the clock ends it."""
    turn = 0
    while True:
        yield from typed(screen, ("qwen 7b", "llama", "千问")[turn % 3])
        yield from toggles(screen, turn)
        yield from matrix(screen)
        yield from machines(screen, turn)
        yield from looks(screen)
        if turn % 2 == 0:
            yield from report(screen, folder)
        turn += 1


def drive(app: QApplication, screen: Screen, dog: Watchdog, seconds: float, folder: Path) -> Counter[str]:
    """Do the script's steps for so long; how often each was done."""
    steps, done, end = script(screen, folder), Counter[str](), time.monotonic() + seconds

    def go_on() -> None:
        if time.monotonic() > end:
            app.quit()
            return
        name, wait_s, act = next(steps)
        dog.step = name
        done[name] += 1
        QTimer.singleShot(round(wait_s * 1000), screen, go_on)
        act()

    QTimer.singleShot(0, screen, go_on)
    app.exec()
    return done


def show(dog: Watchdog, done: Counter[str]) -> int:
    """Print the blocks; 1 when any lasts longer than the goal by its own work and by the clock."""
    late = [block for block in dog.blocks if block.clock_ms > GOAL_MS]
    own = [block for block in late if block.work_ms > GOAL_MS]
    longest = max((one.clock_ms for one in dog.blocks), default=0)
    print(f"{sum(done.values())} steps, {dog.beats} beats; worst block {longest:.0f} ms")
    print(f"blocks over {GOAL_MS} ms: {len(late)}, of which by the window's own work: {len(own)}")
    worst: dict[str, Block] = {}
    counts = Counter(block.step for block in late)
    for block in dog.blocks:
        if block.step not in worst or worst[block.step].clock_ms < block.clock_ms:
            worst[block.step] = block
    print(f"{'step':22} {'done':>5} {'late':>5} {'worst ms':>9} {'its work':>9} {'garbage':>8}")
    for step, block in sorted(worst.items(), key=lambda one: -one[1].clock_ms)[:SHOWN]:
        times = f"{block.clock_ms:9.0f} {block.work_ms:9.0f} {block.garbage_ms:8.0f}"
        print(f"{step:22} {done[step]:5} {counts[step]:5} {times}")
        for stack, seen in block.stacks.most_common(3):
            print(f"    {seen:3} x {stack}")
    return 1 if own else 0


def main() -> int:
    """Open the window with the example machine and use it; settings and logs of whoever runs this stay as they are."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    with tempfile.TemporaryDirectory() as own:
        os.environ.update(dict.fromkeys(("XDG_CONFIG_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"), own))
        app = ui_app.application()
        sys.setswitchinterval(ui_app.SWITCH_S)
        window = Window()
        window.show()
        app.processEvents()
        dog = Watchdog()
        steps = ui_app.filling(app, window, complete(profiles.load(EXAMPLE)), Workload(), SETTINGS, "en")
        ui_app.in_turns(window, steps, app.quit)
        app.exec()
        screen = window.screen_
        assert screen is not None
        screen.begin()
        done = drive(app, screen, dog, seconds, Path(own))
        dog.stop()
        window.close()
    return show(dog, done)


if __name__ == "__main__":
    sys.exit(main())
