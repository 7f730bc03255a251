"""Undo and redo of knobs, budget, presets and resets, by commands and by keys; a drag is one step."""

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.settings import Settings
from advisor.ui.base.state import State
from advisor.ui.settings.controls import Number, Tokens
from advisor.ui.settings.history import History
from advisor.workload import Workload
from tests.ui.helpers import open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of tests do not write the user's settings."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def history(held: bool = False) -> tuple[State, History, QObject]:
    """A document, and what remembers its steps."""
    owner = QObject()
    state = State(Workload(), Settings(), "en", owner)
    return state, History(state, lambda: held, owner), owner


def test_steps_go_back_and_forth(qapp: QApplication) -> None:
    """Three steps, each by another knob or the budget: undone one by one, taken again, and a new one ends redo."""
    state, steps, _owner = history()
    state.change(context=8192)
    state.change(kv_type="q8_0")
    state.set_budget("total")
    steps.undo()
    assert (state.budget, state.workload.kv_type) == ("free", "q8_0")
    steps.undo()
    steps.undo()
    steps.undo()
    assert state.workload == Workload()
    steps.redo()
    assert state.workload == Workload(context=8192)
    state.change(rank=8)
    assert steps.to_redo is None


def test_a_drag_is_one_step(qapp: QApplication) -> None:
    """However many values a held slider passes, undo goes back to where it was taken."""
    state, steps, _owner = history(held=True)
    for tokens in range(5120, 9000, 256):
        state.change(context=tokens)
    steps.undo()
    assert state.workload == Workload()
    assert steps.to_undo is None


def test_turning_to_and_fro_leaves_no_step(qapp: QApplication) -> None:
    """A switch flicked twice has changed nothing."""
    state, steps, _owner = history()
    state.change(checkpointing=False)
    state.change(checkpointing=True)
    assert steps.to_undo is None


def test_what_gave_way_comes_back_with_undo(qapp: QApplication) -> None:
    """A runtime that does not load the quantisation: both are one step."""
    state, steps, _owner = history()
    state.change(quant="Q5_K_M")
    state.change(stack="vllm")
    assert state.workload.quant == "BF16"
    steps.undo()
    assert (state.workload.quant, state.clashes) == ("Q5_K_M", ())


def test_commands_say_what_they_undo(qtbot: QtBot, qapp: QApplication) -> None:
    """The menu's text names the step, in both languages; nothing to undo is greyed."""
    window = open_window(qapp)
    undo, redo = window.commands["settings.undo"], window.commands["settings.redo"]
    assert not undo.isEnabled()
    window.state.change(context=8192)
    assert (undo.isEnabled(), undo.text(), redo.isEnabled()) == (True, "&Undo: Context 8,192", False)
    undo.trigger()
    qtbot.waitUntil(redo.isEnabled)
    assert window.state.workload.context == 4096
    assert redo.text() == "&Redo: Context 8,192"
    window.state.set_language("zh-CN")
    assert "8,192" in redo.text()
    window.window().close()


def test_keys_undo_from_within_the_knobs(qtbot: QtBot, qapp: QApplication) -> None:
    """Ctrl+Z takes a step back even while a number's field has the keyboard; a text half typed is its own."""
    window = open_window(qapp)
    window.window().activateWindow()
    qtbot.waitUntil(window.window().isActiveWindow)
    context = window.settings.forms[0].control("context")
    assert isinstance(context, Tokens)
    context.field.setFocus()
    QTest.keyClick(context.field, Qt.Key.Key_Up)
    assert window.state.workload.context == 8192
    QTest.keyClick(context.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.state.workload.context == 4096)
    QTest.keyClick(context.field, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.state.workload.context == 8192)
    window.window().close()


def test_resets(qtbot: QtBot, qapp: QApplication) -> None:
    """One knob by Delete, a group, everything; each is one step that can be taken back."""
    window = open_window(qapp, workload=Workload(context=8192, rank=64, kv_type="q8_0"))
    panel = window.settings
    QTest.keyClick(panel.forms[0].control("kv_type"), Qt.Key.Key_Delete)
    assert window.state.workload == Workload(context=8192, rank=64)
    panel.reset_shown()
    assert window.state.workload == Workload(rank=64)
    window.state.set_budget("total")
    panel.reset_all()
    assert (window.state.workload, window.state.budget) == (Workload(), "free")
    panel.history.undo()
    assert (window.state.workload, window.state.budget) == (Workload(rank=64), "total")
    number = panel.forms[1].control("rank")
    assert isinstance(number, Number)
    panel.forms[1].row("rank").reset.emit()
    assert window.state.workload.rank == 16
    window.window().close()


def test_a_switch_flicked_to_and_fro_takes_no_other_step_along(qapp: QApplication) -> None:
    """What was done before a switch was flicked thrice in a row stays a step of its own."""
    state, steps, _owner = history()
    state.change(context=8192)
    for on in (False, True, False):
        state.change(flash_attention=on)
    steps.undo()
    assert (state.workload.context, state.workload.flash_attention) == (8192, True)
    steps.undo()
    assert state.workload == Workload()


def test_a_step_that_fails_leaves_no_name_behind(qapp: QApplication) -> None:
    """The next step is called by what it changes, not by what went wrong before it."""
    state, steps, _owner = history()

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        steps.named("Reset", fail)
    state.change(context=8192)
    assert steps.to_undo is not None
    assert steps.to_undo.name == ""
