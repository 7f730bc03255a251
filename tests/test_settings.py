"""Settings survive a restart, and a broken settings file costs only what is broken."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from advisor import settings
from advisor.errors import UserError
from advisor.settings import ReportChoices, Settings
from advisor.workload import Workload


def test_choices_survive_a_restart(tmp_path: Path) -> None:
    """Saved into a folder that does not exist yet, loaded equal."""
    path = tmp_path / "new folder" / "settings.json"
    chosen = Settings("zh-CN", "dark", "total", Workload(context=8192, quant="AWQ-4bit", stack="vllm"))
    settings.save(chosen, path)
    assert settings.load(path) == chosen


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xff", b'"text"', b"[" * 100_000])
def test_a_broken_file_gives_the_defaults(content: bytes, tmp_path: Path) -> None:
    """The program starts all the same."""
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    assert settings.load(path) == Settings()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xff", b" " * (settings.LIMIT + 1)])
def test_a_broken_file_is_set_aside_and_told(content: bytes, tmp_path: Path) -> None:
    """It keeps its bytes under a new name, which is told; a second one gets the next name; a missing one is nothing."""
    path = tmp_path / "settings.json"
    for name in ("settings.json.bad", "settings.json.bad2"):
        path.write_bytes(content)
        found, told = settings.read(path)
        assert found == Settings()
        assert told is not None
        assert name in str(told)
        assert (tmp_path / name).read_bytes() == content
        assert not path.exists()
    assert settings.read(path) == (Settings(), None)


def test_a_broken_file_that_cannot_be_moved_stays_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be changed: the defaults, and one sentence with the file's name."""
    path = tmp_path / "settings.json"
    path.write_bytes(b"{")

    def refuse(*_paths: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    found, told = settings.read(path)
    assert found == Settings()
    assert str(path) in str(told)
    assert path.read_bytes() == b"{"


def test_what_a_newer_version_wrote_is_kept(tmp_path: Path) -> None:
    """Keys that this version does not know survive, on top and inside of its sections; known ones are changed."""
    path = tmp_path / "settings.json"
    saved = {"theme": "dark", "sound": [1, 2], "window": {"page": "report", "tilt": 3}, "report": {"ink": "blue"}}
    path.write_text(json.dumps(saved), encoding="utf-8")
    settings.save(replace(settings.load(path), theme="light"), path)
    data = json.loads(path.read_text(encoding="utf-8"))
    assert (data["theme"], data["sound"]) == ("light", [1, 2])
    assert (data["window"]["page"], data["window"]["tilt"], data["report"]["ink"]) == ("report", 3, "blue")


def test_two_running_copies_keep_each_others_changes(tmp_path: Path) -> None:
    """What only the other copy changed since this one last looked stays; what both changed is the later one's."""
    path = tmp_path / "settings.json"
    settings.save(Settings(theme="dark", budget="free"), path)
    mine = settings.load(path)
    other = json.loads(path.read_text(encoding="utf-8"))
    other["budget"], other["language"] = "total", "en"
    path.write_text(json.dumps(other), encoding="utf-8")
    settings.save(replace(mine, theme="light", language="zh-CN"), path)
    found = settings.load(path)
    assert (found.theme, found.budget, found.language) == ("light", "total", "zh-CN")


def test_unchanged_settings_are_not_written_again(tmp_path: Path) -> None:
    """The file's time stays: closing the window wears no disk and disturbs no other copy."""
    path = tmp_path / "settings.json"
    settings.save(Settings(theme="dark"), path)
    os.utime(path, (1, 1))
    settings.save(settings.load(path), path)
    assert path.stat().st_mtime == 1


def test_one_bad_value_does_not_cost_the_others(tmp_path: Path) -> None:
    """Unknown languages, knobs and values are dropped, good ones kept."""
    path = tmp_path / "settings.json"
    path.write_text(
        '{"language": "tlh", "theme": "dark", "workload": {"context": 8192, "batch": -1, "x": 1}}', encoding="utf-8"
    )
    assert settings.load(path) == Settings(theme="dark", workload=Workload(context=8192))


def test_a_missing_file_gives_the_defaults(tmp_path: Path) -> None:
    """The first start has no settings file."""
    assert settings.load(tmp_path / "none.json") == Settings()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    """A file where the folder should be: UserError, no traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        settings.save(Settings(), tmp_path / "file" / "settings.json")


@pytest.mark.parametrize(
    ("saved", "kept"),
    [
        ({"format": "exe", "language": 5, "paper": [], "left_out": ["fits", 7]}, ReportChoices(left_out=("fits",))),
        ({"format": "md", "language": "zh-CN", "paper": "letter"}, ReportChoices("md", "zh-CN", "letter")),
        ({"left_out": "summary"}, ReportChoices()),
        (7, ReportChoices()),
    ],
)
def test_choices_of_a_report_fall_back_one_by_one(tmp_path: Path, saved: object, kept: ReportChoices) -> None:
    """What is wrong in a file that was changed by hand costs itself only."""
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"theme": "dark", "report": saved}), encoding="utf-8")
    assert settings.load(path) == Settings(theme="dark", report=kept)
