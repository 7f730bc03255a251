"""Painted marks: each verdict has a shape of its own, so that colour is never needed to tell them apart."""

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPainterPathStroker, QPen, QPixmap, QPolygonF

from advisor.estimator.result import Verdict

SIDE = 14


@cache
def path(verdict: Verdict) -> QPainterPath:
    """The mark in a square of 10 x 10 around the origin."""
    shape = QPainterPath()
    if verdict == "fits":
        shape.addEllipse(QPointF(0, 0), 4.4, 4.4)
    elif verdict == "tight":
        shape.addPolygon(QPolygonF([QPointF(0, -4.8), QPointF(5, 4), QPointF(-5, 4), QPointF(0, -4.8)]))
    elif verdict == "offload":
        shape.addPolygon(
            QPolygonF([QPointF(0, -5.2), QPointF(5.2, 0), QPointF(0, 5.2), QPointF(-5.2, 0), QPointF(0, -5.2)])
        )
    elif verdict == "no":
        shape.addRoundedRect(QRectF(-4.5, -1, 9, 2), 1, 1)
    else:
        _question(shape)
    return shape


def _question(shape: QPainterPath) -> None:
    hook = QPainterPath()
    hook.moveTo(-2.6, -2.2)
    hook.cubicTo(-2.6, -5.6, 3, -5.6, 2.8, -2.2)
    hook.cubicTo(2.7, -0.6, 0, -0.6, 0, 1.8)
    pen = QPainterPath()
    pen.addEllipse(QPointF(0, 4.2), 0.9, 0.9)
    stroker = QPainterPathStroker()
    stroker.setWidth(1.5)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    shape.addPath(stroker.createStroke(hook))
    shape.addPath(pen)


def mark(painter: QPainter, verdict: Verdict, x: int, y: int, ink: str) -> None:
    """Paint a verdict's mark, in the colour `ink` ("#rrggbb"), with its middle at (x, y)."""
    scale = painter.device().devicePixelRatioF()
    painter.drawPixmap(x - SIDE // 2, y - SIDE // 2, _stamp(verdict, ink, scale))


@cache
def _stamp(verdict: Verdict, ink: str, scale: float) -> QPixmap:
    """A mark as a picture: a repaint shows a hundred of them, and has 16 ms."""
    stamp = QPixmap(round(SIDE * scale), round(SIDE * scale))
    stamp.setDevicePixelRatio(scale)
    stamp.fill(Qt.GlobalColor.transparent)
    painter = QPainter(stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(SIDE / 2, SIDE / 2)
    painter.fillPath(path(verdict), QColor(ink))
    painter.end()
    return stamp


def hatch(painter: QPainter, rect: QRectF, ink: QColor) -> None:
    """Diagonal lines: the ground of what is not known."""
    painter.fillRect(rect, QBrush(ink, Qt.BrushStyle.BDiagPattern))


def frame(painter: QPainter, rect: QRectF, ink: QColor, width: float, dashed: bool = False) -> None:
    """A frame inside `rect`."""
    painter.save()
    painter.setPen(QPen(ink, width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = width / 2
    painter.drawRect(rect.adjusted(half, half, -half, -half))
    painter.restore()
