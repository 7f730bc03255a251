"""Another computer in the window: typed from its parts, checked beside its fields, or read from several dumps."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.catalog.models import find_model
from advisor.i18n import translator
from advisor.ui.dialogs.basic import ErrorDialog
from advisor.ui.machines.another_computer import AnotherComputer
from advisor.ui.screen import Screen
from tests.importers.test_gguf import write
from tests.ui.helpers import open_window

CPUINFO = """\
processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 58
model name\t: Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz
physical id\t: 0
siblings\t: 4
core id\t\t: 0
cpu cores\t: 2
flags\t\t: fpu vme sse4_1 sse4_2 avx f16c
"""
MEMINFO = "MemTotal:       12216236 kB\nMemFree:         1016236 kB\nMemAvailable:    8216236 kB\nSwapTotal: 0 kB\n"


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def form(qtbot: QtBot, screen: Screen) -> AnotherComputer:
    """The open form."""
    screen.actions_.describe()
    qtbot.waitUntil(lambda: bool(screen.findChildren(AnotherComputer)), timeout=20_000)
    return screen.findChildren(AnotherComputer)[0]


def problems(dialog: AnotherComputer) -> list[str]:
    """The sentences that are shown beside fields."""
    ink = [label for label in dialog.findChildren(QLabel) if "color:" in label.styleSheet() and not label.isHidden()]
    return [label.text() for label in ink]


def test_the_old_laptop_is_typed_by_keyboard(qtbot: QtBot, qapp: QApplication) -> None:
    """Tab from field to field and Enter at the end, as fast as one types; then the window shows it."""
    screen = open_window(qapp)
    dialog = form(qtbot, screen)
    for text in ("Lenovo G480", "l", "W", "i5-3210M", "12", "4+8", "", "GeForce 610M"):
        field = dialog.focusWidget()
        if text == "12":
            QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, text)
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    machine = screen.state.machine
    assert machine is not None
    assert (machine.model, machine.chassis, machine.os_family) == ("Lenovo G480", "laptop", "windows")
    assert (machine.cpu.name, machine.memory.channels, machine.memory.speed_mts) == ("Core i5-3210M", 2, 1600)
    assert [gpu.name for gpu in machine.gpus] == ["GeForce 610M", "HD Graphics 4000"]
    assert screen.state.what_if == "Lenovo G480"
    assert not dialog.isVisible()
    screen.window().close()


def test_enter_shows_the_computer(qtbot: QtBot, qapp: QApplication) -> None:
    """One button is the default, whatever stands before it in the row."""
    screen = open_window(qapp)
    dialog = form(qtbot, screen)
    defaults = [button for button in dialog.findChildren(QPushButton) if button.isDefault()]
    assert defaults == [dialog.show_button]
    dialog.reject()
    screen.window().close()


def test_the_processor_brings_its_graphics_and_memory(qtbot: QtBot, qapp: QApplication) -> None:
    """Once it is named; what was typed as the memory's kind stays."""
    screen = open_window(qapp)
    dialog = form(qtbot, screen)
    dialog.cpu.setText("Ryzen 5 5600G")
    dialog.cpu.editingFinished.emit()
    qtbot.waitUntil(lambda: not dialog.own.isHidden(), timeout=20_000)
    assert "Radeon Graphics 448SP" in dialog.own.text()
    assert dialog.memory.currentText().startswith("DDR4-3200")
    assert [dialog.memory.itemText(at) for at in range(dialog.memory.count())][1:] == [
        "DDR4-3200", "LPDDR4X-4266", "not known",
    ]  # fmt: skip
    dialog.memory.setEditText("DDR4-3600")
    dialog.cpu.setText("i5-3210M")
    dialog.cpu.editingFinished.emit()
    qtbot.waitUntil(lambda: "4000" in dialog.own.text(), timeout=20_000)
    assert dialog.parts().memory == "DDR4-3600"
    dialog.reject()
    screen.window().close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_problems_stand_beside_their_fields(qtbot: QtBot, qapp: QApplication, language: str) -> None:
    """The dialog stays, the first wrong field has the focus, the nearest names are told; once mended it closes."""
    screen = open_window(qapp, language=language)
    dialog = form(qtbot, screen)
    dialog.cpu.setText("i5-32100M")
    dialog.cards[1][0].setText("GeForce 610N")
    dialog.cards[3][0].setText("RTX 3060")
    dialog.ask()
    qtbot.waitUntil(lambda: bool(problems(dialog)), timeout=20_000)
    said = problems(dialog)
    assert len(said) == 3
    assert "Core i5-3210M" in said[0]
    assert "GeForce 610M" in said[1]
    assert "GeForce RTX 3060 12 GB" in said[2]
    assert dialog.isVisible()
    assert dialog.focusWidget() is dialog.cpu
    assert dialog.height() <= 768
    for name, text in ((dialog.cpu, "i5-3210M"), (dialog.cards[1][0], "GeForce 610M"), (dialog.cards[3][0], "")):
        name.setText(text)
    dialog.modules.setEditText("four")
    dialog.ask()
    assert len(problems(dialog)) == 1
    dialog.modules.setEditText(translator(language)("not known"))
    with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
        dialog.ask()
    assert screen.state.machine is not None
    assert [gpu.name for gpu in screen.state.machine.gpus] == ["GeForce 610M", "HD Graphics 4000"]
    screen.window().close()


def test_a_form_that_is_closed_early_is_not_answered(qtbot: QtBot, qapp: QApplication) -> None:
    """Whatever was asked when it closed; the machine stays as it was."""
    screen = open_window(qapp)
    before = screen.state.machine
    dialog = form(qtbot, screen)
    dialog.ram.setValue(16)
    dialog.cpu.setText("i5-3210M")
    dialog.cpu.editingFinished.emit()
    dialog.ask()
    dialog.reject()
    qtbot.waitUntil(lambda: not screen.work.busy, timeout=20_000)
    assert screen.state.machine is before
    screen.window().close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_mnemonic_leads_somewhere_else(qtbot: QtBot, qapp: QApplication, language: str) -> None:
    """In the form."""
    screen = open_window(qapp, language=language)
    dialog = form(qtbot, screen)
    labels = [label.text() for label in dialog.findChildren(QLabel) if label.buddy() is not None]
    letters = mnemonics([*labels, *(button.text() for button in dialog.buttons.buttons())])
    assert len(labels) == 9
    assert len(letters) == len(set(letters)) == 11
    dialog.reject()
    screen.window().close()


def mnemonics(texts: list[str]) -> list[str]:
    return [text.replace("&&", "")[text.replace("&&", "").index("&") + 1].upper() for text in texts if "&" in text]


def test_the_form_scrolls_where_the_screen_is_low(qtbot: QtBot, qapp: QApplication) -> None:
    """It never gets higher than the screen, and the field with the focus is in sight."""
    screen = open_window(qapp)
    dialog = form(qtbot, screen)
    dialog.resize(dialog.width(), 260)
    qapp.processEvents()
    field = dialog.disk
    field.setFocus()
    dialog._scroll.ensureWidgetVisible(field)
    qapp.processEvents()
    top = field.mapTo(dialog._scroll.viewport(), field.rect().topLeft()).y()
    assert 0 <= top < dialog._scroll.viewport().height()
    dialog.reject()
    screen.window().close()


def dumps(folder: Path) -> list[Path]:
    """Two dumps of one computer, as a user with Chinese folders has them."""
    files = [folder / "处理器 cpuinfo.txt", folder / "meminfo"]
    for file, text in zip(files, (CPUINFO, MEMINFO), strict=True):
        file.write_text(text, encoding="utf-8")
    return files


def let_go(window: QWidget, paths: list[Path]) -> None:
    """What a file manager sends when files are let go over the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    common = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, *common)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, *common))


def test_several_dumps_are_one_machine(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """Through the dialog; the title says which machine it is and that it is from a dump, the bar what was read."""
    screen = open_window(qapp)
    told: list[str] = []
    screen.actions_.told.connect(told.append)
    with pytest.MonkeyPatch.context() as patch:
        names = [str(path) for path in dumps(tmp_path)]
        patch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: (names, ""))
        with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
            screen.actions_.open_machine()
    machine = screen.state.machine
    assert machine is not None
    assert (machine.source, machine.cpu.cores, machine.memory.total_bytes) == ("dump", 2, 12216236 << 10)
    assert "i5-3210M" in screen.header.name.toolTip()
    assert screen.header.name.toolTip().endswith("from a dump")
    assert "处理器 cpuinfo.txt (/proc/cpuinfo)" in told[0]
    assert "meminfo (/proc/meminfo)" in told[0]
    assert str(tmp_path) not in told[0]
    assert QApplication.overrideCursor() is None
    screen.window().close()


def test_models_and_dumps_are_dropped_together(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """The models go on top of the matrix, all else is one machine."""
    screen = open_window(qapp)
    model = write(find_model("smollm2-135m"), "Q8_0", tmp_path / "a.gguf")
    with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
        let_go(screen.window(), [model, *dumps(tmp_path)])
    qtbot.waitUntil(lambda: not screen.work.busy, timeout=20_000)
    assert screen.matrix.model.rows[0].name == "SmolLM2-135M"
    assert screen.state.machine is not None
    assert screen.state.machine.source == "dump"
    assert not screen.findChildren(ErrorDialog)
    screen.window().close()


def test_dumps_of_two_computers_change_nothing(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """One sentence in a dialog; so for a text that is no dump at all."""
    screen = open_window(qapp)
    before = screen.state.machine
    files = dumps(tmp_path)
    other = tmp_path / "other.txt"
    other.write_text(CPUINFO.replace("i5-3210M", "i7-9700"), encoding="utf-8")
    let_go(screen.window(), [files[0], other])
    qtbot.waitUntil(lambda: "i7-9700" in sentence(screen), timeout=20_000)
    other.write_text("a shopping list\n" * 20, encoding="utf-8")
    let_go(screen.window(), [other])
    qtbot.waitUntil(lambda: "not recognised" in sentence(screen), timeout=20_000)
    assert screen.state.machine is before
    assert QApplication.overrideCursor() is None
    screen.window().close()


def sentence(screen: Screen) -> str:
    """What the newest error dialog says."""
    found = screen.findChildren(ErrorDialog)
    return found[-1].text.text() if found else ""
