"""Machines of real people, as their own system would show them: every fact of them, and the right answer in the end."""

import re
import sys
from pathlib import Path

import pytest

from advisor.catalog.complete import complete
from advisor.estimator.ground import ground
from advisor.machine import Cpu, Gpu, Machine, Memory, Origin
from advisor.probes import linux, macos, windows
from advisor.probes.merge import merged
from advisor.probes.runner import run
from advisor.sources import sysctl
from advisor.sources import windows_display as display
from advisor.sources.windows_display import Adapter
from tests.probes import fake_linux, fake_macos
from tests.probes import fake_windows as fake
from tests.sources import smbios_builder as build

GIB, MIB = 1 << 30, 1 << 20
LINK_NAMES = pytest.mark.skipif(sys.platform == "win32", reason="names with colons and links cannot be written there")
G480 = "Lenovo G480"


def g480_firmware(shared: Path) -> bytes:
    """The raw table of a real G480 with an i5-3210M, its second module as large as the user's 8 GB."""
    texts = [
        file.read_text(encoding="utf-8", errors="replace")
        for file in sorted((shared / "fixtures/linuxhw-dmi").glob("G480_*.txt"))
    ]
    text = next(text for text in texts if "i5-3210M" in text)
    sizes = iter(("4 GB", "8 GB"))
    return build.from_dmidecode(re.sub(r"(?<=\tSize: )\d+ [MG]B", lambda _: next(sizes), text))


def test_the_old_laptop_under_windows(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's G480: model, unequal modules, AVX without AVX2, both GPUs listed and why neither is used."""
    fake.g480(g480_firmware(shared)).install(monkeypatch)
    machine = complete(merged(run(windows.probes(), 20)))
    assert (machine.manufacturer, machine.model, machine.chassis) == ("Lenovo", G480, "laptop")
    assert (machine.os_name, machine.os_version) == ("Microsoft Windows 10 Pro", "10.0.19043")
    assert machine.environment == ()
    cpu = machine.cpu
    assert (cpu.sockets, cpu.cores, cpu.threads) == (1, 2, 4)
    assert (cpu.base_mhz, cpu.max_mhz) == (2500.0, 3100.0)  # the firmware's 4000 MHz is every processor's
    assert set(cpu.features or ()) == {"sse4_2", "avx", "f16c"}
    memory = machine.memory
    assert [m.size_bytes for m in memory.modules] == [4 * GIB, 8 * GIB]
    assert (memory.installed_bytes, memory.kind, memory.speed_mts, memory.channels) == (12 * GIB, "DDR3", 1600, 2)
    assert memory.bandwidth_bytes_per_s == 25.6e9
    intel, fermi = machine.gpus
    assert (intel.name, intel.kind, intel.vram_bytes, intel.shared_bytes) == (
        "Intel(R) HD Graphics 4000", "integrated", 0, 1792 * MIB
    )  # fmt: skip
    assert intel.usable is False
    assert "no faster than the processor" in intel.origin("usable").detail
    assert (fermi.name, fermi.kind, fermi.vram_bytes) == ("NVIDIA GeForce 610M", "discrete", GIB)
    assert (fermi.usable, fermi.origin("usable").values) == (False, {"have": "2.1", "need": "5.0"})
    # Its card sleeps: it was looked at without waking it.
    assert "not woken" in fermi.origin("vram_available_bytes").detail
    notes = [note.detail.format(**note.values) for note in machine.notes]
    assert "The memory modules differ: dual channel for 8 of 12 GiB" in notes
    assert any("has AVX but no AVX2" in note and "45 %" in note for note in notes)
    assert [(d.mount, d.kind, d.name) for d in machine.disks] == [("C:\\", "hdd", "ST500LT012-9WS142")]
    assert (machine.battery.present, machine.battery.percent) == (True, 71.0)
    assert ground(machine, "total").cards == ()
    shown = repr(machine)
    assert not re.search(r"SERIAL|[0-9a-f]{8}-[0-9a-f]{4}-", shown, re.IGNORECASE)


def test_a_celeron_of_the_same_laptop_has_no_avx() -> None:
    """Sandy and Ivy Bridge Celerons: said in words, with what it costs."""
    cpu = Cpu(name="Intel(R) Celeron(R) CPU B830 @ 1.80GHz", vendor="Intel", features=frozenset({"sse4_2"}))
    (note,) = complete(Machine(cpu=cpu)).notes
    text = note.detail.format(**note.values)
    assert "has no AVX" in text
    assert "20 %" in text


@LINK_NAMES
def test_the_builders_machine_under_linux(tmp_path: Path) -> None:
    """Ryzen 9 5950X, 64 GB of DDR4-2400 in two modules, GeForce GT 710 by the free driver, NVMe and a large disk."""
    dmi = "sys/class/dmi/id"
    flags = "lm sse4_2 avx f16c fma avx2"
    cpus = "\n\n".join(
        f"processor : {n}\nvendor_id : AuthenticAMD\nmodel name : AMD Ryzen 9 5950X 16-Core Processor\nflags : {flags}"
        for n in range(32)
    )
    fake_linux.write(tmp_path, {
        f"{dmi}/sys_vendor": "ASUS", f"{dmi}/product_name": "System Product Name",
        f"{dmi}/board_vendor": "ASUSTeK COMPUTER INC.", f"{dmi}/board_name": "TUF GAMING B550M-PLUS",
        f"{dmi}/chassis_type": "3", "etc/os-release": 'PRETTY_NAME="Ubuntu 22.04.5 LTS"', "proc/cpuinfo": cpus,
        "proc/meminfo": "MemTotal: 65764460 kB\nMemAvailable: 60000000 kB",
        "sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq": "5083398",
        "proc/self/mounts": "/dev/nvme0n1p2 / ext4 rw 0 0\n/dev/sda1 /data ext4 rw 0 0",
        "sys/block/nvme0n1/device/model": "Samsung SSD 980 1TB", "sys/block/sda/queue/rotational": "1",
        "sys/block/sda/device/model": "ST8000DM004-2CX1", "sys/class/power_supply/hidpp/scope": "Device",
    })  # fmt: skip
    fake_linux.cpus(tmp_path, 32, per_core=2)
    fake_linux.pci(tmp_path, "0000:06:00.0", "0x030000", "0x10de", "0x128b", "nouveau")
    modules = [build.module(slot=f"DIMM_{c}2", bank=f"P0 CHANNEL {c}", mib=32768, kind="DDR4", speed=2400,
                            configured=2400) for c in "AB"]  # fmt: skip
    (tmp_path / "sys/firmware/dmi/tables").mkdir(parents=True)
    (tmp_path / "sys/firmware/dmi/tables/DMI").write_bytes(build.memory_array(0x10) + b"".join(modules) + build.END)
    machine = complete(merged(run(linux.probes(tmp_path), 20)))
    assert (machine.manufacturer, machine.model, machine.chassis) == ("ASUS", "TUF GAMING B550M-PLUS", "desktop")
    cpu = machine.cpu
    assert (cpu.name, cpu.sockets, cpu.cores, cpu.threads) == ("AMD Ryzen 9 5950X 16-Core Processor", 1, 16, 32)
    assert cpu.base_mhz == 3400.0
    assert "avx2" in (cpu.features or ())
    memory = machine.memory
    assert (memory.installed_bytes, memory.kind, memory.speed_mts, memory.channels) == (64 * GIB, "DDR4", 2400, 2)
    assert memory.bandwidth_bytes_per_s == 38.4e9
    (card,) = machine.gpus
    assert (card.name, card.vram_bytes, card.compute_capability) == ("GeForce GT 710", 2 * GIB, "3.5")
    assert (card.usable, card.kind) == (False, "discrete")
    assert card.origin("usable").detail
    assert [(d.mount, d.kind) for d in machine.disks] == [("/", "nvme"), ("/data", "hdd")]
    assert machine.notes == ()


def of_windows(name: str, ids: tuple[int, int], place: tuple[int, int, int], dedicated: int, shared: int,
               flags: int = 0x1, cpu: str = "") -> Gpu:  # fmt: skip
    """The GPU as Windows' graphics kernel lists it, completed from the catalogue."""
    adapter = Adapter(name, flags, *ids, place, dedicated * MIB, shared * MIB)
    found = display.machine([adapter], [], None)
    machine = Machine(os_family="windows", cpu=Cpu(name=cpu or None), memory=Memory(total_bytes=16 * GIB),
                      gpus=found.gpus)  # fmt: skip
    return complete(machine).gpus[0]


@pytest.mark.parametrize(
    ("name", "ids", "place", "dedicated", "shared", "kind", "capability"),
    [
        ("NVIDIA GeForce 410M", (0x10DE, 0x1055), (1, 0, 0), 468, 2038, "discrete", "2.1"),
        ("Radeon (TM) RX 480 Graphics", (0x1002, 0x67DF), (1, 0, 0), 8171, 8161, "discrete", None),
        ("Radeon RX 570 Series", (0x1002, 0x67DF), (3, 0, 0), 8139, 4029, "discrete", None),
        ("NVIDIA GeForce GTX 1060 6GB", (0x10DE, 0x1B83), (1, 0, 0), 6052, 8158, "discrete", "6.1"),
        ("AMD Radeon R9 200 Series", (0x1002, 0x6939), (1, 0, 0), 4070, 16351, "discrete", None),
        ("AMD Radeon HD 7570M", (0x1002, 0x6841), (1, 0, 0), 1004, 3840, "discrete", None),
    ],
)  # fmt: skip
def test_cards_keep_their_own_memory(
    name: str, ids: tuple[int, int], place: tuple[int, int, int], dedicated: int, shared: int, kind: str,
    capability: str | None,
) -> None:  # fmt: skip
    """Neither little memory nor "Graphics" in its name nor shared memory makes a card a part of the processor."""
    gpu = of_windows(name, ids, place, dedicated, shared)
    assert (gpu.name, gpu.kind, gpu.vram_bytes, gpu.compute_capability) == (name, kind, dedicated * MIB, capability)
    assert gpu.usable is not None
    assert gpu.bandwidth_bytes_per_s


def test_one_id_of_two_cards_is_told_apart_by_the_name() -> None:
    """RX 480 and RX 570 share 1002:67df: 256 and 224 GB/s."""
    cards = [of_windows(name, (0x1002, 0x67DF), (1, 0, 0), 8139, 8000) for name in
             ("Radeon (TM) RX 480 Graphics", "Radeon RX 570 Series")]  # fmt: skip
    assert [card.bandwidth_bytes_per_s for card in cards] == [256e9, 224e9]


def test_a_name_without_a_card_is_told_by_the_id() -> None:
    """ "R9 200 Series" is many cards: 6939 is Tonga."""
    gpu = of_windows("AMD Radeon R9 200 Series", (0x1002, 0x6939), (1, 0, 0), 4070, 16351)
    assert gpu.architecture == "GCN 3.0"


@pytest.mark.parametrize(
    ("name", "device", "dedicated", "shared"),
    [("Intel(R) HD Graphics", 0x0042, 64, 967), ("Intel(R) HD Graphics 4000", 0x0166, 0, 1792),
     ("Intel(R) HD Graphics P630", 0x591D, 128, 16285),
     ("Mobile Intel(R) 4 Series Express Chipset Family (Microsoft Corporation - WDDM 1.1)", 0x2A42, 128, 1631)],
)  # fmt: skip
def test_intels_built_in_graphics_own_nothing(name: str, device: int, dedicated: int, shared: int) -> None:
    """The 64 or 128 MB that its driver reports are the system's memory, counted there already."""
    gpu = of_windows(name, (0x8086, device), (0, 2, 0), dedicated, shared)
    assert (gpu.name, gpu.kind, gpu.vram_bytes, gpu.shared_bytes) == (name, "integrated", 0, shared * MIB)
    assert gpu.usable is False


def test_the_32_bit_size_of_a_16_gb_card_is_no_size() -> None:
    """0xFFF00000 in the registry: the catalogue knows better, or nobody."""
    entry = {"0000": {"MatchingDeviceId": "PCI\\VEN_1002&DEV_73BF", "DriverDesc": "AMD Radeon RX 6900 XT",
                      "HardwareInformation.MemorySize": 4293918720}}  # fmt: skip
    present = frozenset({"PCI\\VEN_1002&DEV_73BF&SUBSYS_1&REV_C0"})
    found = display.machine([], display.class_entries(entry), present)
    assert found.gpus[0].vram_bytes is None
    assert complete(Machine(os_family="windows", gpus=found.gpus)).gpus[0].vram_bytes == 16 * GIB


def test_a_laptops_built_in_radeon_keeps_496_mb_aside() -> None:
    """Cezanne: 496 of 16 GB are its own; it is a part of the processor, and no card is counted."""
    devices = [fake.device("0300", "1002", "1638", (5, 0, 0)), fake.device("1080", "1022", "15DF", (5, 0, 2))]
    adapter = Adapter("AMD Radeon(TM) Graphics", 0x1, 0x1002, 0x1638, (5, 0, 0), 496 * MIB, 7888 * MIB)
    found = display.machine([adapter], [], None, devices)
    machine = complete(
        Machine(os_family="windows", cpu=Cpu(name="AMD Ryzen 7 5800H with Radeon Graphics", cores=8),
                memory=Memory(total_bytes=int(15.4 * GIB), installed_bytes=16 * GIB), gpus=found.gpus)
    )  # fmt: skip
    assert (machine.gpus[0].kind, machine.gpus[0].vram_bytes) == ("integrated", 496 * MIB)
    assert ground(machine, "total").cards == ()
    assert machine.notes == ()  # less than a GiB is no news


def apu(name: str, gpu: str, pci_id: str, total: float, carved: int, shared: float, kind: str = "reported") -> Machine:
    """An AMD processor with graphics: what the system counts, what the firmware set aside, what may be shared."""
    origins = {"kind": Origin("reported", "D3DKMT")} if kind == "reported" else {}
    return complete(
        Machine(
            os_family="windows",
            cpu=Cpu(name=name, cores=8, threads=16),
            memory=Memory(total_bytes=int(total * GIB), bandwidth_bytes_per_s=89.6e9),
            gpus=(Gpu(name=gpu, pci_id=pci_id, vendor="AMD", kind="integrated" if origins else None,
                      vram_bytes=carved * GIB, shared_bytes=int(shared * GIB), origins=origins),),
        )
    )  # fmt: skip


def test_what_the_firmware_set_aside_and_the_rest_are_one_memory() -> None:
    """8 GB for the graphics and 24 GB for the system: one pool of the GPU, no card; the processor has its 24."""
    machine = apu("AMD Ryzen 7 7840U w/ Radeon 780M Graphics", "AMD Radeon(TM) 780M Graphics", "1002:15bf", 24, 8, 12)
    place = ground(machine, "total")
    assert place.cards == ()
    assert place.ram.available == 24 * GIB
    assert place.pool is not None
    assert (place.pool.capacity, place.pool.available) == (32 * GIB, 20 * GIB)
    assert place.pool.rates.bandwidth == 89.6e9  # read at the memory's speed, not at a card's
    (note,) = machine.notes
    assert note.detail.format(**note.values).startswith("the firmware sets 8 GiB of the memory aside for AMD Radeon")


@pytest.mark.parametrize("kind", ["reported", "none"])
def test_a_ryzen_ai_max_is_unified_however_its_memory_is_cut(kind: str) -> None:
    """96 of 128 GB set aside: the GPU can use them and a part of the rest, whatever the driver calls it."""
    machine = apu("AMD RYZEN AI MAX+ 395 w/ Radeon 8060S", "AMD Radeon(TM) 8060S Graphics", "1002:1586", 32, 96, 16,
                  kind)  # fmt: skip
    assert machine.gpus[0].kind == "unified"
    place = ground(machine, "total")
    assert place.cards == ()
    assert place.pool is not None
    assert (place.pool.capacity, place.pool.available) == (128 * GIB, 112 * GIB)
    assert place.torch_pool["transformers"] is not None


@pytest.mark.parametrize(
    ("gpu", "total", "share"),
    [
        (Gpu(name="NVIDIA GB10", vendor="NVIDIA", compute_capability="12.1"), 119.7, 0.5),
        (Gpu(name="Apple M3 Max", vendor="Apple", kind="unified", vram_bytes=0), 64, 0.5),
    ],
)
def test_unified_chips_have_one_pool(gpu: Gpu, total: float, share: float) -> None:
    """NVML does not tell GB10's memory, a Mac has none of its own: one pool, within the system's memory."""
    machine = complete(Machine(os_family="linux" if gpu.vendor == "NVIDIA" else "macos",
                               memory=Memory(total_bytes=int(total * GIB)), gpus=(gpu,)))  # fmt: skip
    place = ground(machine, "total")
    assert machine.gpus[0].kind == "unified"
    assert place.cards == ()
    assert place.pool is not None
    assert place.pool.capacity == int(total * GIB)
    assert share * total * GIB < (place.pool.available or 0) < total * GIB


def test_an_apple_m3_max(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """16 cores of two kinds, 40 GPU cores, what Metal lets them use; the name that has no translation is not shown."""
    fake_macos.Mac().install(monkeypatch, tmp_path)
    machine = complete(merged(run(macos.probes(), 20)))
    cpu = machine.cpu
    assert (cpu.cores, cpu.performance_cores, cpu.efficiency_cores) == (16, 12, 4)
    (gpu,) = machine.gpus
    assert (gpu.name, gpu.kind, gpu.vram_bytes) == ("Apple M3 Max 40-core GPU", "unified", 0)
    assert (gpu.shared_bytes, gpu.origin("shared_bytes").detail) == (
        48 * GIB, "Metal recommendedMaxWorkingSetSize"
    )  # fmt: skip
    assert gpu.bandwidth_bytes_per_s == 400e9
    used = (1_500_000 - 100_000 + 300_000 + 200_000) * 16384
    assert machine.memory.available_bytes == 64 * GIB - used
    assert (machine.model, machine.chassis, machine.memory.kind) == ("MacBook Pro", "laptop", "LPDDR5")
    assert machine.notes == ()


def test_m5_max_has_no_efficiency_cores() -> None:
    """Six "Super" and twelve "Performance" cores, which are none for saving power."""
    values: dict[str, int | str] = {
        "machdep.cpu.brand_string": "Apple M5 Max", "hw.physicalcpu": 18, "hw.perflevel0.physicalcpu": 6,
        "hw.perflevel0.name": "Super", "hw.perflevel1.physicalcpu": 12, "hw.perflevel1.name": "Performance",
    }  # fmt: skip
    cpu = sysctl.cpu(values)
    assert (cpu.cores, cpu.performance_cores, cpu.efficiency_cores) == (18, 18, 0)
    values |= {"hw.perflevel1.name": "Efficiency"}
    assert (sysctl.cpu(values).performance_cores, sysctl.cpu(values).efficiency_cores) == (6, 12)
