"""Sections of advice in the HTML of Qt's browser: a line an item, links for what can be done, figures at the right."""

from collections.abc import Iterator, Sequence
from html import escape

from advisor.i18n import Translator
from advisor.palette import Palette
from advisor.ui.advice.items import Build, Item, Section, Select, Turn

_PLAIN = "text-decoration:none"


def parts(_: Translator, colors: Palette, sections: Sequence[Section]) -> Iterator[str]:
    """One part a section, after a line of links to all of them. Names out of files are escaped."""
    yield contents(_, colors, sections)
    for section in sections:
        yield _section(_, colors, section)


def contents(_: Translator, colors: Palette, sections: Sequence[Section]) -> str:
    """The headings as links, and the way to copy all of it."""
    links = [_link(f"#{section.key}", section.title, colors) for section in sections[1:]]
    copy = _("Copy all of it")
    return f"<p>{' · '.join([*links, _link('do:copy', copy, colors)])}</p>"


def _section(_: Translator, colors: Palette, section: Section) -> str:
    rows = "".join(_row(_, colors, section.key, number, item) for number, item in enumerate(section.items))
    heading = f'<h3><a name="{section.key}"></a>{escape(section.title)}</h3>'
    return f'{heading}<table width="100%" cellspacing="0" cellpadding="4">{rows}</table>'


def _row(_: Translator, colors: Palette, key: str, number: int, item: Item) -> str:
    place = f"{key}/{number}"
    title = escape(item.title)
    if item.act is not None:
        title = f"<b>{_link(f'act:{place}', item.title, colors, what(_, item))}</b>"
    lines = [f'<a name="{place}"></a>{title}']
    small = escape(item.note)
    if item.offer is not None:
        small = " · ".join(filter(None, (small, _link(f"offer:{place}", item.offer[0], colors))))
    if small:
        lines.append(f'<span style="color:{colors.caption}">{small}</span>')
    why = _link(f"why:{place}", _("why?"), colors) if item.why is not None else ""
    left = f'<td width="60%">{"<br>".join(lines)}</td>'
    if not item.figures:
        left = f'<td colspan="2">{"<br>".join(lines)}</td>'
    right = f'<td align="right">{escape(item.figures)}</td>' if item.figures else ""
    return f'<tr>{left}{right}<td align="right" width="1" style="white-space:nowrap">&nbsp;{why}</td></tr>'


def what(_: Translator, item: Item) -> str:
    """What a click does, for a tool tip."""
    match item.act:
        case Select():
            return _("Shows this cell in the matrix")
        case Build():
            return _("Shows the computer as it would be then")
        case Turn():
            return _("Turns these knobs and shows the cell")
    return ""


def _link(address: str, text: str, colors: Palette, tip: str = "") -> str:
    title = f' title="{escape(tip)}"' if tip else ""
    return f'<a href="{address}"{title} style="color:{colors.accent};{_PLAIN}">{escape(text)}</a>'
