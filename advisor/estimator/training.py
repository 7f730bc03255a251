"""Memory of a training step: the peak that torch's allocator sees, by component, and what the card must have."""

from functools import lru_cache

from advisor.catalog.bands import band
from advisor.catalog.model import Model
from advisor.catalog.training_speeds import training_speeds
from advisor.estimator.result import Component, MemoryEstimate
from advisor.estimator.tape import Moment
from advisor.estimator.training_plan import Plan, plan
from advisor.estimator.training_states import mode
from advisor.workload import Workload


def memory(model: Model, workload: Workload) -> MemoryEstimate:
    """Memory of one training step of `model`.

    The total is the peak of torch's allocator (max_memory_allocated) plus `runtime`, the CUDA context and what the
    allocator holds beside it; `low` and `high` are the band of card sizes measured around that.
    """
    steps = plan(model, workload, _past_window(model, workload.seq))
    tokens = workload.batch * workload.seq
    best, most = _fullest(steps, tokens, workload.seq)
    held = tokens * held_logits(model, workload)
    most += held
    gradients, logits = int(best.gradients), int(tokens * best.logits) + held
    allocated = steps.weights + steps.adapters + steps.optimizer + int(most)
    low, high = _range()
    beside = training_speeds().card
    runtime = beside.context_bytes + int(beside.share * allocated)
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


def held_logits(model: Model, workload: Workload) -> int:
    """Bytes per token of the logits that a loop keeps alive with the model's outputs, through backward and step.

    `outputs = model(**batch); outputs.loss.backward(); optimizer.step()` does so; Hugging Face's Trainer keeps the loss
    alone. With a fused loss there are none.
    """
    if not workload.keep_logits or workload.resolved_stack == "fused-loss":
        return 0
    return mode(workload).compute * model.vocab


def fullest(model: Model, workload: Workload) -> Moment:
    """The moment of the step at which most is allocated, in bytes beside weights, adapters and optimizer states."""
    steps = plan(model, workload, _past_window(model, workload.seq))
    return _fullest(steps, workload.batch * workload.seq, workload.seq)[0]


def _fullest(steps: Plan, tokens: int, seq: int) -> tuple[Moment, float]:
    best, most = steps.peaks[0], -1.0
    for peak in steps.peaks:
        size = peak.constant + tokens * (peak.token + seq * peak.square)
        if size > most:
            best, most = peak, size
    return best, most


def allocator_peak(estimate: MemoryEstimate) -> int:
    """The part of a training estimate that torch's max_memory_allocated reports: all but `runtime`."""
    return estimate.total - sum(part.bytes for part in estimate.components if part.name == "runtime")


@lru_cache(maxsize=1)
def _range() -> tuple[float, float]:
    measured = band("training_card")
    return measured.low, measured.high


def _past_window(model: Model, seq: int) -> bool:
    return model.window is not None and seq >= model.window.size
