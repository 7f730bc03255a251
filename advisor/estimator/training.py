"""Memory of a training step: the peak that torch's allocator sees, by component, and what the card must have."""

from functools import lru_cache

from advisor.catalog.bands import band
from advisor.catalog.model import Model
from advisor.estimator.result import Component, MemoryEstimate
from advisor.estimator.training_plan import Plan, plan
from advisor.workload import Workload


def memory(model: Model, workload: Workload) -> MemoryEstimate:
    """Memory of one training step of `model`.

    The total is the peak of torch's allocator (max_memory_allocated) plus `runtime`, the CUDA context and what the
    allocator holds beside it; `low` and `high` are the band of card sizes measured around that.
    """
    w = workload
    steps = _plan(
        model, w.task, w.stack, w.precision, w.kbit_prepare, w.optimizer, w.grad_accum > 1, w.checkpointing,
        w.attention, w.rank, w.targets, _past_window(model, w.seq),
    )  # fmt: skip
    tokens, seq = w.batch * w.seq, w.seq
    best, most = steps.peaks[0], -1.0
    for peak in steps.peaks:
        size = peak.constant + tokens * (peak.token + seq * peak.square)
        if size > most:
            best, most = peak, size
    gradients, logits = int(best.gradients), int(tokens * best.logits)
    allocated = steps.weights + steps.adapters + steps.optimizer + int(most)
    low, high, share = _card()
    runtime = int(allocated * share) + CONTEXT
    total = allocated + runtime
    return MemoryEstimate(
        (
            Component("weights", steps.weights),
            Component("adapters", steps.adapters),
            Component("gradients", gradients),
            Component("optimizer", steps.optimizer),
            Component("activations", int(most) - gradients - logits),
            Component("logits", logits),
            Component("runtime", runtime),
        ),
        total,
        int(total * low),
        int(total * high),
        band="training_card",
    )


# The CUDA context of one process, as nvidia-smi shows it: 138 MiB on a T4 (CUDA 12) to 1.3 GiB on a V100 of 2021.
CONTEXT = 500 << 20


def allocator_peak(estimate: MemoryEstimate) -> int:
    """The part of a training estimate that torch's max_memory_allocated reports: all but `runtime`."""
    return estimate.total - sum(part.bytes for part in estimate.components if part.name == "runtime")


@lru_cache(maxsize=1)
def _card() -> tuple[float, float, float]:
    measured = band("training_card")
    return measured.low, measured.high, 0.15


def _past_window(model: Model, seq: int) -> bool:
    return model.window is not None and seq >= model.window.size


@lru_cache(maxsize=8192)
def _plan(model: Model, task: str, stack: str, precision: str, kbit_prepare: bool, optimizer: str, accumulates: bool,
          checkpointing: bool, attention: str, rank: int, targets: str, past_window: bool) -> Plan:  # fmt: skip
    workload = Workload(
        task=task, stack=stack, precision=precision, kbit_prepare=kbit_prepare, optimizer=optimizer,
        grad_accum=2 if accumulates else 1, checkpointing=checkpointing, attention=attention, rank=rank,
        targets=targets,
    )  # type: ignore[arg-type]  # fmt: skip
    return plan(model, workload, past_window)
