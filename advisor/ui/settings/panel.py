"""The right side's upper half: every knob, live, in two groups; budget on top."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from advisor.ui.base.state import State
from advisor.ui.look.widgets import Card, scrolled
from advisor.ui.settings.controls import Choice, Control, Number, Switch, Tokens
from advisor.ui.settings.knobs import INFERENCE, SLIDERS, TRAINING, VALUE_WORDS, Knob
from advisor.workload import BOUNDS, CHOICES, LLAMA_CPP_QUANTS, STACKS, TORCH_QUANTS, Workload, for_method

INFERENCE_TAB, TRAINING_TAB = 0, 1


class KnobForm(QWidget):
    """One group of knobs as a form of labels and controls."""

    def __init__(self, state: State, knobs: Sequence[Knob], training: bool) -> None:
        super().__init__()
        self._state = state
        self._training = training
        self._rows: list[tuple[Knob, QLabel, Control]] = []
        layout = QFormLayout(self)
        layout.setContentsMargins(4, 8, 8, 8)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(6)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        layout.setLabelAlignment(layout.labelAlignment())
        for knob in knobs:
            label, control = QLabel(), _control(knob)
            label.setBuddy(control)
            control.turned.connect(self._turner(knob.key))
            layout.addRow(label, control)
            self._rows.append((knob, label, control))

    def control(self, key: str) -> Control:
        """The control of a setting."""
        return next(control for knob, _label, control in self._rows if knob.key == key)

    def retranslate(self) -> None:
        """Labels, hints and words in the state's language."""
        _ = self._state.tr_
        for knob, label, control in self._rows:
            label.setText(_(knob.label))
            for widget in (label, control):
                widget.setToolTip(_(knob.hint))
            control.setAccessibleName(_(knob.label))
        self.show_values()

    def show_values(self) -> None:
        """Show the state's workload; what another setting rules out is greyed."""
        base = self._state.workload
        shown = for_method(base, "lora" if self._training else "run")
        for knob, label, control in self._rows:
            value: Any = shown.resolved_stack if knob.key == "stack" else getattr(shown, knob.key)
            if isinstance(control, Choice):
                control.offer([(one, self._words(knob.key, one)) for one in self._values(knob.key, shown)], value)
            else:
                control.set_value(value)
            enabled = _enabled(knob.key, shown)
            control.setEnabled(enabled)
            label.setEnabled(enabled)

    def _values(self, key: str, shown: Workload) -> Sequence[str]:
        if key == "stack":
            return STACKS["training" if self._training else "inference"]
        if key == "quant":
            return LLAMA_CPP_QUANTS if shown.resolved_stack == "llama.cpp" else TORCH_QUANTS
        return CHOICES[key]

    def _words(self, key: str, value: str) -> str:
        return self._state.tr_(VALUE_WORDS.get((key, value), value))

    def _turner(self, key: str) -> Callable[[object], None]:
        return lambda value: self._state.change(**{key: value})


class SettingsPanel(Card):
    """Budget and the two groups of knobs; the group follows the selected column."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.budget = Choice()
        self._budget_label = QLabel()
        self.forms = (KnobForm(state, INFERENCE, False), KnobForm(state, TRAINING, True))
        self.tabs = QTabWidget()
        for form in self.forms:
            area = scrolled(form)
            area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            self.tabs.addTab(area, "")
        self._arrange()
        self.budget.turned.connect(state.set_budget)
        state.workload_changed.connect(self._show)
        state.selection_changed.connect(self._follow)
        self.retranslate()

    def _arrange(self) -> None:
        top = QFormLayout()
        top.setContentsMargins(4, 0, 8, 0)
        top.addRow(self._budget_label, self.budget)
        self._budget_label.setBuddy(self.budget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.tabs, 1)

    def retranslate(self) -> None:
        """All texts again."""
        _ = self._state.tr_
        self._budget_label.setText(_("&Count with"))
        self.budget.setAccessibleName(_("Memory to count with"))
        self.budget.setToolTip(_("Free memory is what other programs leave now; all memory is what the machine has"))
        self.tabs.setTabText(INFERENCE_TAB, _("&Run"))
        self.tabs.setTabText(TRAINING_TAB, _("&Train"))
        for form in self.forms:
            form.retranslate()
        self._show()

    def _show(self) -> None:
        _ = self._state.tr_
        self.budget.offer([("free", _("free memory")), ("total", _("all memory"))], self._state.budget)
        for form in self.forms:
            form.show_values()

    def _follow(self) -> None:
        training = self._state.current.training
        self.tabs.setCurrentIndex(TRAINING_TAB if training else INFERENCE_TAB)


# Settings that mean nothing under another: key -> whether it applies to this workload.
_APPLIES: Mapping[str, Callable[[Workload], bool]] = {
    "kv_type": lambda w: w.resolved_stack != "llama.cpp" or w.flash_attention,
    "flash_attention": lambda w: w.resolved_stack == "llama.cpp",
    "ubatch": lambda w: w.resolved_stack == "llama.cpp",
    "output_rows": lambda w: w.resolved_stack == "llama.cpp",
    "kv_unified": lambda w: w.resolved_stack == "llama.cpp" and w.parallel > 1,
    "swa_full": lambda w: w.resolved_stack == "llama.cpp",
}


def _enabled(key: str, workload: Workload) -> bool:
    applies = _APPLIES.get(key)
    return applies is None or applies(workload)


def _control(knob: Knob) -> Control:
    if knob.kind == "choice":
        return Choice()
    if knob.kind == "switch":
        return Switch()
    low, high = BOUNDS[knob.key]
    if knob.kind == "tokens":
        return Tokens(low, high, SLIDERS[knob.key])
    return Number(low, high)
