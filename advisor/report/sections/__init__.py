"""The report's sections in their order, each a module of its own: what it shows of the machine and its advice."""

from collections.abc import Callable, Iterator, Mapping

from advisor.report.document import Section
from advisor.report.sections import (
    appendix,
    capability,
    conclusion,
    fits,
    picks,
    plans,
    scenarios,
    summary,
    techniques,
    upgrades,
)
from advisor.report.sections.context import Context

# The stable names of the sections, in the report's order; level-1 titles are numbered by the builder, appendix apart.
SECTIONS: Mapping[str, Callable[[Context], Iterator[Section]]] = {
    "summary": summary.sections,
    "capability": capability.sections,
    "fits": fits.sections,
    "plans": plans.sections,
    "picks": picks.sections,
    "techniques": techniques.sections,
    "scenarios": scenarios.sections,
    "upgrades": upgrades.sections,
    "conclusion": conclusion.sections,
    "appendix": appendix.sections,
}

__all__ = ["SECTIONS", "Context"]
