"""macOS readers on recorded sysctl outputs and on system_profiler's JSON, without a Mac."""

from pathlib import Path

import pytest

from advisor.catalog.complete import complete
from advisor.probes.macos import calls
from advisor.sources import sysctl
from advisor.sources import system_profiler as profiler

GIB = 1 << 30


def recorded(shared: Path, name: str) -> dict[str, int | str]:
    return sysctl.parse((shared / "fixtures" / name).read_text(encoding="utf-8", errors="replace"))


def test_apple_m4_max(shared: Path) -> None:
    """Twelve fast and four slow cores; caches per core and per cluster are summed; one memory."""
    machine = sysctl.machine(recorded(shared, "cpu-targets/darwin-sequoia-m4"))
    cpu = machine.cpu
    assert (cpu.name, cpu.vendor, cpu.architecture) == ("Apple M4 Max", "Apple", "arm64")
    assert (cpu.cores, cpu.threads, cpu.performance_cores, cpu.efficiency_cores) == (16, 16, 12, 4)
    assert cpu.l1d_bytes == 12 * (128 << 10) + 4 * (64 << 10)
    assert cpu.l2_bytes == 2 * (16 << 20) + (4 << 20)
    assert set(cpu.features or ()) == {"neon", "dotprod", "i8mm", "bf16"}
    assert machine.memory.total_bytes == 64 * GIB
    gpu = machine.gpus[0]
    assert (gpu.name, gpu.kind, gpu.vram_bytes, gpu.shared_bytes) == ("Apple M4 Max", "unified", 0, None)
    assert complete(machine).gpus[0].shared_bytes == 48 * GIB
    assert complete(machine).gpus[0].origin("shared_bytes").kind == "assumed"


def test_intel_mac_of_the_ivy_bridge_years(shared: Path) -> None:
    """AVX and F16C without AVX2, as in the G480; no GPU by sysctl."""
    machine = sysctl.machine(recorded(shared, "cpu-targets/darwin-mojave-ivybridge"))
    assert machine.cpu.name == "Intel(R) Core(TM) i5-3230M CPU @ 2.60GHz"
    assert set(machine.cpu.features or ()) == {"sse4_2", "avx", "f16c"}
    assert (machine.cpu.base_mhz, machine.cpu.architecture, machine.cpu.cores) == (2600.0, "x86_64", 2)
    assert machine.gpus == ()


def test_every_recorded_sysctl_is_read(shared: Path) -> None:
    """All of them have a name, an architecture and cores."""
    files = [*(shared / "fixtures/cpu-targets").glob("darwin-*"), *(shared / "fixtures/macos/sysctl").glob("*")]
    assert len(files) >= 9
    for file in files:
        cpu = sysctl.machine(sysctl.parse(file.read_text(encoding="utf-8", errors="replace"))).cpu
        assert cpu.name, file.name
        assert cpu.architecture in ("arm64", "x86_64")
        assert cpu.cores is None or cpu.cores > 0


@pytest.mark.parametrize(
    ("gib", "wired_mb", "share"),
    [(16, 0, round(16 * GIB * 2 / 3)), (36, 0, 24 * GIB), (128, 0, 96 * GIB), (64, 57344, 56 * GIB)],
)
def test_what_the_gpu_may_use_of_the_memory(gib: int, wired_mb: int, share: int) -> None:
    """Metal's rule, unless the user raised the limit."""
    values: dict[str, int | str] = {"machdep.cpu.brand_string": "Apple M1", "hw.memsize": gib * GIB}
    gpu = complete(sysctl.machine({**values, "iogpu.wired_limit_mb": wired_mb})).gpus[0]
    assert gpu.shared_bytes == share


def test_no_answer_is_no_value() -> None:
    """An empty sysctl gives reasons, not zeros."""
    machine = sysctl.machine({})
    assert (machine.cpu.cores, machine.cpu.features, machine.memory.total_bytes, machine.gpus) == (None, None, None, ())


def test_sysctl_bytes() -> None:
    """Numbers of four and eight bytes, and texts."""
    assert calls.decoded("hw.memsize", (17179869184).to_bytes(8, "little")) == 17179869184
    assert calls.decoded("hw.physicalcpu", b"\x08\0\0\0") == 8
    assert calls.decoded("machdep.cpu.brand_string", b"Apple M1\0") == "Apple M1"


INTEL_MAC = {
    "SPHardwareDataType": [{"machine_name": "MacBook Pro", "serial_number": "SERIAL-46", "platform_UUID": "UUID-47"}],
    "SPDisplaysDataType": [
        {"_name": "kHW_IntelHDGraphics530Item", "sppci_model": "Intel HD Graphics 530", "spdisplays_vendor": "Intel",
         "sppci_bus": "spdisplays_builtin", "spdisplays_vram_shared": "1536 MB", "spdisplays_device-id": "0x191b"},
        {"_name": "display", "sppci_model": "AMD Radeon Pro 450", "spdisplays_vendor": "sppci_vendor_amd",
         "sppci_bus": "spdisplays_pcie_device", "spdisplays_vram": "2 GB", "spdisplays_device-id": "0x67ef"},
    ],
    "SPMemoryDataType": [{"_items": [{"dimm_type": "LPDDR3"}, {"dimm_type": "LPDDR3"}, {"dimm_type": "empty"}]}],
}  # fmt: skip


def test_intel_mac_with_two_graphics() -> None:
    """Both cards with their PCI ids; the integrated one shares memory; no serial number comes out."""
    machine = profiler.machine(INTEL_MAC)
    shown = [(g.name, g.pci_id, g.kind, g.vram_bytes, g.shared_bytes) for g in machine.gpus]
    assert shown == [
        ("Intel HD Graphics 530", "8086:191b", "integrated", 0, 1536 << 20),
        ("AMD Radeon Pro 450", "1002:67ef", "discrete", 2 * GIB, None),
    ]
    assert (machine.model, machine.chassis, machine.memory.kind) == ("MacBook Pro", "laptop", "LPDDR3")
    assert "SERIAL" not in repr(machine)
    assert "UUID" not in repr(machine)


def test_apples_own_gpu_is_left_to_sysctl() -> None:
    """Its name may be a key without translation."""
    answer = {
        "SPDisplaysDataType": [{"_name": "kHW_AppleM1Item", "spdisplays_vendor": "sppci_vendor_Apple"}],
        "SPMemoryDataType": [{"dimm_type": "lp_ddr4"}],
    }
    machine = profiler.machine(answer)
    assert machine.gpus == ()
    assert machine.memory.kind == "LPDDR4"


@pytest.mark.parametrize(
    "answer", [{}, {"SPDisplaysDataType": None}, {"SPDisplaysDataType": [1, {"_name": 5}], "SPMemoryDataType": "x"}]
)
def test_nonsense_from_system_profiler(answer: dict[str, object]) -> None:
    """Other shapes than expected give nothing, not an exception."""
    assert profiler.machine(answer).gpus == ()


def test_system_version() -> None:
    """The property list of the system."""
    found = sysctl.operating_system({"ProductName": "macOS", "ProductVersion": "15.5"})
    assert (found.os_name, found.os_version, found.os_family) == ("macOS 15.5", "15.5", "macos")


def test_battery_and_volumes() -> None:
    """A laptop's, a desktop's, and a volume."""
    assert sysctl.battery((80.0, False)).plugged is False
    assert sysctl.battery(None).present is False
    disk = profiler.disks([("/dev/disk3s1s1", "/", 500, 100)])[0]
    assert (disk.name, disk.mount, disk.free_bytes, disk.kind) == ("disk3s1s1", "/", 100, None)
