"""Saved machines load back equal, and a damaged file is named with what is wrong in it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor import profiles
from advisor.errors import UserError
from advisor.machine import Battery, Cpu, Disk, Gpu, Machine, Memory, MemoryModule, Origin

GPU = Gpu(
    name="GeForce 610M",
    kind="discrete",
    vram_bytes=1 << 30,
    engines=(),
    usable=False,
    origins={"usable": Origin("looked_up", "compute capability {cc}", {"cc": "2.1"})},
)
FULL = Machine(
    model="Lenovo G480",
    chassis="laptop",
    os_family="windows",
    environment=(),
    cpu=Cpu(name="i5-3210M", cores=2, max_mhz=3100.0, features=frozenset({"avx", "f16c"})),
    memory=Memory(total_bytes=12_560_000_000, modules=(MemoryModule(slot="DIMM0", size_bytes=4 << 30),)),
    gpus=(GPU, Gpu(name="HD Graphics 4000", kind="integrated")),
    disks=(Disk(name="盘 C", mount="C:\\", kind="ssd"),),
    battery=Battery(present=True, percent=81.5),
    notes=(Origin("unknown", "the probe {name} failed", {"name": "nvml"}),),
    origins={"model": Origin("reported", "SMBIOS")},
)


@pytest.mark.parametrize("machine", [Machine(), FULL])
def test_a_saved_machine_loads_back_equal(machine: Machine, tmp_path: Path) -> None:
    """Every field, origins and notes included, survives a file whose path holds Chinese letters and spaces."""
    path = tmp_path / "我的 电脑.json"
    profiles.save(machine, path)
    assert profiles.load(path) == machine


@given(
    st.one_of(st.none(), st.text()),
    st.one_of(st.none(), st.integers(0, 2**60)),
    st.one_of(st.none(), st.floats(0, 1e20)),
    st.one_of(st.none(), st.frozensets(st.sampled_from(["avx", "avx2", "fma"]))),
)
def test_any_values_survive(
    name: str | None, size: int | None, rate: float | None, features: frozenset[str] | None
) -> None:
    """Unknown stays unknown and an empty set stays empty, whatever stands beside them."""
    memory = Memory(total_bytes=size, bandwidth_bytes_per_s=rate)
    machine = replace(FULL, model=name, cpu=Cpu(features=features), memory=memory)
    text = json.dumps(profiles.to_json(machine))
    assert profiles.from_json(json.loads(text), "x") == machine


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not complete JSON"),
        (b'{"format": "hardware-advisor-machine", "vers', "not complete JSON (line 1)"),
        (b"\xff\xfe\x00\x01", "not a text file"),
        (b"[1, 2]", "not a machine profile"),
        (b'{"format": "hardware-advisor-machine", "version": 9}', "version 9"),
        (b'{"format": "hardware-advisor-machine", "version": 1, "cpu": {"cores": "two"}}', "machine.cpu.cores: 'two'"),
        (b'{"format": "hardware-advisor-machine", "version": 1, "cpu": {"cores": -2}}', "machine.cpu.cores: -2"),
        (
            b'{"format": "hardware-advisor-machine", "version": 1, "cpu": {"coers": 2}}',
            "machine.cpu.coers: unknown field",
        ),
        (b'{"format": "hardware-advisor-machine", "version": 1, "gpus": [{"kind": "big"}]}', "machine.gpus[0].kind"),
        (
            b'{"format": "hardware-advisor-machine", "version": 1, "notes": [{"kind": "unknown"}]}',
            "notes[0].detail: missing",
        ),
    ],
)
def test_a_damaged_profile_is_refused_in_one_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    """The sentence names the file and the field or line."""
    path = tmp_path / "profile.json"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        profiles.load(path)
    assert said in str(error.value)
    assert "profile.json" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("detail", ["{missing}", "{", "{name.__class__}", "{name:300000000}", "{name!r}", "{0}"])
def test_a_hostile_template_is_refused(detail: str) -> None:
    """A detail is filled by str.format when it is shown: only plain names that have a value may stand in it."""
    data = profiles.to_json(Machine(notes=(Origin("unknown", "{name}", {"name": "x"}),)))
    data["notes"][0]["detail"] = detail
    with pytest.raises(UserError, match=r"notes\[0\]\.detail: its braces"):
        profiles.from_json(data, "x")


def test_an_absurd_number_is_refused(tmp_path: Path) -> None:
    """More digits than Python converts."""
    path = tmp_path / "profile.json"
    path.write_text('{"format": ' + "9" * 5000 + "}", encoding="utf-8")
    with pytest.raises(UserError):
        profiles.load(path)


def test_a_half_written_profile_never_replaces_a_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails in the middle, the old profile is still there and no part file is left."""
    path = tmp_path / "profile.json"
    profiles.save(FULL, path)

    def full_disk(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(UserError, match="the disk is full"):
        profiles.save(Machine(), path)
    assert profiles.load(path) == FULL
    assert [p.name for p in tmp_path.iterdir()] == ["profile.json"]


def test_a_folder_is_not_a_profile(tmp_path: Path) -> None:
    """A folder given for a file is said to be one."""
    with pytest.raises(UserError, match="this is a folder"):
        profiles.load(tmp_path)
