"""What systems keep of the memory: one value each, the same for machines read and machines imagined."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.catalog.complete import complete
from advisor.catalog.kept_memory import KEPT_MEMORY_FILE, kept_memory, load_kept_memory
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.estimator.ground import ground
from advisor.machine import Gpu, Machine, Memory

GIB = 1 << 30


@pytest.mark.parametrize("gib", [8, 12, 64])
def test_a_machine_without_free_memory_is_taken_like_an_imagined_one(gib: int) -> None:
    """The system keeps the same of both; the reserve of memory that is known to be free comes on top."""
    imagined = assemble(None, gpu=None, cpu="Ryzen 9 5950X", ram_gib=gib).memory.available_bytes
    silent = Machine(memory=Memory(total_bytes=gib * GIB))
    assert ground(silent, "free").ram.available == imagined == gib * GIB - kept_memory().by_system(gib * GIB)


def test_a_card_without_free_memory_is_taken_like_an_imagined_one() -> None:
    """The screen keeps the same of both, and nothing of an accelerator without one."""
    for name, kept in (("RTX 4090", kept_memory().screen_bytes), ("H100 PCIe", 0)):
        place = assemble(None, gpu=name, cpu=None, ram_gib=None)
        card = place.gpus[0]
        assert card.vram_bytes is not None
        assert card.vram_available_bytes == card.vram_bytes - kept
        silent = replace(place, gpus=(replace(card, vram_available_bytes=None),))
        assert ground(silent, "free").cards[0].available == card.vram_available_bytes


def test_metal_s_share_has_one_place() -> None:
    """A Mac whose system says nothing, completed or not."""
    apple = Gpu(name="Apple M2", vendor="Apple", kind="unified", vram_bytes=0, engines=("metal",), usable=True)
    for gib, share in ((24, 16), (64, 48)):
        place = Machine(memory=Memory(total_bytes=gib * GIB, available_bytes=gib * GIB), gpus=(apple,))
        pool = ground(place, "total").pool
        assert pool is not None
        assert pool.available == complete(place).gpus[0].shared_bytes == share * GIB


def test_a_wrong_value_is_named(tmp_path: Path) -> None:
    """File, part and field."""
    content = json.loads(KEPT_MEMORY_FILE.read_text(encoding="utf-8"))
    content["system"]["share"] = 2
    path = tmp_path / "kept.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"kept.json: system.*share"):
        load_kept_memory(path)


def test_a_context_s_range_is_in_order_and_named_when_it_is_not(tmp_path: Path) -> None:
    """Every engine has one; nothing is known of others."""
    kept = kept_memory()
    for engine in ("cuda", "rocm", "vulkan", "metal", "sycl"):
        low, high = kept.context(engine)
        assert 0 <= low < high < GIB
    assert kept.context("abacus") == (0, 0)
    content = json.loads(KEPT_MEMORY_FILE.read_text(encoding="utf-8"))
    content["contexts"]["cuda"]["low_bytes"] = 1 << 40
    path = tmp_path / "kept.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"kept.json: contexts.*cuda.*low_bytes"):
        load_kept_memory(path)
