"""The report as PDF by fpdf2: contents, bookmarks, whole rows, repeated headings, text that can be searched.

Every block is laid out before it is drawn, so that a heading stays with what follows it and small tables stay whole.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import takewhile
from typing import NamedTuple

from advisor.palette import LIGHT
from advisor.report.charts import draw
from advisor.report.document import (
    Bars,
    Block,
    Bullets,
    Callout,
    Chart,
    Document,
    Facts,
    Lines,
    Paragraph,
    Points,
    Section,
    Table,
    Tone,
    Waterfall,
)
from advisor.report.pdf_pen import LINE, MARGIN, SMALL, SMALL_LINE, TEXT, Pen
from advisor.report.pdf_table import facts_rows, lay_rows, table_rows

_CONTENTS_LINE = 5.6  # mm
_LITTLE = 3.5  # mm: the most that is left free below a block
_PART_TITLE = 11.0  # mm: the title of a part, with what is above it and below it
_SHORT_LIST = 50.0  # mm: a list up to this height is not divided


class Laid(NamedTuple):
    """A block ready to be drawn: mm that it must begin with, mm in all, and its drawing, which is told how many mm of
    what follows must stay with its end.
    """

    start: float
    whole: float
    draw: Callable[[float], None]
    caption: bool = False  # stays with what is above it
    leads: bool = False  # stays with what is below it


class _Heading(NamedTuple):
    """Where a section begins."""

    title: str
    page: int
    y: float


def render(document: Document, paper: str = "a4", reached: Callable[[float], None] = lambda _share: None) -> bytes:
    """The whole document as a PDF file on `paper`, "a4" or "letter"; `reached` is told the share of sections done."""
    pen = Pen(document, paper)
    _title(pen, document)
    places = _contents_place(pen, document)
    headings: list[_Heading] = []
    sections = document.sections
    for number, section in enumerate(sections):
        laid = _layout(pen, section)
        needed = _beginning(laid)
        if number + 1 < len(sections) and sum(block.whole for block in laid) <= 3 * LINE:
            # A title with next to no text of its own stays with the first part below it.
            below = _beginning(_layout(pen, sections[number + 1]))
            needed = sum(block.whole for block in laid) + _PART_TITLE + below
        headings += _section_title(pen, section, needed)
        _draw(laid)
        reached((number + 1) / len(sections))
    _contents(pen, places, headings)
    pen.number_pages()
    return bytes(pen.pdf.output())


def _title(pen: Pen, document: Document) -> None:
    """The head of the first page."""
    pen.font(22, bold=True)
    pen.print(pen.lines(document.title, pen.width), MARGIN, pen.width, 10)
    pen.font(TEXT, colour=LIGHT.caption)
    pen.print(pen.lines(document.subtitle, pen.width), MARGIN, pen.width, LINE)
    pen.pdf.set_fill_color(LIGHT.accent)
    pen.pdf.rect(MARGIN, pen.y + 2, 24, 1, style="F")
    pen.down(7)


# --- contents -----------------------------------------------------------------------------------------------------


def _contents_place(pen: Pen, document: Document) -> tuple[float, int]:
    """Keep room for the contents: where they begin, and how many rows of two columns they have."""
    count = sum(section.level == 1 for section in document.sections)
    rows = (count + 1) // 2 if count > 2 else 0
    top = pen.y
    pen.down(rows * _CONTENTS_LINE + (2 if rows else 0))
    return top, rows


def _contents(pen: Pen, place: tuple[float, int], headings: Sequence[_Heading]) -> None:
    """Write the contents where room was kept for them, now that the pages are known; each line is a link."""
    top, rows = place
    if not rows:
        return
    pen.turn_to(1)
    width = (pen.width - 10) / 2
    for number, heading in enumerate(headings):
        x, y = MARGIN + number // rows * (width + 10), top + number % rows * _CONTENTS_LINE
        pen.font(9.5, colour=LIGHT.caption)
        page = str(heading.page)
        pen.y = y
        pen.print([page], x, width, _CONTENTS_LINE, right=True)
        end = x + width - pen.measure(page) - 1.5
        pen.font(9.5)
        title = pen.cut(heading.title, width - 12)
        pen.y = y
        pen.print([title], x, width - 12, _CONTENTS_LINE)
        pen.pdf.set_draw_color(LIGHT.border)
        pen.pdf.set_line_width(0.2)
        pen.pdf.line(x + pen.measure(title) + 2, y + 3.9, end, y + 3.9)
        link = pen.pdf.add_link(page=heading.page, y=heading.y)
        pen.pdf.link(x, y, width, _CONTENTS_LINE, link)


# --- sections -----------------------------------------------------------------------------------------------------


def _section_title(pen: Pen, section: Section, needed: float) -> list[_Heading]:
    """The title and its bookmark, on a page that also holds `needed` mm of what follows; its place when of level 1."""
    size, above = (14.0, 5.0) if section.level == 1 else (11.5, 2.0)
    pen.font(size, bold=True)
    height = size * 0.5
    lines = pen.lines(section.title, pen.width)
    pen.room(above + height * len(lines) + 1.5 + needed)
    if not pen.fresh:
        pen.down(above)
    pen.font(size, bold=True, colour=LIGHT.accent if section.level == 1 else LIGHT.text)
    pen.pdf.start_section(section.title, section.level - 1, strict=False)
    heading = _Heading(section.title, pen.pdf.page_no(), pen.y)
    pen.print(lines, MARGIN, pen.width, height)
    pen.down(1.5)
    return [heading] if section.level == 1 else []


def _beginning(laid: Sequence[Laid]) -> float:
    """What must stand below a title: the beginning of the first block, and after a short one that of the next."""
    if not laid:
        return 0.0
    if len(laid) > 1 and laid[0].whole <= 3 * LINE:
        return max(laid[0].start, laid[0].whole + laid[1].start)
    return laid[0].start


def _layout(pen: Pen, section: Section) -> list[Laid]:
    """The section's blocks; what is not divided begins with the captions below it, for they stay with its end."""
    laid = [_lay(pen, block) for block in section.blocks]
    after = [_captions(laid, number) for number in range(len(laid))]
    undivided = [block.start + _LITTLE >= block.whole for block in laid]
    return [b._replace(start=b.start + a) if u else b for b, a, u in zip(laid, after, undivided, strict=True)]


def _captions(laid: Sequence[Laid], number: int) -> float:
    """The mm of the captions that stay with the end of block `number`."""
    if laid[number].caption:
        return 0.0
    return sum(caption.whole for caption in takewhile(lambda b: b.caption, laid[number + 1 :]))


def _draw(laid: Sequence[Laid]) -> None:
    for number, block in enumerate(laid):
        after = _captions(laid, number)
        if block.leads and number + 1 < len(laid):
            after = laid[number + 1].start
        block.draw(after)


def _lay(pen: Pen, block: Block) -> Laid:
    match block:
        case Paragraph():
            return _paragraph(pen, block)
        case Callout():
            return _callout(pen, block)
        case Bullets():
            return _bullets(pen, block)
        case Facts():
            return Laid(*lay_rows(pen, facts_rows(pen, block), ""))
        case Table():
            return Laid(*lay_rows(pen, table_rows(pen, block), block.caption))
        case Bars() | Lines() | Points() | Waterfall():
            return _chart(pen, block)


def _paragraph(pen: Pen, block: Paragraph) -> Laid:
    caption = block.tone == "caption"
    height = SMALL_LINE if caption else LINE
    font = partial(pen.font, SMALL if caption else TEXT, bold=block.tone == "strong", colour=colour(block.tone))
    font()
    lines = pen.lines(block.text, pen.width)

    def draw_it(after: float) -> None:
        rest = lines
        if len(rest) <= 4:  # a short one stays whole; of a longer one two lines at least stand on either page
            pen.room(height * len(rest) + after)
        while rest:
            fit = max(int(pen.left / height), 0)
            if fit < len(rest) and (len(rest) - fit == 1 or fit == 1):
                fit -= 1
            font()
            pen.print(rest[:fit], MARGIN, pen.width, height)
            rest = rest[fit:]
            if rest:
                pen.page()
        pen.down(1.5)

    kept = len(lines) if len(lines) <= 4 else 2
    leads = block.tone == "strong" or block.text.endswith((":", "："))
    return Laid(height * kept, height * len(lines) + 1.5, draw_it, caption, leads)


def _bullets(pen: Pen, block: Bullets) -> Laid:
    pen.font()
    items = [pen.lines(item, pen.width - 5) for item in block.items]
    heights = [LINE * len(lines) + 0.6 for lines in items]
    whole = sum(heights)
    start = whole if whole <= _SHORT_LIST else sum(heights[:2])

    def draw_it(after: float) -> None:
        pen.room(start)
        for number, lines in enumerate(items):
            # The last two stay together.
            pen.room(sum(heights[number:]) + after if number >= len(items) - 2 else heights[number])
            y = pen.y
            pen.font()
            pen.print(["·"], MARGIN + 1, 3, LINE)
            pen.y = y
            pen.print(lines, MARGIN + 5, pen.width - 5, LINE)
            pen.down(0.6)
        pen.down(1.5)

    return Laid(start, whole + 1.5, draw_it)


def _callout(pen: Pen, block: Callout) -> Laid:
    inner = pen.width - 10
    pen.font()
    lines = pen.lines(block.text, inner)
    height = 13 + LINE * len(lines)

    def draw_it(after: float) -> None:
        pen.room(height + 4 + after)
        y = pen.y + 1
        pen.pdf.set_fill_color(LIGHT.grounds.get(block.tone, LIGHT.window))
        pen.pdf.rect(MARGIN, y, pen.width, height, style="F", round_corners=True, corner_radius=1.6)
        pen.pdf.set_fill_color(LIGHT.verdicts.get(block.tone, LIGHT.accent))
        pen.pdf.rect(MARGIN, y, 1.6, height, style="F")
        pen.y = y + 3
        pen.font(13, bold=True, colour=LIGHT.verdicts.get(block.tone, LIGHT.accent))
        pen.print([pen.cut(block.title, inner)], MARGIN + 6, inner, 7)
        pen.font()
        pen.print(lines, MARGIN + 6, inner, LINE)
        pen.y = y + height + 3

    return Laid(height + 4, height + 4, draw_it)


def _chart(pen: Pen, chart: Chart) -> Laid:
    drawing = draw(chart, pen.width)
    whole = drawing.height + LINE + 4

    def draw_it(after: float) -> None:
        pen.room(whole + after)
        pen.font(TEXT, bold=True)
        pen.print([pen.cut(chart.title, pen.width)], MARGIN, pen.width, LINE)
        pen.down(1)
        pen.draw(drawing)
        pen.down(3)

    return Laid(whole, whole, draw_it)


def colour(tone: Tone) -> str:
    """The colour of text of this tone."""
    return LIGHT.caption if tone == "caption" else LIGHT.verdicts.get(tone, LIGHT.text)
