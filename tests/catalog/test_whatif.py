"""What-if machines: from nothing, from this machine, and refusals."""

import pytest

from advisor.catalog.complete import complete
from advisor.catalog.whatif import assemble
from advisor.errors import UserError
from advisor.machine import Cpu, Gpu, Machine, Memory, MemoryModule

GIB = 1 << 30


def base() -> Machine:
    """A PC with 16 GB, 6 of them in use, an old card and built-in graphics."""
    modules = (MemoryModule(size_bytes=12 * GIB, kind="DDR4", speed_mts=3200), MemoryModule(size_bytes=4 * GIB))
    return complete(
        Machine(
            os_family="linux",
            cpu=Cpu(name="Intel(R) Core(TM) i7-9700 CPU @ 3.00GHz", cores=8, threads=8),
            memory=Memory(total_bytes=16 * GIB, available_bytes=10 * GIB, modules=modules),
            gpus=(
                Gpu(name="Intel(R) UHD Graphics 630", kind="integrated"),
                Gpu(name="GeForce GT 710", kind="discrete", vram_bytes=2 * GIB, driver="nouveau"),
            ),
        )
    )


def test_from_nothing() -> None:
    """Parts of the catalogue, each with its source; free memory is assumed and says so."""
    machine = assemble(None, gpu="RTX 3060 12GB", gpu_count=2, cpu="Ryzen 9 5950X", ram_gib=64)
    assert machine.source == "catalogue"
    assert [gpu.vram_bytes for gpu in machine.gpus] == [12 * GIB, 12 * GIB]
    assert all(gpu.usable and gpu.engines == ("cuda", "vulkan") for gpu in machine.gpus)
    assert (machine.cpu.cores, machine.memory.kind, machine.memory.bandwidth_bytes_per_s) == (16, "DDR4", 51.2e9)
    assert machine.memory.available_bytes == 60 * GIB
    assert machine.memory.origin("available_bytes").kind == "assumed"
    assert machine.gpus[0].origin("bandwidth_bytes_per_s").kind == "looked_up"


def test_what_is_not_wished_stays_unknown() -> None:
    """A card alone has no processor and no memory."""
    machine = assemble(None, gpu="RTX 4090", cpu=None, ram_gib=None)
    assert (machine.cpu.name, machine.memory.total_bytes) == (None, None)


def test_another_card_in_this_machine() -> None:
    """The card is replaced, built-in graphics and everything else stay."""
    before = base()
    machine = assemble(before, gpu="RTX 3090", cpu=None, ram_gib=None)
    assert [gpu.name for gpu in machine.gpus] == ["GeForce RTX 3090", "Intel(R) UHD Graphics 630"]
    assert machine.gpus[0].usable is True
    assert (machine.cpu, machine.memory) == (before.cpu, before.memory)


def test_more_memory_in_this_machine() -> None:
    """The new size less what is used now; the old modules' remark goes, their speed stays."""
    before = base()
    machine = assemble(before, gpu=None, cpu=None, ram_gib=32)
    assert (machine.memory.total_bytes, machine.memory.available_bytes) == (32 * GIB, 26 * GIB)
    assert machine.memory.bandwidth_bytes_per_s == before.memory.bandwidth_bytes_per_s
    assert before.notes
    assert not machine.notes


def test_another_processor_brings_its_own_memory_speed() -> None:
    """DDR4-3200 of the old board says nothing about a new one; the old chip's graphics leave with it."""
    machine = assemble(base(), gpu=None, cpu="Ryzen 7 7700", ram_gib=None)
    assert (machine.memory.kind, machine.memory.bandwidth_bytes_per_s) == ("DDR5", 83.2e9)
    assert [gpu.name for gpu in machine.gpus] == ["GeForce GT 710"]
    assert machine.memory.total_bytes == 16 * GIB


def test_a_unified_chip_is_a_whole_machine() -> None:
    """An M4 Max brings processor and memory: the size wished, or the smallest sold."""
    machine = assemble(None, gpu="M4 Max 64GB", cpu=None, ram_gib=None)
    assert (machine.cpu.name, machine.memory.total_bytes) == ("Apple M4 Max", 64 * GIB)
    assert machine.memory.bandwidth_bytes_per_s == machine.gpus[0].bandwidth_bytes_per_s == 546e9
    assert machine.gpus[0].engines == ("metal",)
    assert assemble(None, gpu="GB10", cpu=None, ram_gib=None).memory.total_bytes == 128 * GIB


def test_the_memory_size_chooses_among_a_names_chips() -> None:
    """A 4 GB GT 730 keeps its own figures through completion."""
    (card,) = assemble(None, gpu="GT 730 4GB", cpu=None, ram_gib=8).gpus
    assert (card.vram_bytes, card.bandwidth_bytes_per_s) == (4 * GIB, 14.4e9)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"gpu": "RTX 3060"}, "several devices have this name"),
        ({"gpu": "RTX 9999"}, "not in the catalogue"),
        ({"cpu": "Pentium 17"}, "not in the catalogue"),
        ({"gpu": "RTX 4090", "gpu_count": 0}, "--gpu-count: 0 is not"),
        ({"gpu": "Apple M4", "gpu_count": 4}, "--gpu-count: Apple M4 is part of a processor; a machine has one of it"),
        ({"gpu": "UHD Graphics 770", "gpu_count": 2}, "--gpu-count: UHD Graphics 770 is part of a processor"),
        ({"ram_gib": 0}, "--ram: 0 is not"),
        ({"ram_gib": float("nan")}, "--ram: nan is not"),
    ],
)
def test_impossible_wishes_are_refused(wish: dict[str, object], message: str) -> None:
    """One sentence that names the option or the device."""
    arguments: dict[str, object] = {"gpu": None, "cpu": None, "ram_gib": None, **wish}
    with pytest.raises(UserError, match=message):
        assemble(None, **arguments)  # type: ignore[arg-type]
