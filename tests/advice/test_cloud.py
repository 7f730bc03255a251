"""Cloud plans: of the cards that hold the job the one that costs least; renting against buying; strict data."""

import json
from datetime import date
from pathlib import Path

import pytest

from advisor import advice
from advisor.advice import words_plans
from advisor.advice.cloud import cloud_plans, providers, unsuitable
from advisor.advice.result import CloudPlan
from advisor.advice.survey import Survey, hours, survey
from advisor.advice.training_rules import CLOUD_FILE, cloud_rules, load_cloud
from advisor.advice.training_search import best_here
from advisor.catalog.gpus import find_gpu
from advisor.catalog.prices import cloud_prices
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.i18n import translator
from advisor.report.document import Bullets, Paragraph, Table
from advisor.report.sections.cloud import cloud
from advisor.workload import Workload, for_method
from tests.machines import g480, rtx4090_desktop

DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def laptop() -> Survey:
    return survey(g480(), Workload(), "free")


@pytest.fixture(scope="module")
def plans(laptop: Survey) -> tuple[CloudPlan, ...]:
    return cloud_plans(laptop, DAY)


def test_a_laptop_is_offered_every_size_that_it_cannot_train(plans: tuple[CloudPlan, ...]) -> None:
    targets = cloud_rules().targets
    assert len(plans) == len(targets)
    for plan, target in zip(plans, targets, strict=True):
        assert plan.estimate.workload.task == target.method
        assert target.low <= plan.estimate.parameters <= target.high
        assert plan.estimate.verdict == "fits"
        assert plan.estimate.placements[0].device == "gpu0"


def test_no_card_of_the_list_does_it_for_less(plans: tuple[CloudPlan, ...]) -> None:
    """By the middles of hours and price, among recent prices, with the settings that a search tries first."""
    newest = max(price.known_by for price in cloud_prices() if price.known_by is not None)
    for plan in plans:
        workload = for_method(Workload(), plan.estimate.workload.task)
        chosen = _cost(plan.gpu, plan, workload)
        for gpu in {price.gpu for price in cloud_prices()}:
            prices = [p for p in cloud_prices() if p.gpu == gpu and p.known_by is not None]
            recent = [p for p in prices if p.known_by is not None and (newest - p.known_by).days <= 365]
            if recent:
                cost = _cost(gpu, plan, workload)
                assert cost is None or chosen is None or chosen <= cost * 1.000001


def _cost(gpu: str, plan: CloudPlan, workload: Workload) -> float | None:
    machine = assemble(None, gpu=gpu, gpu_count=1, cpu=None, ram_gib=128)
    answer = best_here(machine, "total", plan.estimate.model, workload)
    newest = max((p for p in cloud_prices() if p.gpu == gpu), key=lambda p: (p.known_by or date.min, -p.middle))
    time = hours(answer) if answer is not None else None
    return None if time is None else time * newest.middle


def test_cost_is_hours_times_price(plans: tuple[CloudPlan, ...]) -> None:
    for plan in plans:
        assert plan.estimate.training is not None
        time = plan.estimate.training.hours
        assert time is not None
        assert plan.usd == (time.low * plan.usd_per_hour[0], time.high * plan.usd_per_hour[1])


def test_every_price_has_its_date_and_source_and_is_called_old_when_it_is(laptop: Survey) -> None:
    for day, old in ((date(2026, 6, 1), False), (date(2028, 1, 1), True)):
        for plan in cloud_plans(laptop, day):
            assert plan.source.startswith("http")
            assert plan.date is not None
            assert plan.old is old


def test_what_this_machine_trains_in_a_day_is_not_rented() -> None:
    found = survey(rtx4090_desktop(), Workload(), "free")
    tasks = [(plan.estimate.workload.task, plan.estimate.parameters) for plan in cloud_plans(found, DAY)]
    assert tasks
    assert not [size for task, size in tasks if task == "qlora" and size < 20e9]


def test_renting_is_weighed_against_the_catalogues_or_a_dated_price(plans: tuple[CloudPlan, ...]) -> None:
    shops = {card.gpu: card for card in cloud_rules().cards}
    for plan in plans:
        launch = find_gpu(plan.gpu).launch_price_usd
        if plan.purchase is None:
            assert launch is None
            assert plan.gpu not in shops
            continue
        usd = (shops[plan.gpu].low, shops[plan.gpu].high) if plan.gpu in shops else (launch, launch)
        assert plan.purchase.usd == usd
        assert plan.purchase.date
        assert plan.purchase.source
        low, high = plan.usd_per_hour
        assert plan.purchase.rent_hours == (plan.purchase.usd[0] / high, plan.purchase.usd[1] / low)


def test_a_reader_of_chinese_gets_models_that_speak_it_and_clouds_by_name(laptop: Survey) -> None:
    for plan in cloud_plans(laptop, DAY, "zh-CN"):
        assert "zh" in (plan.estimate.model.languages or "")
    assert {"阿里云", "腾讯云", "AutoDL"} <= {one.name for one in providers("zh-CN")}
    assert {"天衍", "本源悟空"} == {one.name for one in unsuitable("zh-CN")}
    assert providers("en") == unsuitable("en") == ()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_section_tells_jobs_prices_dates_and_buying(language: str) -> None:
    one, _ = advice.advise(g480(), Workload(), language=language), translator(language)
    blocks = list(cloud(one, _))
    table = next(block for block in blocks if isinstance(block, Table))
    assert len(table.rows) == len(one.cloud)
    told = " ".join(_text(block) for block in blocks)
    assert "{" not in told
    for plan in one.cloud:
        assert plan.date is not None
        assert plan.date in told
        assert plan.gpu in told
    assert ("AutoDL" in told) == (language == "zh-CN")


def _text(block: object) -> str:
    if isinstance(block, Bullets):
        return " ".join(block.items)
    if isinstance(block, Paragraph):
        return block.text
    return " ".join(cell.text for row in block.rows for cell in row) if isinstance(block, Table) else ""


def test_a_server_has_nothing_to_rent() -> None:
    one = advice.advise(assemble(None, gpu="H100 SXM5 80 GB", cpu=None, ram_gib=256), Workload())
    assert one.cloud == ()
    assert len(list(cloud(one, translator("en")))) == 1


def test_no_provider_has_a_price_and_each_has_an_address_and_words() -> None:
    rules = load_cloud(CLOUD_FILE)
    for one in (*rules.providers, *rules.unsuitable):
        assert one.source.startswith("https://")
        assert one.kind in words_plans.PROVIDERS
    content = json.loads(CLOUD_FILE.read_text("utf-8"))
    assert not [entry for entry in content["providers"] if any("price" in key or "usd" in key for key in entry)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("targets", [{"method": "run", "low": 1, "high": 2}]), ("easy_hours", 3), ("providers", [{"name": "x"}]),
        ("cards", [{"gpu": "x", "low": 1}]), ("prices", []), ("recent_days", {"value": "many", "why": "x"}),
    ],
)  # fmt: skip
def test_wrong_rules_are_refused_by_name(key: str, value: object, tmp_path: Path) -> None:
    content = {**json.loads(CLOUD_FILE.read_text("utf-8")), key: value}
    file = tmp_path / "cloud.json"
    file.write_text(json.dumps(content), "utf-8")
    with pytest.raises(UserError, match=r"cloud\.json"):
        load_cloud(file)
