"""Advice on three machines: tiers, picks, plans, savings and upgrades are what the estimator says."""

import re
from dataclasses import replace

import pytest

from advisor import advice
from advisor.advice import words
from advisor.advice.grades import TIERS
from advisor.advice.picks import NETWORK_USES
from advisor.advice.result import Advice
from advisor.advice.survey import (
    NIGHT_HOURS,
    READING_PACE,
    SMALL_PARAMETERS,
    decode,
    dense_size,
    hours,
    needed,
    on_processor,
    power,
    speaks,
    survey,
    works,
)
from advisor.advice.upgrades import worth_most
from advisor.catalog.models import find_model, models
from advisor.catalog.whatif import assemble
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.machine import Machine, Origin
from advisor.workload import METHODS, Workload
from tests.machines import builder_5950x, g480, rtx4090_desktop


@pytest.fixture(scope="module")
def old_laptop() -> Advice:
    return advice.advise(g480(), Workload())


@pytest.fixture(scope="module")
def desktop() -> Advice:
    return advice.advise(rtx4090_desktop(), Workload())


def test_the_old_laptop_is_entry_level_and_its_fermi_card_unusable(old_laptop: Advice) -> None:
    assert old_laptop.tier.code == "entry"
    unusable = {gpu.name: gpu for gpu in old_laptop.unusable}
    reason = next(gpu.reason for name, gpu in unusable.items() if "610M" in name)
    assert reason.kind != "unknown"
    assert "2.1" in words_of(reason)


def words_of(origin: Origin) -> str:
    return origin.detail.format(**origin.values)


def test_tiers_rise_with_the_machine(old_laptop: Advice, desktop: Advice) -> None:
    builder = advice.advise(builder_5950x(), Workload())
    order = [TIERS.index(a.tier.code) for a in (old_laptop, builder, desktop)]
    assert order == sorted(order)
    assert desktop.tier.code == "strong"


def test_a_machine_of_which_nothing_is_known_gets_no_tier_and_no_picks_by_speed() -> None:
    blank = advice.advise(Machine(), Workload())
    assert blank.tier.code == "unknown"
    assert blank.upgrades == () or all(u.decode is None for u in blank.upgrades)


@pytest.mark.parametrize("machine", [g480, builder_5950x, rtx4090_desktop], ids=["G480", "5950X", "RTX 4090"])
def test_every_pick_runs_here_at_the_pace_it_claims(machine) -> None:  # type: ignore[no-untyped-def]
    advised = advice.advise(machine(), Workload())
    assert any(p.use == "chat" for p in advised.picks)
    for pick in advised.picks:
        answer = pick.estimate
        assert works(answer) or answer.verdict == "offload"
        # The same question asked again gets the same answer: one estimator for all.
        assert estimate(machine(), answer.model, answer.workload, "free") == answer
        if pick.use in ("lora", "qlora"):
            assert answer.workload.task == pick.use
        elif not pick.slow and pick.use not in NETWORK_USES:
            assert (decode(answer) or 0) >= READING_PACE


@pytest.fixture(scope="module")
def old_card() -> Advice:
    """16 quick cores, 64 GB, and a card that no runtime supports."""
    return advice.advise(assemble(None, gpu="GT 710", cpu="5950X", ram_gib=64), Workload())


def test_without_a_usable_card_a_machine_is_not_strong(old_card: Advice) -> None:
    """Dense models of 30B crawl there and nothing but the smallest can be fine-tuned."""
    assert old_card.tier.code in ("basic", "capable")


@pytest.mark.parametrize("machine", [g480, builder_5950x], ids=["G480", "5950X"])
def test_processors_are_asked_to_train_the_smallest_models_only(machine) -> None:  # type: ignore[no-untyped-def]
    """Marked as slow, over within a night, about a billion parameters at most, in a precision that is not emulated."""
    picked = [p for p in advice.advise(machine(), Workload()).picks if p.use in ("lora", "qlora")]
    assert picked
    for pick in picked:
        assert pick.slow
        assert on_processor(pick.estimate)
        assert pick.estimate.parameters <= SMALL_PARAMETERS
        assert (hours(pick.estimate) or 1e9) <= NIGHT_HOURS
        assert pick.estimate.workload.precision == "fp32"


def test_a_card_is_worth_more_than_memory_that_speeds_nothing(old_card: Advice) -> None:
    """Cards unlock fine-tuning and multiply the speed; memory does neither and comes last."""
    counted = [u for u in old_card.upgrades if u.new_run is not None]
    assert counted[-1].code == "more_ram"
    cards = [u for u in counted if u.code == "gpu"]
    assert all(card.new_train is not None and card.new_train > 50 for card in cards)
    best = worth_most(old_card.upgrades)
    assert best is not None
    assert best.code == "gpu"


def test_no_upgrade_pays_where_none_brings_a_model() -> None:
    assert worth_most(()) is None


@pytest.mark.parametrize("settings", [{"context": 16_777_216}, {"seq": 65_536, "batch": 64}, {"quant": "F16"}])
def test_settings_do_not_change_the_tier(settings: dict[str, object]) -> None:
    """A tier tells machines apart; what the owner asks for is another question."""
    machine = assemble(None, gpu="RTX 3060 12GB", cpu="5950X", ram_gib=32)
    changed = advice.advise(machine, replace(Workload(), **settings))  # type: ignore[arg-type]
    assert changed.tier == advice.advise(machine, Workload()).tier
    assert changed.tier.code == "capable"


@pytest.fixture(scope="module")
def rented_computer() -> Machine:
    """A virtual machine that hides its memory modules: 32 GB, of unknown speed."""
    machine = builder_5950x()
    memory = replace(
        machine.memory, total_bytes=32 << 30, available_bytes=30 << 30, bandwidth_bytes_per_s=None, kind=None,
        speed_mts=None, modules=(),
    )  # fmt: skip
    return replace(machine, memory=memory, gpus=())


def test_where_no_speed_is_known_models_are_picked_by_what_fits(rented_computer: Machine) -> None:
    advised = advice.advise(rented_computer, Workload())
    assert advised.tier.code == "unknown"
    picked = [p for p in advised.picks if p.use not in ("lora", "qlora")]
    assert {"chat", "code", "reasoning"} <= {p.use for p in picked}
    assert all(works(p.estimate) and decode(p.estimate) is None for p in picked)
    lines = advice.headlines(advised, translator("en"))
    count = next(fit.counts["fits"] + fit.counts["tight"] for fit in advised.fits if fit.method == "run")
    assert any(f"{count} of {len(models())} models" in line for line in lines)
    assert any("speed unknown" in line for line in lines)


@pytest.mark.parametrize("machine", [g480, rtx4090_desktop], ids=["G480", "RTX 4090"])
def test_a_reader_of_chinese_is_offered_models_that_speak_it(machine) -> None:  # type: ignore[no-untyped-def]
    """The catalogue's languages decide: the first lists Chinese, the others at least say that they are multilingual."""
    advised = advice.advise(machine(), Workload(), language="zh-CN")
    chat = [p.estimate.model for p in advised.picks if p.use == "chat"]
    assert speaks(chat[0], "zh-CN")
    assert all(speaks(model, "zh-CN") or "multilingual" in (model.languages or "") for model in chat)
    assert len({re.split(r"[\s\d.-]", model.family)[0] for model in chat}) == len(chat)  # no sizes of one family
    code = next(p.estimate.model for p in advised.picks if p.use == "code")
    assert speaks(code, "zh-CN")


@pytest.mark.parametrize("machine", [g480, builder_5950x, rtx4090_desktop], ids=["G480", "5950X", "RTX 4090"])
def test_what_fits_needs_no_more_than_there_is(machine) -> None:  # type: ignore[no-untyped-def]
    for fit in advice.advise(machine(), Workload()).fits:
        if fit.largest is not None:
            free = sum(p.available or 0 for p in fit.largest.placements)
            assert sum(p.used for p in fit.largest.placements) <= free
            if fit.largest.workload.training:
                # llama.cpp allocates a little more than a processor's run ever touches; training takes what it states.
                assert (needed(fit.largest) or 0) <= free


def test_a_machine_that_is_too_small_is_entry_level_not_unknown() -> None:
    tiny = replace(g480().memory, total_bytes=1 << 30, available_bytes=64 << 20)
    assert advice.advise(replace(g480(), memory=tiny), Workload()).tier.code == "entry"


def test_unified_memory_cannot_be_extended() -> None:
    apple = assemble(None, gpu="Apple M4", cpu=None, ram_gib=None)
    codes = {u.code for u in advice.advise(apple, Workload()).upgrades}
    assert not codes & {"more_ram", "second_module", "gpu"}


def test_counts_add_up_to_the_catalogue(old_laptop: Advice) -> None:
    assert [fit.method for fit in old_laptop.fits] == list(METHODS)
    for fit in old_laptop.fits:
        assert sum(fit.counts.values()) == len(models())


def test_techniques_save_what_two_estimates_differ_by(old_laptop: Advice) -> None:
    by_code = {t.code: t for t in old_laptop.techniques}
    for code in ("quant_8bit", "quant_4bit", "kv_8bit", "context_half", "lora", "qlora", "checkpointing"):
        share = by_code[code].share
        assert share is not None
        assert 0 < share < 1, code
    eight, four = by_code["quant_8bit"].share, by_code["quant_4bit"].share
    assert eight is not None
    assert four is not None
    assert 0.35 < eight < four < 0.8
    assert by_code["pruning"].saved is None


def test_a_laptop_is_told_of_memory_and_other_computers_never_of_a_new_card(old_laptop: Advice) -> None:
    codes = {u.code for u in old_laptop.upgrades}
    assert "gpu" not in codes
    assert {"other_computer", "cooling", "ssd"} <= codes


def test_a_desktop_is_told_of_larger_cards_only(desktop: Advice) -> None:
    sizes = [u.values["vram_bytes"] for u in desktop.upgrades if u.code == "gpu"]
    assert sizes
    assert all(isinstance(size, int) and size > 24 << 30 for size in sizes)


def test_upgrades_bring_what_a_fresh_survey_of_the_new_machine_finds(old_laptop: Advice) -> None:
    cards = [u for u in old_laptop.upgrades if u.code == "other_computer"]
    gains = [u.new_run for u in cards]
    assert all(gain is not None and gain > 0 for gain in gains)
    assert gains == sorted(gains, key=lambda gain: gain or 0, reverse=True)  # what helps most comes first


def test_cloud_plans_cost_hours_times_price(old_laptop: Advice) -> None:
    assert old_laptop.cloud
    for plan in old_laptop.cloud:
        assert works(plan.estimate)
        assert plan.estimate.training is not None
        time = plan.estimate.training.hours
        assert time is not None
        assert plan.usd == pytest.approx((time.low * plan.usd_per_hour[0], time.high * plan.usd_per_hour[1]))
        assert plan.source
        assert plan.date or plan.old


def test_what_this_machine_does_within_a_day_is_not_sent_to_the_cloud(desktop: Advice) -> None:
    for plan in desktop.cloud:
        local = estimate(rtx4090_desktop(), plan.estimate.model, plan.estimate.workload)
        assert not works(local) or (hours(local) or 1e9) > 24


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_code_has_words_in_both_languages(old_laptop: Advice, language: str) -> None:
    _ = translator(language)
    for upgrade in old_laptop.upgrades:
        assert words.say(_, words.UPGRADES[upgrade.code], upgrade.values)
    for scenario in old_laptop.scenarios:
        assert "{" not in words.say(_, words.SCENARIOS[scenario.code], scenario.values)
    for technique in old_laptop.techniques:
        assert _(words.TECHNIQUES[technique.code])
        assert _(words.TECHNIQUE_SENTENCES[technique.code])
    assert len(advice.headlines(old_laptop, _)) >= 3


def test_settings_change_the_advice() -> None:
    """A context that needs more memory leaves fewer models that fit."""
    small, large = (survey(g480(), replace(Workload(), context=c), "free", ("run",)) for c in (2048, 131072))
    assert sum(map(works, small.estimates["run"])) > sum(map(works, large.estimates["run"]))


def test_a_mixture_of_experts_counts_less_than_a_dense_model_of_its_size() -> None:
    mixture = find_model("qwen3-30b-a3b")
    assert 3e9 < dense_size(mixture) < 30e9


def test_newer_models_of_one_size_rank_higher() -> None:
    assert power(find_model("qwen2.5-7b")) > power(find_model("llama-2-7b"))
