"""The memory bars: one stacked bar for each memory, all on one scale, with what is free and what does not fit."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEasingCurve, QRect, QRectF, QSize, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from advisor.palette import Palette
from advisor.ui.look import theme
from advisor.ui.memory import pools
from advisor.ui.memory.bar_paint import Words, paint_memory, paint_words, words
from advisor.ui.memory.pools import Pool
from advisor.ui.memory.rows import Asked, Rows

GLIDE_MS = 120
BAR = 14
SLIM = 5  # a memory that the estimate leaves alone
WHISKER = 7
GAP = 5


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
        if not alike or self.sizeHint().height() != self.height():
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
        found = []
        for bar in self.bars:
            said = self._said(bar)
            tall = 0 if bar.pool is None else (BAR + WHISKER if bar.pool.used else SLIM) + GAP
            found.append(len(said.lines) * theme.line_height(said.font) + tall)
        return found

    def _said(self, bar: Bar) -> Words:
        short = bar.pool is not None and bar.pool.short
        return words(self.font(), bar.name, bar.figure, max(60, self.width() - 2), bar.pool is None, short)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words may need another line at another width."""
        super().resizeEvent(event)
        if self.sizeHint().height() != self.height():
            self.updateGeometry()

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
            heading = bar.pool is None
            top = paint_words(painter, self._said(bar), heading, y, self.width(), self.colors)
            if bar.pool is not None:
                box = QRectF(1, top, self.width() - 2, BAR if bar.pool.used else SLIM)
                paint_memory(painter, self.colors, bar.pool, next(rest), scale, box)
            y += height
        self.paint_focus(painter)
        painter.end()


def _frame(bars: Sequence[Bar]) -> list[tuple[str, bool]]:
    """What stands in which row: where this changes, values jump."""
    return [("", False) if bar.pool is None else (bar.pool.device, bool(bar.pool.used)) for bar in bars]
