"""What the user chose: language, theme, knobs. Loaded and saved safely; a broken file never stops the start."""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from advisor import files
from advisor.errors import UserError
from advisor.i18n import LANGUAGES
from advisor.workload import SETTINGS, Workload, parse

Theme = Literal["system", "light", "dark"]
Budget = Literal["free", "total"]
ReportFormat = Literal["pdf", "html", "md", "json"]
Paper = Literal["a4", "letter"]
Figure = Literal["memory", "speed", "time"]
Grouping = Literal["none", "family", "size"]
LIMIT = 1 << 20
_MOST_SECTIONS = 64
_MOST_NAMES = 1000  # of models, columns, files
TEXT_PERCENTS = (100, 110, 125, 150, 175, 200)  # of the system's text size


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """How reports are exported. `language` None follows the window, `paper` None the country; `left_out` are keys of
    sections.
    """

    format: ReportFormat = "pdf"
    language: str | None = None
    paper: Paper | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WindowChoices:
    """How the window was left: where it stood, what it showed, which models its user starred.

    `geometry` is what Qt keeps of a window's place, in base 64; `splitters` the pixels of each splitter's panes;
    `columns` the keys of the matrix's columns, () for the usual ones; `recent` the files opened, the latest first;
    `folder` the one that a file was last opened from; `text_percent` how large texts are, of the system's size.
    """

    geometry: str = ""
    splitters: tuple[tuple[int, ...], ...] = ()
    page: str = "models"
    figure: Figure = "memory"
    group: Grouping = "none"
    columns: tuple[str, ...] = ()
    favourites: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    hint_seen: bool = False
    compare_own: bool = False
    folder: str = ""
    text_percent: int = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's choices. `language` None follows the system."""

    language: str | None = None
    theme: Theme = "system"
    budget: Budget = "free"
    workload: Workload = field(default_factory=Workload)
    report: ReportChoices = field(default_factory=ReportChoices)
    window: WindowChoices = field(default_factory=WindowChoices)


def folder() -> Path:
    """The folder for this user's settings, where the platform keeps such things; it may not exist yet."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or _home() / "AppData" / "Roaming") / "HardwareAdvisor"
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / "HardwareAdvisor"
    return Path(os.environ.get("XDG_CONFIG_HOME") or _home() / ".config") / "hardware-advisor"


def _home() -> Path:
    """The home folder; a user without one (as in some containers) gets a folder for temporary files."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(tempfile.gettempdir())


def load(path: Path | None = None) -> Settings:
    """The saved choices; whatever cannot be read or understood falls back to its default."""
    try:
        data = json.loads(files.read_bytes(path or folder() / "settings.json", LIMIT))
    except (UserError, ValueError, RecursionError):
        return Settings()
    return _from_json(data) if isinstance(data, dict) else Settings()


def save(settings: Settings, path: Path | None = None) -> None:
    """Save the choices. Raises UserError when the folder cannot be made or written."""
    path = path or folder() / "settings.json"
    with contextlib.suppress(OSError):  # writing below says why, in one sentence
        path.parent.mkdir(parents=True, exist_ok=True)
    files.write_text(path, json.dumps(asdict(settings), indent=1) + "\n")


def _from_json(data: Mapping[str, Any]) -> Settings:
    settings = Settings()
    if data.get("language") in LANGUAGES:
        settings = replace(settings, language=data["language"])
    if data.get("theme") in get_args(Theme):
        settings = replace(settings, theme=data["theme"])
    if data.get("budget") in get_args(Budget):
        settings = replace(settings, budget=data["budget"])
    return replace(
        settings,
        workload=_workload(data.get("workload")),
        report=_report(data.get("report")),
        window=_window(data.get("window")),
    )


def _report(data: object) -> ReportChoices:
    choices = ReportChoices()
    if not isinstance(data, dict):
        return choices
    if data.get("format") in get_args(ReportFormat):
        choices = replace(choices, format=data["format"])
    if data.get("language") in LANGUAGES:
        choices = replace(choices, language=data["language"])
    if data.get("paper") in get_args(Paper):
        choices = replace(choices, paper=data["paper"])
    left_out = data.get("left_out")
    if isinstance(left_out, list):
        choices = replace(choices, left_out=tuple(one for one in left_out[:_MOST_SECTIONS] if isinstance(one, str)))
    return choices


def _window(data: object) -> WindowChoices:
    if not isinstance(data, dict):
        return WindowChoices()
    known: dict[str, Any] = {}
    for key in ("geometry", "page", "folder"):
        if isinstance(data.get(key), str):
            known[key] = data[key]
    percent = data.get("text_percent")
    if type(percent) is int and percent in TEXT_PERCENTS:
        known["text_percent"] = percent
    for key, kind in (("figure", Figure), ("group", Grouping)):
        if data.get(key) in get_args(kind):
            known[key] = data[key]
    for key in ("columns", "favourites", "recent"):
        names = data.get(key)
        if isinstance(names, list):
            known[key] = tuple(one for one in names[:_MOST_NAMES] if isinstance(one, str))
    for key in ("hint_seen", "compare_own"):
        if isinstance(data.get(key), bool):
            known[key] = data[key]
    return WindowChoices(splitters=_splitters(data.get("splitters")), **known)


def _splitters(data: object) -> tuple[tuple[int, ...], ...]:
    whole = isinstance(data, list) and all(
        isinstance(one, list) and all(type(pixels) is int and 0 <= pixels < 1 << 16 for pixels in one) for one in data
    )
    return tuple(tuple(one) for one in data[:_MOST_SECTIONS]) if whole and isinstance(data, list) else ()


def _workload(data: object) -> Workload:
    known = {key: value for key, value in data.items() if key in SETTINGS} if isinstance(data, dict) else {}
    with contextlib.suppress(UserError):
        return parse(known)
    # Something in it is wrong: each knob on its own, so that one bad value does not cost the others.
    workload = Workload()
    for key, value in known.items():
        with contextlib.suppress(UserError):
            workload = parse({key: value}, workload)
    return workload
