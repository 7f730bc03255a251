"""The controls that turn one knob: a choice, a switch, a number, a token count with a logarithmic slider."""

import math

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)  # fmt: skip

from advisor.ui.look import theme
from advisor.ui.settings.choice import NARROWEST, Choice

STEPS_PER_OCTAVE = 4
GAP = 8  # between slider and field
SLIDER_LEAST = 44
SWITCH_FRAME = 28  # pixels of a switch beside its name: the box, gaps, border
FIELD_FRAME = 38  # pixels of a number's field beside its text: border, padding, cursor, arrows


class Switch(QCheckBox):
    """On or off, with its own name, which is cut where it has no room."""

    turned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setProperty("elides", True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self.turned.emit)

    def say(self, text: str) -> None:
        """Its name."""
        self._whole = text
        self.updateGeometry()
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the name again."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        self.setText(theme.elide(self.fontMetrics(), self._whole, self.width() - SWITCH_FRAME).replace("&", "&&"))

    def sizeHint(self) -> QSize:
        """The whole name."""
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + SWITCH_FRAME + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The box and a few letters."""
        return QSize(SLIDER_LEAST + SWITCH_FRAME, super().minimumSizeHint().height())

    def set_value(self, value: bool) -> None:
        """Show a value; tells nobody."""
        with QSignalBlocker(self):
            self.setChecked(value)


class Number(QSpinBox):
    """A count between bounds; grouped thousands, steps by powers of two where the range is wide."""

    turned = Signal(object)

    def __init__(self, low: int, high: int, doubling: bool = True) -> None:
        super().__init__()
        self._doubling = doubling
        self.setRange(low, min(high, 2**31 - 1))
        self.setGroupSeparatorShown(True)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.valueChanged.connect(self.turned.emit)

    def set_value(self, value: int) -> None:
        """Show a value; tells nobody."""
        with QSignalBlocker(self):
            self.setValue(value)

    def event(self, event: QEvent) -> bool:
        """A field in which nothing was typed leaves undo and redo to the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            line = self.lineEdit()
            undo = event.matches(QKeySequence.StandardKey.Undo) and not line.isUndoAvailable()
            if undo or (_redoes(event) and not line.isRedoAvailable()):
                event.ignore()
                return False
        return super().event(event)

    def stepBy(self, steps: int) -> None:
        """Up and down double and halve."""
        if not self._doubling:
            super().stepBy(steps)
            return
        value = self.value()
        for _unused in range(abs(steps)):
            value = value * 2 if steps > 0 else max(1, value // 2)
        self.setValue(value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the panel."""
        event.ignore()


REDO = (QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z"))  # what Windows and what the others press


def _redoes(event: QKeyEvent) -> bool:
    return QKeySequence(event.keyCombination()) in REDO


class BigNumber(Number):
    """A count beyond a spin box's 31 bits, held in units of a thousand and shown with its suffix ("1,000 k")."""

    def __init__(self, low: int, high: int) -> None:
        super().__init__(max(1, low // 1000), high // 1000)
        self.setSuffix(" k")

    def set_value(self, value: int) -> None:
        """Show a value, rounded to thousands."""
        super().set_value(max(1, round(value / 1000)))


class Tokens(QWidget):
    """A token count: a slider in quarter octaves and an exact field. Qt's `setFocusProxy` makes the field its focus."""

    turned = Signal(object)

    def __init__(self, low: int, high: int, slider: tuple[int, int]) -> None:
        super().__init__()
        self._thousands = high > 2**31 - 1
        self._low = slider[0]
        self.field: Number = BigNumber(low, high) if self._thousands else Number(low, high)
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setMinimumWidth(SLIDER_LEAST)
        self.slider.setRange(0, round(STEPS_PER_OCTAVE * math.log2(slider[1] / slider[0])))
        self.slider.setPageStep(STEPS_PER_OCTAVE)
        self._usual = "1,000,000 k" if self._thousands else "131,072"
        self._fit(self.field.text())
        self.field.lineEdit().textChanged.connect(self._fit)
        layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.field)
        self.setFocusProxy(self.slider)
        self.slider.valueChanged.connect(self._slid)
        self.field.turned.connect(self._typed)

    def _fit(self, text: str) -> None:
        # Few values are long: the slider has the room until one is.
        advance = self.fontMetrics().horizontalAdvance  # the field hears of another font later
        usual = min(advance(self._usual) + FIELD_FRAME, NARROWEST)
        self.field.setFixedWidth(max(usual, advance(text) + FIELD_FRAME))

    def changeEvent(self, event: QEvent) -> None:
        """Another text size: the field is as wide as its digits are now."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit(self.field.text())

    def _wanted(self) -> int:
        return SLIDER_LEAST + GAP + self.field.width()

    def minimumSizeHint(self) -> QSize:
        """Both beside each other, as far as a narrow panel has room."""
        hint = super().minimumSizeHint()
        return QSize(min(self._wanted(), max(NARROWEST, self.field.width())), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room beside the slider, the field goes below it."""
        super().resizeEvent(event)
        beside = self.width() >= self._wanted()
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        layout = self.layout()
        if isinstance(layout, QBoxLayout) and layout.direction() != way:
            layout.setDirection(way)
            self.updateGeometry()

    def set_value(self, value: int) -> None:
        """Show a value; tells nobody."""
        self.field.set_value(value)
        self._fit(self.field.text())
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(STEPS_PER_OCTAVE * math.log2(max(1, value) / self._low)))

    def setAccessibleName(self, name: str) -> None:
        """Both parts speak under the same name."""
        super().setAccessibleName(name)
        self.slider.setAccessibleName(name)
        self.field.setAccessibleName(name)

    def setAccessibleDescription(self, text: str) -> None:
        """Both parts say the same of themselves."""
        super().setAccessibleDescription(text)
        self.slider.setAccessibleDescription(text)
        self.field.setAccessibleDescription(text)

    @property
    def held(self) -> bool:
        """Whether the slider is being dragged."""
        return self.slider.isSliderDown()

    def _slid(self, step: int) -> None:
        # Round to three binary digits, so that a slider stops at 4096, 5120, 6144, 7168, 8192, not at 4871.
        octave, quarter = divmod(step, STEPS_PER_OCTAVE)
        value = round(self._low * 2**octave * (1 + quarter / STEPS_PER_OCTAVE))
        self.field.set_value(value)
        self._fit(self.field.text())
        self.turned.emit(value)

    def _typed(self, value: int) -> None:
        self._fit(self.field.text())
        value = value * 1000 if self._thousands else value
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(STEPS_PER_OCTAVE * math.log2(max(1, value) / self._low)))
        self.turned.emit(value)


class _Slider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


Control = Choice | Switch | Number | Tokens
