"""What PowerShell prints of WMI objects, as JSON and as a list: the same computer, and figures that lie left out."""

import json
from typing import Any

import pytest

from advisor.catalog.complete import complete
from advisor.errors import UserError
from tests.dumps.as_machine import machine_of, programs_of

GIB = 1 << 30

G480: dict[str, Any] = {
    "system": {
        "Manufacturer": "LENOVO", "Model": "20156", "Name": "PRIVATE-NAME", "UserName": "PRIVATE-NAME\\someone",
        "PCSystemType": 2, "TotalPhysicalMemory": 12562227200, "NumberOfLogicalProcessors": 4,
    },
    "product": {"Vendor": "LENOVO", "Name": "20156", "Version": "Lenovo G480", "IdentifyingNumber": "PRIVATE-SERIAL"},
    "os": {
        "Caption": "Microsoft Windows 10 专业版", "Version": "10.0.19043", "BuildNumber": "19043",
        "CSName": "PRIVATE-NAME", "TotalVisibleMemorySize": 12267800, "FreePhysicalMemory": 8316000,
    },
    "cpu": {
        "Name": "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "Manufacturer": "GenuineIntel", "NumberOfCores": 2,
        "NumberOfLogicalProcessors": 4, "MaxClockSpeed": 2501, "L2CacheSize": 512, "L3CacheSize": 3072,
        "Architecture": 9, "AddressWidth": 64, "ProcessorId": "PRIVATE-ID",
    },
    "memory": [
        {"Capacity": 4294967296, "DeviceLocator": "DIMM0", "BankLabel": "BANK 0", "SMBIOSMemoryType": 24,
         "MemoryType": 24, "Speed": 1600, "ConfiguredClockSpeed": 1600, "Manufacturer": "Samsung",
         "SerialNumber": "PRIVATE-SERIAL", "DataWidth": 64},
        {"Capacity": "8589934592", "DeviceLocator": "DIMM1", "BankLabel": "BANK 2", "SMBIOSMemoryType": 24,
         "MemoryType": 24, "Speed": 1600, "ConfiguredClockSpeed": 1600, "Manufacturer": "Kingston", "DataWidth": 64},
    ],
    "gpu": [
        {"Name": "Intel(R) HD Graphics 4000", "AdapterRAM": 2084569088, "DriverVersion": "10.18.10.4885",
         "PNPDeviceID": "PCI\\VEN_8086&DEV_0166&SUBSYS_397717AA&REV_09\\3&11583659&0&10"},
        {"Name": "NVIDIA GeForce 610M", "AdapterRAM": 1073741824, "DriverVersion": "23.21.13.9135",
         "PNPDeviceID": "PCI\\VEN_10DE&DEV_1058&SUBSYS_397717AA&REV_A1\\4&2F503515&0&0008"},
        {"Name": "Microsoft Remote Display Adapter", "AdapterRAM": None, "DriverVersion": "10.0.19041.1865",
         "PNPDeviceID": "SWD\\REMOTEDISPLAYENUM\\RDPIDD_INDIRECTDISPLAY&SESSIONID_0001"},
    ],
    "disk": {"Model": "ST1000DM003-1CH162", "Size": 1000202273280, "InterfaceType": "IDE", "BytesPerSector": 512},
    "volumes": [{"DeviceID": "C:", "DriveType": 3, "Size": 499509096448, "FreeSpace": 89141997568},
                {"DeviceID": "D:", "DriveType": 5, "Size": None, "FreeSpace": None}],
    "battery": {"EstimatedChargeRemaining": 80, "BatteryStatus": 2, "Name": "PRIVATE-NAME"},
}  # fmt: skip


def json_of(objects: object) -> str:
    return json.dumps(objects, ensure_ascii=False, indent=4).replace("\n", "\r\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp936"])
def test_g480(encoding: str) -> None:
    """PowerShell 5 writes UTF-16 or UTF-8 with a mark, 7 plain UTF-8, a console its code page."""
    machine = machine_of(json_of(G480), encoding=encoding)
    assert (machine.manufacturer, machine.model, machine.chassis) == ("Lenovo", "Lenovo G480", "laptop")
    assert (machine.os_name, machine.os_version) == ("Microsoft Windows 10 专业版", "10.0.19043")
    cpu, memory = machine.cpu, machine.memory
    assert (cpu.cores, cpu.threads, cpu.base_mhz, cpu.architecture) == (2, 4, 2500.0, "x86_64")
    assert (cpu.l2_bytes, cpu.l3_bytes) == (512 << 10, 3072 << 10)
    assert (memory.kind, memory.speed_mts, memory.channels, memory.installed_bytes) == ("DDR3", 1600, 2, 12 * GIB)
    assert memory.bandwidth_bytes_per_s == 25.6e9
    assert (memory.total_bytes, memory.available_bytes) == (12562227200, 8316000 << 10)
    assert [note.values["both"] for note in complete(machine).notes if "both" in note.values] == ["8"]
    assert [(g.pci_id, g.kind, g.vram_bytes) for g in machine.gpus] == [
        ("8086:0166", "integrated", 0),
        ("10de:1058", "discrete", GIB),
    ]
    assert [(d.mount, d.name, d.kind, d.free_bytes) for d in machine.disks] == [
        ("C:", "ST1000DM003-1CH162", "hdd", 89141997568)
    ]
    assert (machine.battery.percent, machine.battery.plugged) == (80.0, True)
    assert "PRIVATE" not in repr(machine)


def test_g480_completed() -> None:
    """The old card is of no use, and the reason names its compute capability."""
    done = complete(machine_of(json_of(G480)))
    assert done.gpus[1].usable is False
    assert done.gpus[1].compute_capability == "2.1"
    assert done.cpu.features is not None
    assert "avx2" not in done.cpu.features


def test_one_object_a_list_and_several_files() -> None:
    """One class in each file, as one object or a list, with or without its class name."""
    files = [
        json_of({"CreationClassName": "Win32_Processor", **G480["cpu"]}),
        json_of(G480["memory"]),
        json_of(G480["gpu"]),
        json_of([G480["system"], G480["os"]]),
    ]
    machine = machine_of(*files)
    assert machine.cpu.cores == 2
    assert len(machine.memory.modules) == 2
    assert len(machine.gpus) == 2
    assert machine.os_version == "10.0.19043"


def test_the_class_out_of_powershells_own_properties() -> None:
    """ConvertTo-Json adds the class in one of several shapes; what it adds besides is no object."""
    extra = {
        "CimClass": {"CimSuperClassName": "CIM_Processor", "CimClassName": "Win32_Processor", "CimClassProperties": []},
        "CimInstanceProperties": [{"Name": "Name", "Value": "x"}, {"AdapterRAM": 1}],
        "CimSystemProperties": {"Namespace": "root/cimv2", "ServerName": "PRIVATE", "ClassName": "Win32_Processor"},
        "PSComputerName": "PRIVATE",
    }
    machine = machine_of(json_of({"Name": "AMD Ryzen 9 5950X 16-Core Processor", **extra}))
    assert machine.cpu.name == "AMD Ryzen 9 5950X 16-Core Processor"
    assert machine.gpus == ()
    assert machine_of(json_of({"Name": "AMD Ryzen 7 5800X", "CimClass": "root/cimv2:Win32_Processor"})).cpu.name


@pytest.mark.parametrize(
    ("adapter", "vram", "reason"),
    [
        # TimVer 103: a Radeon of 16 GB behind the ceiling of 32 bits
        ({"Name": "AMD Radeon RX 6900 XT", "AdapterRAM": 4293918720, "PNPDeviceID": "PCI\\VEN_1002&DEV_73BF"}, None,
         "{source} counts to 4 GB only, the card may have more"),
        # 0x1FF000000 cut to 32 bits
        ({"Name": "AMD Radeon RX 6600 XT", "AdapterRAM": 4278190080, "PNPDeviceID": "PCI\\VEN_1002&DEV_73FF"}, None,
         "{source} counts to 4 GB only, the card may have more"),
        # the same as a signed number
        ({"Name": "AMD Radeon RX 6600 XT", "AdapterRAM": -16777216, "PNPDeviceID": "PCI\\VEN_1002&DEV_73FF"}, None,
         "{source} counts to 4 GB only, the card may have more"),
        ({"Name": "NVIDIA GeForce GT 710", "AdapterRAM": 2147483648, "PNPDeviceID": "PCI\\VEN_10DE&DEV_128B"},
         2 * GIB, "Get-CimInstance"),
        # systeminformation 790: Intel's own figure is never its memory
        ({"Name": "Intel(R) UHD Graphics", "AdapterRAM": 1073741824, "PNPDeviceID": "PCI\\VEN_8086&DEV_9BC4"}, None,
         "Intel's entry is not its memory"),
        ({"Name": "Intel(R) UHD Graphics", "AdapterRAM": 1073741824,
          "PNPDeviceID": "PCI\\VEN_8086&DEV_9BC4&SUBSYS_1A1E1043&REV_05\\3&11583659&0&10"}, 0,
         "integrated graphics use the system's memory"),
        # an Arc card sits behind a bridge, and its figure lies as well (oshi 2907: 2 GB instead of 16)
        ({"Name": "Intel(R) Arc(TM) A770", "AdapterRAM": 2146435072,
          "PNPDeviceID": "PCI\\VEN_8086&DEV_56A0&SUBSYS_10208086&REV_08\\6&2D3C0B8&0&00080008"}, None,
         "Intel's entry is not its memory"),
    ],
)  # fmt: skip
def test_what_adapter_ram_cannot_say(adapter: dict[str, Any], vram: int | None, reason: str) -> None:
    """32 bits stop below 4 GiB, and Intel writes anything: unknown, with its reason."""
    (gpu,) = machine_of(json_of(adapter)).gpus
    assert gpu.vram_bytes == vram
    assert gpu.origin("vram_bytes").detail == reason


def test_the_catalogue_fills_what_the_32_bits_cut() -> None:
    """An RX 6600 XT has 8 GB, an Arc A770 16, whatever WMI says."""
    adapters = [
        {"Name": "AMD Radeon RX 6600 XT", "AdapterRAM": 4293918720, "PNPDeviceID": "PCI\\VEN_1002&DEV_73FF&REV_C1"},
        {"Name": "Intel(R) Arc(TM) A770", "AdapterRAM": 2146435072, "PNPDeviceID": "PCI\\VEN_8086&DEV_56A0&REV_08"},
        {"Name": "Intel(R) UHD Graphics", "AdapterRAM": 1073741824, "PNPDeviceID": "PCI\\VEN_8086&DEV_9BC4&REV_05"},
    ]
    done = complete(machine_of(json_of(adapters)))
    assert [(g.kind, round((g.vram_bytes or 0) / GIB)) for g in done.gpus] == [
        ("discrete", 8),
        ("discrete", 16),
        ("integrated", 0),
    ]


def test_what_no_card_stands_behind() -> None:
    """Virtual adapters by their bus, or by name where the bus was left out; a missing driver is said."""
    adapters = [
        {"Name": "Parsec Virtual Display Adapter", "AdapterRAM": None, "PNPDeviceID": "ROOT\\DISPLAY\\0000"},
        {"Name": "spacedesk Graphics Adapter", "AdapterRAM": 0},
        {"Name": "Microsoft Basic Display Adapter", "AdapterRAM": 0, "PNPDeviceID": "PCI\\VEN_10DE&DEV_1C82"},
        {"Name": "Microsoft Hyper-V Video", "AdapterRAM": 0, "PNPDeviceID": "VMBUS\\{DA0A7802}\\5"},
        {"Name": "Qualcomm(R) Adreno(TM) X1-85 GPU", "AdapterRAM": 0, "PNPDeviceID": "ACPI\\QCOM0C36\\0"},
    ]
    machine = machine_of(json_of(adapters))
    assert [(g.name, g.kind) for g in machine.gpus] == [
        (None, "discrete"),
        ("Microsoft Hyper-V Video", "virtual"),
        ("Qualcomm(R) Adreno(TM) X1-85 GPU", "integrated"),
    ]
    assert [note.values["name"] for note in machine.notes] == ["10de:1c82"]


def test_ddr4_says_zero_as_memory_type() -> None:
    """Four modules of DDR4-3200 at 2400 (systeminformation 958): SMBIOSMemoryType and the configured speed count."""
    modules = [
        {"Capacity": 8589934592, "BankLabel": f"P0 CHANNEL {channel}", "DeviceLocator": f"DIMM {slot}",
         "MemoryType": 0, "SMBIOSMemoryType": 26, "ConfiguredClockSpeed": 2400, "Speed": 3200,
         "PartNumber": "TEAMGROUP-UD4-3200"}
        for channel in "AB" for slot in (0, 1)
    ]  # fmt: skip
    memory = machine_of(json_of(modules)).memory
    assert (memory.kind, memory.speed_mts, memory.channels, memory.installed_bytes) == ("DDR4", 2400, 2, 32 * GIB)
    assert memory.modules[0].rated_mts == 3200


def test_lenovos_name_beside_the_machine_type() -> None:
    """The family, or the end of the SKU, where the product's version was not asked for."""
    system = {"Manufacturer": "LENOVO", "Model": "20TBS57S00", "TotalPhysicalMemory": 1 << 34}
    assert machine_of(json_of({**system, "SystemFamily": "ThinkPad E14 Gen 2"})).model == "ThinkPad E14 Gen 2"
    sku = "LENOVO_MT_83LU_BU_idea_FM_Legion Pro 5 16IAX10H"
    assert machine_of(json_of({**system, "SystemSKUNumber": sku})).model == "Legion Pro 5 16IAX10H"
    assert machine_of(json_of(system)).model == "20TBS57S00"


@pytest.mark.parametrize(
    ("disk", "kind"),
    [
        (
            {"FriendlyName": "Samsung SSD 990 PRO 2TB", "MediaType": "SSD", "BusType": "NVMe", "Size": 2000398934016},
            "nvme",
        ),
        ({"FriendlyName": "X", "MediaType": 4, "BusType": 17, "Size": 512110190592}, "nvme"),
        ({"FriendlyName": "X", "MediaType": 4, "BusType": 11, "Size": 512110190592}, "ssd"),
        ({"FriendlyName": "X", "MediaType": 3, "BusType": 11, "Size": 512110190592}, "hdd"),
        ({"FriendlyName": "X", "MediaType": 0, "BusType": 7, "Size": 512110190592}, "usb"),
        ({"FriendlyName": "Msft Virtual Disk", "MediaType": 4, "BusType": 14, "Size": 512110190592}, "virtual"),
        ({"FriendlyName": "X", "MediaType": 0, "BusType": 11, "Size": 512110190592}, None),
    ],
)
def test_disks(disk: dict[str, Any], kind: str | None) -> None:
    """Get-PhysicalDisk in words, MSFT_PhysicalDisk in numbers."""
    (found,) = machine_of(json_of(disk)).disks
    assert found.kind == kind


COMPUTER_INFO = """WindowsProductName                                      : Windows 10 Pro
BiosManufacturer                                        : LENOVO
BiosSeralNumber                                         : PRIVATE
CsManufacturer                                          : LENOVO
CsModel                                                 : 20L8S02D00
CsName                                                  : PRIVATE
CsNumberOfLogicalProcessors                             : 8
CsNumberOfProcessors                                    : 1
CsProcessors                                            : {Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz}
CsPCSystemType                                          : Mobile
CsSystemFamily                                          : ThinkPad T480s
CsSystemType                                            : x64-based PC
CsTotalPhysicalMemory                                   : 8480333824
CsPhyicallyInstalledMemory                              : 8388608
OsName                                                  : Microsoft Windows 10 Pro
OsVersion                                               : 10.0.19043
OsTotalVisibleMemorySize                                : 8281576
OsFreePhysicalMemory                                    : 969924
OsArchitecture                                          : 64-bit
"""


def test_get_computer_info() -> None:
    """Its one object mixes three classes; sizes in kilobytes and bytes."""
    machine = machine_of(COMPUTER_INFO, encoding="utf-16")
    assert (machine.model, machine.chassis) == ("ThinkPad T480s", "laptop")
    assert machine.os_version == "10.0.19043"
    assert machine.cpu.name == "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz"
    assert machine.cpu.threads == 8
    assert machine.memory.installed_bytes == 8 * GIB
    assert (machine.memory.total_bytes, machine.memory.available_bytes) == (8480333824, 969924 << 10)
    assert "PRIVATE" not in repr(machine)
    data = {line.split(" : ")[0].strip(): line.split(" : ")[1] for line in COMPUTER_INFO.strip().split("\n")}
    data["CsProcessors"] = [
        {"Name": "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "NumberOfCores": 4, "Architecture": "x64"}
    ]  # type: ignore[assignment]
    again = machine_of(json_of(data))
    assert (again.model, again.cpu.cores, again.memory.installed_bytes) == ("ThinkPad T480s", 4, 8 * GIB)


def test_format_list() -> None:
    """Pairs with aligned colons; long values go on in the next line; an empty line ends an object."""
    text = """

Name                 : NVIDIA GeForce RTX 2060 SUPER
AdapterRAM           : 4293918720
InstalledDisplayDrivers : C:\\WINDOWS\\System32\\DriverStore\\FileRepository\\nv_dispi.inf_amd64\\nvldumdx
                       .dll
PNPDeviceID          : PCI\\VEN_10DE&DEV_1F06&SUBSYS_1339196E&REV_A1\\4&2F503515&0&00
                       19
DriverVersion        : 31.0.15.1694

Name                 : Intel(R) UHD Graphics 630
AdapterRAM           : 1073741824
PNPDeviceID          : PCI\\VEN_8086&DEV_3E92&SUBSYS_00000000&REV_00\\3&11583659&0&10
DriverVersion        : 31.0.101.2111

Caption           : Intel64 Family 6 Model 158 Stepping 10
DeviceID          : CPU0
Manufacturer      : GenuineIntel
MaxClockSpeed     : 3696
Name              : Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz
SocketDesignation : U3E1
"""
    machine = machine_of(text)
    assert [(g.pci_id, g.kind, g.vram_bytes) for g in machine.gpus] == [
        ("10de:1f06", "discrete", None),
        ("8086:3e92", "integrated", 0),
    ]
    assert machine.cpu.name == "Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz"
    assert programs_of(text) == ["Get-CimInstance"]


def test_windows_xp_misnames_processors() -> None:
    """Its WMI calls what it does not know a Pentium III Xeon: unknown, with the reason."""
    cpu = machine_of(
        json_of({"Name": "Intel Pentium III Xeon processor", "NumberOfCores": 2, "NumberOfLogicalProcessors": 2})
    ).cpu
    assert cpu.name is None
    assert cpu.origin("name").values["value"] == "Intel Pentium III Xeon processor"


@pytest.mark.parametrize("data", [{"hello": "world"}, [], {}, [1, 2, "x"], {"a": {"b": {"c": None}}}, {"Size": 5}])
def test_other_json_is_refused(data: object) -> None:
    """JSON that is not of WMI names no program."""
    with pytest.raises(UserError, match="not recognised"):
        machine_of(json_of(data))


def test_a_table_of_powershell() -> None:
    """Numbers stand at the right below their headings and may be longer than these."""
    cards = (
        "\nName                      AdapterRAM DriverVersion\n----                      ---------- -------------\n"
        "Intel(R) HD Graphics 4000 2214592512 10.18.10.4358\nNVIDIA GeForce 610M       1073741824 9.18.13.3165\n\n\n"
    )
    machine = machine_of(cards)
    assert [(gpu.name, gpu.driver) for gpu in machine.gpus] == [
        ("Intel(R) HD Graphics 4000", "10.18.10.4358"), ("NVIDIA GeForce 610M", "9.18.13.3165"),
    ]  # fmt: skip
    assert machine.gpus[1].vram_bytes == 1 << 30
    assert programs_of(cards) == ["Get-CimInstance"]
    modules = (
        "\n  Capacity Speed DeviceLocator\n  -------- ----- -------------\n"
        "8589934592  1600 DIMM0\n4294967296  1600 DIMM1\n"
    )
    assert [module.size_bytes for module in machine_of(modules).memory.modules] == [8 << 30, 4 << 30]


@pytest.mark.parametrize(
    "text",
    [
        "----\n",
        "Name\n",
        "Name AdapterRAM\n---- ----------\n",
        "Name AdapterRAM\n---- ----------\nxxxxxxxxxxxxxxxx\n",
        "a b\n- -\n1 2\n",
    ],
)
def test_tables_without_objects(text: str) -> None:
    with pytest.raises(UserError):
        machine_of(text)
