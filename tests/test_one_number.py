"""One question, one number: matrix, estimate, cases and report say the same of every model on every machine."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from advisor import cli, profiles
from advisor.catalog.models import find_model
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.report.cells import pace
from advisor.workload import METHODS, Workload, for_method, option
from tests.machines import builder_5950x, g480, rtx4090_desktop

MODELS = (
    "smollm2-135m", "qwen2.5-0.5b", "gemma-3-4b", "qwen3-8b", "llama-3.1-8b", "qwen3-30b-a3b", "qwen2.5-72b",
    "deepseek-v2-lite", "granite-4.0-h-tiny",
)  # fmt: skip
# Settings that differ from the defaults, so that a screen which forgets one shows it.
ASKED = {"context": 8192, "kv_type": "q8_0", "seq": 2048, "rank": 32, "dataset_tokens": 3_000_000}
SETTINGS = [word for key, value in ASKED.items() for word in (option(key), str(value))]

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in this process, in English."""
    monkeypatch.setenv("LC_ALL", "C")

    def call(*arguments: str) -> str:
        assert cli.main(arguments) == 0
        return capsys.readouterr()[0]

    return call


@pytest.fixture(params=[g480, builder_5950x, rtx4090_desktop], ids=["2012 laptop", "no usable card", "RTX 4090"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Machine, Path]:
    """A machine and its saved profile."""
    made: Machine = request.param()
    path = tmp_path / "machine.json"
    profiles.save(made, path)
    return profiles.load(path), path


def matrix_of(run: Run, path: Path) -> dict[str, dict[str, Any]]:
    """The matrix as JSON: cells by model and method."""
    rows = json.loads(run("matrix", "--json", "--machine", str(path), *SETTINGS))
    return {row["model"]["id"]: row["methods"] for row in rows}


def test_the_matrix_prints_one_number_in_every_form(run: Run, machine: tuple[Machine, Path]) -> None:
    """All models, all methods: CSV and JSON agree on verdict, bytes, speed and hours."""
    cells = matrix_of(run, machine[1])
    lines = list(csv.DictReader(io.StringIO(run("matrix", "--csv", "--machine", str(machine[1]), *SETTINGS))))
    assert len(lines) == len(METHODS) * len(cells) > 1000
    for line in lines:
        cell = cells[line["model"]][line["method"]]
        assert line["verdict"] == cell["verdict"]
        assert line["quant"] == cell["workload"]["quant"] or cell["workload"]["task"] != "inference"
        assert line["total_bytes"] == ("" if cell["memory"] is None else str(cell["memory"]["total_bytes"]))
        assert _close(line["decode_tokens_per_s"], _mid(cell["speed"], "decode_tokens_per_s"))
        assert _close(line["hours"], _mid(cell["training"], "hours"))


def _mid(part: dict[str, Any] | None, name: str) -> float | None:
    found = part[name] if part else None
    return found["mid"] if found else None


def _close(text: str, value: float | None) -> bool:
    """CSV writes what JSON says, to the figures that it prints."""
    return (text == "") == (value is None) and (
        value is None or float(text) == pytest.approx(value, rel=1e-3, abs=1e-3)
    )


def test_a_cell_is_the_estimate_of_its_own_settings(run: Run, machine: tuple[Machine, Path], tmp_path: Path) -> None:
    """The settings that a cell names, given back alone or as a case, give the whole cell again; so does the core."""
    cells = matrix_of(run, machine[1])
    asked = [(name, method) for name in MODELS for method in METHODS]
    cases = [{"id": f"{name} {method}", "model": name, **cells[name][method]["workload"]} for name, method in asked]
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    answers = run("estimate", "--cases", str(path), "--machine", str(machine[1])).splitlines()
    for (name, method), line in zip(asked, answers, strict=True):
        cell, answer = cells[name][method], json.loads(line)
        assert answer.pop("id") == f"{name} {method}"
        assert answer == cell, (name, method)
        found = estimate(machine[0], find_model(name), for_method(Workload(**ASKED), method))  # type: ignore[arg-type]
        assert (found.memory.total if found.memory else None) == (cell["memory"] or {}).get("total_bytes")
        assert found.verdict == cell["verdict"]
    for name, method in asked[::7]:
        words = [word for key, value in cells[name][method]["workload"].items() for word in (option(key), _word(value))]
        alone = json.loads(run("estimate", name, "--machine", str(machine[1]), *words, "--json"))
        assert alone == cells[name][method], (name, method)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_report_says_what_the_matrix_says(run: Run, machine: tuple[Machine, Path], tmp_path: Path) -> None:
    """Its JSON holds the matrix's cells; its Markdown shows their totals and paces, row by row."""
    cells = matrix_of(run, machine[1])
    written = {}
    for ending in ("json", "md"):
        path = tmp_path / f"report.{ending}"
        run("report", "-o", str(path), "--lang", "en", "--machine", str(machine[1]), *SETTINGS)
        written[ending] = path.read_text(encoding="utf-8")
    for row in json.loads(written["json"])["matrix"]:
        for method in METHODS:
            _same(row["methods"][method], cells[row["model"]["id"]][method])
    _ = translator("en")
    rows = _rows(written["md"])
    assert len(rows) > 10
    for name, shown in rows.items():
        model = find_model(name)
        for method, text in zip(METHODS, shown, strict=True):
            answer = estimate(machine[0], model, for_method(Workload(**ASKED), method))  # type: ignore[arg-type]
            assert answer.memory is None or _.gib(answer.memory.total) in text, (name, method, text)
            assert pace(answer, _) in text, (name, method, text)


def _same(reported: dict[str, Any], cell: dict[str, Any]) -> None:
    """All that the report's JSON says of a cell stands in the matrix, and nothing but the model is left out."""
    assert reported == {key: value for key, value in cell.items() if key != "model"}


def _rows(text: str) -> dict[str, Sequence[str]]:
    """The rows of the Markdown report's matrix: cells in the order of METHODS, by model name."""
    found: dict[str, Sequence[str]] = {}
    table = text[text.index("| Model | Run ") :].split("\n\n", maxsplit=1)[0]
    for line in table.splitlines()[2:]:
        name, *cells = (part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1])
        found[name.rsplit(" ", 1)[0]] = cells
    return found
