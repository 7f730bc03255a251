"""A GGUF file's header -> Model: facts from its metadata, held against its real tensors, whose types it then keeps."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from advisor import RESOURCES
from advisor.catalog.model import Model, Stored, Style, Window
from advisor.catalog.models import model_from_entry, styles
from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.gguf import Gguf, GgufTensor
from advisor.importers.gguf_parts import read_whole
from advisor.importers.headers import one_line
from advisor.importers.hf_config import llama_cpp_window, window_every
from advisor.importers.twins import Sizes, own, special, twin
from advisor.importers.unknown import adapter_refused, tensor_sums
from advisor.workload import LLAMA_CPP_QUANTS

MOST = 1 << 30  # no size or count of a model comes near
Place = tuple[str, int | None]  # a tensor's role and layer: ("attn_q", 3), ("token_embd", None)


def read_model(path: Path) -> Model:
    """The model in the GGUF file at `path` and its other parts, with what it `stored`. Raises UserError naming it."""
    return model_from_gguf(read_whole(path))


def model_from_gguf(gguf: Gguf) -> Model:
    """The model that the header describes. Raises UserError when it contradicts itself or holds no model.

    Of an architecture that is not known, parameters and bytes are exact and all else stays unknown.
    """
    arch = gguf.metadata.get("general.architecture")
    if not isinstance(arch, str):
        raise UserError(N_("{path}: {key} is missing"), path=gguf.path, key="general.architecture")
    _refuse_adapter(gguf)
    if not gguf.tensors:
        raise UserError(N_("{path}: its header names no tensors"), path=gguf.path)
    places = dict(_places(gguf))
    stored = _stored(gguf, places)
    facts = _Facts(gguf, arch)
    candidates = [style for style in styles().values() if style.gguf == arch]
    own_facts: dict[str, Any] = {
        "file_types": {place: tensor.type for place, tensor in places.items()},
        "stored": stored,
    }
    style = _style(candidates, arch, facts, places) if candidates else None
    if style is None or style.name in special():
        found = _twin(facts, places, arch)
        if found is None:
            return _unknown(gguf, facts, arch, stored)
        _check_layers(gguf, places, found.layers)
        return dataclasses.replace(found, **cast(Any, {**own(found, _name(gguf), str(gguf.path)), **own_facts}))
    entry = _entry(gguf, facts, places, style)
    model = model_from_entry(entry, {style.name: _observed(style, places)}, str(gguf.path))
    _check_layers(gguf, places, model.layers)
    return dataclasses.replace(model, window=_window(facts, model), file_types=own_facts["file_types"], stored=stored)


def _style(candidates: Sequence[Style], arch: str, facts: "_Facts", places: Mapping[Place, GgufTensor]) -> Style:
    """The style among those that llama.cpp stores under one name: what the file has decides, then the name itself
    ("llama" before others that are stored as llama).
    """
    corrected = any(role.startswith("exp_probs_b") for role, _ in places)
    windowed = bool(facts.get("window"))
    return min(
        candidates,
        key=lambda s: (s.router_correction != corrected, (window_every(s.name) is not None) != windowed,
                       s.name != arch, s.name),
    )  # fmt: skip


def _twin(facts: "_Facts", places: Mapping[Place, GgufTensor], arch: str) -> Model | None:
    table = places.get(("token_embd", None))
    layers = facts.get("layers")
    vocab = table.shape[1] if table is not None and len(table.shape) == 2 else None
    sizes = Sizes(
        None if layers is None else layers - (facts.get("next_layers") or 0),
        facts.get("hidden"), facts.get("heads"), vocab, facts.get("experts"),
    )  # fmt: skip
    return twin((arch,), sizes)


def _name(gguf: Gguf) -> str:
    return one_line(gguf.metadata.get("general.name") or gguf.path.stem) or gguf.path.name


def _refuse_adapter(gguf: Gguf) -> None:
    """A LoRA adapter has no weights of its own (gguf-py/gguf/constants.py, GGUFType.ADAPTER)."""
    if gguf.metadata.get("general.type") == "adapter":
        base = gguf.metadata.get("general.base_model.0.name") or gguf.metadata.get("general.architecture")
        raise adapter_refused(gguf.path, str(base))


def _stored(gguf: Gguf, places: Mapping[Place, GgufTensor]) -> Stored:
    sizes: dict[str, int] = {}
    for tensor in gguf.tensors:
        sizes[tensor.type] = sizes.get(tensor.type, 0) + tensor.bytes
    common = max(sizes, key=lambda kind: sizes[kind])
    document = _document()
    stated = document["file_types"].get(str(gguf.metadata.get("general.file_type")))
    near = document["nearest"]
    return Stored(
        type=common,
        quant=stated if stated in LLAMA_CPP_QUANTS else near.get(common, near[""]),
        format=stated or common,
        bytes=sum(sizes.values()),
        parameters=sum(tensor.elements for tensor in gguf.tensors),
        tensors={
            place: (tensor.elements // (tensor.shape[0] if tensor.shape else 1), tensor.bytes)
            for place, tensor in places.items()
        },
    )


def _unknown(gguf: Gguf, facts: "_Facts", arch: str, stored: Stored) -> Model:
    """A model of which only its tensors are known; what its metadata names beside is kept, to be shown."""
    sizes = {name: facts.get(name) for name in ("layers", "hidden", "heads", "kv_heads", "key_length", "max_context")}
    return tensor_sums(one_line(arch)[:60], _name(gguf), str(gguf.path), stored, sizes)


def _check_layers(gguf: Gguf, places: Mapping[Place, GgufTensor], layers: int) -> None:
    missing = set(range(layers)) - {layer for _, layer in places}
    if missing:
        raise UserError(
            N_("{path}: layer {layer} of its {layers} layers has no tensors"),
            path=gguf.path, layer=min(missing), layers=layers,
        )  # fmt: skip


@cache
def _document() -> Mapping[str, Any]:
    document: Any = read_json(RESOURCES / "catalog" / "gguf.json")
    facts: Mapping[str, Any] = document
    return facts


def _spellings() -> Mapping[str, str]:
    keys: Mapping[str, str] = _document()["keys"]
    return keys


class _Facts:
    """The metadata by our names; a list that has one value per layer gives its largest."""

    def __init__(self, gguf: Gguf, arch: str) -> None:
        self.gguf, self.arch = gguf, arch

    def get(self, name: str) -> int | None:
        key = f"{self.arch}.{_spellings()[name]}"
        value = self.gguf.metadata.get(key)
        if isinstance(value, tuple):
            value = max(value, default=None) if all(isinstance(one, int) for one in value) else None
        if value is None or isinstance(value, bool) or not isinstance(value, int):
            return None
        if not 0 <= value <= MOST:
            key = f"{self.arch}.{_spellings()[name]}"
            raise UserError(
                N_("{where}: {key}: {value} is not a size or count"), where=self.gguf.path, key=key, value=value
            )
        return value

    def need(self, name: str) -> int:
        value = self.get(name)
        if value is None:
            key = f"{self.arch}.{_spellings()[name]}"
            raise UserError(N_("{path}: {key} is missing"), path=self.gguf.path, key=key)
        return value


def _places(gguf: Gguf) -> Iterator[tuple[Place, GgufTensor]]:
    for tensor in gguf.tensors:
        role, layer = tensor.name.removesuffix(".weight"), None
        if role.startswith("blk."):
            number, _, rest = role[4:].partition(".")
            if number.isdecimal() and len(number) <= 6:
                role, layer = rest, int(number)
        yield (role, layer), tensor


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
    name = _name(gguf)
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
    size = facts.get("window") or llama_cpp_window(model.style.name)
    every = window_every(model.style.name)
    if not size or every is None:
        return None
    return Window(size, tuple((i + 1) % every != 0 for i in range(model.layers)))
