"""system_profiler as text (English and Chinese), JSON and property list, and sysctl beside it."""

import json
from typing import Any

import pytest

from advisor.catalog.complete import complete
from advisor.errors import UserError
from advisor.machine import Machine
from tests.dumps.as_machine import machine_of, programs_of

GIB = 1 << 30

M3_MAX: dict[str, Any] = {
    "SPHardwareDataType": [{
        "_name": "hardware_overview", "machine_name": "MacBook Pro", "machine_model": "Mac15,8",
        "chip_type": "Apple M3 Max", "number_processors": "proc 16:12:4", "physical_memory": "64 GB",
        "serial_number": "PRIVATE", "platform_UUID": "PRIVATE", "provisioning_UDID": "PRIVATE",
    }],
    "SPDisplaysDataType": [{
        "_name": "Apple M3 Max", "sppci_model": "Apple M3 Max", "sppci_cores": "40", "sppci_bus": "spdisplays_builtin",
        "spdisplays_vendor": "sppci_vendor_Apple", "spdisplays_mtlgpufamilysupport": "spdisplays_metal3",
        "spdisplays_ndrvs": [{"_name": "Color LCD", "_spdisplays_display-serial-number": "PRIVATE"}],
    }],
    "SPMemoryDataType": [{"SPMemoryDataType": "64 GB", "dimm_type": "LPDDR5", "dimm_manufacturer": "Micron"}],
    "SPSoftwareDataType": [{
        "os_version": "macOS 15.1 (24B83)", "local_host_name": "PRIVATE", "user_name": "PRIVATE (x)",
        "boot_volume": "PRIVATE",
    }],
    "SPStorageDataType": [
        {"mount_point": "/", "size_in_bytes": 994662584320, "free_space_in_bytes": 500000000000,
         "physical_drive": {"device_name": "APPLE SSD AP1024Z", "medium_type": "ssd", "protocol": "Apple Fabric"}},
        {"_name": "Data", "mount_point": "/System/Volumes/Data", "size_in_bytes": 994662584320,
         "free_space_in_bytes": 500000000000, "physical_drive": {"protocol": "Apple Fabric"}},
        {"_name": "Installer", "mount_point": "/Volumes/Installer", "size_in_bytes": 27774976,
         "physical_drive": {"protocol": "Disk Image"}},
    ],
    "SPPowerDataType": [
        {"_name": "spbattery_information", "sppower_battery_charge_info": {"sppower_battery_state_of_charge": 82},
         "sppower_battery_model_info": {"sppower_battery_serial_number": "PRIVATE"}},
        {"_name": "sppower_ac_charger_information", "sppower_battery_charger_connected": "FALSE"},
    ],
}  # fmt: skip


def plist(value: object) -> str:
    """`value` as a property list writes it."""
    if isinstance(value, dict):
        return "<dict>" + "".join(f"<key>{key}</key>{plist(item)}" for key, item in value.items()) + "</dict>"
    if isinstance(value, list):
        return "<array>" + "".join(map(plist, value)) + "</array>"
    return f"<integer>{value}</integer>" if isinstance(value, int) else f"<string>{value}</string>"


def property_list(answer: dict[str, Any]) -> str:
    types = [{"_SPCommandLineArguments": ["x"], "_dataType": key, "_items": items} for key, items in answer.items()]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" '
    return f'{head}"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n{plist(types)}\n</plist>\n'


def check_m3_max(machine: Machine) -> None:
    assert (machine.manufacturer, machine.model, machine.chassis) == ("Apple", "MacBook Pro", "laptop")
    assert (machine.os_name, machine.os_version, machine.os_family) == ("macOS 15.1", "15.1", "macos")
    cpu, memory = machine.cpu, machine.memory
    assert (cpu.name, cpu.architecture, cpu.cores) == ("Apple M3 Max", "arm64", 16)
    assert (cpu.performance_cores, cpu.efficiency_cores) == (12, 4)
    assert (memory.total_bytes, memory.kind) == (64 * GIB, "LPDDR5")
    assert [(g.name, g.kind, g.vram_bytes) for g in machine.gpus] == [("Apple M3 Max 40-core GPU", "unified", 0)]
    assert [(d.mount, d.name, d.kind) for d in machine.disks] == [("/", "APPLE SSD AP1024Z", "ssd")]
    battery = machine.battery
    assert (battery.present, battery.percent, battery.plugged) == (True, 82.0, False)
    assert "PRIVATE" not in repr(machine)


@pytest.mark.parametrize("text", [json.dumps(M3_MAX, indent=2), property_list(M3_MAX)], ids=["json", "xml"])
def test_m3_max(text: str) -> None:
    """JSON and property list tell the same."""
    check_m3_max(machine_of(text))


@pytest.mark.parametrize(("cores", "memory", "bandwidth"), [("40", "64 GB", 400e9), ("30", "36 GB", 300e9)])
def test_the_number_of_gpu_cores_tells_chips_apart(cores: str, memory: str, bandwidth: float) -> None:
    """Two chips are called M3 Max; the one with fewer GPU cores has less bandwidth."""
    answer = {
        "SPHardwareDataType": [{**M3_MAX["SPHardwareDataType"][0], "physical_memory": memory}],
        "SPDisplaysDataType": [{**M3_MAX["SPDisplaysDataType"][0], "sppci_cores": cores}],
    }
    done = complete(machine_of(json.dumps(answer)))
    assert done.memory.bandwidth_bytes_per_s == bandwidth
    assert done.gpus[0].usable


@pytest.mark.parametrize(
    ("processors", "cores", "fast", "slow"),
    [
        ("proc 8:4:4", 8, 4, 4),
        ("proc 10:8:2", 10, 8, 2),
        ("proc 18:6:0:12", 18, 6, 12),  # M5 Max on macOS 26: super, efficiency and performance cores
        ("proc 15:5:0:10", 15, 5, 10),
        (6, 6, None, None),
    ],
)
def test_kinds_of_cores(processors: object, cores: int, fast: int | None, slow: int | None) -> None:
    """Three fields, four since macOS 26, a plain number on Intel Macs."""
    hardware = {"machine_name": "MacBook Pro", "machine_model": "Mac17,7", "chip_type": "Apple M5 Max"}
    cpu = machine_of(json.dumps({"SPHardwareDataType": [{**hardware, "number_processors": processors}]})).cpu
    assert (cpu.cores, cpu.performance_cores, cpu.efficiency_cores) == (cores, fast, slow)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"_name": "kHW_AppleM1Item", "spdisplays_metal": "spdisplays_mtlgpufamilyapple7"}, "Apple M1"),  # stats 394
        ({"_name": "kHW_AppleM1ProItem", "spdisplays_vendor": "sppci_vendor_Apple"}, "Apple M1 Pro"),
        ({"_name": "Apple M3 Pro", "spdisplays_metal": "spdisplays_metal3"}, "Apple M3 Pro"),  # system-bridge 3408
    ],
)
def test_a_name_that_was_not_translated(entry: dict[str, str], name: str) -> None:
    """Some systems print the key of a name; it says which chip all the same."""
    (gpu,) = machine_of(json.dumps({"SPDisplaysDataType": [entry]})).gpus
    assert (gpu.name, gpu.kind, gpu.vram_bytes, gpu.vendor) == (name, "unified", 0, "Apple")


def test_eight_gigabytes_of_lp_ddr4() -> None:
    """An M1's memory as older systems spell it (stats 394)."""
    memory = machine_of(
        json.dumps(
            {
                "SPHardwareDataType": [{"machine_name": "MacBook Air", "chip_type": "Apple M1"}],
                "SPMemoryDataType": [{"dimm_type": "lp_ddr4", "SPMemoryDataType": "8 GB"}],
            }
        )
    ).memory
    assert (memory.kind, memory.total_bytes) == ("LPDDR4", 8 * GIB)


INTEL: dict[str, Any] = {
    "SPHardwareDataType": [{
        "machine_name": "MacBook Pro", "machine_model": "MacBookPro15,1", "cpu_type": "6-Core Intel Core i7",
        "number_processors": 6, "packages": 1, "current_processor_speed": "2.6 GHz", "l3_cache": "12 MB",
        "physical_memory": "16 GB", "platform_cpu_htt": "htt_enabled",
    }],
    "SPDisplaysDataType": [
        {"_name": "kHW_IntelUHDGraphics630Item", "sppci_model": "Intel UHD Graphics 630",
         "sppci_bus": "spdisplays_builtin", "spdisplays_vendor": "Intel", "spdisplays_device-id": "0x3e9b",
         "_spdisplays_vram": "1536 MB"},
        {"_name": "kHW_AMDRadeonPro560XItem", "sppci_model": "Radeon Pro 560X", "sppci_bus": "spdisplays_pcie_device",
         "spdisplays_vendor": "AMD (0x1002)", "spdisplays_device-id": "0x67ef", "spdisplays_vram": "4 GB"},
    ],
    "SPMemoryDataType": [{"_items": [
        {"_name": "BANK 0/ChannelA-DIMM0", "dimm_size": "8 GB", "dimm_type": "DDR4", "dimm_speed": "2400 MHz",
         "dimm_manufacturer": "SK Hynix", "dimm_serial_number": "PRIVATE"},
        {"_name": "BANK 2/ChannelB-DIMM0", "dimm_size": "8 GB", "dimm_type": "DDR4", "dimm_speed": "2400 MHz",
         "dimm_manufacturer": "SK Hynix"},
        {"_name": "BANK 3", "dimm_size": "empty", "dimm_type": "empty"},
    ]}],
}  # fmt: skip


def test_intel_mac() -> None:
    """Modules with channels; the processor's family is no name; the built-in graphics share the memory."""
    machine = machine_of(json.dumps(INTEL))
    cpu, memory = machine.cpu, machine.memory
    assert cpu.name is None
    assert cpu.origin("name").values["name"] == "6-Core Intel Core i7"
    assert (cpu.vendor, cpu.architecture, cpu.cores, cpu.base_mhz, cpu.l3_bytes) == (
        "Intel", "x86_64", 6, 2600.0, 12 << 20,
    )  # fmt: skip
    assert cpu.threads == 12
    assert (memory.kind, memory.speed_mts, memory.channels, memory.installed_bytes) == ("DDR4", 2400, 2, 16 * GIB)
    assert [m.maker for m in memory.modules] == ["SK Hynix", "SK Hynix"]
    assert [(g.pci_id, g.kind, g.vram_bytes) for g in machine.gpus] == [
        ("8086:3e9b", "integrated", 0),
        ("1002:67ef", "discrete", 4 * GIB),
    ]
    assert "PRIVATE" not in repr(machine)


def test_sysctl_beside_it_names_the_processor() -> None:
    """Two dumps of one Mac: the family in one does not contradict the full name in the other."""
    sysctl = (
        "machdep.cpu.brand_string: Intel(R) Core(TM) i7-8850H CPU @ 2.60GHz\nmachdep.cpu.vendor: GenuineIntel\n"
        "machdep.cpu.core_count: 6\nmachdep.cpu.thread_count: 12\nhw.memsize: 17179869184\n"
        "machdep.cpu.features: FPU SSE4.2 AVX1.0 F16C FMA\nmachdep.cpu.leaf7_features: AVX2\n"
        "hw.model: MacBookPro15,1\nkern.hostname: PRIVATE\nkern.osproductversion: 12.6\n"
    )
    machine = machine_of(json.dumps(INTEL), sysctl)
    assert machine.model == "MacBook Pro"
    assert machine.cpu.name == "Intel(R) Core(TM) i7-8850H CPU @ 2.60GHz"
    assert machine.cpu.features is not None
    assert "avx2" in machine.cpu.features
    assert (machine.os_name, machine.os_family) == ("macOS 12.6", "macos")
    assert "PRIVATE" not in repr(machine)
    assert programs_of(sysctl) == ["sysctl"]


ENGLISH = """Hardware:

    Hardware Overview:

      Model Name: MacBook Pro
      Model Identifier: MacBookPro17,1
      Chip: Apple M1
      Total Number of Cores: 8 (4 performance and 4 efficiency)
      Memory: 16 GB
      System Firmware Version: 7429.61.2
      Serial Number (system): PRIVATE
      Hardware UUID: PRIVATE

Graphics/Displays:

    Apple M1:

      Chipset Model: Apple M1
      Type: GPU
      Bus: Built-In
      Total Number of Cores: 8
      Vendor: Apple (0x106b)
      Displays:
        Color LCD:
          Resolution: 2560 x 1600 Retina

Software:

    System Software Overview:

      System Version: macOS 13.2 (22D49)
      Boot Volume: PRIVATE
      Computer Name: PRIVATE
      User Name: PRIVATE (x)
"""
CHINESE = """硬件：

    硬件概览：

      型号名称：MacBook Pro
      型号标识符：MacBookPro17,1
      芯片：Apple M1
      核总数：8（4性能和4能效）
      内存：16 GB
      系统固件版本：7429.61.2
      序列号（系统）：PRIVATE
      硬件UUID：PRIVATE

图形卡/显示器：

    Apple M1：

      芯片组型号：Apple M1
      类型：GPU
      总线：内建
      核总数：8
      厂商：Apple (0x106b)
      显示器：
        彩色LCD：
          分辨率：2560 x 1600 Retina

软件：

    系统软件概览：

      系统版本：macOS 13.2 (22D49)
      启动宗卷：PRIVATE
      电脑名称：PRIVATE
      用户名：PRIVATE (x)
"""


@pytest.mark.parametrize(
    ("text", "encoding"), [(ENGLISH, "utf-8"), (CHINESE, "utf-8"), (CHINESE, "utf-16"), (CHINESE, "cp936")]
)
def test_text(text: str, encoding: str) -> None:
    """The same MacBook in English and Chinese."""
    machine = machine_of(text, encoding=encoding)
    assert (machine.model, machine.chassis, machine.os_name) == ("MacBook Pro", "laptop", "macOS 13.2")
    assert (machine.cpu.name, machine.cpu.cores, machine.cpu.performance_cores) == ("Apple M1", 8, 4)
    assert machine.memory.total_bytes == 16 * GIB
    assert [(g.name, g.kind, g.vram_bytes) for g in machine.gpus] == [("Apple M1 8-core GPU", "unified", 0)]
    assert "PRIVATE" not in repr(machine)
    assert complete(machine).memory.bandwidth_bytes_per_s == 68.25e9


def test_a_copy_of_the_overview_alone() -> None:
    """Lines out of the window, without headings, with tabs after the colons."""
    text = "  型号名称：\tMacBook Air\n  型号标识符：\tMacBookAir7,2\n  处理器名称：\tIntel Core i5\n"
    text += "  处理器速度：\t1.8 GHz\n  处理器数目：\t1\n  核总数：\t2\n  L3 缓存：\t3 MB\n"
    text += "  超线程技术：\t已启用\n  内存：\t8 GB\n  序列号（系统）：\tPRIVATE\n"
    machine = machine_of(text)
    assert (machine.model, machine.cpu.cores, machine.cpu.base_mhz) == ("MacBook Air", 2, 1800.0)
    assert machine.cpu.threads == 4
    assert (machine.memory.total_bytes, machine.cpu.l3_bytes) == (8 * GIB, 3 << 20)
    assert machine.cpu.origin("name").values["name"] == "Intel Core i5"
    assert "PRIVATE" not in repr(machine)


@pytest.mark.parametrize("text", ["Hardware:\n\n  foo: bar\n", '{"SPDisplaysDataType": 5}', "hw.model: PowerEdge\n"])
def test_others_are_refused(text: str) -> None:
    """A heading alone, a type without entries, FreeBSD's sysctl."""
    with pytest.raises(UserError, match="not recognised"):
        machine_of(text)
