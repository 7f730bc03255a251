"""Techniques and what each saves here."""

from collections.abc import Iterator

from advisor.advice import words as advice_words
from advisor.advice.result import Technique
from advisor.i18n import Translator
from advisor.report.cells import DASH, memory, pace
from advisor.report.document import Cell, Column, Section, Table
from advisor.report.sections.context import Context


def sections(context: Context) -> Iterator[Section]:
    """Each technique's effect in bytes on a model that suits this machine."""
    advice, _ = context.advice, context._
    columns = (
        Column(_("Technique"), 1.5), Column(_("On"), 1.4), Column(_("Without"), 0.9, True),
        Column(_("With"), 0.9, True), Column(_("Saves"), 0.7, True), Column(_("What it does"), 2.8),
    )  # fmt: skip
    rows = tuple(_technique_row(t, _) for t in advice.techniques)
    yield Section(_("Techniques and what each saves here"), (Table(columns, rows),))


def _technique_row(t: Technique, _: Translator) -> tuple[Cell, ...]:
    answer = t.after or t.before
    model = answer.model.name if answer is not None else DASH
    if t.code == "distillation" and t.before is not None and t.after is not None:
        model = f"{t.before.model.name} → {t.after.model.name}"
    share = DASH if t.share is None else f"{round(100 * t.share)} %"
    what = _(advice_words.TECHNIQUE_SENTENCES[t.code])
    return (
        Cell(_(advice_words.TECHNIQUES[t.code]), "strong"),
        Cell(model),
        Cell(DASH if t.before is None else memory(t.before, _)),
        Cell(DASH if t.after is None else memory(t.after, _)),
        Cell(share),
        Cell(what if t.code != "split" or answer is None else f"{what}\n{pace(answer, _)}"),
    )
