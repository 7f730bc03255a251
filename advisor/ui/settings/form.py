"""The knobs of one kind of task in foldable groups, each with what it costs and why it may be greyed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QFormLayout, QWidget

from advisor import words as program_words
from advisor.conflicts import barred, brought, idle
from advisor.ui.base.state import State
from advisor.ui.settings import words
from advisor.ui.settings.choice import NARROWEST, Choice
from advisor.ui.settings.controls import Control
from advisor.ui.settings.deltas import cost, defaults, options, shown, signed, turned, value_of
from advisor.ui.settings.knobs import Section
from advisor.ui.settings.live import Live
from advisor.ui.settings.options import Note
from advisor.ui.settings.rows import Heading, Row
from advisor.workload import STACKS, Workload

GAP = 8  # between labels and controls


class KnobForm(QWidget):
    """One kind of task: labels with figures, controls, headings that fold."""

    folded = Signal()
    asked = Signal(object, object, str)  # why? of a figure: two workloads, before and after, and the turn in words

    def __init__(self, state: State, live: Live, sections: Sequence[Section], training: bool) -> None:
        super().__init__()
        self._state, self._live, self._training = state, live, training
        self._sections = sections
        self._due = False  # the values that are shown are not the state's yet
        self.rows: list[Row] = []
        self.headings: list[Heading] = []
        layout = QFormLayout(self)
        layout.setContentsMargins(4, 4, 8, 8)
        layout.setHorizontalSpacing(0)  # Qt leaves it out when it decides which rows wrap: the labels have it
        layout.setVerticalSpacing(3)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._layout = layout
        for section in sections:
            self._add(section)

    def _add(self, section: Section) -> None:
        if section.heading:
            heading = Heading(section.key)
            heading.toggled.connect(self._fold)
            self.headings.append(heading)
            self._layout.addRow(heading)
        for knob in section.knobs:
            row = Row(knob, self)
            row.control.turned.connect(self._turner(knob.key))
            row.reset.connect(self._resetter(knob.key))
            row.asked.connect(self._asker(knob.key))
            if row.head is row.field:
                self._layout.addRow(row.field)
            else:
                self._layout.addRow(row.head, row.field)
            self._layout.addRow(row.reason)
            self.rows.append(row)

    def control(self, key: str) -> Control:
        """The control of a setting."""
        return self.row(key).control

    def row(self, key: str) -> Row:
        """The row of a setting."""
        return next(row for row in self.rows if row.knob.key == key)

    def keys(self) -> tuple[str, ...]:
        """All settings of this kind of task."""
        return tuple(row.knob.key for row in self.rows)

    def retranslate(self) -> None:
        """Labels, hints and words in the state's language."""
        _ = self._state.tr_
        for heading in self.headings:
            section = next(one for one in self._sections if one.key == heading.key)
            heading.say(_(section.heading), _("Fold these settings away, or show them again"))
        for row in self.rows:
            row.name(_(row.knob.label))
            row.control.setAccessibleName(_(row.knob.label))
            row.why.setText(_("Why this figure?"))
        self._dress()
        self.show_values()

    def changeEvent(self, event: QEvent) -> None:
        """Another text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._dress()

    def _dress(self) -> None:
        """Captions in their size; labels of one width, so that a control goes below its label when that leaves it too
        little. A switch says its name itself.
        """
        for row in self.rows:
            row.dress()
            row.label.setWordWrap(False)
            row.label.setMinimumWidth(0)
            row.label.setContentsMargins(0, 0, GAP, 0)
        advance = QFontMetrics(QGuiApplication.font()).horizontalAdvance  # the labels may still have theirs of before
        widths = {row: advance(row.label.text()) + GAP for row in self.rows if row.knob.kind != "switch"}
        room = min(max(widths.values()), NARROWEST)
        for row, width in widths.items():
            row.label.setMinimumWidth(room)
            row.label.setWordWrap(width > room)

    def show_values(self) -> None:
        """Show the state's workload; what another setting rules out is greyed, with the reason in words."""
        self._due = False
        _ = self._state.tr_
        w = shown(self._state.workload, self._training)
        for row in self.rows:
            key, value = row.knob.key, value_of(row.knob.key, w)
            if isinstance(row.control, Choice):
                words_ = [(one, words.value(_, key, one)) for one in options(key, w)]
                row.control.offer(words_, str(value))
            else:
                row.control.set_value(value)  # type: ignore[arg-type]
            row.enable(idle(key, w) is None)
        self._show_reasons(w)
        self.show_costs()

    def wait(self) -> None:
        """The state's values are others now; nobody sees these, so that there is time to show them."""
        self._due = True

    def catch_up(self) -> None:
        """Show them, if they are not shown yet."""
        if self._due:
            self.show_values()

    def _show_reasons(self, w: Workload) -> None:
        """One caption below neighbours that share a reason."""
        _ = self._state.tr_
        for number, row in enumerate(self.rows):
            because = idle(row.knob.key, w)
            after = self.rows[number + 1] if number + 1 < len(self.rows) else None
            last = after is None or idle(after.knob.key, w) != because or self._section(after) != self._section(row)
            row.reason.setText(words.because(_, because) if because is not None and last else "")
        self._show_rows()

    def show_costs(self) -> None:
        """The figures that are known, beside knobs and options, in tips and for ears; stale ones are greyed."""
        _, live = self._state.tr_, self._live
        w = shown(self._state.workload, self._training)
        if live.stale:
            for row in self.rows:
                row.wait(idle(row.knob.key, w) is None and live.cell is not None)
            return
        mine = live.cell is not None and live.cell[1].workload(self._state.workload).training == self._training
        effects = live.effects if mine else {}
        usual = defaults(self._training, w.resolved_stack)
        for row in self.rows:
            key = row.knob.key
            found = cost(key, w, self._training, effects)
            because = idle(key, w)
            row.show_figure(
                words.figure(_, key, value_of(key, usual), found), because is None and live.cell is not None
            )
            lines = words.costs(_, w, key, value_of(key, usual), found) if because is None else []
            rule = _("Below the setting: after an arrow what one turn would change, else the cost against the default")
            lines += [rule] if lines else []
            lines += [words.because(_, because)] if because is not None else []
            lines += [] if because is not None or effects or live.cell is None else [_("No figure for this cell")]
            named = [_(row.knob.label)] if row.knob.kind == "switch" else []  # it may be cut
            row.tell(
                words.wrapped("\n".join((*named, _(row.knob.hint), *lines))), "\n".join((*lines, _(row.knob.hint)))
            )
            default = value_of(key, usual)
            row.action.setText(_("Reset to {value}", value=words.value(_, key, default)))
            row.action.setEnabled(value_of(key, w) != default)
            if isinstance(row.control, Choice):
                row.control.annotate({one: self._note(key, one, w) for one in options(key, w)})

    def _note(self, key: str, option: str, w: Workload) -> Note:
        _ = self._state.tr_
        because = barred(key, option, w)
        if because is not None:
            return Note(words.because(_, because), words.because(_, because), False)
        found = self._live.effects.get((key, option))
        brings = [words.value(_, clash.key, clash.used) for clash in brought(key, option, self._state.asked)]
        shown_ = [_("with {value}", value=one) for one in brings]
        if found is None:
            return Note(program_words.clauses(_, shown_))
        if found.verdict is not None:
            shown_.append(program_words.verdict_word(_, *found.verdict))
        return Note(program_words.clauses(_, [*shown_, signed(_, found)]), words.possible(_, (key, option), found))

    def _section(self, row: Row) -> str:
        return next(one.key for one in self._sections if row.knob in one.knobs)

    def fold(self, keys: Sequence[str]) -> None:
        """Fold these groups, unfold the others; tells nobody."""
        for heading in self.headings:
            heading.blockSignals(True)
            heading.setChecked(heading.key not in keys)
            heading.show_open(heading.isChecked())
            heading.blockSignals(False)
        self._show_rows()

    def _fold(self) -> None:
        self._show_rows()
        self.folded.emit()

    def _show_rows(self) -> None:
        closed = {heading.key for heading in self.headings if not heading.isChecked()}
        for row in self.rows:
            visible = self._section(row) not in closed
            self._layout.setRowVisible(row.head, visible)
            self._layout.setRowVisible(row.reason, visible and bool(row.reason.text()))

    def _turner(self, key: str) -> Callable[[object], None]:
        return lambda value: self._turn(key, value)

    def _turn(self, key: str, value: object) -> None:
        self._state.change(**{key: _stack_asked(value, self._training) if key == "stack" else value})

    def _resetter(self, key: str) -> Callable[[], None]:
        return lambda: self._state.change(**{key: getattr(self.reset_to((key,)), key)})

    def _asker(self, key: str) -> Callable[[], None]:
        return lambda: self.asked.emit(*self.question(key))

    def question(self, key: str) -> tuple[Workload, Workload, str]:
        """What the figure beside a knob compares: all settings before and after a turn, and the turn in words."""
        _, w = self._state.tr_, shown(self._state.workload, self._training)
        usual = value_of(key, defaults(self._training, w.resolved_stack))
        found = cost(key, w, self._training, self._live.effects)
        asked = self._state.asked
        before, after, value = turned(asked, (key, usual)), asked, value_of(key, w)
        if found.done is None and found.turn is not None:
            before, after, value = asked, turned(asked, found.turn), found.turn[1]
        return before, after, words.named(_, key, value)

    def reset_to(self, keys: Sequence[str]) -> Workload:
        """What was asked for with these settings at their defaults."""
        asked = self._state.asked
        plain = Workload(stack="auto")
        if "quant" in keys and "stack" not in keys:
            plain = replace(plain, quant=defaults(False, shown(self._state.workload, False).resolved_stack).quant)
        return replace(asked, **{key: getattr(plain, key) for key in keys})


def _stack_asked(value: object, training: bool) -> object:
    """ "auto" where it is the first of its kind: a name that inference and training share must not turn both."""
    return "auto" if value == STACKS["training" if training else "inference"][0] else value
