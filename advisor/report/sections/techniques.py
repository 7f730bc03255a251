"""Techniques: for running and for training one waterfall each of what every one saves here, then plain advice."""

from collections.abc import Iterator

from advisor.advice import words as advice_words
from advisor.advice import words_techniques
from advisor.advice.result import Technique
from advisor.advice.waterfall import Idle, Step, Waterfall
from advisor.i18n import GIB, N_, Translator
from advisor.report import document
from advisor.report.cells import DASH, memory, pace
from advisor.report.document import Block, Bullets, Cell, Column, Mark, Paragraph, Section, Table
from advisor.report.sections.context import Context
from advisor.words import clauses, say
from advisor.workload import Workload


def sections(context: Context) -> Iterator[Section]:
    """Each technique's effect in bytes, time and quality, in the order that helps most."""
    advice, _ = context.advice, context._
    intro = _(
        "Each table starts from the plain job and switches on, one after the other, the technique that saves most of "
        "those left; the same estimator computes every step. Time: the factor on the time of a token or of the "
        "training, were there room for both; below 1 is quicker."
    )
    yield Section(_("Techniques and what each saves here"), (Paragraph(intro, "caption"),))
    for one in advice.waterfalls:
        yield Section(_title(one, _), tuple(_blocks(one, _)), 2)
    others = tuple(_advice(t, _) for t in advice.techniques if t.code in ("split", "distillation", "pruning"))
    if others:
        yield Section(_("Beside these"), (Bullets(others),), 2)


def _title(one: Waterfall, _: Translator) -> str:
    if one.task == "inference":
        return _("Running {model}", model=one.model.name)
    return _("Fine-tuning {model}", model=one.model.name)


def _blocks(one: Waterfall, _: Translator) -> Iterator[Block]:
    yield Paragraph(_summary(one, _))
    if one.steps:
        yield _chart(one, _)
        yield _table(one, _)
        if any(step.time is None for step in one.steps):
            yield Paragraph(_("A time is unknown where there is no measurement to estimate it from."), "caption")
    idle = [words_techniques.why_not(_, i) for i in one.idle if not _settled(i)]
    if idle:
        yield Bullets(tuple(idle))


def _settled(one: Idle) -> bool:
    """Of what is on already and saves nothing more there is nothing to say."""
    return one.reason is None and one.chosen


def _summary(one: Waterfall, _: Translator) -> str:
    values = {
        "start": _.gib(one.start), "plain": _plain(one.workload, _), "end": _.gib(one.end),
        "device": _("RAM") if one.device == "ram" else one.device_name or one.device, "capacity": _.gib(one.capacity),
    }  # fmt: skip
    parts = [_("Plain ({plain}) it needs {start}, with everything below {end}.", **values), _fits(one, _, values)]
    if one.split is not None and one.fits_after is None:
        in_ram = sum(p.used for p in one.split.placements if p.device == "ram")
        parts.append(
            _("With {size} of it in RAM it runs all the same: {pace}.", size=_.gib(in_ram), pace=pace(one.split, _))
        )
    return ("" if _.language.startswith("zh") else " ").join(parts)


def _fits(one: Waterfall, _: Translator, values: dict[str, str]) -> str:
    if one.capacity is None:
        return say(_, N_("How much {device} has free is not known."), values)
    if one.fits_after is None:
        return say(_, N_("Even so it does not fit into the {capacity} of {device}."), values)
    if one.fits_after == 0:
        return say(_, N_("It fits into the {capacity} of {device} from the start."), values)
    last = words_techniques.name(_, one.steps[one.fits_after - 1].code)
    return say(
        _, N_("It fits into the {capacity} of {device} from this step on: {technique}."), {**values, "technique": last}
    )


def _plain(w: Workload, _: Translator) -> str:
    """The job that the waterfall starts from, in short."""
    if not w.training:
        return _("{quant}, context {context}", quant=w.quant, context=_.integer(w.context))
    return _(
        "all weights trained in {precision}, batch {batch}, sequences of {seq}",
        precision=w.precision.upper(), batch=w.batch, seq=_.integer(w.seq),
    )  # fmt: skip


def _chart(one: Waterfall, _: Translator) -> Block:
    steps = tuple(document.Step(words_techniques.name(_, s.code), s.before / GIB, s.after / GIB) for s in one.steps)
    marks = () if one.capacity is None else (Mark(_("{size} free", size=_.gib(one.capacity)), one.capacity / GIB),)
    title = _("What each technique saves: {model}", model=one.model.name)
    return document.Waterfall(title, _("plain"), steps, _("with all"), "GiB", marks)


def _table(one: Waterfall, _: Translator) -> Table:
    columns = (
        Column(_("Technique"), 2.0), Column(_("Saves"), 1, True), Column(_("Left"), 1, True),
        Column(_("Alone it saves"), 1.1, True), Column(_("Time"), 1.1, True), Column(_("Quality"), 2.0),
        Column(_("Set"), 0.6),
    )  # fmt: skip
    return Table(columns, tuple(_row(one, number, step, _) for number, step in enumerate(one.steps, 1)))


def _row(one: Waterfall, number: int, step: Step, _: Translator) -> tuple[Cell, ...]:
    fits = one.fits_after is not None and number >= one.fits_after
    left = f"{'● ' if fits else '– '}{_.gib(step.after)}" if one.capacity is not None else _.gib(step.after)
    return (
        Cell(words_techniques.name(_, step.code), "strong"),
        Cell(_.gib(step.saved)),
        Cell(left, ("fits" if fits else "no") if one.capacity is not None else ""),
        Cell(_alone(step, _)),
        Cell(words_techniques.time(_, step)),
        Cell(words_techniques.quality(_, step)),
        Cell(_("on") if step.chosen else _("off")),
    )


def _alone(step: Step, _: Translator) -> str:
    """What a step saves on the plain job; some need more there, as adapters do beside unchecked activations."""
    if step.alone is None:
        return DASH
    return _.gib(step.alone) if step.alone >= 0 else _("{size} more", size=_.gib(-step.alone))


def _advice(t: Technique, _: Translator) -> str:
    """A technique of which the waterfall has no step, with its figures where it has some."""
    label, sentence = _(advice_words.TECHNIQUES[t.code]), _(advice_words.TECHNIQUE_SENTENCES[t.code])
    if t.code == "distillation" and t.before is not None and t.after is not None:
        models = f"{t.before.model.name} → {t.after.model.name}"
        return _("{technique} ({models}): {sentence}", technique=label, models=models, sentence=sentence)
    if t.code == "split" and t.after is not None:
        models = clauses(_, (t.after.model.name, memory(t.after, _), pace(t.after, _)))
        return _("{technique} ({models}): {sentence}", technique=label, models=models, sentence=sentence)
    return _("{technique}: {sentence}", technique=label, sentence=sentence)
