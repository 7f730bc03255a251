"""Each reader against thousands of files made wrong at random: a model or one sentence; never a crash, a wait, or much
memory. What is read as a model is estimated too.
"""

import contextlib
import json
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.catalog.model import Model
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.importers.checkpoint import read_model as read_checkpoint
from advisor.importers.folders import read_manifest
from advisor.importers.gguf_model import read_model as read_gguf_model
from advisor.importers.hf_config import read_config
from advisor.workload import Workload
from tests.importers.test_folders import DIGEST, LICENCE, MANIFEST
from tests.importers.test_gguf import Listed, save
from tests.importers.test_hf_config import CONFIGS
from tests.importers.test_safetensors import beside, index, write

CASES = 2000
MOST_BYTES, MOST_S = 100e6, 2.5
MACHINE = assemble(None, gpu="RTX 4090", cpu="Ryzen 9 5950X", ram_gib=64)
FUZZ = settings(
    max_examples=CASES, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip

TINY = {"model_type": "qwen2", "hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 4,
        "num_hidden_layers": 2, "num_key_value_heads": 2, "vocab_size": 256, "tie_word_embeddings": True}  # fmt: skip
# Numbers, marks and words that readers stumble over.
BINARY = (
    b"\0" * 8, b"\xff" * 8, b"\xff\xff\xff\x7f", b"\x01\0\0\0\0\0\0\0", b"\0\0\0\0\0\0\0\x80", b"\0\0\0\0\x01\0\0\0",
    b"\x09\0\0\0", b"\x08\0\0\0", b"\x27\0\0\0", b"GGUF", b"\xed\xa0\x80", b"\0\0\x10\0\0\0\0\0", b"\x80", b"\x02", b"",
)  # fmt: skip
JSON = (
    b"{", b"}", b"[", b"]", b'"', b",", b":", b"null", b"true", b"-1", b"0", b"1e999", b"NaN", b"0.5", b"9" * 5000,
    b"18446744073709551616", b"[" * 2000, b'"\\ud800"', b"\xff", b"{}", b"[]", b'"x"', b'""', b"1", b"3", b"1048577",
    b"\\u0000", b"7", b"64", b"",
)  # fmt: skip
SEEDS = st.integers(0, (1 << 64) - 1)  # hypothesis chooses one number a case: ten thousand cases take seconds so


def changed(content: bytes, seed: int, chunks: Sequence[bytes] = BINARY) -> bytes:
    """`content` with up to five chunks put over or between its bytes; one of four times its end is cut off."""
    chance = Random(seed)
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, len(content))
        chunk = chance.choice(chunks) if chance.random() < 0.7 else chance.randbytes(chance.randint(0, 3))
        content = content[:at] + chunk + content[at + len(chunk) * chance.randint(0, 1) :]
    return content if chance.random() < 0.75 else content[: chance.randint(0, len(content))]


VALUES: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2, 3, 7, 64, 127, 1 << 14, 1 << 20, 1 << 30, 1 << 31, 1 << 70, 0.5, float("inf"), "",
    "x", "full_attention", "llama3", [], [[]], ["full_attention"] * 24, ["conv"], [1, 2], [-1], {}, {"rope_type": []},
    {"model_type": "qwen2"}, {"quant_method": 1}, {"type": "llama3"},
)  # fmt: skip


def other_values(content: bytes, seed: int) -> bytes:
    """A JSON text with one or two of its values replaced, renamed or left out: it stays JSON, and is read further."""
    chance = Random(seed)
    document = json.loads(content)
    places: list[tuple[Any, Any]] = []
    todo = [document]
    while todo:
        node = todo.pop()
        inside = list(node.items()) if isinstance(node, dict) else list(enumerate(node))
        places += [(node, key) for key, _ in inside]
        todo += [value for _, value in inside if isinstance(value, dict | list)]
    for node, key in chance.sample(places, chance.randint(1, 2)):
        what = chance.random()
        if what < 0.7:
            node[key] = chance.choice(VALUES)
        elif isinstance(node, dict) and key in node:
            value = node.pop(key)
            if what < 0.85:
                node[str(chance.choice(VALUES))[:40]] = value
    return json.dumps(document).encode()


def survives(read: Callable[[], object]) -> None:
    """Run a reader, and the estimator on what it read: some answer, or one sentence."""
    start = time.perf_counter()
    tracemalloc.start()
    found: object = None
    try:
        with contextlib.suppress(UserError):
            found = read()
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MOST_BYTES
    if isinstance(found, Model):
        with contextlib.suppress(UserError):
            estimate(MACHINE, found, Workload())
    assert time.perf_counter() - start < MOST_S


def tiny_gguf(path: Path) -> bytes:
    """A whole file of a qwen2 with two layers, its weights zeros."""
    facts = {"general.architecture": "qwen2", "general.name": "tiny", "qwen2.block_count": 2,
             "qwen2.embedding_length": 64, "qwen2.feed_forward_length": 128, "qwen2.attention.head_count": 4,
             "qwen2.attention.head_count_kv": 2, "qwen2.context_length": 512,
             "tokenizer.ggml.tokens": ["a", "b", "c"]}  # fmt: skip
    listed: list[Listed] = [("token_embd.weight", (64, 256), 8), ("output_norm.weight", (64,), 0)]
    for layer in (0, 1):
        for role, rows, width in (("attn_q", 64, 64), ("attn_k", 32, 64), ("attn_v", 32, 64), ("attn_output", 64, 64),
                                  ("ffn_gate", 128, 64), ("ffn_up", 128, 64), ("ffn_down", 64, 128)):  # fmt: skip
            listed.append((f"blk.{layer}.{role}.weight", (width, rows), 8))
        listed += [(f"blk.{layer}.{role}.weight", (64,), 0) for role in ("attn_norm", "ffn_norm")]
        listed += [(f"blk.{layer}.attn_{one}.bias", (64 if one == "q" else 32,), 0) for one in "qkv"]
    return save(path, facts, listed).read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model in every form."""
    path = tmp_path_factory.mktemp("模型")
    tiny_gguf(path / "tiny.gguf")
    beside(path, TINY)
    write(path / "tiny.safetensors", {"model.embed_tokens.weight": ("BF16", (256, 64)), "x.bias": ("F32", (3,))})
    index(path, {"a": "tiny.safetensors", "b": "gone.safetensors"}, 40_000)
    (path / "manifest").write_text(json.dumps(MANIFEST), encoding="utf-8")
    for digest in (DIGEST, LICENCE, "c" * 64):
        (path / f"sha256-{digest}").write_bytes(b"x")
    return path


def test_the_whole_files_are_models(folder: Path) -> None:
    """What the cases below are made of is right before it is changed."""
    checkpoints = [read_checkpoint(folder / name) for name in ("tiny.safetensors", "model.safetensors.index.json")]
    for model in (read_gguf_model(folder / "tiny.gguf"), read_config(folder / "config.json"), *checkpoints):
        assert (model.layers, estimate(MACHINE, model, Workload()).verdict) == (2, "fits")
    assert read_manifest(folder / "manifest", folder) == (folder / f"sha256-{DIGEST}", 2)


@FUZZ
@given(SEEDS)
def test_gguf(folder: Path, seed: int) -> None:
    """Its header changed, or, half of the time, a byte or two of it alone, which leaves more of them readable."""
    content = (folder / "tiny.gguf").read_bytes()
    path = folder / "changed.gguf"
    if seed % 2:
        path.write_bytes(changed(content[:2400], seed) + content[2400:])
    else:
        bytes_ = bytearray(content)
        chance = Random(seed)
        for _ in range(chance.randint(1, 2)):
            bytes_[chance.randrange(2400)] = chance.randrange(256)
        path.write_bytes(bytes_)
    survives(lambda: read_gguf_model(path))


@FUZZ
@given(SEEDS)
def test_safetensors(folder: Path, seed: int) -> None:
    """The header's length, its JSON, or values in it, with a length that fits again in most cases."""
    content = (folder / "tiny.safetensors").read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    if seed % 4:
        inside = content[8:end]
        inside = changed(inside, seed, JSON) if seed % 4 == 1 else other_values(inside, seed)
        content = len(inside).to_bytes(8, "little") + inside + content[end:]
    else:
        content = changed(content[:end], seed) + content[end:]
    path = folder / "changed.safetensors"
    path.write_bytes(content)
    survives(lambda: read_checkpoint(path))


@FUZZ
@given(SEEDS)
def test_index(folder: Path, seed: int) -> None:
    """The names of parts, and everything around them."""
    path = folder / "changed.safetensors.index.json"
    content = (folder / "model.safetensors.index.json").read_bytes()
    path.write_bytes(changed(content, seed, JSON) if seed % 2 else other_values(content, seed))
    survives(lambda: read_checkpoint(path))


@FUZZ
@given(SEEDS)
def test_config(folder: Path, seed: int) -> None:
    """Published configs of every kind of architecture: their text changed, or the values of keys that are asked for."""
    chance = Random(seed)
    config = CONFIGS[chance.choice(sorted(CONFIGS))]
    path = folder / "changed.json"
    if seed % 2:
        content = json.dumps(config).encode()
        path.write_bytes(changed(content, seed, JSON) if seed % 4 == 1 else other_values(content, seed))
    else:
        keys = sorted({*config, "rope_scaling", "text_config", "layer_types", "quantization_config", "sliding_window"})
        other = {key: chance.choice(VALUES) for key in chance.sample(keys, chance.randint(1, 2))}
        path.write_text(json.dumps({**config, **other}), encoding="utf-8")
    survives(lambda: read_config(path))


@FUZZ
@given(SEEDS)
def test_manifest(folder: Path, seed: int) -> None:
    """Ollama's list of layers."""
    path = folder / "changed-manifest"
    content = (folder / "manifest").read_bytes()
    path.write_bytes(changed(content, seed, JSON) if seed % 2 else other_values(content, seed))
    survives(lambda: read_manifest(path, folder))
