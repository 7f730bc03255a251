"""Registry exports: value types, lines that go on, old cards left out beside a list of present ones."""

from pathlib import Path

import pytest

from advisor import dumps
from advisor.dumps.registry_export import parse
from tests.dumps.as_machine import machine_of

GIB = 1 << 30
HEAD = "Windows Registry Editor Version 5.00\r\n\r\n"
CLASS = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"


def test_values() -> None:
    """Strings with escapes, dword, qword, bytes over several lines, expanded strings; broken ones are left out."""
    text = (
        HEAD + "[HKEY_LOCAL_MACHINE\\A\\B]\r\n" + r'"Path"="C:\\x \"y\""' + "\r\n"
        '@="default"\r\n"Number"=dword:fff00000\r\n"Big"=hex(b):00,00,00,ff,01,00,00,00\r\n'
        '"Bytes"=hex:41,00,\\\r\n  42,00\r\n"Text"=hex(2):41,00,42,00,\\\r\n  00,00\r\n'
        '"Broken"=hex:4\r\n"Cut"=dword:\r\n"Open"="never\r\n'
    )
    assert parse(text.replace("\r\n", "\n")) == {
        "hkey_local_machine\\a\\b": {
            "Path": 'C:\\x "y"', "": "default", "Number": 0xFFF00000, "Big": 0x1FF000000,
            "Bytes": b"A\0B\0", "Text": "AB",
        }
    }  # fmt: skip


def test_firmware_version_and_processor() -> None:
    """Lenovo's rule, the build that decides the name of Windows, one key for each thread."""
    cpu = (
        "[HKEY_LOCAL_MACHINE\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\{number}]\r\n"
        '"Identifier"="Intel64 Family 6 Model 58 Stepping 9"\r\n"VendorIdentifier"="GenuineIntel"\r\n'
        '"ProcessorNameString"="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz"\r\n"~MHz"=dword:000009c5\r\n\r\n'
    )
    text = (
        HEAD + "[HKEY_LOCAL_MACHINE\\HARDWARE\\DESCRIPTION\\System\\BIOS]\r\n"
        '"SystemManufacturer"="LENOVO"\r\n"SystemProductName"="20156"\r\n"SystemVersion"="Lenovo G480"\r\n\r\n'
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
        '"ProductName"="Windows 10 Pro"\r\n"CurrentBuild"="22631"\r\n"CurrentMajorVersionNumber"=dword:0000000a\r\n'
        '"CurrentMinorVersionNumber"=dword:00000000\r\n"RegisteredOwner"="PRIVATE"\r\n\r\n'
        + "".join(cpu.replace("{number}", str(number)) for number in range(4))
    )
    machine = machine_of(text, encoding="utf-16")
    assert (machine.manufacturer, machine.model) == ("Lenovo", "Lenovo G480")
    assert (machine.os_name, machine.os_version) == ("Microsoft Windows 11 Pro", "10.0.22631")
    assert (machine.cpu.name, machine.cpu.threads) == ("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", 4)
    assert machine.cpu.architecture == "x86_64"
    assert machine.cpu.origin("features").detail == "{source} does not say"
    assert "PRIVATE" not in repr(machine)


def test_an_export_alone_says_that_cards_may_be_gone() -> None:
    """Windows keeps the keys of cards that were taken out."""
    text = (
        HEAD + CLASS + '\\0000]\r\n"DriverDesc"="NVIDIA GeForce GTX 960"\r\n'
        '"MatchingDeviceId"="pci\\\\ven_10de&dev_1401"\r\n"HardwareInformation.MemorySize"=dword:fff00000\r\n\r\n'
    )
    machine = machine_of(text)
    assert [(g.pci_id, g.vram_bytes) for g in machine.gpus] == [("10de:1401", None)]
    assert "taken out" in machine.notes[0].detail


@pytest.mark.parametrize(
    ("folder", "cards"),
    [
        # the export also holds a GTX 960 and two keys of the Radeon; its 64-bit size replaces the ceiling of 32 bits
        ("amd-radeon-rx6600xt", [("1002:73ff", 0x1FF000000)]),
        ("nvidia-geforce-rtx-2060-super", [("10de:1f06", 8 * GIB)]),
        ("intel-hd-graphics", [("8086:0102", 0)]),
        ("intel+nvidia", [("8086:0412", 0), ("10de:1402", 2 * GIB)]),
    ],
)
def test_beside_a_list_of_present_cards(shared: Path, folder: str, cards: list[tuple[str, int]]) -> None:
    """Two files of the same computer: its real cards with their real memory."""
    place = shared / "fixtures" / "windows" / folder
    machine = dumps.load(place / "display-class.utf16.reg", place / "Win32_VideoController.utf16.wmi")
    assert [(g.pci_id, g.vram_bytes) for g in machine.gpus] == cards
    assert machine.notes == ()
