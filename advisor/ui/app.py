"""Starts Qt, shows the window at once, fills it after its first paint, and stays until it is closed."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from advisor import NAME, RESOURCES, __version__
from advisor.i18n import PROGRAM, translator
from advisor.ui.crash.care import Care
from advisor.ui.crash.hooks import Hooks
from advisor.ui.look import colors
from advisor.ui.window import Window

if TYPE_CHECKING:  # what the first paint does not need is not loaded for it
    from collections.abc import Callable, Iterator, Sequence

    from advisor.machine import Machine
    from advisor.settings import Settings
    from advisor.ui.base.core import Core
    from advisor.ui.screen import Screen
    from advisor.ui.self_test import SelfTest
    from advisor.workload import Workload

LEAST_POINTS = 9
# What the screen imports, in parts of which none keeps the window from answering for long.
PARTS = (
    "advisor.ui.base.core", "advisor.ui.header", "advisor.ui.gauges.panel", "advisor.catalog.models",
    "advisor.ui.matrix.panel", "advisor.ui.settings.panel", "advisor.ui.memory.panel", "advisor.catalog.typed",
    "advisor.estimator.mixes", "advisor.estimator.llama_cpp", "advisor.estimator.estimate", "advisor.advice.survey",
    "advisor.advice", "advisor.ui.machines.whatif",
    "advisor.ui.advising", "advisor.ui.cell_tools", "advisor.ui.screen", "advisor.ui.menus",
)  # fmt: skip
# Threads that compute advice hand the interpreter over this often, so that the window answers within a frame.
SWITCH_S = 0.001


def run_window(
    machine: Machine | None,
    workload: Workload,
    settings: Settings,
    language: str,
    remarks: Sequence[str] = (),
    self_test: str | None = None,
) -> int:
    """Open the window; returns the exit code when it has been closed."""
    app = application()
    sys.setswitchinterval(SWITCH_S)
    window = Window(translator(language)(PROGRAM))
    app.setPalette(colors.qt_palette(colors.at_first(settings.theme)))
    hooks = Hooks(window)
    hooks.install()
    care = Care(window, lambda: window.screen_.state.tr_ if window.screen_ else translator(language), hooks)

    tests: list[SelfTest] = []
    painted_s: list[float] = []

    def begin() -> None:
        if self_test is not None:
            from advisor.ui.self_test import since_start

            painted_s.append(since_start())
        in_turns(window, filling(app, window, machine, workload, settings, language), started)

    def started() -> None:
        from advisor import crashes

        screen = window.screen_
        assert screen is not None
        screen.begin()
        screen.own_models.look_around()
        screen.work.run(crashes.left_behind, care.show_last_time, lambda _error: None)  # an error is in the log
        if remarks:
            window.remark(" · ".join(remarks))
        if self_test is not None:
            from advisor.ui.self_test import SelfTest

            tests.append(SelfTest(window, screen, Path(self_test), painted_s[0]))

    after_first_paint(window, begin)
    # Ctrl+C in the terminal closes the window as its own button does; the gauges' beat lets Python notice.
    signal.signal(signal.SIGINT, lambda *_args: window.close())
    window.open(settings.window.geometry)
    try:
        code = app.exec()
        return code or int(any(not test.passed for test in tests))
    finally:
        hooks.remove()


def application() -> QApplication:
    """The one QApplication."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName(NAME)
    app.setApplicationVersion(__version__)
    return app


def dress(app: QApplication) -> None:
    """Flat style, a font that is not too small and knows Chinese, the icon."""
    from PySide6.QtGui import QFont, QIcon

    from advisor.ui.look import theme

    app.setStyle("Fusion")
    font = QFont(app.font())
    if 0 < font.pointSizeF() < LEAST_POINTS:
        font.setPointSizeF(LEAST_POINTS)
        app.setFont(font)
    theme.ensure_chinese()
    app.setWindowIcon(QIcon(str(RESOURCES / "icons" / "hardware-advisor.svg")))


def fill(
    app: QApplication,
    window: Window,
    machine: Machine | None,
    workload: Workload,
    settings: Settings,
    language: str,
    core: Core | None = None,
) -> Screen:
    """Load the panels, put them into the window, and give back the screen; nothing is read or computed yet."""
    for _step in filling(app, window, machine, workload, settings, language, core):
        pass
    assert window.screen_ is not None
    return window.screen_


def filling(
    app: QApplication,
    window: Window,
    machine: Machine | None,
    workload: Workload,
    settings: Settings,
    language: str,
    core: Core | None = None,
) -> Iterator[None]:
    """The same in steps, between which the window may answer."""
    for name in PARTS:
        import_module(name)
        yield
    from advisor.ui.base.core import Core
    from advisor.ui.base.state import State
    from advisor.ui.base.work import Work
    from advisor.ui.screen import Screen
    from advisor.ui.shell import text_size

    dress(app)
    text_size.apply(app, settings.window.text_percent)
    speak(app, language)
    state = State(workload, settings, language, window)
    state.refresh_theme()
    state.theme_changed.connect(lambda: app.setPalette(colors.qt_palette(state.colors)))
    state.language_changed.connect(lambda: speak(app, state.tr_.language))
    app.setPalette(colors.qt_palette(state.colors))
    if machine is not None:
        state.set_own(machine)
    screen = Screen(state, core or Core(), Work(window))
    window.take(screen)
    yield
    yield from screen.making()
    yield from window.fill(screen)


def in_turns(window: Window, steps: Iterator[None], done: Callable[[], None]) -> None:
    """One step in each turn of the event loop, then `done`. A window that was closed meanwhile needs no more of them;
    an error in a step ends them too.
    """
    timer = QTimer(window)
    timer.setSingleShot(True)

    def turn() -> None:
        if not window.isVisible():
            return
        for _step in steps:
            timer.start()
            return
        timer.deleteLater()
        done()

    timer.timeout.connect(turn)
    timer.start()


def speak(app: QApplication, language: str) -> None:
    """Qt's own words (dialogs, context menus) and number grouping in the window's language."""
    from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    QLocale.setDefault(QLocale(language.replace("-", "_")))
    words_of_qt = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language != "en" and words_of_qt.load(f"qtbase_{language.replace('-', '_')}", folder):
        app.installTranslator(words_of_qt)


class _FirstPaint(QObject):
    """Tells once, when a widget has been painted for the first time."""

    painted = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's hook."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self.painted.emit()
        return False


def after_first_paint(window: Window, run: Callable[[], None]) -> None:
    """Do the real work once the window can be seen."""
    watcher = _FirstPaint(window)
    # Not QTimer.singleShot(0, window, run): PySide 6.9.3 loses what is raised in a function called by that.
    timer = QTimer(window)
    timer.setSingleShot(True)
    timer.timeout.connect(run)
    watcher.painted.connect(timer.start)
    window.installEventFilter(watcher)
