"""What turning one knob would change: each sensible technique for the selected cell, by its effect on memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.workload import BOUNDS, Workload

USUAL = Workload()
SMALL_UBATCH = 128


@dataclass(frozen=True, slots=True)
class Saving:
    """A technique: its label, the knobs that a click turns, the bytes it saves (negative where it costs), and whether
    it is on already: then the click takes it back, and loses those bytes. A `step` is neither on nor off: it goes
    further each time.
    """

    label: str
    values: Mapping[str, object]
    changes: Mapping[str, Any]
    bytes: int
    on: bool = False
    step: bool = False


class Trial(NamedTuple):
    """A technique to try: its label with values, and the knobs that turn it on, or off where it is `on`."""

    label: str
    values: Mapping[str, object]
    changes: Mapping[str, Any]
    on: bool = False
    step: bool = False


def trials(w: Workload) -> Sequence[Trial]:
    """The knobs worth turning at this workload, one at a time."""
    return _training(w) if w.training else _inference(w)


def _switch(w: Workload, label: str, key: str, saving: object, plain: object) -> Trial:
    """A technique that is one knob: on where the knob has its `saving` value."""
    on = getattr(w, key) == saving
    return Trial(label, {}, {key: plain if on else saving}, on)


def _inference(w: Workload) -> list[Trial]:
    found: list[Trial] = []
    if w.resolved_stack == "llama.cpp":
        if w.kv_type == "f16":  # a quantised cache needs it on
            found.append(_switch(w, N_("flash attention"), "flash_attention", True, False))
        if w.flash_attention:
            if w.kv_type != "q4_0":  # from there it would be a cost
                found.append(_switch(w, N_("KV cache in q8_0"), "kv_type", "q8_0", "f16"))
            found.append(_switch(w, N_("KV cache in q4_0"), "kv_type", "q4_0", "f16"))
        found.append(_switch(w, N_("logits of the last token only"), "output_rows", "few", "all"))
        if w.ubatch > SMALL_UBATCH:
            found.append(Trial(N_("micro-batch of {size}"), {"size": w.ubatch // 4}, {"ubatch": w.ubatch // 4}))
        elif w.ubatch < USUAL.ubatch:
            found.append(Trial(N_("micro-batch of {size}"), {"size": w.ubatch}, {"ubatch": USUAL.ubatch}, on=True))
    if w.context > 1024:
        found.append(Trial(N_("context of {size}"), {"size": w.context // 2}, {"context": w.context // 2}, step=True))
    found.append(Trial(N_("double context, {size}"), {"size": w.context * 2}, {"context": w.context * 2}, step=True))
    return found


def _training(w: Workload) -> list[Trial]:
    fused = w.resolved_stack == "fused-loss"
    small = w.optimizer in ("adamw8bit", "paged_adamw8bit")
    found = [
        _switch(w, N_("gradient checkpointing"), "checkpointing", True, False),
        Trial(N_("fused loss (Liger, Unsloth)"), {}, {"stack": "auto" if fused else "fused-loss"}, fused),
    ]
    if small or w.optimizer in ("adamw", "adamw-foreach"):
        optimizer = USUAL.optimizer if small else "adamw8bit"
        found.append(Trial(N_("8-bit optimizer"), {}, {"optimizer": optimizer}, small))
    found += _batches(w)
    if w.seq > 512:
        found.append(Trial(N_("sequences of {size}"), {"size": w.seq // 2}, {"seq": w.seq // 2}, step=True))
    if w.task == "qlora":
        found.append(_switch(w, N_("embeddings and norms not in fp32"), "kbit_prepare", False, True))
    if w.precision in ("bf16", "fp32"):
        found.append(_switch(w, N_("bf16 instead of fp32"), "precision", "bf16", "fp32"))
    if w.task != "full" and w.rank > 4:
        found.append(Trial(N_("LoRA rank {rank}"), {"rank": w.rank // 2}, {"rank": w.rank // 2}, step=True))
    return found


def _batches(w: Workload) -> list[Trial]:
    """The same step in smaller pieces."""
    if w.batch > 1:
        steps = min(4096, w.grad_accum * w.batch)
        return [Trial(N_("batch 1, accumulate {steps}"), {"steps": steps}, {"batch": 1, "grad_accum": steps})]
    if w.grad_accum > 1:
        back = {"batch": w.grad_accum, "grad_accum": 1}
        return [Trial(N_("batch 1, accumulate {steps}"), {"steps": w.grad_accum}, back, on=True)]
    return []


def savings(estimate: Estimate, compute: Callable[[Workload], Estimate], least: int = 1 << 20) -> list[Saving]:
    """Each trial's effect on the memory of `estimate`, the largest saving first, then those that are on, then what
    costs; what changes under `least` bytes is left out.
    """
    if estimate.memory is None:
        return []
    found = []
    for label, values, changes, on, step in trials(estimate.workload):
        changed = replace(estimate.workload, **changes)
        if not _possible(estimate.model, changed):
            continue
        other = compute(changed)
        if other.memory is None:
            continue
        saved = (estimate.memory.total - other.memory.total) * (-1 if on else 1)
        if abs(saved) >= least:
            found.append(Saving(label, values, changes, saved, on, step))
    return sorted(found, key=lambda saving: (not saving.on and saving.bytes < 0, saving.on, -saving.bytes))


def _possible(model: Model, w: Workload) -> bool:
    """Whether these knobs can be turned so: within their bounds, and with a cache type that llama.cpp takes."""
    if any(not low <= getattr(w, name) <= high for name, (low, high) in BOUNDS.items()):
        return False
    if isinstance(model, Network):
        return True
    from advisor.estimator import llama_cpp  # the window is painted before the estimator loads

    return w.training or w.resolved_stack != "llama.cpp" or not llama_cpp.refuses(model, w)
