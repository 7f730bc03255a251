"""Inference with transformers and vLLM: weights in their formats, caches, and published peaks."""

import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.models import find_model, models
from advisor.errors import UserError
from advisor.estimator.tensors import language_parameters
from advisor.estimator.torch_inference import memory, prompt_work, torch_weights
from advisor.workload import TORCH_QUANTS, Workload
from benchmarks import accuracy_inference as accuracy

GIB = 1 << 30


def test_published_peaks_within_their_goal(shared: Path) -> None:
    """The Qwen team's tables: median under 6 %."""
    published = accuracy._read(shared / "truth" / "published.json.gz")["inference_memory"]
    errors = [abs(miss.error) for miss in accuracy.transformers(published)]
    assert len(errors) > 100
    assert statistics.median(errors) < 0.03


def test_sixteen_bit_weights_are_two_bytes_a_parameter() -> None:
    """For every model of the catalogue."""
    for model in models():
        assert torch_weights(model, "BF16").total == 2 * language_parameters(model), model.id


def test_nf4_keeps_embeddings_and_head_in_sixteen_bit() -> None:
    """Llama 3.1 8B: 6.98 G weights at 4.5 bits, 1.05 G in 16 bit, norms."""
    model = find_model("llama-3.1-8b")
    linear = 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336)
    rest = language_parameters(model) - linear
    assert torch_weights(model, "NF4").total == linear * 4.5 / 8 + 2 * rest


@pytest.mark.parametrize("name", ["qwen2.5-0.5b", "llama-3.1-8b", "qwen3-30b-a3b", "deepseek-v3", "qwen3.5-9b"])
def test_fewer_bits_take_less_room(name: str) -> None:
    """16 bit > 8 bit > 4 bit; what a token reads is never more than there is."""
    model = find_model(name)
    sizes = [torch_weights(model, quant).total for quant in ("BF16", "INT8", "NF4", "AWQ-4bit")]
    assert sizes == sorted(sizes, reverse=True)
    for quant in TORCH_QUANTS:
        sums = torch_weights(model, quant)
        assert sums.active_bytes <= sums.total
        assert sum(sums.layer_bytes) < sums.total


def test_vllm_keeps_its_cache_in_pages_of_sixteen_tokens() -> None:
    """17 tokens take two pages; transformers takes what there is."""
    model = find_model("qwen2.5-7b")
    paged, plain = (Workload(stack=stack, quant="BF16", context=17) for stack in ("vllm", "transformers"))
    row = 28 * 2 * 512 * 2
    assert dict(memory(model, paged).components)["kv_cache"] == 32 * row
    assert dict(memory(model, plain).components)["kv_cache"] == 17 * row


def test_latents_are_cached_by_both() -> None:
    """DeepSeek V3: 576 values per token, not 128 heads' keys and values (transformers since 5)."""
    model = find_model("deepseek-v3")
    for stack in ("vllm", "transformers"):
        found = dict(memory(model, Workload(stack=stack, quant="FP8", context=1600)).components)["kv_cache"]
        assert found == 61 * 1600 * 576 * 2


# Bytes that transformers 5.23 holds beside weights while two layers in bfloat16 read a prompt of 8,192 tokens, less the
# cache that stays: torch 2.13, tensors without data, memory tracked operation by operation, sdpa.
PROMPT_WORK = {
    "qwen3-1.7b": 440467456, "qwen2.5-7b": 1170276352, "llama-3.1-8b": 977338368, "phi-3-mini-4k": 808517632,
    "qwen3-30b-a3b": 1216939008, "mixtral-8x7b": 2286682176, "gemma-3-4b": 746651648, "olmo-2-1124-7b": 750845952,
    "pythia-1b": 404815872, "glm-4-9b-0414": 1168179200, "granite-3.3-8b": 901840896,
    "command-r7b-12-2024": 1044447232, "olmoe-1b-7b": 1215889920,
}  # fmt: skip


@pytest.mark.parametrize("name", PROMPT_WORK)
def test_a_prompt_s_work_is_what_torch_holds(name: str) -> None:
    """Dense, fused, ungated, parallel, with a mask for its window, mixtures of experts: within 2 %."""
    assert prompt_work(find_model(name), 8192) == pytest.approx(PROMPT_WORK[name], rel=0.02)


def test_sliding_layers_keep_their_window() -> None:
    """Gemma 3 4B at 65,536 tokens keeps 1,024 in 29 of 34 layers."""
    model = find_model("gemma-3-4b")
    cache = dict(memory(model, Workload(stack="transformers", quant="BF16", context=65536)).components)["kv_cache"]
    assert cache == 2 * 2 * 1024 * (5 * 65536 + 29 * 1024)


def test_a_foreign_format_is_refused() -> None:
    """Q4_K_M is llama.cpp's."""
    with pytest.raises(UserError, match="Q4_K_M"):
        torch_weights(find_model("qwen2.5-7b"), "Q4_K_M")


@given(
    name=st.sampled_from(["qwen2.5-0.5b", "gemma-3-4b", "qwen3-30b-a3b", "deepseek-v2-lite", "lfm2-1.2b"]),
    quant=st.sampled_from(TORCH_QUANTS),
    stack=st.sampled_from(["transformers", "vllm"]),
    context=st.integers(1, 131_072),
    parallel=st.integers(1, 64),
    more=st.integers(1, 10_000),
)
@settings(max_examples=60, deadline=None)
def test_more_context_never_needs_less(
    name: str, quant: str, stack: str, context: int, parallel: int, more: int
) -> None:
    """And components add up, whatever the settings."""
    model = find_model(name)
    workload = Workload(stack=stack, quant=quant, context=context, parallel=parallel)
    first = memory(model, workload)
    assert sum(part.bytes for part in first.components) == first.total
    assert all(part.bytes >= 0 for part in first.components)
    assert memory(model, replace(workload, context=context + more)).total >= first.total


def test_vllm_reserves_a_step_and_many_sequences_logits() -> None:
    """Whatever the context: a step of 2,048 tokens and logits of 256 sequences, more only for more sequences."""
    model = find_model("llama-3.1-8b")
    found = [
        dict(memory(model, Workload(stack="vllm", quant="BF16", context=context)).components)
        for context in (1024, 65536)
    ]
    assert found[0]["activations"] == found[1]["activations"] == 2 * 2048 * (2 * 4096 + 3 * 14336)
    assert found[0]["logits"] == found[1]["logits"] == 256 * 6 * model.vocab
    many = dict(memory(model, Workload(stack="vllm", quant="BF16", context=65536, parallel=512)).components)
    assert many["logits"] == 2 * found[0]["logits"]
