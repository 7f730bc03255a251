"""Settings survive a restart, and a broken settings file costs only what is broken."""

import json
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
