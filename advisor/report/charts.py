"""Draws the report's charts by matplotlib as shapes: bars, lines, points and waterfalls, as wide as their text."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from advisor.palette import LIGHT
from advisor.report import axes, plotting
from advisor.report.axes import ROW, SMALL, figure, tick_text
from advisor.report.document import Bars, Chart, Lines, Mark, Points, PointSeries, Waterfall
from advisor.report.drawing import Drawing, Shape, Text, shortened, text_width

WIDTH = 170.0  # mm: the text of an A4 page with margins of 2 cm
_PITCH, _BAR = 6.4, 4.2  # mm from bar to bar, and of a bar
_PLOT = 52.0  # mm: the height of charts with two axes
_FOOT = 9.0  # mm below a plot: the ticks' values and the axis's name
_LEFT, _RIGHT = 14.0, 4.0  # mm beside charts with two axes
_BESIDE = 1.2  # mm between a bar or a line and the text beside it
_THIN, _DASHED = 0.7, 1.0  # points: lines of ranges and of what the machine has
# A verdict's own shape, as its symbol elsewhere: circle, triangle, diamond, dash.
_MARKERS = {"tight": "^", "offload": "D", "no": "_"}


def draw(chart: Chart, width: float = WIDTH) -> Drawing:
    """`chart` as a drawing of `width` mm; its title is left to the writer."""
    match chart:
        case Bars():
            return _bars(chart, width)
        case Lines():
            return _lines(chart, width)
        case Points():
            return _points(chart, width)
        case Waterfall():
            return _waterfall(chart, width)


def _bars(chart: Bars, width: float) -> Drawing:
    above, y = axes.legend([(s.name, s.colour) for s in chart.series], width, 0.0)
    rows = list(zip(*(series.values for series in chart.series), strict=True))
    tops = [sum(values) for values in rows]
    spans = chart.spans or tuple((total, total) for total in tops)
    ends = [max(total, high) for total, (_low, high) in zip(tops, spans, strict=True)]
    plot = _Rows(chart.labels, max(ends, default=0.0), chart.marks, width, y, [figure(total) for total in tops])
    with plotting.figure(width, plot.height) as made:
        on = plot.on(made, chart.unit)
        places = range(len(chart.labels))
        starts = [[0.0, *accumulate(values)] for values in rows]
        for number, series in enumerate(chart.series):
            left = [start[number] for start in starts]
            on.barh(places, series.values, left=left, height=_BAR / _PITCH, color=series.colour)
        for place, (low, high) in enumerate(chart.spans):
            on.plot((low, high), (place, place), color=LIGHT.text, linewidth=_THIN)
            for end in (low, high):
                on.plot((end, end), (place - 0.16, place + 0.16), color=LIGHT.text, linewidth=_THIN)
        for place, (end, total) in enumerate(zip(ends, tops, strict=True)):
            plot.beside(on, end, place, figure(total))
        return plot.drawing(made, above)


def _waterfall(chart: Waterfall, width: float) -> Drawing:
    first, last = chart.steps[0].before, chart.steps[-1].after
    labels = (chart.start, *(step.label for step in chart.steps), chart.end)
    bars = [(0.0, first, LIGHT.components["weights"], figure(first))]
    for step in chart.steps:
        saves = step.after <= step.before
        colour = LIGHT.verdicts["fits"] if saves else LIGHT.components["gradients"]
        text = f"{'−' if saves else '+'}{figure(abs(step.before - step.after))}"
        low, high = sorted((step.before, step.after))
        bars.append((low, high, colour, f"{text} · {step.note}" if step.note else text))
    bars.append((0.0, last, LIGHT.components["weights"], figure(last)))
    plot = _Rows(labels, max(high for _l, high, _c, _t in bars), chart.marks, width, 0.0, [text for *_b, text in bars])
    with plotting.figure(width, plot.height) as made:
        on = plot.on(made, chart.unit)
        for place, (low, high, colour, text) in enumerate(bars):
            # A step that saves next to nothing is still a bar.
            on.barh(place, max(high - low, plot.end / 500), left=low, height=_BAR / _PITCH, color=colour)
            plot.beside(on, high, place, text)
        levels = [first, *(step.after for step in chart.steps)]
        for place, level in enumerate(levels):
            on.plot((level, level), (place + 0.33, place + 0.67), color=LIGHT.caption, linewidth=_THIN)
        return plot.drawing(made, [])


class _Rows:
    """The place of horizontal bars: labels on the left, an axis from 0, marks above, values to the right of bars."""

    def __init__(
        self, labels: tuple[str, ...], longest: float, marks: tuple[Mark, ...], width: float, y: float, texts: list[str]
    ) -> None:
        self._labels, self._width = labels, width
        self._left = min(axes.LONGEST, max((text_width(label, SMALL) for label in labels), default=0.0)) + 2
        room = max((text_width(text, SMALL) for text in texts), default=0.0) + 3
        end = axes.top(longest, marks, room=1.02)
        # The longest bar leaves room for its value.
        self._span = width - self._left - 2
        self._per_mm = max(end / self._span, longest / max(self._span - room, 20.0))
        self.end = self._per_mm * self._span
        self._marks, self._lines, self._y = axes.mark_rows(marks, self._x, self.end, width, y)
        self._bottom = self._y + 1 + _PITCH * len(labels)
        self.height = self._bottom + _FOOT

    def _x(self, value: float) -> float:
        return self._left + value / self._per_mm

    def on(self, made: Any, unit: str) -> Any:
        """The axes of `made`, dressed: grid, labels, unit and marks."""
        box = (self._left, self._y, self._left + self._span, self._bottom)
        on = _axes(made, box, self._width, self.height, unit)
        rows = len(self._labels)
        on.set_xlim(0, self.end)
        on.set_ylim(rows - 0.5, -0.5 - 1 / _PITCH)
        on.set_yticks(range(rows), [shortened(label, self._left - 2, SMALL) for label in self._labels])
        on.grid(axis="x", color=LIGHT.border, linewidth=0.6)
        for value in self._lines:
            end = (value - self._left) * self._per_mm
            on.axvline(end, color=LIGHT.text, linewidth=_DASHED, linestyle=(0, (4, 3)))
        return on

    def beside(self, on: Any, value: float, row: int, text: str) -> None:
        """Write `text` to the right of a bar that ends at `value`, past a mark's line that would cross it."""
        start, wide = self._x(value) + _BESIDE, text_width(text, SMALL)
        for line in sorted(self._lines):
            past = line + _BESIDE
            if start - _BESIDE / 2 < line < start + wide + _BESIDE / 2 and past + wide <= self._width:
                start = past
        on.annotate(
            text, ((start - self._left) * self._per_mm, row), va="center", fontsize=SMALL, color=LIGHT.caption,
            annotation_clip=False,
        )  # fmt: skip

    def drawing(self, made: Any, above: Sequence[Shape]) -> Drawing:
        """The whole picture."""
        plotted = plotting.shapes(made, self._width, self.height)
        return Drawing(self._width, self.height, (*above, *plotted.shapes, *self._marks))


def _axes(made: Any, box: tuple[float, float, float, float], width: float, height: float, x_label: str) -> Any:
    """Axes in `box` (left, upper, right, lower edge in mm) of a figure, with a base line, small type and no ticks."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    left, upper, right, lower = box
    place = (left / width, 1 - lower / height, (right - left) / width, (lower - upper) / height)
    on = made.add_axes(place)
    on.patch.set_visible(False)
    on.set_axisbelow(True)
    for name, spine in on.spines.items():
        spine.set_visible(name == "bottom")
        spine.set(color=LIGHT.caption, linewidth=_THIN)
    on.tick_params(length=0, labelsize=SMALL, pad=3)
    for axis, colour in ((on.xaxis, LIGHT.caption), (on.yaxis, LIGHT.text)):
        axis.set_major_locator(MaxNLocator(6))
        axis.set_major_formatter(FuncFormatter(lambda value, _place: tick_text(value)))
        axis.set_tick_params(labelcolor=colour)
    on.set_xlabel(shortened(x_label, right - left, SMALL), fontsize=SMALL, color=LIGHT.caption, labelpad=3)
    return on


def _two_axes(made: Any, y0: float, y1: float, width: float, chart: Lines | Points) -> Any:
    on = _axes(made, (_LEFT, y0, width - _RIGHT, y1), width, y1 + _FOOT, chart.x_label)
    on.yaxis.set_tick_params(labelcolor=LIGHT.caption)
    on.grid(color=LIGHT.border, linewidth=0.6)
    return on


def _lines(chart: Lines, width: float) -> Drawing:
    above, y0 = axes.legend([(s.name, s.colour) for s in chart.series], width, 0.0)
    y0 += ROW
    y1 = y0 + _PLOT
    end = axes.top(max(v for s in chart.series for v in s.values), chart.marks)
    with plotting.figure(width, y1 + _FOOT) as made:
        on = _two_axes(made, y0, y1, width, chart)
        for series in chart.series:
            on.plot(chart.x, series.values, color=series.colour, linewidth=2, marker="o", markersize=4.8)
        on.set_xscale("log", base=2)
        on.set_xticks(chart.x, [f"{x:,.0f}" for x in chart.x])
        on.minorticks_off()
        on.set_ylim(0, end)
        on.grid(visible=False, axis="x")
        return _levelled(made, on, chart, above, (y0, y1, width, end))


def _points(chart: Points, width: float) -> Drawing:
    above, y0 = axes.legend([(s.name, s.colour) for s in chart.series], width, 0.0, squares=False)
    y0 += ROW
    y1 = y0 + _PLOT + 8
    every = [point for s in chart.series for point in s.points]
    xs, ys = (axes.log_span([point[axis] for point in every]) for axis in (0, 1))
    with plotting.figure(width, y1 + _FOOT) as made:
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # only after plotting has loaded it

        on = _two_axes(made, y0, y1, width, chart)
        on.set_xscale("log")
        on.set_yscale("log")
        for axis in (on.xaxis, on.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 3)))
            axis.set_major_formatter(FuncFormatter(lambda value, _place: tick_text(value)))
            axis.set_minor_formatter(NullFormatter())
        on.minorticks_off()
        on.set_xlim(*xs)
        on.set_ylim(*ys)
        for series in chart.series:
            _scatter(on, series)
        marks = tuple(mark for mark in chart.marks if mark.value >= ys[0])
        return _levelled(made, on, chart._replace(marks=marks), above, (y0, y1, width, ys[1]))


def _scatter(on: Any, series: PointSeries) -> None:
    if series.points:
        xs, ys = zip(*series.points, strict=True)
        marker = _MARKERS.get(series.tone, "o")
        on.plot(xs, ys, linestyle="none", marker=marker, markersize=4.6, color=series.colour, markeredgewidth=(
            1.6 if marker == "_" else 0))  # fmt: skip


def _levelled(
    made: Any, on: Any, chart: Lines | Points, above: Sequence[Shape], place: tuple[float, float, float, float]
) -> Drawing:
    """The picture with what the machine has as dashed levels; what lies above the plot is named at its upper edge."""
    y0, y1, width, end = place
    names = []
    for mark in chart.marks:
        if mark.value > end:
            names.append(shortened(mark.name, 50, SMALL))
            continue
        on.axhline(mark.value, color=LIGHT.text, linewidth=_DASHED, linestyle=(0, (4, 3)))
        on.annotate(
            shortened(mark.name, 60, SMALL), (0, mark.value), xycoords=("axes fraction", "data"), xytext=(3, 2),
            textcoords="offset points", fontsize=SMALL, color=LIGHT.text, annotation_clip=False,
        )  # fmt: skip
    texts: list[Shape] = [Text(0, y0 - 1.5, shortened(chart.unit, 60, SMALL), SMALL, LIGHT.caption)]
    if names:
        texts.append(Text(width - _RIGHT, y0 - 1.5, f"{', '.join(names)} ↑", SMALL, LIGHT.text, "end"))
    plotted = plotting.shapes(made, width, y1 + _FOOT)
    return Drawing(width, y1 + _FOOT, (*above, *plotted.shapes, *texts))
