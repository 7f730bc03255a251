"""The estimator as a whole: sums add up, more asks for more, one question has one answer, and JSON says all of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.estimator.as_json import to_json
from advisor.estimator.estimate import estimate
from advisor.estimator.explain import explain
from advisor.estimator.ground import BUDGETS, Budget
from advisor.estimator.speed import depth_of
from advisor.i18n import translator
from advisor.machine import Cpu, Machine
from advisor.words import REASONS
from advisor.workload import METHODS, Method, Task, Workload, for_method
from tests.estimator.samples import GIB, dense, gpu, machine, sparse

MODELS = (dense(), sparse())
PLACE = machine(64, gpu(12))
ROOMY = machine(64, gpu(4000))
BUSY = machine(64, gpu(12, vram_available_bytes=3 * GIB), free_gib=20)
EN, ZH = translator("en"), translator("zh-CN")


def need(model: Model, workload: Workload, place: Machine = ROOMY) -> int:
    """Bytes, all on one card: a machine that runs out of it shows what RAM needs instead."""
    memory = estimate(place, model, workload).memory
    assert memory is not None
    return memory.total


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
@pytest.mark.parametrize("method", METHODS)
def test_components_add_up_and_the_band_surrounds_the_total(model: Model, method: Method) -> None:
    """The bar on the screen is the number beside it."""
    answer = estimate(PLACE, model, for_method(Workload(), method))
    memory = answer.memory
    assert memory is not None
    assert sum(part.bytes for part in memory.components) == memory.total
    assert all(part.bytes >= 0 for part in memory.components)
    assert memory.low <= memory.total <= memory.high


@given(
    model=st.sampled_from(MODELS), context=st.integers(1, 40_000), more=st.integers(0, 40_000),
    stack=st.sampled_from((("llama.cpp", "Q4_K_M"), ("transformers", "BF16"), ("vllm", "BF16"))),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_more_context_never_needs_less(model: Model, context: int, more: int, stack: tuple[str, str]) -> None:
    """For every stack of inference."""
    asked = [Workload(stack=stack[0], quant=stack[1], context=size) for size in (context, context + more)]
    assert need(model, asked[0]) <= need(model, asked[1])


@given(
    task=st.sampled_from(("lora", "qlora", "full")), batch=st.integers(1, 16), seq=st.integers(16, 4096),
    rank=st.integers(1, 128), more=st.sampled_from(("batch", "seq", "rank")), by=st.integers(1, 8),
    checkpointing=st.booleans(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_more_batch_length_or_rank_never_needs_less(
    task: str, batch: int, seq: int, rank: int, more: str, by: int, checkpointing: bool
) -> None:
    """For every way of training."""
    values: dict[str, int] = {"batch": batch, "seq": seq, "rank": rank}
    small = Workload(task=task, checkpointing=checkpointing, **values)  # type: ignore[arg-type]
    values[more] += by
    large = Workload(task=task, checkpointing=checkpointing, **values)  # type: ignore[arg-type]
    assert need(MODELS[0], small) <= need(MODELS[0], large)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_more_bits_never_need_less(model: Model) -> None:
    """Along llama.cpp's usual types."""
    sizes = [need(model, Workload(quant=q)) for q in ("Q2_K", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16")]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_question_has_the_same_answer(method: Method) -> None:
    """Deterministic, also for an equal machine that is another object."""
    workload = for_method(Workload(), method)
    first = estimate(PLACE, MODELS[0], workload)
    assert first == estimate(PLACE, MODELS[0], workload)
    assert first == estimate(machine(64, gpu(12)), MODELS[0], workload)


def test_a_unified_cache_may_be_one_sequence_s() -> None:
    """65,536 tokens for four sequences: unified, one of them may use all, which is more than was trained."""
    apart = Workload(context=65536, parallel=4)
    unified = Workload(context=65536, parallel=4, kv_unified=True)
    assert (depth_of(apart), depth_of(unified)) == (2048, 8192)
    assert [r.code for r in estimate(PLACE, MODELS[0], apart).reasons] == []
    (said,) = estimate(PLACE, MODELS[0], unified).reasons
    assert (said.code, said.values["context"]) == ("beyond_trained_context", 65536)
    # The torch stacks know no such setting.
    assert Workload(context=65536, parallel=4, kv_unified=True, stack="vllm", quant="BF16").sequence_context == 16384


@pytest.mark.parametrize("kv_type", ["q8_0", "q4_0"])
def test_a_cache_that_llama_cpp_refuses_is_a_no(kv_type: Literal["q8_0", "q4_0"]) -> None:
    """Phi-2's heads of 80 values do not divide into blocks of 32: refused at the start, however large the machine."""
    answer = estimate(PLACE, find_model("phi-2"), Workload(kv_type=kv_type))
    assert (answer.verdict, answer.speed) == ("no", None)
    (said,) = [reason for reason in answer.reasons if reason.code == "kv_type_refused"]
    assert said.values == {"kv_type": kv_type, "width": 80, "block": 32}
    assert estimate(PLACE, find_model("phi-2"), Workload()).verdict == "fits"


def said(place: Machine, model: Model, workload: Workload) -> list[tuple[str, object]]:
    """Codes of the reasons, each with its device."""
    return [(reason.code, reason.values.get("device")) for reason in estimate(place, model, workload).reasons]


def test_a_training_time_or_energy_that_is_missing_has_its_reason() -> None:
    """Unknown rates, an unknown board power, a processor: each figure left out says why."""
    lora = Workload(task="lora")
    unknown = {"fp32_flops": None, "fp16_flops": None}
    assert said(machine(64, gpu(48)), MODELS[0], lora) == []
    assert said(machine(64, gpu(48, **unknown)), MODELS[0], lora) == [("training_speed_unknown", "Test RTX")]
    assert said(machine(64, gpu(48, board_power_w=None)), MODELS[0], lora) == [("energy_unknown", "Test RTX")]
    assert ("energy_unknown", "Test CPU") in said(machine(64), MODELS[0], lora)
    nameless = replace(machine(64), cpu=Cpu(name="Odd CPU"))
    assert ("training_speed_unknown", "Odd CPU") in said(nameless, MODELS[0], lora)


@pytest.mark.parametrize(
    ("name", "task", "codes"),
    [
        ("qwen2.5-7b", "full", set()),
        ("deepseek-v2-lite", "lora", set()),
        ("deepseek-v2-lite", "qlora", {"qlora_experts_packed"}),
        ("lfm2-1.2b", "full", set()),
        ("granite-4.0-h-micro", "lora", {"recurrent_kernels"}),
        ("llama-4-scout", "lora", {"every_expert"}),
        ("glm-5", "lora", {"indexer_not_tracked"}),
        ("gemma-4-e2b", "lora", {"layers_differ"}),
        ("qwen3-30b-a3b", "qlora", {"qlora_experts_packed"}),
        ("qwen3-30b-a3b", "lora", set()),
    ],
)
def test_what_no_measured_training_stands_behind_says_so(name: str, task: Task, codes: set[str]) -> None:
    """Latent attention, recurrent layers, packed experts; nothing of it for inference."""
    place = machine(4096, gpu(4096))
    assert {code for code, _ in said(place, find_model(name), Workload(task=task))} == codes
    assert said(place, find_model(name), Workload()) == []


def test_json_has_the_contract_s_names() -> None:
    """Every field of the contract, unknown as null, and plain JSON values only."""
    answer = to_json(estimate(PLACE, MODELS[0], Workload()), EN)
    assert {"model", "workload", "memory", "placement", "verdict", "reasons", "speed", "training"} <= set(answer)
    assert answer["workload"]["stack"] == "llama.cpp"
    assert set(answer["memory"]) >= {"components", "total_bytes", "low_bytes", "high_bytes", "resident"}
    assert set(answer["memory"]["resident"]) == {"needed_bytes", "shown_bytes"}
    names = {"device", "capacity_bytes", "available_bytes", "used_bytes", "layers"}
    assert set(answer["placement"][0]) == names | {"used_low_bytes", "used_high_bytes"}
    assert set(answer["speed"]["decode_tokens_per_s"]) == {"low", "mid", "high", "ceiling", "band"}
    assert set(answer["speed"]["prefill_tokens_per_s"]) == {"low", "mid", "high"}
    assert answer["training"] is None
    assert json.loads(json.dumps(answer)) == answer
    trained = to_json(estimate(PLACE, MODELS[0], Workload(task="qlora")), EN)
    assert set(trained["training"]) == {"trainable_parameters", "tokens_per_s", "hours", "energy_kwh", "band"}


@pytest.mark.parametrize(
    ("place", "workload"),
    [
        (machine(3), Workload()),
        (machine(16, gpu(3)), Workload()),
        (machine(16, gpu(12, bandwidth_bytes_per_s=None)), Workload()),
        (machine(16, gpu(4, usable=None)), Workload(context=100_000)),
        (machine(8, gpu(12), gpu(12)), Workload(task="lora")),
    ],
)
def test_every_reason_has_a_sentence_in_both_languages(place: Machine, workload: Workload) -> None:
    """No code without words, no placeholder left over."""
    answer = estimate(place, MODELS[0], workload)
    assert answer.reasons
    for language in (EN, ZH):
        for reason in to_json(answer, language)["reasons"]:
            assert reason["code"] in REASONS
            assert "{" not in reason["text"]


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("method", METHODS)
def test_every_figure_has_an_explanation_with_the_same_number(method: Method, budget: Budget) -> None:
    """ "why?" shows the number that the screen shows, with either budget."""
    answer = estimate(BUSY, MODELS[0], for_method(Workload(), method), budget)
    assert answer.memory is not None
    found = {line.quantity: line for line in explain(BUSY, answer)}
    assert all(found[part.name].result == part.bytes for part in answer.memory.components)
    assert found["total"].result == answer.memory.total
    assert found["parameters"].result == answer.parameters
    assert all(found[place.device].result == place.used for place in answer.placements)
    if answer.speed is not None and answer.speed.decode is not None:
        assert found["decode"].result == answer.speed.decode.mid
        assert found["ceiling"].result == answer.speed.ceiling
    if answer.training is not None and answer.training.hours is not None:
        assert found["hours"].result == answer.training.hours.mid


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("place", [BUSY, PLACE, machine(64)], ids=["busy", "card", "ram"])
def test_the_verdict_of_a_device_follows_from_the_values_that_are_shown(place: Machine, method: Method) -> None:
    """`high` of a card counts the measured range of the runtime's context, which is no share of what is used."""
    answer = estimate(place, MODELS[0], for_method(Workload(), method))
    found = {line.quantity: line for line in explain(place, answer)}
    for held in answer.placements:
        shown = found[held.device].values
        assert (shown["used_bytes"], shown["high_bytes"], shown["available_bytes"]) == (
            held.used, held.high, held.available,
        )  # fmt: skip
    if answer.verdict == "fits":
        assert all(found[p.device].values["high_bytes"] <= found[p.device].values["fits_below_bytes"]  # type: ignore[operator]
                   for p in answer.placements)  # fmt: skip


def values(place: Machine, model: Model, workload: Workload) -> Iterator[tuple[str, float, dict[str, float]]]:
    """Quantity, result and the explanation's own numbers."""
    for line in explain(place, estimate(place, model, workload)):
        assert line.result is not None
        numbers = {key: value for key, value in line.values.items() if isinstance(value, int | float)}
        yield line.quantity, line.result, numbers


SETTINGS = (
    Workload(), Workload(context=20_000, parallel=3, kv_type="q8_0"), Workload(flash_attention=False, ubatch=64),
    Workload(output_rows="all", quant="F16"),
)  # fmt: skip


@pytest.mark.parametrize("name", ["qwen2.5-7b", "gemma-3-4b", "deepseek-v2-lite", "lfm2-1.2b", "qwen3-30b-a3b"])
@pytest.mark.parametrize("workload", SETTINGS, ids=range(len(SETTINGS)))
def test_memory_follows_from_the_values_that_are_shown(name: str, workload: Workload) -> None:
    """Weights, cache and buffers of llama.cpp recomputed from the explanation's own values, to the byte."""
    found = {quantity: (result, v) for quantity, result, v in values(machine(512), find_model(name), workload)}
    result, v = found["weights"]
    assert result == sum(v.values())
    result, v = found["kv_cache"]
    cells = v["full_layers"] * v["cells"] + v["window_layers"] * v["window_cells"]
    assert result == v["sequences"] * cells * v["row_bytes"] + v["state_layers"] * v["state_bytes"] * v["parallel"]
    result, v = found["compute_buffer"]
    logits = 4 * v["tokens"] * (v["embedding"] + 1) + 4 * v["outputs"] * (v["last"] + v["vocabulary"])
    layer = 4 * v["tokens"] * v["inputs"] + 4 * v["outputs"] + v["mask_bytes"] + v["index_bytes"] + v["work_bytes"]
    assert (result, v["work_bytes"] >= 4 * v["tokens"] * v["mlp"]) == (max(logits, layer), True)
    result, v = found["output_buffer"]
    assert result == 4 * v["vocabulary"] * v["sequences"]


TORCH = (
    Workload(stack="transformers", quant="BF16", context=9000), Workload(stack="transformers", quant="NF4", parallel=3),
    Workload(stack="vllm", quant="AWQ-4bit", parallel=3, context=9000), Workload(stack="vllm", quant="FP8"),
)  # fmt: skip


@pytest.mark.parametrize("name", ["qwen2.5-7b", "gemma-3-4b", "deepseek-v2-lite", "lfm2-1.2b", "qwen3-30b-a3b"])
@pytest.mark.parametrize("workload", TORCH, ids=range(len(TORCH)))
def test_torch_s_memory_follows_from_the_values_that_are_shown(name: str, workload: Workload) -> None:
    """Windows, latent caches and states of transformers and vLLM too, to the byte."""
    found = {quantity: (result, v) for quantity, result, v in values(ROOMY, find_model(name), workload)}
    result, v = found["weights"]
    assert result == v["layers_bytes"] + v["other_bytes"]
    result, v = found["kv_cache"]
    cells = v["full_layers"] * v["tokens"] + v["window_layers"] * v["window_tokens"]
    assert result == v["sequences"] * (cells * v["row_bytes"] + v["state_bytes"])
    result, v = found["activations"]
    if workload.stack == "vllm":
        assert result == max(2 * v["tokens"] * v["numbers_per_token"], v["unpacked_bytes"])
    else:
        assert result == max(v["work_bytes"] - v["cache_to_come_bytes"], v["cache_copy_bytes"])
    result, v = found["logits"]
    assert result == v["vocabulary"] * v["rows"] * v["bytes_per_logit"]
    result, v = found["runtime"]
    assert result == v["context_bytes"]


@pytest.mark.parametrize(
    ("place", "workload"),
    [
        (machine(64), Workload()),
        (machine(64, gpu(24)), Workload(context=32768)),
        (machine(64, gpu(24)), Workload(ubatch=4)),
        (machine(64, gpu(3)), Workload(context=16384)),
        (machine(64, gpu(3), gpu(4)), Workload()),
        (machine(64, gpu(24)), Workload(stack="transformers", quant="BF16")),
        (machine(64, gpu(24)), Workload(stack="vllm", quant="BF16")),
        (machine(64), Workload(stack="transformers", quant="BF16")),
    ],
)
@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_speeds_follow_from_the_values_that_are_shown(place: Machine, workload: Workload, model: Model) -> None:
    """Ceiling, decode and prefill recomputed device by device."""
    answer = estimate(place, model, workload)
    assert answer.speed is not None
    devices = answer.speed.device.split("+")
    found = {quantity: (result, v) for quantity, result, v in values(place, model, workload)}
    floor = seconds = prompt = 0.0
    for device in devices:
        prefix = f"{device}_" if len(devices) > 1 else ""
        limit, step, read = found["ceiling"][1], found["decode"][1], found["prefill"][1]
        floor += (limit[prefix + "weights_bytes"] + limit[prefix + "kv_read_bytes"]) / (
            limit[prefix + "bandwidth_bytes_per_s"]
        )
        seconds += decode_time({key.removeprefix(prefix): value for key, value in step.items()}, workload)
        work = 2 * read["active_parameters"] + read[f"{device}_attention_cost"] * read["attention_flop"]
        reading = read[f"{device}_weight_bytes"] / read[f"{device}_effective_bytes_per_s"] / read["chunk"]
        prompt += max(read[f"{device}_part"] * work / read[f"{device}_flop_rate"], reading)
    assert found["ceiling"][0] == pytest.approx(1 / floor)
    assert found["decode"][0] == pytest.approx(min(1 / seconds, 1 / floor))
    assert found["prefill"][0] == pytest.approx(1 / prompt)


def decode_time(v: dict[str, float], workload: Workload) -> float:
    """Seconds of one token on one device by the formula that is shown."""
    reading = (v["weights_bytes"] + v.get("kv_cost", 1) * v["kv_read_bytes"]) / v["effective_bytes_per_s"]
    if "kv_cost" not in v:
        return v.get("slowdown", 1) * (max(reading, v["computing_s"]) + v["layers"] * v["layer_s"])
    if workload.stack == "transformers":
        return max(reading + v["computing_s"], v["fixed_s"] - v["visits_s"]) + v["visits_s"]
    return reading + v["computing_s"] + v["fixed_s"]


@pytest.mark.parametrize("task", ["lora", "qlora", "full"])
@pytest.mark.parametrize("place", [machine(512, gpu(400)), machine(512)], ids=["card", "ram"])
def test_training_follows_from_the_values_that_are_shown(place: Machine, task: Task) -> None:
    """Weights, runtime, tokens a second, hours and energy."""
    found = {quantity: (result, v) for quantity, result, v in values(place, MODELS[0], Workload(task=task))}
    result, v = found["weights"]
    packed = v.get("packed", 0)
    assert result == int(packed * v.get("bytes_packed", 0)) + (v["parameters"] - packed) * v["bytes_each"]
    result, v = found["runtime"]
    beside = v["context_bytes"] if place.gpus else v["process_bytes"]
    assert result == beside + int(v["share"] * v["tensors_bytes"])
    result, v = found["activations"]
    moving = v["tokens"] * (v["bytes_per_token"] + v["seq"] * v["bytes_per_pair"])
    assert result == pytest.approx(v["fixed_bytes"] + moving, rel=1e-6)
    result, v = found["logits"]
    assert result == pytest.approx(v["tokens"] * v["vocabulary"] * v["bytes_per_logit"], rel=1e-6, abs=1)
    result, v = found["gradients"]
    assert result == v["alive_bytes"]
    result, v = found["optimizer"]
    assert result == pytest.approx(v["trained"] * v["bytes_per_parameter"])
    rate, v = found["tokens_per_s"]
    seconds = v["flop"] / (v["flop_rate"] * v["utilisation"]) + v["layers"] * v["layer_s"]
    seconds += (v["traffic"] * v["activation_bytes"] + v["weight_bytes"]) / v["bandwidth_bytes_per_s"]
    seconds += v.get("unpacked", 0) * v.get("unpack_cycles", 0) / v.get("cycles_per_s", 1)
    assert rate == pytest.approx(v["tokens"] / seconds)
    hours, v = found["hours"]
    assert hours == pytest.approx(v["dataset_tokens"] * v["epochs"] / rate / 3600)
    if place.gpus:
        result, v = found["energy_kwh"]
        assert result == pytest.approx(v["board_power_w"] * v["share"] * hours / 1000)
