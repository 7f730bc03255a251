"""What can be asked of the comparison, by key; selecting two to four cells of the matrix chooses what is compared."""

from collections.abc import Callable

from advisor.i18n import N_, Translator
from advisor.ui.base.commands import Commands
from advisor.ui.base.state import State
from advisor.ui.compare.picks import MOST, Picks
from advisor.ui.matrix.selection import Selection


class Choosing:
    """Keeps the picks in step with the selection: two to four selected cells are compared, a single one is added."""

    def __init__(
        self, state: State, picks: Picks, selection: Selection, show: Callable[[], None], tell: Callable[[str], None]
    ) -> None:
        self._state, self._picks, self._selection = state, picks, selection
        self._show, self._tell = show, tell
        self._told = False
        selection.changed.connect(self.follow)

    def follow(self) -> None:
        """Several cells are selected: they are what is compared, the page says so at once."""
        _, count = self._state.tr_, len(self._selection.cells)
        if 2 <= count <= MOST:
            self._picks.choose(self._selection.cells)
            self._tell(compare_hint(_, count))
        elif count > MOST and not self._told:
            self._tell(_("Up to four cells can be compared; copying takes all that are selected"))
        self._told = count > MOST

    def compare(self) -> None:
        """Show the comparison of what is selected."""
        _, cells = self._state.tr_, self._selection.cells
        if len(cells) > 1:
            self._picks.choose(cells)
            if len(cells) > MOST:
                self._tell(_("Up to four cells can be compared: these are the first four"))
        elif cells and not self._picks.add(cells[0]):
            self._tell(_("Up to four cells can be compared: take one out first"))
        self._show()


def compare_hint(_: Translator, count: int) -> str:
    """What can be done with several selected cells."""
    return _("{count} cells selected: Ctrl+B compares them, Ctrl+C copies them", count=_.integer(count))


def register(commands: Commands, choosing: Choosing, picks: Picks) -> None:
    """Add the comparison's commands."""
    commands.add(
        "matrix.compare", N_("Com&pare"), choosing.compare, shortcut="Ctrl+B",
        hint=N_("The selected cells side by side, up to four; a single one joins those that are compared (Ctrl+B)"),
    )  # fmt: skip
    clear = commands.add("compare.clear", N_("Clear the comparison"), lambda: picks.choose(()))
    clear.setEnabled(False)
    picks.changed.connect(lambda: clear.setEnabled(bool(picks.cells)))
