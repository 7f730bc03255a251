"""The model catalogue: every entry true to the publisher's count, every name findable, every fault named."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import RESOURCES
from advisor.catalog.model import Model
from advisor.catalog.models import find_model, load_models, model_from_entry, models, styles
from advisor.errors import UserError
from advisor.estimator.tensors import parameters

ENTRY: dict[str, object] = {
    "id": "mine-7b", "name": "Mine-7B", "family": "Mine", "kind": "chat", "style": "llama",
    "layers": 32, "hidden": 4096, "ffn": 11008, "heads": 32, "kv_heads": 32, "head_dim": 128, "vocab": 32000,
    "max_context": 4096, "source": "a test",
}  # fmt: skip


def folder_with(path: Path, entries: list[dict[str, object]]) -> Path:
    """A catalogue folder with the real architectures and `entries`, under a path with Chinese letters and a space."""
    folder = path / "目录 1"
    (folder / "models").mkdir(parents=True)
    text = (RESOURCES / "catalog" / "architectures.json").read_text(encoding="utf-8")
    (folder / "architectures.json").write_text(text, encoding="utf-8")
    (folder / "models" / "mine.json").write_text(json.dumps({"models": entries}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_computed_parameters_equal_the_published_count(model: Model) -> None:
    """To the last parameter; where the published count is rounded, remembered or off, the entry says why."""
    if model.published_parameters is None:
        assert model.count_note
        return
    difference = abs(parameters(model) - model.published_parameters)
    assert difference <= model.count_tolerance * model.published_parameters
    if model.count_tolerance:
        assert difference, "the count is exact: its tolerance is not needed"
        assert model.count_note


def test_over_200_models_are_exact() -> None:
    """The exact ones are the rule: at least 230 of all."""
    exact = [model for model in models() if parameters(model) == model.published_parameters]
    assert len(models()) >= 240
    assert len(exact) >= 230


@pytest.mark.parametrize("model", models(), ids=lambda model: model.id)
def test_facts_are_plausible(model: Model) -> None:
    """Heads divide, context and KV cache lie where published models' lie, a source is named, the id is lower case."""
    assert model.heads % model.kv_heads == 0
    assert model.id == model.id.lower() == model.name.lower()
    assert " " not in model.id
    assert model.source
    assert model.style.source
    assert model.max_context is not None
    assert 2048 <= model.max_context <= 10_485_760
    # f16 keys and values of one token in one layer: 128 bytes (one small head) to 64 KiB (no grouped queries at all).
    # Latent attention keeps its rank instead.
    width = model.mla.kv_lora_rank + model.mla.qk_rope_head_dim if model.mla else 2 * model.kv_width
    assert 128 <= 2 * width <= 65536
    assert model.tokenizer in ("bpe", "spm")
    if model.merges is not None:
        assert model.tokenizer == "bpe"
        assert model.vocab / 2 < model.merges < 3 * model.vocab


def test_names_are_unique() -> None:
    """No two models share an id, a name or an alias, in any case."""
    names = [name.lower() for m in models() for name in {m.id, m.name.lower(), *(a.lower() for a in m.aliases)}]
    assert len(names) == len(set(names))


def test_every_model_is_found_by_each_of_its_names() -> None:
    """By id, name and alias, in capitals, with other separators, and without the owner where that is unambiguous."""
    for model in models():
        for name in (model.id, model.name, *model.aliases):
            assert find_model(name) is model
            assert find_model(name.upper()) is model
            assert find_model(f"  {name.replace('-', '_')} ") is model
        assert find_model(model.id.replace("-", " ").replace(".", "_")) is model


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2.5-7b"),
        ("Qwen2.5 7B", "qwen2.5-7b"),
        ("qwen2.5:7b", "qwen2.5-7b"),
        ("llama3.1:8b", "llama-3.1-8b"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("Gemma3:1b", "gemma-3-1b"),
        ("google/gemma-3-1b-it", "gemma-3-1b"),
        ("DeepSeek-R1-Distill-Qwen-7B", "deepseek-r1-distill-qwen-7b"),
        ("mistral-7b-instruct-v0.3", "mistral-7b-v0.3"),
        ("TinyLlama-1.1B-Chat-v1.0", "tinyllama-1.1b"),
        ("Qwen1.5-MoE-A2.7B", "qwen1.5-moe-a2.7b"),
        ("Phi-3-mini-4k-instruct", "phi-3-mini-4k"),
        ("openai/gpt-oss-20b", "gpt-oss-20b"),
        # Ollama: a name without a size is its library's default, tags end in tuning and file type.
        ("llama3.1", "llama-3.1-8b"),
        ("llama3.1:latest", "llama-3.1-8b"),
        ("phi3:mini", "phi-3-mini-4k"),
        ("deepseek-r1:8b", "deepseek-r1-0528-qwen3-8b"),
        ("deepseek-r1:7b-qwen-distill-q4_K_M", "deepseek-r1-distill-qwen-7b"),
        ("qwen2.5:7b-instruct-q4_K_M", "qwen2.5-7b"),
        ("mistral:7b-instruct-q4_0", "mistral-7b-v0.3"),
        ("gemma3:4b-it-qat", "gemma-3-4b"),
        # Conversions and files of others.
        ("bartowski/Qwen2.5-7B-Instruct-GGUF", "qwen2.5-7b"),
        ("TheBloke/Llama-2-7B-Chat-GGUF", "llama-2-7b"),
        ("Qwen2.5-7B-Instruct-Q4_K_M.gguf", "qwen2.5-7b"),
        ("Meta-Llama-3.1-8B-Instruct-UD-Q4_K_XL-00001-of-00002.gguf", "llama-3.1-8b"),
        ("Qwen3-8B-FP8", "qwen3-8b"),
        ("llama-3.1-8b-instruct-bnb-4bit", "llama-3.1-8b"),
    ],
)
def test_names_that_people_write(text: str, found: str) -> None:
    """Common spellings of Hugging Face, Ollama and everyday speech lead to the model."""
    assert find_model(text).id == found


@pytest.mark.parametrize("text", ["qwen2.5-8b", "", "🙂", "x" * 10_000, "../../etc/passwd", "{name}"])
def test_an_unknown_name_is_one_clear_sentence(text: str) -> None:
    """An error for people, not a traceback; of bounded length."""
    with pytest.raises(UserError, match=r"no such model|there is no") as caught:
        find_model(text)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["qwen2.5-8b", "qwen2.5-7"])
def test_near_names_are_listed(text: str) -> None:
    """A slip of the pen is answered with what was probably meant."""
    with pytest.raises(UserError, match=r"qwen2\.5-7b"):
        find_model(text)


def test_a_name_is_never_guessed() -> None:
    """Qwen2-57B is not Qwen2.5-7B, though their letters and digits are the same."""
    with pytest.raises(UserError):
        find_model("Qwen2-57B")


def test_every_architecture_is_used_or_known() -> None:
    """Each style names where it comes from; styles that no model uses would be dead weight."""
    used = {model.style.name for model in models()}
    assert used <= set(styles())
    assert {name for name in styles() if name not in used} <= {"glm", "ministral"}


def test_a_good_entry_reads(tmp_path: Path) -> None:
    """A minimal entry, from a folder with Chinese letters in its name."""
    (model,) = load_models(folder_with(tmp_path, [ENTRY]))
    assert (model.id, model.query_width, model.tied_embeddings) == ("mine-7b", 4096, False)
    assert parameters(model) == 6738415616


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"kv_heads": 5}, "kv_heads"),
        ({"layers": 0}, "layers"),
        ({"hidden": -4096}, "hidden"),
        ({"vocab": 10**12}, "vocab"),
        ({"heads": "32"}, "heads"),
        ({"heads": True}, "heads"),
        ({"head_dim": 128.5}, "head_dim"),
        ({"ffn": None}, "ffn"),
        ({"style": "gpt-9"}, "style"),
        ({"source": ""}, "source"),
        ({"source": None}, "source"),
        ({"hiden": 4096}, "hiden"),
        ({"kind": "poem"}, "kind"),
        ({"tied_embeddings": "yes"}, "tied_embeddings"),
        ({"aliases": "one"}, "aliases"),
        ({"window": {"size": 0, "global_every": 2}}, "size"),
        ({"window": {"size": 512}}, "global_every"),
        ({"moe": {"experts": 4, "active": 5, "expert_ffn": 64}}, "active"),
        ({"moe": {"experts": 8, "active": 2, "expert_ffn": 64, "shared": 1}}, "shared_ffn"),
        ({"moe": {"experts": 8, "active": 2, "expert_ffn": 64, "first_dense": 32}}, "moe"),
        ({"mla": {"kv_lora_rank": 512}}, "qk_nope_head_dim"),
        ({"linear": {"type": "short_conv", "conv_kernel": 3}}, "attention_every"),
        ({"linear": {"type": "gated_delta_net", "attention_every": 4}}, "key_heads"),
        ({"linear": {"type": "short_conv", "conv_kernel": 3, "attention_layers": [40]}}, "attention_layers"),
        ({"plan": "M*E"}, "plan"),
        ({"plan": "x" * 32}, "plan"),
        ({"plan": "-" * 32, "ffn": None}, "ffn"),
        ({"globals": {"head_dim": 256, "kv_heads": 4}}, "globals"),
        ({"window": {"size": 512, "global_every": 2}, "globals": {"head_dim": 256, "kv_heads": 5}}, "globals"),
        ({"kv_shared": 32}, "kv_shared"),
        ({"extras": {"vision": -1}}, "vision"),
        ({"count_tolerance": 0.1}, "count_note"),
        ({"gguf_vocab": 40000}, "gguf_vocab"),
        ({"differs": {"norm": "batch"}}, "norm"),
        ({"differs": {"colour": "red"}}, "colour"),
    ],
)
def test_a_bad_field_is_named(tmp_path: Path, change: dict[str, object], names: str) -> None:
    """Wrong types, impossible sizes, contradictions, misspelt fields: the error says file, entry and field."""
    with pytest.raises(UserError) as caught:
        load_models(folder_with(tmp_path, [{**ENTRY, **change}]))
    assert str(caught.value).startswith("mine.json: mine-7b")
    assert names in str(caught.value)


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    """Neither an id nor an alias may lead to two models."""
    twin = {**ENTRY, "id": "other", "aliases": ["Mine-7B"]}
    with pytest.raises(UserError, match="already the name of mine-7b"):
        load_models(folder_with(tmp_path, [ENTRY, twin]))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"models": 3}', '{"models": [3]}', '{"models": [{"id": "a", "id": "b"}]}', '{"models": [NaN]}',
     '{"models": [], "extra": 1}', "[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    """Half-written or foreign JSON: one sentence with the file's name."""
    folder = folder_with(tmp_path, [])
    (folder / "models" / "mine.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.json"):
        load_models(folder)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """GBK bytes are no UTF-8: said so, not guessed."""
    folder = folder_with(tmp_path, [])
    (folder / "models" / "mine.json").write_bytes('{"models": [], "note": "模型"}'.encode("gbk"))
    with pytest.raises(UserError, match="UTF-8"):
        load_models(folder)


NUMBERS = ("layers", "hidden", "ffn", "heads", "kv_heads", "head_dim", "vocab")


@settings(max_examples=60, deadline=None)
@given(
    field=st.sampled_from(NUMBERS),
    value=st.one_of(
        st.integers(max_value=0), st.integers(min_value=2**24), st.floats(), st.text(max_size=3), st.booleans(),
        st.lists(st.integers(), max_size=2),
    ),
)  # fmt: skip
def test_no_impossible_size_passes(field: str, value: object) -> None:
    """Whatever stands where a size belongs: refused by the field's name, never a crash, never a model."""
    with pytest.raises(UserError, match=field):
        model_from_entry({**ENTRY, field: value}, styles())


@settings(max_examples=40, deadline=None)
@given(heads=st.integers(1, 256), kv_heads=st.integers(1, 256))
def test_heads_divide_or_are_refused(heads: int, kv_heads: int) -> None:
    """A model exists exactly when its KV heads divide its heads."""
    entry = {**ENTRY, "heads": heads, "kv_heads": kv_heads}
    if heads % kv_heads:
        with pytest.raises(UserError, match="kv_heads"):
            model_from_entry(entry, styles())
    else:
        assert model_from_entry(entry, styles()).kv_width == kv_heads * 128
