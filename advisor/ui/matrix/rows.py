"""Which rows the matrix has, and in which order: sorted when asked, filtered from that order, grouped. No Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.settings import Figure, Grouping
from advisor.ui.base.columns import Column
from advisor.ui.matrix import groups, order
from advisor.ui.matrix.filters import Filters, Known, narrow, runs
from advisor.ui.matrix.groups import Line
from advisor.ui.matrix.order import Order, Rank

Parameters = Callable[[Model], int]


@dataclass(frozen=True, slots=True)
class Question:
    """What the rows are made of: the models, the user's own among them, the columns, and the estimates so far."""

    models: Sequence[Model]
    own: Mapping[Model, str]
    favourites: tuple[str, ...]
    columns: tuple[Column, ...]
    figure: Figure
    group: Grouping
    known: Callable[[Model, Column], Estimate | None]


class Rows:
    """`shown` are the models that pass the filters, in order; `lines` the table's rows, headings of groups included."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self.order = Order()
        self.filters = Filters()
        self.closed: set[str] = set()  # keys of the groups that are folded up
        self.shown: list[Model] = []
        self.lines: list[Line] = []
        self._sorted: list[Model] = []
        self._running: frozenset[Model] = frozenset()

    def needed(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """The columns whose estimates decide which rows there are, and where."""
        if self.filters.fits_only:
            return columns
        deciding = self._deciding(columns)
        return () if deciding is None else (deciding,)

    def _deciding(self, columns: tuple[Column, ...]) -> Column | None:
        if self.order.by in (order.NAME, order.SIZE):
            return None
        return next((column for column in columns if column.key == self.order.by), columns[0])

    def arrange(self, asked: Question) -> None:
        """Sort all models by what is known now, and filter them."""
        self._sorted = self._in_order(asked)
        self._running = self._that_run(asked)
        self.narrow(asked)

    def narrow(self, asked: Question) -> None:
        """Filter and group again, in the order that there is."""
        known = Known(asked.own, frozenset(asked.favourites), self._parameters, self._running.__contains__)
        self.shown = list(narrow(self._sorted, self.filters, known))
        if asked.group == "none":
            self.lines = list(self.shown)
        else:
            self.lines = groups.lines(groups.grouped(self.shown, asked.group, asked.own, self._parameters), self.closed)

    def stale(self, asked: Question) -> bool:
        """Whether sorting now would change what is seen."""
        if self.filters.fits_only and self._running != self._that_run(asked):
            return True
        seen = set(self.shown)
        now = [model for model in self._in_order(asked) if model in seen]
        return now != [model for model in self._sorted if model in seen]

    def _that_run(self, asked: Question) -> frozenset[Model]:
        if not self.filters.fits_only:
            return frozenset()
        return frozenset(
            model for model in asked.models if runs(asked.known(model, column) for column in asked.columns)
        )

    def _in_order(self, asked: Question) -> list[Model]:
        """The user's own models on top, both parts in the chosen order."""
        found = sorted(asked.models, key=self._key(asked), reverse=self.order.down)
        return sorted(found, key=lambda model: model not in asked.own) if asked.own else found

    def _key(self, asked: Question) -> Callable[[Model], tuple[Rank, str]]:
        by, deciding = self.order.by, self._deciding(asked.columns)
        if deciding is None:
            return lambda model: (() if by == order.NAME else (self._parameters(model),), model.name.lower())
        if by == order.BEST:
            return lambda m: (order.rank(asked.known(m, deciding), self._parameters(m)), m.name.lower())
        return lambda m: (
            order.figure_rank(asked.known(m, deciding), self._parameters(m), asked.figure),
            m.name.lower(),
        )
