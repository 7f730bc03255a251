"""Shows unexpected errors in the window's language, one dialog at a time, and what an earlier start left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:  # the dialog is loaded when it is needed, which is hardly ever
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from advisor.i18n import Translator
    from advisor.ui.crash.dialog import CrashDialog, Occasion
    from advisor.ui.crash.hooks import Hooks


class Care(QObject):
    """Hears the hooks for as long as its window is there; `speak` gives the translator of now."""

    def __init__(self, window: QWidget, speak: Callable[[], Translator], hooks: Hooks | None = None) -> None:
        super().__init__(window)
        self._window, self._speak = window, speak
        self.dialog: CrashDialog | None = None
        if hooks is not None:
            hooks.told.connect(self.show_error)

    def show_error(self, trace: str) -> None:
        """Tell of an error; while one is being told, another one is added to it."""
        if self.dialog is not None:
            self.dialog.add(trace)
        else:
            self._open("error", trace)

    def show_last_time(self, trace: str) -> None:
        """Tell what an earlier start left behind, if it did."""
        if trace and self.dialog is None:
            self._open("last time", trace)

    def _open(self, occasion: Occasion, trace: str) -> None:
        from PySide6.QtCore import Qt

        from advisor.ui.crash.dialog import CrashDialog

        dialog = self.dialog = CrashDialog(self._speak(), occasion, trace, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None
