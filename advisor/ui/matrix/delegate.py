"""Paints the matrix's cells: ground and symbol by verdict, the chosen figure first, the others on the second line."""

from math import ceil

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStaticText
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.palette import Palette
from advisor.ui.base import texts
from advisor.ui.base.columns import Column
from advisor.ui.base.own_text import origin_text
from advisor.ui.base.state import State
from advisor.ui.look import shapes, theme
from advisor.ui.matrix import names, words
from advisor.ui.matrix.groups import Group
from advisor.ui.matrix.model import FIRST_METHOD, NAME, MatrixModel
from advisor.ui.matrix.shapes import CHEVRON, STAR, change_mark, draw

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
PAD = 6
OWN_BAR = 3  # the mark at the left of the user's own models
MARK = 10  # from the cell's left edge to the middle of its symbol
STAR_SIDE = 14
SAME = N_("the same")  # as in the first column that runs it
PICK = N_("pick")  # the advice suggests this model
GROUP_INDENT = 8
_CELL_TEXTS_KEPT = 2000  # each keeps its estimate alive, some 3 KB
_LAYOUTS_KEPT = 1000


class MatrixDelegate(QStyledItemDelegate):
    """One painter for all columns. It keeps fonts and finished texts, because a repaint has 16 ms."""

    def __init__(self, state: State, model: MatrixModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self._model = model
        self._texts: dict[int, tuple[Estimate, texts.CellText]] = {}
        self.hovered = -1  # the row below the mouse: its star is offered
        self.set_font(parent.font())

    @property
    def font(self) -> QFont:
        """The base font that was measured."""
        return self._font

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
        self._names: dict[tuple[str, int], str] = {}
        self._cut: dict[tuple[str, int], str] = {}
        # "0.888 GiB" with its symbol, and the longest word of the second line.
        first = MARK + 9 + self._metrics.horizontalAdvance("0.888") + self._unit_width("GiB") + PAD
        self.least_width = max(first, self._small_metrics.horizontalAdvance("does not fit") + PAD + 4)
        self.row_height = self._line + self._small_line + 4

    def forget(self) -> None:
        """Texts are in another language now, or show another figure."""
        self._texts.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines of text."""
        return QSize(self.least_width, self.row_height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell; the selected one gets an accent frame, a thin one without the focus."""
        rect: QRect = option.rect  # type: ignore[attr-defined]
        colors = self._state.colors
        line, column = self._model.lines[index.row()], self._model.column(index.column())
        if isinstance(line, Group):
            self._group_cell(painter, rect, line, index.column(), colors)
        elif column is not None:
            self._method_cell(painter, rect, line, column, colors)
        elif index.column() == NAME:
            self._name_cell(painter, rect, index.row(), line, colors)
        else:
            self._size_cell(painter, rect, line, colors)
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        if state & QStyle.StateFlag.State_Selected:
            widget: QWidget = option.widget  # type: ignore[attr-defined]
            shapes.frame(painter, QRectF(rect), theme.color(colors.accent), 2 if widget.hasFocus() else 1)
        elif state & QStyle.StateFlag.State_HasFocus:  # walked to with Ctrl, to be picked by Ctrl+Space
            shapes.frame(painter, QRectF(rect), theme.color(colors.text), 1, dashed=True)

    def _group_cell(self, painter: QPainter, rect: QRect, group: Group, section: int, colors: Palette) -> None:
        painter.fillRect(rect.adjusted(0, 1, 0, -1), theme.color(colors.window))
        _, top = self._state.tr_, rect.top() + 3
        if section == NAME:
            closed = self._model.is_closed(group)
            middle = rect.top() + rect.height() // 2
            draw(painter, CHEVRON[closed], rect.left() + PAD + 4, middle, colors.caption)
            left, width = rect.left() + PAD + 14, rect.width() - PAD - 14
            painter.setFont(self._strong)
            painter.setPen(theme.color(colors.text))
            title = theme.elide(self._strong_metrics, words.group_title(_, group), width)
            painter.drawText(QRect(left, top, width, self._line), LEFT, title)
            painter.setFont(self._small)
            painter.setPen(theme.color(colors.caption))
            below = QRect(left, top + self._line, width, self._small_line)
            painter.drawText(below, LEFT, _("{count} models", count=len(group.models)))
        elif section >= FIRST_METHOD:
            count = self._model.group_count(group, self._model.columns[section - FIRST_METHOD])
            painter.setFont(self._small)
            painter.setPen(theme.color(colors.text if count else colors.caption))
            text = words.group_count(_, count, group)
            self._write(painter, rect.right() - PAD, rect.top(), rect.height(), text, self._small)

    def _method_cell(self, painter: QPainter, rect: QRect, model: Model, column: Column, colors: Palette) -> None:
        estimate = self._model.estimate_of(model, column)
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
        if self._model.change is not None:
            change = self._model.change(model, column)
            if change is not None:
                change_mark(painter, change == "better", rect.left() + MARK, top + self._line, self._small_line, ink)
        if self._model.says_the_same(model, column, estimate):
            painter.setFont(self._small)
            painter.setPen(theme.color(colors.caption))
            self._write(painter, rect.right() - PAD, top, self._line, self._state.tr_(SAME), self._small)
        else:
            self._figure(painter, rect, top, self._cell_text(estimate), estimate, colors)

    def _figure(
        self, painter: QPainter, rect: QRect, top: int, cell: texts.CellText, estimate: Estimate, colors: Palette
    ) -> None:
        _, caption = self._state.tr_, theme.color(colors.caption)
        faint = estimate.verdict == "no"
        right, low = rect.right() - PAD, top + self._line
        unit = self._unit_width(cell.unit)
        room = right - rect.left() - 2 * MARK
        if cell.unit == _("tok/s") and unit + self._metrics.horizontalAdvance(cell.figure) > room:
            unit = 0  # the switch above the table says what is shown
        else:
            painter.setFont(self._small)
            painter.setPen(caption)
            self._write(painter, right, top, self._line, cell.unit, self._small)
        second = self._small
        if texts.unrealistic(estimate):
            second = self._slanted
            painter.setFont(second)
            painter.setPen(theme.color(colors.verdicts["no"]))
        said = self.second_in(cell, rect.width() - PAD - 4)
        self._write(painter, right, low, self._small_line, said, second)
        painter.setFont(self._font)
        painter.setPen(caption if faint else theme.color(colors.text))
        self._write(painter, right - unit, top, self._line, cell.figure, self._font)

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

    def second_in(self, cell: texts.CellText, width: int) -> str:
        """A cell's second line in at most `width` pixels; the hint says it whole."""
        if cell.wide and self._fits(cell.wide, width):
            return cell.wide
        if self._fits(cell.second, width):
            return cell.second
        key = (cell.second, width)
        known = self._cut.get(key)
        if known is None:
            if len(self._cut) > _LAYOUTS_KEPT:
                self._cut.clear()
            known = self._cut[key] = self._small_metrics.elidedText(cell.second, Qt.TextElideMode.ElideRight, width)
        return known

    def _fits(self, text: str, width: int) -> bool:
        known = self._unit_widths.get(text)
        if known is None:
            if len(self._unit_widths) > _LAYOUTS_KEPT:
                self._unit_widths.clear()
            known = self._unit_widths[text] = self._small_metrics.horizontalAdvance(text) + 3
        return known <= width

    def _name_cell(self, painter: QPainter, rect: QRect, row: int, model: Model, colors: Palette) -> None:
        left = rect.left() + PAD + (GROUP_INDENT if self._state.choices.group != "none" else 0)
        width = rect.right() - PAD - left
        top = rect.top() + 3
        painter.setFont(self._strong)
        painter.setPen(theme.color(colors.text))
        painter.drawText(QRect(left, top, width, self._line), LEFT, self.name_in(model, width))
        starred = model.id in self._state.choices.favourites
        if starred or row == self.hovered:
            spot = self.star(rect)
            draw(painter, STAR, spot.center().x(), spot.center().y(), colors.accent if starred else colors.caption,
                 filled=starred)  # fmt: skip
            width -= STAR_SIDE + 4
        painter.setFont(self._small)
        if model in self._model.picks:
            word, right = self._state.tr_(PICK), left + width
            painter.setPen(theme.color(colors.accent))
            self._write(painter, right, top + self._line, self._small_line, word, self._small)
            width -= self._unit_width(word) + 4
        painter.setPen(theme.color(colors.caption))
        below = QRect(left, top + self._line, width, self._small_line)
        size = self._state.tr_.parameters(self._model.parameters(model) or None) if self._model.compact else ""
        program = self._state.own_models.get(model)
        if program is None:
            parts = [size, model.family, self._state.tr_(texts.KINDS.get(model.kind, model.kind))]
        else:
            parts = [size, origin_text(self._state.tr_, model, program)]
            painter.fillRect(rect.left(), rect.top() + 2, OWN_BAR, rect.height() - 4, theme.color(colors.accent))
        text = " · ".join(filter(None, parts))
        painter.drawText(below, LEFT, self._small_metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))

    def name_in(self, model: Model, width: int) -> str:
        """A model's name in at most `width` pixels."""
        key = (model.name, width)
        known = self._names.get(key)
        if known is None:
            if len(self._names) > _LAYOUTS_KEPT:
                self._names.clear()
            known = self._names[key] = names.cut(self._strong_metrics, model.name, model.family, width)
        return known

    def star(self, rect: QRect) -> QRect:
        """Where in the cell of a name its star is."""
        top = rect.top() + 3 + self._line + (self._small_line - STAR_SIDE) // 2
        return QRect(QPoint(rect.right() - PAD - STAR_SIDE, top), QSize(STAR_SIDE, STAR_SIDE))

    def _size_cell(self, painter: QPainter, rect: QRect, model: Model, colors: Palette) -> None:
        painter.setFont(self._font)
        painter.setPen(theme.color(colors.text))
        text = self._state.tr_.parameters(self._model.parameters(model) or None)
        painter.drawText(QRect(rect.left(), rect.top() + 3, rect.width() - PAD, self._line), RIGHT, text)

    def _cell_text(self, estimate: Estimate) -> texts.CellText:
        known = self._texts.get(id(estimate))
        if known is None or known[0] is not estimate:
            if len(self._texts) > _CELL_TEXTS_KEPT:
                self._texts.clear()
            known = self._texts[id(estimate)] = (
                estimate,
                texts.cell(self._state.tr_, estimate, self._state.choices.figure),
            )
        return known[1]

    def _unit_width(self, unit: str) -> int:
        width = self._unit_widths.get(unit)
        if width is None:
            width = self._unit_widths[unit] = self._small_metrics.horizontalAdvance(unit) + 3
        return width
