"""What stands around a plot: figures, a legend, the labels of what the machine has, none over another."""

from collections.abc import Callable, Sequence

from advisor.i18n import translator
from advisor.report.document import Mark
from advisor.report.drawing import Rect, Shape, Text, shortened, text_width

SMALL = 7.5  # points
ROW = 4.2  # mm of a line of small text
LONGEST = 58.0  # mm of a label beside a bar

Scale = Callable[[float], float]


def figure(value: float) -> str:
    """A figure as it stands beside a bar or tick: three digits."""
    return translator("en").number(value)


def tick_text(value: float) -> str:
    """A tick's value without needless zeros."""
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def log_span(values: Sequence[float]) -> tuple[float, float]:
    """The ends of a logarithmic axis around `values`, which are above 0."""
    return min(values) / 1.4, max(values) * 1.4


def top(longest: float, marks: Sequence[Mark], room: float = 1.12) -> float:
    """The end of an axis: the longest bar, and any mark that is not far outside; never 0."""
    return max([longest, *(m.value for m in marks if m.value <= 4 * longest)]) * room or 1.0


def legend(
    names: Sequence[tuple[str, str]], width: float, y: float, *, squares: bool = True
) -> tuple[list[Shape], float]:
    """Coloured squares with names, in as many rows as they need, and the y below them; nothing for a single name.

    Without `squares` the names themselves are coloured: they begin with the shape that stands for them.
    """
    shapes: list[Shape] = []
    if len(names) < 2:
        return shapes, y
    x = 0.0
    for name, colour in names:
        shown = shortened(name, 60, SMALL)
        wide = 4 + text_width(shown, SMALL) + 3
        if x and x + wide > width:
            x, y = 0.0, y + ROW
        if squares:
            shapes += [Rect(x, y + 0.6, 2.6, 2.6, colour), Text(x + 3.6, y + 2.9, shown, SMALL)]
        else:
            shapes.append(Text(x, y + 2.9, shown, SMALL, colour))
        x += wide
    return shapes, y + ROW + 1


def mark_rows(
    marks: Sequence[Mark], x: Scale, end: float, right: float, y: float
) -> tuple[list[Shape], list[float], float]:
    """Labels of vertical marks above a plot, none over another: shapes, x of the lines to draw, y below the labels.

    A mark beyond the axis's `end` is named at the right edge with an arrow.
    """
    shapes: list[Shape] = []
    lines: list[float] = []
    taken: list[float] = []  # where each row of labels ends on its left side
    for mark in sorted(marks, key=lambda m: -m.value):
        beyond = mark.value > end
        text = f"{shortened(mark.name, 50, SMALL)}{' →' if beyond else ''}"
        wide = text_width(text, SMALL)
        place = right if beyond else x(mark.value)
        start = min(place + 1, right - wide)
        row = next((i for i, left in enumerate(taken) if start + wide + 2 <= left), len(taken))
        taken[row : row + 1] = [start]
        shapes.append(Text(start, y + row * ROW + 2.9, text, SMALL))
        if not beyond:
            lines.append(place)
    return shapes, lines, y + len(taken) * ROW + (1 if taken else 0)
