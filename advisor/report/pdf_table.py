"""Tables in the PDF: rows are laid out first; small tables stay whole, larger ones repeat their heading."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from advisor.palette import LIGHT
from advisor.report.document import Cell, Column, Facts, Table
from advisor.report.pdf_pen import LINE, MARGIN, TEXT, Pen

_PAD = 1.1  # mm above and below the text of a row
_GAP = 4.0  # mm between columns
_SMALL_TABLE = 60.0  # mm: a table up to this height is not divided
_FACTS = (Column("", 1.0), Column("", 2.1), Column("", 1.7))

# A cell's parts, one below the other: wrapped lines, mm per line, and what chooses their font.
CellParts = list[tuple[list[str], float, Callable[[], None]]]


class Rows(NamedTuple):
    """A table's rows with their columns' places; `head` is None where there are no headings."""

    columns: Sequence[Column]
    widths: Sequence[float]
    head: Sequence[CellParts] | None
    rows: Sequence[Sequence[CellParts]]


def table_rows(pen: Pen, table: Table) -> Rows:
    """A table with its headings."""
    titles = [Cell(column.heading, "strong") for column in table.columns]
    widths = _widths(pen, table.columns)
    head = [_cell(pen, cell, width) for cell, width in zip(titles, widths, strict=True)]
    return Rows(table.columns, widths, head, [_cells(pen, row, widths) for row in table.rows])


def facts_rows(pen: Pen, facts: Facts) -> Rows:
    """Facts as a table without headings."""
    widths = _widths(pen, _FACTS)
    cells = ((Cell(f.label, "caption"), Cell(f.value), Cell(f.note, "caption")) for f in facts.rows)
    return Rows(_FACTS, widths, None, [_cells(pen, row, widths) for row in cells])


def _widths(pen: Pen, columns: Sequence[Column]) -> list[float]:
    total = sum(column.width for column in columns)
    free = pen.width - _GAP * (len(columns) - 1)
    return [free * column.width / total for column in columns]


def _cells(pen: Pen, row: Sequence[Cell], widths: Sequence[float]) -> list[CellParts]:
    return [_cell(pen, cell, width) for cell, width in zip(row, widths, strict=True)]


def _cell(pen: Pen, cell: Cell, width: float) -> CellParts:
    """The cell's parts: its first line and, in small type, what follows a line break."""
    first, _, rest = cell.text.partition("\n")
    ink = LIGHT.caption if cell.tone == "caption" else LIGHT.verdicts.get(cell.tone, LIGHT.text)
    big = partial(pen.font, 9.0, bold=cell.tone == "strong", colour=ink)
    small = partial(pen.font, 7.5, colour=LIGHT.caption)
    big()
    parts: CellParts = [(pen.lines(first, width), 4.5, big)]
    if rest:
        small()
        parts.append((pen.lines(rest, width), 3.6, small))
    return parts


def lay_rows(pen: Pen, table: Rows, caption: str) -> tuple[float, float, Callable[[float], None]]:
    """The mm that the table must begin with, its mm in all, and its drawing."""
    pen.font(TEXT, bold=True)
    title = pen.lines(caption, pen.width) if caption else []
    above = LINE * len(title) + (_height(table.head) if table.head is not None else 0.0)
    heights = [_height(row) for row in table.rows]
    whole = above + sum(heights) + 3
    start = whole if whole <= _SMALL_TABLE else above + sum(heights[:3])
    return start, whole, partial(_draw, pen, table, title, start, heights)


def _draw(pen: Pen, table: Rows, title: Sequence[str], start: float, heights: Sequence[float], after: float) -> None:
    small = start > sum(heights)
    pen.room(start + (after if small else 0.0))
    if title:
        pen.font(TEXT, bold=True)
        pen.print(title, MARGIN, pen.width, LINE)
    if table.head is not None:
        _row(pen, table, table.head, strong=True)
    last = len(heights) - 1
    for number, row in enumerate(table.rows):
        # The last two rows stay together, and with the caption below the table.
        together = sum(heights[number:]) + after if number >= last - 1 else heights[number]
        if pen.room(together) and table.head is not None:
            _row(pen, table, table.head, strong=True)
        _row(pen, table, row)
    pen.down(3)


def _row(pen: Pen, table: Rows, row: Sequence[CellParts], *, strong: bool = False) -> None:
    top, x, bottom = pen.y, MARGIN, 0.0
    for parts, column, width in zip(row, table.columns, table.widths, strict=True):
        pen.y = top + _PAD
        for lines, height, font in parts:
            font()
            pen.print(lines, x, width, height, right=column.right)
        bottom = max(bottom, pen.y)
        x += width + _GAP
    pen.y = bottom + _PAD
    pen.rule(pen.y, strong=strong)


def _height(row: Sequence[CellParts]) -> float:
    return max(sum(len(lines) * height for lines, height, _font in parts) for parts in row) + 2 * _PAD
