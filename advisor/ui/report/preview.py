"""A report's document as rich text for reading in the window: the same words, tables and charts as in the file."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import get_args

from advisor.palette import Palette
from advisor.report.document import Block, Bullets, Callout, Cell, Chart, Document, Facts, Paragraph, Table
from advisor.report.drawing import Drawing


def parts(document: Document, colors: Palette) -> Iterator[str]:
    """All of it in the HTML that a QTextBrowser knows, block by block. Whatever comes from machines and files is
    escaped.
    """
    names = iter(charts(document))
    yield f'<h2>{escape(document.title)}</h2><p style="color:{colors.caption}">{escape(document.subtitle)}</p>'
    for section in document.sections:
        level = section.level + 2
        yield f"<h{level}>{escape(section.title)}</h{level}>"
        for block in section.blocks:
            yield _block(block, names, colors)


def charts(document: Document) -> Mapping[str, Chart]:
    """The document's charts by the addresses under which its HTML asks for their pictures, in their order."""
    blocks = (block for section in document.sections for block in section.blocks)
    found = (block for block in blocks if isinstance(block, get_args(Chart)))
    return {f"chart:{number}": chart for number, chart in enumerate(found)}


def drawings(document: Document) -> Mapping[str, Drawing]:
    """The charts as shapes, by the same addresses. Slow: for another thread than the window's."""
    from advisor.report.charts import draw

    return {name: draw(chart) for name, chart in charts(document).items()}


def _block(block: Block, names: Iterator[str], colors: Palette) -> str:
    match block:
        case Paragraph():
            return f'<p style="{_tone(block.tone, colors)}">{_lines(block.text)}</p>'
        case Callout():
            return _callout(block, colors)
        case Bullets():
            return f"<ul>{''.join(f'<li>{_lines(item)}</li>' for item in block.items)}</ul>"
        case Facts():
            return _facts(block, colors)
        case Table():
            return _table(block, colors)
    return f'<p><b>{escape(block.title)}</b></p><p><img src="{next(names)}"></p>'


def _callout(block: Callout, colors: Palette) -> str:
    ground = colors.grounds.get(block.tone, colors.track)
    return (
        f'<table width="100%" cellpadding="6" style="background:{ground}"><tr><td>'
        f'<b style="{_tone(block.tone, colors)}">{escape(block.title)}</b><br>{_lines(block.text)}</td></tr></table>'
    )


def _facts(block: Facts, colors: Palette) -> str:
    rows = (
        f'<tr><td style="color:{colors.caption}">{escape(fact.label)}</td><td>{_lines(fact.value)}</td>'
        f'<td style="color:{colors.caption}">{_lines(fact.note)}</td></tr>'
        for fact in block.rows
    )
    return f'<table cellpadding="3">{"".join(rows)}</table>'


def _table(table: Table, colors: Palette) -> str:
    aligned = [' align="right"' if column.right else ' align="left"' for column in table.columns]
    heads = (
        f'<th{align} style="color:{colors.caption}">{_lines(column.heading)}</th>'
        for column, align in zip(table.columns, aligned, strict=True)
    )
    rows = (
        "<tr>"
        + "".join(f"<td{align}>{_cell(cell, colors)}</td>" for cell, align in zip(row, aligned, strict=True))
        + "</tr>"
        for row in table.rows
    )
    title = f"<p><b>{escape(table.caption)}</b></p>" if table.caption else ""
    return f'{title}<table cellpadding="3"><tr>{"".join(heads)}</tr>{"".join(rows)}</table>'


def _cell(cell: Cell, colors: Palette) -> str:
    return f'<span style="{_tone(cell.tone, colors)}">{_lines(cell.text)}</span>'


def _tone(tone: str, colors: Palette) -> str:
    if tone == "strong":
        return "font-weight:bold"
    color = colors.caption if tone == "caption" else colors.verdicts.get(tone, colors.text)
    return f"color:{color}"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
