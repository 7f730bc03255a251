"""What a comparison says, without Qt: a row a fact, a value for each cell, differences from the first in words."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from advisor import words
from advisor.advice.perplexity import quality_loss
from advisor.catalog.networks import Network
from advisor.estimator.result import COMPONENTS, Estimate, Range
from advisor.i18n import N_, Translator
from advisor.ui.base import texts
from advisor.ui.settings.knobs import INFERENCE, TRAINING, VALUE_WORDS
from advisor.workload import Workload

NONE = "–"
ALIKE = 0.005  # shares under this are no difference: a figure has three digits
CLEAR = 0.02  # from here on one speed is called another's multiple
SIXTEEN_BITS = ("F16", "BF16")


class Compared(NamedTuple):
    """One cell: what its model and column are called, and its estimate."""

    name: str
    heading: str
    estimate: Estimate


class Value(NamedTuple):
    """A fact of one cell: its text, how it differs from the first cell's ("" where it does not), all of it as a tip."""

    text: str
    note: str = ""
    tip: str = ""


class Fact(NamedTuple):
    """A row: its title and a value for each cell. `kind` tells rows that are shown otherwise: "verdict", "part".

    `component` is the part of the memory that the row is about, "" for all others.
    """

    title: str
    values: tuple[Value, ...]
    kind: str = ""
    component: str = ""

    @property
    def same(self) -> bool:
        """Whether all cells agree."""
        return len({value.text for value in self.values}) < 2


def facts(_: Translator, cells: Sequence[Compared], parameters: Callable[[Estimate], int]) -> list[Fact]:
    """All rows of a comparison; () where nothing is compared. The first cell is what the others are held against."""
    if not cells:
        return []
    found = [_verdicts(_, cells), *_memory(_, cells), *_speeds(_, cells), *_times(_, cells), *_places(_, cells)]
    found += [*_files(_, cells), *_qualities(_, cells), *_settings(_, cells), *_parts(_, cells)]
    found += _models(_, cells, parameters)
    return [fact for fact in found if any(value.text != NONE for value in fact.values)]


def _verdicts(_: Translator, cells: Sequence[Compared]) -> Fact:
    values = []
    for cell in cells:
        symbol = words.VERDICT_SYMBOLS[cell.estimate.verdict]
        reasons = texts.reasons(_, cell.estimate)
        said = reasons[0] if reasons and cell.estimate.verdict != "fits" else ""
        values.append(Value(f"{symbol} {texts.verdict(_, cell.estimate)}", said, texts.sentence(_, cell.estimate)))
    return Fact(_("Verdict"), tuple(values), "verdict")


def _memory(_: Translator, cells: Sequence[Compared]) -> Iterator[Fact]:
    memories = [cell.estimate.memory for cell in cells]
    totals = [None if memory is None else float(memory.total) for memory in memories]
    yield Fact(_("Memory in all"), _sizes(_, totals))
    bands = [NONE if m is None else _("{low} to {high}", low=_.gib(m.low), high=_.gib(m.high)) for m in memories]
    yield Fact(_("with its error band"), tuple(map(Value, bands)), "part")


def _parts(_: Translator, cells: Sequence[Compared]) -> Iterator[Fact]:
    """The memory's components; what only some cells have is a dash in the others."""
    memories = [cell.estimate.memory for cell in cells]
    for name in COMPONENTS:
        sizes: list[float | None] = []
        for memory in memories:
            parts = () if memory is None else memory.components
            sizes.append(float(sum(one.bytes for one in parts if one.name == name)) or None)
        if any(sizes):
            yield Fact(_(words.COMPONENT_WORDS[name]), _sizes(_, sizes), "part", name)


def _places(_: Translator, cells: Sequence[Compared]) -> Iterator[Fact]:
    where, room = [], []
    for cell in cells:
        places = [place for place in cell.estimate.placements if place.used]
        where.append(Value(words.names(_, [words.device(_, place.device) for place in places]) or NONE))
        free = [place.available for place in places if place.available is not None]
        known = bool(places) and len(free) == len(places)
        room.append(float(sum(free)) if known else None)
    yield Fact(_("Lies in"), tuple(where))
    yield Fact(_("free there"), _sizes(_, room), "part")


def _speeds(_: Translator, cells: Sequence[Compared]) -> Iterator[Fact]:
    decode = [cell.estimate.speed.decode if cell.estimate.speed and _runs(cell) else None for cell in cells]
    yield Fact(_("Generates"), _rates(_, decode))
    yield Fact(_("with its range"), tuple(_span(_, one) for one in decode), "part")
    prefill = [cell.estimate.speed.prefill if cell.estimate.speed and _runs(cell) else None for cell in cells]
    yield Fact(_("Reads the prompt"), _rates(_, prefill))


def _times(_: Translator, cells: Sequence[Compared]) -> Iterator[Fact]:
    plans = [cell.estimate.training if _runs(cell) else None for cell in cells]
    hours = [plan.hours if plan else None for plan in plans]
    first = hours[0].mid if hours[0] else None
    values = []
    for number, one in enumerate(hours):
        note = "" if one is None or not first or not number else _longer(_, one.mid / first)
        values.append(Value(NONE if one is None else _.duration(one.mid * 3600), note))
    yield Fact(_("Training time"), tuple(values))
    spans = [NONE if one is None else _.duration_range(3600 * one.low, 3600 * one.high) for one in hours]
    yield Fact(_("with its range"), tuple(map(Value, spans)), "part")
    energy = [plan.energy_kwh if plan else None for plan in plans]
    yield Fact(_("Energy"), tuple(Value(NONE if one is None else f"{_.number(one.mid)} kWh") for one in energy))


def _files(_: Translator, cells: Sequence[Compared]) -> Iterator[Fact]:
    yield Fact(_("File on the disk"), _sizes(_, [_file(cell.estimate) for cell in cells]))


def _file(estimate: Estimate) -> float | None:
    """Bytes to download: the weights of what runs as they are stored, of what is trained the original in 16 bits."""
    if isinstance(estimate.model, Network) or estimate.memory is None:
        return None
    if estimate.workload.training:
        return 2.0 * estimate.parameters
    return float(sum(part.bytes for part in estimate.memory.components if part.name == "weights"))


def _qualities(_: Translator, cells: Sequence[Compared]) -> Iterator[Fact]:
    yield Fact(_("Quality lost"), tuple(_quality(_, cell.estimate) for cell in cells))


def _quality(_: Translator, estimate: Estimate) -> Value:
    """What the quantisation costs, as published; training in 4 bits has no such table."""
    workload = estimate.workload
    if isinstance(estimate.model, Network):
        return Value(NONE)
    if workload.task in ("lora", "full") or (not workload.training and workload.quant in SIXTEEN_BITS):
        return Value(_("none: 16 bits"))
    lost = quality_loss("NF4" if workload.training else workload.quant)
    if lost is None:
        return Value(_("not published"))
    percent = _.number(100 * lost.share, 2)
    return Value(
        _("perplexity +{percent} %", percent=percent), "",
        _("perplexity +{share} % ({model})", share=percent, model=lost.model) + "\n" + lost.source,
    )  # fmt: skip


def _settings(_: Translator, cells: Sequence[Compared]) -> Iterator[Fact]:
    """The knobs that differ between cells whose tasks read them; a dash where a task does not."""
    kept = [cell.estimate.workload for cell in cells]
    for key, label in {**_READ[True], **_READ[False]}.items():
        values = [_setting(_, key, workload) for workload in kept]
        if len({*values} - {NONE}) > 1:
            yield Fact(_(label), tuple(map(Value, values)), "part")


# The knobs that each kind of task reads, with their labels.
_READ = {
    training: {knob.key: knob.label for section in sections for knob in section.knobs}
    for training, sections in ((False, INFERENCE), (True, TRAINING))
}


def _setting(_: Translator, key: str, workload: Workload) -> str:
    if key not in _READ[workload.training] or (key in ("rank", "targets") and workload.task == "full"):
        return NONE
    value = workload.resolved_stack if key == "stack" else getattr(workload, key)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _.integer(value) if isinstance(value, int) else _(VALUE_WORDS.get((key, value), value))


def _models(_: Translator, cells: Sequence[Compared], parameters: Callable[[Estimate], int]) -> Iterator[Fact]:
    models = [cell.estimate.model for cell in cells]
    sizes = [_.parameters(parameters(cell.estimate) or None) for cell in cells]
    yield Fact(_("Parameters"), tuple(map(Value, sizes)))
    contexts = [_.integer(model.max_context) if model.max_context else NONE for model in models]
    yield Fact(_("Longest context"), tuple(map(Value, contexts)))
    yield Fact(_("Licence"), tuple(Value(model.licence or NONE) for model in models))
    yield Fact(_("Released"), tuple(Value(model.released or NONE) for model in models))


def _runs(cell: Compared) -> bool:
    return cell.estimate.verdict not in ("no", "unknown")


def _sizes(_: Translator, sizes: Sequence[float | None]) -> tuple[Value, ...]:
    first = sizes[0]
    values = []
    for number, size in enumerate(sizes):
        note = "" if size is None or first is None or not number else size_note(_, size - first, first)
        values.append(Value(NONE if size is None else _.gib(size), note))
    return tuple(values)


def size_note(_: Translator, difference: float, first: float) -> str:
    """ "1.8 GiB less"; "" where the difference is below what three digits show."""
    if abs(difference) <= ALIKE * max(first, 1.0):
        return ""
    size = _.gib(abs(difference))
    return _("{difference} less", difference=size) if difference < 0 else _("{difference} more", difference=size)


def _rates(_: Translator, rates: Sequence[Range | None]) -> tuple[Value, ...]:
    first = rates[0].mid if rates[0] else None
    values = []
    for number, one in enumerate(rates):
        note = "" if one is None or not first or not number else speed_note(_, one.mid / first)
        values.append(Value(NONE if one is None else _.tokens_per_second(one.mid), note))
    return tuple(values)


def speed_note(_: Translator, ratio: float) -> str:
    """ "2.1 × as fast", "30 % slower"; "" where the two are alike."""
    if ratio >= 1 + CLEAR:
        return _("{factor} × as fast", factor=_.number(ratio, 2 if ratio < 10 else 3))
    return _("{percent} % slower", percent=_.number(100 * (1 - ratio), 2)) if ratio <= 1 - CLEAR else ""


def _longer(_: Translator, ratio: float) -> str:
    if ratio > 1 + CLEAR:
        return _("takes {factor} × as long", factor=_.number(ratio, 2 if ratio < 10 else 3))
    return speed_note(_, 1 / ratio) if ratio > 0 else ""


def _span(_: Translator, figures: Range | None) -> Value:
    return Value(NONE if figures is None else texts.span(_, figures, _("tok/s")))


# What stands where nothing is compared yet, and beside a comparison that has room for more.
EMPTY = N_(
    "Nothing is compared yet. In the models' table, hold Ctrl and click two to four cells (or Ctrl+Space on the "
    "keyboard), then press Ctrl+B."
)
