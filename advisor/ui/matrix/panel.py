"""The middle of the window: its bar and the matrix; keeps rows, selection and cells in step with the state."""

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout

from advisor.catalog.model import Model
from advisor.ui.base.columns import Column, as_column
from advisor.ui.base.state import State
from advisor.ui.look.widgets import Card
from advisor.ui.matrix import order
from advisor.ui.matrix.bar import MatrixBar
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.delegate import MatrixDelegate
from advisor.ui.matrix.filters import kinds_of
from advisor.ui.matrix.model import DOWN, FIRST_METHOD, NAME, SIZE, UP, MatrixModel
from advisor.ui.matrix.view import MatrixView
from advisor.ui.matrix.wishes import Wishes
from advisor.workload import Method

FEW = 8  # models that are answered at once, without a placeholder: at most 5 ms each
HOLD_MS = 3000  # a computer that cannot be read must not keep the models from being seen


class MatrixPanel(Card):
    """Search, filters and switches above the table."""

    asked = Signal()
    filtered = Signal()  # the filters are others
    arranged = Signal()  # the rows are in their order, for the first time or anew

    def __init__(self, state: State, cells: Cells, parameters: Callable[[Model], int]) -> None:
        super().__init__()
        self.state, self._cells = state, cells
        self.model = MatrixModel(state, cells, parameters, self)
        self.view = MatrixView(cells)
        self.delegate = MatrixDelegate(state, self.model, self.view)
        self.bar = MatrixBar(state)
        self.search, self.family, self.size_class = self.bar.search, self.bar.family, self.bar.size_class
        self._due = False  # the rows are to be sorted as soon as what decides is known
        self._count = 0  # models that there were
        self._emptied = False  # no row was left to select
        self._choices = state.choices
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.setInterval(HOLD_MS)
        self._hold.timeout.connect(self._waited)
        self.wishes = Wishes(self)
        self._wire()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(self.bar)
        layout.addWidget(self.view, 1)
        self.retranslate()

    def _wire(self) -> None:
        self.view.setModel(self.model)
        self.view.setItemDelegate(self.delegate)
        self.view.verticalHeader().setDefaultSectionSize(self.delegate.row_height)
        self.view.selectionModel().currentChanged.connect(self._selected)
        self.view.asked.connect(self.asked)
        self.view.compacted.connect(self._compacted)
        self.model.headerDataChanged.connect(self.view.share_width)
        self.show_order()
        self._cells.filled.connect(self._repaint_cells)
        self._cells.completed.connect(self._completed)
        self.state.models_changed.connect(self._models_changed)
        self.state.machine_changed.connect(self._machine_changed)
        self.state.workload_changed.connect(self.refresh)
        self.state.choices_changed.connect(self._choices_changed)
        self.state.theme_changed.connect(self.view.viewport().update)

    def changeEvent(self, event: QEvent) -> None:
        """Larger texts need higher rows and wider columns."""
        super().changeEvent(event)
        # The style sheet gives the table its font, after this panel has got its own.
        kinds = (QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event.type() in kinds and self.delegate.font != self.view.font():
            self.delegate.set_font(self.view.font())
            self.bar.dress()
            self.view.verticalHeader().setDefaultSectionSize(self.delegate.row_height)
            self.view.share_width()

    def retranslate(self) -> None:
        """All texts again, in the state's language."""
        _ = self.state.tr_
        self.view.setAccessibleName(_("Which models fit, by method"))
        self.bar.retranslate()
        self.delegate.forget()
        self.model.retranslate()
        self._show_rows()
        self._show_stale()
        self.view.viewport().update()

    def stop(self) -> None:
        """No more timers."""
        self._hold.stop()

    # The cells -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Another machine, other knobs or columns: repaint what is seen now, fill the rest in idle moments."""
        others = self.model.choose_columns()
        self._cells.set_question(self.state.machine, self.state.workload, self.state.budget, self.model.columns)
        self.model.retranslate()
        self._repaint_cells()
        self._cells.fill(self._order())
        if others:
            self._columns_changed()

    def _repaint_cells(self) -> None:
        """The method columns only: names and sizes stay as they are."""
        area = self.view.viewport().rect()
        area.setLeft(max(0, self.view.columnViewportPosition(FIRST_METHOD)))
        self.view.viewport().update(area)

    def visible_rows(self) -> range:
        """The rows that the eye sees."""
        first = max(0, self.view.rowAt(0))
        last = self.view.rowAt(self.view.viewport().height() - 1)
        return range(first, len(self.model.lines) if last < 0 else last + 1)

    def _order(self) -> Iterator[tuple[Model, Column]]:
        """Seen cells first, then the columns that decide on the rows, then all."""
        columns, models = self.model.columns, list(self.state.models)
        seen = [self.model.model_at(row) for row in self.visible_rows() if row < len(self.model.lines)]
        for model in seen:
            if model is not None:
                yield from ((model, column) for column in columns)
        for column in self.model.needed:
            yield from ((model, column) for model in models)
        self._known()
        for model in models:
            yield from ((model, column) for column in columns)

    def _known(self) -> None:
        """What decides on the rows is there."""
        if self._due or self.model.held:
            self._arrange()

    def _completed(self) -> None:
        """All estimates are there: the order may be one of before."""
        self._show_stale()
        if self.state.choices.group != "none":
            self.view.viewport().update()

    def mark_picks(self, picks: Mapping[Model, str]) -> None:
        """What the advice suggests, with what for; the marks take no room, so that no row moves."""
        self.model.picks = picks
        self.view.viewport().update()

    # The rows --------------------------------------------------------------------------------------------------------

    def _models_changed(self) -> None:
        self.bar.fill_families()
        if len(self.state.models) > self._count + FEW and not self.model.held:
            self.model.hold()  # the catalogue has come after the user's own models
        self._count = len(self.state.models)
        self.refresh()
        if not self.model.held:
            self._arrange()  # the user's own models are seen at once
            self._due = True
        elif len(self.state.models) <= FEW and self.state.machine is not None:
            for model in self.state.models:
                for column in self.model.needed:
                    self._cells.get(model, column)
            self._arrange()
        else:
            self._hold.start()
        self._show_rows()

    def _machine_changed(self) -> None:
        self._due = True
        self.refresh()

    def _arrange(self) -> None:
        """Sort and filter by what is known."""
        if not self.state.models:
            return
        self._hold.stop()
        self._due = False
        self.model.arrange()
        self.rows_changed()
        self._show_stale()
        self.arranged.emit()

    def _waited(self) -> None:
        """The computer does not answer: the models are shown without it, by size."""
        if self.model.held and self.state.machine is None:
            self._arrange()

    def arrange_when_known(self) -> None:
        """Sort and filter, now or as soon as the estimates are there that decide."""
        if self.model.ready or self.state.machine is None:
            self._arrange()
        else:
            self._due = True
            self._cells.fill(self._order())

    def rows_changed(self) -> None:
        self._show_rows()
        self._cells.fill(self._order())
        lost = self.state.model is not None and self.state.model not in self.model.rows
        if lost or (self._emptied and self.model.rows):
            self._select_first()
        else:
            self._show_selected()

    def _select_first(self) -> None:
        """What the right side shows must be seen in the table: the first model that is left, if any is."""
        self._emptied = not self.model.rows
        if self.model.rows:
            self.select(self.model.rows[0], self.state.column)
        else:
            self.state.select(None, self.state.column)

    def _show_selected(self) -> None:
        """The state's cell is the table's current one, where it is shown."""
        row, section = self.model.row_of(self.state.model), self.model.section(self.state.column)
        if row is None or section is None or self.view.currentIndex().isValid():
            return
        self._make_current(self.model.index(row, section))

    def _show_rows(self) -> None:
        """How many there are, and why there are none."""
        _, state = self.state.tr_, self.state
        shown, everything = len(self.model.rows), len(state.models)
        if not everything or self.model.held:
            self.view.empty = _("Working out what fits …") if everything else ""
            self.bar.show_count(0, 0, "")
        else:
            self.view.empty = _("No model matches. Ctrl+Shift+X clears search and filters.")
            self.bar.show_count(shown, everything, self._count_tip())
        self.bar.show_filters(self.model.filters.active, self.model.filters.behind)
        self.view.viewport().update()

    def _count_tip(self) -> str:
        _ = self.state.tr_
        models, networks = kinds_of(self.model.rows)
        return _("{models} language models, {networks} other networks", models=models, networks=networks)

    def _show_stale(self) -> None:
        """Offer to sort again where the rows stand as settings of before had them."""
        _ = self.state.tr_
        if self._due or self._cells.busy or not self.model.stale:
            self.bar.offer_again("", "")
        else:
            text = _("Update list") if self.model.filters.fits_only else _("Sort again")
            self.bar.offer_again(text, _("The settings have changed since the rows were put in order (Ctrl+R)"))

    # How it is shown -------------------------------------------------------------------------------------------------

    def _choices_changed(self) -> None:
        before, self._choices = self._choices, self.state.choices
        now = self._choices
        if now.columns != before.columns:
            self.refresh()
        if now.figure != before.figure:
            self.delegate.forget()
            self._repaint_cells()
            self._show_stale()
        if now.group != before.group or now.favourites != before.favourites:
            self.model.narrow()
            self.rows_changed()
            self.view.viewport().update()

    def _columns_changed(self) -> None:
        """The selected cell stays, or moves to the first column where its own is gone."""
        self.view.share_width()
        if self.model.section(self.state.column) is None:
            self.state.select(self.state.model, self.model.columns[0])
        self.show_order()
        self.arrange_when_known()
        self._show_selected()

    def show_order(self) -> None:
        by, header = self.model.order, self.view.horizontalHeader()
        section = next((at + FIRST_METHOD for at, one in enumerate(self.model.columns) if one.key == by.by), -1)
        if by.by == order.NAME or (by.by == order.SIZE and self.model.compact):
            section = NAME
        elif by.by == order.SIZE:
            section = SIZE
        header.setSortIndicator(section, DOWN if by.down else UP)

    def _compacted(self, compact: bool) -> None:
        self.model.set_compact(compact)
        self.show_order()

    # The selected cell -----------------------------------------------------------------------------------------------

    def _selected(self, index: QModelIndex) -> None:
        model = self.model.model_at(index.row()) if index.isValid() else None
        if model is not None:
            self.state.select(model, self.model.column(index.column()) or self.state.column)

    def show_model(self, model: Model) -> None:
        """Select a model that was just opened; a search or filter that would hide it is cleared."""
        if model not in self.model.rows:
            self.wishes.clear_filters()
        self.select(model, self.state.column)
        self.view.setFocus()

    def select(self, model: Model, column: Column | Method) -> None:
        """Move the selection to a cell, as if it had been clicked; for a column that is not shown, to the first."""
        row, section = self.model.row_of(model), self.model.section(as_column(column))
        if row is None:
            return
        index = self.model.index(row, FIRST_METHOD if section is None else section)
        self._make_current(index)
        self.view.scrollTo(index)

    def _make_current(self, index: QModelIndex) -> None:
        self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
