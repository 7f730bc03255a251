"""No serial number, UUID, MAC address, host or user name and no home path is in any export.

Recorded dumps (a `shared` folder beside the checkout) get names and numbers of our own wherever such a thing stands;
none of them may come out again. Every export is written from the machine alone, so all dumps are held against the saved
profile, which holds each text of it, and some of each kind against whole reports.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from advisor import dumps, profiles, report
from advisor.errors import UserError
from advisor.machine import Disk, Machine
from advisor.report.as_json import without_places
from advisor.workload import Workload
from tests.machines import builder_5950x

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
LARGEST = 3 << 20  # bytes: the few larger dumps are exports of whole registries, read elsewhere
MAC, UUID, SECRET, USER = "02:5e:c4:e7:1d:0f", "5ec4e7a0-dead-4bee-8fee-0123456789ab", "ZQ5EC4E77", "quentinzq"
PLANTED = re.compile("|".join([MAC, MAC.replace(":", "-"), UUID, UUID.replace("-", ""), SECRET, USER]), re.IGNORECASE)
_KEYS = (
    r"serial[ _]?(?:number|no)?|asset[ _]?tag|host ?name|nodename|node name|computer ?name|machine name|user ?name|"
    r"registered[ _]?(?:owner|user)|owner|uuid|primary ?user ?name|wwn|tenant"
)
_KEYED = re.compile(rf'(?im)^(.*?\b(?:{_KEYS})"?[ \t.]*[:=][ \t]*"?)([^\r\n"<>,;(){{}}\[\]]{{3,}})')
_TAGGED = re.compile(rf"(?i)(<(?:{_KEYS})>)[^<]+(</)")
_RULES = (
    (re.compile(r"(?i)\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b"), MAC),
    (re.compile(r"(?i)\b(?:[0-9a-f]{2}-){5}[0-9a-f]{2}\b"), MAC.replace(":", "-")),
    (re.compile(r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), UUID),
    (re.compile(r"(/home/|/Users/|/media/)[^/\s\"']+"), rf"\g<1>{USER}"),
    (re.compile(r"(?i)([a-z]:\\+users\\+)[^\\\s\"]+"), rf"\g<1>{USER}"),
    (_TAGGED, rf"\g<1>{SECRET}\g<2>"),
    (_KEYED, rf"\g<1>{SECRET}"),
)


def planted(text: str) -> str:
    for pattern, value in _RULES:
        text = pattern.sub(value, text)
    return text


def decoded(data: bytes) -> str | None:
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def machines(folder: Path, tmp_path: Path) -> Iterator[tuple[str, Machine]]:
    """Each dump below `folder` that is read as a machine once our own names stand in it; others are passed over."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size <= LARGEST):
        text = decoded(path.read_bytes())
        changed = text and planted(text)
        if not text or not changed or changed == text:
            continue
        copy = tmp_path / path.name
        copy.write_text(changed, "utf-8", newline="")
        try:
            yield str(path.relative_to(FIXTURES)), dumps.load(copy)
        except UserError:
            continue


def folders() -> list[str]:
    return sorted(p.name for p in FIXTURES.iterdir() if p.is_dir()) if FIXTURES.is_dir() else []


pytestmark = pytest.mark.skipif(not folders(), reason="no recorded dumps beside this checkout")
READ: dict[str, int] = {}


@pytest.mark.parametrize("folder", folders())
def test_no_profile_of_any_recorded_dump_names_what_was_planted(folder: str, tmp_path: Path) -> None:
    for name, machine in machines(FIXTURES / folder, tmp_path):
        READ[folder] = READ.get(folder, 0) + 1
        saved = tmp_path / "saved.profile"
        profiles.save(machine, saved)
        for text in (saved.read_text("utf-8"), json.dumps(profiles.to_json(without_places(machine)))):
            found = PLANTED.search(text)
            assert found is None, (name, text[max(0, found.start() - 80) : found.end() + 20])


def test_enough_dumps_were_read_to_prove_something() -> None:
    assert sum(READ.values()) >= 50, READ


def test_no_report_of_some_dump_of_each_kind_names_what_was_planted(tmp_path: Path) -> None:
    """The first dump of each folder as JSON, which holds the machine and every text of the other formats."""
    for folder in folders():
        first = next(machines(FIXTURES / folder, tmp_path), None)
        if first is None:
            continue
        name, machine = first
        assert PLANTED.search(report.render(machine, Workload(), "en", "json").decode()) is None, name


def test_no_format_names_a_user_or_a_host(tmp_path: Path) -> None:
    """A user's name in a mount point and a host's name in none of the fields: every format, and a comparison."""
    disk = Disk(name="Disk", mount=f"/media/{USER}/data", kind="ssd", total_bytes=1 << 40, free_bytes=1 << 39)
    base = builder_5950x()
    machine = replace(base, disks=(disk,))
    shown = [report.render(machine, Workload(), "en", kind) for kind in ("md", "html", "json")]
    pair = [("", machine), ("", base)]
    shown += [report.render_comparison(pair, Workload(), "zh-CN", kind) for kind in ("md", "json")]
    assert all(USER.encode() not in data for data in shown)
    if shutil.which("pdftotext") is None:
        return
    path = tmp_path / "a.pdf"
    report.write(path, machine, Workload(), "en")
    run = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, timeout=60)
    assert USER.encode() not in run.stdout
    assert USER.encode() not in path.read_bytes()
