"""Advice as items: all of it is there, and each click does what its words say."""

import pytest

from advisor.advice import advise
from advisor.advice.result import Advice, Upgrade
from advisor.advice.upgrades import with_upgrade
from advisor.i18n import translator
from advisor.palette import LIGHT
from advisor.ui.advice import html, items
from advisor.ui.advice.items import Build, Select, Turn
from advisor.workload import Workload
from tests.ui.helpers import GIB, MACHINE

_ = translator("en")


@pytest.fixture(scope="module")
def advice() -> Advice:
    """The small machine's."""
    return advise(MACHINE, Workload(), "free", "en")


def section(advice: Advice, key: str) -> items.Section:
    return next(one for one in items.sections(_, advice) if one.key == key)


def test_all_of_it_is_there(advice: Advice) -> None:
    """A line for every pick, column, scenario, plan, step, rented card, upgrade and technique."""
    counts = {one.key: len(one.items) for one in items.sections(_, advice)}
    assert counts["picks"] == len(advice.picks)
    assert counts["fits"] == len(advice.fits)
    assert counts["scenarios"] == len(advice.scenarios)
    assert counts.get("training", 0) == len(advice.training)
    assert counts["stages"] == len(advice.stages) + len(advice.clusters)
    assert counts["cloud"] == len(advice.cloud)
    assert counts["upgrades"] == len(advice.upgrades)
    assert counts["techniques"] == len(advice.techniques)


def test_names_are_escaped_and_links_are_whole(advice: Advice) -> None:
    """A name that looks like HTML is text; every link leads to an item that can answer it."""
    hostile = items.Section(
        "picks", "<b>", (items.Item("<script>", act=Select(advice.picks[0].estimate.model, "run")),)
    )
    text = "".join(html.parts(_, LIGHT, [*items.sections(_, advice), hostile]))
    assert "<script" not in text
    assert text.count('href="why:') == sum(
        item.why is not None for one in items.sections(_, advice) for item in one.items
    )


def test_a_pick_shows_its_cell_and_offers_its_settings(advice: Advice) -> None:
    """The click selects; the offer turns just the knobs in which the pick differs from the window."""
    one, item = advice.picks[0], section(advice, "picks").items[0]
    assert item.act == Select(one.estimate.model, items.method_of(one.estimate.workload))
    assert item.offer is not None
    turn = item.offer[1]
    assert isinstance(turn, Turn)
    assert turn.changes["context"] == one.estimate.workload.context
    assert "batch" not in turn.changes


def test_a_technique_turns_its_knob_only(advice: Advice) -> None:
    """The difference of the two estimates that the saving was computed from."""
    found = {one.code: items.technique_act(one) for one in advice.techniques}
    assert found["kv_8bit"] == Turn(found["kv_8bit"].model, "run", {"kv_type": "q8_0"})  # type: ignore[union-attr]
    fused = found["fused_loss"]
    assert isinstance(fused, Turn)
    assert fused.method == "lora"
    assert fused.changes == {"stack": "fused-loss"}


def test_an_upgrade_is_put_together_as_it_was_counted(advice: Advice) -> None:
    """The machine that the gains were computed on; a remark is nothing to build."""
    more = next(one for one in advice.upgrades if one.code == "more_ram")
    after = with_upgrade(MACHINE, more)
    assert after is not None
    assert after.memory.total_bytes == more.values["to_bytes"]
    assert (after.memory.total_bytes or 0) > 12 * GIB
    acts = {item.title: item.act for item in section(advice, "upgrades").items}
    assert Build(more) in acts.values()
    assert with_upgrade(MACHINE, Upgrade("cooling", {})) is None
