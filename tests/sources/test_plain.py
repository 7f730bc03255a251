"""Foreign texts become plain lines at the door: nothing in them breaks a line, a terminal or the way of writing."""

import json
from pathlib import Path

import pytest

from advisor import dumps, profiles
from advisor.errors import UserError
from advisor.machine import Cpu, Disk, Gpu, Machine, Memory, MemoryModule, Origin
from advisor.sources.plain import MOST, bounded, plain

HOSTILE = "a\nb\r\n\x1b[31m\u202ec\u200b\u2066d\x00\x07"


def test_a_line_is_printable_and_bounded() -> None:
    assert bounded(HOSTILE) == "a b [31m c d"
    assert len(bounded("x" * 10_000)) == MOST
    assert bounded("x" * 10_000).endswith("…")
    assert bounded("显卡 GeForce 610M") == "显卡 GeForce 610M"


def test_every_text_of_a_machine_is_cleaned() -> None:
    """Names, slots, notes, origins and their values; an ordinary machine is given back as it is."""
    machine = Machine(
        model=HOSTILE,
        cpu=Cpu(name=HOSTILE, features=frozenset({HOSTILE})),
        memory=Memory(modules=(MemoryModule(slot=HOSTILE, maker="\u202e"),)),
        gpus=(Gpu(name="x" * 10_000, driver=HOSTILE),),
        disks=(Disk(name=HOSTILE, mount=HOSTILE),),
        notes=(Origin("reported", HOSTILE + "{a}", {"a": HOSTILE}), Origin("unknown", "x" * 9000 + "{b}", {"b": "c"})),
    )
    cleaned = plain(machine)
    written = json.dumps(profiles.to_json(cleaned), ensure_ascii=False)
    assert not [one for one in written if not one.isprintable()]
    assert "\\u00" not in written
    assert max(map(len, written.split('"'))) <= 500
    assert cleaned.memory.modules[0].maker == "?"
    assert not cleaned.notes[1].values
    assert plain(cleaned) is cleaned


def test_a_profile_comes_in_clean(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(profiles.to_json(Machine(source="profile", model=HOSTILE))), encoding="utf-8")
    assert dumps.load(path).model == "a b [31m c d"


@pytest.mark.parametrize(
    "content",
    [
        {"x\n" * 5000: 1},
        {"origins": {"\u202e" * 5000: 1}},
        {"version": "y\n" * 5000},
        {"cpu": {"name": ["z\n" * 5000]}},
    ],
    ids=["field", "origin", "version", "value"],
)
def test_a_refused_profile_quotes_little(content: dict[str, object], tmp_path: Path) -> None:
    """The sentence stays one short printable line whatever the file holds."""
    path = tmp_path / "profile.json"
    path.write_text(json.dumps({"format": profiles.FORMAT, "version": profiles.VERSION, **content}), encoding="utf-8")
    with pytest.raises(UserError) as error:
        dumps.load(path)
    sentence = str(error.value)
    assert len(sentence) < len(str(path)) + 160
    assert sentence.isprintable()


KEPT = ("C:", "D:\\", "/", "/home", "/mnt/c", "/var/lib/docker", "[SWAP]", "/media/.../Data")
LEFT_OUT = (
    "/home/alice",
    "/run/media/alice/USB",
    "/media/alice/4526-3FDB",
    "/Volumes/Alice's disk",
    "C:\\Users\\alice\\mnt",
)


@pytest.mark.parametrize(("mount", "kept"), [*((one, True) for one in KEPT), *((one, False) for one in LEFT_OUT)])
def test_a_saved_profile_tells_no_user_name(mount: str, kept: bool) -> None:
    machine = Machine(source="profile", disks=(Disk(name="disk", mount=mount),))
    again = profiles.from_json(profiles.to_json(machine), "again")
    assert again.disks[0].mount == (mount if kept else None)
    assert "alice" not in json.dumps(profiles.to_json(machine)).lower()
