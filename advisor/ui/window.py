"""The main window: shown at once and empty, filled with the screen right after its first paint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QMoveEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QDialog, QMainWindow, QStatusBar

from advisor import NAME
from advisor.i18n import N_
from advisor.ui.look.frame import FRAME

if TYPE_CHECKING:  # it loads after the first paint
    from collections.abc import Iterator

    from advisor.ui.menus import Menus
    from advisor.ui.screen import Screen
    from advisor.ui.shell.drop import DropTarget

SIZE = QSize(1366, 728)  # a 768-line screen less its task bar
TELL_MS = 8000


class Window(QMainWindow):
    """Owns the screen and what happens to a window as a whole: theme changes, dropped files, closing."""

    def __init__(self, title: str = NAME) -> None:
        super().__init__()
        self.screen_: Screen | None = None
        self.menus: Menus | None = None
        self._bar: QStatusBar | None = None
        self._drop: DropTarget | None = None
        self.setWindowTitle(title)
        self.resize(SIZE)
        self.setAcceptDrops(True)

    def open(self, geometry: str = "") -> None:
        """Show the window where it was left, when that is known and still on a screen. Else in its usual size, never
        larger than its screen: where that is too small for SIZE, the window takes it all.
        """
        if geometry:
            from advisor.ui.shell import place

            if place.restore(self, geometry):
                self.show()
                return
        room = self.screen().availableGeometry().size() - FRAME
        if SIZE.boundedTo(room) == SIZE:
            self.show()
            return
        self.resize(SIZE.boundedTo(room))  # what it goes back to from the whole screen
        self.showMaximized()

    def take(self, screen: Screen) -> None:
        """Hold a screen that is still being made; nobody sees it before `fill`."""
        screen.hide()
        self.setCentralWidget(screen)

    def fill(self, screen: Screen) -> Iterator[None]:
        """Show a screen that `take` was given, after the last step."""
        from advisor.ui.menus import Menus
        from advisor.ui.shell.recent_menu import RecentMenu

        screen.commands.add("help.shortcuts", N_("&Keyboard shortcuts"), self.show_shortcuts, shortcut="Ctrl+F1")
        self.menus = Menus(self.menuBar(), screen.commands)
        recent = self.menus.named["recent"]
        RecentMenu(recent, screen.state, screen.work, screen.own_models, screen.actions_)
        screen.state.language_changed.connect(self.retranslate)
        screen.state.theme_changed.connect(self._dress)
        self.screen_ = screen
        self._dress()
        yield
        screen.retranslate()
        self.retranslate()  # after the commands'
        yield
        screen.show()
        screen.matrix.view.setFocus()
        screen.actions_.told.connect(self._tell)

    def retranslate(self) -> None:
        """The menus' titles in another language."""
        if self.menus is not None and self.screen_ is not None:
            self.menus.retranslate(self.screen_.state.tr_)

    def show_shortcuts(self) -> None:
        """List every command that has keys."""
        from PySide6.QtCore import Qt  # a third of an empty window's start, so not before the first paint

        from advisor.ui.dialogs.basic import ReadingDialog
        from advisor.ui.help.shortcuts import html

        if self.menus is None or self.screen_ is None:
            return
        _ = self.screen_.state.tr_
        dialog = ReadingDialog(self.screen_)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show_text(_, _("Keyboard shortcuts"), html(_, self.menus.listed(), self.screen_.commands))

    def _dress(self) -> None:
        from advisor.ui.look import theme

        if self.screen_ is not None:
            self.menuBar().setStyleSheet(theme.menu_sheet(self.screen_.state.colors))

    def remark(self, text: str) -> None:
        """Let the status bar say something until it has something else to say; all of it as a hint."""
        self._tell(text, 0)
        from advisor.ui.look.widgets import hint

        self.statusBar().setToolTip(hint(text))

    def _tell(self, text: str, for_ms: int = TELL_MS) -> None:
        """Show good news in the status bar, which is there only while it has something to say."""
        bar = self.statusBar()
        bar.setToolTip("")
        if self._bar is None:
            self._bar = bar
            bar.messageChanged.connect(lambda left: bar.setVisible(bool(left)))
        bar.showMessage(text, for_ms)
        bar.show()

    def event(self, event: QEvent) -> bool:
        """Hints of commands stand in their tips. In the status bar they would wipe away what it says, and let it come
        and go with the mouse over a menu.
        """
        return event.type() == QEvent.Type.StatusTip or super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """The system's colours changed."""
        screen = self.screen_
        if event.type() == QEvent.Type.ThemeChange and screen is not None and screen.state.theme == "system":
            QTimer.singleShot(0, screen, screen.state.refresh_theme)
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped: models, a saved machine, dumps of one; a model's folder too."""
        urls = event.mimeData().urls()
        if self.screen_ is None or not urls or not all(url.isLocalFile() for url in urls):
            return
        event.acceptProposedAction()
        if self._drop is None:
            from advisor.ui.shell.drop import DropTarget

            self._drop = DropTarget(self.screen_)
        self._drop.appear(self.screen_.state)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is dropped after all."""
        if self._drop is not None:
            self._drop.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped models or machine."""
        if self._drop is not None:
            self._drop.hide()
        if self.screen_ is not None:
            self.screen_.own_models.drop(*(url.toLocalFile() for url in event.mimeData().urls()))

    def moveEvent(self, event: QMoveEvent) -> None:
        """Where the window stands is kept."""
        super().moveEvent(event)
        if self.screen_ is not None:
            self.screen_.keeper.changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """How large the window is, too."""
        super().resizeEvent(event)
        if self.screen_ is not None:
            self.screen_.keeper.changed()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nothing runs on in a closed window. It is gone at once; what still runs is waited for behind the scenes."""
        for dialog in self.findChildren(QDialog):
            dialog.hide()
        if self.screen_ is not None:
            self.screen_.keeper.stop()
        if self._bar is not None:
            self._bar.clearMessage()  # and with it the timer that would clear it
        self.hide()
        QGuiApplication.sync()
        if self.screen_ is not None:
            self.screen_.stop()
        super().closeEvent(event)
