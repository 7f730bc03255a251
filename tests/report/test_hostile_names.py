"""Names out of dumps may hold anything: in no format do they become markup, a link, a formula, or break a table.

Each report is held against the report of the same machine with plain names: the structure must be the same to the tag.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import report
from advisor.machine import Cpu, Disk, Gpu, Machine, Memory, MemoryModule, Origin
from advisor.report.charts import WIDTH, draw
from advisor.report.document import Bars, Lines, Mark, Series, Step, Waterfall
from advisor.report.drawing import Text, text_width
from advisor.report.markdown import _escape
from advisor.sources.plain import plain
from advisor.workload import Workload

GIB = 1 << 30
NAMES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><h1>x",
    "a|b|c",
    "`code` ``x``",
    "**bold** __b__ _i_ ~~gone~~",
    "[x](http://evil.example) ](http://evil.example)",
    "![x](http://evil.example/a.png)",
    "http://evil.example www.evil.example <http://evil.example> a@evil.example",
    "javascript:alert(1) &lt;b&gt; &#60;b&#62; &amp;",
    "# head\n\n- item\n1. one",
    "~~~",
    "$x^{2$ $$\\frac{$$ {nb} {name} {0}",
    "x\u202egpj.exe\u2066\u200f\x1b[31m\x00\x07\r\n",
    "y" * 10_000,
)


def machine(name: Callable[[int], str]) -> Machine:
    """Every text of it is `name` of another number; one graphics card a name."""
    said = {"usable": Origin("reported", name(3), {}), "name": Origin("reported", "{a}", {"a": name(0)})}
    return Machine(
        source="dump",
        model=name(0),
        manufacturer=name(5),
        os_name=name(6),
        os_version=name(8),
        cpu=Cpu(name=name(1), cores=4, threads=8, features=frozenset({"avx2"})),
        memory=Memory(
            total_bytes=16 * GIB, kind=name(3), speed_mts=3200, channels=2, bandwidth_bytes_per_s=51.2e9,
            modules=(MemoryModule(slot=name(4), maker=name(7), size_bytes=16 * GIB),),
        ),
        gpus=tuple(
            Gpu(name=name(at), vram_bytes=8 * GIB, driver=name(at), usable=False, origins=said)
            for at in range(len(NAMES))
        ),
        disks=(Disk(name=name(9), kind="ssd", total_bytes=500 * GIB, free_bytes=100 * GIB),),
        notes=(Origin("reported", name(2)), Origin("unknown", name(12))),
    )  # fmt: skip


@cache
def hostile(first: int = 0) -> Machine:
    return machine(lambda at: NAMES[(at + first) % len(NAMES)])


@cache
def harmless() -> Machine:
    return machine(lambda at: f"Name{at}")


@cache
def rendered(hostile_names: bool, kind: str, first: int = 0) -> bytes:
    shown = hostile(first) if hostile_names else harmless()
    return report.render(shown, Workload(), "en", kind)


class Structure(HTMLParser):
    """The tags of a page in their order, with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(f"{key}={value}" for key, value in attrs if key != "src")))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(("/" + tag, ()))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("first", [0, 8, 10, 14])
def test_html_shows_them_as_text(first: int) -> None:
    """The same tags and attributes as with plain names, and each name can be read as it is."""
    page, twin = (Structure(rendered(bad, "html", first).decode()) for bad in (True, False))
    assert page.tags == twin.tags
    for name in NAMES[:10]:
        assert name in page.text
    assert "\u202e" not in page.text
    assert max(map(len, page.text.split())) <= 400


@pytest.mark.parametrize("first", [0, 8, 10, 11, 14])
def test_markdown_keeps_its_lines_and_tables(first: int) -> None:
    """As many lines and cells as with plain names, and no sign of Markdown's own left unescaped in any of them."""
    text, twin = (rendered(bad, "md", first).decode().splitlines() for bad in (True, False))
    assert [shape(line) for line in text] == [shape(line) for line in twin]
    whole = "\n".join(text)
    assert re.search(r"(?<!\\)<(?!!-- (?:markdownlint-disable line-length )?-->)", whole) is None
    assert re.search(r"(?<!\\)\]|(?<!\\)`|(?<!\\)~|(?<!\\)\$", whole) is None
    assert re.search(r"(?<!\\)://evil|www(?<!\\)\.evil", whole) is None
    assert re.search(r"\w@\w", whole) is None


def shape(line: str) -> tuple[str, int]:
    """How a line begins, and how many cells it has."""
    begins = re.match(r"#{1,6} |- |> |>$|\||---$|\*\*|\*|\d+\. |~~~|$", line)
    return begins[0] if begins else "text", len(re.findall(r"(?<!\\)\|", line))


@given(st.text(alphabet=st.sampled_from("ab1 .:/@#$~`*_[]()<>|&;\\!-+=\n\t显"), max_size=60))
def test_every_sign_is_escaped_wherever_it_stands(text: str) -> None:
    """No run of signs leaves one of them bare; without the backslashes it is the same line again."""
    line = _escape(text)
    assert "\n" not in line
    assert re.search(r"(?<!\\)(?:\\\\)*[`*\[\]|~$>]", line.replace("<!-- -->", "")) is None
    assert re.search(r"(?<!\\)(?:\\\\)*<(?!!-- -->)", line) is None
    assert re.match(r"#{1,6}(\s|$)|[-+](\s|$)|\d{1,9}[.)](\s|$)|---|===", line) is None
    again = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", line.replace("<!-- -->", ""))
    assert again == " ".join(text.split())


@pytest.mark.parametrize("first", [0, 8, 12])
def test_a_pdf_has_no_link_and_no_more_pages(first: int, tmp_path: Path) -> None:
    """Names are cut, not stretched over pages; nothing in the file is an action or an annotation."""
    data, twin = rendered(True, "pdf", first), rendered(False, "pdf")
    for sign in (b"/URI", b"/JavaScript", b"/Launch", b"/AA"):
        assert sign not in data
    # The links of the contents lead to places in the same file; there is one for each section of level 1.
    links = re.findall(rb"<</Border.*?>>", data, re.DOTALL)
    assert [b"/Dest [" in link for link in links] == 10 * [True]
    pages = [len(re.findall(rb"/Type /Page\n", one)) for one in (data, twin)]
    assert pages[0] <= pages[1] + 2
    if shutil.which("pdftotext") is None:
        return
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    command = ["pdftotext", "-layout", str(path), "-"]
    text = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    assert "<script>alert(1)</script>" in "".join(text.split())
    assert "{nb}" in text


def test_json_is_json() -> None:
    """The names are there, as one printable line each."""
    content = json.loads(rendered(True, "json"))
    assert content["machine"]["model"] == NAMES[0]
    assert [gpu["name"] for gpu in content["machine"]["gpus"]] == [gpu.name for gpu in plain(hostile()).gpus]
    texts = json.dumps(content, ensure_ascii=False)
    assert "\u202e" not in texts
    assert "\\u001b" not in texts


@pytest.mark.parametrize("name", ["$x^{2$", "$\\frac{$", "<b>x</b>", "a\nb", "y" * 200])
def test_charts_take_any_name(name: str) -> None:
    """No name reaches beyond the picture, and all of them become text in it."""
    series = (Series(name, "#2f6bd0", (1.0, 2.0)),)
    bars = Bars(name, (name, "b"), series, "GiB", (Mark(name, 1.5),))
    lines = Lines(name, name, (1.0, 2.0), series, name, (Mark(name, 1.5),))
    falls = Waterfall(name, name, (Step(name, 3.0, 2.0, "x"), Step(name, 2.0, 1.0)), name, "GiB", (Mark(name, 1.5),))
    for chart in (bars, lines, falls):
        for shape in draw(chart).shapes:
            if isinstance(shape, Text):
                wide = text_width(shape.text, shape.size) * {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor]
                assert shape.x - wide >= -0.1
                assert shape.x <= WIDTH
