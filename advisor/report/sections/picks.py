"""Which models: what to try here, and what to take to the cloud."""

from collections.abc import Iterator

from advisor.advice import needs, pick_rules, words_picks
from advisor.advice.picks import NETWORK_USES
from advisor.advice.result import Advice, CloudPlan, Pick
from advisor.catalog.networks import Network
from advisor.estimator.tensors import parameters
from advisor.i18n import Translator
from advisor.report.cells import DASH, memory, pace, verdict_word
from advisor.report.document import Block, Bullets, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context
from advisor.words import names

_PICKED = 1  # so many picks are shown with their needs
_METHODS = {"lora": "LoRA", "qlora": "QLoRA"}


def sections(context: Context) -> Iterator[Section]:
    """What to try here, and what to take to the cloud."""
    advice, _ = context.advice, context._
    blocks: list[Block] = []
    if advice.picks:
        columns = (
            Column(_("Use"), 1.6), Column(_("Model"), 1.9), Column(_("Size"), 0.7, True),
            Column(_("Settings"), 1.5), Column(_("Memory"), 1.0, True), Column(_("Speed or time"), 1.15, True),
            Column(_("What it gives up"), 2.0),
        )  # fmt: skip
        blocks.append(Table(columns, tuple(_row(p, _) for p in advice.picks), _("On this machine")))
    else:
        blocks.append(Paragraph(_("No model of the catalogue fits into this machine's free memory.")))
    if advice.cloud:
        items = tuple(_cloud_pick(p, _) for p in advice.cloud)
        blocks += [Paragraph(_("In the cloud"), "strong"), Bullets(items)]
    blocks += [Paragraph(text, "caption") for text in _how(advice, _)]
    yield Section(_("Which models"), tuple(blocks))
    yield Section(_("What models need"), tuple(_needs(advice, _)), 2)


def _row(pick: Pick, _: Translator) -> tuple[Cell, ...]:
    answer = pick.estimate
    use = words_picks.uses(pick, _)
    return (
        Cell(f"{use}\n{_('slow')}" if pick.slow else use),
        Cell(f"{answer.model.name}\n{words_picks.licence(pick, _)}".rstrip("\n"), "strong"),
        Cell(_.parameters(answer.parameters)),
        Cell(_settings(pick, _)),
        Cell(f"{memory(answer, _)}\n{verdict_word(answer, _)}", answer.verdict),
        Cell(pace(answer, _) or _("unknown")),
        Cell(words_picks.given_up(pick, _)),
    )


def _settings(pick: Pick, _: Translator) -> str:
    """The quantisation with its context, the fine-tuning's method, the precision of a network."""
    workload = pick.estimate.workload
    if pick.use in _METHODS:
        return _METHODS[pick.use]
    if pick.use in NETWORK_USES:
        return _("16 bits")
    trained = pick.gives_up.context if pick.gives_up is not None else None
    if trained is None:
        return _("{quant}\n{context} tokens", quant=workload.quant, context=_.integer(workload.context))
    used = _.integer(workload.context)
    return _("{quant}\n{context} of {trained} tokens", quant=workload.quant, context=used, trained=_.integer(trained))


def _needs(advice: Advice, _: Translator) -> Iterator[Block]:
    """What the first pick and well-known models need, whatever this machine has."""
    rules = needs.rules()
    picked = [p.estimate.model for p in advice.picks if p.use in ("chat", "code") and p.gives_up is not None]
    models = {model.id: model for model in (*picked[:_PICKED], *needs.well_known())}
    columns = (
        Column(_("Model"), 1.7), Column(_("Least card"), 1.6), Column(_("Recommended card"), 1.6),
        Column(_("RAM without a card"), 0.9, True), Column(_("RAM bandwidth for reading pace"), 1.1, True),
        Column(_("File"), 0.8, True),
    )  # fmt: skip
    yield Table(columns, tuple(_need_row(needs.needs(model), _) for model in models.values()))
    yield Paragraph(
        _(
            "Least: {least} with {short} tokens, all of it on the card. Recommended: {best} with {long} tokens, room "
            "to spare and reading pace. Without a card, and the first size of the file: as the least. All computed.",
            least=rules.least.quant, short=_.integer(rules.least.context), best=rules.recommended.quant,
            long=_.integer(rules.recommended.context),
        ),
        "caption",
    )  # fmt: skip


def _need_row(need: needs.Needs, _: Translator) -> tuple[Cell, ...]:
    return (
        Cell(f"{need.model.name}\n{_.parameters(parameters(need.model))}", "strong"),
        Cell(_card(need.least, _)),
        Cell(_card(need.recommended, _)),
        Cell(DASH if need.ram_bytes is None else _.gib(need.ram_bytes)),
        Cell(DASH if need.bandwidth is None else _.bandwidth(need.bandwidth)),
        Cell("\n".join(_.gib(size) for size in need.disk_bytes if size is not None) or DASH),
    )


def _card(held: needs.OnCard | None, _: Translator) -> str:
    if held is None:
        return DASH
    name = held.card.gpu if held.card.number == 1 else f"{held.card.number} × {held.card.gpu}"
    return f"{name}\n{pace(held.estimate, _)}".rstrip("\n")


def _how(advice: Advice, _: Translator) -> Iterator[str]:
    """The rules in a few lines."""
    rules = pick_rules.rules()
    if any(isinstance(p.estimate.model, Network) for p in advice.picks):
        yield _(
            "The speed of networks other than language models is not known: no measurements to check an estimate were "
            "found."
        )
    yield _(
        "Models are ranked by a rule of thumb: the geometric mean of all and active parameters, doubled "
        "for each year of release. It is no measurement of quality; try two or three."
    )
    yield _(
        "The model is chosen in {quant}; then the best quantisation of {quants} that leaves room to spare with "
        "{context} tokens and {speed}, then the longest context that does.",
        quant=rules.quants[-1], quants=names(_, rules.quants), context=_.integer(rules.first_context),
        speed=_.tokens_per_second(rules.quality_tokens_per_s),
    )  # fmt: skip
    quality = next((p.gives_up.quality for p in advice.picks if p.gives_up and p.gives_up.quality), None)
    if quality is not None:
        yield _("Perplexity as published for {model}: {source}", model=quality.model, source=quality.source)
    if not _.language.startswith("en"):
        yield _("Models that list your language come before those that do not.")


def _cloud_pick(plan: CloudPlan, _: Translator) -> str:
    return _(
        "{model} ({parameters}), {method}, on {gpu}",
        model=plan.estimate.model.name, parameters=_.parameters(plan.estimate.parameters), gpu=plan.gpu,
        method=_METHODS.get(plan.estimate.workload.task) or _("Full fine-tuning"),
    )  # fmt: skip
