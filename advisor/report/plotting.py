"""matplotlib's figures as shapes in millimetres: it lays charts out, the report's writers draw them as vectors.

Imported only when a chart is drawn. Text stays text, so that it is searched, copied and set in the report's own font.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path as File
from typing import Any

from advisor import RESOURCES
from advisor.report.drawing import MM_PER_POINT, Anchor, Dot, Drawing, Line, Path, Rect, Shape, Text, text_width

_FONT_LIST = RESOURCES / "fonts" / "matplotlib-fonts.json"
_DPI = 72  # one pixel is one point
_ANCHORS: dict[str, Anchor] = {"left": "start", "center": "middle", "right": "end"}
_CURVE, _CLOSE = 4, 79  # matplotlib.path.Path.CURVE4 and CLOSEPOLY
# Of the letter height: how high a line of text stands above its baseline, and hangs below it.
_ASCENT, _DESCENT = 0.74, 0.2


@contextmanager
def figure(width: float, height: float) -> Iterator[Any]:
    """A matplotlib figure of `width` by `height` mm without a ground of its own, to be drawn by `shapes`."""
    figure_class, _renderer, settings = _matplotlib()
    # A name with two dollar signs is no formula.
    with settings({"text.parse_math": False, "axes.unicode_minus": True}):
        made = figure_class(figsize=(width / 25.4, height / 25.4), dpi=_DPI)
        made.patch.set_visible(False)
        yield made


def shapes(made: Any, width: float, height: float) -> Drawing:
    """What `made` shows as a drawing of `width` by `height` mm."""
    _figure, renderer_class, _settings = _matplotlib()
    renderer = renderer_class(width, height)
    made.draw(renderer)
    return Drawing(width, height, tuple(renderer.shapes))


@cache
def _matplotlib() -> tuple[Any, Any, Any]:
    """Figure, our renderer and rc_context, loaded without a scan of the system's fonts.

    matplotlib builds a cache of every font in the user's home when it is first imported: seconds, and impossible
    where the home is read-only. A folder of our own with a ready list of matplotlib's fonts spares both; a list
    that another version of matplotlib does not know is passed over by it.
    """
    with _own_folder():
        import matplotlib.artist

        # Importing figures writes a page of documentation for each of a hundred classes: a tenth of a second.
        matplotlib.artist.kwdoc = lambda artist: ""  # noqa: ARG005
        from matplotlib.backend_bases import RendererBase
        from matplotlib.figure import Figure
    return Figure, _renderer(RendererBase), matplotlib.rc_context


@contextmanager
def _own_folder() -> Iterator[None]:
    if "matplotlib" in sys.modules:
        yield
        return
    before = os.environ.get("MPLCONFIGDIR")
    folder = tempfile.mkdtemp(prefix="advisor-")
    version = json.loads(_FONT_LIST.read_text("utf-8"))["_version"]
    shutil.copyfile(_FONT_LIST, File(folder) / f"fontlist-v{version}.json")
    os.environ["MPLCONFIGDIR"] = folder
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("MPLCONFIGDIR", None)
        else:
            os.environ["MPLCONFIGDIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


def _renderer(base: Any) -> Any:
    """The class that matplotlib draws with, on top of its RendererBase."""

    class Shapes(base):  # type: ignore[misc]  # the base is loaded late
        """Gathers shapes; lengths come in points from the lower left corner, and leave in mm from the upper left."""

        def __init__(self, width: float, height: float) -> None:
            super().__init__()
            self._width, self._height = width, height
            self.shapes: list[Shape] = []

        def flipy(self) -> bool:
            return False

        def get_canvas_width_height(self) -> tuple[float, float]:
            return self._width / MM_PER_POINT, self._height / MM_PER_POINT

        def points_to_pixels(self, points: float) -> float:
            return points

        def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:  # noqa: ARG002
            size = prop.get_size_in_points()
            return text_width(s, size) / MM_PER_POINT, (_ASCENT + _DESCENT) * size, _DESCENT * size

        def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:  # noqa: N803
            pieces = path.iter_segments(transform, curves=False, simplify=False, remove_nans=True)
            # The last vertex of a closed path is a placeholder.
            points = tuple(self._place(*vertices[-2:]) for vertices, code in pieces if code != _CLOSE)
            if len(points) < 2:
                return
            if rgbFace is not None and (len(rgbFace) < 4 or rgbFace[3] > 0):
                self.shapes.append(_filled(points, _hexadecimal(rgbFace)))
            elif gc.get_linewidth() > 0 and gc.get_rgb()[3] > 0:
                self._stroke(gc, points)

        def _stroke(self, gc: Any, points: tuple[tuple[float, float], ...]) -> None:
            colour, width = _hexadecimal(gc.get_rgb()), gc.get_linewidth() * MM_PER_POINT
            if len(points) == 2:
                dashed = bool(gc.get_dashes()[1])
                self.shapes.append(Line(*points[0], *points[1], colour, width, dashed))
            else:
                self.shapes.append(Path(points, colour, width))

        def draw_markers(
            self,
            gc: Any,
            marker_path: Any,
            marker_trans: Any,
            path: Any,
            trans: Any,
            rgbFace: Any = None,  # noqa: N803
        ) -> None:
            round_ = marker_path.codes is not None and _CURVE in marker_path.codes
            if not round_ or rgbFace is None:
                super().draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)
                return
            radius = float(marker_path.get_extents(marker_trans).width) / 2 * MM_PER_POINT
            for vertices, _code in path.iter_segments(trans, simplify=False):
                self.shapes.append(Dot(*self._place(*vertices[-2:]), radius, _hexadecimal(rgbFace)))

        def draw_text(
            self,
            gc: Any,
            x: float,
            y: float,
            s: str,
            prop: Any,
            angle: float,  # noqa: ARG002
            ismath: Any = False,  # noqa: ARG002
            mtext: Any = None,
        ) -> None:
            anchor: Anchor = "start"
            if mtext is not None:
                # Anchored where it was asked for: how wide it is in the reader's font is not known here.
                anchor = _ANCHORS[mtext.get_horizontalalignment()]
                x = mtext.get_transform().transform(mtext.get_unitless_position())[0]
            left, top = self._place(x, y)
            bold = prop.get_weight() in ("bold", "semibold")
            self.shapes.append(Text(left, top, s, prop.get_size_in_points(), _hexadecimal(gc.get_rgb()), anchor, bold))

        def _place(self, x: float, y: float) -> tuple[float, float]:
            return float(x) * MM_PER_POINT, self._height - float(y) * MM_PER_POINT

    return Shapes


def _filled(points: tuple[tuple[float, float], ...], colour: str) -> Shape:
    """A rectangle where the corners are those of one, else the closed shape."""
    corners = points[:-1] if len(points) > 2 and points[0] == points[-1] else points
    xs, ys = sorted({round(x, 4) for x, _y in corners}), sorted({round(y, 4) for _x, y in corners})
    if len(corners) == 4 and len(xs) <= 2 and len(ys) <= 2:
        return Rect(xs[0], ys[0], xs[-1] - xs[0], ys[-1] - ys[0], colour)
    return Path(corners, colour, fill=True)


def _hexadecimal(colour: Any) -> str:
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in colour[:3])
