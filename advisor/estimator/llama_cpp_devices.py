"""Scratch memory of llama.cpp on GPUs and beside them: one card, several cards, layers or experts that stay in RAM.

Follows llama.cpp at commit 0c1e570: ggml/src/ggml-backend.cpp (which operation runs where, what is copied for it and
for pipelining), src/llama-context.cpp (pipelining, host buffers), ggml/src/ggml-cuda/fattn.cu (16-bit copies of a
quantised cache). Measured with its own scheduler and allocator on devices that answer as CUDA's do, without computing:
benchmarks/data/llama_cpp_devices.json. Vulkan, Metal and SYCL follow the same scheduler; only the 16-bit copies of a
quantised cache are CUDA's and ROCm's own.
"""

from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.model import Model
from advisor.catalog.quants import tensor_types
from advisor.estimator import llama_cpp
from advisor.estimator.llama_cpp import Inputs
from advisor.estimator.mixes import by_type
from advisor.estimator.tensors import gguf_extra, tensors
from advisor.workload import Workload

UNPACKS_CACHE = ("cuda", "rocm")
"""Engines whose flash attention reads a prompt's quantised cache from a 16-bit copy (fattn.cu, need_f16_K)."""
_COPIES = 4  # of every input that crosses devices, so that they work at once (GGML_SCHED_MAX_COPIES)
_HALF = 2


class Several(NamedTuple):
    """Compute buffers in bytes where several cards hold all layers: of the first card, those between, the last, RAM."""

    first: int
    middle: int
    last: int
    host: int

    def of(self, card: int, cards: int) -> int:
        """The buffer of the `card`-th of `cards`."""
        return self.last if card == cards - 1 else self.middle if card else self.first


class Beside(NamedTuple):
    """Compute buffers in bytes where weights stay in RAM, of the card that reads prompts with them and of RAM."""

    card: int
    host: int


@lru_cache(maxsize=16)  # asked for several times in one estimate
def alone(model: Model, workload: Workload, engine: str = "") -> int:
    """Compute buffer of one card of `engine` that holds every layer."""
    whole = llama_cpp.buffers(model, workload).gpu_compute
    if engine not in UNPACKS_CACHE or (workload.kv_type == "f16" and model.moe is None):
        return whole
    held = llama_cpp.inputs(model, workload)
    whole = max(whole, held.layer - held.embedding + _kept(held, model, engine))
    unpacked = _unpacked(held, model, workload, engine)
    return max(whole, held.shared + _attention(model, held) + unpacked) if unpacked else whole


def several(model: Model, workload: Workload, engine: str = "") -> Several:
    """Compute buffers of cards that work in a pipeline: each input is there four times.

    The first card takes the looked-up embeddings in, each other one what the card before it made; only the last one
    makes logits.
    """
    held = llama_cpp.inputs(model, workload)
    more = (_COPIES - 1) * held.shared
    work = held.layer - held.embedding + _kept(held, model, engine)
    unpacked = _unpacked(held, model, workload, engine)
    if unpacked:
        work = max(work, held.shared + _attention(model, held) + unpacked)
    # The norm before a layer has no weights of its own, so it is made where the sum was, and both cross.
    crossing = _COPIES * held.per_token * model.hidden * (2 if model.style.pre_norms else 1)
    middle = work + more + crossing
    head = held.head - held.embedding + held.shared + more + crossing
    return Several(
        first=work + more + _COPIES * held.embedding,
        middle=middle,
        last=max(middle, head),
        host=_COPIES * (held.shared + held.embedding + held.per_token) + held.embedding,
    )


def beside_layers(model: Model, workload: Workload, engine: str = "", in_ram: int | None = None) -> Beside:
    """Compute buffers of a card while the first `in_ram` layers stay in RAM (None: most of them).

    A prompt's matrix products run on the card all the same: each weight is copied to it in turn, and so are the keys
    and values that such a layer has cached. Where two neighbours cache alike and small weights break up what lies
    between (biases, norms of queries, rotary factors), a third copy of those finds no hole to lie in.
    """
    every = _every_kind(model)
    return _beside_layers(model, workload, engine, every if in_ram is None else min(in_ram, every))


@lru_cache(maxsize=1024)
def _every_kind(model: Model) -> int:
    """How many of the first layers it takes until more of them change nothing: each kind is among them."""
    experts = model.moe.layers.index(True) if model.moe and True in model.moe.layers else 0
    attends = model.linear.layers.index(False) if model.linear and False in model.linear.layers else 0
    last = max(experts, attends, llama_cpp.first_full(model), llama_cpp.first_neighbours(model))
    return min(last + 1, model.layers)


@lru_cache(maxsize=16)  # asked for several times in one estimate
def _beside_layers(model: Model, workload: Workload, engine: str, layers: int) -> Beside:
    held = llama_cpp.inputs(model, workload, layers)
    copied = _copied(model, workload.quant)
    residual = held.per_token * model.hidden
    cache = held.cells * held.row
    # Copies of the MLP's weights lie in the holes of the cache's copies, as far as the layer's sum does not lie among
    # them; experts' are mostly too large for those. Both shares are means of what was measured.
    if model.style.gated_mlp:
        extra = copied.mlp_extra(held.per_token * (model.ffn or 0), residual)
    else:
        extra = copied.up + copied.down
    mlp = held.mlp + extra + min(cache, 2 * residual) // 2
    if model.moe and any(model.moe.layers[:layers]):
        mlp = max(mlp, copied.experts + _experts(model, held) + 3 * cache // 4)
    unpacked = _unpacked(held, model, workload, engine)
    apart = unpacked or (copied.apart and not _latent(model))
    third = cache // 2 if apart and llama_cpp.first_neighbours(model) < layers else 0
    attention = cache + third + max(3 * residual, held.state + 2 * residual) + unpacked
    if not workload.flash_attention:
        attention = max(attention, held.scores + cache)
    work = held.shared + max(mlp, attention)
    host = llama_cpp.buffers(model, workload).host_compute + max(
        0, held.per_token * _to_ram(model, layers) - held.embedding
    )
    return Beside(max(work, alone(model, workload, engine)), host)


def _latent(model: Model) -> bool:
    """Whether keys and values are one latent, so that no third copy lies apart."""
    return model.mla is not None and not model.style.mla_whole


def _to_ram(model: Model, layers: int) -> int:
    """Numbers per token that go back to the caches of the first `layers`; a view of a fused tensor takes all along."""
    if model.mla and _latent(model):
        return model.mla.kv_lora_rank + model.mla.qk_rope_head_dim
    rows = 2 * model.kv_width + (model.query_width + model.kv_width if model.style.fused_qkv else 0)
    linear = model.linear
    if linear is None:
        return rows
    if linear.type == "short_conv":
        return 0 if all(linear.layers[:layers]) else rows + 2 * model.hidden
    inner = linear.value_heads * linear.value_head_dim
    groups, state = linear.groups, linear.state
    if linear.type == "gated_delta_net":
        groups, state = linear.key_heads, linear.key_head_dim
    return max(rows, inner + 2 * groups * state)


def beside_experts(model: Model, workload: Workload, engine: str = "") -> Beside:
    """Compute buffers of a card that holds all but experts (llama.cpp's --n-cpu-moe): those are copied in turn.

    Where attention over the whole context begins some layers behind the first experts, its mask comes to lie in their
    hole when it is larger than the smaller ones, and the next experts need a place of their own.
    """
    held = llama_cpp.inputs(model, workload)
    copied = _copied(model, workload.quant).experts
    twice = copied if _late_mask(model, workload, held) else 0
    work = held.shared + copied + _experts(model, held) + twice + _kept(held, model, engine)
    return Beside(max(work, alone(model, workload, engine)), llama_cpp.buffers(model, workload).host_compute)


def _late_mask(model: Model, workload: Workload, held: Inputs) -> bool:
    first = llama_cpp.first_full(model)
    if model.moe is None or not 1 < first < model.layers or not any(model.moe.layers[:first]):
        return False
    mask = held.cells * held.per_token // (2 if workload.flash_attention else 1)
    # Measured: the holes are an expert layer's results, half as large where recurrent layers lie between.
    return mask > held.per_token * model.moe.active * model.hidden // (2 if model.linear else 1)


class _Copied(NamedTuple):
    """Bytes of the widest weights that are copied to a card in turn, and how what lies between them is broken up."""

    up: int  # of a dense MLP; 0 without one
    down: int
    experts: int  # all experts of one layer and role
    apart: bool  # whether small weights are copied between a layer's norm and its attention

    def mlp_extra(self, width: int, residual: int) -> int:
        """What such copies add to a gated MLP `width` bytes wide: its product lies where they lay, if that is enough"""
        hole = self.up if self.up >= width else self.up + residual
        return hole - width if hole >= width else hole


@lru_cache(maxsize=4096)
def _copied(model: Model, quant: str) -> _Copied:
    up = down = experts = 0
    for tensor in tensors(model):
        if not tensor.layers or "ffn" not in tensor.role:
            continue
        size = max(tensor.rows * tensor_types()[kind].row_bytes(tensor.width)
                   for kind in by_type(model, quant, tensor))  # fmt: skip
        if tensor.experts > 1:
            experts = max(experts, size)
        elif tensor.role == "ffn_down":
            down = max(down, size)
        elif tensor.role in ("ffn_up", "ffn_gate"):
            up = max(up, size)
    small = ("attn_q.bias", "attn_qkv.bias", "attn_q_norm", "rope_freqs")
    roles = {tensor.role for tensor in (*tensors(model), *gguf_extra(model))}
    return _Copied(up, down, experts, not roles.isdisjoint(small))


def _experts(model: Model, held: Inputs) -> int:
    """Bytes at work when experts' last product is made: theirs and what they made it from, residual, norm and gap."""
    moe = model.moe
    if moe is None:
        return 0
    gap = 0 if model.mla or model.linear else model.query_width
    return held.per_token * (moe.active * (moe.expert_ffn + model.hidden) + 2 * model.hidden + gap)


def _kept(held: Inputs, model: Model, engine: str) -> int:
    """Experts' results that CUDA keeps while it weighs and sums them in one kernel (ggml-cuda.cu, graph_optimize).

    Their weighted copy lies where gate, up and product were, if those were as wide. Models with latent attention scale
    the weights in an operation of its own, which that kernel does not know.
    """
    moe = model.moe
    if moe is None or model.mla or engine not in UNPACKS_CACHE or model.hidden <= 3 * moe.expert_ffn:
        return 0
    return held.per_token * moe.active * model.hidden


def _attention(model: Model, held: Inputs) -> int:
    """Residual, queries and result; behind experts or an MLP beside the attention, the gaps of those lie below."""
    gaps = held.mlp if model.moe or model.style.parallel else 0
    return max(held.per_token * (model.hidden + 2 * model.query_width), gaps)


def _unpacked(held: Inputs, model: Model, workload: Workload, engine: str) -> int:
    """The 16-bit copy of one layer's keys and values that flash attention makes of a quantised cache."""
    if workload.kv_type == "f16" or not workload.flash_attention or engine not in UNPACKS_CACHE:
        return 0
    if model.mla and _latent(model):
        return _HALF * held.cells * (model.mla.kv_lora_rank + model.mla.qk_rope_head_dim)
    return 2 * _HALF * held.cells * model.kv_width
