"""The measuring dialog: off the window's thread, with progress, cancelled by its button and with the window."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.catalog.complete import complete
from advisor.errors import UserError
from advisor.machine import Machine
from advisor.probes import measure as measuring
from advisor.sources.measured import Measured
from advisor.ui.machines.measure import STEPS, MeasureDialog
from advisor.ui.screen import Screen
from tests.ui.helpers import MACHINE, open_window

FOUND = Measured(12e9, 0.04, 2, 256 << 20, 0.02, 60e9, None, "2026-11-22")
HERE = complete(replace(MACHINE, source="detected"))
Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "folder", lambda: tmp_path / "settings")


def opened(screen: Screen) -> MeasureDialog:
    """The dialog, as the menu opens it."""
    assert screen.commands["machine.measure"].isEnabled()
    screen.actions_.measure()
    (dialog,) = screen.window().findChildren(MeasureDialog)
    return dialog


def test_measuring_changes_the_estimates_at_once(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress moves the bar while the window lives; then measured against expected, and a machine that counts so."""
    go_on, threads = threading.Event(), list[int]()

    def measure(progress: Progress, cancelled: Cancelled, machine: Machine) -> Measured:
        threads.append(threading.get_ident())
        progress(0.5)
        assert go_on.wait(20)
        assert not cancelled()
        return FOUND

    monkeypatch.setattr(measuring, "measure", measure)
    screen = open_window(qapp, HERE)
    dialog = opened(screen)
    assert "about three seconds" in dialog.text.text()
    assert screen.state.machine is HERE  # nothing is measured before it is asked for
    dialog.start.click()
    assert not dialog.start.isEnabled()
    qtbot.waitUntil(lambda: dialog.bar.value() == STEPS // 2, timeout=20_000)
    with qtbot.waitSignal(screen.state.machine_changed, timeout=20_000):
        go_on.set()
    machine = screen.state.machine
    assert machine is not None
    assert (machine.memory.bandwidth_bytes_per_s, machine.cpu.matrix_flops) == (12e9, 60e9)
    assert machine is screen.state.own
    assert threads != [threading.get_ident()]
    assert "12.0 GB/s measured, 25.6 GB/s in theory (47 %)" in dialog.text.text()
    assert "Far lower than expected" in dialog.text.text()
    assert (dialog.bar.value(), dialog.start.isEnabled(), dialog.close_.text()) == (STEPS, True, "Close")
    dialog.reject()
    assert (settings.folder() / "measured.json").exists()
    screen.window().close()


@pytest.mark.parametrize("closing", ["dialog", "window"])
def test_closing_cancels(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, closing: str) -> None:
    """By Cancel, Escape or the whole window: the measuring thread ends by itself and changes nothing."""
    begun, ended = threading.Event(), threading.Event()

    def measure(_progress: Progress, cancelled: Cancelled, _machine: Machine) -> None:
        begun.set()
        while not cancelled():
            threading.Event().wait(0.005)
        ended.set()

    monkeypatch.setattr(measuring, "measure", measure)
    screen = open_window(qapp, HERE)
    dialog = opened(screen)
    dialog.start.click()
    assert begun.wait(20)
    (dialog.close_.click if closing == "dialog" else screen.window().close)()
    assert ended.wait(20)
    qtbot.waitUntil(lambda: not screen.work.busy, timeout=20_000)
    assert screen.state.machine is HERE
    assert not (settings.folder() / "measured.json").exists()
    screen.window().close()


def test_an_error_is_one_sentence_and_can_be_tried_again(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too little memory now; after closing other programs the same button measures."""
    errors: list[Exception] = [
        UserError("Too little memory is free to measure: {needed} MiB are needed, {free} MiB are free",
                  needed=1024, free=300)
    ]  # fmt: skip

    def measure(*_given: object) -> Measured:
        if errors:
            raise errors.pop()
        return FOUND

    monkeypatch.setattr(measuring, "measure", measure)
    screen = open_window(qapp, HERE)
    dialog = opened(screen)
    dialog.start.click()
    qtbot.waitUntil(lambda: "300" in dialog.text.text(), timeout=20_000)
    dialog.start.click()
    qtbot.waitUntil(lambda: "12.0 GB/s" in dialog.text.text(), timeout=20_000)
    screen.window().close()


def test_only_this_computer_offers_it(qapp: QApplication) -> None:
    """Not a what-if, not a saved profile that the window was opened with."""
    screen = open_window(qapp, HERE)
    assert screen.commands["machine.measure"].isEnabled()
    screen.state.show_machine(replace(HERE, model="Other"), "Other")
    assert not screen.commands["machine.measure"].isEnabled()
    screen.state.show_machine(None, None)
    assert screen.commands["machine.measure"].isEnabled()
    screen.state.set_language("zh-CN")
    assert screen.commands["machine.measure"].isEnabled()
    screen.window().close()
    saved = open_window(qapp, MACHINE)
    assert not saved.commands["machine.measure"].isEnabled()
    saved.window().close()
