"""Whatever one probe does, detection answers in time: the rest of the machine stands, and the gap says why.

Two layers: every probe of every system fails as a whole; and every call that a probe makes answers nonsense.
"""

import dataclasses
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.machine import Machine, Memory, Part, value_fields
from advisor.probes import linux, live, macos, nvml, windows
from advisor.probes.merge import merged
from advisor.probes.runner import Probe, run
from advisor.sources.sanity import plausible
from tests.probes import fake_linux, fake_macos
from tests.probes import fake_windows as fake
from tests.probes.test_contract import parts
from tests.sources import smbios_builder as build

LIMIT_S = 0.25
FIRMWARE = build.system("LENOVO", "20156", "Lenovo G480") + build.memory_array(0x10) + build.module() + build.END
NAMES = {
    "windows": [probe.source for probe in windows.probes()],
    "macos": [probe.source for probe in macos.probes()],
    "linux": [*(probe.source for probe in linux.probes()), "D3DKMT"],
}
EVERY_PROBE = [(system, source) for system, sources in NAMES.items() for source in sources]


@pytest.fixture
def healthy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], list[Probe]]:
    """The probes of a system, all of which answer at once."""

    def make(system: str) -> list[Probe]:
        monkeypatch.setattr(nvml, "start", lambda: None)
        if system == "windows":
            fake.g480(FIRMWARE).install(monkeypatch)
            return list(windows.probes())
        if system == "macos":
            fake_macos.Mac().install(monkeypatch, tmp_path)
            return list(macos.probes())
        fake_linux.write(tmp_path, {"etc/os-release": "PRETTY_NAME=Linux", "proc/meminfo": "MemTotal: 4000000 kB"})
        return [*linux.probes(tmp_path), Probe(nvml.SOURCE, Machine, ("gpus",)), Probe("D3DKMT", Machine, ("gpus",))]

    return make


@pytest.fixture
def forever() -> Iterator[Callable[[], Machine]]:
    """A probe that hangs until the test is over."""
    end = threading.Event()

    def hang() -> Machine:
        end.wait(60)
        return Machine()

    yield hang
    end.set()


def raising(error: BaseException) -> Callable[[], Machine]:
    def read() -> Machine:
        raise error

    return read


UNDECODABLE = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
CYCLE: list[Any] = []
CYCLE.append(CYCLE)
FAULTS: dict[str, Callable[[], Any]] = {
    "OSError": raising(OSError(5, "Input/output error", "/home/maria/secret")),
    "PermissionError": raising(PermissionError(13, "Permission denied")),
    "SystemExit": raising(SystemExit(3)),
    "KeyboardInterrupt": raising(KeyboardInterrupt()),
    "MemoryError": raising(MemoryError()),
    "RecursionError": raising(RecursionError()),
    "UnicodeDecodeError": raising(UNDECODABLE),
    "StopIteration": raising(StopIteration()),
    "GeneratorExit": raising(GeneratorExit()),
    "None": lambda: None,
    "a text": lambda: "Machine",
    "a list that holds itself": lambda: CYCLE,
    "the class": lambda: Machine,
    "no parts": lambda: Machine(cpu=None, memory=None),  # type: ignore[arg-type]
    "wrong lists": lambda: Machine(gpus=5, disks=[None], notes=None),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("system", "source"), EVERY_PROBE)
def test_a_broken_probe_hurts_nobody_else(
    healthy: Callable[[str], list[Probe]], system: str, source: str, fault: str
) -> None:
    """Its failure is a note and the reason of what nobody else knows; the other probes' answers are what they were."""
    probes = healthy(system)
    place = next(i for i, probe in enumerate(probes) if probe.source == source)
    rest = merged(run([*probes[:place], *probes[place + 1 :]], 20))
    probes[place] = dataclasses.replace(probes[place], read=FAULTS[fault])
    found = merged(run(probes, 20))
    (note,) = [note for note in found.notes if note.values.get("source") == source and note not in rest.notes]
    assert note.kind == "unknown"
    assert "maria" not in repr(found)
    for ours, theirs in zip(parts(found), parts(rest), strict=True):
        assert {n: getattr(ours, n) for n in value_fields(ours)} == {
            n: getattr(theirs, n) for n in value_fields(theirs)
        }
    assert_reasons(found)


def assert_reasons(machine: Machine) -> None:
    """Every gap has a text, and every value is one that can be."""
    for part in parts(machine):
        for name in value_fields(part):
            value = getattr(part, name)
            assert part.origins[name].detail, name
            assert value is None or plausible(type(part), name, value), f"{name}: {value!r}"


@pytest.mark.parametrize("system", NAMES)
def test_hanging_probes_cost_the_time_limit_once(
    healthy: Callable[[str], list[Probe]], forever: Callable[[], Machine], system: str
) -> None:
    """All at once: detection is back after the limit, with a reason beside everything."""
    probes = [dataclasses.replace(probe, read=forever) for probe in healthy(system)]
    start = time.monotonic()
    machine = merged(run(probes, LIMIT_S))
    assert time.monotonic() - start < LIMIT_S + 1.5
    assert len(machine.notes) == len(probes)
    assert machine.cpu.origin("cores").values["seconds"] == f"{LIMIT_S:g}"
    assert_reasons(machine)


@pytest.mark.parametrize(("system", "source"), EVERY_PROBE)
def test_one_hanging_probe(
    healthy: Callable[[str], list[Probe]], forever: Callable[[], Machine], system: str, source: str
) -> None:
    """The others have answered long before the limit."""
    probes = [
        dataclasses.replace(probe, read=forever) if probe.source == source else probe for probe in healthy(system)
    ]
    machine = merged(run(probes, LIMIT_S))
    assert [note.values["source"] for note in machine.notes if "seconds" in note.values] == [source]
    assert_reasons(machine)


LIES: dict[str, object] = {
    "None": None, "a negative": -1, "1e300": 1e300, "infinite": float("inf"), "not a number": float("nan"),
    "a huge number": 1 << 200, "a huge text": "x" * 100_000, "surrogates": "\udcff\ud800", "empty": "",
    "bytes": b"\xff", "control characters": "a\x00\x1b[31m\n", "a list": [[], {}], "a dictionary": {"a": object()},
    "true": True,
}  # fmt: skip
WINDOWS_CALLS = [f"{module.__name__.rpartition('.')[2]}.{name}" for module, name in fake.Windows().answers()]
MACOS_CALLS = [name for _module, name in fake_macos.Mac().answers()]


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("call", WINDOWS_CALLS)
def test_windows_calls_that_lie(monkeypatch: pytest.MonkeyPatch, call: str, lie: str) -> None:
    """Each call of Windows answers nonsense: its own fields are unknown with a reason, nothing raises or is absurd."""
    computer = fake.g480(FIRMWARE)
    computer.install(monkeypatch)
    for module, name in computer.answers():
        if f"{module.__name__.rpartition('.')[2]}.{name}" == call:
            monkeypatch.setattr(module, name, lambda *_: LIES[lie])
    assert_reasons(merged(run(windows.probes(), 20)))


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("value", ["ProcessorNameString", "~MHz", "VendorIdentifier", "Identifier", "ProductName",
                                   "CurrentBuild", "CurrentMajorVersionNumber", "SystemProductName",
                                   "SystemManufacturer", "MatchingDeviceId", "DriverDesc", "DriverVersion",
                                   "HardwareInformation.qwMemorySize", "HardwareInformation.MemorySize"])  # fmt: skip
def test_registry_values_of_any_kind(monkeypatch: pytest.MonkeyPatch, value: str, lie: str) -> None:
    """Any program may write any kind of value there."""
    computer = fake.g480(FIRMWARE)
    for key in (*computer.registry.values(), *computer.display_class.values()):
        if value in key:
            key[value] = LIES[lie]
    computer.install(monkeypatch)
    machine = merged(run(windows.probes(), 20))
    assert_reasons(machine)
    assert machine.memory.total_bytes == computer.total


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("call", MACOS_CALLS)
def test_macos_calls_that_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: str, lie: str) -> None:
    """Each call of macOS answers nonsense."""
    mac = fake_macos.Mac()
    mac.install(monkeypatch, tmp_path)
    monkeypatch.setattr(macos.calls, call, lambda *_: LIES[lie])
    assert_reasons(merged(run(macos.probes(), 20)))


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("name", sorted(fake_macos.Mac().sysctl))
def test_sysctl_values_of_any_kind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, lie: str) -> None:
    """One value of sysctl is nonsense."""
    mac = fake_macos.Mac()
    mac.sysctl[name] = LIES[lie]  # type: ignore[assignment]
    mac.install(monkeypatch, tmp_path)
    assert_reasons(merged(run(macos.probes(), 20)))


@pytest.mark.skipif(sys.platform == "win32", reason="names with colons and links cannot be written there")
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"-1", b"1e300", b"9" * 5000, b"\0" * 100, b"a:\n:\n=\n[",
                                     "\ud800".encode("utf-8", "surrogatepass"), b"0x", b"max", b"0-\n"])  # fmt: skip
def test_linux_files_of_any_content(tmp_path: Path, content: bytes) -> None:
    """Every file that the probes read holds the same nonsense."""
    names = [
        "etc/os-release", "proc/cpuinfo", "proc/meminfo", "proc/1/cgroup", "proc/1/environ", "proc/self/cgroup",
        "proc/self/mounts", "proc/self/mountinfo", "proc/sys/kernel/osrelease", "sys/fs/cgroup/memory.max",
        "sys/fs/cgroup/memory.current", "sys/fs/cgroup/memory.stat", "sys/fs/cgroup/cpu.max",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "sys/class/dmi/id/sys_vendor", "sys/class/dmi/id/product_name",
        "sys/class/dmi/id/chassis_type", "sys/firmware/dmi/tables/DMI", "sys/firmware/devicetree/base/model",
        "run/udev/data/+dmi:id", "sys/devices/cpu_core/cpus", "sys/devices/cpu_atom/cpus",
        "sys/devices/system/memory/block_size_bytes", "sys/class/power_supply/BAT0/capacity",
        "sys/block/sda/queue/rotational", "usr/share/misc/pci.ids", "sys/class/drm/renderD128/device/uevent",
        *(f"sys/devices/system/cpu/cpu0/{name}" for name in (
            "topology/physical_package_id", "topology/thread_siblings_list", "cpu_capacity", "cpufreq/cpuinfo_max_freq",
            "acpi_cppc/nominal_freq", "cache/index0/level", "cache/index0/type", "cache/index0/size")),
    ]  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    fake_linux.pci(tmp_path, "0000:01:00.0", "0x030000", "0x10de", "0x2684")
    for file in (tmp_path / "sys/bus/pci/devices/0000:01:00.0").iterdir():
        if file.name != "class":
            file.write_bytes(content)
    machine = merged(run(linux.probes(tmp_path), 20))
    assert_reasons(machine)
    assert len(machine.gpus) >= 1


def test_a_gauge_survives_what_fails_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory and disk that do not answer are reasons in a sample, not exceptions."""
    monkeypatch.setattr(live, "_memory", Memory)
    monkeypatch.setattr(live, "_disk", lambda: (None, None))
    sample = live.Sampler().sample()
    assert sample.reasons["ram_total_bytes"] == live.FAILED
    assert sample.reasons["disk_total_bytes"] == live.FAILED


def test_parts_of_a_healthy_machine_are_plausible(healthy: Callable[[str], list[Probe]]) -> None:
    """The check itself finds no fault where there is none."""
    for system in NAMES:
        found = merged(run(healthy(system), 20))
        assert_reasons(found)
        assert all(isinstance(part, Part) for part in parts(found))
