"""Which linear layers adapters sit on, and how many parameters train."""

from functools import lru_cache

from advisor.catalog.model import Model
from advisor.estimator.tensors import Tensor, language_parameters, linears
from advisor.workload import Workload

# GGUF roles of query and value projections; a fused one holds both.
_QUERY_AND_VALUE = ("attn_q", "attn_v", "attn_qkv", "attn_q_b")


def trainable_parameters(model: Model, workload: Workload) -> int:
    """Parameters that train: all of the language model, or rank x (inputs + outputs) of every targeted linear layer.

    A LoRA adapter is two matrices, rank x inputs and outputs x rank (Hu et al. 2021, arXiv:2106.09685). Experts that
    transformers holds as one fused parameter are no linear layers, so peft's "all-linear" leaves them out.
    """
    if workload.task == "full":
        return language_parameters(model)
    return workload.rank * adapted_width(model, workload.targets)


@lru_cache(maxsize=4096)
def adapted_width(model: Model, targets: str) -> int:
    """Sum of inputs + outputs over the targeted linear layers, that is the adapters' parameters per rank."""
    return sum((t.width + t.rows) * t.copies for t in linears(model) if targeted(t, targets))


def targeted(linear: Tensor, targets: str) -> bool:
    """Whether peft puts an adapter on this linear layer: never on the output matrix."""
    role = linear.role
    if role == "output":
        return False
    if targets == "q,v":
        return role in _QUERY_AND_VALUE
    if targets == "attention":
        return role.startswith("attn_") and role != "attn_gate"
    return True
