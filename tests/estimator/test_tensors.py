"""Tensors: equal to what llama.cpp's and torch's own files hold, in both views of every model."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.model import Model
from advisor.catalog.models import find_model, model_from_entry, models, styles
from advisor.estimator.tensors import (
    active_parameters,
    gguf_extra,
    language_parameters,
    linears,
    parameters,
    tensors,
)


def truth(shared: Path, name: str) -> dict[str, Any]:
    """One file of measured rows."""
    data: dict[str, Any] = json.loads(gzip.decompress((shared / "truth" / name).read_bytes()))
    return data


def test_gguf_names_counts_and_sizes_equal_llama_cpp(shared: Path) -> None:
    """Every tensor of 21 quantised files by name and number, and their sum: no tensor missing, none too many."""
    files = truth(shared, "inference_llamacpp.json.gz")["quant_sizes"]
    assert len({file["model"] for file in files}) >= 20
    for file in files:
        found: Counter[str] = Counter()
        every = tensors(find_model(file["model"])) + gguf_extra(find_model(file["model"]))
        for tensor in every:
            found[tensor.role if tensor.role.endswith(".bias") else f"{tensor.role}.weight"] += tensor.copies
        assert found == {role: sum(types.values()) for role, types in file["roles"].items()}, file["model"]
        assert sum(tensor.elements for tensor in every) == file["params"], file["model"]


def test_lora_parameters_equal_peft(shared: Path) -> None:
    """Linear names and shapes: an adapter of rank r on all of them has as many parameters as PEFT counted."""
    rows = [
        row for row in truth(shared, "training_torch.json.gz")["rows"]
        if row.get("lora") and row["lora"]["targets"] == "all" and not row["layers_truncated"]
    ]  # fmt: skip
    assert len({row["model"] for row in rows}) >= 4
    for row in rows:
        layers = [t for t in linears(find_model(row["model"])) if t.role != "output"]
        count = sum(row["lora"]["r"] * (t.width + t.rows) * t.copies for t in layers)
        assert count == row["trainable_params"], row["model"]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_both_views_hold_the_same_parameters(model: Model) -> None:
    """GGUF splits and fuses, drops unused vocabulary rows, pads a table, keeps an activation's numbers elsewhere, and K
    and V of layers that share others' (transformers drops those: an extra of the count); nothing else.
    """
    gguf = sum(tensor.elements for tensor in tensors(model, "gguf"))
    dropped = (model.vocab - (model.gguf_vocab or model.vocab)) * model.hidden * (1 if model.tied_embeddings else 2)
    kept = model.style.activation_parameters * model.layers - model.extras.get("shared_kv", 0)
    padded = (model.vocab - (model.layer_vocab or model.vocab)) * model.layer_embedding * model.layers
    assert gguf + dropped + kept - padded == language_parameters(model)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_tensors_are_well_formed(model: Model) -> None:
    """Names are unique in each layer, layers exist, sizes are positive, every layer attends or keeps a state."""
    for view in ("gguf", "torch"):
        seen: set[tuple[str, int]] = set()
        for tensor in tensors(model, view):
            assert tensor.width > 0
            assert tensor.rows > 0
            assert tensor.rows % tensor.experts == 0
            for layer in tensor.layers or (-1,):
                assert -1 <= layer < model.layers
                assert (tensor.role, layer) not in seen
                seen.add((tensor.role, layer))
    mixing = {"attn_output", "ssm_out", "shortconv.out_proj"}
    layers = [layer for t in tensors(model) if t.role in mixing for layer in t.layers]
    if model.plan:
        ffn = {layer for t in tensors(model) if t.role in ("ffn_down", "ffn_down_exps") for layer in t.layers}
        assert not ffn & set(layers)
        layers += sorted(ffn)
    assert sorted(layers) == list(range(model.layers))


def test_active_parameters_count_the_active_experts() -> None:
    """Dense models use all; Mixtral 8x7B uses 2 of 8 experts: 12.9 billion of 46.7."""
    dense = find_model("qwen2.5-7b")
    assert active_parameters(dense) == parameters(dense) == 7615616512
    assert active_parameters(find_model("mixtral-8x7b")) == 12879925248
    for model in models():
        assert 0 < active_parameters(model) <= language_parameters(model) <= parameters(model)
        partly = model.moe is not None or bool(model.layer_embedding)
        assert (active_parameters(model) < language_parameters(model)) == partly


def test_active_parameters_equal_the_facts(shared: Path) -> None:
    """The counts that were found independently for every mixture of experts."""
    facts = json.loads((shared / "facts" / "models.json").read_text(encoding="utf-8"))["models"]
    moe = [fact for fact in facts if fact["params_active"]]
    assert len(moe) > 40
    for fact in moe:
        assert active_parameters(find_model(fact["name"])) == fact["params_active"], fact["name"]


def test_rope_tables_are_in_the_file_but_no_parameters() -> None:
    """Llama 3.1 and later, and Phi-3 128k: F32 tables beside the weights."""
    assert [(t.role, t.width) for t in gguf_extra(find_model("llama-3.1-8b"))] == [("rope_freqs", 64)]
    assert [t.width for t in gguf_extra(find_model("phi-3-mini-128k"))] == [48, 48]
    assert gguf_extra(find_model("llama-3-8b")) == ()


def test_latent_attention_is_split_for_llama_cpp() -> None:
    """DeepSeek-V3: torch has one kv_b_proj; llama.cpp holds its key part transposed and its value part apart."""
    model = find_model("deepseek-v3")
    gguf = {t.role: (t.width, t.rows) for t in tensors(model)}
    torch = {t.module: (t.width, t.rows) for t in linears(model)}
    assert gguf["attn_k_b"] == (128, 512 * 128)
    assert gguf["attn_v_b"] == (512, 128 * 128)
    assert torch["kv_b_proj"] == (512, 128 * 256)
    assert sum(t.copies for t in tensors(model)) == 1086  # as llama.cpp's log says of the file


def test_fused_linears_follow_the_framework() -> None:
    """Baichuan 2's W_pack is one Linear in torch and three tensors in GGUF; Phi-3's qkv_proj is one in both."""
    baichuan, phi = find_model("baichuan2-7b"), find_model("phi-3-mini-4k")
    assert {"attn_q", "attn_k", "attn_v"} <= {t.role for t in tensors(baichuan)}
    assert "W_pack" in {t.module for t in linears(baichuan)}
    assert "attn_qkv" in {t.role for t in tensors(phi)}
    assert {t.module for t in linears(phi)} == {"qkv_proj", "o_proj", "gate_up_proj", "down_proj", "lm_head"}


def test_linear_layers_have_no_attention() -> None:
    """Qwen3.5: attention in every fourth layer, a gated delta net in the others."""
    roles = {t.role: t.layers for t in tensors(find_model("qwen3.5-4b"))}
    assert roles["attn_k"] == (3, 7, 11, 15, 19, 23, 27, 31)
    assert set(roles["attn_k"]).isdisjoint(roles["ssm_out"])


def test_nemotron_hs_layers_are_one_thing_each() -> None:
    """Each layer a state layer, attention or experts, with one norm: as its plan says."""
    model = find_model("nemotron-3-nano-30b-a3b")
    where = {t.role: t.layers for t in tensors(model)}
    assert where["attn_k"] == (5, 12, 19, 26, 33, 42)
    assert len(where["ssm_in"]) == len(where["ffn_up_exps"]) == 23
    assert where["attn_norm"] == tuple(range(52))
    assert "ffn_norm" not in where
    assert "ffn_gate_exps" not in where


def test_gemma_4s_layers_differ() -> None:
    """Two head sizes, keys that serve as values, shared caches, wider late MLPs, embeddings of every layer's own."""
    small, large = find_model("gemma-4-e2b"), find_model("gemma-4-31b")
    keys = {(t.rows, t.layers[0]): len(t.layers) for t in tensors(small) if t.role == "attn_k"}
    assert keys == {(256, 0): 28, (512, 4): 7}
    assert {layer for t in tensors(small, "torch") if t.role == "attn_k" for layer in t.layers} == set(range(15))
    assert {t.rows: len(t.layers) for t in tensors(small) if t.role == "ffn_up"} == {6144: 15, 12288: 20}
    assert next(t for t in tensors(small) if t.role == "per_layer_token_embd").elements == 262144 * 35 * 256
    values = {layer for t in tensors(large) if t.role == "attn_v" for layer in t.layers}
    assert values == {layer for layer in range(60) if layer % 6 != 5}
    # As the model card says: 25.2 billion, of which a token meets 3.8; 30.7 billion.
    assert round(language_parameters(find_model("gemma-4-26b-a4b")) / 1e9, 1) == 25.2
    assert round(active_parameters(find_model("gemma-4-26b-a4b")) / 1e9, 1) == 3.8
    assert round(language_parameters(large) / 1e9, 1) == 30.7
    # "2.3B effective": without the table of which a token reads a row.
    assert round(active_parameters(small) / 1e9, 1) == 2.3


SIZES = st.integers(1, 64)


@settings(max_examples=40, deadline=None)
@given(
    style=st.sampled_from(sorted(styles())), layers=SIZES, hidden=SIZES, ffn=SIZES, groups=st.integers(1, 8),
    kv_heads=st.integers(1, 8), head_dim=SIZES, vocab=SIZES, tied=st.booleans(),
)  # fmt: skip
def test_any_shape_of_any_architecture_has_tensors(
    style: str, layers: int, hidden: int, ffn: int, groups: int, kv_heads: int, head_dim: int, vocab: int, tied: bool
) -> None:
    """No shape breaks a style; more layers are more parameters, by the same step each."""
    entry: dict[str, object] = {
        "id": "x", "name": "x", "family": "x", "kind": "base", "style": style, "hidden": hidden, "ffn": ffn,
        "heads": groups * kv_heads, "kv_heads": kv_heads, "head_dim": head_dim, "vocab": vocab,
        "tied_embeddings": tied, "source": "a test",
    }  # fmt: skip
    counts = [
        language_parameters(model_from_entry({**entry, "layers": n}, styles()))
        for n in (layers, layers + 1, layers + 2)
    ]
    assert counts[0] < counts[1]
    assert counts[1] - counts[0] == counts[2] - counts[1]
