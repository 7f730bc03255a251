"""The list that the switcher opens: machines in sections, found by typing, chosen by arrows and Enter or by a click."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from advisor.i18n import Translator
from advisor.palette import Palette
from advisor.ui.look import theme
from advisor.ui.look.widgets import hint, link
from advisor.ui.machines.shelf import SECTIONS, Entry, found

LETTERS, LINES = 50, 32  # its size on a screen that has it
GAP = 10  # above a section's heading
_ENTRY = Qt.ItemDataRole.UserRole
_WALKS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class MachineList(QFrame):
    """Emits what was chosen; closes itself then."""

    chosen = Signal(object)  # Entry
    renamed = Signal(str)  # a kept machine that is to be called otherwise
    forgotten = Signal(str)  # one that is to be kept no longer

    def __init__(self, _: Translator, colors: Palette, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._heading_ink = theme.color(colors.caption)
        self.setObjectName("card")
        self.setAccessibleName(_("Machines"))
        self._tr = _
        self._entries: Sequence[Entry] = ()
        self._current: object = None
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(_("Find a machine"))
        self.search.setAccessibleName(_("Find a machine"))
        self.list = QListWidget()
        self.list.setAccessibleName(_("Machines"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(False)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.rename, self.forget = link(), link()
        self.rename.setText(_("Rename (F2)"))
        self.forget.setText(_("Forget (Del)"))
        below = QHBoxLayout()
        below.addStretch(1)
        below.addWidget(self.rename)
        below.addWidget(self.forget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)
        for watched in (self.search, self.list):
            watched.installEventFilter(self)
        self.search.textChanged.connect(self._fill)
        self.list.itemClicked.connect(self._choose)
        self.list.currentItemChanged.connect(lambda *_items: self._mark())
        self.rename.clicked.connect(lambda: self._tell(self.renamed.emit))
        self.forget.clicked.connect(lambda: self._tell(self.forgotten.emit))

    def show_entries(self, entries: Sequence[Entry], current: object) -> None:
        """What there is to choose from; the one whose value is `current` is marked and stands ready."""
        self._entries, self._current = entries, current
        self._fill()

    def open_below(self, button: QWidget) -> None:
        """Show it under a button, right edges in line, on the same screen."""
        room = button.screen().availableGeometry()
        corner = button.mapToGlobal(QPoint(button.width(), button.height() + 2))
        metrics = self.fontMetrics()
        wanted = QSize(metrics.averageCharWidth() * LETTERS, theme.line_height(self.font()) * LINES)
        size = wanted.boundedTo(QSize(room.width(), max(200, room.bottom() - corner.y())))
        self.resize(size)
        self.move(max(room.left(), corner.x() - size.width()), corner.y())
        self.show()
        self.search.setFocus()

    def _fill(self) -> None:
        kept = self.entry()
        self.list.clear()
        section, ready = "", None
        bold = theme.scaled(self.font(), 1.0, bold=True)
        for entry in found(self._entries, self.search.text()):
            if entry.section != section and SECTIONS[entry.section]:
                self._add_heading(self._tr(SECTIONS[entry.section]))
            section = entry.section
            shown = entry.section != "command" and entry.value == self._current
            item = QListWidgetItem(f"✓ {entry.title}" if shown else entry.title)
            item.setData(_ENTRY, entry)
            item.setToolTip(hint(entry.hint or entry.title))
            if shown:
                item.setFont(bold)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, self._tr("{machine}, shown now", machine=entry.title))
            self.list.addItem(item)
            wanted = entry == kept if kept is not None else shown
            if ready is None or (wanted and not self.search.text()):
                ready = item
        if ready is not None:
            self.list.setCurrentItem(ready)
        self._mark()

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = theme.scaled(self.font(), theme.CAPTION, bold=True)
        item.setFont(font)
        item.setForeground(self._heading_ink)
        item.setTextAlignment(Qt.AlignmentFlag.AlignBottom)
        item.setSizeHint(QSize(0, theme.line_height(font) + GAP))
        self.list.addItem(item)

    def entry(self) -> Entry | None:
        """The entry that stands ready."""
        item = self.list.currentItem()
        found_ = item.data(_ENTRY) if item is not None else None
        return found_ if isinstance(found_, Entry) else None

    def _mark(self) -> None:
        entry = self.entry()
        kept = entry is not None and entry.section == "kept"
        for button in (self.rename, self.forget):
            button.setVisible(kept)

    def _choose(self, _item: object = None) -> None:
        entry = self.entry()
        if entry is not None:
            self.hide()
            self.chosen.emit(entry)

    def _tell(self, tell: Callable[[str], None]) -> None:
        entry = self.entry()
        if entry is not None and entry.section == "kept":
            self.hide()
            tell(str(entry.value))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search, arrows walk the list; Enter chooses, F2 and Delete are for kept machines."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key == Qt.Key.Key_F2:
            self._tell(self.renamed.emit)
        elif key == Qt.Key.Key_Delete and (watched is self.list or not self.search.text()):
            self._tell(self.forgotten.emit)
        elif key in _WALKS and watched is self.search:
            self._walk(event)
        else:
            return super().eventFilter(watched, event)
        return True

    def _walk(self, event: QKeyEvent) -> None:
        self.list.keyPressEvent(event)
        if self.list.currentItem() is None:
            self.list.setCurrentRow(0)
