"""Which linear layers adapters sit on, and how many parameters train."""

from functools import lru_cache

from advisor.catalog.model import Model
from advisor.estimator.tensors import Tensor, language_parameters, linears, tensors
from advisor.workload import Workload

# GGUF roles of query and value projections; a fused one holds both.
_QUERY_AND_VALUE = ("attn_q", "attn_v", "attn_qkv", "attn_q_b")


def trainable_parameters(model: Model, workload: Workload) -> int:
    """Parameters that train: all of the language model, or rank x (inputs + outputs) of every targeted linear layer.

    A LoRA adapter is two matrices, rank x inputs and outputs x rank (Hu et al. 2021, arXiv:2106.09685). Experts that
    transformers holds as one fused parameter are no linear layers, so peft's "all-linear" leaves them out, except
    where `adapts_experts`.
    """
    if workload.task == "full":
        return language_parameters(model) - _corrections(model)
    return workload.rank * (linear_width(model, workload) + expert_width(model, workload))


def adapts_experts(model: Model, workload: Workload) -> bool:
    """Whether "all-linear" puts adapters on experts and router, and on no other MLP.

    peft 0.21 (utils/transformers_weight_conversion.py) translates the names that linear layers had in transformers 4,
    gate_proj, up_proj, down_proj and gate, to the fused parameters that became of them, for the architectures that
    transformers converts so.
    """
    # QLoRA is taken as it was with transformers 4, whose experts bitsandbytes could pack: see weight_bytes.
    return model.style.adapted_experts and workload.task == "lora" and workload.targets == "all-linear"


def linear_width(model: Model, workload: Workload) -> int:
    """Sum of inputs + outputs over the linear layers that get adapters."""
    return adapted_width(model, "experts" if adapts_experts(model, workload) else workload.targets)


def expert_width(model: Model, workload: Workload) -> int:
    """The same over experts and routers: the fused gate and up matrix gets twice the rank."""
    moe = model.moe
    if moe is None or not adapts_experts(model, workload):
        return 0
    one = 2 * (model.hidden + 2 * moe.expert_ffn) + moe.expert_ffn + model.hidden
    # A router that is a linear layer is among those.
    router = 0 if model.style.modules.get("ffn_gate_inp") else model.hidden + moe.experts
    return sum(moe.layers) * (moe.experts * one + router)


@lru_cache(maxsize=1024)
def _corrections(model: Model) -> int:
    """The routers' corrections: buffers in torch, which no optimizer touches."""
    return sum(t.elements for t in tensors(model, "torch") if t.role == "exp_probs_b.bias")


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
        # LFM2's convolutions end in an out_proj as its attention does, and peft goes by the name.
        return (role.startswith("attn_") and role != "attn_gate") or role == "shortconv.out_proj"
    # Where "all-linear" means the experts, these names mean their parameters and no linear layer.
    return targets != "experts" or linear.module not in ("gate_proj", "up_proj", "down_proj")
