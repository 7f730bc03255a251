"""Small widgets and makers that every panel uses: cards, captions, links, labels that cut their text."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCompleter, QFrame, QLabel, QLayout, QPushButton, QScrollArea, QSizePolicy, QWidget

from advisor.ui.look import theme

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def hint(text: str) -> str:
    """`text` for a tool tip: Qt takes what looks like HTML for HTML, and names out of files may look like anything."""
    if "<" not in text and "&" not in text:
        return text
    return f'<p style="white-space: pre-wrap">{escape(text)}</p>'


class Card(QFrame):
    """A flat panel with a border; the style sheet knows it by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")


class ElidedLabel(QLabel):
    """A label that cuts its text with an ellipsis instead of asking for more width; the tool tip holds it whole."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def setText(self, text: str) -> None:
        """Show as much of `text` as fits."""
        if text == self._whole:
            return
        self._whole = text
        self.setToolTip(hint(text))
        self.setAccessibleName(text)
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut again."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        super().setText(theme.elide(self.fontMetrics(), self._whole, self.width()))


def caption(wrap: bool = False) -> QLabel:
    """A label in the caption colour."""
    label = QLabel()
    label.setObjectName("caption")
    label.setWordWrap(wrap)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def figure(text: str = "") -> QLabel:
    """A right-aligned label for a number."""
    label = QLabel(text)
    label.setAlignment(RIGHT)
    return label


def link() -> QPushButton:
    """A button that looks like a link."""
    button = QPushButton()
    button.setObjectName("link")
    button.setFlat(True)
    return button


def scrolled(inner: QWidget) -> QScrollArea:
    """`inner` in an area that scrolls up and down only, and that the keyboard passes by."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def completer(names: Sequence[str], parent: QWidget) -> QCompleter:
    """Completes `names` as they are typed, anywhere in the name."""
    found = QCompleter(list(names), parent)
    found.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    found.setFilterMode(Qt.MatchFlag.MatchContains)
    found.setMaxVisibleItems(12)
    return found
