"""What the Windows build takes from the Python package index, each file by its hash: CPython, the wheels, and what only
the tests under Wine need.
"""

import hashlib
import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from steps import Failed, Steps

HERE = Path(__file__).resolve().parent
PLATFORM = ("--platform", "win_amd64", "--python-version", "311", "--only-binary=:all:")
# Not shipped and not compared: Python's own tests, its editor, what needs Tk.
NOT_COMPARED = {
    "site-packages", "test", "idlelib", "lib2to3", "ensurepip", "tkinter", "turtledemo", "distutils", "pydoc_data",
}  # fmt: skip


def source(name: str) -> dict[str, Any]:
    """An entry of sources.json."""
    found: dict[str, Any] = json.loads((HERE / "sources.json").read_text(encoding="utf-8"))[name]
    return found


def download(name: str, folder: Path) -> Path:
    """The file of an entry, from the package index that pip uses, checked by its hash. Raises Failed."""
    entry = source(name)
    target: Path = folder / entry["file"]
    if not (target.is_file() and _sha256(target) == entry["sha256"]):
        folder.mkdir(parents=True, exist_ok=True)
        page = f"{_index().rstrip('/')}/{entry['project']}/"
        try:
            address = _address(page, entry["file"])
            with urllib.request.urlopen(address, timeout=300) as answer:
                target.write_bytes(answer.read())
        except OSError as error:
            raise Failed(f"{entry['file']} could not be downloaded: {error}") from error
    if _sha256(target) != entry["sha256"]:
        raise Failed(f"{target} is not the file that sources.json names: its SHA-256 differs")
    return target


def _address(page: str, name: str) -> str:
    """Where the index says that a file lies (PEP 691)."""
    request = urllib.request.Request(page, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    for one in files:
        if one["filename"] == name:
            return urllib.parse.urljoin(page, str(one["url"]))
    raise Failed(f"{page} has no {name}")


def _index() -> str:
    """The package index: the one that is set for pip, or pip's own."""
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    pip = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    said = subprocess.run(pip, capture_output=True, text=True, check=False)
    if said.returncode == 0 and said.stdout.strip():
        return said.stdout.strip()
    code = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def python(archive: Path, target: Path) -> str:
    """Unpack CPython out of its source distribution; nothing of it is run. What it is."""
    import tarfile

    entry = source("python")
    with tarfile.open(archive) as outer:
        inner = outer.extractfile(entry["inside"])
        if inner is None:
            raise Failed(f"{archive} holds no {entry['inside']}")
        with zipfile.ZipFile(inner) as held:
            held.extractall(target.parent)
    (target.parent / entry["folder"]).rename(target)
    return f"{sum(1 for _path in target.rglob('*')):,} files"


def member(archive: Path, name: str) -> bytes:
    """One file out of a wheel."""
    with zipfile.ZipFile(archive) as held:
        return held.read(name)


def wheels(steps: Steps, folder: Path, site: Path) -> str:
    """Download every wheel by its hash and put it into CPython's site-packages."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    pinned = HERE / "requirements.txt"
    folder.mkdir(parents=True, exist_ok=True)
    steps.call([*pip, "download", "--no-deps", *PLATFORM, "--require-hashes", "-r", pinned, "-d", folder])
    found = sorted(folder.glob("*.whl"))
    steps.call([*pip, "install", "--no-deps", "--no-index", "--upgrade", *PLATFORM, "--target", site, *found])
    return f"{len(found)} wheels, {sum(path.stat().st_size for path in found) / 1e6:.0f} MB"


def compare_library(python_folder: Path, report: Path) -> str:
    """Compare the unsigned part of CPython, its pure-Python library, with this computer's 3.11; the differences are
    listed in `report`. What was found, in a sentence.
    """
    theirs, ours = python_folder / "Lib", _own_library()
    if ours is None:
        return "no other Python 3.11 here to compare with"
    same, other, only = [], [], []
    for path in sorted(theirs.rglob("*.py")):
        name = path.relative_to(theirs)
        if name.parts[0] in NOT_COMPARED:
            continue
        beside = ours[1] / name
        if not beside.is_file():
            only.append(name.as_posix())
        elif path.read_bytes().replace(b"\r\n", b"\n") == beside.read_bytes().replace(b"\r\n", b"\n"):
            same.append(name.as_posix())
        else:
            other.append(name.as_posix())
    lines = [
        f"Compared with Python {ours[0]}: {len(same)} files are the same",
        "",
        "Differ:",
        *other,
        "",
        "Only in the Windows one:",
        *only,
    ]
    report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"{len(same)} files as in Python {ours[0]}, {len(other)} differ, {len(only)} only there: {report.name}"


def _own_library() -> tuple[str, Path] | None:
    """Version and library of a Python 3.11 on this computer."""
    code = "import sysconfig, platform; print(platform.python_version()); print(sysconfig.get_paths()['stdlib'])"
    for command in (sys.executable, "/usr/bin/python3.11", "python3.11"):
        try:
            said = subprocess.run([command, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")
        except (OSError, subprocess.CalledProcessError):
            continue
        if said[0].startswith("3.11."):
            return said[0], Path(said[1])
    return None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
