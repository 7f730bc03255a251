"""The top line: which machine, its tier, what-if, language, theme, export."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton

from advisor.i18n import LANGUAGE_NAMES, LANGUAGES, N_
from advisor.settings import Theme
from advisor.ui.base import texts
from advisor.ui.base.state import State
from advisor.ui.look import theme
from advisor.ui.look.widgets import ElidedLabel, hint

THEMES: tuple[tuple[Theme, str], ...] = (
    ("system", N_("As the system")),
    ("light", N_("Light")),
    ("dark", N_("Dark")),
)
WHAT_IF_LETTERS = 30  # a longer name is cut: it must not push the other buttons out of the window


class Header(QFrame):
    """Emits what the user wants; the window does it."""

    change_parts = Signal()
    describe = Signal()
    open_machine = Signal()
    save_machine = Signal()
    export = Signal()
    detect_again = Signal()
    measure = Signal()

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.name = ElidedLabel()
        self.name.setFont(theme.scaled(self.font(), theme.TITLE, bold=True))
        self.tier = QLabel()
        self.tier.setTextFormat(Qt.TextFormat.PlainText)
        self.tier.hide()
        self.open_model = QToolButton()
        self.open_model.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.what_if, self.language = _menu_button(), _menu_button()
        self.look, self.report = _menu_button(), QToolButton()
        self.report.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.report.clicked.connect(self.export)
        self._layout()
        state.machine_changed.connect(self.refresh)
        state.theme_changed.connect(self.refresh)
        self.retranslate()

    def _layout(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.name, 1)
        layout.addWidget(self.tier)
        layout.addSpacing(8)
        for button in (self.open_model, self.what_if, self.language, self.look, self.report):
            layout.addWidget(button)

    def retranslate(self) -> None:
        """All texts and menus again."""
        _ = self._state.tr_
        self._fill_what_if()
        self.open_model.setText(_("Open a &model …"))
        self.open_model.setToolTip(_("Your own .gguf, .safetensors or config.json (Ctrl+Shift+O), or drop it here"))
        self._fill(self.language, _("&Language"), [(LANGUAGE_NAMES[one], self._speaker(one)) for one in LANGUAGES])
        self._fill(self.look, _("T&heme"), [(_(name), self._painter(one)) for one, name in THEMES])
        self.report.setText(_("&Export report …"))
        self.report.setToolTip(_("As PDF, HTML, Markdown or JSON, also compared with another machine (Ctrl+E)"))
        self.refresh()

    def show_tier(self, words: str, hint: str) -> None:
        """The badge beside the name."""
        self.tier.setText(words)
        self.tier.setToolTip(hint)
        self.tier.setVisible(bool(words))

    def refresh(self) -> None:
        """Machine and marks."""
        _, machine, colors = self._state.tr_, self._state.machine, self._state.colors
        parts = [texts.machine_name(_, machine, self._state.what_if)]
        dumped = machine is not None and machine.source == "dump"
        if machine is not None and machine.os_name and (dumped or self._state.what_if is None):
            parts.append(machine.os_name)
        if dumped:
            parts.append(_("from a dump"))
        self.name.setText(" · ".join(parts))
        self.measure_action.setEnabled(self._state.this_computer)
        what = self._state.what_if or _("this machine")
        text = _("What &if: {machine}", machine=what.replace("&", "&&"))  # no mnemonic of the name's own
        metrics = self.what_if.fontMetrics()
        self.what_if.setText(theme.elide(metrics, text, metrics.horizontalAdvance("n" * WHAT_IF_LETTERS)))
        self.what_if.setToolTip(hint(what))
        self.tier.setStyleSheet(
            f"color: {colors.accent}; border: 1px solid {colors.accent}; border-radius: 6px; padding: 2px 8px;"
        )

    def _fill_what_if(self) -> None:
        _ = self._state.tr_
        self._fill(
            self.what_if, "",
            [
                (_("&This machine"), lambda: self._state.show_machine(None, None)),
                (_("Another &GPU, processor or memory …"), self.change_parts.emit),
                (_("Another &computer …"), self.describe.emit),
                (_("&Open a machine or dump …"), self.open_machine.emit),
                ("", lambda: None),
                (_("&Save this machine …"), self.save_machine.emit),
                (_("&Read this computer again"), self.detect_again.emit),
            ],
        )  # fmt: skip
        menu = self.what_if.menu()
        self.measure_action = _action(menu, _("&Measure this computer …"), self.measure.emit)
        menu.addAction(self.measure_action)

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

    def _painter(self, look: Theme) -> Callable[[], None]:
        return lambda: self._state.set_theme(look)


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
