"""The screen inside the window: puts the panels together and connects them; what they show and do is theirs."""

import linecache
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from advisor.catalog.model import Model
from advisor.i18n import N_, PROGRAM
from advisor.ui.actions import Actions
from advisor.ui.advice.strip import AdviceStrip
from advisor.ui.advising import Advising, Rooms
from advisor.ui.base import texts
from advisor.ui.base.commands import Commands
from advisor.ui.base.core import Core
from advisor.ui.base.garbage import Garbage
from advisor.ui.base.state import State
from advisor.ui.base.work import Work
from advisor.ui.cell_tools import CellTools, Tooled
from advisor.ui.details import Details
from advisor.ui.details import Panes as DetailPanes
from advisor.ui.gauges.panel import GaugesPanel
from advisor.ui.header import Header
from advisor.ui.look import theme
from advisor.ui.look.later import Later
from advisor.ui.look.tab_order import in_order
from advisor.ui.machines import commands as machine_commands
from advisor.ui.machines.banner import Banner
from advisor.ui.machines.before import Before
from advisor.ui.machines.chooser import Chooser
from advisor.ui.matrix import commands as matrix_commands
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.panel import MatrixPanel
from advisor.ui.memory import commands as memory_commands
from advisor.ui.memory.panel import MemoryPanel
from advisor.ui.own_models import OwnModels
from advisor.ui.pages import Pages
from advisor.ui.settings import commands as settings_commands
from advisor.ui.settings.panel import SettingsPanel
from advisor.ui.shell import commands as shell_commands
from advisor.ui.shell import place
from advisor.ui.shell.keeper import Keeper
from advisor.ui.shell.panes import Panes

if TYPE_CHECKING:  # it loads when it is first seen
    from advisor.ui.help.hint import Tour
    from advisor.ui.report.page import ReportPage

LEAST = QSize(960, 520)  # what the panels want at least, on a screen that has it


class Screen(QWidget):
    """Header on top; gauges, matrix, settings with memory side by side; advice below."""

    def __init__(self, state: State, core: Core, work: Work) -> None:
        super().__init__()
        self.state, self.core, self.work = state, core, work
        self._dress()  # what is put in from now on takes the style sheet once, and not anew with every parent
        self._tour: Tour | None = None

    def making(self) -> Iterator[None]:
        """Make the rooms and put them in; between two steps the window may answer. After the last one `retranslate`
        gives all texts, those of the commands too that others have added.
        """
        state, core, work = self.state, self.core, self.work
        self._arrange()
        self.cells = Cells(core.estimate, self, work, core.quick)
        self.garbage = Garbage(self.cells.completed, self)
        self.commands = Commands(self)
        self.header = Header(state)
        self._whole.insertWidget(0, self.header)
        self.gauges = GaugesPanel(state, work)
        self._across.insertWidget(0, self.gauges)
        yield
        self.matrix = MatrixPanel(state, self.cells, core.parameters)
        self.pages.add("models", self.matrix, self.matrix.bar.corner)
        self.report = Later(self._make_report)
        self.pages.add("report", self.report)
        yield
        self.settings = SettingsPanel(state, self.cells.compute)
        yield
        self._right.addWidget(self.settings)
        yield
        self.memory = MemoryPanel(state, self.cells.compute, core.estimate)
        self._right.addWidget(self.memory)
        self.strip = AdviceStrip(state)
        self._whole.addWidget(self.strip)
        yield
        self.actions_ = Actions(self, state, work)
        self.own_models = OwnModels(self, state, work, self.actions_)
        self.details = Details(self, DetailPanes(self.header, self.memory, self.strip), state, self.cells, work)
        tooled = Tooled(self.matrix, self.cells, self.pages, self.actions_, self.details)
        self.cell_tools = CellTools(self, state, core, work, tooled)
        rooms = Rooms(self.details, self.matrix, self.cells, self.pages, self.actions_)
        self.advising = Advising(self, state, work, rooms)
        self._wire()
        self._commands()
        yield
        self._restore()

    def _arrange(self) -> None:
        """Where the rooms stand, before there are any."""
        self.pages = Pages()
        self._right = QSplitter(Qt.Orientation.Vertical)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._across.addWidget(self.pages)
        self._across.addWidget(self._right)
        self._across.setStretchFactor(0, 1)  # the pages take what there is
        for splitter in (self._right, self._across):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(8)
        self._right.setMinimumWidth(248)
        self.pages.setMinimumWidth(360)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(8, 8, 8, 8)
        self._whole.setSpacing(8)
        self._whole.addWidget(self._across, 1)

    def _wire(self) -> None:
        state = self.state
        for changed in (
            state.workload_changed, state.machine_changed, state.selection_changed, state.choices_changed,
            state.language_changed, state.theme_changed, self.pages.shown,
        ):  # fmt: skip
            changed.connect(self.work.give_way)
        self.state.language_changed.connect(self.retranslate)
        self.state.machine_changed.connect(self._title)
        self.state.theme_changed.connect(self._dress)
        self.header.export.connect(self.actions_.export)
        self.actions_.report_wanted.connect(self.show_report)
        self.gauges.details.connect(self.details.show_machine)
        self.matrix.asked.connect(self.details.show_why)
        self.matrix.arranged.connect(self._arranged)
        self.own_models.opened.connect(self.matrix.show_model)
        self.memory.asked.connect(self.details.show_why)
        self.memory.tried.connect(lambda changes: self.state.change(**changes))
        self.details.picked.connect(self.matrix.mark_picks)
        self.details.told.connect(self._welcome)
        self.strip.opened.connect(self.details.show_advice)
        self.gauges.asked.connect(self.details.show_gauge)
        self.memory.asked_saving.connect(self.details.show_saving)
        self.settings.asked.connect(self.details.show_turn)

    def _machines(self) -> None:
        """Which machine is shown: the list in the header, the strip below it, this computer beside a what-if."""
        state, model = self.state, self.matrix.model
        self.chooser = Chooser(
            self.header.what_if, state, self.work, self.actions_, self.commands, self.own_models.drop
        )
        machine_commands.register(self.commands, state, self.actions_, self.chooser)
        self.banner = Banner(state, self.work, self.actions_, self.commands)
        self._whole.insertWidget(1, self.banner)
        in_order(self.header.report, *self.banner.buttons)
        own = Cells(self.core.estimate, self, self.work, self.core.quick)
        self.before = Before(state, own, self.cells, lambda: model.columns, self)
        for filled in (own.filled, own.completed, self.cells.completed):
            filled.connect(self.before.filled)
        self.before.changed.connect(self.matrix.view.viewport().update)
        model.change, model.other = self.before.change, self.before.words

    def _commands(self) -> None:
        """After the rooms' own: what they have not added, and the window's."""
        self._machines()
        parts = shell_commands.Parts(
            self, self.state, self.actions_, self.own_models, self.details, self.pages, self.show_report,
            self.show_tour,
        )  # fmt: skip
        settings_commands.register(self.commands, self.settings)
        matrix_commands.register(self.commands, self.matrix)
        memory_commands.register(self.commands, self.memory)
        self.cell_tools.register(self.commands)
        self.advising.register(self.commands)
        shell_commands.register(self.commands, parts)
        if "matrix.find" not in self.commands:
            self.commands.add(
                "matrix.find", N_("&Find a model"), self.matrix.search.setFocus, shortcut=QKeySequence.StandardKey.Find
            )
        if "matrix.focus" not in self.commands:
            self.commands.add("matrix.focus", N_("Go to the &matrix"), self.matrix.view.setFocus, shortcut="Ctrl+M")

    def _restore(self) -> None:
        """Page and panes as they were left; what changes is kept again."""
        self.keeper = Keeper(self.state, self.work, self._look, self.actions_.failed)
        kept = self.state.choices
        self.pages.show_page(kept.page)
        self.panes = Panes(self._across, self._right, self.state, self.keeper.changed)

    def _look(self) -> None:
        """Keep what nobody tells of: how the panes share the room, where the window stands."""
        window = self.window()
        if isinstance(window, QMainWindow):
            self.state.keep(geometry=place.geometry(window))
        self.state.keep(splitters=self.panes.shares())

    def retranslate(self) -> None:
        """All texts of all panels again."""
        self._title()
        self.commands.retranslate(self.state.tr_)
        self.pages.retranslate(self.state.tr_)
        if self.report.page is not None:
            self.report.page.retranslate()
        self.advising.retranslate()
        for panel in (self.header, self.gauges, self.matrix, self.settings, self.memory, self.strip):
            panel.retranslate()
        self.details.retranslate()
        self.cell_tools.retranslate()

    def _title(self) -> None:
        """The window's title: whose computer this is about, and the program."""
        _, state = self.state.tr_, self.state
        program = _(PROGRAM)
        if state.machine is not None:
            name = texts.machine_name(_, state.machine, state.what_if) if state.what_if is None else state.what_if
            program = _("{document} — {program}", document=name, program=program)
        self.window().setWindowTitle(program)

    def _dress(self) -> None:
        self.setStyleSheet(theme.style_sheet(self.state.colors))

    def _make_report(self) -> "ReportPage":
        from advisor.ui.report.compare_with import CompareWith
        from advisor.ui.report.page import ReportPage

        page = ReportPage(self.state, self.work)
        CompareWith(page, self.state, self.work)
        return page

    def show_report(self) -> None:
        """Turn to the report, its export at hand."""
        self.pages.show_page("report")
        self.report.get().focus_export()

    def show_tour(self) -> None:
        """Three callouts: what this computer is, what runs, what a knob does."""
        from advisor.ui.help import hint

        if self._tour is not None:
            return
        self.pages.show_page("models")
        targets = ((self.gauges,), (self.matrix,), (self.settings,))
        steps = [hint.Step(*words) for words in zip(hint.TITLES, hint.TEXTS, targets, strict=True)]
        self._tour = hint.Tour(self, self.state, steps, self._toured)
        self._tour.begin()

    def _toured(self) -> None:
        self._tour = None

    def _welcome(self) -> None:
        """The tour at the very first start, once there is something to speak of."""
        if not self.state.choices.hint_seen and self.matrix.model.rows:
            self.state.keep(hint_seen=True)
            self.show_tour()

    def begin(self) -> None:
        """After the first paint: ask the computer and read the catalogue, both off this thread."""
        if self.state.own is None:
            self.actions_.detect()
        else:
            self.details.start()
        self.work.run(self.core.models, self.loaded, self.actions_.failed)
        self.gauges.start()

    def loaded(self, models: Sequence[Model]) -> None:
        """The catalogue is there: fill the matrix, select something."""
        linecache.clearcache()  # PySide keeps the source text of all modules that import one: a megabyte
        self.state.set_models(models)

    def _arranged(self) -> None:
        """The rows are in order: at the start the first of them is selected."""
        if self.state.model is None and self.matrix.model.rows:
            self.matrix.select(self.matrix.model.rows[0], self.state.column)
        if self.strip.advice is not None:
            self._welcome()

    @property
    def settled(self) -> bool:
        """Whether nothing is left to compute or to show."""
        waits = (self.cells, self.details, self.work, self.settings, self.banner, self.before)
        return not any(one.busy for one in waits)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Between wide and narrow the panes change their shares; else the matrix takes what there is."""
        super().resizeEvent(event)
        self.panes.fit(event.size().width())
        self.strip.fit(event.size().height())

    def minimumSizeHint(self) -> QSize:
        """Room enough for every panel, unless the screen is smaller."""
        room = self.screen().availableGeometry().size()
        return super().minimumSizeHint().expandedTo(LEAST.boundedTo(room))

    def stop(self) -> None:
        """Stop timers, forget results on their way, wait for what runs, keep the choices."""
        self.gauges.stop()
        self.cell_tools.stop()
        self.cells.stop()
        self.banner.stop()
        self.before.stop()
        self.matrix.stop()
        self.settings.stop()
        self.details.stop()
        self.advising.stop()
        if self.report.page is not None:
            self.report.page.stop()
        self.work.close()
        self.garbage.stop()
        self.actions_.save_settings()
