"""About: which program this is, of what it is made, under which licences; and its diagnostics for the clipboard."""

import platform
from html import escape

import PySide6
from PySide6.QtCore import Qt, QTimer, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from advisor import __version__, diagnostics
from advisor.i18n import N_, PROGRAM, Translator
from advisor.ui.base.state import State
from advisor.ui.look import theme

_ICON = 48  # pixels
_COPIED_MS = 3000
# The parts of the catalogue that age, by their file's name.
CATALOGUE = {
    "runtimes": N_("Runtimes and drivers"),
    "stacks": N_("Training stacks"),
    "prices": N_("Prices"),
}
_PURPOSE = N_(
    "Says truthfully which AI models a computer can run, fine-tune or train, how fast, and with which settings."
)


def toolkit() -> dict[str, str]:
    """Qt and the screens, for diagnostics."""
    found = {"Qt": str(qVersion()), "PySide6": PySide6.__version__, "Platform": QGuiApplication.platformName()}
    for number, screen in enumerate(QGuiApplication.screens()):
        size = screen.size()
        scale = f"{screen.devicePixelRatio() * 100:.0f} %, {screen.logicalDotsPerInch():.0f} dpi"
        found[f"Screen {number}"] = f"{size.width()} x {size.height()} at {scale}"
    return found


class About(QDialog):
    """Versions and licences to read; a button copies what a report of a fault needs."""

    def __init__(self, state: State, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state = state
        _ = state.tr_
        self.setWindowTitle(_("About {program}", program=_(PROGRAM)))
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        self.text.setAccessibleName(_("Versions and licences"))
        self.text.setHtml(html(_))
        self.copy = QPushButton(_("&Copy diagnostics"))
        self.copy.setToolTip(_("Versions, screens and hardware as text, without names, paths or serial numbers"))
        self.copy.clicked.connect(self._copy)
        buttons = QDialogButtonBox()
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(self._heading())
        layout.addWidget(self.text, 1)
        layout.addWidget(buttons)
        self.resize(560, 460)
        close.setFocus()  # Enter closes. As the box's default it would take Tab from the button before it

    def _heading(self) -> QHBoxLayout:
        _ = self._state.tr_
        icon = QLabel()
        icon.setPixmap(QGuiApplication.windowIcon().pixmap(_ICON, _ICON))
        icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        name = QLabel(f"{_(PROGRAM)} {__version__}")
        name.setFont(theme.scaled(self.font(), theme.TITLE, bold=True))
        purpose = QLabel(_(_PURPOSE))
        purpose.setWordWrap(True)
        words = QVBoxLayout()
        words.addWidget(name)
        words.addWidget(purpose)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(icon)
        line.addLayout(words, 1)
        return line

    def _copy(self) -> None:
        machine = self._state.own or self._state.machine
        hardware = diagnostics.hardware(machine) if machine is not None else {}
        QGuiApplication.clipboard().setText(diagnostics.text({**toolkit(), **hardware}))
        self.copy.setText(self._state.tr_("Copied"))
        QTimer.singleShot(_COPIED_MS, self.copy, lambda: self.copy.setText(self._state.tr_("&Copy diagnostics")))


def html(_: Translator) -> str:
    """Versions, dates, licences."""
    shown = {
        "Python": platform.python_version(),
        "Qt": str(qVersion()),
        "PySide6": PySide6.__version__,
        _("System"): f"{platform.system()} {platform.release()}",
        **{name: value for name, value in toolkit().items() if name.startswith("Screen")},
    }
    dates = {_(CATALOGUE[name]): date for name, date in diagnostics.catalogue_dates().items()}
    licences = {part.name: part.licence for part in diagnostics.shipped()}
    blocks = (
        (_("Versions"), shown),
        (_("The catalogue was looked up"), dates),
        (_("This program is under the MIT licence. It is shipped with"), licences),
    )
    return "".join(_block(title, rows) for title, rows in blocks)


def _block(title: str, rows: dict[str, str]) -> str:
    lines = "".join(
        f'<tr><td style="padding-right: 24px">{escape(name)}</td><td>{escape(value)}</td></tr>'
        for name, value in rows.items()
    )
    return f"<h4>{escape(title)}</h4><table>{lines}</table>"
