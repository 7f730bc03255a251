"""The comparison as a table for Qt: facts down, cells across; row 0 is the cells' names, column 0 the facts' titles."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget

from advisor.ui.compare.facts import Compared, Fact
from advisor.ui.look.widgets import hint

Index = QModelIndex | QPersistentModelIndex
HEAD = 0  # the row of names and buttons


class FactsModel(QAbstractTableModel):
    """Row 0 is the cells' names; the others are facts. Column 0 is their titles."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.facts: tuple[Fact, ...] = ()
        self.cells: tuple[Compared, ...] = ()

    def show_facts(self, cells: Sequence[Compared], facts: Sequence[Fact]) -> bool:
        """Show these; says whether rows or columns came, went or moved, so that the widgets in it must be set again."""
        shape = [[cell[:2] for cell in one] for one in (self.cells, cells)]
        titles = [[(fact.title, tall(fact)) for fact in one] for one in (self.facts, facts)]
        if shape[0] == shape[1] and titles[0] == titles[1]:
            before, self.facts, self.cells = self.facts, tuple(facts), tuple(cells)
            for row, (old, new) in enumerate(zip(before, self.facts, strict=True), 1):
                if old != new:  # most knobs move a few rows only, and a frame has 16 ms for the whole window
                    self.dataChanged.emit(self.index(row, 1), self.index(row, self.columnCount() - 1))
            return False
        self.beginResetModel()
        self.facts, self.cells = tuple(facts), tuple(cells)
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The names and the facts."""
        return 0 if parent.isValid() or not self.cells else 1 + len(self.facts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The titles and the cells."""
        return 0 if parent.isValid() or not self.cells else 1 + len(self.cells)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts for screen readers and tool tips; the delegate paints from `facts`."""
        if not index.isValid():
            return None
        if index.row() == HEAD:
            cell = self.cells[index.column() - 1] if index.column() else None
            texts = (f"{cell.name} · {cell.heading}" if cell else "",) * 2
        elif not index.column():
            texts = (self.facts[index.row() - 1].title,) * 2
        else:
            fact = self.facts[index.row() - 1]
            value = fact.values[index.column() - 1]
            texts = (
                " ".join(filter(None, (value.text, value.note))),
                value.tip or f"{value.text}\n{value.note}".strip(),
            )
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return texts[0]
        return hint(texts[1]) if role == Qt.ItemDataRole.ToolTipRole else None


def tall(fact: Fact) -> bool:
    """Whether a row needs a second line."""
    return any(value.note for value in fact.values)
