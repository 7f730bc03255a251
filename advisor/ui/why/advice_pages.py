"""Why advice says what it says: the rules with this machine's values put in, prices times hours, gains in models."""

from collections.abc import Callable, Iterator, Mapping
from math import log2
from typing import Any

from advisor import words as program_words
from advisor.advice import needs, words, words_bottleneck, words_picks, words_plans
from advisor.advice.bottleneck import rules as part_rules
from advisor.advice.grades import Bottleneck, Grade
from advisor.advice.plans import TrainingPlan
from advisor.advice.result import Fit, Pick, Technique, Tier
from advisor.advice.survey import READING_PACE, decode, dense_size, power
from advisor.catalog.model import Model
from advisor.estimator.estimate import placed_on
from advisor.estimator.explain import explain
from advisor.estimator.result import Estimate
from advisor.estimator.tensors import active_parameters, parameters
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.ui.base.topic import Topic
from advisor.ui.why import price_pages
from advisor.ui.why.difference import difference
from advisor.ui.why.lines import Line, Page, explained
from advisor.ui.why.price_pages import time_line
from advisor.words import COUNT_WORDS


def page(_: Translator, machine: Machine, topic: Topic) -> Page | None:
    """The page of a thing that advice names; None of a kind that is not known."""
    make = _KINDS.get(topic.kind)
    return None if make is None else make(_, machine, topic.thing)


# The machine --------------------------------------------------------------------------------------------------------


def _tier(_: Translator, _machine: Machine, found: Tier) -> Page:
    said = [_(words.TIER_SENTENCES[found.code])]
    lines = []
    for name, grade in ((_("Running models"), found.inference), (_("Fine-tuning"), found.training)):
        if grade is not None:
            lines.append(_grade(_, name, grade))
    if found.inference is not None:
        said.append(_("The one word follows running, held down by fine-tuning where that lies far below."))
    return Page(_("Tier: {tier}", tier=_(words.TIERS[found.code])), tuple(said), tuple(lines))


def _grade(_: Translator, name: str, grade: Grade) -> Line:
    values: list[tuple[str, str]] = []
    if grade.estimate is not None:
        values.append((_("decided by"), _decided(_, grade.estimate)))
    notes = []
    for label, rule in ((_("met"), grade.met), (_("missed"), grade.missed)):
        if rule is not None:
            wanted = _.tokens_per_second(rule.tokens_per_s) if rule.hours is None else _.duration(3600 * rule.hours)
            size = _.parameters(round(rule.parameters))
            values.append((label, f"{_(words.TIERS[rule.tier])}: ≥ {size}, {wanted}"))
            notes.append(_("Reason: {reason}", reason=rule.why))
    formula = "dense size >= parameters, speed >= tok/s" if _runs(grade) else "dense size >= parameters, time <= hours"
    return Line(name, _(words.TIERS[grade.code]), formula, tuple(values), tuple(notes))


def _runs(grade: Grade) -> bool:
    rule = grade.met or grade.missed
    return rule is None or rule.hours is None


def _decided(_: Translator, found: Estimate) -> str:
    speed = decode(found)
    time = found.training.hours if found.training is not None else None
    pace = _.tokens_per_second(speed) if speed is not None else _.duration(3600 * time.mid) if time is not None else ""
    return program_words.clauses(_, (found.model.name, _.parameters(round(dense_size(found.model))), pace))


def _bottleneck(_: Translator, _machine: Machine, found: Bottleneck) -> Page:
    lines = []
    floor = part_rules().floor
    for name, old, new in (
        (_("Running models"), found.before.run, found.after.run),
        (_("Fine-tuning"), found.before.train, found.after.train),
    ):
        sizes = [max(floor, dense_size(one.model) if one is not None else 0.0) for one in (old, new)]
        values = ((_("now"), _reached(_, old)), (_("with the change"), _reached(_, new)))
        lines.append(
            Line(name, _.number(log2(sizes[1] / sizes[0]), 2), "log2(size with the change / size now)", values)
        )
    sentence = words_bottleneck.sentence(found, _)
    how = _(
        "Each part was made better alone and everything was estimated again; this one brings most: {gain} doublings.",
        gain=_.number(found.gain, 2),
    )
    return Page(_("What holds it back first"), (sentence, how), tuple(lines))


def _reached(_: Translator, found: Estimate | None) -> str:
    return _("none") if found is None else _decided(_, found)


def _counts(_: Translator, _machine: Machine, found: Fit) -> Page:
    total = sum(found.counts.values())
    counts = tuple((_(COUNT_WORDS[name]), _.integer(count)) for name, count in found.counts.items())
    lines = [Line(_("models of the catalogue"), _.integer(total), " + ".join(found.counts), counts)]
    if found.largest is not None:
        values = ((_("largest that fits"), found.largest.model.name),)
        lines.append(Line(_("parameters"), _.parameters(found.largest.parameters), "", values))
    how = _("Every model of the catalogue was estimated with the present settings, and its verdict counted.")
    return Page(_("How many models fit"), (how,), tuple(lines))


# Models -------------------------------------------------------------------------------------------------------------


def _pick(_: Translator, machine: Machine, found: Pick) -> Page:
    model = found.estimate.model
    said = [
        _(
            "Models are ranked by a rule of thumb: the geometric mean of all and active parameters, doubled "
            "for each year of release. It is no measurement of quality; try two or three."
        )
    ]
    lost = words_picks.given_up(found, _)
    if lost:
        said.append(_("It gives up: {lost}.", lost=lost.replace("\n", _("; "))))
    notes = []
    if found.gives_up is not None and found.gives_up.quality is not None:
        quality = found.gives_up.quality
        notes.append(_("Perplexity as published for {model}: {source}", model=quality.model, source=quality.source))
    lines = [_power(_, model, tuple(notes)), *_estimate_lines(_, machine, found.estimate)]
    return Page(f"{words_picks.uses(found, _)} · {model.name}", tuple(said), tuple(lines))


def _power(_: Translator, model: Model, notes: tuple[str, ...]) -> Line:
    values = (
        ("parameters", _.integer(parameters(model))),
        ("active_parameters", _.integer(active_parameters(model))),
        ("year", model.released or "2023"),
    )
    formula = "sqrt(parameters x active_parameters) x 2^(year - 2023)"
    return Line(_("rank"), _.parameters(round(power(model))), formula, values, notes)


def _estimate_lines(_: Translator, machine: Machine, found: Estimate) -> Iterator[Line]:
    """The estimate's own lines, where it was made for this machine."""
    mine = bool(placed_on(machine, found)) or not found.placements
    if mine:
        yield from (explained(_, line) for line in explain(machine, found))
    elif found.memory is not None:
        values = tuple((program_words.quantity(_, part.name), _.gib(part.bytes)) for part in found.memory.components)
        yield Line(program_words.quantity(_, "total"), program_words.size(_, found.memory.total), "", values)


def _plan(_: Translator, machine: Machine, found: TrainingPlan) -> Page:
    title = f"{_(program_words.METHOD_WORDS[found.method])} · {found.estimate.model.name}"
    said = (
        _(words_plans.VERDICTS[found.verdict]),
        _("The settings were searched: the first that fit with room to spare, then the batch that ends first."),
    )
    time = found.estimate.training
    lines = [time_line(_, data.tokens, data.hours, words_plans.dataset(_, data), time) for data in found.datasets]
    known = tuple(line for line in lines if line is not None)
    return Page(title, said, (*known, *_estimate_lines(_, machine, found.estimate)))


def _need(_: Translator, _machine: Machine, found: needs.Needs) -> Page:
    rules = needs.rules()
    lines = []
    for name, held, wish in (
        (_("least card"), found.least, rules.least),
        (_("recommended card"), found.recommended, rules.recommended),
    ):
        if held is None:
            lines.append(Line(name, _("no card of the list is enough")))
            continue
        memory = held.estimate.memory
        values = [("quant", wish.quant), ("context", _.integer(wish.context))]
        if memory is not None:
            values.append((program_words.quantity(_, "total"), program_words.size(_, memory.total)))
        speed = decode(held.estimate)
        if speed is not None:
            values.append((program_words.quantity(_, "decode"), _.tokens_per_second(speed)))
        how = (_("The first card of the list, smallest first, that holds all of it."),)
        lines.append(Line(name, f"{held.card.number} × {held.card.gpu}", "", tuple(values), how))
    if found.ram_bytes is not None:
        name = _("RAM without a card")
        how = (_("The first usual size in which it runs, on {cpu}.", cpu=rules.cpu),)
        lines.append(Line(name, _.gib(found.ram_bytes), notes=how))
    if found.bandwidth is not None:
        values = [("reading_pace", _.tokens_per_second(READING_PACE))]
        formula = "bandwidth x reading_pace / speed"
        lines.append(Line(_("RAM bandwidth for reading pace"), _.bandwidth(found.bandwidth), formula, tuple(values)))
    return Page(_("What {model} needs", model=found.model.name), (_("Computed on computers of catalogue parts."),),
                tuple(lines))  # fmt: skip


def _technique(_: Translator, _machine: Machine, found: Technique) -> Page:
    label, sentence = _(words.TECHNIQUES[found.code]), _(words.TECHNIQUE_SENTENCES[found.code])
    if found.before is None or found.after is None:
        return Page(label, (sentence,))
    made = difference(_, found.before, found.after, label)
    return made._replace(said=(sentence, *made.said))


_KINDS: Mapping[str, Callable[[Translator, Machine, Any], Page]] = {
    "tier": _tier, "bottleneck": _bottleneck, "counts": _counts, "pick": _pick, "plan": _plan, "need": _need,
    "upgrade": price_pages.upgrade, "cloud": price_pages.cloud, "technique": _technique,
}  # fmt: skip
