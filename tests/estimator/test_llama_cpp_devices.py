"""Scratch memory on GPUs: against what llama.cpp's own scheduler and allocator need on devices like CUDA's."""

import pytest

from advisor.catalog.models import find_model
from advisor.estimator import llama_cpp, llama_cpp_devices
from advisor.estimator.llama_cpp_devices import UNPACKS_CACHE
from advisor.workload import Workload
from benchmarks import device_rows

MIB = 1 << 20


@pytest.mark.parametrize(("kind", "mean"), [("one", 0.001), ("several", 0.002), ("layers", 0.006), ("experts", 0.003)])
def test_each_card_holds_what_was_measured(kind: str, mean: float) -> None:
    """Every measured division: weights and cache but for CUDA's padding of odd rows, the whole on average."""
    assert max(abs(miss.error) for miss in device_rows.misses("weights", kind)) < 2e-4
    assert max(abs(miss.error) for miss in device_rows.misses("kv_cache", kind)) < 6e-4
    errors = [abs(miss.error) for miss in device_rows.misses("total", kind)]
    assert sum(errors) / len(errors) < mean


def test_cards_in_a_pipeline_hold_inputs_four_times() -> None:
    """Llama-3.1-8B over 24 and 12 GiB, measured: 156.04 and 188.04 MiB of scratch, 56.05 beside them."""
    model = find_model("llama-3.1-8b")
    found = llama_cpp_devices.several(model, Workload(), "cuda")
    assert [size / MIB for size in found] == pytest.approx([156.04, 188.04, 188.04, 56.05], abs=0.02)
    assert found.of(0, 3) == found.first
    assert found.of(1, 3) == found.middle
    assert found.of(2, 3) == found.of(1, 2) == found.last


def test_a_prompt_of_layers_in_ram_needs_their_caches_on_the_card() -> None:
    """Keys and values are copied to the card while it reads a prompt: more context costs scratch, not cache alone."""
    model = find_model("llama-3.1-8b")
    short, long = (llama_cpp_devices.beside_layers(model, Workload(context=c), "cuda", 16) for c in (4096, 131072))
    assert long.card / MIB == pytest.approx(920, abs=1)  # measured, with half of the layers in RAM
    assert short.card / MIB == pytest.approx(131.5, rel=0.1)
    one_card = [llama_cpp_devices.alone(model, Workload(context=c)) for c in (4096, 131072)]
    assert one_card[1] - one_card[0] == 124 * MIB  # the mask alone


def test_experts_are_copied_one_role_at_a_time() -> None:
    """Mixtral with its experts in RAM, measured: 467.5 MiB of scratch, of which 367.5 are one role's experts."""
    found = llama_cpp_devices.beside_experts(find_model("mixtral-8x7b"), Workload(), "cuda")
    assert found.card / MIB == pytest.approx(467.5, abs=0.1)


@pytest.mark.parametrize("engine", ["cuda", "rocm", "vulkan", "metal"])
def test_only_cuda_and_rocm_unpack_a_quantised_cache(engine: str) -> None:
    """Their flash attention reads a prompt's cache in 16 bit: a copy of one layer's; others read it as it is."""
    model = find_model("phi-3-mini-4k")
    plain, packed = (
        llama_cpp_devices.alone(model, Workload(context=65536, kv_type=kind), engine) for kind in ("f16", "q8_0")
    )
    copy = 2 * 2 * 65536 * model.kv_width
    assert (packed - plain > copy // 2) == (engine in UNPACKS_CACHE)
    if engine in UNPACKS_CACHE:
        held = llama_cpp.inputs(model, Workload(context=65536, kv_type="q8_0"))
        assert packed == copy + held.shared + 3 * held.per_token * model.hidden


def test_a_published_run_with_experts_in_ram() -> None:
    """Qwen3.5-35B-A3B on an RTX 5070 Ti by Vulkan, `-ngl 999 --n-cpu-moe 24 -c 48000`, cache in 8 bit, four slots.

    llama.cpp's own breakdown, build b8173: context 750 MiB, compute 566 MiB (its masks were 32-bit then: 47 MiB more).
    """
    model = find_model("qwen3.5-35b-a3b")
    workload = Workload(context=48000, kv_type="q8_0", parallel=4, kv_unified=True)
    assert sum(llama_cpp.kv_bytes(model, workload)) // MIB == 750
    scratch = llama_cpp_devices.beside_experts(model, workload, "vulkan")
    assert scratch.card / MIB + 47 == pytest.approx(566, rel=0.01)
