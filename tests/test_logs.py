"""The log: rotates, keeps private data out, costs nothing where it cannot be written; what a crash leaves is found."""

import getpass
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor import crashes, logs
from advisor.errors import UserError

ROOT = Path(__file__).resolve().parents[1]
ENDS = """
import sys, time
from pathlib import Path
from advisor import crashes
watch = crashes.begin(Path(sys.argv[1]))
if sys.argv[2] == "die":
    import faulthandler
    faulthandler._sigsegv()
if sys.argv[2] == "wait":
    print("waits", flush=True)
    sys.stdin.read()
watch.end()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for the logs of one test."""
    monkeypatch.setattr(logs, "folder", lambda: tmp_path / "logs")
    logs.stop()
    yield tmp_path / "logs"
    logs.stop()


def raised(words: str) -> Exception:
    """An error with a traceback."""
    try:
        raise ValueError(words)
    except ValueError as error:
        return error


def test_the_log_rotates_and_keeps_three_files(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is written, there are the latest file and two older ones, none larger than the limit."""
    monkeypatch.setattr(logs, "LIMIT", 2000)
    for number in range(300):
        logs.logger().info("line %d", number)
    found = sorted(path.name for path in place.iterdir())
    assert found == ["advisor.log", "advisor.log.1", "advisor.log.2"]
    assert all(path.stat().st_size <= 2000 for path in place.iterdir())
    assert (place / "advisor.log").read_text(encoding="utf-8").rstrip().endswith("line 299")


def test_a_log_that_cannot_be_rotated_goes_on(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another copy holds the file, as on Windows: nothing is lost, nothing is raised."""
    monkeypatch.setattr(logs, "LIMIT", 500)

    def held(*_names: object) -> None:
        raise PermissionError(32, "The process cannot access the file")

    logs.logger().info("first")
    monkeypatch.setattr(os, "rename", held)
    for number in range(50):
        logs.logger().info("line %d", number)
    assert (place / "advisor.log").read_text(encoding="utf-8").count("\n") == 51


def test_a_folder_that_cannot_be_made_costs_nothing(place: Path) -> None:
    """A file where the folder should be: the error's text comes back all the same, and no file is written."""
    place.write_text("", encoding="utf-8")
    assert "ValueError: five" in logs.error(raised("five"))
    assert crashes.begin(place) is None
    assert crashes.left_behind(place) == ""


def test_a_traceback_names_neither_user_nor_computer_nor_their_folders(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths of the program begin in it; home, user and computer are gone, also from the words of the error."""
    home = str(Path("/home/zhangsan"))
    monkeypatch.setattr(Path, "home", lambda: Path("/home/zhangsan"))
    monkeypatch.setattr(getpass, "getuser", lambda: "zhangsan")
    monkeypatch.setattr(platform, "node", lambda: "LAPTOP-77")
    for kept in (logs._places, logs._names):
        kept.cache_clear()
    try:
        text = logs.error(raised(f"{home}/models/x.gguf on laptop-77 by zhangsan"))
    finally:
        for kept in (logs._places, logs._names):
            kept.cache_clear()
    assert 'File "tests/test_logs.py"' in text.replace("\\", "/")
    assert "~/models/x.gguf on … by …" in text
    assert text.rstrip() in (place / "advisor.log").read_text(encoding="utf-8")
    assert str(ROOT) not in text


def test_the_sentence_of_an_error_is_logged_whole(place: Path) -> None:
    """A UserError's values are filled in."""
    assert "settings.json: no" in logs.error(UserError("{path}: no", path="settings.json"))


def start(place: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ENDS, str(place), how], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def test_the_last_words_of_a_crash_are_told_once(tmp_path: Path) -> None:
    """A copy that Python itself had to end leaves its stack, without the user's folders; the next start tells it."""
    with start(tmp_path, "die") as process:
        process.wait(30)
    found = crashes.left_behind(tmp_path)
    assert "Segmentation fault" in found or "access violation" in found
    assert str(Path.home()) not in found
    assert crashes.left_behind(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_a_good_end_leaves_nothing(tmp_path: Path) -> None:
    """No file, nothing to tell."""
    with start(tmp_path, "end") as process:
        process.wait(30)
    assert list(tmp_path.iterdir()) == []


def test_a_running_copy_keeps_its_file(tmp_path: Path) -> None:
    """Another start beside it neither takes nor tells its file; once it is killed, its empty file is cleared away."""
    with start(tmp_path, "wait") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        before = list(tmp_path.iterdir())
        assert len(before) == 1
        assert crashes.left_behind(tmp_path) == ""
        assert list(tmp_path.iterdir()) == before
        process.kill()
        process.wait(30)
    end = time.monotonic() + 5
    while list(tmp_path.iterdir()) and time.monotonic() < end:
        assert crashes.left_behind(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_what_windows_handles_itself_is_no_crash(tmp_path: Path) -> None:
    """faulthandler notes the exceptions inside of Windows' file dialogs too; they ended nothing."""
    (tmp_path / "crash-a.txt").write_text("Windows fatal exception: code 0x8001010d\n\nThread 0x1:\n", encoding="utf-8")
    (tmp_path / "crash-b.txt").write_text("Windows fatal exception: access violation\n", encoding="utf-8")
    assert crashes.left_behind(tmp_path) == "Windows fatal exception: access violation"


def test_details_name_the_versions() -> None:
    """Program, Python, system and what is given, then the words."""
    text = crashes.details("trace\n", Qt="6.9")
    assert text.splitlines()[0].startswith("Hardware Advisor: ")
    assert f"Python: {platform.python_version()}" in text
    assert "Qt: 6.9" in text
    assert text.endswith("\n\ntrace\n")
    assert platform.node() not in text
