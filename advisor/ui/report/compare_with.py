"""Which machine a report is compared with: the same with other parts, or one from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt

from advisor.ui.base import tasks, texts
from advisor.ui.base.state import State
from advisor.ui.base.wish import Wish, wish_name
from advisor.ui.base.work import Job, Work
from advisor.ui.dialogs.basic import ErrorDialog, ask_for_machine
from advisor.ui.machines.swap_form import Offer, offer
from advisor.ui.machines.whatif import WhatIfDialog
from advisor.ui.report.page import ReportPage

if TYPE_CHECKING:
    from advisor.dumps import Loaded

T = TypeVar("T")


class CompareWith(QObject):
    """Answers what `page` asks for; lives as long as it does. What goes wrong is said before it."""

    def __init__(self, page: ReportPage, state: State, work: Work) -> None:
        super().__init__(page)
        self._page, self._state, self._work = page, state, work
        self._job: Job | None = None
        page.against.connect(self.ask)

    def ask(self, kind: str) -> None:
        """Ask for other "parts", or for a "file"."""
        if kind == "parts":
            machine = self._state.machine
            self._run(lambda: offer(machine), self._ask_parts)
        elif paths := ask_for_machine(self._state.tr_, self._page):
            self.files(*paths)

    def _ask_parts(self, offered: Offer) -> None:
        state = self._state
        wishes = WhatIfDialog(state.tr_, state.colors, state.machine, offered, self._page)
        wishes.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def grant(wish: Wish) -> None:
            wishes.accept()
            self.parts(wish)

        wishes.wanted.connect(grant)
        wishes.open()

    def parts(self, wish: Wish) -> None:
        """Compare the machine with itself after an upgrade."""
        base = self._state.machine
        if base is None or wish.empty:
            return
        _ = self._state.tr_
        name = " + ".join((self._page.machines[0][0], wish_name(_, wish)))
        self._run(lambda: tasks.assemble(base, wish), lambda changed: self._page.compare(name, changed))

    def files(self, *paths: str) -> None:
        """Compare with the machine saved in a file, or told of by dumps."""
        self._run(lambda: tasks.open_machine(*map(Path, paths)), self._show)

    def _show(self, loaded: Loaded) -> None:
        _ = self._state.tr_
        self._page.compare(texts.machine_name(_, loaded.machine, _("Another computer")), loaded.machine)

    def _run(self, function: Callable[[], T], done: Callable[[T], None]) -> None:
        """Work for the last wish only."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._work.run(function, done, self._failed)

    def _failed(self, error: Exception) -> None:
        box = ErrorDialog(self._state.tr_, error, self._page)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
