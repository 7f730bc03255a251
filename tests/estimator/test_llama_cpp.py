"""llama.cpp's memory: KV equal to the byte, totals within their band, resident memory, and the laws that must hold."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.models import find_model
from advisor.estimator import llama_cpp
from advisor.estimator.mixes import weights
from advisor.workload import LLAMA_CPP_QUANTS, Workload
from benchmarks import accuracy_inference as accuracy

MODELS = (
    "smollm2-135m", "qwen2.5-7b", "gemma-3-4b", "qwen3-30b-a3b", "deepseek-v2-lite", "qwen3.5-9b", "lfm2-1.2b",
    "granite-4.0-h-micro", "phi-3-mini-4k", "falcon-7b", "gpt-oss-20b", "llama-4-scout-17b-16e",
)  # fmt: skip


@pytest.fixture(scope="module")
def truth(shared: Path) -> Any:
    """The measured rows."""
    return accuracy._read(shared / "truth" / "inference_llamacpp.json.gz")


def test_the_cache_equals_every_measured_row(truth: Any) -> None:
    """1,353 allocations of 21 models: padding, sliding windows, quantised blocks, slots."""
    assert all(miss.error == 0 for miss in accuracy.truth_allocations(truth, "kv_cache"))


def test_the_total_stays_within_its_goal_on_every_measured_row(truth: Any) -> None:
    """Mean 0.3 %, worst 3 %."""
    errors = [abs(miss.error) for miss in accuracy.truth_allocations(truth, "total")]
    assert sum(errors) / len(errors) < 0.001
    assert max(errors) < 0.03


def test_every_architecture_of_the_catalogue_is_right() -> None:
    """Our own measurement of llama.cpp over the catalogue: the cache equal, the total within 3 %, 0.1 % on average."""
    assert all(miss.error == 0 for miss in accuracy.own_allocations("kv_cache"))
    errors = [abs(miss.error) for miss in accuracy.own_allocations("total")]
    assert sum(errors) / len(errors) < 0.001
    assert max(errors) < 0.03


def test_resident_memory_stays_within_its_goal(truth: Any) -> None:
    """Real runs with and without mmap and repacking: mean 1 %, worst 3 %."""
    errors = [abs(miss.error) for miss in accuracy.resident(truth, own_prompt=True)]
    assert sum(errors) / len(errors) < 0.01
    assert max(errors) < 0.03


@pytest.mark.parametrize("name", MODELS)
def test_components_add_up(name: str) -> None:
    """Components make the total, layers make the cache, and the estimate lies in its band."""
    for kv_type in ("f16", "q8_0"):
        workload = Workload(context=8192, kv_type=kv_type)
        memory = llama_cpp.memory(find_model(name), workload)
        sizes = dict(memory.components)
        assert sum(sizes.values()) == memory.total
        assert sum(llama_cpp.kv_bytes(find_model(name), workload)) == sizes["kv_cache"]
        assert memory.low <= memory.total <= memory.high
        assert memory.resident_needed is not None
        assert memory.resident_shown is not None
        assert memory.resident_needed <= memory.resident_shown


def test_the_cache_of_a_plain_model_by_hand() -> None:
    """Llama 3.1 8B at 4,096: 32 layers x 4,096 cells x 1,024 values x 2 x 2 bytes = 512 MiB."""
    memory = llama_cpp.memory(find_model("llama-3.1-8b"), Workload(context=4096))
    assert dict(memory.components)["kv_cache"] == 512 << 20


def test_contexts_are_rounded_up_to_256() -> None:
    """One token needs as much as 256."""
    model = find_model("llama-3.1-8b")
    sizes = [sum(llama_cpp.kv_bytes(model, Workload(context=context))) for context in (1, 256, 257)]
    assert sizes[0] == sizes[1] == sizes[2] // 2


def test_sliding_windows_bound_the_cache_unless_asked_for_in_full() -> None:
    """Gemma 3's local layers keep 1,024 tokens and a ubatch, not 32,768."""
    model = find_model("gemma-3-4b")
    small = llama_cpp.kv_bytes(model, Workload(context=32768))
    full = llama_cpp.kv_bytes(model, Workload(context=32768, swa_full=True))
    assert min(small) * 20 < max(small)
    assert len(set(full)) == 1


def test_slots_share_a_unified_context_and_divide_another() -> None:
    """-c counts for all slots together."""
    one = Workload(context=8192)
    model = find_model("qwen2.5-7b")
    for workload in (replace(one, parallel=4), replace(one, parallel=4, kv_unified=True)):
        assert sum(llama_cpp.kv_bytes(model, workload)) == sum(llama_cpp.kv_bytes(model, one))
    assert llama_cpp.cells(model, replace(one, parallel=4)).full == 2048


def test_latent_attention_caches_one_latent_per_token() -> None:
    """DeepSeek V3: (512 + 64) 16-bit values per layer and token, no V."""
    sizes = llama_cpp.kv_bytes(find_model("deepseek-v3"), Workload(context=4096))
    assert set(sizes) == {4096 * 576 * 2}


def test_recurrent_layers_keep_a_state_whatever_the_context() -> None:
    """Qwen3.5's delta nets do not grow with the context, their sequences do."""
    model = find_model("qwen3.5-9b")
    short, long = (llama_cpp.kv_bytes(model, Workload(context=context)) for context in (4096, 65536))
    assert short[0] == long[0] > 0
    assert short[3] * 16 == long[3]
    assert llama_cpp.kv_bytes(model, Workload(parallel=2))[0] == 2 * short[0]


def test_logits_for_every_row_cost_the_vocabulary_times_the_ubatch() -> None:
    """The library's default against the server's: Llama 3.1 8B, 128,256 x 512 x 4 bytes."""
    model = find_model("llama-3.1-8b")
    few, many = (llama_cpp.buffers(model, Workload(output_rows=rows)).compute for rows in ("few", "all"))
    assert many > few
    assert many > 128_256 * 512 * 4


def test_a_gpu_holds_the_graph_and_the_host_its_inputs() -> None:
    """A user's log of Qwen2.5-3B wholly on CUDA (context 4,096, no flash attention, LLamaSharp issue 1099):
    300.75 MiB on the card, 12.01 MiB on the host, 144 MiB of cache."""
    model = find_model("qwen2.5-3b")
    workload = Workload(context=4096, flash_attention=False, output_rows="all")
    scratch = llama_cpp.buffers(model, workload)
    assert scratch.gpu_compute / 2**20 == pytest.approx(300.75, abs=0.01)
    assert sum(llama_cpp.kv_bytes(model, workload)) == 144 << 20
    assert scratch.output / 2**20 == pytest.approx(0.58, abs=0.005)


@pytest.mark.parametrize("name", MODELS)
def test_a_gpu_never_needs_more_than_the_cpu_does_alone(name: str) -> None:
    """Embeddings stay on the host."""
    for rows in ("few", "all"):
        scratch = llama_cpp.buffers(find_model(name), Workload(output_rows=rows))
        assert 0 < scratch.gpu_compute < scratch.compute
        assert 0 < scratch.host_compute <= scratch.compute


def test_cache_types_that_do_not_divide_a_head_are_refused() -> None:
    """Phi-2's heads of 80 are no whole blocks of 32; as llama.cpp did in our measurement of the catalogue."""
    assert llama_cpp.refuses(find_model("phi-2"), Workload(kv_type="q8_0"))
    assert not llama_cpp.refuses(find_model("phi-2"), Workload())
    own = accuracy._own()
    for name, entry in own["models"].items():
        for settings_, measured in zip(own["settings"], entry["measured"], strict=True):
            assert llama_cpp.refuses(find_model(name), Workload(**settings_)) == (measured is None), name


def test_a_long_prompt_touches_more_than_a_short_one() -> None:
    """Resident memory is stated for a short prompt; a full ubatch touches more, mostly without flash attention."""
    model = find_model("qwen2.5-7b")
    flash, plain = Workload(context=8192), Workload(context=8192, flash_attention=False)
    assert llama_cpp.resident(model, flash, 4096) > llama_cpp.resident(model, flash)
    assert llama_cpp.resident(model, plain, 4096) > llama_cpp.resident(model, flash, 4096)


workloads = st.builds(
    Workload,
    quant=st.sampled_from(LLAMA_CPP_QUANTS),
    context=st.integers(1, 262_144),
    parallel=st.integers(1, 16),
    ubatch=st.integers(1, 4096),
    output_rows=st.sampled_from(["few", "all"]),
    kv_type=st.sampled_from(["f16", "q8_0", "q4_0"]),
    kv_unified=st.booleans(),
    swa_full=st.booleans(),
)


@given(name=st.sampled_from(MODELS), workload=workloads, more=st.integers(1, 65_536))
@settings(max_examples=60, deadline=None)
def test_more_context_never_needs_less(name: str, workload: Workload, more: int) -> None:
    """Nor do more rows at once."""
    model = find_model(name)
    total = llama_cpp.memory(model, workload).total
    assert llama_cpp.memory(model, replace(workload, context=workload.context + more)).total >= total
    assert llama_cpp.memory(model, replace(workload, ubatch=workload.ubatch + more)).total >= total


@given(name=st.sampled_from(MODELS), workload=workloads)
@settings(max_examples=60, deadline=None)
def test_sums_hold_for_any_settings(name: str, workload: Workload) -> None:
    """Components are positive, add up, and contain the weights; a wider cache type never takes less."""
    model = find_model(name)
    memory = llama_cpp.memory(model, workload)
    assert all(part.bytes >= 0 for part in memory.components)
    assert sum(part.bytes for part in memory.components) == memory.total
    assert memory.components[0].bytes == weights(model, workload.quant).total
    sizes = [sum(llama_cpp.kv_bytes(model, replace(workload, kv_type=kind))) for kind in ("q4_0", "q8_0", "f16")]
    assert sizes == sorted(sizes)
