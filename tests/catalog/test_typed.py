"""A computer typed into a form: what is stated counts, the rest is unknown; the old laptop's verdicts stay the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor import dumps
from advisor.catalog import cpus, gpus
from advisor.catalog.built_in import built_in, built_in_graphics, load_built_in
from advisor.catalog.complete import complete
from advisor.catalog.models import catalogue
from advisor.catalog.typed import FASTEST, NOT_STATED, Parts, memory_kind, modules_of, own_graphics, problems, typed
from advisor.errors import UserError
from advisor.estimator.estimate import estimate
from advisor.machine import Machine, value_fields
from advisor.workload import METHODS, Workload, for_method
from tests.machines import g480

GIB = 1 << 30
G480 = Parts(
    model="Lenovo G480", chassis="laptop", os_family="windows", cpu="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz",
    ram_gib=11.7, modules=(4, 8), memory=FASTEST, cards=(("NVIDIA GeForce 610M", 1),), disk_free_gib=83,
    disk_kind="hdd",
)  # fmt: skip


def test_the_old_laptop_as_its_owner_describes_it() -> None:
    """Every part that was named is there, its processor's graphics came with it, and neither card can be used."""
    machine = typed(G480)
    assert (machine.source, machine.model, machine.os_family) == ("catalogue", "Lenovo G480", "windows")
    assert (machine.cpu.name, machine.cpu.cores, machine.cpu.threads) == ("Core i5-3210M", 2, 4)
    assert [(gpu.name, gpu.vram_bytes, gpu.usable) for gpu in machine.gpus] == [
        ("GeForce 610M", GIB, False),
        ("HD Graphics 4000", 0, False),
    ]
    memory = machine.memory
    assert (memory.total_bytes, memory.installed_bytes) == (round(11.7 * GIB), 12 * GIB)
    assert (memory.kind, memory.channels, memory.bandwidth_bytes_per_s) == ("DDR3", 2, 25.6e9)
    assert memory.origin("total_bytes").detail == "as typed"
    assert (machine.disks[0].kind, machine.disks[0].free_bytes) == ("hdd", 83 * GIB)


def test_what_is_not_stated_says_so() -> None:
    """Free memory, battery, system version: unknown, "not stated"; nothing is invented."""
    machine = typed(Parts(ram_gib=16))
    assert (machine.gpus, machine.disks) == ((), ())
    for part in (machine, machine.cpu, machine.memory, machine.battery):
        for name in value_fields(part):
            if getattr(part, name) is None:
                assert part.origin(name) == NOT_STATED, name
    assert [name for name in value_fields(machine.memory) if getattr(machine.memory, name) is not None] == [
        "total_bytes"
    ]


@pytest.mark.parametrize("budget", ["free", "total"])
def test_typed_and_dumped_give_the_same_verdicts(budget: str) -> None:
    """Every model with every method; a dump that does not tell how much memory is free stands beside it."""
    dumped = g480()
    dumped = replace(dumped, memory=replace(dumped.memory, available_bytes=None), source="dump")
    assert verdicts(typed(G480), budget) == verdicts(dumped, budget)


def test_a_recorded_laptop_typed_in_gives_its_dumps_verdicts() -> None:
    """The firmware's tables of a real G480 with two modules of 4 GB, beside what its owner would type."""
    folder = Path(__file__).parents[3] / "shared" / "fixtures" / "linuxhw-dmi"
    found = list(folder.glob("G480_20149__D548C353814F.txt"))
    if not found:
        pytest.skip("the shared folder with recorded outputs is not beside the checkout")
    dumped = complete(dumps.load(found[0]))
    described = typed(Parts(model="Lenovo G480", cpu="i5-3210M", modules=(4, 4), memory="DDR3-1600"))
    assert described.memory.bandwidth_bytes_per_s == dumped.memory.bandwidth_bytes_per_s
    assert verdicts(described, "free") == verdicts(dumped, "free")


def verdicts(machine: Machine, budget: str) -> list[str]:
    columns = [for_method(Workload(), method) for method in METHODS]
    return [
        estimate(machine, model, column, budget).verdict  # type: ignore[arg-type]
        for model in catalogue()
        for column in columns
    ]


@pytest.mark.parametrize(
    ("parts", "channels", "bandwidth"),
    [
        (Parts(cpu="i5-3210M", ram_gib=8, module_count=1, memory="DDR3-1600"), 1, 12.8e9),
        (Parts(cpu="i5-3210M", ram_gib=8, module_count=2, memory="DDR3-1333"), 2, 1333e6 * 16),
        (Parts(cpu="Ryzen 9 5950X", ram_gib=64, module_count=4, memory=FASTEST), 2, 51.2e9),
        (Parts(cpu="Ryzen 9 5950X", modules=(16, 16), memory="DDR4-3600"), 2, 57.6e9),
        (Parts(cpu="Ryzen 9 5950X", ram_gib=64, memory="DDR4-2666"), None, 2666e6 * 16),
        (Parts(cpu="Ryzen 9 5950X", ram_gib=64), None, 51.2e9),
        (Parts(cpu="EPYC 7543", ram_gib=256, module_count=8, memory=FASTEST), 8, 204.8e9),
    ],
)
def test_memory_moves_as_fast_as_was_stated(parts: Parts, channels: int | None, bandwidth: float) -> None:
    """Modules and speed where they are named, else the bound of the processor."""
    memory = typed(parts).memory
    assert memory.channels == channels
    assert memory.bandwidth_bytes_per_s == pytest.approx(bandwidth)


def test_modules_alone_tell_the_size() -> None:
    memory = typed(Parts(modules=(4, 8))).memory
    assert (memory.total_bytes, memory.installed_bytes) == (12 * GIB, 12 * GIB)


def test_chips_with_their_own_memory_are_whole_machines() -> None:
    """An Apple chip and an APU bring the graphics that go by their name; the memory chooses among chips of one name."""
    apple = typed(Parts(cpu="Apple M4 Max", ram_gib=36, os_family="macos"))
    assert [(gpu.kind, gpu.engines) for gpu in apple.gpus] == [("unified", ("metal",))]
    assert typed(Parts(cpu="M4 Max", ram_gib=64)).memory.bandwidth_bytes_per_s == 546e9
    assert [gpu.name for gpu in typed(Parts(cpu="Ryzen AI Max+ 395", ram_gib=128)).gpus] == ["Radeon 8060S"]


def test_built_in_graphics_are_not_counted_twice() -> None:
    """Who types them as a card as well has them once."""
    machine = typed(Parts(cpu="i5-3210M", cards=(("Intel HD Graphics 4000", 1),)))
    assert [gpu.name for gpu in machine.gpus] == ["HD Graphics 4000"]


def test_problems_are_told_by_field() -> None:
    """Each in one sentence; unknown names come with the nearest ones; the first is what `typed` raises."""
    parts = Parts(
        cpu="i5-32100M", ram_gib=16, modules=(4, 8), memory="DDR9x",
        cards=(("RTX 3060", 1), ("RTX 4090", 65), ("HD Graphics 4000", 2)), disk_free_gib=0,
    )  # fmt: skip
    found = {field: str(error) for field, error in problems(parts).items()}
    assert list(found) == ["cpu", "modules", "memory", "disk", "card0", "card1", "card2"]
    assert "nearest names are Core i5-3210M" in found["cpu"]
    assert "make 12 GiB, the memory has 16" in found["modules"]
    assert "GeForce RTX 3060 12 GB" in found["card0"]
    with pytest.raises(UserError, match="i5-32100M"):
        typed(parts)
    assert list(problems(Parts(model="nothing else"))) == ["cpu"]
    assert not problems(Parts(ram_gib=11.7, modules=(4, 8)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DDR3-1600", ("DDR3", 1600)), ("ddr4 3200 MT/s", ("DDR4", 3200)), (" LPDDR5X-7500 ", ("LPDDR5X", 7500)),
        ("DDR3L", ("DDR3L", None)), (None, (None, None)), (FASTEST, (None, None)),
    ],
)  # fmt: skip
def test_kinds_of_memory_are_written_in_many_ways(text: str | None, expected: tuple[str | None, int | None]) -> None:
    assert memory_kind(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ((), None)), ("2", ((), 2)), ("4 + 8", ((4.0, 8.0), None)), ("2 x 8 GB", ((8.0, 8.0), None)),
        ("2×16+4", ((16.0, 16.0, 4.0), None)), ("0.5+1", ((0.5, 1.0), None)),
    ],
)  # fmt: skip
def test_modules_are_written_in_many_ways(text: str, expected: tuple[tuple[float, ...], int | None]) -> None:
    assert modules_of(text) == expected


@pytest.mark.parametrize("text", ["4 + x", "0", "999", "99x8", "1e9", "-4", "4+" * 100, "x" * 10_000])
def test_what_is_no_list_of_modules_is_refused_shortly(text: str) -> None:
    with pytest.raises(UserError, match="were expected") as error:
        modules_of(text)
    assert len(str(error.value)) < 140


@pytest.mark.parametrize(
    ("cpu", "graphics"),
    [
        ("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "HD Graphics 4000"),
        ("Intel(R) Core(TM) i7-4770K CPU @ 3.50GHz", "HD Graphics 4600"),
        ("Celeron B830", "HD Graphics 6EU"),
        ("13th Gen Intel(R) Core(TM) i7-1355U", "Iris Xe Graphics 96EU"),
        ("Core i5-12400", "UHD Graphics 730"),
        ("Core i5-12400F", None),
        ("Core i7-3930K", None),
        ("Core i9-10980XE", None),
        ("AMD Ryzen 9 5950X 16-Core Processor", None),
        ("AMD Ryzen 5 5600G with Radeon Graphics", "Radeon Graphics 448SP"),
        ("AMD Ryzen 7 7840HS w/ Radeon 780M Graphics", "Radeon 780M"),
        ("AMD Ryzen 9 7950X 16-Core Processor", "Radeon Graphics 128SP"),
        ("Xeon E5-2670 v2", None),
    ],
)
def test_which_graphics_a_processor_has(cpu: str, graphics: str | None) -> None:
    found = own_graphics(cpu)
    assert (found.name if found else None) == graphics


def test_the_rules_name_graphics_of_the_catalogue() -> None:
    """Each is there, on a chip; most laptop and desktop processors with graphics are known to have them."""
    assert built_in().source
    for rule in built_in().rules:
        if rule.graphics is not None:
            spec = gpus.find_gpu(rule.graphics)
            assert spec.name == rule.graphics
            assert spec.kind in ("integrated", "unified"), rule.graphics
    known = [name for name in cpus.cpu_names() if built_in_graphics(name)]
    assert len(known) > 800


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"source": "s", "rules": [{"pattern": "("}]}', "#1: pattern: not a pattern"),
        ('{"source": "s", "rules": [{"graphics": "x"}]}', "#1: pattern: a text was expected"),
        ('{"source": "s", "rules": [], "more": 1}', "unknown field more"),
    ],
)
def test_the_rules_are_read_strictly(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=message.replace("(", r"\(")):
        load_built_in(path)
