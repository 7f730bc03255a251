"""The menu bar: which command stands where, as data; what no line names comes where its room's commands come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from advisor.i18n import N_, Translator
from advisor.ui.base.commands import Commands, plain

LINE = None  # a separator


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu: keys of commands, patterns of keys ("matrix.copy_*"), separators, menus within. `name` is for those whose
    contents change while the window is open: their owner fills `Menus.named[name]`.
    """

    title: str
    entries: Sequence["str | Menu | None"]
    name: str = ""


MENUS: Sequence[Menu] = (
    Menu(
        N_("&File"),
        (
            "machine.open", "model.open", Menu(N_("Open &recent"), (), "recent"), LINE,
            "machine.keep", "machine.save", LINE,
            "report.export", "matrix.export_csv", "report.*", "file.*", LINE,
            "window.close",
        ),
    ),
    Menu(
        N_("&Edit"),
        (
            "settings.undo", "settings.redo", LINE,
            "matrix.copy_cell", "matrix.copy_row", "matrix.copy_table", "matrix.copy*", "compare.copy*", LINE,
            "matrix.find", "matrix.focus", "matrix.clear*", LINE,
            "matrix.favourite", "compare.*", "matrix.compare", LINE,
            Menu(N_("&Presets"), ("settings.preset*",)), "settings.reset", "settings.*", "edit.*",
        ),
    ),
    Menu(
        N_("&View"),
        (
            "page.*", LINE,
            "matrix.figure*", LINE,
            Menu(N_("&Group by"), ("matrix.group*",)), Menu(N_("So&rt by"), ("matrix.sort*",)), "matrix.columns",
            "matrix.favourites*", "matrix.fits*", "matrix.*", LINE,
            "memory.*", "gauges.*", LINE,
            Menu(N_("Te&xt size"), ("view.text_*",)), Menu(N_("T&heme"), ("view.theme_*",)),
            Menu(N_("&Language"), ("view.language_*",)), LINE,
            "view.*",
        ),
    ),
    Menu(
        N_("&Machine"),
        (
            "machine.this", "machine.flip", "machine.compare*", LINE,
            "machine.saved*", "machine.build*", "machine.parts", "machine.other", LINE,
            "machine.measure", "machine.again", "machine.details", "machine.*",
        ),
    ),
    Menu(
        N_("&Help"),
        ("why.*", "advice.*", LINE, "help.tour", "help.shortcuts", LINE, "help.logs", "help.*", "*", LINE,
         "help.about"),
    ),
)  # fmt: skip


def arranged(menus: Sequence[Menu], keys: Sequence[str]) -> dict[int, list[str | Menu | None]]:
    """The entries of each menu, by `id` of the menu, with patterns replaced by the keys that they stand for.

    A key goes where it is named; else to its longest pattern. Names without a command are left out.
    """
    patterns = [entry for menu in _all(menus) for entry in menu.entries if isinstance(entry, str)]
    homes: dict[str, list[str]] = {}
    for key in keys:
        matching = [pattern for pattern in patterns if fnmatchcase(key, pattern)]
        if matching:
            homes.setdefault(key if key in matching else max(matching, key=len), []).append(key)
    found: dict[int, list[str | Menu | None]] = {}
    for menu in _all(menus):
        found[id(menu)] = [
            one for entry in menu.entries for one in (homes.get(entry, ()) if isinstance(entry, str) else (entry,))
        ]
    return found


def _all(menus: Sequence[Menu]) -> Iterator[Menu]:
    for menu in menus:
        yield menu
        yield from _all([entry for entry in menu.entries if isinstance(entry, Menu)])


def _tell_apart(actions: Sequence[QAction]) -> None:
    taken: set[str] = set()
    for action in actions:
        letter = QKeySequence.mnemonic(action.text()).toString()
        if letter in taken:
            action.setText(plain(action.text()))
        elif letter:
            taken.add(letter)


class Menus(QObject):
    """Fills a menu bar with the commands; empty menus and doubled separators are left out."""

    def __init__(self, bar: QMenuBar, commands: Commands) -> None:
        super().__init__(bar)
        self.bar = bar
        self.named: dict[str, QMenu] = {}
        self._commands = commands
        # Menus are found here, never by QAction.menu(): PySide lets go of the menu together with that action's wrapper.
        self.shown: list[tuple[QMenu, Menu]] = []
        self._entries = arranged(MENUS, list(commands))
        for menu in MENUS:
            self._fill(bar.addMenu(""), menu)

    def _fill(self, shown: QMenu, menu: Menu) -> None:
        self.shown.append((shown, menu))
        shown.setToolTipsVisible(True)
        if menu.name:
            self.named[menu.name] = shown
        line = False
        for entry in self._entries[id(menu)]:
            if entry is None:
                line = not shown.isEmpty()
                continue
            if isinstance(entry, Menu) and not (entry.name or self._entries[id(entry)]):
                continue
            if line:
                shown.addSeparator()
                line = False
            if isinstance(entry, Menu):
                self._fill(shown.addMenu(""), entry)
            else:
                shown.addAction(self._commands[entry])

    def retranslate(self, _: Translator) -> None:
        """The menus' titles; the commands have their own texts by then. Whoever comes second with a letter has none:
        the rooms choose their letters without knowing which menu they will share.
        """
        for shown, menu in self.shown:
            shown.setTitle(_(menu.title))
        for group in (self.bar, *(shown for shown, _menu in self.shown)):
            _tell_apart(group.actions())

    def listed(self) -> list[tuple[str, list[str]]]:
        """The title of each menu of the bar and the keys of all commands in it, those of its inner menus too."""
        titles = {id(menu): shown.title() for shown, menu in self.shown}
        return [(titles[id(menu)], list(self._keys(menu))) for menu in MENUS]

    def _keys(self, menu: Menu) -> Iterator[str]:
        for entry in self._entries[id(menu)]:
            if isinstance(entry, Menu):
                yield from self._keys(entry)
            elif entry is not None:
                yield entry
