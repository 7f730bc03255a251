"""Sets everything up and starts or checks the program, with nothing but Python's standard library.

python3 dev.py run [options of advisor]   make a private environment, install, start
python3 dev.py test [options of pytest]   the same, then ruff, mypy, import contracts and the tests
python3 dev.py package linux              freeze the program for Linux, pack it, see it work (packaging/build_linux.py)
python3 dev.py package windows            the same for Windows, inside Wine, with its installer (build_windows.py)
python3 dev.py package check              only what is cheap of both, as every change is checked
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = ROOT / "requirements.lock"
OLDEST, NEWEST = (3, 11), (3, 13)

# Shared libraries that Qt's wheels expect from the system, and the packages that hold them.
# Found by `ldd` over PySide6-Essentials 6.9.3's Qt libraries and its xcb platform plugin.
QT_LIBRARIES = (
    # library, Debian/Ubuntu, Fedora, Arch
    ("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    ("libEGL.so.1", "libegl1", "mesa-libEGL", "libglvnd"),
    ("libGL.so.1", "libgl1", "mesa-libGL", "libglvnd"),
    ("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus"),
    ("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig"),
    ("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    ("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    ("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb"),
    ("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    ("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
    ("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb"),
)
INSTALLERS = (
    ("apt-get", 1, "apt-get install -y"),
    ("dnf", 2, "dnf install -y"),
    ("pacman", 3, "pacman -S --needed"),
)


def main() -> int:
    """Do what the first argument asks for; the exit code says whether it went well."""
    commands = {"run": run, "test": test, "package": package}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        say(f"Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]} is needed, this is {sys.version.split()[0]}")
        return 2
    return commands[sys.argv[1]](sys.argv[2:])


def run(arguments: list[str]) -> int:
    """Start the program from this folder; the working folder stays the caller's."""
    install("run")
    qt_libraries(needed=False)
    return subprocess.call([str(PYTHON), "-m", "advisor", *arguments], env=environment())


def test(arguments: list[str]) -> int:
    """Every check, in the order of their cost; all run, so that one look shows everything that is wrong."""
    install("test")
    qt_libraries(needed=True)
    tool = PYTHON.parent
    steps = (
        ("ruff", [str(tool / "ruff"), "check", "."]),
        ("format", [str(tool / "ruff"), "format", "--check", "--quiet", "."]),
        ("mypy", [str(PYTHON), "-m", "mypy"]),
        ("imports", [str(tool / "lint-imports"), "--no-cache"]),
        ("pytest", [str(PYTHON), "-m", "pytest", *arguments]),
    )
    failed = []
    for name, command in steps:
        say(name)
        started = time.monotonic()
        if subprocess.call(command, cwd=ROOT, env=environment(QT_QPA_PLATFORM="offscreen")):
            failed.append(name)
        say(f"{name}: {'failed' if name in failed else 'passed'} in {time.monotonic() - started:.1f} s")
    if failed:
        say("failed: " + ", ".join(failed))
    return 1 if failed else 0


def package(arguments: list[str]) -> int:
    """What is handed out; each build prints one table of its steps."""
    builds = {"linux": "build_linux.py", "windows": "build_windows.py", "check": "check.py"}
    if not arguments or arguments[0] not in builds:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    install("test")
    qt_libraries(needed=True)
    command = [str(PYTHON), str(ROOT / "packaging" / builds[arguments[0]]), *arguments[1:]]
    return subprocess.call(command, cwd=ROOT, env=environment())


def install(purpose: str) -> None:
    """Make `.venv` hold what `purpose` needs, at the versions of requirements.lock; nothing to do the second time."""
    stamp = VENV / f"{purpose}.stamp"
    wanted = fingerprint()
    if PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    make_environment()
    say(f"installing what `{purpose}` needs (the first time this takes a minute or two)")
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", str(LOCK)]
    if subprocess.call([*command, *requirements(purpose)]):
        sys.exit("dev.py: the packages could not be installed; is the package index (PyPI) reachable?")
    stamp.write_text(wanted, encoding="ascii")


def fingerprint() -> str:
    """Changes when the environment must be made anew: other versions, other Python, another folder."""
    parts = (
        LOCK.read_bytes(),
        (ROOT / "pyproject.toml").read_bytes(),
        sys.version.encode(),
        str(ROOT).encode(),
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def requirements(purpose: str) -> list[str]:
    """The project's own dependencies, with its `dev` extra for the checks."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["dev"] if purpose == "test" else []
    return [*project["dependencies"], *extra]


def make_environment() -> None:
    """Make `.venv`, with pip; on a bare Debian its own package comes first."""
    if PYTHON.exists() and subprocess.call([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0:
        return
    say(f"making a private environment in {VENV}")
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.call(command, stdout=subprocess.DEVNULL):
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        system_install([package], [package], needed=True)
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.check_call(command)


def qt_libraries(needed: bool) -> None:
    """Install the system libraries that Qt misses, or print the line that does."""
    if not sys.platform.startswith("linux"):
        return
    missing = [row for row in QT_LIBRARIES if not loads(row[0])]
    if missing:
        system_install([row[0] for row in missing], missing, needed)


def system_install(names: list[str], rows: Sequence[str | tuple[str, ...]], needed: bool) -> None:
    """Install system packages when this user may, else say what to type; exits only when they are `needed`."""
    tool, column, line = next((row for row in INSTALLERS if shutil.which(row[0])), (None, 1, "apt-get install -y"))
    packages = sorted({row if isinstance(row, str) else row[column] for row in rows})
    if tool == "apt-get" and os.geteuid() == 0:
        say("installing system packages: " + " ".join(packages))
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        options = ["-q", "-y", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends"]
        subprocess.call(["apt-get", "-q", "update"], stdout=subprocess.DEVNULL, env=quiet)
        if subprocess.call(["apt-get", "install", *options, *packages], stdout=subprocess.DEVNULL, env=quiet) == 0:
            return
    say(f"missing on this system: {', '.join(names)}; type: sudo {line} {' '.join(packages)}")
    if needed:
        sys.exit(1)


def loads(library: str) -> bool:
    """Whether the dynamic linker finds `library`."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def environment(**extra: str) -> dict[str, str]:
    """The caller's environment with this checkout importable, and UTF-8 whatever the code page."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", **extra}


def say(text: str) -> None:
    """One line of progress, to stderr so that it never mixes with a command's output."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
