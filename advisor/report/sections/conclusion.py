"""The conclusion: a few sentences that stand alone and say what the other sections found."""

from collections.abc import Iterator, Mapping

from advisor import words as program_words
from advisor.advice import words as advice_words
from advisor.advice import words_bottleneck, words_upgrades
from advisor.advice.result import Advice
from advisor.advice.survey import READING_PACE, Survey, decode, hours, realistic, works
from advisor.advice.techniques import TRAINING_USES
from advisor.advice.upgrades import worth_most
from advisor.estimator.result import Estimate
from advisor.i18n import N_, Translator
from advisor.machine import Machine
from advisor.report.cells import memory, speed_span
from advisor.report.document import Bullets, Section
from advisor.report.sections import plans
from advisor.report.sections.context import Context
from advisor.report.sections.machine_words import machine_name
from advisor.words import names
from advisor.workload import METHODS, Method

_TRAINING: tuple[Method, ...] = tuple(method for method in METHODS if method in TRAINING_USES)

_METHOD_NAMES: Mapping[Method, str] = {"qlora": "QLoRA", "lora": "LoRA", "full": N_("of all weights")}
_TOO_SLOW = READING_PACE / 2  # below this even patient readers turn away


def sections(context: Context) -> Iterator[Section]:
    """A few sentences that stand alone."""
    found, advice, _ = context.found, context.advice, context._
    lines = (
        _tier(context.machine, advice, _),
        "" if advice.bottleneck is None else words_bottleneck.sentence(advice.bottleneck, _),
        _run(advice, _),
        plans.conclusion(advice, _),
        _upgrade(advice, _),
        _not_here(found, advice, _),
    )
    yield Section(_("Conclusion"), (Bullets(tuple(line for line in lines if line)),))


def _tier(machine: Machine, advice: Advice, _: Translator) -> str:
    tier = _(advice_words.TIERS[advice.tier.code])
    sentence = _(advice_words.TIER_SENTENCES[advice.tier.code])
    if advice.tier.code == "unknown":
        sentence = " ".join((sentence, advice_words.fitting(advice, _))).rstrip()
    return _("{machine}: {tier}. {sentence}", machine=machine_name(machine, _), tier=tier, sentence=sentence)


def _run(advice: Advice, _: Translator) -> str:
    run = next((p.estimate for p in advice.picks if p.use not in TRAINING_USES), None)
    if run is None:
        return _("No model of the catalogue fits into its free memory.")
    return _(
        "Run {model} ({quant}): {memory}, {speed}.",
        model=run.model.name, quant=run.workload.quant, memory=memory(run, _), speed=speed_span(run, _),
    )  # fmt: skip


def _upgrade(advice: Advice, _: Translator) -> str:
    """The first of the upgrades' section, with its price and its gains."""
    best = worth_most(advice.upgrades)
    if best is None:
        unknown = any(u.code in ("unknown", "virtual") for u in advice.upgrades)
        return "" if unknown else _("No upgrade of the list is worth its price here.")
    return _(
        "The upgrade that pays most: {change}, {price}: {gains}.",
        change=words_upgrades.change(_, best), price=words_upgrades.price(_, best.price),
        gains=words_upgrades.gains(_, best),
    )  # fmt: skip


def _not_here(found: Survey, advice: Advice, _: Translator) -> str:
    """What disappoints: the next larger dense model, and the methods with which nothing ends in time: not those whose
    time is not known.
    """
    parts = [_too_large(found, _)]
    done = {plan.method for plan in advice.training if plan.recommended}
    done |= {method for method in _TRAINING if any(map(realistic, found.estimates[method]))}
    done |= {method for method in _TRAINING if any(works(a) and hours(a) is None for a in found.estimates[method])}
    left = [_(_METHOD_NAMES[method]) for method in _TRAINING if method not in done]
    parts.append(_("fine-tuning ({methods})", methods=names(_, left)) if left else "")
    kept = program_words.sentences(_, parts)
    return _("Not worth trying here: {what}.", what=kept) if kept else ""


def _too_large(found: Survey, _: Translator) -> str:
    """The smallest dense model above all that are bearable, with the figure that forbids it; "" where no speed is
    known.
    """
    dense = [a for a in found.estimates["run"] if a.model.kind == "chat" and a.model.moe is None]
    if not any(decode(a) is not None for a in dense):
        return ""
    most = max((a.parameters for a in dense if (decode(a) or 0.0) >= _TOO_SLOW), default=0)
    above = [a for a in dense if a.parameters > most and a.memory is not None]
    first = min(above, key=lambda a: a.parameters, default=None)
    return "" if first is None else _figure(first, _)


def _figure(first: Estimate, _: Translator) -> str:
    size, speed = _.parameters(first.parameters), decode(first)
    if speed is None:
        return _(
            "dense models from {size} parameters on ({model} needs {memory})",
            size=size, model=first.model.name, memory=memory(first, _),
        )  # fmt: skip
    return _(
        "dense models from {size} parameters on ({model}: {speed})",
        size=size, model=first.model.name, speed=_.tokens_per_second(speed),
    )  # fmt: skip
