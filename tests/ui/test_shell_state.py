"""What the window keeps over restarts: its place, its panes, its page, the files opened last; all put back safely."""

import base64
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import profiles, settings
from advisor.errors import UserError
from advisor.settings import Settings, WindowChoices
from advisor.ui import app as ui_app
from advisor.ui.base import recent
from advisor.ui.dialogs.basic import ErrorDialog
from advisor.ui.screen import Screen
from advisor.ui.shell import place
from advisor.ui.shell.drop import DropTarget
from advisor.ui.window import Window
from advisor.workload import Workload
from tests.ui.helpers import MACHINE, OPENED, FewModels, open_window


@pytest.fixture(autouse=True)
def saved(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What would be written into the settings file."""
    found: list[Settings] = []
    monkeypatch.setattr(settings, "save", found.append)
    return found


def reopened(qapp: QApplication, choices: WindowChoices) -> Screen:
    """The screen of a window that opens with what an earlier one kept."""
    window = Window()
    OPENED.append(window)
    kept = Settings(theme="light", window=choices)
    window.open(choices.geometry)
    screen = ui_app.fill(qapp, window, MACHINE, Workload(), kept, "en", FewModels())
    screen.details.advice_timer.setInterval(10**6)
    screen.loaded(screen.core.models())
    qapp.processEvents()
    return screen


def test_a_window_opens_where_it_was_left(qtbot: QtBot, qapp: QApplication, saved: list[Settings]) -> None:
    """Place, size, page and the shares of the panes."""
    screen = open_window(qapp)
    screen.window().setGeometry(QRect(20, 30, 780, 560))
    screen.pages.show_page(screen.pages.keys[-1])
    qapp.processEvents()
    left = screen.window().geometry()
    screen.panes.splitters[1].setSizes([150, 350])
    screen.panes.splitters[1].splitterMoved.emit(150, 1)
    shares = screen.panes.splitters[1].sizes()
    screen.window().close()
    kept = saved[-1].window
    again = reopened(qapp, kept)
    assert again.window().size() == left.size()
    assert abs(again.window().y() - left.y()) <= 2  # a frame; not x: the window is as wide as the tests' screen
    assert again.pages.current == screen.pages.keys[-1]
    found = again.panes.splitters[1].sizes()  # as shares: the lines above the panes may have another height by then
    assert found[0] / sum(found) == pytest.approx(shares[0] / sum(shares), abs=0.01)
    again.window().close()


@pytest.mark.parametrize("garbage", ["", "!!", "é", "AAAA", base64.b64encode(b"x" * 60).decode(), "A" * 100_000])
def test_garbage_moves_no_window(qtbot: QtBot, qapp: QApplication, garbage: str) -> None:
    """Whatever stands in the settings file, the window opens as if nothing was kept."""
    window = Window()
    OPENED.append(window)
    before = window.geometry()
    assert not place.restore(window, garbage)
    assert window.geometry() == before
    window.open(garbage)
    assert window.isVisible()
    window.close()


def test_a_window_on_a_screen_that_is_gone_comes_back(qtbot: QtBot, qapp: QApplication) -> None:
    """Kept far outside of every screen: the window opens on one that is there."""
    window = Window()
    OPENED.append(window)
    window.setGeometry(QRect(9000, 9000, 700, 500))
    kept = place.geometry(window)
    other = Window()
    OPENED.append(other)
    other.open(kept)
    qapp.processEvents()
    room = qapp.primaryScreen().availableGeometry()
    seen = room.intersected(other.geometry())
    assert min(seen.width(), seen.height()) >= 120
    other.close()
    window.close()


@pytest.mark.parametrize("kept", [((1,),), ((0, 0, 0), (1, 2)), ((5, 5, 5),), ((200, 500, 300), (1, 2), (3, 4))])
def test_shares_that_do_not_fit_change_nothing(
    qtbot: QtBot, qapp: QApplication, kept: tuple[tuple[int, ...], ...]
) -> None:
    """Another program's splitters, or panes of no size."""
    screen = open_window(qapp)
    before = place.shares(screen.panes.splitters)
    assert not place.restore_shares(screen.panes.splitters, kept)
    assert place.shares(screen.panes.splitters) == before
    screen.window().close()


def test_choices_are_saved_a_moment_after_they_changed(qtbot: QtBot, qapp: QApplication, saved: list[Settings]) -> None:
    """Once for many changes, off the window's thread; not only when the window closes."""
    screen = open_window(qapp)
    screen.keeper._timer.setInterval(20)
    for context in (1024, 2048, 8192):
        screen.state.change(context=context)
    screen.state.keep(figure="speed")
    qtbot.waitUntil(lambda: bool(saved))
    qtbot.wait(60)
    assert len(saved) == 1
    assert saved[0].workload.context == 8192
    assert saved[0].window.figure == "speed"
    assert saved[0].window.geometry
    screen.window().close()


def test_settings_that_cannot_be_saved_say_so_once(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only folder: one dialog, not one a change."""

    def refuse(_settings: Settings) -> None:
        raise UserError("{path}: cannot be written, the disk is read-only", path="settings.json")

    monkeypatch.setattr(settings, "save", refuse)
    screen = open_window(qapp)
    screen.keeper._timer.setInterval(10)
    for figure in ("speed", "time", "memory"):
        screen.state.keep(figure=figure)
        qtbot.wait(60)
    dialogs = screen.window().findChildren(ErrorDialog)
    assert len(dialogs) == 1
    assert "read-only" in dialogs[0].text.text()
    screen.window().close()


def test_recent_files_are_short_and_told_apart() -> None:
    """No entry twice, ten at most, the folder where two have one name; several dumps are one entry."""
    found: tuple[str, ...] = ()
    for number in [*range(14), 13]:
        found = recent.added(found, f"/m/{number}.json")
    assert found[0] == "/m/13.json"
    assert len(found) == len(set(found)) == recent.MOST
    both = recent.entry(["/d/lshw.txt", "/d/lspci.txt"])
    assert recent.paths_of(both) == ["/d/lshw.txt", "/d/lspci.txt"]
    assert recent.labels(["/a/pc.json", "/b/pc.json", both]) == [
        "pc.json (a)", "pc.json (b)", "lshw.txt + lspci.txt",
    ]  # fmt: skip
    assert recent.entry(["/odd\nname"]) == ""
    assert recent.added(found, "") == found


def test_an_opened_machine_is_offered_again(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """It heads File > Open recent and opens from there; when its file is gone, that is said and it leaves the list."""
    path = tmp_path / "office & co.json"
    profiles.save(MACHINE, path)
    screen = open_window(qapp)
    window = screen.window()
    assert isinstance(window, Window)
    assert window.menus is not None
    menu = window.menus.named["recent"]
    assert not menu.menuAction().isEnabled()
    screen.own_models.drop(str(path))
    qtbot.waitUntil(lambda: screen.state.what_if is not None)
    assert screen.state.choices.recent == (str(path),)
    assert screen.state.choices.folder == str(tmp_path)
    first = menu.actions()[0]
    assert first.text() == "&1 office && co.json"
    screen.state.show_machine(None, None)
    first.trigger()
    qtbot.waitUntil(lambda: screen.state.what_if is not None)
    path.unlink()
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(ErrorDialog)))
    assert "not there any more" in window.findChildren(ErrorDialog)[0].text.text()
    assert not screen.state.settings().window.recent
    assert not menu.menuAction().isEnabled()
    window.close()


def test_the_list_of_recent_files_can_be_cleared(qtbot: QtBot, qapp: QApplication) -> None:
    """By its own last entry."""
    screen = open_window(qapp)
    window = screen.window()
    assert isinstance(window, Window)
    assert window.menus is not None
    screen.state.remember("/nowhere/a.json")
    screen.state.remember("/nowhere/b.gguf")
    menu = window.menus.named["recent"]
    assert [action.text() for action in menu.actions()][:2] == ["&1 b.gguf", "&2 a.json"]
    menu.actions()[-1].trigger()
    qapp.processEvents()
    assert screen.state.choices.recent == ()
    window.close()


def test_files_above_the_window_show_where_they_may_be_dropped(qtbot: QtBot, qapp: QApplication) -> None:
    """A veil while they are held there, none when they leave or are dropped; other things show nothing."""
    screen = open_window(qapp)
    window = screen.window()
    assert isinstance(window, Window)
    text = QMimeData()
    text.setText("no file")
    window.dragEnterEvent(drag(text))
    assert not screen.findChildren(DropTarget)
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/nowhere/a.json")])
    window.dragEnterEvent(drag(files))
    target = screen.findChildren(DropTarget)[0]
    assert target.isVisible()
    assert target.size() == screen.size()
    assert "Drop to open" in target.accessibleName()
    window.dragLeaveEvent(QDragLeaveEvent())
    assert not target.isVisible()
    window.dragEnterEvent(drag(files))
    window.dropEvent(
        QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, files, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0))
    )
    assert not target.isVisible()
    qtbot.waitUntil(lambda: not screen.work.busy)
    window.close()


def drag(data: QMimeData) -> QDragEnterEvent:
    """Something held above the window."""
    return QDragEnterEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    )
