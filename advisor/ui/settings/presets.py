"""The button that names the preset that is on and offers the others, each with what it sets and where it comes from."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton

from advisor.i18n import Translator
from advisor.presets import Preset, presets
from advisor.ui.look import theme
from advisor.ui.settings import words

LEAST = 72
LETTERS = 12
EDGES = 34  # padding, border and the menu's arrow


class PresetButton(QToolButton):
    """Says which preset is on; its menu applies another."""

    def __init__(self, apply: Callable[[Preset], None]) -> None:
        super().__init__()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("elides", True)
        self._whole = ""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self.offered: list[tuple[Preset, QAction]] = []
        self.headings: dict[bool, QAction] = {}
        for training in (False, True):
            if training:
                menu.addSeparator()
            self.headings[training] = menu.addAction("")  # a section's text is not shown by every style
            self.headings[training].setEnabled(False)
            for preset in presets():
                if preset.training == training:
                    action = menu.addAction("")
                    action.setCheckable(True)
                    self._group.addAction(action)
                    # Queued: the menu is closed before the window changes under it.
                    action.triggered.connect(_applier(apply, preset), Qt.ConnectionType.QueuedConnection)
                    self.offered.append((preset, action))
        self.setMenu(menu)

    def retranslate(self, _: Translator, headings: dict[bool, str]) -> None:
        """Names and tips in another language."""
        for training, action in self.headings.items():
            action.setText(headings[training])
        for preset, action in self.offered:
            action.setText(words.preset_name(_, preset).replace("&", "&&"))
            action.setToolTip(words.wrapped(words.preset_tip(_, preset)))

    def show_preset(self, _: Translator, found: Preset | None) -> None:
        """The preset that is on, or that the settings are the user's own."""
        for preset, action in self.offered:
            action.setChecked(preset == found)
        name = _("Own settings") if found is None else words.preset_name(_, found)
        tip = _("No preset is on: choose one to set several settings at once")
        self._whole = name
        self.setToolTip(words.wrapped(tip if found is None else words.preset_tip(_, found)))
        self.setAccessibleName(_("Preset: {name}", name=name))
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the name again."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        self.setText(theme.elide(self.fontMetrics(), self._whole, self.width() - EDGES).replace("&", "&&"))

    def room(self) -> int:
        """The width below which a usual name is cut."""
        return self.fontMetrics().horizontalAdvance("n") * LETTERS + EDGES

    def sizeHint(self) -> QSize:
        """The whole name, if there is room."""
        wanted = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + EDGES, wanted.height())

    def minimumSizeHint(self) -> QSize:
        """A few letters of it."""
        return QSize(LEAST, super().minimumSizeHint().height())


def _applier(apply: Callable[[Preset], None], preset: Preset) -> Callable[[], None]:
    return lambda: apply(preset)
