"""What the user asks of the matrix's rows: another search, filter, order or column, a favourite. Owns the popups."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from advisor.catalog.model import Model
from advisor.ui.matrix.filters import Filters
from advisor.ui.matrix.order import Order, turned

if TYPE_CHECKING:  # the popups load when they are first opened
    from advisor.ui.matrix.panel import MatrixPanel
    from advisor.ui.matrix.popups import ColumnPopup, FilterPopup


class Wishes(QObject):
    """Each wish changes the model's question or the kept choices; the panel shows what follows."""

    def __init__(self, panel: "MatrixPanel") -> None:
        super().__init__(panel)
        self._panel, self._state, self._model, self._bar = panel, panel.state, panel.model, panel.bar
        self.filters: FilterPopup | None = None
        self.columns: ColumnPopup | None = None
        self._bar.changed.connect(self._typed)
        panel.view.starred.connect(self._star)
        panel.view.horizontalHeader().sectionClicked.connect(self._turn)
        panel.view.horizontalHeader().customContextMenuRequested.connect(self.open_columns)

    def find_model(self) -> None:
        """Type what to search for."""
        self._bar.search.setFocus()
        self._bar.search.selectAll()

    def _typed(self) -> None:
        bar = self._bar
        size = max(0, bar.size_class.currentIndex())
        self.change_filters({"search": bar.search.text(), "family": bar.family.currentData(), "size": size})

    def change_filters(self, changes: dict[str, Any]) -> None:
        """Narrow the rows another way; those that stay keep their order. `changes` are fields of Filters."""
        fitting = self._model.filters.fits_only
        self._model.set_filters(**changes)
        if self._model.filters.fits_only != fitting:
            self._panel.arrange_when_known()
        else:
            self._model.narrow()
            self._panel.rows_changed()
        self._panel.filtered.emit()

    def show_fitting(self, only: bool) -> None:
        """Only models that some column runs, or all."""
        self.change_filters({"fits_only": only})

    def clear_filters(self) -> None:
        """All models again."""
        self._bar.clear()
        empty = Filters()
        self.change_filters({name: getattr(empty, name) for name in Filters.__dataclass_fields__})
        if self.filters is not None:
            self.filters.show_filters(self._model.filters)

    def open_filters(self) -> None:
        """The filters that the bar has no room for."""
        if self.filters is None:
            from advisor.ui.matrix.popups import FilterPopup

            self.filters = FilterPopup(self._state, self._panel)
            self.filters.changed.connect(self.change_filters)
            self.filters.cleared.connect(self.clear_filters)
            self._panel.filtered.connect(self._enable_clearing)
        self.filters.show_filters(self._model.filters)
        self.filters.open_below(self._bar.filters)
        self.filters.use.setFocus()

    def _enable_clearing(self) -> None:
        if self.filters is not None:
            self.filters.clear.setEnabled(bool(self._model.filters.active))

    def open_columns(self) -> None:
        """The choice of columns."""
        if self.columns is None:
            from advisor.ui.matrix.popups import ColumnPopup

            self.columns = ColumnPopup(self._state, self._panel)
            self.columns.chosen.connect(lambda keys: self._state.keep(columns=keys))
        self.columns.show_columns(self._model.columns)
        self.columns.open_below(self._bar.columns)
        self.columns.list.setFocus()

    def toggle_favourite(self) -> None:
        """The selected model becomes a favourite, or is none any more."""
        if self._state.model is not None:
            self._star(self._state.model)

    def _star(self, model: Model) -> None:
        starred = self._state.choices.favourites
        if model.id in starred:
            self._state.keep(favourites=tuple(one for one in starred if one != model.id))
        else:
            self._state.keep(favourites=(*starred, model.id))

    def sort_again(self) -> None:
        """The rows in the order of the estimates of now."""
        self._panel.arrange_when_known()
        self._panel.view.scrollToTop()

    def sort_best(self) -> None:
        """What fits best first."""
        self._sort_by(Order())

    def _turn(self, section: int) -> None:
        """A click on a heading: one way, the other way, and back to what fits best."""
        self._sort_by(turned(self._model.order, self._model.orders_of(section)))

    def _sort_by(self, by: Order) -> None:
        self._model.set_order(by)
        self._panel.show_order()
        self._panel.arrange_when_known()
        self._panel.view.scrollToTop()
