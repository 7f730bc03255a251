"""Painted rows that can be asked about: by a click, or by the arrow keys and Enter; one stop of the Tab key."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.look import shapes, theme
from advisor.ui.look.widgets import hint


class Asked:
    """What a row answers: the key that is asked about, its words for ears and its tool tip."""

    __slots__ = ("hint", "key", "words")

    def __init__(self, key: str, words: str, hint: str = "") -> None:
        self.key, self.words, self.hint = key, words, hint


class Rows(QLabel):
    """A painted widget of rows; a subclass paints them and says where they are. `asked` brings a row's key.

    It is a label for its role alone: a plain widget has none that a screen reader could tell.
    """

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors: Palette = LIGHT
        self.answers: tuple[Asked, ...] = ()
        self.current = 0
        self._hovered = -1
        self._title = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str) -> None:
        """What all the rows are, for ears."""
        self._title = title
        self._tell()

    def set_answers(self, answers: Sequence[Asked]) -> None:
        """What the rows say; the focused one stays where it can."""
        self.answers = tuple(answers)
        self.current = max(0, min(self.current, len(self.answers) - 1))
        self.setAccessibleDescription("\n".join(one.words for one in self.answers))
        self._tell()

    def _tell(self) -> None:
        said = self.answers[self.current].words if self.hasFocus() and self.answers else ""
        self.setAccessibleName(f"{self._title}\n{said}" if said else self._title)

    def places(self) -> Sequence[QRect]:
        """Where each answer's row is painted."""
        raise NotImplementedError

    def _at(self, point: QPoint) -> int:
        return next((row for row, place in enumerate(self.places()) if place.contains(point)), -1)

    def _ask(self, row: int) -> None:
        if 0 <= row < len(self.answers):
            self.asked.emit(self.answers[row].key)

    def paint_focus(self, painter: QPainter) -> None:
        """The frame of the row that keys or mouse are on."""
        places = self.places()
        if self.hasFocus() and self.current < len(places):
            shapes.frame(painter, QRectF(places[self.current]), theme.color(self.colors.accent), 1.5)
        elif 0 <= self._hovered < len(places):
            shapes.frame(painter, QRectF(places[self._hovered]), theme.color(self.colors.border), 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go from row to row, Home and End to the ends, Enter and Space ask."""
        key, last = event.key(), len(self.answers) - 1
        moves = {
            Qt.Key.Key_Up: self.current - 1, Qt.Key.Key_Down: self.current + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last
        }  # fmt: skip
        if key in moves and self.answers:
            self.current = max(0, min(last, moves[Qt.Key(key)]))
            self._tell()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._ask(self.current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click asks about the row under the mouse."""
        row = self._at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.current = row
            self._ask(row)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the mouse shows that it can be clicked."""
        self._hover(self._at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse is elsewhere."""
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.setCursor(Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say which row the keys are on."""
        super().focusInEvent(event)
        self._tell()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keys are elsewhere."""
        super().focusOutEvent(event)
        self._tell()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other heights."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """The tool tip is the row's own."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self._at(event.pos())
            text = self.answers[row].hint if 0 <= row < len(self.answers) else ""
            QToolTip.showText(event.globalPos(), hint(text), self)
            return True
        return super().event(event)
