"""The matrix as rows of text: for the clipboard as people read it, for a CSV file as programs do. No Qt."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from advisor.catalog.model import Model
from advisor.estimator.result import Estimate, Range
from advisor.i18n import GIB, N_, Translator
from advisor.ui.base import texts
from advisor.ui.base.columns import Column
from advisor.words import clauses, sentences
from advisor.workload import Workload

Answers = Mapping[tuple[Model, Column], Estimate]
Lookup = Callable[[Model, Column], Estimate | None]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What a CSV file says of every cell, in this order.
_FIGURES = (
    N_("{column}: verdict"), N_("{column}: memory (GiB)"), N_("{column}: memory from (GiB)"),
    N_("{column}: memory to (GiB)"), N_("{column}: {figure}"), N_("{column}: {figure}, from"),
    N_("{column}: {figure}, to"), N_("{column}: reason"),
)  # fmt: skip


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading apostrophe says that it is text."""
    return f"'{text}" if text.startswith(FORMULA) else text


def cell_text(_: Translator, estimate: Estimate | None) -> str:
    """A cell in one line: verdict, memory, speed or time; "" where there is no estimate."""
    if estimate is None:
        return ""
    size = _.gib(estimate.memory.total) if estimate.memory is not None else ""
    return clauses(_, (texts.verdict(_, estimate), size, texts.pace(_, estimate)))


def readable(
    _: Translator, models: Sequence[Model], columns: Sequence[Column], workload: Workload, known: Lookup
) -> list[list[str]]:
    """A heading and a row a model: its name, then its cells."""
    head = [_("Model"), *(column.heading(_, workload) for column in columns)]
    rows = [[model.name, *(cell_text(_, known(model, column)) for column in columns)] for model in models]
    return [head, *rows]


def tabbed(rows: Iterable[Sequence[str]]) -> str:
    """Rows for a spreadsheet's clipboard: tabs between cells, a line a row."""
    return "".join("\t".join(harmless(" ".join(text.split())) for text in row) + "\r\n" for row in rows)


def html(rows: Sequence[Sequence[str]]) -> str:
    """The same as a table for word processors and mail; spreadsheets take it before the text with tabs."""
    if not rows:
        return "<table></table>"
    head = "".join(f"<th>{escape(harmless(text))}</th>" for text in rows[0])
    lines = ["".join(f"<td>{escape(harmless(text))}</td>" for text in row) for row in rows[1:]]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<meta charset="utf-8"><table border="1" cellspacing="0"><tr>{head}</tr>{body}</table>'


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """CSV as spreadsheets of every language open it: UTF-8 with its mark, since a Chinese Excel would else take it for
    code page 936; lines end as RFC 4180 says; no cell is a formula.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(field) for field in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def figures(
    _: Translator,
    models: Sequence[Model],
    columns: Sequence[Column],
    workload: Workload,
    answers: Answers,
    parameters: Callable[[Model], int],
) -> list[list[str]]:
    """A heading and a row a model, every figure a plain number with a decimal point; "" where one is not known."""
    head = [_("Model"), _("Family"), _("Parameters"), _("Licence")]
    for column in columns:
        figure = _("hours") if column.workload(workload).training else _("tok/s")
        name = column.heading(_, workload)
        head += [_(template, column=name, figure=figure) for template in _FIGURES]
    rows = [head]
    for model in models:
        row = [model.name, model.family, str(parameters(model) or ""), model.licence or ""]
        for column in columns:
            row += _cell(_, answers.get((model, column)))
        rows.append(row)
    return rows


def _cell(_: Translator, estimate: Estimate | None) -> list[str]:
    if estimate is None:
        return [""] * len(_FIGURES)
    memory = estimate.memory
    sizes = (memory.total, memory.low, memory.high) if memory is not None else (None, None, None)
    pace = None if estimate.verdict in ("no", "unknown") else _pace(estimate)
    speeds = (pace.mid, pace.low, pace.high) if pace is not None else (None, None, None)
    return [
        texts.verdict(_, estimate),
        *("" if size is None else f"{size / GIB:.4g}" for size in sizes),
        *("" if speed is None else f"{speed:.4g}" for speed in speeds),
        sentences(_, texts.reasons(_, estimate)),
    ]


def _pace(estimate: Estimate) -> Range | None:
    """Tokens per second of what runs, hours of what is trained."""
    if estimate.workload.training:
        return estimate.training.hours if estimate.training else None
    return estimate.speed.decode if estimate.speed else None
