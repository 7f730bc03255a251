"""What can be asked of the memory panel, as commands for menus and keys."""

from advisor.i18n import N_
from advisor.ui.base.commands import Commands
from advisor.ui.memory.panel import MemoryPanel


def register(commands: Commands, panel: MemoryPanel) -> None:
    """Add the panel's commands."""
    commands.add(
        "memory.focus", N_("Go to the memory curve"), panel.go_to_curve, shortcut="Ctrl+Shift+G",
        hint=N_("Arrow keys turn its knob"),
    )  # fmt: skip
    commands.add(
        "memory.largest", N_("Turn the knob to the largest that fits"), panel.curve.take_largest,
        shortcut="Ctrl+Shift+L",
    )  # fmt: skip
