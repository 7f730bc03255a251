"""Writing is whole or not at all, and never destroys what is no ordinary file."""

import os
import sys
from pathlib import Path

import pytest

from advisor import files
from advisor.errors import UserError

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as POSIX has them")


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """New content, no part file left."""
    path = tmp_path / "报告 1.md"
    path.write_text("old", encoding="utf-8")
    files.write_text(path, "新的")
    assert path.read_text(encoding="utf-8") == "新的"
    assert list(tmp_path.iterdir()) == [path]


@POSIX
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it points to is written."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    files.write_text(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


@POSIX
def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """`-o /dev/null` must leave /dev/null what it is; here a pipe stands for it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        files.write_text(pipe, "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["no/such/folder/file", "a\0b"])
def test_what_cannot_be_written_is_one_sentence(name: str, tmp_path: Path) -> None:
    """A missing folder, a name that no file can have."""
    with pytest.raises(UserError, match="cannot be written"):
        files.write_text(tmp_path / name, "x")


@pytest.mark.parametrize("name", ["none", "a\0b"])
def test_what_cannot_be_read_is_one_sentence(name: str, tmp_path: Path) -> None:
    """A missing file, a name that no file can have."""
    with pytest.raises(UserError, match="cannot be read"):
        files.read_bytes(tmp_path / name, 10)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """Before it fills the memory."""
    path = tmp_path / "big"
    path.write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(UserError, match="larger than 1 MiB"):
        files.read_bytes(path, 1 << 20)


def test_a_portable_copy_keeps_everything_beside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a frozen program with a `data` folder beside it is portable; settings and logs go there then."""
    from advisor import logs, settings

    program = tmp_path / "HardwareAdvisor" / "HardwareAdvisor.exe"
    program.parent.mkdir()
    monkeypatch.setattr(sys, "executable", str(program))
    (program.parent / "data").mkdir()
    assert files.beside_the_program() is None
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert files.beside_the_program() == program.parent / "data"
    assert settings.folder() == program.parent / "data"
    assert logs.folder() == program.parent / "data" / "logs"
    (program.parent / "data").rmdir()
    assert files.beside_the_program() is None
    assert settings.folder() != program.parent / "data"
