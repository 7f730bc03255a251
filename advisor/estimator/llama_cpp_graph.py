"""How much of llama.cpp's compute graph is alive at once: floats per token of the ubatch, by architecture.

ggml's allocator (ggml/src/ggml-alloc.c) puts each result into the smallest hole that takes it, else at the end. The
sums below follow from that and from the order of work in src/llama-graph.cpp and src/models/*.cpp (commit 0c1e570):
what has been freed but is too small for what comes next stays a gap. All numbers are 4-byte floats per token.
"""

from typing import NamedTuple

from advisor.catalog.model import Linear, Mla, Model, Moe

# Models with "deepstack" vision features take several embeddings per token (llama-hparams.cpp, n_embd_inp): the text's
# and one for each of 3 layers.
_EMBEDDINGS = {"qwen3vl": 4, "qwen3vlmoe": 4}
_FLOAT = 4


class Graph(NamedTuple):
    """What is alive in the graph's widest moments. Floats per token, but for `state_copy` (bytes per sequence)."""

    embedding: int  # the input embeddings, which stay until the end
    last: int  # the last layer's output beside the logits, twice where its norm cannot work in place
    inputs: int  # all inputs but the masks
    mlp: int  # the widest MLP with what lies before it
    rotated: int  # what a quantised KV cache adds to that
    flash: int  # attention with flash attention; 0 where the MLP is always wider
    attention: int  # attention without it, scores apart
    copied_value: int  # V values per cell that attention without flash attention copies (latent attention)
    state_work: int  # a recurrent layer's work
    state_copy: int


def graph(model: Model) -> Graph:
    """The widest moments of `model`'s graph."""
    embeddings = _EMBEDDINGS.get(model.style.gguf or "", 1)
    windowed = model.window is not None and model.style.llama_cpp_uses_window
    # Token, position, and two 8-byte cell indices for each cache.
    inputs = embeddings * model.hidden + 2 + (8 if windowed else 4)
    extra = 0 if embeddings == 1 else (2 * embeddings - 1) * model.hidden - (embeddings - 1) * model.hidden
    latent = model.mla if model.mla and not model.style.mla_whole else None
    if model.layer_embedding:
        inputs += 1  # the tokens once more, for the layers' own embeddings
    return Graph(
        embedding=embeddings * model.hidden,
        last=_last(model),
        inputs=inputs,
        mlp=_mlp(model) + extra,
        rotated=_rotated(model),
        flash=_latent_attention(model, latent) if latent else 0,
        attention=_attention(model, latent) + extra,
        copied_value=latent.kv_lora_rank if latent else 0,
        state_work=_state_work(model, model.linear) if model.linear else 0,
        state_copy=_state_copy(model.linear) if model.linear else 0,
    )


# Architectures that hand out the normalised result too, for drafting (t_h_nextn in src/models/*.cpp): it stays.
_KEEP_RESULT = ("gemma4", "nemotron_h", "nemotron_h_moe")


def _last(model: Model) -> int:
    """The last layer's output beside the logits, twice where its norm cannot work in place."""
    if model.layer_embedding and not model.style.altup and _first_gate_fits(model):
        return 3 * (model.hidden + _own(model))
    again = model.style.gguf in _KEEP_RESULT or not (model.style.norm == "rms" or model.style.parallel)
    return model.hidden * (2 if again else 1)


def _own(model: Model) -> int:
    """The layers' own embeddings of one token."""
    return model.layer_embedding * model.layers


def _first_gate_fits(model: Model) -> bool:
    """Whether the first layer's gate takes the place where the layers' own embeddings were before they were scaled."""
    return (model.ffn or 0) <= _own(model) - model.hidden


def _beside_own(model: Model) -> int:
    """The widest MLP beside the layers' own embeddings: in the first layer, or in the late, wider ones.

    The first layer runs beside the scaled embeddings, their old place and the token's embedding, of which the layers'
    inputs are made only at its end. What is made then lies behind all that if the first gate took the old place.
    """
    hidden, own, ffn = model.hidden, _own(model), model.ffn or 0
    copies = model.style.altup * hidden
    if copies:
        # The copies of the hidden state take the old place if they fit; else norm, attention and residual do.
        return hidden + 2 * own + 3 * ffn + (2 * hidden + model.query_width if copies <= own else copies)
    fits = _first_gate_fits(model)
    first = hidden + 2 * own + (2 if fits else 3) * ffn
    late = model.late_ffn or ffn
    return max(first, 2 * hidden + 3 * own + 2 * late if fits else 0)


def _mlp(model: Model) -> int:
    if model.layer_embedding:
        return _beside_own(model)
    found = []
    if model.ffn and not (model.moe and all(model.moe.layers)):
        found.append(_dense(model, model.ffn, _before(model)))
        if model.globals:
            gap, residual = _before(model)
            more = model.heads * model.globals.head_dim - model.query_width
            found.append(_dense(model, model.ffn, (gap + more, residual)))
    if model.moe:
        found.append(_sparse(model, model.moe))
    return max(found, default=0)


def _before(model: Model) -> tuple[int, int]:
    """Gap and residual before an MLP: the norm's place and the attention's, then the layer's sum so far."""
    hidden, query = model.hidden, model.query_width
    if model.linear is not None:
        return (hidden + _inner(model.linear) if model.linear.type == "mamba2" else hidden), hidden
    if model.style.fused_qkv and not model.style.parallel:
        return hidden, hidden
    return hidden + query, hidden


def _rotated(model: Model) -> int:
    """Queries for a quantised cache are rotated into a new place: the norm's when it fits exactly, else behind it."""
    if model.linear or model.mla or model.style.fused_qkv or not model.style.pre_norms:
        return 0
    if model.style.parallel or model.query_width < model.hidden:
        return model.query_width
    return -model.hidden if model.query_width == model.hidden else 0


def _dense(model: Model, width: int, before: tuple[int, int]) -> int:
    """Gate, up and their product at once; an MLP without a gate works in place. A gate that fits takes the gap."""
    gap, residual = before
    if not model.style.gated_mlp:
        return gap + residual + width
    if model.style.fused_gate_up or width > gap:
        widest = gap + 3 * width
        return widest + residual
    smaller = min(gap, 2 * model.hidden)
    return residual + max(gap + 2 * width, smaller + (3 if width > smaller else 2) * width)


def _sparse(model: Model, moe: Moe) -> int:
    """All active experts' gate, up and product; their outputs fit where gate and up were, or come on top."""
    gap, residual = _before(model)
    if model.mla or (model.linear and model.linear.type != "mamba2"):
        gap = 2 * model.hidden
    inside = moe.active * (3 if model.style.gated_mlp else 1) * moe.expert_ffn
    if model.hidden > 2 * moe.expert_ffn or not model.style.gated_mlp:
        inside += moe.active * model.hidden
    if model.style.experts_beside_mlp:
        gap -= model.hidden  # the dense MLP's result takes the norm's place
    # Shared experts work after the others, whose sum waits.
    shared = model.hidden + 3 * moe.shared_ffn if moe.shared else 0
    return gap + residual + max(inside, shared)


def _latent_attention(model: Model, mla: Mla) -> int:
    """Queries in full, their latent image, and both with the rotary part, beside residual, norm and gaps."""
    rotary = model.heads * mla.qk_rope_head_dim
    query = model.heads * mla.qk_nope_head_dim + rotary
    image = model.heads * mla.kv_lora_rank
    return 3 * model.hidden + 3 * rotary + query + 2 * image


def _attention(model: Model, latent: Mla | None) -> int:
    """What lies beside the scores when flash attention is off."""
    if latent is not None:
        rotary = model.heads * latent.qk_rope_head_dim
        image = model.heads * latent.kv_lora_rank
        return 2 * model.hidden + 3 * rotary + 2 * image + model.heads * latent.qk_nope_head_dim
    query = model.query_width * (2 if model.style.attention_gate else 1)
    if model.style.altup:
        return 2 * _own(model) + (model.style.altup + 3) * model.hidden + 2 * query
    if model.globals:
        query = model.heads * model.globals.head_dim
        if model.layer_embedding:
            own = _own(model)
            return 3 * (model.hidden + own) if _first_gate_fits(model) else model.hidden + 2 * own + query
        return 2 * model.hidden + 2 * query
    gap = 0 if model.style.fused_qkv else model.hidden * min(1, model.style.pre_norms) + model.query_width
    return model.hidden + gap + query


def _inner(linear: Linear) -> int:
    """Values of all of a state layer's heads."""
    return linear.value_heads * linear.value_head_dim


def _state_work(model: Model, linear: Linear) -> int:
    """What a layer with a state needs at its widest, states apart."""
    if linear.type == "mamba2":
        # The projection, its part that is convolved, before and after that, and the scan's result; behind residual and
        # norm, or the hole that the last such layer's convolution left (src/models/mamba-base.cpp).
        inner, groups = _inner(linear), 2 * linear.groups * linear.state
        mixed = inner + groups
        return max(mixed, 3 * model.hidden) + 2 * inner + groups + linear.value_heads + 2 * mixed + inner
    return _delta_net(model, linear)


def _delta_net(model: Model, linear: Linear) -> int:
    """A gated delta net's convolution: input, padded input and output side by side."""
    if linear.type != "gated_delta_net":
        return 0
    mixed = linear.value_heads * linear.value_head_dim + 2 * linear.key_heads * linear.key_head_dim
    return 2 * model.hidden + 3 * mixed


def _state_copy(linear: Linear) -> int:
    """Bytes of a sequence's state that a delta net copies before it works, and twice the convolution's."""
    if linear.type == "short_conv":
        return 0
    inner = _inner(linear)
    groups, state = linear.groups, linear.state
    if linear.type == "gated_delta_net":
        groups, state = linear.key_heads, linear.key_head_dim
    mixed = inner + 2 * groups * state
    return _FLOAT * (inner * state + 2 * (linear.conv_kernel - 1) * mixed)
