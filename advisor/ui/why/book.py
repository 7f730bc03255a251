"""Builds the page of any "why?": cells and their parts here; differences, gauges and advice by their own modules."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from advisor import words
from advisor.catalog.model import Model
from advisor.estimator.explain import explain
from advisor.estimator.result import Estimate
from advisor.estimator.weakest import weakest, weakest_text
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.ui.base import texts
from advisor.ui.base.columns import Column
from advisor.ui.base.topic import Topic
from advisor.ui.why import gauge_pages
from advisor.ui.why.advice_pages import page as advice_page
from advisor.ui.why.difference import difference
from advisor.ui.why.lines import Page, explained, ordered
from advisor.workload import Workload

# What is asked for together: a figure, and those that it follows from.
_WITH: Mapping[str, tuple[str, ...]] = {
    "decode": ("decode", "ceiling"),
    "hours": ("hours", "tokens_per_s", "energy_kwh"),
    "energy_kwh": ("energy_kwh", "hours", "tokens_per_s"),
}


class Context(NamedTuple):
    """What pages are built from. `ask` gives a cell's estimate, None where it cannot be had."""

    tr: Translator
    machine: Machine
    workload: Workload
    ask: Callable[[Model, Column], Estimate | None]


def build(context: Context, topic: Topic) -> Page | None:
    """The page of `topic`; None where there is nothing to say, as of a cell without an estimate."""
    thing: Any = topic.thing
    _, machine = context.tr, context.machine
    if topic.kind in ("cell", "part"):
        model, column, *quantity = thing
        found = context.ask(model, column)
        return None if found is None else _cell(context, found, column, *quantity)
    if topic.kind == "delta":
        before, after, label = thing
        return difference(_, before, after, label)
    if topic.kind == "gauge":
        return gauge_pages.page(_, machine, str(thing))
    return advice_page(_, machine, topic)


def heading(_: Translator, found: Estimate, column: Column) -> str:
    """Model and column; the quantisation is the one that was computed, which an opened file decides itself."""
    if not found.workload.training and found.model.stored is not None and found.model.stored.quant:
        return f"{found.model.name} · {_(words.METHOD_WORDS['run'], quant=found.workload.quant)}"
    return f"{found.model.name} · {column.heading(_, found.workload)}"


def _cell(context: Context, found: Estimate, column: Column, quantity: str = "") -> Page:
    _, machine = context.tr, context.machine
    said = [texts.sentence(_, found)]
    least = weakest(machine, found)
    if least is not None:
        said.append(_("Weakest input: {text}", text=weakest_text(_, machine, least)))
    lines = explain(machine, found)
    if not quantity:
        return Page(heading(_, found, column), tuple(said), tuple(explained(_, line) for line in lines))
    asked, rest = ordered(lines, _WITH.get(quantity, (quantity,)))
    if not asked:
        said.insert(0, _("This estimate has no such figure."))
    name = words.quantity(_, quantity)
    whole = (_("Everything about this cell"), Topic("cell", (found.model, column)))
    return Page(
        f"{name} · {heading(_, found, column)}", tuple(said),
        tuple(explained(_, line) for line in asked), tuple(explained(_, line) for line in rest), (whole,),
    )  # fmt: skip
