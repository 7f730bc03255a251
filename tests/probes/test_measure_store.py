"""Measurements in the user's folder: found again on the same hardware, never on other, and never in the way."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from advisor import profiles
from advisor.errors import UserError
from advisor.machine import Cpu, Machine, Memory, MemoryModule, Origin
from advisor.probes.measure import MANY_CORES
from advisor.probes.measure_store import MOST, recalled, remember
from advisor.sources.measured import Measured, unmeasured

GIB = 1 << 30
FOUND = Measured(21.5e9, 0.04, 2, 256 << 20, 0.02, 55e9, None, "2026-11-22")
MODULES = (MemoryModule(slot="A", size_bytes=8 * GIB, kind="DDR4", speed_mts=2666),)
HERE = Machine(
    cpu=Cpu(name="Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", cores=4, threads=8),
    memory=Memory(total_bytes=8 * GIB, modules=MODULES),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "数据" / "measured.json"


def test_what_was_measured_is_there_at_the_next_start(path: Path) -> None:
    """Both figures come back as measured, beside everything that was detected; a second one replaces the first."""
    remember(HERE, FOUND, path)
    machine = recalled(HERE, path)
    assert (machine.memory.bandwidth_bytes_per_s, machine.cpu.matrix_flops) == (21.5e9, 55e9)
    assert machine.memory.origin("bandwidth_bytes_per_s").kind == "measured"
    assert machine.cpu.origin("matrix_flops").kind == "measured"
    assert (machine.cpu.name, machine.memory.modules, machine.notes) == (HERE.cpu.name, MODULES, ())
    remember(machine, replace(FOUND, bandwidth_bytes_per_s=19e9, matrix_flops=None, matrix_reason=MANY_CORES), path)
    again = recalled(HERE, path)
    assert (again.memory.bandwidth_bytes_per_s, again.cpu.matrix_flops) == (19e9, None)
    assert again.cpu.origin("matrix_flops") == Origin("unknown", MANY_CORES)
    assert len(json.loads(path.read_text())["measured"]) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(HERE, cpu=replace(HERE.cpu, name="Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz")),
        replace(HERE, cpu=replace(HERE.cpu, threads=4)),
        replace(HERE, memory=replace(HERE.memory, total_bytes=16 * GIB)),
        replace(HERE, memory=replace(HERE.memory, total_bytes=None)),
        replace(HERE, memory=replace(HERE.memory, modules=(replace(MODULES[0], speed_mts=2133),))),
    ],
)
def test_other_hardware_is_not_measured(path: Path, other: Machine) -> None:
    """A new processor, fewer threads, more or slower memory: the old figures are not its own, nor are they lost."""
    remember(HERE, FOUND, path)
    assert recalled(other, path).memory.bandwidth_bytes_per_s is None
    assert "not measured yet" in recalled(other, path).cpu.origin("matrix_flops").detail
    remember(other, replace(FOUND, bandwidth_bytes_per_s=9e9), path)
    assert recalled(other, path).memory.bandwidth_bytes_per_s == 9e9
    assert recalled(HERE, path).memory.bandwidth_bytes_per_s == 21.5e9


def test_what_changes_without_new_hardware_changes_nothing(path: Path) -> None:
    """A kernel that keeps a little more, modules shown to administrators only, threads looked up in the catalogue."""
    remember(HERE, FOUND, path)
    kernel = replace(HERE, memory=replace(HERE.memory, total_bytes=8 * GIB - (90 << 20)))
    assert recalled(kernel, path).memory.bandwidth_bytes_per_s == 21.5e9
    hidden = replace(HERE, memory=replace(HERE.memory, modules=()))
    assert recalled(hidden, path).memory.bandwidth_bytes_per_s == 21.5e9
    silent = replace(HERE, cpu=replace(HERE.cpu, threads=None))
    remember(replace(HERE, cpu=replace(HERE.cpu, origins={"threads": Origin("looked_up", "catalogue")})), FOUND, path)
    assert recalled(silent, path).memory.bandwidth_bytes_per_s == 21.5e9


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00", b"{", b"[]", b"null", b'{"format": "x"}', b"[" * 100_000,
        b'{"format": "hardware-advisor-measured", "version": 2, "measured": []}',
        b'{"format": "hardware-advisor-measured", "version": 1, "measured": 7}',
    ],
)  # fmt: skip
def test_an_unreadable_file_is_a_note_and_is_put_aside(path: Path, content: bytes) -> None:
    """The start goes on; the note names the file and no folder of anybody; the next measurement keeps the old file."""
    path.parent.mkdir()
    path.write_bytes(content)
    machine = recalled(HERE, path)
    assert machine.memory.bandwidth_bytes_per_s is None
    (note,) = machine.notes
    assert note.values == {"file": "measured.json"}
    remember(HERE, FOUND, path)
    assert recalled(HERE, path).memory.bandwidth_bytes_per_s == 21.5e9
    assert (path.parent / "measured.unreadable.json").read_bytes() == content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bandwidth_bytes_per_s", "fast"), ("bandwidth_bytes_per_s", 0), ("bandwidth_bytes_per_s", 1e99),
        ("bandwidth_bytes_per_s", None), ("bandwidth_bytes_per_s", True), ("matrix_flops", -5), ("threads", 0),
        ("date", "<b>today</b>"), ("date", 7), ("matrix_reason", "{0.__class__}"), ("bandwidth_spread", []),
        ("load", "high"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_no_measurement(path: Path, field: str, value: object) -> None:
    """Whoever wrote into the file: nothing impossible and no text of theirs is shown."""
    remember(HERE, FOUND, path)
    data = json.loads(path.read_text())
    data["measured"][0][field] = value
    path.write_text(json.dumps(data))
    assert recalled(HERE, path).memory.bandwidth_bytes_per_s is None


def test_garbled_records_are_skipped(path: Path) -> None:
    """Records of any shape before the right one."""
    remember(HERE, FOUND, path)
    data = json.loads(path.read_text())
    strange: list[object] = [
        None,
        3,
        {},
        {"computer": []},
        {"computer": {"cpu": HERE.cpu.name, "threads": 8, "memory_bytes": "x"}},
    ]
    data["measured"] = [*strange, *data["measured"]]
    path.write_text(json.dumps(data))
    assert recalled(HERE, path).memory.bandwidth_bytes_per_s == 21.5e9


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """Measured, not kept: the caller says so and goes on."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(UserError):
        remember(HERE, FOUND, blocked / "measured.json")
    assert recalled(HERE, blocked / "measured.json").memory.bandwidth_bytes_per_s is None


def test_many_computers_may_share_a_home_folder(path: Path) -> None:
    """Each finds its own; the oldest are forgotten, so that the file stays small."""
    computers = [replace(HERE, cpu=replace(HERE.cpu, name=f"CPU {number}")) for number in range(MOST + 2)]
    for number, computer in enumerate(computers):
        remember(computer, replace(FOUND, bandwidth_bytes_per_s=1e9 + number), path)
    assert [recalled(one, path).memory.bandwidth_bytes_per_s for one in computers[:2]] == [None, None]
    assert recalled(computers[-1], path).memory.bandwidth_bytes_per_s == 1e9 + MOST + 1


def test_nothing_in_the_file_names_an_owner(path: Path) -> None:
    """Processor, threads, sizes: no slot, no maker, no serial number."""
    module = replace(MODULES[0], slot="SECRET-SLOT", maker="SECRET-MAKER")
    remember(replace(HERE, model="SECRET", memory=replace(HERE.memory, modules=(module,))), FOUND, path)
    assert "SECRET" not in path.read_text(encoding="utf-8")


def test_a_saved_profile_carries_what_was_measured(tmp_path: Path, path: Path) -> None:
    """To JSON and back, equal; and the measurement can be taken out again."""
    remember(HERE, FOUND, path)
    machine = recalled(HERE, path)
    profiles.save(machine, tmp_path / "profile.json")
    assert profiles.load(tmp_path / "profile.json") == machine
    plain = unmeasured(machine)
    assert (plain.memory.bandwidth_bytes_per_s, plain.cpu.matrix_flops) == (None, None)
