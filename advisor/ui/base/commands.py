"""Every command of the window by its key: one QAction that menus, buttons and shortcuts share."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from advisor.i18n import Translator

Keys = str | QKeySequence.StandardKey


class _Entry(NamedTuple):
    action: QAction
    text: str
    hint: str


class Commands(QObject):
    """Rooms add what can be asked of them; the menus arrange it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: dict[str, _Entry] = {}

    def add(
        self,
        key: str,
        text: str,
        run: Callable[[], object],
        *,
        shortcut: Keys | None = None,
        hint: str = "",
        checkable: bool = False,
        role: QAction.MenuRole = QAction.MenuRole.NoRole,
    ) -> QAction:
        """A command; `text` and `hint` are marked for translation, `text` with its mnemonic. A checkable one reads its
        own `isChecked()` in `run`. `role` is for those few that macOS moves into the program's own menu. Raises
        ValueError when the key is taken.
        """
        if key in self._entries:
            raise ValueError(f"the command {key} exists already")
        action = QAction(self)
        action.setCheckable(checkable)
        action.setMenuRole(role)  # by default Qt guesses from the text, in English
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        # Queued: a menu that is filled anew by its own action must be closed first.
        action.triggered.connect(lambda _checked=False: run(), Qt.ConnectionType.QueuedConnection)
        self._entries[key] = _Entry(action, text, hint)
        owner = self.parent()
        if isinstance(owner, QWidget):
            owner.addAction(action)  # the shortcut works whether or not a menu shows the command
        return action

    def __getitem__(self, key: str) -> QAction:
        """The action of a key. Raises KeyError."""
        return self._entries[key].action

    def __contains__(self, key: object) -> bool:
        """Whether there is such a command."""
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        """All keys, in the order in which they were added."""
        return iter(self._entries)

    def retranslate(self, _: Translator) -> None:
        """Texts and hints in another language."""
        for action, text, hint in self._entries.values():
            action.setText(_(text))
            if hint:
                action.setToolTip(_(hint))


def plain(text: str) -> str:
    """A command's text without its mnemonic: "&Open …" is "Open …", "打开(&O)" is "打开"."""
    head, found, rest = text.partition("(&")
    if found and rest[1:2] == ")":
        return head + rest[2:]
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
