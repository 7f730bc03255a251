"""Memory of llama.cpp: weights, KV cache, output and compute buffers, what a CPU run keeps in RAM, what a GPU takes."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from advisor.catalog.bands import band
from advisor.catalog.model import Model
from advisor.catalog.quants import tensor_types
from advisor.estimator.llama_cpp_graph import Graph, graph
from advisor.estimator.mixes import weights
from advisor.estimator.result import Component, MemoryEstimate
from advisor.workload import CHOICES, Workload

# Sizes follow llama.cpp's source at commit 0c1e570: src/llama-context.cpp (context and ubatch rounding, outputs),
# src/llama-kv-cache*.cpp and llama-memory-recurrent.cpp (caches), src/llama-graph.cpp and ggml/src/ggml-alloc.c (the
# compute buffer). Where a figure was measured instead, the comment says so.

BAND = "llama_cpp_total"
_PAD = 256  # contexts are rounded up to this many cells
_FLOAT = 4
PROMPT = 64  # tokens of the prompt that a CPU run's resident memory is stated for


class Cells(NamedTuple):
    """KV cells of each stream: `full` for layers that see the whole context, `window` for sliding-window layers."""

    streams: int
    full: int
    window: int
    ubatch: int


class Buffers(NamedTuple):
    """Scratch memory in bytes: `output` holds logits for the program, `compute` the graph's intermediate results.

    On the CPU all of `compute` is one buffer. With every layer on one GPU, `gpu_compute` lies there and `host_compute`
    stays in RAM (masks, embeddings). Other divisions: llama_cpp_devices.
    """

    output: int
    compute: int
    gpu_compute: int
    host_compute: int


class Inputs(NamedTuple):
    """What buffers on several devices are made of. Bytes, but for `cells` and `attention_copies`."""

    per_token: int  # one float for every token of a ubatch
    embedding: int  # the input embeddings
    shared: int  # masks, positions, cell indices: what every device that computes needs
    head: int  # the widest moments of a run on one device: at the logits,
    layer: int  # and in a layer, with the inputs;
    mlp: int  # an MLP's own part, and that of attention without flash attention
    scores: int
    state: int  # a delta net's own part; 0 without one
    cells: int  # that one layer caches, of all sequences
    row: int  # bytes of keys and values in one cell


def cells(model: Model, workload: Workload) -> Cells:
    """Rounded contexts and the ubatch that llama.cpp really uses."""
    return _cells(_shape(model), workload)


@lru_cache(maxsize=16)  # asked for several times in one estimate
def kv_bytes(model: Model, workload: Workload) -> tuple[int, ...]:
    """KV cache (or recurrent state) bytes of each repeating layer."""
    shape, count, _, _ = _counted(model, workload)
    full, window = shape.rows[workload.kv_type, workload.flash_attention]
    streams = count.streams
    sizes = (count.full * full * streams, count.window * window * streams, shape.state * workload.parallel, 0)
    return tuple(map(sizes.__getitem__, shape.kinds))


def cache_read(model: Model, workload: Workload, depth: float) -> float:
    """Bytes of its sequence's caches and states that a token reads with `depth` tokens before it."""
    shape = _shape(model)
    full, window = shape.rows[workload.kv_type, workload.flash_attention]
    seen = shape.reading[0] * full * depth + shape.reading[1] * window * min(depth, shape.window)
    return seen + shape.state_layers * shape.state


@lru_cache(maxsize=16)  # asked for several times in one estimate
def buffers(model: Model, workload: Workload) -> Buffers:
    """Output and compute buffers, for a run on the CPU and for one on a GPU."""
    shape, count, head, layers = _counted(model, workload)
    plan = shape.graph
    compute = max(head, layers)
    # The host looks tokens up and hands embeddings and masks over: input and looked-up embeddings stay with it.
    embedding = _FLOAT * count.ubatch * (plan.embedding + 1)
    rest = _FLOAT * count.ubatch * (plan.inputs - plan.embedding)
    if not workload.flash_attention:
        rest += _value_indices(shape, _FLOAT * count.ubatch)
    return Buffers(
        output=_FLOAT * shape.vocab * workload.parallel,
        compute=compute,
        gpu_compute=compute - embedding,
        host_compute=_mask(shape, count, workload.flash_attention) + 2 * embedding + rest,
    )


@lru_cache(maxsize=16)  # asked for several times in one estimate
def inputs(model: Model, workload: Workload, layers: int | None = None) -> Inputs:
    """The parts of compute buffers, for devices that share the work; `cells` of the first `layers`, of all if None."""
    shape, count, head, layer = _counted(model, workload)
    plan = shape.graph
    per_token = _FLOAT * -(-count.ubatch // workload.parallel) * workload.parallel
    shared = per_token * (plan.inputs - plan.embedding) + _mask(shape, count, workload.flash_attention)
    if not workload.flash_attention:
        shared += _value_indices(shape, per_token)
    far = shape.first_full < (len(shape.kinds) if layers is None else layers)
    return Inputs(
        per_token=per_token,
        embedding=per_token * plan.embedding,
        shared=shared,
        head=head,
        layer=layer,
        mlp=per_token * plan.mlp,
        scores=_scores(shape, count, per_token),
        state=per_token * plan.state_work,
        cells=count.streams * (count.full if far else count.window),
        row=shape.rows[workload.kv_type, workload.flash_attention][0],
    )


def first_full(model: Model) -> int:
    """The first layer that sees the whole context; the number of layers where none does."""
    return _shape(model).first_full


def first_neighbours(model: Model) -> int:
    """The first layer that caches as much as the one before it; the number of layers where none does."""
    return _shape(model).first_neighbours


def memory(model: Model, workload: Workload) -> MemoryEstimate:
    """What llama.cpp allocates for `workload`, and what a CPU run of it keeps in RAM (after a prompt of PROMPT tokens).

    Raises UserError when the workload's quant is none of llama.cpp's.
    """
    tensors = weights(model, workload.quant)
    shape, count, head, layer = _counted(model, workload)
    cache = _cache(shape, count, workload)
    compute = max(head, layer)
    output = _FLOAT * shape.vocab * workload.parallel
    total = tensors.total + cache + compute + output
    limits = band(BAND)
    needed = tensors.total + cache + _touched(shape, count, workload, PROMPT)
    return MemoryEstimate(
        (
            Component("weights", tensors.total),
            Component("kv_cache", cache),
            Component("compute_buffer", compute),
            Component("output_buffer", output),
        ),
        total,
        int(total * limits.low),
        int(total * limits.high),
        needed,
        needed + tensors.repack_bytes,
        BAND,
    )


def resident(model: Model, workload: Workload, prompt_tokens: int = PROMPT) -> tuple[int, int]:
    """RAM of a CPU run in bytes after a prompt of `prompt_tokens`: needed, and shown with the mapped file's copies.

    Types that the processor wants interleaved (x86 with AVX2: Q4_0, Q4_K, IQ4_NL) are copied; the mapped originals stay
    visible, though the system can drop them.
    """
    tensors = weights(model, workload.quant)
    shape = _shape(model)
    count = _cells(shape, workload)
    needed = tensors.total + _cache(shape, count, workload) + _touched(shape, count, workload, prompt_tokens)
    return needed, needed + tensors.repack_bytes


def program_bytes(model: Model, workload: Workload) -> int:
    """RAM that a run with a GPU takes beside weights, cache and compute buffers: program, tokenizer and its logits."""
    shape = _shape(model)
    return shape.program + _FLOAT * shape.vocab * workload.parallel


def refuses(model: Model, workload: Workload) -> bool:
    """Whether llama.cpp refuses the cache type: its blocks must divide the width of a head (llama-context.cpp)."""
    return undivided(model, workload) is not None


def undivided(model: Model, workload: Workload) -> tuple[int, int] | None:
    """The first width of a cached head that the cache type's blocks do not divide, and the block; None if all do."""
    block = tensor_types()[workload.kv_type.upper()].block
    return next(((width, block) for width in _shape(model).widths if width % block), None)


def cache_terms(model: Model, workload: Workload) -> Mapping[str, int]:
    """What `kv_bytes` is made of: sequences x (full_layers x cells x row_bytes
    + window_layers x window_cells x window_row_bytes) + state_layers x state_bytes x parallel.
    """
    shape = _shape(model)
    count = _cells(shape, workload)
    return {
        "sequences": count.streams, "cells": count.full, "full_layers": shape.full_layers,
        "window_cells": count.window, "window_layers": shape.window_layers,
        "row_bytes": shape.rows[workload.kv_type, workload.flash_attention][0],
        "window_row_bytes": shape.rows[workload.kv_type, workload.flash_attention][1],
        "state_layers": shape.state_layers, "state_bytes": shape.state, "parallel": workload.parallel,
    }  # fmt: skip


def compute_terms(model: Model, workload: Workload) -> Mapping[str, int]:
    """What the compute buffer is made of: the larger of `logits_bytes` and `layer_bytes`, which are

    4 x tokens x (embedding + 1) + 4 x outputs x (last + vocabulary), and 4 x tokens x inputs + 4 x outputs
    + mask_bytes + index_bytes + work_bytes, where the work is that of the MLP (4 x tokens x mlp) or of attention.
    """
    shape = _shape(model)
    count = _cells(shape, workload)
    plan, parallel = shape.graph, workload.parallel
    tokens = -(-count.ubatch // parallel) * parallel
    outputs = min(parallel, count.ubatch) if workload.output_rows == "few" else count.ubatch
    logits, layer = _moments(shape, count, workload)
    mask = _mask(shape, count, workload.flash_attention)
    index = 0 if workload.flash_attention else _value_indices(shape, _FLOAT * tokens)
    mlp = plan.mlp if workload.kv_type == "f16" else plan.mlp + plan.rotated
    return {
        "tokens": tokens, "outputs": outputs, "embedding": plan.embedding, "last": plan.last, "inputs": plan.inputs,
        "vocabulary": shape.vocab, "mlp": mlp, "mask_bytes": mask, "index_bytes": index,
        "work_bytes": layer - _FLOAT * (tokens * plan.inputs + outputs) - mask - index,
        "logits_bytes": logits, "layer_bytes": layer,
    }  # fmt: skip


class _Shape(NamedTuple):
    """The widths that caches and buffers depend on, once per model."""

    vocab: int
    heads: int
    widths: tuple[int, int]  # of a cached K and V head
    value: int  # cached V values per cell
    # Bytes of a cell in one layer that sees everything and in one with a window, by kv_type and flash attention.
    rows: Mapping[tuple[str, bool], tuple[int, int]]
    windows: bool  # whether llama.cpp keeps small caches for sliding-window layers
    window: int
    kinds: tuple[int, ...]  # per layer: 0 full, 1 sliding window, 2 recurrent state, 3 nothing of its own
    full_layers: int
    window_layers: int
    state_layers: int
    # Layers that read a cache of each kind: those that keep one, and those that share it.
    reading: tuple[int, int]
    state: int  # bytes of one sequence's state in one recurrent layer
    first_full: int  # the first layer that sees the whole context, the number of layers if none does
    first_neighbours: int
    choosing: int  # layers with an indexer, and how many cells each chooses
    top: int
    graph: Graph
    program: int  # measured: program and tokenizer


@lru_cache(maxsize=1024)
def _shape(model: Model) -> _Shape:
    kinds = _kinds(model)
    key, value = _cached(model)
    return _Shape(
        vocab=model.gguf_vocab or model.vocab,
        heads=model.heads,
        widths=(key, value) if model.mla and not model.style.mla_whole else _head_widths(model),
        value=max(value, _global_width(model)),
        rows={
            (kind, flash): _rows(model, key, value, kind, flash)
            for kind in CHOICES["kv_type"]
            for flash in (True, False)
        },
        windows=model.window is not None and model.style.llama_cpp_uses_window,
        window=model.window.size if model.window else 0,
        kinds=kinds,
        full_layers=kinds.count(0),
        window_layers=kinds.count(1),
        state_layers=kinds.count(2),
        reading=_reading(model, kinds),
        state=_state_bytes(model),
        first_full=kinds.index(0) if 0 in kinds else model.layers,
        first_neighbours=next((at for at, pair in enumerate(pairwise(kinds), 1) if pair == (0, 0)), model.layers),
        choosing=model.layers if model.indexer else 0,
        top=model.indexer.top if model.indexer else 0,
        graph=graph(model),
        program=(10 << 20) + _tokenizer_bytes(model),
    )


@lru_cache(maxsize=16)  # asked for several times in one estimate
def _counted(model: Model, workload: Workload) -> tuple[_Shape, Cells, int, int]:
    """Widths, cells, and the graph's widest moments."""
    shape = _shape(model)
    count = _cells(shape, workload)
    return shape, count, *_moments(shape, count, workload)


def _cached(model: Model) -> tuple[int, int]:
    """K and V values that a layer caches per cell. With latent attention the latent alone serves as both."""
    mla = model.mla
    if mla is None:
        return model.kv_width, model.kv_width
    if model.style.mla_whole:
        return model.heads * (mla.qk_nope_head_dim + mla.qk_rope_head_dim), model.heads * mla.v_head_dim
    return mla.kv_lora_rank + mla.qk_rope_head_dim, 0


def _head_widths(model: Model) -> tuple[int, int]:
    mla = model.mla
    if model.globals:
        return model.head_dim, model.globals.head_dim
    return (mla.qk_nope_head_dim + mla.qk_rope_head_dim, mla.v_head_dim) if mla else (model.head_dim, model.head_dim)


def _kinds(model: Model) -> tuple[int, ...]:
    uses_window = model.window is not None and model.style.llama_cpp_uses_window
    kinds = []
    for layer in range(model.layers):
        if model.linear is not None and model.linear.layers[layer]:
            kinds.append(2)
        elif layer >= model.layers - model.kv_shared or not model.attends(layer):
            kinds.append(3)
        else:
            kinds.append(1 if uses_window and model.window and model.window.layers[layer] else 0)
    return tuple(kinds)


def _reading(model: Model, kinds: tuple[int, ...]) -> tuple[int, int]:
    shared = [model.window is not None and model.window.layers[i] for i, kind in enumerate(kinds) if kind == 3]
    shared = shared if model.kv_shared else []
    return kinds.count(0) + shared.count(False), kinds.count(1) + shared.count(True)


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


def _cells(shape: _Shape, workload: Workload) -> Cells:
    parallel, context = workload.parallel, workload.context
    ubatch = min(context, workload.ubatch)
    full = _padded(context)
    streams = 1
    if not workload.kv_unified and parallel > 1:
        streams, full = parallel, _padded(full // parallel)
    window = full
    if shape.windows and not workload.swa_full:
        seen = shape.window * (parallel if workload.kv_unified else 1) + ubatch
        window = _padded(min(full, seen))
    return Cells(streams, full, window, ubatch)


def _cache(shape: _Shape, count: Cells, workload: Workload) -> int:
    """All layers' caches, the sum of `kv_bytes`."""
    full, window = shape.rows[workload.kv_type, workload.flash_attention]
    held = shape.full_layers * count.full * full + shape.window_layers * count.window * window
    return count.streams * held + shape.state_layers * shape.state * workload.parallel


def _moments(shape: _Shape, count: Cells, workload: Workload) -> tuple[int, int]:
    """Bytes of the graph's widest moments: at the logits, and in a layer (its MLP or its attention)."""
    plan = shape.graph
    parallel = workload.parallel
    outputs = min(parallel, count.ubatch) if workload.output_rows == "few" else count.ubatch
    # The graph is reserved for a ubatch that divides into the sequences.
    per_token = _FLOAT * -(-count.ubatch // parallel) * parallel
    head = per_token * (plan.embedding + 1) + _FLOAT * outputs * (plan.last + shape.vocab)
    inputs = per_token * plan.inputs + _FLOAT * outputs + _mask(shape, count, workload.flash_attention)
    inputs += _choices(shape, count)
    layer = per_token * (plan.mlp if workload.kv_type == "f16" else plan.mlp + plan.rotated)
    if plan.state_work:
        layer = max(layer, per_token * plan.state_work + parallel * plan.state_copy)
    if workload.flash_attention:
        return head, inputs + max(layer, per_token * plan.flash)
    inputs += _value_indices(shape, per_token)
    return head, inputs + max(layer, _scores(shape, count, per_token))


def _value_indices(shape: _Shape, per_token: int) -> int:
    """Without flash attention V is kept transposed: an 8-byte index for each value of each token, not one per token."""
    return 2 * per_token * max(0, shape.value - 1) * (2 if shape.windows else 1)


def _scores(shape: _Shape, count: Cells, per_token: int) -> int:
    """Attention without flash attention: every head's scores over all cells, and what lies beside them."""
    seen = count.full if shape.full_layers else count.window
    return per_token * (shape.graph.attention + shape.heads * seen) + 2 * seen * shape.graph.copied_value


def _touched(shape: _Shape, count: Cells, workload: Workload, prompt_tokens: int) -> int:
    """What a CPU run touches beside weights and cache: its program, a layer's work on the prompt, logits of one row.

    The program's own share and the tokenizer's were measured: 10 MiB; 2.5 MB + 223 B per token + 105 B per merge.
    """
    tokens = min(prompt_tokens, count.ubatch)
    seen = min(count.full, _padded(prompt_tokens))
    work = _FLOAT * tokens * (shape.graph.inputs + shape.graph.mlp) + 2 * tokens * seen
    if not workload.flash_attention:
        scores = shape.graph.inputs + shape.graph.attention + (shape.heads + 1) * seen
        # Multiplying V takes the scores in 16 bit, in a work buffer of the processor's own.
        work = max(work, _FLOAT * tokens * scores) + 2 * tokens * shape.heads * seen
    return work + _FLOAT * shape.vocab + shape.program


def _choices(shape: _Shape, count: Cells) -> int:
    """What indexers need through the whole graph: a 16-bit mask of their own, and each layer's chosen cells.

    (src/models/deepseek32.cpp: the chosen cells of every layer are inputs of the graph's sparse masks.)
    """
    if not shape.choosing:
        return 0
    return count.ubatch * (2 * count.full + _FLOAT * shape.choosing * min(shape.top, count.full))


def _mask(shape: _Shape, count: Cells, flash: bool) -> int:
    """One mask for each kind of cache, 16-bit for flash attention, else 32-bit."""
    seen = count.full + count.window if shape.windows else count.full
    return (2 if flash else _FLOAT) * count.ubatch * seen


def _global_width(model: Model) -> int:
    """K (and V) values that a layer caches which sees everything, where they are others than in windowed layers."""
    return model.globals.kv_heads * model.globals.head_dim if model.globals else 0


def _rows(model: Model, key: int, value: int, kind: str, flash: bool) -> tuple[int, int]:
    """Bytes of a cell in a layer that sees everything, and in one with a window.

    Without flash attention V is transposed, and where its width varies every layer gets the widest (llama-kv-cache.cpp,
    TAG_V_CACHE_VARIABLE).
    """
    # The indexer's keys lie in a cache of their own (llama-kv-cache-dsa.cpp).
    chosen = _row(model.indexer.head_dim, 0, kind) if model.indexer else 0
    wide = _global_width(model) or key
    widest = max(wide, value) if model.globals and not flash else 0
    return (
        _row(wide, max(widest, wide if model.globals else value), kind) + chosen,
        _row(key, max(widest, value), kind) + chosen,
    )


def _row(key: int, value: int, kind: str) -> int:
    """Bytes of one cell in one layer."""
    layout = tensor_types()[kind.upper()]
    return sum(-(-width // layout.block) * layout.block_bytes for width in (key, value))


def _padded(count: int) -> int:
    return (count + _PAD - 1) & -_PAD
