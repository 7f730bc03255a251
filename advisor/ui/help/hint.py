"""The first tour: three small callouts, one after another, beside what they speak of. Nothing is blocked meanwhile."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from advisor.i18n import N_
from advisor.ui.base.state import State
from advisor.ui.look import theme
from advisor.ui.look.widgets import caption, link

_WIDTH, _GAP = 280, 8  # pixels


class Step(NamedTuple):
    """What a callout says, and the widgets that it speaks of."""

    title: str
    text: str
    targets: Sequence[QWidget]


TITLES = (N_("What this computer is"), N_("What runs on it"), N_("Turn a knob, watch memory move"))
TEXTS = (
    N_("Its level in one sentence above; processor, memory, graphics and disk as gauges here."),
    N_("Green runs. Click a cell to see its memory, its speed and why."),
    N_("Context, quantisation, batch: each change shows at once, in the bar below and in every cell."),
)


class Tour(QFrame):
    """One callout at a time inside `screen`. Next, Skip, Esc; gone when the last was seen, and `ended` is told."""

    def __init__(self, screen: QWidget, state: State, steps: Sequence[Step], ended: Callable[[], None]) -> None:
        super().__init__(screen)
        self._screen, self._state, self._steps, self._ended = screen, state, steps, ended
        self._number = 0
        self._before: QWidget | None = None
        self.setObjectName("callout")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title, self.text = QLabel(), QLabel()
        self.title.setFont(theme.scaled(self.font(), 1.0, bold=True))
        self.count = caption()
        for label in (self.title, self.text):
            label.setWordWrap(True)
        self.skip, self.next = link(), QPushButton()
        self.skip.clicked.connect(self.end)
        self.next.clicked.connect(self.go_on)
        buttons = QHBoxLayout()
        buttons.addWidget(self.count)
        buttons.addStretch(1)
        buttons.addWidget(self.skip)
        buttons.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        for part in (self.title, self.text):
            layout.addWidget(part)
        layout.addLayout(buttons)
        self._ring = QFrame(screen)  # around what is spoken of
        self._ring.setObjectName("ring")
        self._ring.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        screen.installEventFilter(self)
        state.language_changed.connect(self._say)
        state.theme_changed.connect(self._dress)

    def begin(self) -> None:
        """Show the first callout, its button under the keyboard; Esc gives the focus back."""
        self._before = QApplication.focusWidget()
        self._dress()
        self._say()
        self._ring.show()
        self._ring.raise_()
        self.show()
        self.raise_()
        if not isinstance(self._before, QLineEdit):  # whoever types goes on typing; Tab leads here
            self.next.setFocus(Qt.FocusReason.PopupFocusReason)

    def go_on(self) -> None:
        """The next callout, or none."""
        self._number += 1
        if self._number == len(self._steps):
            self.end()
        else:
            self._say()

    def end(self) -> None:
        """Go away for good."""
        self._screen.removeEventFilter(self)
        if self._before is not None and (self.isAncestorOf(QApplication.focusWidget() or self)):
            self._before.setFocus()
        for widget in (self._ring, self):
            widget.hide()
            widget.deleteLater()
        self._ended()

    def _say(self) -> None:
        _ = self._state.tr_
        step = self._steps[self._number]
        self.title.setText(_(step.title))
        self.text.setText(_(step.text))
        self.count.setText(_("{number} of {count}", number=self._number + 1, count=len(self._steps)))
        last = self._number == len(self._steps) - 1
        self.next.setText(_("Done") if last else _("Next"))
        self.skip.setText(_("Skip"))
        self.skip.setVisible(not last)
        spoken = f"{self.title.text()}. {self.text.text()}"
        self.setAccessibleName(spoken)
        self.next.setAccessibleDescription(spoken)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken))
        self._place()

    def _dress(self) -> None:
        colors = self._state.colors
        self.setStyleSheet(
            f"QFrame#callout {{ background: {colors.raised}; border: 2px solid {colors.accent}; border-radius: 8px; }}"
        )
        self._ring.setStyleSheet(f"QFrame#ring {{ border: 2px solid {colors.accent}; border-radius: 6px; }}")

    def _place(self) -> None:
        """Beside the first target that is seen, on the side where there is room, always inside the window."""
        width = min(max(_WIDTH, self.sizeHint().width()), self._screen.width() - 2 * _GAP)
        self.setFixedWidth(width)
        self.adjustSize()
        targets = [one for one in self._steps[self._number].targets if one.isVisible()]
        if targets:
            boxes = [QRect(one.mapTo(self._screen, QPoint(0, 0)), one.size()) for one in targets]
            self._ring.setGeometry(boxes[0].adjusted(-2, -2, 2, 2))
            self.move(beside(boxes[0], self.size(), self._screen.size()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window changed its size: stay beside the target."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc skips the rest."""
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)


def beside(target: QRect, size: QSize, room: QSize) -> QPoint:
    """Where a callout of `size` stands beside `target` in `room`: right, left, or over it; never outside."""
    x = target.right() + _GAP
    if x + size.width() > room.width() - _GAP:
        x = target.left() - _GAP - size.width()
    if x < _GAP:
        x = target.center().x() - size.width() // 2
    y = target.top() + min(48, target.height() // 4)
    return QPoint(
        max(_GAP, min(x, room.width() - size.width() - _GAP)),
        max(_GAP, min(y, room.height() - size.height() - _GAP)),
    )
