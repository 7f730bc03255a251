"""The comparison's table: facts down, cells across, the difference from the first cell below each value."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.compare.facts import Compared, Fact
from advisor.ui.look import shapes, theme
from advisor.ui.look.widgets import hint

Index = QModelIndex | QPersistentModelIndex
HEAD = 0  # the row of names and buttons
PAD = 6
INDENT = 14
SWATCH = 8
LEAST_LETTERS = 15  # a column is never narrower than this many digits
CORNER = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class FactsModel(QAbstractTableModel):
    """Row 0 is the cells' names; the others are facts. Column 0 is their titles."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.facts: tuple[Fact, ...] = ()
        self.cells: tuple[Compared, ...] = ()

    def show_facts(self, cells: Sequence[Compared], facts: Sequence[Fact]) -> bool:
        """Show these; says whether rows or columns came, went or moved, so that the widgets in it must be set again."""
        shape = [[cell[:2] for cell in one] for one in (self.cells, cells)]
        titles = [[(fact.title, _tall(fact)) for fact in one] for one in (self.facts, facts)]
        if shape[0] == shape[1] and titles[0] == titles[1]:
            before, self.facts, self.cells = self.facts, tuple(facts), tuple(cells)
            for row, (old, new) in enumerate(zip(before, self.facts, strict=True), 1):
                if old != new:  # most knobs move a few rows only, and a frame has 16 ms for the whole window
                    self.dataChanged.emit(self.index(row, 1), self.index(row, self.columnCount() - 1))
            return False
        self.beginResetModel()
        self.facts, self.cells = tuple(facts), tuple(cells)
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The names and the facts."""
        return 0 if parent.isValid() or not self.cells else 1 + len(self.facts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The titles and the cells."""
        return 0 if parent.isValid() or not self.cells else 1 + len(self.cells)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts for screen readers and tool tips; the delegate paints from `facts`."""
        if not index.isValid():
            return None
        if index.row() == HEAD:
            cell = self.cells[index.column() - 1] if index.column() else None
            texts = (f"{cell.name} · {cell.heading}" if cell else "",) * 2
        elif not index.column():
            texts = (self.facts[index.row() - 1].title,) * 2
        else:
            fact = self.facts[index.row() - 1]
            value = fact.values[index.column() - 1]
            texts = (
                " ".join(filter(None, (value.text, value.note))),
                value.tip or f"{value.text}\n{value.note}".strip(),
            )
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return texts[0]
        return hint(texts[1]) if role == Qt.ItemDataRole.ToolTipRole else None


def _tall(fact: Fact) -> bool:
    """Whether a row needs a second line."""
    return any(value.note for value in fact.values)


class FactsDelegate(QStyledItemDelegate):
    """Paints titles and values; what all cells share is in the caption's colour."""

    def __init__(self, model: FactsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.colors: Palette = LIGHT
        self.corner = ""  # what stands above the titles where there is something to differ from
        self.set_font(parent.font())

    def set_font(self, font: QFont) -> None:
        """Measure again for this base font."""
        self._font = font
        self._strong = theme.scaled(font, 1.0)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._small = theme.scaled(font, theme.CAPTION)
        self.line, self.small_line = theme.line_height(font), theme.line_height(self._small)

    def height(self, row: int) -> int:
        """A row's pixels."""
        fact = self._model.facts[row - 1]
        return self.line + 4 + (self.small_line if _tall(fact) else 0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line or two."""
        return QSize(80, self.line if index.row() == HEAD else self.height(index.row()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One field, with a frame where the keyboard is."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        if index.row() != HEAD:
            fact = self._model.facts[index.row() - 1]
            if index.column():
                self._value(painter, rect, fact, index.column() - 1)
            else:
                self._title(painter, rect, fact)
        elif not index.column() and len(self._model.cells) > 1:
            painter.setFont(self._small)
            painter.setPen(theme.color(self.colors.caption))
            painter.drawText(rect.adjusted(PAD, 2, -PAD, -6), CORNER, self.corner)
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        if state & QStyle.StateFlag.State_HasFocus:
            shapes.frame(painter, QRectF(rect), theme.color(self.colors.accent), 2)

    def _title(self, painter: QPainter, rect: QRect, fact: Fact) -> None:
        part = fact.kind == "part"
        left = PAD + (INDENT if part else 0)
        if fact.component:
            swatch = QRectF(rect.left() + PAD, rect.top() + 2 + (self.line - SWATCH) / 2, SWATCH, SWATCH)
            painter.fillRect(swatch, theme.color(self.colors.components[fact.component]))
        self._write(painter, rect.adjusted(left, 2, -2, 0), fact.title, self._font, self.colors.caption, self.line)
        if not part:
            painter.setPen(theme.color(self.colors.border))
            painter.drawLine(rect.topLeft(), rect.topRight())

    def _value(self, painter: QPainter, rect: QRect, fact: Fact, number: int) -> None:
        value, colors = fact.values[number], self.colors
        main = fact.kind != "part"
        if main:
            painter.setPen(theme.color(colors.border))
            painter.drawLine(rect.topLeft(), rect.topRight())
        ink = colors.caption if fact.same else colors.text
        if fact.kind == "verdict":
            ink = colors.verdicts[self._model.cells[number].estimate.verdict]
        inner = rect.adjusted(PAD, 2, -2, 0)
        font = self._strong if main and not fact.same else self._font
        self._write(painter, inner, value.text, font, ink, self.line)
        if value.note:
            ink = colors.caption if fact.kind == "verdict" else colors.text
            self._write(painter, inner.translated(0, self.line), value.note, self._small, ink, self.small_line)

    @staticmethod
    def _write(painter: QPainter, rect: QRect, text: str, font: QFont, ink: str, height: int) -> None:
        painter.setFont(font)
        painter.setPen(theme.color(ink))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(QRect(rect.left(), rect.top(), rect.width(), height), LEFT, shown)


class FactsView(QTableView):
    """The table; Delete takes the current column out, Ctrl with an arrow moves it, Enter asks why, Ctrl+C copies."""

    removed = Signal(int)  # the number of a cell
    moved = Signal(int, int)  # a cell and by how many places
    asked = Signal(int)
    copied = Signal()
    entered_cell = Signal(int)  # the user went to a cell's column, by mouse or by keys

    def __init__(self, head: Callable[[int], QWidget]) -> None:
        super().__init__()
        self._head = head
        self.facts = FactsModel(self)
        self.delegate = FactsDelegate(self.facts, self)
        self.setModel(self.facts)
        self.setItemDelegate(self.delegate)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(8)
        self.clicked.connect(lambda index: self.entered_cell.emit(index.column() - 1) if index.column() else None)

    @property
    def cell(self) -> int | None:
        """The number of the compared cell in whose column the keyboard is."""
        column = self.currentIndex().column()
        return column - 1 if column > 0 else None

    def show_facts(self, cells: Sequence[Compared], facts: Sequence[Fact], colors: Palette) -> None:
        """Show these from now on; the keyboard stays in its column."""
        at = self.currentIndex()
        place = (at.row(), at.column())
        if colors is not self.delegate.colors:
            self.delegate.colors = colors
            self.viewport().update()
        if self.facts.show_facts(cells, facts):
            self._furnish()
            if cells:
                row, column = (min(place[0], len(facts)), min(place[1], len(cells)))
                self.setCurrentIndex(self.facts.index(max(1, row), max(1, column)))

    def _furnish(self) -> None:
        tallest = 0
        for number in range(len(self.facts.cells)):
            widget = self._head(number)
            self.setIndexWidget(self.facts.index(HEAD, number + 1), widget)
            tallest = max(tallest, widget.sizeHint().height())
        for row in range(self.facts.rowCount()):
            self.setRowHeight(row, tallest if row == HEAD else self.delegate.height(row))
        self.share_width()

    def share_width(self) -> None:
        """The titles take what they need, the cells the rest in equal parts, never less than they can be read in."""
        count = len(self.facts.cells)
        if not count:
            return
        metrics = self.fontMetrics()
        titles = INDENT + max((metrics.horizontalAdvance(fact.title) for fact in self.facts.facts), default=0)
        room = self.viewport().width()
        first = min(titles + 2 * PAD + 4, max(80, room // 3))
        least = metrics.horizontalAdvance("0" * LEAST_LETTERS)
        self.setColumnWidth(0, first)
        for column in range(1, count + 1):
            self.setColumnWidth(column, max(least, min((room - first) // count, 3 * least)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self.share_width()

    def event(self, event: QEvent) -> bool:
        """Here Ctrl+C copies the comparison, not the matrix's cells."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _copies(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that act on the current column."""
        cell, key = self.cell, event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if _copies(event):
            self.copied.emit()
        elif cell is None:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(cell)
        elif control and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.moved.emit(cell, -1 if key == Qt.Key.Key_Left else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit(cell)
        else:
            super().keyPressEvent(event)
            if self.cell is not None and self.cell != cell:
                self.entered_cell.emit(self.cell)

    def changeEvent(self, event: QEvent) -> None:
        """Another text size: rows and columns are measured again."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.delegate.set_font(self.font())
            self._furnish()


def _copies(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Copy)
