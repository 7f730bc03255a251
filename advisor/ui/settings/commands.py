"""What can be asked of the settings: undo, redo, reset, presets; as commands that menus and buttons share."""

from collections.abc import Callable

from PySide6.QtGui import QKeySequence

from advisor.i18n import N_
from advisor.presets import WORDS, Preset, presets
from advisor.ui.base.commands import Commands
from advisor.ui.settings.controls import REDO
from advisor.ui.settings.panel import SettingsPanel


def register(commands: Commands, panel: SettingsPanel) -> None:
    """Add the settings' commands, and give the panel's buttons theirs."""
    undo = commands.add("settings.undo", N_("&Undo"), panel.history.undo, shortcut=QKeySequence.StandardKey.Undo)
    redo = commands.add("settings.redo", N_("&Redo"), panel.history.redo)
    redo.setShortcuts(list(REDO))
    reset = commands.add(
        "settings.reset", N_("&Reset all settings"), panel.reset_all, hint=N_("Every setting back to its default")
    )
    commands.add(
        "settings.reset_group", N_("Reset &these settings"), panel.reset_shown,
        hint=N_("The settings of the tab that is shown, back to their defaults"),
    )  # fmt: skip
    commands.add("settings.focus", N_("Go to the &settings"), panel.focus_first, shortcut="Ctrl+J")
    for preset in presets():
        commands.add(f"settings.preset.{preset.id}", WORDS[preset.id][0], _applier(panel, preset), checkable=True)
    panel.use(undo, redo, reset, {one.id: commands[f"settings.preset.{one.id}"] for one in presets()})


def _applier(panel: SettingsPanel, preset: Preset) -> Callable[[], None]:
    return lambda: panel.apply(preset)
