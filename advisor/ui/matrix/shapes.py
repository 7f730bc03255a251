"""Small painted shapes of the matrix: the star of favourites, a group's chevron, better or worse than elsewhere."""

from functools import cache
from math import cos, pi, sin

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF

from advisor.ui.look import theme


def _star() -> QPolygonF:
    points = []
    for corner in range(10):
        radius = 6.0 if corner % 2 == 0 else 2.6
        angle = pi * corner / 5
        points.append(QPointF(radius * sin(angle), -radius * cos(angle)))
    return QPolygonF([*points, points[0]])


STAR = _star()
# Pointing right where a group is folded up, down where it is open.
CHEVRON = {
    True: QPolygonF([QPointF(-2, -4.5), QPointF(3.5, 0), QPointF(-2, 4.5), QPointF(-2, -4.5)]),
    False: QPolygonF([QPointF(-4.5, -2), QPointF(4.5, -2), QPointF(0, 3.5), QPointF(-4.5, -2)]),
}


@cache
def _triangle(up: bool) -> QPolygonF:
    tip = -3.5 if up else 3.5
    return QPolygonF([QPointF(-4, -tip), QPointF(4, -tip), QPointF(0, tip), QPointF(-4, -tip)])


def draw(painter: QPainter, shape: QPolygonF, x: int, y: int, ink: str, filled: bool = True) -> None:
    """Paint a shape with its middle at (x, y), filled or as an outline."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(x + 0.5, y + 0.5)
    painter.setPen(QPen(theme.color(ink), 1))
    painter.setBrush(QBrush(theme.color(ink)) if filled else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(shape)
    painter.restore()


def change_mark(painter: QPainter, better: bool, x: int, top: int, height: int, ink: str) -> None:
    """A small triangle below a cell's symbol: upwards and filled for better, downwards and hollow for worse."""
    draw(painter, _triangle(better), x, top + height // 2, ink, filled=better)
