"""The appendix: the settings behind every figure, error bands, sources."""

from collections.abc import Iterable, Iterator, Mapping

from advisor import NAME, __version__
from advisor.advice.result import Advice
from advisor.catalog.bands import bands
from advisor.estimator.result import Estimate
from advisor.i18n import N_, Translator
from advisor.report.document import Block, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context
from advisor.workload import SETTINGS

# What each setting is called in the window; its key, as the command line takes it, stands below.
SETTING_WORDS: Mapping[str, str] = {
    "task": N_("Task"), "stack": N_("Runtime"), "quant": N_("Quantisation"), "context": N_("Context"),
    "parallel": N_("Parallel"), "ubatch": N_("Micro-batch"), "output_rows": N_("Logits"),
    "kv_type": N_("KV cache type"), "flash_attention": N_("Flash attention"), "kv_unified": N_("Unified KV"),
    "swa_full": N_("Full window cache"), "precision": N_("Precision"), "kbit_prepare": N_("fp32 norms (PEFT)"),
    "optimizer": N_("Optimizer"), "batch": N_("Batch"), "grad_accum": N_("Accumulate"), "seq": N_("Sequence"),
    "checkpointing": N_("Checkpointing"), "keep_logits": N_("Keep logits"), "attention": N_("Attention"),
    "rank": N_("LoRA rank"), "targets": N_("LoRA targets"), "dataset_tokens": N_("Data tokens"),
    "epochs": N_("Epochs"), "budget": N_("Memory counted"),
}  # fmt: skip
_VALUE_WORDS: Mapping[tuple[str, str], str] = {
    ("task", "inference"): N_("inference"),
    ("output_rows", "few"): N_("last token"),
    ("output_rows", "all"): N_("whole batch"),
    ("targets", "all-linear"): N_("all linear"),
    ("targets", "attention"): N_("attention"),
    ("budget", "free"): N_("free memory"),
    ("budget", "total"): N_("total memory"),
}


def sections(context: Context) -> Iterator[Section]:
    """Settings, how near the figures are to measurements, and where facts come from."""
    found, advice, _ = context.found, context.advice, context._
    named = [*(pick.estimate for pick in advice.picks), *(plan.estimate for plan in advice.cloud)]
    every = [answer for answers in found.estimates.values() for answer in answers]
    blocks: list[Block] = [
        _settings(advice, _), *_bands((*every, *named), _), *_sources(_facts(advice), _),
        Paragraph(
            _("{program} {version}. Sizes in GiB (2^30 bytes).", program=_(NAME), version=__version__), "caption"
        ),
    ]  # fmt: skip
    yield Section(_("Appendix: settings, error bands, sources"), tuple(blocks))


def _settings(advice: Advice, _: Translator) -> Table:
    """The settings of the window or the command line, those of the other task included."""
    values = {name: getattr(advice.workload, name) for name in SETTINGS} | {"budget": advice.budget}
    values["stack"] = advice.workload.resolved_stack
    cells = [(Cell(f"{_(SETTING_WORDS[name])}\n{name}"), Cell(_setting(name, values[name], _))) for name in values]
    half = (len(cells) + 1) // 2
    rows = [(*a, *b) for a, b in zip(cells[:half], [*cells[half:], (Cell(""), Cell(""))], strict=False)]
    columns = (Column(_("Setting"), 1.2), Column(_("Value"), 1), Column(_("Setting"), 1.2), Column(_("Value"), 1))
    return Table(columns, tuple(rows), _("Settings"))


def _setting(name: str, value: object, _: Translator) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return _.integer(value)
    word = _VALUE_WORDS.get((name, str(value)))
    return str(value) if word is None else _(word)


def _bands(estimates: Iterable[Estimate], _: Translator) -> Iterator[Block]:
    """The measured error of the kinds of estimate that this report uses, in the catalogue's order."""
    used: set[str] = set()
    for answer in estimates:
        used.update(part.band for part in (answer.memory, answer.speed, answer.training) if part is not None)
    # Prompt speed goes with generation speed, and carries no key of its own.
    used |= {key.replace("decode_", "prefill_") for key in used}
    keys = [key for key in bands() if key in used]
    if not keys:
        return
    columns = (Column(_("Error band"), 2.6), Column(_("Measurements"), 0.9, True), Column(_("Source"), 2.6))
    known = bands()
    rows = tuple((Cell(_(known[key].text)), Cell(_.integer(known[key].rows)), Cell(known[key].source)) for key in keys)
    yield Table(columns, rows, _("How near estimates lie to measurements"))


def _sources(sources: dict[str, str], _: Translator) -> Iterator[Block]:
    if sources:
        columns = (Column(_("Fact"), 1), Column(_("Source"), 3))
        rows = tuple((Cell(name), Cell(source)) for name, source in sources.items())
        yield Table(columns, rows, _("Sources of the facts used"))


def _facts(advice: Advice) -> dict[str, str]:
    """Where the facts of the named models and prices come from: names that share a source, and the source."""
    named: dict[str, str] = {}
    for pick in advice.picks:
        named.setdefault(pick.estimate.model.name, pick.estimate.model.source)
    for plan in advice.cloud:
        named.setdefault(plan.estimate.model.name, plan.estimate.model.source)
        named.setdefault(f"{plan.gpu} (US$)", plan.source)
    sources = dict.fromkeys(source for source in named.values() if source)
    return {", ".join(name for name, own in named.items() if own == source): source for source in sources}
