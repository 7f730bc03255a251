"""Headers of .safetensors files: the config.json beside them names the model, damage is named."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from advisor.errors import UserError
from advisor.estimator.tensors import parameters
from advisor.importers import model_of
from advisor.importers.safetensors import dtype_bits, read_tensors
from tests.importers.holes import stretch
from tests.importers.test_hf_config import CONFIGS

BITS = dtype_bits()
TABLE = {"model.embed_tokens.weight": ("BF16", (151936, 896))}


def write(path: Path, tensors: Mapping[str, tuple[str, Sequence[int]]]) -> Path:
    """A whole file, its weights a hole that takes no disk."""
    header, end = {}, 0
    for name, (dtype, shape) in tensors.items():
        size = math.prod(shape) * BITS[dtype] // 8
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    raw = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(len(raw).to_bytes(8, "little") + raw)
    stretch(path, 8 + len(raw) + end)
    return path


def beside(folder: Path, config: Mapping[str, object]) -> None:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def index(folder: Path, parts: Mapping[str, str], total: int | None = None) -> Path:
    path = folder / "model.safetensors.index.json"
    metadata = {} if total is None else {"metadata": {"total_size": total}}
    path.write_text(json.dumps({**metadata, "weight_map": parts}), encoding="utf-8")
    return path


def test_the_config_beside_the_weights_names_the_model(tmp_path: Path) -> None:
    """One file, its folder, and an index whose parts are partly here."""
    beside(tmp_path, CONFIGS["qwen2.5-0.5b"])
    path = write(tmp_path / "model.safetensors", TABLE)
    several = index(tmp_path, {"a": "model.safetensors", "b": "gone.safetensors"}, 988_065_536)
    assert parameters(model_of(str(path))) == 494_032_768
    assert parameters(model_of(str(several))) == 494_032_768
    partly = model_of(str(tmp_path))
    assert partly.stored is not None
    assert (partly.stored.bytes, partly.count_note[:1]) == (988_065_536, "1")


def test_weights_that_contradict_their_config_are_refused(tmp_path: Path) -> None:
    """Another model's config.json beside the file."""
    beside(tmp_path, CONFIGS["qwen2.5-7b"])
    write(tmp_path / "model.safetensors", TABLE)
    with pytest.raises(UserError, match=r"896 wide, its config\.json says 3584"):
        model_of(str(tmp_path / "model.safetensors"))


def test_weights_without_a_config_are_summed(tmp_path: Path) -> None:
    """The shapes alone do not say heads or experts: parameters and bytes are exact, all else is unknown."""
    model = model_of(str(write(tmp_path / "model.safetensors", {**TABLE, "x.weight": ("F32", (10, 10))})))
    assert model.stored is not None
    assert model.stored.bytes == 2 * 151936 * 896 + 400
    assert model.parameter_bounds == (151936 * 896 + 100,) * 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a header of 0 bytes"),
        (b"\xff" * 8, "cut off"),
        ((8).to_bytes(8, "little") + b"not json", "not JSON"),
        (b"PK\x03\x04" + bytes(100), "a pickle can run code"),
        (b"\x80\x02}q\x00." + bytes(100), "a pickle can run code"),
        (bytes(8) + b"{}", "a header of 0 bytes"),
        ((2).to_bytes(8, "little") + b"{}", "names no tensors"),
        ((26).to_bytes(8, "little") + b'{"x": {"shape": [1, "2"]}}', "tensor x has no valid"),
    ],
)
def test_a_damaged_header_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    """One sentence naming the file."""
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        read_tensors(path)
    assert said in str(error.value)
    assert "bad.safetensors" in str(error.value)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_a_pickle_is_never_opened(name: str) -> None:
    """Opening one can run code."""
    with pytest.raises(UserError, match="pickle"):
        model_of(name)
