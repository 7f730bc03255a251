"""What both builds share: steps with their time and result, commands whose output goes to a log, and the last table."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple


class Failed(Exception):
    """A step did not reach its end; the text says why, in one sentence."""


class Row(NamedTuple):
    """A line of the table."""

    step: str
    seconds: float | None
    result: str


class Steps:
    """Runs steps, tells of them as they go, and keeps what the table shows at the end."""

    def __init__(self, log: Path) -> None:
        self.rows: list[Row] = []
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("", encoding="utf-8")

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """One step; what is appended to the list that it gives becomes its result. A failure is told and goes on up."""
        print(f"{name} ...", flush=True)
        found: list[str] = []
        started = time.monotonic()
        try:
            yield found
        except BaseException as error:
            self.rows.append(Row(name, time.monotonic() - started, f"FAILED: {str(error) or type(error).__name__}"))
            raise
        seconds = time.monotonic() - started
        self.rows.append(Row(name, seconds, "; ".join(found) or "done"))
        print(f"{name}: {'; '.join(found) or 'done'} ({seconds:.0f} s)", flush=True)

    def note(self, name: str, result: str) -> None:
        """A line without a time."""
        self.rows.append(Row(name, None, result))

    def table(self) -> str:
        """All steps as a Markdown table."""
        lines = ["| step | seconds | result |", "|---|---|---|"]
        for row in self.rows:
            seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
            lines.append(f"| {row.step} | {seconds} | {row.result.replace('|', '/')} |")
        total = sum(row.seconds or 0 for row in self.rows)
        return "\n".join([*lines, f"| all | {total:.0f} | |"])

    def call(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        limit_s: float = 1800,
        codes: Sequence[int] = (0,),
    ) -> str:
        """Run a command without input; its output goes to the log and comes back. Raises Failed."""
        words = [str(word) for word in command]
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n$ {' '.join(words)}\n")
        try:
            done = subprocess.run(
                words, env=None if env is None else dict(env), cwd=cwd, stdin=subprocess.DEVNULL, check=False,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit_s,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{words[0]} was still running after {limit_s:.0f} s") from error
        except FileNotFoundError as error:
            raise Failed(f"{words[0]} is not there") from error
        text = done.stdout.decode("utf-8", errors="replace")
        with self.log.open("a", encoding="utf-8") as log:
            log.write(text)
        if done.returncode not in codes:
            last = next((line for line in reversed(text.splitlines()) if line.strip()), "no output")
            raise Failed(f"{Path(words[0]).name} ended with {done.returncode}: {last.strip()[:200]} (see {self.log})")
        return text


def run(steps: Steps, build: Callable[[Steps], None]) -> int:
    """Do all steps, print the table whatever happens; the exit code. Being told to end, or losing the terminal, ends it
    as Ctrl+C does: mounts are undone. What the caller had ignored, as nohup does, stays ignored.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupted)
    try:
        build(steps)
        code = 0
    except (Failed, OSError) as error:
        print(f"package: {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    print("\n" + steps.table())
    return code


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def system_packages(steps: Steps, wanted: Mapping[str, str]) -> str:
    """Install the Debian packages of what is not there; `wanted` is {program or shared library: package}. Raises
    Failed when this user may not.
    """
    missing = sorted({package for name, package in wanted.items() if not _there(name)})
    if not missing:
        return "all there"
    if os.geteuid() != 0:
        raise Failed(f"install {', '.join(missing)} first, or run this as root")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps.call(["apt-get", "update", "-q"], env=quiet)
    steps.call(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing], env=quiet)
    return f"installed {', '.join(missing)}"


def _there(name: str) -> bool:
    if ".so" not in name:
        return shutil.which(name) is not None
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def megabytes(size: float) -> str:
    """A size as people compare downloads: MB of 10^6 bytes."""
    return f"{size / 1e6:.1f} MB"


def folder_size(folder: Path) -> tuple[int, int]:
    """Bytes and number of the files below a folder."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(path.stat().st_size for path in files), len(files)
