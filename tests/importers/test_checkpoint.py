"""Checkpoints as publishers write them: quantised ones by what their files hold, towers by their tensors, adapters."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.as_json import to_json
from advisor.estimator.estimate import estimate
from advisor.estimator.tensors import parameters
from advisor.estimator.torch_inference import torch_weights
from advisor.i18n import translator
from advisor.importers import model_of
from advisor.importers.checkpoint import quantisation
from advisor.workload import Workload
from tests.importers.test_hf_config import CONFIGS
from tests.importers.test_safetensors import beside, index, write

# quantization_config as the tools write it (AutoAWQ, GPTQModel, bitsandbytes through transformers, DeepSeek, vLLM's
# llm-compressor, gpt-oss), the keys that matter.
GROUP: dict[str, Any] = {"weights": {"num_bits": 8, "type": "float"}}
QUANTISED: list[tuple[dict[str, Any], tuple[str, int | None]]] = [
    ({"quant_method": "awq", "bits": 4, "group_size": 128, "version": "gemm"}, ("AWQ-4bit", 4)),
    ({"quant_method": "gptq", "bits": 4, "desc_act": False}, ("GPTQ-4bit", 4)),
    ({"quant_method": "gptq", "bits": 3}, ("gptq 3 bit", 3)),
    ({"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}, ("NF4", 4)),
    ({"quant_method": "bitsandbytes", "load_in_8bit": True, "load_in_4bit": False}, ("INT8", 8)),
    ({"quant_method": "fp8", "weight_block_size": [128, 128]}, ("FP8", 8)),
    ({"quant_method": "compressed-tensors", "config_groups": {"group_0": GROUP}}, ("FP8", 8)),
    ({"quant_method": "mxfp4"}, ("MXFP4", 4)),
    ({"quant_method": "hqq", "bits": "four"}, ("hqq", None)),
]


@pytest.mark.parametrize(("stated", "found"), QUANTISED)
def test_a_quantised_checkpoint_says_its_format(stated: dict[str, Any], found: tuple[str, int | None]) -> None:
    """Known methods by the program's own names of formats, others by their own."""
    assert quantisation({"quantization_config": stated}) == found
    assert quantisation({"text_config": {"quantization_config": stated}}) == found


def test_the_files_bytes_are_the_weights_of_their_format(tmp_path: Path) -> None:
    """An AWQ checkpoint in two parts: AWQ-4bit weighs what the files hold, BF16 what the architecture says."""
    config = {**CONFIGS["qwen2.5-0.5b"], "quantization_config": {"quant_method": "awq", "bits": 4}}
    beside(tmp_path, config)
    first = {"model.embed_tokens.weight": ("F16", (151936, 896)),
             "model.layers.0.self_attn.q_proj.qweight": ("I32", (896, 112)),
             "model.layers.0.self_attn.q_proj.scales": ("F16", (7, 896))}  # fmt: skip
    write(tmp_path / "a.safetensors", first)
    write(tmp_path / "b.safetensors", {"model.norm.weight": ("F16", (896,))})
    model = model_of(str(index(tmp_path, {"x": "a.safetensors", "y": "b.safetensors"})))
    held = 2 * 151936 * 896 + 4 * 896 * 112 + 2 * 7 * 896 + 2 * 896
    assert model.stored is not None
    assert (model.stored.format, model.stored.bytes) == ("AWQ-4bit", held)
    assert model.stored.parameters == 151936 * 896 + 896 * 896 + 896
    assert torch_weights(model, "AWQ-4bit").total == held
    assert torch_weights(model, "BF16").total == 2 * 494_032_768


def test_an_unknown_architecture_has_its_tensors_sum(tmp_path: Path) -> None:
    """FP8 weights with scales: the parameters are the weights alone; the answer is unknown, with the file's bytes."""
    beside(tmp_path, {**CONFIGS["qwen2.5-7b"], "model_type": "stranger"})
    tensors = {"a.weight": ("F8_E4M3", (1024, 1024)), "a.weight_scale_inv": ("F32", (8, 8)), "b.bias": ("BF16", (7,))}
    model = model_of(str(write(tmp_path / "model.safetensors", tensors)))
    assert model.parameter_bounds == (1024 * 1024 + 7,) * 2
    machine = assemble(None, gpu="RTX 4090", cpu="Ryzen 9 5950X", ram_gib=64)
    said = to_json(estimate(machine, model, Workload()), translator("en"), machine)
    assert (said["verdict"], said["memory"], said["speed"]) == ("unknown", None, None)
    assert said["model"]["parameters"] == 1024 * 1024 + 7
    assert said["model"]["file"] == {"format": "FP8", "bytes": 1024 * 1024 + 256 + 14}
    assert "stranger" in said["reasons"][0]["text"]


def test_weights_larger_than_all_memory_do_not_fit(tmp_path: Path) -> None:
    """Of a stranger with 200 GiB of weights one thing is known on a computer with 88 GiB."""
    path = write(tmp_path / "model.safetensors", {"a.weight": ("BF16", (100 << 20, 1024))})
    machine = assemble(None, gpu="RTX 4090", cpu="Ryzen 9 5950X", ram_gib=64)
    answer = estimate(machine, model_of(str(path)), Workload())
    assert (answer.verdict, answer.memory) == ("no", None)
    assert [reason.code for reason in answer.reasons] == ["weights_alone_too_large", "architecture_unstated"]
    assert estimate(machine, model_of(str(path)), Workload(task="qlora")).verdict == "unknown"


def test_a_vision_tower_is_counted_by_its_tensors(tmp_path: Path) -> None:
    """The language model by its config, the tower and its projector by what lies in the file."""
    text = {**CONFIGS["qwen2.5-0.5b"]}
    beside(tmp_path, {"model_type": "some_vlm", "text_config": text, "vision_config": {"hidden_size": 64}})
    tensors = {"model.visual.blocks.0.weight": ("BF16", (64, 64)), "model.multi_modal_projector.w": ("BF16", (64, 896)),
               "model.language_model.embed_tokens.weight": ("BF16", (151936, 896))}  # fmt: skip
    model = model_of(str(write(tmp_path / "model.safetensors", tensors)))
    assert model.extras == {"vision": 64 * 64 + 64 * 896}
    assert parameters(model) == 494_032_768 + 64 * 64 + 64 * 896


@pytest.mark.parametrize("name", ["", "adapter_config.json", "adapter_model.safetensors"])
def test_an_adapter_names_its_base_model(tmp_path: Path, name: str) -> None:
    """Its folder, its description or its weights: it is no model of its own."""
    facts = {"peft_type": "LORA", "base_model_name_or_path": "Qwen/Qwen2.5-7B"}
    (tmp_path / "adapter_config.json").write_text(json.dumps(facts), encoding="utf-8")
    write(tmp_path / "adapter_model.safetensors", {"lora_A.weight": ("F32", (16, 64))})
    with pytest.raises(UserError, match=r"LoRA adapter for Qwen/Qwen2\.5-7B"):
        model_of(str(tmp_path / name))


@pytest.mark.parametrize(
    "name", ["model.safetensors.index.json", "../x.safetensors", "a\\b.safetensors", "/x.safetensors", "model.bin", ""]
)
def test_an_index_that_names_no_weights_is_refused(tmp_path: Path, name: str) -> None:
    """Itself, a place elsewhere, a pickle."""
    beside(tmp_path, CONFIGS["qwen2.5-0.5b"])
    with pytest.raises(UserError, match=r"index\.json: weight_map names .* no \.safetensors file beside it"):
        model_of(str(index(tmp_path, {"x": name})))


@pytest.mark.parametrize("name", ["x" * 5000 + ".safetensors", "\ud800.safetensors", "a\n.safetensors"])
def test_a_part_s_name_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    """It is missing, as any other part that does not lie there."""
    with pytest.raises(UserError, match=r"1 of its 1 parts do not lie beside it"):
        model_of(str(index(tmp_path, {"x": name})))


def test_two_parts_with_the_same_tensor_are_refused(tmp_path: Path) -> None:
    """Parts of different checkpoints in one folder."""
    beside(tmp_path, CONFIGS["qwen2.5-0.5b"])
    for name in ("a", "b"):
        write(tmp_path / f"{name}.safetensors", {"w": ("BF16", (2, 2))})
    with pytest.raises(UserError, match=r"tensor w is in another part too"):
        model_of(str(index(tmp_path, {"x": "a.safetensors", "y": "b.safetensors"})))


def test_one_part_stands_for_all(tmp_path: Path) -> None:
    """Opened without its index: the others are found by its name, or their bytes stay unknown."""
    beside(tmp_path, CONFIGS["qwen2.5-0.5b"])
    paths = [tmp_path / f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    for number, path in enumerate(paths):
        write(path, {f"w{number}": ("BF16", (1000, 10))})
    whole = model_of(str(paths[1]))
    assert whole.stored is not None
    assert (whole.stored.bytes, whole.stored.parameters) == (40_000, 20_000)
    paths[0].unlink()
    half = model_of(str(paths[1]))
    assert half.stored is None
    assert "model-00001-of-00002.safetensors" in half.count_note


def test_parts_that_are_missing_are_named_where_nothing_else_says_what_it_is(tmp_path: Path) -> None:
    """An index alone."""
    with pytest.raises(UserError, match=r"2 of its 2 parts do not lie beside it: a\.safetensors, b\.safetensors"):
        model_of(str(index(tmp_path, {"x": "a.safetensors", "y": "b.safetensors"})))
