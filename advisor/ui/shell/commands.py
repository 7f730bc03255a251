"""The commands of the window as a whole: files, pages, text size, theme, language, help. Rooms add their own first."""

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from advisor.i18n import LANGUAGE_NAMES, LANGUAGES, N_
from advisor.settings import Theme
from advisor.ui.actions import Actions
from advisor.ui.base.commands import Commands
from advisor.ui.base.state import State
from advisor.ui.details import Details
from advisor.ui.own_models import OwnModels
from advisor.ui.pages import PAGE_TITLES, Pages
from advisor.ui.shell import text_size

THEMES: tuple[tuple[Theme, str], ...] = (
    ("system", N_("As the &system")),
    ("light", N_("&Light")),
    ("dark", N_("&Dark")),
)
FULL_SCREEN = "F11"


class Parts(NamedTuple):
    """What the commands ask."""

    screen: QWidget
    state: State
    actions: Actions
    own_models: OwnModels
    details: Details
    pages: Pages
    export: Callable[[], None]
    tour: Callable[[], None]


def register(commands: Commands, parts: Parts) -> None:
    """Add the window's commands, and those of rooms that have not added theirs."""
    _files(commands, parts)
    _machines(commands, parts)
    _pages(commands, parts)
    _text_sizes(commands, parts.state)
    _looks(commands, parts)
    _help(commands, parts)


def _missing(commands: Commands, key: str, text: str, run: Callable[[], object], **more: Any) -> None:
    if key not in commands:
        commands.add(key, text, run, **more)


def _files(commands: Commands, parts: Parts) -> None:
    actions = parts.actions
    standard = QKeySequence.StandardKey
    _missing(commands, "machine.open", N_("&Open a machine or dump …"), actions.open_machine, shortcut=standard.Open)
    commands.add(
        "model.open", N_("Open a &model …"), parts.own_models.ask, shortcut="Ctrl+Shift+O",
        hint=N_("Your own .gguf, .safetensors or config.json (Ctrl+Shift+O), or drop it here"),
    )  # fmt: skip
    _missing(commands, "machine.save", N_("&Save this machine …"), actions.save_machine, shortcut=standard.Save)
    _missing(
        commands, "report.export", N_("&Export report …"), parts.export, shortcut="Ctrl+E",
        hint=N_("As PDF, HTML, Markdown or JSON, also compared with another machine (Ctrl+E)"),
    )  # fmt: skip
    commands.add(
        "window.close", N_("E&xit"), lambda: parts.screen.window().close(),
        shortcut="Ctrl+Q", role=QAction.MenuRole.QuitRole,
    )  # fmt: skip


def _machines(commands: Commands, parts: Parts) -> None:
    actions, state = parts.actions, parts.state
    _missing(commands, "machine.this", N_("&This computer"), lambda: state.show_machine(None, None))
    _missing(commands, "machine.parts", N_("Another &GPU, processor or memory …"), actions.change_parts)
    _missing(commands, "machine.other", N_("Another &computer …"), actions.describe)
    _missing(commands, "machine.measure", N_("&Measure this computer …"), actions.measure)
    _missing(commands, "machine.again", N_("&Read this computer again"), actions.detect_again, shortcut="F5")
    _missing(commands, "machine.details", N_("&Hardware details"), parts.details.show_machine)
    _missing(commands, "why.cell", N_("&Why this figure?"), parts.details.show_why, shortcut="F1")

    def enable() -> None:
        commands["machine.measure"].setEnabled(state.this_computer)
        for key in ("machine.save", "report.export", "machine.details"):
            commands[key].setEnabled(state.machine is not None)

    state.machine_changed.connect(enable)
    enable()


def _pages(commands: Commands, parts: Parts) -> None:
    pages, state = parts.pages, parts.state

    def show(key: str) -> Callable[[], None]:
        def run() -> None:
            pages.show_page(key)
            mark(pages.current)

        return run

    def mark(shown: str) -> None:
        for key in pages.keys:
            commands[f"page.{key}"].setChecked(key == shown)

    for number, key in enumerate(pages.keys, 1):
        commands.add(f"page.{key}", PAGE_TITLES[key], show(key), shortcut=f"Ctrl+{number}", checkable=True)
    pages.shown.connect(mark)
    pages.shown.connect(lambda key: state.keep(page=key))
    mark(pages.current)


def _text_sizes(commands: Commands, state: State) -> None:
    def size(percent: int) -> None:
        state.keep(text_percent=percent)

    def by(steps: int) -> Callable[[], None]:
        return lambda: size(text_size.step(state.choices.text_percent, steps))

    larger = commands.add("view.text_larger", N_("&Larger"), by(1), shortcut=QKeySequence.StandardKey.ZoomIn)
    larger.setShortcuts([*larger.shortcuts(), QKeySequence("Ctrl+=")])  # "+" without Shift on many keyboards
    commands.add("view.text_smaller", N_("&Smaller"), by(-1), shortcut=QKeySequence.StandardKey.ZoomOut)
    commands.add("view.text_normal", N_("&Normal"), lambda: size(100), shortcut="Ctrl+0")

    def apply() -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication) and text_size.apply(app, state.choices.text_percent):
            state.theme_changed.emit()  # panels measure and paint anew

    state.choices_changed.connect(apply)


def _looks(commands: Commands, parts: Parts) -> None:
    state = parts.state

    def choose(change: Callable[[Any], None], value: str) -> Callable[[], None]:
        def run() -> None:
            change(value)
            mark()  # also when it was chosen already: the click took its mark away

        return run

    def full_screen() -> None:
        window = parts.screen.window()
        window.showNormal() if window.isFullScreen() else window.showFullScreen()

    def mark() -> None:
        for theme, _name in THEMES:
            commands[f"view.theme_{theme}"].setChecked(theme == state.theme)
        for language in LANGUAGES:
            commands[f"view.language_{language}"].setChecked(language == state.tr_.language)

    for theme, name in THEMES:
        commands.add(f"view.theme_{theme}", name, choose(state.set_theme, theme), checkable=True)
    for language in LANGUAGES:
        key = f"view.language_{language}"
        commands.add(key, LANGUAGE_NAMES[language], choose(state.set_language, language), checkable=True)
    commands.add("view.full_screen", N_("&Full screen"), full_screen, shortcut=FULL_SCREEN)
    for signal in (state.theme_changed, state.language_changed):
        signal.connect(mark)
    mark()


def _help(commands: Commands, parts: Parts) -> None:
    def about() -> None:
        from advisor.ui.help.about import About

        About(parts.state, parts.screen).show()  # whose child it is: it wears the screen's style

    def log_folder() -> None:
        from advisor import logs

        place = logs.folder()
        place.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))

    _missing(commands, "help.logs", N_("Open the &folder of logs"), log_folder)
    commands.add("help.tour", N_("&Quick tour"), parts.tour)
    commands.add("help.about", N_("&About Hardware Advisor"), about, role=QAction.MenuRole.AboutRole)
