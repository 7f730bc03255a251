"""Builds the Linux program and its Debian package, and sees it work in a clean root, on old processors, offline.

python3 dev.py package linux [--no-root]      the results lie in build/linux

With --no-root only what needs no other root is done: freeze, the frozen program's test of itself, the package.
Why a .deb: docs/decisions/.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import self_tests  # noqa: E402
from self_tests import said  # noqa: E402
from steps import Steps, folder_size, megabytes, run, system_packages  # noqa: E402

ROOT = HERE.parent
WORK = ROOT / "build" / "linux"

PYTHON = ROOT / ".venv" / "bin" / "python"
VERSION = re.findall(r'__version__ = "(.+)"', (ROOT / "advisor" / "__init__.py").read_text(encoding="utf-8"))[0]
# The library is one that the program needs on Wayland; the package's dependencies are found by what lies in the system.
SYSTEM = {"dpkg-shlibdeps": "dpkg-dev", "strip": "binutils", "libwayland-cursor.so.0": "libwayland-cursor0"}
FOR_ROOTS = {"debootstrap": "debootstrap", "strace": "strace", "qemu-x86_64": "qemu-user", "prlimit": "util-linux"}
SUITE = "bookworm"
MEMORY_MIB = 1024
STARTS = 7  # pairs; one where every change is checked


def build(steps: Steps, roots: bool) -> None:
    """Every step, in order."""
    with steps.step("system packages") as found:
        found.append(system_packages(steps, SYSTEM | _python_library() | (FOR_ROOTS if roots else {})))
    dist = WORK / "dist" / "HardwareAdvisor"
    with steps.step("freeze") as found:
        shutil.rmtree(WORK / "dist", ignore_errors=True)
        folders: list[str | Path] = ["--distpath", WORK / "dist", "--workpath", WORK / "work"]
        options = ["--noconfirm", "--log-level", "ERROR"]
        steps.call([PYTHON, "-m", "PyInstaller", *options, *folders, HERE / "hardware-advisor.spec"], cwd=ROOT)
        size, count = folder_size(dist)
        found.append(f"{megabytes(size)}, {count} files")
    with steps.step("frozen program tests itself") as found:
        found.append(said(self_test(steps, [dist / "HardwareAdvisor"], "frozen")))
    with steps.step("start: frozen and python -m advisor") as found:
        found.append(
            self_tests.starts(
                lambda: self_test(steps, [dist / "HardwareAdvisor"], "frozen"),
                lambda: self_test(steps, [PYTHON, "-m", "advisor"], "source"),
                STARTS if roots else 1,
            )
        )
    with steps.step("package") as found:
        package = _package(steps, dist)
        found.append(f"{package.name}, {megabytes(package.stat().st_size)}")
    if roots:
        _in_clean_root(steps, package)


def _python_library() -> dict[str, str]:
    """Python as a shared library, which freezing needs and Debian keeps in a package of its own."""
    name = str(sysconfig.get_config_var("INSTSONAME"))
    beside = Path(sysconfig.get_config_var("LIBDIR") or "", name)
    return {} if beside.is_file() else {name: f"libpython{sys.version_info[0]}.{sys.version_info[1]}"}


def self_test(steps: Steps, command: list[Any], name: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run the program's test of itself, without a screen, its folders in build/linux/<name>. Raises Failed."""
    folder = self_tests.empty(WORK / name)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
        **(env or {}),
    }
    steps.call([*command, self_tests.OPTION, folder], env=environment, cwd=ROOT, limit_s=600, codes=(0, 1))
    return self_tests.figures(folder)


def _package(steps: Steps, dist: Path) -> Path:
    """The .deb: the program in /opt, a command in /usr/bin, an entry in the desktop's menu."""
    tree = WORK / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    program = tree / "opt" / "hardware-advisor"
    shutil.copytree(dist, program, symlinks=True)
    for name, executable in (("hardware-advisor", "HardwareAdvisor"), ("advisor", "advisor")):
        link = tree / "usr" / "bin" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"/opt/hardware-advisor/{executable}")
    share = tree / "usr" / "share"
    icon = share / "icons" / "hicolor" / "scalable" / "apps" / "hardware-advisor.svg"
    entry = share / "applications" / "hardware-advisor.desktop"
    licence = share / "doc" / "hardware-advisor" / "copyright"
    for target, source in (
        (icon, ROOT / "resources" / "icons" / "hardware-advisor.svg"),
        (entry, HERE / "linux" / "hardware-advisor.desktop"),
        (licence, ROOT / "LICENSE"),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    size, _count = folder_size(tree)
    fields = {"version": VERSION, "size_kb": size // 1024, "depends": _depends(steps, program), "homepage": _homepage()}
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    text = (HERE / "linux" / "control").read_text(encoding="utf-8").format(**fields)
    control.write_text(
        "".join(line for line in text.splitlines(keepends=True) if line != "Homepage: \n"), encoding="utf-8"
    )
    package = WORK / f"hardware-advisor_{VERSION}_amd64.deb"
    steps.call(["dpkg-deb", "--root-owner-group", "-Zxz", "-z4", "--build", tree, package])
    return package


def _homepage() -> str:
    """The project's own address, when pyproject.toml has one."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project.get("urls", {}).get("Homepage", ""))


def _depends(steps: Steps, program: Path) -> str:
    """The packages that hold the system's libraries which the program's own link to, as Debian works them out."""
    plain = WORK / "shlibs"
    (plain / "debian").mkdir(parents=True, exist_ok=True)
    (plain / "debian" / "control").write_text(
        "Source: hardware-advisor\n\nPackage: hardware-advisor\nArchitecture: amd64\n", encoding="ascii"
    )
    parts = [
        path
        for path in program.rglob("*")
        if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF"
    ]
    folders = sorted({f"-l{path.parent}" for path in parts})
    said = steps.call(
        ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0", *folders, *[f"-e{path}" for path in parts]],
        cwd=plain,
    )
    found = next(line for line in said.splitlines() if line.startswith("shlibs:Depends="))
    return found.split("=", 1)[1]


def _in_clean_root(steps: Steps, package: Path) -> None:
    from linux_root import CleanRoot

    root = CleanRoot(steps, WORK / "root", SUITE)
    with steps.step("clean root") as found:
        found.append(root.make())
    with root.mounted():
        with steps.step("installs there") as found:
            found.append(root.install(package))
        with steps.step("its window under Xvfb") as found:
            found.append(root.window())
        with steps.step("tests itself there") as found:
            found.append(said(root.self_test("there")))
        with steps.step("without network, children or strange files") as found:
            found.extend(root.traced())
        with steps.step(f"within {MEMORY_MIB} MiB") as found:
            found.append(root.limited(MEMORY_MIB))
        with steps.step("IvyBridge (i5-3210M) by qemu") as found:
            found.append(root.processor("IvyBridge"))
        with steps.step("Penryn by qemu") as found:
            found.append(root.too_old("Penryn"))
        with steps.step("removes itself") as found:
            found.append(root.remove())


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if set(arguments) - {"--no-root"}:
        sys.exit(f"package linux knows --no-root, not {' '.join(arguments)}")
    if platform.system() != "Linux" or subprocess.call(["which", "dpkg-deb"], stdout=subprocess.DEVNULL):
        sys.exit("package linux needs a Debian or Ubuntu")
    sys.exit(run(Steps(WORK / "log.txt"), lambda steps: build(steps, roots=not arguments)))
