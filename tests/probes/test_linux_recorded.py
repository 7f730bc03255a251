"""Linux readers on recordings of real machines: /proc/cpuinfo of many processors, /proc/meminfo, whole sysfs trees."""

import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from advisor.machine import Machine
from advisor.probes import linux
from advisor.probes.linux import memory
from advisor.probes.merge import merged
from advisor.probes.runner import run
from advisor.sources import cpuinfo

AVX2 = {"sse4_2", "avx", "f16c", "fma", "avx2"}


@pytest.mark.parametrize(
    ("file", "name", "vendor", "features"),
    [
        ("cpu-targets/linux-rhel7-ivybridge", "Intel(R) Xeon(R) CPU E5-2650 v2 @ 2.60GHz", "Intel",
         {"sse4_2", "avx", "f16c"}),
        ("cpu-targets/linux-rhel7-haswell", "Intel(R) Xeon(R) CPU E5-2680 v3 @ 2.50GHz", "Intel", AVX2),
        ("cpu-targets/linux-ubuntu20.04-zen3", "AMD Ryzen 9 5950X 16-Core Processor", "AMD", AVX2),
        ("cpu-targets/linux-rocky9-zen5", "AMD Ryzen 9 9950X 16-Core Processor", "AMD",
         AVX2 | {"avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni"}),
        ("cpu-targets/linux-unknown-sapphirerapids", "Intel(R) Xeon(R) Platinum 8480+", "Intel",
         AVX2 | {"avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_int8", "amx_bf16"}),
        ("cpu-targets/linux-scientificfermi6-bulldozer", "AMD Opteron(TM) Processor 6212", "AMD", {"sse4_2", "avx"}),
        ("cpu-targets/linux-asahi-m1", "Apple M1", "Apple", {"neon", "dotprod"}),
        ("cpu-targets/linux-amazon-neoverse_v1", "ARM Neoverse-V1", "ARM", {"neon", "dotprod", "i8mm", "bf16", "sve"}),
        ("facter/cpuinfo_arm64.txt", "Cavium ThunderX-88XX", "Cavium", {"neon"}),
        ("linux/cpuinfo/linux-raspberry-pi-3-model-b.txt", "ARM Cortex-A53", "ARM", {"neon"}),
        ("linux/cpuinfo/linux-686-1.txt", "Intel(R) Pentium(R) M processor 1.73GHz", "Intel", set()),
    ],
)  # fmt: skip
def test_processors(shared: Path, file: str, name: str, vendor: str, features: set[str]) -> None:
    """Name, maker and instruction sets of real processors, checked by eye."""
    info = cpuinfo.parse((shared / "fixtures" / file).read_text(encoding="utf-8", errors="replace"))
    assert cpuinfo.name_and_vendor(info) == (name, vendor)
    assert set(cpuinfo.features(info) or ()) == features


def test_every_recorded_cpuinfo_is_read(shared: Path) -> None:
    """All of them: at least one processor, a name, an architecture, and the makers' own lines left alone."""
    fixtures = shared / "fixtures"
    files = [
        *fixtures.glob("cpu-targets/linux-*"),
        *fixtures.glob("facter/cpuinfo*"),
        *fixtures.glob("linux/cpuinfo/*"),
    ]
    files += fixtures.glob("jc/*cpuinfo*")
    assert len(files) > 30
    for file in files:
        info = cpuinfo.parse(file.read_text(encoding="utf-8", errors="replace"))
        assert info.processors, file.name
        assert all(cpuinfo.name_and_vendor(info)), file.name
        assert cpuinfo.architecture(info) in ("x86_64", "x86", "arm64", "arm"), file.name


@pytest.mark.parametrize(
    ("file", "packages", "cores"),
    [("facter/cpuinfo.txt", 1, 4), ("linux/cpuinfo/toshiba-r630-2-core.txt", 1, 2), ("jc/linux-proc_cpuinfo2", 2, 2)],
)
def test_packages_and_cores(shared: Path, file: str, packages: int, cores: int) -> None:
    """Hyper-threads are not cores; two sockets of a virtual machine are two."""
    info = cpuinfo.parse((shared / "fixtures" / file).read_text(encoding="utf-8", errors="replace"))
    assert cpuinfo.packages_and_cores(info) == (packages, cores)


@pytest.mark.parametrize(
    ("name", "mhz"),
    [("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", 2500), ("Intel(R) Pentium(R) M processor 1.73GHz", 1730),
     ("AMD Ryzen 9 5950X 16-Core Processor", None), ("Intel(R) Core(TM) Ultra 9 285", None), (None, None)],
)  # fmt: skip
def test_the_clock_in_the_name(name: str | None, mhz: float | None) -> None:
    """Intel wrote the base clock into the name for many years."""
    assert cpuinfo.nominal_mhz(name) == mhz


@pytest.mark.parametrize(
    ("file", "total_kib"), [("facter/meminfo.txt", 4036680), ("facter/meminfo_missing_available.txt", 4036680)]
)
def test_recorded_meminfo(shared: Path, tmp_path: Path, file: str, total_kib: int) -> None:
    """With and without the kernel's own estimate of what is available."""
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_bytes((shared / "fixtures" / file).read_bytes())
    found = memory.sizes(tmp_path)
    assert found.total_bytes == total_kib * 1024
    assert found.available_bytes is not None
    assert 0 < found.available_bytes < found.total_bytes


@pytest.mark.skipif(sys.platform == "win32", reason="the recordings hold links")
@pytest.mark.parametrize(
    ("file", "cpu", "cores", "gpus", "disk"),
    [
        ("linux-amd64-accel-nvidia", "Intel(R) Xeon(R) CPU E5-2695 v4 @ 2.10GHz", 8,
         [("1af4:1050", "virtual", "virtio-pci"), ("10de:15f8", "discrete", "nvidia")], None),
        ("linux-amd64-offlineCPUs", "Intel Xeon Processor (Skylake, IBRS)", 2, [], None),
        ("linux-arm64-c288e0776090cd558ef793b2a4e61939", "ARM Neoverse-N1", 1, [], "nvme0n1"),
    ],
)  # fmt: skip
def test_recorded_systems(
    shared: Path, tmp_path: Path, file: str, cpu: str, cores: int, gpus: list[tuple[str, str, str]], disk: str | None
) -> None:
    """Whole /proc and /sys trees: a GPU server, a machine with processors switched off, an ARM cloud machine."""
    machine = _replayed(shared / "fixtures/linux/sysfs-snapshots" / f"{file}.tar.gz", tmp_path)
    assert (machine.cpu.name, machine.cpu.cores) == (cpu, cores)
    assert [(g.pci_id, g.kind, (g.driver or "").split()[0]) for g in machine.gpus] == gpus
    if disk is not None:
        assert [(d.name, d.kind) for d in machine.disks] == [(disk, "nvme")]
    assert machine.notes == ()


def _replayed(archive: Path, folder: Path) -> Machine:
    with tarfile.open(archive) as tar:
        # The archives hold /proc and /sys files only; links lead from class folders to devices within them.
        # Filters came with Python 3.11.4, and Debian 12 has 3.11.2.
        known: dict[str, Any] = {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}
        tar.extractall(folder, **known)
    root = next(f for f in (folder, *folder.iterdir()) if (f / "proc").is_dir())
    return merged(run(linux.probes(root), 20))
