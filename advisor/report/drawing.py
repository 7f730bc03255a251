"""A picture as shapes in millimetres, y downwards, that the PDF writer and the SVG writer both draw.

Text stays text, so that it can be searched, and a picture costs no library: see docs/decisions.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from advisor.palette import LIGHT

MM_PER_POINT = 25.4 / 72
Anchor = Literal["start", "middle", "end"]


class Rect(NamedTuple):
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str


class Line(NamedTuple):
    """A straight line; `width` in mm."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = LIGHT.border
    width: float = 0.2
    dashed: bool = False


class Path(NamedTuple):
    """A line through points, or with `fill` the closed shape between them."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 0.6
    fill: bool = False


class Dot(NamedTuple):
    """A filled circle."""

    x: float
    y: float
    radius: float
    fill: str


class Text(NamedTuple):
    """One line of text; x, y is its anchor on the baseline, `size` in points."""

    x: float
    y: float
    text: str
    size: float = 8.0
    colour: str = LIGHT.text
    anchor: Anchor = "start"
    bold: bool = False


Shape = Rect | Line | Path | Dot | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on a ground of `width` by `height` mm, drawn in their order."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def text_width(text: str, size: float = 8.0) -> float:
    """About how wide `text` is in mm at `size` points in any of the fonts that may show it, rather too wide."""
    return sum(_share(character) for character in text) * size * MM_PER_POINT


def _share(character: str) -> float:
    """A character's width as a share of the letter height."""
    if ord(character) >= 0x2E80:
        return 1.0
    if character in "iljtf.,:;|!'() ·":
        return 0.34
    return 0.66 if character.isupper() or character in "mw" else 0.56


def shortened(text: str, width: float, size: float = 8.0) -> str:
    """`text` as much as `width` mm hold, with an ellipsis where something is left out."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[: -max(1, len(text) // 16)]
    return text.rstrip() + "…"
