"""What turning one knob would change: each sensible technique for the selected cell, by its effect on memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.estimator.result import Estimate
from advisor.i18n import N_
from advisor.workload import BOUNDS, Workload


@dataclass(frozen=True, slots=True)
class Saving:
    """A technique: its label, the knobs it turns, and the bytes it saves (negative where it costs)."""

    label: str
    values: Mapping[str, object]
    changes: Mapping[str, Any]
    bytes: int


Trial = tuple[str, Mapping[str, object], Mapping[str, Any]]


def trials(w: Workload) -> Sequence[Trial]:
    """The knobs worth turning at this workload, one at a time."""
    return _training(w) if w.training else _inference(w)


def _inference(w: Workload) -> list[Trial]:
    found: list[Trial] = []
    if w.resolved_stack == "llama.cpp":
        if not w.flash_attention:
            found.append((N_("flash attention"), {}, {"flash_attention": True}))
        elif w.kv_type == "f16":
            found.append((N_("KV cache in q8_0"), {}, {"kv_type": "q8_0"}))
        if w.output_rows == "all":
            found.append((N_("logits of the last token only"), {}, {"output_rows": "few"}))
        if w.ubatch > 128:
            found.append((N_("micro-batch of {size}"), {"size": w.ubatch // 4}, {"ubatch": w.ubatch // 4}))
    if w.context > 1024:
        found.append((N_("context of {size}"), {"size": w.context // 2}, {"context": w.context // 2}))
    found.append((N_("double context, {size}"), {"size": w.context * 2}, {"context": w.context * 2}))
    return found


def _training(w: Workload) -> list[Trial]:
    found: list[Trial] = []
    if not w.checkpointing:
        found.append((N_("gradient checkpointing"), {}, {"checkpointing": True}))
    if w.resolved_stack != "fused-loss":
        found.append((N_("fused loss (Liger, Unsloth)"), {}, {"stack": "fused-loss"}))
    if w.optimizer in ("adamw", "adamw-foreach"):
        found.append((N_("8-bit optimizer"), {}, {"optimizer": "adamw8bit"}))
    if w.batch > 1:
        accum = min(4096, w.grad_accum * w.batch)
        found.append((N_("batch 1, accumulate {steps}"), {"steps": accum}, {"batch": 1, "grad_accum": accum}))
    if w.seq > 512:
        found.append((N_("sequences of {size}"), {"size": w.seq // 2}, {"seq": w.seq // 2}))
    if w.task == "qlora" and w.kbit_prepare:
        found.append((N_("embeddings and norms not in fp32"), {}, {"kbit_prepare": False}))
    if w.precision == "fp32":
        found.append((N_("bf16 instead of fp32"), {}, {"precision": "bf16"}))
    if w.task != "full" and w.rank > 4:
        found.append((N_("LoRA rank {rank}"), {"rank": w.rank // 2}, {"rank": w.rank // 2}))
    return found


def savings(estimate: Estimate, compute: Callable[[Workload], Estimate], least: int = 1 << 20) -> list[Saving]:
    """Each trial's effect on the memory of `estimate`, the largest saving first; what changes under `least` bytes
    is left out.
    """
    if estimate.memory is None:
        return []
    found = []
    for label, values, changes in trials(estimate.workload):
        changed = replace(estimate.workload, **changes)
        if not _possible(estimate.model, changed):
            continue
        other = compute(changed)
        if other.memory is None:
            continue
        saved = estimate.memory.total - other.memory.total
        if abs(saved) >= least:
            found.append(Saving(label, values, changes, saved))
    return sorted(found, key=lambda saving: -saving.bytes)


def _possible(model: Model, w: Workload) -> bool:
    """Whether these knobs can be turned so: within their bounds, and with a cache type that llama.cpp takes."""
    if any(not low <= getattr(w, name) <= high for name, (low, high) in BOUNDS.items()):
        return False
    if isinstance(model, Network):
        return True
    from advisor.estimator import llama_cpp  # the window is painted before the estimator loads

    return w.training or w.resolved_stack != "llama.cpp" or not llama_cpp.refuses(model, w)
