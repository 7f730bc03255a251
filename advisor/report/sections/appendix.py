"""The appendix: the settings behind every figure, error bands, sources."""

from collections.abc import Iterator

from advisor import __version__
from advisor.advice.result import Advice
from advisor.catalog.bands import bands
from advisor.estimator.result import Estimate
from advisor.i18n import Translator
from advisor.report.document import Block, Cell, Column, Paragraph, Section, Table
from advisor.report.sections.context import Context
from advisor.workload import SETTINGS, Workload

_TORCH = ("transformers", "vllm")


def sections(context: Context) -> Iterator[Section]:
    """Settings, how near the figures are to measurements, and where facts come from."""
    advice, _ = context.advice, context._
    estimates = [pick.estimate for pick in advice.picks] + [plan.estimate for plan in advice.cloud]
    sources = _facts(advice)
    blocks: list[Block] = [
        _settings(advice, _), *_bands(estimates, advice.workload.resolved_stack, _), *_sources(sources, _),
        Paragraph(_("Hardware Advisor {version}. Sizes in GiB (2^30 bytes).", version=__version__), "caption"),
    ]  # fmt: skip
    yield Section(_("Appendix: settings, error bands, sources"), tuple(blocks))


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
