"""The page "Compare": two to four cells of the matrix side by side, live with the knobs while it is seen."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from advisor import words
from advisor.catalog.model import Model
from advisor.estimator.result import COMPONENTS, Estimate
from advisor.i18n import Translator
from advisor.ui.base import texts
from advisor.ui.base.state import State
from advisor.ui.compare import written
from advisor.ui.compare.bars import Bar, Bars, Limit
from advisor.ui.compare.facts import EMPTY, Compared, Fact, facts
from advisor.ui.compare.picks import Picks
from advisor.ui.compare.table import FactsView
from advisor.ui.look import theme
from advisor.ui.look.widgets import Card, ElidedLabel, caption
from advisor.ui.matrix.cells import Cells
from advisor.ui.matrix.copying import to_clipboard


class ComparePage(Card):
    """Bars on one scale above a table of facts."""

    asked = Signal(object, object)  # why? of a model and a column
    entered = Signal(object, object)  # the model and column that the user went to
    told = Signal(str)

    def __init__(self, state: State, cells: Cells, parameters: Callable[[Model], int], picks: Picks) -> None:
        super().__init__()
        self._state, self._cells, self._parameters, self.picks = state, cells, parameters, picks
        self._stale = False
        self.empty = QLabel()
        self.bars = Bars()
        self.table = FactsView(self._head)
        self.only_differences = QCheckBox()
        self.copies, self.clear = QToolButton(), QPushButton()
        self.as_table, self.markdown, self.plain = QAction(self), QAction(self), QAction(self)
        self.said = caption(wrap=True)
        self._arrange()
        self._wire()
        self.retranslate()

    def _arrange(self) -> None:
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setObjectName("caption")
        menu = QMenu(self.copies)
        menu.addActions([self.as_table, self.markdown, self.plain])
        self.copies.setMenu(menu)
        self.copies.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.copies.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.only_differences)
        bar.addStretch(1)
        for button in (self.copies, self.clear):
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(bar)
        layout.addWidget(self.bars)
        layout.addWidget(self.said)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.empty, 1)

    def _wire(self) -> None:
        self.table.removed.connect(self.picks.remove)
        self.table.moved.connect(self.move_pick)
        self.table.asked.connect(lambda number: self.asked.emit(*self.picks.cells[number]))
        self.table.entered_cell.connect(lambda number: self.entered.emit(*self.picks.cells[number]))
        self.table.copied.connect(self.copy_table)
        self.only_differences.toggled.connect(lambda _on: self.refresh())
        self.clear.clicked.connect(lambda: self.picks.choose(()))
        self.picks.changed.connect(self.refresh)
        self.as_table.triggered.connect(self.copy_table)
        self.markdown.triggered.connect(lambda: self.copy(written.markdown))
        self.plain.triggered.connect(lambda: self.copy(written.plain))
        for signal in (self._state.workload_changed, self._state.machine_changed, self._state.theme_changed):
            signal.connect(self.refresh)

    def retranslate(self) -> None:
        """All texts again."""
        _ = self._state.tr_
        self.empty.setText(_(EMPTY))
        self.only_differences.setText(_("Only what &differs"))
        self.copies.setText(_("C&opy"))
        self.as_table.setText(_("As a &table (Ctrl+C)"))
        self.markdown.setText(_("As &Markdown"))
        self.plain.setText(_("As te&xt"))
        self.clear.setText(_("Clea&r"))
        self.clear.setToolTip(_("Compare nothing any more"))
        self.bars.setAccessibleName(_("Memory of the compared cells, on one scale"))
        self.table.setAccessibleName(_("Compared cells"))
        self.said.setText(_("Add another cell: select it in the models' table and press Ctrl+B."))
        self.table.delegate.corner = _("Differences are from the first")
        self.refresh()

    def move_pick(self, number: int, by: int) -> None:
        """Move a cell to the left or the right; the keyboard goes with it."""
        row = max(1, self.table.currentIndex().row())
        if self.picks.move(number, by):
            self.table.setCurrentIndex(self.table.facts.index(row, number + by + 1))

    def compared(self) -> list[Compared]:
        """The cells with their estimates; without a machine none."""
        _, found = self._state.tr_, []
        for model, column in self.picks.cells:
            estimate = self._cells.get(model, column)
            if estimate is not None:
                heading = column.heading(_, self._state.workload)
                found.append(Compared(model.name, heading, estimate))
        return found

    def facts(self, cells: Sequence[Compared]) -> list[Fact]:
        """The rows that are shown."""
        found = facts(self._state.tr_, cells, lambda estimate: self._parameters(estimate.model))
        if self.only_differences.isChecked() and len(cells) > 1:
            found = [fact for fact in found if not fact.same]
        return found

    def refresh(self) -> None:
        """Show the answers of now; while nobody sees the page it only remembers that it must."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        _, colors = self._state.tr_, self._state.colors
        cells = self.compared()
        rows = self.facts(cells)
        self.table.show_facts(cells, rows, colors)
        self.bars.show_bars([_bar(_, cell) for cell in cells], limits(_, [cell.estimate for cell in cells]), colors)
        for widget in (self.table, self.bars):
            widget.setVisible(bool(cells))
        self.said.setVisible(len(cells) == 1)
        self.empty.setVisible(not cells)
        for button in (self.copies, self.clear, self.only_differences):
            button.setVisible(bool(cells))

    def showEvent(self, event: QShowEvent) -> None:
        """Seen again: whatever changed meanwhile is shown now."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def copy(self, write: Callable[[Translator, Sequence[Compared], Sequence[Fact]], str]) -> None:
        """Put the comparison on the clipboard as `write` writes it."""
        cells = self.compared()
        if cells:
            QGuiApplication.clipboard().setText(write(self._state.tr_, cells, self.facts(cells)))
            self.told.emit(self._state.tr_("The comparison was copied"))

    def copy_table(self) -> None:
        """Put the comparison on the clipboard as a spreadsheet takes it."""
        cells = self.compared()
        if cells:
            to_clipboard(written.rows(self._state.tr_, cells, self.facts(cells)))
            self.told.emit(self._state.tr_("The comparison was copied"))

    def _head(self, number: int) -> QWidget:
        """A cell's name with its buttons."""
        _, cell = self._state.tr_, self.table.facts.cells[number]
        head = QFrame()
        name, heading = ElidedLabel(), ElidedLabel()
        name.setFont(theme.scaled(self.font(), 1.0, bold=True))
        heading.setObjectName("caption")
        name.setText(cell.name)
        heading.setText(cell.heading)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        last = len(self.table.facts.cells) - 1
        for sign, title, run, able in (
            ("◀", _("Move {cell} to the left", cell=cell.name), lambda: self.move_pick(number, -1), number > 0),
            ("▶", _("Move {cell} to the right", cell=cell.name), lambda: self.move_pick(number, 1), number < last),
            ("✕", _("Take {cell} out of the comparison", cell=cell.name), lambda: self.picks.remove(number), True),
        ):
            buttons.addWidget(_button(sign, title, run, able))
        buttons.addStretch(1)
        layout = QVBoxLayout(head)
        layout.setContentsMargins(6, 2, 2, 4)
        layout.setSpacing(1)
        layout.addWidget(name)
        layout.addWidget(heading)
        layout.addLayout(buttons)
        return head


def _button(sign: str, title: str, run: Callable[[], None], able: bool) -> QToolButton:
    button = QToolButton()
    button.setObjectName("link")
    button.setText(sign)
    button.setToolTip(title)
    button.setAccessibleName(title)
    button.setEnabled(able)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    # Queued: the button is gone when the table is furnished anew.
    button.clicked.connect(run, Qt.ConnectionType.QueuedConnection)
    return button


def _bar(_: Translator, cell: Compared) -> Bar:
    label, memory = f"{cell.name} · {cell.heading}", cell.estimate.memory
    if memory is None:
        return Bar(label, (), 0, 0, texts.verdict(_, cell.estimate))
    parts = sorted((part for part in memory.components if part.bytes), key=lambda part: COMPONENTS.index(part.name))
    sizes = tuple((part.name, float(part.bytes)) for part in parts)
    return Bar(label, sizes, memory.low, memory.high, _.gib(memory.total))


def limits(_: Translator, estimates: Sequence[Estimate]) -> list[Limit]:
    """What is free on each device that one of the estimates uses, each once."""
    found: dict[str, float] = {}
    for estimate in estimates:
        for place in estimate.placements:
            if place.available is not None:
                found[place.device] = float(place.available)
    return [
        Limit(_("{device}: {size} free", device=words.device(_, device), size=_.gib(size)), size)
        for device, size in sorted(found.items())
    ]
