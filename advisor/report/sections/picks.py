"""Which models: what to try here, and what to take to the cloud."""

from collections.abc import Iterator

from advisor.advice import words as advice_words
from advisor.advice.result import CloudPlan, Pick
from advisor.i18n import Translator
from advisor.report.cells import memory, pace, verdict_words
from advisor.report.document import Block, Bullets, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context


def sections(context: Context) -> Iterator[Section]:
    """What to try here, and what to take to the cloud."""
    advice, _ = context.advice, context._
    columns = (
        Column(_("Use"), 1.5), Column(_("Model"), 1.9), Column(_("Size"), 0.8, True), Column(_("Method"), 1.0),
        Column(_("Memory"), 0.9, True), Column(_("Speed or time"), 1.2, True), Column(_("Verdict"), 1.0),
    )  # fmt: skip
    blocks: list[Block] = []
    if advice.picks:
        blocks.append(Table(columns, tuple(_pick_row(p, _) for p in advice.picks), _("On this machine")))
    else:
        blocks.append(Paragraph(_("No model of the catalogue fits into this machine's free memory.")))
    if advice.cloud:
        items = tuple(_cloud_pick(p, _) for p in advice.cloud)
        blocks += [Paragraph(_("In the cloud"), "strong"), Bullets(items)]
    blocks.append(
        Paragraph(
            _(
                "Models are ranked by a rule of thumb: the geometric mean of all and active parameters, doubled "
                "for each year of release. It is no measurement of quality; try two or three."
            ),
            "caption",
        )
    )
    if not _.language.startswith("en"):
        blocks.append(Paragraph(_("Models that list your language come before those that do not."), "caption"))
    yield Section(_("Which models"), tuple(blocks))


def _pick_row(pick: Pick, _: Translator) -> tuple[Cell, ...]:
    answer = pick.estimate
    method = {"lora": "LoRA", "qlora": "QLoRA"}.get(pick.use, answer.workload.quant)
    use = _(advice_words.USES[pick.use])
    return (
        Cell(f"{use}\n{_('slow')}" if pick.slow else use),
        Cell(f"{answer.model.name}\n{answer.model.licence or ''}".rstrip("\n"), "strong"),
        Cell(_.parameters(answer.parameters)),
        Cell(method),
        Cell(memory(answer, _)),
        Cell(pace(answer, _) or _("unknown")),
        Cell(verdict_words(answer, _), answer.verdict),
    )


def _cloud_pick(plan: CloudPlan, _: Translator) -> str:
    return _(
        "{model} ({parameters}) on {gpu}",
        model=plan.estimate.model.name, parameters=_.parameters(plan.estimate.parameters), gpu=plan.gpu,
    )  # fmt: skip
