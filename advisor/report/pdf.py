"""The report as PDF by fpdf2: whole rows, repeated headings, bookmarks, text that can be searched."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from functools import partial

from advisor import NAME, RESOURCES
from advisor.palette import LIGHT
from advisor.report.charts import draw
from advisor.report.document import (
    Bars,
    Block,
    Bullets,
    Callout,
    Cell,
    Chart,
    Column,
    Document,
    Facts,
    Lines,
    Paragraph,
    Points,
    Section,
    Table,
    Tone,
    Waterfall,
)  # fmt: skip
from advisor.report.drawing import Dot, Line, Path, Rect, Shape, Text
from advisor.report.wrap import wrap

_FONTS = RESOURCES / "fonts"
_FAMILY = "Advisor"
_MARGIN = 20.0  # mm
_TEXT, _SMALL = 10.0, 8.5  # points
_LINE, _SMALL_LINE = 5.2, 4.2  # mm
_PAD = 1.1  # mm above and below the text of a table row
_GAP = 4.0  # mm between columns

# Stands for the number of pages until it is known, and is as wide: signs that no name can hold, `_shown` leaves none.
_PAGES = 4 * "\ue000"

# A cell's parts, one below the other: wrapped lines, mm per line, and what chooses their font.
CellParts = list[tuple[list[str], float, Callable[[], None]]]


def render(document: Document, paper: str = "a4", reached: Callable[[float], None] = lambda _share: None) -> bytes:
    """The whole document as a PDF file on `paper`, "a4" or "letter"; `reached` is told the share of sections done."""
    page = _Page(document, paper)
    page.title()
    for number, section in enumerate(document.sections):
        page.section(section)
        reached((number + 1) / len(document.sections))
    return page.finish()


class _Page:
    """A pen on A4 pages: knows where it is and starts a new page before anything would be cut."""

    def __init__(self, document: Document, paper: str) -> None:
        from fpdf import FPDF

        self._document = document
        self._pdf = FPDF(format=paper)
        self._pdf.set_margin(_MARGIN)
        self._pdf.set_auto_page_break(False)
        self._pdf.c_margin = 0
        self._pdf.alias_nb_pages(_PAGES)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self._pdf.add_font(_FAMILY, style, _FONTS / f"AdvisorSansSC-{name}.otf")
        for font in self._pdf.fonts.values():
            # Measuring every outline again takes a third of a second; the whole font's box holds any subset of it.
            font.ttfont.recalcBBoxes = False
            # No glyph of it is put together from others (OpenType's "seac"), which takes another tenth to find out.
            font.ttfont["CFF "].closure_glyphs = lambda _subsetter: None
        self._widths: dict[tuple[str, str], float] = {}
        self._pdf.footer = partial(_footer, self._pdf, self._shown(f"{NAME} · {document.subtitle}"))
        self._describe()
        self._pdf.add_page()

    def _describe(self) -> None:
        d, pdf = self._document, self._pdf
        pdf.set_title(f"{d.title} · {d.subtitle}")
        pdf.set_subject(d.subtitle)
        pdf.set_creator(d.generator)
        pdf.set_producer(f"{d.generator} (fpdf2)")
        pdf.set_lang(d.language)
        pdf.set_creation_date(datetime.combine(d.created, time(), UTC))

    def finish(self) -> bytes:
        """The bytes of the file."""
        return bytes(self._pdf.output())

    # --- the pen ---------------------------------------------------------------------------------------------------

    def _font(self, size: float = _TEXT, *, bold: bool = False, colour: str = LIGHT.text) -> None:
        self._pdf.set_font(_FAMILY, "B" if bold else "", size)
        self._pdf.set_text_color(colour)

    def _measure(self, text: str) -> float:
        """The width of `text` in mm in the present font, from the widths of its characters."""
        style, size = self._pdf.font_style, self._pdf.font_size_pt
        total = 0.0
        for character in text:
            key = (style, character)
            if key not in self._widths:
                self._widths[key] = float(self._pdf.get_string_width(character)) / size
            total += self._widths[key]
        return float(total * size)

    def _lines(self, text: str, width: float) -> list[str]:
        return wrap(self._shown(text), width, self._measure)

    def _shown(self, text: str) -> str:
        """`text` with "?" for characters that the font lacks: a gap would be worse, and this one is seen."""
        known = self._pdf.fonts[_FAMILY.lower()].cmap
        return "".join([c if ord(c) in known or c == "\n" else "?" for c in text])

    def _print(self, lines: Sequence[str], x: float, width: float, height: float, *, right: bool = False) -> None:
        """Print `lines` from the present y down; ends below them."""
        for line in lines:
            self._pdf.set_x(x)
            self._pdf.cell(width, height, line, align="R" if right else "L")
            self._pdf.set_y(self._pdf.get_y() + height)

    def _room(self, height: float) -> bool:
        """Start a new page when fewer than `height` mm are left; says whether it did."""
        if self._pdf.get_y() + height <= self._pdf.h - _MARGIN:
            return False
        self._pdf.add_page()
        return True

    def _down(self, height: float) -> None:
        self._pdf.set_y(self._pdf.get_y() + height)

    def _rule(self, y: float, *, strong: bool = False) -> None:
        self._pdf.set_draw_color(LIGHT.caption if strong else LIGHT.border)
        self._pdf.set_line_width(0.3 if strong else 0.15)
        self._pdf.line(_MARGIN, y, self._pdf.w - _MARGIN, y)

    # --- parts -----------------------------------------------------------------------------------------------------

    def title(self) -> None:
        """The head of the first page."""
        self._font(22, bold=True)
        self._print(self._lines(self._document.title, self._pdf.epw), _MARGIN, self._pdf.epw, 10)
        self._font(_TEXT, colour=LIGHT.caption)
        self._print(self._lines(self._document.subtitle, self._pdf.epw), _MARGIN, self._pdf.epw, _LINE)
        self._pdf.set_fill_color(LIGHT.accent)
        self._pdf.rect(_MARGIN, self._pdf.get_y() + 2, 24, 1, style="F")
        self._down(7)

    def section(self, section: Section) -> None:
        """A heading, its bookmark and its blocks. The heading stays with what follows it."""
        size = 14.0 if section.level == 1 else 11.5
        self._down(5 if section.level == 1 else 2)
        self._room(34)
        self._font(size, bold=True, colour=LIGHT.accent if section.level == 1 else LIGHT.text)
        self._pdf.start_section(section.title, section.level - 1, strict=False)
        self._print(self._lines(section.title, self._pdf.epw), _MARGIN, self._pdf.epw, size * 0.5)
        self._down(1.5)
        for block in section.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph():
                self._paragraph(block)
            case Callout():
                self._callout(block)
            case Bullets():
                self._bullets(block)
            case Facts():
                columns = (Column("", 1.0), Column("", 2.1), Column("", 1.7))
                rows = [(Cell(f.label, "caption"), Cell(f.value), Cell(f.note, "caption")) for f in block.rows]
                self._table(columns, rows, heading=False)
            case Bars() | Lines() | Points() | Waterfall():
                self._chart(block)
            case Table():
                if block.caption:
                    self._room(24)
                    self._font(_TEXT, bold=True)
                    self._print(self._lines(block.caption, self._pdf.epw), _MARGIN, self._pdf.epw, _LINE)
                self._table(block.columns, block.rows)

    def _paragraph(self, block: Paragraph) -> None:
        caption = block.tone == "caption"
        height = _SMALL_LINE if caption else _LINE
        self._font(_SMALL if caption else _TEXT, bold=block.tone == "strong", colour=_colour(block.tone))
        for line in self._lines(block.text, self._pdf.epw):
            if self._room(height):
                self._font(_SMALL if caption else _TEXT, bold=block.tone == "strong", colour=_colour(block.tone))
            self._print([line], _MARGIN, self._pdf.epw, height)
        self._down(1.5)

    def _bullets(self, block: Bullets) -> None:
        for item in block.items:
            self._font()
            lines = self._lines(item, self._pdf.epw - 5)
            self._room(_LINE * len(lines))
            y = self._pdf.get_y()
            self._font()
            self._print(["·"], _MARGIN + 1, 3, _LINE)
            self._pdf.set_y(y)
            self._print(lines, _MARGIN + 5, self._pdf.epw - 5, _LINE)
            self._down(0.6)
        self._down(1.5)

    def _callout(self, block: Callout) -> None:
        inner = self._pdf.epw - 10
        self._font()
        lines = self._lines(block.text, inner)
        height = 13 + _LINE * len(lines)
        self._room(height + 3)
        y = self._pdf.get_y() + 1
        self._pdf.set_fill_color(LIGHT.grounds.get(block.tone, LIGHT.window))
        self._pdf.rect(_MARGIN, y, self._pdf.epw, height, style="F", round_corners=True, corner_radius=1.6)
        self._pdf.set_fill_color(LIGHT.verdicts.get(block.tone, LIGHT.accent))
        self._pdf.rect(_MARGIN, y, 1.6, height, style="F")
        self._pdf.set_y(y + 3)
        self._font(13, bold=True, colour=LIGHT.verdicts.get(block.tone, LIGHT.accent))
        self._print([block.title], _MARGIN + 6, inner, 7)
        self._font()
        self._print(lines, _MARGIN + 6, inner, _LINE)
        self._pdf.set_y(y + height + 3)

    def _chart(self, chart: Chart) -> None:
        drawing = draw(chart, self._pdf.epw)
        self._room(drawing.height + 10)
        self._font(_TEXT, bold=True)
        self._print([chart.title], _MARGIN, self._pdf.epw, _LINE)
        self._down(1)
        top = self._pdf.get_y()
        for shape in drawing.shapes:
            self._shape(shape, _MARGIN, top)
        self._pdf.set_y(top + drawing.height + 3)

    def _shape(self, shape: Shape, left: float, top: float) -> None:
        pdf = self._pdf
        match shape:
            case Rect():
                pdf.set_fill_color(shape.fill)
                pdf.rect(left + shape.x, top + shape.y, shape.width, shape.height, style="F")
            case Line():
                pdf.set_draw_color(shape.colour)
                pdf.set_line_width(shape.width)
                if shape.dashed:
                    pdf.set_dash_pattern(dash=1.2, gap=0.9)
                pdf.line(left + shape.x1, top + shape.y1, left + shape.x2, top + shape.y2)
                if shape.dashed:
                    pdf.set_dash_pattern()
            case Path():
                points = [(left + x, top + y) for x, y in shape.points]
                pdf.set_draw_color(shape.colour)
                pdf.set_fill_color(shape.colour)
                pdf.set_line_width(shape.width)
                pdf.polyline(points, fill=shape.fill, polygon=shape.fill, style="F" if shape.fill else "D")
            case Dot():
                pdf.set_fill_color(shape.fill)
                pdf.circle(left + shape.x, top + shape.y, shape.radius, style="F")
            case Text():
                self._font(shape.size, bold=shape.bold, colour=shape.colour)
                shown = self._shown(shape.text)
                back = {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor]
                pdf.text(left + shape.x - back * self._measure(shown), top + shape.y, shown)

    # --- tables ----------------------------------------------------------------------------------------------------

    def _table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, heading: bool = True) -> None:
        total = sum(column.width for column in columns)
        free = self._pdf.epw - _GAP * (len(columns) - 1)
        widths = [free * column.width / total for column in columns]
        titles = [Cell(column.heading, "strong") for column in columns]
        head, *parts = ([self._cell_parts(c, w) for c, w in zip(row, widths, strict=True)] for row in (titles, *rows))
        if heading:
            self._room(_row_height(head) + (_row_height(parts[0]) if parts else 0))
            self._row(head, columns, widths, strong=True)
        for row in parts:
            if self._room(_row_height(row)) and heading:
                self._row(head, columns, widths, strong=True)
            self._row(row, columns, widths)
        self._down(3)

    def _cell_parts(self, cell: Cell, width: float) -> CellParts:
        """The cell's parts: its first line and, in small type, what follows a line break."""
        first, _, rest = cell.text.partition("\n")
        big = partial(self._font, 9.0, bold=cell.tone == "strong", colour=_colour(cell.tone))
        small = partial(self._font, 7.5, colour=LIGHT.caption)
        big()
        parts: CellParts = [(self._lines(first, width), 4.5, big)]
        if rest:
            small()
            parts.append((self._lines(rest, width), 3.6, small))
        return parts

    def _row(
        self, row: Sequence[CellParts], columns: Sequence[Column], widths: Sequence[float], *, strong: bool = False
    ) -> None:
        top, x, bottom = self._pdf.get_y(), _MARGIN, 0.0
        for parts, column, width in zip(row, columns, widths, strict=True):
            self._pdf.set_y(top + _PAD)
            for lines, height, font in parts:
                font()
                self._print(lines, x, width, height, right=column.right)
            bottom = max(bottom, self._pdf.get_y())
            x += width + _GAP
        self._pdf.set_y(bottom + _PAD)
        self._rule(self._pdf.get_y(), strong=strong)


def _row_height(row: Sequence[CellParts]) -> float:
    return max(sum(len(lines) * height for lines, height, _ in parts) for parts in row) + 2 * _PAD


def _footer(pdf, text: str) -> None:  # type: ignore[no-untyped-def]
    """`text` on the left, the page on the right."""
    pdf.set_y(-13)
    pdf.set_font(_FAMILY, "", 8)
    pdf.set_text_color(LIGHT.caption)
    pdf.set_x(_MARGIN)
    pdf.cell(pdf.epw - 20, 5, text[:110])
    pdf.cell(20, 5, f"{pdf.page_no()} / {_PAGES}", align="R")


def _colour(tone: Tone) -> str:
    if tone == "caption":
        return LIGHT.caption
    return LIGHT.verdicts.get(tone, LIGHT.text)
