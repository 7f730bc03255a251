"""What each technique saves, as rows that turn it on or off: mark, words, bytes, and a bar of their size."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from advisor.i18n import Translator
from advisor.palette import LIGHT, Palette
from advisor.ui.look import shapes, theme
from advisor.ui.look.widgets import caption, hint, link
from advisor.ui.memory.savings import Saving

MARK = 11
STRIPE = 3
MOST = 2  # lines of a technique's words
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TechniqueButton(QPushButton):
    """A technique: ticked where it is on. Painted, so that the bar of its size lies under its words."""

    def __init__(self) -> None:
        super().__init__()
        self.colors: Palette = LIGHT
        self.figure = ""
        self.share = 0.0  # of the largest among them
        self.costs = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def say(self, words: str, figure: str) -> None:
        """Show these words, which may need another line."""
        before = self.sizeHint().height()
        self.figure = figure
        self.setText(words.replace("&", "&&"))
        if self.sizeHint().height() != before:
            self.updateGeometry()

    def _lines(self) -> list[str]:
        text, metrics = self.text().replace("&&", "&"), self.fontMetrics()
        room = max(40, self.width() - MARK - 20 - metrics.horizontalAdvance(self.figure))
        if metrics.horizontalAdvance(text) <= room:
            return [text]
        return [theme.elide(metrics, line, room) for line in theme.wrap(self.font(), text, room, MOST)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need more lines."""
        super().resizeEvent(event)
        if self.sizeHint().height() != self.height():
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The words' lines and their bar."""
        return QSize(160, len(self._lines()) * theme.line_height(self.font()) + STRIPE + 5)

    def minimumSizeHint(self) -> QSize:
        """As high as the hint."""
        return QSize(80, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other heights."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark, words, figure; below them the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, colors = theme.line_height(self.font()) + 2, self.colors
        foot = self.height() - STRIPE - 2
        box = QRectF(MARK + 8, 1, self.width() - MARK - 12, line)
        self._mark(painter, QRectF(3, 1 + (line - MARK) / 2, MARK, MARK))
        painter.setPen(theme.color(colors.text))
        painter.drawText(box, RIGHT, self.figure)
        painter.setPen(theme.color(colors.accent if self.underMouse() else colors.text))
        for row, text in enumerate(self._lines()):
            painter.drawText(box.translated(0, row * (line - 2)), LEFT, text)
        ground = QRectF(box.left(), foot, box.width(), STRIPE)
        painter.fillRect(ground, theme.color(colors.track))
        ink = colors.components["gradients"] if self.costs else colors.verdicts["fits"]
        painter.fillRect(QRectF(ground.left(), ground.top(), ground.width() * self.share, STRIPE), theme.color(ink))
        if self.hasFocus():
            shapes.frame(painter, QRectF(self.rect()), theme.color(colors.accent), 1.5)
        painter.end()

    def _mark(self, painter: QPainter, box: QRectF) -> None:
        colors = self.colors
        painter.setPen(QPen(theme.color(colors.accent if self.isChecked() else colors.caption), 1.2))
        if not self.isCheckable():
            middle, left = box.center().y(), box.left() + 4
            painter.drawPolyline([QPointF(left, middle - 4), QPointF(left + 4, middle), QPointF(left, middle + 4)])
            return
        painter.setBrush(theme.color(colors.accent if self.isChecked() else colors.raised))
        painter.drawRoundedRect(box, 2.5, 2.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.isChecked():
            painter.setPen(QPen(theme.color(colors.on_accent), 1.6))
            x, y = box.left(), box.top()
            painter.drawPolyline([QPointF(x + 2.5, y + 5.8), QPointF(x + 4.7, y + 8), QPointF(x + 8.6, y + 3.4)])


class Techniques(QWidget):
    """A row for each saving. Rows are used again, so that the keys stay on the technique that was turned."""

    tried = Signal(object)  # the changes of a technique that was clicked
    asked = Signal(object)  # the saving whose "why?" was clicked

    def __init__(self, before: QWidget) -> None:
        """The Tab key comes from `before`."""
        super().__init__()
        self._before = before
        self._shown: list[str] = []
        self._title = caption()
        self._title.setWordWrap(True)
        self._rows: dict[str, tuple[QWidget, TechniqueButton, QPushButton]] = {}
        self.savings: tuple[Saving, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._title)

    def show_savings(self, _: Translator, savings: Sequence[Saving], colors: Palette) -> None:
        """What each technique changes for the cell that is shown, in this order."""
        self.savings = tuple(savings)
        self._title.setText(_("What each technique changes here"))
        self._title.setVisible(bool(savings))
        largest = max((abs(one.bytes) for one in savings), default=1)
        shown: list[str] = []
        for saving in savings:
            key = _key(saving)
            row = self._rows.get(key) or self._make(key)
            self._fill(_, row[1], row[2], saving, colors)
            row[1].share = abs(saving.bytes) / largest
            if self._layout.indexOf(row[0]) != len(shown) + 1:
                self._layout.insertWidget(len(shown) + 1, row[0])
            row[0].show()
            shown.append(key)
        for key, row in self._rows.items():
            if key not in shown:
                row[0].hide()
        if shown != self._shown:
            self._shown = shown
            self._order_keys()

    def _order_keys(self) -> None:
        """Tab goes through the rows as they stand: Qt puts what is made late behind the whole window."""
        before = self._before
        for key in self._shown:
            for stop in self._rows[key][1:]:
                QWidget.setTabOrder(before, stop)
                before = stop

    def _make(self, key: str) -> tuple[QWidget, TechniqueButton, QPushButton]:
        row, button, why = QWidget(), TechniqueButton(), link()
        why.setText("?")
        why.setStyleSheet("padding: 0px 4px")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(button, 1)
        layout.addWidget(why)
        button.clicked.connect(lambda: self.tried.emit(self._of(key).changes))
        why.clicked.connect(lambda: self.asked.emit(self._of(key)))
        self._rows[key] = row, button, why
        return self._rows[key]

    def _of(self, key: str) -> Saving:
        return next(saving for saving in self.savings if _key(saving) == key)

    def _fill(self, _: Translator, button: TechniqueButton, why: QPushButton, saving: Saving, colors: Palette) -> None:
        values = {key: f"{value:,}" if isinstance(value, int) else value for key, value in saving.values.items()}
        words = _(saving.label, **values)
        size = f"{'−' if saving.bytes >= 0 else '+'}{_.gib(abs(saving.bytes))}"
        button.colors, button.costs = colors, saving.bytes < 0
        button.say(words, size)
        button.setCheckable(not saving.step)
        button.setChecked(saving.on)
        does = _("On: a click takes it back") if saving.on else _("Click to turn this knob")
        button.setToolTip(hint(f"{words}: {size}\n{does}"))
        button.setAccessibleName(f"{words}: {size}")
        button.setAccessibleDescription(does)
        why.setToolTip(_("Why? The formula of every number"))
        why.setAccessibleName(_("Why? {cell}", cell=words))
        button.update()


def _key(saving: Saving) -> str:
    return saving.label
