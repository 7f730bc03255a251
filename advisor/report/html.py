"""The report as one HTML file that needs nothing else: style and charts lie inside it."""

from collections.abc import Iterator, Sequence
from html import escape

from advisor import RESOURCES
from advisor.i18n import N_, translator
from advisor.palette import DARK, LIGHT, Palette
from advisor.report.chart_table import chart_table
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
    Waterfall,
)  # fmt: skip
from advisor.report.svg import svg

_FIGURES = N_("The figures")
_STYLE = RESOURCES / "templates" / "report.css"


def render(document: Document) -> str:
    """The whole document as one HTML text."""
    sections = [part for i, section in enumerate(document.sections) for part in _section(section, i, document.language)]
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(document.language)}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="{escape(document.generator)}">',
        f"<title>{escape(document.title)} · {escape(document.subtitle)}</title>",
        f"<style>{_style()}</style></head>",
        f"<body><main><header><h1>{escape(document.title)}</h1>",
        f'<p class="caption">{escape(document.subtitle)}</p></header>',
        *_contents(document.sections),
        *sections,
        f"<footer>{escape(document.generator)} · {document.created.isoformat()}</footer></main></body></html>",
        "",
    ]
    return "\n".join(parts)


def _style() -> str:
    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}"
    return f":root {{ color-scheme: light dark; {_variables(LIGHT)} }}\n{dark}\n{_STYLE.read_text('utf-8')}"


def _variables(palette: Palette) -> str:
    names = ("window", "card", "border", "text", "caption", "accent")
    colours = {**{name: getattr(palette, name) for name in names}, **palette.verdicts, **palette.components}
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def _contents(sections: Sequence[Section]) -> Iterator[str]:
    """The titles as links; sections carry their own numbers."""
    yield "<nav><ul>"
    for number, section in enumerate(sections):
        if section.level == 1:
            yield f'<li><a href="#s{number}">{escape(section.title)}</a></li>'
    yield "</ul></nav>"


def _section(section: Section, number: int, language: str) -> Iterator[str]:
    level = section.level + 1
    yield f'<h{level} id="s{number}">{escape(section.title)} <a class="anchor" href="#s{number}">#</a></h{level}>'
    for block in section.blocks:
        yield from _block(block, language)


def _block(block: Block, language: str) -> Iterator[str]:
    match block:
        case Paragraph():
            yield f"<p{_class(block.tone)}>{escape(block.text)}</p>"
        case Callout():
            yield f'<div class="callout {block.tone}"><strong>{escape(block.title)}</strong>{escape(block.text)}</div>'
        case Bullets():
            yield "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + "</ul>"
        case Facts():
            rows = (
                f'<tr><th scope="row">{escape(f.label)}</th><td class="strong">{escape(f.value)}</td>'
                f'<td class="note">{escape(f.note)}</td></tr>'
                for f in block.rows
            )
            yield '<table class="facts"><tbody>' + "\n".join(rows) + "</tbody></table>"
        case Bars() | Lines() | Points() | Waterfall():
            yield from _figure(block, language)
        case Table():
            yield from _table(block)


def _figure(chart: Chart, language: str) -> Iterator[str]:
    """The picture; its numbers, which a screen reader can read, fold out below it."""
    yield f"<figure><figcaption>{escape(chart.title)}</figcaption>"
    yield svg(draw(chart), chart.title)
    yield f"<details><summary>{escape(translator(language)(_FIGURES))}</summary>"
    yield from _table(chart_table(chart)._replace(caption=""))
    yield "</details></figure>"


def _table(table: Table) -> Iterator[str]:
    yield "<table>"
    if table.caption:
        yield f"<caption>{escape(table.caption)}</caption>"
    heads = (f'<th scope="col"{_class("", column)}>{escape(column.heading)}</th>' for column in table.columns)
    total = sum(column.width for column in table.columns)
    widths = (f'<col style="width:{100 * column.width / total:.1f}%">' for column in table.columns)
    yield "<colgroup>" + "".join(widths) + "</colgroup>"
    yield "<thead><tr>" + "".join(heads) + "</tr></thead><tbody>"
    for row in table.rows:
        cells = (_cell(cell, column) for cell, column in zip(row, table.columns, strict=True))
        yield "<tr>" + "".join(cells) + "</tr>"
    yield "</tbody></table>"


def _cell(cell: Cell, column: Column) -> str:
    first, _, rest = cell.text.partition("\n")
    below = f"<br><small>{escape(rest)}</small>" if rest else ""
    return f"<td{_class(cell.tone, column)}>{escape(first)}{below}</td>"


def _class(tone: str, column: Column | None = None) -> str:
    names = [name for name in (tone, "right" if column is not None and column.right else "") if name]
    return f' class="{" ".join(names)}"' if names else ""
