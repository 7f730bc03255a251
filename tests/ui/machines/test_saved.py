"""Machines that are kept by name: any letters, safe files, nothing lost."""

from pathlib import Path

import pytest

from advisor import profiles, settings
from advisor.errors import UserError
from advisor.ui.machines import saved
from tests.ui.helpers import MACHINE


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "folder", lambda: tmp_path / "settings")


@pytest.mark.parametrize(
    "name",
    [
        "Office 3",
        "小明的电脑",
        "a/b: c?",
        "100 % \\ sure",
        ".hidden",
        "end.",
        "CON",
        "con.old",
        "..",
        "Ünïcödé 🖥",
        "%41",
    ],
)
def test_any_name_comes_back(name: str) -> None:
    """Whatever letters a name has, it is listed as it was given, its file is a plain profile in the one folder."""
    assert saved.keep(MACHINE, name) == name
    assert saved.names() == (name,)
    path = saved.path_of(name)
    assert path.parent == saved.folder()
    assert profiles.load(path) == MACHINE
    saved.forget(name)
    assert saved.names() == ()


def test_names_differ_by_more_than_case() -> None:
    """Some systems know no case in names of files: "Box" and "box" are one machine everywhere."""
    saved.keep(MACHINE, "Box")
    assert saved.keep(MACHINE, "box") == "Box"
    assert saved.names() == ("Box",)
    assert saved.exists("  bOX ")
    saved.rename("Box", "BOX")
    assert saved.names() == ("BOX",)


def test_a_name_is_not_taken_from_another_machine() -> None:
    """Renaming to a name that is there, or to none, is refused in one sentence, and nothing changes."""
    saved.keep(MACHINE, "one")
    saved.keep(MACHINE, "two")
    with pytest.raises(UserError, match="another machine"):
        saved.rename("one", "TWO")
    with pytest.raises(UserError, match="needs a name"):
        saved.rename("one", " \n ")
    assert saved.names() == ("one", "two")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file in its place: one sentence that names it; listing finds nothing."""
    (tmp_path / "settings").write_text("no folder", encoding="utf-8")
    assert saved.names() == ()
    with pytest.raises(UserError, match="machines"):
        saved.keep(MACHINE, "one")


def test_long_names_are_cut_to_what_file_systems_take() -> None:
    """A name of 300 Chinese letters is kept under its first ones."""
    name = saved.keep(MACHINE, "电" * 300)
    assert name == "电" * saved.LONGEST
    assert len(saved.path_of(name).name.encode()) < 255
