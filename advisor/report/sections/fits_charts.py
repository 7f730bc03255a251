"""The charts of what fits: memory by model size, by component and by context, and speed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from advisor import words
from advisor.advice.result import Advice
from advisor.advice.survey import Survey, decode, teaching_model
from advisor.catalog.kept_memory import kept_memory
from advisor.estimator.result import COMPONENTS, VERDICTS, Estimate
from advisor.i18n import GIB, Translator
from advisor.machine import Machine
from advisor.palette import LIGHT
from advisor.report.cells import method_word
from advisor.report.document import Bars, Cell, Column, Lines, Mark, Points, PointSeries, Series, Table
from advisor.workload import METHODS, for_method

_CONTEXTS = (2048, 4096, 8192, 16384, 32768, 65536, 131072)
_LINE_COLOURS = ("weights", "gradients", "kv_cache")
_RUNS = ("fits", "tight", "offload")


def _marks(machine: Machine, found: Survey, _: Translator) -> tuple[Mark, ...]:
    """What the machine has: free RAM and the VRAM that can be used, as the survey's budget counts them."""
    total = found.budget == "total"
    size = machine.memory_budget_bytes
    ram = size if total else machine.memory.available_bytes
    if ram is None and size is not None:  # what is free was not told: the estimates assume as much
        ram = size - kept_memory().by_system(size)
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


def sizes(machine: Machine, found: Survey, classes: Sequence[float], _: Translator) -> Iterator[Points]:
    """Every model as a point, its size against its memory, with what the machine has as lines."""
    answers = [a for a in found.estimates["run"] if a.memory is not None and a.memory.total]
    points: dict[str, list[tuple[float, float]]] = {verdict: [] for verdict in VERDICTS}
    for answer in answers:
        points[answer.verdict].append((answer.parameters / 1e9, (answer.memory.total if answer.memory else 0) / GIB))
    series = tuple(
        PointSeries(f"{words.VERDICT_SYMBOLS[v]} {_(words.COUNT_WORDS[v])}", LIGHT.verdicts[v], tuple(points[v]), v)
        for v in VERDICTS
        if points[v]
    )
    if series:
        title = _("Memory by model size: {method}", method=method_word("run", found.workload, _))
        label = _("parameters in billions")
        yield Points(title, label, "GiB", series, _size_table(answers, classes, _), _marks(machine, found, _))


def _size_table(answers: Sequence[Estimate], classes: Sequence[float], _: Translator) -> Table:
    """The points by size class: how many models, what they need, how many run."""
    columns = (
        Column(_("Model size"), 1.4), Column(_("Number"), 0.8, True), Column(_("Memory needed"), 1.4, True),
        Column(_("runs"), 0.8, True),
    )  # fmt: skip
    rows = []
    for low, high in pairwise(classes):
        of_class = [a for a in answers if low <= a.parameters < high]
        if not of_class:
            continue
        sizes = sorted(a.memory.total for a in of_class if a.memory is not None)
        counts = [a.parameters for a in of_class]
        spread = f"{_.parameters(min(counts))} – {_.parameters(max(counts))}"
        runs = sum(a.verdict in _RUNS for a in of_class)
        needed = f"{_.number(sizes[0] / GIB)} – {_.gib(sizes[-1])}"
        rows.append((Cell(spread), Cell(_.integer(len(of_class))), Cell(needed), Cell(_.integer(runs))))
    return Table(columns, tuple(rows))


def components(machine: Machine, found: Survey, advice: Advice, _: Translator) -> Iterator[Bars]:
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


def contexts(machine: Machine, found: Survey, runners: Sequence[Estimate], _: Translator) -> Iterator[Lines]:
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


def speeds(runners: Sequence[Estimate], _: Translator) -> Iterator[Bars]:
    """Generation speed of the picks with its range."""
    known = [a for a in runners if decode(a) is not None]
    if not known:
        return
    spans = tuple((a.speed.decode.low, a.speed.decode.high) for a in known if a.speed and a.speed.decode)
    values = Series(_("generation speed"), LIGHT.accent, tuple(decode(a) or 0.0 for a in known))
    labels = tuple(a.model.name for a in known)
    marks = (Mark(_("reading pace"), 5.0),)
    yield Bars(_("Generation speed, with its range"), labels, (values,), "tok/s", marks, spans)
