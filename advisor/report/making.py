"""Makes a report's bytes step by step: estimates, advice, document, file; tells how far it is and stops when asked."""

from collections.abc import Callable, Collection, Sequence
from datetime import date

from advisor import advice
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.report.document import Document
from advisor.settings import Budget
from advisor.sources.plain import plain
from advisor.workload import Workload


class Stopped(Exception):
    """The user has cancelled."""


class Steps:
    """How far the work is: tells `progress` and asks `cancelled` between two steps."""

    def __init__(
        self, progress: Callable[[float], None] | None = None, cancelled: Callable[[], bool] | None = None
    ) -> None:
        self._progress = progress or (lambda _share: None)
        self._cancelled = cancelled or (lambda: False)

    def reached(self, share: float) -> None:
        """`share` of the work, 0 to 1, is done. Raises Stopped when the user has cancelled."""
        if self._cancelled():
            raise Stopped
        self._progress(share)

    def done(self) -> None:
        """The file is there; too late to cancel."""
        self._progress(1.0)

    def between(self, low: float, high: float) -> Callable[[float], None]:
        """`reached` for a part of the work that counts itself from 0 to 1."""
        return lambda share: self.reached(low + (high - low) * share)


def report(
    machine: Machine,
    workload: Workload,
    language: str,
    format: str,  # noqa: A002
    budget: Budget,
    paper: str,
    sections: Collection[str] | None,
    today: date | None,
    steps: Steps,
) -> bytes:
    """The report on one machine in `format`. Raises Stopped when cancelled."""
    from advisor.advice.survey import survey
    from advisor.report.build import build

    steps.reached(0.0)
    machine = plain(machine)
    _ = translator(language)
    found = survey(machine, workload, budget)
    steps.reached(0.3)
    advised = advice.advise_survey(found, language)
    steps.reached(0.6)
    document = build(machine, found, advised, _, today or date.today(), sections)
    steps.reached(0.65)
    if format == "json":
        from advisor.report import as_json

        return as_json.render(machine, found, advised, document, _).encode()
    return written(document, format, paper, steps.between(0.65, 0.95))


def comparison(
    machines: Sequence[tuple[str, Machine]],
    workload: Workload,
    language: str,
    format: str,  # noqa: A002
    budget: Budget,
    paper: str,
    today: date | None,
    steps: Steps,
) -> bytes:
    """Two named machines side by side in `format`. Raises Stopped when cancelled."""
    from advisor.report import compare, compare_document

    steps.reached(0.0)
    _ = translator(language)
    compared = compare.compare(machines, workload, budget, language, steps.between(0.0, 0.6))
    document = compare_document.build(compared, _, today or date.today())
    steps.reached(0.65)
    if format == "json":
        return compare_document.as_json(compared, document, _).encode()
    return written(document, format, paper, steps.between(0.65, 0.95))


def written(document: Document, format: str, paper: str, reached: Callable[[float], None]) -> bytes:  # noqa: A002
    """`document` in a format that people read: "pdf", "html" or "md"; `reached` is told after each section."""
    if format == "pdf":
        from advisor.report import pdf

        return pdf.render(document, paper, reached)
    if format == "html":
        from advisor.report import html

        return html.render(document).encode()
    from advisor.report import markdown

    return markdown.render(document).encode()
