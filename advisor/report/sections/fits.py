"""What fits: as a table by method, the matrix in short, other networks than language models, and the charts."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from advisor import words
from advisor.advice.result import Advice
from advisor.advice.survey import Survey, power
from advisor.catalog.model import Model
from advisor.catalog.networks import Network, networks
from advisor.estimator.result import VERDICTS, Estimate
from advisor.i18n import N_, Translator
from advisor.report.cells import DASH, memory, method_word, verdict_cell
from advisor.report.document import (
    Block,
    Cell,
    Column,
    Paragraph,
    Section,
    Table,
)
from advisor.report.sections import fits_charts
from advisor.report.sections.context import Context
from advisor.report.sections.plans import matrix_note
from advisor.workload import METHODS, Method, for_method

# Bounds of the size classes of which the short matrix shows the best models, in parameters.
SIZE_CLASSES = (0.0, 0.8e9, 1.8e9, 3.5e9, 6e9, 10e9, 18e9, 40e9, 90e9, 1e13)
_PER_CLASS = 2
_RUNS = ("fits", "tight", "offload")

NETWORK_WORDS: Mapping[str, str] = {
    "embedding": N_("Text embeddings"),
    "speech": N_("Speech recognition (Whisper)"),
    "vision": N_("Image recognition"),
    "image": N_("Image generation"),
}


def sections(context: Context) -> Iterator[Section]:
    """Counts by method, the matrix in short, charts."""
    machine, found, advice, _ = context.machine, context.found, context.advice, context._
    runners = _runners(found, advice)
    blocks: list[Block] = [
        _counts(advice, _),
        _matrix(found, advice, _),
        _legend(_),
        *_note(advice, _),
        *_networks(found, _),
    ]
    blocks += fits_charts.sizes(machine, found, SIZE_CLASSES, _)
    if runners:
        blocks += fits_charts.components(machine, found, advice, _)
        blocks += fits_charts.contexts(machine, found, runners, _)
        blocks += fits_charts.speeds(runners, _)
    yield Section(_("What fits"), tuple(blocks))


def _note(advice: Advice, _: Translator) -> Iterator[Paragraph]:
    """Why plans show another time than the matrix, where they do."""
    if note := matrix_note(advice, _):
        yield Paragraph(note, "caption")


def _runners(found: Survey, advice: Advice) -> list[Estimate]:
    """The estimates that the charts show: the picks for running, else the smallest model."""
    chosen = [p.estimate for p in advice.picks if p.use not in ("lora", "qlora")]
    known = [a for a in found.estimates["run"] if a.memory is not None]
    return chosen or sorted(known, key=lambda a: a.parameters)[:1]


def _counts(advice: Advice, _: Translator) -> Table:
    columns = (
        Column(_("Method"), 1.7),
        *(Column(f"{words.VERDICT_SYMBOLS[v]} {_(words.COUNT_WORDS[v])}", 0.85, True) for v in VERDICTS),
        Column(_("Largest that fits"), 2.2),
    )
    rows = []
    for fit in advice.fits:
        largest = fit.largest
        text = f"{largest.model.name}\n{memory(largest, _)}" if largest is not None else DASH
        counts = (Cell(_.integer(fit.counts[v]), v if fit.counts[v] else "caption") for v in VERDICTS)
        rows.append((Cell(method_word(fit.method, advice.workload, _)), *counts, Cell(text)))
    total = sum(advice.fits[0].counts.values())
    return Table(columns, tuple(rows), _("How many of {n} language models fit, by method", n=total))


def _matrix(found: Survey, advice: Advice, _: Translator) -> Table:
    columns = (Column(_("Model"), 1.7), *(Column(method_word(m, found.workload, _), 1.0) for m in METHODS))
    places = {answer.model: i for i, answer in enumerate(found.estimates["run"])}
    rows = []
    for model in shown_models(found, advice):
        answers = [found.estimates[method][places[model]] for method in METHODS]
        name = Cell(f"{model.name}\n{_.parameters(answers[0].parameters)}")
        rows.append((name, *(verdict_cell(answer, _) for answer in answers)))
    return Table(columns, tuple(rows), _("The matrix in short: the strongest models of each size"))


def shown_models(found: Survey, advice: Advice) -> list[Model]:
    """The models of the short matrix by size: the most powerful of each class, and every pick."""
    answers = [a for a in found.estimates["run"] if a.memory is not None]
    chosen = {pick.estimate.model for pick in advice.picks}
    for low, high in pairwise(SIZE_CLASSES):
        of_class = [a for a in answers if low <= a.parameters < high and a.model.kind == "chat"]
        chosen.update(_best(of_class))
    return [a.model for a in sorted(answers, key=lambda a: a.parameters) if a.model in chosen]


def _best(answers: Sequence[Estimate]) -> list[Model]:
    """The strongest of a size class, of different families; one stands for a class of which nothing runs."""
    count = _PER_CLASS if any(a.verdict in ("fits", "tight", "offload") for a in answers) else 1
    found: dict[str, Model] = {}
    for answer in sorted(answers, key=lambda a: power(a.model), reverse=True):
        found.setdefault(answer.model.family, answer.model)
    return list(found.values())[:count]


def _legend(_: Translator) -> Paragraph:
    explained = _(
        "{fits} fits; {tight} fits, but uses more than 90 % of the free memory; {offload} runs with a part in RAM; "
        "{no} does not fit. Below the memory: tokens generated per second, or the training time of the data set.",
        **words.VERDICT_SYMBOLS,
    )
    return Paragraph(explained, "caption")


def _networks(found: Survey, _: Translator) -> Iterator[Table]:
    """Other networks by kind: the largest of each that torch runs in 16 bits here, and that it trains."""
    kinds: dict[str, list[Network]] = {}
    for network in networks():
        kinds.setdefault(network.kind, []).append(network)
    columns = (
        Column(_("Kind"), 1.6), Column(_("Number"), 0.6, True), Column(_("Largest that runs"), 1.8),
        Column(_("Largest that can be trained"), 1.8),
    )  # fmt: skip
    rows = []
    for kind, members in kinds.items():
        cells = [Cell(_(NETWORK_WORDS.get(kind, kind))), Cell(_.integer(len(members)))]
        cells += [_largest(found, members, method, _) for method in ("run-f16", "full")]
        rows.append(tuple(cells))
    title = _("Other networks: {n}, in 16 bits and with all weights trained", n=len(networks()))
    yield Table(columns, tuple(rows), title)


def _largest(found: Survey, members: Sequence[Network], method: Method, _: Translator) -> Cell:
    """The first that fits from the largest down: to estimate all of them would take longer than all the rest."""
    workload = for_method(found.workload, method)
    for network in sorted(members, key=lambda n: n.published_parameters or 0, reverse=True):
        answer = found.ask(network, workload)
        if answer.verdict in _RUNS:
            symbol = words.VERDICT_SYMBOLS[answer.verdict]
            return Cell(f"{symbol} {network.name}\n{memory(answer, _)}", answer.verdict)
    return Cell(DASH, "no")
