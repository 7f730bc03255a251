"""The contract of detection on every system: each field of each part is typed and plausible, or None with a reason.

Fed by what real and built computers answer, and by the computer under test.
"""

import re
import string
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor import probes
from advisor.catalog.complete import complete
from advisor.i18n import translator
from advisor.machine import ORIGIN_KINDS, Machine, Origin, Part, value_fields
from advisor.probes import linux, live, macos, windows
from advisor.probes.merge import merged
from advisor.probes.runner import run
from advisor.sources import sysctl
from advisor.sources.sanity import plausible
from tests.probes import fake_macos
from tests.probes import fake_windows as fake
from tests.probes.test_named_machines import g480_firmware

PROBES_S = 20.0
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def parts(machine: Machine) -> Iterator[Part]:
    """All parts of a machine, itself first."""
    yield from (machine, machine.cpu, machine.memory, machine.battery)
    yield from (*machine.memory.modules, *machine.gpus, *machine.disks)


def keep_the_contract(machine: Machine) -> None:
    """Type, bounds, origin; a reason that can be shown in both languages."""
    for part in parts(machine):
        for name in value_fields(part):
            value, label = getattr(part, name), f"{type(part).__name__}.{name}"
            assert name in part.origins, label
            origin = part.origins[name]
            assert origin.kind in ORIGIN_KINDS, label
            showable(origin, label, sentence=value is None)
            if value is not None:
                assert plausible(type(part), name, value), f"{label}: {value!r}"
                assert origin.kind != "unknown", label
    for note in machine.notes:
        showable(note, "note", sentence=True)


def showable(origin: Origin, label: str, sentence: bool) -> None:
    """A text whose values are all there, and, where it is a `sentence`, in Chinese too."""
    assert origin.detail, label
    wanted = {name for _, name, _, _ in string.Formatter().parse(origin.detail) if name}
    assert wanted <= set(origin.values), f"{label}: {origin}"
    assert all(isinstance(text, str) and text for text in origin.values.values()), f"{label}: {origin}"
    if sentence:
        text = translator("zh-CN")(origin.detail, **origin.values)
        assert CHINESE.search(text), f"{label}: no translation of {origin.detail!r}"


def test_this_computer() -> None:
    """The one that the tests run on, before and after the catalogue's facts; what every computer tells is there."""
    machine = probes.detect()
    keep_the_contract(machine)
    assert machine.cpu.threads
    assert machine.memory.total_bytes
    assert machine.memory.available_bytes
    assert machine.os_name
    assert machine.disks
    keep_the_contract(complete(machine))


def test_windows(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The G480 as Windows shows it."""
    fake.g480(g480_firmware(shared)).install(monkeypatch)
    machine = merged(run(windows.probes(), PROBES_S))
    assert machine.notes
    keep_the_contract(machine)
    keep_the_contract(complete(machine))


def test_a_windows_that_says_as_little_as_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """No firmware table, no registry key, no adapter."""
    fake.Windows(installed=None, power=(255, 255, 255)).install(monkeypatch)
    keep_the_contract(merged(run(windows.probes(), PROBES_S)))


@pytest.mark.parametrize(
    "more", [{"service": "BasicDisplay"}, {"problem": 22}, {"problem": 28}, {"problem": 43}, {"service": ""}, {}]
)
def test_windows_cards_in_trouble(monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]) -> None:
    """Whatever is wrong with a card is said in both languages."""
    fake.Windows(devices=[fake.device("0302", "10DE", "1C03", (1, 0, 0), **more)]).install(monkeypatch)
    machine = merged(run(windows.probes(), PROBES_S))
    assert len(machine.gpus) == 1
    keep_the_contract(complete(machine))


@pytest.mark.parametrize("mac", [fake_macos.Mac(), fake_macos.intel()], ids=["apple", "intel"])
def test_macos(mac: fake_macos.Mac, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both kinds of Macs."""
    mac.install(monkeypatch, tmp_path)
    machine = merged(run(macos.probes(), PROBES_S))
    assert machine.gpus
    keep_the_contract(machine)
    keep_the_contract(complete(machine))


def test_every_recorded_mac(shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The recorded outputs of sysctl, with nothing else answering."""
    files = [*(shared / "fixtures/cpu-targets").glob("darwin-*"), *(shared / "fixtures/macos/sysctl").glob("*")]
    assert files
    for file in files:
        values = sysctl.parse(file.read_text(encoding="utf-8", errors="replace"))
        fake_macos.Mac(sysctl=values, profiler={}, working_set=None, battery=None).install(monkeypatch, tmp_path)
        keep_the_contract(merged(run(macos.probes(), PROBES_S)))


@pytest.mark.skipif(sys.platform == "win32", reason="the recordings hold links")
@pytest.mark.parametrize(
    "name",
    ["linux-amd64-accel-nvidia", "linux-amd64-offlineCPUs", "linux-arm64-c288e0776090cd558ef793b2a4e61939"],
)
def test_recorded_linux_systems(shared: Path, tmp_path: Path, name: str) -> None:
    """Whole /proc and /sys trees of a GPU server, a machine with processors switched off, an ARM cloud machine."""
    with tarfile.open(shared / "fixtures/linux/sysfs-snapshots" / f"{name}.tar.gz") as tar:
        known: dict[str, Any] = {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}
        tar.extractall(tmp_path, **known)
    root = next(f for f in (tmp_path, *tmp_path.iterdir()) if (f / "proc").is_dir())
    machine = merged(run(linux.probes(root), PROBES_S))
    assert machine.cpu.threads
    keep_the_contract(machine)
    keep_the_contract(complete(machine))


def test_an_empty_linux(tmp_path: Path) -> None:
    """No file at all."""
    keep_the_contract(merged(run(linux.probes(tmp_path), PROBES_S)))


def test_live_reasons_are_in_both_languages() -> None:
    """What the gauges say where they show nothing."""
    for reason in (live.NO_DRIVER, live.NOT_YET, live.ASLEEP, live.FAILED, live.INTEL, live.NOT_SHOWN):
        showable(reason, "live", sentence=True)
