"""Techniques: what turns one on turns it off again, bytes are the estimator's, order helps before it costs."""

from dataclasses import replace

import pytest

from advisor.catalog.models import find_model
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.ui.memory.savings import Trial, savings, trials
from advisor.workload import Workload, parse
from tests.machines import rtx4090_desktop

WORKLOADS = (
    Workload(),
    Workload(flash_attention=False, output_rows="all", ubatch=64),
    Workload(kv_type="q8_0"),
    Workload(kv_type="q4_0", context=600),
    Workload(stack="transformers", quant="BF16"),
    Workload(task="qlora", batch=8, checkpointing=False),
    Workload(task="lora", stack="fused-loss", optimizer="paged_adamw8bit", grad_accum=16),
    Workload(task="full", precision="fp32", kbit_prepare=False),
)


def _ask(workload: Workload) -> Estimate:
    return estimate(rtx4090_desktop(), find_model("qwen2.5-1.5b"), workload)


def _like(workload: Workload, one: Trial) -> Trial:
    return next(other for other in trials(workload) if other.label == one.label)


@pytest.mark.parametrize("workload", WORKLOADS, ids=str)
def test_every_trial_can_be_taken_back(workload: Workload) -> None:
    """What is off goes on, what is on goes off; settings stay such as the contract takes."""
    for one in trials(workload):
        changed = replace(workload, **one.changes)
        parse({}, changed)
        if not one.step:
            assert _like(changed, one).on is not one.on, one
        else:
            assert not one.on


@pytest.mark.parametrize("workload", WORKLOADS, ids=str)
def test_bytes_are_what_the_estimator_says(workload: Workload) -> None:
    """A saving that is off lowers the memory by its bytes; one that is on raises it by them when it is taken back."""
    before = _ask(workload)
    assert before.memory is not None
    for one in savings(before, _ask):
        after = _ask(replace(workload, **one.changes)).memory
        assert after is not None
        assert (after.total - before.memory.total) * (1 if one.on else -1) == one.bytes != 0


def test_what_helps_comes_first_and_what_costs_last() -> None:
    """Off and saving, by size; then what is on; then what costs."""
    found = savings(_ask(Workload(context=32_768)), _ask)
    kinds = [0 if not one.on and one.bytes > 0 else 1 if one.on else 2 for one in found]
    assert kinds == sorted(kinds)
    assert set(kinds) == {0, 1, 2}
    fresh = [one.bytes for one in found if not one.on and one.bytes > 0]
    assert fresh == sorted(fresh, reverse=True)
