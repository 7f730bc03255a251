"""Waterfalls: every step is what the estimator says, the order is the greedy one, no quality is invented."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.advice import words_techniques
from advisor.advice.perplexity import PERPLEXITY_FILE, load_perplexity, quality_loss
from advisor.advice.survey import Survey, survey, teaching_model
from advisor.advice.technique_rules import TECHNIQUES_FILE, load_techniques, plain, rules_for
from advisor.advice.waterfall import Waterfall, waterfall
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.workload import LLAMA_CPP_QUANTS, Workload, for_method
from tests.machines import builder_5950x, g480, rtx4090_desktop


def apple_m4() -> Machine:
    return assemble(None, gpu="Apple M4", cpu=None, ram_gib=16)


MACHINES: dict[str, Callable[[], Machine]] = {
    "G480": g480,
    "5950X": builder_5950x,
    "RTX 4090": rtx4090_desktop,
    "M4": apple_m4,
}


@pytest.fixture(scope="module", params=MACHINES)
def found(request: pytest.FixtureRequest) -> Survey:
    return survey(MACHINES[request.param](), Workload(), "free", ("run", "lora", "qlora"))


def made(found: Survey, method: str, model: str | None = None) -> Waterfall:
    shown = teaching_model(found) if model is None else find_model(model)
    assert shown is not None
    one = waterfall(found, shown, for_method(found.workload, method))
    assert one is not None
    return one


@pytest.mark.parametrize("method", ["run", "qlora"])
def test_steps_hang_together_and_each_saves(found: Survey, method: str) -> None:
    one = made(found, method)
    assert one.steps
    assert one.steps[0].before == one.start
    for before, after in zip(one.steps, one.steps[1:], strict=False):
        assert before.after == after.before
    assert all(step.saved > 0 for step in one.steps)
    assert one.end == one.steps[-1].after < one.start
    codes = [step.code for step in one.steps] + [idle.code for idle in one.idle]
    assert len(codes) == len(set(codes))  # a technique is a step or it is not


@pytest.mark.parametrize("method", ["run", "qlora"])
def test_each_step_is_what_the_estimator_says_of_its_settings(method: str) -> None:
    """A card large enough for everything needs exactly the bytes of the waterfall."""
    machine = rtx4090_desktop()
    huge = tuple(replace(gpu, vram_bytes=1 << 46, vram_available_bytes=1 << 46) for gpu in machine.gpus[:1])
    one = made(survey(machine, Workload(), "free", ("run", "lora", "qlora")), method)
    for step in one.steps:
        answer = estimate(replace(machine, gpus=huge), one.model, step.workload, "total")
        assert answer.memory is not None
        assert answer.memory.total == step.after


def test_the_first_step_saves_most_of_all_that_can_be_first(found: Survey) -> None:
    one = made(found, "qlora")
    alone = [step.alone for step in one.steps if step.alone is not None]
    assert one.steps[0].saved == max(alone)


def test_it_fits_after_the_step_that_is_marked_and_not_before(found: Survey) -> None:
    for method in ("run", "qlora"):
        one = made(found, method)
        assert one.capacity is not None
        sizes = [one.start, *(step.after for step in one.steps)]
        fitting = [size <= one.capacity for size in sizes]
        assert one.fits_after == (fitting.index(True) if any(fitting) else None)


def test_a_plain_job_has_no_technique_and_the_users_settings_are_marked() -> None:
    cell = Workload(quant="Q8_0", kv_type="q8_0")
    assert not [rule.id for rule in rules_for(cell) if rule.on(plain(cell))]
    found = survey(rtx4090_desktop(), Workload(), "free", ("run", "lora", "qlora"))
    one = waterfall(found, find_model("qwen3-8b"), cell)
    assert one is not None
    chosen = {step.code for step in one.steps if step.chosen} | {idle.code for idle in one.idle if idle.chosen}
    assert chosen == {"quant_8bit", "kv_8bit", "flash_attention"}


def test_last_resorts_are_taken_only_where_all_else_is_not_enough() -> None:
    small = assemble(None, gpu="GeForce RTX 3060 12 GB", cpu="Core i5-12400", ram_gib=16)
    found = survey(small, Workload(), "free", ("run", "lora", "qlora"))
    short, roomy = made(found, "run", "qwen2.5-32b"), made(found, "run", "qwen3-4b")
    assert "quant_3bit" in {step.code for step in short.steps}
    assert "quant_3bit" not in {step.code for step in roomy.steps} | {idle.code for idle in roomy.idle}
    assert roomy.fits_after == 0


def test_an_old_processor_is_told_why_qlora_is_no_step() -> None:
    found = survey(g480(), Workload(), "free", ("run", "lora", "qlora"))
    one = made(found, "qlora")
    assert one.workload.precision == "fp32"  # it has no instructions for 16-bit training
    idle = {i.code: words_techniques.why_not(translator("en"), i) for i in one.idle}
    assert "avx2" in idle["qlora"]
    assert "CUDA" in idle["fused_loss"]


def test_a_cuda_card_can_do_all_of_them() -> None:
    found = survey(rtx4090_desktop(), Workload(), "free", ("run", "lora", "qlora"))
    one = made(found, "qlora")
    assert {"checkpointing", "grad_accum", "lora", "qlora", "optimizer_8bit", "fused_loss"} <= {
        s.code for s in one.steps
    }
    time = {step.code: step.time for step in one.steps}
    assert 1.1 < (time["checkpointing"] or 0) < 1.5  # activations are computed twice
    assert time["lora"] is not None
    assert time["lora"] < 1  # no gradients of the frozen weights
    # Prompts in smaller pieces take longer, which the speed of a generated token does not show.
    assert {step.time for step in made(found, "run").steps if step.code == "micro_batch"} <= {None}


def test_quality_is_the_published_figure_or_said_to_be_unpublished(found: Survey) -> None:
    one = made(found, "run")
    _ = translator("en")
    by_code = {step.code: step for step in one.steps}
    loss = by_code["quant_4bit"].loss
    assert loss == quality_loss("Q4_K_M")
    assert words_techniques.quality(_, by_code["quant_4bit"]) == "perplexity +2.8 % (Llama 3 8B)"
    if "kv_8bit" in by_code:
        assert words_techniques.quality(_, by_code["kv_8bit"]) == "not published"


def test_fewer_bits_never_lose_less() -> None:
    """Along one family of quantisations, and only types that the program knows."""
    ladder = ["Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_M", "Q2_K"]
    shares = [loss.share for quant in ladder if (loss := quality_loss(quant)) is not None]
    assert len(shares) == len(ladder)
    assert shares == sorted(shares)
    assert 0.02 < shares[3] < 0.04
    assert set(load_perplexity(PERPLEXITY_FILE)) <= set(LLAMA_CPP_QUANTS)
    assert quality_loss("F16") is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"quality": "good"}, "quality"),
        ({"changes": {"quant": "Q9"}}, "quant"),
        ({"changes": {"ubatch": 0}}, "ubatch"),
        ({"changes": {"unheard": 1}}, "unheard"),
        ({"halve": "hope"}, "halve"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_wrong_rule_is_refused_by_name(wrong: dict[str, object], named: str, tmp_path: Path) -> None:
    content = json.loads(TECHNIQUES_FILE.read_text("utf-8"))
    content["techniques"][0] |= wrong
    path = tmp_path / "techniques.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(UserError, match=named):
        load_techniques(path)


def test_a_table_of_perplexities_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "perplexity.json"
    for wrong in ({"increase": 99.0}, {"perplexity": 0.5}, {"source": ""}):
        content = json.loads(PERPLEXITY_FILE.read_text("utf-8"))
        content["quants"][0] |= wrong
        path.write_text(json.dumps(content), "utf-8")
        with pytest.raises(UserError, match=r"Q8_0"):
            load_perplexity(path)


def test_cards_that_share_a_model_are_named_together() -> None:
    """The memory that is told is that of both."""
    pair = survey(
        assemble(None, gpu="GeForce RTX 3090", gpu_count=2, cpu="Ryzen 9 5950X", ram_gib=64),
        Workload(),
        "free",
        ("run",),
    )
    found = waterfall(pair, find_model("qwen3-8b"), for_method(Workload(), "run"))
    assert found is not None
    assert found.device_name == "2 × GeForce RTX 3090"
    assert found.capacity is not None
    assert found.capacity > 40 << 30
