"""Speed held against published measurements, where they lie beside the checkout: the goals that were promised."""

import statistics
from pathlib import Path

import pytest

from benchmarks.accuracy_speed import COVERAGE, WIDEST, decode_misses, prefill_misses
from benchmarks.speed_rows import Row, rows

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
