"""A drawing as SVG inside a page: colours follow the page's theme by its variables."""

from html import escape

from advisor.palette import LIGHT
from advisor.report.drawing import MM_PER_POINT, Dot, Drawing, Line, Path, Rect, Shape, Text

# The page's variable for each colour of the light palette; a colour that is none of them stays itself.
VARIABLES = {
    **{colour: name for name, colour in LIGHT.components.items()},
    **{colour: name for name, colour in LIGHT.verdicts.items()},
    LIGHT.border: "border",
    LIGHT.caption: "caption",
    LIGHT.text: "text",
    LIGHT.accent: "accent",
    LIGHT.card: "card",
}


def svg(drawing: Drawing, title: str) -> str:
    """`drawing` as an svg element as wide as what it stands in, told to screen readers as `title`."""
    parts = "".join(_shape(shape) for shape in drawing.shapes)
    return (
        f'<svg viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">{parts}</svg>'
    )


def _shape(shape: Shape) -> str:
    match shape:
        case Rect():
            box = f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}"'
            return f'<rect {box} style="fill:{_colour(shape.fill)}"/>'
        case Line():
            ends = f'x1="{_n(shape.x1)}" y1="{_n(shape.y1)}" x2="{_n(shape.x2)}" y2="{_n(shape.y2)}"'
            dashes = ' stroke-dasharray="1.2 0.9"' if shape.dashed else ""
            return f'<line {ends}{dashes} style="stroke:{_colour(shape.colour)};stroke-width:{_n(shape.width)}"/>'
        case Path():
            points = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.points)
            if shape.fill:
                return f'<polygon points="{points}" style="fill:{_colour(shape.colour)}"/>'
            style = f"fill:none;stroke:{_colour(shape.colour)};stroke-width:{_n(shape.width)}"
            return f'<polyline points="{points}" style="{style}"/>'
        case Dot():
            place = f'cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}"'
            return f'<circle {place} style="fill:{_colour(shape.fill)}"/>'
        case Text():
            anchor = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
            weight = ' font-weight="600"' if shape.bold else ""
            place = f'x="{_n(shape.x)}" y="{_n(shape.y)}" font-size="{_n(shape.size * MM_PER_POINT)}"'
            return f'<text {place}{anchor}{weight} style="fill:{_colour(shape.colour)}">{escape(shape.text)}</text>'


def _colour(colour: str) -> str:
    name = VARIABLES.get(colour)
    return colour if name is None else f"var(--{name},{colour})"


def _n(value: float) -> str:
    """A length with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
