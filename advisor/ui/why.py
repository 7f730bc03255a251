"""The text of "why?": every number of an estimate with its formula, values, sources and measured error band."""

from collections.abc import Sequence
from html import escape

from advisor import words
from advisor.catalog.bands import band
from advisor.estimator.result import Estimate, Explanation
from advisor.i18n import N_, Translator
from advisor.palette import Palette
from advisor.ui import texts

QUANTITIES = {
    "total": N_("memory in all"),
    "resident": N_("memory of the process"),
    "ram": N_("place in RAM"),
    "decode": N_("generation speed"),
    "prefill": N_("prompt speed"),
    "ceiling": N_("speed limit of the memory"),
    "hours": N_("training time"),
    "tokens_per_s": N_("training speed"),
    "energy_kwh": N_("energy"),
    "trainable_parameters": N_("trained parameters"),
    "parameters": N_("parameters"),
}


def html(_: Translator, colors: Palette, heading: str, estimate: Estimate, lines: Sequence[Explanation]) -> str:
    """One page: the verdict with its reasons, then a block for each number."""
    top = f"<h3>{escape(heading)}</h3><p>{escape(texts.sentence(_, estimate))}</p>"
    return top + "".join(_block(_, colors, line) for line in lines)


def _block(_: Translator, colors: Palette, line: Explanation) -> str:
    name = _quantity(_, line.quantity)
    result = _amount(_, line.result, line.unit)
    caption = f'style="color:{colors.caption}"'
    rows = "".join(
        f"<tr><td {caption}>{escape(_(key))}&nbsp;&nbsp;</td><td>{escape(_value(_, key, value))}</td></tr>"
        for key, value in line.values.items()
    )
    parts = [f"<p><b>{escape(name)}</b> = <b>{escape(result)}</b><br><code>{escape(line.formula)}</code></p>"]
    if rows:
        parts.append(f'<table cellspacing="0" cellpadding="1">{rows}</table>')
    notes = [escape(_("Source: {source}", source=_(source))) for source in line.sources]
    if line.band:
        notes.append(escape(band_text(_, line.band)))
    if notes:
        parts.append(f"<p {caption}>{'<br>'.join(notes)}</p>")
    return "".join(parts)


def _quantity(_: Translator, code: str) -> str:
    if code.startswith("gpu"):
        return _("place on GPU {number}", number=code[3:])
    return _(QUANTITIES.get(code) or words.COMPONENT_WORDS.get(code, code))


def band_text(_: Translator, key: str) -> str:
    """What was measured about the error of this kind of number."""
    try:
        known = band(key)
    except KeyError:
        return key
    return _("{text} ({rows} measurements; {source})", text=_(known.text), rows=known.rows, source=known.source)


def _amount(_: Translator, result: float | None, unit: str) -> str:
    if result is None:
        return _("unknown")
    if unit == "B":
        return _("{size} ({bytes} bytes)", size=_.gib(result), bytes=_.integer(round(result)))
    if unit == "h":
        return _.duration(result * 3600)
    return f"{_.number(result)} {unit}".strip()


def _value(_: Translator, key: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and not key.endswith(("_s", "bytes")):
        return _.integer(value)
    return words.figure(_, key, value)
