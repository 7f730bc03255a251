"""Training time and energy: the operations that torch counts, ranges that hold published speeds, honest unknowns."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.catalog.models import find_model
from advisor.estimator.estimate import estimate
from advisor.estimator.explain import explain
from advisor.estimator.training_time import flops_per_token, training
from advisor.machine import Cpu, Gpu, Machine, Memory
from advisor.workload import Workload, parse

A100 = Gpu(
    name="A100", vendor="NVIDIA", compute_capability="8.0", fp16_flops=312e12, fp32_flops=19.5e12,
    bandwidth_bytes_per_s=2039e9, board_power_w=400,
)  # fmt: skip
I5 = Cpu(cores=2, threads=4, base_mhz=2500, max_mhz=3100, features=frozenset({"sse4_2", "avx"}))
RAM = Memory(bandwidth_bytes_per_s=21e9)
QLORA = Workload(task="qlora", dataset_tokens=1_000_000)


def test_operations_as_torch_counts_them(shared: Path) -> None:
    """FlopCounterMode over whole steps, causal attention counted full there and half here: within 2 %.

    QLoRA is left out: bitsandbytes' product has no formula there.
    """
    from benchmarks.training_rows import read

    for row in read("training_torch.json.gz")["flops"]:
        if row["method"] == "qlora":
            continue
        workload = Workload(
            task=row["method"], precision="mixed" if "amp" in row["precision"] else "bf16", batch=row["batch"],
            seq=row["seq"], checkpointing=row["checkpointing"],
        )  # fmt: skip
        model = find_model({"Gemma-3-1B": "gemma-3-1b"}.get(row["model"], row["model"]))
        if row["layers"] != model.layers:
            model = replace(model, layers=row["layers"], window=None)
        tokens = row["batch"] * row["seq"]
        attention = 2.0 * row["seq"] * model.query_width * model.layers * (3.5 + row["checkpointing"])
        ours = tokens * (flops_per_token(model, workload) + attention)
        assert ours == pytest.approx(row["flops_forward_backward"], rel=0.02), row["model"]


def test_ranges_hold_published_speeds(shared: Path) -> None:
    """At least 80 % of published runs lie in ranges that are no wider than 2.5x."""
    from benchmarks.accuracy_training import times
    from benchmarks.training_rows import pretraining, runs

    for found in (list(runs({})), list(pretraining({}))):
        checked = list(times(found))
        assert len(checked) > 50
        assert sum(miss.inside is True for miss in checked) >= 0.8 * len(checked)
        assert all(miss.span is not None and miss.span <= 2.5 for miss in checked)


def test_time_and_energy_follow_from_speed() -> None:
    """Hours are tokens / speed with the bounds crossed over; energy is hours x board power x a share of it."""
    answer = training(find_model("qwen2.5-7b"), replace(QLORA, epochs=3), [A100], Cpu(), Memory())
    assert answer.tokens_per_s is not None
    assert answer.hours is not None
    assert answer.energy_kwh is not None
    assert answer.tokens_per_s.low < answer.tokens_per_s.mid < answer.tokens_per_s.high
    assert answer.hours.low == pytest.approx(3e6 / 3600 / answer.tokens_per_s.high)
    assert answer.hours.high == pytest.approx(3e6 / 3600 / answer.tokens_per_s.low)
    assert answer.energy_kwh.high == pytest.approx(answer.hours.high * 0.4)
    assert 0 < answer.energy_kwh.low < answer.energy_kwh.mid < answer.energy_kwh.high


def test_never_faster_than_the_peak() -> None:
    """Not even the upper bound passes what the card's matrix rate allows."""
    for name in ("smollm2-135m", "qwen2.5-7b", "llama-3.1-70b"):
        for settings in ({"task": "full"}, {"task": "lora", "batch": 64}, {"task": "qlora", "seq": 8192}):
            model, workload = find_model(name), parse(settings)
            rate = training(model, workload, [A100], Cpu(), Memory()).tokens_per_s
            assert rate is not None
            assert rate.high * flops_per_token(model, workload) <= 312e12


def test_more_cards_share_the_batches() -> None:
    """Two equal cards train twice as fast and draw twice the power: the energy stays."""
    model = find_model("qwen2.5-7b")
    one, two = (training(model, QLORA, [A100] * n, Cpu(), Memory()) for n in (1, 2))
    assert one.tokens_per_s is not None
    assert two.tokens_per_s is not None
    assert one.energy_kwh is not None
    assert two.energy_kwh is not None
    assert two.tokens_per_s.mid == pytest.approx(2 * one.tokens_per_s.mid)
    assert two.energy_kwh.mid == pytest.approx(one.energy_kwh.mid)


def test_an_old_laptop_needs_very_long() -> None:
    """Two AVX cores: weeks for a million tokens on a 7B model in FP32, in a wide range, without an energy figure."""
    answer = training(find_model("qwen2.5-7b"), replace(QLORA, precision="fp32"), (), I5, RAM)
    assert answer.hours is not None
    assert answer.hours.mid > 300
    assert answer.hours.high / answer.hours.low >= 4
    assert answer.energy_kwh is None


# A Ryzen 9 5950X: 16 cores at about 4.2 GHz with two FMA units of 256 bits, 2.1 TFLOP/s in FP32.
AVX2 = frozenset({"sse4_2", "avx", "fma", "avx2"})
DESKTOP = Cpu(cores=16, threads=32, base_mhz=3400, max_mhz=4900, features=AVX2)


def test_a_processor_without_bf16_instructions_crawls_in_bf16() -> None:
    """torch multiplies BF16 in plain loops there: tens of times slower than FP32, whatever the task."""
    model = find_model("qwen2.5-7b")
    for task in ("lora", "qlora", "full"):
        slow, quick = (
            training(model, parse({"task": task, "precision": p}), (), DESKTOP, RAM).tokens_per_s
            for p in ("bf16", "fp32")
        )
        assert slow is not None
        assert quick is not None
        assert 10 * slow.mid < quick.mid
        assert slow.high / slow.low > quick.high / quick.low  # the less is known, the wider


def test_a_processor_never_passes_its_fp32_peak() -> None:
    """Not even the upper bound, in the smallest and in large models; the middle stays below half of it."""
    for name in ("smollm2-135m", "qwen2.5-7b"):
        workload = parse({"task": "lora", "precision": "fp32"})
        rate = training(find_model(name), workload, (), DESKTOP, RAM).tokens_per_s
        assert rate is not None
        flops = flops_per_token(find_model(name), workload)
        assert rate.mid * flops < 0.5 * 2.13e12
        assert rate.high * flops < 2.13e12


def test_instruction_sets_order_processors_in_bf16() -> None:
    """BF16 instructions beat AVX-512 without them, which beats emulation."""
    model, rates = find_model("qwen2.5-0.5b"), []
    for features in (AVX2, AVX2 | {"avx512f"}, AVX2 | {"avx512f", "avx512_bf16"}):
        rate = training(model, parse({"task": "lora"}), (), replace(DESKTOP, features=features), RAM).tokens_per_s
        assert rate is not None
        rates.append(rate.mid)
    assert rates[0] < rates[1] < rates[2]


def test_unpacking_four_bit_weights_costs_time_on_a_processor() -> None:
    """QLoRA is slower than LoRA there, by less than half."""
    lora, qlora = (
        training(find_model("qwen2.5-7b"), parse({"task": t, "precision": "fp32"}), (), DESKTOP, RAM).tokens_per_s
        for t in ("lora", "qlora")
    )
    assert lora is not None
    assert qlora is not None
    assert 0.5 * lora.mid < qlora.mid < lora.mid


@pytest.mark.parametrize("changed", [{"cores": None}, {"base_mhz": None, "max_mhz": None}, {"features": None}])
def test_unknown_facts_give_no_time(changed: dict[str, object]) -> None:
    """A processor whose cores, clock or instruction sets nobody knows has no training time."""
    answer = training(find_model("qwen2.5-7b"), QLORA, (), replace(I5, **changed), RAM)  # type: ignore[arg-type]
    assert answer.hours is None
    assert answer.trainable_parameters > 0


def test_unusable_or_unknown_cards_give_no_time() -> None:
    """A card that no runtime supports, or whose rates are unknown, has no training time; nor has a pair with one."""
    model = find_model("qwen2.5-7b")
    fermi = Gpu(name="GeForce 610M", vendor="NVIDIA", fp32_flops=142e9, usable=False)
    unknown = Gpu(name="?", vendor="NVIDIA")
    for gpus in ([fermi], [unknown], [A100, unknown]):
        assert training(model, QLORA, gpus, I5, RAM).tokens_per_s is None


def test_cards_without_fast_fp16_use_fp32() -> None:
    """Pascal multiplies FP16 at 1/64 of its FP32 rate; torch's products then run in FP32."""
    pascal = Gpu(vendor="NVIDIA", compute_capability="6.1", fp16_flops=0.14e12, fp32_flops=8.9e12,
                 bandwidth_bytes_per_s=320e9)  # fmt: skip
    rate = training(find_model("qwen2.5-1.5b"), QLORA, [pascal], Cpu(), Memory()).tokens_per_s
    assert rate is not None
    assert rate.mid > 100


def test_why_names_the_band_and_source_of_the_device_that_trains() -> None:
    """A processor's time is assumed in a wide range; it must not borrow the measured band of cards."""
    machine = Machine(cpu=DESKTOP, memory=replace(RAM, total_bytes=64 << 30, available_bytes=56 << 30))
    for precision, band in (("fp32", "training_time_processor"), ("bf16", "training_time_emulated")):
        answer = estimate(machine, find_model("qwen2.5-0.5b"), parse({"task": "lora", "precision": precision}))
        lines = {line.quantity: line for line in explain(machine, answer)}
        assert lines["hours"].band == lines["tokens_per_s"].band == band
        assert "assumed" in lines["tokens_per_s"].sources[0]
