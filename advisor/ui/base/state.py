"""What the window shows: machine, workload, budget, selection, language, theme. Panels read it and hear its signals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from advisor.catalog.model import Model
from advisor.conflicts import Clash, settle
from advisor.i18n import Translator, translator
from advisor.machine import Machine
from advisor.palette import LIGHT, Palette
from advisor.settings import Budget, Settings, Theme
from advisor.ui.base import recent
from advisor.ui.base.columns import USUAL, Column, as_column
from advisor.ui.look import colors
from advisor.workload import Method, Workload


class State(QObject):
    """The window's one document. Setters change it and say so once; nothing else holds a copy."""

    machine_changed = Signal()
    own_changed = Signal()  # this computer is known, or known better, while another machine is shown
    models_changed = Signal()
    workload_changed = Signal()  # workload or budget
    selection_changed = Signal()
    language_changed = Signal()
    theme_changed = Signal()
    choices_changed = Signal()  # how the window shows things: figures, groups, columns, favourites

    def __init__(self, workload: Workload, settings: Settings, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.own: Machine | None = None  # this computer, once detected or given
        self.machine: Machine | None = None  # the one shown: this computer or a what-if
        self.what_if: str | None = None  # how the what-if calls itself; None for this computer
        self.models: Sequence[Model] = ()  # the user's own first, then the catalogue
        # The user's own models: the program that keeps each, "" for one that was opened here.
        self.own_models: Mapping[Model, str] = {}
        self.asked = workload  # as it was wished for; where wishes exclude each other, `clashes` says what gives way
        self.workload: Workload
        self.clashes: tuple[Clash, ...]
        self.workload, self.clashes = settle(workload)
        self.budget: Budget = settings.budget
        self.theme: Theme = settings.theme
        self.report = settings.report  # how the last report was exported
        self.choices = settings.window
        self.model: Model | None = None
        self.column: Column = USUAL[0]
        self.tr_: Translator = translator(language)
        self._language = settings.language  # the one that the user chose at some time; None follows the system
        self.colors: Palette = LIGHT

    @property
    def method(self) -> Method:
        """The method of the selected column."""
        return self.column.method

    @property
    def current(self) -> Workload:
        """The workload of the selected column, its own quantisation included."""
        return self.column.workload(self.workload)

    @property
    def this_computer(self) -> bool:
        """Whether the machine that is shown is the computer that this runs on, as it was detected."""
        return self.machine is not None and self.machine is self.own and self.machine.source == "detected"

    def settings(self) -> Settings:
        """The choices worth keeping until the next start."""
        return Settings(
            language=self._language,
            theme=self.theme,
            budget=self.budget,
            workload=self.asked,
            report=self.report,
            window=self.choices,
        )

    def keep(self, **changes: Any) -> None:
        """Show things another way, and at later starts."""
        choices = replace(self.choices, **changes)
        if choices != self.choices:
            self.choices = choices
            self.choices_changed.emit()

    def remember(self, *paths: str) -> None:
        """These files were opened, several of them as one machine: they head the recent ones."""
        files = recent.added(self.choices.recent, recent.entry([str(Path(path).absolute()) for path in paths]))
        self.keep(recent=files, folder=str(Path(paths[0]).absolute().parent))

    def set_own(self, machine: Machine) -> None:
        """This computer is known now; it is shown unless a what-if is."""
        self.own = machine
        if self.what_if is None:
            self.machine = machine
            self.machine_changed.emit()
        else:
            self.own_changed.emit()

    def show_machine(self, machine: Machine | None, name: str | None) -> None:
        """Show a what-if machine under `name`, or (None, None) this computer again."""
        self.what_if = name
        self.machine = self.own if machine is None else machine
        self.machine_changed.emit()

    def set_models(self, models: Sequence[Model]) -> None:
        """The catalogue has been read."""
        self.models = (*self.own_models, *models)
        self.models_changed.emit()

    def add_own_models(self, found: Mapping[Model, str]) -> None:
        """The user's own models, with the program that keeps each; a file that is read again replaces its model."""
        if not found:
            return
        again = {model.source for model in found}
        catalogue = [model for model in self.models if model not in self.own_models]
        kept = {model: program for model, program in self.own_models.items() if model.source not in again}
        self.own_models = {**found, **kept}
        self.set_models(catalogue)

    def change(self, **changes: Any) -> None:
        """Turn knobs of the workload. A wish that others exclude is kept; `clashes` says what counts instead."""
        self.restore(replace(self.asked, **changes), self.budget)

    def set_budget(self, budget: Budget) -> None:
        """Count with the memory that is free now, or with all of it."""
        self.restore(self.asked, budget)

    def restore(self, asked: Workload, budget: Budget) -> None:
        """All knobs at once, as they were asked for at another time."""
        if (asked, budget) == (self.asked, self.budget):
            return
        before = self.workload, self.clashes, self.budget
        self.asked, self.budget = asked, budget
        self.workload, self.clashes = settle(asked)
        if (self.workload, self.clashes, self.budget) != before:
            self.workload_changed.emit()

    def select(self, model: Model | None, column: Column | Method) -> None:
        """The cell whose details are shown."""
        column = as_column(column)
        if (model, column) != (self.model, self.column):
            self.model, self.column = model, column
            self.selection_changed.emit()

    def set_language(self, language: str) -> None:
        """The user chose a language: speak it from now on, and at later starts."""
        self._language = language
        if language != self.tr_.language:
            self.tr_ = translator(language)
            self.language_changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Light, dark, or as the system."""
        self.theme = theme
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Choose the colours again, as when the system's scheme changed."""
        self.colors = colors.choose(self.theme)
        self.theme_changed.emit()
