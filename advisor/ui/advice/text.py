"""Advice in short lines, as the strip and the header show it."""

from collections.abc import Callable, Sequence

from advisor import words as program_words
from advisor.advice import words, words_bottleneck, words_upgrades
from advisor.advice.picks import NETWORK_USES
from advisor.advice.result import Advice, CloudPlan, Pick, Technique, Upgrade
from advisor.advice.survey import decode
from advisor.i18n import N_, Translator
from advisor.ui.base import texts
from advisor.workload import Method

_PAIR = 2


def tier(_: Translator, advice: Advice) -> tuple[str, str]:
    """The tier's name and its sentence."""
    if advice.tier.code == "unknown":
        return _("Tier not known"), _(words.TIER_SENTENCES["unknown"])
    return _(words.TIERS[advice.tier.code]), _(words.TIER_SENTENCES[advice.tier.code])


def tiers(_: Translator, advice: Advice) -> str:
    """The tiers for inference and for training apart, where they are known."""
    found = advice.tier
    if found.inference is None or found.training is None:
        return tier(_, advice)[0]
    inference, training = (_(words.TIERS[one.code]) for one in (found.inference, found.training))
    return _("Run: {inference} · train: {training}", inference=inference, training=training)


def held_back(_: Translator, advice: Advice) -> str:
    """What holds the machine back first; where nothing is known of it, what that means."""
    if advice.tier.inference is None:
        return tier(_, advice)[1]
    return words_bottleneck.short(advice.bottleneck, _)


def unusable(_: Translator, advice: Advice) -> list[str]:
    """Which GPUs stay idle, and why."""
    return [program_words.titled(_, gpu.name, texts.why_not(_, gpu.reason)) for gpu in advice.unusable]


def picks(_: Translator, advice: Advice) -> list[str]:
    """A line a pick: what for, which model, how fast. Two picks for one use say in what they differ."""
    labels = pick_uses(_, advice.picks)
    return [_pick(_, one, label) for one, label in zip(advice.picks, labels, strict=True)]


def pick_uses(_: Translator, found: Sequence[Pick]) -> list[str]:
    """What each pick is for: "Talk and writing", and of later ones for the same use in what they stand out: "Talk and
    writing, fastest".
    """
    labels = []
    for one in found:
        alike = [other for other in found if other.use == one.use]
        number = _.integer(alike.index(one) + 1)
        labels.append(_(_told_apart(one, alike), use=_(words.USES[one.use]), number=number))
    return labels


def _told_apart(one: Pick, alike: Sequence[Pick]) -> str:
    """What a pick is among those for the same use: the first needs no word."""
    if one is alike[0]:
        return "{use}"
    if _most(one, alike, lambda pick: decode(pick.estimate) or 0.0):
        return N_("{use}, fastest")
    if _most(one, alike, lambda pick: pick.estimate.parameters):
        return N_("{use}, largest")
    if _most(one, alike, lambda pick: -pick.estimate.parameters):
        return N_("{use}, smallest")
    larger = [pick for pick in alike[1:] if pick.estimate.parameters > alike[0].estimate.parameters]
    beside = len(larger) == _PAIR and one in larger  # the other one of the two is the largest
    return N_("{use}, larger") if beside else N_("{use}, number {number}")


def _most(one: Pick, alike: Sequence[Pick], figure: Callable[[Pick], float]) -> bool:
    return all(figure(one) > figure(other) for other in alike if other is not one)


def no_picks(_: Translator) -> str:
    """What stands where there is no pick."""
    return _("No model of the catalogue fits into the memory.")


def _pick(_: Translator, one: Pick, uses: str, more: str = "") -> str:
    name = " ".join(filter(None, (one.estimate.model.name, one.estimate.workload.quant if quantised(one) else "")))
    line = program_words.titled(_, uses, name)
    return program_words.clauses(_, (line, more, texts.pace(_, one.estimate), _("slow") if one.slow else ""))


def quantised(one: Pick) -> bool:
    """Whether a pick has a quantisation to name: fine-tunings and networks of other kinds have none of this kind."""
    return one.use not in NETWORK_USES and one.estimate.workload.task == "inference"


def cloud(_: Translator, plan: CloudPlan) -> str:
    """A rented GPU for one fine-tuning, with its price and the price's date."""
    heading = texts.column(_, plan.estimate.workload, _method(plan.estimate.workload.task))
    model = plan.estimate.model.name
    if plan.usd is None:
        return _("{model} {method} on {gpu}", model=model, method=heading, gpu=plan.gpu)
    low, high = (_.number(figure, 2) for figure in plan.usd)
    if plan.date is None:
        return _(
            "{model} {method}: {low}–{high} USD on {gpu} (price without a date)",
            model=model, method=heading, low=low, high=high, gpu=plan.gpu,
        )  # fmt: skip
    return _(
        "{model} {method}: {low}–{high} USD on {gpu} (prices of {date})",
        model=model, method=heading, low=low, high=high, gpu=plan.gpu, date=plan.date,
    )  # fmt: skip


def usd(_: Translator, plan: CloudPlan) -> str:
    """What the whole job costs: "0.049–0.21 USD"; "" where its time is not known."""
    return (
        "" if plan.usd is None else _("{low}–{high} USD", low=_.number(plan.usd[0], 2), high=_.number(plan.usd[1], 2))
    )


def _method(task: str) -> Method:
    return {"lora": "lora", "qlora": "qlora", "full": "full"}.get(task, "run")  # type: ignore[return-value]


def upgrade(_: Translator, one: Upgrade) -> str:
    """A change of hardware with its gain in numbers, and what it costs where that is known."""
    line, gains = words_upgrades.change(_, one), words_upgrades.gains(_, one)
    line = _("{change}: {gains}", change=line, gains=gains) if gains else line
    return program_words.clauses(_, (line, words_upgrades.price(_, one.price) if one.price is not None else ""))


def signed(_: Translator, size: float) -> str:
    """A difference in memory with its sign: "−1.20 GiB"."""
    return f"{'−' if size < 0 else '+'}{_.gib(abs(size))}"


def technique(_: Translator, one: Technique) -> str:
    """A technique and what it saves on a model that suits this machine."""
    line = _(words.TECHNIQUES[one.code])
    if one.saved and one.before is not None:
        saved = signed(_, -one.saved)
        line = _("{technique}: {saved} on {model}", technique=line, saved=saved, model=one.before.model.name)
    return line
