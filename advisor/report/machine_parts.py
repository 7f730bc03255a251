"""Sections 1 and 2: what the computer is, and what that means for AI models."""

from collections.abc import Iterator

from advisor import words
from advisor.advice import words as advice_words
from advisor.advice.result import Advice
from advisor.advice.survey import on_processor
from advisor.i18n import Translator
from advisor.machine import Disk, Gpu, Machine, Part
from advisor.report.cells import memory as memory_text
from advisor.report.cells import speed_span, time_span
from advisor.report.document import Block, Callout, Cell, Column, Fact, Facts, Paragraph, Section, Table

_GIB = 1 << 30
_FEATURE_NAMES = {
    "avx": "AVX", "f16c": "F16C", "fma": "FMA", "avx2": "AVX2", "avx512f": "AVX-512", "avx512_vnni": "AVX-512 VNNI",
    "avx_vnni": "AVX-VNNI", "amx_int8": "AMX", "neon": "NEON", "dotprod": "dot product", "i8mm": "I8MM", "sve": "SVE",
}  # fmt: skip


def machine_name(machine: Machine, _: Translator) -> str:
    """The computer as its owner calls it, else what it is made of."""
    if machine.model:
        return " ".join(machine.model.split())
    chips = [machine.cpu.name, *(gpu.name for gpu in machine.gpus)]
    return " + ".join(name for name in chips if name) or _("A computer")


def summary(machine: Machine, advice: Advice, _: Translator) -> Section:
    """Section 1: tier in one glance, then the hardware with where each value comes from."""
    blocks: list[Block] = [_tier(advice, _), Facts(tuple(_facts(machine, _)))]
    blocks += [Paragraph(_("Note: {text}", text=words.origin_text(_, note)), "caption") for note in machine.notes]
    return Section(_("1 Configuration"), tuple(blocks))


def _tier(advice: Advice, _: Translator) -> Callout:
    tones = {"entry": "offload", "light": "tight", "unknown": "unknown"}
    sentences = [_(advice_words.TIER_SENTENCES[advice.tier.code])]
    if advice.tier.code == "unknown" and (fitting := advice_words.fitting(advice, _)):
        sentences.append(fitting)
    for gpu in advice.unusable:
        reason = advice_words.reason(_, gpu.reason)
        sentences.append(_("{name} cannot be used: {reason}", name=gpu.name, reason=reason))
    text = _sentences(sentences, _)
    return Callout(_(advice_words.TIERS[advice.tier.code]), text, tones.get(advice.tier.code, "fits"))  # type: ignore[arg-type]


def _sentences(parts: list[str], _: Translator) -> str:
    """Several sentences as one text; a reason that lacks its full stop gets one."""
    stop, gap = ("。", "") if _.language.startswith("zh") else (".", " ")
    return gap.join(part if part.endswith((".", "。")) else part + stop for part in parts)


def _facts(machine: Machine, _: Translator) -> Iterator[Fact]:
    cpu, memory = machine.cpu, machine.memory
    yield _fact(_("Computer"), machine, "model", _, machine.model)
    yield _fact(_("System"), machine, "os_name", _, _joined(machine.os_name, machine.os_version))
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
    kind = _joined(memory.kind, memory.speed_mts and f"{_.integer(memory.speed_mts)} MT/s", _channels(machine, _))
    yield _fact(_("Memory type"), memory, "kind", _, kind)
    for number, gpu in enumerate(machine.gpus):
        yield _fact(_("Graphics {n}", n=number + 1), gpu, "name", _, _joined(gpu.name, _vram(gpu, _)))
    for disk in machine.disks:
        yield _fact(_("Disk"), disk, "total_bytes", _, _disk(disk, _))


def _fact(label: str, part: Part, field: str, _: Translator, value: str | None) -> Fact:
    return Fact(label, value or _("unknown"), words.origin_text(_, part.origin(field)))


def _joined(*parts: str | int | None) -> str | None:
    return " · ".join(str(part) for part in parts if part) or None


def _channels(machine: Machine, _: Translator) -> str | None:
    count = machine.memory.channels
    if count is None:
        return None
    return _("one channel") if count == 1 else _("{n} channels", n=count)


def _vram(gpu: Gpu, _: Translator) -> str | None:
    if gpu.vram_bytes:
        return _("{size} VRAM", size=_.gib(gpu.vram_bytes))
    return _("shares system memory") if gpu.kind in ("integrated", "unified") else None


def _disk(disk: Disk, _: Translator) -> str | None:
    # The mount point is left out: on many systems it holds its user's name.
    kind = None if disk.kind is None else _(words.DISK_WORDS.get(disk.kind, disk.kind))
    size = None
    if disk.total_bytes is not None:
        size = _("{free} free of {total}", free=_.gib(disk.free_bytes), total=_.gib(disk.total_bytes))
    return _joined(disk.name, kind, size)


def capability(machine: Machine, advice: Advice, _: Translator) -> Section:
    """Section 2: each part, what it has, and what follows for AI models."""
    rows = [*_compute(machine, _), *_graphics(machine, _), *_memory(machine, _), *_storage(machine, _)]
    columns = (Column(_("Part"), 0.9), Column(_("What it has"), 1.7), Column(_("What that means"), 2.6))
    table = Table(columns, tuple(tuple(Cell(text) for text in row) for row in rows))
    tier = _(
        "Tier: {tier}. {reason}",
        tier=_(advice_words.TIERS[advice.tier.code]),
        reason=_sentences(list(_reasons(advice, _)), _),
    )
    return Section(_("2 Capability"), (table, Paragraph(tier)))


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
    has = _joined(cpu.name, words.names(_, names)) or _("unknown")
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
        has = _joined(gpu.name, gpu.architecture, _vram(gpu, _)) or _("unknown")
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
    has = _joined(memory.total_bytes and _.gib(memory.total_bytes), memory.kind, _channels(machine, _)) or _("unknown")
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
    yield _("Storage"), _disk(disk, _) or "?", meaning
