"""Builds the Linux program and its Debian package, and sees it work in a clean root, on old processors, offline.

python3 dev.py package linux [--no-root]      the results lie in build/linux

With --no-root only what needs no other root is done: freeze, the frozen program's test of itself, the package.
Why a .deb: docs/decisions/.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from steps import Failed, Steps, folder_size, megabytes, run  # noqa: E402

ROOT = HERE.parent
WORK = ROOT / "build" / "linux"
PYTHON = ROOT / ".venv" / "bin" / "python"
VERSION = re.findall(r'__version__ = "(.+)"', (ROOT / "advisor" / "__init__.py").read_text(encoding="utf-8"))[0]
SYSTEM = {"dpkg-shlibdeps": "dpkg-dev", "strip": "binutils"}
FOR_ROOTS = {"debootstrap": "debootstrap", "strace": "strace", "qemu-x86_64": "qemu-user", "prlimit": "util-linux"}
SUITE = "bookworm"
MEMORY_MIB = 1024
SELF = "--self-test"


def build(steps: Steps, roots: bool) -> None:
    """Every step, in order."""
    with steps.step("system packages") as found:
        found.append(_system_packages(steps, SYSTEM | (FOR_ROOTS if roots else {})))
    dist = WORK / "dist" / "HardwareAdvisor"
    with steps.step("freeze") as found:
        shutil.rmtree(WORK / "dist", ignore_errors=True)
        options = ["--noconfirm", "--log-level", "ERROR", "--distpath", WORK / "dist", "--workpath", WORK / "work"]
        steps.call([PYTHON, "-m", "PyInstaller", *options, HERE / "hardware-advisor.spec"], cwd=ROOT)
        size, count = folder_size(dist)
        found.append(f"{megabytes(size)}, {count} files")
    with steps.step("frozen program tests itself") as found:
        frozen = self_test(steps, [dist / "HardwareAdvisor"], "frozen")
        found.append(said(frozen))
    with steps.step("start: frozen and python -m advisor") as found:
        source = self_test(steps, [PYTHON, "-m", "advisor"], "source")
        found.append(f"first paint {frozen['first_paint_s']:.2f} s frozen, {source['first_paint_s']:.2f} s from source")
    with steps.step("package") as found:
        package = _package(steps, dist)
        found.append(f"{package.name}, {megabytes(package.stat().st_size)}")
    if roots:
        _in_clean_root(steps, package)


def _system_packages(steps: Steps, wanted: dict[str, str]) -> str:
    missing = sorted({package for program, package in wanted.items() if not shutil.which(program)})
    if missing:
        if os.geteuid() != 0:
            raise Failed(f"install {', '.join(missing)} first, or run this as root")
        steps.call(["apt-get", "update", "-q"])
        steps.call(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing])
    return f"installed {', '.join(missing)}" if missing else "all there"


def self_test(steps: Steps, command: list[Any], name: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run the program's test of itself, without a screen, its folders in build/linux/<name>. Raises Failed."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
        **(env or {}),
    }
    steps.call([*command, SELF, folder], env=environment, cwd=ROOT, limit_s=600, codes=(0, 1))
    numbers: dict[str, Any] = json.loads((folder / "self-test.json").read_text(encoding="utf-8"))
    if numbers["problem"]:
        raise Failed(f"the self-test failed: {numbers['problem']}")
    return numbers


def said(numbers: dict[str, Any]) -> str:
    """A self-test in one line."""
    return (
        f"{numbers['cells']:,} cells, zh PDF {megabytes(numbers['pdf_bytes'])}, first paint "
        f"{numbers['first_paint_s']:.2f} s, at rest after {numbers['settled_s']:.1f} s"
    )


def _package(steps: Steps, dist: Path) -> Path:
    """The .deb: the program in /opt, a command in /usr/bin, an entry in the desktop's menu."""
    tree = WORK / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    program = tree / "opt" / "hardware-advisor"
    shutil.copytree(dist, program, symlinks=True)
    for name, target in (("hardware-advisor", "HardwareAdvisor"), ("advisor", "advisor")):
        link = tree / "usr" / "bin" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"/opt/hardware-advisor/{target}")
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
    target = WORK / f"hardware-advisor_{VERSION}_amd64.deb"
    steps.call(["dpkg-deb", "--root-owner-group", "-Zxz", "-z4", "--build", tree, target])
    return target


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
