"""The matrix as a table: models and headings of groups down, columns across; its words for ears and tool tips."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.ui.base import columns as base_columns
from advisor.ui.base import texts
from advisor.ui.base.columns import RUNS, Column
from advisor.ui.base.state import State
from advisor.ui.look.widgets import hint
from advisor.ui.matrix import order, words
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.filters import Filters
from advisor.ui.matrix.groups import Group, Line
from advisor.ui.matrix.order import Order
from advisor.ui.matrix.rows import Question, Rows

Index = QModelIndex | QPersistentModelIndex
NAME, SIZE, FIRST_METHOD = 0, 1, 2
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
CHANGES = {"better": N_("{cell}, better than on this computer"), "worse": N_("{cell}, worse than on this computer")}


class MatrixModel(QAbstractTableModel):
    """Rows are the models that pass the filters, in the chosen order, below headings where they are grouped."""

    def __init__(self, state: State, cells: Cells, parameters: Callable[[Model], int], parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._cells = cells
        self._parameters = parameters
        self._rows = Rows(parameters)
        self._headings: list[str] = []
        self.columns = self._chosen_columns()
        self.compact = False  # sizes stand below the names, not in a column of their own
        self.held = True  # no rows are shown until their order is known
        # How a cell compares with the same one of another machine: "better", "worse" or None.
        self.change: Callable[[Model, Column], str | None] | None = None
        self.picks: Mapping[Model, str] = {}  # what the advice suggests, with what for
        # What the other machine says to it, for the tool tip; "" where nothing is compared.
        self.other: Callable[[Model, Column], str] | None = None

    @property
    def rows(self) -> Sequence[Model]:
        """The models that pass the filters, in order, those in folded groups included."""
        return () if self.held else self._rows.shown

    @property
    def lines(self) -> Sequence[Line]:
        """What each row of the table is: a model, or the heading of a group."""
        return () if self.held else self._rows.lines

    @property
    def filters(self) -> Filters:
        """What narrows the rows."""
        return self._rows.filters

    @property
    def order(self) -> Order:
        """What orders the rows."""
        return self._rows.order

    @property
    def needed(self) -> tuple[Column, ...]:
        """The columns whose estimates decide which rows there are, and where."""
        return self._rows.needed(self.columns)

    @property
    def ready(self) -> bool:
        """Whether these are known."""
        return not self.needed or self._cells.complete(self._state.models, self.needed)

    @property
    def stale(self) -> bool:
        """Whether the order is no longer that of the estimates."""
        return not self.held and bool(self.needed) and self._rows.stale(self._question())

    def _question(self) -> Question:
        state, choices = self._state, self._state.choices
        return Question(
            state.models, state.own_models, choices.favourites, self.columns, choices.figure, choices.group,
            self._cells.known,
        )  # fmt: skip

    def set_filters(self, **changes: Any) -> None:
        """What narrows the rows, for the next `narrow`; after a change of "fits only" for the next `arrange`."""
        self._rows.filters = replace(self._rows.filters, **changes)

    def set_order(self, by: Order) -> None:
        """Another order, for the next `arrange`."""
        self._rows.order = by
        self.retranslate()

    def sort(self, column: int, direction: Qt.SortOrder = UP) -> None:
        """Order by name, by size, or by a column: at once, by the estimates that there are."""
        self.set_order(Order(self.orders_of(column)[0], direction == DOWN))
        self.arrange()

    def orders_of(self, section: int) -> Sequence[str]:
        """What a section's heading sorts by; that of the names also by size while that has no column of its own."""
        column = self.column(section)
        if column is not None:
            return (column.key,)
        return (order.SIZE,) if section == SIZE else (order.NAME, order.SIZE) if self.compact else (order.NAME,)

    def arrange(self) -> None:
        """Sort by the estimates that there are, and filter; rows held back until now are shown."""
        self.held = False
        self._lay_out(lambda: self._rows.arrange(self._question()))

    def narrow(self) -> None:
        """Filter and group again, in the order that there is."""
        if not self.held:
            self._lay_out(lambda: self._rows.narrow(self._question()))

    def hold(self) -> None:
        """Show no rows until `arrange`."""
        self.beginResetModel()
        self.held = True
        self.endResetModel()

    def fold(self, group: Group, closed: bool) -> None:
        """Fold a group up, or unfold it."""
        (self._rows.closed.add if closed else self._rows.closed.discard)(group.key)
        self.narrow()

    def fold_all(self, closed: bool) -> None:
        """Fold all groups up, or unfold them."""
        self._rows.closed = {line.key for line in self._rows.lines if isinstance(line, Group)} if closed else set()
        self.narrow()

    def is_closed(self, group: Group) -> bool:
        """Whether a group is folded up."""
        return group.key in self._rows.closed

    def _lay_out(self, change: Callable[[], None]) -> None:
        self.layoutAboutToBeChanged.emit()
        selected = [(index, self._rows.lines[index.row()]) for index in self.persistentIndexList()]
        change()
        places = {_same(line): row for row, line in enumerate(self._rows.lines)}
        for index, line in selected:
            row = places.get(_same(line))
            self.changePersistentIndex(index, QModelIndex() if row is None else self.index(row, index.column()))
        self.layoutChanged.emit()

    def _chosen_columns(self) -> tuple[Column, ...]:
        return base_columns.shown(self._state.choices.columns, self._state.workload)

    def choose_columns(self) -> bool:
        """Take over the columns that the state asks for; returns whether they are others now."""
        chosen = self._chosen_columns()
        if chosen == self.columns:
            return False
        self.beginResetModel()
        self.columns = chosen
        if self.order.by not in (order.BEST, order.NAME, order.SIZE, *(column.key for column in chosen)):
            self._rows.order = Order()
        self._headings = [self.heading(section) for section in range(self.columnCount())]
        self.endResetModel()
        return True

    def retranslate(self) -> None:
        """Headings may be in another language, or name another quantisation."""
        headings = [self.heading(column) for column in range(self.columnCount())]
        if headings == self._headings:
            return
        self._headings = headings
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def set_compact(self, compact: bool) -> None:
        """Without a column of sizes the heading of the names says which of both orders the rows."""
        self.compact = compact
        self.retranslate()

    # What stands where -----------------------------------------------------------------------------------------------

    def model_at(self, row: int) -> Model | None:
        """The model of a row; None for the heading of a group."""
        line = self.lines[row]
        return None if isinstance(line, Group) else line

    def group_at(self, row: int) -> Group | None:
        """The group whose heading a row is; None for a model."""
        line = self.lines[row]
        return line if isinstance(line, Group) else None

    def column(self, section: int) -> Column | None:
        """A section's column; None for those that describe the model."""
        return self.columns[section - FIRST_METHOD] if section >= FIRST_METHOD else None

    def section(self, column: Column) -> int | None:
        """Where a column stands; None when it is not shown."""
        return FIRST_METHOD + self.columns.index(column) if column in self.columns else None

    def row_of(self, model: Model | None) -> int | None:
        """Where a model stands, None when a filter or a folded group hides it."""
        return next((row for row, one in enumerate(self.lines) if one is model), None)

    def estimate(self, row: int, section: int) -> Estimate | None:
        """A cell's estimate if it is there or may be computed in this repaint."""
        model, column = self.model_at(row), self.column(section)
        return None if model is None or column is None else self.estimate_of(model, column)

    def estimate_of(self, model: Model, column: Column) -> Estimate | None:
        """The same by model and column."""
        return self._cells.peek(model, column)

    def says_the_same(self, model: Model, column: Column, estimate: Estimate) -> bool:
        """Whether a network's cell would only repeat that of the first column that runs it."""
        first = next((one for one in self.columns if one.method in RUNS), None)
        if first is None or first is column or column.method not in RUNS:
            return False
        return words.says_the_same(model, estimate, self._cells.known(model, first))

    def group_count(self, group: Group, column: Column) -> int | None:
        """How many of a group run in a column; None until all are known."""
        return group.count(lambda model: self._cells.known(model, column))

    def parameters(self, model: Model) -> int:
        """A model's parameter count."""
        return self._parameters(model)

    # Qt's questions --------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Models and headings shown."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Name, size, and the chosen columns."""
        return 0 if parent.isValid() else FIRST_METHOD + len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts for copying, tool tips and screen readers; painting asks `estimate` instead."""
        if not index.isValid() or index.row() >= len(self.lines):
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
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heading(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return hint(words.heading_tip(self._state.tr_, self.heading(section), self.column(section)))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == NAME else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def heading(self, section: int) -> str:
        """A heading in words."""
        _, column = self._state.tr_, self.column(section)
        if column is not None:
            return column.heading(_, self._state.workload)
        return _("Size") if section == SIZE else words.name_heading(_, self.order, self.compact)

    def _group_words(self, group: Group, section: int) -> tuple[Group, bool, str, int | None]:
        column = self.column(section)
        count = None if column is None else self.group_count(group, column)
        return group, self.is_closed(group), "" if column is None else self.heading(section), count

    def _spoken(self, row: int, section: int) -> str:
        _, line, column = self._state.tr_, self.lines[row], self.column(section)
        if isinstance(line, Group):
            return words.group_spoken(_, *self._group_words(line, section))
        if column is not None:
            said = texts.spoken(_, line.name, self.heading(section), self._cells.get(line, column))
            change = self.change(line, column) if self.change is not None else None
            return said if change is None else _(CHANGES[change], cell=said)
        if section == SIZE:
            return _.parameters(self._parameters(line) or None)
        starred = line.id in self._state.choices.favourites
        name = _("{name}, favourite", name=line.name) if starred else line.name
        return _("{name}, pick of the advice", name=name) if line in self.picks else name

    def _tip(self, row: int, section: int) -> str:
        _, line, column = self._state.tr_, self.lines[row], self.column(section)
        if isinstance(line, Group):
            return words.group_tip(_, *self._group_words(line, section))
        if column is None:
            return words.model_tip(self._state, line, self._parameters(line), self.picks.get(line, ""))
        estimate = self._cells.get(line, column)
        if estimate is None:
            return ""
        same = self.says_the_same(line, column, estimate)
        tip = words.cell_tip(_, line, self.heading(section), estimate, same)
        other = self.other(line, column) if self.other is not None else ""
        return f"{tip}\n{other}" if other else tip


def _same(line: Line) -> object:
    """What tells lines apart through a new layout: groups are made anew, models are not."""
    return ("group", line.key) if isinstance(line, Group) else line
