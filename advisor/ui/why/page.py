"""The text of "why?": every number of an estimate with its formula, values, sources and measured error band."""

from collections.abc import Sequence
from html import escape

from advisor import words
from advisor.catalog.bands import band
from advisor.estimator.result import Estimate, Explanation
from advisor.i18n import Translator
from advisor.palette import Palette
from advisor.ui.base import texts


def html(
    _: Translator, colors: Palette, heading: str, estimate: Estimate, lines: Sequence[Explanation], weakest: str = ""
) -> str:
    """One page: the verdict with its reasons, the weakest input, then a block for each number."""
    top = f"<h3>{escape(heading)}</h3><p>{escape(texts.sentence(_, estimate))}</p>"
    if weakest:
        top += f"<p>{escape(_('Weakest input: {text}', text=weakest))}</p>"
    return top + "".join(_block(_, colors, line) for line in lines)


def _block(_: Translator, colors: Palette, line: Explanation) -> str:
    name = words.quantity(_, line.quantity)
    result = _amount(_, line.result, line.unit)
    caption = f'style="color:{colors.caption}"'
    rows = "".join(
        f"<tr><td {caption}>{escape(key)}&nbsp;&nbsp;</td><td>{escape(words.value(_, key, value))}</td></tr>"
        for key, value in line.values.items()
    )
    parts = [f"<p><b>{escape(name)}</b> = <b>{escape(result)}</b><br><code>{escape(_(line.formula))}</code></p>"]
    if rows:
        parts.append(f'<table cellspacing="0" cellpadding="1">{rows}</table>')
    notes = [escape(_("Source: {source}", source=_(source))) for source in line.sources]
    if line.band:
        notes.append(escape(band_text(_, line.band)))
    if notes:
        parts.append(f"<p {caption}>{'<br>'.join(notes)}</p>")
    return "".join(parts)


def band_text(_: Translator, key: str) -> str:
    """What was measured about the error of this kind of number."""
    try:
        known = band(key)
    except KeyError:
        return key
    return _("{text} ({rows} measurements; {source})", text=_(known.text), rows=known.rows, source=known.source)


def _amount(_: Translator, result: float | None, unit: str) -> str:
    return words.size(_, result) if result is not None and unit == "B" else words.amount(_, result, unit)
