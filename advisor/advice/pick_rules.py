"""How models are picked: the strict reader of resources/advice/picks.json, and what a pick gives up."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.advice.perplexity import QualityLoss
from advisor.catalog.reading import Fields, read_json
from advisor.errors import UserError
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.workload import LLAMA_CPP_QUANTS

PICKS_FILE = RESOURCES / "advice" / "picks.json"
_WHYS = ("note", "quants_why", "quality_why", "context_why", "verdicts_why", "speed_why", "second_why", "age_why")


class Use(NamedTuple):
    """What models are picked for: `kinds` of the catalogue, how many, the least pace, the longest context asked for."""

    use: str
    kinds: tuple[str, ...]
    most: int
    tokens_per_s: float
    context: int
    language: str | None


class NetworkUse(NamedTuple):
    """Networks that are no language models, the best first, where a graphics card computes (`gpu`) or none does."""

    use: str
    models: tuple[str, ...]
    gpu: bool


class Licence(NamedTuple):
    """What a licence whose name holds `part` means for its user, as a code of words_picks.LICENCES; "" is free use."""

    part: str
    code: str


class PickRules(NamedTuple):
    """The rules. Quantisations from the best to the smallest, contexts from the longest, weights by verdict."""

    quants: tuple[str, ...]
    quality_tokens_per_s: float
    contexts: tuple[int, ...]
    first_context: int
    weights: Mapping[str, float]
    speed_exponent: float
    speed_most: float
    second_share: float
    max_age_years: float
    uses: tuple[Use, ...]
    networks: tuple[NetworkUse, ...]
    licences: tuple[Licence, ...]


class GivesUp(NamedTuple):
    """What a pick gives up: `quality` of its quantisation as published (None: 16 bits, or not published), the next
    larger model that would be picked for the use (`larger`, None: there is none) and why it is not ("memory" or
    "speed"), the trained context where it is longer than the pick's, whether the reader's language is not listed.
    """

    quality: QualityLoss | None
    larger: Estimate | None
    why: str
    context: int | None
    language_unknown: bool


@cache
def rules() -> PickRules:
    """The program's own rules."""
    return load_rules(PICKS_FILE)


def licence_code(licence: str | None) -> str:
    """A code of words_picks.LICENCES, "" for free use."""
    if licence is None:
        return "unknown"
    return next((one.code for one in rules().licences if one.part in licence.lower()), "unknown")


def load_rules(path: Path) -> PickRules:
    """Read and check such a file, uncached. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    for why in _WHYS:
        document.text(why)
    weights = document.section("verdicts")
    if weights is None:
        raise UserError(N_("{where}: an object was expected"), where=f"{path.name}: verdicts")
    quants = document.texts("quants")
    if not quants or not set(quants) <= set(LLAMA_CPP_QUANTS):
        document.fail("quants", N_("{where}: {field}: expected one of {choices}"), choices=", ".join(LLAMA_CPP_QUANTS))
    found = PickRules(
        quants=quants,
        quality_tokens_per_s=document.number("quality_tokens_per_s"),
        contexts=document.integers("contexts", 1),
        first_context=document.integer("first_context", 1),
        weights={verdict: weights.number(verdict, 0, 1) for verdict in ("fits", "tight", "offload")},
        speed_exponent=document.number("speed_exponent", 0, 2),
        speed_most=document.number("speed_most"),
        second_share=document.number("second_share", 0, 1),
        max_age_years=document.number("max_age_years"),
        uses=tuple(_use(fields) for fields in _entries(document, "uses")),
        networks=tuple(_network(fields) for fields in _entries(document, "networks")),
        licences=tuple(_licence(fields) for fields in _entries(document, "licences")),
    )
    weights.close()
    document.close()
    return found


def _entries(document: Fields, key: str) -> list[Fields]:
    return [Fields(entry, f"{document.where}: {key} #{n}") for n, entry in enumerate(document.items(key), 1)]


def _use(fields: Fields) -> Use:
    fields.text("why")
    found = Use(
        fields.text("use"), fields.texts("kinds"), fields.integer("count", 1, 10), fields.number("tokens_per_s"),
        fields.integer("context", 1), fields.optional_text("language"),
    )  # fmt: skip
    fields.close()
    return found


def _network(fields: Fields) -> NetworkUse:
    fields.text("why")
    found = NetworkUse(fields.text("use"), fields.texts("models"), fields.flag("gpu"))
    fields.close()
    return found


def _licence(fields: Fields) -> Licence:
    found = Licence(str(fields.value("in") or ""), str(fields.value("code") or ""))
    fields.close()
    return found
