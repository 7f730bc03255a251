"""The configuration: the tier in one glance, then what the computer is."""

from collections.abc import Iterator

from advisor import words
from advisor.advice import words as advice_words
from advisor.advice import words_bottleneck
from advisor.advice.result import Advice
from advisor.i18n import Translator
from advisor.machine import Machine, Part
from advisor.report.document import Block, Callout, Fact, Facts, Paragraph, Section
from advisor.report.sections.context import Context
from advisor.report.sections.machine_words import channels_text, disk_text, joined, joined_sentences, vram_text


def sections(context: Context) -> Iterator[Section]:
    """The tier in one glance, then the hardware with where each value comes from."""
    machine, advice, _ = context.machine, context.advice, context._
    blocks: list[Block] = [_tier(advice, _), Facts(tuple(_facts(machine, _)))]
    blocks += [Paragraph(_("Note: {text}", text=words.origin_text(_, note)), "caption") for note in machine.notes]
    yield Section(_("Configuration"), tuple(blocks))


def _tier(advice: Advice, _: Translator) -> Callout:
    tones = {"entry": "offload", "basic": "tight", "unknown": "unknown"}
    sentences = [_(advice_words.TIER_SENTENCES[advice.tier.code])]
    if advice.tier.code == "unknown" and (fitting := advice_words.fitting(advice, _)):
        sentences.append(fitting)
    if advice.tier.inference is not None and advice.tier.training is not None:
        sentences.append(
            _(
                "For inference: {inference}; for training: {training}.",
                inference=_(advice_words.TIERS[advice.tier.inference.code]),
                training=_(advice_words.TIERS[advice.tier.training.code]),
            )
        )
        sentences.append(words_bottleneck.sentence(advice.bottleneck, _))
    for gpu in advice.unusable:
        reason = advice_words.reason(_, gpu.reason)
        sentences.append(_("{name} cannot be used: {reason}", name=gpu.name, reason=reason))
    text = joined_sentences(sentences, _)
    return Callout(_(advice_words.TIERS[advice.tier.code]), text, tones.get(advice.tier.code, "fits"))  # type: ignore[arg-type]


def _facts(machine: Machine, _: Translator) -> Iterator[Fact]:
    cpu, memory = machine.cpu, machine.memory
    yield _fact(_("Computer"), machine, "model", _, machine.model)
    yield _fact(_("System"), machine, "os_name", _, joined(machine.os_name, machine.os_version))
    yield _fact(_("Processor"), cpu, "name", _, cpu.name)
    if cpu.cores or cpu.threads:
        text = _("{cores} cores, {threads} threads", cores=_.integer(cpu.cores), threads=_.integer(cpu.threads))
        yield _fact(_("Cores"), cpu, "cores", _, text)
    yield _fact(
        _("Memory"), memory, "total_bytes", _, None if memory.total_bytes is None else _.gib(memory.total_bytes)
    )
    if memory.available_bytes is not None:
        yield _fact(_("Free memory"), memory, "available_bytes", _, _.gib(memory.available_bytes))
    if memory.limit_bytes is not None:
        yield _fact(_("Memory limit"), memory, "limit_bytes", _, _.gib(memory.limit_bytes))
    kind = joined(memory.kind, memory.speed_mts and f"{_.integer(memory.speed_mts)} MT/s", channels_text(machine, _))
    yield _fact(_("Memory type"), memory, "kind", _, kind)
    for number, gpu in enumerate(machine.gpus):
        yield _fact(_("Graphics {n}", n=number + 1), gpu, "name", _, joined(gpu.name, vram_text(gpu, _)))
    for disk in machine.disks:
        yield _fact(_("Disk"), disk, "total_bytes", _, disk_text(disk, _))


def _fact(label: str, part: Part, field: str, _: Translator, value: str | None) -> Fact:
    return Fact(label, value or _("unknown"), words.origin_text(_, part.origin(field)))
