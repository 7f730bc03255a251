"""The user's own models: opened by dialog or drop, or found where other programs keep theirs; read off the thread."""

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from advisor.catalog.model import Model
from advisor.errors import UserError
from advisor.ui.actions import Actions
from advisor.ui.base.state import State
from advisor.ui.base.work import Work

ENDINGS = (".gguf", ".safetensors")
LOOK_S = 20.0  # for reading the headers of what other programs keep, after the list of their files
MOST = 100  # models of other programs; who has more finds the rest by `advisor models --local`
# Keys that a description of a model has and a saved machine has not (Hugging Face's config.json and index.json, peft).
MODEL_KEYS = frozenset({"model_type", "architectures", "text_config", "weight_map", "peft_type", "hidden_size"})


class OwnModels(QObject):
    """Opens the user's models and puts them on top of the matrix."""

    opened = Signal(object)  # a model that is to be shown and selected

    def __init__(self, window: QWidget, state: State, work: Work, actions: Actions) -> None:
        super().__init__(window)
        self._window, self._state, self._work, self._actions = window, state, work, actions

    def ask(self) -> None:
        """Ask for a model's file and open it."""
        _ = self._state.tr_
        kinds = ";;".join((_("Models (*.gguf *.safetensors *.json)"), _("All files (*)")))
        path, _kind = QFileDialog.getOpenFileName(self._window, _("Open a model"), self._state.choices.folder, kinds)
        if path:
            self.open(path)

    def open(self, path: str) -> None:
        """Read a model's file and show the model; one sentence in a dialog when it is none."""
        self._actions.ask(lambda: read(path), self._shower(path))

    def drop(self, *paths: str) -> None:
        """Open what was dropped onto the window: models, and all else together as a saved machine or dumps of one."""
        self._actions.ask(lambda: [is_model(Path(path)) for path in paths], self._opener(paths))

    def _opener(self, paths: Sequence[str]) -> Callable[[Sequence[bool]], None]:
        def go_on(models: Sequence[bool]) -> None:
            for path in itertools.compress(paths, models):
                self.open(path)
            machine = [path for path, model in zip(paths, models, strict=True) if not model]
            if machine:
                self._actions.load(*machine)

        return go_on

    def _shower(self, path: str) -> Callable[[Model], None]:
        def show(model: Model) -> None:
            self._state.remember(path)
            self._state.add_own_models({model: ""})
            self.opened.emit(model)

        return show

    def look_around(self) -> None:
        """Find what Ollama, LM Studio and others keep on this computer; nothing is said when that fails."""
        self._work.run(lambda: found_here(lambda: self._work.closed), self._found, lambda _error: None)

    def _found(self, found: Mapping[Model, str]) -> None:
        # One that was opened meanwhile stays: it may be the one that is shown.
        known = {model.source for model in self._state.own_models}
        self._state.add_own_models({model: name for model, name in found.items() if model.source not in known})


def read(path: str) -> Model:
    """The model in a file or folder. Raises UserError."""
    from advisor.importers import model_of

    return model_of(path)


def is_model(path: Path) -> bool:
    """Whether a dropped file is meant as a model: by its ending, by how it begins, or by what its JSON is about."""
    from advisor.importers.headers import PICKLES, is_folder, opened, read_document
    from advisor.importers.hf_config import CONFIG_LIMIT

    kind = path.suffix.lower()
    if kind in (*ENDINGS, *PICKLES) or is_folder(path) or path.name.lower().endswith(".safetensors.index.json"):
        return True
    try:
        if kind == ".json":
            document = read_document(path, CONFIG_LIMIT)
            return isinstance(document, dict) and not MODEL_KEYS.isdisjoint(document)
        with opened(path) as (file, _size):
            return file.read(4) == b"GGUF"
    except UserError:
        return False


def found_here(stop: Callable[[], bool]) -> dict[Model, str]:
    """The models that other programs keep on this computer, with the program's name, as far as they can be read.

    Asks `stop` before each file whether anybody still wants to know.
    """
    from advisor.importers import model_of
    from advisor.importers.folders import local_models

    end = monotonic() + LOOK_S
    found: dict[Model, str] = {}
    for local in local_models(os.environ, Path.home()).models[:MOST]:
        if stop() or monotonic() > end:
            break
        try:
            found[replace(model_of(local.path), name=local.name, id=local.name.lower())] = local.program
        except UserError:
            continue
    return found
