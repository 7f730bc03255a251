"""A GGUF file's header -> Model: facts from its metadata, held against its real tensors, whose types it then keeps."""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from advisor import RESOURCES
from advisor.catalog.model import Model, Style, Window
from advisor.catalog.models import model_from_entry, styles
from advisor.catalog.quants import tensor_types
from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.gguf import Gguf, GgufTensor, read_gguf

Place = tuple[str, int | None]  # a tensor's role and layer: ("attn_q", 3), ("token_embd", None)


def read_model(path: Path) -> Model:
    """The model in the GGUF file at `path`, its `file_types` filled. Raises UserError naming the file."""
    return model_from_gguf(read_gguf(path))


def model_from_gguf(gguf: Gguf) -> Model:
    """The model that the header describes. Raises UserError when its architecture is unknown or contradicts itself."""
    arch = gguf.metadata.get("general.architecture")
    if not isinstance(arch, str):
        raise UserError(N_("{path}: {key} is missing"), path=gguf.path, key="general.architecture")
    candidates = [style for style in styles().values() if style.gguf == arch]
    if not candidates:
        raise UserError(N_("{path}: the architecture {arch} is not known"), path=gguf.path, arch=repr(arch[:60]))
    # The style that is called like the architecture first: "llama" before those that llama.cpp stores as llama.
    style = min(candidates, key=lambda s: (s.name != arch, s.name))
    places = dict(_places(gguf))
    facts = _Facts(gguf, arch)
    entry = _entry(gguf, facts, places, style)
    model = model_from_entry(entry, {style.name: _observed(style, places)}, str(gguf.path))
    return dataclasses.replace(
        model,
        window=_window(facts, model),
        file_types={place: _type(gguf, tensor) for place, tensor in places.items()},
    )


@cache
def _spellings() -> Mapping[str, Any]:
    document: Any = read_json(RESOURCES / "catalog" / "gguf.json")
    return {"types": document["types"], "keys": document["keys"]}


class _Facts:
    """The metadata by our names; a list that has one value per layer gives its largest."""

    def __init__(self, gguf: Gguf, arch: str) -> None:
        self.gguf, self.arch = gguf, arch

    def get(self, name: str) -> int | None:
        key = f"{self.arch}.{_spellings()['keys'][name]}"
        value = self.gguf.metadata.get(key)
        if isinstance(value, tuple):
            value = max(value, default=None)
        if value is None or isinstance(value, bool) or not isinstance(value, int):
            return None
        return value

    def need(self, name: str) -> int:
        value = self.get(name)
        if value is None:
            key = f"{self.arch}.{_spellings()['keys'][name]}"
            raise UserError(N_("{path}: {key} is missing"), path=self.gguf.path, key=key)
        return value


def _places(gguf: Gguf) -> Iterator[tuple[Place, GgufTensor]]:
    for tensor in gguf.tensors:
        name = tensor.name.removesuffix(".weight")
        layer = None
        if name.startswith("blk."):
            number, _, name = name[4:].partition(".")
            if not number.isdecimal() or len(number) > 6:
                raise UserError(N_("{path}: tensor {name} has no layer number"), path=gguf.path, name=tensor.name[:80])
            layer = int(number)
        yield (name, layer), tensor


def _type(gguf: Gguf, tensor: GgufTensor) -> str:
    kind = _spellings()["types"].get(str(tensor.type))
    if kind is None:
        raise UserError(
            N_("{path}: tensor {name} has the unknown type {kind}"),
            path=gguf.path,
            name=tensor.name[:80],
            kind=tensor.type,
        )
    block = tensor_types()[kind].block
    if tensor.shape and tensor.shape[0] % block:
        raise UserError(
            N_("{path}: tensor {name}: rows of {width} do not divide into {kind} blocks of {block}"),
            path=gguf.path, name=tensor.name[:80], width=tensor.shape[0], kind=kind, block=block,
        )  # fmt: skip
    return str(kind)


def _observed(style: Style, places: Mapping[Place, GgufTensor]) -> Style:
    """The style with the biases that the file really has: fine-tuners switch them on and off."""
    roles = {role for role, _ in places}
    return dataclasses.replace(
        style,
        qkv_bias=bool(roles & {"attn_q.bias", "attn_qkv.bias"}),
        output_bias="attn_output.bias" in roles,
        mlp_bias=bool(roles & {"ffn_up.bias", "ffn_down.bias"}),
    )


def _entry(gguf: Gguf, facts: _Facts, places: Mapping[Place, GgufTensor], style: Style) -> dict[str, Any]:
    name = str(gguf.metadata.get("general.name") or gguf.path.stem)
    hidden, heads = facts.need("hidden"), facts.need("heads")
    layers = facts.need("layers") - (facts.get("next_layers") or 0)
    embedding = places.get(("token_embd", None))
    if embedding is None or len(embedding.shape) != 2:
        raise UserError(N_("{path}: {key} is missing"), path=gguf.path, key="token_embd.weight")
    entry: dict[str, Any] = {
        "id": name.lower(), "name": name, "family": style.name, "kind": "base", "style": style.name,
        "source": str(gguf.path), "layers": layers, "hidden": hidden, "heads": heads,
        "kv_heads": facts.get("kv_heads") or heads, "head_dim": facts.get("key_length") or hidden // max(heads, 1),
        "vocab": embedding.shape[1], "tied_embeddings": ("output", None) not in places,
        "ffn": facts.get("ffn") or None, "max_context": facts.get("max_context"),
        "rope_factors": ("rope_freqs", None) in places,
        "tokenizer": {"gpt2": "bpe", "llama": "spm"}.get(str(gguf.metadata.get("tokenizer.ggml.model"))),
        "merges": gguf.lengths.get("tokenizer.ggml.merges"),
    }  # fmt: skip
    long_rope = places.get(("rope_factors_long", None))
    if long_rope is not None:
        entry["long_rope"] = long_rope.shape[0]
    _add_latent(entry, facts)
    _add_experts(entry, facts, places)
    _add_linear(entry, facts, places)
    return {key: value for key, value in entry.items() if value is not None}


def _add_latent(entry: dict[str, Any], facts: _Facts) -> None:
    rank, rope = facts.get("kv_lora_rank"), facts.get("rope")
    if not rank or rope is None:
        return
    key, value = facts.get("mla_key") or facts.need("key_length"), facts.get("mla_value") or facts.get("key_length")
    entry["head_dim"], entry["kv_heads"] = key, entry["heads"]
    entry["mla"] = {
        "kv_lora_rank": rank, "qk_nope_head_dim": key - rope, "qk_rope_head_dim": rope, "v_head_dim": value,
    } | ({"q_lora_rank": facts.get("q_lora_rank")} if facts.get("q_lora_rank") else {})  # fmt: skip


def _add_experts(entry: dict[str, Any], facts: _Facts, places: Mapping[Place, GgufTensor]) -> None:
    experts = facts.get("experts") or 0
    if experts < 2:
        return
    # The tensors themselves say which layers have experts and how wide everything is.
    down = next((t for (role, _), t in places.items() if role == "ffn_down_exps"), None)
    width = down.shape[0] if down is not None else facts.get("expert_ffn") or entry["ffn"]
    shared = next((t for (role, _), t in places.items() if role == "ffn_down_shexp"), None)
    entry["moe"] = {"experts": experts, "active": facts.need("active"), "expert_ffn": width}
    if shared is not None:
        entry["moe"] |= {"shared": facts.get("shared") or 1, "shared_ffn": shared.shape[0]}
    if facts.get("first_dense"):
        entry["moe"]["first_dense"] = facts.get("first_dense")
    if (facts.get("every") or 1) > 1:
        entry["moe"]["every"] = facts.get("every")
    if not any(role == "ffn_down" for role, _ in places):
        entry["ffn"] = None


def _add_linear(entry: dict[str, Any], facts: _Facts, places: Mapping[Place, GgufTensor]) -> None:
    attention = sorted({layer for role, layer in places if role in ("attn_k", "attn_qkv_full") and layer is not None})
    attention = [layer for layer in attention if layer < entry["layers"]]
    if facts.get("short_conv"):
        entry["linear"] = {"type": "short_conv", "attention_layers": attention, "conv_kernel": facts.get("short_conv")}
    elif facts.get("inner"):
        inner, steps, state = facts.need("inner"), facts.need("steps"), facts.need("state")
        groups = facts.get("groups") or 1
        common = {"attention_layers": attention, "conv_kernel": facts.need("conv_kernel"), "value_heads": steps}
        if any(role == "ssm_d" for role, _ in places):
            entry["linear"] = {
                "type": "mamba2",
                **common,
                "value_head_dim": inner // max(steps, 1),
                "groups": groups,
                "state": state,
            }
        else:
            sizes = {"key_heads": groups, "key_head_dim": state, "value_head_dim": inner // max(steps, 1)}
            entry["linear"] = {"type": "gated_delta_net", **common, **sizes}


def _window(facts: _Facts, model: Model) -> Window | None:
    """The file states the window's size; which layers have it is llama.cpp's knowledge of the architecture."""
    from advisor.importers.hf_config import window_every

    size = facts.get("window")
    every = window_every(model.style.name)
    if not size or every is None:
        return None
    return Window(size, tuple((i + 1) % every != 0 for i in range(model.layers)))
