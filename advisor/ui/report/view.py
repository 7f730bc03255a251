"""Shows a report's document: rich text, its charts painted as wide as there is room."""

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, QUrl
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF, QResizeEvent

from advisor.palette import LIGHT, Palette
from advisor.report.charts import WIDTH as WIDTH_MM
from advisor.report.document import Document
from advisor.report.drawing import MM_PER_POINT, Dot, Drawing, Line, Path, Rect, Shape, Text
from advisor.report.svg import VARIABLES
from advisor.ui.look import theme
from advisor.ui.look.sheet import Sheet
from advisor.ui.report import preview as report_preview

LEAST, MOST = 320, 760  # pixels: a chart's width
_AGAIN_MS = 200  # after the last change of the width
_DASHES = (6.0, 4.5)  # in widths of the line


class ReportView(Sheet):
    """Loads nothing but the charts of the document that it shows, painted as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._document: Document | None = None
        self._drawings: Mapping[str, Drawing] = {}
        self._colors = LIGHT
        self._painted: dict[str, QImage] = {}
        self._wider = QTimer(self)
        self._wider.setSingleShot(True)
        self._wider.setInterval(_AGAIN_MS)
        self._wider.timeout.connect(self._again)

    def show_document(self, document: Document, drawings: Mapping[str, Drawing], colors: Palette) -> None:
        """Show `document`, at the place where the last one was being read; `drawings` are its charts by address, drawn
        elsewhere: what draws them takes a second to load.
        """
        self._document, self._drawings, self._colors = document, drawings, colors
        self._painted.clear()
        self.show_parts(list(report_preview.parts(document, colors)))

    def dress(self, colors: Palette) -> None:
        """The same document in the colours of another theme."""
        if self._document is not None:
            self.show_document(self._document, self._drawings, colors)

    def show_words(self, text: str) -> None:
        """Show one sentence instead."""
        self.stop()
        self._document = None
        self._drawings = {}
        self.setPlainText(text)

    def stop(self) -> None:
        """Nobody looks any more."""
        super().stop()
        self._wider.stop()

    def loadResource(self, _kind: int, name: QUrl | str) -> object:
        """A chart's picture; nothing else, whatever a text may ask for."""
        key = name.toString() if isinstance(name, QUrl) else name
        if key not in self._painted:
            if key not in self._drawings:
                return None
            width = max(LEAST, min(MOST, self.viewport().width() - 16))
            picture = image(self._drawings[key], width, self.devicePixelRatioF(), self.font(), self._colors)
            self._painted[key] = picture
        return self._painted[key]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Charts are painted again, a moment after the width has changed."""
        super().resizeEvent(event)
        if self._painted and event.size().width() != event.oldSize().width():
            self._wider.start()

    def _again(self) -> None:
        self.dress(self._colors)


def image(drawing: Drawing, width: int, ratio: float, font: QFont, colors: Palette) -> QImage:
    """`drawing` as a picture `width` pixels wide, on a screen with `ratio` dots to a pixel, in the theme's colours."""
    scale = width / WIDTH_MM
    height = round(drawing.height * scale)
    found = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    found.setDevicePixelRatio(ratio)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for shape in drawing.shapes:
        _shape(painter, shape, scale, font, colors)
    painter.end()
    return found


def _shape(painter: QPainter, shape: Shape, scale: float, font: QFont, colors: Palette) -> None:
    match shape:
        case Rect():
            box = QRectF(shape.x * scale, shape.y * scale, shape.width * scale, shape.height * scale)
            painter.fillRect(box, _color(shape.fill, colors))
        case Line():
            pen = QPen(_color(shape.colour, colors), shape.width * scale)
            if shape.dashed:
                pen.setDashPattern(_DASHES)
            painter.setPen(pen)
            painter.drawLine(QPointF(shape.x1 * scale, shape.y1 * scale), QPointF(shape.x2 * scale, shape.y2 * scale))
        case Path():
            color = _color(shape.colour, colors)
            points = QPolygonF([QPointF(x * scale, y * scale) for x, y in shape.points])
            painter.setBrush(color if shape.fill else Qt.BrushStyle.NoBrush)
            painter.setPen(Qt.PenStyle.NoPen if shape.fill else QPen(color, shape.width * scale))
            painter.drawPolygon(points) if shape.fill else painter.drawPolyline(points)
        case Dot():
            painter.setBrush(_color(shape.fill, colors))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(shape.x * scale, shape.y * scale), shape.radius * scale, shape.radius * scale)
        case Text():
            _text(painter, shape, scale, font, colors)


def _text(painter: QPainter, shape: Text, scale: float, base: QFont, colors: Palette) -> None:
    font = QFont(base)
    font.setPixelSize(max(1, round(shape.size * MM_PER_POINT * scale)))
    font.setBold(shape.bold)
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor]
    x = shape.x * scale - shift * QFontMetricsF(font).horizontalAdvance(shape.text)
    painter.setFont(font)
    painter.setPen(_color(shape.colour, colors))
    painter.drawText(QPointF(x, shape.y * scale), shape.text)


def _color(code: str, colors: Palette) -> QColor:
    """The theme's colour for one of the light palette; a colour that is none of it stays itself."""
    name = VARIABLES.get(code, "")
    table = {**colors._asdict(), **colors.verdicts, **colors.components}
    return theme.color(table.get(name, code))
