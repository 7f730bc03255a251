"""The page of advice and the window of "why?": made when they are first wanted, fed, and their clicks carried out."""

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from advisor.catalog.model import Model
from advisor.machine import Machine
from advisor.ui.actions import Actions
from advisor.ui.base import texts
from advisor.ui.base.columns import Column, as_column
from advisor.ui.base.commands import Commands
from advisor.ui.base.state import State
from advisor.ui.base.topic import Topic
from advisor.ui.base.wish import Wish, wish_name
from advisor.ui.base.work import Work
from advisor.ui.details import Details
from advisor.ui.look.later import Later
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.panel import MatrixPanel
from advisor.ui.pages import Pages
from advisor.workload import Method

if TYPE_CHECKING:  # they load when they are wanted
    from advisor.advice.result import Upgrade
    from advisor.estimator.result import Estimate
    from advisor.ui.advice.page import AdvicePage
    from advisor.ui.why.lines import Page
    from advisor.ui.why.window import WhyWindow

_AGAIN_MS = 120  # after the last turn of a knob


class Rooms(NamedTuple):
    """Whom clicks reach."""

    details: Details
    matrix: MatrixPanel
    cells: Cells
    pages: Pages
    actions: Actions


class Advising(QObject):
    """Adds the page "advice"; answers every "why?"."""

    def __init__(self, window: QWidget, state: State, work: Work, rooms: Rooms) -> None:
        super().__init__(window)
        self._window, self._state, self._work, self._rooms = window, state, work, rooms
        self.page: Later[AdvicePage] = Later(self._make)
        self.why: WhyWindow | None = None
        rooms.pages.add("advice", self.page)
        details = rooms.details
        details.waiting.connect(self._wait)
        details.known.connect(self._known)
        details.unknown.connect(self._unknown)
        details.why_wanted.connect(self.ask)
        details.advice_wanted.connect(self.show_advice)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AGAIN_MS)
        self._timer.timeout.connect(self._again)
        state.selection_changed.connect(self._selection)
        state.workload_changed.connect(self._timer.start)
        state.machine_changed.connect(self._timer.start)

    def register(self, commands: Commands) -> None:
        """The commands of this room."""
        from advisor.ui.advice.commands import register

        register(commands, self.page.get)

    def retranslate(self) -> None:
        """All texts again."""
        if self.page.page is not None:
            self.page.page.retranslate()
        if self.why is not None:
            self.why.retranslate()

    def stop(self) -> None:
        """The window closes."""
        self._timer.stop()
        if self.page.page is not None:
            self.page.page.stop()
        if self.why is not None:
            self.why.stop()

    # The page

    def _make(self) -> "AdvicePage":
        from advisor.ui.advice.page import AdvicePage

        page = AdvicePage(self._state, self._work)
        page.wanted.connect(self.do)
        page.asked.connect(self.ask)
        details = self._rooms.details
        if details.error is not None:
            page.show_error(details.error)
        else:
            page.show_advice(details.advice)
        return page

    def show_advice(self, place: str = "") -> None:
        """Turn to the page, at a section ("upgrades") or an item ("upgrades/2")."""
        self._rooms.pages.show_page("advice")
        page = self.page.get()
        page.setFocus()
        if place:
            page.go_to(place)

    def _wait(self) -> None:
        if self.page.page is not None:
            self.page.page.wait()

    def _known(self, advice: object) -> None:
        if self.page.page is not None:
            self.page.page.show_advice(advice)  # type: ignore[arg-type]

    def _unknown(self, error: Exception) -> None:
        if self.page.page is not None:
            self.page.page.show_error(error)

    # What a click does

    def do(self, act: object) -> None:
        """Show a cell, turn knobs, or show the machine with an upgrade."""
        from advisor.ui.advice.items import Build, Select, Turn

        match act:
            case Select():
                self._show_cell(act.model, act.method)
            case Turn():
                self._state.change(**act.changes)
                self._show_cell(act.model, act.method)
            case Build():
                self._build(act.upgrade)

    def _show_cell(self, model: Model, method: Method) -> None:
        rooms = self._rooms
        rooms.pages.show_page("models")
        if model not in rooms.matrix.model.rows:
            rooms.matrix.show_model(model)  # a filter hides it
        rooms.matrix.select(model, as_column(method))
        rooms.matrix.view.setFocus()

    def _build(self, upgrade: "Upgrade") -> None:
        machine = self._state.machine
        if machine is None:
            return

        def built() -> Machine | None:
            from advisor.advice.upgrades import with_upgrade

            return with_upgrade(machine, upgrade)

        def show(found: Machine | None) -> None:
            if found is not None and self._state.machine is machine:
                self._state.show_machine(found, self._name(machine, upgrade))

        self._work.run(built, show, self._rooms.actions.failed)

    def _name(self, machine: Machine, upgrade: "Upgrade") -> str:
        _, values = self._state.tr_, upgrade.values
        if upgrade.code == "named_computer":
            return str(values["name"])
        ram = values.get("to_bytes")
        count = values.get("count", 1)
        gpu = values.get("gpu")
        wish = Wish(
            None if gpu is None else str(gpu), int(str(count)), None, None if ram is None else int(str(ram)) / 2**30
        )
        if upgrade.code == "other_computer":
            return wish_name(_, wish)
        return " + ".join((self._state.what_if or texts.machine_name(_, machine), wish_name(_, wish)))

    # Why?

    def ask(self, topic: object) -> None:
        """Open the page of a Topic."""
        from advisor.ui.why.window import WhyWindow

        if not isinstance(topic, Topic) or self._state.machine is None:
            return
        if self.why is None:
            self.why = WhyWindow(self._state, self._page, self._window)
        self.why.ask(topic)

    def _page(self, topic: Topic) -> "Page | None":
        from advisor.ui.why.book import Context, build

        machine = self._state.machine
        if machine is None:
            return None
        return build(Context(self._state.tr_, machine, self._state.workload, self._estimate), topic)

    def _estimate(self, model: Model, column: Column) -> "Estimate | None":
        return self._rooms.cells.get(model, column)

    def _selection(self) -> None:
        if self.why is not None and self._state.model is not None:
            self.why.selection((self._state.model, self._state.column))

    def _again(self) -> None:
        if self.why is not None:
            self.why.again()
