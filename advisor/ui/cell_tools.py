"""What can be done with the matrix's cells: select several, copy them, write them to a file, compare them."""

from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from advisor.catalog.model import Model
from advisor.ui.actions import Actions
from advisor.ui.base.columns import Column
from advisor.ui.base.commands import Commands
from advisor.ui.base.core import Core
from advisor.ui.base.state import State
from advisor.ui.base.work import Work
from advisor.ui.compare import commands as compare_commands
from advisor.ui.compare.page import ComparePage
from advisor.ui.compare.picks import Picks
from advisor.ui.details import Details
from advisor.ui.look.later import Later
from advisor.ui.matrix import table_commands
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.copying import Copying
from advisor.ui.matrix.csv_export import CsvExport
from advisor.ui.matrix.gather import Gather
from advisor.ui.matrix.panel import MatrixPanel
from advisor.ui.matrix.selection import Selection
from advisor.ui.pages import Pages


class Tooled(NamedTuple):
    """The rooms that the tools stand between."""

    matrix: MatrixPanel
    cells: Cells
    pages: Pages
    actions: Actions
    details: Details


class CellTools(QObject):
    """Makes the tools and connects them; the page "compare" is made when it is first looked at."""

    def __init__(self, window: QWidget, state: State, core: Core, work: Work, rooms: Tooled) -> None:
        super().__init__(window)
        self._state, self._core, self._rooms = state, core, rooms
        matrix, cells = rooms.matrix, rooms.cells
        self.selection = Selection(matrix.view, matrix.model)
        self.gather = Gather(state, cells, work, core.estimate, window)
        self.copying = Copying(state, cells, matrix.model, self.selection, self.gather)
        self.export = CsvExport(state, matrix.model, core.parameters, self.gather, window)
        self.picks = Picks(self)
        self.page = Later(self._make_page)
        rooms.pages.add("compare", self.page)
        self.picks.changed.connect(self._title)
        for tool in (self.copying, self.export):
            tool.told.connect(rooms.actions.told)
            tool.failed.connect(rooms.actions.failed)
        self._choosing = compare_commands.Choosing(
            state, self.picks, self.selection, self.show, rooms.actions.told.emit
        )

    def register(self, commands: Commands) -> None:
        """Add the tools' commands, and give the table its menu."""
        table_commands.register(commands, self._rooms.matrix, self.selection, self.copying, self.export)
        compare_commands.register(commands, self._choosing, self.picks)

    def show(self) -> None:
        """Turn to the comparison."""
        self._rooms.pages.show_page("compare")
        self.page.get().table.setFocus()

    def _make_page(self) -> ComparePage:
        page = ComparePage(self._state, self._rooms.cells, self._core.parameters, self.picks)
        page.asked.connect(self._ask)
        page.entered.connect(self._show_cell)
        page.told.connect(self._rooms.actions.told)
        return page

    def _ask(self, model: Model, column: Column) -> None:
        """Why? of a compared cell."""
        self._show_cell(model, column)
        self._rooms.details.show_why()

    def _show_cell(self, model: Model, column: Column) -> None:
        """All panes speak of the compared cell that the user went to; the table too, where it is shown there."""
        matrix = self._rooms.matrix
        if matrix.model.row_of(model) is not None and matrix.model.section(column) is not None:
            matrix.select(model, column)
        else:
            self._state.select(model, column)

    def retranslate(self) -> None:
        """The page in another language."""
        self._title()
        if self.page.page is not None:
            self.page.page.retranslate()

    def _title(self) -> None:
        """The tab says how many cells are compared."""
        _, count = self._state.tr_, len(self.picks.cells)
        title = _("Compare ({count})", count=_.integer(count)) if count else _("Compare")
        self._rooms.pages.set_title("compare", title)

    def stop(self) -> None:
        """What is being gathered is not waited for."""
        self.gather.stop()
