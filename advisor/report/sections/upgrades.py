"""Upgrades, with what each would bring for its price, and what to look at before buying."""

from collections.abc import Iterator

from advisor.advice import words_upgrades
from advisor.advice.result import Upgrade
from advisor.advice.upgrade_rules import upgrade_rules
from advisor.i18n import Translator
from advisor.report.cells import DASH, memory
from advisor.report.document import Block, Bullets, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context
from advisor.words import titled

_MONEY = 100  # US dollars: the gain is told for so many


def sections(context: Context) -> Iterator[Section]:
    """What each change of hardware would bring, the best value first."""
    advice, _ = context.advice, context._
    counted = [u for u in advice.upgrades if u.new_run is not None]
    blocks: list[Block] = []
    if counted:
        blocks += [_table(counted, _), _caption(_)]
        cautions = _cautions(counted, _)
        if cautions:
            blocks += [Paragraph(_("Before buying:")), Bullets(cautions)]
    others = [words_upgrades.change(_, u) for u in advice.upgrades if u.new_run is None]
    if others:
        if blocks:
            blocks.append(Paragraph(_("Also:")))
        blocks.append(Bullets(tuple(others)))
    if not counted and not any(u.code in ("unknown", "virtual") for u in advice.upgrades):
        blocks.insert(0, Paragraph(_("No upgrade of the list would add to what this machine can do.")))
    yield Section(_("Upgrades"), tuple(blocks))


def _table(counted: list[Upgrade], _: Translator) -> Table:
    columns = (
        Column(_("Change"), 2.8), Column(_("New models to run"), 0.9, True), Column(_("New to fine-tune"), 0.9, True),
        Column(_("Generation speed"), 1.3, True), Column(_("Gain per {usd} USD", usd=_MONEY), 0.9, True),
        Column(_("Largest at reading pace"), 1.6),
    )  # fmt: skip
    return Table(columns, tuple(_row(u, _) for u in counted))


def _row(u: Upgrade, _: Translator) -> tuple[Cell, ...]:
    speed = DASH if u.decode is None else f"× {_.number(u.decode, 2)}\n{u.reference}"
    return (
        Cell(f"{words_upgrades.change(_, u)}\n{words_upgrades.price(_, u.price)}"),
        Cell(f"+{u.new_run}" if u.new_run else "0"),
        Cell(f"+{u.new_train}" if u.new_train else "0"),
        Cell(speed),
        Cell(DASH if u.value is None else _.number(_MONEY * u.value, 2)),
        Cell(DASH if u.largest is None else f"{u.largest.model.name}\n{memory(u.largest, _)}"),
    )


def _caption(_: Translator) -> Paragraph:
    return Paragraph(
        _(
            "New to run: at reading pace, in the chosen quantisation. New to fine-tune: by QLoRA on a graphics card "
            "within a day. Both are counted over the whole catalogue, on the machine as it would be then. The gain "
            "adds them up, a model to fine-tune without CUDA counted as {share}, each doubling of the speed as "
            "{count}; the best value comes first, then what has no price here. Prices are in US dollars and as old "
            "as they say; today's may differ.",
            share=_.number(upgrade_rules().gain.train_without_cuda, 1),
            count=_.integer(round(upgrade_rules().gain.speed_doubling)),
        ),
        "caption",
    )


def _cautions(counted: list[Upgrade], _: Translator) -> tuple[str, ...]:
    found = [(u, words_upgrades.warnings(_, u)) for u in counted]
    # Two sizes of memory have the same warnings: once is enough.
    once: dict[str, Upgrade] = {}
    for u, text in found:
        if text:
            once.setdefault(text, u)
    return tuple(titled(_, words_upgrades.change(_, u), text) for text, u in once.items())
