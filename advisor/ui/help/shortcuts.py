"""The list of keys: every command that has a shortcut, under its menu's title, then the keys of the panels."""

from collections.abc import Sequence
from html import escape

from PySide6.QtGui import QKeySequence

from advisor.i18n import N_, Translator
from advisor.ui.base.commands import Commands, plain

# Keys that belong to a panel: they act on what is focused, so no command has them.
PANEL_KEYS: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    (
        N_("Matrix"),
        (
            ("Up", N_("The model above; Down, Left, Right likewise")),
            ("Home", N_("The first column; with Ctrl the first model")),
            ("Return", N_("Why this figure?")),
            ("Shift+F10", N_("What can be done with the cell")),
        ),
    ),
    (
        N_("Everywhere"),
        (
            ("Tab", N_("The next control; with Shift the one before")),
            ("Alt", N_("The menu bar; the underlined letters of buttons")),
            ("Esc", N_("Close a dialog or a list")),
        ),
    ),
)


def listed(menus: Sequence[tuple[str, Sequence[str]]], commands: Commands) -> list[tuple[str, list[tuple[str, str]]]]:
    """The menus with (keys, command) of all their commands that have keys."""
    found = []
    for title, keys in menus:
        actions = [commands[key] for key in keys]
        rows = [(_native(one.shortcut()), plain(one.text())) for one in actions if not one.shortcut().isEmpty()]
        found.append((plain(title), rows))
    return [(title, rows) for title, rows in found if rows]


def _native(keys: QKeySequence | str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def html(_: Translator, menus: Sequence[tuple[str, Sequence[str]]], commands: Commands) -> str:
    """The whole list as a page; `menus` are titles with the keys of their commands."""
    panels = [(_(title), [(_native(keys), _(text)) for keys, text in rows]) for title, rows in PANEL_KEYS]
    return "".join(_section(title, rows) for title, rows in [*listed(menus, commands), *panels])


def _section(title: str, rows: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<tr><td style="padding-right: 24px; white-space: nowrap"><b>{escape(keys)}</b></td>'
        f"<td>{escape(text)}</td></tr>"
        for keys, text in rows
    )
    return f"<h4>{escape(title)}</h4><table>{lines}</table>"
