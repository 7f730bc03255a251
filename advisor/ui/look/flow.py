"""A layout that breaks into lines like text: a bar stays whole in a narrow window and with large letters."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget
from shiboken6 import isValid


class FlowLayout(QLayout):
    """Widgets from left to right; what does not fit goes to the next line. In each line those that expand share what
    room is left.
    """

    def __init__(self, across: int = 6, down: int = 4) -> None:
        super().__init__()
        self._across, self._down = across, down
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt's hook."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._living())

    def itemAt(self, index: int) -> QLayoutItem | None:
        """An item by its number."""
        items = self._living()
        return items[index] if 0 <= index < len(items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        """Take an item out."""
        items = self._living()
        return items.pop(index) if 0 <= index < len(items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It wants no more height than it needs."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """A narrower one is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Pixels of all lines at this width."""
        lines = self._lines(width)
        return sum(self._height(line, width) for line in lines) + self._down * max(0, len(lines) - 1)

    def sizeHint(self) -> QSize:
        """All in one line."""
        hints = [item.sizeHint() for item in self._living()]
        width = sum(hint.width() for hint in hints) + self._across * max(0, len(hints) - 1)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        """The widest item alone in its line."""
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(max((one.width() for one in sizes), default=0), max((one.height() for one in sizes), default=0))

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        top = rect.top()
        for line in self._lines(rect.width()):
            self._place(line, QRect(rect.left(), top, rect.width(), self._height(line, rect.width())))
            top += self._height(line, rect.width()) + self._down

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._living() if not item.isEmpty()]

    def _living(self) -> list[QLayoutItem]:
        # Qt may delete an item without taking it out, and PySide 6.9 ends the program when a layout's answer fails.
        if not all(map(isValid, self._items)):
            self._items = [item for item in self._items if isValid(item)]
        return self._items

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            wanted = item.sizeHint().width()
            if not lines or used + self._across + wanted > width:
                lines.append([])
                used = -self._across
            lines[-1].append(item)
            used += self._across + wanted
        return lines

    @staticmethod
    def _height(line: list[QLayoutItem], width: int) -> int:
        """What a line needs: an item that has it to itself may break into lines of its own."""
        if len(line) == 1 and line[0].hasHeightForWidth():
            return line[0].heightForWidth(width)
        return max(item.sizeHint().height() for item in line)

    def _place(self, line: list[QLayoutItem], rect: QRect) -> None:
        widths = [min(item.sizeHint().width(), rect.width()) for item in line]
        spare = rect.width() - sum(widths) - self._across * (len(line) - 1)
        growing = [at for at, item in enumerate(line) if item.expandingDirections() & Qt.Orientation.Horizontal]
        for number, at in enumerate(growing):
            share = spare // (len(growing) - number)
            widths[at] += max(0, share)
            spare -= share
        parent = self.parentWidget()
        mirrored = parent is not None and parent.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = rect.left()
        for item, width in zip(line, widths, strict=True):
            place = QRect(left, rect.top(), width, rect.height())
            if mirrored:
                place.moveRight(rect.right() - (left - rect.left()))
            item.setGeometry(place)
            left += width + self._across


def grows(widget: QWidget) -> None:
    """Let a widget take the room that a line has left."""
    policy = widget.sizePolicy()
    policy.setHorizontalPolicy(policy.Policy.Expanding)
    widget.setSizePolicy(policy)
