"""The rules of training and cloud plans, read strictly from resources/advice: sizes, ladders, limits, data sets."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.i18n import N_
from advisor.workload import Method, parse

TRAINING_FILE = RESOURCES / "advice" / "training.json"
CLOUD_FILE = RESOURCES / "advice" / "cloud.json"
TRAINED: tuple[Method, ...] = ("qlora", "lora", "full")
_PROVIDER_KINDS = ("public", "public_ascend", "rental", "quantum")

Rung = Mapping[str, object]


class Dataset(NamedTuple):
    """An example of a data set: `samples` of `tokens_each` tokens."""

    code: str
    samples: int
    tokens_each: int


class FusedLoss(NamedTuple):
    """Where a fused loss runs: makers of cards, and of NVIDIA's the least compute capability."""

    vendors: tuple[str, ...]
    compute_capability: float


class TrainingRules(NamedTuple):
    """See training.json, where each rule says why. `verdicts` are codes with their most hours, shortest first."""

    batches: tuple[int, ...]
    effective_batch: int
    sequences: tuple[int, ...]
    as_fast: float
    rungs: Mapping[Method, tuple[Rung, ...]]
    fused_loss: FusedLoss
    second_years: float
    second_share: float
    larger: float
    larger_years: float
    verdicts: tuple[tuple[str, float], ...]
    processor_parameters: float
    trial_tokens: int
    merge_room: float
    network_bytes_per_s: float
    datasets: tuple[Dataset, ...]


class Target(NamedTuple):
    """A fine-tuning that people rent for: method and size of the model, in parameters."""

    method: Method
    low: float
    high: float


class Provider(NamedTuple):
    """A cloud by its own and its English name; `kind` is a key of words_plans.PROVIDERS."""

    name: str
    english: str
    country: str
    kind: str
    source: str


class CardPrice(NamedTuple):
    """What shops ask for a card, US dollars, on a day."""

    gpu: str
    low: float
    high: float
    date: str
    source: str


class CloudRules(NamedTuple):
    """See cloud.json, where each rule says why."""

    targets: tuple[Target, ...]
    easy_hours: float
    ram_gib: float
    recent_days: int
    cards: tuple[CardPrice, ...]
    providers: tuple[Provider, ...]
    unsuitable: tuple[Provider, ...]


@cache
def training_rules() -> TrainingRules:
    """The rules of training plans."""
    return load_training(TRAINING_FILE)


@cache
def cloud_rules() -> CloudRules:
    """The rules of cloud plans."""
    return load_cloud(CLOUD_FILE)


def load_training(path: Path) -> TrainingRules:
    """Read the rules strictly. Raises UserError naming file and field."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    rules = TrainingRules(
        batches=_numbers(document, "batches"),
        effective_batch=int(_number(document, "effective_batch", 1, 4096)),
        sequences=_numbers(document, "sequences"),
        as_fast=_number(document, "as_fast", 1, 2),
        rungs=_rungs(_section(document, "rungs")),
        fused_loss=_fused_loss(_section(document, "fused_loss")),
        second_years=_number(document, "second_years", 0, 100),
        second_share=_number(document, "second_share", 0, 1),
        larger=_number(document, "larger", 1, 1000),
        larger_years=_number(document, "larger_years", 0, 100),
        verdicts=tuple((f.text("code"), f.number("hours")) for f in _each(document, "verdicts")),
        processor_parameters=_number(document, "processor_parameters", 1e6, 1e12),
        trial_tokens=int(_number(document, "trial_tokens", 1, 1e9)),
        merge_room=_number(document, "merge_room", 1, 10),
        network_bytes_per_s=_network(_section(document, "network")),
        datasets=tuple(
            Dataset(f.text("code"), f.integer("samples", 1), f.integer("tokens_each", 1))
            for f in _each(document, "datasets")
        ),
    )
    document.close()
    return rules


def load_cloud(path: Path) -> CloudRules:
    """Read the rules strictly. Raises UserError naming file and field."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    rules = CloudRules(
        targets=tuple(map(_target, _each(document, "targets"))),
        easy_hours=_number(document, "easy_hours", 0, 1e4),
        ram_gib=_number(document, "ram_gib", 1, 65536),
        recent_days=int(_number(document, "recent_days", 1, 36500)),
        cards=tuple(map(_card, _each(document, "cards"))),
        providers=tuple(map(_provider, _each(document, "providers"))),
        unsuitable=tuple(map(_provider, _each(document, "unsuitable"))),
    )
    document.close()
    return rules


def _section(document: Fields, key: str) -> Fields:
    section = document.section(key)
    if section is None:
        document.fail(key, N_("{where}: an object was expected"))
    return section


def _number(document: Fields, key: str, low: float, high: float) -> float:
    section = _section(document, key)
    value = section.number("value", low, high)
    _why(section)
    return value


def _numbers(document: Fields, key: str) -> tuple[int, ...]:
    section = _section(document, key)
    values = section.integers("values", 1, 1 << 24)
    _why(section)
    return values


def _network(section: Fields) -> float:
    value = section.number("bytes_per_s", 1, 1e15)
    _why(section)
    return value


def _fused_loss(section: Fields) -> FusedLoss:
    value = FusedLoss(section.texts("vendors"), section.number("compute_capability"))
    _why(section)
    return value


def _why(section: Fields) -> None:
    section.text("why")
    section.optional_text("source")
    section.close()


def _each(document: Fields, key: str) -> Iterator[Fields]:
    """The objects of a list; each is closed once its reader is done with it."""
    for number, value in enumerate(document.items(key), 1):
        entry = Fields(value, f"{document.where}: {key} {number}")
        entry.optional_text("why")
        entry.optional_text("source")
        yield entry
        entry.close()


def _rungs(section: Fields) -> Mapping[Method, tuple[Rung, ...]]:
    section.text("why")
    found = {method: tuple(_rung(section, method, value) for value in section.items(method)) for method in TRAINED}
    section.close()
    return found


def _rung(section: Fields, method: Method, value: object) -> Rung:
    """Settings that a workload of the method takes."""
    entry = Fields(value, f"{section.where}: {method}")
    settings = {key: entry.value(key) for key in entry}
    parse({"task": method, **settings}, name=lambda key: f"{entry.where}: {key}")
    return settings


def _target(entry: Fields) -> Target:
    method = entry.choice("method", TRAINED)
    return Target(next(m for m in TRAINED if m == method), entry.number("low"), entry.number("high"))


def _card(entry: Fields) -> CardPrice:
    low, high = entry.number("low", 1, 1e6), entry.number("high", 1, 1e6)
    return CardPrice(entry.text("gpu"), low, high, entry.text("date"), entry.text("source"))


def _provider(entry: Fields) -> Provider:
    return Provider(
        entry.text("name"), entry.text("english"), entry.text("country"), entry.choice("kind", _PROVIDER_KINDS),
        entry.text("source"),
    )  # fmt: skip
