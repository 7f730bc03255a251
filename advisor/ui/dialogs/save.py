"""Asks where to save: the ending is settled before anything is overwritten, and nothing is overwritten unasked."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from advisor.i18n import Translator


class SaveDialog(QFileDialog):
    """A file dialog for one of several formats.

    `kinds` are filters ("PDF (*.pdf)") by ending without its dot; `chosen` is told the path. A typed ending of `kinds`
    decides the format, else the chosen filter does and its ending is added: "G480 v1.2" becomes "G480 v1.2.pdf".
    """

    def __init__(
        self, _: Translator, parent: QWidget, kinds: Mapping[str, str], chosen: Callable[[Path], None]
    ) -> None:
        super().__init__(parent)
        self._tr, self._kinds, self._chosen = _, kinds, chosen
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setFileMode(QFileDialog.FileMode.AnyFile)
        self.setNameFilters(list(kinds.values()))
        self.filterSelected.connect(lambda: self.setDefaultSuffix(self._ending()))
        self.fileSelected.connect(self._settle)

    def ask(self, title: str, name: str, ending: str) -> None:
        """Open with a file name (without ending) and a format to begin with; returns at once."""
        self.setWindowTitle(title)
        self.selectNameFilter(self._kinds[ending])
        self.setDefaultSuffix(ending)
        self.selectFile(f"{name}.{ending}")
        self.open()

    def _ending(self) -> str:
        filters = {pattern: ending for ending, pattern in self._kinds.items()}
        return filters.get(self.selectedNameFilter(), next(iter(self._kinds)))

    def _settle(self, text: str) -> None:
        path = Path(text)
        if path.suffix[1:].lower() in self._kinds:
            self._chosen(path)
            return
        # Dialogs take ".2" of "v1.2" for an ending, so they asked about another name, if about any.
        path = path.with_name(f"{path.name}.{self._ending()}")
        if path.exists():
            self._ask_again(path)
        else:
            self._chosen(path)

    def _ask_again(self, path: Path) -> None:
        _ = self._tr
        question = QMessageBox(self.parentWidget())
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setIcon(QMessageBox.Icon.Warning)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(_("{path} exists already.", path=path))
        replace = question.addButton(_("&Replace"), QMessageBox.ButtonRole.AcceptRole)
        question.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        chosen = self._chosen  # this dialog may be gone by then
        replace.clicked.connect(lambda: chosen(path))
        question.open()
