"""The program's test of itself: `--self-test FOLDER` opens the window as ever, turns a knob, exports a report, takes a
picture, writes what it saw to FOLDER/self-test.json, and closes. So a frozen or installed program is tried on any
system without a hand.

`problem` in that file is "" when all went well, and the exit code 0 then.
"""

from __future__ import annotations

import json
import locale
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from advisor import __version__, files
from advisor.report import SECTION_KEYS
from advisor.workload import METHODS

if TYPE_CHECKING:  # they load when the window is filled
    from advisor.ui.screen import Screen
    from advisor.ui.window import Window

BEAT_MS = 50
LIMIT_S = 240  # an emulated processor of 2012 needs most of it
CONTEXTS = (4096, 32768)
REPORT_LANGUAGE = "zh-CN"


class SelfTest(QObject):
    """Walks through the steps, one at each beat; each waits until the window has come to rest."""

    def __init__(self, window: Window, screen: Screen, folder: Path, first_paint_s: float) -> None:
        super().__init__(window)
        self._window, self._screen, self._folder = window, screen, folder
        self._found: dict[str, Any] = {
            "version": __version__, "platform": sys.platform, "frozen": bool(getattr(sys, "frozen", False)),
            "code_page": _code_page(), "language": screen.state.tr_.language, "first_paint_s": first_paint_s,
            "problem": "",
        }  # fmt: skip
        self._end = time.monotonic() + LIMIT_S
        self._steps = self._walk()
        self._failure: Exception | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @property
    def passed(self) -> bool:
        """Whether all went well, once the window is closed."""
        return self._found["problem"] == "" and "pdf_bytes" in self._found

    def _beat(self) -> None:
        try:
            if time.monotonic() > self._end:
                raise TimeoutError(f"the window was not at rest after {LIMIT_S} s")
            if self._failure is not None:
                raise self._failure
            next(self._steps)
        except StopIteration:
            self._finish()
        except Exception as error:  # whatever it is, it is what the test found
            self._found["problem"] = f"{type(error).__name__}: {error}"
            self._finish()

    def _finish(self) -> None:
        self._timer.stop()
        files.write_text(self._folder / "self-test.json", json.dumps(self._found, indent=1, ensure_ascii=False) + "\n")
        self._window.close()

    def _walk(self) -> Iterator[None]:
        screen, state = self._screen, self._screen.state
        yield from self._rest()
        self._found["settled_s"] = since_start()
        self._found["machine"] = state.machine.model if state.machine else None
        self._found["models"] = len(state.models)
        self._found["cells"] = len(state.models) * len(METHODS)
        self._found["tier"] = screen.strip.advice is not None
        wished, totals = state.workload.context, []
        for context in CONTEXTS:
            state.change(context=context)
            yield from self._rest()
            totals.append(self._total())
        self._found["toggled_bytes"] = totals[1] - totals[0]
        if totals[1] <= totals[0]:
            raise ValueError(f"a longer context did not need more memory: {totals}")
        state.change(context=wished)
        yield from self._rest()
        self._window.grab().save(str(self._folder / "window.png"))
        yield from self._export()

    def _rest(self) -> Iterator[None]:
        """Until nothing is left to compute or to show, twice in a row."""
        calm = 0
        while calm < 2:
            state = self._screen.state
            ready = self._screen.settled and state.models and state.machine and self._screen.strip.advice is not None
            calm = calm + 1 if ready else 0
            yield

    def _total(self) -> int:
        state = self._screen.state
        model, machine = state.model, state.machine
        if model is None or machine is None:
            raise ValueError("no model is selected")
        found = self._screen.core.estimate(machine, model, state.current, state.budget)
        if found.memory is None:
            raise ValueError(f"nothing is known of the memory of {model.name}")
        return found.memory.total

    def _export(self) -> Iterator[None]:
        target = self._folder / "report.pdf"
        done: list[Path] = []
        self._screen.work.run(_writer(self._screen, target), done.append, self._failed)
        while not done:
            yield
        self._found["pdf_bytes"] = target.stat().st_size
        if not target.read_bytes().startswith(b"%PDF-"):
            raise ValueError("the report is no PDF")

    def _failed(self, error: Exception) -> None:
        self._failure = error


def _writer(screen: Screen, target: Path) -> Callable[[], Path]:
    from advisor.ui.report import tasks

    state = screen.state
    assert state.machine is not None  # the window was at rest
    order = tasks.Order(
        ((state.machine.model or "", state.machine),), state.workload, state.budget, REPORT_LANGUAGE, "a4", SECTION_KEYS
    )

    def write() -> Path:
        tasks.export(order, target, lambda _share: None, lambda: False)
        return target

    return write


def since_start() -> float:
    """Seconds since this process was started."""
    import psutil

    return time.time() - float(psutil.Process().create_time())


def _code_page() -> int | str:
    if sys.platform == "win32":
        import ctypes

        return int(ctypes.windll.kernel32.GetACP())
    return locale.getpreferredencoding(False)
