"""Light and dark as Qt's palette. The first paint needs it, so nothing slow is imported here: Qt's namespace of
enumerations alone costs a third of an empty window's start.
"""

from PySide6.QtGui import QColor, QGuiApplication, QPalette

from advisor.palette import DARK, LIGHT, Palette


def choose(theme: str) -> Palette:
    """The colours of "light" or "dark"; "system" asks the desktop."""
    if theme == "system":
        from PySide6.QtCore import Qt

        return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if theme == "dark" else LIGHT


def at_first(theme: str) -> Palette:
    """The same before the first paint: "system" is told by how light the system's own windows are."""
    if theme == "system":
        ground = QGuiApplication.palette().color(QPalette.ColorRole.Window)
        return DARK if ground.lightness() < 128 else LIGHT
    return DARK if theme == "dark" else LIGHT


def qt_palette(colors: Palette) -> QPalette:
    """Qt's palette in our colours."""
    role = QPalette.ColorRole
    palette = QPalette()
    for name, code in (
        (role.Window, colors.window), (role.WindowText, colors.text), (role.Base, colors.card),
        (role.AlternateBase, colors.window), (role.Text, colors.text), (role.Button, colors.raised),
        (role.ButtonText, colors.text), (role.Highlight, colors.accent), (role.HighlightedText, colors.on_accent),
        (role.ToolTipBase, colors.raised), (role.ToolTipText, colors.text), (role.PlaceholderText, colors.caption),
        (role.Link, colors.accent), (role.Accent, colors.accent), (role.Light, colors.border),
        (role.Mid, colors.border), (role.Midlight, colors.border), (role.Dark, colors.border),
        (role.BrightText, colors.text),
    ):  # fmt: skip
        palette.setColor(name, QColor(code))
    for name in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colors.disabled))
    return palette
