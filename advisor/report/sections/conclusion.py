"""The conclusion: a few sentences that stand alone."""

from collections.abc import Iterator

from advisor.advice import words as advice_words
from advisor.advice.result import Advice, Upgrade
from advisor.advice.upgrades import worth_most
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.report.cells import memory, speed_span, time_span
from advisor.report.document import Bullets, Section
from advisor.report.sections.context import Context
from advisor.report.sections.machine_words import machine_name
from advisor.words import names


def sections(context: Context) -> Iterator[Section]:
    """A few sentences that stand alone."""
    machine, advice, _ = context.machine, context.advice, context._
    yield Section(_("Conclusion"), (Bullets(tuple(_conclusions(machine, advice, _))),))


def _conclusions(machine: Machine, advice: Advice, _: Translator) -> Iterator[str]:
    tier = _(advice_words.TIERS[advice.tier.code])
    sentence = _(advice_words.TIER_SENTENCES[advice.tier.code])
    if advice.tier.code == "unknown":
        sentence = " ".join((sentence, advice_words.fitting(advice, _))).rstrip()
    yield _("{machine}: {tier}. {sentence}", machine=machine_name(machine, _), tier=tier, sentence=sentence)
    run = next((p.estimate for p in advice.picks if p.use not in ("lora", "qlora")), None)
    if run is not None:
        yield _(
            "Run {model} ({quant}): {memory}, {speed}.",
            model=run.model.name, quant=run.workload.quant, memory=memory(run, _), speed=speed_span(run, _),
        )  # fmt: skip
    else:
        yield _("No model of the catalogue fits into its free memory.")
    yield _training(advice, _)
    best = worth_most(advice.upgrades)
    if best is not None:
        yield _upgrade(best, _)


def _upgrade(best: Upgrade, _: Translator) -> str:
    """The change with its gains, those that are there."""
    gains = [
        _("+{count} models run", count=best.new_run) if best.new_run else "",
        _("+{count} can be fine-tuned", count=best.new_train) if best.new_train else "",
        _("generates x{factor}", factor=_.number(best.decode, 2)) if best.decode and best.decode > 1.05 else "",
    ]
    change = advice_words.say(_, advice_words.UPGRADES[best.code], best.values)
    gained = names(_, [gain for gain in gains if gain])
    return _("The upgrade that pays most: {change}: {gains}.", change=change, gains=gained)


def _training(advice: Advice, _: Translator) -> str:
    train = next((p for p in advice.picks if p.use in ("qlora", "lora") and not p.slow), None)
    if train is not None and train.estimate.training is not None:
        return _(
            "Fine-tune {model} here with {method}: {time}.",
            model=train.estimate.model.name, method={"lora": "LoRA", "qlora": "QLoRA"}[train.use],
            time=time_span(train.estimate.training.hours, _),
        )  # fmt: skip
    if advice.cloud:
        plan = advice.cloud[0]
        time = plan.estimate.training.hours if plan.estimate.training else None
        return _(
            "Fine-tune in the cloud: {model} on a rented {gpu}, {time}.",
            model=plan.estimate.model.name, gpu=plan.gpu, time=time_span(time, _),
        )  # fmt: skip
    return _("Fine-tuning is not realistic on this machine.")
