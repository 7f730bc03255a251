"""What models need: the smallest card that holds them, computed by the estimator on every step of the ladder."""

import json
from pathlib import Path

import pytest

from advisor.advice.needs import NEEDS_FILE, load_rules, needs, rules, well_known
from advisor.advice.survey import READING_PACE, decode, works
from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.workload import Workload


def test_the_list_is_known_to_the_catalogue_and_rises() -> None:
    assert [m.id for m in well_known()] == list(rules().models)
    sizes = [(find_gpu(card.gpu).vram_bytes or 0) * card.number for card in rules().cards]
    assert sizes == sorted(sizes)
    assert list(rules().ram_gib) == sorted(rules().ram_gib)


@pytest.mark.parametrize("name", ["qwen2.5-1.5b", "qwen2.5-7b", "deepseek-r1-distill-qwen-32b", "llama-3.3-70b"])
def test_the_least_card_holds_the_model_and_the_one_before_does_not(name: str) -> None:
    model = find_model(name)
    found = needs(model).least
    assert found is not None
    assert works(found.estimate)
    assert found.estimate.workload.quant == "Q4_K_M"
    place = rules().cards.index(found.card)
    if place:
        smaller = rules().cards[place - 1]
        machine = assemble(None, gpu=smaller.gpu, gpu_count=smaller.number, cpu=rules().cpu, ram_gib=64)
        assert not works(estimate(machine, model, found.estimate.workload, "free"))


@pytest.mark.parametrize("name", rules().models)
def test_recommended_is_no_less_and_answers_at_reading_pace(name: str) -> None:
    found = needs(find_model(name))
    assert found.least is not None
    assert found.recommended is not None
    assert rules().cards.index(found.recommended.card) >= rules().cards.index(found.least.card)
    assert found.recommended.estimate.verdict == "fits"
    assert (decode(found.recommended.estimate) or 0) >= READING_PACE
    small, large = found.disk_bytes
    assert small is not None
    assert large is not None
    assert small < large


def test_memory_without_a_card_is_the_first_size_that_is_enough() -> None:
    model = find_model("llama-3.1-8b")
    found = needs(model)
    assert found.ram_bytes == 8 << 30
    smaller = assemble(None, gpu=None, gpu_count=1, cpu=rules().cpu, ram_gib=4)
    assert not works(estimate(smaller, model, Workload(), "free"))


def test_the_bandwidth_of_reading_pace_reads_the_weights_that_often() -> None:
    """Never less than weights times pace: no computer reads less for each token of a dense model."""
    found = needs(find_model("llama-3.1-8b"))
    assert found.bandwidth is not None
    assert found.disk_bytes[0] is not None
    assert 0.9 * READING_PACE * found.disk_bytes[0] <= found.bandwidth <= 3 * READING_PACE * found.disk_bytes[0]


def test_a_mixture_needs_the_memory_of_all_experts_and_the_speed_of_a_few() -> None:
    mixture, dense = needs(find_model("qwen3-30b-a3b")), needs(find_model("deepseek-r1-distill-qwen-32b"))
    assert mixture.ram_bytes == dense.ram_bytes
    assert mixture.bandwidth is not None
    assert dense.bandwidth is not None
    assert mixture.bandwidth < dense.bandwidth / 4


@pytest.mark.parametrize(("key", "value"), [("cards", [{"gpu": "x"}]), ("least", None), ("ram_gib", ["8"]), ("x", 1)])
def test_wrong_rules_are_refused_with_their_place(tmp_path: Path, key: str, value: object) -> None:
    content = json.loads(NEEDS_FILE.read_text(encoding="utf-8"))
    content[key] = value
    path = tmp_path / "needs.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"needs\.json"):
        load_rules(path)
