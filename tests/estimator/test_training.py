"""Training memory: equal to what torch tracks, and well-behaved where nobody measured."""

import json
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.model import Model, Moe
from advisor.catalog.models import find_model, models, styles
from advisor.estimator.result import COMPONENTS
from advisor.estimator.tensors import language_parameters
from advisor.estimator.training import allocator_peak, memory
from advisor.estimator.training_plan import activation_bytes
from advisor.workload import CHOICES, parse

MODELS = ("smollm2-135m", "qwen2.5-7b", "qwen3-8b", "gemma-3-1b", "phi-3-mini-4k", "mixtral-8x7b", "deepseek-v2-lite")


def size(model: str, **settings: object) -> int:
    """The allocator's peak."""
    return allocator_peak(memory(find_model(model), parse({"task": "lora", **settings})))


def test_peaks_as_torch_tracks_them(shared: Path) -> None:
    """Every validated step of the measured rows within 1 %, 0.1 % on average."""
    from benchmarks.accuracy_training import peaks
    from benchmarks.training_rows import steps

    misses = list(peaks(step for step in steps() if not step.outside))
    assert len(misses) > 100
    assert statistics.fmean(abs(miss.error) for miss in misses) < 0.001
    assert not [miss for miss in misses if abs(miss.error) > 0.01]


def test_every_architecture_as_torch_tracks_it() -> None:
    """Our own tracked steps of all catalogue architectures: every peak within 3 %, 0.1 % on average, and no model
    whose estimates are off alike.
    """
    from benchmarks.accuracy_training import peaks
    from benchmarks.training_rows import own_steps

    found = [step for step in own_steps() if not step.outside]
    misses = list(peaks(found))
    assert len({step.model.style.name for step in found}) > 40
    assert statistics.fmean(abs(miss.error) for miss in misses) < 0.001
    assert not [miss for miss in misses if abs(miss.error) > 0.03]
    by_model: dict[str, list[float]] = {}
    for step, miss in zip(found, misses, strict=True):
        by_model.setdefault(step.model.id, []).append(miss.error)
    assert not {name for name, errors in by_model.items() if abs(statistics.median(errors)) > 0.005}


def test_static_memory_as_torch_tracks_it(shared: Path) -> None:
    """Weights with adapters and optimizer states of every validated row within 0.1 % of the peak."""
    from benchmarks.training_rows import steps

    for step in steps():
        if not step.outside:
            parts = dict(memory(step.model, step.workload).components)
            slack = step.row["peak_mib"] * 2**20 / 1000
            assert abs(parts["weights"] + parts["adapters"] - step.row["weights_mib"] * 2**20) < slack, step.name
            assert abs(parts["optimizer"] - step.row["optimizer_mib"] * 2**20) < slack, step.name


def test_published_runs_on_an_a100(shared: Path) -> None:
    """Peaks that others measured with transformers' Trainer on one A100: median within 3 %."""
    from benchmarks.accuracy_training import published_peaks
    from benchmarks.training_rows import runs

    found = [r for r in runs({}) if r.row["n_devices"] == 1 and "A100" in r.row["hardware"] and r.row["peak_gib"]]
    assert statistics.median(abs(miss.error) for miss in published_peaks(found)) < 0.03


@pytest.mark.parametrize("task", ["full", "lora", "qlora"])
def test_every_catalogue_model_has_an_estimate(task: str) -> None:
    """Components are those of the contract, none negative, and add up to the total; the weights are in it."""
    workload = parse({"task": task})
    for model in models():
        estimate = memory(model, workload)
        assert sum(part.bytes for part in estimate.components) == estimate.total, model.id
        assert all(part.name in COMPONENTS and part.bytes >= 0 for part in estimate.components), model.id
        assert estimate.low < estimate.total < estimate.high
        if task != "qlora":
            assert dict(estimate.components)["weights"] == 2 * language_parameters(model)


def test_full_bf16_adamw_by_hand() -> None:
    """A short step of an untied model peaks at the update: weights 2, gradients 2, states 4 bytes per parameter."""
    peak = size("llama-3.1-8b", task="full", seq=16)
    assert peak == pytest.approx(8 * 8_030_261_248, rel=0.001)


def test_foreach_needs_one_more_copy_of_the_gradients() -> None:
    """The published law for foreach AdamW in 16 bits: 10 bytes per parameter."""
    peak = size("llama-3.1-8b", task="full", seq=16, optimizer="adamw-foreach")
    assert peak == pytest.approx(10 * 8_030_261_248, rel=0.001)


def test_the_loss_needs_12_bytes_per_logit() -> None:
    """With stock cross-entropy every further token costs 12 bytes per entry of the vocabulary; a fused loss none."""
    model, base = find_model("qwen2.5-0.5b"), parse({"task": "lora"})
    parts = dict(memory(model, replace(base, seq=2048)).components)
    assert parts["logits"] == 12 * 151936 * 2048
    fused = memory(model, replace(base, seq=2048, stack="fused-loss"))
    assert dict(fused.components)["logits"] == 0
    assert fused.total < memory(model, replace(base, seq=2048)).total


def test_kbit_preparation_costs_memory() -> None:
    """fp32 embeddings, head and norms, and fp32 hidden states."""
    assert size("llama-3.1-8b", task="qlora", kbit_prepare=True) > size(
        "llama-3.1-8b", task="qlora", kbit_prepare=False
    )


def test_written_out_attention_grows_with_the_square() -> None:
    """Eager attention holds scores for every pair of positions, flash none."""
    eager, flash = (
        [size("llama-3.1-8b", attention=kernel, seq=seq) for seq in (4096, 8192)] for kernel in ("eager", "flash")
    )
    assert eager[1] - eager[0] > 2 * (flash[1] - flash[0])


def test_fp32_with_grouped_heads_falls_back_to_math() -> None:
    """torch has no flash kernel for fp32, and its efficient one takes no grouped heads."""
    fp32 = {"task": "full", "precision": "fp32", "seq": 4096}
    assert size("llama-3.2-1b", **fp32) == size("llama-3.2-1b", **fp32, attention="math")
    assert size("llama-3.2-1b", **fp32) > size("llama-3.2-1b", **fp32, attention="efficient")


def test_gradient_accumulation_keeps_the_gradients() -> None:
    """More than one micro-batch holds all gradients while the next ones run; their number does not matter."""
    one, two, many = (size("qwen2.5-7b", task="full", grad_accum=n, seq=4096) for n in (1, 2, 64))
    assert one < two == many


workloads = st.fixed_dictionaries(
    {
        "task": st.sampled_from(("full", "lora", "qlora")),
        "precision": st.sampled_from(CHOICES["precision"]),
        "optimizer": st.sampled_from(CHOICES["optimizer"]),
        "attention": st.sampled_from(CHOICES["attention"]),
        "targets": st.sampled_from(CHOICES["targets"]),
        "checkpointing": st.booleans(),
        "kbit_prepare": st.booleans(),
        "stack": st.sampled_from(("transformers", "fused-loss")),
        "grad_accum": st.sampled_from((1, 4)),
        "batch": st.integers(1, 16),
        "seq": st.integers(1, 8192),
        "rank": st.integers(1, 256),
    }
)


@given(name=st.sampled_from(MODELS), values=workloads, knob=st.sampled_from(("batch", "seq", "rank")))
@settings(max_examples=60, deadline=None)
def test_more_never_needs_less(name: str, values: dict[str, object], knob: str) -> None:
    """More batch, length or rank never needs less memory; components add up, whatever the settings."""
    model, workload = find_model(name), parse(values)
    estimate = memory(model, workload)
    assert sum(part.bytes for part in estimate.components) == estimate.total
    assert all(part.bytes >= 0 for part in estimate.components)
    assert memory(model, replace(workload, **{knob: getattr(workload, knob) + 7})).total >= estimate.total


@given(name=st.sampled_from(MODELS), values=workloads)
@settings(max_examples=40, deadline=None)
def test_checkpointing_spares_memory(name: str, values: dict[str, object]) -> None:
    """Checkpointing never needs noticeably more than none."""
    model, workload = find_model(name), parse(values)
    without = memory(model, replace(workload, checkpointing=False)).total
    # Autocast's copies of the weights, and the input kept beside a layer that is run again, can cost a little.
    assert memory(model, replace(workload, checkpointing=True)).total <= without * 1.02


RECORDED = json.loads((Path(__file__).parents[2] / "benchmarks" / "data" / "saved_per_layer.json").read_text("utf-8"))


@pytest.mark.parametrize("family", sorted(RECORDED["bytes_per_token"]))
def test_every_family_keeps_what_autograd_keeps(family: str) -> None:
    """Bytes per token and layer as torch's saved-tensor hooks counted them, within 1 %."""
    shape = RECORDED["shape"]
    width = RECORDED["expert_ffn"].get(family, shape["ffn"])
    shared = RECORDED["shared_ffn"].get(family, 0)
    sparse = Moe(shape["experts"], shape["active"], width, (True, True), shared=int(bool(shared)), shared_ffn=shared)
    moe = "moe" in family or family in ("mixtral", "gpt_oss", "minimax_m2")
    model = Model(
        id=family, name=family, family=family, kind="base", style=styles()[family], layers=2, hidden=shape["hidden"],
        heads=shape["heads"], kv_heads=RECORDED["kv_heads"].get(family, shape["kv_heads"]),
        head_dim=shape["head_dim"], vocab=512, tied_embeddings=False, ffn=shape["ffn"], moe=sparse if moe else None,
    )  # fmt: skip
    attention = "eager" if family in RECORDED["eager"] else "flash"
    settings = parse({"task": "full", "checkpointing": False, "attention": attention, "seq": shape["tokens"]})
    ours = (activation_bytes(model, settings) - 12 * 512) / 2
    assert ours == pytest.approx(RECORDED["bytes_per_token"][family], rel=0.01)
