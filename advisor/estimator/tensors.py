"""Every tensor of a language model, from its architecture facts: the ground of all sizes and counts.

Two views of the same parameters. GGUF's: the tensors as llama.cpp's converter names and splits them. torch's: the
Linear layers and parameters as Hugging Face's transformers holds them. They differ only in how a few are fused.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from advisor.catalog.model import Model
from advisor.catalog.networks import Network
from advisor.estimator.networks import network_parameters

View = Literal["gguf", "torch"]
# Tables beside the token embedding of which a token reads its own row and no more.
LOOKED_UP = ("per_layer_token_embd",)


class Tensor(NamedTuple):
    """One kind of tensor. `width` x `rows` numbers each, once per layer of `layers`, or once per model when that is ().

    `role` is the GGUF name without "blk.N." and ".weight" ("attn_q", "attn_q.bias", "ffn_down_exps", "token_embd");
    `width` is ggml's ne[0], the row length (a matrix's input columns); `rows` is the product of the other dimensions,
    experts included; `module` is the name of torch's Linear ("q_proj"), None when it is no Linear.
    """

    role: str
    width: int
    rows: int
    layers: tuple[int, ...] = ()
    module: str | None = None
    experts: int = 1

    @property
    def copies(self) -> int:
        """How often the tensor occurs in the model."""
        return len(self.layers) or 1

    @property
    def elements(self) -> int:
        """Parameters in all its occurrences."""
        return self.width * self.rows * self.copies


@lru_cache(maxsize=64)  # of a few models: a whole catalogue's tensors would fill memory, so cache sums of them
def tensors(model: Model, view: View = "gguf") -> tuple[Tensor, ...]:
    """All tensors of the language model (no vision tower, no multi-token prediction layers).

    Names and shapes as in llama.cpp's src/models/*.cpp
    and conversion/*.py (0c1e570), modules as in transformers 5.23.0 or, where it has no class, the publisher's code;
    resources/catalog/architectures.json says which per architecture.
    """
    return tuple(_named(tensor, model) for tensor in _all(model, view) if tensor.layers != _NOWHERE)


def gguf_extra(model: Model) -> tuple[Tensor, ...]:
    """Tensors that only a GGUF file holds, all F32: tables for long contexts. No parameters of the model."""
    found = []
    if model.rope_factors:
        width = model.globals.head_dim if model.globals else model.head_dim
        found.append(Tensor("rope_freqs", width // 2, 1))
    if model.long_rope:
        found += [Tensor(f"rope_factors_{name}", model.long_rope, 1) for name in ("long", "short")]
    return tuple(found)


def linears(model: Model) -> tuple[Tensor, ...]:
    """The Linear layers that torch holds, each `width` inputs x `rows` outputs with its module name: LoRA's targets."""
    return tuple(tensor for tensor in tensors(model, "torch") if tensor.module)


@lru_cache(maxsize=1024)
def language_parameters(model: Model) -> int:
    """Parameters of the language model alone, tied matrices counted once."""
    if isinstance(model, Network):
        return network_parameters(model)
    return sum(tensor.elements for tensor in tensors(model, "torch"))


def parameters(model: Model) -> int:
    """All parameters that the publisher counts: language model, vision tower, multi-token prediction, ..."""
    return language_parameters(model) + sum(model.extras.values())


@lru_cache(maxsize=1024)
def active_parameters(model: Model) -> int:
    """Parameters that one token meets: of the experts only the active ones, of tables beside the token embedding a row
    and so none (Gemma 4 E2B: "2.3B effective"), of everything else all.
    """
    if isinstance(model, Network):
        return network_parameters(model)
    active = model.moe.active if model.moe else 1
    return sum(
        tensor.elements // tensor.experts * active if tensor.experts > 1 else tensor.elements
        for tensor in tensors(model, "torch")
        if tensor.role not in LOOKED_UP
    )


_NOWHERE = (-1,)  # the layers of a tensor that occurs in none; () would mean once per model


def _where(model: Model, flags: tuple[bool, ...] | None, wanted: bool = True) -> tuple[int, ...]:
    """Indices of the layers whose flag is `wanted`; all without flags."""
    if flags is None:
        return tuple(range(model.layers)) if wanted else _NOWHERE
    return tuple(i for i in range(model.layers) if flags[i] is wanted) or _NOWHERE


def _named(tensor: Tensor, model: Model) -> Tensor:
    """`tensor` with the names that its architecture uses, found by its usual role."""
    style = model.style
    base, dot, bias = tensor.role.partition(".bias")
    role = style.roles.get(tensor.role, style.roles.get(base, base) + dot + bias)
    module = style.modules.get(base, tensor.module or "") or None if tensor.module is not None else None
    if role == tensor.role and module == tensor.module:
        return tensor
    return tensor._replace(role=role, module=module)


def _all(model: Model, view: View) -> Iterator[Tensor]:
    yield from _once(model, view)
    everywhere = _where(model, None)
    attending = tuple(layer for layer in everywhere if model.attends(layer)) or _NOWHERE
    yield from _norms(model, everywhere)
    yield from _latent_attention(model, view, attending) if model.mla else _attentions(model, view, attending)
    if model.linear:
        yield from _state_layer(model, view, _where(model, model.linear.layers))
    yield from _mlps(model, view, _dense(model))
    if model.moe:
        yield from _experts(model, view, _where(model, model.moe.layers))
    if model.layer_embedding:
        yield from _layer_embeddings(model, view, everywhere)
    if model.style.altup:
        yield from _altup(model, everywhere)
    if model.style.layer_scale:
        yield Tensor("layer_output_scale", 1, 1, everywhere)


def _dense(model: Model) -> tuple[int, ...]:
    """The layers that have a dense MLP."""
    if model.plan:
        return tuple(layer for layer, kind in enumerate(model.plan) if kind == "-") or _NOWHERE
    experts = model.moe.layers if model.moe and not model.style.experts_beside_mlp else None
    return _where(model, experts, wanted=experts is None)


def _matrix(
    role: str, width: int, rows: int, layers: tuple[int, ...], module: str | None, bias: bool = False
) -> Iterator[Tensor]:
    """A matrix from `width` inputs to `rows` outputs and, if it has one, its bias."""
    yield Tensor(role, width, rows, layers, module)
    if bias:
        yield Tensor(f"{role}.bias", rows, 1, layers)


def _norm(model: Model, role: str, width: int, layers: tuple[int, ...], rows: int = 1) -> Iterator[Tensor]:
    """A norm's weight and bias, as far as this architecture's norms have them."""
    if model.style.norm != "layer_plain":
        yield Tensor(role, width, rows, layers)
    if model.style.norm == "layer":
        yield Tensor(f"{role}.bias", width, rows, layers)


def _once(model: Model, view: View) -> Iterator[Tensor]:
    style = model.style
    vocab = model.gguf_vocab if view == "gguf" and model.gguf_vocab else model.vocab
    yield Tensor("token_embd", model.hidden, vocab)
    if style.learned_positions:
        yield Tensor("position_embd", model.hidden, style.learned_positions)
    if style.embedding_norm:
        yield from _norm(model, "token_embd_norm", model.hidden, ())
    if style.final_norm:
        yield from _norm(model, "output_norm", model.hidden, ())
    if not model.tied_embeddings:
        yield from _matrix("output", model.hidden, vocab, (), "lm_head")
    if style.head_bias:
        yield Tensor("output.bias", vocab, 1)


def _norms(model: Model, layers: tuple[int, ...]) -> Iterator[Tensor]:
    """The norms around attention (or its stand-in) and MLP."""
    roles = ("attn_norm", "ffn_norm")[: model.style.pre_norms]
    roles += ("post_attention_norm", "post_ffw_norm")[: model.style.post_norms]
    for role in roles:
        yield from _norm(model, role, model.hidden, layers)


class _Heads(NamedTuple):
    """How the attention of some layers is built; `keys` and `values` say whether they have projections of their own."""

    head_dim: int
    kv_heads: int
    keys: bool = True
    values: bool = True


def _attentions(model: Model, view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    """Attention of all `layers`, those that are built alike together."""
    kinds: dict[_Heads, list[int]] = {}
    for layer in layers:
        kinds.setdefault(_heads(model, view, layer), []).append(layer)
    for heads, alike in kinds.items():
        yield from _attention(model, view, tuple(alike), heads)


def _heads(model: Model, view: View, layer: int) -> _Heads:
    # Files hold keys and values of the layers that share others' too; transformers drops them, llama.cpp loads them.
    own = view == "gguf" or layer < model.layers - model.kv_shared
    whole = model.globals
    if whole is None or model.window is None or layer < 0 or model.window.layers[layer]:
        return _Heads(model.head_dim, model.kv_heads, own, own)
    return _Heads(whole.head_dim, whole.kv_heads, own, own and not whole.values_are_keys)


def _attention(model: Model, view: View, layers: tuple[int, ...], heads: _Heads) -> Iterator[Tensor]:
    style, hidden = model.style, model.hidden
    out, cached = model.heads * heads.head_dim, heads.kv_heads * heads.head_dim
    widths = {"attn_q": out * (2 if style.attention_gate else 1)}
    widths |= {"attn_k": cached} if heads.keys else {}
    widths |= {"attn_v": cached} if heads.values else {}
    if style.fused_qkv or (view == "torch" and style.fused_qkv_torch):
        yield from _matrix("attn_qkv", hidden, sum(widths.values()), layers, "qkv_proj", style.qkv_bias)
    else:
        for role, rows in widths.items():
            yield from _matrix(role, hidden, rows, layers, f"{role[-1]}_proj", style.qkv_bias)
    yield from _matrix("attn_output", out, hidden, layers, "o_proj", style.output_bias)
    if style.qk_norm != "none":
        full = style.qk_norm == "full"
        for role, width in (("attn_q_norm", out), ("attn_k_norm", cached))[: 2 if heads.keys else 1]:
            yield Tensor(role, width if full else heads.head_dim, 1, layers)
            if style.qk_norm_bias:
                yield Tensor(f"{role}.bias", width if full else heads.head_dim, 1, layers)
    if style.attention_sinks:
        yield Tensor("attn_sinks", model.heads, 1, layers)


def _latent_attention(model: Model, view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    """DeepSeek's multi-head latent attention: queries and keys/values pass through narrow layers."""
    mla = model.mla
    assert mla is not None
    query = model.heads * (mla.qk_nope_head_dim + mla.qk_rope_head_dim)
    if mla.q_lora_rank is None:
        yield from _matrix("attn_q", model.hidden, query, layers, "q_proj")
    else:
        yield from _matrix("attn_q_a", model.hidden, mla.q_lora_rank, layers, "q_a_proj")
        yield Tensor("attn_q_a_norm", mla.q_lora_rank, 1, layers)
        yield from _matrix("attn_q_b", mla.q_lora_rank, query, layers, "q_b_proj")
    latent = mla.kv_lora_rank
    yield from _matrix("attn_kv_a_mqa", model.hidden, latent + mla.qk_rope_head_dim, layers, "kv_a_proj_with_mqa")
    yield Tensor("attn_kv_a_norm", latent, 1, layers)
    if view == "torch" or model.style.mla_whole:
        rows = model.heads * (mla.qk_nope_head_dim + mla.v_head_dim)
        yield from _matrix("attn_kv_b", latent, rows, layers, "kv_b_proj")
    else:
        # llama.cpp's converter splits kv_b per head and transposes the key part, to absorb it into the query.
        yield Tensor("attn_k_b", mla.qk_nope_head_dim, latent * model.heads, layers)
        yield Tensor("attn_v_b", latent, mla.v_head_dim * model.heads, layers)
    yield from _matrix("attn_output", model.heads * mla.v_head_dim, model.hidden, layers, "o_proj")
    if model.indexer and mla.q_lora_rank:
        width = model.indexer.head_dim
        yield from _matrix("indexer.attn_q_b", mla.q_lora_rank, model.indexer.heads * width, layers, "wq_b")
        yield from _matrix("indexer.attn_k", model.hidden, width, layers, "wk")
        yield Tensor("indexer.k_norm", width, 1, layers)
        yield Tensor("indexer.k_norm.bias", width, 1, layers)
        yield from _matrix("indexer.proj", model.hidden, model.indexer.heads, layers, "weights_proj")


def _state_layer(model: Model, view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    """Layers that keep a state of fixed size instead of a KV cache."""
    assert model.linear is not None
    kinds = {"gated_delta_net": _delta_net, "short_conv": _short_conv, "mamba2": _mamba2}
    yield from kinds[model.linear.type](model, view, layers)


def _delta_net(model: Model, view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    linear, style, hidden = model.linear, model.style, model.hidden
    assert linear is not None
    value, heads = linear.value_heads * linear.value_head_dim, linear.value_heads
    mixed = 2 * linear.key_heads * linear.key_head_dim + value
    if view == "torch" and style.fused_delta_torch:
        yield from _matrix("ssm_in", hidden, mixed + value, layers, "in_proj_qkvz")
    else:
        yield from _matrix("attn_qkv", hidden, mixed, layers, "in_proj_qkv")
        yield from _matrix("attn_gate", hidden, value, layers, "in_proj_z")
    if style.fused_beta_alpha:
        yield from _matrix("ssm_ba", hidden, 2 * heads, layers, "in_proj_ba")
    else:
        yield from _matrix("ssm_beta", hidden, heads, layers, "in_proj_b")
        yield from _matrix("ssm_alpha", hidden, heads, layers, "in_proj_a")
    yield Tensor("ssm_conv1d", linear.conv_kernel, mixed, layers)
    yield Tensor("ssm_dt.bias", heads, 1, layers)
    yield Tensor("ssm_a", heads, 1, layers)
    yield Tensor("ssm_norm", linear.value_head_dim, 1, layers)
    yield from _matrix("ssm_out", value, hidden, layers, "out_proj")


def _short_conv(model: Model, _view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    assert model.linear is not None
    yield from _matrix("shortconv.in_proj", model.hidden, 3 * model.hidden, layers, "in_proj")
    yield Tensor("shortconv.conv", model.linear.conv_kernel, model.hidden, layers)
    yield from _matrix("shortconv.out_proj", model.hidden, model.hidden, layers, "out_proj")


def _mamba2(model: Model, _view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    linear, hidden = model.linear, model.hidden
    assert linear is not None
    inner, heads = linear.value_heads * linear.value_head_dim, linear.value_heads
    mixed = inner + 2 * linear.groups * linear.state
    yield from _matrix("ssm_in", hidden, inner + mixed + heads, layers, "in_proj")
    yield Tensor("ssm_conv1d", linear.conv_kernel, mixed, layers)
    yield Tensor("ssm_conv1d.bias", mixed, 1, layers)
    yield Tensor("ssm_dt.bias", heads, 1, layers)
    yield Tensor("ssm_a", 1, heads, layers)
    yield Tensor("ssm_d", 1, heads, layers)
    yield Tensor("ssm_norm", inner // linear.groups, linear.groups, layers)
    yield from _matrix("ssm_out", inner, hidden, layers, "out_proj")


def _mlps(model: Model, view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    """The dense MLPs of `layers`, in the last ones perhaps of another width."""
    if model.ffn is None:
        return
    late = tuple(layer for layer in layers if model.late_ffn and layer >= model.layers - model.kv_shared)
    yield from _mlp(model, view, tuple(layer for layer in layers if layer not in late), model.ffn)
    if late and model.late_ffn:
        yield from _mlp(model, view, late, model.late_ffn)


def _mlp(model: Model, view: View, layers: tuple[int, ...], ffn: int) -> Iterator[Tensor]:
    style = model.style
    if style.fused_gate_up or (view == "torch" and style.fused_gate_up_torch):
        yield from _matrix("ffn_up", model.hidden, 2 * ffn, layers, "gate_up_proj", style.mlp_bias)
    else:
        if style.gated_mlp:
            yield from _matrix("ffn_gate", model.hidden, ffn, layers, "gate_proj", style.mlp_bias)
        yield from _matrix("ffn_up", model.hidden, ffn, layers, "up_proj", style.mlp_bias)
    yield from _matrix("ffn_down", ffn, model.hidden, layers, "down_proj", style.mlp_bias)
    if view == "torch" and style.activation_parameters:
        yield Tensor("ffn_act", style.activation_parameters, 1, layers)


def _altup(model: Model, layers: tuple[int, ...]) -> Iterator[Tensor]:
    """Gemma 3n's copies of the hidden state and its learned residual."""
    hidden, copies, rank = model.hidden, model.style.altup, model.style.laurel
    for role in ("altup_proj", "altup_unembd_proj"):
        module = "altup_projections" if role == "altup_proj" else "altup_unembed_projections"
        yield Tensor(role, hidden, hidden * (copies - 1), (), module)
    yield from _matrix("altup_correct_coef", copies, copies, layers, "correction_coefs")
    yield Tensor("altup_correct_scale", hidden, 1, layers)
    yield from _matrix("altup_predict_coef", copies, copies * copies, layers, "prediction_coefs")
    yield from _matrix("altup_router", hidden, copies, layers, "modality_router")
    yield Tensor("altup_router_norm", hidden, 1, layers)
    yield from _matrix("laurel_l", hidden, rank, layers, "linear_left")
    yield from _matrix("laurel_r", rank, hidden, layers, "linear_right")
    yield Tensor("laurel_post_norm", hidden, 1, layers)


def _layer_embeddings(model: Model, view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    """Token embeddings that every layer has of its own, in one table, and what brings them into the layers."""
    width = model.layer_embedding
    # llama.cpp's converter pads the table to the vocabulary (conversion/gemma.py, Gemma3NModel).
    rows = model.vocab if view == "gguf" else model.layer_vocab or model.vocab
    yield Tensor("per_layer_token_embd", width * model.layers, rows)
    yield from _matrix("per_layer_model_proj", model.hidden, width * model.layers, (), "per_layer_model_projection")
    yield Tensor("per_layer_proj_norm", width, 1)
    yield from _matrix("inp_gate", model.hidden, width, layers, "per_layer_input_gate")
    yield from _matrix("proj", width, model.hidden, layers, "per_layer_projection")
    yield Tensor("post_norm", model.hidden, 1, layers)


def _experts(model: Model, view: View, layers: tuple[int, ...]) -> Iterator[Tensor]:
    """Router, experts and shared experts. transformers 5 holds experts and router as bare parameters, not as Linear."""
    moe, style, hidden = model.moe, model.style, model.hidden
    assert moe is not None
    n = moe.experts
    yield from _matrix("ffn_gate_inp", hidden, n, layers, style.modules.get("ffn_gate_inp") or None, style.router_bias)
    if style.router_correction:
        yield Tensor("exp_probs_b.bias", n, 1, layers)
    shapes = [("ffn_up_exps", hidden, moe.expert_ffn), ("ffn_down_exps", moe.expert_ffn, hidden)]
    if style.experts_beside_mlp:
        shapes[0] = ("ffn_gate_up_exps", hidden, 2 * moe.expert_ffn)
        yield Tensor("ffn_gate_inp.scale", hidden, 1, layers)
        yield Tensor("ffn_down_exps.scale", n, 1, layers)
        for role in ("pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"):
            yield from _norm(model, role, hidden, layers)
    elif style.gated_mlp:
        shapes.insert(0, ("ffn_gate_exps", hidden, moe.expert_ffn))
    for role, width, rows in shapes:
        yield Tensor(role, width, rows * n, layers, None, n)
        if style.expert_bias:
            yield Tensor(f"{role}.bias", rows, n, layers, None, n)
    if moe.shared:
        fused = view == "torch" and style.fused_gate_up_torch
        if style.gated_mlp and not fused:
            yield from _matrix("ffn_gate_shexp", hidden, moe.shared_ffn, layers, "gate_proj")
        yield from _matrix("ffn_up_shexp", hidden, moe.shared_ffn * (2 if fused else 1), layers, "up_proj")
        yield from _matrix("ffn_down_shexp", moe.shared_ffn, hidden, layers, "down_proj")
        if style.shared_expert_gate:
            yield from _matrix("ffn_gate_inp_shexp", hidden, 1, layers, "shared_expert_gate")
