"""The table itself: keys, stars and folds, widths of its columns, what stands where no row is."""

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QTableView

from advisor.catalog.model import Model
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.delegate import MatrixDelegate
from advisor.ui.matrix.model import FIRST_METHOD, NAME, SIZE, MatrixModel

NAME_SHARE = 1.9  # the name column's width in method columns
SIZE_SHARE = 0.62
NAME_LEAST, SIZE_LEAST = 18, 7  # in digits
HEADING_PAD = 12
_FOLDS = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}


class MatrixView(QTableView):
    """The table: arrow keys walk the cells, Enter asks "why?" or folds a group, a click on a star keeps a favourite."""

    asked = Signal()
    starred = Signal(object)  # the model whose star was clicked
    compacted = Signal(bool)  # too narrow for a column of sizes, or wide enough again

    def __init__(self, cells: Cells) -> None:
        super().__init__()
        self._cells = cells
        self.empty = ""  # what stands where no row is
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectItems)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSortingEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(40)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(self._double_clicked)

    @property
    def matrix(self) -> MatrixModel | None:
        """The model, once it is set."""
        model = self.model()
        return model if isinstance(model, MatrixModel) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Return ask for the cell's formulas; on a group they fold it, and so do Left and Right."""
        matrix, index = self.matrix, self.currentIndex()
        group = matrix.group_at(index.row()) if matrix is not None and index.isValid() else None
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if matrix is not None and group is not None and (enter or event.key() in _FOLDS):
            closed = not matrix.is_closed(group) if enter else _FOLDS[Qt.Key(event.key())]
            matrix.fold(group, closed)
        elif enter:
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a star or on a group's heading is no selection."""
        index = self.indexAt(event.position().toPoint())
        matrix = self.matrix
        if event.button() == Qt.MouseButton.LeftButton and matrix is not None and index.isValid():
            group = matrix.group_at(index.row())
            if group is not None:
                matrix.fold(group, not matrix.is_closed(group))
                return
            model = self._star_at(index, event.position().toPoint())
            if model is not None:
                self.starred.emit(model)
                return
        super().mousePressEvent(event)

    def _star_at(self, index: QModelIndex, spot: QPoint) -> Model | None:
        matrix, delegate = self.matrix, self.itemDelegate()
        if index.column() != NAME or matrix is None or not isinstance(delegate, MatrixDelegate):
            return None
        return matrix.model_at(index.row()) if delegate.star(self.visualRect(index)).contains(spot) else None

    def _double_clicked(self, index: QModelIndex) -> None:
        matrix = self.matrix
        if matrix is not None and matrix.model_at(index.row()) is not None:
            self.asked.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row below the mouse offers its star."""
        self._hover(self.rowAt(round(event.position().y())))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No row is below the mouse."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        delegate, model = self.itemDelegate(), self.model()
        if not isinstance(delegate, MatrixDelegate) or delegate.hovered == row:
            return
        before, delegate.hovered = delegate.hovered, row
        for one in (before, row):
            if one >= 0:
                self.viewport().update(self.visualRect(model.index(one, NAME)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Give the cells their time for this repaint."""
        self._cells.begin_paint()
        super().paintEvent(event)
        if self.empty and not self.model().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(16, 0, -16, 0), flags, self.empty)
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
        if self.matrix is None:
            return
        count = len(self.matrix.columns)
        compact = room < (NAME_LEAST + SIZE_LEAST) * unit + least * count
        if compact != self.isColumnHidden(SIZE):
            self.setColumnHidden(SIZE, compact)
            self.compacted.emit(self.isColumnHidden(SIZE))
        width = least if compact else max(least, int(room / (NAME_SHARE + SIZE_SHARE + count)))
        rest = room
        for column in range(FIRST_METHOD, FIRST_METHOD + count):
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
