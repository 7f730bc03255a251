"""Capability: what each part means for AI models."""

from collections.abc import Iterator

from advisor import words
from advisor.advice import grades, words_bottleneck
from advisor.advice import words as advice_words
from advisor.advice.result import Advice
from advisor.advice.survey import dense_size
from advisor.estimator.result import Estimate
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.report.cells import DASH, speed_span, time_span
from advisor.report.cells import memory as memory_text
from advisor.report.document import Block, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context
from advisor.report.sections.machine_words import channels_text, disk_text, joined, vram_text

_GIB = 1 << 30
_DENSE = 0.9  # the share of its parameters that a dense model reads for each token: all but embeddings
_FEATURE_NAMES = {
    "avx": "AVX", "f16c": "F16C", "fma": "FMA", "avx2": "AVX2", "avx512f": "AVX-512", "avx512_vnni": "AVX-512 VNNI",
    "avx_vnni": "AVX-VNNI", "amx_int8": "AMX", "neon": "NEON", "dotprod": "dot product", "i8mm": "I8MM", "sve": "SVE",
}  # fmt: skip


def sections(context: Context) -> Iterator[Section]:
    """Each part, what it has, and what follows for AI models."""
    machine, advice, _ = context.machine, context.advice, context._
    rows = [*_compute(machine, _), *_graphics(machine, _), *_memory(machine, _), *_storage(machine, _)]
    columns = (Column(_("Part"), 0.9), Column(_("What it has"), 1.7), Column(_("What that means"), 2.6))
    table = Table(columns, tuple(tuple(Cell(text) for text in row) for row in rows))
    yield Section(_("Capability"), (table, *_tiers(advice, _)))


def _tiers(advice: Advice, _: Translator) -> Iterator[Block]:
    """The tier for inference and for training, each with the estimate that decides it, and what holds back."""
    tier = advice.tier
    if tier.inference is None or tier.training is None:
        yield Paragraph(_(advice_words.TIER_SENTENCES[tier.code]))
        return
    columns = (
        Column(_("For"), 0.8), Column(_("Tier"), 0.9), Column(_("What decides it"), 2.2), Column(_("Rule met"), 1.3),
        Column(_("Next rule, missed"), 1.4),
    )  # fmt: skip
    rows = (
        _tier_row(_("Inference"), tier.inference, _inference(tier.inference, _), _),
        _tier_row(_("Training"), tier.training, _training(tier.training, _), _),
    )
    yield Table(columns, rows, _("Tier: {tier}", tier=_(advice_words.TIERS[tier.code])))
    yield Paragraph(words_bottleneck.sentence(advice.bottleneck, _))
    yield Paragraph(
        _(
            "Sizes are dense equivalents: a mixture of experts counts by the geometric mean of all and active "
            "parameters. One word for the whole machine is its tier for inference, at most {n} steps above that for "
            "training. Judged with the default settings, whatever is chosen for the rest of this report, over models "
            "released since {date}.",
            n=grades.rules().above_training, date=grades.rules().since,
        ),
        "caption",
    )  # fmt: skip


def _tier_row(name: str, grade: grades.Grade, decided: str, _: Translator) -> tuple[Cell, ...]:
    return (
        Cell(name, "strong"),
        Cell(_(advice_words.TIERS[grade.code])),
        Cell(decided),
        Cell(_("none") if grade.met is None else _rule(grade.met, _)),
        Cell(DASH if grade.missed is None else _rule(grade.missed, _)),
    )


def _rule(rule: grades.Rule, _: Translator) -> str:
    size = _.parameters(round(rule.parameters))
    if rule.tokens_per_s is not None:
        return _("{size} at {speed}", size=size, speed=_.tokens_per_second(rule.tokens_per_s))
    return _("{size} by QLoRA within {time}", size=size, time=_.duration(3600 * (rule.hours or 0)))


def _inference(grade: grades.Grade, _: Translator) -> str:
    answer = grade.estimate
    if answer is None:
        return _("No model of the catalogue is known to answer at reading pace (5 tok/s).")
    return _(
        "The largest at its pace is {model} ({size}): {memory}, {speed}.",
        model=answer.model.name, size=_size(answer, _), memory=memory_text(answer, _), speed=speed_span(answer, _),
    )  # fmt: skip


def _training(grade: grades.Grade, _: Translator) -> str:
    answer = grade.estimate
    if answer is None or answer.training is None:
        return _("No usable graphics card here fine-tunes a model of the catalogue by QLoRA within a day.")
    return _(
        "The largest in its time is {model} ({size}): {memory}, {time} for {tokens} tokens.",
        model=answer.model.name, size=_size(answer, _), memory=memory_text(answer, _),
        time=time_span(answer.training.hours, _),
        tokens=_.integer(answer.workload.dataset_tokens * answer.workload.epochs),
    )  # fmt: skip


def _size(answer: Estimate, _: Translator) -> str:
    """A dense model's parameters; of one that uses a part of them for each token its dense equivalent, said so."""
    size = _.parameters(round(dense_size(answer.model)))
    if dense_size(answer.model) > _DENSE * answer.parameters:
        return size
    return _("as good as {size} dense", size=size)


def _compute(machine: Machine, _: Translator) -> Iterator[tuple[str, str, str]]:
    cpu = machine.cpu
    features = cpu.features
    names = [label for key, label in _FEATURE_NAMES.items() if features is not None and key in features]
    has = joined(cpu.name, words.names(_, names)) or _("unknown")
    if features is None:
        meaning = _("Its instruction sets are not known, so its speed is estimated with caution.")
    elif cpu.architecture in ("x86_64", None) and "avx2" not in features:
        meaning = _("No AVX2: runtimes fall back to slower kernels. Everything works, at a fraction of the speed.")
    elif "avx512f" in features or "amx_int8" in features:
        meaning = _("Wide vector units: reading a prompt is fast for a processor.")
    else:
        meaning = _("Modern vector units: generating is limited by the memory, not by the processor.")
    yield _("Processor"), has, meaning


def _graphics(machine: Machine, _: Translator) -> Iterator[tuple[str, str, str]]:
    if not machine.gpus:
        # What a dump or a user does not name may be there all the same.
        none = _("none named") if machine.source in ("dump", "catalogue") else _("none found")
        yield _("Graphics"), none, _("Everything runs on the processor.")
    for gpu in machine.gpus:
        has = joined(gpu.name, gpu.architecture, vram_text(gpu, _)) or _("unknown")
        if gpu.usable is False:
            meaning = _("Not used: {reason}", reason=advice_words.reason(_, gpu.origin("usable")))
        elif gpu.usable:
            meaning = _(
                "Usable by {engines}; reads its memory at {bandwidth}.",
                engines=words.names(_, gpu.engines or ()), bandwidth=_.bandwidth(gpu.bandwidth_bytes_per_s),
            )  # fmt: skip
        else:
            meaning = _("Not known whether an AI runtime can use it; not counted on.")
        yield _("Graphics"), has, meaning


def _memory(machine: Machine, _: Translator) -> Iterator[tuple[str, str, str]]:
    memory = machine.memory
    has = joined(memory.total_bytes and _.gib(memory.total_bytes), memory.kind, channels_text(machine, _)) or _(
        "unknown"
    )
    if memory.bandwidth_bytes_per_s is None:
        meaning = _("Its bandwidth is not known, so no generation speed can be given for the processor.")
    else:
        meaning = _(
            "{bandwidth}: a model of {size} of weights cannot generate more than {speed} from it.",
            bandwidth=_.bandwidth(memory.bandwidth_bytes_per_s), size=_.gib(4 * _GIB),
            speed=_.tokens_per_second(memory.bandwidth_bytes_per_s / (4 * _GIB)),
        )  # fmt: skip
    yield _("Memory"), has, meaning


def _storage(machine: Machine, _: Translator) -> Iterator[tuple[str, str, str]]:
    free = [disk.free_bytes for disk in machine.disks if disk.free_bytes is not None]
    if not free:
        yield _("Storage"), _("unknown"), _("Free space is not known; a model needs its file's size on the disk.")
        return
    largest = max(free)
    count = int(largest / (4.7 * _GIB))
    disk = next(d for d in machine.disks if d.free_bytes == largest)
    meaning = _("Room for about {n} model files of 4.7 GiB (7 billion parameters in 4 bits).", n=_.integer(count))
    yield _("Storage"), disk_text(disk, _) or "?", meaning
