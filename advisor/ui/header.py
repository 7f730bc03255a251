"""The top line: which machine, its tier and what that means in one sentence; what-if, language, export."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout

from advisor.i18n import LANGUAGE_NAMES, LANGUAGES
from advisor.ui.base import texts
from advisor.ui.base.state import State
from advisor.ui.look import theme
from advisor.ui.look.widgets import ElidedLabel
from advisor.ui.machines.switcher import Switcher


class _Name(ElidedLabel):
    """As wide as the name and no wider, so that the badge stands right behind it; cut where there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Room for all of it."""
        return QSize(self.fontMetrics().horizontalAdvance(self.accessibleName()) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(self.fontMetrics().averageCharWidth() * 6, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        """Show as much of `text` as fits."""
        super().setText(text)
        self.updateGeometry()


class Header(QFrame):
    """Emits what the user wants; the window does it."""

    export = Signal()

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.name = _Name()
        self.name.setFont(theme.scaled(self.font(), theme.TITLE, bold=True))
        self.tier = QLabel()
        self.tier.setTextFormat(Qt.TextFormat.PlainText)
        policy = self.tier.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the line is as high without its badge: nothing jumps when it comes
        self.tier.setSizePolicy(policy)
        self.tier.hide()
        self.verdict = ElidedLabel()
        self.verdict.setObjectName("caption")
        self._said = ""
        self._judged = state.machine  # the machine that tier and verdict are of
        self.what_if, self.language = Switcher(state), _menu_button()
        self.report = QToolButton()
        self.report.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.report.clicked.connect(self.export)
        self._layout()
        state.machine_changed.connect(self.refresh)
        state.theme_changed.connect(self.refresh)
        self.retranslate()

    def _layout(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.name)
        first.addWidget(self.tier)
        first.addStretch(1)
        for button in (self.what_if, self.language, self.report):
            first.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(first)
        layout.addWidget(self.verdict)  # below the buttons too: the sentence needs the whole width

    def retranslate(self) -> None:
        """All texts and menus again."""
        _ = self._state.tr_
        self.what_if.retranslate()
        self._fill(self.language, _("Language"), [(LANGUAGE_NAMES[one], self._speaker(one)) for one in LANGUAGES])
        self.report.setText(_("Export report …"))
        self.report.setToolTip(_("As PDF, HTML, Markdown or JSON, also compared with another machine (Ctrl+E)"))
        self.refresh()

    def show_tier(self, words: str, hint: str) -> None:
        """The badge beside the name."""
        self.tier.setText(words)
        self.tier.setToolTip(hint)
        self.tier.setVisible(bool(words))

    def show_verdict(self, sentence: str) -> None:
        """What the machine can do, in one sentence; "" while that is being worked out."""
        self._said = sentence
        self._say()

    def _say(self) -> None:
        _ = self._state.tr_
        waiting = _("Looking at this computer …") if self._state.machine is None else _("Working out what it can do …")
        self.verdict.setText(self._said or waiting)

    def refresh(self) -> None:
        """Machine and marks."""
        _, machine, colors = self._state.tr_, self._state.machine, self._state.colors
        if machine is not self._judged:  # what was said of the other one is not true of this one
            self._judged = machine
            self.show_tier("", "")
            self._said = ""
        parts = [texts.machine_name(_, machine, self._state.what_if)]
        dumped = machine is not None and machine.source == "dump"
        if machine is not None and machine.os_name and (dumped or self._state.what_if is None):
            parts.append(machine.os_name)
        if dumped:
            parts.append(_("from a dump"))
        self.name.setText(" · ".join(parts))
        self._say()
        self.tier.setStyleSheet(
            f"color: {colors.accent}; border: 1px solid {colors.accent}; border-radius: 6px; padding: 2px 8px;"
        )

    @staticmethod
    def _fill(button: QToolButton, title: str, entries: list[tuple[str, Callable[[], None]]]) -> None:
        menu = button.menu()
        menu.clear()
        for text, action in entries:
            if text:
                menu.addAction(_action(menu, text, action))
            else:
                menu.addSeparator()
        if title:
            button.setText(title)

    def _speaker(self, language: str) -> Callable[[], None]:
        return lambda: self._state.set_language(language)


def _action(menu: QMenu, text: str, run: Callable[[], None]) -> QAction:
    action = QAction(text, menu)
    # Queued: a menu that is being filled anew by its own action must be closed first.
    action.triggered.connect(lambda _checked=False: run(), Qt.ConnectionType.QueuedConnection)
    return action


def _menu_button() -> QToolButton:
    button = QToolButton()
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(QMenu(button))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    return button
