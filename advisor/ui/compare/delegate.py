"""Paints the comparison's titles and values, the difference from the first cell below each value."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.compare.facts import Fact
from advisor.ui.compare.model import HEAD, FactsModel, tall
from advisor.ui.look import shapes, theme

Index = QModelIndex | QPersistentModelIndex
PAD = 6
INDENT = 14
SWATCH = 8
CORNER = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class FactsDelegate(QStyledItemDelegate):
    """Paints titles and values; what all cells share is in the caption's colour."""

    def __init__(self, model: FactsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.colors: Palette = LIGHT
        self.corner = ""  # what stands above the titles where there is something to differ from
        self.set_font(parent.font())

    def set_font(self, font: QFont) -> None:
        """Measure again for this base font."""
        self._font = font
        self._strong = theme.scaled(font, 1.0)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._small = theme.scaled(font, theme.CAPTION)
        self.line, self.small_line = theme.line_height(font), theme.line_height(self._small)

    def height(self, row: int) -> int:
        """A row's pixels."""
        fact = self._model.facts[row - 1]
        return self.line + 4 + (self.small_line if tall(fact) else 0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line or two."""
        return QSize(80, self.line if index.row() == HEAD else self.height(index.row()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One field, with a frame where the keyboard is."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        if index.row() != HEAD:
            fact = self._model.facts[index.row() - 1]
            if index.column():
                self._value(painter, rect, fact, index.column() - 1)
            else:
                self._title(painter, rect, fact)
        elif not index.column() and len(self._model.cells) > 1:
            painter.setFont(self._small)
            painter.setPen(theme.color(self.colors.caption))
            painter.drawText(rect.adjusted(PAD, 2, -PAD, -6), CORNER, self.corner)
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        if state & QStyle.StateFlag.State_HasFocus:
            shapes.frame(painter, QRectF(rect), theme.color(self.colors.accent), 2)

    def _title(self, painter: QPainter, rect: QRect, fact: Fact) -> None:
        part = fact.kind == "part"
        left = PAD + (INDENT if part else 0)
        if fact.component:
            swatch = QRectF(rect.left() + PAD, rect.top() + 2 + (self.line - SWATCH) / 2, SWATCH, SWATCH)
            painter.fillRect(swatch, theme.color(self.colors.components[fact.component]))
        self._write(painter, rect.adjusted(left, 2, -2, 0), fact.title, self._font, self.colors.caption, self.line)
        if not part:
            painter.setPen(theme.color(self.colors.border))
            painter.drawLine(rect.topLeft(), rect.topRight())

    def _value(self, painter: QPainter, rect: QRect, fact: Fact, number: int) -> None:
        value, colors = fact.values[number], self.colors
        main = fact.kind != "part"
        if main:
            painter.setPen(theme.color(colors.border))
            painter.drawLine(rect.topLeft(), rect.topRight())
        ink = colors.caption if fact.same else colors.text
        if fact.kind == "verdict":
            ink = colors.verdicts[self._model.cells[number].estimate.verdict]
        inner = rect.adjusted(PAD, 2, -2, 0)
        font = self._strong if main and not fact.same else self._font
        self._write(painter, inner, value.text, font, ink, self.line)
        if value.note:
            ink = colors.caption if fact.kind == "verdict" else colors.text
            self._write(painter, inner.translated(0, self.line), value.note, self._small, ink, self.small_line)

    @staticmethod
    def _write(painter: QPainter, rect: QRect, text: str, font: QFont, ink: str, height: int) -> None:
        painter.setFont(font)
        painter.setPen(theme.color(ink))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(QRect(rect.left(), rect.top(), rect.width(), height), LEFT, shown)
