"""A page of "why?" as plain data, and as HTML: sentences, then each number with formula, values, sources and band."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from advisor import words
from advisor.catalog.bands import band
from advisor.estimator.result import Explanation
from advisor.i18n import Translator
from advisor.palette import Palette
from advisor.ui.base.topic import Topic


class Line(NamedTuple):
    """One number: its name, what it is, the formula, the values in it by name (and perhaps each with its origin), and
    where they come from.
    """

    name: str
    result: str = ""
    formula: str = ""
    values: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()


class Page(NamedTuple):
    """The answer to one "why?". `rest` are lines of the same estimate that were not asked for; `links` lead on."""

    title: str
    said: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    rest: tuple[Line, ...] = ()
    links: tuple[tuple[str, Topic], ...] = ()


def explained(_: Translator, one: Explanation) -> Line:
    """A line of the estimator in words."""
    notes = [_("Source: {source}", source=_(source)) for source in one.sources]
    if one.band:
        notes.append(band_text(_, one.band))
    values = tuple((name, words.value(_, name, value)) for name, value in one.values.items())
    return Line(words.quantity(_, one.quantity), amount(_, one.result, one.unit), _(one.formula), values, tuple(notes))


def amount(_: Translator, result: float | None, unit: str) -> str:
    """A figure in one of the estimator's units; sizes to the byte."""
    return words.size(_, result) if result is not None and unit == "B" else words.amount(_, result, unit)


def band_text(_: Translator, key: str) -> str:
    """What was measured about the error of this kind of number."""
    try:
        known = band(key)
    except KeyError:
        return key
    return _("{text} ({rows} measurements; {source})", text=_(known.text), rows=known.rows, source=known.source)


def parts(_: Translator, colors: Palette, page: Page) -> Iterator[str]:
    """The page's HTML, part by part; a link's address is "go:" and its number."""
    yield f"<h3>{escape(page.title)}</h3>" + "".join(f"<p>{escape(one)}</p>" for one in page.said)
    for line in page.lines:
        yield block(colors, line)
    if page.links:
        links = (
            f'<a href="go:{number}" style="color:{colors.accent}">{escape(text)}</a>'
            for number, (text, _topic) in enumerate(page.links)
        )
        yield f"<p>{' · '.join(links)}</p>"
    if page.rest:
        heading = _("The rest of this estimate")
        yield f"<h4>{escape(heading)}</h4>"
        for line in page.rest:
            yield block(colors, line)


def block(colors: Palette, line: Line) -> str:
    """One number."""
    caption = f'style="color:{colors.caption}"'
    head = f"<b>{escape(line.name)}</b>" + (f" = <b>{escape(line.result)}</b>" if line.result else "")
    formula = f"<br><code>{escape(line.formula)}</code>" if line.formula else ""
    found = [f"<p>{head}{formula}</p>"]
    if line.values:
        rows = "".join(_row(caption, *value) for value in line.values)
        found.append(f'<table cellspacing="0" cellpadding="1">{rows}</table>')
    if line.notes:
        found.append(f"<p {caption}>{'<br>'.join(map(escape, line.notes))}</p>")
    return "".join(found)


def _row(caption: str, name: str, value: str, origin: str = "") -> str:
    end = f"<td {caption}>&nbsp;&nbsp;{escape(origin)}</td>" if origin else ""
    return f"<tr><td {caption}>{escape(name)}&nbsp;&nbsp;</td><td>{escape(value)}</td>{end}</tr>"


def ordered(lines: Sequence[Explanation], first: Sequence[str]) -> tuple[list[Explanation], list[Explanation]]:
    """The lines of these quantities, in this order, and the others."""
    asked = [line for name in first for line in lines if line.quantity == name]
    return asked, [line for line in lines if line not in asked]
