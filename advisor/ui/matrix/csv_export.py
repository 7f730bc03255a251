"""The matrix as a CSV file: every row as filtered and sorted, every column, with bands and reasons."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from advisor import files
from advisor.catalog.model import Model
from advisor.ui.base import texts
from advisor.ui.base.file_names import safe_name
from advisor.ui.base.state import State
from advisor.ui.dialogs.save import SaveDialog
from advisor.ui.matrix import tables
from advisor.ui.matrix.gather import Gather
from advisor.ui.matrix.model import MatrixModel
from advisor.ui.matrix.tables import Answers


class CsvExport(QObject):
    """Asks where, computes what is missing, writes the file whole or not at all."""

    told = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        state: State,
        model: MatrixModel,
        parameters: Callable[[Model], int],
        gather: Gather,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._state, self._model, self._parameters = state, model, parameters
        self._gather, self._window = gather, window

    def ask(self) -> None:
        """Ask for a file; nothing where no row is shown."""
        machine = self._state.machine
        if machine is None or not self._model.rows:
            return
        _ = self._state.tr_
        name = texts.machine_name(_, machine, self._state.what_if)
        dialog = SaveDialog(_, self._window, {"csv": _("Tables (*.csv)")}, self.write)
        dialog.ask(_("Save the table"), safe_name(f"{name}-models", "models"), "csv")

    def write(self, path: Path) -> None:
        """Write all rows that are shown now."""
        _, workload = self._state.tr_, self._state.workload
        models, columns, parameters = list(self._model.rows), tuple(self._model.columns), self._parameters

        def make(answers: Answers) -> Path:
            rows = tables.figures(_, models, columns, workload, answers, parameters)
            files.write_bytes(path, tables.as_csv(rows))
            return path

        self._gather.gather(models, columns, make, self._written, self.failed.emit)

    def _written(self, path: Path) -> None:
        self.told.emit(self._state.tr_("Saved: {path}", path=path))
