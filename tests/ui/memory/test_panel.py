"""The memory panel: bars and curve show the selected cell, turn its knobs by mouse and keys, and answer "why?"."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from advisor.ui.look import theme
from advisor.ui.screen import Screen
from advisor.workload import Method, Workload
from tests.machines import g480, rtx4090_desktop
from tests.ui.helpers import MACHINE, open_window

GIB = 1 << 30


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[Screen]:
    """A window over a 2012 laptop, a model of 8B parameters selected."""
    screen = open_window(qapp, g480())
    _select(qtbot, screen, "llama-3.1-8b", "run")
    yield screen
    screen.window().close()


def _select(qtbot: QtBot, screen: Screen, model: str, method: Method) -> None:
    screen.state.select(next(one for one in screen.state.models if one.id == model), method)
    qtbot.waitUntil(lambda: not screen.details._savings_timer.isActive() and not screen.memory.busy)


def _settle(qtbot: QtBot, screen: Screen) -> None:
    qtbot.waitUntil(lambda: not screen.details._savings_timer.isActive() and not screen.memory.busy)


def _x(screen: Screen, value: int) -> QPoint:
    scales = screen.memory.curve.view.scales()
    assert scales is not None
    return QPoint(round(scales.x(value)), round((scales.top + scales.bottom) / 2))


def _mouse(widget: QWidget, kind: QEvent.Type, at: QPoint, pressed: bool) -> None:
    """A mouse event as the platform sends it."""
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    button = none if kind == QEvent.Type.MouseMove else left
    where = QPointF(at)
    event = QMouseEvent(
        kind, where, QPointF(widget.mapToGlobal(at)), button, left if pressed else none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def test_bars_and_words_are_the_estimate(window: Screen) -> None:
    """The bar's need and free memory are those of the placement, the total that of the cell."""
    found = window.details.estimate()
    assert found is not None
    assert found.memory is not None
    (place,) = found.placements
    (bar,) = window.memory.bars.bars
    assert bar.pool is not None
    assert (bar.pool.used, bar.pool.available) == (place.used, place.available)
    assert window.state.tr_.gib(place.used) in bar.figure
    assert window.memory.total == found.memory.total
    said = window.memory.bars.accessibleDescription()
    for size in (place.used, place.available, place.low, place.high, place.capacity):
        assert window.state.tr_.gib(size) in said, said


def test_dragging_along_the_curve_turns_the_knob_live(window: Screen) -> None:
    """Pressed at 8192, drawn to 16,384: every move turns the context, and the cell follows before the button is up."""
    view = window.memory.curve.view
    _mouse(view, QEvent.Type.MouseButtonPress, _x(window, 8192), True)
    assert window.state.workload.context == 8192
    before = window.memory.total
    _mouse(view, QEvent.Type.MouseMove, _x(window, 16_384), True)
    assert window.state.workload.context == 16_384
    assert window.memory.total > before
    _mouse(view, QEvent.Type.MouseButtonRelease, _x(window, 16_384), False)
    _mouse(view, QEvent.Type.MouseMove, _x(window, 1024), False)
    assert window.state.workload.context == 16_384


def test_the_largest_that_fits_is_a_magnet_a_key_and_a_button(qtbot: QtBot, window: Screen) -> None:
    """A drag near it, Enter on the curve, and the button all go to the same exact value, where it fits."""
    largest = window.memory.curve.curve.largest if window.memory.curve.curve else None
    assert largest is not None
    view = window.memory.curve.view
    ways: tuple[Callable[[], object], ...] = (
        lambda: _mouse(view, QEvent.Type.MouseButtonPress, _x(window, largest) + QPoint(4, 0), True),
        lambda: QTest.keyClick(view, Qt.Key.Key_Return),
        window.memory.curve.largest.click,
    )
    for way in ways:
        window.state.change(context=1024)
        way()
        assert window.state.workload.context == largest
        found = window.details.estimate()
        assert found is not None
        assert found.verdict in ("fits", "tight")
        window.state.change(context=largest + 1)
        beyond = window.details.estimate()
        assert beyond is not None
        assert beyond.verdict == "no"


def test_keys_turn_the_knob_along_the_curve(qtbot: QtBot, window: Screen) -> None:
    """Arrows by a step, Page keys by twos, Home and End to the ends; other keys are not eaten."""
    view = window.memory.curve.view
    asked = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home,
                Qt.Key.Key_End):  # fmt: skip
        QTest.keyClick(view, key)
        asked.append(window.state.workload.context)
    assert asked == [4608, 4096, 8192, 4096, 512, 131_072]
    QTest.keyClick(view, Qt.Key.Key_A)
    assert window.state.workload.context == 131_072


def test_what_lies_under_the_mouse_is_said_and_not_done(window: Screen) -> None:
    """Pointing says tokens, memory and verdict of that place; leaving says the present again."""
    curve = window.memory.curve
    before = curve.readout.text()
    assert before.startswith("4,096 tokens: ")
    _mouse(curve.view, QEvent.Type.MouseMove, _x(window, 65_536), False)
    assert curve.readout.text().startswith("65,536 tokens: ")
    assert curve.readout.text().endswith("does not fit")
    assert window.state.workload.context == 4096
    QApplication.sendEvent(curve.view, QEvent(QEvent.Type.Leave))
    assert curve.readout.text() == before


def test_a_screen_reader_finds_a_slider_with_its_value(window: Screen) -> None:
    """Role, name, value and figures are told; setting the value turns the knob."""
    view = window.memory.curve.view
    spoken = QAccessible.queryAccessibleInterface(view)
    assert spoken.role() == QAccessible.Role.Slider
    assert spoken.text(QAccessible.Text.Name) == "Memory by context"
    assert "Largest that fits" in spoken.text(QAccessible.Text.Description)
    assert view.value() == 4096
    view.setValue(2048)
    assert window.state.workload.context == 2048


def test_training_is_drawn_against_batch_or_length(qtbot: QtBot, qapp: QApplication) -> None:
    """Two choices above the curve; each turns its own knob."""
    screen = open_window(qapp, rtx4090_desktop())
    _select(qtbot, screen, "qwen2.5-1.5b", "qlora")
    curve = screen.memory.curve
    assert curve.knob == "batch"
    QTest.keyClick(curve.view, Qt.Key.Key_Right)
    assert screen.state.workload.batch == 2
    curve.choices["seq"].click()
    _settle(qtbot, screen)
    assert screen.memory.curve.knob != "batch"
    QTest.keyClick(curve.view, Qt.Key.Key_PageUp)
    assert screen.state.workload.seq == 2048
    assert curve.choices["seq"].isChecked()
    assert not curve.choices["context"].isVisible()
    screen.window().close()


def test_an_answer_without_memory_has_no_curve_and_says_so(qtbot: QtBot, qapp: QApplication) -> None:
    """QLoRA that is refused: no picture is left of the model before it."""
    screen = open_window(qapp, MACHINE)
    _select(qtbot, screen, "llama-3.1-8b", "run")
    screen.memory.show_estimate(None)
    assert not screen.memory.curve.view.isVisible()
    refused = screen.cells.compute(screen.state.models[0], Workload(quant="NF4"))
    assert refused.memory is None
    screen.memory.show_estimate(refused)
    assert "No curve" in screen.memory.curve.why_none.text()
    assert screen.memory.curve.curve is None
    assert "NF4" in screen.memory.verdict.text()
    screen.window().close()


def test_every_figure_answers_why_by_mouse_and_keys(
    qtbot: QtBot, window: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Legend lines, the total, the bar and the read-out each ask for their own formula."""
    panel = window.memory
    asked: list[str] = []
    monkeypatch.setattr(window.details, "show_why", lambda *_args: None)
    panel.asked.connect(asked.append)
    QTest.mouseClick(panel.legend, Qt.MouseButton.LeftButton, pos=panel.legend.places()[1].center())
    panel.legend.setFocus()
    QTest.keyClick(panel.legend, Qt.Key.Key_End)
    assert panel.legend.answers[panel.legend.current].words.startswith("RAM of a CPU run")
    QTest.keyClick(panel.legend, Qt.Key.Key_Up)
    assert panel.legend.answers[panel.legend.current].key == "total"
    QTest.keyClick(panel.legend, Qt.Key.Key_Return)
    QTest.mouseClick(panel.bars, Qt.MouseButton.LeftButton, pos=panel.bars.places()[0].center())
    panel.curve.readout.click()
    panel.why.click()
    assert asked == ["kv_cache", "total", "ram", "total", ""]


def test_techniques_are_ticked_and_taken_back(qtbot: QtBot, window: Screen) -> None:
    """A click turns a technique on; it stays in the list, ticked, with its bytes, and another click takes it back."""
    panel = window.memory
    before = panel.total
    cache = next(one for one in panel.savings if one.changes == {"kv_type": "q8_0"})
    assert not cache.on
    row = panel.techniques._rows[cache.label][1]
    row.click()
    _settle(qtbot, window)
    assert before - panel.total == cache.bytes > 0
    again = next(one for one in panel.savings if one.label == cache.label)
    assert again.on
    assert row.isChecked()
    assert again.bytes == cache.bytes
    row.click()
    _settle(qtbot, window)
    assert panel.total == before
    assert not row.isChecked()


def test_each_technique_has_its_why(window: Screen) -> None:
    """The link beside it brings the saving itself."""
    asked: list[object] = []
    window.memory.asked_saving.connect(asked.append)
    first = window.memory.savings[0]
    window.memory.techniques._rows[first.label][2].click()
    assert asked == [first]


def test_this_machine_beside_a_what_if(qtbot: QtBot, window: Screen) -> None:
    """With the switch on, a second group of bars tells what this machine says to the same cell, on the same scale."""
    state = window.state
    state.show_machine(rtx4090_desktop(), "RTX 4090")
    _select(qtbot, window, "qwen2.5-72b", "run")
    alone = window.memory.bars.bars
    state.keep(compare_own=True)
    both = window.memory.bars.bars
    assert state.own is not None
    headings = [bar.name for bar in both if bar.pool is None]
    assert headings == ["RTX 4090", "This computer: does not fit"]
    own = both[-1].pool
    assert own is not None
    assert own.short
    assert own.capacity == state.own.memory.total_bytes
    assert len(both) == len(alone) + 3
    state.show_machine(None, None)
    assert all(bar.pool is not None for bar in window.memory.bars.bars)


def test_bars_glide_at_most_120_ms_and_end_where_they_should(
    qtbot: QtBot, window: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where motion is allowed the old value is seen first, the new one in the end; nothing runs on."""
    from advisor.ui.memory import bars as bars_module

    monkeypatch.setattr(theme, "still", lambda: False)
    bars = window.memory.bars
    before = bars._shown()
    window.state.change(context=16_384)
    assert bars._shown()[1][0] == pytest.approx(before[1][0], rel=0.02)
    assert bars_module.GLIDE_MS <= 120
    qtbot.waitUntil(lambda: bars._shown() == bars._goal(), timeout=1000)
    assert bars._shown() != before


def test_curves_are_kept_for_a_knob_that_is_turned_to_and_fro(qtbot: QtBot, window: Screen) -> None:
    """The second time the same question asks the estimator for nothing."""
    counted = []
    compute = window.memory.curve._compute

    def counting(model, workload):  # type: ignore[no-untyped-def]
        counted.append(workload)
        return compute(model, workload)

    window.memory.curve._compute = counting
    window.state.change(kv_type="q8_0")
    _settle(qtbot, window)
    first = len(counted)
    assert first > 20
    window.state.change(kv_type="f16")
    window.state.change(kv_type="q8_0")
    window.state.change(context=9000)
    _settle(qtbot, window)
    assert len(counted) == first


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_large_letters_are_not_cut(qtbot: QtBot, window: Screen, percent: int) -> None:
    """Turned to twice the size while it is open, nothing is wider than the panel; sentences break."""
    panel = window.memory
    usual = panel.legend.sizeHint().height()
    window.state.keep(text_percent=percent)
    try:
        _settle(qtbot, window)
        qtbot.wait(50)
        inner = panel.bars.parentWidget()
        assert inner is not None
        viewport = inner.parentWidget()
        assert viewport is not None
        assert inner.width() <= viewport.width()
        for part in (panel.bars, panel.legend, panel.curve, panel.techniques):
            assert part.geometry().right() <= inner.width()
            assert part.height() >= part.minimumSizeHint().height()
        assert panel.legend.height() >= usual * percent / 125
        said = panel.curve.readout
        assert " ".join(said._lines()) == said.text()
        assert said.height() >= said.sizeHint().height()
    finally:
        window.state.keep(text_percent=100)


def test_a_name_with_an_ampersand_stays_itself(window: Screen) -> None:
    """Words of files and techniques are no mnemonics."""
    link = window.memory.curve.readout
    link.say("R&D: 1 GiB")
    assert link._lines() == ["R&D: 1 GiB"]
    assert link.accessibleName() == "R&D: 1 GiB"


def test_commands_bring_the_curve_into_sight_and_turn_its_knob(qtbot: QtBot, window: Screen) -> None:
    """On a low screen the curve is scrolled to; the other command goes to the largest that fits."""
    window.window().resize(1093, 574)
    qtbot.wait(20)
    view = window.memory.curve.view
    window.commands["memory.focus"].trigger()
    qtbot.waitUntil(lambda: not view.visibleRegion().isEmpty() and window.window().focusWidget() is view)
    assert view.visibleRegion().boundingRect().height() >= view.height() - 1
    window.commands["memory.largest"].trigger()
    curve = window.memory.curve.curve
    assert curve is not None
    qtbot.waitUntil(lambda: window.state.workload.context == curve.largest)
