"""The computer under test: nothing in it names anybody, it does not change by looking twice, and looking is light."""

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from advisor import probes
from advisor.machine import Machine, value_fields
from advisor.probes import live, opinion


@pytest.fixture(scope="module")
def machine() -> Machine:
    return probes.detect()


def test_no_identifying_data(machine: Machine) -> None:
    """Neither the computer's nor the user's name, no UUID, no hardware address, anywhere."""
    import getpass
    import platform

    shown = repr(machine)
    for name in (platform.node(), getpass.getuser()):
        if len(name) > 4:
            assert not re.search(rf"\b{re.escape(name)}\b", shown)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", shown, re.IGNORECASE)
    assert not re.search(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b", shown, re.IGNORECASE)


def test_two_detections_agree(machine: Machine) -> None:
    """What does not move is the same the second time."""
    again = probes.detect()
    still = {"available_bytes", "limit_bytes"}
    for name in set(value_fields(machine.memory)) - still:
        assert getattr(machine.memory, name) == getattr(again.memory, name)
    assert (machine.cpu, machine.os_name, len(machine.gpus)) == (again.cpu, again.os_name, len(again.gpus))


def test_live_sample() -> None:
    """The gauges' numbers lie within their bounds, and the load shows from the second reading on."""
    sampler = live.Sampler()
    first, second = sampler.sample(), sampler.sample()
    assert first.cpu_percent is None
    assert first.reasons["cpu_percent"] == live.NOT_YET
    assert second.ram_total_bytes
    assert 0 < (second.ram_used_bytes or 0) < second.ram_total_bytes
    assert 0 < (second.disk_free_bytes or 0) <= (second.disk_total_bytes or 0)
    assert second.cpu_percent is None or 0 <= second.cpu_percent <= 100
    if not second.gpus:
        assert second.reasons["gpus"].kind == "unknown"
    sampler.close()


def test_import_is_light() -> None:
    """Importing the probes loads neither psutil nor NVML, cpuinfo, numpy or Qt."""
    code = (
        "import sys, advisor.probes, advisor.probes.live\n"
        "heavy = {'psutil', 'pynvml', 'cpuinfo', 'numpy', 'PySide6', 'matplotlib', 'subprocess'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_second_opinion_reads_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name and features of py-cpuinfo's answer; nonsense and exceptions become reasons."""
    answer = {"brand_raw": "Some CPU", "flags": ["avx", "avx2", "mmx"]}
    monkeypatch.setattr(opinion, "_ask", lambda: answer)
    cpu = probes.second_opinion()
    assert cpu.name == "Some CPU"
    assert cpu.features == frozenset({"avx", "avx2"})
    monkeypatch.setattr(opinion, "_ask", lambda: {"brand_raw": 5})
    assert dataclasses.astuple(probes.second_opinion())[1:3] == (None, None)
    monkeypatch.setattr(opinion, "_ask", lambda: 1 / 0)
    assert probes.second_opinion().origin("name").values["reason"] == "ZeroDivisionError"


def test_second_opinion_is_never_asked_in_a_packaged_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """py-cpuinfo would start copies of the program there."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(opinion, "_ask", lambda: pytest.fail("asked"))
    assert probes.second_opinion().origin("name").kind == "unknown"
