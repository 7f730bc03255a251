"""The four writers on one small document: content, escaping, structure, and a PDF that can be read back."""

import dataclasses
import re
import zlib
from datetime import date

import pytest

from advisor.i18n import translator
from advisor.palette import LIGHT
from advisor.report import html, markdown, pdf
from advisor.report.charts import WIDTH, draw
from advisor.report.document import (
    Bars,
    Bullets,
    Callout,
    Cell,
    Chart,
    Column,
    Document,
    Fact,
    Facts,
    Lines,
    Mark,
    Paragraph,
    Points,
    PointSeries,
    Section,
    Series,
    Step,
    Table,
    Waterfall,
)  # fmt: skip
from advisor.report.drawing import Dot, Line, Path, Rect, Shape, Text, text_width

BARS = Bars(
    "内存", ("推理", "QLoRA"), (Series("权重", LIGHT.components["weights"], (1.0, 2.0)),), "GiB", (Mark("空闲", 4.0),),
    ((0.9, 1.1), (1.5, 2.5)),
)  # fmt: skip
LINES = Lines(
    "上下文", "tokens", (1024.0, 2048.0), (Series("Qwen", "#2f6bd0", (1.0, 2.0)),), "GiB", (Mark("RAM", 3.0),)
)

FALLS = Waterfall(
    "节省", "起点", (Step("量化", 8.0, 3.0, "质量 −1 %"), Step("检查点", 3.0, 2.5)), "终点", "GiB", (Mark("空闲", 4.0),)
)
POINTS = Points(
    "规模", "参数（十亿）", "GiB",
    (
        PointSeries("能跑", "#0b6e55", ((0.1, 0.2), (1.0, 1.5)), "fits"),
        PointSeries("装不下", "#5b6573", ((70.0, 41.0),), "no"),
    ),
    Table((Column("规模"), Column("个数")), ((Cell("小"), Cell("2")),)),
    (Mark("空闲", 4.0),),
)  # fmt: skip


def document(rows: int = 3, *, charts: bool = True) -> Document:
    table = Table(
        (Column("模型", 2), Column("显存", 1, True)),
        tuple((Cell(f"Qwen<{i}>|x"), Cell(f"● {i}.5 GiB\n9 tok/s", "fits")) for i in range(rows)),
        "矩阵",
    )
    sections = (
        Section(
            "1 配置", (Callout("入门级", "显卡 <不能> 使用", "tight"), Facts((Fact("内存", "11.7 GiB", "已报告"),)))
        ),
        Section("2 细节", (Paragraph("a*b_c [x] & <tag>"), Bullets(("一", "二")), table), 2),
        Section("3 图", (BARS, LINES) if charts else ()),
    )
    return Document("报告 & 建议", "Lenovo <G480>", "zh-CN", date(2026, 11, 22), "Hardware Advisor 0", sections)


def test_markdown_escapes_and_keeps_tables_whole() -> None:
    text = markdown.render(document())
    assert "| Qwen\\<0\\>\\|x | ● 0.5 GiB 9 tok/s |" in text
    assert "a\\*b_c \\[x\\] & \\<tag\\>" in text
    assert "### 2 细节" in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (3, 4), line


def test_markdown_heads_its_tables_with_words_of_the_readers_language() -> None:
    """Facts have no headings of their own, and a caption's colon is that of its language."""
    for language in ("en", "zh-CN"):
        _ = translator(language)
        text = markdown.render(dataclasses.replace(document(), language=language))
        assert f"| {_('Item')} | {_('Value')} | {_('Source')} |" in text
        assert f"**{_('{text}:', text='矩阵')}**" in text
        assert "| · " not in text


def test_html_is_escaped_and_self_contained() -> None:
    text = html.render(document())
    assert "<tag>" not in text
    assert "&lt;tag&gt;" in text
    assert "Lenovo &lt;G480&gt;" in text
    assert 'lang="zh-CN"' in text
    assert not re.search(r"(?:src|href)=\"(?!#)", text)
    assert text.count("<svg ") == text.count("</svg>") == 2


def test_pdf_has_bookmarks_metadata_and_repeats_its_table_head() -> None:
    """The text layer is proven elsewhere by reading it back; here structure, which needs no tool."""
    small, large = pdf.render(document(3, charts=False)), pdf.render(document(80, charts=False))
    assert small.startswith(b"%PDF-")
    assert b"/Outlines" in small
    assert small.count(b"/Type /Page\n") < large.count(b"/Type /Page\n")
    assert b"/Lang (zh-CN)" in small
    # The subset of the font that the text needs is embedded: no font of the reader's system is wanted.
    assert b"/FontFile3" in small or b"/FontFile2" in small


def test_the_same_document_gives_the_same_pdf() -> None:
    first, second = (re.sub(rb"/ID \[.*?\]", b"", pdf.render(document(charts=False))) for _ in range(2))
    assert first == second


def test_pdf_rows_never_cross_the_margin() -> None:
    """Every text baseline lies above the footer's zone or in it, none between: rows are moved whole."""
    data = pdf.render(document(120, charts=False))
    streams = [
        zlib.decompress(part) for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S) if part[:1] == b"x"
    ]
    heights = [float(y) for text in streams for y in re.findall(rb"BT [\d.]+ ([\d.]+) Td", text)]
    assert len(heights) > 200
    margin, footer = 20 / 25.4 * 72, 14 / 25.4 * 72
    assert not [y for y in heights if footer < y < margin]


@pytest.mark.parametrize("chart", [BARS, LINES, FALLS, POINTS], ids=["bars", "lines", "waterfall", "points"])
def test_charts_stay_within_their_ground(chart: Chart) -> None:
    """Every shape lies on the drawing, whose width is the one that was asked for."""
    for width in (WIDTH, 175.9):
        drawing = draw(chart, width)
        assert drawing.width == width
        for shape in drawing.shapes:
            for x, y in corners(shape):
                assert -0.1 <= x <= width + 0.1, shape
                assert -0.1 <= y <= drawing.height + 0.1, shape


def corners(shape: Shape) -> list[tuple[float, float]]:
    match shape:
        case Rect():
            return [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
        case Line():
            return [(shape.x1, shape.y1), (shape.x2, shape.y2)]
        case Path():
            return list(shape.points)
        case Dot():
            r = shape.radius
            return [(shape.x - r, shape.y - r), (shape.x + r, shape.y + r)]
        case Text():
            wide = text_width(shape.text, shape.size)
            left = shape.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * wide
            return [(left, shape.y), (left + wide, shape.y)]


def test_bars_are_as_long_as_their_values() -> None:
    """The second bar, of twice the value, is twice as long; the mark stands at its own value on the same axis."""
    drawing = draw(BARS)
    bars = [s for s in drawing.shapes if isinstance(s, Rect)]
    mark = next(s for s in drawing.shapes if isinstance(s, Line) and s.dashed)
    assert bars[1].width == pytest.approx(2 * bars[0].width)
    assert mark.x1 - bars[0].x == pytest.approx(4 * bars[0].width)


def test_a_waterfall_hangs_each_step_from_the_one_before() -> None:
    drawing = draw(FALLS)
    start, first, second, end = [s for s in drawing.shapes if isinstance(s, Rect)]
    assert first.x + first.width == pytest.approx(start.x + start.width)
    assert second.x + second.width == pytest.approx(first.x)
    assert end.x + end.width == pytest.approx(second.x)


@pytest.mark.parametrize("mark", [1.0, 2.01, 2.1, 2.2, 3.0])
def test_no_dashed_line_crosses_the_figure_beside_a_bar(mark: float) -> None:
    """What the machine has may end where a bar does; the bar's figure then stands past the line."""
    colour = LIGHT.components["weights"]
    bars = Bars("内存", ("a", "b"), (Series("", colour, (2.0, 6.0)),), "GiB", (Mark("空闲", mark),))
    falls = FALLS._replace(marks=(Mark("空闲", mark + 0.5),))
    for chart in (bars, falls):
        shapes = draw(chart).shapes
        (line,) = [s for s in shapes if isinstance(s, Line) and s.dashed]
        beside = [
            s for s in shapes if isinstance(s, Text) and s.colour == LIGHT.caption and min(line.y1, line.y2) < s.y
        ]
        beside = [s for s in beside if s.y < max(line.y1, line.y2)]
        assert len(beside) >= 2
        for text in beside:
            assert not text.x - 0.3 < line.x1 < text.x + text_width(text.text, text.size) + 0.3
