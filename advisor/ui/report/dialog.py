"""The dialog that exports a report: its choices, a preview, writing with progress that can be cancelled."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from advisor.machine import Machine
from advisor.ui.base import texts
from advisor.ui.base.file_names import LONGEST, safe_name
from advisor.ui.base.state import State
from advisor.ui.base.work import Job, Run, Work
from advisor.ui.dialogs.basic import error_text
from advisor.ui.dialogs.save import SaveDialog
from advisor.ui.look.widgets import hint
from advisor.ui.report import tasks as report_tasks
from advisor.ui.report.form import ReportForm
from advisor.ui.report.tasks import Basis, Order, Preview
from advisor.ui.report.view import ReportView

WIDTH, HEIGHT = 960, 620
FRAME = 60  # about what a system's frame, title and task bar take
STEPS = 1000
KINDS = {"pdf": "PDF", "html": "HTML", "md": "Markdown", "json": "JSON"}
_PREVIEW_MS = 150  # after the last click: several sections are switched one after the other
_LOOK_MS = 50


class ReportDialog(QDialog):
    """Exports the machine that `state` shows. Closing it cancels what it waits for.

    `against` is emitted with "own", "parts" or "file" when the user wants a comparison; `compare` answers it.
    """

    against = Signal(str)

    def __init__(self, state: State, work: Work, machine: Machine, parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._work = state, work
        _ = self._tr = state.tr_
        # A what-if by the name that tells its changes, or its file would take the name of the machine without them.
        self.machines = [(state.what_if or texts.machine_name(_, machine), machine)]
        self._bases: dict[str, Basis] = {}  # by language
        self._job: Job | None = None
        self._export: Job | None = None
        self._run: Run | None = None
        self._path: Path | None = None
        self.setWindowTitle(_("Export report"))
        self.form = ReportForm(_, state.report, own=state.own is not None and state.own is not machine)
        self._make_preview()
        self._make_bottom()
        self._arrange()
        self._preview_timer = self._timer(_PREVIEW_MS, self._ask_preview)
        self._preview_timer.setSingleShot(True)
        self._look_timer = self._timer(_LOOK_MS, self._look)
        self.form.changed.connect(self._changed)
        self.form.against.connect(self._wanted)
        self._show_progress(False)
        self._ask_preview()

    def _timer(self, wait_ms: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(wait_ms)
        timer.timeout.connect(run)
        return timer

    def _make_preview(self) -> None:
        self.view = ReportView()
        self.view_title = QLabel(self._tr("Previe&w"))
        self.view_title.setBuddy(self.view)

    def _make_bottom(self) -> None:
        _ = self._tr
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Export report"))
        self.open_file, self.open_folder = QPushButton(_("Open the f&ile")), QPushButton(_("Open the fol&der"))
        self.export, self.close_ = QPushButton(_("&Export …")), QPushButton()
        for button in (self.open_file, self.open_folder, self.close_):
            button.setAutoDefault(False)
        self.export.setDefault(True)
        self.open_file.clicked.connect(lambda: self._open(self._path))
        self.open_folder.clicked.connect(lambda: self._open(self._path.parent if self._path else None))
        self.export.clicked.connect(self.ask)
        self.close_.clicked.connect(self.reject)

    def _arrange(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.view_title)
        right.addWidget(self.view, 1)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.form)
        top.addLayout(right, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.said, 1)
        below.addWidget(self.bar, 1)
        for button in (self.open_file, self.open_folder, self.export, self.close_):
            below.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(top, 1)
        layout.addLayout(below)
        room = self.screen().availableGeometry()
        self.resize(min(WIDTH, room.width() - FRAME), min(HEIGHT, room.height() - FRAME))

    @property
    def busy(self) -> bool:
        """Whether a preview or a file is on its way."""
        return self._preview_timer.isActive() or self._job is not None or self._run is not None

    def order(self) -> Order:
        """What is to be written, as the choices are now."""
        state, form = self._state, self.form
        language = form.language.currentData()
        return Order(
            tuple(self.machines), state.workload, state.budget, language, form.paper.currentData(), form.chosen()
        )

    # The machine to compare with

    def _wanted(self, key: str) -> None:
        own = self._state.own
        if key == "own" and own is not None:
            self.compare(texts.machine_name(self._tr, own), own)
        elif key:
            self.against.emit(key)
        else:
            self.compare("", None)

    def compare(self, name: str, machine: Machine | None) -> None:
        """Compare with this machine, called `name`, from now on; None: with nothing."""
        del self.machines[1:]
        if machine is not None:
            self.machines.append((name, machine))
        self.form.show_against("" if machine is None else name)
        self._changed()

    # The preview

    def _changed(self) -> None:
        self._tell("")
        self._enable()
        self._preview_timer.start()

    def _ask_preview(self) -> None:
        if self._job is not None:
            self._job.cancel()
        order = self.order()
        if not self._complete(order):
            self.view.show_words(self._tr("Choose at least one section."))
            return
        if self.view.document().isEmpty():
            self.view.show_words(self._tr("Working it out …"))
        basis = self._bases.get(order.language)
        self._job = self._work.run(
            lambda: report_tasks.preview(order, basis), lambda found: self._show(order, found), self._no_preview
        )

    @staticmethod
    def _complete(order: Order) -> bool:
        return bool(order.sections) or len(order.machines) > 1

    def _show(self, order: Order, found: Preview) -> None:
        self._job = None
        if found.basis is not None:
            self._bases[order.language] = found.basis
        self.view.show_document(found.document, self._state.colors)

    def _no_preview(self, error: Exception) -> None:
        self._job = None
        self.view.show_words(error_text(self._tr, error))

    # The file

    def ask(self) -> None:
        """Ask where to write it."""
        kinds = {ending: f"{name} (*.{ending})" for ending, name in KINDS.items()}
        dialog = SaveDialog(self._tr, self, kinds, self.write)
        if self._path is None:
            dialog.setDirectory(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        else:
            dialog.setDirectory(str(self._path.parent))
        dialog.ask(self._tr("Export report"), self.file_name(), self.form.kind.currentData())

    def file_name(self) -> str:
        """A name for the file, without its ending."""
        share = LONGEST // len(self.machines) - len("-vs-")
        names = [safe_name(name[:share], "computer") for name, _machine in self.machines]
        return safe_name("-vs-".join(names), "report")

    def write(self, path: Path) -> None:
        """Write the report in the format of the path's ending, off the window's thread."""
        if self._run is not None:
            return
        order, run, work = self.order(), Run(), self._work
        self._run = run
        self._state.report = self.form.choices()
        self._show_progress(True)
        self._export = work.run(
            lambda: report_tasks.export(order, path, run.tell, lambda: run.cancelled.is_set() or work.closed),
            self._written,
            self._failed,
        )

    def _look(self) -> None:
        if self._run is not None:
            self.bar.setValue(round(STEPS * self._run.part))

    def _written(self, path: Path | None) -> None:
        self._end()
        if path is not None:
            self._path = path
            self._tell(self._tr("Saved: {path}", path=path), saved=True)
        else:
            self._tell(self._tr("Cancelled; nothing was written."))

    def _failed(self, error: Exception) -> None:
        self._end()
        self._tell(error_text(self._tr, error))

    def _end(self) -> None:
        self._run = self._export = None
        self._show_progress(False)

    def _tell(self, text: str, saved: bool = False) -> None:
        self.said.setText(text)
        self.said.setToolTip(hint(text))  # a long path may have no room
        self.open_file.setVisible(saved)
        self.open_folder.setVisible(saved)
        if saved:
            self.open_file.setFocus()

    def _show_progress(self, running: bool) -> None:
        self._look_timer.start() if running else self._look_timer.stop()
        self._tell("")
        self.bar.setValue(0)
        self.bar.setVisible(running)
        self.said.setVisible(not running)
        self.form.setEnabled(not running)
        self.close_.setText(self._tr("Cancel") if running else self._tr("Close"))
        self._enable()

    def _enable(self) -> None:
        self.export.setEnabled(self._run is None and self._complete(self.order()))

    def _open(self, path: Path | None) -> None:
        if path is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._tell(self._tr("No program was found that opens {path}", path=path))

    def reject(self) -> None:
        """Cancel the writing; where nothing is being written, close."""
        if self._run is None:
            super().reject()
        else:
            self._run.cancelled.set()

    def done(self, result: int) -> None:
        """Closed, by whatever key or button: nobody waits for anything any more, and the choices are kept."""
        self._preview_timer.stop()
        self._look_timer.stop()
        self.view.stop()
        if self._run is not None:
            self._run.cancelled.set()
        for job in (self._job, self._export):
            if job is not None:
                job.cancel()
        self._state.report = self.form.choices()
        super().done(result)
