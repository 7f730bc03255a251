"""A processor that cannot run the program is told so in one sentence, before anything heavy is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from advisor import __main__, processor
from advisor.processor import POPCNT, SSE4_2

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("features", "old"),
    [(SSE4_2 | POPCNT, False), (SSE4_2, True), (POPCNT, True), (0, True), (None, False), (0xFFFFFFFF, False)],
)
def test_what_glibc_read_decides_on_linux(monkeypatch: pytest.MonkeyPatch, features: int | None, old: bool) -> None:
    """Both features must be there; what cannot be asked is taken for enough."""
    monkeypatch.setattr("advisor.processor.platform.machine", lambda: "x86_64")
    monkeypatch.setattr("advisor.processor.sys.platform", "linux")
    monkeypatch.setattr(processor, "_glibc_features", lambda: features)
    assert processor.too_old() is old


@pytest.mark.parametrize("machine", ["arm64", "aarch64", ""])
def test_other_architectures_are_not_judged(monkeypatch: pytest.MonkeyPatch, machine: str) -> None:
    monkeypatch.setattr("advisor.processor.platform.machine", lambda: machine)
    monkeypatch.setattr(processor, "_glibc_features", lambda: 0)
    assert not processor.too_old()


@pytest.mark.parametrize(("build", "present", "old"), [("17763", 0, False), ("19041", 0, True), ("19043", 1, False)])
def test_windows_is_believed_once_it_knows_the_question(
    monkeypatch: pytest.MonkeyPatch, build: str, present: int, old: bool
) -> None:
    """Before version 2004 it answers no for what it has not heard of."""

    class Kernel:
        @staticmethod
        def IsProcessorFeaturePresent(number: int) -> int:  # noqa: N802 - Windows' name
            assert number == 38
            return present

    class Windll:
        kernel32 = Kernel

    monkeypatch.setattr("advisor.processor.platform.machine", lambda: "AMD64")
    monkeypatch.setattr("advisor.processor.platform.version", lambda: f"10.0.{build}")
    monkeypatch.setattr("advisor.processor.sys.platform", "win32")
    monkeypatch.setattr("advisor.processor.ctypes.windll", Windll, raising=False)
    assert processor.too_old() is old


def test_this_computer_is_not_too_old() -> None:
    """It runs numpy and Qt, as the other tests show."""
    assert not processor.too_old()


def test_one_sentence_and_nothing_else(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(processor, "too_old", lambda: True)
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert __main__.main() == __main__.TOO_OLD
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "SSE4.2" in shown.err


def test_the_check_loads_neither_qt_nor_numpy() -> None:
    code = (
        "import sys; from advisor import __main__, processor; processor.too_old(); __main__._refuse();"
        "sys.exit(any(name in sys.modules for name in ('PySide6', 'numpy', 'psutil')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True).returncode == 0
