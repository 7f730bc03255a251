"""A chart's numbers as a table: for formats without pictures, and for readers who cannot see them."""

from advisor.i18n import translator
from advisor.report.document import Bars, Cell, Chart, Column, Lines, Points, Table, Waterfall


def chart_table(chart: Chart) -> Table:
    """One row per bar, x or step, figures with three digits."""
    match chart:
        case Points():
            return chart.table._replace(caption=chart.title)
        case Waterfall():
            return _waterfall(chart)
        case Bars() | Lines():
            return _series(chart)


def _series(chart: Bars | Lines) -> Table:
    """One column per series."""
    labels = chart.labels if isinstance(chart, Bars) else [f"{x:,.0f}" for x in chart.x]
    first = "" if isinstance(chart, Bars) else chart.x_label
    columns = (
        Column(first, 2),
        *(Column(f"{s.name} ({chart.unit})" if s.name else chart.unit, 1, True) for s in chart.series),
    )
    rows = tuple((Cell(label), *(_figure(s.values[i]) for s in chart.series)) for i, label in enumerate(labels))
    return Table(columns, rows, chart.title)


def _waterfall(chart: Waterfall) -> Table:
    """What is needed after each step, and what the step changes."""
    columns = (Column("", 2.4), Column(f"± {chart.unit}", 1, True), Column(chart.unit, 1, True), Column("", 1.6))
    shown = 4 if any(step.note for step in chart.steps) else 3
    first = (Cell(chart.start), Cell(""), _figure(chart.steps[0].before), Cell(""))
    number = translator("en").number
    rows = []
    for step in chart.steps:
        sign = "−" if step.after <= step.before else "+"
        change = Cell(f"{sign}{number(abs(step.before - step.after))}")
        rows.append((Cell(step.label), change, _figure(step.after), Cell(step.note)))
    last = (Cell(chart.end), Cell(""), _figure(chart.steps[-1].after), Cell(""))
    return Table(columns[:shown], tuple(row[:shown] for row in (first, *rows, last)), chart.title)


def _figure(value: float) -> Cell:
    return Cell(translator("en").number(value) if value else "–")
