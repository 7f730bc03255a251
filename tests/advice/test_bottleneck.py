"""The bottleneck: the part whose change brings most, as the estimator finds it, in one sentence."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.advice.bottleneck import BOTTLENECKS_FILE, bottleneck, load_rules, rules
from advisor.advice.survey import comfortable, dense_size, survey
from advisor.advice.tier import current, teachable, tier
from advisor.advice.words_bottleneck import CAUSES, sentence
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.i18n import translator
from advisor.machine import Disk, Machine
from advisor.workload import Workload
from tests.machines import builder_5950x, g480, rtx4090_desktop

GIB = 1 << 30


def _assembled(gpu: str | None, cpu: str | None, ram: float | None) -> Machine:
    return assemble(None, gpu=gpu, gpu_count=1, cpu=cpu, ram_gib=ram)


KNOWN = {
    "old laptop": (g480(), "gpu"),
    "16 cores without a card": (builder_5950x(), "gpu"),
    "RTX 4090 desktop": (rtx4090_desktop(), "vram"),
    "Apple M4 16 GB": (_assembled("Apple M4", None, 16), "ram"),
    "RX 580": (_assembled("RX 580", "i5-12400", 16), "runtime"),
    "EPYC without a card": (_assembled(None, "EPYC 7763", 512), "gpu"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_machines_are_held_back_by_what_people_would_name(name: str) -> None:
    machine, code = KNOWN[name]
    found = bottleneck(machine)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("name", KNOWN)
def test_before_the_change_stands_what_the_tier_names(name: str) -> None:
    """One estimator, one catalogue: the section's sentences agree."""
    machine = KNOWN[name][0]
    found, stated = bottleneck(machine), tier(survey(machine, Workload(), "free", ("run", "qlora")))
    assert found is not None
    seen = survey(machine, Workload(), "free", ("run", "qlora"))
    largest = max(dense_size(a.model) for a in seen.estimates["run"] if current(a.model) and comfortable(a))
    assert found.before.run is not None
    assert dense_size(found.before.run.model) == largest
    trained = [dense_size(a.model) for a in seen.estimates["qlora"] if current(a.model) and teachable(a)]
    assert (found.before.train is None) == (not trained)
    assert stated.inference is not None


def test_a_full_disk_holds_a_large_machine_back() -> None:
    machine = replace(
        rtx4090_desktop(), disks=(Disk(name="d", kind="nvme", total_bytes=500 * GIB, free_bytes=2 * GIB),)
    )
    found = bottleneck(machine)
    assert found is not None
    assert found.code == "disk"
    assert found.values["free_bytes"] == 2 * GIB
    assert found.before.run is not None
    assert found.after.run is not None
    assert dense_size(found.after.run.model) > dense_size(found.before.run.model)


def test_nothing_is_compared_where_the_memory_speed_is_unknown() -> None:
    assert bottleneck(Machine()) is None


def test_a_laptop_is_not_told_to_put_a_card_in() -> None:
    found = bottleneck(g480())
    assert found is not None
    assert "on a computer with" in sentence(found, translator("en"))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", KNOWN)
def test_it_is_one_sentence(name: str, language: str) -> None:
    text = sentence(bottleneck(KNOWN[name][0]), translator(language))
    assert "{" not in text
    assert text.endswith((".", "。"))
    assert ". " not in text.rstrip(".")


def test_every_part_has_words() -> None:
    assert {part.code for part in rules().parts} <= set(CAUSES)


def test_wrong_rules_are_refused_with_their_place(tmp_path: Path) -> None:
    content = json.loads(BOTTLENECKS_FILE.read_text(encoding="utf-8"))
    content["parts"][0]["code"] = "keyboard"
    path = tmp_path / "bottlenecks.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"bottlenecks\.json"):
        load_rules(path)


@pytest.mark.parametrize(
    ("machine", "fixed"),
    [
        (_assembled(None, "Core i5-10210U", 8), True),  # only sold in laptops, though nothing tells the case
        (_assembled(None, "Cortex-A76", 8), True),
        (_assembled(None, "Ryzen 5 5600", 16), False),
    ],
)
def test_a_card_is_named_as_another_computers_where_none_can_be_put_in(machine: Machine, fixed: bool) -> None:
    found = bottleneck(machine)
    assert found is not None
    assert found.code == "gpu"
    assert ("on a computer with a" in sentence(found, translator("en"))) is fixed
