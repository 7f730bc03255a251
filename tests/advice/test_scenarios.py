"""Scenarios: each stands on a figure that the estimator gives, and none is told where it does not suit."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from advisor import advice
from advisor.advice.picks import serving
from advisor.advice.result import Advice
from advisor.advice.scenarios import SCENARIOS_FILE, limits, load_limits
from advisor.advice.survey import READING_PACE, decode, hours
from advisor.advice.words import SCENARIOS, say
from advisor.catalog.models import models
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.workload import Workload
from tests.machines import g480, rtx4090_desktop

SERVER = assemble(None, gpu="H100 SXM", gpu_count=8, cpu="EPYC 9654", ram_gib=1024)


@pytest.fixture(scope="module")
def laptop() -> Advice:
    return advice.advise(g480(), Workload())


@pytest.fixture(scope="module")
def desktop() -> Advice:
    return advice.advise(rtx4090_desktop(), Workload())


@pytest.fixture(scope="module")
def server() -> Advice:
    return advice.advise(SERVER, Workload())


def _codes(advised: Advice) -> set[str]:
    return {scenario.code for scenario in advised.scenarios}


def _values(advised: Advice, code: str) -> dict[str, object]:
    return dict(next(s.values for s in advised.scenarios if s.code == code))


def test_an_old_laptop_infers_plans_directs_and_distils(laptop: Advice) -> None:
    assert {"chat", "try", "prepare_disk", "coordinate", "distil"} <= _codes(laptop)


def test_an_old_laptop_serves_no_team_and_fine_tunes_for_nobody(laptop: Advice) -> None:
    assert not _codes(laptop) & {"team", "tuning_service", "draw", "code_completion", "fine_tune"}


def test_large_machines_serve_others(desktop: Advice, server: Advice) -> None:
    for advised in (desktop, server):
        assert {"team", "tuning_service", "fine_tune", "draw"} <= _codes(advised)


def test_a_team_reads_at_pace_even_in_turns_and_its_memory_fits(desktop: Advice) -> None:
    values = _values(desktop, "team")
    count = values["count"]
    assert isinstance(count, int)
    assert count >= limits()["users_least"]
    model = next(m for m in models() if m.name == values["model"])
    pick = next(p.estimate for p in desktop.picks if p.estimate.model is model)
    assert (decode(pick) or 0) / count >= READING_PACE
    asked = replace(pick.workload, parallel=count, context=count * int(limits()["user_tokens"]))
    answer = estimate(rtx4090_desktop(), model, asked, "free")
    assert answer.verdict in ("fits", "tight")
    assert answer.memory is not None
    assert answer.memory.total == values["needed_bytes"]


def test_figures_are_those_of_the_picks_and_plans(laptop: Advice) -> None:
    chat = serving(laptop.picks, "chat")
    assert chat is not None
    assert _values(laptop, "chat")["speed_tokens_per_s"] == decode(chat.estimate)
    student = _values(laptop, "distil")
    trained = next(p.estimate for p in laptop.picks if p.use == "lora")
    assert student["model"] == trained.model.name
    assert student["time_s"] == pytest.approx(3600 * (hours(trained) or 0))
    directed = _values(laptop, "coordinate")
    plan = next(p for p in laptop.cloud if p.gpu == directed["gpu"] and p.estimate.model.name == directed["model"])
    assert directed["time_s"] == pytest.approx(3600 * (hours(plan.estimate) or 0))


def test_data_is_prepared_where_there_is_room_for_it() -> None:
    full = tuple(replace(d, free_bytes=0) for d in g480().disks)
    assert not _codes(advice.advise(replace(g480(), disks=full), Workload())) & {"prepare", "prepare_disk"}
    assert "prepare" in _codes(advice.advise(replace(g480(), disks=()), Workload()))


def test_a_machine_of_which_nothing_is_known_claims_nothing() -> None:
    assert _codes(advice.advise(Machine(), Workload())) <= {"prepare", "coordinate"}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_scenario_has_its_sentence(laptop: Advice, desktop: Advice, server: Advice, language: str) -> None:
    _ = translator(language)
    for advised in (laptop, desktop, server):
        for scenario in advised.scenarios:
            text = say(_, SCENARIOS[scenario.code], scenario.values)
            assert "{" not in text
            assert "None" not in text


def test_wrong_limits_are_refused_with_their_place(tmp_path: Path) -> None:
    content = json.loads(SCENARIOS_FILE.read_text(encoding="utf-8"))
    del content["users_least"]
    path = tmp_path / "scenarios.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"scenarios\.json"):
        load_limits(path)


def test_a_card_serves_a_team_and_completes_code_though_its_first_picks_lie_in_ram() -> None:
    """One H100 with much memory: the picks are the strongest that run at all, what serves people lies on the card."""
    one = assemble(None, gpu="H100 SXM", gpu_count=1, cpu="Xeon Platinum 8480+", ram_gib=512)
    advised = advice.advise(one, Workload())
    assert {"team", "code_completion"} <= _codes(advised)
    speed = _values(advised, "code_completion")["speed_tokens_per_s"]
    assert isinstance(speed, float)
    assert speed >= limits()["completion_tokens_per_s"]
