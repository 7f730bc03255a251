"""An error before there is a window: said in a message box, by Qt where it works, by Windows itself where it does not.

The last way out is the terminal; the log has it in any case. Nothing here needs Qt to be imported beforehand.
"""

import sys

from advisor import NAME, crashes, logs

_BOX_ERROR = 0x10  # MB_ICONERROR of winuser.h


def show(trouble: Exception) -> None:
    """Tell that the program could not start, and why."""
    trace = logs.error(trouble)
    text = crashes.details(trace)
    if sys.stderr is not None:
        sys.stderr.write(text)
    if not _by_qt(trace) and str(sys.platform) == "win32":
        import ctypes

        vars(ctypes)["windll"].user32.MessageBoxW(None, text, NAME, _BOX_ERROR)


def _by_qt(trace: str) -> bool:
    """Whether Qt could show it."""
    try:
        from PySide6.QtWidgets import QApplication

        from advisor.i18n import system_language, translator
        from advisor.ui.crash.dialog import CrashDialog

        app = QApplication.instance() or QApplication(sys.argv[:1])
        CrashDialog(translator(system_language()), "start", trace).exec()
        return app is not None
    except Exception as error:  # Qt itself cannot be loaded, or cannot show anything
        logs.error(error)
        return False
