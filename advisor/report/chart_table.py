"""A chart's numbers as a table: for formats without pictures, and for readers who cannot see them."""

from advisor.i18n import translator
from advisor.report.document import Bars, Cell, Chart, Column, Table


def chart_table(chart: Chart) -> Table:
    """One row per bar or x, one column per series, figures with three digits."""
    number = translator("en").number
    labels = chart.labels if isinstance(chart, Bars) else [f"{x:,.0f}" for x in chart.x]
    first = "" if isinstance(chart, Bars) else chart.x_label
    columns = (
        Column(first, 2),
        *(Column(f"{s.name} ({chart.unit})" if s.name else chart.unit, 1, True) for s in chart.series),
    )
    rows = tuple(
        (Cell(label), *(Cell(number(s.values[i]) if s.values[i] else "–") for s in chart.series))
        for i, label in enumerate(labels)
    )
    return Table(columns, rows, chart.title)
