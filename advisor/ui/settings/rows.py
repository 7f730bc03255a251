"""One row of the settings: a label, its control with what the setting costs below it, and why it may be greyed."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from advisor.ui.look import theme
from advisor.ui.look.widgets import RIGHT, ElidedLabel, caption, hint
from advisor.ui.settings.choice import Choice
from advisor.ui.settings.controls import Control, Number, Switch, Tokens
from advisor.ui.settings.knobs import SLIDERS, Knob
from advisor.workload import BOUNDS

CONTROL_FRAME = 8  # pixels of a control above and below its letters
FIGURE_LETTERS = 15  # of a switch's figure: "→ off: +89.0 MiB"
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
LEAST = 72  # of a heading
ARROW = 20  # its arrow's room beside the icon: gaps, padding, border
DELETES = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


def control_for(knob: Knob) -> Control:
    """The control that turns a knob."""
    if knob.kind == "choice":
        return Choice()
    if knob.kind == "switch":
        return Switch()
    low, high = BOUNDS[knob.key]
    return Tokens(low, high, SLIDERS[knob.key]) if knob.kind == "tokens" else Number(low, high)


class Row(QObject):
    """The widgets of one knob. Delete on the control, or its context menu, puts it back to its default; a click on its
    figure, or that menu, asks why.
    """

    reset = Signal()
    asked = Signal()

    def __init__(self, knob: Knob, parent: QObject) -> None:
        super().__init__(parent)
        self.knob = knob
        self.control = control_for(knob)
        self.label, self.figure, self.reason = QLabel(), Figure(), caption(wrap=True)
        self.label.setBuddy(self.control)
        self.head: QWidget
        self.field: QWidget
        if isinstance(self.control, Switch):  # it has its name beside its box, and its figure behind that
            self.head = self.field = Beside(self.control, self.figure)
            self.label.setParent(self.field)
            self.label.hide()
        else:
            self.head, self.field = QWidget(), QWidget()
            _fill(self.head, QVBoxLayout(self.head), self.label)
            _fill(self.field, QVBoxLayout(self.field), self.control, self.figure)
        self.action = QAction(self)
        self.action.triggered.connect(self.reset)
        self.why = QAction(self)
        self.why.triggered.connect(self.asked)
        self.figure.setCursor(Qt.CursorShape.PointingHandCursor)
        watched = [self.head, self.control, self.figure]
        watched += [self.control.slider, self.control.field] if isinstance(self.control, Tokens) else []
        for widget in watched:
            widget.installEventFilter(self)
        self.dress()

    def dress(self) -> None:
        """The figure in the caption's size, the label beside the middle of its control."""
        font = QGuiApplication.font()  # when it changes, these widgets have theirs of before
        self.figure.setFont(theme.scaled(font, theme.CAPTION))
        self.label.setMinimumHeight(theme.line_height(font) + CONTROL_FRAME)
        self._fit()

    def name(self, text: str) -> None:
        """What the setting is called: a switch says so itself."""
        if isinstance(self.control, Switch):
            self.control.say(text)
            self._fit()
        else:
            self.label.setText(text)

    def _fit(self) -> None:
        if isinstance(self.field, Beside):
            self.field.fit()

    def enable(self, possible: bool) -> None:
        """Grey it, or not."""
        self.label.setEnabled(possible)
        self.control.setEnabled(possible)

    def tell(self, tip: str, spoken: str) -> None:
        """What the tip says, and what a screen reader says of the control."""
        if self.head.toolTip() != tip:
            self.head.setToolTip(tip)
            self.control.setToolTip(tip)
        self.figure.setToolTip(tip)
        if self.control.accessibleDescription() != spoken:
            self.control.setAccessibleDescription(spoken)

    def wait(self, visible: bool) -> None:
        """What is shown is worked out anew."""
        self.figure.setVisible(visible)
        self.figure.setEnabled(False)

    def show_figure(self, text: str, visible: bool) -> None:
        """What the setting costs."""
        self.figure.setVisible(visible)
        self.figure.setEnabled(True)
        if self.figure.text() != text:
            self.figure.setText(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Delete resets; so does the context menu."""
        number = isinstance(watched, Number)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and not number:
            if event.key() in DELETES and self.control.isEnabled():
                self.reset.emit()
                return True
        elif isinstance(event, QContextMenuEvent) and event.type() == QEvent.Type.ContextMenu:
            self._menu(watched if isinstance(watched, Number) else None).popup(event.globalPos())
            return True
        elif watched is self.figure and event.type() == QEvent.Type.MouseButtonRelease and self.figure.isEnabled():
            self.asked.emit()
        return False

    def _menu(self, number: Number | None) -> QMenu:
        menu = QMenu(self.head) if number is None else number.lineEdit().createStandardContextMenu()
        if number is not None:
            menu.addSeparator()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.action.setEnabled(self.control.isEnabled() and self.action.isEnabled())
        self.why.setEnabled(self.figure.isEnabled() and bool(self.figure.text()))
        menu.addAction(self.why)
        menu.addAction(self.action)
        return menu


class Figure(ElidedLabel):
    """A figure in the caption's colour. It keeps its line while there is none, so that no row moves when it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("caption")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """All of it, though it may be cut now."""
        return QSize(self.fontMetrics().horizontalAdvance(self.accessibleName()) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """It may be cut."""
        return QSize(0, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        """Show as much of `text` as fits."""
        super().setText(text)
        self.updateGeometry()


class Beside(QWidget):
    """A switch with its figure behind it; below it where both do not fit side by side."""

    def __init__(self, switch: Switch, shown: Figure) -> None:
        super().__init__()
        self._switch, self._shown = switch, shown
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        _fill(self, self._box, switch, shown)
        self.setLayout(self._box)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look again whether both fit."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Beside each other, or one below the other."""
        room = self.width() - self._switch.sizeHint().width()
        fits = room >= self.fontMetrics().horizontalAdvance("n") * FIGURE_LETTERS
        self._switch.setMinimumWidth(self._switch.sizeHint().width() if fits else 0)  # its figure gives way first
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)
        self._shown.setAlignment(RIGHT if fits else LEFT)


def _fill(host: QWidget, layout: QBoxLayout, *widgets: QWidget) -> None:
    host.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)


class Heading(QToolButton):
    """Folds and unfolds the rows below it."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self._whole = ""
        self.setObjectName("heading")
        self.setProperty("elides", True)
        self.setCheckable(True)
        self.setChecked(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self.show_open)
        self.show_open(True)

    def show_open(self, opened: bool) -> None:
        """The arrow's direction."""
        self.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)

    def say(self, text: str, folds: str) -> None:
        """Its text, and what a click does."""
        self._whole = text
        self.setToolTip(hint(f"{text}\n{folds}"))
        self.setAccessibleName(text)
        self.setAccessibleDescription(folds)
        self.updateGeometry()
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text again."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        self.setText(theme.elide(self.fontMetrics(), self._whole, self.width() - self._arrow()))

    def _arrow(self) -> int:
        return self.iconSize().width() + ARROW

    def sizeHint(self) -> QSize:
        """The whole text."""
        wanted = self.fontMetrics().horizontalAdvance(self._whole) + self._arrow()
        return QSize(wanted, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """A few letters of it."""
        return QSize(LEAST, super().minimumSizeHint().height())
