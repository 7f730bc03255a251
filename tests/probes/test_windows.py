"""Windows readers: records, registry exports and codes of real and built computers, without Windows."""

import re
import struct
from pathlib import Path
from typing import Any

import pytest

from advisor.catalog.complete import complete
from advisor.machine import Machine
from advisor.probes import d3dkmt, nvml, windows
from advisor.probes.windows import device_calls, disks, topology
from advisor.sources import windows_devices
from advisor.sources import windows_display as display
from advisor.sources import windows_system as system
from advisor.sources.names import Identity
from advisor.sources.smbios import Processor
from advisor.sources.windows_display import Adapter
from tests.probes import fake_windows as fake
from tests.probes.fake_windows import cache, core, descriptor, device, power_data, record

GIB, MIB = 1 << 30, 1 << 20


def exported(path: Path) -> dict[str, dict[str, object]]:
    """The subkeys of a registry export (UTF-16), by their last name: texts, numbers and bytes."""
    raw = path.read_bytes()
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    text = re.sub(r"\\\r?\n\s*", "", text)
    keys: dict[str, dict[str, object]] = {}
    values: dict[str, object] = {}
    for line in text.splitlines():
        if line.startswith("["):
            values = keys.setdefault(line.strip("[]").rpartition("\\")[2], {})
        elif found := re.match(r'"(.+?)"=(.*)$', line):
            values[found.group(1)] = _value(found.group(2))
    return keys


def _value(text: str) -> object:
    if text.startswith('"'):
        return text.strip('"').replace("\\\\", "\\")
    kind, _, data = text.partition(":")
    if kind == "dword":
        return int(data, 16)
    raw = bytes(int(part, 16) for part in data.split(",") if part)
    return int.from_bytes(raw, "little") if kind == "hex(b)" else raw


def test_the_modules_import_everywhere_and_their_calls_fail_alone() -> None:
    """On another system every collector raises OSError, which the runner turns into reasons."""
    from advisor.probes.merge import merged
    from advisor.probes.runner import run
    from advisor.probes.windows import libraries

    if getattr(__import__("ctypes"), "WinDLL", None) is not None:
        pytest.skip("this is Windows")
    with pytest.raises(OSError, match="not Windows"):
        libraries.library("kernel32")
    machine = merged(run(windows.probes(), 20))
    assert machine.cpu.name is None
    assert machine.memory.origin("total_bytes").kind == "unknown"
    assert len(machine.notes) >= 8


@pytest.mark.parametrize(
    ("file", "name", "mhz"),
    [
        ("7-CentralProcessor", "Intel(R) Core(TM) i5-2300 CPU @ 2.80GHz", 2800.0),
        ("2019-amd-epyc-CentralProcessor", "AMD EPYC", None),
    ],
)
def test_processor_of_recorded_registries(shared: Path, file: str, name: str, mhz: float | None) -> None:
    """Name, maker and base clock: the one in the name before the measured one."""
    values = exported(shared / "fixtures/windows/registry" / f"{file}.reg")["0"]
    found = system.cpu(values, "AMD64", frozenset({38, 39}), 19045)
    assert (found.name or "").startswith(name)
    assert found.vendor in ("Intel", "AMD")
    assert found.base_mhz == mhz if mhz else found.base_mhz is not None


@pytest.mark.parametrize(
    ("vendor", "identifier", "present", "build", "features"),
    [
        ("GenuineIntel", "Intel64 Family 6 Model 58 Stepping 9", {38, 39}, 19043, {"sse4_2", "avx", "f16c"}),
        ("GenuineIntel", "Intel64 Family 6 Model 42 Stepping 7", {38, 39}, 19043, {"sse4_2", "avx"}),
        ("GenuineIntel", "Intel64 Family 6 Model 42 Stepping 7", {38}, 19043, {"sse4_2"}),
        ("AuthenticAMD", "AMD64 Family 21 Model 2 Stepping 0", {38, 39}, 22631, {"sse4_2", "avx", "f16c", "fma"}),
        ("AuthenticAMD", "AMD64 Family 25 Model 33 Stepping 0", {38, 39, 40}, 22631,
         {"sse4_2", "avx", "avx2", "f16c", "fma"}),
        ("GenuineIntel", "Intel64 Family 6 Model 85", {38, 39, 40, 41}, 20348,
         {"sse4_2", "avx", "avx2", "f16c", "fma", "avx512f"}),
        ("GenuineIntel", "Intel64 Family 6 Model 58 Stepping 9", set(), 17763, None),
        ("GenuineIntel", "x86 Family 6 Model 28", set(), 19045, set()),
    ],
)  # fmt: skip
def test_instruction_sets(
    vendor: str, identifier: str, present: set[int], build: int, features: set[str] | None
) -> None:
    """AVX2 brings F16C and FMA; before it the model decides; old Windows does not tell and nothing is invented."""
    found = system.cpu({"VendorIdentifier": vendor, "Identifier": identifier}, "AMD64", frozenset(present), build)
    assert found.features == (None if features is None else frozenset(features))
    if features is None:
        assert "2004" in found.origin("features").detail


@pytest.mark.parametrize(
    ("maximum", "base", "believed"),
    [
        (3100, 2500.0, 3100.0),
        (2500, 2500.0, None),
        (6000, 2500.0, None),
        (None, 2500.0, None),
        (3100, None, None),
        (4000, 2500.0, None),
    ],
)
def test_highest_clock_is_believed_within_reason(
    maximum: int | None, base: float | None, believed: float | None
) -> None:
    """Firmware writes the base clock there, or nonsense."""
    assert system.clocks(Processor("x", maximum, 2500), base).max_mhz == believed


@pytest.mark.parametrize(
    ("values", "name", "version"),
    [
        ({"ProductName": "Windows 10 Pro", "CurrentBuild": "19043", "CurrentMajorVersionNumber": 10,
          "CurrentMinorVersionNumber": 0},
         "Microsoft Windows 10 Pro", "10.0.19043"),
        ({"ProductName": "Windows 10 Home China", "CurrentBuild": "26100", "CurrentMajorVersionNumber": 10},
         "Microsoft Windows 11 Home China", "10.0.26100"),
        ({"ProductName": "Windows 7 Ultimate", "CurrentBuild": "7601", "CurrentVersion": "6.1"},
         "Microsoft Windows 7 Ultimate", "6.1.7601"),
        ({}, None, None),
    ],
)  # fmt: skip
def test_windows_eleven_is_told_by_its_build(values: dict[str, object], name: str | None, version: str | None) -> None:
    """ProductName stayed at 10."""
    found = system.operating_system(values)
    assert (found.os_name, found.os_version) == (name, version)


@pytest.mark.parametrize(
    ("status", "present", "percent", "plugged"),
    [((1, 0, 87), True, 87.0, True), ((0, 1, 55), True, 55.0, False), ((1, 128, 255), False, None, None),
     ((255, 255, 255), None, None, None)],
)  # fmt: skip
def test_power_codes(
    status: tuple[int, int, int], present: bool | None, percent: float | None, plugged: bool | None
) -> None:
    """128 is "no battery", 255 "unknown"."""
    found = system.battery(status)
    assert (found.present, found.percent, found.plugged) == (present, percent, plugged)


def test_names_come_from_the_registrys_copy_of_the_firmware() -> None:
    """The G480 without SMBIOS access."""
    values = {"SystemManufacturer": "LENOVO", "SystemProductName": "20156", "SystemVersion": "Lenovo  G480 "}
    assert system.identity(values) == Identity("LENOVO", "20156", "Lenovo G480")


def test_topology_of_a_hybrid_processor() -> None:
    """Two fast cores of two threads, four slow ones of one; instruction caches do not count."""
    records = b"".join(core(0b11 << 2 * i, 1) for i in range(2)) + b"".join(core(1 << 4 + i) for i in range(4))
    records += (
        record(3, bytes(24))
        + cache(1, 2, 32 << 10)
        + cache(1, 1, 32 << 10)
        + cache(2, 0, 1 << 20)
        + cache(3, 0, 12 << 20)
    )
    found = topology.cpu(topology.parse(records))
    assert (found.sockets, found.cores, found.threads) == (1, 6, 8)
    assert (found.performance_cores, found.efficiency_cores) == (2, 4)
    assert (found.l1d_bytes, found.l2_bytes, found.l3_bytes) == (32 << 10, 1 << 20, 12 << 20)


def test_topology_of_many_groups_and_of_nonsense() -> None:
    """Over 64 threads the masks repeat in further groups: all are counted. Broken records end the reading."""
    two_groups = b"".join(core((1 << 2 * i) * 3) for i in range(32)) * 2
    assert topology.cpu(topology.parse(two_groups)).threads == 128
    assert topology.cpu(topology.parse(core(3) + b"\x00\x00\x00\x00\xff\xff\xff\x7f")).threads == 2
    assert topology.cpu(topology.parse(b"")).cores is None


def test_stale_and_ghost_adapters_are_not_shown(shared: Path) -> None:
    """A recorded registry with a removed GeForce, two keys of one Radeon and three remote adapters: one GPU, 8 GiB."""
    keys = exported(shared / "fixtures/windows/amd-radeon-rx6600xt/display-class.utf16.reg")
    entries = display.class_entries(keys)
    assert [e.name for e in entries].count("Microsoft Remote Display Adapter") == 4
    present = frozenset({r"PCI\VEN_1002&DEV_73FF&SUBSYS_E447174B&REV_C1"})
    found = display.machine([], entries, present).gpus
    assert [(g.name, g.pci_id, g.vram_bytes) for g in found] == [("AMD Radeon RX 6600 XT", "1002:73ff", 0x1FF000000)]
    assert display.machine([], entries, None).gpus == ()


def test_old_intel_and_nvidia_registry(shared: Path) -> None:
    """A 64-bit size beside Intel's meaningless 1 GiB."""
    entries = display.class_entries(exported(shared / "fixtures/windows/intel+nvidia/display-class.utf16.reg"))
    present = frozenset({r"PCI\VEN_10DE&DEV_1402&SUBSYS_1", r"PCI\VEN_8086&DEV_0412&SUBSYS_2"})
    found = {g.pci_id: g.vram_bytes for g in display.machine([], entries, present).gpus}
    assert found == {"10de:1402": 2 * GIB, "8086:0412": None}


@pytest.mark.parametrize(
    ("value", "size"), [(0xFFF00000, None), (b"\x00\x00\x00\x40", GIB), (2 * GIB, 2 * GIB), ("x", None)]
)
def test_the_32_bit_size_stops_below_4_gib(value: object, size: int | None) -> None:
    """0xFFF00000 means "4 GiB or more": no answer."""
    keys: dict[str, dict[str, object]] = {
        "0000": {"MatchingDeviceId": "PCI\\VEN_10DE&DEV_1F06", "HardwareInformation.MemorySize": value}
    }
    assert display.class_entries(keys)[0].memory_bytes == size


def test_an_optimus_laptop_shows_both_cards() -> None:
    """The G480's pair: Intel's 64 MiB are not its own, the 610M's GiB is, whatever its size says."""
    intel = Adapter(
        "Intel(R) HD Graphics 4000",
        0x2B,
        0x8086,
        0x0166,
        (0, 2, 0),
        64 * MIB,
        1792 * MIB,
        10 << 48 | 18 << 32 | 10 << 16 | 4885,
    )
    nvidia = Adapter("NVIDIA GeForce 610M", 0x11, 0x10DE, 0x1058, (1, 0, 0), 995 * MIB, 4 * GIB)
    software = Adapter("Microsoft Basic Render Driver", 0x5, 0x1414, 0x8C)
    remote = Adapter("Microsoft Remote Display Adapter", 0x42)
    found = display.machine([intel, software, nvidia, remote], [], frozenset())
    shown = [(g.pci_id, g.kind, g.vram_bytes, g.shared_bytes, g.bus_address) for g in found.gpus]
    assert shown == [
        ("8086:0166", "integrated", 0, 1792 * MIB, "0000:00:02.0"),
        ("10de:1058", "discrete", 995 * MIB, 4 * GIB, "0000:01:00.0"),
    ]
    assert found.gpus[0].driver == "10.18.10.4885"
    assert found.notes == ()


def test_a_missing_driver_is_said() -> None:
    """Basic Display Adapter: the card is listed by its PCI id, its memory unknown, and a note tells the user. Until a
    driver is installed it is of no use.
    """
    found = display.machine(
        [Adapter("Microsoft Basic Display Adapter", 0xA, 0x10DE, 0x1C03, (1, 0, 0), 0, 0)], [], frozenset()
    )
    gpu = found.gpus[0]
    assert (gpu.pci_id, gpu.name, gpu.vram_bytes) == ("10de:1c03", None, None)
    assert gpu.driver == "Microsoft Basic Display Adapter"
    assert [note.values for note in found.notes] == [{"name": "10de:1c03"}]
    done = complete(Machine(os_family="windows", gpus=found.gpus)).gpus[0]
    assert (done.name, done.usable) == ("GeForce GTX 1060 6 GB", False)
    assert "install the maker's driver" in done.origin("usable").detail


def test_a_second_card_without_any_driver_is_listed_all_the_same() -> None:
    """A laptop's 3D controller that never had a driver is in no display class, and the kernel has no adapter for it."""
    intel = Adapter("Intel(R) HD Graphics 4000", 0x3, 0x8086, 0x0166, (0, 2, 0), 0, 1792 * MIB)
    devices = [device("0300", "8086", "0166", (0, 2, 0)), device("0302", "10DE", "1058", (1, 0, 0), problem=28),
               device("0C03", "8086", "1E31", (0, 20, 0))]  # fmt: skip
    found = display.machine([intel], [], frozenset(), devices)
    shown = [(g.pci_id, g.kind, g.bus_address) for g in found.gpus]
    assert shown == [("8086:0166", "integrated", "0000:00:02.0"), ("10de:1058", "discrete", "0000:01:00.0")]
    assert [note.detail for note in found.notes] == ["{name}: its driver is missing: install the maker's driver"]
    done = complete(Machine(os_family="windows", gpus=found.gpus)).gpus[1]
    assert (done.name, done.compute_capability, done.usable) == ("GeForce 610M", "2.1", False)


@pytest.mark.parametrize(
    ("more", "note", "driver"),
    [
        ({"service": "BasicDisplay"}, "Windows uses the Microsoft Basic", "Microsoft Basic Display Adapter"),
        ({"problem": 22}, "switched off", None),
        ({"problem": 43}, "code {code}", None),
        ({"service": ""}, "missing", None),
    ],
)  # fmt: skip
def test_why_a_card_does_not_work(more: dict[str, Any], note: str, driver: str | None) -> None:
    """A plain picture driver, switched off, stopped by Windows, nothing installed: each said in words, none usable."""
    found = display.machine([], [], None, [device("0300", "10DE", "1C03", (1, 0, 0), **more)])
    assert note in found.notes[0].detail
    gpu = complete(Machine(os_family="windows", gpus=found.gpus)).gpus[0]
    assert (gpu.name, gpu.driver, gpu.usable) == ("GeForce GTX 1060 6 GB", driver, False)


def test_a_card_of_a_compute_driver_is_no_failure() -> None:
    """Tesla cards in TCC mode have no display adapter: the registry names them, and nothing is said to be wrong."""
    entry = {"0000": {"MatchingDeviceId": "PCI\\VEN_10DE&DEV_15F8", "DriverDesc": "NVIDIA Tesla P100-PCIE-16GB",
                      "DriverVersion": "31.0.15.3770", "HardwareInformation.qwMemorySize": 16 * GIB}}  # fmt: skip
    present = frozenset({r"PCI\VEN_10DE&DEV_15F8&SUBSYS_118F10DE&REV_A1"})
    found = display.machine([], display.class_entries(entry), present, [device("0302", "10DE", "15F8", (4, 0, 0))])
    assert [(g.name, g.vram_bytes, g.driver) for g in found.gpus] == [
        ("NVIDIA Tesla P100-PCIE-16GB", 16 * GIB, "31.0.15.3770")
    ]
    assert found.notes == ()


def test_sleeping_cards_are_told_without_their_driver() -> None:
    """All cards of the maker in D3: their addresses; one awake, or one that is switched off: nothing to spare."""
    asleep = device("0302", "10DE", "25A2", (1, 0, 0), power=power_data(4))
    awake = device("0300", "10DE", "2684", (2, 0, 0), power=power_data(1))
    intel = device("0300", "8086", "46A6", (0, 2, 0), power=power_data(1))
    assert windows_devices.sleeping([intel, asleep], "10de") == ("0000:01:00.0",)
    assert windows_devices.sleeping([asleep, awake], "10de") == ()
    assert windows_devices.sleeping([intel], "10de") == ()
    assert windows_devices.sleeping([device("0302", "10DE", "25A2", (1, 0, 0), power=b"\1")], "10de") == ()
    assert (
        windows_devices.sleeping([device("0302", "10DE", "1", (1, 0, 0), power=power_data(4), problem=22)], "10de")
        == ()
    )


@pytest.mark.parametrize(("wake", "asked"), [(False, False), (True, True)])
def test_nvml_is_not_started_beside_a_sleeping_card(monkeypatch: pytest.MonkeyPatch, wake: bool, asked: bool) -> None:
    """Starting it wakes the card: at the start it is left asleep, with the reason; on request it is asked."""
    devices = [device("0302", "10DE", "25A2", (1, 0, 0), power=power_data(4))]
    monkeypatch.setattr(windows.device_calls, "display_devices", lambda: devices)
    started: list[bool] = []
    monkeypatch.setattr(nvml, "start", lambda: started.append(True))
    probe = next(probe for probe in windows.probes(wake) if probe.source == nvml.SOURCE)
    machine = probe.read()
    assert bool(started) is asked
    if not asked:
        assert "not woken" in machine.gpus[0].origin("vram_available_bytes").detail


@pytest.mark.parametrize(
    ("place", "neighbours", "kind"),
    [((5, 0, 0), [("1080", "1022", "15DF", (5, 0, 2))], "integrated"), ((0, 1, 0), [], "integrated"),
     ((3, 0, 0), [("0403", "1002", "AB28", (3, 0, 1))], "discrete"), ((0, 6, 0), [("0300", "1AF4", "1050", (0, 1, 0))],
                                                                      "discrete")],
)  # fmt: skip
def test_amd_graphics_are_told_by_their_neighbours(
    place: tuple[int, int, int], neighbours: list[tuple[str, str, str, tuple[int, int, int]]], kind: str
) -> None:
    """The security processor beside it, or bus 0 outside virtual machines, means a part of the processor."""
    devices = [device("0300", "1002", "FFFF", place), *(device(*each) for each in neighbours)]
    adapter = Adapter("AMD Radeon(TM) Graphics", 0x1, 0x1002, 0xFFFF, place, 512 * MIB, GIB)
    assert display.machine([adapter], [], None, devices).gpus[0].kind == kind


def test_intels_npu_is_no_graphics_card() -> None:
    """It is listed as an adapter that only computes."""
    npu = Adapter("Intel(R) AI Boost", 0x1 | 1 << 11, 0x8086, 0x7D1D, (0, 11, 0), 128 * MIB, 16 * GIB)
    assert display.machine([npu], [], None).gpus == ()


def test_a_chip_without_a_pci_bus() -> None:
    """Qualcomm's: the graphics kernel gives letters for ids and no place."""
    adapter = Adapter("Qualcomm(R) Adreno(TM) X1-85 GPU", 0x3, 0x4D4F4351, 0x36334330, (0xFFFF_FFFF,) * 3, 0, 8 * GIB)
    (gpu,) = display.machine([adapter], [], None).gpus
    assert (gpu.vendor, gpu.kind, gpu.pci_id, gpu.bus_address) == ("Qualcomm", "integrated", None, None)
    assert gpu.origin("pci_id").detail == "not on a PCI bus"


def test_ids_of_a_windows_that_does_not_tell_them() -> None:
    """Windows 8: the adapter's place leads to the device that has them, and no card is listed twice."""
    adapter = Adapter("NVIDIA GeForce 610M", 0x1, None, None, (1, 0, 0), GIB, 4 * GIB)
    (gpu,) = display.machine([adapter], [], None, [device("0302", "10DE", "1058", (1, 0, 0))]).gpus
    assert (gpu.pci_id, gpu.vendor, gpu.kind, gpu.vram_bytes) == ("10de:1058", "NVIDIA", "discrete", GIB)


def test_adapters_reach_into_wsl() -> None:
    """Every adapter is paravirtual there: what it is on Windows is what counts."""
    card = Adapter("NVIDIA GeForce RTX 4090", 0x1 | 1 << 7, 0x10DE, 0x2684, (1, 0, 0), 24 * GIB, 16 * GIB)
    assert display.machine([card], [], None, inside=True).gpus[0].kind == "discrete"
    assert display.machine([card], [], None).gpus[0].kind == "virtual"


@pytest.mark.parametrize(
    ("adapter", "kind"),
    [
        (Adapter("AMD Radeon(TM) Graphics", 0x20, 0x1002, 0x1638, (5, 0, 0)), "integrated"),
        (Adapter("AMD Radeon RX 6600 XT", 0x1, 0x1002, 0x73FF, (3, 0, 0)), None),
        (Adapter("Intel(R) Arc(TM) A770", 0x1, 0x8086, 0x56A0, (3, 0, 0)), "discrete"),
        (Adapter("NVIDIA RTX A6000", 0x81, 0x10DE, 0x2230, (0, 0, 0)), "virtual"),
        (Adapter("VMware SVGA 3D", 0x3, 0x15AD, 0x0405, (0, 15, 0)), "virtual"),
    ],
)
def test_kinds_of_adapters(adapter: Adapter, kind: str | None) -> None:
    """Flags and place decide; where neither does, the catalogue will."""
    assert display.machine([adapter], [], frozenset()).gpus[0].kind == kind


@pytest.mark.parametrize(
    ("bus", "seek", "kind"),
    [(17, False, "nvme"), (11, True, "hdd"), (11, False, "ssd"), (7, True, "usb"), (14, False, "virtual")],
)
def test_kinds_of_disks(bus: int, seek: bool, kind: str) -> None:
    """By bus type, then by seek penalty; the serial number in the descriptor is not read."""
    penalty = struct.pack("<IIB", 12, 12, seek)
    found = disks.disk(disks.Volume("C:\\", False, (500, 100), descriptor(bus, "ATA", "Samsung SSD 860"), penalty))
    assert (found.kind, found.name, found.total_bytes, found.free_bytes) == (kind, "ATA Samsung SSD 860", 500, 100)
    assert "SERIAL" not in repr(found)


def test_disks_that_do_not_answer_are_unknown() -> None:
    """A network drive that is away, and a driver without properties."""
    away = disks.disk(disks.Volume("Z:\\", True, None, b"", b""))
    assert (away.kind, away.total_bytes) == ("network", None)
    dumb = disks.disk(disks.Volume("D:\\", False, (1, 1), b"\0" * 8, b""))
    assert (dumb.kind, dumb.origin("kind").kind) == (None, "unknown")


IDS = "PCI\\VEN_10DE&DEV_1058&REV_A1\0PCI\\VEN_10DE&CC_030200\0PCI\\CC_030200\0PCI\\CC_0302\0\0"
CARD = "PCI\\VEN_10DE&DEV_1058&SUBSYS_397817AA&REV_A1\\4&SERIAL-44&0&0008"


def test_what_the_configuration_manager_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its buffers are read right: ids, class, place, power and problem; a device that is gone is none, and the part of
    the id that names the single device is not kept.
    """
    nodes: dict[str, dict[int | str, Any]] = {
        CARD: {0x03: IDS, 0x05: "nvlddmkm\0", 0x16: 1, 0x1D: 0, 0x1F: power_data(4)},
        "PCI\\VEN_8086&DEV_1E31\\3&1": {0x03: "PCI\\CC_0C03\0", 0x16: 0, 0x1D: 20 << 16, "problem": 43},
    }
    manager = fake.FakeManager(nodes, gone=["PCI\\VEN_10DE&DEV_1401\\4&2"])
    monkeypatch.setattr(device_calls, "library", lambda _name: manager)
    card, usb = device_calls.pci_devices()
    assert (card.pci_id, card.class_code, card.place, card.service) == ("10de:1058", 0x0302, (1, 0, 0), "nvlddmkm")
    assert (card.is_gpu, card.sleeps, card.trouble()) == (True, True, None)
    assert (usb.class_code, usb.place, usb.is_gpu, usb.sleeps, usb.problem) == (0x0C03, (0, 20, 0), False, False, 43)
    assert "SERIAL" not in repr(card)
    assert set(device_calls.present_devices() or ()) == {
        CARD.rpartition("\\")[0], "PCI\\VEN_8086&DEV_1E31", "PCI\\VEN_10DE&DEV_1401"
    }  # fmt: skip


def test_what_the_graphics_kernel_says() -> None:
    """Its structures have the sizes and places that the kernel fills; a question that it refuses is no answer."""
    names = "NVIDIA GeForce 610M".encode("utf-16-le").ljust(4 * 520, b"\0")
    gdi = fake.FakeGdi({
        7: {15: struct.pack("<I", 0x11), 31: struct.pack("<7I", 0, 0x10DE, 0x1058, 0x17AA, 0x3978, 0xA1, 1),
            6: struct.pack("<3I", 1, 0, 0), 3: struct.pack("<3Q", GIB, 0, 4 * GIB), 8: names,
            18: struct.pack("<Q", 23 << 48 | 21 << 32 | 13 << 16 | 9135)},
        8: {15: struct.pack("<I", 0x5)},
    })  # fmt: skip
    card, software = d3dkmt.adapters(gdi)
    assert card == Adapter(
        "NVIDIA GeForce 610M", 0x11, 0x10DE, 0x1058, (1, 0, 0), GIB, 4 * GIB, 23 << 48 | 21 << 32 | 13 << 16 | 9135
    )
    assert software == Adapter(flags=0x5)
    assert gdi.closed == [7, 8]
    assert d3dkmt.adapters(object()) == []
