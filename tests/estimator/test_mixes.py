"""GGUF type mixes: equal to llama-quantize for every file type and architecture, and sums that add up."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.models import find_model, models
from advisor.catalog.quants import tensor_types
from advisor.errors import UserError
from advisor.estimator.mixes import tensor_type, weights
from advisor.estimator.tensors import gguf_extra, tensors
from advisor.workload import LLAMA_CPP_QUANTS
from benchmarks import accuracy_inference

MEASURED = Path(accuracy_inference.OWN)


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """llama-quantize's own sizes for the catalogue's shapes (benchmarks/data)."""
    content: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return content


def test_weights_equal_llama_quantize_for_every_architecture(measured: dict[str, Any]) -> None:
    """One model of each architecture, every file type: equal tensor bytes, none skipped."""
    checked, seen = 0, set()
    for name, entry in measured["models"].items():
        model = find_model(name)
        if not entry["quants"] or model.style.name in seen:
            continue
        seen.add(model.style.name)
        for quant, size in entry["quants"].items():
            assert weights(model, quant).total == size, f"{name} {quant}"
            checked += 1
    assert checked > 700
    assert len(seen) > 50


def test_weights_equal_every_measured_file(shared: Path) -> None:
    """Bytes by tensor type of 210 files of 21 models."""
    truth = accuracy_inference._read(shared / "truth" / "inference_llamacpp.json.gz")
    for row in truth["quant_sizes"]:
        sums = weights(find_model(row["model"]), row["quant"])
        assert (sums.total, dict(sums.types)) == (row["tensor_bytes"], row["mix_bytes"]), row["model"]


def test_tensor_types_equal_every_measured_file(shared: Path) -> None:
    """Not only the sums: each role has each type as often as the file says."""
    truth = accuracy_inference._read(shared / "truth" / "inference_llamacpp.json.gz")
    for row in truth["quant_sizes"][::7]:
        found: dict[str, dict[str, int]] = {}
        for role, kind in _types(row["model"], row["quant"]):
            counts = found.setdefault(role, {})
            counts[kind] = counts.get(kind, 0) + 1
        assert found == row["roles"], f"{row['model']} {row['quant']}"


def _types(name: str, quant: str) -> Iterator[tuple[str, str]]:
    model = find_model(name)
    for tensor in (*tensors(model), *gguf_extra(model)):
        role = tensor.role if tensor.role.endswith(".bias") else f"{tensor.role}.weight"
        for place, layer in enumerate(tensor.layers or (0,)):
            yield role, tensor_type(model, quant, tensor, place, layer)


@pytest.mark.parametrize("quant", LLAMA_CPP_QUANTS)
def test_every_sum_adds_up(quant: str) -> None:
    """Layers, embedding, head and the rest make the total; what a token reads is never more than there is."""
    for name in ("qwen2.5-0.5b", "llama-3.1-8b", "mixtral-8x7b", "deepseek-v2-lite", "qwen3.5-9b", "falcon-7b"):
        sums = weights(find_model(name), quant)
        head = 0 if sums.tied else sums.head_bytes
        assert sum(sums.layer_bytes) + sums.embedding_bytes + head + sums.other_bytes == sums.total
        assert sum(size for _, size in sums.types) == sums.total
        assert sums.active_bytes <= sums.total
        assert sums.repack_bytes <= sums.total
        assert all(part <= whole for part, whole in zip(sums.expert_bytes, sums.layer_bytes, strict=True))


def test_more_bits_never_take_less_room() -> None:
    """Within a family of types, the better one is the larger, for every model of the catalogue."""
    for model in models()[::3]:
        sizes = [weights(model, quant).total for quant in ("Q2_K", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16")]
        assert sizes == sorted(sizes), model.id


def test_rows_that_no_big_block_divides_fall_back() -> None:
    """SmolLM2-135M's rows of 576 become Q5_0 and Q8_0: its "4-bit" file takes over 6 bits a weight."""
    model = find_model("smollm2-135m")
    sums = weights(model, "Q4_K_M")
    assert {kind for kind, _ in sums.types} == {"F32", "Q5_0", "Q8_0", "Q6_K", "Q4_K"}
    assert sums.total * 8 / 134_515_008 > 6


def test_tied_embeddings_are_stored_once_and_read_for_the_logits() -> None:
    """Llama 3.2 1B ties its head to the embedding; Llama 3.1 8B does not."""
    tied, untied = weights(find_model("llama-3.2-1b"), "Q4_K_M"), weights(find_model("llama-3.1-8b"), "Q4_K_M")
    assert tied.tied
    assert tied.head_bytes == tied.embedding_bytes
    assert tied.active_bytes == tied.total
    assert untied.active_bytes == untied.total - untied.embedding_bytes


def test_a_token_reads_only_the_active_experts() -> None:
    """Qwen3 30B-A3B reads 8 of 128 experts."""
    sums = weights(find_model("qwen3-30b-a3b"), "Q4_K_M")
    dense = sum(sums.layer_bytes) - sum(sums.expert_bytes)
    assert sum(sums.active_layer_bytes) == pytest.approx(dense + sum(sums.expert_bytes) * 8 / 128, rel=1e-6)


def test_active_bytes_equal_the_measured_runs(shared: Path) -> None:
    """What a real decode reads per token, by the same definition."""
    truth = accuracy_inference._read(shared / "truth" / "inference_llamacpp.json.gz")
    rows = [row for row in truth["real_runs"] if row.get("active_weight_bytes_per_token")]
    for row in rows:
        found = weights(find_model(row["model"]), row["quant"]).active_bytes
        assert abs(found - row["active_weight_bytes_per_token"]) <= 1
    assert len(rows) > 40


def test_repacked_bytes_equal_the_measured_runs(shared: Path) -> None:
    """What x86 with AVX2 copies beside the mapped file."""
    truth = accuracy_inference._read(shared / "truth" / "inference_llamacpp.json.gz")
    checked = 0
    for row in truth["real_runs"]:
        buffers = row.get("bufs_bytes_model_kv_compute") or {}
        if row.get("repack") and "CPU_REPACK" in buffers:
            assert weights(find_model(row["model"]), row["quant"]).repack_bytes == buffers["CPU_REPACK"][0]
            checked += 1
    assert checked > 10


@pytest.mark.parametrize(("quant", "gigabytes"), [("F16", 13.8), ("Q8_0", 12.1), ("Q4_K_M", 11.6)])
def test_gpt_oss_keeps_its_experts_as_released(quant: str, gigabytes: float) -> None:
    """Published files of gpt-oss-20b: F16 13.8 GB, Q8_0 12.1 GB, Q4_K_M 11.6 GB: experts in MXFP4 in each."""
    sums = weights(find_model("gpt-oss-20b"), quant)
    assert sums.total / 1e9 == pytest.approx(gigabytes, rel=0.01)
    assert dict(sums.types)["MXFP4"] > sums.total * 0.7


def test_a_foreign_type_is_refused() -> None:
    """NF4 is torch's, not llama.cpp's."""
    with pytest.raises(UserError, match="NF4"):
        weights(find_model("qwen2.5-0.5b"), "NF4")


def test_every_type_that_a_rule_names_has_a_layout() -> None:
    """No rule may lead to a type without a block layout."""
    names = {kind for model in models()[::5] for quant in LLAMA_CPP_QUANTS for kind, _ in weights(model, quant).types}
    assert names <= set(tensor_types())
