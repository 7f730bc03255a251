"""The computer under test: every field typed or with a reason, and equal to what its own tools say."""

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from advisor import probes
from advisor.machine import ORIGIN_KINDS, Machine, Part, value_fields
from advisor.probes import live, opinion
from advisor.sources.sanity import plausible

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="tools of Linux")


@pytest.fixture(scope="module")
def machine() -> Machine:
    return probes.detect()


def parts(machine: Machine) -> list[Part]:
    return [
        machine,
        machine.cpu,
        machine.memory,
        machine.battery,
        *machine.memory.modules,
        *machine.gpus,
        *machine.disks,
    ]


def test_contract_every_value_is_typed_and_has_its_origin(machine: Machine) -> None:
    """Type and bounds of every field of every part; None always with a reason, a value never with "unknown"."""
    for part in parts(machine):
        for name in value_fields(part):
            value, label = getattr(part, name), f"{type(part).__name__}.{name}"
            assert name in part.origins, label
            origin = part.origins[name]
            assert origin.kind in ORIGIN_KINDS
            assert origin.detail, label
            origin.detail.format(**origin.values) if origin.values else origin.detail
            if value is not None:
                assert plausible(type(part), name, value), label
                assert origin.kind != "unknown", label


def test_there_is_always_something(machine: Machine) -> None:
    """What every supported system tells: a processor with threads, memory, a system, a volume."""
    assert machine.cpu.threads
    assert machine.memory.total_bytes
    assert machine.memory.available_bytes
    assert machine.os_name
    assert machine.disks


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


@LINUX
@pytest.mark.skipif(shutil.which("lscpu") is None, reason="no lscpu")
def test_oracle_lscpu(machine: Machine) -> None:
    """lscpu agrees on name, sockets, cores, caches and instruction sets."""
    text = subprocess.run(["lscpu", "--json", "--bytes"], capture_output=True, check=True).stdout
    said = {entry["field"].rstrip(":"): entry["data"] for entry in _flat(json.loads(text)["lscpu"])}
    cpu = machine.cpu
    if "Model name" in said and cpu.vendor in ("Intel", "AMD"):
        assert cpu.name == " ".join(said["Model name"].split())
    if "Flags" in said:
        flags = set(said["Flags"].split())
        assert {f for f in ("avx", "avx2", "fma", "f16c", "avx512f", "amx_int8") if f in flags} <= (
            cpu.features or set()
        )
    if (
        cpu.origin("cores").kind == "reported"
        and "limit" not in cpu.origin("cores").detail
        and "may use" not in cpu.origin("cores").detail
    ):
        assert cpu.cores == int(said["Core(s) per socket"]) * int(said["Socket(s)"])
    for name, field in (("l1d_bytes", "L1d"), ("l2_bytes", "L2"), ("l3_bytes", "L3")):
        if f"{field} cache" in said and getattr(cpu, name) is not None:
            assert getattr(cpu, name) == int(re.match(r"\d+", said[f"{field} cache"])[0])  # type: ignore[index]


def _flat(entries: list[dict[str, object]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for entry in entries:
        found.append({"field": str(entry["field"]), "data": str(entry.get("data"))})
        children = entry.get("children")
        if isinstance(children, list):
            found += _flat(children)
    return found


@LINUX
@pytest.mark.skipif(shutil.which("free") is None, reason="no free")
def test_oracle_free(machine: Machine) -> None:
    """free agrees on the total, and within a GiB on what is available."""
    text = subprocess.run(["free", "-b"], capture_output=True, check=True).stdout.decode()
    columns = text.splitlines()[1].split()
    assert machine.memory.total_bytes == int(columns[1])
    if machine.memory.limit_bytes is None:
        assert machine.memory.available_bytes == pytest.approx(int(columns[6]), abs=2 << 30)


@LINUX
@pytest.mark.skipif(shutil.which("df") is None, reason="no df")
def test_oracle_df(machine: Machine) -> None:
    """df agrees on the size of the root volume, and nearly on what is free."""
    text = subprocess.run(["df", "-B1", "--output=size,avail", "/"], capture_output=True, check=True).stdout.decode()
    size, free = map(int, text.splitlines()[1].split())
    root = next(d for d in machine.disks if d.mount == "/")
    used_for_system = size - (root.total_bytes or 0)
    assert abs(used_for_system) <= size // 1000
    assert root.free_bytes == pytest.approx(free, abs=8 << 30)


@LINUX
@pytest.mark.skipif(shutil.which("lspci") is None, reason="no lspci")
def test_oracle_lspci(machine: Machine) -> None:
    """lspci lists the same display devices."""
    text = subprocess.run(["lspci", "-n", "-D"], capture_output=True, check=True).stdout.decode()
    said = {m[2]: m[0] for m in re.findall(r"^(\S+) (0300|0302|0380): (\S+)", text, re.MULTILINE)}
    found = {g.pci_id: g.bus_address for g in machine.gpus if g.bus_address}
    assert set(said) == set(found)


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
