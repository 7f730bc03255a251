"""Speed held against published measurements, where they lie beside the checkout: the goals that were promised."""

import statistics
from pathlib import Path

import pytest

from benchmarks.accuracy_speed import COVERAGE, WIDEST, decode_misses, prefill_misses
from benchmarks.held_out_speed import CPU, DECODE, decode_points, fitted, held_out, shipped
from benchmarks.speed_rows import Row, more_rows, rows

GPUS = ("cuda", "rocm", "metal", "vulkan")


@pytest.fixture(scope="module")
def measured(shared: Path) -> list[Row]:
    if not (shared / "truth" / "published.json.gz").is_file():
        pytest.skip("no published measurements beside the checkout")
    return list(rows())


@pytest.mark.parametrize(("engines", "goal", "least"), [(GPUS, 0.15, 250), (("cpu",), 0.20, 20)], ids=["GPU", "CPU"])
def test_decode_speed_is_as_true_as_promised(
    measured: list[Row], engines: tuple[str, ...], goal: float, least: int
) -> None:
    """Mean absolute error over all rows that the catalogues know."""
    errors = [abs(miss.error) for miss in decode_misses(measured, engines, ("llama.cpp",))]
    assert len(errors) >= least
    assert statistics.mean(errors) <= goal


@pytest.mark.parametrize("engines", [GPUS, ("cpu",)], ids=["GPU", "CPU"])
def test_the_prompt_range_holds_four_of_five(measured: list[Row], engines: tuple[str, ...]) -> None:
    """And is no wider than two and a half."""
    misses = list(prefill_misses(measured, engines))
    assert len(misses) >= 10
    assert statistics.mean(miss.inside is True for miss in misses) >= COVERAGE
    assert all(miss.span is not None and miss.span <= WIDEST for miss in misses)


@pytest.mark.parametrize("left_out", ["GeForce RTX 4090", "Apple M4 Pro", "Radeon RX 7900 XT", "Apple M1 Ultra"])
def test_a_device_is_foreseen_from_the_others(measured: list[Row], left_out: str) -> None:
    """Constants fitted without a card's rows miss them by less than a fifth on average."""
    points = [point for point in decode_points(measured) if point.key != "cpu"]
    known = fitted([point for point in points if point.groups["device"] != left_out], DECODE)
    new = [point for point in points if point.groups["device"] == left_out]
    assert len(new) >= 3
    assert statistics.mean(abs(point.measured / point.law(known) - 1) for point in new) <= 0.20


def test_processors_are_foreseen_from_the_others(measured: list[Row]) -> None:
    """Each processor estimated by constants fitted on all others: the goal of the whole table holds here too."""
    points = [point for point in decode_points([*measured, *more_rows()]) if point.key == "cpu"]
    assert len({point.groups["device"] for point in points}) >= 20
    assert statistics.mean(abs(ratio - 1) for ratio in held_out(points, CPU, "device")) <= 0.20


def test_shipped_constants_are_the_fitted_ones(measured: list[Row]) -> None:
    """What the catalogue says is what all rows give, rounded: no estimate moves by more than a tenth."""
    points = [point for point in decode_points([*measured, *more_rows()]) if point.key != "cpu"]
    ours, theirs = shipped(DECODE), fitted(points, DECODE)
    assert all(abs(point.law(ours) / point.law(theirs) - 1) <= 0.10 for point in points)
