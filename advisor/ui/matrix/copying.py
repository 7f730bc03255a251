"""Copies of the matrix: a cell as a sentence; cells, a row or the whole table as a spreadsheet takes them."""

import atexit
from collections.abc import Callable, Sequence
from functools import cache

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication

from advisor.catalog.model import Model
from advisor.i18n import N_
from advisor.ui.base import texts
from advisor.ui.base.columns import Column
from advisor.ui.base.state import State
from advisor.ui.matrix import tables
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.gather import Gather
from advisor.ui.matrix.model import MatrixModel
from advisor.ui.matrix.selection import Selection

AT_ONCE = 60  # cells that are computed on the spot if they must be: a quarter of a frame


def to_clipboard(rows: Sequence[Sequence[str]]) -> None:
    """Rows with their heading, as text with tabs and as an HTML table."""
    data = QMimeData()
    data.setText(tables.tabbed(rows))
    data.setHtml(tables.html(rows))
    QGuiApplication.clipboard().setMimeData(data)
    _at_exit().text = data.text()


class _AtExit:
    """Qt outlives Python, and crashes when it frees data that was made here with nothing of Python left: so the text
    alone stays on the clipboard, as data of Qt's own. What another program has copied since is left as it is.
    """

    def __init__(self) -> None:
        self.text = ""
        atexit.register(self.settle)

    def settle(self) -> None:
        """The program ends."""
        if QGuiApplication.instance() is not None and QGuiApplication.clipboard().text() == self.text:
            QGuiApplication.clipboard().setText(self.text)


@cache
def _at_exit() -> _AtExit:
    return _AtExit()


class Copying(QObject):
    """What the commands "copy ..." do."""

    told = Signal(str)
    failed = Signal(object)

    def __init__(self, state: State, cells: Cells, model: MatrixModel, selection: Selection, gather: Gather) -> None:
        super().__init__(selection)
        self._state, self._cells, self._model = state, cells, model
        self._selection, self._gather = selection, gather

    def copy_cells(self) -> None:
        """The selected cells: one as a sentence, several as a table of their rows and columns."""
        chosen = self._selection.cells
        if len(chosen) == 1:
            (model, column), _ = chosen[0], self._state.tr_
            heading = column.heading(_, self._state.workload)
            text = texts.spoken(_, model.name, heading, self._cells.get(model, column))
            QGuiApplication.clipboard().setText(text)
            self.told.emit(_("Copied: {text}", text=text))
        elif chosen:
            places = {model: row for row, model in enumerate(self._model.rows)}
            models = sorted(dict.fromkeys(model for model, _c in chosen), key=lambda model: places.get(model, 0))
            columns = [one for one in self._model.columns if one in {column for _m, column in chosen}]
            wanted = set(chosen)
            self._copy(models, columns, lambda model, column: (model, column) in wanted)
        else:
            self.copy_row()

    def copy_row(self) -> None:
        """The row where the keyboard is, with the headings."""
        model = self._selection.model
        if model is not None:
            self._copy([model], self._model.columns)

    def copy_table(self) -> None:
        """All rows as they are filtered and sorted."""
        self._copy(list(self._model.rows), self._model.columns)

    def _copy(
        self,
        models: Sequence[Model],
        columns: Sequence[Column],
        wanted: Callable[[Model, Column], bool] = lambda _model, _column: True,
    ) -> None:
        _, workload = self._state.tr_, self._state.workload
        if not models:
            return
        if len(models) * len(columns) <= AT_ONCE:
            get = self._cells.get
            found = tables.readable(_, models, columns, workload, lambda m, c: get(m, c) if wanted(m, c) else None)
            self._put(found)
            return
        self._gather.gather(
            models,
            columns,
            lambda known: tables.readable(
                _, models, columns, workload, lambda m, c: known.get((m, c)) if wanted(m, c) else None
            ),
            self._put,
            self.failed.emit,
        )

    def _put(self, rows: Sequence[Sequence[str]]) -> None:
        to_clipboard(rows)
        _, count = self._state.tr_, len(rows) - 1
        text = N_("One row was copied") if count == 1 else N_("{count} rows were copied")
        self.told.emit(_(text, count=_.integer(count)))
