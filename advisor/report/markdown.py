"""The report as Markdown (CommonMark with tables). Charts are given as tables of their numbers."""

import re
from collections.abc import Iterator, Sequence

from advisor.i18n import N_, Translator, translator
from advisor.report.chart_table import chart_table
from advisor.report.document import (
    Bars,
    Block,
    Bullets,
    Callout,
    Cell,
    Document,
    Facts,
    Lines,
    Paragraph,
    Points,
    Section,
    Table,
    Waterfall,
)  # fmt: skip

_ITEM = N_("Item")  # the heading of a first column whose rows name themselves

# Signs of emphasis, code, links, HTML, tables and formulas; "&" where it begins an entity; what makes links by itself.
_SPECIAL = re.compile(
    r"([\\`*\[\]<>|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)|:(?=//)|(?<=\bwww)\.)", re.IGNORECASE
)
# What makes a line a heading, an item of a list or a rule.
_FIRST = re.compile(r"^(\d{0,9})([.)#+=-])(?=\s|$|[#=-])")
# Some writers make a link of every address, escaped or not; an empty comment keeps its halves apart.
_ADDRESS = re.compile(r"(?<=[\w.+-])@(?=[\w-]+\.)")

_STOPS = tuple(".,;:!?。，；：！？")
# Tables have long lines; the comment is for linters and shown by nobody.
_LONG_LINES = "<!-- markdownlint-disable line-length -->"


def render(document: Document) -> str:
    """The whole document as one Markdown text."""
    _ = translator(document.language)
    lines = [f"# {_escape(document.title)}", "", _LONG_LINES, "", _escape(document.subtitle), ""]
    for section in document.sections:
        lines += _section(section, _)
    lines += ["---", "", f"{_escape(document.generator)} · {document.created.isoformat()}", ""]
    return "\n".join(lines)


def _section(section: Section, _: Translator) -> Iterator[str]:
    yield f"{'#' * (section.level + 1)} {_escape(section.title)}"
    yield ""
    for block in section.blocks:
        yield from _block(block, _)
        yield ""


def _block(block: Block, _: Translator) -> Iterator[str]:
    match block:
        case Paragraph():
            yield _emphasised(block.text, "*", _) if block.tone == "caption" else _escape(block.text)
        case Callout():
            yield f"> **{_escape(block.title)}**"
            yield ">"
            yield f"> {_escape(block.text)}"
        case Bullets():
            yield from (f"- {_escape(item)}" for item in block.items)
        case Facts():
            yield from _rows((_(_ITEM), _("Value"), _("Source")), (), [(f.label, f.value, f.note) for f in block.rows])
        case Bars() | Lines() | Points() | Waterfall():
            yield from _block(chart_table(block), _)
        case Table():
            if block.caption:
                yield _emphasised(block.caption, "**", _)
                yield ""
            right = [i for i, column in enumerate(block.columns) if column.right]
            headings = [c.heading or (_("Note") if i else _(_ITEM)) for i, c in enumerate(block.columns)]
            yield from _rows(headings, right, [_texts(row) for row in block.rows])


def _texts(row: tuple[Cell, ...]) -> list[str]:
    return [cell.text for cell in row]


def _rows(headings: Sequence[str], right: Sequence[int], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row([_escape(heading) for heading in headings])
    yield _row(["---:" if i in right else "---" for i in range(len(headings))])
    for row in rows:
        yield _row([_escape(text) for text in row])


def _row(cells: Sequence[str]) -> str:
    """One space on either side of each cell, one for an empty cell: what linters call compact."""
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def _emphasised(text: str, sign: str, _: Translator) -> str:
    """A line in italics or bold; ended by a colon or stop, or it would be a heading in disguise."""
    shown = _escape(text)
    if shown.endswith(_STOPS):
        return f"{sign}{shown}{sign}"
    if sign != "**":
        return shown
    ended = _("{text}:", text=shown)
    return f"{sign}{ended}{sign}"


def _escape(text: str) -> str:
    """`text` with Markdown's own signs escaped, on one line."""
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _ADDRESS.sub("<!-- -->@", _FIRST.sub(r"\1\\\2", line))
