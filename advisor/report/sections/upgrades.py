"""Upgrades, with what each would bring."""

from collections.abc import Iterator

from advisor.advice import words as advice_words
from advisor.advice.result import Upgrade
from advisor.i18n import Translator
from advisor.report.cells import DASH, memory
from advisor.report.document import Block, Bullets, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context


def sections(context: Context) -> Iterator[Section]:
    """What each change of hardware would bring."""
    advice, _ = context.advice, context._
    counted = [u for u in advice.upgrades if u.new_run is not None]
    blocks: list[Block] = []
    if counted:
        columns = (
            Column(_("Change"), 2.6), Column(_("New models to run"), 1, True), Column(_("New to fine-tune"), 1, True),
            Column(_("Generation speed"), 1.2, True), Column(_("Largest at reading pace"), 1.8),
        )  # fmt: skip
        blocks.append(Table(columns, tuple(_upgrade_row(u, _) for u in counted)))
        blocks.append(
            Paragraph(
                _(
                    "New to run: at reading pace, in the chosen quantisation. New to fine-tune: by QLoRA on a "
                    "graphics card within a day. Both are counted over the whole catalogue, on the machine as it "
                    "would be then; what helps most comes first."
                ),
                "caption",
            )
        )
    others = [
        advice_words.say(_, advice_words.UPGRADES[u.code], u.values) for u in advice.upgrades if u.new_run is None
    ]
    if others:
        blocks.append(Bullets(tuple(others)))
    if not blocks:
        blocks.append(Paragraph(_("No upgrade of the list would add to what this machine can do.")))
    yield Section(_("Upgrades"), tuple(blocks))


def _upgrade_row(u: Upgrade, _: Translator) -> tuple[Cell, ...]:
    speed = DASH if u.decode is None else f"× {_.number(u.decode, 2)}\n{u.reference}"
    return (
        Cell(advice_words.say(_, advice_words.UPGRADES[u.code], u.values)),
        Cell(f"+{u.new_run}" if u.new_run else "0"),
        Cell(f"+{u.new_train}" if u.new_train else "0"),
        Cell(speed),
        Cell(DASH if u.largest is None else f"{u.largest.model.name}\n{memory(u.largest, _)}"),
    )
