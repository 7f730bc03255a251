"""One training step of one model as a short list of moments that may be its fullest, ready to be priced."""

from dataclasses import replace
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from advisor.catalog.model import Model, Style
from advisor.estimator.blocks import Mode
from advisor.estimator.lora import trainable_parameters
from advisor.estimator.network import Build, head, layer
from advisor.estimator.tape import Form, Moment, Trace, part_of
from advisor.estimator.training_states import linear_elements, mode, optimizer_bytes, step_bytes, weight_bytes
from advisor.workload import Workload


class Peak(NamedTuple):
    """One moment that may be the fullest: constant + tokens x (token + seq x square) bytes beside the static ones.

    `gradients` are the parameter gradients in `constant`, `logits` the part of `token` that is logits and their
    gradients.
    """

    constant: float
    token: float
    square: float
    gradients: float
    logits: float


class Plan(NamedTuple):
    """What does not depend on batch and sequence length, in bytes: static memory and the moments."""

    weights: int
    adapters: int
    optimizer: int
    peaks: tuple[Peak, ...]


class _Size(NamedTuple):
    """Bytes: constant + tokens x (token + seq x square)."""

    constant: float = 0.0
    token: float = 0.0
    square: float = 0.0

    def plus(self, other: "_Size", count: int = 1) -> "_Size":
        return _Size(
            self.constant + count * other.constant, self.token + count * other.token, self.square + count * other.square
        )


class _Candidate(NamedTuple):
    """A moment that may be the fullest: its whole size, and where to look up what it is made of."""

    size: _Size
    moment: Moment | None
    grads: float  # parameter gradients that exist before it


def plan(model: Model, workload: Workload, past_window: bool) -> Plan:
    """Everything about the step but batch and length. `past_window`: sequences reach the model's sliding window."""
    return _Step(model, workload, past_window).plan()


def activation_bytes(model: Model, workload: Workload) -> float:
    """Bytes per token that all layers and the loss keep for backward, as if nothing were checkpointed."""
    token, square = _activations(model, replace(workload, checkpointing=False, batch=1, seq=1, grad_accum=1))
    return token + workload.seq * square


@lru_cache(maxsize=8192)
def _activations(model: Model, workload: Workload) -> tuple[float, float]:
    stored = _Step(model, workload, past_window=False).stored(model.layers)
    return stored.token + 12.0 * model.vocab, stored.square


class _Step:
    """Adds up a step. Static memory is left out of the moments: it is there at all of them."""

    def __init__(self, model: Model, workload: Workload, past_window: bool) -> None:
        self.model = model
        self.workload = workload
        self.mode = mode(workload)
        self.widths = _widths(model, workload)
        self.kinds = _kinds(model, workload, self.mode, past_window)
        self.trainable = trainable_parameters(model, workload)
        self.gradients = self.trainable * (self.mode.weight if self.mode.full else 4)
        self.accumulates = workload.grad_accum > 1
        self.residual = _Size(token=self.mode.residual * model.hidden)
        self.head = _head_trace(
            self.mode, self.kinds[0].norm, workload.resolved_stack == "fused-loss", self.accumulates
        )
        self.traces = [self._trace(index) for index in range(model.layers)]
        self._stored: dict[int, _Size] = {}
        self._prices: dict[tuple[int, int], list[tuple[float, ...]]] = {}

    def plan(self) -> Plan:
        """The plan with only those moments that no other one exceeds."""
        found = [*self._around_loss(), *self._in_layers(), self._at_embedding(), self._at_update()]
        return Plan(
            weights=weight_bytes(self.model, self.workload),
            adapters=0 if self.mode.full else 4 * self.trainable,
            optimizer=optimizer_bytes(self.model, self.workload, self.trainable),
            peaks=tuple(self._peak(candidate) for candidate in _highest(found)),
        )

    # The moments ----------------------------------------------------------------------------------------------

    def _around_loss(self) -> list[_Candidate]:
        """Everything saved in the layers, then logits, softmax and their gradients."""
        below = self.stored(self.model.layers)
        if self.head.saves_input:
            below = below.plus(self.residual)
        forward = below.plus(_Size(self._autocast_copies()))
        return [
            *self._candidates(self.head, False, forward, 0.0),
            *self._candidates(self.head, True, below, 0.0),
        ]

    def _in_layers(self) -> list[_Candidate]:
        """Backward of each kind of layer, where it comes first (most saved) and last (most gradients made)."""
        found = []
        last = {trace: index for index, trace in enumerate(map(id, self.traces))}
        first = {trace: index for index, trace in reversed(list(enumerate(map(id, self.traces))))}
        for index in {*first.values(), *last.values()}:
            found += self._in_layer(index)
        return found

    def _in_layer(self, index: int) -> list[_Candidate]:
        trace = self.traces[index]
        below, made = self.stored(index), self._gradients_above(index)
        if self.workload.checkpointing or trace.saves_input:
            below = below.plus(self.residual)
        found = self._candidates(trace, True, below, made)
        if self.workload.checkpointing:
            # While the layer is run again the gradient of its output waits.
            found += self._candidates(trace, False, below.plus(self.residual), made)
        return found

    def _at_embedding(self) -> _Candidate:
        """The embedding's gradient at the end; a tied matrix has two, summed into a third."""
        matrix = float(self.model.vocab * self.model.hidden * self.mode.weight) if self.mode.full else 0.0
        size = self.residual.plus(_Size(self.gradients + (2 * matrix if self.model.tied_embeddings else 0.0)))
        return _Candidate(size.plus(_Size(matrix if self.accumulates else 0.0)), None, self.gradients)

    def _at_update(self) -> _Candidate:
        """The optimizer's step: all gradients and what it needs beside them."""
        beside = step_bytes(self.model, self.workload, self.gradients)
        return _Candidate(_Size(float(self.gradients + beside)), None, self.gradients)

    def _candidates(self, trace: Trace, backward: bool, beside: _Size, made: float) -> list[_Candidate]:
        # From the second micro-batch on all gradients exist, and each new one lives until it is added to its sum.
        constant = beside.constant + (self.gradients if self.accumulates else made)
        moments = trace.backward if backward else trace.forward
        sizes = self._priced(trace, int(backward))
        return [
            _Candidate(_Size(size[0] + constant, size[1] + beside.token, size[2] + beside.square), moment, made)
            for moment, size in zip(moments, sizes, strict=True)
        ]

    def _priced(self, trace: Trace, which: int) -> list[tuple[float, ...]]:
        known = self._prices.get((id(trace), which))
        if known is None:
            wanted = trace.tables[which]
            units = tuple(tuple(map(self._unit, part)) for part in wanted.symbols)
            known = [tuple(sum(map(mul, *pair)) for pair in zip(row, units, strict=True)) for row in wanted.rows]
            self._prices[id(trace), which] = known
        return known

    def _peak(self, candidate: _Candidate) -> Peak:
        size, moment, made = candidate
        logits = 0.0
        if moment is not None:
            logits = moment.live.get("tokens*vocab", 0.0) * self.model.vocab
            made += self._size(moment.grads).constant
        return Peak(*size, gradients=self.gradients if self.accumulates else min(made, self.gradients), logits=logits)

    # Their parts ----------------------------------------------------------------------------------------------

    def _trace(self, index: int) -> Trace:
        # Without checkpointing nothing below the first adapter needs a gradient; with it the input is made to need one.
        first = index == 0 and not self.mode.full and not self.workload.checkpointing
        return _layer_trace(self.kinds[index], not first, self.workload.checkpointing, self.accumulates)

    def stored(self, count: int) -> _Size:
        """What the first `count` layers keep for their backward."""
        if self.workload.checkpointing:
            return _Size().plus(self.residual, count)
        total = _Size()
        for trace, often in _count(self.traces[:count]):
            total = total.plus(self._saved(trace), often)
        return total

    def _saved(self, trace: Trace) -> _Size:
        known = self._stored.get(id(trace))
        if known is None:
            known = self._stored[id(trace)] = self._size(trace.saved).plus(self.residual, int(trace.saves_input))
        return known

    def _gradients_above(self, index: int) -> float:
        """Parameter gradients made before the backward pass reaches layer `index`."""
        above = self._size(self.head.grads).constant
        for trace, often in _count(self.traces[index + 1 :]):
            above += often * self._size(trace.grads).constant
        return above

    def _autocast_copies(self) -> float:
        """Autocast keeps its 16-bit copies of trainable weights to the end of the forward pass.

        Without checkpointing the layers keep them anyway.
        """
        if not (self.mode.autocast and self.workload.checkpointing):
            return 0.0
        copied = linear_elements(self.model) if self.mode.full else self.trainable
        return float(self.mode.compute * copied)

    def _size(self, form: Form) -> _Size:
        """A linear form in numbers."""
        totals = [0.0, 0.0, 0.0]
        for symbol, factor in form.items():
            totals[part_of(symbol)] += factor * self._unit(symbol)
        return _Size(*totals)

    def _unit(self, symbol: str) -> float:
        """What one unit of `symbol` ("tokens*hidden", "hidden*vocab") counts per token, or altogether."""
        known = self.widths.get(symbol)
        if known is None:
            known = 1.0
            for name in symbol.removeprefix("tokens*").split("*"):
                known *= float(name) if name.isdigit() else self.widths[name]
            self.widths[symbol] = known
        return known


def _count(traces: list[Trace]) -> list[tuple[Trace, int]]:
    """Each trace once, with how often it occurs (by identity: equal ones are the same object)."""
    often: dict[int, int] = {}
    for trace in traces:
        often[id(trace)] = often.get(id(trace), 0) + 1
    return [(trace, often[id(trace)]) for trace in {id(trace): trace for trace in traces}.values()]


def _highest(candidates: list[_Candidate]) -> list[_Candidate]:
    """The moments that no other one, or two others together, exceed at every batch and length."""
    kept: list[_Candidate] = []
    for candidate in sorted(candidates, key=lambda c: c.size, reverse=True):
        _, token, square = candidate.size
        # Sorted by the constant: those kept before are at least as large in it.
        if not any(other.size.token >= token and other.size.square >= square for other in kept):
            kept.append(candidate)
    return _envelope(kept) if len({candidate.size.square for candidate in kept}) == 1 else kept


def _envelope(rising: list[_Candidate]) -> list[_Candidate]:
    """Of straight lines over the tokens, by falling constant and rising slope, those that are highest somewhere."""
    hull: list[_Candidate] = []
    for line in rising:
        while len(hull) > 1 and _meet(hull[-2], line) <= _meet(hull[-2], hull[-1]):
            hull.pop()
        hull.append(line)
    return hull


def _meet(flat: _Candidate, steep: _Candidate) -> float:
    """Number of tokens at which two lines are equally high."""
    return (flat.size.constant - steep.size.constant) / (steep.size.token - flat.size.token)


@lru_cache(maxsize=1024)
def _layer_trace(build: Build, input_grad: bool, recomputed: bool, accumulates: bool) -> Trace:
    return layer(build, input_grad=input_grad, recomputed=recomputed, accumulates=accumulates)


@lru_cache(maxsize=1024)
def _head_trace(mode: Mode, norm: str, fused_loss: bool, accumulates: bool) -> Trace:
    return head(mode, norm, fused_loss=fused_loss, accumulates=accumulates)


# Architecture -------------------------------------------------------------------------------------------------------


def _kinds(model: Model, workload: Workload, mode: Mode, past_window: bool) -> list[Build]:
    """How each layer is built."""
    made: dict[tuple[bool, bool, bool], Build] = {}
    kinds = []
    for i in range(model.layers):
        moe = bool(model.moe and model.moe.layers[i])
        masked = bool(past_window and model.window and model.window.layers[i])
        linear = bool(model.linear and model.linear.layers[i])
        key = (moe, masked, linear)
        if key not in made:
            made[key] = _build(model, workload, mode, moe, masked, linear)
        kinds.append(made[key])
    return kinds


def _build(model: Model, workload: Workload, mode: Mode, moe: bool, masked: bool, linear: bool) -> Build:
    style = model.style
    kernel, repeats = attention_kernel(model, workload, mode, masked)
    return Build(
        mode=mode,
        norm=_norm(style),
        gated=style.gated_mlp,
        qk_norm=style.qk_norm,
        pre_norms=style.pre_norms,
        post_norms=style.post_norms,
        parallel=style.parallel,
        fused_qkv=style.fused_qkv or style.fused_qkv_torch,
        rope_joins=style.rope_joins,
        fused_gate_up=style.fused_gate_up or style.fused_gate_up_torch,
        kernel=kernel,
        repeats_kv=repeats,
        one_kv_head=repeats and model.kv_heads == 1,
        softcap=style.attention_softcap,
        sinks=style.attention_sinks,
        masked=masked and kernel != "flash",
        moe=moe,
        shared=bool(moe and model.moe and model.moe.shared),
        shared_gate=moe and style.shared_expert_gate,
        mla="" if model.mla is None else "q+kv" if model.mla.q_lora_rank else "kv",
        linear=model.linear.type if linear and model.linear else "",
        attention_gate=style.attention_gate,
    )


def _norm(style: Style) -> str:
    """The kind of norm as network.Block.norm names them."""
    if style.norm == "layer_plain":
        return style.norm
    return ("rms" if style.norm == "rms" else "layer") + ("_fp32" if style.norm_in_fp32 else "")


def attention_kernel(model: Model, workload: Workload, mode: Mode, masked: bool) -> tuple[str, bool]:
    """The kernel that runs and whether it needs K and V repeated for every query head.

    "sdpa" chooses as torch 2.13 does on a GPU of compute capability 8.0 and up (sdp_utils.cpp), called as
    transformers 5 calls it: without a mask flash, if the numbers have 16 bits and heads at most 256 wide; else the
    memory-efficient kernel, if K and V have as many heads as Q; else the written-out product. A sliding window that
    the sequence fills needs a mask: K and V are repeated first, and the efficient kernel runs. Families whose scores
    no fused kernel of torch can compute (a tanh, learned sinks) are written out.
    """
    grouped = model.kv_heads != model.heads and model.mla is None
    unfused = model.style.attention_softcap or model.style.attention_sinks
    if unfused and workload.attention != "flash":
        return "eager", grouped
    if workload.attention in ("eager", "efficient"):
        return workload.attention, grouped
    if workload.attention == "flash":
        return "flash", False
    if workload.attention == "math":
        return "math", grouped
    if masked:
        return "efficient", grouped
    if mode.compute == 2 and model.head_dim <= 256 and model.mla is None:
        return "flash", False
    return ("math", True) if grouped else ("efficient", False)


def _widths(model: Model, workload: Workload) -> dict[str, float]:
    """The widths that the recorded sizes are written in."""
    moe, mla, linear = model.moe, model.mla, model.linear
    query, keys, values = model.query_width, model.kv_width, model.kv_width
    out = query
    sizes = {
        "one": 1, "hidden": model.hidden, "ffn": model.ffn or 0, "heads": model.heads, "kv_heads": model.kv_heads,
        "head_dim": model.head_dim, "vocab": model.vocab, "rank": workload.rank,
    }  # fmt: skip
    if mla:
        width = mla.qk_nope_head_dim + mla.qk_rope_head_dim
        query = keys = model.heads * width
        out = values = model.heads * mla.v_head_dim
        sizes |= {
            "q_lora": mla.q_lora_rank or 0, "kv_lora": mla.kv_lora_rank,
            "kv_latent": mla.kv_lora_rank + mla.qk_rope_head_dim,
            "kv_expanded": model.heads * (mla.qk_nope_head_dim + mla.v_head_dim),
        }  # fmt: skip
    if moe:
        sizes |= {
            "experts": moe.experts, "active": moe.active, "expert_ffn": moe.expert_ffn, "shared_ffn": moe.shared_ffn,
            "sent": moe.active * model.hidden, "sent_ffn": moe.active * moe.expert_ffn,
        }  # fmt: skip
    if linear:
        inside = 2 * linear.key_heads * linear.key_head_dim + 2 * linear.value_heads * linear.value_head_dim
        sizes["linear_in"] = inside or 3 * model.hidden
        sizes["linear_out"] = linear.value_heads * linear.value_head_dim or model.hidden
    sizes |= {"query": query, "keys": keys, "values": values, "out_width": out, "qkv": query + keys + values}
    sizes |= {"scores": model.heads, "positions": 1}
    return {name: float(size) for name, size in sizes.items()}
