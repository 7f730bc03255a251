"""Advice as text for the window: short lines for the strip, and the whole of it for the reading dialog."""

from collections.abc import Iterator, Sequence
from html import escape

from advisor import words as program_words
from advisor.advice import words, words_bottleneck, words_picks, words_plans, words_upgrades
from advisor.advice.picks import NETWORK_USES
from advisor.advice.result import Advice, CloudPlan, Pick, Technique, Upgrade
from advisor.i18n import Translator
from advisor.ui.base import texts
from advisor.words import COUNT_WORDS
from advisor.workload import Method


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
    """A line a pick: what for, which model, how fast."""
    return [pick(_, one) for one in advice.picks]


def no_picks(_: Translator) -> str:
    """What stands where there is no pick."""
    return _("No model of the catalogue fits into the memory.")


def pick(_: Translator, one: Pick) -> str:
    """ "Programming: Qwen2.5-Coder-7B Q5_K_M, 12 tok/s"; fine-tunings and other networks have no such quantisation."""
    return _pick(_, one, _(words.USES[one.use]))


def _pick(_: Translator, one: Pick, uses: str, more: str = "") -> str:
    quantised = one.use not in NETWORK_USES and one.estimate.workload.task == "inference"
    name = " ".join(filter(None, (one.estimate.model.name, one.estimate.workload.quant if quantised else "")))
    line = program_words.titled(_, uses, name)
    return program_words.clauses(_, (line, more, texts.pace(_, one.estimate), _("slow") if one.slow else ""))


def whole_pick(_: Translator, one: Pick) -> str:
    """A pick with all its uses, its context and what it gives up."""
    lost = words_picks.given_up(one, _)
    context = _.integer(one.estimate.workload.context)
    more = _("context {tokens}", tokens=context) if one.gives_up is not None else ""
    line = _pick(_, one, words_picks.uses(one, _), more)
    return _("{pick}. It gives up: {lost}.", pick=line, lost=lost) if lost else line


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


def _method(task: str) -> Method:
    return {"lora": "lora", "qlora": "qlora", "full": "full"}.get(task, "run")  # type: ignore[return-value]


def upgrade(_: Translator, one: Upgrade) -> str:
    """A change of hardware with its gain in numbers, and what it costs where that is known."""
    line, gains = words_upgrades.change(_, one), words_upgrades.gains(_, one)
    line = _("{change}: {gains}", change=line, gains=gains) if gains else line
    return program_words.clauses(_, (line, words_upgrades.price(_, one.price) if one.price is not None else ""))


def whole_upgrade(_: Translator, one: Upgrade) -> str:
    """An upgrade with what to look at before buying."""
    return program_words.clauses(_, (upgrade(_, one), words_upgrades.warnings(_, one)))


def technique(_: Translator, one: Technique) -> str:
    """A technique and what it saves on a model that suits this machine."""
    line = _(words.TECHNIQUES[one.code])
    if one.saved and one.before is not None:
        saved = f"{'−' if one.saved > 0 else '+'}{_.gib(abs(one.saved))}"
        line = _("{technique}: {saved} on {model}", technique=line, saved=saved, model=one.before.model.name)
    return line


def fits(_: Translator, advice: Advice) -> list[str]:
    """Each column of the matrix in one line."""
    lines = []
    for one in advice.fits:
        counted = (f"{_(COUNT_WORDS[name])} {count}" for name, count in one.counts.items() if count)
        counts = program_words.clauses(_, counted)
        largest = one.largest.model.name if one.largest else "–"
        heading = texts.column(_, advice.workload, one.method)
        lines.append(_("{method}: {counts}; largest {model}", method=heading, counts=counts, model=largest))
    return lines


def html(_: Translator, advice: Advice) -> str:
    """All of it."""
    name, sentence = tier(_, advice)
    blocks = [f"<h3>{escape(name)}</h3><p>{escape(sentence)}</p>"]
    if advice.tier.inference is not None:
        apart, first = tiers(_, advice), words_bottleneck.sentence(advice.bottleneck, _)
        blocks.append(f"<p>{escape(apart)}</p><p>{escape(first)}</p>")
    for title, lines in sections(_, advice):
        if lines:
            items = "".join(f"<li>{escape(line)}</li>" for line in lines)
            blocks.append(f"<h4>{escape(title)}</h4><ul>{items}</ul>")
    return "".join(blocks)


def sections(_: Translator, advice: Advice) -> Iterator[tuple[str, Sequence[str]]]:
    """The advice under its headings."""
    yield _("Cannot be used"), unusable(_, advice)
    yield _("What fits"), fits(_, advice)
    yield _("Worth trying here"), [whole_pick(_, one) for one in advice.picks] or [no_picks(_)]
    yield _("What this machine suits"), [words.say(_, words.SCENARIOS[s.code], s.values) for s in advice.scenarios]
    yield _("Step by step"), [words_plans.stage(_, one) for one in (*advice.stages, *advice.clusters)]
    yield _("Rented instead"), [cloud(_, plan) for plan in advice.cloud]
    yield _("What an upgrade brings"), [whole_upgrade(_, one) for one in advice.upgrades]
    yield _("What techniques save"), [_technique_line(_, one) for one in advice.techniques]


def _technique_line(_: Translator, one: Technique) -> str:
    return _("{technique}. {sentence}", technique=technique(_, one), sentence=_(words.TECHNIQUE_SENTENCES[one.code]))
