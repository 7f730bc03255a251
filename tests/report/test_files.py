"""What reaches the disk: names, refusals in one sentence, the old file that survives, cancelling, chosen sections."""

import errno
import os
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from advisor import files, report
from advisor.errors import UserError
from advisor.machine import Machine
from advisor.report.names import check_name
from advisor.workload import Workload
from tests.machines import g480

DAY = date(2026, 11, 22)


def write(path: Path, **options: object) -> bool:
    return report.write(path, g480(), Workload(), "en", sections={"conclusion"}, today=DAY, **options)  # type: ignore[arg-type]


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Path]:
    """A report of last year: whatever goes wrong, it and it alone is there afterwards."""
    path = tmp_path / "我的电脑 报告.md"
    path.write_text("last year's", "utf-8")
    yield path
    assert [child.name for child in tmp_path.iterdir()] == [path.name]
    assert path.read_text("utf-8") == "last year's"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "open in another program"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "cannot be written \\(" + os.strerror(errno.EIO)),
    ],
)
@pytest.mark.parametrize("step", ["write", "replace"])
def test_what_the_system_refuses_is_said_in_one_sentence(
    old: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str, step: str
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    if step == "write":
        monkeypatch.setattr(files.os, "fsync", refuse)  # type: ignore[attr-defined]
    else:
        monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UserError, match=said) as caught:
        write(old)
    assert str(old) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(
    sys.platform == "win32" or not Path("/dev/full").exists(), reason="only Linux has a device that is always full"
)
def test_a_full_device_is_said_to_be_full(tmp_path: Path) -> None:
    link = tmp_path / "report.md"
    link.symlink_to("/dev/full")
    with pytest.raises(UserError, match="the disk is full"):
        write(link)
    assert link.is_symlink()


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4])
def test_cancelling_at_any_step_leaves_nothing_behind(old: Path, after: int) -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > after

    assert write(old, cancelled=cancelled) is False


def test_progress_grows_from_nothing_to_the_whole(tmp_path: Path) -> None:
    told: list[float] = []
    assert write(tmp_path / "a.pdf", progress=told.append) is True
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)


@pytest.mark.parametrize(
    "name", ["CON", "con.pdf", "aux.pdf", "AUX .pdf", "nul.tar.pdf", "COM1.md", "lpt9.html", "com¹.pdf", "CONIN$.md"]
)
def test_names_of_devices_are_refused_everywhere(tmp_path: Path, name: str) -> None:
    """Windows opens the device, whatever the ending; a report is handed on, so no system makes such a file."""
    with pytest.raises(UserError, match="for a device"):
        write(tmp_path / name, format="md")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a:b.pdf", "a?.pdf", "a<b.md", 'a"b".md', "a|b.md", "a*.md", "a.md.", "a.md "])
def test_signs_that_windows_does_not_take_are_refused_there_alone(name: str) -> None:
    if Path(name).drive:
        pytest.skip("here the sign names a drive, and the file on it is a good name")
    with pytest.raises(UserError, match="a file name cannot"):
        check_name(Path(name), windows=True)
    check_name(Path(name), windows=False)


@pytest.mark.parametrize(("letter", "units"), [("报", 1), ("\U0001f600", 2)])
def test_a_name_too_long_for_windows_is_refused_there(letter: str, units: int) -> None:
    """Its file systems take 255 UTF-16 units; it does not say so when asked whether such a file is there."""
    longest = (255 - len(".md")) // units
    check_name(Path(letter * longest + ".md"), windows=True)
    with pytest.raises(UserError, match="longer than 255"):
        check_name(Path(letter * (longest + 1) + ".md"), windows=True)
    check_name(Path(letter * (longest + 1) + ".md"), windows=False)


@pytest.mark.parametrize("name", ["console.pdf", "报告.pdf", "auxiliary.md", "COM10.md", "a.con.pdf", "a%b.md"])
def test_other_names_are_taken(name: str) -> None:
    check_name(Path(name), windows=True)


def test_a_long_chinese_name_is_written(tmp_path: Path) -> None:
    """80 hanzi are 240 bytes of the 255 that a name may have: the file beside it must have a shorter one."""
    if os.name == "nt":
        pytest.skip("counts letters, not bytes")
    target = tmp_path / f"{80 * '报'}.md"
    assert write(target)
    assert target.read_text("utf-8").startswith("# ")


def test_chosen_sections_are_numbered_in_the_reports_order(tmp_path: Path) -> None:
    target = tmp_path / "a.md"
    report.write(target, g480(), Workload(), "en", sections=["conclusion", "appendix", "summary"], today=DAY)
    titles = re.findall(r"^## (.*)$", target.read_text("utf-8"), re.M)
    assert [title.split(" ")[0] for title in titles] == ["1", "2", "Appendix:"]
    assert titles[1] == "2 Conclusion"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sections": {"nonsense"}}, "--sections: 'nonsense' is not one of summary, capability"),
        ({"sections": set()}, "--sections: at least one"),
        ({"paper": "a5"}, "--paper: 'a5' is not one of a4, letter"),
        ({"format": "docx"}, "--format: 'docx' is not one of"),
    ],
)
def test_unknown_choices_are_refused_before_anything_is_written(
    tmp_path: Path, options: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        report.write(tmp_path / "a.md", Machine(), Workload(), "en", **options)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("paper", "box"), [("a4", b"[0 0 595.28 841.89]"), ("letter", b"[0 0 612.00 792.00]")])
def test_paper_is_the_one_asked_for(paper: str, box: bytes) -> None:
    data = report.render(g480(), Workload(), "en", "pdf", today=DAY, paper=paper, sections={"conclusion"})
    assert box in data


def test_section_keys_are_those_of_the_sections() -> None:
    from advisor.report.sections import SECTIONS

    assert tuple(SECTIONS) == report.SECTION_KEYS


def test_a_name_too_long_for_the_system_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 300}.md"
    with pytest.raises(UserError) as caught:
        report.check_target(path)
    assert str(path) in str(caught.value)
    assert list(tmp_path.iterdir()) == []
