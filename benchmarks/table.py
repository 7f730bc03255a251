"""The one table of accuracy: what a row's miss is, how misses become a line with its goal, how lines are written."""

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Skipped = dict[str, int]
"""Why rows are in no line -> how many; 0 where a whole file of rows is not there and cannot be counted."""

NO_SHARED = "no `shared` folder beside the checkout"

WIDTH = 136
"""Columns of the printed table."""

HEAD = ("figure", "rows", "mean", "median", "p90", "worst", "inside", "span", "goal", "met")
COLUMNS = (*HEAD, "worst row")
WORDS = ("figure", "goal", "met", "worst row")


class Miss(NamedTuple):
    """Estimate / measurement - 1 of one row, which row it is, and what the stated range says of it."""

    error: float
    row: str
    inside: bool | None = None  # whether the measurement lies in the range; None where no range is judged
    span: float | None = None  # high / low of that range


class Line(NamedTuple):
    """One line of the table: shares are of 1, mean to 90th percentile of absolute errors, the worst with its sign."""

    figure: str
    rows: int
    mean: float
    median: float
    p90: float
    worst: float
    worst_row: str
    inside: float | None
    span: float | None
    goal: str  # "" where nothing was promised
    met: bool


class Group(NamedTuple):
    """Lines that belong together, and what is in none of them."""

    name: str
    lines: Sequence[Line]
    skipped: Skipped


def skip(skipped: Skipped, why: str, rows: int = 1) -> None:
    """Count rows that no line holds."""
    skipped[why] = skipped.get(why, 0) + rows


def ranged(estimate: float, low: float, high: float, measured: float, row: str) -> Miss:
    """A miss judged by its range too."""
    return Miss(estimate / measured - 1, row, low <= measured <= high, high / low)


def line(
    figure: str,
    misses: Iterable[Miss],
    *,
    mean: float | None = None,
    median: float | None = None,
    worst: float | None = None,
    inside: float | None = None,
    span: float | None = None,
) -> Line:
    """Sum up rows and hold them to what was promised.

    `mean`, `median` and `worst` are limits of the absolute error (worst 0 asks for equality), `inside` the least share
    of rows within the stated range, `span` the widest that a range may be. ValueError without any row.
    """
    found = sorted(misses, key=lambda miss: abs(miss.error))
    if not found:
        raise ValueError(f"no rows for {figure!r}")
    errors = [abs(miss.error) for miss in found]
    held = [miss.inside for miss in found if miss.inside is not None]
    spans = [miss.span for miss in found if miss.span is not None]
    share, widest = statistics.fmean(held) if held else None, max(spans, default=None)
    tail = errors[math.ceil(0.9 * len(errors)) - 1]
    sums = (statistics.fmean(errors), statistics.median(errors), tail, found[-1].error)
    limits = (("mean", mean, sums[0]), ("median", median, sums[1]), ("worst", worst, errors[-1]))
    asked = [(name, limit, got) for name, limit, got in limits if limit is not None]
    goals = ["exact" if limit == 0 else f"{name} {100 * limit:.3g}%" for name, limit, _ in asked]
    goals += [] if inside is None else [f"{inside:.0%} inside"]
    goals += [] if span is None else [f"span {span:g}"]
    met = (
        all(got <= limit for _, limit, got in asked)
        and (inside is None or (share is not None and share >= inside))
        and (span is None or (widest is not None and widest <= span))
    )
    return Line(figure, len(errors), *sums, found[-1].row, share, widest, ", ".join(goals), met)


# How it is written --------------------------------------------------------------------------------------------------


def text(groups: Iterable[Group]) -> str:
    """The table for a terminal, at most WIDTH columns wide; the worst row stands below its line."""
    out = [_row(HEAD), "-" * WIDTH]
    for group in groups:
        out += ["", group.name]
        for item in group.lines:
            out.append(_row(_cells(item)))
            if item.worst:
                out.append(cut(f"{'':6}worst: {item.worst_row}"))
        out += _list("in no line", group.skipped)
    return "\n".join(out)


def markdown(groups: Iterable[Group]) -> str:
    """The table as Markdown, one for each group; columns without a word are left out."""
    out: list[str] = []
    for group in groups:
        rows = [(*_cells(item), cut(item.worst_row, 90) if item.worst else "") for item in group.lines]
        used = [place for place in range(len(COLUMNS)) if any(row[place] for row in rows)]
        out += [f"### {group.name}", ""]
        if rows:
            sides = ("---" if COLUMNS[place] in WORDS else "---:" for place in used)
            out += [_piped(COLUMNS[place] for place in used), _piped(sides)]
            out += [_piped(_escaped(row[place]) for place in used) for row in rows]
        if group.skipped:
            out += ["", "In no line:", ""]
            out += [f"- {_counted(why, count)}" for why, count in _ordered(group.skipped)]
        out.append("")
    return "\n".join(out)


def _piped(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escaped(words: str) -> str:
    return words.replace("|", "\\|").replace("    ", "&emsp;")


def as_json(groups: Iterable[Group]) -> str:
    """The same as JSON."""
    found: list[Mapping[str, Any]] = [
        {"group": g.name, "lines": [item._asdict() for item in g.lines], "skipped": g.skipped} for g in groups
    ]
    return json.dumps(found, indent=1, ensure_ascii=False)


def write_between(page: Path, mark: str, words: str) -> None:
    """Put the words between the page's markers of that name; ValueError where it has none."""
    begin, end = f"<!-- table: {mark} -->", "<!-- end of table -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{page} has no markers for {mark!r}")
    page.write_text(f"{before}{begin}\n\n{words.strip()}\n\n{end}{after}", encoding="utf-8")


def percent(value: float, sign: bool = False) -> str:
    """Three figures that count: 0.072%, 2.90%, 12.4%; an exact 0 stands bare."""
    if value == 0:
        return "0"
    size = abs(100 * value)
    return f"{100 * value:{'+' if sign else ''}.{3 if size < 1 else 2 if size < 10 else 1 if size < 1000 else 0}f}%"


def cut(words: str, width: int = WIDTH) -> str:
    """The text in at most `width` columns, its end replaced where need be."""
    return words if len(words) <= width else words[: width - 2].rstrip(" ,") + " …"


def _cells(item: Line) -> tuple[str, ...]:
    numbers = [percent(value) for value in (item.mean, item.median, item.p90)]
    inside = "" if item.inside is None else f"{item.inside:.1%}"
    span = "" if item.span is None else f"{item.span:.2f}"
    met = "" if not item.goal else "yes" if item.met else "NO"
    return (
        item.figure, f"{item.rows:,}", *numbers, percent(item.worst, sign=True), inside, span, item.goal, met
    )  # fmt: skip


def _row(cells: Sequence[str]) -> str:
    name, *numbers, goal, met = cells
    columns = " ".join(f"{number:>7}" for number in numbers)
    return f"{cut(name, 50):50} {columns}  {goal:24} {met}".rstrip()


def _list(title: str, skipped: Skipped) -> list[str]:
    if not skipped:
        return []
    return [f"  {title}:", *(cut(f"    {_counted(why, count)}") for why, count in _ordered(skipped))]


def _ordered(skipped: Skipped) -> list[tuple[str, int]]:
    return sorted(skipped.items(), key=lambda item: (item[1] > 0, -item[1]))


def _counted(why: str, count: int) -> str:
    return f"{count} {'row' if count == 1 else 'rows'}: {why}" if count else why
