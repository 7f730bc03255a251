"""How the panes share the window: by its width and the size of its texts, until the user gives them other shares."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSplitter

from advisor.ui.base.state import State
from advisor.ui.shell import place

WIDTHS = (196, 850, 300)
NARROW = 1200  # a 1366 screen at 125 %: the gauges stand in one column then, and the matrix keeps its six
NARROW_WIDTHS = (124, 674, 262)
AROUND = 32  # of the window's width, what is no pane's: its margins, and the handles between the panes
HEIGHTS = (330, 300)
_WIDEST = 1.4  # of the side panes' usual width: larger texts must leave the matrix the most


class Panes(QObject):
    """Gauges, pages and settings side by side in `across`; settings above memory in `right`."""

    def __init__(self, across: QSplitter, right: QSplitter, state: State, changed: Callable[[], None]) -> None:
        super().__init__(across)
        self.splitters = (across, right)
        self._across, self._state = across, state
        self._narrow = False
        self._percent = state.choices.text_percent
        self._moved_ever = False
        kept = state.choices.splitters
        right.setSizes(HEIGHTS)
        self._share()
        if place.restore_shares(self.splitters, kept):
            self._narrow = sum(kept[0]) + AROUND < NARROW
            self._moved_ever = True
        for splitter in self.splitters:
            splitter.splitterMoved.connect(self._moved)
        self._changed = changed
        state.choices_changed.connect(self._choices_changed)

    def fit(self, width: int) -> None:
        """The window is `width` pixels wide: between wide and narrow the shares change."""
        narrow = width < NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            self._share()

    def shares(self) -> tuple[tuple[int, ...], ...]:
        """What is worth keeping: the panes' pixels, where the user has set them."""
        return place.shares(self.splitters) if self._moved_ever else ()

    def _moved(self) -> None:
        self._moved_ever = True
        self._changed()

    def _choices_changed(self) -> None:
        if self._state.choices.text_percent != self._percent:
            self._percent = self._state.choices.text_percent
            self._share()

    def _share(self) -> None:
        left, middle, right = NARROW_WIDTHS if self._narrow else WIDTHS
        factor = min(self._percent / 100, _WIDEST)
        sides = round(left * factor), round(right * factor)
        self._across.setSizes((sides[0], left + middle + right - sum(sides), sides[1]))
