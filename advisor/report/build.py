"""Builds the report's document, once per language, from the machine, its estimates and the advice."""

from datetime import date

from advisor import NAME, __version__
from advisor.advice.result import Advice
from advisor.advice.survey import Survey
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.report import end_parts, fit_parts, machine_parts, plan_parts
from advisor.report.document import Document


def build(machine: Machine, found: Survey, advice: Advice, _: Translator, today: date) -> Document:
    """The whole report in the translator's language."""
    name = machine_parts.machine_name(machine, _)
    used = [pick.estimate for pick in advice.picks] + [plan.estimate for plan in advice.cloud]
    sections = (
        machine_parts.summary(machine, advice, _),
        machine_parts.capability(machine, advice, _),
        fit_parts.what_fits(machine, found, advice, _),
        *plan_parts.plans(advice, _),
        plan_parts.models(advice, _),
        plan_parts.techniques(advice, _),
        plan_parts.uses(advice, _),
        plan_parts.upgrades(advice, _),
        end_parts.conclusion(machine, advice, _),
        end_parts.appendix(advice, used, _sources(advice), _),
    )
    return Document(
        title=_("AI hardware report"),
        subtitle=" · ".join(part for part in (name, machine.os_name, today.isoformat()) if part),
        language=_.language,
        created=today,
        generator=f"{NAME} {__version__}",
        sections=sections,
    )


def _sources(advice: Advice) -> dict[str, str]:
    """Where the facts of the named models and prices come from: names that share a source, and the source."""
    named: dict[str, str] = {}
    for pick in advice.picks:
        named.setdefault(pick.estimate.model.name, pick.estimate.model.source)
    for plan in advice.cloud:
        named.setdefault(plan.estimate.model.name, plan.estimate.model.source)
        named.setdefault(f"{plan.gpu} (US$)", plan.source)
    sources = dict.fromkeys(source for source in named.values() if source)
    return {", ".join(name for name, own in named.items() if own == source): source for source in sources}
