"""Commands of the window: saved machines, what-if, errors that can be copied."""

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from advisor import profiles, settings
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.ui.base.wish import Wish
from advisor.ui.dialogs.basic import ErrorDialog
from advisor.ui.dialogs.save import SaveDialog
from advisor.ui.screen import Screen
from tests.ui.helpers import GIB, MACHINE, open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def test_an_unwritable_place_says_so_in_a_dialog_that_copies(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """A missing folder: one sentence naming the path, its copy button fills the clipboard, nothing is written."""
    screen = open_window(qapp)
    path = tmp_path / "missing" / "machine.json"
    screen.actions_.write_machine(MACHINE, path)
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


def test_parts_are_changed_in_the_machine_that_is_shown(qtbot: QtBot, qapp: QApplication) -> None:
    """With a saved machine open, "another GPU" keeps that machine's memory, and its name tells all that was changed."""
    screen = open_window(qapp)
    other = Machine(source="profile", model="Other Box", memory=MACHINE.memory, cpu=MACHINE.cpu, os_family="linux")
    screen.state.show_machine(other, "Other Box")
    for wish in (
        Wish("GeForce RTX 4090", 1, None, None),
        Wish(None, 1, None, 64.0),
        Wish("GeForce RTX 4080", 1, None, None),
    ):
        with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
            screen.actions_.assemble(wish)
    shown = screen.state.machine
    assert shown is not None
    assert shown.os_family == "linux"
    assert shown.memory.total_bytes == 64 * GIB
    assert [gpu.name for gpu in shown.gpus] == ["GeForce RTX 4080"]
    assert screen.state.what_if == "Other Box + GeForce RTX 4080 + 64.0 GiB RAM"
    screen.window().close()


def test_a_nameless_profile_goes_by_its_file(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """A saved machine without model and processor is called as its file, not "This computer"."""
    screen = open_window(qapp)
    path = tmp_path / "office 3.json"
    profiles.save(Machine(source="profile", memory=MACHINE.memory), path)
    with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
        screen.actions_.load(str(path))
    assert screen.state.what_if == "office 3"
    assert screen.header.name.toolTip() == "office 3"
    screen.window().close()


KINDS = {"pdf": "PDF (*.pdf)", "html": "HTML (*.html)"}


def asked(screen: Screen, folder: Path, typed: str, kind: str = "pdf", chosen_filter: str = "") -> list[Path]:
    """What the dialog answers when `typed` is entered and its button pressed."""
    answers: list[Path] = []
    dialog = SaveDialog(translator("en"), screen, KINDS, answers.append)
    dialog.setOption(SaveDialog.Option.DontUseNativeDialog)
    dialog.setDirectory(str(folder))
    dialog.ask("Export", "Test-Box", kind)
    if chosen_filter:
        dialog.selectNameFilter(chosen_filter)
        dialog.filterSelected.emit(chosen_filter)
    dialog.findChildren(QLineEdit)[0].setText(str(folder / typed))
    dialog.accept()
    return answers


@pytest.mark.parametrize(
    ("typed", "filter_", "saved"),
    [
        ("report", "", "report.pdf"),
        ("report", "HTML (*.html)", "report.html"),
        ("report.HTML", "", "report.HTML"),
        ("G480 v1.2", "", "G480 v1.2.pdf"),
        ("报告 v2.0", "HTML (*.html)", "报告 v2.0.html"),
    ],
)
def test_a_file_gets_its_ending(qapp: QApplication, tmp_path: Path, typed: str, filter_: str, saved: str) -> None:
    """A known ending decides the format; else the chosen filter does, and what only looks like an ending is kept."""
    screen = open_window(qapp)
    assert asked(screen, tmp_path, typed, chosen_filter=filter_) == [tmp_path / saved]
    screen.window().close()


def test_an_existing_report_is_not_overwritten_unasked(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """ "report" and "G480 v1.2" mean files that are there already: both are asked about by their whole names."""
    screen = open_window(qapp)
    for name in ("report.pdf", "G480 v1.2.pdf"):
        (tmp_path / name).write_bytes(b"old")
    questions: list[str] = []

    def refuse() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        questions.append(box.text())
        box.reject()

    QTimer.singleShot(200, refuse)  # Qt's own question, which blocks until it is answered
    assert asked(screen, tmp_path, "report") == []
    before = len(screen.findChildren(QMessageBox))
    assert asked(screen, tmp_path, "G480 v1.2") == []
    question = screen.findChildren(QMessageBox)[before]
    questions.append(question.text())
    question.reject()
    assert [name in text for name, text in zip(("report.pdf", "G480 v1.2.pdf"), questions, strict=True)] == [True, True]
    for dialog in screen.findChildren(SaveDialog):
        dialog.close()
    screen.window().close()
