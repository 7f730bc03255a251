"""GGUF headers written as llama.cpp's converter writes them come back as the catalogue's model, to the byte."""

import math
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from advisor import RESOURCES
from advisor.catalog.model import Model
from advisor.catalog.models import find_model, models
from advisor.catalog.networks import Network
from advisor.catalog.quants import tensor_types
from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.estimator import llama_cpp
from advisor.estimator.mixes import tensor_type, weights
from advisor.estimator.tensors import gguf_extra, language_parameters, tensors
from advisor.importers import model_of
from advisor.importers.gguf import read_gguf
from advisor.importers.gguf_model import read_model
from advisor.workload import Workload
from tests.importers.holes import stretch

DOCUMENT: Any = read_json(RESOURCES / "catalog" / "gguf.json")
TYPE_NUMBERS = {name: int(number) for number, name in DOCUMENT["types"].items()}


Listed = tuple[str, tuple[int, ...], int]  # name, shape, number of the type


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def pair(key: str, value: object) -> bytes:
    """One metadata entry: text, whole number or list of texts."""
    if isinstance(value, str):
        return text(key) + struct.pack("<I", 8) + text(value)
    if isinstance(value, int):
        return text(key) + struct.pack("<II", 4, value)
    assert isinstance(value, list)
    return text(key) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(text(item) for item in value)


def header(metadata: Mapping[str, object], listed: Sequence[Listed], version: int = 3, order: str = "<") -> bytes:
    """A header whose tensors lie one after the other, as every writer of GGUF files lays them."""
    body = struct.pack("<4s", b"GGUF") + struct.pack(order + "IQQ", version, len(listed), len(metadata))
    body += b"".join(pair(key, value) for key, value in metadata.items())
    offset = 0
    for name, shape, kind in listed:
        body += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        body += struct.pack("<IQ", kind, offset)
        offset += -(-size(shape, kind) // 32) * 32
    return body


def size(shape: Sequence[int], kind: int) -> int:
    """Bytes of a tensor; what has no size that makes sense counts as empty."""
    layout = tensor_types().get(DOCUMENT["types"].get(str(kind), ""))
    if layout is None or not shape or shape[0] % layout.block or math.prod(shape) > 1 << 45:
        return 0
    return math.prod(shape) // layout.block * layout.block_bytes


def save(path: Path, metadata: Mapping[str, object], listed: Sequence[Listed], version: int = 3) -> Path:
    """A whole file, its weights a hole that takes no disk."""
    content = header(metadata, listed, version)
    data = sum(-(-size(shape, kind) // 32) * 32 for _, shape, kind in listed)
    path.write_bytes(content)
    stretch(path, -(-len(content) // 32) * 32 + data)
    return path


def metadata_of(model: Model) -> dict[str, object]:
    """What llama.cpp's converter says of `model`, under the keys of resources/catalog/gguf.json."""
    facts: dict[str, int | None] = {
        "layers": model.layers, "hidden": model.hidden, "heads": model.heads, "kv_heads": model.kv_heads,
        "key_length": model.head_dim, "ffn": model.ffn or 0, "max_context": model.max_context,
        "window": model.window.size if model.window else None,
    }  # fmt: skip
    if model.moe:
        facts |= {"experts": model.moe.experts, "active": model.moe.active, "expert_ffn": model.moe.expert_ffn,
                  "shared": model.moe.shared, "first_dense": model.moe.layers.index(True)}  # fmt: skip
    if model.mla:
        mla = model.mla
        facts |= {"kv_lora_rank": mla.kv_lora_rank, "q_lora_rank": mla.q_lora_rank, "rope": mla.qk_rope_head_dim,
                  "mla_key": mla.qk_nope_head_dim + mla.qk_rope_head_dim, "mla_value": mla.v_head_dim}  # fmt: skip
    if model.linear and model.linear.type == "short_conv":
        facts["short_conv"] = model.linear.conv_kernel
    elif model.linear:
        linear = model.linear
        facts |= {"conv_kernel": linear.conv_kernel, "inner": linear.value_heads * linear.value_head_dim,
                  "steps": linear.value_heads, "state": linear.state or linear.key_head_dim,
                  "groups": linear.groups or linear.key_heads}  # fmt: skip
    arch = str(model.style.gguf)
    named = {f"{arch}.{DOCUMENT['keys'][name]}": value for name, value in facts.items() if value}
    return {"general.architecture": arch, "general.name": model.name, **named, "tokenizer.ggml.tokens": ["a", "b"]}


def listing(model: Model, quant: str) -> list[Listed]:
    """Every tensor of `model` in file type `quant`, as llama.cpp names it."""
    listed = []
    for tensor in (*tensors(model), *gguf_extra(model)):
        for place, layer in enumerate(tensor.layers or (0,)):
            name = f"blk.{layer}.{tensor.role}" if tensor.layers else tensor.role
            name += "" if tensor.role.endswith(".bias") else ".weight"
            shape: tuple[int, ...] = (tensor.width, tensor.rows) if tensor.rows > 1 else (tensor.width,)
            if tensor.experts > 1:
                shape = (tensor.width, tensor.rows // tensor.experts, tensor.experts)
            listed.append((name, shape, TYPE_NUMBERS[tensor_type(model, quant, tensor, place, layer)]))
    return listed


def write(model: Model, quant: str, path: Path) -> Path:
    """A file with every tensor of `model` in file type `quant`."""
    return save(path, metadata_of(model), listing(model, quant))


def kinds() -> list[str]:
    """One model of every architecture that llama.cpp knows, and of each with and without experts."""
    found: dict[tuple[object, ...], str] = {}
    for model in models():
        if model.style.gguf and not isinstance(model, Network):
            key = (model.style.name, model.moe is None, model.mla is None, model.style.gguf)
            found.setdefault(key, model.id)
    return list(found.values())


@pytest.mark.parametrize("name", kinds())
def test_a_file_is_the_catalogue_s_model_to_the_byte(name: str, tmp_path: Path) -> None:
    """Parameters, weights in the file's own types and cache-relevant facts are those of the catalogue's model."""
    known, path = find_model(name), tmp_path / "模型 文件.gguf"
    write(known, "Q4_K_M", path)
    read = read_model(path)
    assert language_parameters(read) == language_parameters(known)
    # Whatever quantisation is asked for, the file has the one that it has. (Layers of another width are counted apart
    # by llama-quantize, which the file that is written here does not do.)
    if known.late_ffn is None:
        assert weights(read, "F16") == weights(known, "Q4_K_M")
    assert llama_cpp.kv_bytes(read, Workload()) == llama_cpp.kv_bytes(known, Workload())
    for field in ("layers", "hidden", "heads", "kv_heads", "head_dim", "vocab", "mla", "linear", "moe"):
        if not (field == "vocab" and known.gguf_vocab):
            assert getattr(read, field) == getattr(known, field), field
    if known.style.llama_cpp_uses_window:
        assert read.window == known.window


def test_rows_that_do_not_divide_into_blocks_are_refused(tmp_path: Path) -> None:
    """A row of 64 in IQ1_S, whose blocks hold 256: no program writes it, and the sentence names the tensor."""
    known, path = find_model("smollm2-135m"), tmp_path / "odd.gguf"
    listed = [("token_embd.weight", (576, known.vocab), TYPE_NUMBERS["F16"]),
              ("blk.0.attn_k.weight", (64, 192), TYPE_NUMBERS["IQ1_S"])]  # fmt: skip
    save(path, metadata_of(known), listed)
    with pytest.raises(UserError, match=r"odd.gguf: tensor blk.0.attn_k.weight: rows of 64 .* IQ1_S blocks of 256"):
        read_model(path)


def test_a_gguf_is_a_model_on_the_command_line(tmp_path: Path) -> None:
    """`advisor estimate FILE.gguf` reads it."""
    path = tmp_path / "tiny.gguf"
    write(find_model("smollm2-135m"), "Q8_0", path)
    assert model_of(str(path)).name == "SmolLM2-135M"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "does not begin with GGUF"),
        (b"GGML" + bytes(40), "does not begin with GGUF"),
        (b"GGUF", "cut off"),
        (header({}, [], version=9), "version 9 is not known"),
        (struct.pack("<4sIQQ", b"GGUF", 3, 1 << 60, 0), "absurd"),
        (struct.pack("<4sIQQQ", b"GGUF", 3, 0, 1, 1 << 50), "cut off"),
        (header({}, [], version=3, order=">"), "big-endian"),
        (header({"general.architecture": "x"}, []), "names no tensors"),
        (header({"general.name": "x"}, []), "general.architecture is missing"),
        (header({"general.architecture": "llama"}, [("t", (1,), 0)]) + bytes(64), "llama.embedding_length is missing"),
        (header({"general.architecture": "llama"}, [("t", (1 << 40, 1 << 40), 0)]), "absurd size"),
        (header({"general.architecture": "llama"}, [("t" * 9, (4,), 77)])[:-4], "cut off"),
    ],
)
def test_a_damaged_file_is_refused_in_one_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    """The sentence names the file and what is wrong."""
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        read_model(path)
    assert said in str(error.value)
    assert "bad.gguf" in str(error.value)


def test_a_sparse_giant_is_read_by_its_header_alone(tmp_path: Path) -> None:
    """200 GB on paper: the header is read, nothing else."""
    path = tmp_path / "giant.gguf"
    write(find_model("smollm2-135m"), "Q8_0", path)
    stretch(path, 200 << 30)
    assert read_gguf(path).file_bytes == 200 << 30
