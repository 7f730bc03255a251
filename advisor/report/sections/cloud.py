"""The cloud plan: which rented card does what for least, what buying it would mean, whose clouds there are."""

from collections.abc import Iterator, Sequence

from advisor import words
from advisor.advice import words_plans
from advisor.advice.cloud import providers, unsuitable
from advisor.advice.result import Advice, CloudPlan
from advisor.advice.survey import hours
from advisor.advice.training_rules import Provider
from advisor.i18n import Translator
from advisor.report.cells import DASH, memory, span, time_span
from advisor.report.document import Block, Bullets, Cell, Column, Paragraph, Table
from advisor.report.sections.machine_words import joined_sentences


def cloud(advice: Advice, _: Translator) -> Iterator[Block]:
    """The blocks of the cloud plan."""
    plans = advice.cloud
    if not plans:
        yield Paragraph(
            _("Nothing to rent: this machine does by itself, within a day, whatever a card of the price list could do.")
            if any(plan.recommended for plan in advice.training)
            else _("No cloud plan could be computed: no GPU of the price list holds a model that is out of reach here.")
        )
        return
    yield _table(plans, _)
    yield Paragraph(joined_sentences(list(_notes(plans, _)), _), "caption")
    yield Paragraph(_("Renting or buying"), "strong")
    yield Bullets(tuple(_buying(plans, _)))
    yield Paragraph(
        _(
            "Launch prices are the makers' list prices of that year, not today's; the rest of the computer and its "
            "electricity come on top."
        ),
        "caption",
    )
    yield from _whose(plans, _)


def _table(plans: Sequence[CloudPlan], _: Translator) -> Table:
    columns = (
        Column(_("Job"), 1.8), Column(_("GPU"), 1.3), Column(_("Memory"), 0.9, True), Column(_("Time"), 1.5, True),
        Column(_("US$ per hour"), 1.1, True), Column(_("Cost in US$"), 1.2, True),
        Column(_("Energy in kWh"), 1.3, True),
    )  # fmt: skip
    return Table(columns, tuple(_row(p, _) for p in plans))


def _row(plan: CloudPlan, _: Translator) -> tuple[Cell, ...]:
    answer, time = plan.estimate, plan.estimate.training
    w = answer.workload
    method = words.clauses(
        _,
        (
            _(words.METHOD_WORDS[w.task]),
            _("batch {batch} × {accum}", batch=w.batch, accum=w.grad_accum),
            "" if w.optimizer == "adamw" else w.optimizer,
        ),
    )
    low, high = plan.usd_per_hour
    cost = DASH if plan.usd is None else f"{plan.usd[0]:,.2f} – {plan.usd[1]:,.2f}"
    return (
        Cell(f"{answer.model.name}\n{method}"),
        Cell(plan.gpu),
        Cell(memory(answer, _)),
        Cell(time_span(time.hours if time else None, _)),
        Cell(f"{low:.2f} – {high:.2f}"),
        Cell(cost),
        Cell(span(time.energy_kwh if time else None, "", _)),
    )


def _notes(plans: Sequence[CloudPlan], _: Translator) -> Iterator[str]:
    w = plans[0].estimate.workload
    yield _(
        "For {tokens} training tokens, on the card of the price list that does it for least.",
        tokens=_.integer(w.dataset_tokens * w.epochs),
    )
    yield _("Computing alone: starting the computer and loading the model are paid too.")
    dates = words.names(_, sorted({p.date or _("a page without a date") for p in plans}))
    yield _("Prices as published on {dates}, low and high of the source; they change often.", dates=dates)
    if any(p.old for p in plans):
        yield _("Some prices are older than half a year or undated: check before you decide.")


def _buying(plans: Sequence[CloudPlan], _: Translator) -> Iterator[str]:
    """One sentence for each card: how many hours of rent its price is."""
    for gpu in dict.fromkeys(plan.gpu for plan in plans):
        jobs = [plan for plan in plans if plan.gpu == gpu]
        purchase = jobs[0].purchase
        if purchase is None:
            yield _("{gpu}: the catalogue has no price to buy it, so renting and buying are not compared.", gpu=gpu)
            continue
        times = [time for plan in jobs if (time := hours(plan.estimate)) is not None]
        low, high = purchase.usd
        if purchase.launch:
            price = _("US$ {usd} at its launch in {year}", usd=f"{high:,.0f}", year=purchase.date or "?")
        else:
            price = _(
                "US$ {low} – {high} in shops ({date})", low=f"{low:,.0f}", high=f"{high:,.0f}", date=purchase.date
            )
        yield _(
            "{gpu}: {price}, as much as {low} – {high} hours of rent. These jobs take {time}: buying pays only for "
            "those who train day after day.",
            gpu=gpu, price=price, low=_.integer(_tens(purchase.rent_hours[0])),
            high=_.integer(_tens(purchase.rent_hours[1])), time=_.duration(3600 * sum(times)),
        )  # fmt: skip


def _tens(value: float) -> int:
    return 10 * round(value / 10)


def _whose(plans: Sequence[CloudPlan], _: Translator) -> Iterator[Block]:
    """Clouds of the reader's country by name, without prices, and those that cannot do it."""
    if named := providers(_.language):
        least = max((plan.estimate.memory.total for plan in plans[:1] if plan.estimate.memory is not None), default=0)
        yield Paragraph(_("Clouds in China"), "strong")
        yield Bullets(tuple(_provider(one, _) for one in named))
        yield Paragraph(
            _(
                "The prices above are of providers abroad. What these clouds rent and charge stands on their own "
                "pages; ask for a card with more than {memory} of memory for the first job.",
                memory=_.gib(least),
            ),
            "caption",
        )
    if others := unsuitable(_.language):
        names = words.names(_, (one.name for one in others))
        yield Paragraph(
            _("Not for this: {names}. They run quantum circuits; no language model is trained there.", names=names),
            "caption",
        )


def _provider(one: Provider, _: Translator) -> str:
    kind = _(words_plans.PROVIDERS[one.kind])
    return words.titled(_, one.name, _("{kind} ({source})", kind=kind, source=one.source))
