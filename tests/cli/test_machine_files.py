"""`--machine FILE`, once or several times, on every command and in cases; a bad file is one sentence and exit 2."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor import cli, profiles
from advisor.cli import machines
from advisor.machine import Machine

CPUINFO = """\
processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz
physical id\t: 0
siblings\t: 4
cpu cores\t: 2
flags\t\t: fpu sse4_2 avx f16c
"""
MEMINFO = "MemTotal:       12216236 kB\nMemFree:         1016236 kB\nMemAvailable:    8216236 kB\nSwapTotal: 0 kB\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in this process; this computer must not be asked for."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(machines, "this_machine", lambda: pytest.fail("this computer was asked"))

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Two dumps of one computer."""
    paths = tmp_path / "处理器 1.txt", tmp_path / "meminfo"
    for path, text in zip(paths, (CPUINFO, MEMINFO), strict=True):
        path.write_text(text, encoding="utf-8")
    return str(paths[0]), str(paths[1])


def test_several_dumps_become_a_profile(run: Run, files: tuple[str, str], tmp_path: Path) -> None:
    """What both tell is in it, and nothing of where they lay."""
    path = tmp_path / "profile.json"
    options = ("--machine", files[0], "--machine", files[1], "--machine", files[0])
    assert run("detect", *options, "-o", str(path))[0] == 0
    machine = profiles.load(path)
    assert (machine.source, machine.cpu.cores, machine.memory.total_bytes) == ("dump", 2, 12216236 << 10)
    assert machine.memory.bandwidth_bytes_per_s == 25.6e9
    assert str(tmp_path) not in path.read_text(encoding="utf-8")
    assert profiles.from_json(json.loads(run("detect", *options, "--json")[1]), "out") == machine
    # The profile is the machine from then on.
    code, out, _err = run("detect", "--machine", str(path))
    assert code == 0
    assert "a saved profile" in out


def test_detect_says_what_was_recognised_and_what_stays_unknown(run: Run, files: tuple[str, str]) -> None:
    """A line a file, then the machine, each gap with its reason; that no card is named does not say there is none."""
    _code, out, _err = run("detect", "--machine", files[0], "--machine", files[1])
    lines = out.splitlines()
    assert lines[0].split() == ["Read", "from", *files[0].split(), "/proc/cpuinfo"]
    assert lines[1].split() == ["Read", "from", files[1], "/proc/meminfo"]
    (system,) = [line for line in lines if line.startswith("System")]
    assert "unknown" in system
    assert "does not say" in system
    assert "No GPU is named there." in out


@pytest.mark.parametrize(
    "command",
    [("estimate", "qwen2.5-0.5b", "--json"), ("matrix", "--json"), ("report", "-o", "{folder}/report.md")],
    ids=["estimate", "matrix", "report"],
)
def test_every_command_takes_several_files(
    run: Run, files: tuple[str, str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Parts may be replaced on top of them."""
    arguments = [part.format(folder=tmp_path) for part in command]
    assert run(*arguments, "--machine", files[0], "--machine", files[1])[0] == 0
    assert run(*arguments, "--machine", files[0], "--machine", files[1], "--ram", "64")[0] == 0


def test_without_a_display_the_window_sums_up_the_files(
    run: Run, files: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "no_display", lambda _: "no display")
    code, out, _err = run("--machine", files[0], "--machine", files[1])
    assert code == 0
    assert "i5-3210M" in out
    assert "11.7 GiB" in out


def test_a_case_names_one_file_or_a_list(run: Run, files: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A text or texts; anything else is an error of that line alone."""
    case = {"model": "qwen2.5-0.5b", "budget": "total"}
    values = [list(files), files[1], [], [3], [None], {"a": 1}, ""]
    lines = [json.dumps({"id": at, **case, "machine": value}) for at, value in enumerate(values)]
    stdin = io.TextIOWrapper(io.BytesIO("\n".join(lines).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, _err = run("estimate", "--cases", "-")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert answers[0]["verdict"] == "fits"
    assert answers[0]["speed"]["decode_tokens_per_s"] is not None
    assert answers[1]["speed"] is None or answers[1]["speed"]["decode_tokens_per_s"] is None
    assert all("is not a name" in answer["error"] for answer in answers[2:])


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ((CPUINFO, CPUINFO.replace("i5-3210M", "i7-9700")), "of another computer than"),
        ((CPUINFO, "a shopping list\n" * 20), "1: not recognised"),
        ((CPUINFO, ""), "1: the file is empty"),
        ((CPUINFO, json.dumps(profiles.to_json(Machine(source="profile")))), "is a whole machine"),
        ((CPUINFO,), "missing: cannot be read"),
    ],
    ids=["another", "no dump", "empty", "profile", "missing"],
)
def test_what_is_wrong_is_said_in_one_sentence(run: Run, tmp_path: Path, texts: tuple[str, ...], said: str) -> None:
    """It names the file; nothing is written."""
    names = [str(tmp_path / str(at)) for at, _text in enumerate(texts)]
    for name, text in zip(names, texts, strict=True):
        Path(name).write_text(text, encoding="utf-8")
    if len(names) == 1:
        names.append(str(tmp_path / "missing"))
    target = tmp_path / "out.json"
    options = [word for name in names for word in ("--machine", name)]
    code, out, err = run("detect", *options, "-o", str(target))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert not target.exists()


def test_help_tells_what_a_machine_file_may_be(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["detect", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for word in ("saved profile", "lshw", "dxdiag", "nvidia-smi", "several times"):
        assert word in said
