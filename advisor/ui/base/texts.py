"""The window's sentences: a cell in two lines, a verdict with its reasons, the names of columns and machines."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from advisor import words
from advisor.estimator.result import Estimate, Range
from advisor.estimator.typical import answer_seconds, typical_answer
from advisor.i18n import GIB, N_, Translator
from advisor.machine import Machine, Origin
from advisor.settings import Figure
from advisor.words import METHOD_WORDS
from advisor.workload import Method, Workload, for_method

UNREALISTIC_HOURS = 30 * 24  # a training that takes longer is none that anyone would begin


class CellText(NamedTuple):
    """What a cell shows: the figure, its unit, the second line, and a longer one for wide cells."""

    figure: str
    unit: str
    second: str
    wide: str = ""


def cell(_: Translator, estimate: Estimate, figure: Figure = "memory") -> CellText:
    """A cell in two lines: the chosen figure, then the others; the verdict's word where there is none."""
    word = verdict(_, estimate)
    if estimate.memory is None:
        return CellText("–" if estimate.verdict == "no" else "?", "", word)
    said = {"memory": _.gib(estimate.memory.total), "speed": speed(_, estimate), "time": time(_, estimate)}
    first = said.pop(figure)
    rest = [text for text in said.values() if text]
    if not first:  # nothing runs, or its speed is not known: the word takes the figure's place
        runs = estimate.verdict not in ("no", "unknown")
        return CellText("", word, rest[0]) if runs else CellText("", "", word, f"{word} · {rest[0]}")
    if figure == "memory":
        main = said["time" if estimate.workload.training else "speed"] or said["time"] or word
    else:
        main = rest[0]
    value, unit = first.rsplit(" ", 1)
    return CellText(value, unit, main, " · ".join(rest) if len(rest) > 1 else "")


def verdict(_: Translator, estimate: Estimate) -> str:
    """The verdict's word. A "no" that no memory would change is not called one of room."""
    return words.verdict_word(_, estimate.verdict, estimate.reasons[0].code if estimate.reasons else None)


def short_name(name: str | None) -> str:
    """A processor's name as people say it: "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz" -> "i5-3210M"."""
    if not name:
        return ""
    for noise in (
        "(R)",
        "(TM)",
        "(r)",
        "(tm)",
        "Intel ",
        "AMD ",
        "NVIDIA ",
        "Core ",
        "GeForce ",
        " CPU",
        " Processor",
        " Graphics",
    ):
        name = name.replace(noise, " " if noise[0] == " " else "")
    # "11th Gen" says no more than the number does, and "with Radeon Graphics" leaves no room for it; a card's
    # memory stands below its name.
    name = re.sub(r"^\d+th Gen | \d+ GB$| (?:with|w/) .*$", "", name.split(" @ ")[0])
    return " ".join(name.split())


def pace(_: Translator, estimate: Estimate) -> str:
    """Generation speed or training time in a few letters; "" where nothing runs."""
    return time(_, estimate) if estimate.workload.training else speed(_, estimate)


def speed_of(estimate: Estimate) -> float | None:
    """Tokens per second generated, or trained with; None where nothing runs or it is not known."""
    if estimate.verdict in ("no", "unknown"):
        return None
    if estimate.workload.training:
        rate = estimate.training.tokens_per_s if estimate.training else None
    else:
        rate = estimate.speed.decode if estimate.speed else None
    return rate.mid if rate is not None else None


def time_of(estimate: Estimate) -> float | None:
    """Seconds of the training, or of one typical answer; None where nothing runs or it is not known."""
    if estimate.verdict in ("no", "unknown"):
        return None
    if estimate.workload.training:
        hours = estimate.training.hours if estimate.training else None
        return hours.mid * 3600 if hours is not None else None
    answer = answer_seconds(estimate)
    return answer.mid if answer is not None else None


def speed(_: Translator, estimate: Estimate) -> str:
    """Tokens per second, "" where there are none."""
    rate = speed_of(estimate)
    return "" if rate is None else _.tokens_per_second(rate)


def time(_: Translator, estimate: Estimate) -> str:
    """The time of the training or of one typical answer, "" where there is none."""
    seconds = time_of(estimate)
    return "" if seconds is None else _.duration(seconds)


def unrealistic(estimate: Estimate) -> bool:
    """Whether a training fits into the memory, but takes more than a month."""
    hours = estimate.training.hours if estimate.training and estimate.workload.training else None
    return hours is not None and estimate.verdict not in ("no", "unknown") and hours.mid > UNREALISTIC_HOURS


def column(_: Translator, workload: Workload, method: Method) -> str:
    """A column's heading: "Run Q4_K_M", "QLoRA"."""
    word = N_("Full") if method == "full" else METHOD_WORDS[method]  # the column is narrow
    return _(word, quant=for_method(workload, method).quant)


def sentence(_: Translator, estimate: Estimate) -> str:
    """The verdict in words: "Does not fit: needs 14.2 GiB, 8.0 GiB free."."""
    word = verdict(_, estimate)
    found = reasons(_, estimate)
    return _("{verdict}: {reasons}", verdict=word, reasons=words.sentences(_, found)) if found else word


def reasons(_: Translator, estimate: Estimate) -> list[str]:
    """A sentence a reason."""
    return [words.sentence(_, item.code, item.values) for item in estimate.reasons]


def spoken(_: Translator, name: str, heading: str, estimate: Estimate | None) -> str:
    """A cell for ears: model, column, verdict, memory, speed."""
    if estimate is None:
        return words.clauses(_, (name, heading))
    size = _.gib(estimate.memory.total) if estimate.memory is not None else ""
    doubt = _("not realistic") if unrealistic(estimate) else ""
    return words.clauses(_, (name, heading, verdict(_, estimate), size, pace(_, estimate), doubt))


def tip(_: Translator, name: str, heading: str, estimate: Estimate) -> str:
    """A cell's tool tip: what it is, the verdict and why, memory with its band, speed with its range."""
    lines = [f"{name} · {heading}", sentence(_, estimate)]
    memory = estimate.memory
    if memory is not None:
        low, high = _.gib(memory.low), _.gib(memory.high)
        lines.append(_("Memory {total} ({low} to {high})", total=_.gib(memory.total), low=low, high=high))
    if estimate.speed and estimate.speed.decode:
        lines.append(_("Generates {speed}", speed=span(_, estimate.speed.decode, _("tok/s"))))
    answer = None if estimate.workload.training else answer_seconds(estimate)
    if answer is not None:
        asked, said = typical_answer()
        values = {"time": _.duration_range(answer.low, answer.high), "asked": asked, "said": said}
        lines.append(_("A typical answer takes {time} ({asked} tokens read, {said} written)", **values))
    if estimate.training and estimate.training.hours and estimate.verdict not in ("no", "unknown"):
        hours = estimate.training.hours
        times = _.duration(hours.low * 3600), _.duration(hours.high * 3600)
        lines.append(_("Takes {low} to {high}", low=times[0], high=times[1]))
    if unrealistic(estimate):
        lines.append(long_time(_, estimate))
    return "\n".join(lines)


def long_time(_: Translator, estimate: Estimate) -> str:
    """What to say of a training that fits, but takes longer than anyone waits."""
    return _("Not realistic here: about {time}", time=pace(_, estimate))


def span(_: Translator, figures: Range, unit: str) -> str:
    """A range as "10.1 to 14.2 tok/s"."""
    return _("{low} to {high} {unit}", low=_.number(figures.low), high=_.number(figures.high), unit=unit)


def why_not(_: Translator, item: Origin) -> str:
    """The bare sentence of an origin: why a part cannot be used, what a probe noted."""
    return _(item.detail, **item.values) if item.values else _(item.detail)


def machine_name(_: Translator, machine: Machine | None, what_if: str | None = None) -> str:
    """The name that a computer's owner knows, as well as it can be told; a nameless what-if goes by its own."""
    if machine is None:
        return _("Reading this computer …")
    return machine.model or what_if or machine.cpu.name or _("This computer")


def gib_figure(_: Translator, size: float | None) -> str:
    """A size in GiB without its unit."""
    return "?" if size is None else _.number(size / GIB)


# What a model is for, as the catalogue's `kind` says.
KINDS: Mapping[str, str] = {
    "chat": N_("chat"),
    "code": N_("code"),
    "reasoning": N_("reasoning"),
    "vlm": N_("vision"),
    "base": N_("base"),
    "math": N_("maths"),
    "embedding": N_("text embeddings"),
    "speech": N_("speech"),
    "vision": N_("image recognition"),
    "image": N_("image making"),
}
