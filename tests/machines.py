"""Whole machines for tests: as probes would report them, completed from the catalogues."""

from functools import cache

from advisor.catalog.complete import complete
from advisor.machine import Battery, Cpu, Disk, Gpu, Machine, Memory, MemoryModule, Origin

GIB = 1 << 30


def _from(source: str, *names: str) -> dict[str, Origin]:
    return {name: Origin("reported", source) for name in names}


@cache
def g480() -> Machine:
    """A Lenovo G480 of 2012: two cores without AVX2, 12 GB of DDR3, a Fermi card that no runtime supports."""
    return complete(
        Machine(
            manufacturer="LENOVO", model="Lenovo G480", chassis="laptop",
            os_name="Microsoft Windows 10 Pro", os_version="10.0.19043", os_family="windows", environment=(),
            origins=_from("SMBIOS", "manufacturer", "model", "chassis")
            | _from("Windows registry", "os_name", "os_version", "environment"),
            cpu=Cpu(
                name="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", vendor="Intel", architecture="x86_64", sockets=1,
                cores=2, threads=4, base_mhz=2500.0,
                features=frozenset({"sse4_2", "avx", "f16c"}),
                origins=_from("Windows registry", "name", "vendor", "architecture", "base_mhz")
                | _from("GetLogicalProcessorInformationEx", "sockets", "cores", "threads", "features"),
            ),
            memory=Memory(
                total_bytes=int(11.7 * GIB), installed_bytes=12 * GIB, available_bytes=int(7.9 * GIB),
                kind="DDR3", speed_mts=1600,
                modules=(
                    MemoryModule(slot="ChannelA-DIMM0", size_bytes=4 * GIB, kind="DDR3", speed_mts=1600),
                    MemoryModule(slot="ChannelB-DIMM0", size_bytes=8 * GIB, kind="DDR3", speed_mts=1600),
                ),
                origins=_from("GlobalMemoryStatusEx", "total_bytes", "available_bytes")
                | _from("SMBIOS", "installed_bytes", "kind", "speed_mts"),
            ),
            gpus=(
                Gpu(
                    name="Intel(R) HD Graphics 4000", vendor="Intel", kind="integrated", pci_id="8086:0166",
                    shared_bytes=int(5.8 * GIB),
                    origins=_from("DXGI", "name", "vendor", "kind", "pci_id", "shared_bytes"),
                ),
                Gpu(
                    name="NVIDIA GeForce 610M", vendor="NVIDIA", kind="discrete", pci_id="10de:1058",
                    vram_bytes=1 * GIB,
                    origins=_from("DXGI", "name", "vendor", "kind", "pci_id", "vram_bytes"),
                ),
            ),
            disks=(
                Disk(
                    name="ST500LT012-9WS142", mount="C:\\", kind="hdd", total_bytes=465 * GIB, free_bytes=83 * GIB,
                    origins=_from("GetDiskFreeSpaceEx", "name", "mount", "kind", "total_bytes", "free_bytes"),
                ),
            ),
            battery=Battery(present=True, percent=71.0, plugged=True, origins=_from("GetSystemPowerStatus", "present")),
        )
    )  # fmt: skip


@cache
def builder_5950x() -> Machine:
    """A desktop with much processor and memory, and a Kepler card with 2 GB."""
    return complete(
        Machine(
            manufacturer="ASUSTeK COMPUTER INC.", model="TUF GAMING B550M-PLUS", chassis="desktop",
            os_name="Ubuntu 24.04.2 LTS", os_version="6.8.0-57-generic", os_family="linux", environment=(),
            origins=_from("SMBIOS", "manufacturer", "model", "chassis")
            | _from("/etc/os-release", "os_name", "os_version"),
            cpu=Cpu(
                name="AMD Ryzen 9 5950X 16-Core Processor", vendor="AMD", architecture="x86_64", sockets=1, cores=16,
                threads=32, l3_bytes=64 << 20, features=frozenset({"sse4_2", "avx", "f16c", "fma", "avx2"}),
                origins=_from("/proc/cpuinfo", "name", "vendor", "architecture", "sockets", "cores", "threads")
                | _from("/proc/cpuinfo", "features"),
            ),
            memory=Memory(
                total_bytes=int(62.7 * GIB), installed_bytes=64 * GIB, available_bytes=int(57.4 * GIB), kind="DDR4",
                speed_mts=2400,
                modules=(
                    MemoryModule(slot="DIMM_A2", size_bytes=32 * GIB, kind="DDR4", speed_mts=2400),
                    MemoryModule(slot="DIMM_B2", size_bytes=32 * GIB, kind="DDR4", speed_mts=2400),
                ),
                origins=_from("/proc/meminfo", "total_bytes", "available_bytes")
                | _from("SMBIOS", "installed_bytes", "kind", "speed_mts"),
            ),
            gpus=(
                Gpu(
                    name="GeForce GT 710", vendor="NVIDIA", kind="discrete", pci_id="10de:128b", vram_bytes=2 * GIB,
                    origins=_from("sysfs", "name", "vendor", "pci_id", "kind", "vram_bytes"),
                ),
            ),
            disks=(
                Disk(
                    name="KINGSTON SNV2S1000G", mount="/", kind="nvme", total_bytes=931 * GIB, free_bytes=412 * GIB,
                    origins=_from("statvfs", "name", "mount", "kind", "total_bytes", "free_bytes"),
                ),
                Disk(
                    name="ST8000NM000A-2KE", mount="/srv/data", kind="hdd", total_bytes=7452 * GIB,
                    free_bytes=5110 * GIB,
                    origins=_from("statvfs", "name", "mount", "kind", "total_bytes", "free_bytes"),
                ),
            ),
        )
    )  # fmt: skip


@cache
def rtx4090_desktop() -> Machine:
    """A desktop for AI: 24 GB of VRAM with a current driver, 64 GB of DDR5."""
    return complete(
        Machine(
            manufacturer="Micro-Star International Co., Ltd.", model="MS-7E06", chassis="desktop",
            os_name="Microsoft Windows 11 Pro", os_version="10.0.22631", os_family="windows", environment=(),
            origins=_from("SMBIOS", "manufacturer", "model", "chassis")
            | _from("Windows registry", "os_name", "os_version"),
            cpu=Cpu(
                name="13th Gen Intel(R) Core(TM) i7-13700K", vendor="Intel", architecture="x86_64", sockets=1, cores=16,
                threads=24, performance_cores=8, efficiency_cores=8,
                features=frozenset({"sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni"}),
                origins=_from("Windows registry", "name", "vendor", "architecture")
                | _from("GetLogicalProcessorInformationEx", "sockets", "cores", "threads", "features"),
            ),
            memory=Memory(
                total_bytes=int(63.8 * GIB), installed_bytes=64 * GIB, available_bytes=int(51.0 * GIB), kind="DDR5",
                speed_mts=5600, channels=2,
                origins=_from("GlobalMemoryStatusEx", "total_bytes", "available_bytes")
                | _from("SMBIOS", "installed_bytes", "kind", "speed_mts", "channels"),
            ),
            gpus=(
                Gpu(
                    name="NVIDIA GeForce RTX 4090", vendor="NVIDIA", kind="discrete", pci_id="10de:2684",
                    vram_bytes=24564 << 20, vram_available_bytes=22938 << 20, driver="566.36", compute_capability="8.9",
                    origins=_from(
                        "NVML", "name", "vendor", "kind", "pci_id", "vram_bytes", "vram_available_bytes", "driver",
                        "compute_capability",
                    ),
                ),
            ),
            disks=(
                Disk(
                    name="Samsung SSD 990 PRO 2TB", mount="C:\\", kind="nvme", total_bytes=1862 * GIB,
                    free_bytes=905 * GIB,
                    origins=_from("GetDiskFreeSpaceEx", "name", "mount", "kind", "total_bytes", "free_bytes"),
                ),
            ),
        )
    )  # fmt: skip


@cache
def macbook_m4() -> Machine:
    """A MacBook Air of 2025: one memory of 16 GB for an M4's ten cores and its graphics."""
    return complete(
        Machine(
            manufacturer="Apple", model="MacBook Air", chassis="laptop", os_name="macOS 15.4", os_version="15.4",
            os_family="macos", environment=(),
            origins=_from("system_profiler", "manufacturer", "model", "chassis")
            | _from("SystemVersion.plist", "os_name", "os_version"),
            cpu=Cpu(
                name="Apple M4", vendor="Apple", architecture="arm64", sockets=1, cores=10, threads=10,
                performance_cores=4, efficiency_cores=6, features=frozenset({"neon", "dotprod", "i8mm", "bf16"}),
                origins=_from("sysctl", "name", "vendor", "architecture", "sockets", "cores", "threads", "features"),
            ),
            memory=Memory(
                total_bytes=16 * GIB, installed_bytes=16 * GIB, available_bytes=int(10.4 * GIB), kind="LPDDR5",
                origins=_from("sysctl", "total_bytes", "installed_bytes")
                | _from("host_statistics64", "available_bytes"),
            ),
            gpus=(
                Gpu(
                    name="Apple M4", vendor="Apple", kind="unified", vram_bytes=0,
                    origins=_from("sysctl", "name", "vendor", "kind", "vram_bytes"),
                ),
            ),
            disks=(
                Disk(
                    name="disk3s5", mount="/", kind="nvme", total_bytes=228 * GIB, free_bytes=121 * GIB,
                    origins=_from("statvfs", "name", "mount", "kind", "total_bytes", "free_bytes"),
                ),
            ),
            battery=Battery(present=True, percent=88.0, plugged=False, origins=_from("IOPowerSources", "present")),
        )
    )  # fmt: skip
