"""Upgrades: gains are what a fresh survey finds, the best value comes first, and nothing absurd is offered."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from advisor.advice import words_upgrades
from advisor.advice.picks import picks
from advisor.advice.result import Upgrade
from advisor.advice.survey import comfortable, realistic, survey
from advisor.advice.training_rules import cloud_rules
from advisor.advice.upgrade_form import takes_cards
from advisor.advice.upgrade_rules import UPGRADES_FILE, load_upgrades, upgrade_rules
from advisor.advice.upgrades import upgrades, worth_most
from advisor.catalog.gpus import find_gpu
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.i18n import translator
from advisor.machine import Cpu, Gpu, Machine, MemoryModule
from advisor.workload import Workload
from tests.machines import GIB, builder_5950x, g480, rtx4090_desktop


def office_laptop() -> Machine:
    """8 GB of DDR4 in one module of a laptop with two channels."""
    machine = assemble(None, gpu=None, cpu="Core i5-8250U", ram_gib=8)
    module = MemoryModule(size_bytes=8 * GIB, kind="DDR4", speed_mts=2400)
    memory = replace(
        machine.memory, channels=1, kind="DDR4", speed_mts=2400, bandwidth_bytes_per_s=19.2e9, modules=(module,)
    )
    return replace(machine, chassis="laptop", memory=memory)


def offered(machine: Machine) -> tuple[Upgrade, ...]:
    found = survey(machine, Workload(), "free")
    return upgrades(found, picks(found))


MACHINES: dict[str, Callable[[], Machine]] = {
    "G480": g480,
    "5950X": builder_5950x,
    "RTX 4090": rtx4090_desktop,
    "M4": lambda: assemble(None, gpu="Apple M4", cpu=None, ram_gib=16),
    "RTX 3060": lambda: assemble(None, gpu="GeForce RTX 3060 12 GB", cpu="Ryzen 9 5950X", ram_gib=32),
    "H100": lambda: assemble(None, gpu="H100 SXM5 80 GB", cpu="EPYC 9654", ram_gib=512),
    "office": office_laptop,
}


@pytest.fixture(scope="module", params=MACHINES)
def case(request: pytest.FixtureRequest) -> tuple[Machine, tuple[Upgrade, ...]]:
    machine = MACHINES[request.param]()
    return machine, offered(machine)


def test_the_best_value_comes_first_and_what_has_no_price_after_it(case: tuple[Machine, tuple[Upgrade, ...]]) -> None:
    counted = [u for u in case[1] if u.new_run is not None]
    priced = [u.value for u in counted if u.value is not None]
    assert priced == sorted(priced, reverse=True)
    rest = [u for u in counted if u.value is None]
    assert counted[len(priced) :] == rest
    assert [u.gain for u in rest] == sorted((u.gain for u in rest), reverse=True)
    best = worth_most(case[1])
    assert best is None or best.gain >= upgrade_rules().gain.least
    assert best is None or best == next(u for u in counted if u.gain >= upgrade_rules().gain.least)


def test_every_price_has_a_date_and_every_word_is_filled(case: tuple[Machine, tuple[Upgrade, ...]]) -> None:
    for language in ("en", "zh-CN"):
        _ = translator(language)
        for u in case[1]:
            if u.price is not None:
                assert u.price.low <= u.price.high
                assert u.price.date[:2] == "20"
                assert u.price.date in words_upgrades.price(_, u.price)
            shown = words_upgrades.change(_, u) + words_upgrades.warnings(_, u)
            assert "{" not in shown
            assert "None" not in shown


def test_gains_are_those_of_a_fresh_survey() -> None:
    """Only what was not possible yet is estimated again; the counts are the same as if everything were."""
    machine = builder_5950x()
    before = survey(machine, Workload(), "free", ("run", "qlora"))
    one = next(u for u in offered(machine) if u.code == "gpu")
    after = survey(assemble(machine, gpu=str(one.values["gpu"]), cpu=None, ram_gib=None), Workload(), "free")
    for method, wanted, count in (("run", comfortable, one.new_run), ("qlora", realistic, one.new_train)):
        pairs = zip(before.estimates[method], after.estimates[method], strict=True)  # type: ignore[index]
        assert count == sum(wanted(new) and not wanted(old) for old, new in pairs)


def test_no_card_goes_into_a_laptop_and_external_ones_are_told_of_honestly() -> None:
    for machine, code in ((g480(), "external_seldom"), (office_laptop(), "external")):
        found = offered(machine)
        assert not [u for u in found if u.code in ("gpu", "one_more_gpu")]
        assert code in {u.code for u in found}
        assert {"named_computer", "other_computer"} <= {u.code for u in found}


def test_memory_grows_to_what_such_boards_take() -> None:
    """A laptop of 2012 takes two modules of 8 GB: no 32 GB for it, and both are in use."""
    sizes = [u.values["to_bytes"] for u in offered(g480()) if u.code == "more_ram"]
    assert sizes == [16 * GIB]
    warned = {w.code for u in offered(g480()) if u.code == "more_ram" for w in u.warnings}
    assert "modules_replaced" in warned


def test_a_second_module_doubles_the_speed_of_a_laptop_with_one_and_is_the_best_value() -> None:
    best = worth_most(offered(office_laptop()))
    assert best is not None
    assert best.code == "second_module"
    assert best.decode == pytest.approx(2.0, rel=0.1)
    assert best.price is not None
    assert best.price.high < 200


def test_soldered_memory_and_accelerators_are_not_extended() -> None:
    laptop = office_laptop()
    soldered = replace(laptop, memory=replace(laptop.memory, kind="LPDDR4X"))
    assert not {u.code for u in offered(soldered)} & {"more_ram", "second_module"}
    assert "one_more_gpu" not in {u.code for u in offered(MACHINES["H100"]())}


def test_a_card_is_never_smaller_than_what_is_there(case: tuple[Machine, tuple[Upgrade, ...]]) -> None:
    machine, found = case
    have = sum(g.vram_bytes or 0 for g in machine.gpus if g.usable)
    for u in found:
        if u.code in ("gpu", "one_more_gpu"):
            size = u.values["vram_bytes"]
            assert isinstance(size, int)
            assert size > have


def test_power_and_room_are_warned_of() -> None:
    for u in offered(builder_5950x()):
        if u.code == "gpu":
            codes = {w.code for w in u.warnings}
            assert codes & {"power_supply", "power"}
            assert "slots" in codes


def test_a_machine_with_one_card_is_offered_a_second_of_its_kind() -> None:
    second = next(u for u in offered(rtx4090_desktop()) if u.code == "one_more_gpu")
    assert second.values["count"] == 2
    assert second.new_run is not None
    assert second.new_run > 0


def test_a_virtual_machine_is_told_to_ask_its_host() -> None:
    found = offered(replace(builder_5950x(), environment=("vm",)))
    assert found[0].code == "virtual"
    assert all(u.new_run is None for u in found)


def test_an_old_desktop_is_offered_no_card_of_the_highest_class() -> None:
    old = replace(g480(), chassis="desktop", battery=replace(g480().battery, present=False))
    names = {u.values["gpu"] for u in offered(old) if u.code == "gpu"}
    assert names
    assert "GeForce RTX 5090" not in names


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", {}),
        ("AMD Ryzen 7 5700U with Radeon Graphics", {}),
        ("Intel(R) Core(TM) i7-2600 CPU @ 3.40GHz", {"model": "iMac12,2"}),
        ("Intel(R) Core(TM) i5-5250U CPU @ 1.60GHz", {"model": "NUC5i5RYB", "chassis": "desktop"}),
        ("Apple M1", {}),
        ("ARM Cortex-A72", {"architecture": "arm64"}),
        ("Intel(R) Pentium(R) 4 CPU 3.00GHz", {"features": frozenset({"sse4_2"})}),
    ],
)
def test_no_card_where_none_fits(name: str, changes: dict[str, Any]) -> None:
    """Known by the processor, the maker or the model, though no dump tells the case."""
    of_cpu = {"architecture": "x86_64"} | {k: v for k, v in changes.items() if k in ("architecture", "features")}
    of_machine = {k: v for k, v in changes.items() if k in ("model", "chassis")}
    assert not takes_cards(Machine(cpu=Cpu(name=name, **of_cpu), **of_machine))


@pytest.mark.parametrize("name", ["Intel(R) Core(TM) i7-2600K CPU @ 3.40GHz", "AMD Ryzen 9 5950X 16-Core Processor"])
def test_desktop_processors_take_cards(name: str) -> None:
    assert takes_cards(Machine(cpu=Cpu(name=name, architecture="x86_64", features=frozenset({"avx"}))))


def test_nothing_is_claimed_of_a_machine_whose_speed_is_unknown() -> None:
    """An accelerator's own dump tells nothing of the rest: no smaller card is offered to its owner."""
    blank = Machine(gpus=(Gpu(name="NVIDIA H200", vendor="NVIDIA", kind="discrete", vram_bytes=141 * GIB),))
    found = offered(blank)
    assert found[0].code == "unknown"
    assert all(u.new_run is None for u in found)


def test_every_card_and_computer_of_the_list_is_in_the_catalogue() -> None:
    rules = upgrade_rules()
    for card in rules.cards:
        assert find_gpu(card.gpu).name == card.gpu
    for one in rules.computers:
        assert assemble(None, gpu=one.gpu, cpu=one.cpu, ram_gib=one.ram_gib).gpus


@pytest.mark.parametrize(
    ("place", "wrong", "named"),
    [
        ("cards", {"psu_w": "much"}, "psu_w"),
        ("cards", {"price": {"low": 5, "high": 4, "date": "2026", "kind": "used", "source": "x"}}, "high"),
        ("cards", {"price": {"low": 5, "high": 6, "kind": "used", "source": "x"}}, "date"),
        ("computers", {"ram_gib": 0}, "ram_gib"),
        ("computers", {"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(place: str, wrong: dict[str, object], named: str, tmp_path: Path) -> None:
    content = json.loads(UPGRADES_FILE.read_text("utf-8"))
    content[place][0] |= wrong
    path = tmp_path / "upgrades.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(UserError, match=named):
        load_upgrades(path)


def test_a_card_alone_is_compared_with_larger_cards() -> None:
    """Nothing told of the memory: a larger card still holds more than the one there is."""
    found = [u for u in offered(assemble(None, gpu="GeForce RTX 4060", cpu=None, ram_gib=None)) if u.code == "gpu"]
    larger = next(u for u in found if u.values["gpu"] == "GeForce RTX 3090")
    assert larger.new_run
    assert larger.new_train
    assert larger.largest is not None
    assert larger.largest.memory is not None
    assert larger.largest.memory.total > 8 * GIB


def test_prices_agree_with_those_of_buying_instead_of_renting() -> None:
    """One card has one price in a report."""
    bought = {sale.gpu: (sale.low, sale.high, sale.date) for sale in cloud_rules().cards}
    offered_at = {c.gpu: (c.price.low, c.price.high, c.price.date) for c in upgrade_rules().cards if c.price}
    shared = bought.keys() & {card.gpu for card in upgrade_rules().cards}
    assert shared
    assert {gpu: offered_at.get(gpu) for gpu in shared} == {gpu: bought[gpu] for gpu in shared}


def test_more_memory_than_brings_anything_more_is_not_offered(case: tuple[Machine, tuple[Upgrade, ...]]) -> None:
    sizes = sorted((int(str(u.values["to_bytes"])), u.gain) for u in case[1] if u.code == "more_ram")
    assert all(larger[1] > smaller[1] for smaller, larger in pairwise(sizes))


def test_where_no_card_fits_the_report_says_so() -> None:
    """Other computers are offered instead of cards: the reader is told why."""
    found = offered(assemble(None, gpu=None, cpu="Cortex-A76", ram_gib=8))
    assert not [u for u in found if u.code in ("gpu", "one_more_gpu")]
    assert "closed" in [u.code for u in found]
