"""The small buttons beside the tabs: undo, redo, reset; what they would do is in their tips."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from advisor import RESOURCES
from advisor.palette import DARK, Palette
from advisor.ui.base.commands import plain
from advisor.ui.base.state import State
from advisor.ui.look.widgets import hint
from advisor.ui.settings import words
from advisor.ui.settings.history import History, Step

NAMES = ("undo", "redo", "reset")


class StepButtons(QWidget):
    """Undo, redo and reset as icons, once their commands are known; keeps the commands' texts and states."""

    def __init__(self, history: History, state: State) -> None:
        super().__init__()
        self._history, self._state = history, state
        self._actions: tuple[QAction, ...] = ()
        self.buttons = tuple(QToolButton() for _name in NAMES)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 2)
        layout.setSpacing(2)
        for button in self.buttons:
            button.setObjectName("icon")
            layout.addWidget(button)
        history.changed.connect(self.retranslate)

    def use(self, *actions: QAction) -> None:
        """The commands of undo, redo and reset."""
        self._actions = actions
        for button, action in zip(self.buttons, actions, strict=True):
            button.clicked.connect(action.trigger)
        self.retranslate()

    def dress(self, colors: Palette) -> None:
        """Icons in the theme's colours."""
        kind = "dark" if colors is DARK else "light"
        side = self.fontMetrics().height()
        for button, name in zip(self.buttons, NAMES, strict=True):
            button.setIconSize(QSize(side, side))
            button.setIcon(QIcon(str(RESOURCES / "icons" / f"{name}-{kind}.svg")))

    def retranslate(self) -> None:
        """What each would do now, in menus, tips and for ears."""
        if not self._actions:
            return
        _ = self._state.tr_
        undo, redo, _reset = self._actions
        back, again = self._history.to_undo, self._history.to_redo
        undo.setText(_("&Undo: {what}", what=self._what(back)) if back else _("&Undo"))
        redo.setText(_("&Redo: {what}", what=self._what(again)) if again else _("&Redo"))
        undo.setEnabled(back is not None)
        redo.setEnabled(again is not None)
        for button, action in zip(self.buttons, self._actions, strict=True):
            text = plain(action.text())
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            button.setEnabled(action.isEnabled())
            button.setToolTip(hint(_("{command} ({keys})", command=text, keys=keys) if keys else text))
            button.setAccessibleName(text)

    def _what(self, step: Step) -> str:
        _ = self._state.tr_
        return _(step.name) if step.name else words.step(_, step.before, step.after)
