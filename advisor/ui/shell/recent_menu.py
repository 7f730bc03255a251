"""File > Open recent: the files opened last; one that is gone says so and leaves the list."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from advisor.errors import UserError
from advisor.i18n import N_
from advisor.ui.actions import Actions
from advisor.ui.base import recent
from advisor.ui.base.state import State
from advisor.ui.base.work import Work
from advisor.ui.look.widgets import hint
from advisor.ui.own_models import OwnModels

GONE = N_("{path}: not there any more; it has left the list of recent files")


class RecentMenu(QObject):
    """Fills its menu anew whenever the list or the language changes."""

    def __init__(self, menu: QMenu, state: State, work: Work, own_models: OwnModels, actions: Actions) -> None:
        super().__init__(menu)
        self._menu, self._state, self._work = menu, state, work
        self._own_models, self._actions = own_models, actions
        self._shown: tuple[str, ...] | None = None
        state.choices_changed.connect(self._follow)
        state.language_changed.connect(self._fill)
        self._fill()

    def _follow(self) -> None:
        if self._state.choices.recent != self._shown:
            self._fill()

    def _fill(self) -> None:
        _ = self._state.tr_
        self._shown = self._state.choices.recent
        self._menu.clear()
        self._menu.menuAction().setEnabled(bool(self._shown))
        for number, (one, label) in enumerate(zip(self._shown, recent.labels(self._shown), strict=True), 1):
            key = f"&{number} " if number < recent.MOST else ""  # "&10" would be a second 1
            action = self._add(key + label.replace("&", "&&"), partial(self.open, one))
            action.setToolTip(hint("\n".join(recent.paths_of(one))))
        self._menu.addSeparator()
        self._add(_("&Clear this list"), lambda: self._state.keep(recent=()))

    def _add(self, text: str, run: Callable[[], None]) -> QAction:
        action = QAction(text, self._menu)
        # Queued: the menu is filled anew by what its actions do, and must be closed first.
        action.triggered.connect(lambda _checked=False: run(), Qt.ConnectionType.QueuedConnection)
        self._menu.addAction(action)
        return action

    def open(self, entry: str) -> None:
        """Open an entry as if it was dropped. Whether they are there, a slow drive may take long to say."""
        paths = recent.paths_of(entry)

        def go_on(gone: str | None) -> None:
            if gone is None:
                self._own_models.drop(*paths)
                return
            self._state.keep(recent=recent.removed(self._state.choices.recent, entry))
            self._actions.failed(UserError(GONE, path=gone))

        self._work.run(lambda: first_gone(paths), go_on, self._actions.failed)


def first_gone(paths: Sequence[str]) -> str | None:
    """The first of these files that is not there any more."""
    return next((path for path in paths if not Path(path).exists()), None)
