"""Hugging Face's config.json -> Model: its many spellings, and what a key that is left out means."""

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from advisor import RESOURCES
from advisor.catalog.model import Model, Style, Window
from advisor.catalog.models import MAX_EXPERTS, MAX_HEADS, MAX_LAYERS, MAX_VOCAB, MAX_WIDTH, model_from_entry, styles
from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.headers import one_line, read_document
from advisor.importers.twins import Sizes, own, special, twin
from advisor.importers.unknown import bounded_model

Config = Mapping[str, Any]
CONFIG_LIMIT = 4 << 20  # the longest published ones list what is not quantised: under 1 MiB
DELTA_KEYS = {
    "key_heads": "linear_num_key_heads",
    "value_heads": "linear_num_value_heads",
    "key_head_dim": "linear_key_head_dim",
    "value_head_dim": "linear_value_head_dim",
    "conv_kernel": "linear_conv_kernel_dim",
}
MAMBA_KEYS = {
    "value_heads": "mamba_n_heads",
    "value_head_dim": "mamba_d_head",
    "groups": "mamba_n_groups",
    "state": "mamba_d_state",
    "conv_kernel": "mamba_d_conv",
}
LIMITS = {
    "layers": MAX_LAYERS, "heads": MAX_HEADS, "kv_heads": MAX_HEADS, "vocab": MAX_VOCAB, "experts": MAX_EXPERTS,
    "max_context": 1 << 30,
}  # fmt: skip
NEVER_ZERO = ("layers", "hidden", "heads", "kv_heads", "head_dim", "vocab", "expert_ffn")
LISTS_TOO = ("moe_layer_freq", "intermediate_size")  # Gemma 3n has a width for each layer
MORE_NUMBERS = (
    *DELTA_KEYS.values(),
    *MAMBA_KEYS.values(),
    "q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "block_multiple_of",
    "conv_L_cache", "full_attention_interval", "intermediate_size_mlp", "sliding_window", "sliding_window_pattern",
)  # fmt: skip
MLA_KEYS = ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")
# Layer types as transformers names them; the rest (mamba, linear_attention, conv) keep a state instead of a cache.
FULL, LOCAL = ("full_attention", "attention"), ("sliding_attention", "chunked_attention")


def read_config(path: Path) -> Model:
    """The model that the config.json at `path` describes. Raises UserError naming the file and the field."""
    return model_from_config(read_document(path, CONFIG_LIMIT), str(path), path.parent.name or path.stem)


def model_from_config(data: object, where: str, name: str = "") -> Model:
    """The model that the config `data` describes; `where` names it in errors, `name` is used when it has none itself.

    A multimodal config counts its language model only; `count_note` then says so. Raises UserError.
    """
    if not isinstance(data, dict):
        raise UserError(N_("{where}: a JSON object was expected"), where=where)
    outer, config = data, _text_config(data)
    _check_numbers(config, where)
    _check_tied(config, outer, where)
    label = one_line(data.get("_name_or_path") or name or config.get("model_type") or "") or "model"
    style = _style(config)
    if style is None:
        return _unknown(config, outer, where, label)
    if style.name in special():
        return _as_twin(config, outer, style, where, label)
    _check_heads(config, style, where)
    known = {style.name: style}
    model = model_from_entry(_entry(config, outer, style, where, label), known, where)
    model = dataclasses.replace(model, window=_window(config, model, where))
    return model if config is outer else _with_towers(model, outer)


def _with_towers(model: Model, outer: Config) -> Model:
    """A multimodal config's model with the vision tower of the catalogue's model of the same sizes, if there is one.

    Towers are described in as many ways as there are publishers; the checkpoint's own tensors count them exactly.
    """
    sizes = Sizes(model.layers, model.hidden, model.heads, model.vocab, model.moe.experts if model.moe else None)
    known = twin({model.style.name}, sizes) if outer.get("vision_config") else None
    if known is None or "vision" not in known.extras:
        return dataclasses.replace(model, count_note="the language model alone; other towers are not in the count")
    return dataclasses.replace(
        model, extras={"vision": known.extras["vision"]}, count_note=f"with the vision tower of {known.name}"
    )


def _check_numbers(config: Config, where: str) -> None:
    """Refuse anything but whole numbers where sizes and counts stand, before anything is computed from them."""
    keys = (*(key for names in _spellings()[0].values() for key in names), *MORE_NUMBERS)
    for key in keys:
        value = config.get(key)
        if value is None or (key in LISTS_TOO and isinstance(value, list)):
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1 << 30:
            shown = repr(value)[:40]
            raise UserError(N_("{where}: {key}: {value} is not a size or count"), where=where, key=key, value=shown)

    for fact in NEVER_ZERO:
        if _get(config, fact) == 0 and not (fact == "expert_ffn" and _get(config, "experts") in (0, 1)):
            raise UserError(
                N_("{where}: {key}: {value} is not a size or count"), where=where, key=_key(config, fact), value=0
            )


def _check_tied(config: Config, outer: Config, where: str) -> None:
    for values in (config, outer):
        value = values.get("tie_word_embeddings")
        if value is not None and not isinstance(value, bool):
            raise UserError(
                N_("{where}: {field}: true or false was expected"), where=where, field="tie_word_embeddings"
            )


def _check_heads(config: Config, style: Style, where: str) -> None:
    """Refuse heads that no such model can have: a width that they do not divide, halves that rotary cannot turn."""
    hidden, heads = _needed(config, "hidden", where), _needed(config, "heads", where)
    latent = bool(config.get("kv_lora_rank"))
    given = _get(config, "head_dim") or _spellings()[1].get(style.name, {}).get("head_dim")
    key = _key(config, "head_dim")
    if latent:
        given, key = config.get("qk_rope_head_dim"), "qk_rope_head_dim"
    elif given is None:
        key = _key(config, "hidden")
        if hidden % heads:
            raise UserError(
                N_("{where}: {key}: {width} does not divide into {heads} heads"),
                where=where, key=key, width=hidden, heads=heads,
            )  # fmt: skip
        given = hidden // heads
    if isinstance(given, int) and given % 2 and not style.learned_positions:
        raise UserError(
            N_("{where}: {key}: heads of {width} have no two halves for rotary positions"),
            where=where, key=key, width=given,
        )  # fmt: skip


def _key(config: Config, fact: str) -> str:
    """How the config spells `fact`."""
    names = _spellings()[0][fact]
    return next((key for key in names if config.get(key) is not None), names[0])


def _text_config(data: Config) -> Config:
    for key in ("text_config", "llm_config", "language_config"):
        inner = data.get(key)
        if isinstance(inner, dict):
            return {**_shared(data), **inner}
    return data


def _shared(data: Config) -> Config:
    """What a multimodal config says outside its text part, but means for it too."""
    return {key: data[key] for key in ("tie_word_embeddings", "vocab_size", "hidden_size") if key in data}


@cache
def _spellings() -> tuple[Mapping[str, Sequence[str]], Mapping[str, Mapping[str, Any]]]:
    document: Any = read_json(RESOURCES / "catalog" / "hf_configs.json")
    return document["names"], {entry["name"]: entry for entry in document["types"]}


def _get(config: Config, fact: str) -> Any:
    """The first spelling of `fact` that the config has; None when it has none."""
    return next((config[key] for key in _spellings()[0][fact] if config.get(key) is not None), None)


def _style(config: Config) -> Style | None:
    """The catalogue's style for the config's model_type; None when there is none."""
    kind = str(config.get("model_type"))
    for name in (kind, f"{kind}_text"):
        if name in styles():
            return _with_biases(styles()[name], config)
    return None


def _as_twin(config: Config, outer: Config, style: Style, where: str, label: str) -> Model:
    """The catalogue's model of the same sizes, for an architecture whose config says more than is read here."""
    facts = (_get(config, name) for name in ("layers", "hidden", "heads", "vocab", "experts"))
    found = twin({style.name}, Sizes(*facts))
    if found is None:
        return _unknown(config, outer, where, label)
    return dataclasses.replace(found, **cast(Any, own(found, label, where)))


def _unknown(config: Config, outer: Config, where: str, label: str) -> Model:
    """A model of which only bounds are known; refuses a config that does not even state its sizes."""
    kind = config.get("model_type")
    if not isinstance(kind, str):
        raise UserError(N_("{where}: model_type is missing"), where=where)
    tied = config.get("tie_word_embeddings", outer.get("tie_word_embeddings"))
    facts = {name: _get(config, name) for name in _spellings()[0] if name not in ("first_dense", "moe_every")}
    if isinstance(facts["ffn"], list):  # a width for each layer: no bounds follow from one of them
        facts["ffn"] = None
    for name, value in facts.items():
        if isinstance(value, int) and value > LIMITS.get(name, MAX_WIDTH):
            key = next(key for key in _spellings()[0][name] if config.get(key) is not None)
            raise UserError(N_("{where}: {key}: {value} is not a size or count"), where=where, key=key, value=value)
    model = bounded_model(one_line(kind)[:60], facts, label, where, tied if isinstance(tied, bool) else None)
    if model is None:
        raise UserError(
            N_("{where}: model_type {kind} is not known, and not all sizes of a language model are stated"),
            where=where, kind=repr(kind[:60]),
        )  # fmt: skip
    return model


def _with_biases(style: Style, config: Config) -> Style:
    """The style with the biases that the config switches on or off where its architecture lets it choose."""
    default = _spellings()[1].get(style.name, {})
    changes: dict[str, Any] = {}
    attention = config.get("attention_bias", config.get("use_qkv_bias", config.get("use_bias", config.get("bias"))))
    if isinstance(attention, bool) and attention != bool(default.get("attention_bias") or default.get("use_bias")):
        changes["qkv_bias"] = attention
        changes["output_bias"] = attention and bool(default.get("bias_covers_output"))
    mlp = config.get("mlp_bias")
    if isinstance(mlp, bool):
        changes["mlp_bias"] = mlp
    if isinstance(config.get("use_qk_norm"), bool) and style.name.startswith("glm4_moe"):
        changes["qk_norm"] = "head" if config["use_qk_norm"] else "none"
    return dataclasses.replace(style, **changes)


def _entry(config: Config, outer: Config, style: Style, where: str, label: str) -> dict[str, Any]:
    """The catalogue entry that says what the config says."""
    default = _spellings()[1].get(style.name, {})
    heads = _needed(config, "heads", where)
    hidden = _needed(config, "hidden", where)
    entry: dict[str, Any] = {
        "id": label.lower(), "name": label, "family": style.name, "kind": "base", "style": style.name, "source": where,
        "layers": _needed(config, "layers", where), "hidden": hidden, "heads": heads,
        "kv_heads": _kv_heads(config, heads), "head_dim": _head_dim(config, default, hidden, heads),
        "vocab": _needed(config, "vocab", where), "tied_embeddings": _tied(config, outer, default),
        "ffn": _dense_width(config, style), "max_context": _get(config, "max_context"),
        "rope_factors": _rope_type(config) == "llama3",
    }  # fmt: skip
    if config.get("kv_lora_rank"):
        entry["mla"] = {key: config[key] for key in MLA_KEYS if config.get(key) is not None}
        entry["head_dim"] = sum(config.get(key) or 0 for key in ("qk_nope_head_dim", "qk_rope_head_dim"))
        entry["kv_heads"] = heads
    if (_get(config, "experts") or 0) > 1:
        entry["moe"] = _moe(config, where)
        if entry["moe"].get("first_dense", 0) == 0 and entry["moe"].get("every", 1) == 1:
            entry.pop("ffn")
    entry["linear"] = _linear(config, style, entry["layers"], where)
    return {key: value for key, value in entry.items() if value is not None}


def _needed(config: Config, fact: str, where: str) -> Any:
    value = _get(config, fact)
    if value is None:
        raise UserError(N_("{where}: {key} is missing"), where=where, key=_spellings()[0][fact][0])
    return value


def _kv_heads(config: Config, heads: Any) -> Any:
    if config.get("multi_query") is True and not config.get("new_decoder_architecture"):
        return 1  # Falcon 7B
    return _get(config, "kv_heads") or heads


def _head_dim(config: Config, default: Config, hidden: Any, heads: Any) -> Any:
    given = _get(config, "head_dim") or default.get("head_dim")
    if given is None and isinstance(hidden, int) and isinstance(heads, int) and heads:
        return hidden // heads
    return given


def _tied(config: Config, outer: Config, default: Config) -> bool:
    given = config.get("tie_word_embeddings", outer.get("tie_word_embeddings"))
    return given if isinstance(given, bool) else bool(default.get("tied_embeddings", False))


def _dense_width(config: Config, style: Style) -> Any:
    if style.name == "llama4_text":
        return config.get("intermediate_size_mlp")
    width = _get(config, "ffn")
    if style.name.startswith("lfm2") and isinstance(width, int) and config.get("block_auto_adjust_ff_dim", True):
        return _lfm2_width(config, width) if style.name == "lfm2" else width
    if width is None and style.name == "falcon":
        return 4 * (_get(config, "hidden") or 0) or None
    return width


def _lfm2_width(config: Config, width: int) -> int:
    """LFM2 shrinks its stated width to two thirds and rounds up (transformers, Lfm2MLP)."""
    multiple = config.get("block_multiple_of") or 256
    factor = config.get("block_ffn_dim_multiplier")
    shrunk = int((factor if isinstance(factor, float) and 0 < factor < 100 else 1.0) * int(2 * width / 3))
    return -(-shrunk // multiple) * multiple


def _rope_type(config: Config) -> str:
    scaling = config.get("rope_scaling") or config.get("rope_parameters") or {}
    return str(scaling.get("rope_type", scaling.get("type", ""))) if isinstance(scaling, dict) else ""


def _moe(config: Config, where: str) -> dict[str, Any]:
    shared = _get(config, "shared") or (1 if config.get("shared_expert_intermediate_size") else 0)
    width = _get(config, "expert_ffn") or _get(config, "ffn")
    every = _get(config, "moe_every")
    moe: dict[str, Any] = {
        "experts": _get(config, "experts"), "active": _needed(config, "active", where), "expert_ffn": width,
        "first_dense": _get(config, "first_dense") or 0, "every": every if isinstance(every, int) else 1,
    }  # fmt: skip
    if shared:
        one = _get(config, "shared_ffn") or (width * shared if isinstance(width, int) else None)
        moe |= {"shared": shared, "shared_ffn": one}
    return {key: value for key, value in moe.items() if value is not None}


def _layer_types(config: Config, layers: int, where: str) -> Sequence[str] | None:
    types = config.get("layer_types", config.get("layers_block_type"))
    if types is None:
        return None
    if not isinstance(types, list) or len(types) != layers or not all(isinstance(t, str) for t in types):
        raise UserError(
            N_("{where}: layer_types does not name a type for each of the {layers} layers"), where=where, layers=layers
        )
    return types


def _window(config: Config, model: Model, where: str) -> Window | None:
    """Which layers see only a window: by layer_types, else by pattern, else all when a window is on."""
    default = _spellings()[1].get(model.style.name, {})
    size = config.get("sliding_window") or default.get("window")
    if not isinstance(size, int) or size < 1 or config.get("use_sliding_window") is False:
        return None
    types = _layer_types(config, model.layers, where)
    if types is not None:
        local = tuple(kind in LOCAL for kind in types)
    else:
        every = config.get("sliding_window_pattern", default.get("window_every"))
        local = tuple(not isinstance(every, int) or every < 2 or (i + 1) % every != 0 for i in range(model.layers))
    return Window(size, local) if any(local) else None


def _linear(config: Config, style: Style, layers: object, where: str) -> dict[str, Any] | None:
    """The layers that keep a state instead of a cache: delta net (Qwen3-Next), short convolution (LFM2), Mamba 2."""
    types = _layer_types(config, layers, where) if isinstance(layers, int) else None
    attention = [i for i, kind in enumerate(types) if kind in FULL] if types is not None else None
    if style.name.startswith("lfm2"):
        listed = config.get("full_attn_idxs", attention) or []
        return {"type": "short_conv", "attention_layers": listed, "conv_kernel": config.get("conv_L_cache", 3)}
    if config.get("linear_num_value_heads"):
        mask = (
            {"attention_layers": attention}
            if attention
            else {"attention_every": config.get("full_attention_interval", 4)}
        )
        return {"type": "gated_delta_net", **mask, **_renamed(config, DELTA_KEYS)}
    if style.name == "granitemoehybrid" and types is not None and "mamba" in types:
        return {"type": "mamba2", "attention_layers": attention, **_renamed(config, MAMBA_KEYS)}
    return None


def window_every(style: str) -> int | None:
    """Every how many layers one sees everything, by architecture; None when no fixed pattern is known."""
    every = _spellings()[1].get(style, {}).get("window_every")
    return every if isinstance(every, int) else None


def llama_cpp_window(style: str) -> int | None:
    """The window that llama.cpp gives an architecture by itself, whatever its file says (src/models/llama4.cpp)."""
    size = _spellings()[1].get(style, {}).get("llama_cpp_window")
    return size if isinstance(size, int) else None


def _renamed(config: Config, keys: Mapping[str, str]) -> dict[str, Any]:
    return {ours: config[theirs] for ours, theirs in keys.items() if theirs in config}
