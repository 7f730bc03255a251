"""Draws the report's charts as shapes: bars, lines, points and waterfalls, as wide as the text they stand in."""

import math
from itertools import accumulate

from advisor.palette import LIGHT
from advisor.report import axes
from advisor.report.axes import ROW, SMALL, figure, tick_text
from advisor.report.document import Bars, Chart, Lines, Mark, Points, Waterfall
from advisor.report.drawing import Dot, Drawing, Line, Path, Rect, Shape, Text, shortened, text_width

WIDTH = 170.0  # mm: the text of an A4 page with margins of 2 cm
_PITCH, _BAR = 6.4, 4.2  # mm from bar to bar, and of a bar
_PLOT = 52.0  # mm: the height of charts with two axes
_FOOT = 9.0  # mm below a plot: the ticks' values and the axis's name
_BIG, _RADIUS = 0.7, 0.85  # mm: a line's width, a point's radius


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
    shapes, y = axes.legend([(s.name, s.colour) for s in chart.series], width, 0.0)
    rows = list(zip(*(series.values for series in chart.series), strict=True))
    tops = [sum(values) for values in rows]
    ends = [max(total, high) for total, (_low, high) in zip(tops, _spans(chart, tops), strict=True)]
    plot = _Plot(chart.labels, max(ends, default=0.0), chart.marks, width, y, [figure(total) for total in tops])
    shapes += plot.frame(len(chart.labels), chart.unit)
    for number, (values, (low, high)) in enumerate(zip(rows, _spans(chart, tops), strict=True)):
        y = plot.row(number)
        shapes.append(plot.label(number))
        right = list(accumulate(values))
        for series, value, end in zip(chart.series, values, right, strict=True):
            if value > 0:
                shapes.append(Rect(plot.x(end - value), y, plot.x(end) - plot.x(end - value), _BAR, series.colour))
        if chart.spans:
            middle = y + _BAR / 2
            shapes += [Line(plot.x(a), middle - h, plot.x(b), middle + h, LIGHT.text, 0.25)
                       for a, b, h in ((low, high, 0.0), (low, low, 1.0), (high, high, 1.0))]  # fmt: skip
        shapes.append(Text(plot.x(ends[number]) + 1.2, y + 3.1, figure(tops[number]), SMALL, LIGHT.caption))
    return Drawing(width, plot.bottom + _FOOT, tuple(shapes))


def _spans(chart: Bars, tops: list[float]) -> tuple[tuple[float, float], ...]:
    return chart.spans or tuple((total, total) for total in tops)


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
    plot = _Plot(labels, max(high for _l, high, _c, _t in bars), chart.marks, width, 0.0, [text for *_b, text in bars])
    shapes = plot.frame(len(labels), chart.unit)
    for number, (low, high, colour, text) in enumerate(bars):
        y = plot.row(number)
        shapes += [plot.label(number), Rect(plot.x(low), y, max(plot.x(high) - plot.x(low), 0.3), _BAR, colour)]
        shapes.append(Text(plot.x(high) + 1.2, y + 3.1, text, SMALL, LIGHT.caption))
        if number < len(bars) - 1:
            level = plot.x(first if number == 0 else chart.steps[number - 1].after)
            shapes.append(Line(level, y + _BAR, level, plot.row(number + 1), LIGHT.caption, 0.2))
    return Drawing(width, plot.bottom + _FOOT, tuple(shapes))


class _Plot:
    """The place of horizontal bars: labels on the left, an axis from 0, marks above, values to the right of bars."""

    def __init__(
        self, labels: tuple[str, ...], longest: float, marks: tuple[Mark, ...], width: float, y: float, texts: list[str]
    ) -> None:
        self._labels = labels
        self.left = min(axes.LONGEST, max((text_width(label, SMALL) for label in labels), default=0.0)) + 2
        room = max((text_width(text, SMALL) for text in texts), default=0.0) + 3
        self._end = axes.top(longest, marks, room=1.02)
        # The longest bar leaves room for its value.
        span = width - self.left - 2
        self._per_mm = max(self._end / span, longest / max(span - room, 20.0))
        self._end = self._per_mm * span
        self._marks, lines, self._y = axes.mark_rows(marks, self.x, self._end, width, y)
        self._lines = lines
        self.bottom = self._y + 1 + _PITCH * len(labels)

    def x(self, value: float) -> float:
        """Where a value lies, in mm."""
        return self.left + value / self._per_mm

    def row(self, number: int) -> float:
        """The upper edge of a bar."""
        return self._y + 1 + _PITCH * number + (_PITCH - _BAR) / 2

    def label(self, number: int) -> Text:
        """The words left of a bar."""
        shown = shortened(self._labels[number], self.left - 2, SMALL)
        return Text(self.left - 2, self.row(number) + 3.1, shown, SMALL, LIGHT.text, "end")

    def frame(self, rows: int, unit: str) -> list[Shape]:
        """Grid, axis, unit and marks."""
        y0, y1 = self._y, self._y + 1 + _PITCH * rows
        shapes: list[Shape] = list(axes.grid(axes.ticks(self._end), self.x, y0, y1, tick_text))
        shapes.append(Line(self.left, y1, self.x(self._end), y1, LIGHT.caption, 0.25))
        shapes.append(Text(self.x(self._end / 2), y1 + 7.4, shortened(unit, 60, SMALL), SMALL, LIGHT.caption, "middle"))
        shapes += self._marks
        shapes += [Line(x, y0, x, y1, LIGHT.text, 0.35, True) for x in self._lines]
        return shapes


def _lines(chart: Lines, width: float) -> Drawing:
    shapes, y0 = axes.legend([(s.name, s.colour) for s in chart.series], width, 0.0)
    y0 += ROW
    left, right, y1 = 14.0, width - 4, y0 + _PLOT
    end = axes.top(max(v for s in chart.series for v in s.values), chart.marks)
    low, high = math.log2(chart.x[0]), math.log2(chart.x[-1])

    def x(value: float) -> float:
        return left + 6 + (right - left - 6) * (math.log2(value) - low) / ((high - low) or 1.0)

    def y(value: float) -> float:
        return y1 - (y1 - y0) * value / end

    for value in axes.ticks(end, 5):
        shapes.append(Line(left, y(value), right, y(value)))
        shapes.append(Text(left - 1.5, y(value) + 1, tick_text(value), SMALL, LIGHT.caption, "end"))
    shapes += [Text(x(v), y1 + 3.6, f"{v:,.0f}", SMALL, LIGHT.caption, "middle") for v in chart.x]
    shapes.append(
        Text((left + right) / 2, y1 + 7.4, shortened(chart.x_label, 120, SMALL), SMALL, LIGHT.caption, "middle")
    )
    shapes.append(Text(0, y0 - 1.5, shortened(chart.unit, 60, SMALL), SMALL, LIGHT.caption))
    shapes += _level_marks(chart.marks, y, left, right, end)
    for series in chart.series:
        places = tuple((x(a), y(b)) for a, b in zip(chart.x, series.values, strict=True))
        shapes += [Path(places, series.colour, _BIG), *(Dot(a, b, _RADIUS, series.colour) for a, b in places)]
    return Drawing(width, y1 + _FOOT, tuple(shapes))


def _level_marks(marks: tuple[Mark, ...], y: axes.Scale, left: float, right: float, end: float) -> list[Shape]:
    """What the machine has as dashed levels; what lies above the plot is named at its upper edge."""
    shapes: list[Shape] = []
    beyond = [mark for mark in marks if mark.value > end]
    for mark in marks:
        if mark.value <= end:
            shapes.append(Line(left, y(mark.value), right, y(mark.value), LIGHT.text, 0.35, True))
            shapes.append(Text(left + 1, y(mark.value) - 0.9, shortened(mark.name, 60, SMALL), SMALL))
    names = ", ".join(shortened(mark.name, 50, SMALL) for mark in beyond)
    if names:
        shapes.append(Text(right, y(end) - 1.5, f"{names} ↑", SMALL, LIGHT.text, "end"))
    return shapes


def _points(chart: Points, width: float) -> Drawing:
    shapes, y0 = axes.legend([(s.name, s.colour) for s in chart.series], width, 0.0)
    y0 += ROW
    left, right, y1 = 14.0, width - 4, y0 + _PLOT + 8
    every = [point for s in chart.series for point in s.points]
    xs, ys = (axes.log_span([point[axis] for point in every]) for axis in (0, 1))
    lows = (math.log10(xs[0]), math.log10(ys[0]))
    spans = (math.log10(xs[1]) - lows[0], math.log10(ys[1]) - lows[1])

    def x(value: float) -> float:
        return left + (right - left) * (math.log10(value) - lows[0]) / spans[0]

    def y(value: float) -> float:
        return y1 - (y1 - y0) * (math.log10(value) - lows[1]) / spans[1]

    for value in axes.log_ticks(*ys):
        shapes.append(Line(left, y(value), right, y(value)))
        shapes.append(Text(left - 1.5, y(value) + 1, tick_text(value), SMALL, LIGHT.caption, "end"))
    shapes += axes.grid(axes.log_ticks(*xs), x, y0, y1, tick_text)
    shapes.append(
        Text((left + right) / 2, y1 + 7.4, shortened(chart.x_label, 120, SMALL), SMALL, LIGHT.caption, "middle")
    )
    shapes.append(Text(0, y0 - 1.5, shortened(chart.unit, 60, SMALL), SMALL, LIGHT.caption))
    for series in chart.series:
        for point in series.points:
            shapes.append(_point(series.tone, x(point[0]), y(point[1]), series.colour))
    marks = tuple(mark for mark in chart.marks if mark.value >= ys[0])
    shapes += _level_marks(marks, y, left, right, ys[1])
    return Drawing(width, y1 + _FOOT, tuple(shapes))


def _point(tone: str, x: float, y: float, colour: str) -> Shape:
    """A verdict's own shape, as its symbol elsewhere: circle, triangle, diamond, dash."""
    r = _RADIUS
    if tone == "tight":
        return Path(((x, y - r), (x + r, y + r), (x - r, y + r)), colour, fill=True)
    if tone == "offload":
        return Path(((x, y - 1.2 * r), (x + 1.2 * r, y), (x, y + 1.2 * r), (x - 1.2 * r, y)), colour, fill=True)
    if tone == "no":
        return Line(x - r, y, x + r, y, colour, 0.45)
    return Dot(x, y, r, colour)
