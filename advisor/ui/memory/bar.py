"""The memory bar: components stacked with their error band; below it, on one scale, what RAM and each GPU offer."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.look import theme

GLIDE_MS = 120
BAR = 22
TRACK = 8
GAP = 4


class Capacity(NamedTuple):
    """What a device offers: bytes in all, bytes that may be used, and how it is labelled."""

    label: str
    total: float
    available: float
    figure: str


class Stack(NamedTuple):
    """What the bar shows, in bytes. `parts` are (component name, bytes) in the order of the estimate."""

    parts: tuple[tuple[str, float], ...] = ()
    low: float = 0
    high: float = 0
    capacities: tuple[Capacity, ...] = ()

    @property
    def total(self) -> float:
        """The sum of the parts."""
        return sum(size for _name, size in self.parts)


class MemoryBar(QWidget):
    """Glides to new values in 120 ms, or jumps where the system asks for stillness."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors: Palette = LIGHT
        self.target = Stack()
        self._from = Stack()
        self._share = 1.0
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.valueChanged.connect(self._step)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_stack(self, stack: Stack, colors: Palette) -> None:
        """Show these values from now on."""
        self.colors = colors
        if stack == self.target:
            self.update()
            return
        taller = len(stack.capacities) != len(self.target.capacities)
        self._from = self.shown()
        self.target = stack
        self._glide.stop()
        if theme.still() or not self.isVisible() or not self._from.parts:
            self._step(1.0)
        else:
            self._share = 0.0
            self._glide.start()
        if taller:
            self.updateGeometry()

    def shown(self) -> Stack:
        """What is painted at this moment of a glide."""
        if self._share >= 1:
            return self.target
        before, share = dict(self._from.parts), self._share
        names = dict.fromkeys([*(n for n, _size in self.target.parts), *before])
        after = dict(self.target.parts)
        parts = tuple((n, _between(before.get(n, 0), after.get(n, 0), share)) for n in names)
        low, high = (
            _between(self._from.low, self.target.low, share), _between(self._from.high, self.target.high, share)
        )  # fmt: skip
        return Stack(parts, low, high, self.target.capacities)

    def _step(self, share: float) -> None:
        self._share = share
        self.update()

    def sizeHint(self) -> QSize:
        """Bar, whisker, and a track with its label for each device."""
        line = theme.line_height(theme.scaled(self.font(), theme.CAPTION))
        return QSize(200, BAR + 8 + len(self.target.capacities) * (line + TRACK + GAP))

    def minimumSizeHint(self) -> QSize:
        """Never lower than its hint."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Everything on one scale, whose right end is the largest thing worth comparing."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        stack = self.shown()
        scale = _scale(stack, self.width())
        self._bar(painter, stack, scale)
        self._capacities(painter, stack.capacities, scale)
        painter.end()

    def _bar(self, painter: QPainter, stack: Stack, scale: float) -> None:
        ground = QPainterPath()
        ground.addRoundedRect(QRectF(0, 0, self.width(), BAR), 4, 4)
        painter.fillPath(ground, theme.color(self.colors.track))
        painter.save()
        painter.setClipPath(ground)
        x = 0.0
        for name, size in stack.parts:
            width = size * scale
            painter.fillRect(QRectF(x, 0, width, BAR), theme.color(self.colors.components[name]))
            x += width
            if width > 3:
                painter.fillRect(QRectF(x - 1, 0, 1, BAR), theme.color(self.colors.card))
        painter.restore()
        if stack.parts:
            self._whisker(painter, stack.low * scale, stack.high * scale)

    def _whisker(self, painter: QPainter, low: float, high: float) -> None:
        painter.setPen(QPen(theme.color(self.colors.text), 1))
        y = BAR + 3.5
        high = max(high, low + 2)
        painter.drawLine(round(low), round(y), round(high), round(y))
        for x in (round(low), round(high)):
            painter.drawLine(x, round(y) - 2, x, round(y) + 2)

    def _capacities(self, painter: QPainter, capacities: Sequence[Capacity], scale: float) -> None:
        small = theme.scaled(self.font(), theme.CAPTION)
        metrics = QFontMetrics(small)
        y, line = BAR + 8, theme.line_height(small)
        painter.setFont(small)
        for one in capacities:
            total, free = min(self.width(), one.total * scale), min(self.width(), one.available * scale)
            painter.setPen(theme.color(self.colors.caption))
            painter.drawText(QRectF(0, y, self.width(), line), Qt.AlignmentFlag.AlignRight, one.figure)
            room = self.width() - metrics.horizontalAdvance(one.figure) - 8
            label = metrics.elidedText(one.label, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(0, y, room, line), Qt.AlignmentFlag.AlignLeft, label)
            y += line
            painter.fillRect(QRectF(0, y, total, TRACK), theme.color(self.colors.track))
            painter.fillRect(QRectF(0, y, free, TRACK), theme.color(self.colors.caption))
            if one.total * scale > self.width() + 1:
                self._beyond(painter, y)
            y += TRACK + GAP

    def _beyond(self, painter: QPainter, y: float) -> None:
        """A gap and an arrow head: this device offers more than the scale shows."""
        right = float(self.width())
        painter.fillRect(QRectF(right - 12, y, 12, TRACK), theme.color(self.colors.card))
        arrow = QPainterPath()
        arrow.moveTo(right - 8, y)
        arrow.lineTo(right, y + TRACK / 2)
        arrow.lineTo(right - 8, y + TRACK)
        arrow.closeSubpath()
        painter.fillPath(arrow, theme.color(self.colors.caption))


def _between(before: float, after: float, share: float) -> float:
    return before + (after - before) * share


def _scale(stack: Stack, width: int) -> float:
    """Pixels a byte. A model far smaller than the memory would vanish, so the memory may run off the end then."""
    need = max(stack.total, stack.high)
    offered = max((one.total for one in stack.capacities), default=0)
    longest = max(need, min(offered, need * 8)) if need else offered
    return width / longest if longest else 0.0
