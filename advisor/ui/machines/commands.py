"""The commands of which machine is shown, and the list that the header's switcher opens."""

from advisor.i18n import N_
from advisor.ui.base.commands import Commands
from advisor.ui.base.state import State
from advisor.ui.machines.chooser import Chooser
from advisor.ui.machines.fitting import Fitting


def register(commands: Commands, state: State, desk: Fitting, chooser: Chooser) -> None:
    """Add them, and keep those greyed that would do nothing now."""
    add = commands.add
    add("machine.choose", N_("C&hoose a machine …"), chooser.open, shortcut="Ctrl+T")
    add("machine.this", N_("Back to &this computer"), desk.this_computer)
    add(
        "machine.flip", N_("&Flip between this computer and the what-if"), desk.history.flip, shortcut="Ctrl+Shift+T",
        hint=N_("From a what-if to this computer, and back to the last what-if (Ctrl+Shift+T)"),
    )  # fmt: skip
    add("machine.back", N_("The machine shown &before"), desk.history.back, shortcut="Alt+Left")
    add(
        "machine.compare", N_("&Compare with this computer"), desk.compare, checkable=True, shortcut="Ctrl+Shift+M",
        hint=N_("Marks in the matrix what is better or worse than on this computer (Ctrl+Shift+M)"),
    )  # fmt: skip
    add("machine.parts", N_("Another &GPU, processor or memory …"), desk.change_parts)
    add("machine.other", N_("Another c&omputer …"), desk.describe)
    add("machine.keep", N_("&Keep this machine …"), chooser.kept.ask_name)

    def follow() -> None:
        elsewhere = state.what_if is not None
        commands["machine.this"].setEnabled(elsewhere)
        commands["machine.flip"].setEnabled(elsewhere or bool(desk.history.what_ifs))
        commands["machine.back"].setEnabled(desk.history.can_go_back)
        commands["machine.compare"].setEnabled(elsewhere and state.own is not None)
        commands["machine.compare"].setChecked(state.choices.compare_own)
        commands["machine.keep"].setEnabled(state.machine is not None)

    for signal in (state.machine_changed, state.own_changed, state.choices_changed, desk.history.changed):
        signal.connect(follow)
    follow()
