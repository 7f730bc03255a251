"""Choosing a machine in the window by keys and mouse: the list, the strip below the header, parts tried out."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import profiles, settings
from advisor.catalog.builds import builds
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.ui.base.columns import USUAL
from advisor.ui.dialogs.basic import ErrorDialog
from advisor.ui.machines import saved
from advisor.ui.machines.another_computer import AnotherComputer
from advisor.ui.machines.name_dialog import NameDialog
from advisor.ui.machines.popup import MachineList
from advisor.ui.machines.whatif import WhatIfDialog
from advisor.ui.screen import Screen
from tests.ui.helpers import GIB, MACHINE, open_window

WAIT = 20_000


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "folder", lambda: tmp_path / "settings")
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def opened(qtbot: QtBot, screen: Screen) -> MachineList:
    """The open list with all that is read for it."""
    QTest.mouseClick(screen.header.what_if, Qt.MouseButton.LeftButton)
    popup = screen.header.what_if.popup
    assert popup is not None
    assert popup.isVisible()
    qtbot.waitUntil(lambda: bool(screen.chooser.kept.builds) and not screen.work.busy, timeout=WAIT)
    return popup


def titles(popup: MachineList) -> list[str]:
    return [popup.list.item(row).text() for row in range(popup.list.count())]


def test_a_typical_computer_is_found_and_shown_by_keys(qtbot: QtBot, qapp: QApplication) -> None:
    """Type a few letters, Enter; the strip says which machine it is and the button in it leads back."""
    screen = open_window(qapp)
    assert screen.banner.isHidden()
    popup = opened(qtbot, screen)
    assert titles(popup)[0] == "✓ This computer"
    QTest.keyClicks(popup.search, "rtx 4090")
    with qtbot.waitSignal(screen.state.machine_changed, timeout=WAIT):
        QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert screen.state.what_if == "Desktop · GeForce RTX 4090 · 64 GiB"
    assert screen.banner.title.toolTip() == "Not this computer: Desktop · GeForce RTX 4090 · 64 GiB"
    assert not screen.banner.isHidden()
    qtbot.waitUntil(lambda: "models run" in screen.banner.result.text(), timeout=WAIT)
    popup = opened(qtbot, screen)
    assert "✓ Desktop · GeForce RTX 4090 · 64 GiB" in titles(popup)
    popup.hide()
    with qtbot.waitSignal(screen.state.machine_changed, timeout=WAIT):
        screen.banner.buttons[-1].click()
    assert screen.state.machine is MACHINE
    assert screen.banner.isHidden()
    screen.window().close()


def test_arrows_walk_from_the_search_into_the_list(qtbot: QtBot, qapp: QApplication) -> None:
    """Headings are passed by; what stands ready is what Enter takes."""
    screen = open_window(qapp)
    popup = opened(qtbot, screen)
    QTest.keyClick(popup.search, Qt.Key.Key_Down)
    entry = popup.entry()
    assert entry is not None
    assert entry.section == "build"
    QTest.keyClick(popup.search, Qt.Key.Key_Up)
    entry = popup.entry()
    assert entry is not None
    assert entry.section == "own"
    popup.hide()
    screen.window().close()


def test_a_machine_is_kept_renamed_shown_and_forgotten(qtbot: QtBot, qapp: QApplication) -> None:
    """By name, in any script; the list has it at once, F2 and Delete are for it."""
    screen = open_window(qapp)
    screen.commands["machine.keep"].trigger()
    qtbot.waitUntil(lambda: bool(screen.findChildren(NameDialog)), timeout=WAIT)
    dialog = screen.findChildren(NameDialog)[0]
    assert dialog.field.text() == "Test Box"
    dialog.field.setText("小明的电脑")
    dialog.ok.click()
    qtbot.waitUntil(lambda: screen.chooser.kept.names == ("小明的电脑",), timeout=WAIT)
    assert profiles.load(saved.path_of("小明的电脑")) == MACHINE
    popup = opened(qtbot, screen)
    popup.search.setText("小明")
    assert popup.rename.isVisible()
    with qtbot.waitSignal(screen.state.machine_changed, timeout=WAIT):
        QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert screen.state.what_if == "小明的电脑"
    popup = opened(qtbot, screen)
    popup.search.setText("小明")
    QTest.keyClick(popup.search, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in screen.findChildren(NameDialog)), timeout=WAIT)
    dialog = next(one for one in screen.findChildren(NameDialog) if one.isVisible())
    dialog.field.setText("Office: 3/4")
    dialog.ok.click()
    qtbot.waitUntil(lambda: screen.chooser.kept.names == ("Office: 3/4",), timeout=WAIT)
    assert screen.state.what_if == "Office: 3/4"
    popup = opened(qtbot, screen)
    popup.search.setText("office: 3")
    QTest.keyClick(popup.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: screen.chooser.kept.names == (), timeout=WAIT)
    screen.window().close()


def test_parts_are_tried_out_live_and_taken_back(qtbot: QtBot, qapp: QApplication) -> None:
    """While the dialog is open the matrix is that of the machine as it would be; Cancel leaves no trace."""
    screen = open_window(qapp)
    large = next(model for model in screen.state.models if model.id == "qwen2.5-72b")
    dialog = parts(qtbot, screen)
    dialog.form.gpu.setText("GeForce RTX 40")  # half a name is no wish
    dialog.try_now()
    assert screen.state.what_if is None
    dialog.form.gpu.setText("H100 PCIe 80 GB")
    with qtbot.waitSignal(screen.state.machine_changed, timeout=WAIT):
        dialog.try_now()
    estimate = screen.cells.get(large, USUAL[0])
    assert estimate is not None
    assert estimate.verdict == "fits"
    assert "models run" in dialog.gain.text()
    assert "laptop" in dialog.remarks.text()
    dialog.reject()
    assert screen.state.what_if is None
    assert screen.state.machine is MACHINE
    assert not screen.commands["machine.back"].isEnabled()
    assert not screen.actions_.history.what_ifs
    screen.window().close()


def test_parts_that_stay_are_added_to_by_the_next(qtbot: QtBot, qapp: QApplication) -> None:
    """Show keeps what was tried out, its name tells all of it; one step back shows this computer."""
    screen = open_window(qapp)
    dialog = parts(qtbot, screen)
    dialog.form.memory.setEditText("2 x 16")
    dialog.ask()
    qtbot.waitUntil(lambda: screen.state.what_if == "2 × 16 GiB RAM", timeout=WAIT)
    dialog = parts(qtbot, screen)
    dialog.form.gpu.setText("GeForce RTX 3060 12 GB")
    dialog.ask()
    qtbot.waitUntil(lambda: screen.state.what_if == "GeForce RTX 3060 12 GB + 2 × 16 GiB RAM", timeout=WAIT)
    machine = screen.state.machine
    assert machine is not None
    assert (machine.memory.total_bytes, machine.memory.channels) == (32 * GIB, 2)
    screen.actions_.history.back()
    screen.actions_.history.back()
    assert screen.state.machine is MACHINE
    screen.window().close()


def test_a_wrong_name_is_said_beside_the_fields(qtbot: QtBot, qapp: QApplication) -> None:
    """The dialog stays, so that it can be mended; memory that makes no sense is said as well."""
    screen = open_window(qapp)
    dialog = parts(qtbot, screen)
    dialog.form.gpu.setText("No Such Card 9000")
    dialog.ask()
    qtbot.waitUntil(lambda: "No Such Card 9000" in dialog.problem.text(), timeout=WAIT)
    dialog.form.gpu.clear()
    dialog.form.memory.setEditText("many")
    dialog.ask()
    assert "many" in dialog.problem.text()
    assert dialog.isVisible()
    assert screen.state.machine is MACHINE
    dialog.reject()
    screen.window().close()


def test_parts_are_asked_for_once(qtbot: QtBot, qapp: QApplication) -> None:
    """The command brings the open dialog to the front; closing the window stops what it was about to try."""
    screen = open_window(qapp)
    dialog = parts(qtbot, screen)
    screen.commands["machine.parts"].trigger()
    qapp.processEvents()
    qtbot.waitUntil(lambda: not screen.work.busy, timeout=WAIT)
    assert [one for one in screen.findChildren(WhatIfDialog) if one.isVisible()] == [dialog]
    dialog.form.gpu.setText("GeForce RTX 4090")
    screen.window().close()
    assert not any(timer.isActive() for timer in dialog.findChildren(QTimer))


def test_another_machine_chosen_meanwhile_stays(qtbot: QtBot, qapp: QApplication) -> None:
    """Whoever opens a file while parts are tried out sees the file's machine, not the one of before."""
    screen = open_window(qapp)
    dialog = parts(qtbot, screen)
    dialog.form.memory.setEditText("64")
    with qtbot.waitSignal(screen.state.machine_changed, timeout=WAIT):
        dialog.try_now()
    other = Machine(source="profile", model="Other", cpu=MACHINE.cpu, memory=MACHINE.memory)
    screen.state.show_machine(other, "Other")
    assert screen.state.machine is other
    assert [shown.name for shown in screen.actions_.history.what_ifs] == ["Other"]
    screen.window().close()


def test_this_computer_stands_beside_a_what_if(qtbot: QtBot, qapp: QApplication) -> None:
    """With the comparison on, cells are better or worse and say what this computer does; off, nothing is marked."""
    screen = open_window(qapp)
    model = next(one for one in screen.state.models if one.id == "qwen2.5-72b")
    before = screen.before
    assert before.words(model, USUAL[0]) == ""
    memory = MACHINE.memory.__class__(
        total_bytes=256 * GIB, available_bytes=250 * GIB, bandwidth_bytes_per_s=100e9, kind="DDR4"
    )
    screen.state.show_machine(Machine(source="catalogue", cpu=MACHINE.cpu, memory=memory), "256 GiB")
    assert before.change(model, USUAL[0]) is None
    screen.actions_.compare()
    qtbot.waitUntil(lambda: not (screen.before.busy or screen.cells.busy), timeout=WAIT)
    assert before.change(model, USUAL[0]) == "better"
    assert "does not fit" in before.words(model, USUAL[0])
    row = screen.matrix.model.row_of(model)
    assert row is not None
    assert "This computer: does not fit" in screen.matrix.model.index(row, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert screen.commands["machine.compare"].isChecked()
    screen.actions_.compare()
    assert before.change(model, USUAL[0]) is None
    screen.window().close()


def test_a_dump_says_what_it_does_not_tell(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """Of lspci alone neither processor nor memory is known: the strip names the programs that would tell."""
    screen = open_window(qapp)
    path = tmp_path / "cards.txt"
    path.write_text(
        "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [GeForce RTX 4090] [10de:2684] (rev a1)\n",
        encoding="utf-8",
    )
    with qtbot.waitSignal(screen.state.machine_changed, timeout=WAIT):
        screen.actions_.load(str(path))
    text = screen.banner.facts.text()
    assert "cards.txt (lspci)" in text
    assert "the size of the memory (free, lshw)" in text
    assert str(path) in screen.state.choices.recent
    popup = opened(qtbot, screen)
    assert "cards.txt" in titles(popup)
    popup.hide()
    screen.window().close()


def test_a_what_if_is_named_in_the_language_of_now(qtbot: QtBot, qapp: QApplication) -> None:
    """A typical computer is called otherwise in Chinese, which is no step back and no second entry of the list."""
    screen = open_window(qapp)
    with qtbot.waitSignal(screen.state.machine_changed, timeout=WAIT):
        screen.actions_.show_build(builds()[0])
    assert screen.state.what_if == builds()[0].title(translator("en"))
    screen.state.set_language("zh-CN")
    assert screen.state.what_if == builds()[0].title(translator("zh-CN"))
    assert len(screen.actions_.history.what_ifs) == 1
    screen.actions_.history.back()
    assert screen.state.machine is MACHINE
    screen.window().close()


def test_the_form_of_another_computer_begins_with_the_shown_one(qtbot: QtBot, qapp: QApplication) -> None:
    """One button fills in what is known; shown unchanged it is the same machine to the estimator."""
    screen = open_window(qapp)
    screen.commands["machine.other"].trigger()
    qtbot.waitUntil(lambda: bool(screen.findChildren(AnotherComputer)), timeout=WAIT)
    dialog = screen.findChildren(AnotherComputer)[0]
    assert dialog.name.text() == ""
    dialog.take_over.click()
    filled = dialog.parts()
    assert (filled.model, filled.ram_gib, filled.memory) == ("Test Box", 12, "DDR3-1600")
    assert filled.cards == (("GeForce 610M", 1),)
    assert (filled.disk_free_gib, filled.disk_kind) == (83, "hdd")
    with qtbot.waitSignal(screen.state.machine_changed, timeout=WAIT):
        dialog.ask()
    shown = screen.state.machine
    assert shown is not None
    assert shown.cpu.name == "Core i5-3210M"
    screen.window().close()


def test_what_is_waited_for_stands_in_the_switcher(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """While a file is read its name stands there; afterwards the machine's, also when the file was none."""
    screen = open_window(qapp)
    path = tmp_path / "shopping.txt"
    path.write_text("a shopping list\n" * 20, encoding="utf-8")
    screen.actions_.load(str(path))
    assert "shopping.txt" in screen.header.what_if.text()
    qtbot.waitUntil(lambda: "this machine" in screen.header.what_if.text(), timeout=WAIT)
    for dialog in screen.findChildren(ErrorDialog):
        dialog.close()
    screen.window().close()


def parts(qtbot: QtBot, screen: Screen) -> WhatIfDialog:
    """The open dialog of parts."""
    screen.commands["machine.parts"].trigger()
    qtbot.waitUntil(lambda: any(one.isVisible() for one in screen.findChildren(WhatIfDialog)), timeout=WAIT)
    return next(one for one in screen.findChildren(WhatIfDialog) if one.isVisible())
