"""Memory of llama.cpp: weights, KV cache, output and compute buffers, what a CPU run keeps in RAM, what a GPU takes."""

from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.bands import band
from advisor.catalog.model import Model
from advisor.catalog.quants import tensor_types
from advisor.estimator.llama_cpp_graph import Graph, graph
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

    On the CPU all of `compute` is one buffer. With every layer on a GPU, `gpu_compute` lies there and `host_compute`
    stays in RAM (masks, embeddings); while some layers stay in RAM, RAM needs all of `compute` beside the GPU's.
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
    # The host looks tokens up, and hands embeddings and masks over: input and looked-up embeddings stay with it.
    embedding = _FLOAT * count.ubatch * (shape.graph.embedding + 1)
    rest = _FLOAT * (count.ubatch * (shape.graph.inputs - shape.graph.embedding) + outputs)
    return Buffers(
        output=_FLOAT * shape.vocab * workload.parallel,
        compute=compute,
        gpu_compute=compute - embedding,
        host_compute=_mask(shape, count, workload.flash_attention) + 2 * embedding + rest,
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
    touched = _FLOAT * tokens * (shape.graph.inputs + shape.graph.mlp) + 2 * tokens * count.full
    return tensors.total + cache + _FLOAT * shape.vocab + shape.program + touched


class _Shape(NamedTuple):
    """The widths that caches and buffers depend on, once per model."""

    hidden: int
    vocab: int
    heads: int
    key: int  # cached K values per cell
    value: int  # cached V values per cell
    kinds: tuple[int, ...]  # per layer: 0 full, 1 sliding window, 2 recurrent state
    full_layers: int
    window_layers: int
    state_layers: int
    state: int  # bytes of one sequence's state in one recurrent layer
    graph: Graph
    program: int  # measured: program and tokenizer


@lru_cache(maxsize=1024)
def _shape(model: Model) -> _Shape:
    kinds = _kinds(model)
    key, value = _cached(model)
    return _Shape(
        hidden=model.hidden,
        vocab=model.gguf_vocab or model.vocab,
        heads=model.heads,
        key=key,
        value=value,
        kinds=kinds,
        full_layers=kinds.count(0),
        window_layers=kinds.count(1),
        state_layers=kinds.count(2),
        state=_state_bytes(model),
        graph=graph(model),
        program=(10 << 20) + _tokenizer_bytes(model),
    )


def _cached(model: Model) -> tuple[int, int]:
    """K and V values that a layer caches per cell. With latent attention the latent alone serves as both."""
    mla = model.mla
    if mla is None:
        return model.kv_width, model.kv_width
    if model.style.mla_whole:
        return model.heads * (mla.qk_nope_head_dim + mla.qk_rope_head_dim), model.heads * mla.v_head_dim
    return mla.kv_lora_rank + mla.qk_rope_head_dim, 0


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


def _tokenizer_bytes(model: Model) -> int:
    if model.tokenizer == "spm":
        return 2_500_000 + 155 * model.vocab
    merges = model.merges if model.merges is not None else model.vocab
    return 2_500_000 + 223 * model.vocab + 105 * merges


def _compute(shape: _Shape, count: Cells, outputs: int, workload: Workload) -> int:
    """The largest of the graph's moments: logits, a layer's MLP, its attention."""
    plan = shape.graph
    # The graph is reserved for a ubatch that divides into the sequences.
    tokens = -(-count.ubatch // workload.parallel) * workload.parallel
    per_token = _FLOAT * tokens
    inputs = per_token * plan.inputs + _FLOAT * outputs + _mask(shape, count, workload.flash_attention)
    head = per_token * (plan.embedding + 1) + _FLOAT * outputs * (shape.hidden + shape.vocab)
    layer = per_token * plan.mlp
    if plan.state_work:
        layer = max(layer, per_token * plan.state_work + workload.parallel * plan.state_copy)
    if workload.flash_attention:
        layer = max(layer, per_token * plan.flash)
    else:
        # Transposed V: its rows are addressed one by one, with an index for each value of each token.
        inputs += 2 * per_token * (shape.value - 1) * (2 if shape.window_layers else 1)
        # Scores of one layer: the full layers' are the widest.
        cells_seen = count.full if shape.full_layers else count.window
        layer = max(layer, per_token * (plan.attention + shape.heads * cells_seen) + 2 * cells_seen * plan.copied_value)
    return max(head, inputs + layer)


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
