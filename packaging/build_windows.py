"""Builds the Windows program and its installer on a bare Debian, inside Wine, and sees them work.

python3 dev.py package windows      as root; the results lie in build/windows, the table also in docs/windows-build.md

Release builds come from a Windows runner (.github/workflows/release.yml); this is how Windows is seen to work before.
A second run keeps the Wine root, CPython and the wheels of the first.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "windows")]

import fetched  # noqa: E402
import self_tests  # noqa: E402
import sizes  # noqa: E402
from journey import journey, self_test, strangers  # noqa: E402
from portable import pack  # noqa: E402
from steps import Failed, Steps, folder_size, megabytes, run, system_packages  # noqa: E402
from wine import Wine  # noqa: E402

ROOT = HERE.parent
WORK = ROOT / "build" / "windows"
TABLE = ROOT / "docs" / "windows-build.md"
VERSION = re.findall(r'__version__ = "(.+)"', (ROOT / "advisor" / "__init__.py").read_text(encoding="utf-8"))[0]
HEAD = """# The Windows program, built and seen working inside Wine

`python3 dev.py package windows`, version {version}, {date}, commit {commit}. Made by packaging/build_windows.py; what
Wine cannot show (the look of a real desktop, a signature, SmartScreen) is for a Windows runner and a person to see.
"""
SYSTEM = {"debootstrap": "debootstrap", "makensis": "nsis", "git": "git"}
STARTS = 4  # pairs
SIZES = {"installer": 40e6, "installed": 140e6}
FROZEN = r"Z:\build\dist\HardwareAdvisor\HardwareAdvisor.exe"
CORE_TESTS = (
    "tests", "--ignore=tests/ui", "--ignore=tests/test_benchmarks.py", "--ignore=tests/test_dev.py",
    "--ignore=tests/packaging", "-p", "no:cacheprovider", "-W", "ignore:Unknown config option",
)  # fmt: skip


def build(steps: Steps) -> None:
    """Every step, in order."""
    if os.geteuid() != 0:
        raise Failed("the Wine root is made with debootstrap and chroot: run this as root")
    wine = Wine(steps, WORK / "root")
    with steps.step("system packages") as found:
        found.append(system_packages(steps, SYSTEM))
    with steps.step("Wine root") as found:
        found.append(wine.make())
    python = wine.build / "py"
    with steps.step("Windows CPython") as found:
        archive = fetched.download("python", WORK / "downloads")
        found.append("kept" if (python / "python.exe").is_file() else fetched.python(archive, python))
        ucrt = WORK / "ucrtbase.dll"
        entry = fetched.source("ucrt")
        ucrt.write_bytes(fetched.member(fetched.download("ucrt", WORK / "downloads"), entry["inside"]))
    with steps.step("its library against another 3.11") as found:
        found.append(fetched.compare_library(python, WORK / "library-differences.txt"))
    with steps.step("wheels, by hash") as found:
        found.append(fetched.wheels(steps, WORK / "wheels", python / "Lib" / "site-packages"))
    with steps.step("sources") as found:
        found.append(_copy_sources(wine.build / "src"))
    with wine.mounted():
        with steps.step("Wine prefix") as found:
            found.append(wine.prefix(ucrt))
        _tests(steps, wine)
        _freeze(steps, wine)
        _frozen(steps, wine)
        _installer(steps, wine)
        journey(steps, wine)
        strangers(steps, wine, WORK / f"HardwareAdvisor-{VERSION}-portable.zip")
    with steps.step("what is handed out") as found:
        found.append(_sums())


def _copy_sources(target: Path) -> str:
    """The files that git knows, as they are now."""
    shutil.rmtree(target, ignore_errors=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [name for name in names.decode().split("\0") if name and (ROOT / name).is_file()]
    for name in paths:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    return f"{len(paths)} files"


def _tests(steps: Steps, wine: Wine) -> None:
    """The core's tests with Windows' own registry and calls as Wine answers them."""
    with steps.step("tests without Qt, under Wine") as found:
        command = ["/build/py/python.exe", "-m", "pytest", *CORE_TESTS, "--rootdir", r"Z:\build\src"]
        text = _in_folder(wine, command, codes=(0, 1))
        last = [line for line in text.splitlines() if re.search(r"\d+ passed", line)]
        if not last:
            raise Failed(f"no test ran to its end (see {steps.log})")
        found.append(last[-1].strip(" ="))
        failed = [line for line in text.splitlines() if line.startswith(("FAILED tests", "ERROR tests"))]
        found += [line.split(" - ")[0] for line in failed[:20]]


def _in_folder(wine: Wine, command: list[str], codes: tuple[int, ...] = (0,)) -> str:
    """Run a Windows program with the sources as its working folder."""
    words = " ".join(f"'{word}'" for word in command)
    return wine.shell(f"cd /build/src; set +e; wine {words}; code=$?; [ $code -le {max(codes)} ]", limit_s=2400)


def _freeze(steps: Steps, wine: Wine) -> None:
    with steps.step("freeze") as found:
        shutil.rmtree(wine.build / "dist", ignore_errors=True)
        options = ["--noconfirm", "--log-level", "WARN", "--distpath", r"Z:\build\dist", "--workpath", r"Z:\build\work"]
        spec = r"Z:\build\src\packaging\hardware-advisor.spec"
        wine.inside(["wine", "/build/py/python.exe", "-m", "PyInstaller", *options, spec], limit_s=1500)
        size, count = folder_size(_dist(wine))
        found.append(f"{megabytes(size)}, {count} files (at most {megabytes(SIZES['installed'])})")
        if size > SIZES["installed"]:
            found.append("LARGER THAN THE GOAL")


def _dist(wine: Wine) -> Path:
    return wine.build / "dist" / "HardwareAdvisor"


def _frozen(steps: Steps, wine: Wine) -> None:
    """The frozen program's test of itself, before anything is packed."""
    with steps.step("frozen program tests itself") as found:
        found.append(self_tests.said(self_test(wine, FROZEN, "frozen")))
    with steps.step("start: frozen and python -m advisor") as found:
        found.append(
            self_tests.starts(
                lambda: self_test(wine, FROZEN, "frozen"),
                lambda: self_test(wine, "/build/py/python.exe", "source", "-m", "advisor"),
                STARTS,
            )
        )


def _installer(steps: Steps, wine: Wine) -> None:
    """The installer and the portable archive."""
    with steps.step("installer") as found:
        size, _count = folder_size(_dist(wine))
        target = WORK / f"HardwareAdvisor-{VERSION}-setup.exe"
        values = {"VERSION": VERSION, "SOURCE": _dist(wine), "OUT": target, "SIZE_KB": size // 1024}
        defined = [f"-D{name}={value}" for name, value in values.items()]
        steps.call(["makensis", "-V2", "-INPUTCHARSET", "UTF8", *defined, HERE / "windows" / "installer.nsi"])
        shutil.copy2(target, wine.build / "setup.exe")
        packed = target.stat().st_size
        found.append(f"{megabytes(packed)} (at most {megabytes(SIZES['installer'])})")
        if packed > SIZES["installer"]:
            found.append("LARGER THAN THE GOAL")
    with steps.step("portable archive") as found:
        target = WORK / f"HardwareAdvisor-{VERSION}-portable.zip"
        pack(_dist(wine), target)
        found.append(megabytes(target.stat().st_size))


def _sums() -> str:
    """The SHA-256 list of what is handed out."""
    found = sorted(WORK.glob(f"HardwareAdvisor-{VERSION}-*.*"))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in found if path.suffix != ".txt"]
    (WORK / f"HardwareAdvisor-{VERSION}-SHA256SUMS.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
    return ", ".join(path.name for path in found)


def tell(steps: Steps) -> None:
    """Keep the last table with its date and commit in docs/windows-build.md."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    differences = (WORK / "library-differences.txt").read_text(encoding="utf-8").splitlines()
    parts = [
        HEAD.format(version=VERSION, date=date.today().isoformat(), commit=commit),
        steps.table(),
        "## Sizes\n\nThe floor, a window with one label frozen the same way, is 51 MB; its installer is 16 MB.\n",
        sizes.table(WORK / "root" / "build" / "dist" / "HardwareAdvisor"),
        "## CPython's library\n\nIts executables are signed by the Python Software Foundation. Its library in Python\n"
        "is not, and is compared file by file with another Python 3.11. What differs between these:\n",
        "\n".join(["```", *differences, "```"]),
    ]
    TABLE.write_text("\n\n".join(part.strip("\n") for part in parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    made = Steps(WORK / "log.txt")
    code = run(made, build)
    if code == 0:
        tell(made)
    sys.exit(code)
