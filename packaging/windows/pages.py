"""The installer and the remover by hand, in both languages: every page is walked through with keys and kept
as a picture, and what was answered must have happened. Also the two systems that the installer refuses.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from debian_root import painted, picture
from installed import left_behind, state
from steps import Failed
from wine import Wine

SETUP = r"Z:\build\setup.exe"
REFUSED = 4
COLOURS = 40  # of a dialog with letters on it
# Shell in which a walk is written: `seen` waits for a window, `there` and `gone` for a file, `press` presses keys one
# after the other, `look` keeps a picture.
WORDS = r"""
seen() {
  for try in $(seq 240); do xdotool search --onlyvisible --name . >/dev/null 2>&1 && break; sleep 0.25; done
  sleep 2
}
there() { for try in $(seq 480); do [ -e "$1" ] && break; sleep 0.25; done; sleep 2; }
gone() { for try in $(seq 240); do [ -e "$1" ] || break; sleep 0.25; done; sleep 2; }
press() { for key in "$@"; do xdotool key "$key"; sleep 0.7; done; }
"""
WORDS += f"look() {{\nsleep 1{picture('/build/pages/$1')}}}\n"


class Language(NamedTuple):
    """How a system speaks, and what is answered there."""

    key: str
    locale: str
    program: str  # its name in the desktop
    start: bool  # whether the box to start the program at the end stays ticked
    shortcut: bool  # whether the box for the desktop is ticked
    delete: bool  # whether the user's data is to go


ENGLISH = Language("en", "en_US.UTF-8", "Hardware Advisor", False, True, False)
CHINESE = Language("zh", "zh_CN.UTF-8", "硬件顾问", True, False, True)


def by_hand(wine: Wine, language: Language, program: Path, forget: Callable[[], None]) -> str:
    """Install and remove as a person does who reads every page. `program` is where it is put; `forget` deletes the
    user's data that earlier steps left.
    """
    forget()
    # Wine writes the language of the system into its registry when it changes: that comes first.
    wine.shell("wine cmd /c exit; wineserver -w", env={"LC_ALL": language.locale})
    before = state(wine.build / "prefix")
    pictures = wine.build / "pages"
    pictures.mkdir(exist_ok=True)
    data = [wine.home() / "AppData" / part / "HardwareAdvisor" for part in ("Roaming", "Local")]
    desktop = wine.home() / "Desktop" / f"{language.program}.lnk"
    wine.shell(WORDS + _installing(wine, language, program), limit_s=300, env={"LC_ALL": language.locale})
    if not (program / "Uninstall.exe").is_file():
        raise Failed(f"the installer did not put the program into {program}")
    if desktop.exists() != language.shortcut:
        raise Failed(f"the box for the desktop's shortcut is ticked: {language.shortcut}, but it is there: {desktop}")
    if not language.start:
        for folder in data:
            folder.mkdir(parents=True)
            (folder / "kept").write_text("", encoding="ascii")
    elif not data[0].is_dir():
        raise Failed("the program was not started from the installer's last page")
    wine.shell(WORDS + _removing(wine, language, program), limit_s=300, env={"LC_ALL": language.locale})
    if program.exists() or desktop.exists():
        raise Failed(f"{program} or {desktop} is still there")
    left = [str(folder) for folder in data if folder.exists()]
    if bool(left) == language.delete:
        raise Failed(f"the user's data was to be deleted: {language.delete}, but there is {left or 'nothing left'}")
    forget()
    traces = left_behind(before, state(wine.build / "prefix"))
    if traces:
        raise Failed(f"{len(traces)} traces are left, the first: {traces[0]}")
    names = sorted(path.stem for path in pictures.glob(f"{language.key}-*.png"))
    for name in names:
        painted(pictures, name, COLOURS)
    return f"{language.key}: {len(names)} pages, each box had its effect, no trace is left"


def _installing(wine: Wine, language: Language, program: Path) -> str:
    key, inside = language.key, _inside(wine, program)
    boxes = ["Tab", "space"] if language.shortcut else []
    end = f"seen; sleep 25; look {key}-5-started; press alt+F4; sleep 5" if language.start else ""
    return f"""
wine '{SETUP}' &
seen; look {key}-1-welcome
press Return; look {key}-2-folder
press Return; sleep 2; look {key}-3-unpacking
there '{inside}/Uninstall.exe'; sleep 3
press {"" if language.start else "space"} {" ".join(boxes)}; look {key}-4-finished
press Return; sleep 2
{end}
wineserver -k || true; wineserver -w
"""


def _removing(wine: Wine, language: Language, program: Path) -> str:
    key, inside = language.key, _inside(wine, program)
    answer = "alt+a" if language.delete else ""
    return f"""
wine '{_windows(wine, program)}\\Uninstall.exe' &
seen; press {answer}; look {key}-6-remover
press Return; gone '{inside}/Uninstall.exe'; look {key}-7-removed
press Return; sleep 3
wineserver -k || true; wineserver -w
"""


def _inside(wine: Wine, path: Path) -> str:
    """As the root's own shell sees it."""
    return "/" + path.relative_to(wine.root).as_posix()


def _windows(wine: Wine, path: Path) -> str:
    """As Windows' programs see it."""
    drive = wine.build / "prefix" / "drive_c"
    return "C:\\" + str(path.relative_to(drive)).replace("/", "\\")


def refused_systems(wine: Wine) -> str:
    """A Windows of 32 bits, and one before Windows 10 1809: a sentence, an exit code, nothing installed."""
    found = []
    for key, architecture, version, language in (
        ("32-bit", "win32", "win10", CHINESE),
        ("older", "win64", "win7", ENGLISH),
    ):
        prefix = wine.build / "refused"
        shutil.rmtree(prefix, ignore_errors=True)
        env = {"WINEPREFIX": "/build/refused", "WINEARCH": architecture, "LC_ALL": language.locale}
        script = f"""
mkdir -p /build/pages
wine wineboot -i; wine winecfg /v {version}; wineserver -w
wine '{SETUP}' & pid=$!
seen; look {key}-refused
press Return
wait $pid || echo "by hand $?"
wine '{SETUP}' /S || echo "silent $?"
wineserver -w
"""
        said = wine.shell(WORDS + script, limit_s=300, env=env)
        for way in ("by hand", "silent"):
            if f"{way} {REFUSED}" not in said:
                raise Failed(f"on a {key} Windows the installer, {way}, did not end with {REFUSED}: {said[-200:]}")
        if list(prefix.rglob("HardwareAdvisor*")):
            raise Failed(f"on a {key} Windows something was installed all the same")
        shutil.rmtree(prefix)
        found.append(key)
    return f"{' and '.join(found)} Windows: a sentence, exit code {REFUSED}, nothing installed"
