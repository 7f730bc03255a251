"""What a capability tier and a bottleneck are; what makes a tier: resources/advice/tiers.json, read strictly."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.errors import UserError
from advisor.estimator.result import Estimate
from advisor.i18n import N_

TIERS = ("entry", "basic", "capable", "strong", "workstation", "server")  # weakest first
TIERS_FILE = RESOURCES / "advice" / "tiers.json"


class Rule(NamedTuple):
    """One tier's condition: a model of so many dense-equivalent parameters, at this pace or within these hours."""

    tier: str
    parameters: float
    tokens_per_s: float | None  # None in a rule for training
    hours: float | None  # None in a rule for inference
    why: str


class Rules(NamedTuple):
    """All rules, the strongest tier first; `above_training` is how far a machine's one word may exceed its training."""

    inference: tuple[Rule, ...]
    training: tuple[Rule, ...]
    above_training: int
    since: str  # "2024-06": models released earlier decide nothing


class Grade(NamedTuple):
    """A tier for inference or for training, with what decides it.

    `estimate` is the one that meets the rule, or the largest that there is; `met` is None for entry, whose rule is
    that no other is met; `missed` is the next stronger rule, None for the strongest.
    """

    code: str  # one of TIERS
    estimate: Estimate | None
    met: Rule | None
    missed: Rule | None


class Reach(NamedTuple):
    """The largest model that runs at reading pace and the largest that QLoRA fine-tunes within a day, by dense size."""

    run: Estimate | None
    train: Estimate | None


class Bottleneck(NamedTuple):
    """The part whose change brings most: its code, the figures of its sentence, and what is reached without and with
    the change. `gain` is in doublings of the dense sizes, both together.
    """

    code: str  # a key of words_bottleneck.CAUSES
    values: Mapping[str, object]
    before: Reach
    after: Reach
    gain: float


@cache
def rules() -> Rules:
    """The program's own rules."""
    return load_rules(TIERS_FILE)


def load_rules(path: Path) -> Rules:
    """Read and check such a file, uncached. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    document.text("note")
    inference = _read(document, "inference", "tokens_per_s")
    training = _read(document, "training", "hours")
    overall, since = _section(document, "overall"), _section(document, "since")
    document.close()
    above, released = overall.integer("above_training", 0, len(TIERS)), since.text("released")
    for section in (overall, since):
        section.text("why")
        section.close()
    return Rules(inference, training, above, released)


def _section(document: Fields, key: str) -> Fields:
    section = document.section(key)
    if section is None:
        raise UserError(N_("{where}: an object was expected"), where=f"{document.where}: {key}")
    return section


def _read(document: Fields, key: str, limit: str) -> tuple[Rule, ...]:
    found = []
    for number, entry in enumerate(document.items(key), 1):
        fields = Fields(entry, f"{document.where}: {key} #{number}")
        tier, size, bound = fields.choice("tier", TIERS[1:]), fields.number("parameters"), fields.number(limit)
        limits: Mapping[str, float] = {limit: bound}
        found.append(Rule(tier, size, limits.get("tokens_per_s"), limits.get("hours"), fields.text("why")))
        fields.close()
    order = [TIERS.index(rule.tier) for rule in found]
    if not found or order != sorted(set(order), reverse=True):
        document.fail(key, N_("{where}: {field}: tiers were expected, the strongest first, each once"))
    return tuple(found)
