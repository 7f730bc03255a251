"""Commands of the window: export, saved machines, what-if, errors that can be copied."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from advisor import profiles, settings
from advisor.ui.dialogs import ErrorDialog
from advisor.ui.whatif import Wish
from tests.ui.helpers import MACHINE, open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def test_a_report_is_written_off_the_thread(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """Export to a folder with Chinese letters and a space: the file is there and names the machine."""
    screen = open_window(qapp)
    path = tmp_path / "我的 报告.md"
    with qtbot.waitSignal(screen.actions_.told, timeout=60_000):
        screen.actions_.write_report(MACHINE, path, "md")
    assert "Test Box" in path.read_text(encoding="utf-8")
    screen.window().close()


def test_an_unwritable_place_says_so_in_a_dialog_that_copies(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """A missing folder: one sentence naming the path, its copy button fills the clipboard, nothing is written."""
    screen = open_window(qapp)
    path = tmp_path / "missing" / "report.md"
    screen.actions_.write_report(MACHINE, path, "md")
    qtbot.waitUntil(lambda: bool(screen.findChildren(ErrorDialog)), timeout=60_000)
    dialog = screen.findChildren(ErrorDialog)[0]
    assert str(path) in dialog.text.text()
    next(one for one in dialog.findChildren(QPushButton) if "opy" in one.text()).click()
    assert QGuiApplication.clipboard().text() == dialog.text.text()
    assert not path.parent.exists()
    dialog.close()
    screen.window().close()


def test_a_saved_machine_opens_as_a_what_if(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """A profile saved by the program is shown under its name; a broken one changes nothing."""
    screen = open_window(qapp)
    path = tmp_path / "电脑.json"
    profiles.save(MACHINE, path)
    with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
        screen.actions_.load(str(path))
    assert screen.state.what_if == "Test Box"
    path.write_text('{"format": "hardware-adv', encoding="utf-8")
    screen.actions_.load(str(path))
    qtbot.waitUntil(lambda: bool(screen.findChildren(ErrorDialog)), timeout=20_000)
    assert screen.state.what_if == "Test Box"
    screen.findChildren(ErrorDialog)[0].close()
    screen.window().close()


def test_another_card_is_put_into_this_machine(qtbot: QtBot, qapp: QApplication) -> None:
    """A what-if with a catalogue card shows that card's memory; an unknown name is an error that names it."""
    screen = open_window(qapp)
    with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
        screen.actions_.assemble(Wish("GeForce RTX 4090", 1, None, None))
    assert screen.state.machine is not None
    assert any(gpu.vram_bytes and gpu.vram_bytes >= 23 << 30 for gpu in screen.state.machine.gpus)
    screen.actions_.assemble(Wish("No Such Card 9000", 1, None, None))
    qtbot.waitUntil(lambda: bool(screen.findChildren(ErrorDialog)), timeout=20_000)
    assert "No Such Card 9000" in screen.findChildren(ErrorDialog)[0].text.text()
    screen.findChildren(ErrorDialog)[0].close()
    screen.window().close()
