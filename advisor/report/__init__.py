"""The report: one document about a machine, written as Markdown, HTML, PDF or JSON in either language."""

from datetime import date
from pathlib import Path

from advisor import advice, files
from advisor.advice.result import Budget
from advisor.errors import UserError
from advisor.i18n import N_, translator
from advisor.machine import Machine
from advisor.sources.plain import plain
from advisor.workload import Workload

FORMATS = {"md": (".md", ".markdown"), "html": (".html", ".htm"), "pdf": (".pdf",), "json": (".json",)}


def write(
    path: Path,
    machine: Machine,
    workload: Workload,
    language: str,
    format: str | None = None,  # noqa: A002
    budget: Budget = "free",
) -> None:
    """Write the report on `machine` to `path`, whole or not at all; the format comes from the ending unless given.

    Raises UserError when the ending is unknown or the file cannot be written.
    """
    chosen = check_target(path, format)
    files.write_bytes(path, render(machine, workload, language, chosen, budget))


def check_target(path: Path, format: str | None = None) -> str:  # noqa: A002
    """The format that `path` is to be written in. Raises UserError before anything is computed."""
    if path.is_dir():
        raise UserError(N_("{path}: this is a folder, a file name was expected"), path=path)
    if not path.parent.is_dir():
        raise UserError(N_("{path}: the folder {folder} does not exist"), path=path, folder=path.parent)
    if format is not None:
        return _known(format)
    for name, endings in FORMATS.items():
        if path.suffix.lower() in endings:
            return name
    raise UserError(
        N_("{path}: the ending {ending} is unknown; endings are {known}"),
        path=path, ending=repr(path.suffix), known=", ".join(endings[0] for endings in FORMATS.values()),
    )  # fmt: skip


def render(
    machine: Machine,
    workload: Workload,
    language: str,
    format: str,  # noqa: A002
    budget: Budget = "free",
    today: date | None = None,
) -> bytes:
    """The report as the bytes of a file in `format` (a key of FORMATS). Raises UserError on an unknown format."""
    chosen = _known(format)
    machine = plain(machine)
    from advisor.advice.survey import survey
    from advisor.report.build import build

    _ = translator(language)
    found = survey(machine, workload, budget)
    advised = advice.advise_survey(found, language)
    document = build(machine, found, advised, _, today or date.today())
    if chosen == "pdf":
        from advisor.report import pdf

        return pdf.render(document)
    if chosen == "html":
        from advisor.report import html

        return html.render(document).encode()
    if chosen == "json":
        from advisor.report import as_json

        return as_json.render(machine, found, advised, document, _).encode()
    from advisor.report import markdown

    return markdown.render(document).encode()


def _known(format: str) -> str:  # noqa: A002
    if format not in FORMATS:
        raise UserError(
            N_("{option}: {value} is not one of {choices}"),
            option="--format", value=repr(format), choices=", ".join(FORMATS),
        )  # fmt: skip
    return format
