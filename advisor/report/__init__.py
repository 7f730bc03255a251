"""The report: one document about a machine, or about two side by side, as Markdown, HTML, PDF or JSON."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from pathlib import Path

from advisor import files
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Machine
from advisor.report.names import check_name
from advisor.settings import Budget
from advisor.workload import Workload

FORMATS = {"md": (".md", ".markdown"), "html": (".html", ".htm"), "pdf": (".pdf",), "json": (".json",)}
PAPERS = ("a4", "letter")
# The stable names of the sections in the report's order, known without loading what writes them.
SECTION_KEYS = (
    "summary", "capability", "fits", "plans", "picks", "techniques", "scenarios", "upgrades", "conclusion", "appendix",
)  # fmt: skip

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


def write(
    path: Path,
    machine: Machine,
    workload: Workload,
    language: str,
    format: str | None = None,  # noqa: A002
    budget: Budget = "free",
    *,
    paper: str = "a4",
    sections: Collection[str] | None = None,
    today: date | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> bool:
    """Write the report on `machine` to `path`, whole or not at all; the format comes from the ending unless given.

    `sections` are keys of SECTION_KEYS, all when None; `progress` is told shares from 0 to 1 and `cancelled` asked
    between steps, both in the calling thread. False when it was cancelled: then nothing was written.
    Raises UserError when the ending, paper or a section is unknown or the file cannot be written.
    """
    chosen = check_target(path, format)
    check_choices(paper, sections)
    from advisor.report import making

    steps = making.Steps(progress, cancelled)
    try:
        data = making.report(machine, workload, language, chosen, budget, paper, sections, today, steps)
        steps.reached(0.98)
    except making.Stopped:
        return False
    files.write_bytes(path, data)
    steps.done()
    return True


def write_comparison(
    path: Path,
    machines: Sequence[tuple[str, Machine]],
    workload: Workload,
    language: str,
    format: str | None = None,  # noqa: A002
    budget: Budget = "free",
    *,
    paper: str = "a4",
    today: date | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> bool:
    """Write two machines side by side, each with the name that its column carries ("" : its own); else as `write`."""
    chosen = check_target(path, format)
    check_choices(paper, None)
    from advisor.report import making

    steps = making.Steps(progress, cancelled)
    try:
        data = making.comparison(machines, workload, language, chosen, budget, paper, today, steps)
        steps.reached(0.98)
    except making.Stopped:
        return False
    files.write_bytes(path, data)
    steps.done()
    return True


def check_target(path: Path, format: str | None = None) -> str:  # noqa: A002
    """The format that `path` is to be written in. Raises UserError before anything is computed."""
    check_name(path)
    try:
        folder, below = path.is_dir(), path.parent.is_dir()
    except OSError as error:  # a name that is too long, or a folder that may not be entered
        raise UserError(N_("{path}: cannot be written ({reason})"), path=path, reason=files.reason(error)) from error
    if folder:
        raise UserError(N_("{path}: this is a folder, a file name was expected"), path=path)
    if not below:
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


def check_choices(paper: str, sections: Collection[str] | None) -> None:
    """Raises UserError on a paper that is none of PAPERS, on a section that is none of SECTION_KEYS, or on none."""
    if paper not in PAPERS:
        _refuse("--paper", paper, PAPERS)
    for key in sections or ():
        if key not in SECTION_KEYS:
            _refuse("--sections", key, SECTION_KEYS)
    if sections is not None and not sections:
        raise UserError(N_("{option}: at least one section was expected"), option="--sections")


def render(
    machine: Machine,
    workload: Workload,
    language: str,
    format: str,  # noqa: A002
    budget: Budget = "free",
    today: date | None = None,
    *,
    paper: str = "a4",
    sections: Collection[str] | None = None,
) -> bytes:
    """The report as the bytes of a file in `format` (a key of FORMATS). Raises UserError on an unknown choice."""
    chosen = _known(format)
    check_choices(paper, sections)
    from advisor.report import making

    return making.report(machine, workload, language, chosen, budget, paper, sections, today, making.Steps())


def render_comparison(
    machines: Sequence[tuple[str, Machine]],
    workload: Workload,
    language: str,
    format: str,  # noqa: A002
    budget: Budget = "free",
    today: date | None = None,
    *,
    paper: str = "a4",
) -> bytes:
    """The comparison of two named machines as the bytes of a file in `format`. Raises UserError as `render`."""
    chosen = _known(format)
    check_choices(paper, None)
    from advisor.report import making

    return making.comparison(machines, workload, language, chosen, budget, paper, today, making.Steps())


def _known(format: str) -> str:  # noqa: A002
    if format not in FORMATS:
        _refuse("--format", format, FORMATS)
    return format


def _refuse(option: str, value: str, choices: Collection[str]) -> None:
    raise UserError(
        N_("{option}: {value} is not one of {choices}"), option=option, value=repr(value), choices=", ".join(choices)
    )
