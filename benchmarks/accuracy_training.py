"""Training memory and time against measurements: torch's own peaks, published peaks, cards and speeds."""

from collections.abc import Iterable, Iterator

from advisor.estimator.lora import trainable_parameters
from advisor.estimator.training import allocator_peak, memory
from advisor.estimator.training_time import training
from advisor.machine import Cpu, Memory
from benchmarks import vision_rows
from benchmarks.table import NO_SHARED, Line, Miss, Skipped, line, ranged, skip
from benchmarks.training_rows import GIB, TRUTH, Run, Step, own_steps, pretraining, runs, steps


def lines(skipped: Skipped) -> list[Line]:
    """Every line that can be measured here; `skipped` says what is in none of them."""
    if not TRUTH.is_dir():
        skip(skipped, f"torch's steps, published peaks, cards and speeds: {NO_SHARED}", 0)
        return own_lines(skipped)
    found = []
    for step in steps():
        if step.outside:
            skip(skipped, step.outside)
        else:
            found.append(step)
    published = list(runs(skipped))
    alone = [run for run in published if run.row["n_devices"] == 1 and run.row["peak_gib"]]
    small = [run for run in alone if "T4" in run.row["hardware"]]
    return [
        line("trainable parameters", trainable(found), worst=0),
        line("training peak, torch", peaks(found), mean=0.01, worst=0.05),
        line("    full", peaks(s for s in found if s.workload.task == "full")),
        line("    LoRA", peaks(s for s in found if s.workload.task == "lora")),
        line("    QLoRA", peaks(s for s in found if s.workload.task == "qlora")),
        *own_lines(skipped),
        line("networks of vision and diffusion: peak, torch", vision_rows.peaks(vision_rows.shared()), mean=0.03),
        line("training peak, published single GPU", published_peaks(alone), median=0.08),
        line("    Trainer on A100", published_peaks(r for r in alone if "A100" in r.row["hardware"])),
        line("    plain loop on T4, holds the logits", published_peaks(small)),
        line("card against torch's peak", cards(alone), inside=0.9),
        line("training time, published", times(published), inside=0.8, span=2.5),
        line("training time, pre-training", times(pretraining(skipped)), inside=0.8, span=2.5),
    ]


def own_lines(skipped: Skipped) -> list[Line]:
    """The steps of benchmarks/data: every architecture of the catalogue."""
    found = []
    for step in own_steps():
        if step.outside:
            skip(skipped, step.outside)
        else:
            found.append(step)
    return [
        line("trainable parameters, every catalogue architecture", trainable(found), worst=0),
        line("training peak, every catalogue architecture", peaks(found), mean=0.01, worst=0.05),
        line("networks of other kinds: parameters", vision_rows.counts(vision_rows.own()), worst=0),
        line("networks of other kinds: peak, torch", vision_rows.peaks(vision_rows.own()), mean=0.03),
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


def cards(found: Iterable[Run]) -> Iterator[Miss]:
    """nvidia-smi's figure against the range that follows from the measured peak."""
    for run in found:
        shown = run.row.get("peak_nvidia_smi_gib") or run.row.get("process_gib")
        if not shown:
            continue
        estimate = memory(run.model, run.workload)
        # The step from peak to card is what is judged here, so it starts from the measured peak.
        scale = run.row["peak_gib"] * GIB / allocator_peak(estimate)
        low, mid, high = (size * scale for size in (estimate.low, estimate.total, estimate.high))
        yield ranged(mid, low, high, shown * GIB, _name(run))


def times(found: Iterable[Run]) -> Iterator[Miss]:
    """The stated tokens per second and their range against the measured ones."""
    for run in found:
        measured = run.row.get("tokens_per_s_per_gpu") or run.row["tokens_per_s"]
        if not measured or run.gpu is None:
            continue
        rate = training(run.model, run.workload, [run.gpu], Cpu(), Memory()).tokens_per_s
        assert rate is not None
        yield ranged(rate.mid, rate.low, rate.high, measured, _name(run))


def _name(run: Run) -> str:
    w = run.workload
    return f"{run.row['model']} {run.row.get('method', '')} batch {w.batch} seq {w.seq} {run.row['hardware']}"
