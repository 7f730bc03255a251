"""What exporting a report does off the window's thread: the document for its preview, and the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from advisor.machine import Machine
from advisor.settings import Budget, Paper
from advisor.workload import Workload

if TYPE_CHECKING:  # they load when a report is asked for
    from advisor.advice.result import Advice
    from advisor.advice.survey import Survey
    from advisor.report.document import Document
    from advisor.report.drawing import Drawing


class Order(NamedTuple):
    """What a report is to be about. Two `machines` are compared; a comparison has no sections to choose from."""

    machines: tuple[tuple[str, Machine], ...]  # with the name that its column carries
    workload: Workload
    budget: Budget
    language: str
    paper: Paper
    sections: tuple[str, ...]


class Basis(NamedTuple):
    """What takes long about the report on one machine and is the same for every choice of sections."""

    machine: Machine
    found: Survey
    advice: Advice


class Preview(NamedTuple):
    """A document to be looked at, its charts drawn by their addresses; `basis` makes the next one of the same machine
    and language quickly.
    """

    document: Document
    drawings: Mapping[str, Drawing]
    basis: Basis | None


def preview(order: Order, basis: Basis | None) -> Preview:
    """The document that `order` asks for; `basis` is the one of an earlier preview, if it still holds."""
    from advisor.i18n import translator

    _ = translator(order.language)
    if len(order.machines) > 1:
        from advisor.report import compare, compare_document

        compared = compare.compare(order.machines, order.workload, order.budget, order.language)
        return _drawn(compare_document.build(compared, _, date.today()), None)
    from advisor.report.build import build

    basis = basis or _basis(order)
    return _drawn(build(basis.machine, basis.found, basis.advice, _, date.today(), order.sections), basis)


def _drawn(document: Document, basis: Basis | None) -> Preview:
    from advisor.ui.report.preview import drawings

    return Preview(document, drawings(document), basis)


def _basis(order: Order) -> Basis:
    from advisor.advice import advise_survey
    from advisor.advice.survey import survey
    from advisor.sources.plain import plain

    machine = plain(order.machines[0][1])
    found = survey(machine, order.workload, order.budget)
    return Basis(machine, found, advise_survey(found, order.language))


def markdown(order: Order, basis: Basis | None) -> str:
    """The document that `order` asks for as Markdown."""
    from advisor.report.markdown import render

    return render(preview(order, basis).document)


def export(order: Order, path: Path, progress: Callable[[float], None], cancelled: Callable[[], bool]) -> Path | None:
    """Write the report in the format of the path's ending; returns where, None when cancelled. Raises UserError.

    `progress` is told shares from 0 to 1; both are called in the thread that writes.
    """
    from advisor import report

    machines = order.machines
    if len(machines) > 1:
        written = report.write_comparison(
            path, machines, order.workload, order.language, None, order.budget,
            paper=order.paper, progress=progress, cancelled=cancelled,
        )  # fmt: skip
    else:
        written = report.write(
            path, machines[0][1], order.workload, order.language, None, order.budget,
            paper=order.paper, sections=order.sections, progress=progress, cancelled=cancelled,
        )  # fmt: skip
    return path if written else None
