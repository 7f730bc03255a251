"""Recorded outputs of Macs: every file is read; facts checked by eye."""

from pathlib import Path

import pytest

from advisor import dumps
from advisor.catalog.complete import complete
from advisor.machine import Machine

GIB = 1 << 30


def load(shared: Path, *names: str) -> Machine:
    return dumps.load(*(shared / "fixtures" / name for name in names))


def test_every_file(shared: Path) -> None:
    """system_profiler's texts and sysctl's lists are recognised as such."""
    place = shared / "fixtures"
    files = [*(place / "macos").rglob("*.txt"), *(place / "cpu-targets").glob("darwin-*")]
    assert len(files) >= 20
    for path in files:
        program = "system_profiler" if "system_profiler" in path.parts else "sysctl"
        assert dumps.load_all(path).files == ((str(path), (program,)),), path.name


def test_macbook_air_m1(shared: Path) -> None:
    """The whole text of an M1: one memory, 4 and 4 cores, the disk once."""
    machine = load(shared, "macos/system_profiler/11.0-apple-M1.txt")
    assert (machine.model, machine.chassis, machine.os_name) == ("MacBook Air", "laptop", "macOS 11.2.3")
    cpu, memory = machine.cpu, machine.memory
    assert (cpu.name, cpu.cores, cpu.performance_cores, cpu.efficiency_cores) == ("Apple M1", 8, 4, 4)
    assert (memory.total_bytes, memory.kind) == (16 * GIB, "LPDDR4")
    assert [(g.name, g.kind, g.vram_bytes) for g in machine.gpus] == [("Apple M1 8-core GPU", "unified", 0)]
    assert [(d.mount, d.kind, d.total_bytes, d.free_bytes) for d in machine.disks] == [
        ("/", "ssd", 494384795648, 463117873152)
    ]
    assert (machine.battery.percent, machine.battery.plugged) == (100.0, True)
    assert "MacBook Air de test" not in repr(machine)
    done = complete(machine)
    assert done.memory.bandwidth_bytes_per_s == 68.25e9
    assert done.gpus[0].engines == ("metal",)


def test_with_sysctl(shared: Path) -> None:
    """Both programs' outputs of an M1 agree on its one GPU."""
    machine = load(shared, "macos/system_profiler/11.0-apple-M1.txt", "macos/sysctl/11.0-apple-M1.txt")
    assert [g.kind for g in machine.gpus] == ["unified"]
    assert machine.cpu.features == frozenset({"neon"})


@pytest.mark.parametrize(
    ("name", "model", "chassis", "system", "memory", "kind", "speed", "mhz"),
    [
        ("10.6-intel", "iMac", "desktop", "Mac OS X 10.6.4", 2, "DDR2", 667, 2400.0),
        ("10.6-macmini", "Mac mini", "desktop", "Mac OS X 10.6.8", 4, "DDR3", 1067, 2260.0),
        ("10.6.6-intel", "MacBook", "laptop", "Mac OS X 10.6.6", 1, "DDR2", 667, 2000.0),
    ],
)
def test_old_macs(
    shared: Path, name: str, model: str, chassis: str, system: str, memory: int, kind: str, speed: int, mhz: float
) -> None:
    """Decimal commas, modules in two banks, a processor's family that is no name."""
    machine = load(shared, f"macos/system_profiler/{name}.txt")
    assert (machine.model, machine.chassis, machine.os_name) == (model, chassis, system)
    assert (machine.memory.total_bytes, machine.memory.kind, machine.memory.speed_mts) == (memory * GIB, kind, speed)
    assert machine.memory.channels == 2
    assert (machine.cpu.name, machine.cpu.cores, machine.cpu.base_mhz) == (None, 2, mhz)
    assert machine.cpu.origin("name").values["name"] == "Intel Core 2 Duo"
    assert "/" in [d.mount for d in machine.disks]
    assert "/Volumes/" not in repr(machine)  # volumes have names that their users gave them


@pytest.mark.parametrize(
    ("name", "cards"),
    [
        ("10.6-intel", [("ATI Radeon HD 2600 Pro", "1002:9583", "discrete", 256)]),
        ("10.6-macmini", [("NVIDIA GeForce 9400", "10de:0861", None, 256)]),
        ("10.6.5-dual-monitor", [("ATI Radeon HD 5770", "1002:68b8", "discrete", 1024)]),
        ("10.6.6-intel", [("Intel GMA 950", "8086:27a2", "integrated", 0)]),
        ("asus-geforce-gt-730", [("Asus GeForce GT 730", "10de:0f02", "discrete", 1024)]),
        ("dual-display-475", [("Intel HD Graphics 530", "8086:191b", "integrated", 0),
                              ("AMD Radeon Pro 450", "1002:67ef", "discrete", 2048)]),
        ("mojave-dual-video-cards", [("Intel HD Graphics 530", "8086:191b", "integrated", 0),
                                     ("AMD Radeon Pro 450", "1002:67ef", "discrete", 2048)]),
    ],
)  # fmt: skip
def test_cards(shared: Path, name: str, cards: list[tuple[str, str, str | None, int]]) -> None:
    """A card with two monitors is one; what shares the memory has none of its own."""
    machine = load(shared, f"macos/system_profiler/{name}.txt")
    found = [(g.name, g.pci_id, g.kind, (g.vram_bytes or 0) >> 20) for g in machine.gpus]
    assert found == cards


def test_batteries(shared: Path) -> None:
    """The power section alone: charge in milliampere hours, the charger."""
    charging = load(shared, "macos/system_profiler/charging-SPPowerDataType.txt").battery
    assert charging.percent is not None
    assert (round(charging.percent), charging.plugged) == (93, True)
    away = load(shared, "macos/system_profiler/10.11-system_profiler_SPPowerDataType.txt.txt").battery
    assert away.percent is not None
    assert (round(away.percent), away.plugged) == (75, False)
    assert load(shared, "macos/system_profiler/10.6-macmini.txt").battery.present is False


@pytest.mark.parametrize(
    ("file", "name", "cores", "memory"),
    [
        ("macos/sysctl/10.6-macmini.txt", "Intel(R) Core(TM)2 Duo CPU P7550 @ 2.26GHz", 2, None),
        ("macos/sysctl/11.0-apple-M1.txt", "Apple M1", 8, None),
        ("cpu-targets/darwin-mojave-ivybridge", "Intel(R) Core(TM) i5-3230M CPU @ 2.60GHz", 2, None),
        ("cpu-targets/darwin-mojave-skylake", "Intel(R) Core(TM) i7-6700K CPU @ 4.00GHz", None, None),
        ("cpu-targets/darwin-monterey-m1", "Apple M1 Pro", 8, 16 * GIB),
        ("cpu-targets/darwin-monterey-m2", "Apple M2", 8, 16 * GIB),
        ("cpu-targets/darwin-sequoia-m3", "Apple M3 Max", 14, 36 * GIB),
        ("cpu-targets/darwin-sequoia-m4", "Apple M4 Max", 16, 64 * GIB),
    ],
)
def test_sysctl(shared: Path, file: str, name: str, cores: int | None, memory: int | None) -> None:
    """Processors by their own names."""
    machine = load(shared, file)
    assert (machine.cpu.name, machine.cpu.cores, machine.memory.total_bytes) == (name, cores, memory)
    assert machine.os_family == "macos"


def test_m3_max_with_36_gib_is_the_smaller_one(shared: Path) -> None:
    """The memory's size tells which of the two chips called M3 Max it is."""
    assert complete(load(shared, "cpu-targets/darwin-sequoia-m3")).memory.bandwidth_bytes_per_s == 300e9
