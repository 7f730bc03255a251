"""dev.py: what it installs, when it does nothing, and what it says when something is missing on the system."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def dev() -> ModuleType:
    """A fresh copy of the module, so that a test may point it elsewhere."""
    spec = importlib.util.spec_from_file_location("dev_under_test", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_commands_install_locked_versions(dev: ModuleType) -> None:
    """Every requirement of the project has its exact version in the lock file; `test` needs more than `run`."""
    locked = {
        line.split("==")[0].lower() for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line
    }
    run, test = dev.requirements("run"), dev.requirements("test")
    assert set(run) < set(test)
    for requirement in test:
        assert requirement.split(">=")[0].lower() in locked


def test_nothing_is_installed_twice(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the stamp of the same lock file, Python and folder there, no process is started."""
    python = tmp_path / "python"
    python.write_text("", encoding="utf-8")
    (tmp_path / "run.stamp").write_text(dev.fingerprint(), encoding="ascii")
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "PYTHON", python)
    monkeypatch.setattr(dev.subprocess, "call", lambda *_a, **_k: pytest.fail("a process was started"))
    dev.install("run")


def test_a_missing_library_prints_the_line_to_type(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Someone who may not install packages is told exactly what to type; the checks stop, the program goes on."""
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "loads", lambda library: library != "libEGL.so.1")
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "apt-get" else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    dev.qt_libraries(needed=False)
    assert "libEGL.so.1; type: sudo apt-get install -y libegl1" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        dev.qt_libraries(needed=True)


def test_fedora_is_told_its_own_names(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package names are those of the system's own installer."""
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "loads", lambda library: library != "libxcb-cursor.so.0")
    monkeypatch.setattr(dev.shutil, "which", lambda name: "/usr/bin/dnf" if name == "dnf" else None)
    dev.qt_libraries(needed=False)
    assert "sudo dnf install -y xcb-util-cursor" in capsys.readouterr().err


def test_a_wrong_word_shows_the_two_commands(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback, exit code 2."""
    monkeypatch.setattr(dev.sys, "argv", ["dev.py", "fly"])
    assert dev.main() == 2
    assert "dev.py run" in capsys.readouterr().err
