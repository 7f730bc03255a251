"""Section 9 and the appendix: the conclusion, the settings behind every figure, sources and error bands."""

from collections.abc import Iterator

from advisor import __version__
from advisor.advice import words as advice_words
from advisor.advice.result import Advice, Upgrade
from advisor.advice.upgrades import worth_most
from advisor.catalog.bands import bands
from advisor.estimator.result import Estimate
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.report.cells import memory, speed_span, time_span
from advisor.report.document import Block, Bullets, Cell, Column, Paragraph, Section, Table
from advisor.report.machine_parts import machine_name
from advisor.words import names
from advisor.workload import SETTINGS, Workload

_TORCH = ("transformers", "vllm")


def conclusion(machine: Machine, advice: Advice, _: Translator) -> Section:
    """Section 9: four sentences that stand alone."""
    return Section(_("9 Conclusion"), (Bullets(tuple(_conclusions(machine, advice, _))),))


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


def appendix(advice: Advice, estimates: list[Estimate], sources: dict[str, str], _: Translator) -> Section:
    """Settings, how near the figures are to measurements, and where facts come from."""
    blocks: list[Block] = [
        _settings(advice, _), *_bands(estimates, advice.workload.resolved_stack, _), *_sources(sources, _),
        Paragraph(_("Hardware Advisor {version}. Sizes in GiB (2^30 bytes).", version=__version__), "caption"),
    ]  # fmt: skip
    return Section(_("Appendix: settings, error bands, sources"), tuple(blocks))


def _settings(advice: Advice, _: Translator) -> Table:
    """The settings of the window or the command line, those of the other task included."""
    rows = []
    for name in SETTINGS:
        value = getattr(advice.workload, name)
        shown = _setting(name, value, advice.workload, _)
        rows.append((Cell(name), Cell(shown)))
    rows.append((Cell("budget"), Cell(_("free memory") if advice.budget == "free" else _("total memory"))))
    pairs = [(*a, *b) for a, b in zip(rows[::2], [*rows[1::2], (Cell(""), Cell(""))], strict=False)]
    columns = (Column(_("Setting"), 1.2), Column(_("Value"), 1), Column(_("Setting"), 1.2), Column(_("Value"), 1))
    return Table(columns, tuple(pairs), _("Settings"))


def _setting(name: str, value: object, workload: Workload, _: Translator) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "stack":
        return workload.resolved_stack
    return _.integer(value) if isinstance(value, int) else str(value)


def _bands(estimates: list[Estimate], stack: str, _: Translator) -> Iterator[Block]:
    """The measured error of the kinds of estimate that this report uses."""
    known = bands()
    used = {a.memory.band for a in estimates if a.memory is not None and a.memory.band in known}
    # Speed and time carry no key in an estimate: every band of theirs that other stacks do not own is in use.
    others = () if stack in _TORCH else _TORCH
    keys = [key for key in known if key in used or not any(name in key for name in others)]
    if not keys:
        return
    columns = (Column(_("Error band"), 2.6), Column(_("Measurements"), 0.9, True), Column(_("Source"), 2.6))
    rows = tuple((Cell(_(known[key].text)), Cell(_.integer(known[key].rows)), Cell(known[key].source)) for key in keys)
    yield Table(columns, rows, _("How near estimates lie to measurements"))


def _sources(sources: dict[str, str], _: Translator) -> Iterator[Block]:
    if sources:
        columns = (Column(_("Fact"), 1), Column(_("Source"), 3))
        rows = tuple((Cell(name), Cell(source)) for name, source in sources.items())
        yield Table(columns, rows, _("Sources of the facts used"))
