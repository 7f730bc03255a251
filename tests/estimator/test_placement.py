"""Placement: where layers lie, what the verdict says, and that memory is never counted twice."""

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog.kept_memory import kept_memory
from advisor.catalog.model import Model
from advisor.catalog.models import find_model
from advisor.catalog.speeds import speeds
from advisor.catalog.whatif import assemble
from advisor.estimator import division, llama_cpp
from advisor.estimator.estimate import estimate
from advisor.estimator.ground import Share, ground
from advisor.estimator.mixes import weights
from advisor.estimator.result import Estimate
from advisor.estimator.speed import decode_seconds
from advisor.i18n import N_
from advisor.machine import Machine, Origin
from advisor.workload import Workload
from tests.estimator.samples import GIB, STYLE, dense, gpu, machine, sparse

DENSE, SPARSE = dense(), sparse()
RANK = {"fits": 3, "tight": 2, "offload": 1, "no": 0}


def ask(place: Machine, model: Model = DENSE, **settings_: object) -> Estimate:
    return estimate(place, model, Workload(**settings_))  # type: ignore[arg-type]


def codes(answer: Estimate) -> list[str]:
    return [reason.code for reason in answer.reasons]


def test_everything_on_one_card_when_it_fits() -> None:
    """All layers on the card; in RAM only what llama.cpp keeps there, the input embedding above all."""
    answer = ask(machine(16, gpu(12)))
    assert answer.verdict == "fits"
    card, ram = answer.placements
    assert (card.device, card.layers, ram.device, ram.layers) == ("gpu0", 28, "ram", 0)
    tensors = weights(DENSE, "Q4_K_M")
    assert card.used > tensors.total - tensors.embedding_bytes
    assert tensors.embedding_bytes <= ram.used < GIB


def test_what_stays_in_ram_must_fit_there() -> None:
    """A card for all layers does not help where RAM cannot hold what llama.cpp keeps there."""
    answer = ask(machine(0.25, gpu(24)))
    assert answer.verdict == "no"
    assert answer.speed is None
    (short,) = [reason for reason in answer.reasons if reason.code == "needs_more_memory"]
    assert short.values["needed_bytes"] == answer.placements[-1].used > 0.25 * GIB


def test_what_stays_in_ram_beside_several_cards_must_fit_there() -> None:
    """The same when the layers are divided over several cards; RAM that is nearly full makes it tight."""
    cards = (gpu(4), gpu(5))
    assert ask(machine(0.25, *cards)).verdict == "no"
    host = ask(machine(16, *cards)).placements[-1].used
    assert estimate(machine(1.06 * host / GIB, *cards), DENSE, Workload(), "total").verdict == "tight"
    assert ask(machine(16, *cards)).verdict == "fits"


def test_ram_that_nobody_stated_is_named_and_not_held_against_a_card() -> None:
    """A wish for a card alone: its verdict, and that the small part in RAM was not checked."""
    answer = ask(machine(16, gpu(12), total_bytes=None, available_bytes=None))
    assert answer.verdict == "fits"
    (said,) = [reason for reason in answer.reasons if reason.code == "ram_not_stated"]
    assert said.values["needed_bytes"] == answer.placements[-1].used


def test_a_training_that_only_unstated_ram_could_hold_names_it() -> None:
    """Too large for the card, and nobody said how much RAM there is: unknown, with the missing fact."""
    answer = ask(machine(16, gpu(2), total_bytes=None, available_bytes=None), task="qlora")
    assert answer.verdict == "unknown"
    assert {"needs_more_memory", "ram_unknown"} <= set(codes(answer))


def test_no_card_means_ram() -> None:
    """Without a usable GPU the model lies in RAM once, with what a processor run needs there."""
    answer = ask(machine(16))
    assert answer.verdict == "fits"
    assert answer.memory is not None
    assert [(p.device, p.used, p.layers) for p in answer.placements] == [("ram", answer.memory.resident_needed, 28)]


def test_a_small_card_takes_the_last_layers() -> None:
    """As -ngl does: whole layers on the card within its budget, the rest in RAM, nothing lost or held twice."""
    answer = ask(machine(16, gpu(3)))
    assert answer.verdict == "offload"
    card, ram = answer.placements
    assert 0 < card.layers < 28
    assert card.layers + ram.layers == 28
    assert card.available is not None
    assert card.used <= card.available
    tensors, caches = weights(DENSE, "Q4_K_M"), llama_cpp.kv_bytes(DENSE, Workload())
    layer = tensors.layer_bytes[-card.layers - 1] + caches[-1]
    assert card.used + layer > card.available  # one more would not have fitted


def test_a_card_too_small_for_a_layer_leaves_all_to_ram() -> None:
    """No layer on the card: the answer is the one without it, and says why the card does not help."""
    answer, without = ask(machine(16, gpu(0.5))), ask(machine(16))
    assert (answer.verdict, answer.placements, answer.speed) == (without.verdict, without.placements, without.speed)
    assert codes(answer) == ["nothing_on_gpu"]


def test_what_the_processor_lacks_is_said_wherever_it_computes() -> None:
    """A card that takes nothing, or only a part, does not hide that the processor has no AVX2."""
    old = replace(machine(16).cpu, features=frozenset({"sse4_2", "avx"}))
    for size, said in ((0.5, True), (3, True), (12, False)):
        answer = ask(replace(machine(16, gpu(size)), cpu=old))
        assert ("no_avx2" in codes(answer)) == said


def test_a_slow_card_is_left_alone() -> None:
    """A card slower than the memory beside it: RAM alone is faster, so that is the answer."""
    slow = gpu(2, bandwidth_bytes_per_s=14.4e9, fp32_flops=0.7e12)
    answer, without = ask(machine(16, slow)), ask(machine(16))
    assert (answer.verdict, answer.placements, answer.speed) == (without.verdict, without.placements, without.speed)
    assert "ram_is_faster" in codes(answer)


@given(
    vram=st.floats(0.1, 24), gbs=st.floats(5, 400), ram=st.floats(2, 64), tflops=st.floats(0.2, 20),
    model=st.sampled_from((DENSE, SPARSE)), avx2=st.booleans(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_a_card_never_makes_a_machine_worse(
    vram: float, gbs: float, ram: float, tflops: float, model: Model, avx2: bool
) -> None:
    """Whatever the card: what ran without it still runs; a lesser verdict only buys speed."""
    card = gpu(vram, bandwidth_bytes_per_s=gbs * 1e9, fp32_flops=tflops * 1e12)
    cpu = machine(1).cpu if avx2 else replace(machine(1).cpu, features=frozenset({"sse4_2", "avx"}))
    without, beside = (ask(replace(machine(ram, *cards), cpu=cpu), model) for cards in ((), (card,)))
    if without.verdict not in ("fits", "tight"):
        return
    assert without.speed is not None
    assert beside.speed is not None
    assert without.speed.decode is not None
    assert beside.speed.decode is not None
    if RANK[beside.verdict] < min(RANK[without.verdict], RANK["tight"]):
        assert beside.speed.decode.mid > without.speed.decode.mid
    # A card that holds everything is used whatever its speed (it reads prompts faster); a split must earn its place.
    if beside.verdict == "offload" or beside.speed.device == "ram":
        assert beside.speed.decode.mid >= without.speed.decode.mid


def test_two_cards_share_what_one_cannot_hold() -> None:
    """Layers over both cards, in the machine's order, no layer in RAM."""
    answer = ask(machine(16, gpu(3), gpu(4)))
    assert answer.verdict in ("fits", "tight")
    assert [p.device for p in answer.placements] == ["gpu0", "gpu1", "ram"]
    assert sum(p.layers for p in answer.placements[:2]) == 28
    assert "several_gpus" in codes(answer)
    assert codes(answer).count("runtime_context") == 1  # cards of one name


def test_one_card_is_enough_when_it_holds_everything() -> None:
    """A second card is left alone: dividing costs speed and buys nothing."""
    assert [p.device for p in ask(machine(16, gpu(12), gpu(12))).placements] == ["gpu0", "ram"]


def test_an_unusable_gpu_is_never_used_and_says_why() -> None:
    """The verdict is the processor's, with the reason for the card beside it."""
    old = gpu(1, usable=False, engines=(), origins={"usable": Origin("looked_up", N_("too old"))})
    answer = ask(machine(16, old))
    assert [p.device for p in answer.placements] == ["ram"]
    assert answer.speed is not None
    assert answer.speed.device == "ram"
    assert "gpu_unusable" in codes(answer)


def test_a_discrete_card_without_memory_is_an_unknown_one() -> None:
    """0 bytes of a discrete card: its memory is not known, so it is not counted, and nothing lies "on" it in RAM."""
    answer = ask(machine(16, gpu(0)))
    assert [place.device for place in answer.placements] == ["ram"]
    assert codes(answer) == ["vram_unknown"]


def test_unified_memory_is_one_pool() -> None:
    """A GPU in the system's memory: one placement, capped by what the GPU may take."""
    apple = gpu(
        0, name="Apple", vendor="Apple", kind="unified", engines=("metal",), vram_bytes=0, shared_bytes=12 * GIB
    )
    answer = ask(machine(16, apple))
    assert [p.device for p in answer.placements] == ["gpu0"]
    assert answer.placements[0].available == 12 * GIB
    assert answer.verdict == "fits"
    # The GPU's scratch and the masks and embeddings that RAM hands it: more than a processor's one buffer.
    assert answer.memory is not None
    scratch = llama_cpp.buffers(DENSE, Workload())
    beside = speeds().backends["metal"].runtime_bytes + scratch.gpu_compute + scratch.host_compute - scratch.compute
    assert answer.placements[0].used == answer.memory.total + beside > answer.memory.total


def test_what_the_gpu_may_not_take_of_one_memory_runs_on_the_processor() -> None:
    """Metal hands out 8 of 16 GiB: a larger model is no smaller for the processor, which has all that is free."""
    apple = gpu(0, name="Apple", vendor="Apple", kind="unified", engines=("metal",), vram_bytes=0, shared_bytes=8 * GIB)
    answer = ask(machine(16, apple), quant="F16")
    assert (answer.verdict, [p.device for p in answer.placements]) == ("tight", ["ram"])
    assert codes(answer)[:2] == ["needs_more_memory", "runs_on_cpu"]
    assert answer.speed is not None


@pytest.mark.parametrize(("shared", "helps"), [(12, True), (6, False)])
def test_closing_programs_is_advised_only_where_the_gpu_may_take_what_they_leave(shared: int, helps: bool) -> None:
    """Four of 16 GiB are free: what else runs is in the way, or what the GPU may take at most is too little."""
    apple = gpu(
        0, name="Apple", vendor="Apple", kind="unified", engines=("metal",), vram_bytes=0, shared_bytes=shared * GIB
    )
    answer = ask(machine(16, apple, free_gib=4), quant="Q8_0")
    assert answer.verdict == "no"
    assert ("close_programs" in codes(answer)) is helps


def test_a_container_limit_counts() -> None:
    """A container of 4 GiB on a 64 GiB host has 4 GiB."""
    answer = ask(machine(64, limit_bytes=4 * GIB))
    assert answer.verdict == "no"
    assert answer.placements[0].capacity == 4 * GIB
    assert "container_limit" in codes(answer)


def test_free_and_total_budget_differ_and_the_reason_says_so() -> None:
    """11.7 GiB built in, 4 free: it does not fit now, and would with programs closed."""
    place = machine(11.7, free_gib=4)
    assert estimate(place, DENSE, Workload(), "free").verdict == "no"
    assert "close_programs" in codes(estimate(place, DENSE, Workload(), "free"))
    assert estimate(place, DENSE, Workload(), "total").verdict == "fits"


def test_a_card_in_use_says_what_closing_programs_would_bring() -> None:
    """12 GiB on the card, 4 free: part goes to RAM, and the reason names what would change that."""
    busy = machine(16, gpu(12, vram_available_bytes=4 * GIB))
    answer = estimate(busy, DENSE, Workload(), "free")
    assert answer.verdict == "offload"
    assert {"vram_in_use", "partly_on_gpu"} <= set(codes(answer))
    assert estimate(busy, DENSE, Workload(), "total").verdict == "fits"


def test_unknown_memory_is_unknown_not_zero() -> None:
    """No memory facts: the verdict names what is missing, and no speed is claimed."""
    answer = ask(machine(16, total_bytes=None, available_bytes=None))
    assert answer.verdict == "unknown"
    assert "memory_unknown" in codes(answer)
    assert answer.speed is None


def test_an_architecture_that_llama_cpp_lacks_is_unknown() -> None:
    """Not "no": another runtime may know it."""
    answer = ask(machine(16), dense("strange", replace(STYLE, gguf=None)))
    assert answer.verdict == "unknown"
    assert answer.memory is None
    assert answer.parameters > 7e9
    assert codes(answer) == ["llama_cpp_unknown_architecture"]


@pytest.mark.parametrize(
    ("gpu_name", "system", "settings_", "verdict", "device"),
    [
        ("RTX 4090", "windows", {"stack": "vllm", "quant": "BF16"}, "no", "ram"),
        ("RTX 4090", "linux", {"stack": "vllm", "quant": "BF16"}, "fits", "gpu0"),
        ("GTX 1080", "linux", {"stack": "vllm", "quant": "FP8"}, "no", "ram"),
        ("RTX 3090", "linux", {"stack": "transformers", "quant": "FP8"}, "no", "ram"),
        ("RTX 3090", "linux", {"stack": "transformers", "quant": "BF16"}, "fits", "gpu0"),
        ("GTX 970", "linux", {"task": "qlora"}, "fits", "ram"),
        ("Radeon RX 6700 XT", "linux", {"task": "qlora"}, "fits", "ram"),
    ],
)
def test_a_stack_runs_only_where_it_has_builds(
    gpu_name: str, system: Literal["windows", "linux"], settings_: dict[str, object], verdict: str, device: str
) -> None:
    """Its own rows decide, not llama.cpp's: a refused card is named, and RAM is used where the stack runs there."""
    place = replace(assemble(None, gpu=gpu_name, cpu="Ryzen 9 5950X", ram_gib=64), os_family=system)
    answer = estimate(place, find_model("qwen2.5-1.5b"), Workload(**settings_))  # type: ignore[arg-type]
    assert (answer.verdict, answer.placements[0].device) == (verdict, device)
    refused = [reason.values["device"] for reason in answer.reasons if reason.code == "stack_refused"]
    assert (place.gpus[0].name in refused) == (device == "ram")


def test_qlora_needs_avx2_on_a_processor() -> None:
    """bitsandbytes has no kernels for an AVX-only processor: no, with the reason; 16-bit LoRA runs."""
    old = replace(machine(64).cpu, features=frozenset({"sse4_2", "avx"}))
    place = replace(machine(64), cpu=old)
    answer = ask(place, task="qlora")
    assert (answer.verdict, answer.training) == ("no", None)
    assert codes(answer) == ["stack_refused"]
    assert ask(place, task="lora").verdict == "fits"


def test_training_that_no_card_holds_falls_back_to_ram() -> None:
    """LoRA of a 7B model on 12 GiB: too much for the card, possible in 64 GiB of RAM as without the card."""
    answer = ask(machine(64, gpu(12)), task="lora")
    assert answer.verdict == ask(machine(64), task="lora").verdict == "fits"
    assert answer.placements[0].device == "ram"
    assert {"needs_more_memory", "runs_on_cpu"} <= set(codes(answer))


def test_training_over_several_cards_is_not_claimed() -> None:
    """Two cards that hold it only together: not validated, so not promised."""
    answer = ask(machine(8, gpu(12), gpu(12)), task="lora")
    assert answer.verdict == "no"
    assert "several_gpus_not_validated" in codes(answer)


@pytest.mark.parametrize("task", ["inference", "qlora", "full"])
@given(gib=st.floats(1, 40), more=st.floats(0, 40))
@settings(max_examples=15, deadline=None)
def test_more_video_memory_never_makes_it_worse(task: str, gib: float, more: float) -> None:
    """The verdict only climbs as the card grows, or work moves from RAM to the card, where it is faster."""
    small, large = (ask(machine(24, gpu(size)), task=task) for size in (gib, gib + more))
    if RANK[large.verdict] >= RANK[small.verdict]:
        return
    assert small.placements[0].device == "ram"
    assert large.placements[0].device == "gpu0"
    assert decoded(large) >= decoded(small)


def decoded(answer: Estimate) -> float:
    """Generated tokens per second, or trained ones."""
    found = answer.speed.decode if answer.speed is not None else answer.training and answer.training.tokens_per_s
    assert found
    return found.mid


@given(ram=st.floats(2, 64), more=st.floats(0, 64), vram=st.sampled_from((0, 2, 6)))
@settings(max_examples=25, deadline=None)
def test_more_ram_never_makes_it_worse(ram: float, more: float, vram: int) -> None:
    """The verdict only climbs as RAM grows."""
    cards = (gpu(vram),) if vram else ()
    small, large = (ask(machine(size, *cards), SPARSE).verdict for size in (ram, ram + more))
    assert RANK[large] >= RANK[small]


@given(vram=st.floats(0.6, 30), second=st.floats(0.6, 30), context=st.integers(256, 30000))
@settings(max_examples=30, deadline=None)
def test_no_device_is_filled_beyond_its_budget(vram: float, second: float, context: int) -> None:
    """Whatever the cards and the context: each card stays within its budget, and every layer lies somewhere once."""
    answer = ask(machine(64, gpu(vram), gpu(second)), context=context)
    cards = [place for place in answer.placements if place.device != "ram"]
    assert all(place.available is not None and place.used <= place.available for place in cards)
    assert sum(place.layers for place in answer.placements) == 28


def test_a_placement_states_its_range_with_the_runtime_s_context() -> None:
    """A card: the band of the allocations, and the least and the most that a CUDA context was measured to take."""
    answer = ask(machine(16, gpu(12)))
    card, ram = answer.placements
    assert answer.memory is not None
    runtime = speeds().backends["cuda"].runtime_bytes
    kept = kept_memory().context("cuda")
    band = answer.memory.high / answer.memory.total
    assert card.high == int((card.used - runtime) * band) + kept.high_bytes
    assert card.low < card.used - runtime + kept.low_bytes
    assert ram.high == int(ram.used * band)
    assert "runtime_context" not in codes(answer)  # room enough, whatever it takes
    tight = ask(machine(16, gpu(card.used / GIB + 0.1)))
    (said,) = [reason for reason in tight.reasons if reason.code == "runtime_context"]
    assert (said.values["low_bytes"], said.values["high_bytes"]) == (kept.low_bytes, kept.high_bytes)


def test_layers_are_divided_as_llama_cpp_does_it() -> None:
    """In proportion to free memory, head included: 24 and 12 GiB share 32 layers and the head as 22 and 10 + 1."""
    model = find_model("llama-3.3-70b")
    parts = division.over_several(
        ground(machine(64, gpu(12), gpu(36)), "total").cards, model, Workload(), weights(model, "Q4_K_M")
    ).parts
    assert [part.layers for part in parts] == [21, 59]  # 81 x 1/4 rounded up, the rest less the head
    small = find_model("llama-3.1-8b")
    cards = ground(machine(64, gpu(24), gpu(12)), "total").cards
    parts = division.over_several(cards, small, Workload(), weights(small, "Q4_K_M")).parts
    assert [part.layers for part in parts] == [22, 10]


def test_one_of_several_cards_is_named_when_it_holds_all() -> None:
    """llama.cpp would divide all the same: the answer says that one is enough."""
    assert "one_gpu_enough" in codes(ask(machine(16, gpu(12), gpu(12))))
    assert "one_gpu_enough" not in codes(ask(machine(16, gpu(12))))


def test_experts_leave_a_card_before_layers_do() -> None:
    """A mixture of experts on a small card: attention and cache of all layers there, experts in RAM; faster so."""
    answer = ask(machine(64, gpu(8)), SPARSE)
    assert answer.verdict == "offload"
    (said,) = [reason for reason in answer.reasons if reason.code == "experts_in_ram"]
    card, ram = answer.placements
    assert (card.layers, ram.layers) == (48, 0)
    count = said.values["layers"]
    assert isinstance(count, int)
    tensors = weights(SPARSE, "Q4_K_M")
    in_ram = sum(tensors.expert_bytes[:count])
    assert in_ram < ram.used < in_ram + GIB
    assert card.available is not None
    assert card.used <= card.available < card.used + tensors.expert_bytes[count - 1]
    place = ground(machine(64, gpu(8)), "free")
    layers = division.filled(place.cards, SPARSE, Workload(), tensors)
    assert layers is not None
    assert 0 < layers.parts[0].layers < 48
    shares = (*(part.share for part in layers.parts), Share(place.ram, *layers.reads, layers.layers))
    slower = decode_seconds(SPARSE, Workload(), shares)
    assert slower is not None
    assert decoded(answer) > 1 / slower
