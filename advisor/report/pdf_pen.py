"""A pen on the pages of a PDF: fonts, measured lines, room on the page, shapes. What it draws, `pdf` decides."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from advisor import RESOURCES
from advisor.palette import LIGHT
from advisor.report.document import Document
from advisor.report.drawing import Dot, Drawing, Line, Path, Rect, Shape, Text
from advisor.report.wrap import wrap

_FONTS = RESOURCES / "fonts"
_FAMILY = "Advisor"
MARGIN = 20.0  # mm
TEXT, SMALL = 10.0, 8.5  # points
LINE, SMALL_LINE = 5.2, 4.2  # mm


def without_openssl() -> None:
    """Let fpdf2 load in a packaged program, which has no OpenSSL and so no HTTPS: it derives a class from the standard
    library's HTTPS connection, to fetch pictures by their address. No report does; one that did would be refused.
    """
    import http.client

    if hasattr(http.client, "HTTPSConnection"):
        return

    class Refused(http.client.HTTPConnection):
        def connect(self) -> None:
            raise OSError("this program has no HTTPS")

    http.client.HTTPSConnection = Refused  # type: ignore[misc, assignment] # as where Python is built without OpenSSL


class Pen:
    """Writes on pages of `paper` and starts a new one before anything would be cut. Lengths in mm, fonts in points."""

    def __init__(self, document: Document, paper: str) -> None:
        without_openssl()
        from fpdf import FPDF

        self.pdf = FPDF(format=paper)
        self.pdf.set_margin(MARGIN)
        self.pdf.set_auto_page_break(False)
        self.pdf.c_margin = 0
        self.pdf.alias_nb_pages("")
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.pdf.add_font(_FAMILY, style, _FONTS / f"AdvisorSansSC-{name}.otf")
        for font in self.pdf.fonts.values():
            # Measuring every outline again takes a third of a second; the whole font's box holds any subset of it.
            font.ttfont.recalcBBoxes = False
            # No glyph of it is put together from others (OpenType's "seac"), which takes another tenth to find out.
            font.ttfont["CFF "].closure_glyphs = lambda _subsetter: None
        self._widths: dict[tuple[str, str], float] = {}
        self._describe(document)
        self._foot = f"{document.generator} · {document.subtitle}"
        self.pdf.add_page()

    def _describe(self, d: Document) -> None:
        self.pdf.set_title(f"{d.title} · {d.subtitle}")
        self.pdf.set_subject(d.subtitle)
        self.pdf.set_creator(d.generator)
        self.pdf.set_producer(f"{d.generator} (fpdf2)")
        self.pdf.set_lang(d.language)
        self.pdf.set_creation_date(datetime.combine(d.created, time(), UTC))

    def number_pages(self) -> None:
        """Write below every page what the document is, on the left, and on the right which page it is of how many."""
        pages = self.pdf.pages_count
        for page in range(1, pages + 1):
            self.turn_to(page)
            self.font(8, colour=LIGHT.caption)
            self.y = self.pdf.h - 13
            self.print([self.cut(self._foot, self.width - 22)], MARGIN, self.width, 0)
            self.print([f"{page} / {pages}"], MARGIN, self.width, 5, right=True)

    @property
    def width(self) -> float:
        """The width of the text."""
        return float(self.pdf.epw)

    @property
    def y(self) -> float:
        """How far down the pen is."""
        return float(self.pdf.get_y())

    @y.setter
    def y(self, value: float) -> None:
        self.pdf.set_y(value)

    @property
    def left(self) -> float:
        """What is left of the page."""
        return float(self.pdf.h) - MARGIN - self.y

    @property
    def fresh(self) -> bool:
        """Whether nothing has been written on the page yet."""
        return self.y <= MARGIN + 0.01

    def page(self) -> None:
        """Start a new page."""
        self.pdf.add_page()

    def room(self, height: float) -> bool:
        """Start a new page when fewer than `height` mm are left; says whether it did."""
        if height <= self.left or self.fresh:
            return False
        self.pdf.add_page()
        return True

    def turn_to(self, page: int) -> None:
        """Write on `page` again. The font must be chosen anew: the one in force is that of another page's end."""
        self.pdf.page = page
        self.pdf.set_font(_FAMILY, "", 1)

    def down(self, height: float) -> None:
        """Go down by `height` mm."""
        self.y = self.y + height

    def font(self, size: float = TEXT, *, bold: bool = False, colour: str = LIGHT.text) -> None:
        """What the next text is written with."""
        self.pdf.set_font(_FAMILY, "B" if bold else "", size)
        self.pdf.set_text_color(colour)

    def measure(self, text: str) -> float:
        """The width of `text` in the present font, from the widths of its characters."""
        style, size = self.pdf.font_style, self.pdf.font_size_pt
        total = 0.0
        for character in text:
            key = (style, character)
            if key not in self._widths:
                self._widths[key] = float(self.pdf.get_string_width(character)) / size
            total += self._widths[key]
        return float(total * size)

    def lines(self, text: str, width: float) -> list[str]:
        """`text` in lines of the present font that fit `width`."""
        return wrap(self.shown(text), width, self.measure)

    def shown(self, text: str) -> str:
        """`text` with "?" for characters that the font lacks: a gap would be worse, and this one is seen."""
        known = self.pdf.fonts[_FAMILY.lower()].cmap
        return "".join([c if ord(c) in known or c == "\n" else "?" for c in text])

    def cut(self, text: str, width: float) -> str:
        """As much of `text` as fits on one line of `width`, with an ellipsis where something is left out."""
        text = self.shown(text)
        if self.measure(text) <= width:
            return text
        while text and self.measure(text + "…") > width:
            text = text[:-1]
        return text.rstrip() + "…"

    def print(self, lines: Sequence[str], x: float, width: float, height: float, *, right: bool = False) -> None:
        """Print `lines` from the present y down; ends below them."""
        for line in lines:
            self.pdf.set_x(x)
            self.pdf.cell(width, height, line, align="R" if right else "L")
            self.y = self.y + height

    def rule(self, y: float, *, strong: bool = False) -> None:
        """A thin line across the text."""
        self.pdf.set_draw_color(LIGHT.caption if strong else LIGHT.border)
        self.pdf.set_line_width(0.3 if strong else 0.15)
        self.pdf.line(MARGIN, y, MARGIN + self.width, y)

    def draw(self, drawing: Drawing) -> None:
        """`drawing` at the left margin from the present y down; ends below it."""
        top = self.y
        for shape in drawing.shapes:
            self._shape(shape, MARGIN, top)
        self.y = top + drawing.height

    def _shape(self, shape: Shape, left: float, top: float) -> None:
        pdf = self.pdf
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
                pdf.set_draw_color(shape.colour)
                pdf.set_fill_color(shape.colour)
                pdf.set_line_width(shape.width)
                points = [(left + x, top + y) for x, y in shape.points]
                if shape.fill:
                    pdf.polygon(points, style="F")
                else:
                    pdf.polyline(points)
            case Dot():
                pdf.set_fill_color(shape.fill)
                pdf.circle(left + shape.x, top + shape.y, shape.radius, style="F")
            case Text():
                self.font(shape.size, bold=shape.bold, colour=shape.colour)
                text = self.shown(shape.text)
                back = {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor]
                pdf.text(left + shape.x - back * self.measure(text), top + shape.y, text)
