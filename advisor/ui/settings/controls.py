"""The controls that turn one knob: a choice, a switch, a number, a token count with a logarithmic slider."""

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)  # fmt: skip

from advisor.ui.look import theme
from advisor.ui.settings.options import Note, OptionDelegate, annotate

STEPS_PER_OCTAVE = 4
GAP = 8  # between slider and field
SLIDER_LEAST = 56
NARROWEST = 216  # what the least panel leaves to a control below its label
FIELD_FRAME = 38  # pixels of a number's field beside its text: border, padding, cursor, arrows


class Choice(QComboBox):
    """One of several values; words are shown, values are told."""

    turned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)  # its row goes below its label if need be
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view().setItemDelegate(OptionDelegate(self.view()))
        self.currentIndexChanged.connect(lambda: self.turned.emit(self.currentData()))

    def offer(self, items: Sequence[tuple[str, str]], value: str) -> None:
        """The (value, words) to choose from, and which is chosen; tells nobody."""
        with QSignalBlocker(self):
            known = [(self.itemData(i), self.itemText(i)) for i in range(self.count())]
            if known != list(items):
                self.clear()
                for one, words in items:
                    self.addItem(words, one)
            self.setCurrentIndex(self.findData(value))

    def annotate(self, notes: Mapping[str, Note]) -> None:
        """What stands beside each option in the list, and which options cannot be chosen."""
        for row in range(self.count()):
            annotate(self.model(), self.model().index(row, 0), notes.get(self.itemData(row), Note()))

    def showPopup(self) -> None:
        """The list is as wide as its longest line, figures included."""
        bar = self.view().verticalScrollBar().sizeHint().width() if self.count() > self.maxVisibleItems() else 0
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + bar + 4)
        super().showPopup()

    def minimumSizeHint(self) -> QSize:
        """Room for the longest words, as far as a narrow panel has it."""
        return super().minimumSizeHint().boundedTo(QSize(NARROWEST, 1 << 16))

    def paintEvent(self, event: QPaintEvent) -> None:
        """As the style paints it, words too long for it cut with an ellipsis."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        style, box = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(style, option, box, self)
        painter = QStylePainter(self)
        painter.drawComplexControl(style, option)
        option.currentText = theme.elide(self.fontMetrics(), self.currentText(), room.width())  # type: ignore[attr-defined]
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the panel; it never turns a knob by accident."""
        event.ignore()


class Switch(QCheckBox):
    """On or off."""

    turned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.toggled.connect(self.turned.emit)

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
        advance = self.field.fontMetrics().horizontalAdvance
        usual = min(advance(self._usual) + FIELD_FRAME, NARROWEST)
        self.field.setFixedWidth(max(usual, advance(text) + FIELD_FRAME))

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
