"""The page that exports a report: its choices at the side, a live preview, and what becomes of the file below."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from advisor.machine import Machine
from advisor.ui.base import texts
from advisor.ui.base.file_names import LONGEST, safe_name
from advisor.ui.base.state import State
from advisor.ui.base.work import Job, Work
from advisor.ui.dialogs.basic import error_text
from advisor.ui.look.widgets import Card, scrolled
from advisor.ui.report import tasks as report_tasks
from advisor.ui.report.form import ReportForm
from advisor.ui.report.tasks import Basis, Order, Preview
from advisor.ui.report.view import ReportView
from advisor.ui.report.writing import Writing

_PREVIEW_MS = 250  # after the last click or turn of a knob: several follow one another
FORM_WIDTH = 276


class ReportPage(Card):
    """Exports the machine that `state` shows. A preview is made only while the page can be seen.

    `against` is emitted with "own", "parts" or "file" when the user wants a comparison; `compare` answers it.
    """

    against = Signal(str)

    def __init__(self, state: State, work: Work) -> None:
        super().__init__()
        self._state, self._work = state, work
        self._against: tuple[str, Machine] | None = None
        self._bases: dict[str, Basis] = {}  # by language
        self._job: Job | None = None
        self._stale = True
        self.form = ReportForm(state.tr_, state.report, self._elsewhere)
        self.view = ReportView()
        self.writing = Writing(state, work, self.order, self.file_name)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PREVIEW_MS)
        self._timer.timeout.connect(self._ask_preview)
        self._arrange()
        self._wire()
        self.retranslate()

    def _arrange(self) -> None:
        self._side = scrolled(self.form)
        self._side.setFixedWidth(FORM_WIDTH)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._side, 1)
        left.addWidget(self.writing.buttons)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addLayout(left)
        top.addWidget(self.view, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top, 1)
        layout.addWidget(self.writing)

    def _wire(self) -> None:
        self._state.machine_changed.connect(self._machine_changed)
        self._state.workload_changed.connect(self._question_changed)
        self._state.theme_changed.connect(lambda: self.view.dress(self._state.colors))
        self.writing.export.clicked.connect(self.ask)
        self.writing.copy.clicked.connect(self.copy_markdown)
        self.writing.running.connect(self._run_changed)
        self._listen()

    def _listen(self) -> None:
        self.form.changed.connect(self._changed)
        self.form.against.connect(self._wanted)
        for box in (self.form.kind, self.form.paper):  # they change the file, not the preview
            box.currentIndexChanged.connect(self.settle)

    @property
    def _elsewhere(self) -> bool:
        return self._state.own is not None and self._state.own is not self._state.machine

    def retranslate(self) -> None:
        """All texts again, in a form of its own language; what was chosen stays."""
        _ = self._state.tr_
        self._renew_form()
        self.view.setAccessibleName(_("Preview"))
        self.writing.retranslate()
        self._bases.clear()
        self._changed()

    def _renew_form(self) -> None:
        old = self.form
        self._state.report = old.choices()
        self.form = ReportForm(self._state.tr_, self._state.report, self._elsewhere)
        self._side.setWidget(self.form)  # which deletes the one before it
        self._listen()
        if self._against is not None:
            self.form.show_against(self._against[0])

    @property
    def machines(self) -> Sequence[tuple[str, Machine]]:
        """The machine that is shown, and the one that it is compared with, each with its name."""
        state = self._state
        if state.machine is None:
            return ()
        # A what-if by the name that tells its changes, or its file would take the name of the machine without them.
        name = state.what_if or texts.machine_name(state.tr_, state.machine)
        return ((name, state.machine), *([self._against] if self._against is not None else []))

    @property
    def busy(self) -> bool:
        """Whether a preview or a file is on its way."""
        return self._timer.isActive() or self._job is not None or self.view.busy or self.writing.busy

    def order(self) -> Order | None:
        """What is to be written, as the choices are now; None while there is nothing to write."""
        state, form, machines = self._state, self.form, self.machines
        if not machines or (not form.chosen() and len(machines) == 1):
            return None
        return Order(
            tuple(machines),
            state.workload,
            state.budget,
            form.language.currentData(),
            form.paper.currentData(),
            form.chosen(),
        )

    def settle(self) -> None:
        """Keep the choices for the next start."""
        self._state.report = self.form.choices()

    def stop(self) -> None:
        """The window closes: nobody waits for anything any more."""
        self._timer.stop()
        self.view.stop()
        self.writing.stop()
        self.settle()
        self._give_up_preview()

    # The machine to compare with

    def _wanted(self, key: str) -> None:
        own = self._state.own
        if key == "own" and own is not None:
            self.compare(texts.machine_name(self._state.tr_, own), own)
        elif key:
            self.against.emit(key)
        else:
            self.compare("", None)

    def compare(self, name: str, machine: Machine | None) -> None:
        """Compare with this machine, called `name`, from now on; None: with nothing."""
        self._against = None if machine is None else (name, machine)
        self.form.show_against("" if machine is None else name)
        self._changed()

    # The preview

    def _machine_changed(self) -> None:
        if self._against is not None and self._against[1] is self._state.machine:
            self._against = None  # nothing is compared with itself
        self._renew_form()
        self._question_changed()

    def _question_changed(self) -> None:
        self._bases.clear()
        self._changed()

    def _changed(self) -> None:
        self.settle()
        self.writing.clear()
        self._stale = True
        self._give_up_preview()  # it would be one of before, and the basis of the next
        self.writing.allow(self.order() is not None)
        if self.isVisible():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Seen again: what has changed meanwhile is worked out now."""
        super().showEvent(event)
        if self._stale:
            self._timer.start(0)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: no more previews, but a file that is being written is written."""
        super().hideEvent(event)
        self._timer.stop()

    def _give_up_preview(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _ask_preview(self) -> None:
        self._give_up_preview()
        _, order = self._state.tr_, self.order()
        if order is None:
            words = _("Choose at least one section.") if self.machines else _("Reading this computer …")
            self.view.show_words(words)
            return
        if self.view.document().isEmpty():
            self.view.show_words(_("Working it out …"))
        basis = self._bases.get(order.language)
        self._job = self._work.run(
            lambda: report_tasks.preview(order, basis), lambda found: self._show(order, found), self._no_preview
        )

    def _show(self, order: Order, found: Preview) -> None:
        self._job = None
        self._stale = False
        if found.basis is not None:
            self._bases[order.language] = found.basis
        self.view.show_document(found.document, found.drawings, self._state.colors)

    def _no_preview(self, error: Exception) -> None:
        self._job = None
        self.view.show_words(error_text(self._state.tr_, error))

    # The file

    def ask(self) -> None:
        """Ask where to write it."""
        if self.order() is not None and not self.writing.busy:
            self.writing.ask(self, self.form.kind.currentData())

    def write(self, path: Path) -> None:
        """Write the report in the format of the path's ending, off the window's thread."""
        self.settle()
        self.writing.write(path)

    def file_name(self) -> str:
        """A name for the file, without its ending."""
        machines = self.machines
        share = LONGEST // max(1, len(machines)) - len("-vs-")
        names = [safe_name(name[:share], "computer") for name, _machine in machines]
        return safe_name("-vs-".join(names), "report")

    def copy_markdown(self) -> None:
        """The whole report onto the clipboard."""
        order = self.order()
        if order is None:
            return
        basis = self._bases.get(order.language)
        self._work.run(lambda: report_tasks.markdown(order, basis), self._copied, self._not_copied)

    def _copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        _ = self._state.tr_
        self.writing.tell(_("The report is on the clipboard as Markdown."))

    def _not_copied(self, error: Exception) -> None:
        self.writing.tell(error_text(self._state.tr_, error))  # a file that is being written goes on

    def _run_changed(self, running: bool) -> None:
        self.form.setEnabled(not running)
        self.writing.allow(self.order() is not None)

    def focus_export(self) -> None:
        """The keyboard's way in."""
        self.writing.export.setFocus()
