"""Which upgrades are weighed, and at what prices: the strict reader of resources/advice/upgrades.json."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.i18n import N_

UPGRADES_FILE = RESOURCES / "advice" / "upgrades.json"


class Price(NamedTuple):
    """US dollars, low and high; `date` is as exact as the source.

    `kind`: "launch" (the GPU catalogue's), "list" (the maker's), "street" (shops), "used".
    """

    low: float
    high: float
    date: str
    kind: str
    source: str

    @property
    def mid(self) -> float:
        """The middle of the range."""
        return (self.low + self.high) / 2

    def times(self, low: float, high: float) -> "Price":
        """The price of so many, at least and at most."""
        return self._replace(low=self.low * low, high=self.high * high)


class Card(NamedTuple):
    """A graphics card that is sold: for computers whose cards hold `from_gib` to `to_gib` together."""

    gpu: str
    psu_w: int | None
    slots: int | None
    price: Price | None
    from_gib: float
    to_gib: float
    not_with: tuple[str, ...]  # kinds of memory of computers too old for it


class Computer(NamedTuple):
    """Another computer; `name` None is a plain desktop with the card."""

    name: str | None
    gpu: str
    cpu: str | None
    ram_gib: float
    price: Price | None


class MemoryKind(NamedTuple):
    """One kind of memory: its largest usual module in GiB, its price per GiB."""

    kind: str
    module_gib: int
    price: Price | None


class Gain(NamedTuple):
    """What one model to run, one to train (with CUDA or without) and a doubling of speed are worth; `least` is worth
    money at all.
    """

    run: float
    train: float
    train_without_cuda: float
    speed_doubling: float
    least: float


class Closed(NamedTuple):
    """Signs of computers that take no graphics card: makers, parts of model names, patterns of processors' names; and
    the instructions that an x86 processor must have to be worth one.
    """

    makers: tuple[str, ...]
    models: tuple[str, ...]
    mobile_cpus: tuple[re.Pattern[str], ...]
    feature: str


class UpgradeRules(NamedTuple):
    """The whole file."""

    gain: Gain
    cards: tuple[Card, ...]
    computers: tuple[Computer, ...]
    steps_gib: tuple[int, ...]
    slots: Mapping[str, int]
    kinds: Mapping[str, MemoryKind]
    closed: Closed
    no_external: tuple[str, ...]
    soldered: tuple[str, ...]  # parts of names of accelerators that no slot takes


@cache
def upgrade_rules() -> UpgradeRules:
    """The upgrades that the program knows."""
    return load_upgrades(UPGRADES_FILE)


def load_upgrades(path: Path) -> UpgradeRules:
    """Read a file of upgrades strictly. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    document.text("note")
    memory = _section(document, "memory")
    slots = _section(memory, "slots")
    external, soldered = _section(document, "external"), _section(document, "soldered")
    kinds = [_kind(Fields(entry, f"{path.name}: memory #{n}")) for n, entry in enumerate(memory.items("kinds"), 1)]
    found = UpgradeRules(
        gain=_gain(_section(document, "gain")),
        cards=tuple(_card(Fields(e, f"{path.name}: card #{n}")) for n, e in enumerate(document.items("cards"), 1)),
        computers=tuple(
            _computer(Fields(e, f"{path.name}: computer #{n}")) for n, e in enumerate(document.items("computers"), 1)
        ),
        steps_gib=memory.integers("steps_gib", 1, 1 << 20),
        slots={name: slots.integer(name, 1, 64) for name in ("laptop", "desktop")},
        kinds={kind.kind: kind for kind in kinds},
        closed=_closed(_section(document, "closed")),
        no_external=external.texts("not_with"),
        soldered=soldered.texts("names"),
    )
    for section in (slots, external, soldered):
        section.text("why")
    for section in (slots, memory, external, soldered, document):
        section.close()
    return found


def _section(fields: Fields, key: str) -> Fields:
    section = fields.section(key)
    return section if section is not None else Fields({}, f"{fields.where}: {key}")


def _gain(fields: Fields) -> Gain:
    fields.text("why")
    gain = Gain(*(fields.number(name, 0.0, 1e6) for name in Gain._fields))
    fields.close()
    return gain


def _closed(fields: Fields) -> Closed:
    fields.text("why")
    patterns = []
    for text in fields.texts("mobile_cpus"):
        try:
            patterns.append(re.compile(text))
        except re.error:
            fields.fail("mobile_cpus", N_("{where}: {field}: a regular expression was expected"))
    closed = Closed(fields.texts("makers"), fields.texts("models"), tuple(patterns), fields.text("feature"))
    fields.close()
    return closed


def _card(fields: Fields) -> Card:
    card = Card(
        gpu=fields.text("gpu"),
        psu_w=fields.optional_integer("psu_w", 50, 10_000),
        slots=fields.optional_integer("slots", 1, 8),
        price=_price(fields),
        from_gib=fields.optional_number("from_gib") or 0.0,
        to_gib=fields.optional_number("to_gib") or float("inf"),
        not_with=fields.texts("not_with"),
    )
    fields.text("source")
    fields.close()
    return card


def _computer(fields: Fields) -> Computer:
    computer = Computer(
        name=fields.optional_text("name"),
        gpu=fields.text("gpu"),
        cpu=fields.optional_text("cpu"),
        ram_gib=fields.number("ram_gib", 1.0, 65536.0),
        price=_price(fields),
    )
    fields.text("source")
    fields.close()
    return computer


def _kind(fields: Fields) -> MemoryKind:
    kind = MemoryKind(fields.text("kind"), fields.integer("module_gib", 1, 1024), _price(fields))
    fields.text("source")
    fields.close()
    return kind


def _price(fields: Fields) -> Price | None:
    section = fields.section("price")
    if section is None:
        return None
    low = section.number("low", 0.01, 1e7)
    price = Price(
        low=low,
        high=section.number("high", low, 1e7),
        date=section.text("date"),
        kind=section.choice("kind", ("list", "street", "used")),
        source=section.text("source"),
    )
    section.close()
    return price
