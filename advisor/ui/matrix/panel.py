"""The middle of the window: search, filters and the matrix; keeps selection and cells in step with the state."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QTableView,
    QVBoxLayout,
)

from advisor.catalog.model import Model
from advisor.ui.base.columns import USUAL, Column
from advisor.ui.base.state import State
from advisor.ui.look.widgets import Card, caption
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.delegate import MatrixDelegate
from advisor.ui.matrix.model import DOWN, FIRST_METHOD, NAME, OWN, SIZE, SIZES, UP, MatrixModel
from advisor.ui.matrix.view import MatrixView
from advisor.workload import METHODS, Method

MOST_LETTERS = 14  # of the filters' boxes; a longer family is cut there, not in its list
# How clicks on the heading of the names go round while the sizes have no column of their own.
ROUND = tuple((column, order) for column in (NAME, SIZE) for order in (UP, DOWN))


class MatrixPanel(Card):
    """Search box, family and size filters, the number of models, and the table."""

    asked = Signal()

    def __init__(self, state: State, cells: Cells, parameters: Callable[[Model], int]) -> None:
        super().__init__()
        self._state, self._cells = state, cells
        self.model = MatrixModel(state, cells, parameters, self)
        self.view = MatrixView(cells)
        self.delegate = MatrixDelegate(state, self.model, self.view)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.family = QComboBox()
        self.size_class = QComboBox()
        self.count = caption()
        self._wire()
        self._arrange()
        self.retranslate()

    def _wire(self) -> None:
        self.view.setModel(self.model)
        self.view.setItemDelegate(self.delegate)
        self.view.verticalHeader().setDefaultSectionSize(self.delegate.row_height)
        self.view.selectionModel().currentChanged.connect(self._selected)
        self.view.horizontalHeader().sectionClicked.connect(self._sort)
        self.view.asked.connect(self.asked)
        self.view.compacted.connect(self._compacted)
        self.model.headerDataChanged.connect(self.view.share_width)
        self._show_order()
        self.search.textChanged.connect(self._filter)
        self.family.currentIndexChanged.connect(self._filter)
        self.size_class.currentIndexChanged.connect(self._filter)
        self._cells.filled.connect(self._repaint_cells)
        self._cells.completed.connect(self._resort)
        self._state.models_changed.connect(self._models_changed)
        self._state.machine_changed.connect(self.refresh)
        self._state.workload_changed.connect(self.refresh)
        self._state.theme_changed.connect(self.view.viewport().update)

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.search, 1)
        for box in (self.family, self.size_class):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            # Room for its letters, its frame and its arrow.
            box.setMaximumWidth(box.fontMetrics().horizontalAdvance("n" * MOST_LETTERS) + 40)
            bar.addWidget(box)
        bar.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)

    def retranslate(self) -> None:
        """All texts again, in the state's language."""
        _ = self._state.tr_
        self.search.setPlaceholderText(_("Search models (Ctrl+F)"))
        self.search.setAccessibleName(_("Search models"))
        self.family.setAccessibleName(_("Model family"))
        self.size_class.setAccessibleName(_("Model size"))
        self.view.setAccessibleName(_("Which models fit, by method"))
        self._fill_families()
        size = max(0, self.size_class.currentIndex())
        self.size_class.blockSignals(True)
        self.size_class.clear()
        self.size_class.addItems([_(text) for text, _low, _high in SIZES])
        self.size_class.setCurrentIndex(size)
        self.size_class.blockSignals(False)
        self.delegate.forget()
        self.model.retranslate()
        self._show_count()
        self._show_empty()
        self.view.viewport().update()

    def refresh(self) -> None:
        """Another machine or other knobs: repaint what is seen now, fill the rest in idle moments."""
        self._cells.set_question(self._state.machine, self._state.workload, self._state.budget)
        self.model.retranslate()
        self._repaint_cells()
        self._cells.fill(self._order())

    def _repaint_cells(self) -> None:
        """The method columns only: names and sizes stay as they are."""
        area = self.view.viewport().rect()
        area.setLeft(max(0, self.view.columnViewportPosition(FIRST_METHOD)))
        self.view.viewport().update(area)

    def visible_rows(self) -> range:
        """The rows that the eye sees."""
        first = max(0, self.view.rowAt(0))
        last = self.view.rowAt(self.view.viewport().height() - 1)
        return range(first, len(self.model.rows) if last < 0 else last + 1)

    def _order(self) -> Iterator[tuple[Model, Column]]:
        """Seen cells first, then the column that orders the rows, then all."""
        rows = list(self.model.rows)
        for row in self.visible_rows():
            if row < len(rows):
                yield from ((rows[row], method) for method in USUAL)
        models = list(self._state.models)
        if self.model.sorted_by_method:
            method = USUAL[self.model.sorted_by[0] - FIRST_METHOD]
            yield from ((model, method) for model in models)
        for model in models:
            yield from ((model, method) for method in USUAL)

    def _models_changed(self) -> None:
        self._fill_families()
        self.model.rearrange()
        self._show_count()
        self._show_empty()
        self.refresh()

    def _fill_families(self) -> None:
        _ = self._state.tr_
        chosen = self.family.currentData()
        self.family.blockSignals(True)
        self.family.clear()
        self.family.addItem(_("all families"), None)
        own = self._state.own_models
        if own:
            self.family.addItem(_("On this computer"), OWN)
        for name in sorted({model.family for model in self._state.models if model not in own}, key=str.lower):
            self.family.addItem(name, name)
        self.family.setCurrentIndex(max(0, self.family.findData(chosen)))
        self.family.blockSignals(False)

    def _filter(self) -> None:
        self.model.filter(self.search.text(), self.family.currentData(), max(0, self.size_class.currentIndex()))
        self._show_count()
        self._cells.fill(self._order())
        if self.model.row_of(self._state.model) is None:
            self._select_first()

    def _select_first(self) -> None:
        """What the right side shows must be seen in the table: the first model that is left, if any is."""
        if self.model.rows:
            self.select(self.model.rows[0], self._state.method)
        else:
            self._state.select(None, self._state.method)

    def _show_empty(self) -> None:
        """Until the catalogue is read nothing can be said about what matches."""
        _ = self._state.tr_
        self.view.empty = _("No model matches the search and the filters") if self._state.models else ""

    def _show_count(self) -> None:
        _ = self._state.tr_
        self.count.setText(_("{count} models", count=len(self.model.rows)))

    def _sort(self, column: int) -> None:
        if self.model.compact and column == NAME:
            before = self.model.sorted_by
            column, order = ROUND[(ROUND.index(before) + 1) % len(ROUND)] if before in ROUND else ROUND[0]
        else:
            order = DOWN if self.model.sorted_by == (column, UP) else UP
        self.model.sort(column, order)
        self._show_order()
        self.view.scrollToTop()

    def _show_order(self) -> None:
        column, order = self.model.sorted_by
        shown = NAME if self.model.compact and column == SIZE else column
        self.view.horizontalHeader().setSortIndicator(shown, order)

    def _compacted(self, compact: bool) -> None:
        self.model.set_compact(compact)
        self._show_order()

    def _resort(self) -> None:
        """All estimates are there: an order that depends on them can follow now."""
        if self.model.sorted_by_method:
            self.model.rearrange()

    def _selected(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        method = self.model.method(index.column()) or self._state.method
        self._state.select(self.model.rows[index.row()], method)

    def show_model(self, model: Model) -> None:
        """Select a model that was just opened; a search or filter that would hide it is cleared."""
        if self.model.row_of(model) is None:
            self.search.clear()
            self.family.setCurrentIndex(0)
            self.size_class.setCurrentIndex(0)
        self.select(model, self._state.method)
        self.view.setFocus()

    def select(self, model: Model, method: Method) -> None:
        """Move the selection to a cell, as if it had been clicked."""
        row = self.model.row_of(model)
        if row is None:
            return
        index = self.model.index(row, FIRST_METHOD + METHODS.index(method))
        self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.view.scrollTo(index, QTableView.ScrollHint.PositionAtCenter)
