"""What a model needs to run: the least and the recommended card, memory without a card, disk. Computed, not copied."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.advice.survey import READING_PACE, decode, works
from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.catalog.reading import Fields, read_json
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.machine import Machine
from advisor.workload import LLAMA_CPP_QUANTS, Workload

NEEDS_FILE = RESOURCES / "advice" / "needs.json"
_GIB = 1 << 30
_CARD_RAM_GIB = 64.0  # beside a card that holds the whole model, RAM does not decide


class Card(NamedTuple):
    """A step of the ladder of cards: `number` of one kind."""

    gpu: str
    number: int


class Wish(NamedTuple):
    """The quantisation and the context, in tokens, that a card is asked to hold."""

    quant: str
    context: int

    def workload(self) -> Workload:
        """The wish with all other settings at their defaults."""
        return Workload(quant=self.quant, context=self.context)


class NeedRules(NamedTuple):
    """resources/advice/needs.json: the ladder of cards, smallest first, memory sizes in GiB, well-known models."""

    cards: tuple[Card, ...]
    least: Wish
    recommended: Wish
    cpu: str
    ram_gib: tuple[int, ...]
    models: tuple[str, ...]


class OnCard(NamedTuple):
    """A card that holds the model whole, and the estimate on it."""

    card: Card
    estimate: Estimate


class Needs(NamedTuple):
    """What one model needs. None where nothing of the list is enough, or where the estimator knows no memory.

    `ram_bytes` is the installed memory with which it runs without a card, `bandwidth` what that memory must give for
    reading pace (bytes per second), both with the least settings; `disk_bytes` are the file sizes of both wishes.
    """

    model: Model
    least: OnCard | None
    recommended: OnCard | None
    ram_bytes: int | None
    bandwidth: float | None
    disk_bytes: tuple[int | None, int | None]


@cache
def rules() -> NeedRules:
    """The program's own rules."""
    return load_rules(NEEDS_FILE)


def load_rules(path: Path) -> NeedRules:
    """Read and check such a file, uncached. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    document.text("note")
    cards = []
    for number, entry in enumerate(document.items("cards"), 1):
        fields = Fields(entry, f"{path.name}: cards #{number}")
        fields.text("why")
        cards.append(Card(fields.text("gpu"), fields.integer("count", 1, 64)))
        fields.close()
    processor = _section(document, "processor")
    found = NeedRules(
        tuple(cards), _wish(document, "least"), _wish(document, "recommended"), processor.text("cpu"),
        document.integers("ram_gib", 1, 1 << 16), document.texts("models"),
    )  # fmt: skip
    processor.text("why")
    processor.close()
    document.close()
    return found


def _section(document: Fields, key: str) -> Fields:
    section = document.section(key)
    if section is None:
        raise UserError(N_("{where}: an object was expected"), where=f"{document.where}: {key}")
    return section


def _wish(document: Fields, key: str) -> Wish:
    fields = _section(document, key)
    fields.text("why")
    wish = Wish(fields.choice("quant", LLAMA_CPP_QUANTS), fields.integer("context", 1))
    fields.close()
    return wish


def well_known() -> Sequence[Model]:
    """The models of the list that the catalogue has, in its order."""
    found = []
    for name in rules().models:
        try:
            found.append(find_model(name))
        except UserError:
            continue
    return found


@lru_cache(maxsize=256)
def needs(model: Model) -> Needs:
    """What `model` needs: a few dozen estimates on machines of catalogue parts."""
    least, most = (_within(model, wish) for wish in (rules().least, rules().recommended))
    alone = _alone(model, least)
    return Needs(
        model,
        _smallest(model, least, paced=False),
        _smallest(model, most, paced=True),
        alone[0],
        alone[1],
        (_file(model, least), _file(model, most)),
    )


def _within(model: Model, wish: Wish) -> Workload:
    """The wish with no more context than the model was trained for."""
    return replace(wish.workload(), context=min(wish.context, model.max_context or wish.context))


def _smallest(model: Model, workload: Workload, *, paced: bool) -> OnCard | None:
    """The first card of the ladder that holds the job: with room to spare and at reading pace where `paced`."""
    for card, machine in _cards():
        answer = estimate(machine, model, workload, "free")
        held = works(answer) and all(place.device != "ram" for place in answer.placements if place.layers)
        if held and (not paced or (answer.verdict == "fits" and (decode(answer) or 0.0) >= READING_PACE)):
            return OnCard(card, answer)
    return None


@cache
def _cards() -> tuple[tuple[Card, Machine], ...]:
    found = []
    for card in rules().cards:
        try:
            machine = assemble(None, gpu=card.gpu, gpu_count=card.number, cpu=rules().cpu, ram_gib=_CARD_RAM_GIB)
        except UserError:  # not in this catalogue
            continue
        found.append((card, machine))
    return tuple(found)


def _alone(model: Model, workload: Workload) -> tuple[int | None, float | None]:
    """The installed memory that is enough without a card, and the bandwidth that gives reading pace."""
    for size in rules().ram_gib:
        machine = _computer(size)
        answer = estimate(machine, model, workload, "free")
        if not works(answer):
            continue
        speed, bandwidth = decode(answer), machine.memory.bandwidth_bytes_per_s
        return size * _GIB, bandwidth * READING_PACE / speed if speed and bandwidth else None
    return None, None


@lru_cache(maxsize=64)
def _computer(ram_gib: int) -> Machine:
    return assemble(None, gpu=None, gpu_count=1, cpu=rules().cpu, ram_gib=float(ram_gib))


def _file(model: Model, workload: Workload) -> int | None:
    """The size of the model's file: its weights."""
    answer = estimate(_computer(rules().ram_gib[-1]), model, workload, "free")
    if answer.memory is None:
        return None
    return next((c.bytes for c in answer.memory.components if c.name == "weights"), None)
