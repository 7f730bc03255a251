"""Writing a report's file: where to, progress that can be cancelled, what became of it, and the way to it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from advisor.ui.base.state import State
from advisor.ui.base.work import Job, Run, Work
from advisor.ui.dialogs.basic import error_text
from advisor.ui.dialogs.save import SaveDialog
from advisor.ui.look.widgets import hint
from advisor.ui.report import tasks as report_tasks
from advisor.ui.report.tasks import Order

STEPS = 1000
KINDS = {"pdf": "PDF", "html": "HTML", "md": "Markdown", "json": "JSON"}
_LOOK_MS = 50


class Writing(QWidget):
    """A line that is there while it has something to say; `buttons` stand elsewhere on the page."""

    running = Signal(bool)

    def __init__(
        self, state: State, work: Work, order: Callable[[], Order | None], file_name: Callable[[], str]
    ) -> None:
        super().__init__()
        self._state, self._work, self._order, self._file_name = state, work, order, file_name
        self._job: Job | None = None
        self._run: Run | None = None
        self._path: Path | None = None
        self._allowed = False
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._make()
        self._arrange()
        self._show_progress(False)

    def _make(self) -> None:
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.open_file, self.open_folder, self.cancel = QPushButton(), QPushButton(), QPushButton()
        self.export, self.copy = QPushButton(), QPushButton()
        self.export.setObjectName("primary")
        self.open_file.clicked.connect(lambda: self._open(self._path))
        self.open_folder.clicked.connect(lambda: self._open(self._path.parent if self._path else None))
        self.cancel.clicked.connect(self.give_up)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.give_up)
        self._escape.setContext(Qt.ShortcutContext.WindowShortcut)

    def _arrange(self) -> None:
        self.buttons = QWidget()
        column = QVBoxLayout(self.buttons)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.export)
        column.addWidget(self.copy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.said, 1)
        layout.addWidget(self.bar, 1)
        for button in (self.open_file, self.open_folder, self.cancel):
            layout.addWidget(button)

    def retranslate(self) -> None:
        """All texts again."""
        _ = self._state.tr_
        self.bar.setAccessibleName(_("Export report"))
        self.open_file.setText(_("Open the file"))
        self.open_folder.setText(_("Show in its folder"))
        self.cancel.setText(_("Cancel"))
        self.export.setText(_("Export …"))
        self.copy.setText(_("Copy as Markdown"))

    @property
    def busy(self) -> bool:
        """Whether a file is being written."""
        return self._run is not None

    def allow(self, allowed: bool) -> None:
        """Whether there is anything to write."""
        self._allowed = allowed
        for button in (self.export, self.copy):
            button.setEnabled(allowed and self._run is None)

    def ask(self, parent: QWidget, ending: str) -> None:
        """Ask where to write it; the format of the ending comes first."""
        _ = self._state.tr_
        kinds = {one: f"{name} (*.{one})" for one, name in KINDS.items()}
        dialog = SaveDialog(_, parent, kinds, self.write)
        if self._path is None:
            dialog.setDirectory(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        else:
            dialog.setDirectory(str(self._path.parent))
        dialog.ask(_("Export report"), self._file_name(), ending)

    def write(self, path: Path) -> None:
        """Write what is ordered now in the format of the path's ending, off the window's thread."""
        order, run, work = self._order(), Run(), self._work
        if self._run is not None or order is None:
            return
        self._run = run
        self._show_progress(True)
        self._job = work.run(
            lambda: report_tasks.export(order, path, run.tell, lambda: run.cancelled.is_set() or work.closed),
            self._written,
            self.failed,
        )

    def give_up(self) -> None:
        """Cancel the writing; an answer follows."""
        if self._run is not None:
            self._run.cancelled.set()

    def stop(self) -> None:
        """The window closes."""
        self._timer.stop()
        self.give_up()
        if self._job is not None:
            self._job.cancel()

    def _look(self) -> None:
        if self._run is not None:
            self.bar.setValue(round(STEPS * self._run.part))

    def _written(self, path: Path | None) -> None:
        self._end()
        _ = self._state.tr_
        if path is not None:
            self._path = path
            self.tell(_("Saved: {path}", path=path), saved=True)
        else:
            self.tell(_("Cancelled; nothing was written."))

    def failed(self, error: Exception) -> None:
        """Say what went wrong."""
        self._end()
        self.tell(error_text(self._state.tr_, error))

    def _end(self) -> None:
        self._run = self._job = None
        self._show_progress(False)

    def clear(self) -> None:
        """What was said is no longer about what is chosen."""
        if self._run is None:
            self.tell("")

    def tell(self, text: str, saved: bool = False) -> None:
        """Say something below the preview; `saved` offers the file and its folder."""
        self.said.setText(text)
        self.said.setToolTip(hint(text))  # a long path may have no room
        self.open_file.setVisible(saved)
        self.open_folder.setVisible(saved)
        self.setVisible(bool(text) or self._run is not None)
        if saved:
            self.open_file.setFocus()

    def _show_progress(self, running: bool) -> None:
        self._timer.start() if running else self._timer.stop()
        self.tell("")
        self.bar.setValue(0)
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.said.setVisible(not running)
        self._escape.setEnabled(running)
        self.allow(self._allowed)
        self.running.emit(running)

    def _open(self, path: Path | None) -> None:
        _ = self._state.tr_
        if path is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.tell(_("No program was found that opens {path}", path=path))
