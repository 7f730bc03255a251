"""The button in the header that says which machine is shown, and opens the list of those that could be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton

from advisor import RESOURCES
from advisor.palette import DARK
from advisor.ui.base.state import State
from advisor.ui.look import theme
from advisor.ui.look.widgets import hint

if TYPE_CHECKING:
    from advisor.ui.machines.popup import MachineList

LETTERS = 30  # a longer name is cut: it must not push the other buttons out of the window


class Switcher(QToolButton):
    """Says what is being waited for while that lasts. `wanted` asks for the list below it."""

    wanted = Signal()

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state, self._waits = state, ""
        self.popup: MachineList | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The arrow stands behind the text, as on the buttons beside it.
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setIconSize(QSize(10, 10))
        self.clicked.connect(self.wanted)
        state.machine_changed.connect(self.refresh)
        state.theme_changed.connect(self._dress)
        self._dress()
        self.refresh()

    def _dress(self) -> None:
        kind = "dark" if self._state.colors is DARK else "light"
        self.setIcon(QIcon(str(RESOURCES / "icons" / f"chevron-down-{kind}.svg")))

    def show_wait(self, what: str) -> None:
        """What is waited for; "" once it is there."""
        self._waits = what
        self.refresh()

    def retranslate(self) -> None:
        """Its words again."""
        self.refresh()

    def refresh(self) -> None:
        """The machine's name, short enough for the header."""
        _ = self._state.tr_
        what = self._state.what_if or _("this machine")
        text = self._waits or _("What if: {machine}", machine=what)
        metrics = self.fontMetrics()
        shown = theme.elide(metrics, text, metrics.horizontalAdvance("n" * LETTERS))
        self.setText(shown.replace("&", "&&"))  # no mnemonic of a name's own
        self.setToolTip(hint(what))
        self.setAccessibleName(_("Machine: {machine}", machine=what))
        self.setAccessibleDescription(_("Opens the list of machines"))
