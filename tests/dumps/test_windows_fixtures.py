"""Recorded outputs of Windows computers: every file is read or refused in a sentence; facts checked by eye."""

from pathlib import Path

import pytest

from advisor import dumps
from advisor.catalog.complete import complete
from advisor.errors import UserError
from advisor.machine import Machine

GIB = 1 << 30
# What tells nothing of the hardware, or is no program's output: the CPUID tables of a library's tests.
REFUSED = {
    "windows/wmi/7-Win32_PhysicalMemoryArray.wmi": "tells nothing about hardware",
    "windows/wmi/proxmox-Win32_Bios.wmi": "tells nothing about hardware",
    "cpu-targets/windows-cpuid-broadwell": "not recognised",
    "cpu-targets/windows-cpuid-icelake": "not recognised",
}


def load(shared: Path, *names: str) -> Machine:
    return dumps.load(*(shared / "fixtures" / name for name in names))


def test_every_file(shared: Path) -> None:
    """Each of them is of the kind that its folder says, or refused with its name and a reason."""
    place = shared / "fixtures"
    files = [path for path in (place / "windows").rglob("*") if path.is_file()]
    files += [*(place / "jc").glob("windows_*"), *(place / "cpu-targets").glob("windows-*")]
    assert len(files) > 35
    kinds = {".wmi": "wmic", ".reg": "registry export", ".xml": "powercfg", ".out": "systeminfo", ".txt": "dmidecode"}
    for path in files:
        name = path.relative_to(place).as_posix()
        if name in REFUSED:
            with pytest.raises(UserError, match=REFUSED[name]):
                dumps.load(path)
        else:
            assert dumps.load_all(path).files == ((str(path), (kinds[path.suffix],)),), name


@pytest.mark.parametrize(
    ("name", "name_of_cpu", "cores", "threads", "sockets"),
    [
        ("2008-with-2-different-cpus", "Intel(R) Xeon(R) CPU E5506 @ 2.13GHz", 8, 8, 2),
        ("7", "Intel(R) Core(TM) i5-2300 CPU @ 2.80GHz", 4, 4, 1),
        ("2019-amd-epyc", "AMD EPYC 7302 16-Core Processor", 2, 4, 1),
    ],
)
def test_processors(shared: Path, name: str, name_of_cpu: str, cores: int, threads: int, sockets: int) -> None:
    """wmic and the registry's export of the same computers."""
    files = [f"windows/wmi/{name}-Win32_Processor.wmi", f"windows/registry/{name}-CentralProcessor.reg"]
    cpu = load(shared, *files).cpu
    assert (cpu.name, cpu.cores, cpu.threads, cpu.sockets) == (name_of_cpu, cores, threads, sockets)


def test_windows_xp(shared: Path) -> None:
    """WMI misnames the processor, the registry does not: the name comes from there."""
    both = ("windows/wmi/xp-Win32_Processor.wmi", "windows/registry/xp-CentralProcessor.reg")
    cpu = load(shared, *both).cpu
    assert cpu.name == "Intel(R) Core(TM)2 Duo CPU T9400 @ 2.53GHz"
    assert (cpu.cores, cpu.l2_bytes, cpu.architecture) == (2, 6 << 20, "x86")


@pytest.mark.parametrize(
    ("name", "kind", "speed", "channels", "installed"),
    [
        ("7-Win32_PhysicalMemory", None, 1600, 2, 4 * GIB),
        ("xp-Win32_PhysicalMemory", None, 800, 2, 4 * GIB),
        ("2003SP2-Win32_PhysicalMemory", None, None, None, GIB),
    ],
)
def test_modules(
    shared: Path, name: str, kind: str | None, speed: int | None, channels: int | None, installed: int
) -> None:
    """Old systems say no kind; how many channels follows from the slots."""
    memory = load(shared, f"windows/wmi/{name}.wmi").memory
    assert (memory.kind, memory.speed_mts, memory.channels, memory.installed_bytes) == (
        kind,
        speed,
        channels,
        installed,
    )


@pytest.mark.parametrize(
    ("name", "cards"),
    [
        ("amd-radeon-rx6600xt", [("AMD Radeon RX 6600 XT", "1002:73ff", None)]),
        ("intel-hd-graphics", [("Intel(R) HD Graphics", "8086:0102", 0)]),
        (
            "intel+nvidia",
            [("Intel(R) HD Graphics 4600", "8086:0412", 0), ("NVIDIA GeForce GTX 950", "10de:1402", 2 * GIB)],
        ),
        ("nvidia-geforce-rtx-2060-super", [("NVIDIA GeForce RTX 2060 SUPER", "10de:1f06", None)]),
    ],
)
def test_cards(shared: Path, name: str, cards: list[tuple[str, str, int | None]]) -> None:
    """wmic alone: remote adapters left out, Intel's figure and the ceiling of 32 bits not believed."""
    machine = load(shared, f"windows/{name}/Win32_VideoController.utf16.wmi")
    assert [(g.name, g.pci_id, g.vram_bytes) for g in machine.gpus] == cards


@pytest.mark.parametrize(
    ("name", "vram"), [("amd-radeon-rx6600xt", 8 * GIB), ("nvidia-geforce-rtx-2060-super", 8 * GIB)]
)
def test_the_catalogue_knows_what_was_cut(shared: Path, name: str, vram: int) -> None:
    """The card's data sheet in place of the 32 bits."""
    (gpu,) = complete(load(shared, f"windows/{name}/Win32_VideoController.utf16.wmi")).gpus
    assert gpu.vram_bytes == vram
    assert gpu.origin("vram_bytes").kind == "looked_up"


def test_systems(shared: Path) -> None:
    """Maker, model and system of the recorded systeminfo and wmic outputs."""
    dell = load(shared, "jc/windows_windows-10_systeminfo-hyperv.out")
    assert (dell.manufacturer, dell.model, dell.environment) == ("Dell Inc.", "Precision 5530", ())
    assert (dell.os_name, dell.os_version) == ("Microsoft Windows 10 Enterprise", "10.0.17134")
    assert (dell.memory.total_bytes, dell.memory.available_bytes) == (32503 << 20, 19743 << 20)
    guest = load(shared, "jc/windows_windows-2012r2_systeminfo.out")
    assert (guest.environment, guest.os_version, guest.memory.total_bytes) == (("vm",), "6.3.9600", 3555 << 20)
    assert load(shared, "jc/windows_windows-10_systeminfo.out").environment == ("vm",)
    assert load(shared, "jc/windows_windows-7_systeminfo.out").model == "11111AA"
    lenovo = load(shared, "windows/wmi/11-AzureAD-Win32_ComputerSystem.wmi")
    assert (lenovo.manufacturer, lenovo.model, lenovo.chassis) == ("Lenovo", "ThinkPad E14 Gen 2", "laptop")
    assert load(shared, "windows/wmi/proxmox-Win32_ComputerSystem.wmi").environment == ("vm",)
    system = load(shared, "windows/wmi/win7-sp1-x64-Win32_OperatingSystem.wmi")
    assert (system.os_name, system.os_version) == ("Microsoft Windows 7 Professionnel", "6.1.7600")
    assert system.memory.available_bytes == 1663820 << 10


def test_disks(shared: Path) -> None:
    """Physical disks alone; volumes with what is free; a network drive is said to be one."""
    nvme = load(shared, "windows/wmi/latitude-7480-MSFT_PhysicalDisk.wmi").disks
    assert [(d.name, d.kind, d.total_bytes) for d in nvme] == [("PC300 NVMe SK hynix 512GB", "nvme", 512110190592)]
    assert load(shared, "windows/wmi/win10-crypt-Win32_DiskDrive.wmi").disks[0].kind == "nvme"
    assert [d.kind for d in load(shared, "windows/wmi/win7-sp1-x64-Win32_DiskDrive.wmi").disks] == ["virtual"] * 2
    volumes = load(shared, "windows/wmi/win7-sp1-x64-Win32_LogicalDisk.wmi").disks
    assert [(d.mount, d.kind, d.free_bytes) for d in volumes] == [
        ("C:", None, 38306471936), ("Z:", "network", 829633548288),
    ]  # fmt: skip


def test_battery_report_and_dmidecode(shared: Path) -> None:
    """Two programs' outputs of one notebook."""
    machine = load(shared, "windows/powercfg/win10-dell-xps.xml", "windows/powercfg/win10-dell-xps.dmidecode.txt")
    assert (machine.model, machine.chassis, machine.battery.present) == ("XPS 13 9350", "laptop", True)


def test_no_names_of_people_or_computers(shared: Path) -> None:
    """Host names that the recordings kept are in none of the machines."""
    for name in ("wmi/11-AzureAD-Win32_ComputerSystem.wmi", "intel-hd-graphics/Win32_VideoController.utf16.wmi"):
        shown = repr(load(shared, f"windows/{name}"))
        assert "DESKTOP-EHRK1QO" not in shown
        assert "LAW065" not in shown
    assert "XPS-GLPI" not in repr(load(shared, "windows/powercfg/win10-dell-xps.xml"))
