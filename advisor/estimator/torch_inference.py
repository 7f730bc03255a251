"""Memory of inference with torch: transformers and vLLM hold weights in a format, a KV cache, and a prompt's work."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.bands import band
from advisor.catalog.model import Model
from advisor.catalog.training_speeds import training_speeds
from advisor.errors import UserError
from advisor.estimator.result import Component, MemoryEstimate
from advisor.estimator.tensors import LOOKED_UP, Tensor, tensors
from advisor.i18n import N_
from advisor.workload import TORCH_QUANTS, Workload

_HALF = 2  # bytes of a 16-bit number
_FLOAT = 4
_LOGIT = _HALF + _FLOAT  # bytes of a logit: as the head makes it, and its copy to choose a token from
# Activations: what torch 2.13 and transformers 5.23 hold while they read a prompt (their own operations on tensors
# without data, memory tracked operation by operation; tests/estimator/test_torch_inference.py has the rows).
_REPLY = 2048  # tokens of an answer; half of a shorter context
_PAGE = 16  # tokens of a vLLM cache block (vllm/config/cache.py, block_size)
# What a vLLM server measures its own need with before it hands out pages: a step of so many tokens, and logits of so
# many sequences (vllm/engine/arg_utils.py, get_batch_defaults: cards under 70 GiB and the A100; others 4 times that).
_VLLM_STEP = 2048
_VLLM_SEQUENCES = 256


class TorchWeights(NamedTuple):
    """Bytes of a model's weights in a torch format, the embeddings and head in them, and the widest scratch matrix."""

    total: int
    embedding_bytes: int
    layer_bytes: tuple[int, ...]
    active_bytes: int
    scratch: int  # the largest Linear in 16 bit, where the format unpacks weights before it multiplies a prompt


class _Format(NamedTuple):
    """How a Linear is stored: bits per weight, and the bits of what lies beside `group` weights, a row, a column."""

    bits: float
    group_bits: float = 0
    group: int = 1
    row_bits: int = 0
    column_bits: int = 0
    unpacks: bool = False
    ties: bool = True  # False: published checkpoints carry a head of their own even where the model ties it


# Sources: bitsandbytes 0.49 (LLM.int8: one fp32 scale per output row; NF4: one fp32 absmax per 64 weights, not
# quantised twice), AutoAWQ and GPTQModel (group 128, 16-bit scale and 4-bit zero; GPTQ an int32 group index per input),
# transformers' finegrained_fp8 (one fp32 scale per 128 x 128 block).
_FORMATS: Mapping[str, _Format] = {
    "BF16": _Format(16),
    "F16": _Format(16),
    "INT8": _Format(8, row_bits=32),
    "NF4": _Format(4, 32, 64, unpacks=True),
    "AWQ-4bit": _Format(4, 20, 128, unpacks=True),
    "GPTQ-4bit": _Format(4, 20, 128, column_bits=32, unpacks=True),
    "FP8": _Format(8, 32, 128 * 128, ties=False),
}


@lru_cache(maxsize=4096)
def torch_weights(model: Model, quant: str) -> TorchWeights:
    """Byte sums of `model` with its Linear layers in format `quant`, all else in 16 bit. Raises UserError."""
    if quant not in _FORMATS:
        raise UserError(
            N_("{quant} is no torch format; formats are {choices}"), quant=quant, choices=", ".join(TORCH_QUANTS)
        )
    form = _FORMATS[quant]
    once, embedding, scratch, active = 0, 0, 0, 0.0
    layers = [0] * model.layers
    for tensor in tensors(model, "torch"):
        size = _stored(tensor, form)
        if form.unpacks and _quantised(tensor):
            scratch = max(scratch, _HALF * tensor.width * tensor.rows // tensor.experts)
        for layer in tensor.layers:
            layers[layer] += size
        once += 0 if tensor.layers else size
        embedding += size if tensor.role == "token_embd" else 0
        part = model.moe.active / model.moe.experts if tensor.experts > 1 and model.moe else 1
        active += 0 if tensor.role in LOOKED_UP else size * part * tensor.copies
    if model.tied_embeddings and not form.ties:
        once += embedding
    total = once + sum(layers)
    if model.stored is not None and model.stored.format == quant:
        total = model.stored.bytes  # a checkpoint that is in this format already: what its files really hold
    read = active - (0 if model.tied_embeddings else embedding)
    return TorchWeights(total, embedding, tuple(layers), round(read), scratch)


def memory(model: Model, workload: Workload) -> MemoryEstimate:
    """What transformers or vLLM needs for `workload`: contexts full at the end, `_REPLY` tokens of them written.

    transformers takes the prompt in at once: its peak is then (cache so far, the widest layer's work on the prompt) or
    at the end (the whole cache, one layer's part of it copied as it grows). vLLM keeps its cache in pages and works in
    steps. (A vLLM server takes 92 % of a card whatever it needs, to hold more sequences; this is what it must have for
    the workload: with its step's own work, without its CUDA graphs.) Raises UserError for a quant that torch does not
    load.
    """
    sums = torch_weights(model, workload.quant)
    shape = _shape(model)
    paged = workload.resolved_stack == "vllm"
    each, prompt = _lengths(workload)
    cache = _cache(shape, each, paged) * workload.parallel
    rows = _rows(workload)
    if paged:
        activations = max(_HALF * max(rows, _VLLM_STEP) * shape.step, sums.scratch)
    else:
        early = cache - _cache(shape, prompt, paged) * workload.parallel
        work = prompt_work(model, prompt, workload.parallel, sums.scratch)
        activations = max(work - early, _cache_of_one_layer(shape, each) * workload.parallel)
    logits = _LOGIT * shape.vocab * rows
    tensors = sums.total + cache + activations + logits
    key = "vllm_inference" if paged else "transformers_inference"
    limits, card = band(key), training_speeds().card
    return MemoryEstimate(
        (
            Component("weights", sums.total),
            Component("kv_cache", cache),
            Component("activations", activations),
            Component("logits", logits),
            Component("runtime", card.context_bytes),
        ),
        tensors + card.context_bytes,
        int(tensors * limits.low) + card.context_low_bytes,
        int(tensors * limits.high) + card.context_high_bytes,
        band=key,
    )


def cache_read(model: Model, _: Workload, depth: float) -> float:
    """Bytes of its sequence's cache and states that a token reads with `depth` tokens before it."""
    shape = _shape(model)
    full, window = shape.reading
    return shape.row * full * depth + shape.window_row * window * min(depth, shape.window) + shape.state


def terms(model: Model, workload: Workload) -> Mapping[str, Mapping[str, int]]:
    """What each component of `memory` is made of, by component's name; the formulas stand in `explain`."""
    sums, shape = torch_weights(model, workload.quant), _shape(model)
    paged = workload.resolved_stack == "vllm"
    each, prompt = _lengths(workload)
    tokens, windowed = _cells(shape, each, paged)
    layers = sum(sums.layer_bytes)
    if paged:
        step = max(_rows(workload), _VLLM_STEP)
        work = {"tokens": step, "numbers_per_token": shape.step, "unpacked_bytes": sums.scratch}
    else:
        to_come = _cache(shape, each, paged) - _cache(shape, prompt, paged)
        work = {
            "prompt": prompt, "work_bytes": prompt_work(model, prompt, workload.parallel, sums.scratch),
            "cache_to_come_bytes": to_come * workload.parallel,
            "cache_copy_bytes": _cache_of_one_layer(shape, each) * workload.parallel,
        }  # fmt: skip
    return {
        "weights": {"layers_bytes": layers, "other_bytes": sums.total - layers},
        "kv_cache": {
            "sequences": workload.parallel, "full_layers": shape.full_layers, "tokens": tokens,
            "window_layers": shape.window_layers, "window_tokens": windowed, "row_bytes": shape.row,
            "window_row_bytes": shape.window_row,
            "state_bytes": shape.state,
        },
        "activations": work,
        "logits": {"vocabulary": shape.vocab, "rows": _rows(workload), "bytes_per_logit": _LOGIT},
    }  # fmt: skip


def _lengths(workload: Workload) -> tuple[int, int]:
    """Tokens of one sequence at its end, and of its prompt."""
    each = -(-workload.context // workload.parallel)
    return each, max(each - _REPLY, each // 2)


def _rows(workload: Workload) -> int:
    """Tokens whose logits are there at once: one of each sequence; a vLLM server reserves those of many."""
    return max(workload.parallel, _VLLM_SEQUENCES) if workload.resolved_stack == "vllm" else workload.parallel


def prompt_work(model: Model, tokens: int, sequences: int = 1, scratch: int = 0) -> int:
    """Bytes that transformers holds beside weights and cache while it reads `sequences` prompts of `tokens` at once.

    `scratch` is the widest Linear in 16 bit where its format is unpacked first.
    """
    shape = _shape(model)
    return _activations(shape, tokens * sequences, scratch) + _mask(shape, tokens, sequences)


class _Shape(NamedTuple):
    """Widths that cache and activations depend on, once per model."""

    vocab: int
    row: int  # bytes of one token in one attention layer that sees everything,
    window_row: int  # and in one with a window
    reading: tuple[int, int]  # layers of both kinds that attend, those too that share another's cache
    full_layers: int  # that keep a cache
    window_layers: int
    window: int
    state: int  # bytes of one sequence's state over all recurrent layers
    work: int  # 16-bit numbers per token alive at once while a layer works on a prompt, without the MLP's product
    product: int  # the MLP's product of gate and up, per token
    step: int  # 16-bit numbers per token that vLLM holds at once


@lru_cache(maxsize=1024)
def _shape(model: Model) -> _Shape:
    attending = [model.attends(layer) for layer in range(model.layers)]
    local = [model.window.layers[layer] if model.window else False for layer in range(model.layers)]
    reading = [a and b for a, b in zip(attending, local, strict=True)]
    both = sum(attending) - sum(reading), sum(reading)
    own = model.layers - model.kv_shared
    window_layers = sum(reading[:own])
    row, attention = 2 * model.kv_width, model.query_width + 2 * model.kv_width
    if model.mla:
        # Both engines cache the latent (transformers since 5); attention unfolds it for every head.
        mla = model.mla
        row = mla.kv_lora_rank + mla.qk_rope_head_dim + (model.indexer.head_dim if model.indexer else 0)
        attention = 2 * model.query_width + model.heads * (mla.qk_nope_head_dim + 2 * mla.v_head_dim)
    window_row = row
    if model.globals:
        query, wide = (count * model.globals.head_dim for count in (model.heads, model.globals.kv_heads))
        row, attention = 2 * wide, query + 2 * wide
    widest, product = _mlp(model)
    around = (4 if model.style.pre_norms else 3) * model.hidden + 2 * model.head_dim
    product = max(product, attention - widest)
    return _Shape(
        vocab=model.vocab,
        row=_HALF * row,
        window_row=_HALF * window_row,
        reading=both,
        full_layers=sum(attending[:own]) - window_layers,
        window_layers=window_layers,
        window=model.window.size if model.window else 0,
        state=_state(model) * (sum(model.linear.layers) if model.linear else 0),
        work=around + max(widest, attention - product) + model.layer_embedding * model.layers,
        product=product,
        step=2 * model.hidden + max(_fused(model), attention + model.query_width),
    )


def _fused(model: Model) -> int:
    """16-bit numbers per token that vLLM's fused MLPs hold: what they made and the product; residual and norm apart.

    Experts: the wider of both results, and the product, for each active one (fused_moe.py: two caches share one place).
    """
    gates = 2 if model.style.gated_mlp else 1
    found = [(gates + 1) * max(model.ffn, model.late_ffn or 0)] if model.ffn else [0]
    if model.moe:
        moe = model.moe
        found.append(moe.active * (max(gates * moe.expert_ffn, model.hidden) + moe.expert_ffn))
        found.append(model.hidden + 3 * moe.shared_ffn)
    return max(found)


def _mlp(model: Model) -> tuple[int, int]:
    """16-bit numbers per token that an MLP holds at its widest: what its product is made of, and the product.

    Gate, its activation and up; both and the activation where they come of one Linear; one and its activation without
    a gate. All of a token's experts are computed at once (transformers 5: experts of a layer in one product): their
    inputs, gate and up, activation and product; or inputs, outputs and both weighted, in fp32 where the router is.
    """
    style, found = model.style, [(0, 0)]
    if model.ffn and not (model.moe and all(model.moe.layers) and not style.experts_beside_mlp):
        dense = max(model.ffn, model.late_ffn or 0)
        found.append((_dense(model) * dense, dense))
    if model.moe:
        moe = model.moe
        width = moe.active * moe.expert_ffn
        inside = moe.active * model.hidden + 4 * width
        weighted = moe.active * model.hidden * (6 if style.router_correction else 4)
        found.append((max(inside, weighted) - width, width))
        found.append((model.hidden + _dense(model) * moe.shared_ffn, moe.shared_ffn))
    return max(found, key=sum)


def _dense(model: Model) -> int:
    """Widths of an MLP that are alive beside its product."""
    if not model.style.gated_mlp:
        return 1
    return 3 if model.style.fused_gate_up or model.style.fused_gate_up_torch else 2


def _activations(shape: _Shape, tokens: int, scratch: int) -> int:
    """Bytes at work on `tokens`: residual, norms, gate and up; then their product, or a Linear unpacked to 16 bit."""
    return _HALF * tokens * shape.work + max(_HALF * tokens * shape.product, scratch)


def _mask(shape: _Shape, tokens: int, sequences: int) -> int:
    """The mask that transformers makes for a prompt longer than a sliding window: a byte for each pair of tokens."""
    return sequences * tokens**2 if shape.window_layers and tokens > shape.window else 0


def _cache_of_one_layer(shape: _Shape, tokens: int) -> int:
    """A growing cache is written anew, layer by layer: both copies of one layer's keys live for a moment."""
    return shape.row * tokens // 2


def _state(model: Model) -> int:
    """Bytes of one sequence's state in one recurrent layer: convolution in 16 bit, the recurrence in fp32."""
    linear = model.linear
    if linear is None:
        return 0
    if linear.type == "short_conv":
        return _HALF * model.hidden * linear.conv_kernel
    inner = linear.value_heads * linear.value_head_dim
    if linear.type == "gated_delta_net":
        mixed = inner + 2 * linear.key_heads * linear.key_head_dim
        return _HALF * linear.conv_kernel * mixed + _FLOAT * inner * linear.key_head_dim
    mixed = inner + 2 * linear.groups * linear.state
    return _HALF * linear.conv_kernel * mixed + _FLOAT * inner * linear.state


def _cells(shape: _Shape, tokens: int, paged: bool) -> tuple[int, int]:
    """Tokens of one sequence that a layer keeps: one that sees everything, and one with a window."""
    windowed = min(tokens, shape.window)
    if not paged:
        return tokens, windowed
    return -(-tokens // _PAGE) * _PAGE, -(-windowed // _PAGE) * _PAGE


def _cache(shape: _Shape, tokens: int, paged: bool) -> int:
    """Bytes that one sequence of `tokens` keeps."""
    tokens, windowed = _cells(shape, tokens, paged)
    kept = shape.row * shape.full_layers * tokens + shape.window_row * shape.window_layers * windowed
    return kept + shape.state


def _quantised(tensor: Tensor) -> bool:
    """Linear layers are, experts too; embeddings, head, norms, biases and routers stay 16 bit."""
    if tensor.rows == 1 or tensor.role in ("output", "ffn_gate_inp") or tensor.role.endswith(".bias"):
        return False
    return tensor.module is not None or tensor.experts > 1


def _stored(tensor: Tensor, form: _Format) -> int:
    """Bytes of one occurrence."""
    count = tensor.width * tensor.rows
    if form.bits == 16 or not _quantised(tensor):
        return _HALF * count
    groups = -(-count // form.group) if form.group_bits else 0
    bits = count * form.bits + groups * form.group_bits + tensor.rows * form.row_bits
    return round((bits + tensor.width * tensor.experts * form.column_bits) / 8)
