"""Networks that are no decoders: exact counts, torch's own peaks, refusals, and every screen's way to them."""

from statistics import mean

import pytest

from advisor.catalog.models import catalogue, find_model, models
from advisor.catalog.networks import Network, networks
from advisor.estimator.estimate import estimate
from advisor.estimator.explain import explain
from advisor.estimator.network_memory import memory, plan
from advisor.estimator.networks import network_parameters
from advisor.estimator.result import COMPONENTS
from advisor.estimator.training import allocator_peak
from advisor.machine import Gpu, Machine, Memory
from advisor.workload import Workload, parse
from benchmarks import vision_rows
from benchmarks.training_rows import TRUTH

PLACE = Machine(
    memory=Memory(total_bytes=32 << 30, available_bytes=28 << 30),
    gpus=(Gpu(name="GeForce RTX 3060", vendor="NVIDIA", vram_bytes=12 << 30, vram_available_bytes=11 << 30,
              compute_capability="8.6", kind="discrete", usable=True, engines=("cuda",)),),
)  # fmt: skip


@pytest.mark.parametrize("network", networks(), ids=lambda network: network.id)
def test_parameters_equal_the_published_count(network: Network) -> None:
    """To the last one; where nobody states a count, the entry says nothing."""
    assert network_parameters(network) == (network.published_parameters or network_parameters(network))
    assert network_parameters(network) > 10_000


def test_nearly_every_count_is_published() -> None:
    """An entry without a published count proves nothing."""
    assert sum(network.published_parameters is not None for network in networks()) >= len(networks()) - 1 >= 38


def test_parameters_equal_what_torch_counted() -> None:
    """All parameters, and those that full training and LoRA train, of every network that was run."""
    assert all(miss.error == 0 for miss in vision_rows.counts(vision_rows.own()))


def test_peaks_are_torchs_own() -> None:
    """Forward passes and steps: precision, batch, checkpointing, LoRA, optimizers, accumulation, lengths."""
    found = list(vision_rows.peaks(vision_rows.own()))
    assert len(found) > 400
    assert mean(abs(miss.error) for miss in found) < 0.003
    assert max(abs(miss.error) for miss in found) < 0.065
    passes = [m.error for m, p in zip(found, vision_rows.own(), strict=True) if not p.workload.training]
    assert max(map(abs, passes)) < 0.03  # the band "network_inference"


@pytest.mark.skipif(not TRUTH.is_dir(), reason="no shared folder beside the checkout")
def test_peaks_of_the_shared_rows() -> None:
    """Rows of vision and diffusion that others measured."""
    errors = [abs(miss.error) for miss in vision_rows.peaks(vision_rows.shared())]
    assert len(errors) >= 54
    assert mean(errors) < 0.001
    assert max(errors) < 0.01


def test_memory_is_linear_in_the_batch_beyond_the_optimizers_step() -> None:
    """One recording serves every batch: equal steps of the batch cost equal bytes."""
    network = _network("resnet-50")
    sizes = [allocator_peak(memory(network, Workload(task="full", batch=batch))) for batch in (64, 96, 128)]
    assert sizes[1] - sizes[0] == pytest.approx(sizes[2] - sizes[1], abs=2)


@pytest.mark.parametrize(
    "name", ["resnet-50", "vit-l-16", "stable-diffusion-xl-unet", "bge-large-en-v1.5", "whisper-small"]
)
def test_checkpointing_saves_and_precision_matters(name: str) -> None:
    """What everybody knows of these knobs holds."""
    base = {"task": "full", "batch": 16, "precision": "fp32", "seq": 448}
    plain, again = (
        allocator_peak(memory(_network(name), parse({**base, "checkpointing": kept}))) for kept in (False, True)
    )
    half = allocator_peak(memory(_network(name), parse({**base, "checkpointing": False, "precision": "bf16"})))
    assert again < plain
    assert 0.4 < half / plain < 0.6


def test_a_pipeline_is_more_than_its_denoiser() -> None:
    """Text encoders and the picture decoder lie beside the UNet; they are not trained."""
    whole, unet = _network("stable-diffusion-1.5"), _network("stable-diffusion-1.5-unet")
    beside = 2 * (network_parameters(whole) - network_parameters(unet))
    trained = parse({"task": "full", "precision": "mixed"})
    assert plan(whole, trained).trainable == plan(unet, trained).trainable == 859_520_964
    assert plan(whole, trained).weights - plan(unet, trained).weights == pytest.approx(beside, rel=0.01)
    assert allocator_peak(memory(whole, Workload())) > allocator_peak(memory(unet, Workload())) + beside


def test_components_obey_the_contract() -> None:
    """Their names are the known ones and add up to the total, for each kind and task."""
    for network in networks():
        for task in ("inference", "lora", "full"):
            answer = estimate(PLACE, network, parse({"task": task}))
            if answer.memory is None:
                assert (answer.verdict, task) == ("no", "lora")
                continue
            assert {part.name for part in answer.memory.components} <= set(COMPONENTS)
            assert sum(part.bytes for part in answer.memory.components) == answer.memory.total
            assert all(part.bytes >= 0 for part in answer.memory.components)
            assert answer.memory.low <= answer.memory.total <= answer.memory.high
            assert all(line.quantity for line in explain(PLACE, answer))


@pytest.mark.parametrize(
    ("name", "settings", "codes"),
    [
        ("resnet-50", {"task": "qlora"}, ["lora_no_linears"]),
        ("whisper-tiny", {"task": "qlora"}, ["qlora_not_computed"]),
        ("mobilenet-v3-large", {"task": "lora"}, ["lora_no_linears"]),
        ("bge-base-en-v1.5", {"quant": "Q4_K_M"}, ["network_runs_in_16_bits", "shortened", "network_speed_unknown"]),
        ("resnet-50", {"quant": "F16"}, ["network_speed_unknown"]),
        ("bge-m3", {"task": "full", "seq": 8192}, ["network_training_unknown"]),
    ],
)
def test_what_does_not_exist_is_said(name: str, settings: dict[str, object], codes: list[str]) -> None:
    """No figure is made up for a method, a format or a speed that nobody has."""
    answer = estimate(PLACE, find_model(name), parse(settings))
    assert [reason.code for reason in answer.reasons] == codes
    assert answer.speed is None
    if codes[0] in ("lora_no_linears", "qlora_not_computed"):
        assert answer.memory is None
        # bitsandbytes can load any linear layer in 4 bits: that is not computed, but it is no "no".
        assert answer.verdict == ("no" if codes[0] == "lora_no_linears" else "unknown")


@pytest.mark.parametrize(
    ("asked", "found"),
    [("BAAI/bge-m3", "bge-m3"), ("openai/whisper-large-v3", "whisper-large-v3"), ("SDXL", "stable-diffusion-xl"),
     ("resnet50", "resnet-50"), ("vit_base_patch16_224", "vit-b-16"), ("Stable Diffusion 1.5", "stable-diffusion-1.5")],
)  # fmt: skip
def test_networks_are_found_by_their_names(asked: str, found: str) -> None:
    """As language models are: Hugging Face's, timm's and people's names."""
    assert find_model(asked).id == found


def test_advice_is_drawn_from_language_models() -> None:
    """The catalogue ends with the networks; `models()` has none, so that no ResNet is picked for talk."""
    assert catalogue() == (*models(), *networks())
    assert not any(isinstance(model, Network) for model in models())
    assert len({model.id for model in catalogue()}) == len(catalogue())


def test_a_network_too_large_does_not_fit() -> None:
    """Stable Diffusion XL's full training is too much for 12 GB and for 28 GB of RAM."""
    answer = estimate(PLACE, find_model("sdxl"), parse({"task": "full", "precision": "fp32"}))
    assert answer.verdict == "no"
    assert answer.reasons[0].code == "needs_more_memory"


def _network(name: str) -> Network:
    found = find_model(name)
    assert isinstance(found, Network)
    return found
