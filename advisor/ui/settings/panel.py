"""The right side's upper half: presets and budget on top, then every knob, live, for running and for training."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QTabWidget, QVBoxLayout

from advisor.i18n import N_
from advisor.presets import WORDS, Preset, find
from advisor.ui.base.columns import as_column
from advisor.ui.base.state import State
from advisor.ui.look import theme
from advisor.ui.look.widgets import Card, ElidedLabel, caption, scrolled
from advisor.ui.settings import words
from advisor.ui.settings.buttons import StepButtons
from advisor.ui.settings.choice import Choice
from advisor.ui.settings.controls import Tokens
from advisor.ui.settings.form import KnobForm
from advisor.ui.settings.history import History
from advisor.ui.settings.knobs import INFERENCE, TRAINING
from advisor.ui.settings.live import Compute, Live
from advisor.ui.settings.presets import PresetButton
from advisor.workload import Workload, for_method

INFERENCE_TAB, TRAINING_TAB = 0, 1
GAP = 8


class SettingsPanel(Card):
    """Presets, budget and the two groups of knobs; the group follows the selected column."""

    asked = Signal(object, object, str)  # why? of the figure beside a knob: see KnobForm

    def __init__(self, state: State, compute: Compute) -> None:
        super().__init__()
        self._state = state
        self.live = Live(state, compute, self)
        self.history = History(state, self._held, self)
        self.budget = Choice()
        self.presets = PresetButton(self.apply)
        self.note = caption(wrap=True)
        self.note.setObjectName("note")
        self.cell = ElidedLabel()
        self.cell.setObjectName("caption")
        self.forms = (KnobForm(state, self.live, INFERENCE, False), KnobForm(state, self.live, TRAINING, True))
        self.tabs = QTabWidget()
        for form in self.forms:
            area = scrolled(form)
            area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            self.tabs.addTab(area, "")
        self.buttons = StepButtons(self.history, state)
        self._preset_actions: Mapping[str, QAction] = {}
        self._stacks = self._stacks_now()
        self._aside: tuple[bool, str, str] | None = None  # the other kind of task, its program now and before
        self._arrange()
        self._wire()
        self.retranslate()

    def _arrange(self) -> None:
        self._top = top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        top.setSpacing(GAP)
        top.addWidget(self.presets, 1)
        top.addWidget(self.budget)
        self.tabs.setCornerWidget(self.buttons, Qt.Corner.TopRightCorner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.note)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.cell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where both do not fit beside each other, presets stand above the budget."""
        super().resizeEvent(event)
        room = event.size().width() - 2 * GAP - GAP - self.budget.sizeHint().width()  # what the card's margins leave
        beside = room >= self.presets.room()
        self._top.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def _wire(self) -> None:
        state = self._state
        self.budget.turned.connect(state.set_budget)
        self.tabs.currentChanged.connect(self._turned_to)
        self.live.changed.connect(self._show_costs)
        for form in self.forms:
            form.folded.connect(self._keep_folds)
            form.asked.connect(self.asked)
        state.workload_changed.connect(self._show)
        state.selection_changed.connect(self._follow)
        state.theme_changed.connect(lambda: self.buttons.dress(state.colors))
        self.buttons.dress(state.colors)

    def use(self, undo: QAction, redo: QAction, reset: QAction, preset_actions: Mapping[str, QAction]) -> None:
        """The commands that the panel's buttons share with the menus."""
        self._preset_actions = preset_actions
        self.buttons.use(undo, redo, reset)
        self._show_preset()

    @property
    def busy(self) -> bool:
        """Whether figures are still to come."""
        return self.live.busy

    def stop(self) -> None:
        """No more timers."""
        self.live.stop()

    @property
    def shown_form(self) -> KnobForm:
        """The group of knobs that is looked at."""
        return self.forms[self.tabs.currentIndex()]

    def retranslate(self) -> None:
        """All texts again."""
        _ = self._state.tr_
        self.budget.setAccessibleName(_("Memory to count with"))
        self.budget.setToolTip(_("Free memory is what other programs leave now; all memory is what the machine has"))
        self.tabs.setTabText(INFERENCE_TAB, _("&Run"))
        self.tabs.setTabText(TRAINING_TAB, _("&Train"))
        self.tabs.tabBar().setAccessibleName(_("Settings for running or for training"))
        self.presets.retranslate(_, {False: _("Running a model"), True: _("Fine-tuning a model")})
        self.buttons.retranslate()
        self.cell.setFont(theme.scaled(self.font(), theme.CAPTION))
        for form in self.forms:
            form.fold(self._state.choices.folded)
            form.retranslate()
        self._show_frame()

    def _show(self) -> None:
        stacks = self._stacks_now()
        other = INFERENCE_TAB if self.tabs.currentIndex() == TRAINING_TAB else TRAINING_TAB
        self._aside = other == TRAINING_TAB, stacks[other], self._stacks[other]
        self._stacks = stacks
        for form in self.forms:
            if form is self.shown_form:
                form.show_values()
            else:
                form.wait()
        self._show_frame()

    def _stacks_now(self) -> tuple[str, str]:
        w = self._state.workload
        return for_method(w, "run").resolved_stack, for_method(w, "lora").resolved_stack

    def _show_frame(self) -> None:
        """What stands around the knobs."""
        _ = self._state.tr_
        self.budget.offer([(key, _(said)) for key, said in words.BUDGETS.items()], self._state.budget)
        aside = words.aside(_, *self._aside) if self._aside is not None else ""
        said = "\n".join(filter(None, (words.clashes(_, self._state.clashes), aside)))
        new = said != self.note.text()
        self.note.setText(said)
        self.note.setVisible(bool(said))
        if said and new:
            QAccessible.updateAccessibility(QAccessibleEvent(self.note, QAccessible.Event.Alert))
        self._show_preset()
        self._show_cell()

    def _show_preset(self) -> None:
        training = self.tabs.currentIndex() == TRAINING_TAB
        found = find(self._state.workload, training)
        self.presets.show_preset(self._state.tr_, found)
        for name, action in self._preset_actions.items():
            action.setChecked(found is not None and found.id == name)

    def _show_cell(self) -> None:
        """Which cell the figures are about, where it is not the selected one."""
        _, cell = self._state.tr_, self.live.cell
        text = ""
        if cell is not None and cell != (self._state.model, self._state.column):
            column = cell[1].heading(_, self._state.workload)
            text = _("Costs for {model} · {column}", model=cell[0].name, column=column)
        self.cell.setText(text)
        self.cell.setVisible(bool(text))

    def _show_costs(self) -> None:
        self.shown_form.show_costs()
        if not self.live.stale:
            self._show_cell()
            for form in self.forms:
                form.catch_up()

    def _follow(self) -> None:
        training = self._state.current.training
        self.tabs.setCurrentIndex(TRAINING_TAB if training else INFERENCE_TAB)
        self._show_preset()

    def _turned_to(self, tab: int) -> None:
        self.forms[tab].catch_up()
        self.live.show(tab == TRAINING_TAB)
        self._show_preset()

    def _held(self) -> bool:
        return any(isinstance(row.control, Tokens) and row.control.held for form in self.forms for row in form.rows)

    def _keep_folds(self) -> None:
        closed = [one.key for form in self.forms for one in form.headings if not one.isChecked()]
        self._state.keep(folded=tuple(closed))

    def apply(self, preset: Preset) -> None:
        """Set a preset, and go to the column that it is about."""
        self.history.named(WORDS[preset.id][0], lambda: self._state.change(**preset.settings))
        if preset.column is not None and self._state.method != preset.column:
            self._state.select(self._state.model, as_column(preset.column))
        elif self._state.current.training != preset.training:
            self._state.select(self._state.model, as_column("lora" if preset.training else "run"))
        self._show_preset()

    def reset_all(self) -> None:
        """Every setting at its default, the budget too."""
        self._reset(lambda: self._state.restore(Workload(), "free"))

    def reset_shown(self) -> None:
        """The settings of the group that is shown at their defaults."""
        form = self.shown_form
        self._reset(lambda: self._state.restore(form.reset_to(form.keys()), self._state.budget))

    def _reset(self, run: Callable[[], None]) -> None:
        self.history.named(N_("Reset"), run)

    def focus_first(self) -> None:
        """The keyboard goes to the first knob of the group that is shown."""
        self.shown_form.rows[0].control.setFocus(Qt.FocusReason.ShortcutFocusReason)
