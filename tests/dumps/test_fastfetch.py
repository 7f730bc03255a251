"""fastfetch's JSON: every module that tells of hardware, failed modules, and a card that it once called built in."""

import json
from typing import Any

import pytest

from advisor.catalog.complete import complete
from tests.dumps.as_machine import machine_of, programs_of

GIB = 1 << 30
HD7570M = {
    "name": "AMD Radeon HD 7570M", "vendor": "AMD", "driver": "15.201.1301.0", "type": "Integrated",
    "memory": {"dedicated": {"total": 1052770304, "used": 0}, "shared": {"total": 4026531840, "used": None}},
}  # fmt: skip
LAPTOP: list[dict[str, Any]] = [
    {"type": "Title", "result": {"userName": "SECRET", "hostName": "SECRET"}},
    {"type": "OS", "result": {"id": "windows", "name": "Windows 11", "prettyName": "Windows 11 Pro"}},
    {"type": "Host", "result": {"name": "20156", "version": "Lenovo G480", "vendor": "LENOVO",
                                "serial": "SECRET", "uuid": "SECRET"}},
    {"type": "Chassis", "result": {"type": "Notebook", "vendor": "LENOVO"}},
    {"type": "Kernel", "result": {"architecture": "x86_64", "name": "WIN32_NT", "release": "10.0.22631"}},
    {"type": "DE", "error": "No DE found"},
    {"type": "CPU", "result": {"cpu": "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "vendor": "GenuineIntel",
                               "packages": 1, "cores": {"physical": 2, "logical": 4},
                               "frequency": {"base": 2500, "max": 3100}}},
    {"type": "CPUCache", "result": {"l1": [{"size": 32768, "num": 2, "type": "data"},
                                           {"size": 32768, "num": 2, "type": "instruction"}],
                                    "l2": [{"size": 262144, "num": 2}], "l3": [{"size": 3145728, "num": 1}]}},
    {"type": "GPU", "result": [HD7570M, {"name": "Microsoft Basic Render Driver", "vendor": "Microsoft"}]},
    {"type": "Memory", "result": {"total": 8 * GIB, "used": 3 * GIB}},
    {"type": "PhysicalMemory", "result": [
        {"size": 8 * GIB, "maxSpeed": 1600, "runningSpeed": 1333, "type": "DDR3", "locator": "BANK 0/ChannelA-DIMM0",
         "vendor": "Samsung", "serial": "SECRET"},
        {"size": 0, "type": "Unknown", "locator": "BANK 2/ChannelB-DIMM0", "installed": False}]},
    {"type": "Disk", "result": [
        {"bytes": {"available": 30 * GIB, "total": 100 * GIB}, "mountpoint": "C:\\", "volumeType": ["Regular"]},
        {"bytes": {"available": 1, "total": 5}, "mountpoint": "/boot", "volumeType": ["Hidden"]}]},
    {"type": "Battery", "result": [{"capacity": 80.0, "status": "Discharging"}]},
]  # fmt: skip


def test_a_whole_laptop() -> None:
    text = json.dumps(LAPTOP)
    assert programs_of(text) == ["fastfetch"]
    machine = machine_of(text)
    assert (machine.manufacturer, machine.model, machine.chassis) == ("Lenovo", "Lenovo G480", "laptop")
    assert (machine.os_name, machine.os_family, machine.os_version) == ("Windows 11 Pro", "windows", "10.0.22631")
    cpu = machine.cpu
    assert (cpu.vendor, cpu.cores, cpu.threads, cpu.base_mhz, cpu.max_mhz) == ("Intel", 2, 4, 2500, 3100)
    assert (cpu.l1d_bytes, cpu.l2_bytes, cpu.l3_bytes) == (65536, 524288, 3145728)
    memory = machine.memory
    assert (memory.total_bytes, memory.available_bytes) == (8 * GIB, 5 * GIB)
    assert (memory.kind, memory.speed_mts, memory.channels, memory.modules[0].rated_mts) == ("DDR3", 1333, 1, 1600)
    assert [(d.mount, d.total_bytes, d.free_bytes) for d in machine.disks] == [("C:\\", 100 * GIB, 30 * GIB)]
    assert (machine.battery.percent, machine.battery.plugged) == (80, False)
    assert "SECRET" not in repr(machine)


def test_a_small_card_is_not_built_in() -> None:
    """fastfetch issue 1032: a 1 GB Radeon HD 7570M was called integrated; the catalogue or nobody tells its kind."""
    machine = machine_of(json.dumps([{"type": "GPU", "result": [HD7570M]}]))
    (gpu,) = machine.gpus
    assert (gpu.name, gpu.kind, gpu.vram_bytes, gpu.shared_bytes) == (
        "AMD Radeon HD 7570M", None, 1052770304, 4026531840
    )  # fmt: skip
    assert gpu.driver == "15.201.1301.0"
    assert complete(machine).gpus[0].kind != "integrated"


def test_older_versions_print_gigahertz() -> None:
    cpu = machine_of(json.dumps([{"type": "CPU", "result": {"cpu": "x", "frequency": {"base": 2.5, "max": 3.1}}}])).cpu
    assert (cpu.base_mhz, cpu.max_mhz) == (2500, 3100)


@pytest.mark.parametrize(
    ("gpu", "kind", "vram"),
    [
        ({"name": "Intel UHD Graphics 730", "vendor": "Intel", "type": "Integrated",
          "memory": {"dedicated": {"total": 134217728}}}, "integrated", 0),
        ({"name": "NVIDIA GeForce RTX 4090", "vendor": "NVIDIA", "type": "Discrete",
          "memory": {"dedicated": {"total": 25757220864, "used": 1}}}, "discrete", 25757220864),
        ({"name": "Apple M3 Max", "vendor": "Apple", "type": "Integrated"}, "unified", None),
        ({"name": "AMD Radeon RX 7800 XT", "vendor": "AMD", "type": "Discrete",
          "memory": {"dedicated": {"total": None}}}, "discrete", None),
    ],
)  # fmt: skip
def test_kinds_and_memory(gpu: dict[str, Any], kind: str, vram: int | None) -> None:
    (read,) = machine_of(json.dumps([{"type": "GPU", "result": [gpu]}])).gpus
    assert (read.kind, read.vram_bytes) == (kind, vram)


def test_disks_without_volumes() -> None:
    disks = [
        {
            "name": "ATA WDC WD5000AADS-1",
            "devPath": "/dev/sde",
            "interconnect": "ATA",
            "kind": "HDD",
            "size": 500107862016,
        },
        {"name": "Seagate FireCuda 530", "devPath": "/dev/nvme0n1", "interconnect": "NVMe", "size": 2000398934016},
    ]
    text = json.dumps([{"type": "CPU", "result": {"cpu": "x"}}, {"type": "PhysicalDisk", "result": disks}])
    machine = machine_of(text)
    assert [(d.name, d.kind, d.total_bytes) for d in machine.disks] == [
        ("WDC WD5000AADS-1", "hdd", 500107862016), ("Seagate FireCuda 530", "nvme", 2000398934016)
    ]  # fmt: skip


@pytest.mark.parametrize("result", [None, 5, "text", [], {}, [1], [{"name": 5, "memory": 7}], {"total": "x"}])
@pytest.mark.parametrize(
    "module", ["GPU", "CPU", "CPUCache", "Memory", "PhysicalMemory", "Disk", "PhysicalDisk", "Battery", "Host"]
)
def test_other_shapes_break_nothing(module: str, result: object) -> None:
    text = json.dumps([{"type": module, "result": result}, {"type": "OS", "result": {"prettyName": "Arch Linux"}}])
    assert machine_of(text).os_name == "Arch Linux"
