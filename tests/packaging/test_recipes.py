"""What the builds go by: reasons for what is left out, an installer in two languages, everything pinned."""

import fnmatch
import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
LEFT_OUT = json.loads((PACKAGING / "left_out.json").read_text(encoding="utf-8"))


def module(name: str, *folders: str) -> ModuleType:
    """A module of packaging, which is no package."""
    path = PACKAGING.joinpath(*folders, f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{name}_under_test", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.path[:0] = [str(PACKAGING), str(PACKAGING / "windows")]
    try:
        spec.loader.exec_module(loaded)
    finally:
        del sys.path[:2]
    return loaded


def test_everything_left_out_has_a_reason_and_stands_once() -> None:
    for entry in LEFT_OUT["modules"] + LEFT_OUT["files"] + LEFT_OUT["runtime_hooks"]:
        assert entry["why"].strip()
    names = [name for entry in LEFT_OUT["modules"] for name in entry["names"]]
    patterns = [entry["pattern"] for entry in LEFT_OUT["files"]]
    assert len(set(names)) == len(names)
    assert len(set(patterns)) == len(patterns)


def test_nothing_that_the_program_imports_is_left_out() -> None:
    """No module of advisor names one that the builds leave out."""
    names = [name for entry in LEFT_OUT["modules"] for name in entry["names"]]
    imports = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)
    for path in (ROOT / "advisor").rglob("*.py"):
        for found in imports.findall(path.read_text(encoding="utf-8")):
            assert not any(found == name or found.startswith(name + ".") for name in names), f"{path}: {found}"


@pytest.mark.parametrize(
    "needed",
    [
        "/_internal/PySide6/plugins/platforms/qwindows.dll",
        "/_internal/PySide6/plugins/imageformats/qsvg.dll",
        "/_internal/PySide6/plugins/iconengines/qsvgicon.dll",
        "/_internal/PySide6/Qt/plugins/platforms/libqxcb.so",
        "/_internal/PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "/_internal/PySide6/Qt/plugins/platforms/libqwayland-generic.so",
        "/_internal/matplotlib/mpl-data/fonts/ttf/DejaVuSans.ttf",
        "/_internal/matplotlib/mpl-data/fonts/ttf/LastResortHE-Regular.ttf",
        "/_internal/advisor/resources/catalog/builds.json",
        "/_internal/python311.dll",
        "/_internal/PySide6/Qt6Svg.dll",
    ],
)
def test_what_is_needed_stays(needed: str) -> None:
    for entry in LEFT_OUT["files"]:
        pattern = entry["pattern"]
        assert not fnmatch.fnmatch(needed, pattern if pattern.startswith("*") else "*/" + pattern), pattern


def test_the_installer_says_everything_in_both_languages() -> None:
    """Each text of the installer's own has an English and a Chinese version, with the same values put in."""
    lines = (PACKAGING / "windows" / "texts.nsh").read_text(encoding="utf-8").splitlines()
    found = [match.groups() for line in lines if (match := re.match(r'LangString (\w+) (\d+) "(.*)"$', line))]
    texts: dict[str, dict[str, str]] = {}
    for name, language, text in found:
        texts.setdefault(name, {})[language] = text
    script = (PACKAGING / "windows" / "installer.nsi").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\((\w+)\)", script))
    assert set(texts) == used
    for name, both in texts.items():
        assert set(both) == {"1033", "2052"}, name
        values = [sorted(re.findall(r"\$\w+", text)) for text in both.values()]
        assert values[0] == values[1], name
        assert re.search(r"[\u4e00-\u9fff]", both["2052"]), name


def test_the_installer_and_the_program_agree_on_the_running_copy() -> None:
    from advisor.__main__ import RUNNING

    script = (PACKAGING / "windows" / "installer.nsi").read_text(encoding="utf-8")
    assert f'!define MUTEX "{RUNNING}"' in script


def test_every_wheel_of_the_windows_build_has_its_hash_and_the_locked_version() -> None:
    lock = dict(
        line.split(" ;")[0].split("==")
        for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        if "==" in line and ("python_full_version < '3.12'" in line or "python_full_version" not in line)
    )
    text = (PACKAGING / "windows" / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.findall(
        r"^([\w.-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\\n|\n|$))+)", text, re.MULTILINE
    )
    assert len(pinned) == text.count("==") > 20
    for name, version, _hashes in pinned:
        assert lock[name.lower()] == version, name


def test_actions_are_pinned_by_commit() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        used = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
        assert used
        for action in used:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action


def test_the_icon_has_every_size_that_windows_asks_for() -> None:
    data = (PACKAGING / "windows" / "hardware-advisor.ico").read_bytes()
    count = int.from_bytes(data[4:6], "little")
    sizes = {data[6 + 16 * place] or 256 for place in range(count)}
    assert {16, 20, 24, 32, 40, 48, 64, 96, 128, 256} <= sizes


def test_a_trace_with_a_socket_a_relative_child_or_a_strange_file_is_refused() -> None:
    """The proof of working offline can fail."""
    checks = module("linux_root")
    calm = ["1 socket(AF_UNIX, SOCK_STREAM, 0) = 3", '1 execve("/opt/hardware-advisor/HardwareAdvisor", [], 0x1) = 0']
    assert "all local" in checks._sockets(calm)
    assert checks._children(calm) == "child processes: none"
    with pytest.raises(checks.Failed, match="not local"):
        checks._sockets([*calm, "1 socket(AF_INET, SOCK_STREAM, 0) = 4"])
    with pytest.raises(checks.Failed, match="elsewhere"):
        checks._written(['1 openat(AT_FDCWD, "/etc/passwd", O_WRONLY|O_CREAT, 0666) = 3'])
    assert "nothing" in checks._written(['1 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3'])
    searched = [
        '2 execve("/usr/local/bin/fc-list", ["fc-list"], 0x1) = -1 ENOENT',
        '2 execve("/usr/bin/fc-list", ["fc-list"], 0x1) = 0',
    ]
    with pytest.raises(checks.Failed, match="fc-list"):
        checks._children([*calm, *searched])


def test_traces_of_an_installation_are_found(tmp_path: Path) -> None:
    """A file and a registry value that the removal forgets are both told."""
    installed = module("installed", "windows")
    (tmp_path / "drive_c" / "a").mkdir(parents=True)
    for name in ("user.reg", "system.reg"):
        (tmp_path / name).write_text("WINE REGISTRY Version 2\n\n[Software\\\\X] 1732\n#time=1\n", encoding="utf-8")
    before = installed.state(tmp_path)
    assert installed.left_behind(before, installed.state(tmp_path)) == []
    (tmp_path / "drive_c" / "a" / "left.txt").write_text("", encoding="utf-8")
    (tmp_path / "user.reg").write_text('WINE REGISTRY Version 2\n\n[Software\\\\X] 1733\n"V"="1"\n', encoding="utf-8")
    left = installed.left_behind(before, installed.state(tmp_path))
    assert left == ["+ /a/left.txt", '+ [Software\\\\X] "V"="1"']
