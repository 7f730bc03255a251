"""Figures of estimates as the report writes them: cells, ranges, short phrases."""

from advisor import words
from advisor.advice.survey import decode, hours, needed
from advisor.estimator.result import Estimate, Range
from advisor.i18n import Translator
from advisor.report.document import Cell
from advisor.workload import Method, Workload, for_method

DASH = "–"


def verdict_cell(answer: Estimate, _: Translator) -> Cell:
    """One matrix cell: symbol and memory, below them speed or time."""
    symbol = words.VERDICT_SYMBOLS[answer.verdict]
    size = memory(answer, _) if answer.memory is not None else _(words.VERDICT_WORDS["unknown"])
    refused = bool(answer.reasons) and answer.reasons[0].code in words.REFUSALS
    below = verdict_word(answer, _) if refused else pace(answer, _)
    return Cell(f"{symbol} {size}\n{below}".rstrip("\n"), answer.verdict)


def verdict_word(answer: Estimate, _: Translator) -> str:
    """The verdict's word alone."""
    return words.verdict_word(_, answer.verdict, answer.reasons[0].code if answer.reasons else None)


def pace(answer: Estimate, _: Translator) -> str:
    """Generation speed or training time in a word, "" when the job does not fit or nothing is known."""
    if answer.verdict in ("no", "unknown"):
        return ""
    if answer.workload.training:
        time = hours(answer)
        return "" if time is None else _.duration(3600 * time)
    speed = decode(answer)
    return "" if speed is None else _.tokens_per_second(speed)


def memory(answer: Estimate, _: Translator) -> str:
    """What the job needs where it lies, "?" when unknown."""
    return _.gib(needed(answer))


def speed_span(answer: Estimate, _: Translator) -> str:
    """Decode speed as low – high."""
    if answer.speed is None or answer.speed.decode is None:
        return _("speed unknown")
    return span(answer.speed.decode, "tok/s", _)


def span(value: Range | None, unit: str, _: Translator) -> str:
    """A range as "low – high unit"."""
    return "?" if value is None else f"{_.number(value.low, 2)} – {_.number(value.high, 2)} {unit}".rstrip()


def time_span(value: Range | None, _: Translator) -> str:
    """Hours as "2.1 – 4.3 h" in their natural unit."""
    return "?" if value is None else _.duration_range(3600 * value.low, 3600 * value.high)


def method_word(method: Method, workload: Workload, _: Translator) -> str:
    """A matrix column's heading: "Run Q4_K_M", "QLoRA"."""
    return _(words.METHOD_WORDS[method], quant=for_method(workload, method).quant)
