"""Paints the matrix's cells: ground and symbol by verdict, memory on the first line, speed or time on the second."""

from math import ceil

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStaticText
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from advisor.estimator.result import Estimate
from advisor.palette import Palette
from advisor.ui.base import texts
from advisor.ui.base.own_text import origin_text
from advisor.ui.base.state import State
from advisor.ui.look import shapes, theme
from advisor.ui.matrix.model import FIRST_METHOD, NAME, MatrixModel

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
PAD = 6
OWN_BAR = 3  # the mark at the left of the user's own models
MARK = 10  # from the cell's left edge to the middle of its symbol
_CELL_TEXTS_KEPT = 20_000
_LAYOUTS_KEPT = 4000


class MatrixDelegate(QStyledItemDelegate):
    """One painter for all columns. It keeps fonts and finished texts, because a repaint has 16 ms."""

    def __init__(self, state: State, model: MatrixModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self._model = model
        self._texts: dict[int, tuple[Estimate, texts.CellText]] = {}
        self.set_font(parent.font())

    def set_font(self, font: QFont) -> None:
        """Measure again for this base font."""
        self._font = font
        self._strong = theme.scaled(font, 1.0)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._small = theme.scaled(font, theme.CAPTION)
        self._slanted = QFont(self._small)
        self._slanted.setItalic(True)
        self._metrics = QFontMetrics(font)
        self._strong_metrics = QFontMetrics(self._strong)
        self._small_metrics = QFontMetrics(self._small)
        self._line = theme.line_height(font)
        self._small_line = theme.line_height(self._small)
        self._unit_widths: dict[str, int] = {}
        self._layouts: dict[tuple[str, int], tuple[QStaticText, int, int]] = {}
        # "0.888 GiB" with its symbol, and the longest word of the second line.
        first = MARK + 9 + self._metrics.horizontalAdvance("0.888") + self._unit_width("GiB") + PAD
        self.least_width = max(first, self._small_metrics.horizontalAdvance("does not fit") + PAD + 4)
        self.row_height = self._line + self._small_line + 4

    def forget(self) -> None:
        """Texts are in another language now."""
        self._texts.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines of text."""
        return QSize(self.least_width, self.row_height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell; the selected one gets an accent frame, a dashed one without the focus."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        colors = self._state.colors
        if index.column() >= FIRST_METHOD:
            self._method_cell(painter, rect, index, colors)
        elif index.column() == NAME:
            self._name_cell(painter, rect, index.row(), colors)
        else:
            self._size_cell(painter, rect, index.row(), colors)
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        if state & QStyle.StateFlag.State_Selected:
            shapes.frame(painter, QRectF(rect), theme.color(colors.accent), 2)

    def _method_cell(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, colors: Palette
    ) -> None:
        estimate = self._model.estimate(index.row(), index.column())
        if estimate is None:
            painter.setFont(self._small)
            painter.setPen(theme.color(colors.disabled))
            painter.drawText(rect.adjusted(0, 0, -PAD, 0), RIGHT, "…")
            return
        ground = theme.color(colors.grounds[estimate.verdict])
        box = rect.adjusted(1, 1, -1, -1)
        painter.fillRect(box, ground)
        if estimate.verdict == "unknown":
            shapes.hatch(painter, QRectF(box), theme.color(colors.border))
        top = rect.top() + 3
        ink = colors.verdicts[estimate.verdict]
        shapes.mark(painter, estimate.verdict, rect.left() + MARK, top + self._line // 2, ink)
        self._figure(painter, rect, top, self._cell_text(estimate), estimate, colors)

    def _figure(
        self, painter: QPainter, rect: QRect, top: int, cell: texts.CellText, estimate: Estimate, colors: Palette
    ) -> None:
        caption = theme.color(colors.caption)
        faint = estimate.verdict == "no"
        right, low = rect.right() - PAD, top + self._line
        painter.setFont(self._small)
        painter.setPen(caption)
        self._write(painter, right, top, self._line, cell.unit, self._small)
        second = self._small
        if texts.unrealistic(estimate):
            second = self._slanted
            painter.setFont(second)
            painter.setPen(theme.color(colors.verdicts["no"]))
        self._write(painter, right, low, self._small_line, cell.second, second)
        painter.setFont(self._font)
        painter.setPen(caption if faint else theme.color(colors.text))
        self._write(painter, right - self._unit_width(cell.unit), top, self._line, cell.figure, self._font)

    def _write(self, painter: QPainter, right: int, top: int, height: int, text: str, font: QFont) -> None:
        """Write `text` so that it ends at `right`; its layout is kept, for most texts return at the next turn."""
        key = (text, id(font))  # one of this painter's three, which outlive their layouts
        known = self._layouts.get(key)
        if known is None:
            if len(self._layouts) > _LAYOUTS_KEPT:
                self._layouts.clear()
            layout = QStaticText(text)
            layout.setTextFormat(Qt.TextFormat.PlainText)
            layout.prepare(font=font)
            size = layout.size()
            known = self._layouts[key] = (layout, ceil(size.width()), ceil(size.height()))
        painter.drawStaticText(right - known[1], top + (height - known[2]) // 2, known[0])

    def _name_cell(self, painter: QPainter, rect: QRect, row: int, colors: Palette) -> None:
        model = self._model.rows[row]
        width = rect.width() - 2 * PAD
        top = rect.top() + 3
        painter.setFont(self._strong)
        painter.setPen(theme.color(colors.text))
        name = self._strong_metrics.elidedText(model.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRect(rect.left() + PAD, top, width, self._line), LEFT, name)
        painter.setFont(self._small)
        painter.setPen(theme.color(colors.caption))
        below = QRect(rect.left() + PAD, top + self._line, width, self._small_line)
        size = self._state.tr_.parameters(self._model.parameters(model) or None) if self._model.compact else ""
        program = self._state.own_models.get(model)
        if program is None:
            parts = [size, model.family, self._state.tr_(texts.KINDS.get(model.kind, model.kind))]
        else:
            parts = [size, origin_text(self._state.tr_, model, program)]
            painter.fillRect(rect.left(), rect.top() + 2, OWN_BAR, rect.height() - 4, theme.color(colors.accent))
        text = " · ".join(filter(None, parts))
        painter.drawText(below, LEFT, self._small_metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))

    def _size_cell(self, painter: QPainter, rect: QRect, row: int, colors: Palette) -> None:
        painter.setFont(self._font)
        painter.setPen(theme.color(colors.text))
        text = self._state.tr_.parameters(self._model.parameters(self._model.rows[row]) or None)
        painter.drawText(QRect(rect.left(), rect.top() + 3, rect.width() - PAD, self._line), RIGHT, text)

    def _cell_text(self, estimate: Estimate) -> texts.CellText:
        known = self._texts.get(id(estimate))
        if known is None or known[0] is not estimate:
            if len(self._texts) > _CELL_TEXTS_KEPT:
                self._texts.clear()
            known = self._texts[id(estimate)] = (estimate, texts.cell(self._state.tr_, estimate))
        return known[1]

    def _unit_width(self, unit: str) -> int:
        width = self._unit_widths.get(unit)
        if width is None:
            width = self._unit_widths[unit] = self._small_metrics.horizontalAdvance(unit) + 3
        return width
