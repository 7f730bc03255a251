"""Long texts for reading: rich text that is put together in idle slices, keeps its place, and tells of used links."""

from collections.abc import Sequence
from time import perf_counter

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QTextBrowser

SLICE_S = 0.008  # of the window's thread at a time
GAP = 8  # pixels between parts
_VEIL = 150  # of 255


class Sheet(QTextBrowser):
    """A browser that loads nothing and follows nothing by itself. Tab goes from link to link, Enter uses one."""

    used = Signal(str)  # the address of a link

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        # Tables take the width that there is: their words break where they must.
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._left: list[str] = []
        self._next: QTextDocument | None = None
        self._own: QTextDocument | None = None
        self._place: int | None = None
        self._veil: QColor | None = None
        self._anchor = ""
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)
        self.anchorClicked.connect(lambda url: self.used.emit(url.toString()))

    @property
    def busy(self) -> bool:
        """Whether a text is still being put together; the one before it is shown meanwhile."""
        return self._next is not None

    def show_parts(self, parts: Sequence[str], keep_place: bool = True) -> None:
        """Show HTML that comes in parts, each small enough for one go; the place that was being read is kept."""
        self.stop()
        self._left = list(reversed(parts))
        self._place = self.verticalScrollBar().value() if keep_place else 0
        self._next = QTextDocument(self)  # with this parent its pictures come from here
        self._next.setUndoRedoEnabled(False)
        self._next.setDefaultFont(self.font())
        self._next.setDefaultTextOption(self.document().defaultTextOption())
        self._next.setDocumentMargin(self.document().documentMargin())
        self._timer.start()

    def stop(self) -> None:
        """Leave the text as it is."""
        self._timer.stop()
        if self._next is not None:
            self._next.deleteLater()
            self._next = None

    def finish(self) -> None:
        """All of it now, as for a picture or a test."""
        while self._next is not None:
            self._slice()

    def _slice(self) -> None:
        end = perf_counter() + SLICE_S
        while self._left and perf_counter() < end:
            self._append(self._left.pop())
        if not self._left:
            self._shown()

    def _append(self, html: str) -> None:
        assert self._next is not None
        cursor = QTextCursor(self._next)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._next.isEmpty():
            apart = QTextBlockFormat()
            apart.setTopMargin(GAP)  # the part's first block takes this format
            cursor.insertBlock(apart, QTextCharFormat())
        cursor.insertHtml(html)

    def _shown(self) -> None:
        assert self._next is not None
        self._timer.stop()
        old, self._own, self._next = self._own, self._next, None
        self.setDocument(self._own)
        if old is not None:  # the first one is Qt's, which deletes it
            old.deleteLater()
        if self._anchor:
            self.scrollToAnchor(self._anchor)
            self._anchor = ""
        elif self._place is not None:
            self.verticalScrollBar().setValue(self._place)

    def veil(self, color: str | None) -> None:
        """Grey the text while it is out of date: `color` is laid over it; None takes it away."""
        self._veil = None if color is None else QColor(color)
        if self._veil is not None:
            self._veil.setAlpha(_VEIL)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's, below the veil."""
        super().paintEvent(event)
        if self._veil is not None:
            painter = QPainter(self.viewport())
            painter.fillRect(event.rect(), self._veil)
            painter.end()

    def go_to(self, anchor: str) -> None:
        """Scroll to a place in the text, at once or when it is there."""
        if self._next is None:
            self.scrollToAnchor(anchor)
        else:
            self._anchor = anchor

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        """Nothing, whatever a text may ask for."""
        return None
