"""What a report is made of, in one language and no format: sections of paragraphs, facts, tables and charts."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

Tone = Literal["", "fits", "tight", "offload", "no", "unknown", "caption", "strong"]


class Paragraph(NamedTuple):
    """Running text. Tone "caption" is small and grey."""

    text: str
    tone: Tone = ""


class Callout(NamedTuple):
    """One verdict that the reader must not miss, on a tinted ground."""

    title: str
    text: str
    tone: Tone = ""


class Bullets(NamedTuple):
    """A list of short sentences."""

    items: tuple[str, ...]


class Fact(NamedTuple):
    """One thing that is known: its name, its value, where the value comes from."""

    label: str
    value: str
    note: str = ""


class Facts(NamedTuple):
    """Facts, one a line."""

    rows: tuple[Fact, ...]


class Column(NamedTuple):
    """A table's column; `width` is its share of the table's width."""

    heading: str
    width: float = 1.0
    right: bool = False


class Cell(NamedTuple):
    """One table cell; a line break in `text` starts a second, smaller line."""

    text: str
    tone: Tone = ""


class Table(NamedTuple):
    """A table; its heading is repeated on every page and no row is cut in two."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


class Series(NamedTuple):
    """One colour of a chart: a value for each bar or point."""

    name: str
    colour: str
    values: tuple[float, ...]


class Mark(NamedTuple):
    """A line across a chart: what the machine has."""

    name: str
    value: float


class Bars(NamedTuple):
    """Horizontal bars, one per label, stacked from `series`; `spans` are low and high of the whole bar."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    marks: tuple[Mark, ...] = ()
    spans: tuple[tuple[float, float], ...] = ()


class Lines(NamedTuple):
    """Lines over x."""

    title: str
    x_label: str
    x: tuple[float, ...]
    series: tuple[Series, ...]
    unit: str
    marks: tuple[Mark, ...] = ()


class PointSeries(NamedTuple):
    """Points of one verdict: its word, its colour, and x and y of each."""

    name: str
    colour: str
    points: tuple[tuple[float, float], ...]
    tone: Tone = ""  # chooses the shape: never colour alone


class Points(NamedTuple):
    """Points on two logarithmic axes; `table` says the same where there is no picture."""

    title: str
    x_label: str
    unit: str
    series: tuple[PointSeries, ...]
    table: Table
    marks: tuple[Mark, ...] = ()


class Step(NamedTuple):
    """One step of a waterfall in the chart's unit: what is needed before it and after it; `note` stands beside."""

    label: str
    before: float
    after: float
    note: str = ""


class Waterfall(NamedTuple):
    """What each step saves: a whole bar `start` of the first step's `before`, steps that hang from it, a whole bar
    `end` of the last step's `after`. `marks` are what the machine has.
    """

    title: str
    start: str
    steps: tuple[Step, ...]
    end: str
    unit: str
    marks: tuple[Mark, ...] = ()


Chart = Bars | Lines | Points | Waterfall
Block = Paragraph | Callout | Bullets | Facts | Table | Bars | Lines | Points | Waterfall


class Section(NamedTuple):
    """A titled part of the report. `level` 1 is numbered by the builder, 2 is a part of the section before it."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language, ready for any format."""

    title: str
    subtitle: str
    language: str
    created: date
    generator: str
    sections: tuple[Section, ...]
