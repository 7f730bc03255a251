"""Headers of .safetensors files: the config.json beside them names the model, damage is named."""

import json
from pathlib import Path

import pytest

from advisor.errors import UserError
from advisor.estimator.tensors import parameters
from advisor.importers import model_of
from advisor.importers.safetensors import read_shapes
from tests.importers.test_hf_config import CONFIGS

EMBEDDING = {"model.embed_tokens.weight": {"dtype": "BF16", "shape": [151936, 896], "data_offsets": [0, 0]}}


def write(path: Path, header: object) -> None:
    raw = json.dumps(header).encode()
    path.write_bytes(len(raw).to_bytes(8, "little") + raw)


def test_the_config_beside_the_weights_names_the_model(tmp_path: Path) -> None:
    """One file, and an index whose parts are partly here."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIGS["qwen2.5-0.5b"]), encoding="utf-8")
    write(tmp_path / "model.safetensors", EMBEDDING)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "model.safetensors", "b": "gone.safetensors"}}), encoding="utf-8")
    assert parameters(model_of(str(tmp_path / "model.safetensors"))) == 494_032_768
    assert parameters(model_of(str(index))) == 494_032_768


def test_weights_that_contradict_their_config_are_refused(tmp_path: Path) -> None:
    """Another model's config.json beside the file."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIGS["qwen2.5-7b"]), encoding="utf-8")
    write(tmp_path / "model.safetensors", EMBEDDING)
    with pytest.raises(UserError, match=r"896 wide, its config\.json says 3584"):
        model_of(str(tmp_path / "model.safetensors"))


def test_weights_without_a_config_say_so(tmp_path: Path) -> None:
    """The shapes alone do not say heads or experts."""
    write(tmp_path / "model.safetensors", EMBEDDING)
    with pytest.raises(UserError, match=r"config\.json"):
        model_of(str(tmp_path / "model.safetensors"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a header of 0 bytes"),
        (b"\xff" * 8, "cut off"),
        ((8).to_bytes(8, "little") + b"not json", "not JSON"),
        ((2).to_bytes(8, "little") + b"{}", "names no tensors"),
        ((26).to_bytes(8, "little") + b'{"x": {"shape": [1, "2"]}}', "tensor x has no valid"),
    ],
)
def test_a_damaged_header_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    """One sentence naming the file."""
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        read_shapes(path)
    assert said in str(error.value)
    assert "bad.safetensors" in str(error.value)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_a_pickle_is_never_opened(name: str) -> None:
    """Opening one can run code."""
    with pytest.raises(UserError, match="pickle"):
        model_of(name)
