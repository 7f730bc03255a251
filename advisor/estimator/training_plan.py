"""One training step of one model as a short list of moments that may be its fullest, ready to be priced."""

from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.model import Model
from advisor.estimator.lora import trainable_parameters
from advisor.estimator.network import Build, Mode, head, layer
from advisor.estimator.tape import Form, Moment, Trace, add
from advisor.estimator.tensors import language_parameters, linears, tensors
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


class _Priced(NamedTuple):
    """A moment in numbers: what lives (constant, per token, per token and position), its logits, its gradients."""

    constant: float
    token: float
    square: float
    logits: float
    grads: float
    making: float


def plan(model: Model, workload: Workload, past_window: bool) -> Plan:
    """Everything about the step but batch and length. `past_window`: sequences reach the model's sliding window."""
    return _Step(model, workload, past_window).plan()


def mode(workload: Workload) -> Mode:
    """How the numbers are kept: parameters, hidden states, products (bytes each)."""
    full, mixed = workload.task == "full", workload.precision == "mixed"
    fp32 = workload.precision == "fp32"
    quantized = workload.task == "qlora"
    # peft's preparation leaves no 16-bit parameter, so hidden states flow in fp32 and autocast makes the products.
    prepared = quantized and workload.kbit_prepare
    wide = fp32 or (mixed and full)
    return Mode(
        weight=4 if wide else 2,
        residual=4 if wide or prepared else 2,
        compute=4 if fp32 else 2,
        autocast=mixed or (prepared and not fp32),
        full=full,
        quantized=quantized,
        norms_fp32=prepared,
        targets=workload.targets,
        rank=not full,
    )


class _Step:
    """Adds up a step. Static memory is left out of the moments: it is there at all of them."""

    def __init__(self, model: Model, workload: Workload, past_window: bool) -> None:
        self.model = model
        self.workload = workload
        self.mode = mode(workload)
        self.symbols = _symbols(model, workload)
        self.kinds = _kinds(model, workload, self.mode, past_window)
        self.trainable = trainable_parameters(model, workload)
        self.gradient_bytes = self.trainable * (self.mode.weight if self.mode.full else 4)

    def plan(self) -> Plan:
        moments = [*self._head(), *self._layers(), self._embedding(), self._update()]
        adapters = 0 if self.mode.full else 4 * self.trainable
        return Plan(
            weights=weight_bytes(self.model, self.workload),
            adapters=adapters,
            optimizer=optimizer_bytes(self.model, self.workload, self.trainable),
            peaks=_highest([self._peak(moment) for moment in moments]),
        )

    def _peak(self, moment: _Priced) -> Peak:
        # From the second micro-batch on all gradients exist, and each new one lives until it is added to its sum.
        grads = self.gradient_bytes + moment.making if self.workload.grad_accum > 1 else moment.grads
        return Peak(
            moment.constant + grads, moment.token, moment.square, min(grads, self.gradient_bytes), moment.logits
        )

    # The moments ----------------------------------------------------------------------------------------------

    def _head(self) -> list[_Priced]:
        """Around the loss: everything saved in the layers, then logits, softmax and their gradients."""
        trace = self._head_trace
        below = self._stored(self.model.layers)
        inside = self.mode.residual * self.model.hidden if trace.saves_input else 0.0
        copies = self._autocast_copies()
        found = [
            _shift(self._price(m), below.constant + copies, below.token + inside, below.square) for m in trace.forward
        ]
        found += [_shift(self._price(m), below.constant, below.token + inside, below.square) for m in trace.backward]
        return found

    def _layers(self) -> list[_Priced]:
        """Backward of each kind of layer, where it comes first (most saved) and last (most gradients made)."""
        found = []
        for build in dict.fromkeys(self.kinds):
            for index in {self.kinds.index(build), self.model.layers - 1 - self.kinds[::-1].index(build)}:
                found += self._layer(index)
        return found

    def _layer(self, index: int) -> list[_Priced]:
        trace = self._trace(index)
        below = self._stored(index)
        made = self._head_grads + sum(
            self._numbers(self._trace(i).grads)[0] for i in range(index + 1, self.model.layers)
        )
        source = self.mode.residual * self.model.hidden if self.workload.checkpointing or trace.saves_input else 0.0
        moments = trace.backward
        if self.workload.checkpointing:
            # While the layer is run again the gradient of its output waits.
            moments = (*moments, *(Moment(add(m.live, self._gradient), m.grads, m.making) for m in trace.forward))
        return [_shift(self._price(m), below.constant, below.token + source, below.square, made) for m in moments]

    def _embedding(self) -> _Priced:
        """The embedding's gradient at the end; a tied matrix has two, summed into a third."""
        if not self.mode.full:
            return _Priced(0.0, 0.0, 0.0, 0.0, self.gradient_bytes, 0.0)
        matrix = self.model.vocab * self.model.hidden * self.mode.weight
        tied = 2 * matrix if self.model.tied_embeddings else 0
        return _Priced(tied, self.mode.residual * self.model.hidden, 0.0, 0.0, self.gradient_bytes, matrix)

    def _update(self) -> _Priced:
        """The optimizer's step: all gradients and what it needs beside them."""
        return _Priced(
            step_bytes(self.model, self.workload, self.gradient_bytes), 0.0, 0.0, 0.0, self.gradient_bytes, 0.0
        )

    # Their parts ----------------------------------------------------------------------------------------------

    @property
    def _gradient(self) -> Form:
        return {"tokens*hidden": float(self.mode.residual)}

    @property
    def _head_trace(self) -> Trace:
        fused = self.workload.resolved_stack == "fused-loss"
        return _head_trace(self.kinds[0], fused)

    @property
    def _head_grads(self) -> float:
        return self._numbers(self._head_trace.grads)[0]

    def _trace(self, index: int) -> Trace:
        # Without checkpointing nothing below the first adapter needs a gradient; with it the input is made to need one.
        first = index == 0 and not self.mode.full and not self.workload.checkpointing
        return _layer_trace(self.kinds[index], not first, self.workload.checkpointing)

    def _stored(self, count: int) -> _Priced:
        """What the first `count` layers keep for their backward."""
        residual = self.mode.residual * self.model.hidden
        if self.workload.checkpointing:
            return _Priced(0.0, float(count * residual), 0.0, 0.0, 0.0, 0.0)
        constant = token = square = 0.0
        for index in range(count):
            trace = self._trace(index)
            numbers = self._numbers(trace.saved)
            constant += numbers[0]
            token += numbers[1] + (residual if trace.saves_input else 0)
            square += numbers[2]
        return _Priced(constant, token, square, 0.0, 0.0, 0.0)

    def _autocast_copies(self) -> float:
        """Autocast keeps its 16-bit copies of trainable weights to the end of the forward pass.

        Without checkpointing the layers keep them anyway.
        """
        if not (self.mode.autocast and self.workload.checkpointing):
            return 0.0
        if self.mode.full:
            inside = sum(t.elements for t in linears(self.model) if t.role != "output")
            return float(self.mode.compute * inside)
        return float(self.mode.compute * self.trainable)

    def _price(self, moment: Moment) -> _Priced:
        constant, token, square, logits = self._numbers(moment.live)
        return _Priced(constant, token, square, logits, self._numbers(moment.grads)[0], self._numbers(moment.making)[0])

    def _numbers(self, form: Form) -> tuple[float, float, float, float]:
        """A linear form in numbers: constant, per token, per token and position; the logits' part of per token."""
        constant = token = square = logits = 0.0
        for symbol, factor in form.items():
            kind, size = self._size(symbol)
            if kind == "constant":
                constant += factor * size
            elif kind == "square":
                square += factor * size
            else:
                token += factor * size
                if symbol == "tokens*vocab":
                    logits += factor * size
        return constant, token, square, logits

    def _size(self, symbol: str) -> tuple[str, float]:
        known = self.symbols.get(symbol)
        if known is None:
            size, kind = 1.0, "constant"
            for name in symbol.split("*"):
                if name == "tokens":
                    kind = "token"
                elif name == "scores":
                    kind, size = "square", size * self.symbols["heads"][1]
                elif name == "positions":
                    kind = "square"
                else:
                    size *= float(name) if name.isdigit() else self.symbols[name][1]
            known = self.symbols[symbol] = (kind, size)
        return known


def _shift(moment: _Priced, constant: float, token: float, square: float, grads: float = 0.0) -> _Priced:
    return _Priced(
        moment.constant + constant, moment.token + token, moment.square + square, moment.logits,
        moment.grads + grads, moment.making,
    )  # fmt: skip


def _highest(peaks: list[Peak]) -> tuple[Peak, ...]:
    """The moments that no other one exceeds at every batch and length."""
    kept: list[Peak] = []
    for peak in sorted(peaks, reverse=True):
        if not any(all(a >= b for a, b in zip(other[:3], peak[:3], strict=True)) for other in kept):
            kept.append(peak)
    return tuple(kept)


@lru_cache(maxsize=1024)
def _layer_trace(build: Build, input_grad: bool, recomputed: bool) -> Trace:
    return layer(build, input_grad=input_grad, recomputed=recomputed)


@lru_cache(maxsize=1024)
def _head_trace(build: Build, fused_loss: bool) -> Trace:
    return head(build, fused_loss=fused_loss)


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
    norm = "layer" if style.norm.startswith("layer") else "rms"
    return Build(
        mode=mode,
        norm="rms_fp32" if norm == "rms" and style.norm_in_fp32 else norm,
        gated=style.gated_mlp,
        qk_norm=style.qk_norm,
        pre_norms=style.pre_norms,
        post_norms=style.post_norms,
        parallel=style.parallel,
        fused_qkv=style.fused_qkv or style.fused_qkv_torch,
        rope_joins=style.fused_qkv,
        fused_gate_up=style.fused_gate_up or style.fused_gate_up_torch,
        kernel=kernel,
        repeats_kv=repeats,
        one_kv_head=model.kv_heads == 1,
        masked=masked and kernel != "flash",
        moe=moe,
        shared=bool(moe and model.moe and model.moe.shared),
        shared_gate=style.shared_expert_gate,
        mla="" if model.mla is None else "q+kv" if model.mla.q_lora_rank else "kv",
        linear=model.linear.type if linear and model.linear else "",
        attention_gate=style.attention_gate,
    )


def attention_kernel(model: Model, workload: Workload, mode: Mode, masked: bool) -> tuple[str, bool]:
    """The kernel that runs and whether it needs K and V repeated for every query head.

    "sdpa" chooses as torch 2.13 does on a GPU of compute capability 8.0 and up (sdp_utils.cpp), called as
    transformers 5 calls it: without a mask flash, if the numbers have 16 bits and heads at most 256 wide; else the
    memory-efficient kernel, if K and V have as many heads as Q; else the written-out product. A sliding window that
    the sequence fills needs a mask: K and V are repeated first, and the efficient kernel runs.
    """
    grouped = model.kv_heads != model.heads and model.mla is None
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


def _symbols(model: Model, workload: Workload) -> dict[str, tuple[str, float]]:
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
    return {name: ("constant", float(size)) for name, size in sizes.items()}


# Static memory ------------------------------------------------------------------------------------------------------

# A 4-bit number, one byte of scale per 64 of them, and four bytes per 256 scales: bitsandbytes' NF4 with double
# quantisation, as transformers' BitsAndBytesConfig and every QLoRA recipe set it (Dettmers et al. 2023).
NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)


@lru_cache(maxsize=4096)
def _linear_elements(model: Model) -> int:
    return sum(t.elements for t in linears(model) if t.role != "output")


def weight_bytes(model: Model, workload: Workload) -> int:
    """The base model's weights as they lie in memory."""
    numbers = mode(workload)
    count = language_parameters(model)
    if not numbers.quantized:
        return count * numbers.weight
    packed = _linear_elements(model)
    return int(packed * NF4_BYTES) + (count - packed) * (4 if numbers.norms_fp32 else numbers.weight)


def optimizer_bytes(model: Model, workload: Workload, trainable: int) -> int:
    """The optimizer's states between steps; torch keeps them in the parameters' own type."""
    width = mode(workload).weight if workload.task == "full" else 4
    states = {"adamw": 2 * width, "adamw-foreach": 2 * width, "sgd": 0, "sgd-momentum": width}
    if workload.optimizer in states:
        return trainable * states[workload.optimizer]
    if workload.optimizer == "adafactor":
        return _adafactor_bytes(model, workload)
    # bitsandbytes: two bytes and two fp32 scales per 256 numbers. Paged states lie in managed memory, outside of
    # torch's allocator, and move to the card for the step as far as it has room.
    return int(trainable * (2 + 8 / 256)) if workload.optimizer == "adamw8bit" else 0


def _adafactor_bytes(model: Model, workload: Workload) -> int:
    """One fp32 number per row and per column of every matrix (Shazeer and Stern 2018), all of a vector."""
    if workload.task != "full":
        return 4 * (trainable_parameters(model, workload) // workload.rank + workload.rank * 2 * len(linears(model)))
    return 4 * sum(
        t.elements if t.rows == 1 else (t.width * t.experts + t.rows) * t.copies for t in tensors(model, "torch")
    )


def step_bytes(model: Model, workload: Workload, gradients: int) -> int:
    """What the optimizer's step needs beside gradients and states."""
    if workload.optimizer == "adamw-foreach":
        return gradients  # one temporary list as large as all gradients
    if workload.optimizer == "adafactor":
        largest = max(t.width * t.rows for t in tensors(model, "torch"))
        if workload.task != "full":
            return 16 * workload.rank * max(max(t.width, t.rows) for t in linears(model))
        return 16 * largest  # four fp32 temporaries of the largest parameter
    return 0
