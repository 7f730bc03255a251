"""Single wished parts: prices with their date, what speaks against them, and what they change."""

from dataclasses import replace

import pytest

from advisor.advice.compared import compared, sentence
from advisor.advice.parts import card_remarks, gpu_price, memory_remarks, module_sizes, ram_price, usual_slots
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.i18n import translator
from advisor.machine import Machine
from advisor.workload import Workload

_ = translator("en")
GIB = 1 << 30


def desktop() -> Machine:
    return assemble(None, gpu="GeForce RTX 3060 12 GB", cpu="Ryzen 9 5950X", ram_gib=32)


def test_prices_have_a_date_and_a_kind() -> None:
    """A card's used price where the rules state one, else its launch price; no price for what is not sold alone."""
    used, launch = gpu_price("GeForce RTX 3090"), gpu_price("RTX 4090")
    assert used is not None
    assert launch is not None
    assert (used.kind, launch.kind, launch.date) == ("used", "launch", "2022")
    for name in ("Apple M4", "GeForce RTX 4060 Laptop GPU", "no such card"):
        assert gpu_price(name) is None
    sixteen, thirty_two = ram_price(desktop(), 16), ram_price(desktop(), 32)
    assert sixteen is not None
    assert thirty_two is not None
    assert thirty_two.low == pytest.approx(2 * sixteen.low)


def test_a_laptop_takes_no_card_and_soldered_memory_stays() -> None:
    """Said in words before anything is bought."""
    laptop = replace(desktop(), chassis="laptop")
    after = assemble(laptop, gpu="GeForce RTX 4090", cpu=None, ram_gib=None)
    assert any("laptop" in one for one in card_remarks(_, laptop, after, "GeForce RTX 4090", beside=False))
    soldered = replace(laptop, memory=replace(laptop.memory, kind="LPDDR5"))
    assert "soldered" in memory_remarks(_, soldered, 64, 2)[0]
    mac = assemble(None, gpu="Apple M4", cpu=None, ram_gib=16)
    assert "neither can be extended" in memory_remarks(_, mac, 64, 0)[0]
    assert module_sizes(mac) == ()


def test_a_desktop_is_told_of_power_slots_and_limits() -> None:
    """The power that a card draws, a free slot for one more, modules beyond what usual boards take."""
    base = desktop()
    after = assemble(base, gpu="GeForce RTX 4090", cpu=None, ram_gib=None, beside=True)
    remarks = card_remarks(_, base, after, "GeForce RTX 4090", beside=True)
    assert "free slot" in remarks[0]
    assert any(" W" in one for one in remarks)
    assert memory_remarks(_, base, 64, 2) == []
    assert usual_slots(base) == 4
    assert len(memory_remarks(_, base, 256, 8)) == 2


def test_a_card_beside_another_and_modules_make_the_machine() -> None:
    """Both cards are there, the first keeps the screen's memory; modules tell channels and bandwidth."""
    base = desktop()
    both = assemble(base, gpu="GeForce RTX 4090", cpu=None, ram_gib=None, beside=True)
    assert [gpu.name for gpu in both.gpus] == ["GeForce RTX 3060 12 GB", "GeForce RTX 4090"]
    assert both.gpus[1].vram_available_bytes == both.gpus[1].vram_bytes
    one = assemble(base, gpu=None, cpu=None, ram_gib=None, modules=(16,))
    two = assemble(base, gpu=None, cpu=None, ram_gib=None, modules=(16, 16))
    assert (one.memory.channels, two.memory.channels) == (1, 2)
    assert two.memory.total_bytes == 32 * GIB
    assert one.memory.bandwidth_bytes_per_s
    assert two.memory.bandwidth_bytes_per_s == 2 * one.memory.bandwidth_bytes_per_s
    with pytest.raises(UserError):
        assemble(base, gpu=None, cpu=None, ram_gib=None, modules=(0,))


def test_what_two_machines_differ_in_is_counted_both_ways() -> None:
    """A stronger machine gains what the weaker one loses; a machine beside itself changes nothing."""
    weak, strong = desktop(), assemble(None, gpu="GeForce RTX 4090", cpu="Ryzen 9 5950X", ram_gib=64)
    up, down = (compared(*pair, Workload(), "free") for pair in ((weak, strong), (strong, weak)))
    assert up.more_run == down.fewer_run > 10
    assert up.fewer_run == down.more_run == 0
    assert up.more_train == down.fewer_train > 0
    assert up.factor is not None
    assert up.factor > 1.5
    assert f"+{up.more_run} models run" in sentence(_, up)
    assert f"−{up.more_run} models run" in sentence(_, down)
    assert sentence(_, compared(weak, weak, Workload(), "free")) == "runs and fine-tunes the same models"
