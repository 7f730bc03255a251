"""Draws the report's charts as PNG by matplotlib, imported only here and only when a chart is drawn."""

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

from advisor import RESOURCES
from advisor.palette import LIGHT
from advisor.report.document import Bars, Chart, Lines, Mark

FONT = RESOURCES / "fonts" / "AdvisorSansSC-Regular.otf"
_FONT_LIST = RESOURCES / "fonts" / "matplotlib-fonts.json"
_WIDTH_INCHES = 6.7  # 17 cm: the text width of an A4 page with 2 cm margins
_DPI = 180
_LONGEST = 48  # letters of a label


def png(chart: Chart) -> bytes:
    """`chart` as a PNG picture, as wide as the text of an A4 page."""
    with _matplotlib() as (figure_class, canvas_class, properties):
        font = properties(fname=str(FONT), size=8)
        height = 1.25 + 0.3 * len(chart.labels) if isinstance(chart, Bars) else 3.0
        figure = figure_class(figsize=(_WIDTH_INCHES, height), dpi=_DPI, layout="constrained")
        canvas = canvas_class(figure)
        axes = figure.add_subplot()
        if isinstance(chart, Bars):
            _bars(axes, chart, font)
        else:
            _lines(axes, chart, font)
        _dress(figure, axes, font)
        output = io.BytesIO()
        # Figure.savefig would lay everything out once more for other formats' sake, and draw twice.
        canvas.print_png(output, metadata={"Software": None})
        return output.getvalue()


@contextmanager
def _matplotlib() -> Iterator[tuple[Any, Any, Any]]:
    """Figure, Agg canvas and FontProperties, loaded without a scan of the system's fonts.

    matplotlib builds a cache of every font in the user's home when it is first imported: seconds, and impossible
    where the home is read-only. A folder of our own with a ready list of matplotlib's fonts spares both; a list
    that another version of matplotlib does not know is passed over by it.
    """
    folder: str | None = None
    before = os.environ.get("MPLCONFIGDIR")
    if "matplotlib" not in sys.modules:
        folder = tempfile.mkdtemp(prefix="advisor-")
        version = json.loads(_FONT_LIST.read_text("utf-8"))["_version"]
        shutil.copyfile(_FONT_LIST, Path(folder) / f"fontlist-v{version}.json")
        os.environ["MPLCONFIGDIR"] = folder
    try:
        import matplotlib.artist

        # Importing figures writes a page of documentation for each of a hundred classes: a tenth of a second.
        matplotlib.artist.kwdoc = lambda artist: ""  # noqa: ARG005
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.font_manager import FontProperties

        # A name with two dollar signs is no formula.
        with matplotlib.rc_context({"text.parse_math": False}):
            yield Figure, FigureCanvasAgg, FontProperties
    finally:
        if folder is not None:
            if before is None:
                os.environ.pop("MPLCONFIGDIR", None)
            else:
                os.environ["MPLCONFIGDIR"] = before
            shutil.rmtree(folder, ignore_errors=True)


def _bars(axes: Any, chart: Bars, font: Any) -> None:
    places = range(len(chart.labels))
    tops = [list(accumulate(values)) for values in zip(*(s.values for s in chart.series), strict=True)]
    for number, series in enumerate(chart.series):
        left = [tops[i][number] - value for i, value in enumerate(series.values)]
        axes.barh(places, series.values, left=left, color=series.colour, height=0.62, label=_short(series.name))
    for place, (low, high) in enumerate(chart.spans):
        axes.plot((low, high), (place, place), color=LIGHT.text, linewidth=1, marker="|", markersize=6)
    for mark in chart.marks:
        axes.axvline(mark.value, color=LIGHT.text, linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate(
            _short(mark.name), (mark.value, 1),
            xycoords=("data", "axes fraction"), xytext=(3, 3), textcoords="offset points",
            fontproperties=font, color=LIGHT.text,
        )  # fmt: skip
    axes.set_yticks(list(places), [_short(label) for label in chart.labels])
    axes.invert_yaxis()
    axes.set_xlabel(_short(chart.unit), fontproperties=font, color=LIGHT.caption)
    longest = max(tops[i][-1] for i in places) if chart.labels else 0.0
    axes.set_xlim(0, _top(max([longest, *(high for _, high in chart.spans)]), chart.marks))
    axes.grid(axis="x", color=LIGHT.border, linewidth=0.6)


def _lines(axes: Any, chart: Lines, font: Any) -> None:
    for series in chart.series:
        axes.plot(
            chart.x,
            series.values,
            color=series.colour,
            linewidth=1.8,
            marker="o",
            markersize=3,
            label=_short(series.name),
        )
    for mark in chart.marks:
        axes.axhline(mark.value, color=LIGHT.text, linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate(
            _short(mark.name), (0, mark.value),
            xycoords=("axes fraction", "data"), xytext=(4, 3), textcoords="offset points",
            fontproperties=font, color=LIGHT.text,
        )  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(chart.x), [f"{x:,.0f}" for x in chart.x])
    axes.minorticks_off()
    axes.set_xlabel(_short(chart.x_label), fontproperties=font, color=LIGHT.caption)
    axes.set_ylabel(_short(chart.unit), fontproperties=font, color=LIGHT.caption)
    axes.set_ylim(0, _top(max(v for s in chart.series for v in s.values), chart.marks))
    axes.grid(axis="y", color=LIGHT.border, linewidth=0.6)


def _short(name: str) -> str:
    """A name as it fits beside a chart: a file may call its model by two hundred letters."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _top(longest: float, marks: Sequence[Mark]) -> float:
    """The end of the axis: the longest bar, and any mark that is not far outside."""
    return max([longest, *(m.value for m in marks if m.value <= 4 * longest)]) * 1.12 or 1.0


def _dress(figure: Any, axes: Any, font: Any) -> None:
    axes.set_axisbelow(True)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(LIGHT.border)
    axes.tick_params(length=0, colors=LIGHT.text)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font)
    handles, names = axes.get_legend_handles_labels()
    if len(names) > 1:
        figure.legend(handles, names, loc="outside upper left", ncols=min(len(names), 5), prop=font, frameon=False)
