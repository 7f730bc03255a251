"""Two reports of the same inputs are the same to the byte, whatever the process and its sets' order; dates differ."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from advisor import report
from advisor.workload import Workload
from tests.machines import g480

ROOT = Path(__file__).resolve().parents[2]
_RENDER = """
import hashlib, json, sys
from datetime import date
from advisor import report
from advisor.workload import Workload
from tests.machines import g480, rtx4090_desktop
day = date.fromisoformat(sys.argv[1])
found = {}
for kind in report.FORMATS:
    found[kind] = report.render(g480(), Workload(), "zh-CN", kind, today=day)
pair = [("", g480()), ("", rtx4090_desktop())]
for kind in ("md", "pdf"):
    found["compared " + kind] = report.render_comparison(pair, Workload(), "en", kind, today=day)
for data in found.values():
    assert len(data) > 5000
undated = {kind: data.replace(sys.argv[1].encode(), b"DAY") for kind, data in found.items()}
print(json.dumps({kind: hashlib.sha256(data).hexdigest() for kind, data in undated.items()}))
"""
# What a packaged program lacks is not found here either, nor what lies below it.
_PACKAGED = """
import sys
lacking = {names}
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if any(name == one or name.startswith(one + ".") for one in lacking):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Lacking())
"""


def digests(seed: str, day: str, before: str = "") -> dict[str, str]:
    command = [sys.executable, "-c", before + _RENDER, day]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True)
    return dict(json.loads(run.stdout))


@pytest.fixture(scope="module")
def first() -> dict[str, str]:
    return digests("1", "2026-11-22")


def test_another_process_with_another_hash_seed_writes_the_same_bytes(first: dict[str, str]) -> None:
    assert digests("4242", "2026-11-22") == first
    assert len(set(first.values())) == 6


@pytest.mark.parametrize("kind", ["md", "html"])
def test_another_day_changes_nothing_but_the_date(kind: str) -> None:
    days = [date(2026, 11, 22), date(2027, 1, 3)]
    texts = [report.render(g480(), Workload(), "en", kind, today=day).decode() for day in days]
    assert texts[0] != texts[1]
    assert texts[0].replace(str(days[0]), "DAY") == texts[1].replace(str(days[1]), "DAY")


def test_a_packaged_program_writes_the_same_bytes(first: dict[str, str]) -> None:
    """Without any of the modules that the builds leave out (packaging/left_out.json), OpenSSL among them."""
    left_out = json.loads((ROOT / "packaging" / "left_out.json").read_text(encoding="utf-8"))
    names = [name for entry in left_out["modules"] for name in entry["names"]]
    assert "_ssl" in names
    assert digests("1", "2026-11-22", _PACKAGED.format(names=names)) == first
