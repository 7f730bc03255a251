"""The window as a whole, with the real estimator: selection, knobs, language, theme, keyboard, what-if, closing."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
)  # fmt: skip
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.catalog.models import find_model, models
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.llama_cpp import refuses
from advisor.estimator.result import Estimate
from advisor.machine import Gpu, Machine, Memory, Origin
from advisor.probes import live
from advisor.probes.live import LiveSample
from advisor.ui.base.texts import short_name
from advisor.ui.gauges import panel as gauges_panel
from advisor.ui.matrix.cells import relevant
from advisor.ui.matrix.model import FIRST_METHOD
from advisor.ui.matrix.order import rank
from advisor.ui.memory.savings import savings
from advisor.ui.screen import Screen
from advisor.ui.window import Window
from advisor.workload import BOUNDS, METHODS, Workload, for_method
from tests.ui.helpers import GIB, MACHINE, MODELS, open_window


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing a window under test must not write into a home folder."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def settle(qtbot: QtBot, window: Screen) -> None:
    """Until every cell is there."""
    qtbot.waitUntil(lambda: not window.cells.busy, timeout=20_000)


def test_every_cell_says_what_the_estimator_says(qtbot: QtBot, qapp: QApplication) -> None:
    """Matrix and estimator give one number for each model and method."""
    window = open_window(qapp)
    settle(qtbot, window)
    assert {model.id for model in window.matrix.model.rows} == set(MODELS)
    for row, model in enumerate(window.matrix.model.rows):
        for column, method in enumerate(METHODS, FIRST_METHOD):
            shown = window.cells.get(model, method)
            assert shown is not None
            assert (
                shown.verdict in window.matrix.model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)
                or shown.verdict == "no"
            )
            again = window.cells.compute(model, shown.workload)
            assert again.memory == shown.memory
            assert again.verdict == shown.verdict
    window.window().close()


def test_a_knob_moves_memory_at_once(qtbot: QtBot, qapp: QApplication) -> None:
    """Four times the context: the selected cell and the bar need more memory before any event is handled."""
    window = open_window(qapp)
    before = window.memory.total
    window.state.change(context=16384)
    assert window.memory.total > before > 0
    window.window().close()


def test_controls_follow_and_turn_the_state(qtbot: QtBot, qapp: QApplication) -> None:
    """A control changes the workload, and a workload changed elsewhere shows in its control."""
    window = open_window(qapp)
    run, train = window.settings.forms
    rank = train.control("rank")
    assert isinstance(rank, QSpinBox)
    rank.setValue(64)
    assert window.state.workload.rank == 64
    window.state.change(quant="Q8_0")
    quant = run.control("quant")
    assert isinstance(quant, QComboBox)
    assert quant.currentData() == "Q8_0"
    window.window().close()


def test_settings_never_contradict_each_other(qtbot: QtBot, qapp: QApplication) -> None:
    """Another runtime brings its own quantisations; without flash attention the KV cache is plain again."""
    window = open_window(qapp)
    window.state.change(kv_type="q8_0")
    window.state.change(flash_attention=False)
    assert window.state.workload.kv_type == "f16"
    window.state.change(stack="vllm")
    assert window.state.workload.quant == "BF16"
    settle(qtbot, window)
    window.window().close()


def test_the_other_language_reaches_every_label(qtbot: QtBot, qapp: QApplication) -> None:
    """Switching while running changes buttons, tabs, headings and column titles, and back."""
    window = open_window(qapp)
    english = texts(window)
    window.state.set_language("zh-CN")
    chinese = texts(window)
    assert window.window().windowTitle() == "Test Box — 硬件顾问"
    window.state.set_language("en")
    assert window.window().windowTitle() == "Test Box — Hardware Advisor"
    assert texts(window) == english
    changed = sum(a != b for a, b in zip(english, chinese, strict=True))
    assert changed > len(english) * 0.6
    window.window().close()


def texts(window: Screen) -> list[str]:
    """Visible words of buttons and of the matrix's heading."""
    buttons = [one.text() for one in window.findChildren(QPushButton) + window.findChildren(QToolButton)]
    return [*filter(None, buttons), *(window.matrix.model.heading(i) for i in range(8))]


def test_both_themes_paint_and_differ(qtbot: QtBot, qapp: QApplication) -> None:
    """Light is light, dark is dark, at the window's corner and in the matrix."""
    window = open_window(qapp)
    shades = {}
    for look in ("light", "dark"):
        window.state.set_theme(look)
        qapp.processEvents()
        shades[look] = window.grab().toImage().pixelColor(2, 2).lightness()
    assert shades["light"] > 200 > 60 > shades["dark"]
    window.window().close()


def test_the_keyboard_alone_suffices(qtbot: QtBot, qapp: QApplication) -> None:
    """Arrow keys walk the matrix, Enter asks why, Ctrl+F finds, and every control has a name for screen readers."""
    window = open_window(qapp)
    window.window().activateWindow()
    window.matrix.view.setFocus()
    window.matrix.select(window.matrix.model.rows[0], "run")
    QTest.keyClick(window.matrix.view, Qt.Key.Key_Down)
    QTest.keyClick(window.matrix.view, Qt.Key.Key_Right)
    assert (window.state.model, window.state.method) == (window.matrix.model.rows[1], "run-q8")
    with qtbot.waitSignal(window.matrix.asked):
        QTest.keyClick(window.matrix.view, Qt.Key.Key_Return)
    window.details.retranslate()  # closes what Enter opened
    nameless = [
        widget
        for kind in (QComboBox, QLineEdit, QPushButton, QSlider, QSpinBox, QToolButton)
        for widget in window.findChildren(kind)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not spoken(widget)
    ]
    assert not nameless
    window.window().close()


def spoken(widget: object) -> str:
    """What a screen reader calls a widget; parts of a spin box speak through it."""
    if isinstance(widget, QLineEdit) and isinstance(widget.parent(), QSpinBox | QComboBox):
        return "part"
    face = QAccessible.queryAccessibleInterface(widget)  # type: ignore[arg-type]
    return face.text(QAccessible.Text.Name) if face else ""


def test_search_and_filters_keep_what_matches(qtbot: QtBot, qapp: QApplication) -> None:
    """Words narrow by name, the size class by parameters; clearing brings all back in the same order."""
    window = open_window(qapp)
    before = list(window.matrix.model.rows)
    window.matrix.search.setText("qwen2.5 7b")
    assert [model.id for model in window.matrix.model.rows] == ["qwen2.5-7b"]
    window.matrix.search.clear()
    window.matrix.size_class.setCurrentIndex(1)
    assert {model.id for model in window.matrix.model.rows} == {"qwen2.5-0.5b", "qwen2.5-1.5b", "gemma-3-1b"}
    window.matrix.size_class.setCurrentIndex(0)
    assert window.matrix.model.rows == before
    window.window().close()


def test_sorting_by_a_method_puts_the_best_that_fits_first(qtbot: QtBot, qapp: QApplication) -> None:
    """Best verdict first; among what fits the largest at reading pace, then the slower ones, the quickest first."""
    window = open_window(qapp)
    settle(qtbot, window)
    window.matrix.model.sort(FIRST_METHOD)
    ranks = []
    for model in window.matrix.model.rows:
        estimate = window.cells.get(model, "run")
        assert estimate is not None
        ranks.append(rank(estimate, estimate.parameters))
    assert ranks == sorted(ranks)
    assert [model.id for model in window.matrix.model.rows][:2] == ["qwen2.5-1.5b", "gemma-3-1b"]
    window.window().close()


def test_a_what_if_machine_answers_and_this_machine_comes_back(qtbot: QtBot, qapp: QApplication) -> None:
    """More memory turns "does not fit" into something that runs; leaving the what-if restores every verdict."""
    window = open_window(qapp)
    settle(qtbot, window)
    large = next(model for model in window.state.models if model.id == "qwen2.5-72b")
    before = window.cells.get(large, "run")
    assert before is not None
    assert before.verdict == "no"
    memory = Memory(total_bytes=256 * GIB, available_bytes=250 * GIB, bandwidth_bytes_per_s=100e9)
    window.state.show_machine(Machine(source="catalogue", cpu=MACHINE.cpu, memory=memory), "256 GiB")
    after = window.cells.get(large, "run")
    assert after is not None
    assert after.verdict in ("fits", "tight")
    assert "256 GiB" in window.header.what_if.text()
    window.state.show_machine(None, None)
    again = window.cells.get(large, "run")
    assert again is not None
    assert again.verdict == "no"
    window.window().close()


def test_gauges_show_sizes_and_why_a_gpu_is_idle(qtbot: QtBot, qapp: QApplication) -> None:
    """The unusable card is grey, and the reason stands below the dials."""
    window = open_window(qapp)
    readings = [gauge.reading for gauge in window.gauges.gauges if gauge.isVisible()]
    assert [reading.name for reading in readings][:2] == ["i5-3210M", "RAM"]
    assert next(reading for reading in readings if reading.key == "gpu0").off
    assert "compute capability 2.1" in window.gauges.notes.text()
    window.window().close()


def test_notes_of_the_probes_stand_below_the_gauges(qtbot: QtBot, qapp: QApplication) -> None:
    """What a probe had to say about this machine is shown, in the window's language."""
    note = Origin("unknown", "{source}: no answer within {seconds} s", {"source": "NVML", "seconds": "5"})
    window = open_window(qapp, replace(MACHINE, notes=(note,)), language="zh-CN")
    assert "NVML：5 秒内没有响应" in window.gauges.notes.text()
    window.window().close()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "i5-3210M"),
        ("11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz", "i7-1165G7"),
        ("AMD Ryzen 7 PRO 4750U with Radeon Graphics", "Ryzen 7 PRO 4750U"),
        ("AMD Ryzen 7 7840U w/ Radeon 780M Graphics", "Ryzen 7 7840U"),
        ("NVIDIA GeForce GTX 1650", "GTX 1650"),
        ("GeForce RTX 3060 12 GB", "RTX 3060"),
        ("Intel(R) HD Graphics 4000", "HD 4000"),
        (None, ""),
    ],
)
def test_gauges_name_processors_and_cards_shortly(name: str | None, short: str) -> None:
    """What tells them apart has room under a dial."""
    assert short_name(name) == short


def test_why_a_card_shows_no_load_stands_in_its_hint(qapp: QApplication) -> None:
    """A sleeping card's figures are missing for a reason, which the gauge has room for in its hint only."""
    card = Gpu(
        name="GeForce RTX 4060", bus_address="0000:01:00.0", kind="discrete", usable=True, vram_bytes=8 * GIB,
        engines=("cuda",),
    )  # fmt: skip
    window = open_window(qapp, replace(MACHINE, source="detected", gpus=(card,)))
    sleeping = live.LiveGpu("0000:01:00.0", None, None, None, None, live.ASLEEP)
    window.gauges._sampled(replace(live.sample(), gpus=(sleeping,)))
    shown = next(gauge for gauge in window.gauges.gauges if gauge.reading.key == "gpu0")
    assert (shown.reading.figure, shown.reading.unit, shown.reading.load) == ("8.00", "GiB", None)
    assert "was not woken" in shown.toolTip()
    assert "was not woken" in shown.accessibleDescription()
    window.window().close()


def test_gauges_live_on_after_a_failed_sample(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample that fails says so in the window's language; the next one that succeeds takes the words away."""
    good = live.sample()
    answers: list[LiveSample | Exception] = [UserError("{path}: cannot be read ({reason})", path="x", reason="y"), good]

    def answer() -> LiveSample:
        one = answers.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    monkeypatch.setattr(gauges_panel, "sample", answer)
    monkeypatch.setattr(gauges_panel, "RETRY_MS", 20)
    window = open_window(qapp, replace(MACHINE, source="detected"), language="zh-CN")
    window.gauges.start()
    qtbot.waitUntil(lambda: "x：无法读取（y）" in window.gauges.notes.text())
    qtbot.waitUntil(lambda: window.gauges.sample is good)
    assert "无法读取" not in window.gauges.notes.text()
    window.window().close()


def test_savings_stay_within_what_can_be_set(qapp: QApplication) -> None:
    """No doubling beyond the largest context, and no cache type that llama.cpp refuses for this model."""
    model = find_model("qwen2.5-7b")
    largest = BOUNDS["context"][1]
    asked: list[Workload] = []

    def compute(workload: Workload) -> Estimate:
        asked.append(workload)
        return estimate(MACHINE, model, workload)

    savings(estimate(MACHINE, model, Workload(context=largest)), compute)
    assert asked
    assert all(workload.context <= largest for workload in asked)
    odd = next(one for one in models() if refuses(one, Workload(kv_type="q8_0")))
    offered = savings(estimate(MACHINE, odd, Workload()), lambda workload: estimate(MACHINE, odd, workload))
    assert offered
    assert all(saving.changes.get("kv_type") is None for saving in offered)


def test_a_message_of_success_shows_and_goes(qtbot: QtBot, qapp: QApplication) -> None:
    """The status bar is there while it has something to say; many messages are heard by one listener."""
    window = open_window(qapp)
    frame = window.window()
    assert isinstance(frame, Window)
    for number in range(3):
        window.actions_.told.emit(f"Saved: {number}")
    assert frame.statusBar().isVisible()
    assert frame.statusBar().currentMessage() == "Saved: 2"
    frame.statusBar().clearMessage()
    assert not frame.statusBar().isVisible()
    frame.close()


def test_a_closing_window_is_gone_before_it_waits(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work still running when the window is closed is waited for with window and dialogs already out of sight."""
    window = open_window(qapp)
    settle(qtbot, window)
    window.matrix.select(window.matrix.model.rows[0], "run")
    window.details.show_why()
    seen: list[bool] = []
    close = window.work.close

    def watched() -> bool:
        seen.extend(one.isVisible() for one in QApplication.topLevelWidgets() if isinstance(one, QMainWindow | QDialog))
        return close()

    monkeypatch.setattr(window.work, "close", watched)
    window.window().close()
    assert len(seen) >= 2
    assert not any(seen)


def test_savings_name_bytes_and_turn_their_knob(qtbot: QtBot, qapp: QApplication) -> None:
    """The panel offers techniques for the selected cell; a click turns that knob and the memory falls by that much."""
    window = open_window(qapp, workload=Workload(context=32768))
    window.matrix.select(next(m for m in window.state.models if m.id == "qwen2.5-7b"), "run")
    qtbot.waitUntil(lambda: bool(window.memory.savings))
    saving = window.memory.savings[0]
    before = window.memory.total
    window.memory.tried.emit(saving.changes)
    assert before - window.memory.total == saving.bytes > 0
    window.window().close()


@pytest.mark.parametrize("size", [(1366, 728), (1092, 574)])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_window_fits_a_small_screen(qtbot: QtBot, qapp: QApplication, size: tuple[int, int], language: str) -> None:
    """1366 x 768 less a task bar, at 100 % and at 125 %: the window takes the size, no button is cut."""
    window = open_window(qapp, language=language)
    window.window().resize(*size)
    qapp.processEvents()
    assert (window.window().width(), window.window().height()) == size
    for button in window.findChildren(QPushButton) + window.findChildren(QToolButton):
        if button.isVisible() and not button.visibleRegion().isEmpty():
            assert button.width() >= button.minimumSizeHint().width() or button.property("elides")
            assert window.rect().contains(button.mapTo(window, button.rect().center()))
    window.window().close()


def test_a_closed_window_leaves_nothing_running(qtbot: QtBot, qapp: QApplication) -> None:
    """Closing in the middle of everything stops timers and waits for threads (the fixture looks)."""
    window = open_window(qapp)
    window.gauges.start()
    window.state.change(context=2048)
    window.details.advice_timer.setInterval(0)
    qapp.processEvents()
    window.window().close()
    assert not window.cells.busy
    assert not window.work.busy


def test_the_system_switching_to_dark_is_followed(qtbot: QtBot, qapp: QApplication) -> None:
    """With the theme "as the system" a change of the system's colours chooses ours again."""
    window = open_window(qapp)
    window.state.set_theme("system")
    with qtbot.waitSignal(window.state.theme_changed):
        QApplication.sendEvent(window.window(), QEvent(QEvent.Type.ThemeChange))
    window.window().close()


@pytest.mark.parametrize("name", MODELS)
def test_a_column_ignores_only_what_its_task_never_reads(name: str) -> None:
    """The matrix keeps inference columns when a training knob turns, and the reverse: their estimates do not differ."""
    turned = Workload(
        quant="Q5_K_M", context=8192, parallel=2, ubatch=256, output_rows="all", kv_type="q8_0", kv_unified=True,
        swa_full=True, precision="mixed", kbit_prepare=False, optimizer="adamw8bit", batch=2, grad_accum=4, seq=512,
        checkpointing=False, attention="eager", rank=32, targets="q,v", dataset_tokens=5_000_000, epochs=2,
    )  # fmt: skip
    model = find_model(name)
    for method in METHODS:
        whole = estimate(MACHINE, model, for_method(turned, method))
        kept = estimate(MACHINE, model, relevant(turned, method))
        assert (whole.memory, whole.verdict, whole.speed, whole.training) == (
            kept.memory,
            kept.verdict,
            kept.speed,
            kept.training,
        )


def test_a_remark_stays_until_something_else_is_said(qapp: QApplication) -> None:
    """What was skipped at the start is in the status bar, whole as a hint; saving a file takes its place."""
    screen = open_window(qapp)
    window = screen.window()
    assert isinstance(window, Window)
    window.remark("cards.json: skipped")
    assert window.statusBar().isVisible()
    assert (window.statusBar().currentMessage(), window.statusBar().toolTip()) == ("cards.json: skipped",) * 2
    screen.actions_.told.emit("Saved")
    assert (window.statusBar().currentMessage(), window.statusBar().toolTip()) == ("Saved", "")
