"""What lies over the window while files are held above it: that they may be dropped, and what becomes of them."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from advisor.ui.base.state import State
from advisor.ui.look import theme

_MARGIN, _RADIUS, _VEIL = 12, 8, 225  # pixels, pixels, opacity of 255


class DropTarget(QWidget):
    """A veil with a frame and one sentence. Mouse and drag go through it to the window."""

    def __init__(self, screen: QWidget) -> None:
        super().__init__(screen)
        self._screen = screen
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def appear(self, state: State) -> None:
        """Cover the window."""
        _ = state.tr_
        self._colors = state.colors
        self.setAccessibleName(_("Drop to open: models, a saved machine, or dumps of one machine together"))
        self.setGeometry(self._screen.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Veil, frame, sentence."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(self._colors.window)
        veil.setAlpha(_VEIL)
        painter.fillRect(self.rect(), veil)
        box = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.setPen(QPen(theme.color(self._colors.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        painter.setPen(theme.color(self._colors.text))
        painter.setFont(theme.scaled(self.font(), theme.TITLE, bold=True))
        inner = QRect(box).adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.accessibleName())
