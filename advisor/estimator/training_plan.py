"""One training step of one model as a short list of moments that may be its fullest, ready to be priced."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.model import Model, Style
from advisor.estimator.blocks import Mode
from advisor.estimator.lora import adapts_experts, linear_width, targeted, trainable_parameters
from advisor.estimator.network import Build, head, layer
from advisor.estimator.tape import Course, Form, Kept, Moment, Trace, highest, part_of
from advisor.estimator.tensors import linears
from advisor.estimator.training_states import linear_elements, mode, optimizer_bytes, step_bytes, weight_bytes
from advisor.workload import Workload


class Plan(NamedTuple):
    """What does not depend on batch and sequence length, in bytes: static memory, and the moments beside it."""

    weights: int
    adapters: int
    optimizer: int
    peaks: tuple[Moment, ...]


class _Size(NamedTuple):
    """Bytes: constant + tokens x (token + seq x square)."""

    constant: float = 0.0
    token: float = 0.0
    square: float = 0.0

    def plus(self, other: "_Size", count: int = 1) -> "_Size":
        return _Size(
            self.constant + count * other.constant, self.token + count * other.token, self.square + count * other.square
        )


def plan(model: Model, workload: Workload, past_window: bool) -> Plan:
    """Everything about the step but batch and length. `past_window`: sequences reach the model's sliding window."""
    return _plan(model, _settings(workload), past_window)


def activation_bytes(model: Model, workload: Workload) -> float:
    """Bytes per token that all layers and the loss keep for backward, as if nothing were checkpointed."""
    token, square = _activations(model, _kept_settings(workload))
    return token + workload.seq * square


@lru_cache(maxsize=1024)
def _settings(workload: Workload) -> Workload:
    """`workload` without what a plan does not depend on, so that plans outlive changes of that."""
    return replace(
        workload, batch=1, seq=1, grad_accum=min(workload.grad_accum, 2), dataset_tokens=1, epochs=1, context=1,
        keep_logits=False, quant="Q4_K_M", parallel=1, ubatch=1, output_rows="few", kv_type="f16", flash_attention=True,
        kv_unified=False, swa_full=False,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _kept_settings(workload: Workload) -> Workload:
    """`workload` without what the saved activations do not depend on, and without checkpointing."""
    return replace(_settings(workload), checkpointing=False, optimizer="adamw", grad_accum=1)


@lru_cache(maxsize=1024)
def _moment_settings(workload: Workload) -> Workload:
    """`workload` without what the moments before the optimizer's step do not depend on."""
    return replace(_settings(workload), optimizer="adamw")


@lru_cache(maxsize=2048)
def _plan(model: Model, settings: Workload, past_window: bool) -> Plan:
    full = settings.task == "full"
    trainable = trainable_parameters(model, settings)
    gradients = _gradient_bytes(model, settings)
    # The optimizer's step: all gradients and what it needs beside them.
    update = Moment(float(gradients + step_bytes(model, settings, gradients)), 0.0, 0.0, gradients, 0.0)
    return Plan(
        weights=weight_bytes(model, settings),
        adapters=0 if full else 4 * trainable,
        optimizer=optimizer_bytes(model, settings, trainable),
        peaks=tuple(highest((*_moments(model, _moment_settings(settings), past_window), update))),
    )


@lru_cache(maxsize=2048)
def _moments(model: Model, settings: Workload, past_window: bool) -> tuple[Moment, ...]:
    return tuple(highest(_Step(model, settings, past_window).moments()))


def _gradient_bytes(model: Model, settings: Workload) -> int:
    """All parameter gradients; adapters' are fp32."""
    width = mode(settings).weight if settings.task == "full" else 4
    return trainable_parameters(model, settings) * width


@lru_cache(maxsize=2048)
def _activations(model: Model, settings: Workload) -> tuple[float, float]:
    numbers, units = mode(settings), _units(model, settings.rank)
    stack = _stack(model, False, -1 if numbers.full else _first_adapted(model, settings.targets))
    total = _Size(token=12.0 * model.vocab)
    for kind, count in zip(stack.kinds, stack.counts, strict=True):
        trace = _layer_trace(_build(model, settings, numbers, kind), True)
        kept = _kept(trace.kept_at_bottom if kind.bottom else trace.kept, numbers, units)
        total = total.plus(kept, count)
    return total.token, total.square


class _Step:
    """Adds up a step. Static memory is left out of the moments: it is there at all of them."""

    def __init__(self, model: Model, workload: Workload, past_window: bool) -> None:
        self.model = model
        self.workload = workload
        self.mode = mode(workload)
        self.units = _units(model, workload.rank)
        # Without checkpointing nothing below the first adapter needs a gradient; with it the input is made to need one.
        frozen = not self.mode.full and not workload.checkpointing
        bottom = _first_adapted(model, workload.targets) if frozen else -1
        # A mask changes nothing for kernels that know of windows.
        self.stack = _stack(model, past_window and workload.attention != "flash", bottom)
        self.traces = [self._trace(kind) for kind in self.stack.kinds]
        fused = workload.resolved_stack == "fused-loss"
        self.head = _head_trace(self.mode, _norm(model.style), fused, model.style.logit_softcap)
        self.gradients = _gradient_bytes(model, workload)
        self.accumulates = workload.grad_accum > 1
        self.residual = _Size(token=self.mode.residual * model.hidden)
        self.kept = [_kept(trace.kept, self.mode, self.units) for trace in self.traces]

    def moments(self) -> list[Moment]:
        """Those that may be the fullest before the optimizer's step."""
        return [*self._around_loss(), *self._in_layers(), self._at_embedding()]

    def stored(self, counts: Sequence[int]) -> _Size:
        """What so many layers of each kind keep for their backward."""
        total = _Size()
        if self.workload.checkpointing:
            # The embeddings were made to need a gradient: the first layer's input, or what it was multiplied from.
            leaf = not self.mode.full and self.model.style.scaled_embedding
            return total.plus(self.residual, sum(counts) + leaf)
        for kept, count in zip(self.kept, counts, strict=True):
            total = total.plus(kept, count)
        return total

    # The moments ----------------------------------------------------------------------------------------------

    def _around_loss(self) -> list[Moment]:
        """Everything saved in the layers, then logits, softmax and their gradients."""
        below = self.stored(self.stack.counts)
        if self.head.kept.input:
            below = below.plus(self.residual)
        forward = below.plus(_Size(self._autocast_copies()))
        return [
            *self._beside(forward, 0.0, self._priced(self.head.forward)),
            *self._beside(below, 0.0, self._priced(self._backward(self.head))),
        ]

    def _in_layers(self) -> list[Moment]:
        """Backward of each kind of layer, where it comes first (most saved) and last (most gradients made)."""
        found = []
        again = self.workload.checkpointing
        made = [_size(trace.grads, self.units).constant for trace in self.traces]
        at_head = _size(self.head.grads, self.units).constant
        # The output matrix's gradient, when tied, waits for the embedding's before it is added to its sum.
        waits = self.accumulates and self.mode.full and self.model.tied_embeddings
        in_flight = _Size(at_head if waits else 0.0)
        for kind, ends in enumerate(self.stack.ends):
            trace = self.traces[kind]
            backward = self._priced(self._backward(trace))
            recomputed = self._priced(trace.recomputed) if again else []
            waiting = _size(trace.waiting, self.units) if again else _Size()
            for end in ends:
                below = self.stored(end.below).plus(in_flight)
                if again or trace.kept.input:
                    below = below.plus(self.residual)
                above = at_head + sum(count * grads for count, grads in zip(end.above, made, strict=True))
                found += self._beside(below, above, backward)
                found += self._beside(below.plus(waiting), above, recomputed)
        return found

    def _at_embedding(self) -> Moment:
        """The embedding's gradient at the end; a tied matrix has two, summed into a third."""
        matrix = float(self.model.vocab * self.model.hidden * self.mode.weight) if self.mode.full else 0.0
        count = (2 if self.model.tied_embeddings else 0) + (1 if self.accumulates else 0)
        return Moment(self.gradients + count * matrix, self.residual.token, 0.0, self.gradients, 0.0)

    def _beside(self, size: _Size, made: float, moments: Iterable[Moment]) -> list[Moment]:
        """`moments` of one part, with all that lives beside it: `size`, and the gradients `made` before."""
        # From the second micro-batch on all gradients exist, and each new one lives until it is added to its sum.
        constant = size.constant + (self.gradients if self.accumulates else made)
        return [
            Moment(
                moment.constant + constant,
                moment.token + size.token,
                moment.square + size.square,
                self.gradients if self.accumulates else min(made + moment.gradients, self.gradients),
                moment.logits,
            )
            for moment in moments
        ]

    # Their parts ----------------------------------------------------------------------------------------------

    def _trace(self, kind: "_Kind") -> Trace:
        return _layer_trace(_build(self.model, self.workload, self.mode, kind), not kind.bottom)

    def _backward(self, trace: Trace) -> Course:
        return trace.accumulating if self.accumulates else trace.backward

    def _priced(self, course: Course) -> list[Moment]:
        return highest(course.priced(self.units))

    def _autocast_copies(self) -> float:
        """Autocast keeps its 16-bit copies of trainable weights to the end of the forward pass.

        Without checkpointing the layers keep them anyway.
        """
        if not (self.mode.autocast and self.workload.checkpointing):
            return 0.0
        adapters = self.workload.rank * linear_width(self.model, self.workload)
        return float(self.mode.compute * (linear_elements(self.model) if self.mode.full else adapters))


def _kept(kept: Kept, mode: Mode, units: Mapping[str, float]) -> _Size:
    """What a layer keeps for its backward, its input included when that is kept."""
    return _size(kept.size, units).plus(_Size(token=mode.residual * units["hidden"]), int(kept.input))


def _size(form: Form, units: Mapping[str, float]) -> _Size:
    """A linear form in numbers."""
    totals = [0.0, 0.0, 0.0]
    for symbol, factor in form.items():
        totals[part_of(symbol)] += factor * units[symbol]
    return _Size(*totals)


@lru_cache(maxsize=1024)
def _layer_trace(build: Build, input_grad: bool) -> Trace:
    return layer(build, input_grad=input_grad)


@lru_cache(maxsize=1024)
def _head_trace(mode: Mode, norm: str, fused_loss: bool, softcap: bool) -> Trace:
    return head(mode, norm, fused_loss=fused_loss, softcap=softcap)


# Architecture -------------------------------------------------------------------------------------------------------


class _Kind(NamedTuple):
    """What tells a model's layers apart."""

    moe: bool
    masked: bool
    linear: bool
    alone: str  # "mix" or "mlp" where a layer is no more than that
    bottom: bool  # a layer whose input needs no gradient, up to the first with an adapter


class _End(NamedTuple):
    """A layer by its place: how many layers of each kind lie below and above it."""

    below: tuple[int, ...]
    above: tuple[int, ...]


class _Stack(NamedTuple):
    """A model's layers by kind: how many, and the first and last one of each."""

    kinds: tuple[_Kind, ...]
    counts: tuple[int, ...]
    ends: tuple[tuple[_End, ...], ...]


@lru_cache(maxsize=4096)
def _stack(model: Model, masked: bool, bottom: int) -> _Stack:
    """The layers of `model`; `masked` where windows need a mask, `bottom` the last whose input needs no gradient."""
    moe, window, linear = (part.layers if part else () for part in (model.moe, model.window, model.linear))
    layers = [
        _Kind(
            bool(moe and moe[i]),
            bool(masked and window and window[i]),
            bool(linear and linear[i]),
            "" if not model.plan else "mix" if model.plan[i] in "M*" else "mlp",
            i <= bottom,
        )
        for i in range(model.layers)
    ]
    kinds = tuple(dict.fromkeys(layers))
    ends = []
    for kind in kinds:
        first, last = layers.index(kind), len(layers) - 1 - layers[::-1].index(kind)
        ends.append(tuple(_End(_counts(kinds, layers[:i]), _counts(kinds, layers[i + 1 :])) for i in {first, last}))
    return _Stack(kinds, _counts(kinds, layers), tuple(ends))


@lru_cache(maxsize=1024)
def _first_adapted(model: Model, targets: str) -> int:
    """Index of the first layer that has an adapter: convolutions and the like may have none."""
    adapted = [set(t.layers) for t in linears(model) if targeted(t, targets)]
    return min(set().union(*adapted), default=0)


def _counts(kinds: Iterable[_Kind], layers: Sequence[_Kind]) -> tuple[int, ...]:
    return tuple(layers.count(kind) for kind in kinds)


def _build(model: Model, workload: Workload, mode: Mode, kind: _Kind) -> Build:
    style = model.style
    kernel, repeats = attention_kernel(model, workload, mode, kind.masked)
    adapted = kind.moe and adapts_experts(model, workload)
    if adapts_experts(model, workload):
        mode = mode._replace(targets="experts")
    return Build(
        mode=mode,
        norm=_norm(style),
        gated=style.gated_mlp,
        activation=style.activation,
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
        masked=(kind.masked or style.ungrouped) and kernel != "flash",
        moe=kind.moe,
        shared=bool(kind.moe and model.moe and (model.moe.shared or style.experts_beside_mlp)),
        shared_gate=kind.moe and style.shared_expert_gate,
        mla="" if model.mla is None else "q+kv" if model.mla.q_lora_rank else "kv",
        linear=_linear(model) if kind.linear else "",
        attention_gate=style.attention_gate,
        dropout=style.dropout,
        wide_router=kind.moe and style.router_in_fp32,
        linear_router=kind.moe and bool(style.modules.get("ffn_gate_inp")),
        adapted_experts=adapted,
        alone=kind.alone,
    )


def _linear(model: Model) -> str:
    assert model.linear is not None
    return "fused_delta_net" if model.style.fused_delta_torch else model.linear.type


def _norm(style: Style) -> str:
    """The kind of norm as network.Block.norm names them."""
    if style.norm == "layer_plain":
        return style.norm
    return ("rms" if style.norm == "rms" else "layer") + ("_fp32" if style.norm_in_fp32 else "")


def attention_kernel(model: Model, workload: Workload, mode: Mode, masked: bool) -> tuple[str, bool]:
    """The kernel that runs and whether it needs K and V repeated for every query head.

    "sdpa" chooses as torch 2.13 does on a GPU of compute capability 8.0 and up (sdp_utils.cpp), called as
    transformers 5 calls it: without a mask flash, if the numbers have 16 bits and heads at most 256 wide; else the
    memory-efficient kernel, if K and V have as many heads as Q; else the written-out product. Flash attention also
    asks for values as wide as queries, which latent attention seldom has. A sliding window that
    the sequence fills needs a mask: K and V are repeated first, and the efficient kernel runs. Families whose scores
    no fused kernel of torch can compute (a tanh, learned sinks) are written out.
    """
    grouped = model.kv_heads != model.heads and model.mla is None
    if model.style.ungrouped and grouped and workload.attention == "sdpa":
        return ("math", False) if model.kv_heads == 1 else ("efficient", True)
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
    widths = {model.mla.qk_nope_head_dim + model.mla.qk_rope_head_dim, model.mla.v_head_dim} if model.mla else {0}
    if mode.compute == 2 and model.head_dim <= 256 and len(widths) == 1:
        return "flash", False
    return ("math", True) if grouped else ("efficient", False)


class _Units(dict[str, float]):
    """What one unit of a symbol counts per token, or altogether: widths by name, products ("hidden*vocab") as asked."""

    def __missing__(self, symbol: str) -> float:
        if "*" not in symbol:
            raise KeyError(symbol)
        product = 1.0
        for name in symbol.removeprefix("tokens*").split("*"):
            product *= float(name) if name.isdigit() else self[name]
        self[symbol] = product
        return product


def _widths(model: Model) -> tuple[float, float, float]:
    """Columns of queries, keys and values: the mean over all layers where they differ."""
    if model.globals is None or model.window is None:
        return model.query_width, model.kv_width, model.kv_width
    whole, local = model.globals, sum(model.window.layers) / model.layers
    cached = local * model.kv_width + (1 - local) * whole.kv_heads * whole.head_dim
    return model.heads * (local * model.head_dim + (1 - local) * whole.head_dim), cached, cached


def _ffn(model: Model) -> float:
    """Width of the dense MLP: the mean over all layers where it differs."""
    late = model.kv_shared / model.layers if model.late_ffn else 0.0
    return (1 - late) * (model.ffn or 0) + late * (model.late_ffn or 0)


@lru_cache(maxsize=1024)
def _units(model: Model, rank: int) -> _Units:
    """The widths that the recorded sizes are written in."""
    moe, mla, linear = model.moe, model.mla, model.linear
    query, keys, values = _widths(model)
    out = query
    sizes = {
        "one": 1, "hidden": model.hidden, "ffn": _ffn(model), "heads": model.heads, "kv_heads": model.kv_heads,
        "head_dim": model.head_dim, "vocab": model.vocab, "rank": rank,
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
            "experts": moe.experts, "active": moe.active, "expert_ffn": moe.expert_ffn,
            "shared_ffn": (model.ffn or 0) if model.style.experts_beside_mlp else moe.shared_ffn,
            "sent": moe.active * model.hidden, "sent_ffn": moe.active * moe.expert_ffn,
        }  # fmt: skip
    if linear:
        inside = 2 * linear.key_heads * linear.key_head_dim + 2 * linear.value_heads * linear.value_head_dim
        sizes["linear_in"] = inside or 3 * model.hidden
        sizes["linear_out"] = linear.value_heads * linear.value_head_dim or model.hidden
    sizes |= {"query": query, "keys": keys, "values": values, "out_width": out, "qkv": query + keys + values}
    sizes |= {"scores": model.heads, "positions": 1}
    return _Units((name, float(size)) for name, size in sizes.items())
