"""Making a root: once, anew when it was cut short, and never deleting through a mount."""

import os
import sys
from pathlib import Path

import pytest

from tests.packaging.test_recipes import module

if sys.platform == "win32":
    pytest.skip("the builds run on Debian", allow_module_level=True)


class Recorded:
    """Steps that only note what they would call."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def call(self, command: list[object], **_options: object) -> str:
        self.called.append(" ".join(str(word) for word in command))
        return ""


@pytest.fixture
def steps() -> Recorded:
    return Recorded()


def root_at(steps: Recorded, place: Path) -> object:
    return module("debian_root").DebianRoot(steps, place, "bookworm", ("hello",), home="/root")


def test_a_root_is_made_once(steps: Recorded, tmp_path: Path) -> None:
    root = root_at(steps, tmp_path / "root")
    assert "hello" not in root.make()  # type: ignore[attr-defined]
    assert steps.called[0] == f"debootstrap --variant=minbase bookworm {tmp_path / 'root'}"
    assert any(line.endswith("--no-install-recommends hello") for line in steps.called)
    steps.called.clear()
    assert "kept" in root.make()  # type: ignore[attr-defined]
    assert steps.called == []


def test_one_that_was_cut_short_is_made_anew(steps: Recorded, tmp_path: Path) -> None:
    half = tmp_path / "root" / "etc" / "debian_version"
    half.parent.mkdir(parents=True)
    half.write_text("12.9")
    root_at(steps, tmp_path / "root").make()  # type: ignore[attr-defined]
    assert not half.exists()
    assert steps.called[0].startswith("debootstrap")


def test_nothing_is_deleted_through_a_mount(steps: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "root" / "dev" / "sda"
    device.parent.mkdir(parents=True)
    device.write_text("")
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path).name == "dev")
    with pytest.raises(Exception, match="dev is still mounted: umount it first"):
        root_at(steps, tmp_path / "root").make()  # type: ignore[attr-defined]
    assert device.exists()
    assert steps.called == []
