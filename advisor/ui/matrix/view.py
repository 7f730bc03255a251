"""The table itself: keys, widths of its columns, what stands where no row is."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QTableView

from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.model import FIRST_METHOD, NAME, SIZE
from advisor.workload import METHODS

NAME_SHARE = 1.9  # the name column's width in method columns
SIZE_SHARE = 0.62
NAME_LEAST, SIZE_LEAST = 18, 7  # in digits
HEADING_PAD = 12


class MatrixView(QTableView):
    """The table: arrow keys walk the cells, Enter asks "why?"."""

    asked = Signal()
    compacted = Signal(bool)  # too narrow for a column of sizes, or wide enough again

    def __init__(self, cells: Cells) -> None:
        super().__init__()
        self._cells = cells
        self.empty = ""  # what stands where no row is
        self.setShowGrid(False)
        self.setMouseTracking(False)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectItems)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSortingEnabled(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(40)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.doubleClicked.connect(self.asked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Return ask for the cell's formulas."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Give the cells their time for this repaint."""
        self._cells.begin_paint()
        super().paintEvent(event)
        if self.empty and not self.model().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.empty)
            painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns. Where it is short the sizes go below the names, so that all methods are
        seen; below the smallest widths of that the table scrolls sideways.
        """
        super().resizeEvent(event)
        self.share_width()

    def share_width(self) -> None:
        """Give each column its part of the viewport."""
        unit = self.fontMetrics().horizontalAdvance("0")
        least = self.itemDelegate().sizeHint(QStyleOptionViewItem(), QModelIndex()).width()
        room = self.viewport().width()
        if self.model() is None:
            return
        compact = room < (NAME_LEAST + SIZE_LEAST) * unit + least * len(METHODS)
        if compact != self.isColumnHidden(SIZE):
            self.setColumnHidden(SIZE, compact)
            self.compacted.emit(self.isColumnHidden(SIZE))
        width = least if compact else max(least, int(room / (NAME_SHARE + SIZE_SHARE + len(METHODS))))
        rest = room
        for column in range(FIRST_METHOD, FIRST_METHOD + len(METHODS)):
            wanted = max(width, self._heading_width(column))
            self.setColumnWidth(column, wanted)
            rest -= wanted
        size = 0 if compact else max(SIZE_LEAST * unit, int(width * SIZE_SHARE))
        if not compact:
            self.setColumnWidth(SIZE, size)
        self.setColumnWidth(NAME, max(NAME_LEAST * unit, rest - size))

    def _heading_width(self, column: int) -> int:
        text = self.model().headerData(column, Qt.Orientation.Horizontal)
        return self.horizontalHeader().fontMetrics().horizontalAdvance(text) + HEADING_PAD
