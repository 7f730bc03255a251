"""`advisor report`: sections, paper, comparison; one sentence and nothing written for whatever it cannot do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor import cli, profiles, report
from advisor.cli import machines
from advisor.machine import Cpu, Machine, Memory

GIB = 1 << 30
SMALL = Machine(
    model="Test machine",
    os_family="linux",
    environment=(),
    cpu=Cpu(name="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", cores=2, threads=4),
    memory=Memory(total_bytes=12 * GIB, available_bytes=8 * GIB, kind="DDR3", speed_mts=1600, channels=2),
)
OTHER = replace(SMALL, model="Other machine")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs the command in a folder of its own, with a small machine standing for this one."""
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(machines, "this_machine", lambda: SMALL)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str]:
        code = cli.main(("report", *arguments))
        return code, capsys.readouterr().err

    return call


class Asked:
    """Stands for the writers: what they were asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.machines: list[tuple[str, Machine]] = []
        self.options: Mapping[str, Any] = {}
        monkeypatch.setattr(report, "write", self.write)
        monkeypatch.setattr(report, "write_comparison", self.write_comparison)

    def write(self, _path: Path, machine: Machine, *_rest: object, **options: Any) -> bool:
        self.machines, self.options = [("", machine)], options
        return True

    def write_comparison(
        self, _path: Path, compared: Sequence[tuple[str, Machine]], *_rest: object, **options: Any
    ) -> bool:
        self.machines, self.options = list(compared), options
        return True


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The writers, listening."""
    return Asked(monkeypatch)


def test_sections_and_paper_reach_the_writer(run: Run, asked: Asked) -> None:
    """In any order, with spaces and capitals; all sections and A4 where nothing is said."""
    assert run("-o", "a.pdf", "--sections", "fits, Summary,fits,", "--paper", "letter") == (0, "")
    assert asked.options == {"paper": "letter", "sections": ("fits", "summary")}
    assert run("-o", "a.pdf") == (0, "")
    assert asked.options == {"paper": "a4", "sections": None}


def test_only_the_chosen_sections_are_written(run: Run) -> None:
    """The real writer: two sections under new numbers."""
    assert run("-o", "a.md", "--sections", "conclusion,summary", "--lang", "en") == (0, "")
    heads = [line for line in Path("a.md").read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert heads == ["## 1 Configuration", "## 2 Conclusion"]


def test_another_machine_is_compared_with(run: Run, asked: Asked) -> None:
    """A saved machine stands in the second column under its own name."""
    profiles.save(OTHER, Path("other.json"))
    assert run("-o", "a.md", "--compare-machine", "other.json") == (0, "")
    assert [name for name, _machine in asked.machines] == ["Test machine", "Other machine"]
    assert asked.machines[0][1] == SMALL
    assert "sections" not in asked.options


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--compare-ram", "16"), "Test machine + 16.0 GiB RAM"),
        (("--compare-gpu", "RTX 4090"), "Test machine + GeForce RTX 4090"),
        (("--compare-gpu", "RTX 4090", "--compare-gpu-count", "2"), "Test machine + 2 × GeForce RTX 4090"),
        (("--compare-gpu", "none"), "Test machine + no graphics card"),
        (("--compare-cpu", "Ryzen 9 5950X", "--compare-gpu", "RTX 4090", "--compare-ram", "64"),
         "Ryzen 9 5950X + GeForce RTX 4090 + 64.0 GiB RAM"),
    ],
)  # fmt: skip
def test_parts_are_put_into_the_same_machine(run: Run, asked: Asked, options: tuple[str, ...], name: str) -> None:
    """Before and after an upgrade: the other column is called by what was changed."""
    assert run("-o", "a.md", *options, "--lang", "en") == (0, "")
    assert [called for called, _machine in asked.machines] == ["Test machine", name]
    before, after = (machine for _name, machine in asked.machines)
    assert before == SMALL
    assert after.os_family == "linux"
    assert after != before


def test_a_comparison_is_written(run: Run) -> None:
    """The real writer names both columns."""
    assert run("-o", "两台.md", "--compare-ram", "16", "--lang", "zh-CN") == (0, "")
    text = Path("两台.md").read_text(encoding="utf-8")
    assert "Test machine + 16.0 GiB" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sections", "summary,colours"), "--sections: 'colours' is not one of summary, "),
        (("--sections", " , "), "--sections: at least one section"),
        (("--paper", "a5"), "--paper"),
        (("--sections", "fits", "--compare-ram", "16"), "--sections: "),
        (("--compare-machine", "no such file.json"), "no such file.json: cannot be read"),
        (("--compare-gpu", "GeForce QTX 9999"), "GeForce QTX 9999"),
        (("--compare-gpu-count", "2"), "--compare-gpu is missing"),
        (("--compare-gpu", ""), "--compare-gpu: "),
        (("--compare-ram", "lots"), "--compare-ram: 'lots'"),
        (("--compare-ram", "-1"), "--compare-ram"),
        (("--compare-cpu", " "), "--compare-cpu: "),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(run: Run, options: tuple[str, ...], said: str) -> None:
    """The sentence names the option or the file; an older report stays as it was."""
    old = Path("old.md")
    old.write_text("old", encoding="utf-8")
    code, err = run("-o", "old.md", *options)
    assert code == 2
    assert said in err
    assert err.startswith("advisor: ")
    assert err.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["old.md"]
    assert old.read_text(encoding="utf-8") == "old"
