"""dmidecode's text: names, processors and memory modules; the same as from the raw table."""

from pathlib import Path

import pytest

from advisor.dumps import dmidecode
from advisor.dumps.document import Document, decode
from advisor.machine import Machine
from advisor.sources import ram, smbios
from tests.sources import smbios_builder as build

GIB = 1 << 30


def read(text: str) -> Machine:
    document = Document("dmi.txt", text)
    assert dmidecode.recognise(document)
    return dmidecode.read(document)


def _spelt(fields: dict[str, str]) -> dict[str, str]:
    return {key.replace("_", " "): value for key, value in fields.items()}


def processor(**fields: str) -> str:
    values = {"Type": "Central Processor", "Manufacturer": "Intel(R) Corporation", "Version": "X @ 2.00GHz",
              "Max Speed": "3000 MHz", "Current Speed": "2000 MHz", "Status": "Populated, Enabled", "Core Count": "4",
              "Core Enabled": "4", "Thread Count": "8", **_spelt(fields)}  # fmt: skip
    lines = "".join(f"\t{key}: {value}\n" for key, value in values.items() if value)
    return f"Handle 0x0004, DMI type 4, 42 bytes\nProcessor Information\n{lines}\n"


def module(size: str = "8 GB", *, handle: str = "0x0010", **fields: str) -> str:
    values = {"Array Handle": handle, "Data Width": "64 bits", "Size": size, "Locator": "DIMM0",
              "Bank Locator": "BANK 0", "Type": "DDR4", "Speed": "3200 MT/s", "Manufacturer": "Kingston",
              "Serial Number": "5E41A7C0", **_spelt(fields)}  # fmt: skip
    lines = "".join(f"\t{key}: {value}\n" for key, value in values.items() if value)
    return f"Handle 0x0020, DMI type 17, 34 bytes\nMemory Device\n{lines}\n"


SYSTEM = """\
# dmidecode 3.3
SMBIOS 2.7 present.

Handle 0x0001, DMI type 1, 27 bytes
System Information
\tManufacturer: LENOVO
\tProduct Name: 20156
\tVersion: Lenovo G480
\tSerial Number: PF0ABCDE
\tUUID: 11111111-2222-3333-4444-555555555555

Handle 0x0003, DMI type 3, 22 bytes
Chassis Information
\tManufacturer: LENOVO
\tType: Notebook
\tSerial Number: PF0ABCDE

"""


def test_both_ways_to_read_a_firmware_agree(shared: Path) -> None:
    """Names and memory modules out of the text are those out of the raw table that the text was printed from."""
    files = sorted((shared / "fixtures/linuxhw-dmi").glob("*.txt"))
    assert len(files) > 30
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        entries, table = dmidecode.parse(text), smbios.structures(build.from_dmidecode(text))
        assert dmidecode.identity(entries) == smbios.identity(table), file.name
        ours, theirs = dmidecode.modules(entries), smbios.memory_modules(table)
        assert ram.memory(ours, "x") == ram.memory(theirs, "x"), file.name
        first = smbios.processor(table)
        assert (read(text).cpu.name or "") == (first.name or ""), file.name


@pytest.mark.parametrize(
    ("machine", "modules", "total", "speed", "channels", "cpu"),
    [
        ("G480_20156__01014F4F77C7", [8], 8, 1333, 1, "Intel(R) Core(TM) i3-2348M CPU @ 2.30GHz"),
        ("G480_20156__BE1B78E337E9", [2, 2], 4, 1333, 2, "Intel(R) Celeron(R) CPU B820 @ 1.70GHz"),
        ("G480_20156__E062D31C60AE", [1, 2], 3, 1067, 2, "Intel(R) Celeron(R) CPU B815 @ 1.60GHz"),
        ("G480_20156__FE6BBA07317E", [4], 4, 1333, 1, "Intel(R) Celeron(R) CPU B830 @ 1.80GHz"),
        ("G480_20149__D548C353814F", [4, 4], 8, 1600, 2, "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz"),
        ("G480_20149__BCA1A09156AE", [4, 4], 8, 1333, 2, "Intel(R) Core(TM) i3-2348M CPU @ 2.30GHz"),
        ("G480_20150__2C696D951ACB", [4, 2], 6, 1333, 2, "Intel(R) Core(TM) i3-3110M CPU @ 2.40GHz"),
        ("G480_20150__C27F8B787F41", [2], 2, 1600, 1, "Intel(R) Celeron(R) CPU 1000M @ 1.80GHz"),
    ],
)
def test_the_g480s(
    shared: Path, machine: str, modules: list[int], total: int, speed: int, channels: int, cpu: str
) -> None:
    """One model, two firmwares: "DIMM0/BANK 0 + DIMM1/BANK 2" and "ChannelA-DIMM0 + ChannelB-DIMM0"."""
    document = decode("x", (shared / f"fixtures/linuxhw-dmi/{machine}.txt").read_bytes())
    found = dmidecode.read(document)
    assert (found.manufacturer, found.model, found.chassis) == ("Lenovo", "Lenovo G480", "laptop")
    assert (found.cpu.name, found.cpu.vendor, found.environment) == (cpu, "Intel", ())
    memory = found.memory
    assert [round((m.size_bytes or 0) / GIB) for m in memory.modules] == modules
    assert (memory.installed_bytes, memory.kind) == (total * GIB, "DDR3")
    assert (memory.speed_mts, memory.channels) == (speed, channels)
    assert memory.bandwidth_bytes_per_s == speed * 1e6 * channels * 8


def test_teamgroup_modules_run_at_what_is_configured() -> None:
    """Sold as DDR4-3200, running at 2400: four of them in the two channels that AMD names in the bank."""
    text = "".join(
        module(Bank_Locator=f"P0 CHANNEL {channel}", Locator=f"DIMM {n}", Configured_Memory_Speed="2400 MT/s",
               Manufacturer="Team Group Inc.", Part_Number="TEAMGROUP-UD4-3200")
        for channel in "AB" for n in "01"
    )  # fmt: skip
    memory = read(text).memory
    assert (memory.installed_bytes, memory.kind) == (32 * GIB, "DDR4")
    assert (memory.speed_mts, memory.channels, memory.bandwidth_bytes_per_s) == (2400, 2, 38.4e9)
    assert {m.rated_mts for m in memory.modules} == {3200}


def test_what_is_no_main_memory_is_not_counted() -> None:
    """The firmware's flash chip, a video memory's array, empty slots, and other ways to say that."""
    arrays = "Handle 0x0010, DMI type 16, 15 bytes\nPhysical Memory Array\n\tUse: System Memory\n\n" + (
        "Handle 0x0011, DMI type 16, 15 bytes\nPhysical Memory Array\n\tUse: Video Memory\n\n"
    )
    empty = [module("No Module Installed"), module("Not Installed"), module("Unknown"), module("0 MB"), module("8192")]
    text = arrays + module() + module("8 MB", Type="Flash") + module("2 GB", handle="0x0011") + "".join(empty)
    memory = read(text).memory
    assert [m.size_bytes for m in memory.modules] == [8 * GIB]
    assert (memory.channels, memory.speed_mts, memory.origin("speed_mts").kind) == (1, 3200, "assumed")


@pytest.mark.parametrize(
    ("size", "mib"), [("512 MB", 512), ("16384 MB", 16384), ("32 GB", 32768), ("1 TB", 1 << 20), ("65536 kB", 64)]
)
def test_sizes(size: str, mib: int) -> None:
    """dmidecode counts 1024s in every unit that it prints."""
    assert read(module(size)).memory.installed_bytes == mib << 20


def test_an_older_dmidecode() -> None:
    """Before 3.2: MHz for transfers, "Configured Clock Speed"; the name of the field matters, not the unit."""
    memory = read(module(Speed="1600 MHz", Configured_Clock_Speed="1333 MHz", Type="DDR3")).memory
    assert (memory.speed_mts, memory.modules[0].rated_mts) == (1333, 1600)


def test_sockets_add_up() -> None:
    """Two processors and an empty socket."""
    cpu = read(processor() + processor() + processor(Status="Unpopulated", Version="Not Specified")).cpu
    assert (cpu.sockets, cpu.cores, cpu.threads) == (2, 8, 16)
    assert (cpu.vendor, cpu.base_mhz, cpu.max_mhz) == ("Intel", 2000.0, 3000.0)


@pytest.mark.parametrize(
    ("fields", "cores", "threads"),
    [
        ({"Core_Enabled": "1", "Thread_Count": "2"}, 4, None),  # an ASUS K53SD with all of its cores running
        ({"Thread_Count": "1"}, 4, None),  # a virtual EPYC
        ({"Core_Enabled": "", "Thread_Count": "4"}, 4, 4),
        ({"Core_Count": "", "Core_Enabled": "", "Thread_Count": ""}, None, None),  # before SMBIOS 2.5
    ],
)
def test_counts_that_contradict_each_other_are_left_out(
    fields: dict[str, str], cores: int | None, threads: int | None
) -> None:
    """The catalogue knows them better."""
    cpu = read(processor(**fields)).cpu
    assert (cpu.cores, cpu.threads) == (cores, threads)


@pytest.mark.parametrize("name", ["Not Specified", "To Be Filled By O.E.M.", "00000000", "   ", "Not Installed"])
def test_placeholders_are_no_processor(name: str) -> None:
    """Nothing is shown rather than a placeholder."""
    assert read(processor(Version=name)).cpu.name is None


@pytest.mark.parametrize(("highest", "believed"), [("4000 MHz", None), ("2000 MHz", None), ("30000 MHz", None)])
def test_highest_clocks_that_are_none(highest: str, believed: float | None) -> None:
    """Stand-ins of the firmware's makers."""
    assert read(processor(Max_Speed=highest)).cpu.max_mhz == believed


def test_quiet_output_and_blanks_for_tabs() -> None:
    """`dmidecode -q` prints no handles; web pages turn tabs into blanks."""
    text = SYSTEM + module() + processor()
    quiet = "\n".join(line for line in text.split("\n") if not line.startswith(("Handle", "#", "SMBIOS")))
    for changed in (quiet, text.replace("\t", "        "), quiet.replace("\t", "    ")):
        assert read(changed) == read(text)


def test_no_number_that_names_the_owner_is_read() -> None:
    """Serial numbers, asset tags and UUIDs of system, chassis and modules stay where they are."""
    shown = repr(read(SYSTEM + module() + processor(Serial_Number="PF0ABCDE")))
    assert not any(secret in shown for secret in ("PF0ABCDE", "5E41A7C0", "11111111"))


def test_a_virtual_machines_modules_tell_no_channels() -> None:
    """They are invented."""
    text = SYSTEM.replace("LENOVO", "VMware, Inc.").replace("20156", "VMware Virtual Platform") + module() + module()
    machine = read(text)
    assert (machine.environment, machine.memory.channels) == (("vm",), None)


def test_a_battery_with_a_capacity_is_there() -> None:
    """An entry without one is an empty bay."""
    text = "Handle 0x0016, DMI type 22, 26 bytes\nPortable Battery\n\tName: X\n\tDesign Capacity: {}\n"
    assert read(text.format("57530 mWh")).battery.present is True
    assert read(text.format("0 mWh")).battery.present is None


@pytest.mark.parametrize("text", ["", "Memory Device\n", "System Information\nfoo\n", "Handle 0x1, X\n"])
def test_others_are_not_taken(text: str) -> None:
    """A title alone is anybody's."""
    assert not dmidecode.recognise(Document("x", text))
