"""What a decoder layer and the output head run in training, operation by operation.

Written after the modeling code of transformers 5; `blocks` has the pieces.
"""

from typing import NamedTuple

from advisor.estimator.blocks import Block, Mode, tokens
from advisor.estimator.tape import NOTHING, Form, Trace, Value, add, times


class Build(NamedTuple):
    """How a layer is built: everything of an architecture and a workload that decides what runs."""

    mode: Mode
    # "rms", "rms_fp32" (Gemma: the product with the weight stays fp32), "layer", "layer_plain" (in fp32, no weight),
    # "layer_fp32" (Cohere: written out in fp32)
    norm: str
    gated: bool
    activation: str  # as Style.activation
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
    linear: str  # "", or the kind of linear attention; "fused_delta_net" has one projection in
    attention_gate: bool
    dropout: bool
    wide_router: bool  # input and weight of the router are cast to fp32
    linear_router: bool  # the router is a linear layer, which may have an adapter
    adapted_experts: bool  # experts and router have adapters
    alone: str = ""  # "mix", "mlp": what a layer is that is one of both alone (Nemotron-H)


def layer(build: Build, *, input_grad: bool) -> Trace:
    """The trace of one decoder layer. `input_grad`: whether a gradient flows into it."""
    block = Block(build.mode)
    x = block.tape.value(tokens("hidden"), build.mode.residual, input_grad)
    _layer(block, build, x)
    return Trace(block.tape, x)


def _layer(block: Block, build: Build, x: Value) -> Value:
    one = tokens("one")
    hidden = "hidden"
    if build.alone:
        y = block.norm(x, build.norm, hidden, one)
        return block.add(x, (_mix if build.alone == "mix" else _mlp)(block, build, y))
    if build.parallel:
        normed = block.norm(x, build.norm, hidden, one)
        second = normed if build.pre_norms < 2 else block.norm(x, build.norm, hidden, one)
        return block.add(block.add(x, _mix(block, build, normed)), _mlp(block, build, second))
    y = block.norm(x, build.norm, hidden, one) if build.pre_norms else x
    y = _mix(block, build, y)
    if build.dropout:
        y = block.drop(y)
    if build.post_norms:
        y = block.norm(y, build.norm, hidden, one)
    x = block.add(x, y)
    y = block.norm(x, build.norm, hidden, one) if build.pre_norms else x
    y = _mlp(block, build, y)
    if build.dropout:
        y = block.drop(y)
    if build.post_norms:
        y = block.norm(y, build.norm, hidden, one)
    return block.add(x, y)


def _mix(block: Block, build: Build, x: Value) -> Value:
    if build.linear == "short_conv":
        return _short_convolution(block, x)
    if build.linear:
        return _linear_attention(block, build, x)
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
    # The rest of the latent is the rotated part of the keys, the same for all heads.
    shared = block.tape.run((latent,), tokens("kv_lora"), latent.bytes, view=True)
    normed = block.norm(shared, build.norm, "kv_lora", tokens("one"))
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
    joined = build.rope_joins or build.mla
    return tape.run((result,), out, result.bytes) if joined and build.kernel == "flash" else result


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
    # Autocast takes the products, and with them all that follows, to 16 bits again.
    width = block.mode.compute if block.mode.autocast else 4
    q, k, v = (block.cast(value, width) for value in (q, k, v))
    scores = tape.run((q, k), tokens("scores"), width, saves=(q, k))
    if build.masked:
        scores = tape.run((scores,), tokens("scores"), width, passes=True)
    weights = tape.run((scores,), tokens("scores"), width, saves_result=True)
    weights = block.drop(weights) if build.dropout else weights
    return block.cast(tape.run((weights, v), tokens("out_width"), width, saves=(weights, v)), block.mode.compute)


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
    weights = block.drop(weights) if build.dropout else weights
    out = tape.run((weights, v), tokens("out_width"), narrow, saves=(weights, v))
    return tape.run((out,), tokens("out_width"), narrow)


def _linear_attention(block: Block, build: Build, x: Value) -> Value:
    """Delta nets and Mamba: the projections in, a kernel that keeps its inputs, the projection out.

    Kernels are taken as fused (the fla and mamba packages); torch's own fallbacks need more.
    """
    tape = block.tape
    role = "qkv" if build.linear == "gated_delta_net" else "in"
    inside = block.linear(x, role, "hidden", "linear_in", tokens("linear_in"))
    mixed = tape.run((inside,), tokens("linear_in"), inside.bytes, saves=(inside,), saves_result=True)
    out = tape.run((mixed,), tokens("linear_out"), mixed.bytes, saves=(mixed,), saves_result=True)
    gated = tape.run((out,), tokens("linear_out"), out.bytes, saves=(out,))
    return block.linear(gated, "out", "linear_out", "hidden", tokens("hidden"))


def _short_convolution(block: Block, x: Value) -> Value:
    """LFM2's layer: one projection to three parts, gate, convolve, gate, project (transformers modeling_lfm2.py)."""
    tape, wide = block.tape, tokens("hidden")
    parts = block.linear(x, "in", "hidden", "linear_in", tokens("linear_in"))
    gated = tape.run((parts,), wide, parts.bytes, saves=(parts,))
    narrow = block.cast(gated, block.mode.compute) if block.mode.autocast else gated
    mixed = tape.run((narrow,), wide, narrow.bytes, saves=(narrow,))
    product = tape.run((parts, mixed), wide, max(parts.bytes, mixed.bytes), saves=(parts, mixed))
    out = tape.run((product,), wide, product.bytes)
    # The projection has the name of the attention layers' one, and gets its adapter.
    return block.linear(out, "o", "linear_out", "hidden", wide)


def _mlp(block: Block, build: Build, x: Value) -> Value:
    if build.moe:
        return _experts(block, build, x)
    return _dense(block, build, x, "ffn")


def _dense(block: Block, build: Build, x: Value, width: str) -> Value:
    wide = tokens(width)
    if not build.gated:
        up = block.linear(x, "up", "hidden", width, wide)
        return block.linear(block.activate(up, wide, build.activation), "down", width, "hidden", tokens("hidden"))
    if build.fused_gate_up:
        gate, up = block.tape.halves(block.linear(x, "gate_up", "hidden", f"2*{width}", times(wide, 2)), wide)
        product = block.multiply(block.activate(gate, wide, build.activation), up, wide)
    else:
        gate = block.linear(x, "gate", "hidden", width, wide)
        active = block.activate(gate, wide, build.activation)
        up = block.linear(x, "up", "hidden", width, wide)
        product = block.multiply(active, up, wide)
    return block.linear(product, "down", width, "hidden", tokens("hidden"))


def _experts(block: Block, build: Build, x: Value) -> Value:
    """Routed experts as transformers' grouped_mm path runs them: a copy of each token per expert that it goes to."""
    tape, mode = block.tape, build.mode
    logits = _router(block, build, x)
    chances = tape.run((logits,), tokens("experts"), 4, saves_result=True)
    picked = tape.run((chances,), tokens("active"), logits.bytes, work=times(tokens("experts"), 4))
    # Which expert, the order by expert, each one's token, and the way back: 64-bit numbers.
    indices = tape.value(tokens("active"), 4 * 8, False)
    sent = tape.run((x,), tokens("sent"), x.bytes, saves=(indices,), work=x.size)
    gate_up = _grouped(
        block, build, sent, "experts*hidden*2*expert_ffn", times(tokens("sent_ffn"), 2), _GATE_UP_ADAPTER
    )
    gate, up = tape.halves(gate_up, tokens("sent_ffn"))
    if build.sinks:
        product = _clamped(block, gate, up)
    else:
        product = block.multiply(block.activate(gate, tokens("sent_ffn")), up, tokens("sent_ffn"))
    back = _grouped(block, build, product, "experts*hidden*expert_ffn", tokens("sent"), _DOWN_ADAPTER)
    weighted = block.multiply(back, picked, tokens("sent"))
    # Backward of an indexing puts the gradient into a tensor of zeros, out of place.
    ordered = tape.run((weighted,), tokens("sent"), weighted.bytes, work=weighted.size)
    result = block.cast(tape.run((ordered,), tokens("hidden"), ordered.bytes), mode.residual)
    if build.shared:
        shared = _dense(block, build, x, "shared_ffn")
        if build.shared_gate:
            gate = block.linear(x, "shared_gate", "hidden", "one", tokens("one"))
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


def _router(block: Block, build: Build, x: Value) -> Value:
    """The router's scores, one per expert."""
    mode, out = block.mode, tokens("experts")
    if build.adapted_experts and not build.linear_router:
        return _adapted_router(block, build, x)
    role = "router_linear" if build.linear_router else "router"
    if not build.wide_router:
        return block.linear(x, role, "hidden", "experts", out)
    wide = block.cast(x, 4)
    if mode.autocast:
        return block.linear(wide, role, "hidden", "experts", out)
    if mode.rank and build.linear_router:
        return block.cast(block.linear(wide, role, "hidden", "experts", out), 4)
    grads = {"hidden*experts": float(mode.weight)} if mode.full else NOTHING
    saves = [wide] if mode.full else []
    if mode.weight != 4:
        saves.append(block.tape.value({"hidden*experts": 1}, 4, False))
    return block.tape.run((wide,), out, 4, saves=saves, parameter_grads=grads)


def _adapted_router(block: Block, build: Build, x: Value) -> Value:
    """peft adds the product of the adapter's two matrices to the router's weight (lora/layer.py, ParamWrapper)."""
    tape, mode, weights = block.tape, block.mode, {"hidden*experts": 1.0}
    adapter = {"rank*hidden": 4.0, "rank*experts": 4.0}
    product = tape.run((), weights, 4, work=times(weights, 4), parameter_grads=adapter)
    weight = tape.run((block.cast(product, mode.weight),), weights, mode.weight, passes=True)
    if build.wide_router:
        x = block.cast(x, 4)
        weight = block.cast(weight, 4)
    if mode.autocast:
        x, weight = block.cast(x, mode.compute), block.cast(weight, mode.compute)
    return tape.run((x, weight), tokens("experts"), x.bytes, saves=(x, weight))


_GATE_UP_ADAPTER: Form = {"2*rank*experts*hidden": 1.0, "4*rank*experts*expert_ffn": 1.0}
_DOWN_ADAPTER: Form = {"rank*experts*hidden": 1.0, "rank*experts*expert_ffn": 1.0}


def _grouped(block: Block, build: Build, x: Value, weights: str, out: Form, adapter: Form) -> Value:
    """A product with all experts' weights, each token with those of its own."""
    tape, mode = block.tape, block.mode
    x = block.cast(x, mode.compute if mode.autocast else mode.weight)
    if mode.full:
        return tape.run((x,), out, x.bytes, saves=(x,), parameter_grads={weights: mode.weight})
    if not build.adapted_experts:
        return tape.run((x,), out, x.bytes)
    # peft adds each expert's adapter to its weight: one more copy of all experts (lora/layer.py, _LoraFactorsProxy).
    factors = tape.run((), adapter, mode.weight, parameter_grads=times(adapter, 4))
    folded = tape.run((factors,), {weights: 1.0}, mode.weight, saves=(factors,))
    return tape.run((x, folded), out, x.bytes, saves=(x, folded))


def head(mode: Mode, norm: str, *, fused_loss: bool, softcap: bool = False) -> Trace:
    """Final norm, output projection and cross-entropy, forward and backward."""
    # The output matrix is a plain linear layer even where the rest is 4-bit.
    block = Block(mode._replace(quantized=False, weight=4 if mode.norms_fp32 else mode.weight))
    x = block.tape.value(tokens("hidden"), mode.residual, True)
    normed = block.norm(x, norm, "hidden", tokens("one"))
    if fused_loss:
        _fused_loss(block, normed)
        return Trace(block.tape, x)
    logits = block.linear(normed, "head", "hidden", "vocab", tokens("vocab"))
    if softcap:
        small = block.tape.run((logits,), tokens("vocab"), logits.bytes)
        bent = block.tape.run((small,), tokens("vocab"), logits.bytes, saves_result=True)
        logits = block.tape.run((bent,), tokens("vocab"), logits.bytes)
    wide = block.cast(logits, 4)
    # The model's forward() still holds logits and hidden states while the loss is worked out.
    kept = mode.full and normed.bytes == mode.compute
    held = add(logits.size if wide is not logits else NOTHING, NOTHING if kept else normed.size)
    chances = block.tape.run((wide,), tokens("vocab"), 4, saves_result=True, forward_work=held)
    block.tape.run((chances,), {}, 4, saves=(chances,))
    return Trace(block.tape, x)


def _fused_loss(block: Block, x: Value) -> None:
    """Liger's linear cross-entropy: gradients are made in the forward pass, chunk by chunk, and kept till backward."""
    mode = block.mode
    weights = {"hidden*vocab": float(mode.weight)} if mode.full else NOTHING
    grads = block.tape.value(add(x.elements), mode.compute, False)
    # A chunk's logits: about as many numbers as the hidden states have, in compute type and fp32.
    chunk = times(x.elements, 2 * (mode.compute + 4))
    block.tape.run((x,), {}, 4, saves=(grads,), parameter_grads=weights, forward_work=chunk)
