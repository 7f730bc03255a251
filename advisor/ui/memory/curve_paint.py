"""Paints a curve: components stacked, the error band, lines of capacity, verdicts under the axis, marker and handle."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from advisor.estimator.result import COMPONENTS
from advisor.i18n import GIB
from advisor.palette import Palette
from advisor.ui.look import theme
from advisor.ui.memory import said, scales
from advisor.ui.memory.curve_data import Curve, Point
from advisor.ui.memory.pools import Limit
from advisor.ui.memory.scales import Scales

STRIP = 6  # pixels of the verdicts under the axis
DOT = 4.5
# How much of the strip's height a verdict fills, so that colour is not needed to tell them apart.
FILLED = {"fits": 1.0, "tight": 0.66, "offload": 0.4, "no": 0.0, "unknown": 0.0}
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Picture(NamedTuple):
    """All that is painted."""

    curve: Curve
    now: Point
    lines: tuple[tuple[Limit, str], ...]
    scales: Scales
    pointed: Point | None
    focused: bool


def plot(font: QFont, size: QSize, curve: Curve, now: Point, lines: Sequence[Limit]) -> Scales:
    """Where the plot lies in a widget of `size`: figures of sizes on its left, of the knob below."""
    small = theme.scaled(font, theme.CAPTION)
    line = theme.line_height(small)
    top = scales.highest(curve, now.high, lines)
    ticks = [_size(size) for size in scales.size_ticks(top, 3)]
    beside = max(QFontMetrics(small).horizontalAdvance(text) for text in (*ticks, "GiB")) + 6
    below = line + STRIP + 3
    return Scales(curve.least, curve.most, top, beside, size.width() - 6, line / 2, size.height() - below)


def _size(size: float) -> str:
    return f"{size / GIB:.4g}"


class Painted(NamedTuple):
    """The part of a picture that stays while the handle moves, and what it was painted from."""

    of: tuple[object, ...]
    pixels: QPixmap


def paint(widget: QWidget, picture: Picture, colors: Palette, before: Painted | None) -> Painted:
    """Paint it all on `widget`. What stays is painted once: a handle that is dragged has 16 ms for the whole window."""
    ratio = widget.devicePixelRatioF()
    font = theme.scaled(widget.font(), theme.CAPTION)
    of = (picture.curve, picture.lines, picture.scales, colors.window, font.key(), widget.size(), ratio)
    if before is None or before.of != of:
        before = Painted(of, _ground(widget.size() * ratio, ratio, font, picture, colors))
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawPixmap(0, 0, before.pixels)
    _handle(painter, picture, colors)
    painter.end()
    return before


def _ground(size: QSize, ratio: float, font: QFont, picture: Picture, colors: Palette) -> QPixmap:
    pixels = QPixmap(size)
    pixels.setDevicePixelRatio(ratio)
    pixels.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    for part in (_grid, _components, _beyond, _band, _limits, _verdicts, _values, _marker):
        part(painter, picture, colors)
    painter.end()
    return pixels


def _faded(code: str, alpha: int) -> QColor:
    color = QColor(code)
    color.setAlpha(alpha)
    return color


def _grid(painter: QPainter, picture: Picture, colors: Palette) -> None:
    at, line = picture.scales, theme.line_height(painter.font())
    for size in (0.0, *scales.size_ticks(at.bytes, 3)):
        y = round(at.y(size)) + 0.5
        painter.setPen(QPen(theme.color(colors.border), 1))
        painter.drawLine(QPointF(at.left, y), QPointF(at.right, y))
        painter.setPen(theme.color(colors.caption))
        if y - line / 2 > at.top + line / 2 - 2:
            painter.drawText(QRectF(0, y - line / 2, at.left - 5, line), RIGHT, _size(size))
    painter.setPen(theme.color(colors.caption))
    painter.drawText(QRectF(0, at.top - line / 2, at.left - 5, line), RIGHT, "GiB")


def _components(painter: QPainter, picture: Picture, colors: Palette) -> None:
    """Areas one upon the other, from the same point of the axis on."""
    at, points = picture.scales, picture.curve.points
    sizes = [dict(point.parts) for point in points]
    below = [0.0] * len(points)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setClipRect(QRectF(at.left, at.top, at.right - at.left, at.bottom - at.top))
    for name in COMPONENTS:
        if not any(known.get(name) for known in sizes):
            continue
        above = [low + known.get(name, 0) for low, known in zip(below, sizes, strict=True)]
        upper = [QPointF(at.x(point.x), _y(at, size)) for point, size in zip(points, above, strict=True)]
        lower = [QPointF(at.x(point.x), _y(at, size)) for point, size in zip(points, below, strict=True)]
        painter.setBrush(theme.color(colors.components[name]))
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
        below = above
    painter.setClipping(False)


def _y(at: Scales, size: float) -> float:
    """Pixels of a size, beyond the top too: lines leave the plot at their own slope."""
    return at.bottom - (at.bottom - at.top) * size / at.bytes


def _beyond(painter: QPainter, picture: Picture, colors: Palette) -> None:
    """What does not fit lies behind hatching."""
    at, largest = picture.scales, picture.curve.largest
    start = at.left if largest is None else at.x(largest)
    if start < at.right - 0.5:
        box = QRectF(start, at.top, at.right - start, at.bottom - at.top)
        painter.fillRect(box, _faded(colors.card, 110))
        painter.fillRect(box, QBrush(theme.color(colors.card), Qt.BrushStyle.BDiagPattern))


def _band(painter: QPainter, picture: Picture, colors: Palette) -> None:
    at, points = picture.scales, picture.curve.points
    painter.setClipRect(QRectF(at.left, at.top, at.right - at.left, at.bottom - at.top))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_faded(colors.text, 55))
    high = [QPointF(at.x(point.x), _y(at, point.high)) for point in points]
    low = [QPointF(at.x(point.x), _y(at, point.low)) for point in points]
    painter.drawPolygon(QPolygonF([*high, *reversed(low)]))
    painter.setPen(QPen(theme.color(colors.text), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(at.x(point.x), _y(at, point.total)) for point in points]))
    painter.setClipping(False)


def _limits(painter: QPainter, picture: Picture, colors: Palette) -> None:
    """Dashed lines with their names; what lies higher than the plot is named at its upper edge."""
    at, line = picture.scales, theme.line_height(painter.font())
    painter.setPen(QPen(theme.color(colors.text), 1, Qt.PenStyle.DashLine))
    for limit, _text in picture.lines:
        if limit.bytes <= at.bytes:
            painter.drawLine(QPointF(at.left, at.y(limit.bytes)), QPointF(at.right, at.y(limit.bytes)))
    high = []
    taken = at.bottom
    for limit, name in picture.lines:
        if limit.bytes > at.bytes:
            high.append(f"{name} ↑")
            continue
        y = at.y(limit.bytes)
        upper = y - line - 1 if y - line - 1 >= at.top - 2 else y + 2
        if upper + line <= taken + 1:  # a name that would lie on another one is left to the bars above
            _name(painter, QRectF(at.left + 4, upper, at.right - at.left - 8, line), name, colors)
            taken = upper
    if high and at.top - line / 2 + line <= taken + 1:
        _name(painter, QRectF(at.left + 4, at.top - line / 2, at.right - at.left - 8, line), " · ".join(high), colors)


def _name(painter: QPainter, box: QRectF, name: str, colors: Palette) -> None:
    """Words on a ground of their own, so that they can be read over areas."""
    text = theme.elide(painter.fontMetrics(), name, int(box.width()))
    ground = QRectF(box.left() - 2, box.top(), painter.fontMetrics().horizontalAdvance(text) + 4, box.height())
    painter.fillRect(ground, _faded(colors.card, 215))
    painter.setPen(theme.color(colors.text))
    painter.drawText(box, LEFT, text)


def _verdicts(painter: QPainter, picture: Picture, colors: Palette) -> None:
    """A strip under the axis: as high as the verdict is good."""
    at = picture.scales
    foot = at.bottom + 1 + STRIP
    painter.fillRect(QRectF(at.left, foot - 1, at.right - at.left, 1), theme.color(colors.border))
    for zone in picture.curve.zones:
        tall = STRIP * FILLED[zone.verdict]
        start, end = at.x(zone.start), at.x(zone.end + 1) if zone.end < at.most else at.right
        painter.fillRect(
            QRectF(start, foot - tall, max(1.0, end - start - 1), tall), theme.color(colors.verdicts[zone.verdict])
        )


def _values(painter: QPainter, picture: Picture, colors: Palette) -> None:
    at, metrics = picture.scales, painter.fontMetrics()
    painter.setPen(theme.color(colors.caption))
    top, line = at.bottom + STRIP + 2, theme.line_height(painter.font())
    room = metrics.horizontalAdvance("0000k") + 6
    count = int((at.right - at.left) / room)
    free = 0.0
    for value in scales.value_ticks(at.least, at.most, count):
        text = said.tick(value)
        wide = metrics.horizontalAdvance(text)
        left = min(max(at.x(value) - wide / 2, 0), at.right + 6 - wide)
        if left >= free:
            painter.drawText(QRectF(left, top, wide + 2, line), LEFT, text)
            free = left + wide + 6


def _marker(painter: QPainter, picture: Picture, colors: Palette) -> None:
    """The largest that fits: a line with a grip at its upper end."""
    at, largest = picture.scales, picture.curve.largest
    if largest is None:
        return
    x = at.x(largest)
    painter.setPen(QPen(theme.color(colors.accent), 1.5))
    painter.drawLine(QPointF(x, at.top), QPointF(x, at.bottom))
    painter.setPen(QPen(theme.color(colors.card), 1))
    painter.setBrush(theme.color(colors.accent))
    painter.drawPolygon(QPolygonF([QPointF(x - 6, at.top - 5), QPointF(x + 6, at.top - 5), QPointF(x, at.top + 5)]))


def _handle(painter: QPainter, picture: Picture, colors: Palette) -> None:
    at, now, pointed = picture.scales, picture.now, picture.pointed
    text, card = theme.color(colors.text), theme.color(colors.card)
    if pointed is not None:
        x = at.x(pointed.x)
        painter.setPen(QPen(theme.color(colors.caption), 1))
        painter.drawLine(QPointF(x, at.top), QPointF(x, at.bottom))
        painter.setBrush(card)
        painter.drawEllipse(QPointF(x, at.y(pointed.total)), 3, 3)
    where = QPointF(at.x(now.x), at.y(now.total))
    painter.setPen(QPen(text, 1))
    painter.drawLine(where, QPointF(where.x(), at.bottom))
    if picture.focused:
        painter.setPen(QPen(theme.color(colors.accent), 2))
        painter.setBrush(card)
        painter.drawEllipse(where, DOT + 3.5, DOT + 3.5)
    painter.setPen(QPen(card, 1.5))
    painter.setBrush(text)
    painter.drawEllipse(where, DOT, DOT)
