"""Speed: never above what the memory can deliver, slower where it must be, unknown where facts are missing."""

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from advisor.catalog.bands import band
from advisor.catalog.gpus import gpus
from advisor.catalog.model import Model
from advisor.catalog.models import models
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.explain import explain
from advisor.estimator.result import Estimate, Range
from advisor.machine import Cpu, Machine
from advisor.workload import LLAMA_CPP_QUANTS, TORCH_QUANTS, Workload
from tests.estimator.samples import dense, gpu, machine, sparse

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


@given(
    model=st.sampled_from(models()), card=st.sampled_from(gpus()), quant=st.sampled_from(LLAMA_CPP_QUANTS),
    context=st.sampled_from((512, 4096, 32768)), torch=st.sampled_from(("", "transformers", "vllm")),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_no_speed_is_above_bandwidth_over_bytes(
    model: Model, card: object, quant: str, context: int, torch: str
) -> None:
    """Any model x type x card of the catalogues: the range stays under the ceiling of the device it runs on."""
    name = card.name  # type: ignore[attr-defined]
    try:
        place = assemble(None, gpu=name, cpu="Core i5-3210M", ram_gib=512)
    except UserError:
        reject()  # a name that several cards share
    if torch:
        workload = Workload(stack=torch, quant=TORCH_QUANTS[len(quant) % len(TORCH_QUANTS)], context=context)
    else:
        workload = Workload(quant=quant, context=context)
    answer = estimate(place, model, workload, "total")
    assert holds(answer)
    if not any(g.usable for g in place.gpus) and answer.speed is not None:
        assert answer.speed.device == "ram"


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
    for kind in [{"compute_capability": "6.1"}, {"vendor": "AMD", "engines": ("rocm",), "compute_capability": None},
                 {"vendor": "AMD", "engines": ("vulkan",), "compute_capability": None},
                 {"vendor": "Apple", "engines": ("metal",), "compute_capability": None}]:  # fmt: skip
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
