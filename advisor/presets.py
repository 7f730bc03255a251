"""Settings that belong together under a name: the strict reader of resources/presets.json, and the names' words."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_entries
from advisor.i18n import N_
from advisor.workload import BOUNDS, CHOICES, METHODS, SETTINGS, SWITCHES, Method, Workload, for_method

PRESETS_FILE = RESOURCES / "presets.json"


class Preset(NamedTuple):
    """Some settings of a workload; what is not among them stays. `column` is the one that it is about, if any."""

    id: str
    training: bool
    column: Method | None
    settings: Mapping[str, Any]
    source: str
    read: str

    def on(self, w: Workload) -> bool:
        """Whether a workload has all these settings."""
        shown = for_method(w, "lora" if self.training else "run")
        return all(
            (shown.resolved_stack if key == "stack" else getattr(shown, key)) == value
            for key, value in self.settings.items()
        )


# id -> name and what it is for.
WORDS: Mapping[str, tuple[str, str]] = {
    "ollama": (N_("Ollama default"), N_("What Ollama does when nothing is set, on a card with less than 24 GiB")),
    "llama_server": (N_("llama.cpp or LM Studio default"), N_("Four requests at once; the context stays yours")),
    "long_context": (N_("Long context"), N_("A prompt of about fifty pages, its KV cache in 8 bits")),
    "many_users": (N_("Many users"), N_("Eight conversations at once that share one cache")),
    "qlora_8gb": (N_("QLoRA on 8 GB"), N_("Fine-tuning on a small card: single examples, 8-bit optimizer")),
    "unsloth": (N_("Unsloth default"), N_("As Unsloth's notebooks fine-tune")),
    "fast_tuning": (N_("Fastest fine-tuning"), N_("Memory for time: larger batches, nothing computed twice")),
}  # fmt: skip


@cache
def presets() -> Sequence[Preset]:
    """The presets that the program knows, in the file's order."""
    return load(PRESETS_FILE)


def load(path: Path) -> Sequence[Preset]:
    """Read a file of presets strictly. Raises UserError naming file, entry and field."""
    return tuple(_preset(fields) for fields in read_entries(path, "presets"))


def find(w: Workload, training: bool) -> Preset | None:
    """The preset that a workload's settings for running (or training) are, the one that says most about them."""
    on = [one for one in presets() if one.training == training and one.on(w)]
    return max(on, key=lambda one: len(one.settings), default=None)


def _preset(fields: Fields) -> Preset:
    name = fields.choice("id", tuple(WORDS))
    training = fields.choice("task", ("inference", "training")) == "training"
    column = fields.choice("column", METHODS) if "column" in fields else None
    inner = fields.section("settings")
    found = {key: _setting(inner, key) for key in inner.keys()} if inner is not None else {}  # noqa: SIM118
    if inner is None or not found:
        fields.fail("settings", N_("{where}: {field}: an object was expected"))
    preset = Preset(name, training, column, found, fields.text("source"), fields.text("read"))  # type: ignore[arg-type]
    fields.close()
    return preset


def _setting(fields: Fields, key: str) -> object:
    if key in BOUNDS:
        return fields.integer(key, *BOUNDS[key])
    if key in SWITCHES:
        return fields.flag(key)
    if key not in SETTINGS or key == "task":
        fields.fail(key, N_("{where}: unknown field {field}"))
    return fields.choice(key, CHOICES[key])
