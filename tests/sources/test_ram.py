"""Memory modules: the firmware's raw table, and what kind, speed and channels follow from it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.machine import Memory
from advisor.sources import ram, smbios
from advisor.sources.names import describe
from tests.sources import smbios_builder as build

GIB = 1 << 30


def read(*parts: bytes) -> Memory:
    table = smbios.structures(build.memory_array(0x10) + b"".join(parts) + build.END)
    return ram.memory(smbios.memory_modules(table), "SMBIOS")


def test_two_modules_on_two_banks_are_two_channels() -> None:
    """BANK 0 and BANK 2 (Phoenix firmware): 12.8 GB/s each."""
    memory = read(
        build.module(bank="BANK 0", configured=1600), build.module(slot="DIMM1", bank="BANK 2", configured=1600)
    )
    assert (memory.kind, memory.speed_mts, memory.channels, memory.installed_bytes) == ("DDR3", 1600, 2, 8 * GIB)
    assert memory.bandwidth_bytes_per_s == 25.6e9
    assert memory.origin("bandwidth_bytes_per_s").kind == "computed"


@pytest.mark.parametrize(
    ("slots", "channels"),
    [
        ([("ChannelA-DIMM0", "BANK 0"), ("ChannelB-DIMM0", "BANK 2")], 2),
        ([("DIMM 0", "P0 CHANNEL A"), ("DIMM 1", "P0 CHANNEL A"), ("DIMM 0", "P0 CHANNEL B"),
          ("DIMM 1", "P0 CHANNEL B")], 2),
        ([("DIMM 0", "P0 CHANNEL A"), ("DIMM 1", "P0 CHANNEL A")], 1),
        ([("DIMM_A2", "Unknown"), ("DIMM_B2", "Unknown")], 2),
        ([("P1_DIMMA1", "P0_Node0_Channel0_Dimm0"), ("P2_DIMME1", "P1_Node1_Channel0_Dimm0")], 2),
        ([("Slot 1", "X"), ("Slot 2", "X")], 2),
        ([("CPU0-DIMM1", "CPU0"), ("CPU0-DIMM6", "CPU0")], None),
        ([("DIMM_A1", "")] * 6, None),
        ([("Slot 1", "X")], 1),
    ],
)  # fmt: skip
def test_channels_by_the_slots_names(slots: list[tuple[str, str]], channels: int | None) -> None:
    """Makers name channels in the slot or in the bank, in many ways; a server's sockets are no channels."""
    memory = read(*(build.module(slot=slot, bank=bank, configured=1600) for slot, bank in slots))
    assert memory.channels == channels
    assert (memory.bandwidth_bytes_per_s is None) == (channels is None)


def test_configured_speed_counts_and_the_slowest_module_sets_it() -> None:
    """A 1600 module beside a 1333 one runs at 1333."""
    memory = read(build.module(speed=1600, configured=1333), build.module(speed=1333, configured=1333, bank="BANK 2"))
    assert (memory.speed_mts, memory.modules[0].rated_mts, memory.modules[0].speed_mts) == (1333, 1600, 1333)


def test_rated_speed_is_an_assumption_when_old_firmware_has_no_other() -> None:
    """SMBIOS before 2.7 has no configured speed."""
    memory = read(build.module(speed=1333, configured=None))
    assert memory.speed_mts == 1333
    assert memory.origin("speed_mts").kind == "assumed"


@pytest.mark.parametrize(
    ("kind", "written", "meant"), [("DDR3", 667, 1334), ("DDR4", 1333, 2666), ("DDR4", 2666, 2666), ("DDR2", 400, 400)]
)
def test_a_clock_is_no_transfer_rate(kind: str, written: int, meant: int) -> None:
    """Speeds below any module of the kind are clocks; DDR2-400 exists and stays."""
    assert ram.transfers(kind, written) == meant


def test_half_the_rated_speed_is_the_clock() -> None:
    """An HP Pavilion g6 says 1600 MT/s and, configured, 800."""
    assert read(build.module(speed=1600, configured=800)).speed_mts == 1600


def test_soldered_memory_counts_by_width() -> None:
    """Eight LPDDR4 packages of 16 bits are two 64-bit channels."""
    memory = read(*(build.module(kind="LPDDR4", width=16, mib=2048, speed=4267, configured=4267) for _ in range(8)))
    assert (memory.channels, memory.installed_bytes) == (2, 16 * GIB)


def test_unequal_modules_get_a_note() -> None:
    """4 + 8 GiB: dual channel for twice the smaller only."""
    note = ram.uneven(read(build.module(mib=4096), build.module(mib=8192, bank="BANK 2")).modules)
    assert note is not None
    assert note.values == {"double": "8", "total": "12"}
    assert ram.uneven(read(build.module(), build.module(bank="BANK 2")).modules) is None


def test_a_virtual_machines_modules_say_nothing_about_channels() -> None:
    """A cloud machine shows a single module: half the speed would be a wrong conclusion."""
    memory = ram.memory([ram.Module(size_bytes=16 * GIB, kind="DDR4", speed_mts=3200)], "SMBIOS", virtual=True)
    assert (memory.kind, memory.channels, memory.bandwidth_bytes_per_s) == ("DDR4", None, None)
    assert "invented" in memory.origin("channels").detail


def test_large_modules_use_the_extended_size() -> None:
    """32 GiB and more do not fit into the old field."""
    assert read(build.module(kind="DDR5", mib=65536, speed=5600, configured=5600)).installed_bytes == 64 * GIB


def test_flash_and_empty_slots_are_no_memory() -> None:
    """The firmware's own flash chip and empty slots are left out."""
    table = smbios.structures(
        build.memory_array(0x10) + build.memory_array(0x30, use=5) + build.module(mib=0) + build.module(array=0x30)
        + build.module(kind="Flash") + build.END
    )  # fmt: skip
    assert smbios.memory_modules(table) == ()
    memory = ram.memory((), "SMBIOS")
    assert memory.kind is None
    assert memory.origin("channels").kind == "unknown"


def test_no_serial_number_comes_out() -> None:
    """The table holds serial numbers; nothing read from it does."""
    table = smbios.structures(
        build.system("LENOVO", "20156", "Lenovo G480") + build.memory_array(0x10) + build.module() + build.END
    )
    shown = repr(
        (smbios.identity(table), smbios.memory_modules(table), ram.memory(smbios.memory_modules(table), "SMBIOS"))
    )
    assert "SERIAL" not in shown


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_without_an_exception(table: bytes) -> None:
    """Broken firmware ends the reading, never the program."""
    found = smbios.structures(table)
    ram.memory(smbios.memory_modules(found), "SMBIOS")
    describe(smbios.identity(found), "SMBIOS")
    smbios.processor(found)


def test_a_cut_table_keeps_what_came_before() -> None:
    """Half a table gives its first half."""
    whole = build.system("Dell Inc.", "XPS 13", "") + build.memory_array(0x10) + build.module()
    assert smbios.identity(smbios.structures(whole[:-20])).product == "XPS 13"


@pytest.mark.parametrize(
    ("file", "model", "gib", "kind", "speed", "channels"),
    [
        ("G480_20149__B10C96EF5412", "Lenovo G480", 16, "DDR3", 1333, 2),
        ("G480_20150__2C696D951ACB", "Lenovo G480", 6, "DDR3", 1333, 2),
        ("G480_20156__01014F4F77C7", "Lenovo G480", 8, "DDR3", 1333, 1),
        ("G480_20156__E062D31C60AE", "Lenovo G480", 3, "DDR3", 1067, 2),
        ("ThinkPad_X220_4290RV8__C02E041B5FAC", "ThinkPad X220", 6, "DDR3", 1333, 2),
        ("Legion_5_17IMH05_82B3__C440AB2216B5", "Lenovo Legion 5 17IMH05", 16, "DDR4", 2933, 2),
        ("MS-7C37__DEEA03BBAB7B", "MPG X570 GAMING EDGE WIFI (MS-7C37)", 32, "DDR4", 2400, 2),
        ("PRIME_X670-P_WIFI__C4B552037C75", "PRIME X670-P WIFI", 16, "DDR5", 4800, 1),
        ("Pavilion_g6__58AF070D8D87", "HP Pavilion g6 Notebook PC", 8, "DDR3", 1600, 2),
        ("TRX40_AORUS_MASTER__EE50AD4F80E5", "TRX40 AORUS MASTER", 96, "DDR4", 2400, 4),
        ("XPS_13_9310__BA33640E4D1F", "XPS 13 9310", 16, "LPDDR4", 4267, 2),
        ("PowerEdge_R720__D8D4967E1D97", "PowerEdge R720", 160, "DDR3", 1066, None),
        ("Super_Server__33F26FCD2153", "X10DRU-i+", 32, "DDR4", 2400, 2),
        ("Laptop_13__6283E9C80C86", "Laptop 13 (AMD Ryzen 7040Series)", 64, "DDR5", 5600, 2),
    ],
)  # fmt: skip
def test_real_machines(
    shared: Path, file: str, model: str, gib: int, kind: str, speed: int, channels: int | None
) -> None:
    """Tables rebuilt from dmidecode's output of real machines, read back from raw bytes."""
    text = (shared / "fixtures" / "linuxhw-dmi" / f"{file}.txt").read_text(encoding="utf-8", errors="replace")
    table = smbios.structures(build.from_dmidecode(text))
    memory = ram.memory(smbios.memory_modules(table), "SMBIOS")
    found = (
        describe(smbios.identity(table), "SMBIOS").model,
        (memory.installed_bytes or 0) / GIB,
        memory.kind,
        memory.speed_mts,
    )
    assert (*found, memory.channels) == (model, gib, kind, speed, channels)


def test_every_recorded_table_is_read(shared: Path) -> None:
    """Over 70 machines: no exception, the sizes of all modules add up, a kind wherever dmidecode names one kind."""
    files = [
        f
        for folder in ("linuxhw-dmi", "netbox-agent", "dmi", "facter")
        for f in (shared / "fixtures" / folder).glob("*dmi*")
    ]
    files += list((shared / "fixtures" / "linuxhw-dmi").glob("*.txt"))
    assert len(files) > 40
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        memory = ram.memory(smbios.memory_modules(smbios.structures(build.from_dmidecode(text))), "SMBIOS")
        kinds = set(re.findall(r"^\tType: ((?:LP)?DDR\d)\s*$", text, re.MULTILINE))
        if len(kinds) == 1 and memory.modules:
            assert memory.kind in kinds, file.name
        assert all(module.size_bytes for module in memory.modules), file.name


def test_memory_of_a_kind_without_a_name_counts_by_its_width() -> None:
    """LPDDR5X in an older table: four soldered chips of 32 bits on channels A to D are two channels of 64."""
    chips = [
        ram.Module(slot=f"OnBoard {n}", bank=f"Channel{n}0", size_bytes=4 * GIB, speed_mts=6400, width_bits=32)
        for n in "ABCD"
    ]
    assert ram.memory(chips, "udev").bandwidth_bytes_per_s == 102.4e9
