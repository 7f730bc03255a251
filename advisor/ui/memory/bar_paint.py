"""Paints one memory of the bars: its words, its parts, what is kept of it, where it ends and what is too much."""

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QPainter, QPainterPath, QPen

from advisor.palette import Palette
from advisor.ui.look import theme
from advisor.ui.memory.pools import Pool

SEEN = 2  # pixels of the smallest part that is painted
APART = 8  # pixels between name and figure
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Words(NamedTuple):
    """What stands above a bar: pairs of a name on the left and a figure on the right, a line each."""

    lines: tuple[tuple[str, str], ...]
    font: QFont
    figure_font: QFont


def words(base: QFont, name: str, figure: str, width: int, heading: bool, short: bool) -> Words:
    """`name` and `figure` in one line of `width` pixels where both have room, else below each other. What is `short`
    of memory has a bold figure.
    """
    plain = theme.scaled(base, theme.CAPTION)
    bold = theme.scaled(base, theme.CAPTION, bold=True) if heading or short else plain
    name_font = bold if heading else plain
    named, figured = QFontMetrics(name_font), QFontMetrics(bold)
    wide = figured.horizontalAdvance(figure)
    if not figure or wide + APART + min(width // 5, named.horizontalAdvance(name)) <= width:
        left = theme.elide(named, name, width - wide - APART if figure else width)
        return Words(((left, figure),), name_font, bold)
    rows = theme.wrap(bold, figure, width, 2) if wide > width else [figure]
    lines = [("", theme.elide(figured, row, width)) for row in rows]
    return Words(((theme.elide(named, name, width), ""), *lines), name_font, bold)


def paint_words(painter: QPainter, said: Words, heading: bool, y: int, width: int, colors: Palette) -> int:
    """Write them from `y` on; the pixels where the bar may begin."""
    line = theme.line_height(said.font)
    for name, figure in said.lines:
        box = QRectF(1, y, width - 2, line)
        painter.setFont(said.font)
        painter.setPen(theme.color(colors.text if heading else colors.caption))
        painter.drawText(box, LEFT, name)
        painter.setFont(said.figure_font)
        painter.setPen(theme.color(colors.text))
        painter.drawText(box, RIGHT, figure)
        y += line
    return y


def paint_memory(
    painter: QPainter, colors: Palette, pool: Pool, sizes: tuple[float, ...], scale: float, box: QRectF
) -> None:
    """A memory in `box`, `scale` pixels a byte; `sizes` are the parts in bytes, then the low and the high end."""
    capacity = pool.capacity or pool.available or 0
    free = capacity if pool.available is None else pool.available
    _ground(painter, colors, box, capacity * scale, free * scale)
    if pool.used:
        right = _parts(painter, colors, pool, sizes, scale, box)
        limit = box.left() + free * scale
        if pool.available is not None and right > limit + 0.5:
            over = QRectF(limit, box.top(), min(right, box.right()) - limit, box.height())
            painter.fillRect(over, QBrush(theme.color(colors.card), Qt.BrushStyle.BDiagPattern))
        _whisker(painter, colors, box.left() + sizes[-2] * scale, box.left() + sizes[-1] * scale, box.bottom() + 3)
    if free * scale <= box.width() + 1:
        _limit(painter, colors, box, box.left() + free * scale)
    if capacity * scale > box.width() + 1:
        _beyond(painter, colors, box)


def _ground(painter: QPainter, colors: Palette, box: QRectF, capacity: float, free: float) -> None:
    """The whole memory, and hatched what is not free of it."""
    whole = QRectF(box.left(), box.top(), min(box.width(), max(capacity, SEEN)), box.height())
    path = QPainterPath()
    path.addRoundedRect(whole, 3, 3)
    painter.fillPath(path, theme.color(colors.track))
    if free < whole.width() - 0.5:
        kept = QRectF(whole.left() + free, whole.top(), whole.width() - free, whole.height())
        painter.fillRect(kept, theme.color(colors.border))
        painter.fillRect(kept, QBrush(theme.color(colors.card), Qt.BrushStyle.FDiagPattern))


def _parts(
    painter: QPainter, colors: Palette, pool: Pool, sizes: tuple[float, ...], scale: float, box: QRectF
) -> float:
    x = box.left()
    for part, size in zip(pool.parts, sizes, strict=False):
        width = max(size * scale, SEEN if part.bytes >= pool.used / 50 else 0)
        painter.fillRect(QRectF(x, box.top(), width, box.height()), theme.color(colors.components[part.name]))
        x += width
        if width > 3:
            painter.fillRect(QRectF(x - 1, box.top(), 1, box.height()), theme.color(colors.card))
    return x


def _whisker(painter: QPainter, colors: Palette, low: float, high: float, y: float) -> None:
    painter.setPen(QPen(theme.color(colors.text), 1))
    ends = round(low), round(max(high, low + 2))
    painter.drawLine(ends[0], round(y), ends[1], round(y))
    for x in ends:
        painter.drawLine(x, round(y) - 2, x, round(y) + 2)


def _limit(painter: QPainter, colors: Palette, box: QRectF, x: float) -> None:
    """The line at which the free memory ends."""
    x = min(x, box.right())
    painter.fillRect(QRectF(x - 0.75, box.top() - 2, 1.5, box.height() + 4), theme.color(colors.text))


def _beyond(painter: QPainter, colors: Palette, box: QRectF) -> None:
    """A gap and an arrow head: this memory is larger than the scale shows."""
    right, half = box.right(), min(box.height(), 8) / 2
    middle = box.center().y()
    painter.fillRect(QRectF(right - 11, box.top(), 12, box.height()), theme.color(colors.card))
    arrow = QPainterPath()
    arrow.moveTo(right - 7, middle - half)
    arrow.lineTo(right, middle)
    arrow.lineTo(right - 7, middle + half)
    arrow.closeSubpath()
    painter.fillPath(arrow, theme.color(colors.caption))
