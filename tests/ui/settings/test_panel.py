"""The settings panel: figures beside knobs, options ruled out with reasons, presets, folding, keyboard, languages."""

import gc
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QFont, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from advisor import settings
from advisor.i18n import Translator
from advisor.presets import presets
from advisor.ui.base.columns import as_column
from advisor.ui.screen import Screen
from advisor.ui.settings.choice import Choice
from advisor.ui.settings.controls import Tokens
from advisor.ui.settings.form import KnobForm
from advisor.ui.settings.options import FIGURE
from advisor.workload import Workload
from tests.ui.helpers import open_window

SAVE = settings.save  # before tests are kept from it


@pytest.fixture(autouse=True)
def _no_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of tests do not write the user's settings."""
    monkeypatch.setattr(settings, "save", lambda *_args: None)


def settle(qtbot: QtBot, window: Screen) -> None:
    """Until the figures are there."""
    qtbot.waitUntil(lambda: not window.settings.busy and not window.settings.live.stale, timeout=10_000)


def opened(qtbot: QtBot, qapp: QApplication, workload: Workload | None = None, model: str = "qwen2.5-7b") -> Screen:
    """A window with a model selected and all figures shown."""
    window = open_window(qapp, workload=workload)
    window.matrix.select(next(one for one in window.state.models if one.id == model), "run")
    settle(qtbot, window)
    return window


def total(window: Screen) -> int:
    """The memory of the selected cell."""
    found = window.details.estimate()
    assert found is not None
    assert found.memory is not None
    return found.memory.total


def choice(form: KnobForm, key: str) -> Choice:
    """A choice among the knobs."""
    control = form.control(key)
    assert isinstance(control, Choice)
    return control


def test_figures_follow_the_cell_and_the_knobs(qtbot: QtBot, qapp: QApplication) -> None:
    """What flash attention off would cost, computed again: the same as the memory then shown."""
    window = opened(qtbot, qapp)
    row = window.settings.forms[0].row("flash_attention")
    before = total(window)
    figure = row.figure.text()
    window.state.change(flash_attention=False)
    assert not row.figure.isEnabled()  # stale at once
    settle(qtbot, window)
    grown = total(window) - before
    assert figure == f"→ off: +{window.state.tr_.gib(grown)}"
    assert row.figure.text() == f"+{window.state.tr_.gib(grown)} vs on"
    assert row.figure.isEnabled()
    assert "of memory" in row.control.accessibleDescription()
    window.window().close()


def test_no_cell_no_figure(qtbot: QtBot, qapp: QApplication) -> None:
    """Without a machine there is nothing to count with."""
    window = open_window(qapp, machine=None)
    settle(qtbot, window)
    assert all(row.figure.text() == "" for row in window.settings.forms[0].rows)
    window.window().close()


def test_options_carry_their_figures(qtbot: QtBot, qapp: QApplication) -> None:
    """The list of quantisations says what each would cost; the chosen one needs no figure."""
    window = opened(qtbot, qapp)
    quant = choice(window.settings.forms[0], "quant")
    figures = {quant.itemData(i): quant.itemData(i, FIGURE) for i in range(quant.count())}
    assert figures["Q4_K_M"] == ""
    assert figures["Q2_K"].startswith("−")
    assert figures["Q8_0"].endswith("GiB")
    assert "does not fit" in figures["F16"]
    assert "with BF16" in choice(window.settings.forms[0], "stack").itemData(2, FIGURE)
    window.window().close()


def test_no_hold_on_items_that_qt_deletes(qtbot: QtBot, qapp: QApplication) -> None:
    """Python keeps no QStandardItem: one that Qt has deleted was taken for the event that came to lie at its address,
    and the program ended.
    """
    window = opened(qtbot, qapp)
    for stack in ("vllm", "transformers", "llama.cpp"):
        window.state.change(stack=stack)
        settle(qtbot, window)
    held = [one for one in gc.get_objects() if type(one) is QStandardItem]
    assert held == []
    window.window().close()


def test_an_excluded_option_is_greyed_with_its_reason(qtbot: QtBot, qapp: QApplication) -> None:
    """Without flash attention a quantised cache cannot be chosen, and the list says why; with one it cannot be off."""
    window = opened(qtbot, qapp, Workload(flash_attention=False))
    kinds = choice(window.settings.forms[0], "kv_type")
    model = kinds.model()
    assert isinstance(model, QStandardItemModel)
    assert [model.item(i).isEnabled() for i in range(3)] == [True, False, False]
    assert kinds.itemData(1, FIGURE) == kinds.itemData(1, Qt.ItemDataRole.AccessibleDescriptionRole)
    assert kinds.itemData(1, FIGURE) == "needs flash attention"
    kinds.setFocus()
    QTest.keyClick(kinds, Qt.Key.Key_Down)
    assert window.state.workload.kv_type == "f16"
    window.state.change(flash_attention=True, kv_type="q8_0")
    settle(qtbot, window)
    row = window.settings.forms[0].row("flash_attention")
    assert not row.control.isEnabled()
    assert "needs it" in row.reason.text()
    assert row.reason.isVisibleTo(window.settings)
    assert "needs it" in row.control.accessibleDescription()
    window.window().close()


def test_what_gives_way_is_said_and_comes_back(qtbot: QtBot, qapp: QApplication) -> None:
    """vLLM does not load the chosen quantisation: a note says so; back at llama.cpp the choice counts again."""
    window = opened(qtbot, qapp, Workload(quant="Q5_K_M"))
    note = window.settings.note
    assert not note.isVisibleTo(window.settings)
    choice(window.settings.forms[0], "stack").setCurrentIndex(2)
    assert window.state.workload.quant == "BF16"
    assert "vLLM does not load Q5_K_M" in note.text()
    assert note.isVisibleTo(window.settings)
    choice(window.settings.forms[0], "stack").setCurrentIndex(0)
    assert window.state.workload.quant == "Q5_K_M"
    assert not note.isVisibleTo(window.settings)
    window.window().close()


def test_choosing_what_counts_makes_it_the_wish(qtbot: QtBot, qapp: QApplication) -> None:
    """The note goes when the user chooses the value that stands in for the wish; undo brings both back."""
    window = opened(qtbot, qapp, Workload(stack="vllm", quant="Q5_K_M"))
    assert window.settings.note.text()
    quant = choice(window.settings.forms[0], "quant")
    quant.setFocus()
    quant.activated.emit(quant.currentIndex())  # as a click on the chosen line of the list does
    assert window.state.asked.quant == "BF16"
    assert not window.settings.note.text()
    window.settings.history.undo()
    assert "Q5_K_M" in window.settings.note.text()
    window.window().close()


def test_settings_that_came_in_contradiction_are_explained(qtbot: QtBot, qapp: QApplication) -> None:
    """A workload from elsewhere that cannot be: the note tells from the start what counts instead."""
    window = open_window(qapp, workload=Workload(kv_type="q4_0", flash_attention=False))
    assert window.state.workload.kv_type == "f16"
    assert "q4_0" in window.settings.note.text()
    window.window().close()


def test_one_stack_does_not_turn_the_other_in_silence(qtbot: QtBot, qapp: QApplication) -> None:
    """Training with transformers leaves llama.cpp to run models; a fused loss that ends vLLM says so."""
    window = opened(qtbot, qapp, Workload(stack="fused-loss"))
    train = choice(window.settings.forms[1], "stack")
    train.setCurrentIndex(0)
    assert choice(window.settings.forms[0], "stack").currentData() == "llama.cpp"
    window.state.change(stack="vllm")
    window.settings.tabs.setCurrentIndex(1)
    train.setCurrentIndex(1)
    assert "Models run with llama.cpp now" in window.settings.note.text()
    window.window().close()


@pytest.mark.parametrize("name", [one.id for one in presets()])
def test_a_preset_sets_all_it_says_as_one_step(qtbot: QtBot, qapp: QApplication, name: str) -> None:
    """Chosen from the menu: its settings, its column, its name on the button; one undo takes it back."""
    window = opened(qtbot, qapp, Workload(context=2048, batch=3, parallel=2))
    before = window.state.workload
    preset, action = next(one for one in window.settings.presets.offered if one[0].id == name)
    assert preset.source in action.toolTip()
    action.trigger()
    qtbot.waitUntil(lambda: preset.on(window.state.workload))
    assert window.state.current.training == preset.training
    assert preset.column in (None, window.state.method)
    assert window.settings.presets.accessibleName().startswith("Preset: ")
    assert action.isChecked()
    assert window.commands[f"settings.preset.{name}"].isChecked()
    window.state.change(**({"batch": 7} if preset.training else {"parallel": 3}))
    assert "Own settings" in window.settings.presets.accessibleName()
    window.settings.history.undo()
    window.settings.history.undo()
    assert window.state.workload == before
    window.window().close()


def test_the_other_group_tells_whose_figures_it_shows(qtbot: QtBot, qapp: QApplication) -> None:
    """Looking at training while a cell of inference is selected: its figures are of the same model's QLoRA cell."""
    window = opened(qtbot, qapp, model="qwen2.5-1.5b")
    assert not window.settings.cell.isVisibleTo(window.settings)
    window.settings.tabs.setCurrentIndex(1)
    settle(qtbot, window)
    assert window.settings.live.cell == (window.state.model, as_column("qlora"))
    assert window.settings.cell.isVisibleTo(window.settings)
    assert window.settings.forms[1].row("checkpointing").figure.text().startswith("→ off: +")
    window.window().close()


def test_groups_fold_and_stay_folded(qtbot: QtBot, qapp: QApplication) -> None:
    """A folded group is gone from sight and from the keyboard's way, and the choice is kept."""
    window = opened(qtbot, qapp)
    form = window.settings.forms[0]
    heading = next(one for one in form.headings if one.key == "buffers")
    heading.click()
    assert not form.control("ubatch").isVisibleTo(form)
    assert form.control("parallel").isVisibleTo(form)
    assert window.state.choices.folded == ("buffers",)
    heading.click()
    assert form.control("ubatch").isVisibleTo(form)
    assert "buffers" not in window.state.choices.folded
    window.window().close()


def test_tab_goes_through_the_knobs_in_order(qtbot: QtBot, qapp: QApplication) -> None:
    """From the presets down to the last knob, in the order in which they are seen; disabled ones are passed by."""
    window = opened(qtbot, qapp)
    panel = window.settings
    order: list[QWidget] = []
    widget = panel.presets.nextInFocusChain()
    while widget is not None and widget is not panel.presets and len(order) < 500:
        order.append(widget)
        widget = widget.nextInFocusChain()
    places = []
    for row in panel.forms[0].rows:
        control = row.control.slider if isinstance(row.control, Tokens) else row.control
        places.append(order.index(control))
    assert places == sorted(places)
    assert order.index(panel.budget) < places[0]
    window.window().close()


def test_every_control_has_name_tip_and_description(qtbot: QtBot, qapp: QApplication) -> None:
    """For ears and for the curious, in both groups and both languages."""
    window = opened(qtbot, qapp)
    for language in ("en", "zh-CN"):
        window.state.set_language(language)
        for tab, form in enumerate(window.settings.forms):
            window.settings.tabs.setCurrentIndex(tab)
            settle(qtbot, window)
            for row in form.rows:
                assert row.control.accessibleName()
                assert row.control.toolTip()
                assert row.control.accessibleDescription()
    window.window().close()


def test_the_panel_stays_usable_when_narrow(qtbot: QtBot, qapp: QApplication) -> None:
    """At the least width no control is cut or stands beyond the edge."""
    window = opened(qtbot, qapp)
    window.window().resize(1093, 574)
    panel = window.settings
    for tab, form in enumerate(panel.forms):
        panel.tabs.setCurrentIndex(tab)
        qapp.processEvents()
        for row in form.rows:
            if row.control.isVisibleTo(form):
                right = row.control.mapTo(panel, row.control.rect().topRight()).x()
                assert right <= panel.width()
                assert row.control.width() >= row.control.minimumSizeHint().width()
    window.window().close()


def test_choices_outlast_a_restart_even_where_they_give_way(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    """A fused loss for training is kept, and a quantisation that the runtime does not load, with its note."""
    first = open_window(qapp)
    first.state.change(quant="Q6_K", stack="vllm", rank=32)
    kept = first.state.settings()
    SAVE(kept, tmp_path / "settings.json")
    again = settings.load(tmp_path / "settings.json")
    window = open_window(qapp, workload=again.workload)
    assert (window.state.asked.quant, window.state.workload.quant) == ("Q6_K", "BF16")
    assert "Q6_K" in window.settings.note.text()
    window.state.change(stack="fused-loss")
    SAVE(window.state.settings(), tmp_path / "settings.json")
    assert settings.load(tmp_path / "settings.json").workload.stack == "fused-loss"


@pytest.mark.parametrize("points", [9, 18])
@pytest.mark.parametrize("stretch", ["", " and a good deal more"])
def test_nothing_is_wider_than_the_panel(qtbot: QtBot, qapp: QApplication, points: int, stretch: str) -> None:
    """At 100 and 200 % text, in English and in a language of longer words: both groups fit the least width."""
    font = qapp.font()
    qapp.setFont(QFont(font.family(), points))
    try:
        window = opened(qtbot, qapp)
        plain = window.state.tr_
        window.state.tr_ = Translator("en", lambda message: plain(message) + stretch if " " in message else message)
        window.settings.retranslate()
        window.window().resize(1093, 574)
        for tab, form in enumerate(window.settings.forms):
            window.settings.tabs.setCurrentIndex(tab)
            settle(qtbot, window)
            qapp.processEvents()
            area = form.parentWidget()
            assert area is not None
            if not stretch:
                assert form.minimumSizeHint().width() <= area.width()
            for row in form.rows:
                assert row.control.width() >= row.control.minimumSizeHint().width()
                if row.figure.isVisibleTo(form) and row.figure.width() < row.figure.sizeHint().width() - 2:
                    assert row.figure.text().endswith("…")  # its tip says all of it, and more
                    assert row.figure.toolTip()
        window.window().close()
    finally:
        qapp.setFont(font)


def test_every_knob_has_a_menu_that_resets_it(qtbot: QtBot, qapp: QApplication) -> None:
    """The context menu of a label, a choice, a slider or a field names the default and goes back to it."""
    window = opened(qtbot, qapp, Workload(context=8192, kv_type="q8_0"))
    form = window.settings.forms[0]
    context = form.control("context")
    assert isinstance(context, Tokens)
    for key, widget in (("context", context.field), ("context", context.slider), ("kv_type", form.row("kv_type").head)):
        place = widget.rect().center()
        QApplication.sendEvent(
            widget, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, widget.mapToGlobal(place))
        )
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        reset = form.row(key).action
        assert reset in menu.actions()
        assert reset.text() == {"context": "Reset to 4,096", "kv_type": "Reset to f16"}[key]
        assert reset.isEnabled()
        menu.close()
    form.row("context").action.trigger()
    assert window.state.workload.context == 4096
    window.window().close()


def test_the_wheel_turns_nothing(qtbot: QtBot, qapp: QApplication) -> None:
    """A wheel over the panel scrolls it; no knob moves, whatever lies under the pointer."""
    window = opened(qtbot, qapp)
    before = window.state.workload
    for row in window.settings.forms[0].rows:
        parts = [row.control.slider, row.control.field] if isinstance(row.control, Tokens) else [row.control]
        for part in parts:
            place = QPointF(part.rect().center())
            none, still = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
            wheel = QWheelEvent(
                place, QPointF(part.mapToGlobal(place)), QPoint(), QPoint(0, 120), none,
                Qt.KeyboardModifier.NoModifier, still, False,
            )  # fmt: skip
            QApplication.sendEvent(part, wheel)
    assert window.state.workload == before
    window.window().close()
