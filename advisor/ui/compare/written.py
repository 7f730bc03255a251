"""A comparison as text for other programs: Markdown, plain lines, and rows with tabs for a spreadsheet."""

from collections.abc import Sequence

from advisor.i18n import Translator
from advisor.ui.compare.facts import Compared, Fact, Value


def markdown(_: Translator, cells: Sequence[Compared], facts: Sequence[Fact]) -> str:
    """A table: a column a cell, a row a fact, differences in brackets."""
    head = ["", *(_cell(f"{cell.name} · {cell.heading}") for cell in cells)]
    rows = [[_cell(fact.title), *(_cell(_value(_, value, fact)) for value in fact.values)] for fact in facts]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def plain(_: Translator, cells: Sequence[Compared], facts: Sequence[Fact]) -> str:
    """A block a cell: its name, then a line a fact."""
    blocks = []
    for number, cell in enumerate(cells):
        lines = [f"{cell.name} · {cell.heading}"]
        lines += [f"  {fact.title}: {_value(_, fact.values[number], fact)}" for fact in facts]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def rows(_: Translator, cells: Sequence[Compared], facts: Sequence[Fact]) -> list[list[str]]:
    """The table's cells, heading first."""
    head = ["", *(f"{cell.name} · {cell.heading}" for cell in cells)]
    return [head, *([fact.title, *(_value(_, value, fact) for value in fact.values)] for fact in facts)]


def _value(_: Translator, value: Value, fact: Fact) -> str:
    if not value.note or fact.kind == "verdict":
        return value.text
    return _("{value} ({difference})", value=value.text, difference=value.note)


def _cell(text: str) -> str:
    """Text inside a Markdown table: what would end the cell or the line is told apart."""
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
