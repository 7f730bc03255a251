"""The what-if dialog: another graphics card, processor or memory, what that brings and costs while it is chosen."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from advisor.errors import UserError
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.palette import Palette
from advisor.ui.base.wish import Wish
from advisor.ui.dialogs.basic import error_text
from advisor.ui.look import theme
from advisor.ui.look.frame import FRAME
from advisor.ui.look.widgets import scrolled
from advisor.ui.machines.swap_form import Offer, SwapForm

TRY_MS = 250  # after the last letter
MARGIN = 12
LETTERS = 52  # of width: a card's name, its price, a sentence in two lines


class WhatIfDialog(QDialog):
    """Asks for a Wish and stays until it can be granted. `tried` says what would be granted now, while it is chosen;
    `wanted` that it is to stay.
    """

    tried = Signal(object)  # Wish
    wanted = Signal(object)  # Wish

    def __init__(
        self, _: Translator, colors: Palette, machine: Machine | None, offered: Offer, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._tr = _
        self._tried: Wish | None = None
        self.setWindowTitle(_("What if?"))
        self.form = SwapForm(_, machine, offered)
        self.gain, self.remarks, self.problem = QLabel(), QLabel(), QLabel()
        self.gain.setFont(theme.scaled(self.font(), 1.0, bold=True))
        self.remarks.setObjectName("caption")
        self.problem.setStyleSheet(f"color: {colors.verdicts['offload']}")
        inner = QWidget()
        self._inner = QVBoxLayout(inner)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self._inner.addWidget(self.form)
        for label in (self.gain, self.remarks, self.problem):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.hide()
            self._inner.addWidget(label)
        self._inner.addStretch(1)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(scrolled(inner), 1)
        self.buttons = QDialogButtonBox()
        self.show_button = self.buttons.addButton(_("&Show"), QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.show_button.clicked.connect(self.ask)
        self.buttons.rejected.connect(self.reject)
        self._whole.addWidget(self.buttons)
        self.show_button.setDefault(True)  # once it is the dialog's
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TRY_MS)
        self._timer.timeout.connect(self.try_now)
        self.form.changed.connect(self._timer.start)
        self.form.changed.connect(self.problem.hide)
        self.form.gpu.setFocus()

    def try_now(self) -> None:
        """Say what is wished for, once it is whole; half a name is nobody's mistake yet."""
        self._timer.stop()
        try:
            wish = self.form.wish()
        except UserError:
            return
        if wish != self._tried and self.form.known(wish):
            self._tried = wish
            self.tried.emit(wish)

    def ask(self) -> None:
        """It is to stay: whatever is wrong with it is said now."""
        self._timer.stop()
        try:
            wish = self.form.wish()
        except UserError as error:
            self.show_problem(error)
            return
        self.show_button.setEnabled(False)
        self.wanted.emit(wish)

    def show_problem(self, error: Exception) -> None:
        """Why it cannot be granted."""
        self.show_button.setEnabled(True)
        self._say(self.problem, error_text(self._tr, error))

    def show_outcome(self, gain: str, remarks: list[str], gpu_price: str, memory_price: str) -> None:
        """What it brings, what to look at, what it costs; "" where there is nothing to say."""
        self._say(self.gain, gain)
        self._say(self.remarks, "\n".join(f"· {one}" for one in remarks))
        for label, text in ((self.form.gpu_price, gpu_price), (self.form.memory_price, memory_price)):
            label.setText(text)
            label.setVisible(bool(text))
        self._fit()

    def _say(self, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))
        self._fit()

    def _fit(self) -> None:
        """As high as its words need at this width, where the screen is high enough; else they scroll."""
        margins = self._whole.contentsMargins()
        beside = margins.left() + margins.right()
        least = max(self._inner.sizeHint().width() + beside, self.fontMetrics().horizontalAdvance("n" * LETTERS))
        room = self.screen().availableGeometry().size() - FRAME
        width = min(room.width(), max(self.width() if self.isVisible() else 0, least))
        self._inner.activate()
        words = self._inner.totalHeightForWidth(width - beside)
        around = margins.top() + margins.bottom() + self.buttons.sizeHint().height() + self._whole.spacing()
        self.resize(width, min(room.height(), words + around))

    def place(self) -> None:
        """Low at the right of the window, so that the models behind it are seen turning green."""
        parent = self.parentWidget()
        if parent is None:
            return
        self._fit()
        corner = parent.window().frameGeometry().bottomRight()
        self.move(corner.x() - self.width() - MARGIN, max(0, corner.y() - self.height() - 4 * MARGIN))

    def hideEvent(self, event: QHideEvent) -> None:
        """Closed by whatever key or button, or with its window: nothing more is tried."""
        self._timer.stop()
        super().hideEvent(event)
