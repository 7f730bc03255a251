"""Dialogs that many ask for: an error in one sentence and longer texts, both to be copied; files of machines."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from advisor import crashes, logs
from advisor.errors import UserError
from advisor.i18n import Translator

# What dumps are usually called; many have no ending at all, so "all files" stands beside it.
DUMP_NAMES = ("*.json", "*.txt", "*.xml", "*.nfo", "*.csv", "*.log", "*.out")


def ask_for_machine(_: Translator, parent: QWidget, folder: str = "") -> Sequence[str]:
    """The files of one machine that the user chooses, first in `folder`: a saved one, or dumps; empty when none."""
    dumps, everything = _("Saved machines and dumps"), _("All files (*)")
    kinds = f"{dumps} ({' '.join(DUMP_NAMES)});;{everything}"
    paths, _kind = QFileDialog.getOpenFileNames(parent, _("Open a machine or dumps of one"), folder, kinds)
    return paths


def error_text(_: Translator, error: Exception) -> str:
    """The sentence of an error, in the window's language where it has one."""
    if isinstance(error, UserError):
        return _(error.message, **error.values)
    return _("Something went wrong: {reason}", reason=f"{type(error).__name__}: {error}")


class ErrorDialog(QDialog):
    """One sentence, selectable, with a copy button."""

    def __init__(self, _: Translator, error: Exception, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("That did not work"))
        self.text = QLabel(error_text(_, error))
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setMinimumWidth(360)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(_("Close"))
        copy = QPushButton(_("&Copy"))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._whole(error)))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(buttons)

    def _whole(self, error: Exception) -> str:
        """What is copied: the sentence, and of an error that nobody foresaw where it was raised."""
        said = self.text.text()
        return said if isinstance(error, UserError) else crashes.details(f"{said}\n\n{logs.trace(error)}")


class ReadingDialog(QDialog):
    """A longer text: selectable, with a copy button. It stays beside the window; it does not block it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        self._close = QPushButton()
        self._copy = QPushButton()
        buttons = QDialogButtonBox()
        buttons.addButton(self._copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._close, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addWidget(buttons)
        self.resize(640, 480)

    def show_text(self, _: Translator, title: str, html: str) -> None:
        """Show a text under a title."""
        self.setWindowTitle(title)
        self.text.setAccessibleName(title)
        self._close.setText(_("Close"))
        self._copy.setText(_("&Copy"))
        self.text.setHtml(html)
        self.show()
        self.raise_()
        self.activateWindow()
