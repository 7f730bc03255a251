"""Larger texts: the program's font scaled, while the window is open too."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from advisor.settings import TEXT_PERCENTS

_APPLIED = "textPercent"  # a property of the application: how much its font is scaled by now


def step(percent: int, by: int) -> int:
    """The next larger (`by` 1) or smaller (-1) size; the last one stays."""
    number = min(range(len(TEXT_PERCENTS)), key=lambda i: abs(TEXT_PERCENTS[i] - percent)) + by
    return TEXT_PERCENTS[max(0, min(number, len(TEXT_PERCENTS) - 1))]


def apply(app: QApplication, percent: int) -> bool:
    """Scale all texts to `percent` of the system's size; whether that changed anything."""
    before = app.property(_APPLIED) or 100
    if before == percent:
        return False
    factor = percent / before
    # Widgets with a size of their own do not follow the application's font.
    own = [(one, one.font()) for one in app.allWidgets() if one.testAttribute(Qt.WidgetAttribute.WA_SetFont)]
    app.setFont(_scaled(app.font(), factor))
    for widget, font in own:
        widget.setFont(_scaled(font, factor))
    app.setProperty(_APPLIED, percent)
    return True


def _scaled(font: QFont, factor: float) -> QFont:
    scaled = QFont(font)
    if font.pointSizeF() > 0:
        scaled.setPointSizeF(font.pointSizeF() * factor)
    else:
        scaled.setPixelSize(max(1, round(font.pixelSize() * factor)))
    return scaled
