"""The matrix as a table: models down, methods across; its order, its filters, and its words for ears and tool tips."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from advisor.catalog.model import Model
from advisor.estimator.result import VERDICTS, Estimate
from advisor.i18n import N_
from advisor.ui.base import texts
from advisor.ui.base.columns import USUAL
from advisor.ui.base.own_text import origin_text
from advisor.ui.base.state import State
from advisor.ui.look.widgets import hint
from advisor.ui.matrix.cells import Cells
from advisor.workload import METHODS, Method

Index = QModelIndex | QPersistentModelIndex
NAME, SIZE, FIRST_METHOD = 0, 1, 2
OWN = "\0own"  # the filter for the user's own models, which no family is called
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
SIZES: tuple[tuple[str, float, float], ...] = (
    (N_("any size"), 0, float("inf")),
    (N_("under 2B"), 0, 2e9),
    (N_("2B to 5B"), 2e9, 5e9),
    (N_("5B to 10B"), 5e9, 10e9),
    (N_("10B to 20B"), 10e9, 20e9),
    (N_("20B to 40B"), 20e9, 40e9),
    (N_("40B to 100B"), 40e9, 100e9),
    (N_("over 100B"), 100e9, float("inf")),
)


class MatrixModel(QAbstractTableModel):
    """Rows are the models that pass the filters, in the chosen order."""

    def __init__(self, state: State, cells: Cells, parameters: Callable[[Model], int], parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._cells = cells
        self._parameters = parameters
        self.rows: list[Model] = []
        self._search = ""
        self._headings: list[str] = []
        self._family: str | None = None
        self._size = SIZES[0]
        self.sorted_by = (SIZE, UP)
        self.compact = False  # sizes stand below the names, not in a column of their own

    def filter(self, search: str, family: str | None, size: int) -> None:
        """Show only models whose name holds every word of `search`, of that family and size class."""
        self._search, self._family, self._size = search.lower(), family, SIZES[size]
        self.rearrange()

    def rearrange(self) -> None:
        """Filter and sort again."""
        self.layoutAboutToBeChanged.emit()
        selected = [(index, self.rows[index.row()]) for index in self.persistentIndexList()]
        self.rows = self._sorted([model for model in self._state.models if self._passes(model)])
        places = {model: row for row, model in enumerate(self.rows)}
        for index, model in selected:
            row = places.get(model)
            self.changePersistentIndex(index, QModelIndex() if row is None else self.index(row, index.column()))
        self.layoutChanged.emit()

    def refresh(self) -> None:
        """The cells answer another question now."""
        if self.rows:
            last = self.index(len(self.rows) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, FIRST_METHOD), last)

    def retranslate(self) -> None:
        """Headings may be in another language, or name another quantisation."""
        headings = [self.heading(column) for column in range(self.columnCount())]
        if headings == self._headings:
            return
        self._headings = headings
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def estimate(self, row: int, column: int) -> Estimate | None:
        """A method cell's estimate if it is there or may be computed in this repaint."""
        return self._cells.peek(self.rows[row], USUAL[column - FIRST_METHOD])

    def parameters(self, model: Model) -> int:
        """A model's parameter count."""
        return self._parameters(model)

    def row_of(self, model: Model | None) -> int | None:
        """Where a model stands, None when a filter hides it."""
        return next((row for row, one in enumerate(self.rows) if one is model), None)

    @staticmethod
    def method(column: int) -> Method | None:
        """A column's method; None for the columns that describe the model."""
        return METHODS[column - FIRST_METHOD] if column >= FIRST_METHOD else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Models shown."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Name, size, and one column a method."""
        return 0 if parent.isValid() else FIRST_METHOD + len(METHODS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts for copying, tool tips and screen readers; painting asks `estimate` instead."""
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return hint(self._tip(index.row(), index.column()))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Column headings; rows have none."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.heading(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == NAME else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def heading(self, column: int) -> str:
        """A column's heading in words."""
        _ = self._state.tr_
        method = self.method(column)
        if method is not None:
            return texts.column(_, self._state.workload, method)
        if column == SIZE:
            return _("Size")
        by_size, by_name = self.sorted_by[0] == SIZE, self.sorted_by[0] == NAME
        if self.compact and (by_size or by_name):
            return _("Model, by size") if by_size else _("Model, by name")
        return _("Model")

    def sort(self, column: int, order: Qt.SortOrder = UP) -> None:
        """Order by name, by size, or by a method: best verdict first, and there the largest model first."""
        self.sorted_by = (column, order)
        self.rearrange()
        self.retranslate()

    def set_compact(self, compact: bool) -> None:
        """Without a column of sizes the heading of the names says which of both orders the rows."""
        self.compact = compact
        self.retranslate()

    @property
    def sorted_by_method(self) -> bool:
        """Whether the order depends on estimates, and so on every knob."""
        return self.sorted_by[0] >= FIRST_METHOD

    def _passes(self, model: Model) -> bool:
        if self._family == OWN:
            if model not in self._state.own_models:
                return False
        elif self._family is not None and model.family != self._family:
            return False
        if self._size is not SIZES[0] and not self._size[1] <= self._parameters(model) < self._size[2]:
            return False
        if not self._search:
            return True
        text = " ".join((model.name, model.family, model.kind, *model.aliases)).lower()
        return all(word in text for word in self._search.split())

    def _sorted(self, models: Sequence[Model]) -> list[Model]:
        """The user's own models on top, both groups in the chosen order."""
        own = self._state.own_models
        if not own:
            return self._ordered(models)
        return [
            *self._ordered([model for model in models if model in own]),
            *self._ordered([model for model in models if model not in own]),
        ]

    def _ordered(self, models: Sequence[Model]) -> list[Model]:
        column, order = self.sorted_by
        down = order == DOWN
        if column == NAME:
            return sorted(models, key=lambda m: m.name.lower(), reverse=down)
        if column == SIZE:
            return sorted(models, key=self._parameters, reverse=down)
        return sorted(models, key=lambda m: self._rank(m, METHODS[column - FIRST_METHOD]), reverse=down)

    def _rank(self, model: Model, method: Method) -> tuple[int, int]:
        estimate = self._cells.get(model, method)
        verdict = VERDICTS.index(estimate.verdict) if estimate else len(VERDICTS)
        return verdict, -self._parameters(model)

    def _spoken(self, row: int, column: int) -> str:
        _, model = self._state.tr_, self.rows[row]
        method = self.method(column)
        if method is not None:
            return texts.spoken(_, model.name, self.heading(column), self._cells.get(model, method))
        return model.name if column == NAME else _.parameters(self._parameters(model) or None)

    def _tip(self, row: int, column: int) -> str:
        _, model = self._state.tr_, self.rows[row]
        method = self.method(column)
        if method is None:
            facts = [model.name, _.parameters(self._parameters(model) or None), model.family, model.licence or ""]
            if model in self._state.own_models:
                facts.append(origin_text(_, model, self._state.own_models[model]))
                facts += [model.source, model.count_note]
            if model.max_context:
                facts.append(_("context up to {count}", count=_.integer(model.max_context)))
            return "\n".join(filter(None, facts))
        estimate = self._cells.get(model, method)
        return texts.tip(_, model.name, self.heading(column), estimate) if estimate else ""
