"""Which cells of the matrix are selected: several at once by mouse and by keys, told in the order of their choosing."""

from PySide6.QtCore import QItemSelection, QObject, Signal

from advisor.catalog.model import Model
from advisor.ui.base.columns import Column
from advisor.ui.matrix.model import MatrixModel
from advisor.ui.matrix.view import MatrixView

Cell = tuple[Model, Column]


class Selection(QObject):
    """Hears the view's selection. Names, sizes and headings of groups are no cells."""

    changed = Signal()

    def __init__(self, view: MatrixView, model: MatrixModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self._order: list[Cell] = []
        view.setSelectionMode(MatrixView.SelectionMode.ExtendedSelection)
        view.selectionModel().selectionChanged.connect(self._heard)

    @property
    def cells(self) -> list[Cell]:
        """The selected cells, the one chosen first first; those chosen at once from top to bottom."""
        rows = sorted((index.row(), index.column()) for index in self._view.selectionModel().selectedIndexes())
        now = [cell for row, section in rows if (cell := self._cell(row, section)) is not None]
        seen = set(now)
        kept = [cell for cell in self._order if cell in seen]
        before = set(kept)
        return [*kept, *(cell for cell in now if cell not in before)]

    @property
    def current(self) -> Cell | None:
        """The cell where the keyboard is; None on a name, a size or a heading."""
        index = self._view.currentIndex()
        return self._cell(index.row(), index.column()) if index.isValid() else None

    @property
    def model(self) -> Model | None:
        """The model in whose row the keyboard is."""
        index = self._view.currentIndex()
        return self._model.model_at(index.row()) if index.isValid() else None

    def _cell(self, row: int, section: int) -> Cell | None:
        if row >= len(self._model.lines):  # rows that went while nobody was told yet
            return None
        model, column = self._model.model_at(row), self._model.column(section)
        return None if model is None or column is None else (model, column)

    def _heard(self, chosen: QItemSelection, left: QItemSelection) -> None:
        self._order = self.cells
        self.changed.emit()
