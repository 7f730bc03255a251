"""How the PDF and the page of the web are put together: contents, headings that stay with their text, whole tables."""

import re
import shutil
import subprocess
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from advisor import report
from advisor.palette import LIGHT
from advisor.report import html, pdf
from advisor.report.document import Block, Bullets, Cell, Column, Document, Paragraph, Section, Table
from advisor.workload import Workload
from tests.machines import g480, rtx4090_desktop

DAY = date(2026, 11, 22)
VOID = {"meta", "br", "col", "line", "rect", "circle", "polyline", "polygon"}


def document(*sections: Section) -> Document:
    return Document("Title", "Subtitle", "en", DAY, "Program 0", sections)


def pages(data: bytes, tmp_path: Path) -> list[str]:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60)
    return run.stdout.decode().split("\f")[:-1]


def table(rows: int, name: str) -> Table:
    columns = (Column("Head"), Column("Figure", right=True))
    return Table(columns, tuple((Cell(f"{name}{i}"), Cell("1")) for i in range(rows)))


def filler(lines: int) -> Paragraph:
    return Paragraph("\n".join(f"line {i}" for i in range(lines)))


@pytest.mark.parametrize("lines", range(36, 47))
@pytest.mark.parametrize("block", [table(3, "row"), Bullets(("row0", "row1", "row2")), Paragraph("row0")])
def test_no_heading_stands_at_the_end_of_a_page(lines: int, block: Block, tmp_path: Path) -> None:
    """However far down the page it comes, a heading is on the page of what follows it."""
    data = pdf.render(document(Section("First", (filler(lines),)), Section("Heading", (block,))))
    page = next(page for page in pages(data, tmp_path) if "Heading" in page)
    assert "row0" in page


@pytest.mark.parametrize("lines", range(30, 47))
@pytest.mark.parametrize("block", [table(3, "row"), Bullets(("row0", "row1"))])
@pytest.mark.parametrize("above", [(), (Paragraph("Bold", "strong"),)])
def test_captions_below_leave_no_heading_behind(
    lines: int, block: Block, above: tuple[Block, ...], tmp_path: Path
) -> None:
    """What goes to the next page with its captions takes its title and the bold line above it along."""
    captions = (Paragraph("one\ntwo\nthree", "caption"), Paragraph("four\nfive", "caption"))
    blocks = (*above, block, *captions)
    shown = pages(pdf.render(document(Section("First", (filler(lines),)), Section("Heading", blocks))), tmp_path)
    page = next(page for page in shown if "Heading" in page)
    assert "row0" in page
    assert not above or "Bold" in page


@pytest.mark.parametrize("lines", range(34, 47))
def test_a_title_with_one_sentence_stays_with_the_part_below_it(lines: int, tmp_path: Path) -> None:
    parts = (Section("Heading", (Paragraph("sentence", "caption"),)), Section("Part", (table(3, "row"),), 2))
    shown = pages(pdf.render(document(Section("First", (filler(lines),)), *parts)), tmp_path)
    page = next(page for page in shown if "Heading" in page)
    assert "Part" in page
    assert "row0" in page


@pytest.mark.parametrize("lines", range(38, 47))
def test_what_introduces_and_what_explains_a_table_stays_with_it(lines: int, tmp_path: Path) -> None:
    """A bold line or one that ends with a colon stands on the page of what follows; captions on that of the table."""
    captions = (Paragraph("first caption", "caption"), Paragraph("second caption", "caption"))
    blocks = (filler(lines), Paragraph("Bold", "strong"), table(3, "row"), *captions)
    shown = pages(pdf.render(document(Section("First", blocks))), tmp_path)
    page = next(page for page in shown if "Bold" in page)
    for text in ("row0", "row2", "first caption", "second caption"):
        assert text in page


@pytest.mark.parametrize("lines", range(36, 47))
def test_no_bullet_stands_alone_on_a_page(lines: int, tmp_path: Path) -> None:
    items = tuple(f"item{i}" for i in range(12))
    shown = pages(pdf.render(document(Section("First", (filler(lines), Bullets(items))))), tmp_path)
    assert 1 not in [len(re.findall(r"item\d", page)) for page in shown]


@pytest.mark.parametrize("lines", [30, 36, 40, 44])
def test_a_small_table_stays_whole_and_a_large_one_repeats_its_head(lines: int, tmp_path: Path) -> None:
    data = pdf.render(document(Section("First", (filler(lines), table(6, "small"), table(120, "large")))))
    shown = pages(data, tmp_path)
    assert sum("small0" in page or "small5" in page for page in shown) == 1
    for page in shown:
        if re.search(r"large\d", page):
            assert "Head" in page
    assert len(re.findall(r"large\d+", "".join(shown))) == 120
    last = next(page for page in reversed(shown) if "large" in page)
    assert len(re.findall(r"large\d+", last)) >= 2


@cache
def whole(paper: str, language: str) -> bytes:
    machine = g480() if language == "zh-CN" else rtx4090_desktop()
    return report.render(machine, Workload(), language, "pdf", today=DAY, paper=paper)


@pytest.mark.parametrize(("paper", "language"), [("a4", "zh-CN"), ("letter", "en")])
def test_contents_name_the_pages_on_which_sections_begin(paper: str, language: str, tmp_path: Path) -> None:
    shown = pages(whole(paper, language), tmp_path)
    contents = re.findall(r"(\d [^\d\s][^\d\n]{1,60}?) {3,}(\d+)(?= |$)", shown[0], re.M)
    assert len(contents) == 9
    for title, page in contents:
        assert title.strip() in shown[int(page) - 1]
    for number, page_text in enumerate(shown):
        assert f"{number + 1} / {len(shown)}" in page_text


@pytest.mark.parametrize(("paper", "language", "width"), [("a4", "zh-CN", 595.28), ("letter", "en", 612.0)])
def test_numbers_of_pages_end_at_the_margin(paper: str, language: str, width: float, tmp_path: Path) -> None:
    """The last word of each page is its number of pages, flush with the text's right edge."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    path = tmp_path / "a.pdf"
    path.write_bytes(whole(paper, language))
    run = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True, timeout=60)
    ends = [
        max(float(word[0]) for word in re.findall(r'xMax="([\d.]+)" yMax="[\d.]+">(\d+)<', page) if word[1] == number)
        for page, number in (
            (page, str(run.stdout.decode().count("<page "))) for page in run.stdout.decode().split("<page ")[1:]
        )
    ]
    assert ends == [pytest.approx(width - 20 / 25.4 * 72, abs=0.5)] * len(ends)


@pytest.mark.parametrize(("paper", "language"), [("a4", "zh-CN"), ("letter", "en")])
def test_a_report_is_small(paper: str, language: str) -> None:
    assert len(whole(paper, language)) < 1 << 20


class Tags(HTMLParser):
    """Checks that every tag is closed in its order; keeps links, ids and what is asked for from elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.outside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(value or "")
            elif key == "href":
                self.links.append(value or "")
            elif key == "src" or "url(" in (value or "") or tag in ("script", "link", "img", "iframe"):
                self.outside.append(f"{tag} {key}={value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_web_page_is_well_formed_and_asks_for_nothing(language: str) -> None:
    page = report.render(g480(), Workload(), language, "html", today=DAY).decode()
    tags = Tags(page)
    assert tags.open == []
    assert tags.outside == []
    assert len(tags.ids) == len(set(tags.ids)) > 10
    assert {link.removeprefix("#") for link in tags.links} == set(tags.ids)
    assert "@import" not in page
    assert page.count("<h1>") == 1


def test_columns_of_the_web_page_are_as_wide_as_they_ask_to_be() -> None:
    """Without widths, a browser breaks short Chinese words letter by letter beside a long sentence."""
    columns = (Column("级别", 1.0), Column("决定依据", 3.0))
    page = html.render(document(Section("First", (Table(columns, ((Cell("入门级"), Cell("长句" * 200)),)),))))
    assert re.findall(r'<col style="width:([\d.]+)%">', page) == ["25.0", "75.0"]
    assert page.count('<th scope="col"') == 2


def test_pictures_follow_the_theme_of_the_page() -> None:
    """Every colour of a chart is a variable of the page, which has a value for light and one for dark."""
    page = html.render(document(Section("A", ()))) + report.render(g480(), Workload(), "en", "html", today=DAY).decode()
    used = set(re.findall(r"var\(--([a-z_]+)", page))
    assert {"weights", "text", "caption", "border", "fits"} <= used
    for name in used:
        assert len(re.findall(rf"--{name}: #", page)) >= 2, name
    assert LIGHT.text in page
