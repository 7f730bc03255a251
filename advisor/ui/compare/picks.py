"""Which cells are compared, in the order chosen; the first is what the others are held against."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from advisor.catalog.model import Model
from advisor.ui.base.columns import Column

MOST = 4
Pick = tuple[Model, Column]


class Picks(QObject):
    """At most MOST cells, each once."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cells: tuple[Pick, ...] = ()

    def choose(self, cells: Sequence[Pick]) -> None:
        """Compare these from now on."""
        kept = tuple(dict.fromkeys(cells))[:MOST]
        if kept != self.cells:
            self.cells = kept
            self.changed.emit()

    def add(self, cell: Pick) -> bool:
        """Compare one more; False where there is no room for it."""
        if cell not in self.cells and len(self.cells) >= MOST:
            return False
        self.choose([*self.cells, cell])
        return True

    def remove(self, number: int) -> None:
        """Take a cell out."""
        self.choose([cell for at, cell in enumerate(self.cells) if at != number])

    def move(self, number: int, by: int) -> bool:
        """Move a cell to the left or the right; beyond the ends nothing moves, and False is returned."""
        to = number + by
        if not (0 <= number < len(self.cells) and 0 <= to < len(self.cells)):
            return False
        cells = list(self.cells)
        cells.insert(to, cells.pop(number))
        self.choose(cells)
        return True
