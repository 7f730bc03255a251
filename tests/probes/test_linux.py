"""Linux readers on written trees: names, processor, memory, control groups, graphics, disks, battery."""

import ctypes
import struct
import sys
from pathlib import Path

import pytest

from advisor.catalog.complete import complete
from advisor.machine import Gpu, Machine
from advisor.probes import linux, live, nvml
from advisor.probes.linux import battery, cgroup, cpu, disks, gpus, memory, system, wsl
from advisor.probes.merge import merged
from advisor.probes.runner import run
from advisor.sources import udev
from advisor.sources.disks import without_user
from advisor.sources.merge import merge
from tests.probes import fake_linux as fake
from tests.probes.fake_windows import FakeGdi
from tests.sources import smbios_builder as build

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names with colons and links cannot be written there")
GIB = 1 << 30
CPU_TEXT = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz
flags\t\t: lm avx f16c sse4_2
"""
GUEST_TEXT = CPU_TEXT.replace("lm", "lm hypervisor")
PCI_IDS = """# comment
1002  AMD/ATI
\t1638  Cezanne
10de  NVIDIA Corporation
\t128b  GK208B [GeForce GT 710]
\t\t1043 85e7  of a maker
"""


def test_a_lenovo_g480_is_read_whole(tmp_path: Path) -> None:
    """Every part of the user's laptop, from the files that its kernel would show."""
    dmi = "sys/class/dmi/id"
    fake.write(tmp_path, {
        f"{dmi}/sys_vendor": "LENOVO", f"{dmi}/product_name": "20156", f"{dmi}/product_version": "Lenovo G480",
        f"{dmi}/chassis_type": "10", "etc/os-release": 'NAME=Debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
        "proc/sys/kernel/osrelease": "6.1.0-18-amd64",
        "proc/cpuinfo": CPU_TEXT + "\nprocessor : 1\nflags : lm avx f16c sse4_2",
        "proc/meminfo": "MemTotal:       12164352 kB\nMemAvailable:    9000000 kB",
        "sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq": "3100000",
        "proc/self/mounts": "/dev/sda2 / ext4 rw 0 0", "sys/block/sda/queue/rotational": "1",
        "sys/block/sda/device/model": "ST500LT012-9WS142",
        "sys/class/power_supply/BAT0/type": "Battery", "sys/class/power_supply/BAT0/capacity": "81",
        "sys/class/power_supply/AC/type": "Mains", "sys/class/power_supply/AC/online": "1",
    })  # fmt: skip
    fake.cpus(tmp_path, 4, per_core=2)
    fake.pci(tmp_path, "0000:00:02.0", "0x030000", "0x8086", "0x0166", "i915")
    fake.pci(tmp_path, "0000:01:00.0", "0x030200", "0x10de", "0x1058", "nouveau")
    fake.pci(tmp_path, "0000:00:1f.3", "0x0c0500", "0x8086", "0x1e22")
    table = build.memory_array(0x10) + build.module(mib=4096) + build.module(mib=8192, bank="BANK 2") + build.END
    (tmp_path / "sys/firmware/dmi/tables").mkdir(parents=True)
    (tmp_path / "sys/firmware/dmi/tables/DMI").write_bytes(table)

    machine = merged(run(linux.probes(tmp_path), 10))

    assert (machine.manufacturer, machine.model, machine.chassis) == ("Lenovo", "Lenovo G480", "laptop")
    assert (machine.os_name, machine.os_version) == ("Debian GNU/Linux 12 (bookworm)", "6.1.0-18-amd64")
    assert machine.environment == ()
    processor = machine.cpu
    assert (processor.cores, processor.threads, processor.sockets) == (2, 2, 1)  # /proc/cpuinfo lists two processors
    assert (processor.base_mhz, processor.max_mhz) == (2500.0, 3100.0)
    assert (processor.l1d_bytes, processor.l2_bytes, processor.l3_bytes) == (64 << 10, 512 << 10, 3 << 20)
    assert set(processor.features or ()) == {"avx", "f16c", "sse4_2"}
    assert processor.origin("performance_cores").detail == "one kind of core"
    assert (machine.memory.installed_bytes, machine.memory.kind, machine.memory.channels) == (12 * GIB, "DDR3", 2)
    assert machine.memory.origin("limit_bytes").detail == "no limit"
    assert [note.values for note in machine.notes] == [{"double": "8", "total": "12"}]
    shown = [(g.pci_id, g.kind, g.vram_bytes, g.driver) for g in machine.gpus]
    assert shown == [
        ("8086:0166", "integrated", 0, "i915 (Linux 6.1.0-18-amd64)"),
        ("10de:1058", "discrete", None, "nouveau (Linux 6.1.0-18-amd64)"),
    ]
    assert [(d.mount, d.kind, d.name) for d in machine.disks] == [("/", "hdd", "ST500LT012-9WS142")]
    assert (machine.battery.present, machine.battery.percent, machine.battery.plugged) == (True, 81.0, True)


def test_an_empty_tree_is_all_reasons(tmp_path: Path) -> None:
    """No file at all: no exception, no value invented, no zero."""
    machine = merged(run(linux.probes(tmp_path), 10))
    assert (machine.cpu.cores, machine.memory.total_bytes, machine.gpus, machine.disks) == (None, None, (), ())
    assert machine.cpu.origin("cores").kind == "unknown"
    assert machine.memory.origin("kind").detail == "the firmware shows this system no table of memory modules"


def test_hybrid_processors_count_both_kinds(tmp_path: Path) -> None:
    """Two P cores with two threads each and four E cores, as Intel's lists name them."""
    fake.write(tmp_path, {"sys/devices/cpu_core/cpus": "0-3", "sys/devices/cpu_atom/cpus": "4-7"})
    for n in range(8):
        siblings = f"{n // 2 * 2}-{n // 2 * 2 + 1}" if n < 4 else str(n)
        fake.write(tmp_path, {f"sys/devices/system/cpu/cpu{n}/topology/thread_siblings_list": siblings})
    found = cpu.read(tmp_path).cpu
    assert (found.performance_cores, found.efficiency_cores, found.cores, found.threads) == (2, 4, 6, 8)


def test_arm_capacities_tell_big_from_little(tmp_path: Path) -> None:
    """A Rockchip-like chip: four cores at full capacity, four at 0.4."""
    for n in range(8):
        fake.write(tmp_path, {f"sys/devices/system/cpu/cpu{n}/cpu_capacity": "1024" if n >= 4 else "414"})
    found = cpu.read(tmp_path).cpu
    assert (found.performance_cores, found.efficiency_cores) == (4, 4)


def test_a_container_quota_limits_threads_and_cores(tmp_path: Path) -> None:
    """A quota of one and a half processors on a machine of eight."""
    fake.cpus(tmp_path, 8, per_core=2)
    fake.write(tmp_path, {"proc/self/cgroup": "0::/", "sys/fs/cgroup/cpu.max": "150000 100000"})
    found = cpu.read(tmp_path).cpu
    assert (found.threads, found.cores) == (2, 2)
    assert "limit" in found.origin("threads").detail


def test_base_clock_of_amd_from_cppc(tmp_path: Path) -> None:
    """Names without a clock: the firmware's nominal frequency."""
    fake.write(tmp_path, {"sys/devices/system/cpu/cpu0/acpi_cppc/nominal_freq": "3400"})
    assert cpu.read(tmp_path).cpu.base_mhz == 3400


def test_available_memory_without_the_kernels_estimate(tmp_path: Path) -> None:
    """Kernels before 3.14, and an estimate larger than the total (seen in the field)."""
    fake.write(tmp_path, {"proc/meminfo": "MemTotal: 4000 kB\nMemFree: 1000 kB\nBuffers: 10 kB\nCached: 90 kB"})
    old = memory.sizes(tmp_path)
    assert (old.available_bytes, old.origin("available_bytes").kind) == (1100 * 1024, "computed")
    fake.write(tmp_path, {"proc/meminfo": "MemTotal: 4000 kB\nMemFree: 1000 kB\nMemAvailable: 99999999 kB"})
    assert memory.sizes(tmp_path).available_bytes == 1000 * 1024


@pytest.mark.parametrize(
    ("files", "limit", "available"),
    [
        ({"proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": "max"}, None, 9),
        ({"proc/self/cgroup": "0::/a/b", "sys/fs/cgroup/a/memory.max": "2147483648",
          "sys/fs/cgroup/a/b/memory.max": "max",
          "sys/fs/cgroup/a/memory.current": "1610612736",
          "sys/fs/cgroup/a/memory.stat": "anon 5\ninactive_file 536870912"}, 2, 1),
        ({"proc/self/cgroup": "4:memory:/docker/x", "sys/fs/cgroup/memory/memory.limit_in_bytes": "4294967296",
          "sys/fs/cgroup/memory/memory.usage_in_bytes": "1073741824"}, 4, 3),
        ({"proc/self/cgroup": "4:memory:/",
          "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, None, 9),
        ({"proc/self/cgroup": "0::/../..", "sys/fs/cgroup/memory.max": "3221225472"}, 3, 9),
        ({"proc/self/cgroup": "garbage", "sys/fs/cgroup/memory.max": "lots"}, None, 9),
    ],
)  # fmt: skip
def test_memory_limits_of_both_cgroup_versions(
    tmp_path: Path, files: dict[str, str], limit: int | None, available: int
) -> None:
    """The tightest limit counts; "max" and 2^63 less a page mean none; what may be used is what is left of it."""
    fake.write(tmp_path, {"proc/meminfo": f"MemTotal: {16 << 20} kB\nMemAvailable: {9 << 20} kB", **files})
    found = memory.sizes(tmp_path)
    assert found.limit_bytes == (None if limit is None else limit * GIB)
    assert found.available_bytes == available * GIB


def test_the_groups_name_is_not_shown(tmp_path: Path) -> None:
    """A group may be called after a user or a container."""
    fake.write(tmp_path, {"proc/self/cgroup": "0::/user-maria", "sys/fs/cgroup/user-maria/memory.max": "1073741824"})
    found = cgroup.memory_limit(tmp_path)
    assert found is not None
    assert "maria" not in found.source


def test_udevs_copy_serves_ordinary_users(tmp_path: Path) -> None:
    """Without root the raw table is closed; udev's database has sizes, speeds and slots of the modules."""
    lines = [
        "E:MEMORY_DEVICE_0_SIZE=8589934592", "E:MEMORY_DEVICE_0_TYPE=DDR4", "E:MEMORY_DEVICE_0_SPEED_MTS=3200",
        "E:MEMORY_DEVICE_0_CONFIGURED_SPEED_MTS=2666", "E:MEMORY_DEVICE_0_BANK_LOCATOR=P0 CHANNEL A",
        "E:MEMORY_DEVICE_0_SERIAL_NUMBER=SERIAL-44", "E:MEMORY_DEVICE_1_PRESENT=0", "E:MEMORY_DEVICE_1_SIZE=0",
    ]  # fmt: skip
    fake.write(tmp_path, {"run/udev/data/+dmi:id": "\n".join(lines)})
    found = memory.read_modules(tmp_path).memory
    assert (found.installed_bytes, found.kind, found.speed_mts, found.channels) == (8 * GIB, "DDR4", 2666, 1)
    assert "SERIAL" not in repr(found)


def test_a_recorded_udev_database(shared: Path) -> None:
    """An HP EliteBook with four soldered 32-bit packages of a kind that is newer than its udev."""
    text = (shared / "fixtures/linux/udevadm/HP_ELITEBOOK_835_13_INCH_G10.txt").read_text(
        encoding="utf-8", errors="replace"
    )
    modules = udev.memory_modules(text)
    assert [m.size_bytes for m in modules] == [4 * GIB] * 4
    assert {m.speed_mts for m in modules} == {6400}
    assert {m.kind for m in modules} == {None}
    assert {m.width_bits for m in modules} == {32}


def test_installed_memory_from_the_kernels_blocks(tmp_path: Path) -> None:
    """Neither table nor udev: the kernel's memory blocks still tell the installed size."""
    blocks = {f"sys/devices/system/memory/memory{n}/state": "online" for n in range(128)}
    fake.write(tmp_path, {"sys/devices/system/memory/block_size_bytes": "8000000", **blocks})
    assert memory.read_modules(tmp_path).memory.installed_bytes == 16 * GIB


def _only_gpu(root: Path) -> Gpu:
    found = gpus.read(root).gpus
    assert len(found) == 1
    return found[0]


def test_amd_card_uses_the_whole_vram_not_the_visible_part(tmp_path: Path) -> None:
    """Without resizable BAR only 256 MiB are "visible"."""
    fake.pci(
        tmp_path, "0000:03:00.0", "0x030000", "0x1002", "0x73bf", "amdgpu", mem_info_vram_total=str(16 * GIB),
        mem_info_vis_vram_total=str(GIB // 4), mem_info_vram_used=str(GIB), mem_info_gtt_total=str(8 * GIB),
    )  # fmt: skip
    gpu = _only_gpu(tmp_path)
    assert (gpu.vram_bytes, gpu.vram_available_bytes, gpu.shared_bytes, gpu.kind) == (
        16 * GIB,
        15 * GIB,
        8 * GIB,
        "discrete",
    )


def test_amd_apu_is_integrated_whatever_its_memory(tmp_path: Path) -> None:
    """The security processor is a neighbour on the same device; a 16 GiB carve-out changes nothing."""
    fake.pci(tmp_path, "0000:c4:00.0", "0x030000", "0x1002", "0x1586", "amdgpu", mem_info_vram_total=str(16 * GIB))
    fake.pci(tmp_path, "0000:c4:00.2", "0x108000", "0x1022", "0x17e0")
    gpu = _only_gpu(tmp_path)
    assert (gpu.kind, gpu.vram_bytes) == ("integrated", 16 * GIB)


@pytest.mark.parametrize(
    ("name", "size"), [("drm__card1__lmem_total_bytes", 8 * GIB), ("tile0__physical_vram_size_bytes", 12 * GIB)]
)
def test_intel_arc_reads_its_own_memory(tmp_path: Path, name: str, size: int) -> None:
    """Both drivers, i915 and xe; a card beyond bus 0 is discrete."""
    fake.pci(tmp_path, "0000:03:00.0", "0x030000", "0x8086", "0x56a0", "xe", **{name: str(size)})
    gpu = _only_gpu(tmp_path)
    assert (gpu.kind, gpu.vram_bytes) == ("discrete", size)


def test_second_card_without_display_and_instinct_are_found(tmp_path: Path) -> None:
    """Classes 0302 (3D controller) and 0380 (display controller) count; sound and network do not."""
    fake.pci(tmp_path, "0000:01:00.0", "0x030200", "0x10de", "0x2684", "nvidia")
    fake.pci(tmp_path, "0000:02:00.0", "0x038000", "0x1002", "0x74a1", "amdgpu")
    fake.pci(tmp_path, "0000:01:00.1", "0x040300", "0x10de", "0x22ba")
    assert [g.pci_id for g in gpus.read(tmp_path).gpus] == ["10de:2684", "1002:74a1"]


def test_virtual_adapters_and_missing_drivers_say_so(tmp_path: Path) -> None:
    """A virtual machine's picture, and a card that no driver serves."""
    fake.pci(tmp_path, "0000:00:01.0", "0x030000", "0x1af4", "0x1050", "virtio-pci")
    fake.pci(tmp_path, "0000:06:00.0", "0x030000", "0x10de", "0x15f8")
    virtual, bare = gpus.read(tmp_path).gpus
    assert virtual.kind == "virtual"
    assert bare.origin("driver").detail == "no driver is loaded for it"
    assert bare.origin("vram_bytes").kind == "unknown"


def test_a_card_without_a_driver_is_of_no_use_yet(tmp_path: Path) -> None:
    """What only a driver is missing for says so; what no driver would mend says that instead."""
    fake.pci(tmp_path, "0000:01:00.0", "0x030000", "0x10de", "0x2684")
    fake.pci(tmp_path, "0000:02:00.0", "0x030000", "0x10de", "0x1058")
    fake.pci(tmp_path, "0000:03:00.0", "0x030000", "0x10de", "0x2684", "vfio-pci")
    machine = complete(Machine(os_family="linux", gpus=gpus.read(tmp_path).gpus))
    shown = [(gpu.name, gpu.usable, gpu.origin("usable").detail) for gpu in machine.gpus]
    assert shown[0] == ("GeForce RTX 4090", False, "it has no driver: install the maker's driver")
    assert shown[1][:2] == ("GeForce 610M", False)
    assert "compute capability" in shown[1][2]
    assert shown[2][:2] == ("GeForce RTX 4090", False)
    assert "cannot compute" in shown[2][2]


def test_instinct_cards_that_call_themselves_accelerators(tmp_path: Path) -> None:
    """MI300X has class 1200; an Intel NPU of that class is no graphics processor."""
    fake.pci(tmp_path, "0000:05:00.0", "0x120000", "0x1002", "0x74a1", "amdgpu", mem_info_vram_total=str(192 * GIB))
    fake.pci(tmp_path, "0000:00:0b.0", "0x120000", "0x8086", "0x7d1d", "intel_vpu")
    assert _only_gpu(tmp_path).vram_bytes == 192 * GIB


def test_the_tiles_of_one_chip_are_one_memory(tmp_path: Path) -> None:
    """xe shows the memory of each tile."""
    tiles = {f"tile{n}__physical_vram_size_bytes": hex(64 * GIB) for n in range(2)}
    fake.pci(tmp_path, "0000:29:00.0", "0x038000", "0x8086", "0x0bd5", "xe", **tiles)
    assert _only_gpu(tmp_path).vram_bytes == 128 * GIB


def test_wsl_lists_the_gpus_of_the_windows_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own adapter is only the way out to them; NVML and the graphics kernel tell of one card."""
    fake.write(tmp_path, {"dev/dxg": "", "proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2"})
    fake.pci(tmp_path, "d5c8:00:00.0", "0x030200", "0x1414", "0x008e", "dxgkrnl")
    assert gpus.read(tmp_path).gpus == ()
    names = "NVIDIA GeForce RTX 4090".encode("utf-16-le").ljust(4 * 520, b"\0")
    gdi = FakeGdi({
        1: {15: struct.pack("<I", 0x81), 31: struct.pack("<7I", 0, 0x10DE, 0x2684, 0, 0, 0xA1, 1),
            6: struct.pack("<3I", 1, 0, 0), 3: struct.pack("<3Q", 24 * GIB, 0, 16 * GIB), 8: names},
        2: {15: struct.pack("<I", 0x85)},
    })  # fmt: skip
    monkeypatch.setattr(ctypes, "CDLL", lambda _path: gdi)
    driver = Machine(gpus=(Gpu(bus_address="0000:01:00.0", vram_available_bytes=23 * GIB, vendor="NVIDIA"),))
    (gpu,) = merge(driver, wsl.read()).gpus
    assert (gpu.name, gpu.kind, gpu.pci_id) == ("NVIDIA GeForce RTX 4090", "discrete", "10de:2684")
    assert (gpu.vram_bytes, gpu.vram_available_bytes, gpu.shared_bytes) == (24 * GIB, 23 * GIB, 16 * GIB)


def test_linux_without_windows_around_it_asks_no_such_library(tmp_path: Path) -> None:
    """Only WSL has the device."""
    assert not wsl.reaches_out(tmp_path)
    fake.pci(tmp_path, "0000:00:08.0", "0x030000", "0x1414", "0x5353")
    assert _only_gpu(tmp_path).kind == "virtual"  # a guest of Hyper-V


@pytest.mark.parametrize(("wake", "asked"), [(False, False), (True, True)])
def test_nvml_is_not_started_beside_a_sleeping_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wake: bool, asked: bool
) -> None:
    """At the start it is left asleep, with the reason; on request it is asked."""
    fake.pci(tmp_path, "0000:01:00.0", "0x030200", "0x10de", "0x25a2", power__runtime_status="suspended")
    started: list[bool] = []
    monkeypatch.setattr(nvml, "start", lambda: started.append(True))
    machine = linux._ask_nvidia(tmp_path, wake)
    assert bool(started) is asked
    assert asked or "not woken" in machine.gpus[0].origin("compute_capability").detail


def test_intel_gauges_show_what_the_kernel_counts(tmp_path: Path) -> None:
    """A card's memory where i915 shows both sizes; never a load, which it shows to administrators only."""
    sizes = {"drm__card1__lmem_total_bytes": str(8 * GIB), "drm__card1__lmem_avail_bytes": str(6 * GIB)}
    card = fake.pci(tmp_path, "0000:03:00.0", "0x030000", "0x8086", "0x56a1", "i915", **sizes)
    shown = live._intel(card)
    assert (shown.vram_used_bytes, shown.vram_total_bytes, shown.load_percent) == (2 * GIB, 8 * GIB, None)
    assert shown.reason == live.INTEL
    built_in = fake.pci(tmp_path, "0000:00:02.0", "0x030000", "0x8086", "0x0166", "i915")
    assert live._intel(built_in).vram_total_bytes is None


def test_names_by_pci_ids_and_by_the_nvidia_driver(tmp_path: Path) -> None:
    """The driver's own name first, then the system's list with the name in brackets."""
    fake.write(tmp_path, {"usr/share/misc/pci.ids": PCI_IDS})
    fake.pci(tmp_path, "0000:01:00.0", "0x030000", "0x10de", "0x128b")
    gpu = _only_gpu(tmp_path)
    assert (gpu.name, gpu.origin("name").kind) == ("GeForce GT 710", "looked_up")
    fake.write(
        tmp_path, {"proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA GeForce GT 710\nIRQ: 5"}
    )
    assert _only_gpu(tmp_path).name == "NVIDIA GeForce GT 710"
    fake.write(tmp_path, {"proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: Graphics Device"})
    assert _only_gpu(tmp_path).name == "GeForce GT 710"


def test_sleeping_cards_are_recognised(tmp_path: Path) -> None:
    """All asleep: their addresses; one awake: nothing to spare."""
    first = fake.pci(tmp_path, "0000:01:00.0", "0x030200", "0x10de", "0x25a2", power__runtime_status="suspended")
    assert gpus.sleeping(gpus.cards(tmp_path, 0x10DE)) == ("0000:01:00.0",)
    (first / "power/runtime_status").write_text("active\n", encoding="utf-8")
    assert gpus.sleeping(gpus.cards(tmp_path, 0x10DE)) == ()
    assert gpus.sleeping(()) == ()


def test_graphics_inside_an_arm_chip(tmp_path: Path) -> None:
    """A render node that is no PCI device."""
    fake.write(
        tmp_path, {"sys/class/drm/renderD128/device/uevent": "DRIVER=panfrost\nOF_COMPATIBLE_0=rockchip,rk3588-mali"}
    )
    gpu = _only_gpu(tmp_path)
    assert (gpu.name, gpu.kind, gpu.vram_bytes, gpu.driver) == ("rockchip,rk3588-mali", "unified", 0, "panfrost")


MOUNTS = """/dev/nvme0n1p2 / ext4 rw 0 0
/dev/nvme0n1p1 /boot/efi vfat rw 0 0
/dev/nvme0n1p2 /var/snap ext4 rw 0 0
/dev/loop3 /snap/core squashfs ro 0 0
tmpfs /tmp tmpfs rw 0 0
overlay /var/lib/docker/overlay2/x/merged overlay rw 0 0
/dev/sdb1 /run/media/maria/My\\040Stick exfat rw 0 0
server:/models /mnt/models nfs4 rw 0 0
tank/data /tank zfs rw 0 0
"""


def test_volumes_are_real_and_counted_once() -> None:
    """No loop devices, bind mounts, boot volumes or memory file systems; the root volume first, networks last."""
    found = [(m.point, m.filesystem) for m in disks.chosen(disks.parse_mounts(MOUNTS))]
    assert found == [("/", "ext4"), ("/run/media/maria/My Stick", "exfat"), ("/tank", "zfs"), ("/mnt/models", "nfs4")]


def test_a_containers_root_is_a_volume() -> None:
    """An overlay at "/" is where models would be stored; files bound into the container are not."""
    text = "overlay / overlay rw 0 0\n/dev/sda1 /etc/hosts ext4 rw 0 0\nproc /proc proc rw 0 0"
    assert disks.chosen(disks.parse_mounts(text))[0].point == "/"


def test_data_sets_of_one_pool_are_one_volume() -> None:
    """ZFS data sets share their space."""
    text = "tank/ROOT / zfs rw 0 0\ntank/home /home zfs rw 0 0\nfast/models /models zfs rw 0 0"
    assert [m.point for m in disks.chosen(disks.parse_mounts(text))] == ["/", "/models"]


def test_windows_drives_in_wsl_are_no_network(tmp_path: Path) -> None:
    """They come over a network protocol from the same computer."""
    fake.write(tmp_path, {"proc/self/mounts": "C:\\\\134 /mnt/c 9p rw 0 0\nhost /share 9p rw 0 0"})
    found = [(d.mount, d.kind) for d in disks.read(tmp_path).disks]
    assert found == [("/mnt/c", None), ("/share", "network")]


def test_mount_points_do_not_name_people() -> None:
    """Removable media are mounted below the user's name."""
    assert without_user("/run/media/maria/STICK") == "/run/media/.../STICK"
    assert without_user("/media/maria/STICK") == "/media/.../STICK"
    assert without_user("/home/maria") == "/home/..."
    assert without_user("/home") == "/home"
    assert without_user("/data/x") == "/data/x"


@pytest.mark.parametrize(
    ("device", "files", "kind"),
    [
        ("nvme0n1p1", {"sys/block/nvme0n1/device/model": "Samsung SSD 980"}, "nvme"),
        ("sda1", {"sys/block/sda/queue/rotational": "0"}, "ssd"),
        ("sda1", {"sys/block/sda/queue/rotational": "1", "sys/block/sda/device/model": "VBOX HARDDISK"}, "virtual"),
        ("mmcblk0p2", {"sys/block/mmcblk0/queue/rotational": "0"}, "emmc"),
        ("vda1", {"sys/block/vda/queue/rotational": "1"}, "virtual"),
        ("sdq1", {"sys/block/sdz/queue/rotational": "1"}, None),
    ],
)
def test_kinds_of_disks(tmp_path: Path, device: str, files: dict[str, str], kind: str | None) -> None:
    """By bus and driver first; the rotation flag only where nothing else is known."""
    fake.write(tmp_path, {"proc/self/mounts": f"/dev/{device} / ext4 rw 0 0", **files})
    found = disks.read(tmp_path).disks
    assert [d.kind for d in found] == [kind]


def test_an_encrypted_volume_is_followed_to_its_disk(tmp_path: Path) -> None:
    """dm-0 on nvme0n1p3 on nvme0n1."""
    real = "sys/devices/pci0000:00/nvme/nvme0n1"
    fake.write(tmp_path, {f"{real}/nvme0n1p3/partition": "3", f"{real}/device/model": "WD Blue",
                          "sys/devices/dm-0/dm/name": "root",
                          "proc/self/mounts": "/dev/dm-0 / btrfs rw 0 0"})  # fmt: skip
    (tmp_path / "sys/devices/dm-0/slaves").mkdir()
    (tmp_path / "sys/devices/dm-0/slaves/nvme0n1p3").symlink_to(tmp_path / real / "nvme0n1p3")
    (tmp_path / "sys/class/block").mkdir(parents=True)
    (tmp_path / "sys/class/block/dm-0").symlink_to(tmp_path / "sys/devices/dm-0")
    assert [(d.kind, d.name) for d in disks.read(tmp_path).disks] == [("nvme", "WD Blue")]


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        ({"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2", "proc/cpuinfo": GUEST_TEXT}, ("wsl",)),
        ({"sys/class/dmi/id/sys_vendor": "QEMU"}, ("vm",)),
        ({"proc/cpuinfo": GUEST_TEXT}, ("vm",)),
        ({".dockerenv": "", "sys/class/dmi/id/product_name": "VMware Virtual Platform"}, ("vm", "container")),
        ({"proc/1/cgroup": "12:memory:/docker/0123456789abcdef"}, ("container",)),
        ({"proc/1/environ": "HOME=/\0container=podman\0"}, ("container",)),
        ({"sys/class/dmi/id/sys_vendor": "LENOVO", "proc/cpuinfo": CPU_TEXT}, ()),
    ],
)  # fmt: skip
def test_environment(tmp_path: Path, files: dict[str, str], environment: tuple[str, ...]) -> None:
    """WSL, virtual machine, container, and bare metal."""
    found = system.read_environment(fake.write(tmp_path, files))
    assert found.environment == environment
    assert len(found.notes) == ("wsl" in environment)


def test_a_board_is_named_by_its_device_tree(tmp_path: Path) -> None:
    """ARM boards have no SMBIOS."""
    fake.write(tmp_path, {"sys/firmware/devicetree/base/model": "Raspberry Pi 5 Model B Rev 1.0\0"})
    found = system.read_names(tmp_path)
    assert (found.model, found.chassis) == ("Raspberry Pi 5 Model B Rev 1.0", "board")


def test_batteries_of_mice_do_not_make_a_laptop(tmp_path: Path) -> None:
    """Scope "Device" is not the computer's battery."""
    fake.write(tmp_path, {"sys/class/power_supply/hid/type": "Battery", "sys/class/power_supply/hid/scope": "Device"})
    found = battery.read(tmp_path).battery
    assert (found.present, found.percent) == (False, None)
    assert found.origin("percent").detail == "there is no battery"
