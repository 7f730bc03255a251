"""What the user chose: language, theme, knobs. Loaded and saved safely; a broken file never stops the start."""

import contextlib
import json
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from advisor import files
from advisor.errors import UserError
from advisor.i18n import LANGUAGES, N_
from advisor.workload import Workload, wishes

Theme = Literal["system", "light", "dark"]
Budget = Literal["free", "total"]
ReportFormat = Literal["pdf", "html", "md", "json"]
Paper = Literal["a4", "letter"]
Figure = Literal["memory", "speed", "time"]
Grouping = Literal["none", "family", "size"]
FILE = "settings.json"
LIMIT = 1 << 20
_ASIDE = N_("Your settings could not be read and were set aside as {path}; the usual ones are used")
_NOT_READ = N_("Your settings could not be read, the usual ones are used: {path} ({reason})")
_UNREADABLE = (UserError, ValueError, RecursionError)
_MOST_BAD = 1000
_seen: dict[Path, dict[str, Any]] = {}  # what was last read from or written to a file
_writing = threading.Lock()
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
    `folder` the one that a file was last opened from; `text_percent` how large texts are, of the system's size;
    `folded` the groups of settings that are folded away.
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
    folded: tuple[str, ...] = ()
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
    """The folder for this user's settings, where the platform keeps such things; it may not exist yet. A portable copy
    keeps them beside itself.
    """
    portable = files.beside_the_program()
    if portable is not None:
        return portable
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or files.home() / "AppData" / "Roaming") / "HardwareAdvisor"
    if sys.platform == "darwin":
        return files.home() / "Library" / "Application Support" / "HardwareAdvisor"
    return Path(os.environ.get("XDG_CONFIG_HOME") or files.home() / ".config") / "hardware-advisor"


def load(path: Path | None = None) -> Settings:
    """The saved choices; whatever cannot be read or understood falls back to its default."""
    return read(path)[0]


def read(path: Path | None = None) -> tuple[Settings, UserError | None]:
    """The saved choices, and what to tell about a file that could not be read as a whole.

    Such a file is set aside under a name that is still free (settings.json.bad, .bad2 and so on), never overwritten.
    """
    path = path or folder() / FILE
    try:
        data = _content(path)
    except FileNotFoundError:
        return Settings(), None
    except _UNREADABLE as error:
        return Settings(), _set_aside(path, error)
    _seen[path] = data
    return _from_json(data), None


def save(settings: Settings, path: Path | None = None) -> None:
    """Save the choices. Raises UserError when the folder cannot be made or written.

    What another copy of the program changed meanwhile stays, unless it was changed here too; so does what a newer
    version wrote and this one does not know.
    """
    path = path or folder() / FILE
    with contextlib.suppress(OSError):  # writing below says why, in one sentence
        path.parent.mkdir(parents=True, exist_ok=True)
    with _writing:
        mine = json.loads(json.dumps(asdict(settings)))  # as it will be read: lists for tuples
        there: Mapping[str, Any] = {}
        with contextlib.suppress(FileNotFoundError, *_UNREADABLE):
            there = _content(path)
        whole = _merged(mine, _seen.get(path, {}), there)
        if whole != there:
            files.write_text(path, json.dumps(whole, indent=1) + "\n")
        _seen[path] = mine


def _content(path: Path) -> dict[str, Any]:
    """The file's object. Raises FileNotFoundError when there is none, one of _UNREADABLE when it cannot be read."""
    if not os.path.lexists(path):
        raise FileNotFoundError
    data = json.loads(files.read_bytes(path, LIMIT))
    if not isinstance(data, dict):
        raise ValueError("no JSON object")
    return data


def _merged(mine: Mapping[str, Any], seen: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """`mine` over what is `there`; a value that is still as it was `seen` gives way to the one that is there now."""
    whole = dict(there)
    for key, value in mine.items():
        now, before = there.get(key), seen.get(key)
        if isinstance(value, dict):
            whole[key] = _merged(value, _section(before), _section(now))
        elif key not in there or key not in seen or value != before:
            whole[key] = value
    return whole


def _section(data: object) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}


def _set_aside(path: Path, error: Exception) -> UserError:
    """Rename a file that cannot be read; what its user should know."""
    names = (path.with_name(f"{path.name}.bad{number if number > 1 else ''}") for number in range(1, _MOST_BAD))
    aside = next((one for one in names if not os.path.lexists(one)), None)
    try:
        if aside is None:
            raise FileExistsError
        path.rename(aside)
    except OSError:  # a folder that may not be changed: the file stays where it is
        reason = str(error) if isinstance(error, UserError) else files.reason(error)
        return UserError(_NOT_READ, path=path, reason=reason)
    return UserError(_ASIDE, path=aside)


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
    for key in ("columns", "favourites", "recent", "folded"):
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
    return wishes(data) if isinstance(data, dict) else Workload()
