"""What a decoder layer and the output head run in training, operation by operation, recorded on a `tape.Tape`.

Written after what transformers 5 and peft 0.21 do (modeling code of each family), with the dtypes that torch's
autocast and type promotion give. Every rule here says which tensors torch's backward formulas keep.
"""

from typing import NamedTuple

from advisor.estimator.tape import NOTHING, Form, Tape, Trace, Value, add, times


class Mode(NamedTuple):
    """How a model is trained. Bytes per number of each kind of tensor."""

    weight: int  # parameters as they lie in memory (quantised ones count as their compute type)
    residual: int  # hidden states between layers
    compute: int  # matrix products
    autocast: bool
    full: bool  # all parameters train; else adapters do
    quantized: bool  # 4-bit linears (bitsandbytes)
    norms_fp32: bool  # norms kept in fp32 by prepare_model_for_kbit_training
    targets: str  # "all-linear", "attention", "q,v"
    rank: bool  # adapters exist


class Build(NamedTuple):
    """How a layer is built: everything of an architecture and a workload that decides what runs."""

    mode: Mode
    # "rms", "rms_fp32" (Gemma: the product with the weight stays fp32), "layer", "layer_plain" (in fp32, no weight),
    # "layer_fp32" (Cohere: written out in fp32)
    norm: str
    gated: bool
    qk_norm: str
    pre_norms: int
    post_norms: int
    parallel: bool
    fused_qkv: bool
    rope_joins: bool  # partly rotated heads (Phi-3): rotated and plain parts are joined into a new tensor
    fused_gate_up: bool
    kernel: str  # "flash", "efficient", "math", "eager"
    repeats_kv: bool  # grouped-query attention whose kernel needs one K and V per query head
    one_kv_head: bool
    softcap: bool  # scores pass through a tanh
    sinks: bool  # gpt-oss: a learned logit beside the scores, and clamped gates in its experts
    masked: bool  # attention gets an explicit mask
    moe: bool
    shared: bool
    shared_gate: bool
    mla: str  # "", "kv", "q+kv"
    linear: str  # "", or the kind of linear attention
    attention_gate: bool


# Which adapters `targets` puts on which linear of a layer.
ATTENTION = frozenset(("q", "k", "v", "o", "qkv", "q_a", "q_b", "kv_a", "kv_b"))


class Block:
    """Records the pieces of a network in one mode."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.tape = Tape()

    # Pieces ---------------------------------------------------------------------------------------------------

    def cast(self, x: Value, width: int) -> Value:
        """`x.to(dtype)`: nothing when it has that width already; its backward casts the gradient back."""
        return x if x.bytes == width else self.tape.run((x,), x.elements, width)

    def add(self, a: Value, b: Value) -> Value:
        """A residual connection; the gradient passes on as it is, cast where the widths differ."""
        width = max(a.bytes, b.bytes)
        work = add(*(x.size for x in (a, b) if x.grad and x.bytes != width))
        return self.tape.run((a, b), a.elements, width, passes=True, work=work)

    def linear(self, x: Value, role: str, inner: str, outer: str, out: Form) -> Value:
        """A linear layer (`inner`, `outer`: symbols of its widths), with its adapter where one sits on it."""
        result = self._base(x, inner, outer, out)
        if self.mode.rank and self._adapted(role):
            result = self._adapter(x, result, inner, outer, out)
        return result

    def _adapted(self, role: str) -> bool:
        if role in ("router", "head", "experts"):
            return False
        if self.mode.targets == "q,v":
            return role in ("q", "v", "qkv")
        return self.mode.targets == "all-linear" or role in ATTENTION

    def _base(self, x: Value, inner: str, outer: str, out: Form) -> Value:
        mode = self.mode
        weights = f"{inner}*{outer}"
        if mode.quantized:
            # bitsandbytes casts in and out itself and keeps only the packed weight.
            source = x.bytes
            inside = add(*(times(e, mode.compute) for e in (x.elements, out) if source != mode.compute))
            return self.tape.run((x,), out, source, work=add(inside, {weights: mode.compute}), forward_work=inside)
        inside_x = self.cast(x, mode.compute)
        if not mode.full:
            if mode.weight == mode.compute:
                return self.tape.run((inside_x,), out, mode.compute)
            # A frozen weight's autocast copy is made for every call and kept for the gradient of the input.
            copy = self.tape.value({weights: 1}, mode.compute, False)
            return self.tape.run((inside_x,), out, mode.compute, saves=(copy,))
        if mode.weight == mode.compute:
            return self.tape.run(
                (inside_x,), out, mode.compute, saves=(inside_x,), parameter_grads={weights: mode.weight}
            )
        return self._cast_weight(inside_x, weights, out)

    def _cast_weight(self, x: Value, weights: str, out: Form) -> Value:
        mode = self.mode
        copy = self.tape.run((), {weights: 1}, mode.compute, parameter_grads={weights: mode.weight})
        return self.tape.run((x, copy), out, mode.compute, saves=(x, copy))

    def _adapter(self, x: Value, result: Value, inner: str, outer: str, out: Form) -> Value:
        """result + B(A(x)) x scaling, as peft's Linear and Linear4bit run it; adapters are fp32."""
        mode = self.mode
        dtype = result.bytes
        if not (mode.quantized and mode.autocast):
            x = self.cast(x, 4)
        low = {"tokens*rank": 1.0}
        if mode.autocast:
            a = self._cast_adapter(self.cast(x, mode.compute), f"rank*{inner}", low)
            b = self._cast_adapter(a, f"rank*{outer}", out)
        else:
            a = self.tape.run((x,), low, 4, saves=(x,), parameter_grads={f"rank*{inner}": 4})
            b = self.tape.run((a,), out, 4, saves=(a,), parameter_grads={f"rank*{outer}": 4})
        scaled = self.tape.run((b,), out, b.bytes)
        if mode.quantized and not mode.autocast:
            scaled = self.cast(scaled, dtype)
        return self.cast(self.add(result, scaled), dtype)

    def _cast_adapter(self, x: Value, weights: str, out: Form) -> Value:
        copy = self.tape.run((), {weights: 1}, self.mode.compute, parameter_grads={weights: 4})
        return self.tape.run((x, copy), out, self.mode.compute, saves=(x, copy))

    def norm(self, x: Value, kind: str, width: str, rows: Form) -> Value:
        """RMSNorm or LayerNorm over `width`; `rows` counts the rows that get a scale of their own."""
        if kind.startswith("layer"):
            return self._layer_norm(x, width, rows, kind)
        wide = self.cast(x, 4)
        square = self.tape.run((wide,), x.elements, 4, saves=(wide,), work=times(x.elements, 8))
        mean = self.tape.run((square,), rows, 4)
        scale = self.tape.run((mean,), rows, 4, saves_result=True)
        mul = self.tape.run((wide, scale), x.elements, 4, saves=(wide, scale), work=times(x.elements, 4))
        own = 4 if self.mode.norms_fp32 else self.mode.weight
        gains = {width: float(own)} if self.mode.full else NOTHING
        # The weight's gradient is as large as the input before it is summed over the rows.
        if kind == "rms_fp32":
            work = times(x.elements, 4) if self.mode.full else NOTHING
            out = self.tape.run((mul,), x.elements, 4, saves=(mul,) if self.mode.full else (),
                                work=work, parameter_grads=gains)  # fmt: skip
            return self.cast(out, x.bytes)
        narrow = self.cast(mul, x.bytes)
        width_out = max(narrow.bytes, own)
        work = times(x.elements, width_out) if self.mode.full else NOTHING
        return self.tape.run((narrow,), x.elements, width_out, saves=(narrow,) if self.mode.full else (),
                             work=work, parameter_grads=gains)  # fmt: skip

    def _layer_norm(self, x: Value, width: str, rows: Form, kind: str) -> Value:
        # Under autocast layer_norm runs in fp32, and some families cast for it.
        wide = self.cast(x, 4) if self.mode.autocast or kind != "layer" else x
        gains = {width: 2.0 * self.mode.weight} if self.mode.full and kind != "layer_plain" else NOTHING
        if kind == "layer_fp32":
            return self._written_out_norm(wide, rows, x.bytes, gains)
        statistics = self.tape.value(times(rows, 2), 4, False)
        out = self.tape.run((wide,), x.elements, wide.bytes, saves=(wide, statistics), parameter_grads=gains)
        return self.cast(out, x.bytes) if kind == "layer_plain" else out

    def _written_out_norm(self, x: Value, rows: Form, width: int, gains: Form) -> Value:
        """Cohere's LayerNorm: mean, variance and scale as operations of their own, in fp32."""
        tape = self.tape
        centred = tape.run((x,), x.elements, 4)
        square = tape.run((centred,), x.elements, 4, saves=(centred,), work=times(x.elements, 8))
        scale = tape.run((square,), rows, 4, saves_result=True)
        again = tape.run((x,), x.elements, 4)
        normed = tape.run((again, scale), x.elements, 4, saves=(again, scale))
        kept = (normed,) if self.mode.full else ()
        return self.cast(tape.run((normed,), x.elements, 4, saves=kept, parameter_grads=gains), width)

    def rope(self, x: Value, width: int) -> Value:
        """x cos + rotate(x) sin; cosines need no gradient, so nothing is kept."""
        half = self.tape.run((x,), x.elements, x.bytes, work=times(x.elements, 2 * x.bytes))
        a = self.tape.run((x,), x.elements, width)
        b = self.tape.run((half,), x.elements, width)
        return self.add(a, b)

    def activate(self, gate: Value, elements: Form) -> Value:
        """SiLU or GELU: one kernel forward, one backward, keeps its input."""
        return self.tape.run((gate,), elements, gate.bytes, saves=(gate,))

    def multiply(self, a: Value, b: Value, elements: Form) -> Value:
        """a x b, keeping both."""
        return self.tape.run((a, b), elements, max(a.bytes, b.bytes), saves=(a, b))


def tokens(symbol: str) -> Form:
    """One element per token and unit of `symbol`."""
    return {f"tokens*{symbol}": 1.0}


def layer(build: Build, *, input_grad: bool, recomputed: bool, accumulates: bool) -> Trace:
    """The trace of one decoder layer.

    `input_grad`: whether a gradient flows into it; `recomputed`: whether checkpointing runs it again for its backward;
    `accumulates`: whether gradients are added to those of earlier micro-batches.
    """
    block = Block(build.mode)
    x = block.tape.value(tokens("hidden"), build.mode.residual, input_grad)
    _layer(block, build, x)
    return block.tape.trace(x, stops_early=recomputed, accumulates=accumulates)


def _layer(block: Block, build: Build, x: Value) -> Value:
    one = tokens("one")
    hidden = "hidden"
    if build.parallel:
        normed = block.norm(x, build.norm, hidden, one)
        second = normed if build.pre_norms < 2 else block.norm(x, build.norm, hidden, one)
        return block.add(block.add(x, _mix(block, build, normed)), _mlp(block, build, second))
    y = block.norm(x, build.norm, hidden, one) if build.pre_norms else x
    y = _mix(block, build, y)
    if build.post_norms:
        y = block.norm(y, build.norm, hidden, one)
    x = block.add(x, y)
    y = block.norm(x, build.norm, hidden, one) if build.pre_norms else x
    y = _mlp(block, build, y)
    if build.post_norms:
        y = block.norm(y, build.norm, hidden, one)
    return block.add(x, y)


def _mix(block: Block, build: Build, x: Value) -> Value:
    if build.linear:
        return _linear_attention(block, x)
    return _attention(block, build, x)


def _attention(block: Block, build: Build, x: Value) -> Value:
    mode = build.mode
    query, keys, values = _projections(block, build, x)
    if build.qk_norm != "none":
        per_head = build.qk_norm == "head"
        kind = build.norm
        query = block.norm(query, kind, "head_dim" if per_head else "query", tokens("heads" if per_head else "one"))
        keys = block.norm(keys, kind, "head_dim" if per_head else "keys", tokens("kv_heads" if per_head else "one"))
    # Cosines come in the residual's type: fp32 ones promote what they meet.
    wide = max(query.bytes, mode.residual)
    query, keys = block.rope(query, wide), block.rope(keys, wide)
    if build.rope_joins:
        query, keys = (block.tape.run((value,), value.elements, value.bytes) for value in (query, keys))
    out = _kernel(block, build, query, keys, values)
    return block.linear(out, "o", "out_width", "hidden", tokens("hidden"))


def _projections(block: Block, build: Build, x: Value) -> tuple[Value, Value, Value]:
    if build.mla:
        return _latent_projections(block, build, x)
    if build.fused_qkv:
        qkv = block.linear(x, "qkv", "hidden", "qkv", tokens("qkv"))
        query, keys, values = (
            block.tape.run((qkv,), tokens(part), qkv.bytes, view=True) for part in ("query", "keys", "values")
        )
        return query, keys, values
    gate = 2.0 if build.attention_gate else 1.0
    query = block.linear(x, "q", "hidden", "query", times(tokens("query"), gate))
    keys = block.linear(x, "k", "hidden", "keys", tokens("keys"))
    return query, keys, block.linear(x, "v", "hidden", "values", tokens("values"))


def _latent_projections(block: Block, build: Build, x: Value) -> tuple[Value, Value, Value]:
    """Multi-head latent attention: low-rank latents, normalised, expanded to full heads."""
    source, role, inner = x, "q", "hidden"
    if build.mla == "q+kv":
        latent = block.linear(x, "q_a", "hidden", "q_lora", tokens("q_lora"))
        source, role, inner = block.norm(latent, build.norm, "q_lora", tokens("one")), "q_b", "q_lora"
    query = block.linear(source, role, inner, "query", tokens("query"))
    latent = block.linear(x, "kv_a", "hidden", "kv_latent", tokens("kv_latent"))
    normed = block.norm(latent, build.norm, "kv_lora", tokens("one"))
    both = block.linear(normed, "kv_b", "kv_lora", "kv_expanded", tokens("kv_expanded"))
    keys = block.tape.run((both,), tokens("keys"), both.bytes, work=both.size)
    return query, keys, both


def _kernel(block: Block, build: Build, query: Value, keys: Value, values: Value) -> Value:
    """Scaled dot product attention by one of torch's kernels, or written out ("eager")."""
    tape, mode = block.tape, build.mode
    out = tokens("out_width")
    if build.kernel == "eager":
        return _eager(block, build, query, keys, values)
    if build.kernel == "math":
        return _math(block, build, query, keys, values)
    if build.repeats_kv:
        keys, values = _repeat(block, build, keys), _repeat(block, build, values)
    q, k, v = (block.cast(value, mode.compute) for value in (query, keys, values))
    kept = [q, k, v, tape.value(tokens("heads"), 4, False)]
    if build.masked:
        # A boolean mask becomes one number for every pair of positions.
        kept.append(tape.value(tokens("positions"), q.bytes, False))
    result = tape.run((q, k, v), out, q.bytes, saves=kept, saves_result=True)
    # Flash attention's result lies in the order of its queries, and joined ones (rope_joins) are in another order than
    # the next product needs.
    return tape.run((result,), out, result.bytes) if build.rope_joins and build.kernel == "flash" else result


def _repeat(block: Block, build: Build, x: Value) -> Value:
    """One head of K or V per query head; where there is a single one, a view does."""
    return block.tape.run((x,), tokens("query"), x.bytes, view=build.one_kv_head)


def _math(block: Block, build: Build, q: Value, k: Value, v: Value) -> Value:
    """torch's fallback: fp32 inside, scaled queries and keys, the whole score matrix."""
    tape = block.tape
    q, k, v = (block.cast(block.cast(value, block.mode.compute), 4) for value in (q, k, v))
    if build.repeats_kv:
        k, v = tape.run((k,), tokens("query"), 4), tape.run((v,), tokens("query"), 4)
    q, k = tape.run((q,), q.elements, 4), tape.run((k,), k.elements, 4)
    scores = tape.run((q, k), tokens("scores"), 4, saves=(q, k))
    weights = tape.run((scores,), tokens("scores"), 4, saves_result=True)
    return block.cast(tape.run((weights, v), tokens("out_width"), 4, saves=(weights, v)), block.mode.compute)


def _eager(block: Block, build: Build, q: Value, k: Value, v: Value) -> Value:
    """Attention written out as transformers does it: softmax in fp32, cast back for the product."""
    tape = block.tape
    narrow = block.mode.compute
    if build.repeats_kv:
        k, v = _repeat(block, build, k), _repeat(block, build, v)
    q, k, v = (block.cast(value, narrow) for value in (q, k, v))
    scores = tape.run((q, k), tokens("scores"), narrow, saves=(q, k))
    scores = tape.run((scores,), tokens("scores"), narrow)
    if build.softcap:
        scores = tape.run((scores,), tokens("scores"), narrow)
        scores = tape.run((scores,), tokens("scores"), narrow, saves_result=True)
        scores = tape.run((scores,), tokens("scores"), narrow)
    scores = tape.run((scores,), tokens("scores"), narrow, passes=True)  # the mask
    if build.sinks:
        scores = tape.run((scores,), tokens("scores"), narrow)
        weights = tape.run((scores,), tokens("scores"), narrow, saves_result=True)
    else:
        weights = tape.run((block.cast(scores, 4),), tokens("scores"), 4, saves_result=True)
        weights = block.cast(weights, narrow)
    out = tape.run((weights, v), tokens("out_width"), narrow, saves=(weights, v))
    return tape.run((out,), tokens("out_width"), narrow)


def _linear_attention(block: Block, x: Value) -> Value:
    """Delta nets, short convolutions, Mamba: the projections in, a kernel that keeps its inputs, the projection out.

    Kernels are taken as fused (the fla and mamba packages); torch's own fallbacks need more.
    """
    tape = block.tape
    inside = block.linear(x, "qkv", "hidden", "linear_in", tokens("linear_in"))
    mixed = tape.run((inside,), tokens("linear_in"), inside.bytes, saves=(inside,), saves_result=True)
    out = tape.run((mixed,), tokens("linear_out"), mixed.bytes, saves=(mixed,), saves_result=True)
    gated = tape.run((out,), tokens("linear_out"), out.bytes, saves=(out,))
    return block.linear(gated, "o", "linear_out", "hidden", tokens("hidden"))


def _mlp(block: Block, build: Build, x: Value) -> Value:
    if build.moe:
        return _experts(block, build, x)
    return _dense(block, build, x, "ffn")


def _dense(block: Block, build: Build, x: Value, width: str) -> Value:
    wide = tokens(width)
    if not build.gated:
        up = block.linear(x, "up", "hidden", width, wide)
        return block.linear(block.activate(up, wide), "down", width, "hidden", tokens("hidden"))
    if build.fused_gate_up:
        gate, up = block.tape.halves(block.linear(x, "gate_up", "hidden", f"2*{width}", times(wide, 2)), wide)
        product = block.multiply(block.activate(gate, wide), up, wide)
    else:
        gate = block.linear(x, "gate", "hidden", width, wide)
        active = block.activate(gate, wide)
        up = block.linear(x, "up", "hidden", width, wide)
        product = block.multiply(active, up, wide)
    return block.linear(product, "down", width, "hidden", tokens("hidden"))


def _experts(block: Block, build: Build, x: Value) -> Value:
    """Routed experts as transformers' grouped_mm path runs them: a copy of each token per expert that it goes to."""
    tape, mode = block.tape, build.mode
    logits = block.linear(x, "router", "hidden", "experts", tokens("experts"))
    chances = tape.run((logits,), tokens("experts"), 4, saves_result=True)
    picked = tape.run((chances,), tokens("active"), logits.bytes, work=times(tokens("experts"), 4))
    sent = tape.run((x,), tokens("sent"), x.bytes, work=x.size)
    gate_up = _grouped(block, sent, "experts*hidden*2*expert_ffn", times(tokens("sent_ffn"), 2))
    gate, up = tape.halves(gate_up, tokens("sent_ffn"))
    if build.sinks:
        product = _clamped(block, gate, up)
    else:
        product = block.multiply(block.activate(gate, tokens("sent_ffn")), up, tokens("sent_ffn"))
    back = _grouped(block, product, "experts*hidden*expert_ffn", tokens("sent"))
    weighted = block.multiply(back, picked, tokens("sent"))
    ordered = tape.run((weighted,), tokens("sent"), weighted.bytes)
    result = block.cast(tape.run((ordered,), tokens("hidden"), ordered.bytes), mode.residual)
    if build.shared:
        shared = _dense(block, build, x, "shared_ffn")
        if build.shared_gate:
            gate = block.linear(x, "router", "hidden", "one", tokens("one"))
            shared = block.multiply(shared, gate, tokens("hidden"))
        result = block.add(result, shared)
    return result


def _clamped(block: Block, gate: Value, up: Value) -> Value:
    """gpt-oss's activation, written out: (clamp(up) + 1) x clamp(gate) x sigmoid(alpha x clamp(gate))."""
    tape, wide = block.tape, gate.elements
    gate = tape.run((gate,), wide, gate.bytes, saves=(gate,))
    up = tape.run((up,), wide, up.bytes, saves=(up,))
    chance = tape.run((tape.run((gate,), wide, gate.bytes),), wide, gate.bytes, saves_result=True)
    return block.multiply(tape.run((up,), wide, up.bytes), block.multiply(gate, chance, wide), wide)


def _grouped(block: Block, x: Value, weights: str, out: Form) -> Value:
    mode = block.mode
    x = block.cast(x, mode.compute if mode.autocast else mode.weight)
    if mode.full:
        return block.tape.run((x,), out, x.bytes, saves=(x,), parameter_grads={weights: mode.weight})
    return block.tape.run((x,), out, x.bytes)


def head(mode: Mode, norm: str, *, fused_loss: bool, accumulates: bool) -> Trace:
    """Final norm, output projection and cross-entropy, forward and backward."""
    # The output matrix is a plain linear layer even where the rest is 4-bit.
    block = Block(mode._replace(quantized=False, weight=4 if mode.norms_fp32 else mode.weight))
    x = block.tape.value(tokens("hidden"), mode.residual, True)
    normed = block.norm(x, norm, "hidden", tokens("one"))
    if fused_loss:
        _fused_loss(block, normed)
        return block.tape.trace(x, accumulates=accumulates)
    logits = block.linear(normed, "head", "hidden", "vocab", tokens("vocab"))
    wide = block.cast(logits, 4)
    # The model's forward() still holds the logits while the loss is worked out.
    held = logits.size if wide is not logits else NOTHING
    chances = block.tape.run((wide,), tokens("vocab"), 4, saves_result=True, forward_work=held)
    block.tape.run((chances,), {}, 4, saves=(chances,))
    return block.tape.trace(x, accumulates=accumulates)


def _fused_loss(block: Block, x: Value) -> None:
    """Liger's linear cross-entropy: gradients are made in the forward pass, chunk by chunk, and kept till backward."""
    mode = block.mode
    weights = {"hidden*vocab": float(mode.weight)} if mode.full else NOTHING
    grads = block.tape.value(add(x.elements), mode.compute, False)
    # A chunk's logits: about as many numbers as the hidden states have, in compute type and fp32.
    chunk = times(x.elements, 2 * (mode.compute + 4))
    block.tape.run((x,), {}, 4, saves=(grads,), parameter_grads=weights, forward_work=chunk)
