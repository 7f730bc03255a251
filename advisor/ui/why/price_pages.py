"""What things cost, and why: upgrades by their gain for the money, rented cards by hours times price."""

from collections.abc import Mapping
from math import log2
from typing import Any

from advisor import words as program_words
from advisor.advice import words_upgrades
from advisor.advice.result import CloudPlan, Upgrade
from advisor.advice.upgrade_rules import upgrade_rules
from advisor.estimator.result import Range
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.ui.why.lines import Line, Page

_METHODS: Mapping[str, str] = {"inference": "run", "lora": "lora", "qlora": "qlora", "full": "full"}


def time_line(_: Translator, tokens: int, hours: Range | None, name: str, time: Any) -> Line | None:
    """How long so many tokens take; None where no speed is known."""
    if hours is None or time is None or time.tokens_per_s is None:
        return None
    values = (("tokens", _.integer(tokens)), ("tokens_per_s", _.number(time.tokens_per_s.mid)))
    return Line(name, _.duration(3600 * hours.mid), "tokens / tokens_per_s / 3600", values)


def upgrade(_: Translator, _machine: Machine, found: Upgrade) -> Page:
    """What the gain of a change counts, and what it costs."""
    weights = upgrade_rules().gain
    values = [("new_run", _.integer(found.new_run or 0)), ("new_train", _.integer(found.new_train or 0))]
    train = _train_weight(found)
    values += [("run", _.number(weights.run)), ("train", _.number(train))]
    formula = "run x new_run + train x new_train"
    if found.decode is not None:
        values += [("speed", _.number(found.decode)), ("speed_doubling", _.number(weights.speed_doubling))]
        formula += " + speed_doubling x log2(speed)"
    lines = [Line(_("gain"), _.number(found.gain), formula, tuple(values))]
    if train != weights.train:
        factor = _.number(train)
        lines[0] = lines[0]._replace(notes=(_("Without CUDA a model to fine-tune counts {factor}.", factor=factor),))
    if found.price is not None:
        usd = ((_("price"), words_upgrades.price(_, found.price)),)
        source = (_("Source: {source}", source=found.price.source),)
        lines.append(Line(_("gain per dollar"), _.number(found.value), "gain / price", usd, source))
    if found.largest is not None:
        memory = found.largest.memory
        values = [(program_words.quantity(_, "total"), _.gib(memory.total))] if memory is not None else []
        lines.append(Line(_("largest model at reading pace"), found.largest.model.name, "", tuple(values)))
    said = [
        _("The machine with the change was put together and every model estimated on it again."),
        _("Generation speed is compared with {model}.", model=found.reference) if found.reference else "",
        words_upgrades.warnings(_, found),
    ]
    return Page(words_upgrades.change(_, found), tuple(filter(None, said)), tuple(lines))


def _train_weight(found: Upgrade) -> float:
    """What a model to fine-tune was counted as: less on machines without CUDA. The gain itself tells which."""
    weights = upgrade_rules().gain
    speed = weights.speed_doubling * log2(found.decode) if found.decode else 0.0
    rest = found.gain - weights.run * (found.new_run or 0) - speed
    return min((weights.train, weights.train_without_cuda), key=lambda one: abs(one * (found.new_train or 0) - rest))


def cloud(_: Translator, _machine: Machine, found: CloudPlan) -> Page:
    """Hours times price, and from when on buying costs less."""
    answer = found.estimate
    method = _(program_words.METHOD_WORDS[_METHODS[answer.workload.task]])
    lines = []
    time = answer.training
    source = (_("Source: {source}", source=found.source),)
    if time is not None and time.hours is not None and found.usd is not None:
        values = (
            (_("hours"), f"{_.number(time.hours.low)} – {_.number(time.hours.high)}"),
            (_("USD an hour"), f"{_.number(found.usd_per_hour[0])} – {_.number(found.usd_per_hour[1])}"),
        )
        usd = f"{_.number(found.usd[0], 2)} – {_.number(found.usd[1], 2)} USD"
        lines.append(Line(_("price of the job"), usd, "hours x price", values, source))
        workload = answer.workload
        lines.append(
            time_line(_, workload.dataset_tokens * workload.epochs, time.hours, _("time of the job"), time)
            or Line(_("time of the job"))
        )
    if found.purchase is not None:
        bought = found.purchase
        usd = " – ".join(dict.fromkeys(_.integer(round(one)) for one in bought.usd))
        price = ((_("price of the card"), f"{usd} USD ({bought.date or '?'})"),)
        hours = " – ".join(_.integer(round(one)) for one in bought.rent_hours)
        note = (_("Source: {source}", source=bought.source),)
        lines.append(Line(_("hours of rent that cost as much"), hours, "card / price", price, note))
    said = [_("The card on which the job costs least, among those that hold it with room to spare.")]
    if found.date is None:
        said.append(_("The price has no date."))
    else:
        said.append(_("Prices of {date}.", date=found.date) + (" " + _("They are old.") if found.old else ""))
    return Page(f"{answer.model.name} · {method} · {found.gpu}", tuple(said), tuple(lines))
