"""Why: every kind of number has a page with its formula, and the values in it give the number again."""

from collections.abc import Sequence
from dataclasses import replace
from math import log2

import pytest

from advisor.advice import advise, needs
from advisor.advice.result import Advice
from advisor.advice.upgrade_rules import upgrade_rules
from advisor.catalog.complete import complete
from advisor.catalog.model import Model, Stored
from advisor.catalog.models import find_model
from advisor.estimator.estimate import estimate
from advisor.estimator.result import Estimate
from advisor.i18n import translator
from advisor.palette import LIGHT
from advisor.ui.base.columns import USUAL, Column
from advisor.ui.base.topic import Topic
from advisor.ui.why import lines
from advisor.ui.why.book import Context, build
from advisor.ui.why.lines import Line, Page
from advisor.workload import Workload
from tests.ui.helpers import MACHINE

_ = translator("en")
BOX = complete(MACHINE)
RUN = USUAL[0]


@pytest.fixture(scope="module")
def advice() -> Advice:
    """The small machine's."""
    return advise(BOX, Workload(), "free", "en")


def ask(model: Model, column: Column) -> Estimate:
    return estimate(BOX, model, column.workload(Workload()), "free")


def page(kind: str, thing: object) -> Page:
    found = build(Context(_, BOX, Workload(), ask), Topic(kind, thing))
    assert found is not None
    assert "<b>" in "".join(lines.parts(_, LIGHT, found))
    return found


def line(found: Sequence[Line], name: str) -> Line:
    return next(one for one in found if one.name == name)


@pytest.mark.parametrize(
    ("quantity", "first", "also"),
    [
        ("kv_cache", "KV cache", ()),
        ("total", "memory in all", ()),
        ("decode", "generation speed", ("speed limit of the memory",)),
    ],
)
def test_a_part_comes_first(quantity: str, first: str, also: tuple[str, ...]) -> None:
    """The asked figure with what it follows from; the others below; the way to the whole cell."""
    model = find_model("qwen2.5-1.5b")
    found = page("part", (model, RUN, quantity))
    assert [one.name for one in found.lines] == [first, *also]
    assert found.lines[0].formula
    assert {one.name for one in found.rest}.isdisjoint({first, *also})
    whole = page(found.links[0][1].kind, found.links[0][1].thing)
    assert len(whole.lines) == len(found.lines) + len(found.rest)


def test_a_figure_that_is_not_there_is_said(advice: Advice) -> None:
    """A run has no optimizer: the page says so, and shows the rest."""
    found = page("part", (find_model("qwen2.5-1.5b"), RUN, "optimizer"))
    assert found.said[0] == "This estimate has no such figure."
    assert not found.lines
    assert found.rest


def test_the_heading_names_the_files_own_quantisation() -> None:
    """An opened file holds what it holds, whatever column shows it."""
    model = replace(find_model("qwen2.5-1.5b"), stored=Stored(bytes=10**9, format="GGUF", quant="Q5_K_M"))
    assert page("cell", (model, RUN)).title == "Qwen2.5-1.5B · Run Q5_K_M"
    assert page("cell", (model, USUAL[1])).title == "Qwen2.5-1.5B · Run Q5_K_M"


def test_a_difference_adds_up() -> None:
    """Before and after by component; the parts that change sum to the change in all."""
    model = find_model("qwen2.5-7b")
    before = ask(model, RUN)
    after = estimate(BOX, model, replace(before.workload, context=32768), "free")
    found = page("delta", (before, after, "context 32,768"))
    assert before.memory is not None
    assert after.memory is not None
    assert found.title == "context 32,768 · Qwen2.5-7B"
    total = lines_of(found.lines[0])["memory in all"]
    assert _.gib(after.memory.total - before.memory.total) in total
    assert "KV cache" in lines_of(found.lines[0])
    assert line(found.lines, "prompt speed").result.endswith(" % slower")
    back = page("delta", (after, before, "context 4,096"))
    assert line(back.lines, "prompt speed").result.endswith("times as fast")
    same = page("delta", (before, before, "nothing"))
    assert line(same.lines, "generation speed").result == "unchanged"


def lines_of(one: Line) -> dict[str, str]:
    return {name: value for name, value, *_origin in one.values}


@pytest.mark.parametrize(("key", "fact"), [("cpu", "cores"), ("ram", "size"), ("gpu0", "own memory"), ("disk", "free")])
def test_a_gauge_tells_each_facts_origin(key: str, fact: str) -> None:
    """Value and where it comes from, in one line."""
    rows = {row[0]: row for row in page("gauge", key).lines[0].values}
    assert len(rows[fact]) == 3
    assert rows[fact][2]


def test_an_idle_card_says_why_and_a_missing_one_has_no_page() -> None:
    """The reason first; nothing for a card that is not there."""
    assert "compute capability 2.1" in page("gauge", "gpu0").said[0]
    assert build(Context(_, BOX, Workload(), ask), Topic("gauge", "gpu7")) is None


def test_all_of_the_advice_is_explained(advice: Advice) -> None:
    """Each kind of thing that advice names has its page with at least one number."""
    things: dict[str, Sequence[object]] = {
        "tier": [advice.tier], "bottleneck": [advice.bottleneck], "pick": advice.picks, "plan": advice.training,
        "cloud": advice.cloud, "counts": advice.fits, "need": [needs.needs(needs.well_known()[0])],
        "technique": [one for one in advice.techniques if one.saved],
        "upgrade": [one for one in advice.upgrades if one.gain],
    }  # fmt: skip
    for kind, found in things.items():
        assert found, kind
        for thing in found:
            assert page(kind, thing).lines, (kind, thing)


def test_an_upgrades_gain_is_its_formula(advice: Advice) -> None:
    """The values that the page shows, put into its formula, give the gain."""
    for one in advice.upgrades:
        if not one.gain or not one.decode:
            continue
        values = {name: float(value.replace(",", "")) for name, value in page("upgrade", one).lines[0].values}
        gain = values["run"] * values["new_run"] + values["train"] * values["new_train"]
        gain += upgrade_rules().gain.speed_doubling * log2(values["speed"])
        assert gain == pytest.approx(one.gain, rel=0.02, abs=0.2)


def test_a_rented_job_is_hours_times_price(advice: Advice) -> None:
    """Low times low, high times high."""
    for plan in advice.cloud:
        assert plan.usd is not None
        rows = lines_of(page("cloud", plan).lines[0])
        (hours, price) = ([float(part) for part in rows[name].split(" – ")] for name in ("hours", "USD an hour"))
        assert [a * b for a, b in zip(hours, price, strict=True)] == pytest.approx(plan.usd, rel=0.02)


def test_an_unknown_kind_has_no_page() -> None:
    """Nothing is made up."""
    assert build(Context(_, BOX, Workload(), ask), Topic("weather", None)) is None
