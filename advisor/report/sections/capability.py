"""Capability: what each part means for AI models."""

from collections.abc import Iterator

from advisor import words
from advisor.advice import words as advice_words
from advisor.advice.result import Advice
from advisor.advice.survey import on_processor
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.report.cells import memory as memory_text
from advisor.report.cells import speed_span, time_span
from advisor.report.document import Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context
from advisor.report.sections.machine_words import channels_text, disk_text, joined, joined_sentences, vram_text

_GIB = 1 << 30
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
    tier = _(
        "Tier: {tier}. {reason}",
        tier=_(advice_words.TIERS[advice.tier.code]),
        reason=joined_sentences(list(_reasons(advice, _)), _),
    )
    yield Section(_("Capability"), (table, Paragraph(tier)))


def _reasons(advice: Advice, _: Translator) -> Iterator[str]:
    run, train = advice.tier.run, advice.tier.train
    if run is not None:
        yield _(
            "The largest model that answers at reading pace (5 tok/s) is {model}: {memory}, {speed}.",
            model=run.model.name, memory=memory_text(run, _), speed=speed_span(run, _),
        )  # fmt: skip
    else:
        yield _("No model of the catalogue is known to answer at reading pace (5 tok/s).")
    if train is not None and train.training is not None and not on_processor(train):
        yield _(
            "The largest that QLoRA can fine-tune within a day is {model}: {memory}, {time} for {tokens} tokens.",
            model=train.model.name, memory=memory_text(train, _), time=time_span(train.training.hours, _),
            tokens=_.integer(train.workload.dataset_tokens * train.workload.epochs),
        )  # fmt: skip
    else:
        yield _("No usable graphics card here fine-tunes a model of the catalogue by QLoRA within a day.")
    yield _("The tier is judged with the default settings, whatever is chosen for the rest of this report.")


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
