"""Starts Qt, opens the window, and stays until it is closed."""

import sys

from PySide6.QtCore import QEvent, QLibraryInfo, QLocale, QObject, QTimer, QTranslator, Signal
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import QApplication

from advisor import NAME, RESOURCES, __version__
from advisor.machine import Machine
from advisor.settings import Settings
from advisor.ui import theme
from advisor.ui.core import Core
from advisor.ui.state import State
from advisor.ui.window import Window
from advisor.ui.work import Work
from advisor.workload import Workload

LEAST_POINTS = 9
# Threads that compute advice hand the interpreter over this often, so that the window answers within a frame.
SWITCH_S = 0.001


def run_window(machine: Machine | None, workload: Workload, settings: Settings, language: str) -> int:
    """Open the window; returns the exit code when it has been closed."""
    app = application()
    sys.setswitchinterval(SWITCH_S)
    window = build(app, machine, workload, settings, language)
    window.show()
    after_first_paint(window)
    return app.exec()


def application() -> QApplication:
    """The one QApplication, dressed: name, flat style, font, icon."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName(NAME)
    app.setApplicationVersion(__version__)
    app.setStyle("Fusion")
    font = QFont(app.font())
    if 0 < font.pointSizeF() < LEAST_POINTS:
        font.setPointSizeF(LEAST_POINTS)
        app.setFont(font)
    theme.ensure_chinese()
    app.setWindowIcon(QIcon(str(RESOURCES / "icons" / "hardware-advisor.svg")))
    return app


def build(
    app: QApplication,
    machine: Machine | None,
    workload: Workload,
    settings: Settings,
    language: str,
    core: Core | None = None,
) -> Window:
    """The window with its state, not yet shown."""
    state = State(workload, settings, language, app)
    state.refresh_theme()
    app.setPalette(theme.qt_palette(state.colors))
    state.theme_changed.connect(lambda: app.setPalette(theme.qt_palette(state.colors)))
    speak(app, language)
    state.language_changed.connect(lambda: speak(app, state.tr_.language))
    if machine is not None:
        state.set_own(machine)
    return Window(state, core or Core(), Work(app))


def speak(app: QApplication, language: str) -> None:
    """Qt's own words (dialogs, context menus) and number grouping in the window's language."""
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    QLocale.setDefault(QLocale(language.replace("-", "_")))
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language != "en" and translator.load(f"qtbase_{language.replace('-', '_')}", folder):
        app.installTranslator(translator)


class _FirstPaint(QObject):
    """Tells once, when a widget has been painted for the first time."""

    painted = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's hook."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self.painted.emit()
        return False


def after_first_paint(window: Window) -> None:
    """Begin the real work once the window can be seen."""
    watcher = _FirstPaint(window)
    watcher.painted.connect(lambda: QTimer.singleShot(0, window, window.begin))
    window.installEventFilter(watcher)
