"""config.json files as publishers write them give the same model as the catalogue."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.models import find_model, models
from advisor.errors import UserError
from advisor.estimator.mixes import weights
from advisor.estimator.tensors import parameters
from advisor.importers import model_of
from advisor.importers.hf_config import model_from_config
from advisor.importers.twins import special

# The keys that matter of the published files, spelled as they are there (Hugging Face, config.json of each repository).
CONFIGS: dict[str, dict[str, Any]] = {
    "qwen2.5-7b": {
        "model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_attention_heads": 28,
        "num_hidden_layers": 28, "num_key_value_heads": 4, "vocab_size": 152064, "tie_word_embeddings": False,
        "sliding_window": 131072, "use_sliding_window": False, "max_position_embeddings": 32768,
    },
    "qwen2.5-0.5b": {
        "model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14,
        "num_hidden_layers": 24, "num_key_value_heads": 2, "vocab_size": 151936, "tie_word_embeddings": True,
    },
    "llama-3.1-8b": {
        "model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32,
        "num_hidden_layers": 32, "num_key_value_heads": 8, "vocab_size": 128256, "tie_word_embeddings": False,
        "attention_bias": False, "mlp_bias": False, "rope_scaling": {"factor": 8.0, "rope_type": "llama3"},
    },
    "phi-3-mini-4k": {
        "model_type": "phi3", "hidden_size": 3072, "intermediate_size": 8192, "num_attention_heads": 32,
        "num_hidden_layers": 32, "num_key_value_heads": 32, "vocab_size": 32064, "sliding_window": 2047,
        "attention_bias": False, "tie_word_embeddings": False,
    },
    "mixtral-8x7b": {
        "model_type": "mixtral", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32,
        "num_hidden_layers": 32, "num_key_value_heads": 8, "num_local_experts": 8, "num_experts_per_tok": 2,
        "vocab_size": 32000, "sliding_window": None, "tie_word_embeddings": False,
    },
    "qwen3-30b-a3b": {
        "model_type": "qwen3_moe", "hidden_size": 2048, "intermediate_size": 6144, "moe_intermediate_size": 768,
        "num_attention_heads": 32, "num_hidden_layers": 48, "num_key_value_heads": 4, "head_dim": 128,
        "num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1, "mlp_only_layers": [],
        "vocab_size": 151936, "tie_word_embeddings": False, "use_sliding_window": False, "sliding_window": None,
    },
    "deepseek-v2-lite": {
        "model_type": "deepseek_v2", "hidden_size": 2048, "intermediate_size": 10944, "moe_intermediate_size": 1408,
        "num_attention_heads": 16, "num_hidden_layers": 27, "num_key_value_heads": 16, "n_routed_experts": 64,
        "n_shared_experts": 2, "num_experts_per_tok": 6, "first_k_dense_replace": 1, "moe_layer_freq": 1,
        "q_lora_rank": None, "kv_lora_rank": 512, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
        "vocab_size": 102400, "tie_word_embeddings": False,
    },
    "gpt-oss-20b": {
        "model_type": "gpt_oss", "hidden_size": 2880, "intermediate_size": 2880, "num_attention_heads": 64,
        "num_hidden_layers": 24, "num_key_value_heads": 8, "head_dim": 64, "num_local_experts": 32,
        "num_experts_per_tok": 4, "vocab_size": 201088, "sliding_window": 128, "attention_bias": True,
        "layer_types": ["sliding_attention", "full_attention"] * 12, "tie_word_embeddings": False,
    },
    "falcon-7b": {
        "model_type": "falcon", "hidden_size": 4544, "num_attention_heads": 71, "num_hidden_layers": 32,
        "multi_query": True, "new_decoder_architecture": False, "parallel_attn": True, "bias": False,
        "vocab_size": 65024,
    },
    "qwen3-next-80b-a3b": {
        "model_type": "qwen3_next", "hidden_size": 2048, "intermediate_size": 5120, "moe_intermediate_size": 512,
        "num_attention_heads": 16, "num_hidden_layers": 48, "num_key_value_heads": 2, "head_dim": 256,
        "num_experts": 512, "num_experts_per_tok": 10, "shared_expert_intermediate_size": 512, "decoder_sparse_step": 1,
        "full_attention_interval": 4, "linear_num_key_heads": 16, "linear_num_value_heads": 32,
        "linear_key_head_dim": 128, "linear_value_head_dim": 128, "linear_conv_kernel_dim": 4, "vocab_size": 151936,
        "tie_word_embeddings": False,
    },
    "lfm2-1.2b": {
        "model_type": "lfm2", "hidden_size": 2048, "intermediate_size": 12288, "num_attention_heads": 32,
        "num_hidden_layers": 16, "num_key_value_heads": 8, "block_auto_adjust_ff_dim": True, "block_multiple_of": 256,
        "block_ffn_dim_multiplier": 1.0, "full_attn_idxs": [2, 5, 8, 10, 12, 14], "conv_L_cache": 3,
        "vocab_size": 65536,
    },
}  # fmt: skip


FIELDS = (
    "layers",
    "hidden",
    "heads",
    "kv_heads",
    "head_dim",
    "ffn",
    "vocab",
    "tied_embeddings",
    "moe",
    "mla",
    "linear",
)


@pytest.mark.parametrize("name", CONFIGS)
def test_a_published_config_is_the_catalogue_s_model(name: str) -> None:
    """Parameter count, windows, cache layers and widths agree with the catalogue's own entry."""
    read, known = model_from_config(CONFIGS[name], name), find_model(name)
    assert parameters(read) == parameters(known) - sum(known.extras.values())
    for field in FIELDS:
        if field != "ffn" or known.moe is None:
            assert getattr(read, field) == getattr(known, field), field
    if known.window:
        assert read.window == known.window


def specials() -> list[str]:
    """A model of each architecture whose config says more than is read."""
    found = {model.style.name: model.id for model in models() if model.style.name in special()}
    assert set(found) == special()
    return list(found.values())


@pytest.mark.parametrize("name", specials())
def test_the_catalogue_s_model_stands_in_where_a_config_says_more_than_is_read(name: str) -> None:
    """Of the same sizes: that model under the file's name. Of others: unknown, with bounds."""
    known = find_model(name)
    config = {"model_type": known.style.name, "num_hidden_layers": known.layers, "hidden_size": known.hidden,
              "num_attention_heads": known.heads, "vocab_size": known.vocab, "intermediate_size": 64}  # fmt: skip
    if known.moe:
        config["num_experts"] = known.moe.experts
    read = model_from_config(config, "my-finetune/config.json", "my-finetune")
    assert parameters(read) == parameters(known) - sum(known.extras.values())
    assert (read.name, read.window, read.globals) == ("my-finetune", known.window, known.globals)
    assert "which has the same sizes" in read.count_note
    other = model_from_config({**config, "num_hidden_layers": known.layers + 1}, "x")
    assert other.parameter_bounds is not None


def test_every_architecture_with_more_to_it_is_among_them() -> None:
    """What a catalogue entry can say and a config's reader does not: then the catalogue's model must stand in."""
    more = {
        model.style.name
        for model in models()
        if model.globals or model.kv_shared or model.late_ffn or model.layer_embedding or model.indexer or model.plan
    }
    assert more <= special()


def test_a_multimodal_config_counts_its_language_model() -> None:
    """Gemma 3 4B nests it in text_config and leaves out what equals the defaults; the note says what is not counted."""
    text = {"model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34,
            "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "vocab_size": 262208,
            "sliding_window": 1024}  # fmt: skip
    known = find_model("gemma-3-4b")
    read = model_from_config({"model_type": "gemma3", "text_config": text, "vision_config": {}}, "gemma")
    assert parameters(read) == parameters(known) - sum(known.extras.values())
    assert read.tied_embeddings
    assert read.window == known.window
    assert "language model alone" in read.count_note
    seeing = model_from_config({"model_type": "gemma3", "text_config": text, "vision_config": {"depth": 27}}, "gemma")
    assert parameters(seeing) == parameters(known)
    assert "vision tower of" in seeing.count_note


def test_a_config_file_is_a_model_on_the_command_line(tmp_path: Path) -> None:
    """`advisor estimate PATH/config.json`; the folder's name names the model."""
    folder = tmp_path / "我的 模型"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIGS["qwen2.5-0.5b"]), encoding="utf-8")
    for path in (folder / "config.json", folder):
        model = model_of(str(path))
        assert (model.name, parameters(model)) == ("我的 模型", 494_032_768)


def test_another_file_is_told_from_an_unknown_name(tmp_path: Path) -> None:
    """A path to something that is no model at all."""
    path = tmp_path / "notes.txt"
    path.write_text("hello", encoding="utf-8")
    with pytest.raises(UserError, match=r"not a model; a \.gguf"):
        model_of(str(path))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model_type": None}, "model_type is missing"),
        ({"model_type": "perceptron", "intermediate_size": None}, "'perceptron' is not known"),
        ({"model_type": "perceptron", "num_hidden_layers": 10**6}, "num_hidden_layers: 1000000 is not a size"),
        ({"hidden_size": None}, "hidden_size is missing"),
        ({"num_attention_heads": 0}, "heads"),
        ({"num_key_value_heads": 5}, "kv_heads"),
        ({"num_key_value_heads": 0}, "num_key_value_heads: 0 is not"),
        ({"hidden_size": 2050, "num_attention_heads": 32}, "hidden_size: 2050 does not divide into 32 heads"),
        ({"hidden_size": 28 * 63}, "hidden_size: heads of 63"),
        ({"head_dim": 0}, "head_dim: 0 is not"),
        ({"head_dim": 63}, "head_dim: heads of 63"),
        ({"tie_word_embeddings": "yes"}, "tie_word_embeddings: true or false"),
        ({"moe_intermediate_size": 0}, "moe_intermediate_size: 0 is not"),
        ({"vocab_size": -3}, "vocab"),
        ({"num_hidden_layers": 10**9}, "layers"),
        ({"hidden_size": "wide"}, "hidden"),
        ({"sliding_window": 512, "use_sliding_window": True, "layer_types": ["full_attention"]}, "layer_types"),
    ],
)
def test_a_contradiction_names_its_field(change: dict[str, Any], said: str) -> None:
    """One sentence, with where it stands."""
    config = {k: v for k, v in {**CONFIGS["qwen2.5-7b"], **change}.items() if v is not None}
    with pytest.raises(UserError) as error:
        model_from_config(config, "line 3: config")
    assert said in str(error.value)


def test_experts_too_narrow_for_their_usual_type_have_another() -> None:
    """gpt-oss keeps its experts in MXFP4, whose blocks hold 32; a config of its kind with rows of 8 is F16 there."""
    model = model_from_config({**CONFIGS["gpt-oss-20b"], "intermediate_size": 8}, "x")
    assert "F16" in dict(weights(model, "Q4_K_M").types)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), lambda c: st.lists(c, max_size=3)
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(CONFIGS)), st.data())
def test_no_value_of_any_key_crashes(name: str, data: st.DataObject) -> None:
    """Whatever stands in one key: a model or a UserError."""
    key = data.draw(st.sampled_from(sorted(CONFIGS[name])))
    config = {**CONFIGS[name], key: data.draw(JSON)}
    with contextlib.suppress(UserError):
        assert parameters(model_from_config(config, "x")) > 0
