"""The dialog of an unexpected error: what it means in a sentence, its details to copy, going on or leaving."""

from collections.abc import Callable, Mapping
from typing import Literal

from PySide6.QtCore import Qt, QUrl, qVersion
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from advisor import crashes, logs
from advisor.i18n import N_, Translator

WIDTH, LINES = 520, 12
Occasion = Literal["error", "start", "last time"]
# Each occasion's title, and what it means.
WORDS: Mapping[Occasion, tuple[str, str]] = {
    "error": (
        N_("Something went wrong"),
        N_(
            "The program met an error that it did not expect. You can go on; your files are as they were. If it "
            "happens again, copy the details and send them to the program's makers: they name no person and no "
            "computer."
        ),
    ),
    "start": (
        N_("The program could not start"),
        N_(
            "The program could not open its window. Copy the details and send them to the program's makers: they name "
            "no person and no computer."
        ),
    ),
    "last time": (
        N_("The program ended unexpectedly"),
        N_(
            "The last time, the program ended unexpectedly. Its last words may show why: copy them and send them to "
            "the program's makers. They name no person and no computer."
        ),
    ),
}
_MOST = 5  # errors in one dialog; more add nothing


class CrashDialog(QDialog):
    """One error, or several. The details open at a click."""

    def __init__(self, _: Translator, occasion: Occasion, trace: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tr = _
        self._told = 1
        title, meaning = WORDS[occasion]
        self.setWindowTitle(_(title))
        self.said = QLabel(_(meaning))
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.details = QPlainTextEdit(crashes.details(trace, Qt=qVersion()))
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setAccessibleName(_("Details of the error"))
        self.details.setMinimumHeight(self.details.fontMetrics().lineSpacing() * LINES)
        self.details.hide()
        self._arrange(occasion == "error")
        self.said.setMinimumWidth(WIDTH)

    def _arrange(self, running: bool) -> None:
        _ = self._tr
        self.show_details = self._button(_("&Details"), lambda: None)
        self.show_details.setCheckable(True)
        self.show_details.toggled.connect(self._show_details)
        self.copy = self._button(_("&Copy details"), self._copy)
        self.open_logs = self._button(_("Open the &log folder"), _open_logs)
        self.go_on = self._button(_("C&ontinue") if running else _("Close"), self.accept)
        self.go_on.setDefault(True)
        self.quit = self._button(_("&Quit the program"), self._quit)
        self.quit.setVisible(running)
        buttons = QHBoxLayout()
        for button in (self.show_details, self.copy, self.open_logs):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self.quit, self.go_on):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(self.said)
        layout.addWidget(self.details, 1)
        layout.addLayout(buttons)
        self.go_on.setFocus()

    def _button(self, text: str, run: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: run())
        return button

    def add(self, trace: str) -> None:
        """Another error while this one is still open."""
        self._told += 1
        if self._told <= _MOST:
            self.details.appendPlainText(f"\n{trace.strip()}")

    def _show_details(self, shown: bool) -> None:
        self.details.setVisible(shown)
        self.adjustSize()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())

    def _quit(self) -> None:
        self.accept()
        QApplication.closeAllWindows()


def _open_logs() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(logs.folder())))
