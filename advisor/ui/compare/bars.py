"""Memory bars of the compared cells below each other, on one scale, with lines where each device is full."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.look import theme

BAR = 14
GAP = 6
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
NAME_SHARE = 0.34  # of the width, for the names
FAR = 3.0  # a device with more room than this many times the largest need lies beyond the scale


class Bar(NamedTuple):
    """One cell: its words, its parts (component, bytes), its error band in bytes, its figure."""

    label: str
    parts: tuple[tuple[str, float], ...]
    low: float
    high: float
    figure: str


class Limit(NamedTuple):
    """What a device has free, in bytes, and its words."""

    label: str
    size: float


class Bars(QWidget):
    """Paints; nothing in it is clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: tuple[Bar, ...] = ()
        self.limits: tuple[Limit, ...] = ()
        self.colors: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: Sequence[Bar], limits: Sequence[Limit], colors: Palette) -> None:
        """Show these from now on."""
        taller = (len(bars), len(limits)) != (len(self.bars), len(self.limits))
        self.bars, self.limits, self.colors = tuple(bars), tuple(limits), colors
        lines = [f"{bar.label} {bar.figure}" for bar in bars] + [limit.label for limit in limits]
        self.setAccessibleDescription("\n".join(lines))
        if taller:
            self.updateGeometry()
        self.update()

    def _row(self) -> int:
        return max(BAR, theme.line_height(self.font())) + GAP

    def _caption(self) -> int:
        return theme.line_height(theme.scaled(self.font(), theme.CAPTION))

    def sizeHint(self) -> QSize:
        """A row a cell, a line a device."""
        return QSize(300, len(self.bars) * self._row() + len(self.limits) * self._caption() + 2)

    def minimumSizeHint(self) -> QSize:
        """Never lower than its hint."""
        return QSize(200, self.sizeHint().height())

    def scale(self) -> float:
        """Bytes that the whole width of the bars stands for; 0 where nothing is known."""
        need = max((max(bar.high, sum(size for _name, size in bar.parts)) for bar in self.bars), default=0.0)
        near = [limit.size for limit in self.limits if limit.size <= need * FAR]
        return max([need, *near])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names on the left, figures on the right, bars between."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(self.font())
        names = round(self.width() * NAME_SHARE)
        figures = max((metrics.horizontalAdvance(bar.figure) for bar in self.bars), default=0) + 8
        room = QRectF(names, 0, max(20, self.width() - names - figures), len(self.bars) * self._row())
        scale = self.scale()
        for row, bar in enumerate(self.bars):
            self._bar(painter, bar, row * self._row(), room, room.width() / scale if scale else 0.0)
        if scale:
            self._limits(painter, room, room.width() / scale)
        painter.end()

    def _bar(self, painter: QPainter, bar: Bar, top: float, room: QRectF, pixels: float) -> None:
        height = self._row()
        metrics = QFontMetrics(self.font())
        painter.setPen(theme.color(self.colors.text))
        name = metrics.elidedText(bar.label, Qt.TextElideMode.ElideMiddle, int(room.left()) - 8)
        painter.drawText(QRectF(0, top, room.left() - 8, height), LEFT, name)
        painter.drawText(QRectF(room.right(), top, self.width() - room.right(), height), RIGHT, bar.figure)
        y = top + (height - BAR) / 2
        painter.fillRect(QRectF(room.left(), y, room.width(), BAR), theme.color(self.colors.track))
        x = room.left()
        for component, size in bar.parts:
            painter.fillRect(QRectF(x, y, size * pixels, BAR), theme.color(self.colors.components[component]))
            x += size * pixels
            if size * pixels > 3:
                painter.fillRect(QRectF(x - 1, y, 1, BAR), theme.color(self.colors.card))
        if bar.high > bar.low:
            painter.setPen(QPen(theme.color(self.colors.text), 1))
            middle = round(y + BAR + 1)
            low, high = (round(room.left() + size * pixels) for size in (bar.low, bar.high))
            painter.drawLine(low, middle, high, middle)
            for end in (low, high):
                painter.drawLine(end, middle - 2, end, middle + 1)

    def _limits(self, painter: QPainter, room: QRectF, pixels: float) -> None:
        """A dashed line where each device is full, its words below; an arrow where that lies beyond the scale."""
        small = theme.scaled(self.font(), theme.CAPTION)
        metrics, line = QFontMetrics(small), self._caption()
        painter.setFont(small)
        for number, limit in enumerate(self.limits):
            x = room.left() + limit.size * pixels
            beyond = x > room.right() + 1
            x = min(x, room.right())
            y = room.bottom() + number * line
            painter.setPen(QPen(theme.color(self.colors.text), 1, Qt.PenStyle.DashLine))
            if not beyond:
                painter.drawLine(round(x), 0, round(x), round(y + line / 2))
            text = f"{limit.label} →" if beyond else limit.label
            painter.setPen(theme.color(self.colors.caption))
            width = metrics.horizontalAdvance(text) + 6
            left = x - width if x - width >= 0 else 0.0
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QRectF(left, y, width, line), RIGHT, shown + " ")
