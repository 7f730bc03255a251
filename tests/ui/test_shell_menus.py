"""The menu bar and the shortcuts: every command has one place, no keys mean two things."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.ui.base.commands import plain
from advisor.ui.help import shortcuts
from advisor.ui.menus import MENUS, arranged
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from tests.ui.helpers import open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def frame(screen: Screen) -> Window:
    """The window around a screen."""
    window = screen.window()
    assert isinstance(window, Window)
    return window


def shown(screen: Screen) -> list[QMenu]:
    """All menus of the bar, the inner ones too."""
    found = frame(screen).menus
    assert found is not None
    return [menu for menu, _entries in found.shown]


def test_every_command_stands_in_exactly_one_menu(qtbot: QtBot, qapp: QApplication) -> None:
    """Whatever the rooms have registered; no menu holds an empty menu but that of the recent files."""
    screen = open_window(qapp)
    places = Counter(action for menu in shown(screen) for action in menu.actions())
    for key in screen.commands:
        assert places[screen.commands[key]] == 1, key
    for menu in shown(screen):
        assert menu.title()
        assert not menu.isEmpty()
    screen.window().close()


def test_no_two_commands_share_keys(qtbot: QtBot, qapp: QApplication) -> None:
    """Each shortcut means one thing."""
    screen = open_window(qapp)
    used = Counter(
        keys.toString(QKeySequence.SequenceFormat.PortableText)
        for key in screen.commands
        for keys in dict.fromkeys(screen.commands[key].shortcuts())
    )
    assert len(used) > 12
    assert [keys for keys, times in used.items() if times > 1] == []
    screen.window().close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_letters_are_told_apart(qtbot: QtBot, qapp: QApplication, language: str) -> None:
    """No menu underlines a letter twice, nor does the bar."""
    screen = open_window(qapp, language=language)
    groups = [frame(screen).menuBar().actions(), *(menu.actions() for menu in shown(screen))]
    for group in groups:
        letters = [QKeySequence.mnemonic(action.text()).toString() for action in group]
        twice = [letter for letter, times in Counter(filter(None, letters)).items() if times > 1]
        assert not twice, [action.text() for action in group]
    screen.window().close()


def test_a_command_nobody_thought_of_is_shown_all_the_same() -> None:
    """Patterns: the longest wins, the name itself wins over all, and what fits nothing comes last."""
    keys = ["matrix.copy_cell", "matrix.copy_all", "matrix.surprise", "new.thing", "page.models"]
    homes = {menu.title: arranged(MENUS, keys)[id(menu)] for menu in MENUS}
    assert [key for key in homes["&Edit"] if isinstance(key, str)] == ["matrix.copy_cell", "matrix.copy_all"]
    assert [key for key in homes["&View"] if isinstance(key, str)] == ["page.models", "matrix.surprise"]
    assert [key for key in homes["&Help"] if isinstance(key, str)] == ["new.thing"]


def test_pages_turn_by_keys_and_are_kept(qtbot: QtBot, qapp: QApplication) -> None:
    """Ctrl+2 turns, the menu marks the page that is shown, and the settings know it."""
    screen = open_window(qapp)
    assert screen.pages.keys[0] == "models"
    second = screen.pages.keys[1]
    screen.window().activateWindow()
    qtbot.waitUntil(screen.window().isActiveWindow)
    QTest.keyClick(screen.matrix.view, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: screen.pages.current == second)
    assert screen.commands[f"page.{second}"].isChecked()
    assert not screen.commands["page.models"].isChecked()
    assert screen.state.settings().window.page == second
    screen.commands["page.models"].trigger()
    qtbot.waitUntil(lambda: screen.pages.current == "models")
    screen.commands["page.models"].trigger()  # again: it stays marked
    qapp.processEvents()
    assert screen.commands["page.models"].isChecked()
    screen.window().close()


def test_themes_and_languages_are_marked(qtbot: QtBot, qapp: QApplication) -> None:
    """One of each is marked, also after a click on the one that is chosen already."""
    screen = open_window(qapp)
    for _twice in range(2):
        screen.commands["view.theme_dark"].trigger()
        screen.commands["view.language_zh-CN"].trigger()
        qapp.processEvents()
        assert (screen.state.theme, screen.state.tr_.language) == ("dark", "zh-CN")
        marked = [key for key in screen.commands if key.startswith("view.") and screen.commands[key].isChecked()]
        assert marked == ["view.theme_dark", "view.language_zh-CN"]
    screen.window().close()


def test_full_screen_comes_and_goes(qtbot: QtBot, qapp: QApplication) -> None:
    """F11 twice."""
    screen = open_window(qapp)
    screen.commands["view.full_screen"].trigger()
    qtbot.waitUntil(screen.window().isFullScreen)
    screen.commands["view.full_screen"].trigger()
    qtbot.waitUntil(lambda: not screen.window().isFullScreen())
    screen.window().close()


def test_the_list_of_keys_names_every_shortcut(qtbot: QtBot, qapp: QApplication) -> None:
    """Help > Keyboard shortcuts holds each command with keys, without the letters' marks."""
    screen = open_window(qapp)
    menus = frame(screen).menus
    assert menus is not None
    listed = dict(row for _title, rows in shortcuts.listed(menus.listed(), screen.commands) for row in rows)
    for key in screen.commands:
        keys = screen.commands[key].shortcut()
        if not keys.isEmpty():
            assert listed[keys.toString(QKeySequence.SequenceFormat.NativeText)]
    assert not [text for text in listed.values() if "&" in text]
    assert plain("打开(&O) …") == "打开 …"
    assert plain("Q&&A &now") == "Q&A now"
    screen.window().close()
