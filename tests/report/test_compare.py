"""Two machines side by side: the figures are those of each machine's own estimates, in every format and language."""

import json
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from advisor import report
from advisor.catalog.models import find_model
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.report.compare import Compared, compare
from advisor.report.compare_document import build
from advisor.report.document import Table
from advisor.workload import METHODS, Workload, for_method
from tests.machines import g480, rtx4090_desktop

DAY = date(2026, 11, 22)
PAIR = [("", g480()), ("Desktop | <b>", rtx4090_desktop())]


@cache
def compared() -> Compared:
    return compare(PAIR, Workload(), "free", "en")


def test_each_cell_that_turns_is_what_the_estimator_says_of_both_machines() -> None:
    assert len(compared().turns) > 300
    for turn in compared().turns[::40]:
        for machine, answer in ((g480(), turn.before), (rtx4090_desktop(), turn.after)):
            again = estimate(machine, turn.model, for_method(Workload(), turn.method))
            assert again.verdict == answer.verdict
        assert turn.before.verdict != turn.after.verdict


def test_no_cell_that_turns_is_missing() -> None:
    """Cells that are not named have one verdict on both machines."""
    named = {(turn.model.id, turn.method) for turn in compared().turns}
    for name in ("qwen2.5-7b", "llama-3.1-8b", "qwen3-0.6b", "llama-3.1-405b"):
        for method in METHODS:
            pair = [estimate(m, find_model(name), for_method(Workload(), method)).verdict for _n, m in PAIR]
            assert ((name, method) in named) == (pair[0] != pair[1])


def test_better_and_worse_change_places_when_the_machines_do() -> None:
    back = compare(PAIR[::-1], Workload(), "free", "en")
    better = {(t.model, t.method) for t in compared().turns if t.better}
    worse = {(t.model, t.method) for t in back.turns if t.better is False}
    assert better == worse
    assert better


def test_a_machine_compared_with_itself_turns_nothing_and_its_columns_can_be_told_apart() -> None:
    same = compare([("", g480()), ("", g480())], Workload(), "free", "zh-CN")
    assert same.turns == ()
    assert same.first.name != same.second.name
    document = build(same, translator("en"), DAY)
    assert "same verdict on both machines" in str(document)


def test_counts_add_up_to_the_catalogue() -> None:
    content = json.loads(report.render_comparison(PAIR, Workload(), "en", "json", today=DAY))
    for machine in content["machines"]:
        for counts in machine["counts"].values():
            assert sum(counts.values()) == len(compared().first.found.estimates["run"])
    assert [m["name"] for m in content["machines"]] == ["Lenovo G480", "Desktop | <b>"]
    assert len(content["turns"]) == len(compared().turns)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("kind", ["md", "html", "pdf"])
def test_every_format_is_written(tmp_path: Path, kind: str, language: str) -> None:
    target = tmp_path / f"compare.{kind}"
    assert report.write_comparison(target, PAIR, Workload(), language, today=DAY)
    data = target.read_bytes()
    assert len(data) > 5000
    if kind != "pdf":
        assert "Lenovo G480" in data.decode()
        assert "<b>" not in data.decode().replace("\\<b\\>", "")


def test_tables_have_a_cell_for_each_column() -> None:
    for section in build(compared(), translator("en"), DAY).sections:
        for block in section.blocks:
            if isinstance(block, Table):
                assert {len(row) for row in block.rows} == {len(block.columns)}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_two_machines_are_wanted(tmp_path: Path, count: int) -> None:
    with pytest.raises(UserError, match=f"two machines; {count} were given"):
        report.write_comparison(tmp_path / "a.md", (2 * PAIR)[:count], Workload(), "en")
    assert not list(tmp_path.iterdir())


def test_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    assert not report.write_comparison(tmp_path / "a.pdf", PAIR, Workload(), "en", cancelled=lambda: True)
    assert not list(tmp_path.iterdir())
