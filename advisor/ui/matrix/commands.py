"""What can be asked of the matrix, by key: figures, groups, order, filters, columns, favourites."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from advisor.i18n import N_
from advisor.ui.base.commands import Commands
from advisor.ui.matrix.bar import FIGURES, GROUPS

if TYPE_CHECKING:
    from advisor.ui.matrix.panel import MatrixPanel

_FIGURES = (
    ("memory", N_("&Memory"), "Alt+1", N_("Cells begin with the memory that is needed (Alt+1)")),
    ("speed", N_("&Speed"), "Alt+2", N_("Cells begin with the tokens per second, generated or trained with (Alt+2)")),
    ("time", N_("&Time"), "Alt+3", N_("Cells begin with the time of a typical answer, or of the training (Alt+3)")),
)  # fmt: skip
_GROUPS = (
    ("none", N_("&No groups")),
    ("family", N_("Group by &family")),
    ("size", N_("Group by si&ze")),
)


def register(commands: Commands, panel: "MatrixPanel") -> None:
    """Add the matrix's commands, and give its bar their buttons."""
    state, wishes = panel.state, panel.wishes
    for figure, text, keys, hint in _FIGURES:
        keep = partial(state.keep, figure=figure)
        commands.add(f"matrix.figure_{figure}", text, keep, shortcut=keys, hint=hint, checkable=True)
    for group, text in _GROUPS:
        commands.add(f"matrix.group_{group}", text, partial(state.keep, group=group), checkable=True)
    commands.add("matrix.fold_all", N_("Fold all groups &up"), lambda: panel.model.fold_all(True))
    commands.add("matrix.unfold_all", N_("&Unfold all groups"), lambda: panel.model.fold_all(False))
    commands.add(
        "matrix.fits_only", N_("Fits onl&y"), lambda: wishes.show_fitting(commands["matrix.fits_only"].isChecked()),
        shortcut="Ctrl+H", checkable=True,
        hint=N_("Only models that some column runs: well, tightly or partly in RAM (Ctrl+H)"),
    )  # fmt: skip
    commands.add("matrix.filters", N_("More f&ilters …"), wishes.open_filters, shortcut="Ctrl+Shift+F")
    commands.add("matrix.clear_filters", N_("&Clear search and filters"), wishes.clear_filters, shortcut="Ctrl+Shift+X")
    commands.add("matrix.columns", N_("Choose &columns …"), wishes.open_columns, shortcut="Ctrl+L")
    commands.add("matrix.sort_best", N_("Sort by &best fit"), wishes.sort_best)
    commands.add("matrix.sort_again", N_("Sort &again"), wishes.sort_again, shortcut="Ctrl+R")
    commands.add("matrix.favourite", N_("Fa&vourite"), wishes.toggle_favourite, shortcut="Ctrl+D", checkable=True)
    commands.add(
        "matrix.favourites_only", N_("Favourites &only"),
        lambda: wishes.change_filters({"favourites": commands["matrix.favourites_only"].isChecked()}),
        shortcut="Ctrl+Shift+D", checkable=True,
    )  # fmt: skip
    commands.add("matrix.find", N_("&Find a model"), wishes.find_model, shortcut=QKeySequence.StandardKey.Find)
    commands.add("matrix.focus", N_("Go to the &matrix"), panel.view.setFocus, shortcut="Ctrl+M")
    panel.bar.use(commands)

    def show() -> None:
        """Ticks follow what is chosen."""
        choices, filters = state.choices, panel.model.filters
        for key in FIGURES:
            commands[key].setChecked(key == f"matrix.figure_{choices.figure}")
        for key in GROUPS:
            commands[key].setChecked(key == f"matrix.group_{choices.group}")
        commands["matrix.fits_only"].setChecked(filters.fits_only)
        commands["matrix.favourites_only"].setChecked(filters.favourites)
        commands["matrix.favourite"].setEnabled(state.model is not None)
        commands["matrix.favourite"].setChecked(state.model is not None and state.model.id in choices.favourites)

    for changed in (state.choices_changed, state.selection_changed, panel.filtered):
        changed.connect(show)
    show()
