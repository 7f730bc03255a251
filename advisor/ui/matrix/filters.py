"""Which models the matrix shows: what is typed, family, size, use, licence, language, favourites, what fits."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.ui.matrix.search import found

OWN = "\0own"  # the filter for the user's own models, which no family is called
RUNS = ("fits", "tight", "offload")  # verdicts under which something runs


class SizeClass(NamedTuple):
    """Parameters from `low` to less than `high`."""

    text: str
    low: float
    high: float


SIZES: tuple[SizeClass, ...] = (
    SizeClass(N_("any size"), 0, float("inf")),
    SizeClass(N_("under 2B"), 0, 2e9),
    SizeClass(N_("2B to 5B"), 2e9, 5e9),
    SizeClass(N_("5B to 10B"), 5e9, 10e9),
    SizeClass(N_("10B to 20B"), 10e9, 20e9),
    SizeClass(N_("20B to 40B"), 20e9, 40e9),
    SizeClass(N_("40B to 100B"), 40e9, 100e9),
    SizeClass(N_("over 100B"), 100e9, float("inf")),
)
# What a licence allows, by the code of advisor.advice.pick_rules.
LICENCES: Mapping[str, str] = {
    "": N_("free, business included"),
    "own_terms": N_("terms of its own"),
    "research_only": N_("for research only"),
    "non_commercial": N_("not for business"),
    "unknown": N_("licence unknown"),
}
# Languages as the catalogue lists them; the others are named in few entries.
LANGUAGES: Mapping[str, str] = {
    "zh": N_("Chinese"),
    "en": N_("English"),
    "multilingual": N_("many languages"),
    "ja": N_("Japanese"),
    "ko": N_("Korean"),
    "de": N_("German"),
    "fr": N_("French"),
    "es": N_("Spanish"),
    "it": N_("Italian"),
    "vi": N_("Vietnamese"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; None, "" and False ask for nothing. `size` is an index of SIZES."""

    search: str = ""
    family: str | None = None
    size: int = 0
    use: str | None = None
    licence: str | None = None
    language: str | None = None
    favourites: bool = False
    fits_only: bool = False

    @property
    def active(self) -> int:
        """How many of them narrow the table."""
        return sum(getattr(self, field.name) != field.default for field in fields(self))

    @property
    def behind(self) -> int:
        """How many of those narrow it that the bar does not show itself."""
        return sum(value is not None for value in (self.use, self.licence, self.language)) + self.favourites


class Known(NamedTuple):
    """What the filters ask of a model beyond its own facts."""

    own: Collection[Model]
    favourites: Collection[str]
    parameters: Callable[[Model], int]
    fits: Callable[[Model], bool]


def narrow(models: Iterable[Model], filters: Filters, known: Known) -> Sequence[Model]:
    """The models that pass all filters, in their order."""
    checks = _checks(filters, known)
    passed = [model for model in models if all(check(model) for check in checks)]
    return found(passed, filters.search) if filters.search else passed


def _checks(filters: Filters, known: Known) -> list[Callable[[Model], bool]]:
    checks: list[Callable[[Model], bool]] = []
    if filters.family == OWN:
        checks.append(lambda model: model in known.own)
    elif filters.family is not None:
        checks.append(lambda model: model.family == filters.family)
    if filters.size:
        size = SIZES[filters.size]
        checks.append(lambda model: size.low <= known.parameters(model) < size.high)
    if filters.use is not None:
        checks.append(lambda model: model.kind == filters.use)
    if filters.licence is not None:
        checks.append(lambda model: licence_of(model) == filters.licence)
    if filters.language is not None:
        checks.append(lambda model: filters.language in languages_of(model))
    if filters.favourites:
        checks.append(lambda model: model.id in known.favourites)
    if filters.fits_only:
        checks.append(known.fits)
    return checks


def licence_of(model: Model) -> str:
    """What a model's licence allows: a key of LICENCES."""
    from advisor.advice.pick_rules import licence_code  # with the first filter by licence, not with the window

    return licence_code(model.licence)


def languages_of(model: Model) -> tuple[str, ...]:
    """The languages that a model lists; "multilingual" is one of them, "code" is none."""
    return tuple(one for one in (model.languages or "").split(",") if one in LANGUAGES)


def runs(estimates: Iterable[Estimate | None]) -> bool:
    """Whether any of these works somehow: well, tightly or in part from RAM."""
    return any(one is not None and one.verdict in RUNS for one in estimates)


def kinds_of(models: Iterable[Model]) -> tuple[int, int]:
    """How many language models, how many other networks."""
    others = [isinstance(model, Network) for model in models]
    return len(others) - sum(others), sum(others)
