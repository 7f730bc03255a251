"""Memory of llama.cpp: weights, KV cache, output and compute buffers, what a CPU run keeps in RAM, what a GPU takes."""

from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.bands import band
from advisor.catalog.model import Model
from advisor.catalog.quants import tensor_types
from advisor.estimator.mixes import Weights, weights
from advisor.estimator.result import Component, MemoryEstimate
from advisor.workload import Workload

# Sizes follow llama.cpp's source at commit 0c1e570: src/llama-context.cpp (context and ubatch rounding, outputs),
# src/llama-kv-cache*.cpp and llama-memory-recurrent.cpp (caches), src/llama-graph.cpp and ggml/src/ggml-alloc.c (the
# compute buffer). Where a figure was measured instead, the comment says so.

BAND = "llama_cpp_total"
_PAD = 256  # contexts are rounded up to this many cells
_BATCH = 2048  # llama.cpp's default logical batch, which bounds the ubatch; a larger ubatch needs a larger batch
_FLOAT = 4
PROMPT = 64  # tokens of the prompt that a CPU run's resident memory is stated for


class Cells(NamedTuple):
    """KV cells of each stream: `full` for layers that see the whole context, `window` for sliding-window layers."""

    streams: int
    full: int
    window: int
    ubatch: int

    @property
    def all(self) -> int:
        """Cells of full layers over all streams."""
        return self.streams * self.full


class Buffers(NamedTuple):
    """Scratch memory in bytes: `output` holds logits for the program, `compute` the graph's intermediate results.

    On the CPU all of `compute` is one buffer; with a GPU `gpu_compute` lies there and `host_compute` stays in RAM.
    """

    output: int
    compute: int
    gpu_compute: int
    host_compute: int


def cells(model: Model, workload: Workload) -> Cells:
    """Rounded contexts and the ubatch that llama.cpp really uses."""
    parallel = workload.parallel
    ubatch = min(workload.context, workload.ubatch)
    total = _padded(workload.context)
    streams = 1 if workload.kv_unified else parallel
    full = total if workload.kv_unified else _padded(total // parallel)
    window = full
    if model.window is not None and model.style.llama_cpp_uses_window and not workload.swa_full:
        seen = model.window.size * (parallel if workload.kv_unified else 1) + ubatch
        window = _padded(min(full, seen))
    return Cells(streams, full, window, ubatch)


def kv_bytes(model: Model, workload: Workload) -> tuple[int, ...]:
    """KV cache (or recurrent state) bytes of each repeating layer."""
    shape = _shape(model)
    count = cells(model, workload)
    row = _kv_row(shape, workload.kv_type)
    sizes = (count.full * count.streams * row, count.window * count.streams * row, shape.state * workload.parallel)
    return tuple(sizes[kind] for kind in shape.kinds)


def buffers(model: Model, workload: Workload) -> Buffers:
    """Output and compute buffers, for a run on the CPU and for one on a GPU."""
    shape = _shape(model)
    count = cells(model, workload)
    outputs = workload.parallel if workload.output_rows == "few" else count.ubatch
    outputs = min(outputs, count.ubatch)
    compute = _compute(shape, count, outputs, workload)
    host = _mask(shape, count, workload.flash_attention) + _FLOAT * count.ubatch * shape.hidden
    return Buffers(
        output=_FLOAT * shape.vocab * workload.parallel,
        compute=compute,
        gpu_compute=compute - _FLOAT * count.ubatch * shape.hidden,
        host_compute=host,
    )


def memory(model: Model, workload: Workload) -> MemoryEstimate:
    """What llama.cpp allocates for `workload`, and what a CPU run of it keeps in RAM (after a prompt of PROMPT tokens).

    Raises UserError when the workload's quant is none of llama.cpp's.
    """
    tensors = weights(model, workload.quant)
    shape = _shape(model)
    count = cells(model, workload)
    row = _kv_row(shape, workload.kv_type)
    cache = count.streams * row * (shape.full_layers * count.full + shape.window_layers * count.window)
    cache += shape.state_layers * shape.state * workload.parallel
    scratch = buffers(model, workload)
    total = tensors.total + cache + scratch.output + scratch.compute
    limits = band(BAND)
    needed = resident(model, workload, tensors, cache)
    return MemoryEstimate(
        (
            Component("weights", tensors.total),
            Component("kv_cache", cache),
            Component("compute_buffer", scratch.compute),
            Component("output_buffer", scratch.output),
        ),
        total,
        int(total * limits.low),
        int(total * limits.high),
        needed,
        needed + tensors.repack_bytes,
        BAND,
    )


def resident(model: Model, workload: Workload, tensors: Weights, cache: int, prompt_tokens: int = PROMPT) -> int:
    """RAM that a CPU run cannot do without, in bytes, after a prompt of `prompt_tokens`.

    A CPU touches only what it uses of the compute buffer: one layer's work on the prompt, logits of one row.
    The program's own share and the tokenizer's were measured (10 MiB; 2.5 MB + 223 B per token + 105 B per merge).
    """
    shape = _shape(model)
    count = cells(model, workload)
    tokens = min(prompt_tokens, count.ubatch)
    touched = _FLOAT * tokens * shape.mlp + 2 * tokens * count.full
    return tensors.total + cache + _FLOAT * shape.vocab + shape.program + touched


class _Shape(NamedTuple):
    """The widths that buffers depend on, once per model."""

    hidden: int
    query: int
    kv: int
    heads: int
    vocab: int
    key: int  # cached K values per cell
    value: int  # cached V values per cell
    kinds: tuple[int, ...]  # per layer: 0 full, 1 sliding window, 2 recurrent state
    full_layers: int
    window_layers: int
    state_layers: int
    state: int  # bytes of one sequence's state in one recurrent layer
    mlp: int  # floats per token that are alive at once in the widest MLP
    program: int  # measured: program and tokenizer


@lru_cache(maxsize=1024)
def _shape(model: Model) -> _Shape:
    kinds = _kinds(model)
    mla = model.mla
    return _Shape(
        hidden=model.hidden,
        query=model.query_width,
        kv=model.kv_width,
        heads=model.heads,
        vocab=model.vocab,
        key=mla.kv_lora_rank + mla.qk_rope_head_dim if mla else model.kv_width,
        value=0 if mla else model.kv_width,
        kinds=kinds,
        full_layers=kinds.count(0),
        window_layers=kinds.count(1),
        state_layers=kinds.count(2),
        state=_state_bytes(model),
        mlp=_mlp_floats(model),
        program=(10 << 20) + _tokenizer_bytes(model),
    )


def _kinds(model: Model) -> tuple[int, ...]:
    uses_window = model.window is not None and model.style.llama_cpp_uses_window
    kinds = []
    for layer in range(model.layers):
        if model.linear is not None and model.linear.layers[layer]:
            kinds.append(2)
        else:
            kinds.append(1 if uses_window and model.window and model.window.layers[layer] else 0)
    return tuple(kinds)


def _state_bytes(model: Model) -> int:
    """F32 state of one sequence in one recurrent layer (llama-hparams.cpp: n_embd_r + n_embd_s)."""
    linear = model.linear
    if linear is None:
        return 0
    if linear.type == "short_conv":
        return _FLOAT * model.hidden * (linear.conv_kernel - 1)
    inner = linear.value_heads * linear.value_head_dim
    groups, state = linear.groups, linear.state
    if linear.type == "gated_delta_net":
        groups, state = linear.key_heads, linear.key_head_dim
    return _FLOAT * ((linear.conv_kernel - 1) * (inner + 2 * groups * state) + state * inner)


def _mlp_floats(model: Model) -> int:
    """Floats per token alive at once in the MLP: inputs, residual, projections, and the allocator's gap."""
    hidden, widest = model.hidden, max(model.hidden, model.query_width)
    moe = model.moe
    if moe is None:
        return 3 * hidden + widest + 3 * (model.ffn or 0) + 6
    used, width = moe.active, moe.expert_ffn
    inside = used * 2 * (hidden + width) if width < hidden else used * (2 * hidden + 3 * width)
    sparse = inside + (2 * moe.experts if moe.shared else 0)
    dense = 3 * hidden + widest + 3 * (model.ffn or 0) + 6 if not all(moe.layers) else 0
    return max(sparse, dense)


def _tokenizer_bytes(model: Model) -> int:
    if model.tokenizer == "spm":
        return 2_500_000 + 155 * model.vocab
    merges = model.merges if model.merges is not None else model.vocab
    return 2_500_000 + 223 * model.vocab + 105 * merges


def _compute(shape: _Shape, count: Cells, outputs: int, workload: Workload) -> int:
    """The largest of three moments: logits, the MLP of a layer, its attention (without flash attention)."""
    per_token = _FLOAT * count.ubatch
    mask = _mask(shape, count, workload.flash_attention)
    head = _FLOAT * outputs * (shape.vocab + 1) + per_token * 2 * shape.hidden
    mlp = per_token * shape.mlp + mask
    if workload.flash_attention:
        return max(head, mlp)
    wide = count.all * (shape.heads + 1) + 3 * shape.hidden + 2 * shape.query + 2 * shape.kv + 4
    return max(head, mlp, per_token * wide)


def _mask(shape: _Shape, count: Cells, flash: bool) -> int:
    size = 2 if flash else _FLOAT
    seen = count.full + (count.window if shape.window_layers else 0)
    return size * count.ubatch * seen


def _kv_row(shape: _Shape, kind: str) -> int:
    """Bytes of one cell in one layer."""
    if kind == "f16":
        return 2 * (shape.key + shape.value)
    layout = tensor_types()[kind.upper()]
    return -(-shape.key // layout.block) * layout.block_bytes + -(-shape.value // layout.block) * layout.block_bytes


def _padded(count: int) -> int:
    return -(-count // _PAD) * _PAD
