"""A sentence that can be clicked: it breaks its lines where it is narrow, as a button's text cannot."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from advisor.palette import LIGHT
from advisor.ui.look import shapes, theme

MOST = 3  # lines
BESIDE = 3  # pixels around the text, for the frame of the focus


class TextLink(QPushButton):
    """A button of words alone; `ink` and `frame` are colours ("#rrggbb")."""

    def __init__(self) -> None:
        super().__init__()
        self.ink, self.frame = LIGHT.accent, LIGHT.accent
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def say(self, text: str) -> None:
        """Show and speak these words."""
        if text == self.text():
            return
        before = self.sizeHint().height()
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)
        if self.sizeHint().height() != before:
            self.updateGeometry()

    def _lines(self) -> list[str]:
        text = self.text().replace("&&", "&")
        width = max(40, self.width() - 2 * BESIDE)
        if self.fontMetrics().horizontalAdvance(text) <= width:
            return [text]
        return theme.wrap(self.font(), text, width, MOST)

    def sizeHint(self) -> QSize:
        """As many lines as the words need at this width."""
        return QSize(160, len(self._lines()) * theme.line_height(self.font()) + 2)

    def minimumSizeHint(self) -> QSize:
        """Never lower than its hint."""
        return QSize(60, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need more lines."""
        super().resizeEvent(event)
        if self.sizeHint().height() != self.height():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other heights."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, underlined under the mouse, framed with the focus."""
        painter = QPainter(self)
        font = self.font()
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(theme.color(self.ink))
        line = theme.line_height(self.font())
        for row, text in enumerate(self._lines()):
            box = QRectF(BESIDE, 1 + row * line, self.width() - 2 * BESIDE, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus():
            shapes.frame(painter, QRectF(self.rect()), theme.color(self.frame), 1.5)
        painter.end()
