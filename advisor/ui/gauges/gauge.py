"""A painted gauge: a 270-degree arc with a thin second arc for load, the figure inside, its unit and name below."""

from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.look import theme
from advisor.ui.look.widgets import hint

THICK = 8
THIN = 3
SPAN = 270  # degrees; the gap lies at the bottom
DIAL = 76
MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class Reading(NamedTuple):
    """What a gauge shows. Shares are 0 to 1, None when unknown; `off` greys it, `note` says why (or anything else).

    `more` is a sentence for which only the hint has room.
    """

    name: str
    figure: str
    unit: str
    share: float | None = None
    load: float | None = None
    note: str = ""
    off: bool = False
    more: str = ""


class Gauge(QWidget):
    """One dial with two lines below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading = Reading("", "", "")
        self.colors: Palette = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_reading(self, reading: Reading, colors: Palette) -> None:
        """Repaint when something changed."""
        if (reading, colors) == (self.reading, self.colors):
            return
        taller = bool(reading.note) != bool(self.reading.note)
        self.reading, self.colors = reading, colors
        text = f"{reading.name}: {reading.figure} {reading.unit} {reading.note}".strip()
        self.setAccessibleName(text)
        self.setAccessibleDescription(reading.more)
        lines = (reading.name, f"{reading.figure} {reading.unit}", reading.note, reading.more)
        self.setToolTip(hint("\n".join(filter(None, lines))))
        if taller:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The dial and its lines."""
        return QSize(DIAL + 12, DIAL + self._lines() * self._line() + 2)

    def minimumSizeHint(self) -> QSize:
        """Room for the dial; two columns of them leave room for a scroll bar."""
        return QSize(DIAL + 2, self.sizeHint().height())

    def _lines(self) -> int:
        return 3 if self.reading.note else 2

    def _line(self) -> int:
        return theme.line_height(theme.scaled(self.font(), theme.CAPTION))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Arcs, figure, lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = (self.width() - DIAL) / 2
        dial = QRectF(left, 0, DIAL, DIAL)
        self._arcs(painter, dial)
        self._words(painter, dial)
        painter.end()

    def _arcs(self, painter: QPainter, dial: QRectF) -> None:
        colors, reading = self.colors, self.reading
        half = THICK / 2 + 1
        outer = dial.adjusted(half, half, -half, -half)
        self._arc(painter, outer, THICK, colors.track, 1)
        if reading.off or reading.share is None:
            return
        full = reading.share > 0.9
        self._arc(painter, outer, THICK, colors.verdicts["offload"] if full else colors.accent, reading.share)
        if reading.load is not None:
            inset = THICK / 2 + THIN
            inner = outer.adjusted(inset, inset, -inset, -inset)
            self._arc(painter, inner, THIN, colors.verdicts["fits"], reading.load)

    @staticmethod
    def _arc(painter: QPainter, box: QRectF, width: int, code: str, share: float) -> None:
        if share <= 0:
            return
        painter.setPen(QPen(theme.color(code), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        start = (90 + SPAN / 2) * 16  # Qt counts sixteenths of a degree, anticlockwise from three o'clock
        painter.drawArc(box, round(start), -round(SPAN * 16 * min(1.0, share)))

    def _words(self, painter: QPainter, dial: QRectF) -> None:
        colors, reading = self.colors, self.reading
        figure = theme.scaled(self.font(), theme.TITLE)
        small = theme.scaled(self.font(), theme.CAPTION)
        metrics, line = QFontMetrics(small), theme.line_height(small)
        painter.setFont(figure)
        painter.setPen(theme.color(colors.disabled if reading.off else colors.text))
        painter.drawText(dial, MIDDLE, reading.figure)
        painter.setFont(small)
        painter.setPen(theme.color(colors.caption))
        bottom = QRect(0, round(dial.bottom()) - line + 2, self.width(), line)
        painter.drawText(bottom, MIDDLE, metrics.elidedText(reading.unit, Qt.TextElideMode.ElideRight, self.width()))
        painter.setPen(theme.color(colors.caption if reading.off else colors.text))
        bottom.translate(0, line)
        painter.drawText(bottom, MIDDLE, metrics.elidedText(reading.name, Qt.TextElideMode.ElideRight, self.width()))
        if reading.note:
            painter.setPen(theme.color(colors.caption))
            bottom.translate(0, line)
            note = metrics.elidedText(reading.note, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(bottom, MIDDLE, note)
