"""dxdiag's text and XML: cards with their true memory, one for each card, and what no computer must be told by."""

import pytest

from advisor.catalog.complete import complete
from advisor.machine import Machine
from tests.dumps.as_machine import machine_of

MIB = 1 << 20

# As Windows writes it: labels right-aligned, several headings, a card once for each monitor.
REPORT = r"""------------------
System Information
------------------
      Time of this report: 9/21/2015, 03:44:29
             Machine name: PRIVATE-NAME
               Machine Id: {11111111-2222-3333-4444-555555555555}
         Operating System: Windows 10 Pro 64-bit (10.0, Build 19043) (19041.vb_release.191206-1406)
                 Language: English (Regional Setting: English)
      System Manufacturer: LENOVO
             System Model: 20156
                     BIOS: 5ECN96WW(V9.01) (type: UEFI)
                Processor: Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz (4 CPUs), ~2.5GHz
                   Memory: 12288MB RAM
      Available OS Memory: 11980MB RAM
                Page File: 4129MB used, 32629MB available
           DxDiag Version: 10.00.19041.0928 64bit Unicode

------------
DxDiag Notes
------------
      Display Tab 1: No problems found.

---------------
Display Devices
---------------
           Card name: Intel(R) HD Graphics 4000
        Manufacturer: Intel Corporation
           Chip type: Intel(R) HD Graphics Family
            DAC type: Internal
         Device Type: Full Device
          Device Key: Enum\PCI\VEN_8086&DEV_0166&SUBSYS_397717AA&REV_09
      Display Memory: 1824 MB
    Dedicated Memory: 32 MB
       Shared Memory: 1792 MB
        Current Mode: 1366 x 768 (32 bit) (60Hz)
         Driver Name: igdumdim64.dll,igd10iumd64.dll
 Driver File Version: 10.18.0010.4885 (English)
      Driver Version: 10.18.10.4885
 Hybrid Graphics GPU: Integrated

           Card name: NVIDIA GeForce 610M
        Manufacturer: NVIDIA
           Chip type: GeForce 610M
         Device Type: Render-Only Device
          Device Key: Enum\PCI\VEN_10DE&DEV_1058&SUBSYS_397717AA&REV_A1
      Display Memory: 2772 MB
    Dedicated Memory: 980 MB
       Shared Memory: 1792 MB
      Driver Version: 23.21.13.9135
 Hybrid Graphics GPU: Discrete

-------------
Sound Devices
-------------
            Description: Speakers (Realtek High Definition Audio)
         Driver Version: 6.00.0001.6196 (English)

------------------------
Disk & DVD/CD-ROM Drives
------------------------
      Drive: C:
 Free Space: 83.0 GB
Total Space: 465.2 GB
File System: NTFS
      Model: ST1000DM003-1CH162

      Drive: D:
      Model: hp DVD A  DH16ABLH SATA CdRom Device
     Driver: c:\windows\system32\drivers\cdrom.sys, 6.01.7601.17514 (English), 11/20/2010 22:23:47, 147456 bytes

--------------
System Devices
--------------
     Name: Intel(R) HD Graphics 4000
Device ID: PCI\VEN_8086&DEV_0166&SUBSYS_397717AA&REV_09\3&11583659&0&10
   Driver: C:\Windows\system32\DRIVERS\igdkmd64.sys, 10.18.0010.4885 (English), 1/1/2018 10:32:58, 5351424 bytes
"""


def card(key: str, name: str, *, dedicated: int, shared: int, hybrid: str = "Not Supported") -> str:
    """One card's lines, facts as public reports have them."""
    return (
        f"           Card name: {name}\n           Chip type: {name}\n"
        f"          Device Key: Enum\\PCI\\{key}&SUBSYS_00000000&REV_00\n"
        f"      Display Memory: {dedicated + shared} MB\n    Dedicated Memory: {dedicated} MB\n"
        f"       Shared Memory: {shared} MB\n      Driver Version: 27.20.100.9415\n Hybrid Graphics GPU: {hybrid}\n\n"
    )


def check_g480(machine: Machine) -> None:
    assert (machine.manufacturer, machine.model) == ("Lenovo", "20156")  # nothing more is in the report
    assert (machine.os_name, machine.os_version) == ("Microsoft Windows 10 Pro", "10.0.19043")
    assert machine.cpu.name == "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz"
    assert (machine.cpu.threads, machine.cpu.base_mhz, machine.cpu.architecture) == (4, 2500.0, "x86_64")
    assert (machine.memory.installed_bytes, machine.memory.total_bytes) == (12288 * MIB, 11980 * MIB)
    intel, nvidia = machine.gpus
    assert (intel.pci_id, intel.kind, intel.vram_bytes, intel.shared_bytes) == (
        "8086:0166", "integrated", 0, 1792 * MIB,
    )  # fmt: skip
    assert (nvidia.pci_id, nvidia.kind, nvidia.vram_bytes) == ("10de:1058", "discrete", 980 * MIB)
    assert nvidia.driver == "23.21.13.9135"
    assert [(d.mount, d.name, d.kind) for d in machine.disks] == [("C:", "ST1000DM003-1CH162", "hdd")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "cp936"])
def test_g480(encoding: str) -> None:
    """The user's laptop, in every encoding that such files come in."""
    machine = machine_of(REPORT.replace("\n", "\r\n"), encoding=encoding)
    check_g480(machine)
    assert "PRIVATE" not in repr(machine)
    assert "1111" not in repr(machine)


def test_g480_completed() -> None:
    """The catalogue knows what the report does not tell: the 610M is of no use, and why."""
    done = complete(machine_of(REPORT))
    assert done.gpus[1].compute_capability == "2.1"
    assert done.gpus[1].usable is False
    assert done.gpus[0].kind == "integrated"


def test_chinese_system_name() -> None:
    """Labels stay English on a Chinese system; its name does not."""
    text = REPORT.replace("Windows 10 Pro 64-bit", "Windows 10 专业版 64-bit")
    assert machine_of(text, encoding="cp936").os_name == "Microsoft Windows 10 专业版"


def test_two_monitors_are_one_card() -> None:
    """A card with two monitors stands twice in the report."""
    one = card("VEN_10DE&DEV_13C0", "NVIDIA GeForce GTX 980", dedicated=4009, shared=8139)
    assert [g.pci_id for g in machine_of(one + one).gpus] == ["10de:13c0"]


def test_two_equal_cards_are_two() -> None:
    """Two cards of one model have one key; the list of devices has both places."""
    one = card("VEN_10DE&DEV_13C0", "NVIDIA GeForce GTX 980", dedicated=4009, shared=8139)
    key = r"PCI\VEN_10DE&DEV_13C0&SUBSYS_00000000&REV_00"
    places = "".join(
        f"     Name: NVIDIA GeForce GTX 980\nDevice ID: {key}\\4&1286464&0&{place}\n   Driver: n/a\n\n"
        for place in ("0008", "0010")
    )
    machine = machine_of(one + "--------------\nSystem Devices\n--------------\n" + places)
    assert [g.vram_bytes for g in machine.gpus] == [4009 * MIB] * 2


@pytest.mark.parametrize(
    ("text", "pci_id", "vram", "kind"),
    [
        # Sony VAIO with GeForce 410M: 468 MB dedicated (defold/editor2-issues 1908)
        (card("VEN_10DE&DEV_1055", "NVIDIA GeForce 410M", dedicated=468, shared=2038), "10de:1055", 468, "discrete"),
        # Dell Latitude E6530: HD 4000 with 0 MB dedicated (helix-toolkit 963)
        (card("VEN_8086&DEV_0166", "Intel(R) HD Graphics 4000", dedicated=0, shared=1792, hybrid="Integrated"),
         "8086:0166", 0, "integrated"),
        # first-generation Core i3: 64 MB "dedicated" (Flyleaf 157): Intel's figure is not believed
        (card("VEN_8086&DEV_0042", "Intel(R) HD Graphics", dedicated=64, shared=967), "8086:0042", None, None),
        # a name with Microsoft's suffix is a card all the same (imgui 1333)
        (card("VEN_8086&DEV_2A42", "Mobile Intel(R) 4 Series Express Chipset Family (Microsoft Corporation - WDDM 1.1)",
              dedicated=128, shared=1631), "8086:2a42", None, None),
        # HP desktop, "R9 200 Series" (GameGuruRepo 1649): the device id tells which
        (card("VEN_1002&DEV_6939", "AMD Radeon R9 200 Series", dedicated=4070, shared=16351), "1002:6939", 4070, None),
        # ASUS with a Cezanne APU: 496 of 512 MB carved out (DXcam 18)
        (card("VEN_1002&DEV_1638", "AMD Radeon(TM) Graphics", dedicated=496, shared=7888, hybrid="Integrated"),
         "1002:1638", 496, "integrated"),
        # RX 480 (WhyNotWin11 51) and RX 570 (ethminer 1116) share one id
        (card("VEN_1002&DEV_67DF", "Radeon (TM) RX 480 Graphics", dedicated=8171, shared=8161), "1002:67df", 8171,
         None),
        (card("VEN_1002&DEV_67DF", "Radeon RX 570 Series", dedicated=8139, shared=4029), "1002:67df", 8139, None),
        # GTX 1060 6GB on another chip (manticoresearch 792)
        (card("VEN_10DE&DEV_1B83", "NVIDIA GeForce GTX 1060 6GB", dedicated=6052, shared=8158), "10de:1b83", 6052,
         "discrete"),
        # a Dell with HD 4000 whose driver says 2063 MB: still no memory of its own
        (card("VEN_8086&DEV_0166", "Intel(R) HD Graphics 4000", dedicated=2063, shared=4033, hybrid="Not Applicable"),
         "8086:0166", None, None),
        # Arc: 15.9 GB that are its own, as the driver itself says
        (card("VEN_8086&DEV_56A0", "Intel(R) Arc(TM) A770 Graphics", dedicated=16256, shared=16299, hybrid="Discrete"),
         "8086:56a0", 16256, "discrete"),
    ],
)  # fmt: skip
def test_cards_of_public_reports(text: str, pci_id: str, vram: int | None, kind: str | None) -> None:
    """Facts of issue threads, written as dxdiag writes them."""
    (gpu,) = machine_of(text).gpus
    assert (gpu.pci_id, gpu.kind) == (pci_id, kind)
    assert gpu.vram_bytes == (None if vram is None else vram * MIB)
    if vram is None:
        assert gpu.origin("vram_bytes").kind == "unknown"


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (card("VEN_8086&DEV_0042", "Intel(R) HD Graphics", dedicated=64, shared=967), None, "integrated"),
        (card("VEN_1002&DEV_67DF", "Radeon RX 570 Series", dedicated=8139, shared=4029), "Radeon RX 570 Series", None),
        (card("VEN_1002&DEV_1638", "AMD Radeon(TM) Graphics", dedicated=496, shared=7888), None, "integrated"),
    ],
)
def test_the_catalogue_says_the_rest(text: str, name: str | None, kind: str | None) -> None:
    """What kind a card is and how much memory of its own it has follows from its id."""
    (gpu,) = complete(machine_of(text)).gpus
    assert kind is None or gpu.kind == kind
    assert name is None or gpu.name == name


def test_a_remote_session_hides_the_cards() -> None:
    """The display has no name then; what runs a graphics driver is a card (HP p6837c with a GTX 1050 Ti)."""
    text = (
        "DxDiag Version: 6.01.7601.17514 64bit Unicode\n\n---------------\nDisplay Devices\n---------------\n"
        "          Card name: \n       Manufacturer: \n         Device Key: Enum\\\n   Dedicated Memory: n/a\n"
        "          Vendor ID: 0x0000\n          Device ID: 0x0000\n\n--------------\nSystem Devices\n--------------\n"
        "     Name: Realtek PCIe FE Family Controller\n"
        "Device ID: PCI\\VEN_10EC&DEV_8136&SUBSYS_2AB1103C&REV_05\\4&C011167&0&0050\n   Driver: n/a\n\n"
        "     Name: NVIDIA GeForce GTX 1050 Ti\n"
        "Device ID: PCI\\VEN_10DE&DEV_1C82&SUBSYS_219010DE&REV_A1\\4&3527B13C&0&0010\n"
        "   Driver: C:\\Windows\\system32\\DRIVERS\\NVIDIA Corporation\\Drs\\dbInstaller.exe, 24.21.0014.1163\n"
        "   Driver: C:\\Windows\\system32\\DRIVERS\\nvlddmkm.sys, 24.21.0014.1163 (English), 9/19/2018\n"
    )
    (gpu,) = machine_of("Memory: 18432MB RAM\nAvailable OS Memory: 16384MB RAM\n" + text).gpus
    assert (gpu.name, gpu.pci_id, gpu.vram_bytes) == ("NVIDIA GeForce GTX 1050 Ti", "10de:1c82", None)


def test_software_adapters_are_no_cards() -> None:
    """What is off the PCI bus is no card, whoever made it."""
    text = (
        "Card name: Microsoft Remote Display Adapter\nDevice Key: Enum\\SWD\\REMOTEDISPLAYENUM\n"
        "Dedicated Memory: 0 MB\n\nCard name: Microsoft Basic Render Driver\nDevice Key: Enum\\ROOT\\BasicRender\n"
        "Dedicated Memory: 0 MB\n\n"
        + card("VEN_10DE&DEV_1F06", "NVIDIA GeForce RTX 2060 SUPER", dedicated=7989, shared=8118)
    )  # fmt: skip
    assert [g.pci_id for g in machine_of(text).gpus] == ["10de:1f06"]


def test_a_card_without_its_driver_is_said() -> None:
    """Windows runs it by its basic driver: the name is unknown and a note says why, in any language."""
    text = card("VEN_10DE&DEV_1F06", "Microsoft 基本显示适配器", dedicated=0, shared=0)
    machine = machine_of(text, encoding="cp936")
    assert machine.gpus[0].name is None
    assert "driver is missing" in machine.notes[0].detail


def test_xml() -> None:
    """dxdiag /x has the same facts under other names."""
    text = """<?xml version="1.0" encoding="UTF-8"?>
<DxDiag>
  <SystemInformation>
    <MachineName>PRIVATE</MachineName>
    <OperatingSystem>Windows 11 Home 64-bit (10.0, Build 22631) (22621.ni_release.220506-1250)</OperatingSystem>
    <SystemManufacturer>ASUSTeK COMPUTER INC.</SystemManufacturer>
    <SystemModel>ROG Zephyrus G14</SystemModel>
    <Processor>AMD Ryzen 9 5900HS with Radeon Graphics         (16 CPUs), ~3.3GHz</Processor>
    <Memory>16384MB RAM</Memory>
    <AvailableOSMemory>15770MB RAM</AvailableOSMemory>
  </SystemInformation>
  <DisplayDevices>
    <DisplayDevice>
      <CardName>AMD Radeon(TM) Graphics</CardName>
      <DeviceKey>Enum\\PCI\\VEN_1002&amp;DEV_1638&amp;SUBSYS_1C421043&amp;REV_C4</DeviceKey>
      <DedicatedMemory>496 MB</DedicatedMemory>
      <SharedMemory>7888 MB</SharedMemory>
      <VendorID>0x1002</VendorID>
      <DeviceID>0x1638</DeviceID>
    </DisplayDevice>
  </DisplayDevices>
  <RenderDevices>
    <RenderDevice>
      <CardName>NVIDIA GeForce RTX 3060 Laptop GPU</CardName>
      <DedicatedMemory>5996 MB</DedicatedMemory>
      <VendorID>0x10DE</VendorID>
      <DeviceID>0x2520</DeviceID>
    </RenderDevice>
  </RenderDevices>
  <LogicalDisks>
    <LogicalDisk><DriveLetter>C:</DriveLetter><FreeSpace>120.5 GB</FreeSpace>
    <TotalSpace>475.8GB</TotalSpace></LogicalDisk>
  </LogicalDisks>
</DxDiag>"""
    machine = machine_of(text)
    assert machine.model == "ROG Zephyrus G14"
    assert machine.os_name == "Microsoft Windows 11 Home"
    assert machine.cpu.name == "AMD Ryzen 9 5900HS with Radeon Graphics"
    assert machine.cpu.threads == 16
    assert machine.cpu.base_mhz == 3300.0
    assert [(g.pci_id, g.vram_bytes) for g in machine.gpus] == [("1002:1638", 496 * MIB), ("10de:2520", 5996 * MIB)]
    assert [(d.mount, round((d.total_bytes or 0) / 2**30, 1)) for d in machine.disks] == [("C:", 475.8)]
    assert "PRIVATE" not in repr(machine)
