"""Commands on the matrix's cells as a table: copies, the CSV file, a single family."""

from PySide6.QtGui import QKeySequence

from advisor.i18n import N_
from advisor.ui.base.commands import Commands
from advisor.ui.matrix.copying import Copying
from advisor.ui.matrix.csv_export import CsvExport
from advisor.ui.matrix.menu import CellMenu
from advisor.ui.matrix.panel import MatrixPanel
from advisor.ui.matrix.selection import Selection


def register(
    commands: Commands, panel: MatrixPanel, selection: Selection, copying: Copying, export: CsvExport
) -> CellMenu:
    """Add the commands and give the table its menu."""

    def only_family() -> None:
        model = selection.model
        if model is not None:
            at = panel.family.findData(model.family)
            panel.family.setCurrentIndex(max(0, at))

    commands.add(
        "matrix.copy_cell", N_("&Copy cells"), copying.copy_cells, shortcut=QKeySequence.StandardKey.Copy,
        hint=N_("A single cell as a sentence, several as a table for a spreadsheet (Ctrl+C)"),
    )  # fmt: skip
    commands.add("matrix.copy_row", N_("Copy the &row"), copying.copy_row, shortcut="Ctrl+Shift+C")
    commands.add("matrix.copy_table", N_("Copy the whole &table"), copying.copy_table)
    commands.add(
        "matrix.export_csv", N_("Export the table as &CSV …"), export.ask,
        hint=N_("All rows as they are filtered and sorted, every column, with error bands and reasons"),
    )  # fmt: skip
    commands.add("matrix.only_family", N_("Show &only this family"), only_family)

    def enable() -> None:
        """Nothing to copy or to write while no row is shown."""
        rows = bool(panel.model.rows) and panel.state.machine is not None
        for key in ("matrix.copy_cell", "matrix.copy_row", "matrix.copy_table", "matrix.export_csv"):
            commands[key].setEnabled(rows)
        commands["matrix.only_family"].setEnabled(rows and panel.state.model is not None)

    for signal in (panel.arranged, panel.filtered, panel.state.machine_changed, panel.state.selection_changed):
        signal.connect(enable)
    enable()
    return CellMenu(commands, panel.view)
