"""What the builds share: steps that end tidily however they end, and tell what they found."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
# A shell that starts the tests in the background, or nohup, has signals ignored by everything that they start.
_BUILD = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.{hangup})
from steps import Failed, Steps, run
place = Path(sys.argv[1])
def build(steps):
    with steps.step("first") as found:
        found.append("went well")
    with steps.step("second"):
        try:
            (place / "mounted").touch()
            {what}
        finally:
            (place / "mounted").unlink()
sys.exit(run(Steps(place / "log.txt"), build))
"""


@contextlib.contextmanager
def started(place: Path, what: str, hangup: str = "SIG_DFL") -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _BUILD.format(what=what, hangup=hangup), str(place)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=PACKAGING, stdout=pipe, stderr=pipe, text=True) as build:
        try:
            yield build
        finally:
            build.kill()


def wait_for(path: Path) -> None:
    end = time.monotonic() + 20
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform == "win32", reason="the builds run on Debian")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_build_that_is_told_to_end_tidies_up_and_prints_its_table(tmp_path: Path, name: str) -> None:
    with started(tmp_path, "time.sleep(60)") as build:
        wait_for(tmp_path / "mounted")
        build.send_signal(getattr(signal, name))
        said, _errors = build.communicate(timeout=20)
    assert build.returncode == 130
    assert not (tmp_path / "mounted").exists()
    assert "| first | 0.0 | went well |" in said
    assert "FAILED: KeyboardInterrupt" in said


@pytest.mark.skipif(sys.platform == "win32", reason="the builds run on Debian")
def test_a_build_under_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    with started(tmp_path, "time.sleep(1)", hangup="SIG_IGN") as build:
        wait_for(tmp_path / "mounted")
        build.send_signal(signal.SIGHUP)
        said, _errors = build.communicate(timeout=20)
    assert build.returncode == 0
    assert "FAILED" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="the builds run on Debian")
def test_a_failed_step_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    with started(tmp_path, "steps.call(['sh', '-c', 'echo no such thing; exit 7'])") as build:
        said, errors = build.communicate(timeout=20)
    assert build.returncode == 1
    assert errors == f"package: sh ended with 7: no such thing (see {tmp_path / 'log.txt'})\n"
    assert "| second | 0.0 | FAILED: sh ended with 7: no such thing" in said
    assert not (tmp_path / "mounted").exists()
