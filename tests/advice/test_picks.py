"""Picks: each runs as it claims, in settings that nothing better replaces, and says truly what it gives up."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor import advice
from advisor.advice import words_picks
from advisor.advice.perplexity import quality_loss
from advisor.advice.pick_rules import PICKS_FILE, licence_code, load_rules, rules
from advisor.advice.picks import NETWORK_USES, serving, uses
from advisor.advice.result import Advice, Pick
from advisor.advice.survey import comfortable, decode, dense_size, power
from advisor.advice.words import USES
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.workload import Workload
from tests.machines import builder_5950x, g480, rtx4090_desktop

MACHINES = {
    "G480": g480(),
    "5950X": builder_5950x(),
    "RTX 4090": rtx4090_desktop(),
    "M4": assemble(None, gpu="Apple M4", gpu_count=1, cpu=None, ram_gib=16),
    "office": assemble(None, gpu=None, gpu_count=1, cpu="i5-8250U", ram_gib=8),
}


@pytest.fixture(scope="module", params=MACHINES)
def seen(request: pytest.FixtureRequest) -> tuple[Machine, Advice]:
    machine = MACHINES[request.param]
    return machine, advice.advise(machine, Workload(), language="zh-CN")


def _language_picks(advised: Advice) -> list[Pick]:
    return [p for p in advised.picks if p.use not in (*NETWORK_USES, "lora", "qlora")]


def test_every_use_is_served_and_no_model_stands_twice(seen: tuple[Machine, Advice]) -> None:
    chosen = _language_picks(seen[1])
    for use in ("chat", "chinese", "code", "reasoning", "vlm", "quick"):
        assert serving(chosen, use) is not None, use
    ids = [p.estimate.model.id for p in chosen]
    assert len(ids) == len(set(ids))
    assert all(use in USES for p in seen[1].picks for use in uses(p))


def test_each_runs_at_the_pace_of_its_use(seen: tuple[Machine, Advice]) -> None:
    pace = {use.use: use.tokens_per_s for use in rules().uses}
    for pick in _language_picks(seen[1]):
        if pick.use == "reasoning":
            assert (decode(pick.estimate) or 0) >= 5
        else:
            assert (decode(pick.estimate) or 0) >= pace[pick.use], pick.estimate.model.name
        assert comfortable(pick.estimate)


def test_no_better_quantisation_would_leave_room_at_the_same_context(seen: tuple[Machine, Advice]) -> None:
    machine, advised = seen
    for pick in _language_picks(advised):
        workload = pick.estimate.workload
        better = rules().quants[: rules().quants.index(workload.quant)]
        context = max(rules().first_context, Workload().context)
        for quant in better:
            answer = estimate(machine, pick.estimate.model, _with(workload, quant=quant, context=context), "free")
            quick = (decode(answer) or 0) >= rules().quality_tokens_per_s
            pace = next(u.tokens_per_s for u in rules().uses if u.use == pick.use)
            assert not (answer.verdict == "fits" and quick and (decode(answer) or 0) >= pace)


def _with(workload: Workload, **changes: Any) -> Workload:
    return replace(workload, **changes)


def test_what_is_given_up_is_true(seen: tuple[Machine, Advice]) -> None:
    for pick in _language_picks(seen[1]):
        lost, model = pick.gives_up, pick.estimate.model
        assert lost is not None
        assert lost.quality == quality_loss(pick.estimate.workload.quant)
        if lost.context is not None:
            assert pick.estimate.workload.context < lost.context == model.max_context
        if lost.larger is not None:
            assert dense_size(lost.larger.model) > dense_size(model)
            assert power(lost.larger.model) > power(model)
            assert (lost.larger.verdict == "no") == (lost.why == "memory")


def test_the_chinese_pick_lists_chinese_in_both_languages() -> None:
    for language in ("en", "zh-CN"):
        pick = serving(advice.advise(g480(), Workload(), language=language).picks, "chinese")
        assert pick is not None
        assert "zh" in (pick.estimate.model.languages or "").split(",")


def test_old_models_stand_behind_newer_ones(seen: tuple[Machine, Advice]) -> None:
    for pick in _language_picks(seen[1]):
        assert (pick.estimate.model.released or "2026") >= "2023-10", pick.estimate.model.name


def test_settings_of_the_window_choose_no_worse_picks() -> None:
    """Picks choose their own quantisation: that of the window moves the matrix, not the advice."""
    asked = [advice.advise(rtx4090_desktop(), Workload(quant=quant)) for quant in ("Q4_K_M", "F16", "Q2_K")]
    names = [[p.estimate.model.id for p in _language_picks(one)] for one in asked]
    assert names[0] == names[1] == names[2]


def test_networks_fit_where_they_are_told_to_run(seen: tuple[Machine, Advice]) -> None:
    found = [p for p in seen[1].picks if p.use in NETWORK_USES]
    assert {p.use for p in found} >= {"embedding", "speech", "vision"}
    assert all(p.estimate.verdict == "fits" for p in found)
    on_gpu = any(p.estimate.placements[0].device != "ram" for p in found)
    assert (serving(found, "image") is not None) == on_gpu


@pytest.mark.parametrize(
    ("model", "code"), [("qwen3-8b", ""), ("command-r7b-12-2024", "non_commercial"), ("gemma-3-12b", "own_terms")]
)
def test_licences_that_are_not_free_are_marked(model: str, code: str) -> None:
    assert licence_code(find_model(model).licence) == code


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_pick_has_its_words(seen: tuple[Machine, Advice], language: str) -> None:
    _ = translator(language)
    for pick in seen[1].picks:
        assert words_picks.uses(pick, _)
        text = words_picks.given_up(pick, _) + words_picks.licence(pick, _)
        assert "{" not in text


@pytest.mark.parametrize(
    ("key", "value"),
    [("quants", ["Q9"]), ("uses", [{"use": "chat"}]), ("verdicts", None), ("contexts", "many"), ("more", 1)],
)
def test_wrong_rules_are_refused_with_their_place(tmp_path: Path, key: str, value: object) -> None:
    content = json.loads(PICKS_FILE.read_text(encoding="utf-8"))
    content[key] = value
    path = tmp_path / "picks.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"picks\.json"):
        load_rules(path)
