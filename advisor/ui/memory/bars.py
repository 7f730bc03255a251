"""The memory bars: one stacked bar for each memory, all on one scale, with what is free and what does not fit."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEasingCurve, QRect, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QBrush, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from advisor.palette import Palette
from advisor.ui.look import theme
from advisor.ui.memory import pools
from advisor.ui.memory.pools import Pool
from advisor.ui.memory.rows import Asked, Rows

GLIDE_MS = 120
BAR = 14
SLIM = 5  # a memory that the estimate leaves alone
WHISKER = 7
GAP = 5
SEEN = 2  # pixels of the smallest part that is painted


class Bar(NamedTuple):
    """One row: a memory with its name and its figures in words, or (None) a heading with `name` alone."""

    pool: Pool | None
    name: str
    figure: str
    hint: str = ""
    key: str = ""  # what it is asked as


class MemoryBars(Rows):
    """Glides to new values in 120 ms, or jumps where the system asks for stillness."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self._from: tuple[float, tuple[tuple[float, ...], ...]] = (0.0, ())
        self._share = 1.0
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.valueChanged.connect(self._step)

    def show_bars(self, bars: Sequence[Bar], colors: Palette) -> None:
        """Show these from now on."""
        self.colors = colors
        before, self._from = self.bars, self._shown()
        if tuple(bars) == before:
            self.update()
            return
        self.bars = tuple(bars)
        shown = [bar for bar in self.bars if bar.pool is not None]
        self.set_answers([Asked(bar.key, bar.hint, bar.hint) for bar in shown])
        self._glide.stop()
        alike = _frame(before) == _frame(self.bars)
        if theme.still() or not self.isVisible() or not alike:
            self._step(1.0)
        else:
            self._share = 0.0
            self._glide.start()
        if not alike:
            self.updateGeometry()

    def _step(self, share: float) -> None:
        self._share = share
        self.update()

    def _goal(self) -> tuple[float, tuple[tuple[float, ...], ...]]:
        """The end of the scale, and for each bar its parts, low and high end, in bytes."""
        found = [bar.pool for bar in self.bars if bar.pool is not None]
        sizes = tuple((*(float(part.bytes) for part in pool.parts), pool.low, pool.high) for pool in found)
        return float(pools.longest(found)), sizes

    def _shown(self) -> tuple[float, tuple[tuple[float, ...], ...]]:
        """The same at this moment of a glide."""
        goal = self._goal()
        if self._share >= 1 or [len(one) for one in goal[1]] != [len(one) for one in self._from[1]]:
            return goal
        share = self._share
        sizes = tuple(
            tuple(old + (new - old) * share for old, new in zip(*pair, strict=True))
            for pair in zip(self._from[1], goal[1], strict=True)
        )
        return self._from[0] + (goal[0] - self._from[0]) * share, sizes

    def _heights(self) -> list[int]:
        line = theme.line_height(theme.scaled(self.font(), theme.CAPTION))
        return [
            line if bar.pool is None else line + (BAR + WHISKER if bar.pool.used else SLIM) + GAP for bar in self.bars
        ]

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(200, sum(self._heights()))

    def minimumSizeHint(self) -> QSize:
        """Never lower than its hint."""
        return QSize(120, self.sizeHint().height())

    def places(self) -> list[QRect]:
        """The rows that stand for a memory."""
        found, y = [], 0
        for bar, height in zip(self.bars, self._heights(), strict=True):
            if bar.pool is not None:
                found.append(QRect(0, y, self.width(), height - 1))
            y += height
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        """Row by row, everything on one scale."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        end, sizes = self._shown()
        scale = (self.width() - 2) / end if end else 0.0
        y, rest = 0, iter(sizes)
        for bar, height in zip(self.bars, self._heights(), strict=True):
            self._words(painter, bar, y)
            if bar.pool is not None:
                tall = BAR if bar.pool.used else SLIM
                top = y + theme.line_height(painter.font())
                self._memory(painter, bar.pool, next(rest), scale, QRectF(1, top, self.width() - 2, tall))
            y += height
        self.paint_focus(painter)
        painter.end()

    def _words(self, painter: QPainter, bar: Bar, y: int) -> None:
        small = theme.scaled(self.font(), theme.CAPTION)
        short = bar.pool is None or bar.pool.short
        figure_font = theme.scaled(self.font(), theme.CAPTION, bold=True) if short else small
        line, metrics = theme.line_height(small), QFontMetrics(figure_font)
        room = self.width() - 2
        name = theme.elide(
            QFontMetrics(small), bar.name, max(room // 4, room - metrics.horizontalAdvance(bar.figure) - 8)
        )
        left = QFontMetrics(small).horizontalAdvance(name) + 8 if name else 0
        painter.setFont(figure_font)
        painter.setPen(theme.color(self.colors.text))
        figure = theme.elide(metrics, bar.figure, room - left)
        painter.drawText(QRectF(1, y, room, line), Qt.AlignmentFlag.AlignRight, figure)
        painter.setFont(small)
        painter.setPen(theme.color(self.colors.text if bar.pool is None else self.colors.caption))
        painter.drawText(QRectF(1, y, room, line), Qt.AlignmentFlag.AlignLeft, name)

    def _memory(self, painter: QPainter, pool: Pool, sizes: tuple[float, ...], scale: float, box: QRectF) -> None:
        capacity = pool.capacity or pool.available or 0
        free = capacity if pool.available is None else pool.available
        self._ground(painter, box, capacity * scale, free * scale)
        if pool.used:
            right = self._parts(painter, pool, sizes, scale, box)
            limit = box.left() + free * scale
            if pool.available is not None and right > limit + 0.5:
                over = QRectF(limit, box.top(), min(right, box.right()) - limit, box.height())
                painter.fillRect(over, QBrush(theme.color(self.colors.card), Qt.BrushStyle.BDiagPattern))
            self._whisker(painter, box.left() + sizes[-2] * scale, box.left() + sizes[-1] * scale, box.bottom() + 3)
        if free * scale <= box.width() + 1:
            self._limit(painter, box, box.left() + free * scale)
        if capacity * scale > box.width() + 1:
            self._beyond(painter, box)

    def _ground(self, painter: QPainter, box: QRectF, capacity: float, free: float) -> None:
        """The whole memory, and hatched what is not free of it."""
        whole = QRectF(box.left(), box.top(), min(box.width(), max(capacity, SEEN)), box.height())
        path = QPainterPath()
        path.addRoundedRect(whole, 3, 3)
        painter.fillPath(path, theme.color(self.colors.track))
        if free < whole.width() - 0.5:
            kept = QRectF(whole.left() + free, whole.top(), whole.width() - free, whole.height())
            painter.fillRect(kept, theme.color(self.colors.border))
            painter.fillRect(kept, QBrush(theme.color(self.colors.card), Qt.BrushStyle.FDiagPattern))

    def _parts(self, painter: QPainter, pool: Pool, sizes: tuple[float, ...], scale: float, box: QRectF) -> float:
        x = box.left()
        for part, size in zip(pool.parts, sizes, strict=False):
            width = max(size * scale, SEEN if part.bytes >= pool.used / 50 else 0)
            painter.fillRect(QRectF(x, box.top(), width, box.height()), theme.color(self.colors.components[part.name]))
            x += width
            if width > 3:
                painter.fillRect(QRectF(x - 1, box.top(), 1, box.height()), theme.color(self.colors.card))
        return x

    def _whisker(self, painter: QPainter, low: float, high: float, y: float) -> None:
        painter.setPen(QPen(theme.color(self.colors.text), 1))
        ends = round(low), round(max(high, low + 2))
        painter.drawLine(ends[0], round(y), ends[1], round(y))
        for x in ends:
            painter.drawLine(x, round(y) - 2, x, round(y) + 2)

    def _limit(self, painter: QPainter, box: QRectF, x: float) -> None:
        """The line at which the free memory ends."""
        x = min(x, box.right())
        painter.fillRect(QRectF(x - 0.75, box.top() - 2, 1.5, box.height() + 4), theme.color(self.colors.text))

    def _beyond(self, painter: QPainter, box: QRectF) -> None:
        """A gap and an arrow head: this memory is larger than the scale shows."""
        right, half = box.right(), min(box.height(), 8) / 2
        middle = box.center().y()
        painter.fillRect(QRectF(right - 11, box.top(), 12, box.height()), theme.color(self.colors.card))
        arrow = QPainterPath()
        arrow.moveTo(right - 7, middle - half)
        arrow.lineTo(right, middle)
        arrow.lineTo(right - 7, middle + half)
        arrow.closeSubpath()
        painter.fillPath(arrow, theme.color(self.colors.caption))


def _frame(bars: Sequence[Bar]) -> list[tuple[str, bool]]:
    """What stands in which row: where this changes, values jump."""
    return [("", False) if bar.pool is None else (bar.pool.device, bool(bar.pool.used)) for bar in bars]
