"""What fits: as a table by method, the matrix in short, and the charts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from advisor import words
from advisor.advice.result import Advice
from advisor.advice.survey import Survey, decode, power, teaching_model
from advisor.catalog.model import Model
from advisor.estimator.result import COMPONENTS, VERDICTS, Estimate
from advisor.i18n import GIB, Translator
from advisor.machine import Machine
from advisor.palette import LIGHT
from advisor.report.cells import DASH, memory, method_word, verdict_cell
from advisor.report.document import Bars, Block, Cell, Column, Lines, Mark, Paragraph, Section, Series, Table
from advisor.report.sections.context import Context
from advisor.workload import METHODS, for_method

# Bounds of the size classes of which the short matrix shows the best models, in parameters.
_CLASSES = (0.0, 0.8e9, 1.8e9, 3.5e9, 6e9, 10e9, 18e9, 40e9, 90e9, 1e13)
_PER_CLASS = 2
_CONTEXTS = (2048, 4096, 8192, 16384, 32768, 65536, 131072)
_LINE_COLOURS = ("weights", "gradients", "kv_cache")


def sections(context: Context) -> Iterator[Section]:
    """Counts by method, the matrix in short, charts."""
    machine, found, advice, _ = context.machine, context.found, context.advice, context._
    runners = _runners(found, advice)
    blocks: list[Block] = [_counts(advice, _), _matrix(found, advice, _), _legend(_)]
    if runners:
        blocks += _components(machine, found, advice, _)
        blocks += _contexts(machine, found, runners, _)
        blocks += _speeds(runners, _)
    yield Section(_("What fits"), tuple(blocks))


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
    return Table(columns, tuple(rows), _("How many of {n} models fit, by method", n=total))


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
    for low, high in pairwise(_CLASSES):
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


# --- charts -------------------------------------------------------------------------------------------------------


def _marks(machine: Machine, found: Survey, _: Translator) -> tuple[Mark, ...]:
    """What the machine has: free RAM and the VRAM that can be used, as the survey's budget counts them."""
    total = found.budget == "total"
    ram = machine.memory_budget_bytes if total else machine.memory.available_bytes
    usable = [gpu for gpu in machine.gpus if gpu.usable]
    known = [
        gpu.vram_bytes if total or gpu.vram_available_bytes is None else gpu.vram_available_bytes for gpu in usable
    ]
    vram = sum(filter(None, known))
    marks = []
    if ram:
        marks.append(Mark(_("RAM {size}", size=_.gib(ram)), ram / GIB))
    if vram:
        marks.append(Mark(_("VRAM {size}", size=_.gib(vram)), vram / GIB))
    return tuple(marks)


def _components(machine: Machine, found: Survey, advice: Advice, _: Translator) -> Iterator[Bars]:
    """Memory by component of the teaching model with every method."""
    model = teaching_model(found)
    if model is None:
        return
    place = next(i for i, a in enumerate(found.estimates["run"]) if a.model is model)
    answers = [(m, a) for m in METHODS if (a := found.estimates[m][place]).memory is not None]
    parts = [{c.name: c.bytes / GIB for c in a.memory.components} if a.memory else {} for _m, a in answers]
    used = [name for name in COMPONENTS if any(part.get(name) for part in parts)]
    series = tuple(
        Series(
            _(words.COMPONENT_WORDS[name]), LIGHT.components[name], tuple(float(part.get(name, 0.0)) for part in parts)
        )
        for name in used
    )
    labels = tuple(method_word(m, advice.workload, _) for m, _a in answers)
    spans = tuple((a.memory.low / GIB, a.memory.high / GIB) for _m, a in answers if a.memory)
    title = _("Memory by component: {model}", model=model.name)
    yield Bars(title, labels, series, "GiB", _marks(machine, found, _), spans)


def _contexts(machine: Machine, found: Survey, runners: Sequence[Estimate], _: Translator) -> Iterator[Lines]:
    """Memory against context length of up to three models."""
    shown = runners[: len(_LINE_COLOURS)]
    longest = max(a.model.max_context or 0 for a in shown)
    contexts = [c for c in _CONTEXTS if c <= longest]
    if len(contexts) < 2:
        return
    base = for_method(found.workload, "run")
    series: list[Series] = []
    for answer, colour in zip(shown, _LINE_COLOURS, strict=False):
        totals = [found.ask(answer.model, replace(base, context=context)).memory for context in contexts]
        if all(totals):
            values = tuple(t.total / GIB for t in totals if t is not None)
            if any(_alike(values, other.values) for other in series):
                continue  # its line would hide the other
            series.append(Series(answer.model.name, LIGHT.components[colour], values))
    if series:
        title = _("Memory against context length")
        x = tuple(float(c) for c in contexts)
        yield Lines(title, _("context length in tokens"), x, tuple(series), "GiB", _marks(machine, found, _))


def _alike(values: Sequence[float], others: Sequence[float]) -> bool:
    return all(abs(a - b) <= 0.02 * b for a, b in zip(values, others, strict=True))


def _speeds(runners: Sequence[Estimate], _: Translator) -> Iterator[Bars]:
    """Generation speed of the picks with its range."""
    known = [a for a in runners if decode(a) is not None]
    if not known:
        return
    spans = tuple((a.speed.decode.low, a.speed.decode.high) for a in known if a.speed and a.speed.decode)
    values = Series(_("generation speed"), LIGHT.accent, tuple(decode(a) or 0.0 for a in known))
    labels = tuple(a.model.name for a in known)
    marks = (Mark(_("reading pace"), 5.0),)
    yield Bars(_("Generation speed, with its range"), labels, (values,), "tok/s", marks, spans)
