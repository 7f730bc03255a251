"""The comparison's table: keys, widths, and the names with their buttons in its first row."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from advisor.palette import Palette
from advisor.ui.compare.delegate import INDENT, PAD, FactsDelegate
from advisor.ui.compare.facts import Compared, Fact
from advisor.ui.compare.model import HEAD, FactsModel

LEAST_LETTERS = 15  # a column is never narrower than this many digits


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
