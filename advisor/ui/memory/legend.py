"""The memory bars' legend: a painted line for each component with its figure; light enough for every turned knob."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent

from advisor.palette import Palette
from advisor.ui.look import theme
from advisor.ui.memory.rows import Asked, Rows

SWATCH = 10
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Line(NamedTuple):
    """A component (a key of the palette; "" for the total), its words and its figure, and what it is asked as."""

    component: str
    words: str
    figure: str
    key: str


class Legend(Rows):
    """Lines of swatch, words and figure; the total in bold."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Line, ...] = ()

    def show_lines(self, lines: Sequence[Line], colors: Palette, hint: str) -> None:
        """Show these lines; `hint` says what a click does."""
        self.colors = colors
        if tuple(lines) == self.lines:
            self.update()
            return
        taller = len(lines) != len(self.lines)
        self.lines = tuple(lines)
        self.set_answers(
            [Asked(line.key, said, f"{said}\n{hint}") for line in lines for said in (f"{line.words} {line.figure}",)]
        )
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

    def places(self) -> list[QRect]:
        """Line by line."""
        height = self._height()
        return [QRect(0, row * height, self.width(), height) for row in range(len(self.lines))]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line by line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain, bold = self.font(), theme.scaled(self.font(), 1.0, bold=True)
        height, metrics, bolder = self._height(), QFontMetrics(plain), QFontMetrics(bold)
        text, faint = theme.color(self.colors.text), theme.color(self.colors.caption)
        for row, line in enumerate(self.lines):
            box = QRectF(SWATCH + 8, row * height, self.width() - SWATCH - 11, height)
            painter.setFont(plain if line.component else bold)
            painter.setPen(text)
            painter.drawText(box, RIGHT, line.figure)
            painter.setFont(plain)
            if line.component:
                self._swatch(painter, line.component, box)
            painter.setPen(text if line.component else faint)
            wide = (metrics if line.component else bolder).horizontalAdvance(line.figure)
            room = int(box.width()) - wide - 10
            painter.drawText(box, LEFT, theme.elide(metrics, line.words, room))
        self.paint_focus(painter)
        painter.end()

    def _swatch(self, painter: QPainter, component: str, box: QRectF) -> None:
        painter.setBrush(theme.color(self.colors.components[component]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(2, box.top() + (box.height() - SWATCH) / 2, SWATCH, SWATCH), 2, 2)
