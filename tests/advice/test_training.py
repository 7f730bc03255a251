"""Training plans: what the search chooses is what the estimator says; stages name the right place; rules are strict."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from advisor import advice
from advisor.advice import words_plans
from advisor.advice.result import Advice
from advisor.advice.survey import NIGHT_HOURS, decode, hours, needed, on_processor, survey
from advisor.advice.training import dataset_times, training_plans
from advisor.advice.training import verdict as time_verdict
from advisor.advice.training_rules import TRAINING_FILE, load_training, training_rules
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.estimator.mixes import weights
from advisor.i18n import translator
from advisor.machine import Machine, Memory
from advisor.report.sections.plans import conclusion, matrix_note
from advisor.workload import Workload
from tests.machines import builder_5950x, g480, rtx4090_desktop


def rtx3060() -> Machine:
    return assemble(None, gpu="GeForce RTX 3060 12 GB", cpu="Ryzen 5 5600X", ram_gib=32)


def h100() -> Machine:
    return assemble(None, gpu="H100 SXM5 80 GB", cpu=None, ram_gib=256)


MACHINES: Mapping[str, Callable[[], Machine]] = {
    "G480": g480,
    "5950X": builder_5950x,
    "3060": rtx3060,
    "4090": rtx4090_desktop,
    "H100": h100,
}


@pytest.fixture(scope="module")
def advised() -> dict[str, Advice]:
    return {name: advice.advise(machine(), Workload()) for name, machine in MACHINES.items()}


@pytest.mark.parametrize("name", MACHINES)
def test_every_plan_fits_where_the_estimator_says_and_takes_its_time(name: str, advised: dict[str, Advice]) -> None:
    plans = advised[name].training
    assert plans
    for plan in plans:
        again = estimate(MACHINES[name](), plan.estimate.model, plan.estimate.workload, "free")
        assert again == plan.estimate
        assert plan.estimate.verdict in ("fits", "tight")
        assert plan.estimate.workload.task == plan.method
        assert plan.verdict == time_verdict(hours(plan.estimate))


@pytest.mark.parametrize("name", ["3060", "4090", "H100"])
def test_a_card_is_planned_for_every_method(name: str, advised: dict[str, Advice]) -> None:
    plans = advised[name].training
    assert {plan.method for plan in plans} == {"qlora", "lora", "full"}
    assert all(plan.on_gpu and plan.recommended for plan in plans)
    largest = {method: max(p.estimate.parameters for p in plans if p.method == method) for method in ("qlora", "full")}
    assert largest["qlora"] > largest["full"]


@pytest.mark.parametrize(("name", "least"), [("3060", 6.5e9), ("4090", 25e9), ("H100", 60e9)])
def test_what_people_do_on_these_cards_is_found(name: str, least: float, advised: dict[str, Advice]) -> None:
    """7B with QLoRA on 12 GB, 30B on 24 GB if only just, 70B on 80 GB."""
    assert max(p.estimate.parameters for p in advised[name].training if p.method == "qlora") >= least


@pytest.mark.parametrize("name", ["3060", "4090", "H100"])
def test_another_batch_that_fits_is_not_much_faster(name: str, advised: dict[str, Advice]) -> None:
    machine, rules = MACHINES[name](), training_rules()
    for plan in (p for p in advised[name].training if p.estimate.verdict == "fits"):
        for batch in rules.batches:
            accum = max(1, rules.effective_batch // batch)
            other = replace(plan.estimate.workload, batch=batch, grad_accum=accum)
            answer = estimate(machine, plan.estimate.model, other, "free")
            if answer.verdict == "fits" and not on_processor(answer):
                assert (hours(plan.estimate) or 0) <= rules.as_fast * 1.001 * (hours(answer) or 0)


@pytest.mark.parametrize("name", MACHINES)
def test_the_longest_sequence_fits_and_the_next_does_not(name: str, advised: dict[str, Advice]) -> None:
    steps = training_rules().sequences
    for plan in (p for p in advised[name].training if p.longest_seq is not None):
        model, base = plan.estimate.model, replace(plan.estimate.workload, batch=1, checkpointing=True)
        seq = plan.longest_seq or 0
        assert plan.estimate.workload.seq < seq <= (model.max_context or 0)
        assert estimate(MACHINES[name](), model, replace(base, seq=seq), "free").verdict == "fits"
        longer = next((step for step in steps if step > seq), None)
        if longer is not None and longer <= (model.max_context or 0):
            answer = estimate(MACHINES[name](), model, replace(base, seq=longer), "free")
            assert answer.verdict != "fits" or on_processor(answer) == plan.on_gpu


@pytest.mark.parametrize("name", ["G480", "5950X"])
def test_a_processor_plan_says_why_the_matrix_shows_another_time(name: str, advised: dict[str, Advice]) -> None:
    """The matrix asks for BF16, which these processors emulate; the plan trains in FP32 and tells both times."""
    one = advised[name]
    plan = one.training[0]
    assert plan.estimate.workload.precision == "fp32"
    assert plan.recommended
    assert (hours(plan.estimate) or 99) <= NIGHT_HOURS
    assert plan.asked_hours is not None
    assert plan.asked_hours > 10 * (hours(plan.estimate) or 0)
    note = matrix_note(one, translator("en"))
    assert plan.estimate.model.name in note
    assert "FP32" in note


def test_where_a_card_trains_there_is_no_such_note(advised: dict[str, Advice]) -> None:
    assert matrix_note(advised["4090"], translator("en")) == ""


def test_a_processor_shows_what_a_larger_model_would_take(advised: dict[str, Advice]) -> None:
    plans = advised["G480"].training
    larger = [plan for plan in plans if not plan.recommended]
    assert larger
    assert (hours(larger[0].estimate) or 0) > NIGHT_HOURS
    assert larger[0].estimate.parameters > plans[0].estimate.parameters
    assert larger[0].verdict in ("day", "week", "unrealistic")


@pytest.mark.parametrize("name", MACHINES)
def test_picks_for_training_are_the_plans(name: str, advised: dict[str, Advice]) -> None:
    one = advised[name]
    planned = [plan.estimate for plan in one.training]
    for pick in (p for p in one.picks if p.use in ("lora", "qlora")):
        assert pick.estimate in planned


def test_data_sets_scale_with_their_tokens(advised: dict[str, Advice]) -> None:
    plan = advised["4090"].training[0]
    for one, rule in zip(plan.datasets, training_rules().datasets, strict=True):
        assert one.tokens == rule.samples * rule.tokens_each
        assert one.hours is not None
        share = one.tokens / plan.estimate.workload.dataset_tokens
        assert one.hours.mid == pytest.approx(share * (hours(plan.estimate) or 0))
    twice = replace(plan.estimate, workload=replace(plan.estimate.workload, epochs=2))
    assert dataset_times(twice)[0].tokens == 2 * plan.datasets[0].tokens


@pytest.mark.parametrize(
    ("time", "code"), [(0.1, "sitting"), (8, "overnight"), (20, "day"), (100, "week"), (500, "unrealistic")]
)
def test_times_have_words(time: float, code: str) -> None:
    assert time_verdict(time) == code
    assert code in words_plans.VERDICTS


def test_settings_that_were_asked_for_are_kept_where_they_fit() -> None:
    found = survey(h100(), replace(Workload(), rank=64, seq=2048, epochs=3), "free")
    for plan in training_plans(found):
        w = plan.estimate.workload
        assert (w.rank, w.epochs) == (64, 3)
        assert w.seq == 2048


def test_the_batch_asked_for_is_kept_in_all_and_large_ones_stop_nothing() -> None:
    """Batch 32 x 2: whatever micro-batch the card holds, 64 sequences lie between two updates."""
    found = survey(rtx4090_desktop(), replace(Workload(), batch=32, grad_accum=2), "free")
    plans = [plan for plan in training_plans(found) if plan.estimate.verdict == "fits" and plan.method != "full"]
    assert plans
    assert all(plan.estimate.workload.batch * plan.estimate.workload.grad_accum == 64 for plan in plans)


def test_short_sequences_are_not_made_longer() -> None:
    found = survey(rtx3060(), replace(Workload(), seq=256), "free")
    assert {plan.estimate.workload.seq for plan in training_plans(found)} == {256}


def test_more_tokens_than_a_day_can_train_are_called_unrealistic_not_too_large() -> None:
    plans = training_plans(survey(rtx3060(), replace(Workload(), dataset_tokens=10**12), "free"))
    assert [plan.verdict for plan in plans] == ["unrealistic"]
    assert plans[0].on_gpu


# Stages -------------------------------------------------------------------------------------------------------------


def codes(one: Advice) -> list[str]:
    return [stage.code for stage in one.stages]


def test_merging_happens_where_there_is_memory_for_it(advised: dict[str, Advice]) -> None:
    """16-bit weights of an 8B model and a tenth more do not fit into the laptop's free memory, but into 64 GB."""
    laptop = {stage.code: stage.values for stage in advised["G480"].stages}
    assert "merge_there" in laptop
    model = advised["G480"].cloud[0].estimate.model
    assert laptop["merge_there"]["needed_bytes"] == round(training_rules().merge_room * weights(model, "BF16").total)
    assert "quantise_there" in laptop
    assert "merge_here" in codes(advised["5950X"])


def test_where_only_the_size_of_memory_is_known_merging_is_still_placed() -> None:
    """lshw tells no free memory: what the estimates assume of it counts."""
    machine = g480()
    memory = replace(machine.memory, available_bytes=None, total_bytes=64 << 30, limit_bytes=None)
    assert "merge_here" in codes(advice.advise(replace(machine, memory=memory), Workload()))


def test_the_result_is_called_slow_where_it_is(advised: dict[str, Advice]) -> None:
    laptop = advised["G480"]
    job = laptop.cloud[0].estimate.model
    run = estimate(g480(), job, Workload(), "free")
    stage = next(s for s in laptop.stages if s.code.startswith("run_"))
    assert stage.values["needed_bytes"] == needed(run)
    assert stage.code == ("run_here" if (decode(run) or 0) >= 5 else "run_slow")


def test_a_machine_that_does_all_of_it_rents_nothing(advised: dict[str, Advice]) -> None:
    assert advised["H100"].cloud == ()
    assert codes(advised["H100"])[:2] == ["prepare", "train_here"]


def test_equal_cards_in_one_computer_are_told() -> None:
    four = assemble(None, gpu="GeForce RTX 3090", gpu_count=4, cpu="5950X", ram_gib=128)
    stage = next(s for s in advice.advise(four, Workload()).clusters if s.code == "own_cards")
    assert stage.values["count"] == 4


@pytest.mark.parametrize("name", MACHINES)
def test_a_second_computer_helps_only_where_the_network_is_quicker(name: str, advised: dict[str, Advice]) -> None:
    stage = next(s for s in advised[name].clusters if s.code.startswith("shared"))
    network, computing = float(str(stage.values["network_s"])), float(str(stage.values["computing_s"]))
    assert network > 0
    assert (stage.code == "shared_batches") == (network < computing)


def test_dividing_a_model_over_a_network_is_worked_out(advised: dict[str, Advice]) -> None:
    stage = next(s for s in advised["G480"].clusters if s.code == "divided")
    job = advised["G480"].cloud[0].estimate
    steps = job.workload.dataset_tokens / (2 * job.workload.batch * job.workload.seq)
    assert job.memory is not None
    stored = next(part.bytes for part in job.memory.components if part.name == "weights")
    assert stage.values["network_s"] == pytest.approx(steps * stored / training_rules().network_bytes_per_s)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", MACHINES)
def test_stages_read_as_sentences(name: str, language: str, advised: dict[str, Advice]) -> None:
    _ = translator(language)
    for stage in (*advised[name].stages, *advised[name].clusters):
        text = words_plans.stage(_, stage)
        assert text != stage.code
        assert "{" not in text
        assert "None" not in text
    assert "{" not in conclusion(advised[name], _)


@pytest.mark.parametrize(
    "machine", [Machine(), replace(g480(), memory=Memory()), replace(g480(), disks=()), replace(g480(), gpus=())]
)
def test_machines_of_which_little_is_known_get_what_can_be_said(machine: Machine) -> None:
    one = advice.advise(machine, Workload())
    for stage in (*one.stages, *one.clusters):
        assert "None" not in words_plans.stage(translator("en"), stage)


def test_nothing_is_claimed_of_a_machine_of_which_nothing_is_known() -> None:
    claimed = {stage.code for stage in advice.advise(Machine(), Workload()).stages}
    assert claimed.isdisjoint({"no_card_here", "too_large_here", "too_slow_here", "too_slow_processor"})


@pytest.mark.parametrize("settings", [{"stack": "transformers", "quant": "NF4"}, {"stack": "vllm", "quant": "FP8"}])
def test_the_stages_quantise_for_llama_cpp_whatever_stack_is_asked_for(settings: dict[str, str]) -> None:
    one = advice.advise(g480(), replace(Workload(), **settings))  # type: ignore[arg-type]
    stage = next(s for s in one.stages if s.code.startswith("quantise"))
    assert stage.values["quant"] == "Q4_K_M"


def test_a_small_old_card_is_not_asked_for_kernels_that_it_lacks() -> None:
    """A fused loss needs compute capability 7.0: a GTX 1060 (6.1) is planned without."""
    found = survey(assemble(None, gpu="GeForce GTX 1060 6 GB", cpu="i5-6500", ram_gib=16), Workload(), "free")
    plans = training_plans(found)
    assert plans
    assert all(plan.estimate.workload.resolved_stack == "transformers" for plan in plans if plan.method != "full")


# The rules ----------------------------------------------------------------------------------------------------------


def test_the_rules_are_read_and_say_why() -> None:
    rules = load_training(TRAINING_FILE)
    assert all(most > 0 for _, most in rules.verdicts)
    assert {code for code, _ in rules.verdicts} < set(words_plans.VERDICTS)
    assert {one.code for one in rules.datasets} == set(words_plans.DATASETS)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("batches", "values"), ["one"]), (("effective_batch", "value"), -1), (("rungs", "lora"), [{"stack": "vllm"}]),
        (("rungs", "qlora"), [{"colour": 1}]), (("datasets",), [{"code": "x"}]), (("network",), None), (("more",), 1),
    ],
)  # fmt: skip
def test_wrong_rules_are_refused_by_name(path: tuple[str, ...], value: object, tmp_path: Path) -> None:
    content = json.loads(TRAINING_FILE.read_text("utf-8"))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    file = tmp_path / "training.json"
    file.write_text(json.dumps(content), "utf-8")
    with pytest.raises(UserError, match=r"training\.json"):
        load_training(file)


def test_the_named_model_is_one_of_the_catalogue(advised: dict[str, Advice]) -> None:
    for one in advised.values():
        for plan in one.training:
            assert find_model(plan.estimate.model.id) is plan.estimate.model
