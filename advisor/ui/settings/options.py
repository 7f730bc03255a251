"""The list of a choice: each option with what it would cost on the right, those ruled out greyed with their reason."""

from typing import NamedTuple

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from advisor.ui.look import theme

FIGURE = Qt.ItemDataRole.UserRole + 1
_FLAGS = Qt.ItemDataRole.UserRole - 1  # where a QStandardItem keeps its flags; nothing there means the usual ones
GAP = 16
EDGE = 6
PADDING = 6  # above and below together


class Note(NamedTuple):
    """What stands beside an option, what its tip says, and whether it can be chosen."""

    figure: str = ""
    tip: str = ""
    possible: bool = True


def annotate(model: QAbstractItemModel, index: QModelIndex, note: Note) -> None:
    """Give an option its note; nothing is touched where it has it already."""
    for role, value in (
        (FIGURE, note.figure),
        (Qt.ItemDataRole.ToolTipRole, note.tip),
        (Qt.ItemDataRole.AccessibleDescriptionRole, note.tip),
    ):
        if index.data(role) != value:
            model.setData(index, value, role)
    # Never by the QStandardItem itself: Qt deletes items without telling Python, whose hold on one would then be taken
    # for whatever comes to lie at its address, an event for example, and its first call ends the program.
    if bool(model.flags(index) & Qt.ItemFlag.ItemIsEnabled) != note.possible:
        model.setData(index, None if note.possible else 0, _FLAGS)


class OptionDelegate(QStyledItemDelegate):
    """Paints the figure at the right of an option, in the caption's size."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The option as the style paints it, and its figure."""
        super().paint(painter, option, index)
        figure = index.data(FIGURE)
        if not figure:
            return
        state, palette = option.state, option.palette  # type: ignore[attr-defined]
        group = QPalette.ColorGroup.Active if state & QStyle.StateFlag.State_Enabled else QPalette.ColorGroup.Disabled
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.PlaceholderText
        painter.save()
        painter.setPen(palette.color(group, role))
        painter.setFont(theme.scaled(option.font, theme.CAPTION))  # type: ignore[attr-defined]
        area = option.rect.adjusted(0, 0, -EDGE, 0)  # type: ignore[attr-defined]
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, figure)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Room for the option and its figure."""
        size = super().sizeHint(option, index)
        size.setHeight(theme.line_height(option.font) + PADDING)  # type: ignore[attr-defined]
        figure = index.data(FIGURE)
        if figure:
            metrics = option.fontMetrics  # type: ignore[attr-defined]
            size.setWidth(size.width() + GAP + metrics.horizontalAdvance(figure) + EDGE)
        return size
