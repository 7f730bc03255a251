"""The curve's picture and handle: memory against one knob, turned by dragging along it or by the arrow keys."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from advisor.palette import LIGHT, Palette
from advisor.ui.look import theme
from advisor.ui.memory.curve_data import Curve, Point, next_to, snap
from advisor.ui.memory.curve_paint import Painted, Picture, paint, plot
from advisor.ui.memory.pools import Limit
from advisor.ui.memory.scales import Scales

MAGNET = 6  # pixels within which the largest that fits draws the handle to itself
LINES = 6.5  # the plot's least height in lines of text


class Shown(NamedTuple):
    """What is drawn: the curve, the present point, the lines of capacity and their names."""

    curve: Curve
    now: Point
    lines: tuple[Limit, ...]
    names: tuple[str, ...]


class CurveView(QAbstractSlider):
    """A slider whose groove is a curve. `turned` brings a new value of the knob, `hovered` the value under the mouse
    (None where there is none).
    """

    turned = Signal(int)
    hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        self.colors: Palette = LIGHT
        self._pointed: Point | None = None
        self._painted: Painted | None = None
        self._dragging = False
        self._showing = False
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.valueChanged.connect(self._asked_by_reader)

    def show_curve(self, shown: Shown | None, colors: Palette) -> None:
        """Draw this from now on; None draws nothing."""
        self.shown, self.colors = shown, colors
        if shown is not None:
            self._showing = True
            self.setRange(shown.curve.least, shown.curve.most)
            self.setValue(shown.now.x)
            self._showing = False
        self.update()

    def point_at(self, pointed: Point | None) -> None:
        """Mark the point under the mouse."""
        if pointed != self._pointed:
            self._pointed = pointed
            self.update()

    def _asked_by_reader(self, value: int) -> None:
        """A screen reader moved the slider."""
        if not self._showing:
            self.turned.emit(value)

    def sizeHint(self) -> QSize:
        """A strip a little wider than high."""
        return QSize(240, round(theme.line_height(self.font()) * LINES))

    def minimumSizeHint(self) -> QSize:
        """Never lower than its hint."""
        return QSize(120, self.sizeHint().height())

    def scales(self) -> Scales | None:
        """Where values lie on this widget; None while there is nothing to draw."""
        shown = self.shown
        return None if shown is None else plot(self.font(), self.size(), shown.curve, shown.now, shown.lines)

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other heights."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it all."""
        shown, scales = self.shown, self.scales()
        if shown is not None and scales is not None:
            lines = tuple(zip(shown.lines, shown.names, strict=True))
            picture = Picture(shown.curve, shown.now, lines, scales, self._pointed, self.hasFocus())
            self._painted = paint(self, picture, self.colors, self._painted)

    def _value_at(self, x: float) -> int:
        shown, scales = self.shown, self.scales()
        assert shown is not None
        assert scales is not None
        largest = shown.curve.largest
        if largest is not None and abs(scales.x(largest) - x) <= MAGNET:
            return largest
        return snap(scales.value(x), shown.curve.knob, shown.curve.least, shown.curve.most)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle to the mouse, and with it."""
        if self.shown is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._dragging = True
        self._turn(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn the knob while dragged; else say what lies under the mouse."""
        if self.shown is None:
            return
        value = self._value_at(event.position().x())
        if self._dragging:
            self._turn(value)
        self.hovered.emit(None if self._dragging else value)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._dragging = False

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing lies under the mouse."""
        self.hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the panel; it turns no knob by accident."""
        event.ignore()

    def _turn(self, value: int) -> None:
        if self.shown is not None and value != self.shown.now.x:
            self.turned.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows by a step, Page keys double and halve, Home and End go to the ends, Enter to the largest that fits."""
        target = None if self.shown is None else _by_key(event.key(), self.shown)
        if target is None:
            event.ignore()
        else:
            self._turn(target)


def _by_key(key: int, shown: Shown) -> int | None:
    """Where a key takes the knob; None for keys that do not."""
    curve, now = shown.curve, shown.now.x
    if key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up):
        up = key in (Qt.Key.Key_Right, Qt.Key.Key_Up)
        return next_to(now, curve.knob, up, curve.least, curve.most)
    targets: Sequence[tuple[Qt.Key, int | None]] = (
        (Qt.Key.Key_PageUp, min(now * 2, curve.most)),
        (Qt.Key.Key_PageDown, max(now // 2, curve.least)),
        (Qt.Key.Key_Home, curve.least),
        (Qt.Key.Key_End, curve.most),
        (Qt.Key.Key_Return, curve.largest),
        (Qt.Key.Key_Enter, curve.largest),
    )
    return next((value for known, value in targets if known == key), None)
