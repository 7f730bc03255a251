"""wmic's three formats, as it really writes them: \\r\\r\\n line ends, escapes, tables by column."""

import pytest

from tests.dumps.as_machine import machine_of, programs_of

GIB = 1 << 30
LIST = r"""

AdapterRAM=1073741824
Caption=NVIDIA GeForce 610M
DriverVersion=23.21.13.9135
Name=NVIDIA GeForce 610M
PNPDeviceID=PCI\VEN_10DE&amp;DEV_1058&amp;SUBSYS_397717AA&amp;REV_A1\4&amp;2F503515&amp;0&amp;0008
SystemName=PRIVATE


AdapterRAM=2084569088
Caption=Intel(R) HD Graphics 4000
DriverVersion=10.18.10.4885
Name=Intel(R) HD Graphics 4000
PNPDeviceID=PCI\VEN_8086&amp;DEV_0166&amp;SUBSYS_397717AA&amp;REV_09\3&amp;11583659&amp;0&amp;10
SystemName=PRIVATE

"""


@pytest.mark.parametrize("end", ["\r\n", "\r\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp936"])
def test_list(end: str, encoding: str) -> None:
    """A pipe doubles the carriage returns: empty lines stand between all properties then."""
    machine = machine_of(LIST.replace("\n", end), encoding=encoding)
    assert [(g.pci_id, g.kind, g.vram_bytes) for g in machine.gpus] == [
        ("10de:1058", "discrete", GIB),
        ("8086:0166", "integrated", 0),
    ]
    assert "PRIVATE" not in repr(machine)


def test_single_properties() -> None:
    """A property asked for alone, of several objects."""
    text = "\n\nSMBIOSMemoryType=26\n\n\n\nSMBIOSMemoryType=26\n\n"
    capacity = text.replace("SMBIOSMemoryType=26", "Capacity=8589934592\nSMBIOSMemoryType=26")
    assert machine_of(capacity).memory.installed_bytes == 16 * GIB


def test_table() -> None:
    """Without a format: columns by place, empty cells left out."""
    text = (
        "Capacity    DeviceLocator   Manufacturer  MemoryType  SMBIOSMemoryType  Speed  \n"
        "4294967296  ChannelA-DIMM0  SK Hynix      0           26                2667   \n"
        "4294967296  ChannelB-DIMM0                0           26                2667   \n"
    )
    memory = machine_of(text.replace("\n", "\r\r\n"), encoding="utf-16").memory
    assert (memory.installed_bytes, memory.kind, memory.speed_mts, memory.channels) == (8 * GIB, "DDR4", 2667, 2)
    assert [m.maker for m in memory.modules] == ["SK Hynix", None]


def test_csv_leaves_the_computers_name() -> None:
    """/format:csv begins with the node; a value with a comma shifts its row, which is left out."""
    text = (
        "\nNode,AdapterRAM,Name,PNPDeviceID\n"
        "PRIVATE,1073741824,NVIDIA GeForce 610M,PCI\\VEN_10DE&amp;DEV_1058&amp;SUBSYS_397717AA\n"
        "PRIVATE,1073741824,Some, Card,PCI\\VEN_1002&amp;DEV_67DF\n"
    )
    machine = machine_of(text, encoding="utf-16")
    assert [g.pci_id for g in machine.gpus] == ["10de:1058"]
    assert "PRIVATE" not in repr(machine)


def test_between_other_lines() -> None:
    """Prompts and other commands' output around it."""
    text = "C:\\Users\\someone>wmic cpu get Name,NumberOfCores /value\n\n\nName=AMD Ryzen 9 5950X 16-Core Processor\n"
    text += "NumberOfCores=16\n\n\nC:\\Users\\someone>set\nPATH=C:\\Windows\nNUMBER_OF_PROCESSORS=32\n"
    machine = machine_of(text)
    assert (machine.cpu.name, machine.cpu.cores) == ("AMD Ryzen 9 5950X 16-Core Processor", 16)
    assert programs_of(text) == ["wmic"]


def test_a_single_module_and_graphics_on_the_5950x() -> None:
    """The other user's computer: Ryzen 9 5950X with a GT 710."""
    text = (
        "Name=AMD Ryzen 9 5950X 16-Core Processor\nNumberOfCores=16\nNumberOfLogicalProcessors=32\n"
        "MaxClockSpeed=3401\nManufacturer=AuthenticAMD\nArchitecture=9\n\n\n"
        "AdapterRAM=2147483648\nName=NVIDIA GeForce GT 710\nPNPDeviceID=PCI\\VEN_10DE&amp;DEV_128B&amp;SUBSYS_0\n"
    )
    machine = machine_of(text, encoding="utf-16-le")
    assert (machine.cpu.vendor, machine.cpu.threads, machine.cpu.base_mhz) == ("AMD", 32, 3401.0)
    assert [(g.pci_id, g.vram_bytes) for g in machine.gpus] == [("10de:128b", 2 * GIB)]


def test_lines_of_another_program_below_a_table_are_no_objects() -> None:
    table = "AdapterRAM  Name                 \n1073741824  NVIDIA GeForce 610M  \n"
    other = "\nThis is no row of the table above, whatever it says\n"
    assert [gpu.name for gpu in machine_of(table + other).gpus] == ["NVIDIA GeForce 610M"]
