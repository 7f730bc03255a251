"""Training memory and time against measurements: torch's own peaks, published peaks, cards and speeds."""

import statistics
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from advisor.estimator.lora import trainable_parameters
from advisor.estimator.result import Range
from advisor.estimator.training import allocator_peak, memory
from advisor.estimator.training_time import training
from advisor.machine import Cpu, Memory
from benchmarks.training_rows import GIB, TRUTH, Run, Step, pretraining, runs, steps


class Miss(NamedTuple):
    """Estimate / measurement - 1 of one row, and which row it is."""

    error: float
    row: str


class Line(NamedTuple):
    """One line of the table. Errors are absolute; `inside` is the share of rows within the stated range."""

    figure: str
    rows: int
    mean: float | None
    median: float | None
    p90: float | None
    worst: float | None
    worst_row: str
    inside: float | None
    goal: str
    met: bool


def lines(skipped: dict[str, int]) -> list[Line]:
    """Every line of the table; `skipped` counts what is not in it, by reason."""
    found = []
    for step in steps():
        if step.outside:
            skipped[step.outside] = skipped.get(step.outside, 0) + 1
        else:
            found.append(step)
    published = list(runs(skipped))
    alone = [run for run in published if run.row["n_devices"] == 1 and run.row["peak_gib"]]
    return [
        _errors("trainable parameters", trainable(found), worst=0.0),
        _errors("training peak, torch", peaks(found), mean=0.01, worst=0.05),
        _errors("    full", peaks(s for s in found if s.workload.task == "full")),
        _errors("    LoRA", peaks(s for s in found if s.workload.task == "lora")),
        _errors("    QLoRA", peaks(s for s in found if s.workload.task == "qlora")),
        _errors("training peak, published single GPU", published_peaks(alone), median=0.08),
        _errors("    Trainer on A100", published_peaks(r for r in alone if "A100" in r.row["hardware"])),
        _errors(
            "    plain loop on T4, holds the logits", published_peaks(r for r in alone if "T4" in r.row["hardware"])
        ),
        _held("card against torch's peak", cards(alone), 0.9),
        _held("training time, published", times(published), 0.8),
        _held("training time, pre-training", times(list(pretraining(skipped))), 0.8),
    ]


def trainable(found: Iterable[Step]) -> Iterator[Miss]:
    """Trainable parameters against torch's count."""
    for step in found:
        yield Miss(trainable_parameters(step.model, step.workload) / step.row["trainable_params"] - 1, step.name)


def peaks(found: Iterable[Step]) -> Iterator[Miss]:
    """The peak of the step against the tracked one."""
    for step in found:
        estimate = allocator_peak(memory(step.model, step.workload))
        yield Miss(estimate / (step.row["peak_mib"] * 2**20) - 1, step.name)


def published_peaks(found: Iterable[Run]) -> Iterator[Miss]:
    """The peak against max_memory_allocated of published runs."""
    for run in found:
        estimate = allocator_peak(memory(run.model, run.workload))
        yield Miss(estimate / (run.row["peak_gib"] * GIB) - 1, _name(run))


def cards(found: Iterable[Run]) -> Iterator[tuple[bool, Range, str]]:
    """Whether nvidia-smi's figure lies in the range that follows from the measured peak."""
    for run in found:
        shown = run.row.get("peak_nvidia_smi_gib") or run.row.get("process_gib")
        if not shown:
            continue
        estimate = memory(run.model, run.workload)
        # The step from peak to card is what is judged here, so it starts from the measured peak.
        scale = run.row["peak_gib"] * GIB / allocator_peak(estimate)
        bounds = Range(estimate.low * scale, estimate.total * scale, estimate.high * scale)
        yield bounds.low <= shown * GIB <= bounds.high, bounds, _name(run)


def times(found: Iterable[Run]) -> Iterator[tuple[bool, Range, str]]:
    """Whether the measured tokens per second lie in the stated range."""
    for run in found:
        measured = run.row.get("tokens_per_s_per_gpu") or run.row["tokens_per_s"]
        if not measured or run.gpu is None:
            continue
        rate = training(run.model, run.workload, [run.gpu], Cpu(), Memory()).tokens_per_s
        assert rate is not None
        yield rate.low <= measured <= rate.high, rate, _name(run)


def _name(run: Run) -> str:
    w = run.workload
    return f"{run.row['model']} {run.row.get('method', '')} batch {w.batch} seq {w.seq} {run.row['hardware']}"


def _errors(
    figure: str,
    misses: Iterable[Miss],
    mean: float | None = None,
    median: float | None = None,
    worst: float | None = None,
) -> Line:
    found = sorted((Miss(abs(miss.error), miss.row) for miss in misses), key=lambda miss: miss.error)
    errors = [miss.error for miss in found]
    sums = (statistics.fmean(errors), statistics.median(errors), errors[int(0.9 * (len(errors) - 1))], errors[-1])
    goals = (("mean", mean, sums[0]), ("median", median, sums[1]), ("worst", worst, sums[3]))
    asked = [(name, goal, got) for name, goal, got in goals if goal is not None]
    text = ", ".join(f"{name} {goal:.0%}" if goal else "exact" for name, goal, _ in asked)
    met = all(got <= goal for _, goal, got in asked)
    return Line(figure, len(errors), *sums, found[-1].row, None, text, met)


def _held(figure: str, found: Iterable[tuple[bool, Range, str]], goal: float) -> Line:
    checked = list(found)
    inside = sum(held for held, _, _ in checked) / len(checked)
    widest = max(bounds.high / bounds.low for _, bounds, _ in checked)
    text = f"{goal:.0%} inside, span {widest:.2f}"
    return Line(figure, len(checked), None, None, None, None, "", inside, text, inside >= goal and widest <= 2.5)


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    if not TRUTH.is_dir():
        print("no `shared` folder beside the checkout: nothing to measure against")
        return 0
    skipped: dict[str, int] = {}
    table = lines(skipped)
    print(f"{'figure':42} {'rows':>5} {'mean':>8} {'median':>8} {'p90':>8} {'worst':>8} {'inside':>7}  goal  met")
    for line in table:
        numbers = " ".join("        " if value is None else f"{value:8.3%}" for value in line[2:6])
        inside = "       " if line.inside is None else f"{line.inside:7.1%}"
        met = "" if not line.goal else "yes" if line.met else "NO"
        print(f"{line.figure:42} {line.rows:5} {numbers} {inside}  {line.goal} {met}")
        if line.worst:
            print(f"{'':48} worst: {line.worst_row}")
    print("\nnot scored: " + "; ".join(f"{count} {why}" for why, count in sorted(skipped.items(), key=lambda i: -i[1])))
    return 0 if all(line.met for line in table) else 1


if __name__ == "__main__":
    sys.exit(main())
