"""`advisor detect --measure`: the machine with its figures on stdout, what they mean on stderr, kept for later."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor import cli, probes, profiles, settings
from advisor.catalog.complete import complete
from advisor.cli import machines
from advisor.errors import UserError
from advisor.machine import Cpu, Machine, Memory
from advisor.probes import measure as measuring
from advisor.sources.measured import Measured

GIB = 1 << 30
FOUND = Measured(31e9, 0.04, 2, 256 << 20, 0.02, 120e9, None, "2026-11-22")
HERE = Machine(
    cpu=Cpu(name="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", cores=2, threads=4),
    memory=Memory(total_bytes=12 * GIB, available_bytes=8 * GIB, kind="DDR3", speed_mts=1600, channels=2),
)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs the command line in this process on a laptop whose memory is read at 31 GB/s."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(settings, "folder", lambda: tmp_path / "settings")
    monkeypatch.setattr(probes, "detect", lambda: HERE)
    monkeypatch.setattr(probes, "fill_gaps", lambda machine: machine)
    monkeypatch.setattr(measuring, "measure", lambda _progress, _cancelled, _machine: FOUND)
    monkeypatch.setattr(machines, "this_machine", machines.this_machine.__wrapped__)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_what_was_measured_is_shown_explained_and_used_from_then_on(run: Run) -> None:
    """Before: 25.6 GB/s in theory. Measured: 31; the next commands count with it."""
    before = run("estimate", "qwen2.5-1.5b", "--json")[1]
    code, out, err = run("detect", "--measure")
    assert code == 0
    assert "31.0 GB/s" in out
    assert "measured (2 threads read it on 2026-11-22)" in out
    assert "120 GFLOP/s" in out
    assert "Memory: 31.0 GB/s measured, 25.6 GB/s in theory (121 %)" in err
    assert "probably read wrongly" in err
    assert "31.0 GB/s" in run("detect")[1]
    speeds = [json.loads(text)["speed"]["decode_tokens_per_s"]["ceiling"] for text in (
        before, run("estimate", "qwen2.5-1.5b", "--json")[1])]  # fmt: skip
    assert speeds[1] == pytest.approx(speeds[0] * 31 / 25.6)


def test_json_and_profile_carry_it(run: Run, tmp_path: Path) -> None:
    """stdout stays a profile that can be read again; a machine from it keeps the figures on any computer."""
    path = tmp_path / "我的 电脑.json"
    code, out, err = run("detect", "--measure", "--json", "-o", str(path))
    assert code == 0
    machine = profiles.load(path)
    assert profiles.from_json(json.loads(out), "out") == machine
    assert (machine.memory.bandwidth_bytes_per_s, machine.cpu.matrix_flops) == (31e9, 120e9)
    assert complete(machine) == machine
    assert "Memory: 31.0 GB/s" in err
    assert "31.0 GB/s" in run("detect", "--machine", str(path))[1]


@pytest.mark.parametrize(
    ("option", "value"), [("--machine", "x.json"), ("--gpu", "RTX 4090"), ("--cpu", "i5-3210M"), ("--ram", "16")]
)
def test_only_this_computer_can_be_measured(run: Run, option: str, value: str, tmp_path: Path) -> None:
    """A machine that is only described answers no measurement: one sentence naming the option, nothing kept."""
    code, out, err = run("detect", "--measure", option, value)
    assert (code, out) == (2, "")
    assert f"{option}: --measure measures this computer" in err
    assert not (tmp_path / "settings").exists()


def test_a_folder_that_cannot_be_written_is_told_and_no_more(run: Run, tmp_path: Path) -> None:
    """The figures are shown all the same."""
    (tmp_path / "settings").write_text("no folder")
    code, out, err = run("detect", "--measure")
    assert code == 0
    assert "31.0 GB/s" in out
    assert "Not kept for later: " in err


def test_too_little_memory_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2, nothing printed."""

    def refuse(*_given: object) -> None:
        raise UserError("Too little memory is free to measure: {needed} MiB are needed, {free} MiB are free",
                        needed=1024, free=300)  # fmt: skip

    monkeypatch.setattr(measuring, "measure", refuse)
    code, out, err = run("detect", "--measure")
    assert (code, out) == (2, "")
    assert "300 MiB are free" in err


def test_progress_is_drawn_for_people_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal a bar that is wiped off at the end; in a pipe nothing."""

    def report(progress: Callable[[float], None], *_others: object) -> Measured:
        for part in (0.0, 0.5, 1.0):
            progress(part)
        return FOUND

    monkeypatch.setattr(measuring, "measure", report)
    assert "#" not in run("detect", "--measure")[2]
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    drawn = run("detect", "--measure")[2]
    assert "[###############...............]" in drawn
    assert drawn.split("\r")[-2].strip() == ""
