"""Every command of the contract: its JSON, its text, and one sentence with exit 2 for each kind of bad input."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor import cli, profiles
from advisor.cli import machines
from advisor.estimator.result import COMPONENTS, VERDICTS
from advisor.machine import Cpu, Machine, Memory, Origin
from advisor.workload import METHODS, SETTINGS

GIB = 1 << 30
DESKTOP = ("--gpu", "GeForce RTX 3060 12 GB", "--cpu", "Ryzen 9 5950X", "--ram", "64")
SMALL = Machine(
    model="Test machine",
    os_family="linux",
    environment=(),
    cpu=Cpu(name="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", cores=2, threads=4),
    memory=Memory(total_bytes=12 * GIB, available_bytes=8 * GIB, kind="DDR3", speed_mts=1600, channels=2),
    origins={"model": Origin("reported", "test")},
)

CONFIG = {
    "model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14,
    "num_hidden_layers": 24, "num_key_value_heads": 2, "vocab_size": 151936, "tie_word_embeddings": True,
}  # fmt: skip

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in this process, with a small machine standing for this one."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(machines, "this_machine", lambda: SMALL)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_detect_prints_and_saves_the_machine(run: Run, tmp_path: Path) -> None:
    """JSON is the profile itself; -o saves the same."""
    path = tmp_path / "我的 电脑.json"
    code, out, _ = run("detect", "--json", "-o", str(path))
    assert code == 0
    assert profiles.load(path) == SMALL
    assert profiles.from_json(json.loads(out), "out") == SMALL
    code, out, _ = run("detect")
    assert "Test machine" in out
    assert "8.00 GiB" in out


def test_detect_speaks_chinese(run: Run) -> None:
    """The texts follow --lang."""
    _, out, _ = run("detect", "--lang", "zh-CN")
    assert "内存" in out


def test_catalogues_are_listed(run: Run) -> None:
    """Over 200 models and at least 400 GPUs, with the facts that scripts need."""
    models = json.loads(run("models", "--json")[1])
    assert len(models) > 200
    by_id = {model["id"]: model for model in models}
    assert by_id["qwen2.5-7b"]["parameters"] == 7_615_616_512
    gpus = json.loads(run("gpus", "--json")[1])
    assert len(gpus) >= 400
    assert run("models")[1].count("\n") > 200
    assert run("gpus")[1].count("\n") >= 400


def check_estimate(answer: dict[str, Any]) -> None:
    """One estimate has the form of the contract."""
    assert set(answer["workload"]) >= set(SETTINGS)
    assert answer["verdict"] in VERDICTS
    memory = answer["memory"]
    if memory is not None:
        assert {component["name"] for component in memory["components"]} <= set(COMPONENTS)
        assert sum(component["bytes"] for component in memory["components"]) == memory["total_bytes"]
        assert memory["low_bytes"] <= memory["total_bytes"] <= memory["high_bytes"]
    assert all(set(reason) >= {"code", "text"} and reason["text"] != reason["code"] for reason in answer["reasons"])


def test_one_estimate(run: Run) -> None:
    """An 8B model at four bits fits a 12 GB card; the answer has the contract's fields."""
    code, out, _ = run("estimate", "Qwen/Qwen3-8B", *DESKTOP, "--json")
    answer = json.loads(out)
    check_estimate(answer)
    assert code == 0
    assert answer["model"] == {"id": "qwen3-8b", "name": "Qwen3-8B", "parameters": 8_190_735_360}
    assert answer["verdict"] == "fits"
    assert 0 < answer["speed"]["decode_tokens_per_s"]["mid"] <= answer["speed"]["decode_tokens_per_s"]["ceiling"]
    assert answer["placement"][0]["device"] == "gpu0"


def test_a_training_estimate(run: Run) -> None:
    """QLoRA names trainable parameters, hours and energy."""
    answer = json.loads(run("estimate", "qwen2.5-1.5b", "--task", "qlora", *DESKTOP, "--json")[1])
    check_estimate(answer)
    assert answer["training"]["trainable_parameters"] == 18_464_768
    hours = answer["training"]["hours"]
    assert 0 < hours["low"] <= hours["mid"] <= hours["high"]


def test_an_estimate_in_words(run: Run) -> None:
    """Verdict, components, speed; with --explain every formula with its values."""
    code, out, _ = run("estimate", "qwen3-8b", *DESKTOP, "--explain")
    assert code == 0
    for word in ("fits", "weights", "KV cache", "total", "decode", "="):
        assert word in out


def test_cases_are_answered_in_order(run: Run, tmp_path: Path) -> None:
    """A bad line is answered with its error, the rest go on, and the exit code says that one failed."""
    machine = {"gpu": "GeForce RTX 4090", "ram_gib": 64}
    lines = [
        json.dumps({"id": "a", "model": "qwen2.5-0.5b", "context": 8192, **machine}),
        json.dumps({"id": "b", "config": CONFIG, "context": 8192, **machine}),
        "{broken",
        json.dumps({"id": "d", "model": "no-such-model"}),
        json.dumps({"id": "e", "model": "qwen2.5-0.5b", "task": "full", "colour": "red"}),
        json.dumps({"id": "f", "model": "qwen2.5-0.5b", "quant": "Q9"}),
        "",
        json.dumps({"id": "h", "model": "qwen2.5-0.5b", "task": "lora", "checkpointing": False, **machine}),
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = run("estimate", "--cases", str(path))
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [a["id"] for a in answers] == ["a", "b", None, "d", "e", "f", "h"]
    assert [a["id"] for a in answers if "error" in a] == [None, "d", "e", "f"]
    assert answers[0]["memory"]["total_bytes"] == answers[1]["memory"]["total_bytes"]
    assert "line 3" in answers[2]["error"]
    assert "'colour'" in answers[4]["error"]
    assert answers[5]["error"].startswith("line 6: quant: 'Q9'")
    for answer in (answers[0], answers[1], answers[6]):
        check_estimate(answer)


def test_an_absurd_line_does_not_stop_the_rest(run: Run, tmp_path: Path) -> None:
    """Numbers beyond all bounds, impossible paths, a line of 9 MiB, a fault inside: one answer each, in order."""
    lines = [
        '{"id": 1, "model": "smollm2-135m", "ram_gib": ' + "9" * 400 + "}",
        '{"id": 2, "model": "a\\u0000.gguf"}',
        '{"id": 3, "model": "' + "x" * (9 << 20) + '"}',
        '{"id": ' + "9" * 5000 + "}",
        '{"id": 5, "model": "smollm2-135m"}',
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = run("estimate", "--cases", str(path))
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [a["id"] for a in answers] == [1, 2, None, None, 5]
    assert ["error" in a for a in answers] == [True, True, True, True, False]


def test_a_fault_in_one_case_does_not_stop_the_rest(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a fault of this program costs one line; its traceback goes to stderr."""
    from advisor.estimator import estimate as module

    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError("test")

    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": 1, "model": "smollm2-135m"}\n', encoding="utf-8")
    monkeypatch.setattr(module, "estimate", broken)
    code, out, err = run("estimate", "--cases", str(path))
    assert code == 1
    assert "ZeroDivisionError" in json.loads(out)["error"]
    assert "Traceback" in err


def test_what_no_memory_would_help_does_not_run(run: Run) -> None:
    """The small machine's processor has no build of the 4-bit format: not a question of room."""
    out = run("estimate", "smollm2-135m", "--task", "qlora", "--cpu", "Core i5-3210M", "--ram", "12")[1]
    assert "does not run" in out.splitlines()[0]
    assert "does not fit" not in out


def test_no_gpu_can_be_wished_for(run: Run) -> None:
    """`--gpu none` is this machine, or the given one, without its cards."""
    assert json.loads(run("detect", "--json", "--gpu", "none")[1])["gpus"] == []
    assert json.loads(run("detect", "--json", "--gpu", "none", "--ram", "16")[1])["gpus"] == []


def test_good_cases_exit_0(run: Run, tmp_path: Path) -> None:
    """Command-line settings are the defaults of every case."""
    path = tmp_path / "cases.jsonl"
    path.write_text('{"model": "smollm2-135m"}\n{"model": "smollm2-135m", "context": 2048}\n', encoding="utf-8")
    code, out, _ = run("estimate", "--cases", str(path), "--context", "8192", *DESKTOP)
    assert code == 0
    assert [json.loads(line)["workload"]["context"] for line in out.splitlines()] == [8192, 2048]


def test_the_matrix(run: Run) -> None:
    """Every model x every method, the same numbers as JSON, CSV and text."""
    rows = json.loads(run("matrix", "--json", *DESKTOP)[1])
    assert len(rows) > 200
    assert all(tuple(row["methods"]) == METHODS for row in rows)
    for row in rows[::40]:
        for answer in row["methods"].values():
            check_estimate(answer)
    table = list(csv.DictReader(io.StringIO(run("matrix", "--csv", *DESKTOP)[1])))
    flat = [answer for row in rows for answer in row["methods"].values()]
    assert [int(line["total_bytes"] or 0) for line in table] == [
        answer["memory"]["total_bytes"] if answer["memory"] else 0 for answer in flat
    ]
    assert run("matrix", *DESKTOP)[1].count("\n") > 200


def test_matrix_and_estimate_give_one_number(run: Run) -> None:
    """The matrix's cell is the estimate of the same settings, whole."""
    rows = json.loads(run("matrix", "--json", "--context", "8192", *DESKTOP)[1])
    cell = next(row for row in rows if row["model"]["id"] == "qwen3-8b")["methods"]["run"]
    assert cell == json.loads(run("estimate", "qwen3-8b", "--context", "8192", *DESKTOP, "--json")[1])


@pytest.mark.parametrize("ending", ["md", "html", "json"])
def test_a_report_is_written(run: Run, tmp_path: Path, ending: str) -> None:
    """The format follows the ending."""
    path = tmp_path / f"报告 1.{ending}"
    assert run("report", "-o", str(path), "--lang", "zh-CN")[0] == 0
    assert "Test machine" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fly",), "invalid choice: 'fly'"),
        (("estimate",), "MODEL is missing"),
        (("estimate", "qwen99-1b"), "qwen99-1b: no such model"),
        (("estimate", "qwen3-8b", "--quant", "Q9"), "--quant: 'Q9'"),
        (("estimate", "qwen3-8b", "--context"), "--context: expected one argument"),
        (("estimate", "qwen3-8b", "--context", "-5"), "--context"),
        (("estimate", "qwen3-8b", "--contxt", "5"), "--contxt"),
        (("estimate", "qwen3-8b", "--gpu", "GeForce QTX 9999"), "GeForce QTX 9999"),
        (("estimate", "qwen3-8b", "--gpu-count", "2"), "--gpu is missing"),
        (("estimate", "qwen3-8b", "--ram", "lots"), "--ram: 'lots'"),
        (("estimate", "qwen3-8b", "--machine", "no such file.json"), "no such file.json: cannot be read"),
        (("estimate", "qwen3-8b", "--cases", "x.jsonl"), "MODEL must not be given"),
        (("estimate", "--cases", "no such file.jsonl"), "no such file.jsonl: cannot be read"),
        (("matrix", "--json", "--csv"), "--csv"),
        (("report", "-o", "report.docx"), "report.docx"),
        (("report", "-o", "/no/such/folder/report.md"), "/no/such/folder/report.md"),
        (("detect", "-o", "/no/such/folder/me.json"), "/no/such/folder/me.json: cannot be written"),
        (("models", "--lang", "tlh"), "--lang"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_exit_2(
    run: Run, arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence names the file or option; nothing is written."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err.replace("\\", "/")  # Windows writes a path its own way
    assert err.startswith("advisor: ")
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_mistakes_are_told_in_the_language_asked_for(run: Run) -> None:
    """--lang counts for errors too."""
    _, _, err = run("estimate", "qwen99", "--lang", "zh-CN")
    assert "目录" in err


def test_a_machine_without_a_command_is_what_the_window_shows(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`advisor --machine FILE` opens the window on that machine; without a display, its summary."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    path = tmp_path / "other.json"
    profiles.save(replace(SMALL, model="Other machine"), path)
    assert "Other machine" in run("--machine", str(path))[1]
    assert run("--machine", "none.json")[0] == 2
    assert run("--colour", "red")[0] == 2


def test_a_broken_output_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk behind a redirection."""

    def full(_text: str) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sys.stdout.write", full)
    code, _, err = run("models")
    assert code == 1
    assert "No space left on device" in err


def test_without_a_display_the_window_becomes_a_summary(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says why, then the text summary."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    code, out, err = run()
    assert code == 0
    assert "no display" in err
    assert "Test machine" in out
