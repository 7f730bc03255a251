"""The memory bar's legend: a painted line for each component with its figure; light enough for every turned knob."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.look import theme

SWATCH = 10
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Line(NamedTuple):
    """A component (a key of the palette; "" for the total), its words and its figure."""

    component: str
    words: str
    figure: str


class Legend(QWidget):
    """Lines of swatch, words and figure; the total in bold."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Line, ...] = ()
        self.colors: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: Sequence[Line], colors: Palette) -> None:
        """Show these lines."""
        taller = len(lines) != len(self.lines)
        self.lines, self.colors = tuple(lines), colors
        self.setAccessibleDescription("\n".join(f"{line.words} {line.figure}" for line in lines))
        if taller:
            self.updateGeometry()
        self.update()

    def _height(self) -> int:
        return theme.line_height(self.font()) + 1

    def sizeHint(self) -> QSize:
        """All lines."""
        return QSize(160, len(self.lines) * self._height())

    def minimumSizeHint(self) -> QSize:
        """Never lower than its hint."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line by line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color(self.colors.text))
        bold = theme.scaled(self.font(), 1.0, bold=True)
        height, metrics = self._height(), QFontMetrics(self.font())
        for row, line in enumerate(self.lines):
            box = QRectF(SWATCH + 6, row * height, self.width() - SWATCH - 6, height)
            painter.setFont(self.font() if line.component else bold)
            painter.drawText(box, RIGHT, line.figure)
            painter.setFont(self.font())
            if line.component:
                painter.setBrush(theme.color(self.colors.components[line.component]))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawRoundedRect(QRectF(0, box.top() + (height - SWATCH) / 2, SWATCH, SWATCH), 2, 2)
            painter.setPen(theme.color(self.colors.text if line.component else self.colors.caption))
            room = int(box.width()) - metrics.horizontalAdvance(line.figure) - 12
            painter.drawText(box, LEFT, theme.elide(metrics, line.words, room))
            painter.setPen(theme.color(self.colors.text))
        painter.end()
