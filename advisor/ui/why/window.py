"""The window of "why?": stays open beside the program, follows the selection if asked to, goes back and forward."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from advisor.ui.base.state import State
from advisor.ui.base.topic import Topic
from advisor.ui.look.sheet import Sheet
from advisor.ui.why.lines import Page, parts

WIDTH, HEIGHT = 520, 560
_MOST = 50  # pages to go back to
SELECTED = ("cell", "part")  # what follows the selection


class WhyWindow(QDialog):
    """Shows pages that `build` makes; a page that cannot be made any more is left out."""

    closed = Signal()

    def __init__(self, state: State, build: Callable[[Topic], Page | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._build = state, build
        self._topics: list[Topic] = []
        self._at = -1
        self.page: Page | None = None
        self.sheet = Sheet()
        self.sheet.used.connect(self._use)
        self.back, self.forward = _arrow(Qt.ArrowType.LeftArrow), _arrow(Qt.ArrowType.RightArrow)
        self.follow = QCheckBox()
        self.follow.setChecked(True)
        self.copy, self.close_ = QPushButton(), QPushButton()
        self.back.clicked.connect(lambda: self._turn(-1))
        self.forward.clicked.connect(lambda: self._turn(1))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self.close_.clicked.connect(self.reject)
        for keys, step in ((QKeySequence.StandardKey.Back, -1), (QKeySequence.StandardKey.Forward, 1)):
            QShortcut(QKeySequence(keys), self, self._turner(step))
        self._arrange()
        state.theme_changed.connect(self.again)
        self.retranslate()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        for widget in (self.back, self.forward):
            top.addWidget(widget)
        top.addSpacing(8)
        top.addWidget(self.follow)
        top.addStretch(1)
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        bottom.addWidget(self.copy)
        bottom.addWidget(self.close_)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.sheet, 1)
        layout.addLayout(bottom)
        room = self.screen().availableGeometry()
        self.resize(min(WIDTH, room.width() - 40), min(HEIGHT, room.height() - 60))

    def retranslate(self) -> None:
        """All texts again; names within older pages are in the language in which they were asked."""
        _ = self._state.tr_
        self.follow.setText(_("Follow the &selection"))
        self.follow.setToolTip(_("While this is on, the page turns to the cell that is selected"))
        self.copy.setText(_("&Copy"))
        self.close_.setText(_("Close"))
        for button, name in ((self.back, _("Back")), (self.forward, _("Forward"))):
            button.setAccessibleName(name)
            button.setToolTip(name)
        self.sheet.setAccessibleName(_("Why?"))
        self.again()

    def ask(self, topic: Topic) -> None:
        """Show the page of `topic`, the latest of the pages to go back to."""
        if self._build(topic) is None:
            return
        if not (0 <= self._at < len(self._topics)) or self._topics[self._at] != topic:
            self._topics = [*self._topics[: self._at + 1], topic][-_MOST:]
            self._at = len(self._topics) - 1
        self._show(keep_place=False)
        self.show()
        self.raise_()
        self.activateWindow()

    def selection(self, cell: tuple[object, object]) -> None:
        """Another cell is selected: a page about the one before turns to it, if that is wanted."""
        topic = self._topics[self._at] if self._topics else None
        if not self.isVisible() or not self.follow.isChecked() or topic is None or topic.kind not in SELECTED:
            return
        thing = (*cell, *topic.thing[2:]) if isinstance(topic.thing, tuple) else cell
        self._topics[self._at] = Topic(topic.kind, thing)
        self._show(keep_place=True)

    def again(self) -> None:
        """The numbers, the language or the colours are others now."""
        if self._topics and self.isVisible():
            self._show(keep_place=True)

    def text(self) -> str:
        """The page as plain text."""
        self.sheet.finish()
        return self.sheet.toPlainText()

    def stop(self) -> None:
        """Nothing more is put together."""
        self.sheet.stop()

    def _show(self, keep_place: bool) -> None:
        page = self._build(self._topics[self._at])
        if page is None:
            return
        _ = self._state.tr_
        self.page = page
        self.setWindowTitle(_("Why? {cell}", cell=page.title))
        self.sheet.show_parts(list(parts(_, self._state.colors, page)), keep_place)
        self.back.setEnabled(self._at > 0)
        self.forward.setEnabled(self._at + 1 < len(self._topics))

    def _turner(self, step: int) -> Callable[[], None]:
        return lambda: self._turn(step)

    def _turn(self, step: int) -> None:
        if 0 <= self._at + step < len(self._topics):
            self._at += step
            self._show(keep_place=False)

    def _use(self, address: str) -> None:
        kind, _colon, number = address.partition(":")
        if kind == "go" and self.page is not None and number.isdecimal() and int(number) < len(self.page.links):
            self.ask(self.page.links[int(number)][1])

    def done(self, result: int) -> None:
        """Closed: nothing more is put together."""
        self.stop()
        super().done(result)
        self.closed.emit()


def _arrow(way: Qt.ArrowType) -> QToolButton:
    button = QToolButton()
    button.setArrowType(way)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
