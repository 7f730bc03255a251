"""The strip below the header while it is not this computer that is shown: which, what that brings, the way back.

For a machine out of dumps it also says what those do not tell, and which second dump would.
"""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QVBoxLayout

from advisor import words
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.ui.base.commands import Commands
from advisor.ui.base.state import State
from advisor.ui.base.work import Work
from advisor.ui.look import theme
from advisor.ui.look.flow import FlowLayout, grows
from advisor.ui.look.widgets import ElidedLabel, caption
from advisor.ui.machines.desk import Desk
from advisor.ui.machines.gain import Gain
from advisor.ui.machines.shelf import plain

LETTERS = 26  # of a long name, before the line breaks
BUTTONS = ("machine.compare", "machine.keep", "machine.this")


def dump_text(_: Translator, machine: Machine, read_from: str | None) -> str:
    """What a dump's machine was read from, and what would tell the rest."""
    from advisor.dumps.missing import FACTS, missing

    lines = [_("Read from {files}.", files=read_from)] if read_from else []
    absent = missing(machine)
    told = [
        _("{fact} ({programs})", fact=_(FACTS[one.fact]), programs=words.names(_, one.programs))
        if one.programs
        else _(FACTS[one.fact])
        for one in absent
    ]
    if told:
        text = _("Not told: {facts}. Open such an output together with this one.", facts=words.names(_, told))
        lines.append(
            text if any(one.programs for one in absent) else _("Not told: {facts}.", facts=words.names(_, told))
        )
    return " ".join(lines)


class Banner(QFrame):
    """Hidden while this computer is shown."""

    def __init__(self, state: State, work: Work, desk: Desk, commands: Commands) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._state, self._desk = state, desk
        self.gain = Gain(state, work, self)
        self.title, self.result = _Title(), QLabel()
        self.title.setFont(theme.scaled(self.font(), 1.0, bold=True))
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.hide()
        self.facts = caption(wrap=True)
        self.buttons: list[QToolButton] = []
        row = FlowLayout(across=8)
        row.addWidget(self.title)
        row.addWidget(self.result)
        for key in BUTTONS:
            button = QToolButton()
            button.setDefaultAction(commands[key])
            self.buttons.append(button)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 4, 4)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.facts)
        self.gain.told.connect(self._tell)
        self._commands = commands
        for signal in (state.machine_changed, state.language_changed):
            signal.connect(self.refresh)
        state.theme_changed.connect(self._dress)
        self._dress()
        self.refresh()

    @property
    def busy(self) -> bool:
        """Whether words are still to come."""
        return self.gain.busy

    def stop(self) -> None:
        """Nothing runs on."""
        self.gain.stop()

    def _dress(self) -> None:
        colors = self._state.colors
        self.setStyleSheet(
            f"QFrame#banner {{ background: {colors.card}; border: 1px solid {colors.border}; "
            f"border-left: 3px solid {colors.accent}; border-radius: 6px; }}"
        )

    def refresh(self) -> None:
        """Which machine it is."""
        _, machine, name = self._state.tr_, self._state.machine, self._state.what_if
        self.setVisible(name is not None)
        for key in BUTTONS:  # no letters that Alt does not reach
            action = self._commands[key]
            action.setIconText(plain(action.text()))
        self._commands["machine.keep"].setIconText(_("Keep …"))  # in the strip it is plain which machine
        if name is None or machine is None:
            return
        dumped = machine.source == "dump"
        title = _("Not this computer, from a dump: {machine}") if dumped else _("Not this computer: {machine}")
        self.title.setText(title.format(machine=name))
        facts = dump_text(_, machine, self._desk.read_from(machine)) if dumped else ""
        self.facts.setText(facts)
        self.facts.setVisible(bool(facts))
        self.setAccessibleName(self.title.toolTip())

    def _tell(self, text: str) -> None:
        self.result.setText(text)
        self.result.setVisible(bool(text))
        self.result.setToolTip(self._state.tr_("Compared with this computer: {result}", result=text) if text else "")


class _Title(ElidedLabel):
    """Takes what room the others leave in its line, LETTERS at least."""

    def __init__(self) -> None:
        super().__init__()
        grows(self)

    def sizeHint(self) -> QSize:
        """Room for the beginning of a long name."""
        metrics = self.fontMetrics()
        whole = metrics.horizontalAdvance(self.accessibleName())
        return QSize(min(whole, metrics.horizontalAdvance("n" * LETTERS)) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """It is cut before the line breaks."""
        return QSize(0, super().minimumSizeHint().height())
