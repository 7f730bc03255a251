"""Speed: never above what the memory can deliver, slower where it must be, unknown where facts are missing."""

from dataclasses import replace

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from advisor.catalog.bands import band
from advisor.catalog.cpus import CpuSpec, cpus
from advisor.catalog.gpus import GpuSpec, gpus
from advisor.catalog.model import Model
from advisor.catalog.models import find_model, models
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator import llama_cpp
from advisor.estimator.estimate import estimate
from advisor.estimator.explain import explain
from advisor.estimator.mixes import weights
from advisor.estimator.result import Estimate, Range
from advisor.estimator.speed import depth_of
from advisor.estimator.torch_inference import torch_weights
from advisor.machine import Cpu, Machine
from advisor.workload import LLAMA_CPP_QUANTS, TORCH_QUANTS, Workload
from tests.estimator.samples import AVX2, dense, gpu, machine, sparse

DENSE, SPARSE = dense(), sparse()


def decode(place: Machine, model: Model = DENSE, **settings_: object) -> Range:
    answer = estimate(place, model, Workload(**settings_))  # type: ignore[arg-type]
    assert answer.speed is not None
    assert answer.speed.decode is not None
    return answer.speed.decode


def holds(answer: Estimate) -> bool:
    """Low <= mid <= high <= ceiling, all positive."""
    speed = answer.speed
    if speed is None or speed.decode is None:
        return True
    low, mid, high = speed.decode
    return speed.ceiling is not None and 0 < low <= mid <= high <= speed.ceiling * (1 + 1e-12)


def fastest(place: Machine) -> float:
    """The highest bandwidth of anything in the machine that could hold weights."""
    found = [place.memory.bandwidth_bytes_per_s, *(card.bandwidth_bytes_per_s for card in place.gpus if card.usable)]
    return max((value for value in found if value), default=0)


@pytest.mark.parametrize("name", ["gemma-3-27b", "gpt-oss-20b", "granite-4.0-h-tiny", "qwen3-next-80b-a3b", "qwen3-8b"])
@pytest.mark.parametrize("parallel", [1, 4])
def test_the_ceiling_counts_whole_windows_and_states(name: str, parallel: int) -> None:
    """A window that is full and a recurrent state are read whole for every token, however long the context may grow."""
    model, workload = find_model(name), Workload(context=65536, parallel=parallel)
    depth = depth_of(workload)
    read = 0
    for layer, cached in enumerate(llama_cpp.kv_bytes(model, workload)):
        if model.linear is not None and model.linear.layers[layer]:
            read += cached // parallel
        else:
            seen = model.window.size if model.window is not None and model.window.layers[layer] else depth
            read += 4 * model.kv_width * min(seen, depth)
    answer = estimate(machine(64, gpu(200)), model, workload)
    assert answer.speed is not None
    assert answer.speed.ceiling == pytest.approx(360e9 / (weights(model, "Q4_K_M").active_bytes + read), rel=1e-3)


@given(
    model=st.sampled_from(models()), card=st.sampled_from(gpus()), count=st.sampled_from((1, 1, 2, 8)),
    processor=st.sampled_from(cpus()), ram=st.sampled_from((8, 64, 1024)), quant=st.sampled_from(LLAMA_CPP_QUANTS),
    context=st.sampled_from((512, 4096, 131072)), stack=st.sampled_from(("", "transformers", "vllm")),
)  # fmt: skip
@settings(max_examples=250, deadline=None)
def test_no_speed_is_above_bandwidth_over_bytes(
    model: Model, card: GpuSpec, count: int, processor: CpuSpec, ram: int, quant: str, context: int, stack: str
) -> None:
    """Any model x type x cards x processor of the catalogues, on one device or split over several: not even the upper
    bound passes the ceiling, nor what the machine's fastest memory could do with the active weights alone.
    """
    try:
        place = assemble(None, gpu=card.name, gpu_count=count, cpu=processor.name, ram_gib=ram)
    except UserError:
        reject()  # a name that several devices share
    if stack:
        workload = Workload(stack=stack, quant=TORCH_QUANTS[len(quant) % len(TORCH_QUANTS)], context=context)
        read = torch_weights(model, workload.quant).active_bytes
    else:
        workload = Workload(quant=quant, context=context)
        read = weights(model, quant).active_bytes
    answer = estimate(place, model, workload, "total")
    assert holds(answer)
    if answer.speed is None:
        return
    if answer.speed.decode is not None:
        assert answer.speed.decode.high <= fastest(place) / read
    if not any(found.usable for found in place.gpus):
        assert answer.speed.device == "ram"


def test_a_card_that_nothing_supports_gives_no_gpu_speed() -> None:
    """A GeForce 610M (Fermi, compute capability 2.1): the processor's speed, as without the card."""
    bare = assemble(None, gpu=None, cpu="Core i5-3210M", ram_gib=8)
    place = assemble(None, gpu="GeForce 610M", cpu="Core i5-3210M", ram_gib=8)
    model = find_model("qwen2.5-1.5b")
    found = estimate(place, model, Workload()).speed
    assert found is not None
    assert found.device == "ram"
    assert found == estimate(bare, model, Workload()).speed


def test_one_memory_channel_halves_the_processor_s_speed() -> None:
    """Where memory is the limit: half the bandwidth, half the tokens, to a tenth."""
    one, two = (decode(machine(16, bandwidth_bytes_per_s=value)).mid for value in (19.2e9, 38.4e9))
    assert one == pytest.approx(two / 2, rel=0.1)


def test_a_second_socket_adds_no_bandwidth() -> None:
    """Threads of both read one model: as fast as one socket's memory, not twice."""
    both = machine(64, bandwidth_bytes_per_s=150e9)
    both = replace(both, cpu=replace(both.cpu, sockets=2, cores=16))
    one = machine(64, bandwidth_bytes_per_s=75e9)
    one = replace(one, cpu=replace(one.cpu, sockets=1, cores=16))
    assert decode(both) == pytest.approx(decode(one))


def test_very_many_cores_wait_for_each_other() -> None:
    """A small model on 192 cores is slower than on 32 with the same memory: threads meet after each product."""
    few, many = (
        replace(machine(64, bandwidth_bytes_per_s=300e9), cpu=Cpu(cores=n, max_mhz=3200, features=AVX2))
        for n in (32, 192)
    )
    small = find_model("llama-3.2-3b")
    assert decode(many, small).mid < decode(few, small).mid


def test_active_experts_set_the_speed() -> None:
    """A mixture reads its active experts: far faster than all its weights would allow, on a card and on a processor."""
    for place in (machine(64, gpu(24)), machine(64)):
        answer = decode(place, SPARSE)
        assert answer.mid > 2 * fastest(place) / weights(SPARSE, "Q4_K_M").total


def test_apple_s_first_chips_unpack_slower() -> None:
    """M1 Max and M3 Max have the same bandwidth; the M1 is slower with quantised weights."""
    facts = {"vendor": "Apple", "engines": ("metal",), "kind": "unified", "compute_capability": None}
    slow, fast = (
        decode(machine(64, gpu(48, name=name, bandwidth_bytes_per_s=400e9, fp32_flops=10.6e12, **facts)))
        for name in ("Apple M1 Max", "Apple M3 Max")
    )
    assert slow.mid < 0.8 * fast.mid


def test_a_prompt_read_token_by_token_is_as_slow_as_generation() -> None:
    """With a micro-batch of one, each token of the prompt reads all weights: near the speed of generation, far below
    the speed in chunks of 512.
    """
    one, many = (estimate(machine(16, gpu(12)), DENSE, Workload(ubatch=n)).speed for n in (1, 512))
    assert one is not None
    assert many is not None
    assert one.prefill is not None
    assert many.prefill is not None
    assert one.decode is not None
    assert one.prefill.mid < 2 * one.decode.mid
    assert many.prefill.mid > 10 * one.prefill.mid


def test_cards_without_matrix_units_read_prompts_slower() -> None:
    """A GTX 1660 and an RTX 2060 have the same compute capability; only the second has matrix units."""
    plain, matrix = (
        estimate(machine(16, gpu(12, compute_capability="7.5", fp32_flops=6e12, fp16_flops=fp16)), DENSE, Workload())
        for fp16 in (12e12, 24e12)
    )
    assert plain.speed is not None
    assert matrix.speed is not None
    assert plain.speed.prefill is not None
    assert matrix.speed.prefill is not None
    assert matrix.speed.prefill.mid == pytest.approx(4 * plain.speed.prefill.mid)


def test_a_card_decodes_faster_than_the_processor() -> None:
    """The same model: 360 GB/s against 50 GB/s."""
    assert decode(machine(16, gpu(12))).mid > 3 * decode(machine(16)).mid


def test_more_layers_on_the_card_are_faster() -> None:
    """Speed climbs with the part that lies in VRAM."""
    speeds = [decode(machine(16, gpu(size))).mid for size in (1.5, 2.5, 3.5, 4.5, 12)]
    assert speeds == sorted(speeds)
    assert speeds[-1] > 2 * speeds[0]


def test_experts_that_rest_cost_no_time() -> None:
    """A mixture of 30B with 3B active is faster than a dense 7B on the same card."""
    assert decode(machine(64, gpu(24)), SPARSE).mid > decode(machine(64, gpu(24))).mid


@pytest.mark.parametrize("quants", [("F16", "Q8_0"), ("Q8_0", "Q4_K_M")])
def test_fewer_bits_are_faster_on_the_same_card(quants: tuple[str, str]) -> None:
    """Fewer bytes to read."""
    slow, fast = (decode(machine(32, gpu(24)), quant=quant).mid for quant in quants)
    assert fast > slow


def test_a_deep_context_is_slower() -> None:
    """The cache is read for every token."""
    assert decode(machine(32, gpu(24)), context=32768).mid < decode(machine(32, gpu(24)), context=1024).mid


def test_without_avx2_the_processor_is_slower() -> None:
    """Few cores and old instructions: computing, not memory, sets the pace."""
    old = Machine(
        cpu=Cpu(cores=2, max_mhz=2900, features=frozenset({"sse4_2", "avx", "f16c"})), memory=machine(16).memory
    )
    new = Machine(
        cpu=Cpu(cores=2, max_mhz=2900, features=frozenset({"avx", "f16c", "fma", "avx2"})), memory=machine(16).memory
    )
    assert decode(old).mid < decode(new).mid
    assert "no_avx2" in [reason.code for reason in estimate(old, DENSE, Workload()).reasons]


def test_unknown_bandwidth_gives_no_speed_but_a_reason() -> None:
    """No guess: decode is None, the verdict stands, and the reason names the device."""
    answer = estimate(machine(16, gpu(12, bandwidth_bytes_per_s=None)), DENSE, Workload())
    assert answer.verdict == "fits"
    assert answer.speed is not None
    assert answer.speed.decode is None
    assert "bandwidth_unknown" in [reason.code for reason in answer.reasons]


def test_a_model_that_does_not_fit_has_no_speed() -> None:
    """Speed of what cannot run would be a lie."""
    assert estimate(machine(3), DENSE, Workload()).speed is None


def test_prefill_range_is_no_wider_than_two_and_a_half() -> None:
    """For llama.cpp on a card and on a processor."""
    for place in (machine(16, gpu(12)), machine(16)):
        speed = estimate(place, DENSE, Workload()).speed
        assert speed is not None
        assert speed.prefill is not None
        assert speed.prefill.high / speed.prefill.low <= 2.5


def test_eager_transformers_wait_for_kernel_launches() -> None:
    """A small model on a fast card: transformers stay far below llama.cpp."""
    place = machine(64, gpu(24, bandwidth_bytes_per_s=1000e9, fp32_flops=80e12))
    assert decode(place, stack="transformers", quant="BF16").mid < decode(place, quant="F16").mid


def keys(place: Machine, **settings_: object) -> tuple[str, str]:
    """The bands that "why?" names for the two speeds."""
    found = {line.quantity: line.band for line in explain(place, estimate(place, DENSE, Workload(**settings_)))}  # type: ignore[arg-type]
    return found["decode"], found["prefill"]


def test_a_band_speaks_of_what_was_measured() -> None:
    """Split models, torch on processors and Intel's GPUs have bands of their own, which count their own rows."""
    arc = gpu(12, vendor="Intel", engines=("vulkan", "sycl"), compute_capability=None)
    sycl = gpu(12, vendor="Intel", engines=("sycl",), compute_capability=None)
    assert keys(machine(16, gpu(12))) == ("decode_gpu", "prefill_gpu")
    assert keys(machine(16, gpu(3))) == ("decode_split", "prefill_split")
    assert keys(machine(16)) == ("decode_cpu", "prefill_cpu")
    assert keys(machine(64), stack="transformers", quant="BF16") == ("decode_torch_ram", "prefill_torch_ram")
    assert keys(machine(16, arc)) == ("decode_vulkan_intel", "prefill_intel")
    assert keys(machine(16, sycl)) == ("decode_sycl", "prefill_intel")
    for key in ("decode_vulkan_intel", "prefill_split", "decode_torch_ram"):
        assert band(key).rows <= 3
    others: tuple[dict[str, object], ...] = (
        {"compute_capability": "6.1"},
        {"vendor": "AMD", "engines": ("rocm",), "compute_capability": None},
        {"vendor": "AMD", "engines": ("vulkan",), "compute_capability": None},
        {"vendor": "Apple", "engines": ("metal",), "compute_capability": None},
    )
    for kind in others:
        assert keys(machine(16, gpu(12, **kind)))[0] != "decode_gpu"


def test_the_range_is_the_named_band_s() -> None:
    """What the screen shows as low is mid x the band's low."""
    for place, settings_ in ((machine(16, gpu(3)), {}), (machine(64), {"stack": "transformers", "quant": "BF16"})):
        found = estimate(place, DENSE, Workload(**settings_)).speed  # type: ignore[arg-type]
        assert found is not None
        assert found.decode is not None
        assert found.prefill is not None
        bands = keys(place, **settings_)
        assert found.decode.low == found.decode.mid * band(bands[0]).low
        assert found.prefill.low == found.prefill.mid * band(bands[1]).low
