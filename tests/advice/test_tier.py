"""Tiers: the rules are data, an estimate decides each, and machines that people know stand where people put them."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.advice.grades import TIERS, TIERS_FILE, load_rules, rules
from advisor.advice.survey import decode, dense_size, hours, survey
from advisor.advice.tier import current, grade, met, tier
from advisor.advice.words import TIER_SENTENCES
from advisor.advice.words import TIERS as TIER_WORDS
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.machine import Machine
from advisor.workload import Workload
from tests.machines import builder_5950x, g480, rtx4090_desktop


def _assembled(gpu: str | None, cpu: str | None, ram: float | None, count: int = 1) -> Machine:
    return assemble(None, gpu=gpu, gpu_count=count, cpu=cpu, ram_gib=ram)


# What a person who knows such machines would say, for inference and for training.
KNOWN = {
    "old laptop": (g480(), "entry", "entry"),
    "16 cores without a card": (builder_5950x(), "capable", "entry"),
    "RTX 4090 desktop": (rtx4090_desktop(), "strong", "strong"),
    "Apple M4 16 GB": (_assembled("Apple M4", None, 16), "capable", "capable"),
    "RTX 3060 12 GB": (_assembled("RTX 3060 12 GB", "5950X", 32), "capable", "capable"),
    "8 GB office laptop": (_assembled(None, "i5-8250U", 8), "basic", "entry"),
    "8 x H100": (_assembled("H100 SXM", "EPYC 9654", 1024, 8), "server", "server"),
    "EPYC without a card": (_assembled(None, "EPYC 7763", 512), "workstation", "entry"),
    "RX 580, no training": (_assembled("RX 580", "i5-12400", 16), "capable", "entry"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_machines_stand_where_people_put_them(name: str) -> None:
    machine, inference, training = KNOWN[name]
    found = tier(survey(machine, Workload(), "free", ("run", "qlora")))
    assert found.inference is not None
    assert found.training is not None
    assert (found.inference.code, found.training.code) == (inference, training)
    assert TIERS.index(found.code) == min(TIERS.index(inference), TIERS.index(training) + rules().above_training)


@pytest.mark.parametrize("name", KNOWN)
def test_the_deciding_estimate_meets_its_rule_and_nothing_meets_the_missed_one(name: str) -> None:
    seen = survey(KNOWN[name][0], Workload(), "free", ("run", "qlora"))
    found = tier(seen)
    for one in (found.inference, found.training):
        assert one is not None
        if one.met is not None:
            assert one.estimate is not None
            assert met(one.met, one.estimate)
            assert current(one.estimate.model)
            assert dense_size(one.estimate.model) >= one.met.parameters
        if one.missed is not None and one.estimate is not None:
            assert not met(one.missed, one.estimate)
        assert (one.missed is None) == (one.code == TIERS[-1])
    if found.training is not None and found.training.met is not None and found.train is not None:
        assert (hours(found.train) or 1e9) <= (found.training.met.hours or 0)


def test_the_largest_model_that_meets_the_rule_decides() -> None:
    seen = survey(rtx4090_desktop(), Workload(), "free", ("run",))
    found = grade(seen.estimates["run"], rules().inference)
    assert found.met is not None
    assert found.estimate is not None
    best = max(dense_size(a.model) for a in seen.estimates["run"] if met(found.met, a))
    assert dense_size(found.estimate.model) == best
    assert (decode(found.estimate) or 0) >= (found.met.tokens_per_s or 0)


def test_every_tier_has_words() -> None:
    assert set(TIERS) | {"unknown"} == set(TIER_WORDS) == set(TIER_SENTENCES)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("inference", 0, "tier"), "giant"),
        (("inference", 0, "tier"), "basic"),
        (("training", 0, "hours"), None),
        (("training", 0, "parameters"), "60e9"),
        (("overall",), None),
        (("since",), 3),
        (("training",), []),
        (("more",), 1),
        (("inference", 0, "why"), ""),
    ],
)
def test_wrong_rules_are_refused_with_their_place(tmp_path: Path, place: tuple[Any, ...], value: object) -> None:
    content: Any = json.loads(TIERS_FILE.read_text(encoding="utf-8"))
    part = content
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    path = tmp_path / "tiers.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_rules(path)
    assert "tiers.json" in str(caught.value)
