"""The four writers on one small document: content, escaping, structure, and a PDF that can be read back."""

import re
import zlib
from datetime import date

import pytest

from advisor.palette import LIGHT
from advisor.report import html, markdown, pdf
from advisor.report.charts import png
from advisor.report.document import (
    Bars,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Lines,
    Mark,
    Paragraph,
    Section,
    Series,
    Table,
)  # fmt: skip

BARS = Bars(
    "内存", ("推理", "QLoRA"), (Series("权重", LIGHT.components["weights"], (1.0, 2.0)),), "GiB", (Mark("空闲", 4.0),),
    ((0.9, 1.1), (1.5, 2.5)),
)  # fmt: skip
LINES = Lines(
    "上下文", "tokens", (1024.0, 2048.0), (Series("Qwen", "#2f6bd0", (1.0, 2.0)),), "GiB", (Mark("RAM", 3.0),)
)


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


def test_html_is_escaped_and_self_contained() -> None:
    text = html.render(document())
    assert "<tag>" not in text
    assert "&lt;tag&gt;" in text
    assert "Lenovo &lt;G480&gt;" in text
    assert 'lang="zh-CN"' in text
    assert not re.search(r"(?:src|href)=\"(?!data:image/png;base64,|#)", text)
    assert text.count("data:image/png;base64,") == 2


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


@pytest.mark.parametrize("chart", [BARS, LINES], ids=["bars", "lines"])
def test_charts_are_pngs_as_wide_as_the_text(chart: Bars | Lines) -> None:
    data = png(chart)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == int(6.7 * 180)
