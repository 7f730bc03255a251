"""The menu of a cell: by the right mouse button, by the menu key and by Shift+F10."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu

from advisor.ui.base.commands import Commands
from advisor.ui.matrix.view import MatrixView

LINE = ""
ENTRIES = (
    "why.cell", "matrix.compare", LINE,
    "matrix.copy_cell", "matrix.copy_row", "matrix.copy_table", "matrix.export_csv", LINE,
    "matrix.favourite", "matrix.only_family", "matrix.clear_filters",
)  # fmt: skip


class CellMenu(QObject):
    """Fills the menu when it is opened: commands that no room has added are left out."""

    def __init__(self, commands: Commands, view: MatrixView) -> None:
        super().__init__(view)
        self._commands, self._view = commands, view
        self.menu = QMenu(view)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._at_mouse)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Not every system turns these keys into a request for the menu."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if event.key() == Qt.Key.Key_Menu or (event.key() == Qt.Key.Key_F10 and shifted):
                self.open_at_cell()
                return True
        return False

    def open_at_cell(self) -> None:
        """Open the menu below the current cell."""
        index = self._view.currentIndex()
        if index.isValid():
            self._view.scrollTo(index)
            self._open(self._view.visualRect(index).center())

    def _at_mouse(self, spot: QPoint) -> None:
        # A request by a key comes with a spot of its own, and may come beside the key itself.
        if self._view.indexAt(spot).isValid():
            self._open(spot)

    def _open(self, spot: QPoint) -> None:
        if not self.menu.isVisible():
            self.fill()
            self.menu.popup(self._view.viewport().mapToGlobal(spot))

    def fill(self) -> None:
        """The entries of now."""
        self.menu.clear()
        for key in ENTRIES:
            if key == LINE:
                self.menu.addSeparator()
            elif key in self._commands:
                self.menu.addAction(self._commands[key])
