"""The table of accuracy: its sums are right, a missed goal is a missed goal, and the page shows what it prints."""

import json
import re
from pathlib import Path

import pytest

from benchmarks import accuracy, accuracy_inference, accuracy_speed, accuracy_training, speed_rows
from benchmarks.table import (
    Group,
    Line,
    Miss,
    Skipped,
    as_json,
    cut,
    line,
    markdown,
    percent,
    ranged,
    skip,
    text,
    write_between,
)

MISSES = [Miss(0.01 * size * (-1) ** size, f"row {size}") for size in range(1, 11)]
MADE = Group("Made up", [line("figure | one", MISSES, mean=0.06), line("exact", [Miss(0.0, "a")], worst=0)], {"why": 3})


def test_a_line_sums_up_absolute_errors() -> None:
    """Mean, median, 90th percentile by nearest rank, and the worst with its sign and row."""
    found = line("f", MISSES, mean=0.055, worst=0.1)
    assert [found.mean, found.median, found.p90, found.worst] == pytest.approx([0.055, 0.055, 0.09, 0.1])
    assert (found.rows, found.worst_row) == (10, "row 10")
    assert line("f", [Miss(0.01, "a"), Miss(-0.2, "b")]).worst == -0.2


@pytest.mark.parametrize(
    ("goals", "met"),
    [
        ({"mean": 0.056}, True), ({"mean": 0.054}, False), ({"median": 0.05}, False), ({"worst": 0.1}, True),
        ({"worst": 0.0}, False), ({"mean": 0.06, "worst": 0.05}, False), ({}, True),
    ],
)  # fmt: skip
def test_goals_are_held_to(goals: dict[str, float], met: bool) -> None:
    """Every one that was set."""
    assert line("f", MISSES, **goals).met is met


def test_a_range_holds_enough_rows_and_is_not_too_wide() -> None:
    """A measurement on the bound is inside; without any range a goal of one is missed."""
    inside, outside = ranged(10, 8, 16, 16, "a"), ranged(10, 8, 16, 17, "b")
    assert (inside.inside, outside.inside, inside.span) == (True, False, 2.0)
    assert line("f", [inside, outside], inside=0.5, span=2).met
    assert not line("f", [inside, outside], inside=0.51).met
    assert not line("f", [inside, outside], span=1.9).met
    assert not line("f", MISSES, inside=0.1).met


def test_a_line_without_rows_is_an_error() -> None:
    """Nothing measured is not "met"."""
    with pytest.raises(ValueError, match="no rows for 'f'"):
        line("f", [])


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0, "0"), (0.00072, "0.072%"), (0.029, "2.90%"), (0.1235, "12.3%"), (12.5, "1250%"), (1e-9, "0.000%")],
)
def test_percentages_show_what_counts(value: float, written: str) -> None:
    """An exact 0 differs from one that is rounded to it."""
    assert percent(value) == written


def test_the_text_fits_a_terminal() -> None:
    """No line is wider than promised, whatever the row's name."""
    long = Group("G", [line("f" * 40, [Miss(0.5, "x" * 500)], mean=0.01)], {"y" * 500: 1})
    shown = text([long, MADE])
    assert max(map(len, shown.splitlines())) <= 140
    assert "NO" in shown
    assert "3 rows: why" in shown
    assert cut("abc def", 5) == "abc …"


def test_markdown_keeps_its_columns() -> None:
    """A bar in a name is escaped, and columns that nobody fills are left out."""
    rows = [row for row in markdown([MADE]).splitlines() if row.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {10}
    assert "span" not in rows[0]
    assert r"figure \| one" in rows[2]


def test_json_holds_the_same_figures() -> None:
    """As numbers."""
    found = json.loads(as_json([MADE]))[0]
    assert found["skipped"] == {"why": 3}
    assert found["lines"][0]["mean"] == pytest.approx(0.055)
    assert found["lines"][1] == {**MADE.lines[1]._asdict()}


def test_a_page_without_markers_stays_as_it_is(tmp_path: Path) -> None:
    """And one with them keeps what is around."""
    page = tmp_path / "page.md"
    page.write_text("a\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no markers"):
        write_between(page, "m", "new")
    assert page.read_text(encoding="utf-8") == "a\n"
    page.write_text("a\n<!-- table: m -->\nold\n<!-- end of table -->\nb\n", encoding="utf-8")
    write_between(page, "m", "new")
    assert page.read_text(encoding="utf-8") == "a\n<!-- table: m -->\n\nnew\n\n<!-- end of table -->\nb\n"


@pytest.mark.parametrize(("error", "code"), [(0.02, 1), (0.005, 0)])
def test_a_missed_goal_exits_1(
    error: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And names the figure."""

    def lines(skipped: Skipped) -> list[Line]:
        skip(skipped, "too old", 2)
        return [line("some figure", [Miss(error, "a row")], mean=0.01)]

    monkeypatch.setattr(accuracy, "PARTS", (("Part", lines),))
    monkeypatch.setattr("sys.argv", ["accuracy"])
    assert accuracy.main() == code
    out, err = capsys.readouterr()
    assert "2 rows: too old" in out
    assert ("missed: some figure" in err) is bool(code)


def test_without_the_shared_folder_our_own_rows_remain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What needs the folder is named as skipped, not dropped."""
    for module in (accuracy_inference, accuracy_training):
        monkeypatch.setattr(module, "TRUTH", tmp_path / "nowhere")
    for module in (accuracy_speed, speed_rows):
        monkeypatch.setattr(module, "PUBLISHED", tmp_path / "nowhere.json.gz")
    found = accuracy.groups()
    assert found[0].lines
    assert all(any("shared" in why for why in group.skipped) for group in found)


def test_the_page_shows_the_figures_of_today(shared: Path) -> None:
    """Every line of today's table stands in docs/accuracy.md, which the script writes with `--markdown`."""
    page = accuracy.PAGE.read_text(encoding="utf-8")
    missing = [row for row in markdown(accuracy.groups()).splitlines() if row.startswith("|") and row not in page]
    assert not missing, "docs/accuracy.md is not of today: python3 -m benchmarks.accuracy --markdown"
