"""The control that chooses one of several values, with figures and reasons in its list."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from advisor.ui.look import theme
from advisor.ui.settings.options import Note, OptionDelegate, annotate

NARROWEST = 216  # what the least panel leaves to a control below its label


class Choice(QComboBox):
    """One of several values; words are shown, values are told."""

    turned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)  # its row goes below its label if need be
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view().setItemDelegate(OptionDelegate(self.view()))
        self.currentIndexChanged.connect(lambda: self.turned.emit(self.currentData()))
        # Choosing what is shown already is a wish too, where it stands in for another.
        self.activated.connect(lambda: self.turned.emit(self.currentData()))

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
