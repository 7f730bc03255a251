"""What lies in which memory: parts fill each pool, words claim no more than is known, one scale shows them all."""

from dataclasses import replace

from advisor.catalog.kept_memory import kept_memory
from advisor.catalog.models import find_model
from advisor.estimator.estimate import estimate
from advisor.i18n import translator
from advisor.machine import Gpu, Machine, Memory
from advisor.ui.memory import said
from advisor.ui.memory.pools import NEEDLE, Limit, Pool, beside, limits, longest, pools
from advisor.workload import Workload
from tests.machines import g480, macbook_m4, rtx4090_desktop
from tests.ui.helpers import GIB, MACHINE


def _pools(machine: Machine, model: str, workload: Workload) -> tuple[Pool, ...]:
    return pools(machine, estimate(machine, find_model(model), workload), "free")


def test_parts_fill_each_pool_to_the_byte() -> None:
    """Offload, one card, RAM, training: the coloured parts of a bar are all that the bar claims to need."""
    for machine in (g480(), rtx4090_desktop(), macbook_m4()):
        for model in ("qwen2.5-0.5b", "llama-3.1-8b", "qwen2.5-72b"):
            for task in ("inference", "lora", "full"):
                for pool in _pools(machine, model, Workload(task=task)):
                    assert sum(part.bytes for part in pool.parts) == pool.used, (model, task, pool)
                    assert pool.low <= pool.used <= pool.high


def test_offload_lies_in_both_and_each_says_what_is_free() -> None:
    """Half of a 72B model on a card, the other half in RAM; what the desktop keeps is the rest of the capacity."""
    card, ram = _pools(rtx4090_desktop(), "qwen2.5-72b", Workload())
    assert (card.device, ram.device) == ("gpu0", "ram")
    assert {part.name for part in card.parts} == {"weights", "kv_cache", "compute_buffer", "runtime"}
    assert not card.short
    assert card.capacity is not None
    assert card.available is not None
    assert card.kept == card.capacity - card.available > 0
    assert len(beside((card, ram), estimate(rtx4090_desktop(), find_model("qwen2.5-72b"), Workload()).memory)) == 2  # type: ignore[arg-type]


def test_unified_memory_is_one_pool() -> None:
    """A Mac's GPU and processor share one memory: no second bar repeats it."""
    found = _pools(macbook_m4(), "llama-3.1-8b", Workload())
    assert len(found) == 1
    assert found[0].shared
    assert [line.kind for line in limits(found, divides=True)] == ["shared"]


def test_free_memory_that_nobody_stated_is_called_assumed() -> None:
    """A dump seldom tells what is free; a card that is full is full."""
    _ = translator("en")
    card = Gpu(name="RTX 4060", kind="discrete", vendor="NVIDIA", usable=True, engines=("cuda",),
               vram_bytes=8 * GIB, vram_available_bytes=0)  # fmt: skip
    dumped = replace(MACHINE, memory=Memory(total_bytes=8 * GIB), gpus=(card, replace(card, vram_available_bytes=None)))
    found = {pool.device: pool for pool in _pools(dumped, "qwen2.5-0.5b", Workload())}
    assumed = kept_memory().by_system(8 * GIB)
    assert found["ram"].kept == assumed > 0
    assert [found[name].stated for name in ("ram", "gpu0", "gpu1")] == [False, True, False]
    assert said.figure(_, found["gpu0"], "free") == "0 GiB free"
    assert "about" in said.figure(_, found["gpu1"], "free")
    assert "assumed" in said.pool_hint(_, found["ram"], "free")
    assert "assumed" not in said.pool_hint(_, found["gpu0"], "free")


def test_all_of_the_memory_counts_where_its_user_says_so() -> None:
    """With the whole memory as budget nothing is kept, and the words say "of"."""
    machine = g480()
    (ram,) = pools(machine, estimate(machine, find_model("llama-3.1-8b"), Workload(), "total"), "total")
    assert ram.kept == 0
    assert said.figure(translator("en"), ram, "total").endswith("of 11.7 GiB")


def test_one_scale_shows_a_needle_and_a_giant() -> None:
    """A model far smaller than the memory has a fifth of the width; one far larger takes all of it."""
    small = Pool("ram", "", 128 * GIB, 120 * GIB, used=GIB, high=GIB)
    assert longest([small]) == NEEDLE * GIB
    giant = Pool("ram", "", 12 * GIB, 8 * GIB, used=700 * GIB, high=720 * GIB)
    assert longest([small, giant]) == 720 * GIB
    assert longest([replace_used(small)]) == 128 * GIB
    assert longest([]) == 0


def replace_used(pool: Pool) -> Pool:
    """The same memory with nothing in it."""
    return pool._replace(used=0, high=0)


def test_lines_of_capacity_follow_what_can_be_divided() -> None:
    """llama.cpp divides a model over cards and RAM; training lies on the largest card or in RAM."""
    found = (Pool("gpu0", "A", 24, 20), Pool("gpu1", "B", 12, 10), Pool("ram", "", 64, 50))
    assert limits(found, divides=True) == (Limit("vram", 30), Limit("both", 80))
    assert limits(found, divides=False) == (Limit("vram", 20), Limit("ram", 50))
    assert limits((Pool("ram", "", None, None),), divides=True) == ()
