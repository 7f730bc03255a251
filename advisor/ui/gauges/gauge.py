"""A painted gauge: a 270-degree arc for what is taken, a thin one inside for load, the figure, its unit and name."""

from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolTip, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.look import theme
from advisor.ui.look.widgets import hint

THICK = 8
THIN = 3
SPAN = 270  # degrees; the gap lies at the bottom
DIAL = 76  # pixels across; more where the text is larger
WIDEST = "0.000"  # the longest figure that a dial holds
MOUTH = 0.83  # of the dial: where the arc ends and words can stand below it
RING = 2  # pixels of the focus ring
MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class Reading(NamedTuple):
    """What a gauge shows. Shares are 0 to 1, None when unknown; `off` greys it, `note` says why (or anything else).

    `more` is a sentence for which only the hint has room; `facts` are the hint's other lines, each figure with where it
    comes from. `key` is the component: "cpu", "ram", "disk", "gpu0", "gpu1", ...
    """

    name: str
    figure: str
    unit: str
    share: float | None = None
    load: float | None = None
    note: str = ""
    off: bool = False
    more: str = ""
    facts: tuple[str, ...] = ()
    key: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """All that the hint says, a line each."""
        figure = f"{self.figure} {self.unit}".strip()
        return tuple(filter(None, (self.name, figure, self.note, self.more, *self.facts)))


def dial_size(font: QFont) -> int:
    """Pixels across a dial that holds its figure in this base font."""
    return max(DIAL, QFontMetrics(theme.scaled(font, theme.TITLE)).horizontalAdvance(WIDEST) + 2 * (THICK + 8))


class Gauge(QAbstractButton):
    """One dial with three lines; a click, Space or Enter asks where its figures come from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading = Reading("", "", "")
        self.colors: Palette = LIGHT
        self._said = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_reading(self, reading: Reading, colors: Palette) -> None:
        """Repaint when something changed that is seen; the hint is made when it is asked for."""
        if (reading, colors) == (self.reading, self.colors):
            return
        seen = (reading[:7], colors) != (self.reading[:7], self.colors)
        told = (reading.more, reading.facts, reading.key) != (self.reading.more, self.reading.facts, self.reading.key)
        self.reading, self.colors = reading, colors
        if told or not self.accessibleName():
            self.setAccessibleDescription("\n".join(filter(None, (reading.more, *reading.facts))))
        name = f"{reading.name}: {reading.figure} {reading.unit} {reading.note}".strip()
        # Screen readers hear of the name when it changes: not of every figure that moves, unless they are here.
        if told or self.hasFocus() or not self._said:
            self._said = name
            self.setAccessibleName(name)
        if seen:
            self.update()

    def toolTip(self) -> str:
        """The hint as it is now."""
        return hint("\n".join(self.reading.lines))

    def event(self, event: QEvent) -> bool:
        """The hint is made when it is shown: a figure that changes every second must not make one each time."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.toolTip(), self)
            return True
        if event.type() == QEvent.Type.FocusIn:
            reading = self.reading
            self._said = f"{reading.name}: {reading.figure} {reading.unit} {reading.note}".strip()
            self.setAccessibleName(self._said)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """The dial and its three lines; the third is kept free where there is no note, so that nothing jumps."""
        dial = dial_size(self.font())
        return QSize(dial + 12, self._below() + 3 * self._line() + 2)

    def minimumSizeHint(self) -> QSize:
        """Room for the dial; two columns of them leave room for a scroll bar."""
        return QSize(dial_size(self.font()) + 2, self.sizeHint().height())

    def _below(self) -> int:
        """Where the first line below the arc begins."""
        return round(MOUTH * dial_size(self.font()))

    def _line(self) -> int:
        return theme.line_height(theme.scaled(self.font(), theme.CAPTION))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Arcs, figure, lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = dial_size(self.font())
        dial = QRectF((self.width() - size) / 2, 0, size, size)
        self._arcs(painter, dial)
        self._words(painter, dial)
        if self.hasFocus():
            painter.setPen(QPen(theme.color(self.colors.accent), RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = RING / 2
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), 6, 6)
        painter.end()

    def _arcs(self, painter: QPainter, dial: QRectF) -> None:
        colors, reading = self.colors, self.reading
        half = THICK / 2 + 3
        outer = dial.adjusted(half, half, -half, -half)
        self._arc(painter, outer, THICK, colors.track, 1)
        if reading.off:
            return
        if reading.share is not None:
            full = reading.share > 0.9
            self._arc(painter, outer, THICK, colors.verdicts["offload"] if full else colors.accent, reading.share)
        if reading.load is not None:
            inset = THICK / 2 + THIN
            inner = outer.adjusted(inset, inset, -inset, -inset)
            self._arc(painter, inner, THIN, colors.track, 1)
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
        small = theme.scaled(self.font(), theme.CAPTION)
        line = theme.line_height(small)
        painter.setFont(theme.scaled(self.font(), theme.TITLE))
        painter.setPen(theme.color(colors.disabled if reading.off else colors.text))
        painter.drawText(dial, MIDDLE, reading.figure)
        painter.setFont(small)
        metrics, bottom = QFontMetrics(small), QRect(0, self._below(), self.width(), line)
        inks = (colors.caption, colors.caption if reading.off else colors.text, colors.caption)
        for ink, text in zip(inks, (reading.unit, reading.name, reading.note), strict=True):
            painter.setPen(theme.color(ink))
            room = self.width() - 2 * RING
            painter.drawText(bottom, MIDDLE, metrics.elidedText(text, Qt.TextElideMode.ElideRight, room))
            bottom.translate(0, line)
