"""Builds the report's document, once per language, from the machine, its estimates and the advice."""

from collections.abc import Collection, Iterator
from datetime import date

from advisor import NAME, __version__
from advisor.advice.result import Advice
from advisor.advice.survey import Survey
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.report.document import Document, Section
from advisor.report.sections import SECTIONS, Context
from advisor.report.sections.machine_words import machine_name

_UNNUMBERED = "appendix"


def build(
    machine: Machine, found: Survey, advice: Advice, _: Translator, today: date, keys: Collection[str] | None = None
) -> Document:
    """The report in the translator's language; `keys` of SECTIONS are the sections wanted, all without it."""
    context = Context(machine, found, advice, _)
    wanted = [key for key in SECTIONS if keys is None or key in keys]
    return Document(
        title=_("AI hardware report"),
        subtitle=" · ".join(p for p in (machine_name(machine, _), machine.os_name, today.isoformat()) if p),
        language=_.language,
        created=today,
        generator=f"{_(NAME)} {__version__}",
        sections=tuple(_numbered(wanted, context)),
    )


def _numbered(keys: list[str], context: Context) -> Iterator[Section]:
    """The sections with their numbers: "4 Plans", "4.1 ..."; the appendix has none."""
    numbered = [key for key in keys if key != _UNNUMBERED]
    for key in keys:
        part = 0
        for section in SECTIONS[key](context):
            if key == _UNNUMBERED:
                yield section
                continue
            number = str(numbered.index(key) + 1)
            if section.level > 1:
                part += 1
                number = f"{number}.{part}"
            yield section._replace(title=f"{number} {section.title}")
