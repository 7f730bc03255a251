"""Speed against published measurements: decode error on GPUs and CPUs, and how many prompt speeds the range holds."""

import statistics
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from advisor.estimator.estimate import estimate, shares_on
from advisor.estimator.result import Range
from advisor.estimator.speed import decode_at, prefill_at
from benchmarks.speed_rows import PUBLISHED, Row, SplitRow, rows, several_rows, split_rows

GROUPS = (
    ("decode, llama.cpp on GPUs", ("cuda", "rocm", "metal", "vulkan"), ("llama.cpp",), 0.15),
    ("decode, llama.cpp on CPUs", ("cpu",), ("llama.cpp",), 0.20),
    ("decode, transformers on GPUs", ("cuda",), ("transformers",), None),
    ("decode, vLLM on GPUs", ("cuda",), ("vllm",), None),
)
COVERAGE = 0.8
WIDEST = 2.5


class Error(NamedTuple):
    """Estimate / measurement - 1 of one row."""

    value: float
    row: Row | SplitRow
    estimate: Range


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    if not PUBLISHED.is_file():
        print("no `shared` folder beside the checkout: nothing to measure against")
        return 0
    skipped: dict[str, int] = {}
    measured = list(rows(skipped))
    print(f"{'figure':34} {'rows':>5} {'mean':>7} {'median':>7} {'p90':>7} {'worst':>7} {'inside':>7}  goal   met")
    missed = 0
    for name, engines, stacks, goal in GROUPS:
        errors = list(decode_errors(measured, engines, stacks))
        missed += _line(name, errors, goal)
        if "-v" in sys.argv:
            for engine in engines if len(engines) > 1 else ():
                _line("    " + engine, [e for e in errors if isinstance(e.row, Row) and e.row.engine == engine], None)
    _line("decode, llama.cpp, several GPUs", list(placed_errors(several_rows())), None)
    _line("decode, llama.cpp on GPU and RAM", list(placed_errors(split_rows())), None)
    for name, engines in (("prefill, GPUs", ("cuda", "rocm", "metal", "vulkan")), ("prefill, CPUs", ("cpu",))):
        missed += _coverage(name, list(prefill_errors(measured, engines)))
    print("\nnot scored: " + "; ".join(f"{count} {why}" for why, count in sorted(skipped.items(), key=lambda i: -i[1])))
    return 1 if missed else 0


def decode_errors(measured: Iterable[Row], engines: Sequence[str], stacks: Sequence[str]) -> Iterable[Error]:
    """Errors of the rows of some engines and stacks."""
    for row in measured:
        if row.decode is None or row.engine not in engines or row.workload.resolved_stack not in stacks:
            continue
        found = decode_at(row.model, row.workload, shares_on(row.device, row.model, row.workload), row.depth)
        if found is not None:
            yield Error(found.mid / row.decode - 1, row, found)


def placed_errors(found: Iterable[SplitRow]) -> Iterable[Error]:
    """Errors of models that the estimator places itself, all of the cards' memory counted as free."""
    for row in found:
        speed = estimate(row.machine, row.model, row.workload, "total").speed
        if speed is not None and speed.decode is not None:
            yield Error(speed.decode.mid / row.decode - 1, row, speed.decode)


def prefill_errors(measured: Iterable[Row], engines: Sequence[str]) -> Iterable[Error]:
    """Errors of llama.cpp's prompt speed."""
    for row in measured:
        if (
            row.prefill is None
            or row.slow_library
            or row.engine not in engines
            or row.workload.resolved_stack != "llama.cpp"
        ):
            continue
        found = prefill_at(
            row.model,
            row.workload,
            shares_on(row.device, row.model, row.workload),
            (row.prompt or 512) / 2 + row.before,
        )
        if found is not None:
            yield Error(found.mid / row.prefill - 1, row, found)


def _line(name: str, errors: list[Error], goal: float | None) -> int:
    if not errors:
        print(f"{name:34}     0")
        return 0
    sizes = sorted(abs(error.value) for error in errors)
    worst = max(errors, key=lambda error: abs(error.value))
    mean = statistics.mean(sizes)
    met = goal is None or mean <= goal
    wanted = "" if goal is None else f"{goal:6.0%}  {'yes' if met else 'NO'}"
    inside = statistics.mean(e.estimate.low <= e.estimate.mid / (1 + e.value) <= e.estimate.high for e in errors)
    middle, tail = statistics.median(sizes), sizes[int(0.9 * (len(sizes) - 1))]
    figures = " ".join(f"{value:7.1%}" for value in (mean, middle, tail, sizes[-1], inside))
    whose = f"{worst.row.id} {worst.row.hardware[:30]}, {worst.row.model.name}"
    print(f"{name:34} {len(errors):5} {figures} {wanted}  worst: {whose}")
    return not met


def _coverage(name: str, errors: list[Error]) -> int:
    if not errors:
        return 0
    inside = statistics.mean(e.estimate.low <= e.estimate.mid / (1 + e.value) <= e.estimate.high for e in errors)
    width = max(error.estimate.high / error.estimate.low for error in errors)
    met = inside >= COVERAGE and width <= WIDEST
    goal = f"{COVERAGE:.0%} inside a range no wider than {WIDEST}"
    print(f"{name:34} {len(errors):5}   {inside:.0%} inside, width {width:.2f}; goal {goal}: {'yes' if met else 'NO'}")
    return not met


if __name__ == "__main__":
    sys.exit(main())
