"""The computer under test against what its own tools say of it: lscpu, nproc, uname, free, lspci, df, lsblk."""

import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor import probes
from advisor.machine import CPU_FEATURES, Machine
from advisor.probes.files import LIVE_ROOT
from advisor.probes.linux import cgroup
from advisor.probes.linux.disks import chosen, parse_mounts

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tools of Linux")


@pytest.fixture(scope="module")
def machine() -> Machine:
    return probes.detect()


def said(*command: str) -> str:
    """What a tool prints, in English; the test is skipped where the tool is missing or refuses."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} on this computer")
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
    if done.returncode:
        pytest.skip(f"{command[0]} does not answer here")
    return done.stdout.decode("utf-8", "replace")


def lscpu() -> dict[str, str]:
    """lscpu's fields, those of its sections too."""
    return dict(_fields(json.loads(said("lscpu", "--json", "--bytes"))["lscpu"]))


def _fields(entries: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        yield str(entry["field"]).rstrip(":"), str(entry.get("data"))
        yield from _fields(entry.get("children") or [])


def cores_of(threads: set[int]) -> int:
    """Physical cores of those logical processors, as lscpu numbers them."""
    rows = (line.split(",") for line in said("lscpu", "-p=CPU,CORE,SOCKET").splitlines() if line[:1] != "#")
    return len({(core, socket) for number, core, socket in rows if int(number) in threads})


def usable_threads() -> float:
    """What this process may use: its affinity mask, and a container's share of the processors' time."""
    quota = cgroup.cpu_quota(LIVE_ROOT)
    return min(len(os.sched_getaffinity(0)), math.inf if quota is None else max(1, math.ceil(quota)))


def test_threads_are_those_that_nproc_counts(machine: Machine) -> None:
    """nproc knows the affinity mask; a container's quota may leave fewer still."""
    counted = int(said("nproc"))
    assert machine.cpu.threads == min(counted, usable_threads())


def test_cores_are_those_that_lscpu_counts(machine: Machine) -> None:
    """All of them, or no more than the threads that may be used."""
    online = {int(line.split(",")[0]) for line in said("lscpu", "-p=CPU").splitlines() if line[:1] != "#"}
    if machine.cpu.vendor == "ARM":
        pytest.skip("lscpu takes ARM's clusters for what firmware calls them")
    assert machine.cpu.cores == min(cores_of(online), usable_threads())


def test_name_vendor_sockets_and_features(machine: Machine) -> None:
    """The same name, sockets and exactly the instruction sets of interest that lscpu lists."""
    answer, cpu = lscpu(), machine.cpu
    if cpu.architecture not in ("x86_64", "x86"):
        pytest.skip("names of ARM processors come from tables that differ")
    assert cpu.name == " ".join(answer["Model name"].split())
    assert cpu.sockets == int(answer["Socket(s)"])
    flags = set(answer["Flags"].split())
    assert set(cpu.features or ()) == flags & set(CPU_FEATURES)
    assert {"GenuineIntel": "Intel", "AuthenticAMD": "AMD"}.get(answer["Vendor ID"], cpu.vendor) == cpu.vendor
    assert (answer.get("Hypervisor vendor") is not None) <= ("vm" in (machine.environment or ()))


@pytest.mark.parametrize(("name", "label"), [("l1d_bytes", "L1d"), ("l2_bytes", "L2"), ("l3_bytes", "L3")])
def test_caches(machine: Machine, name: str, label: str) -> None:
    """The sum over the package, as lscpu adds it."""
    answer = lscpu()
    text = answer.get(f"{label} cache") or answer.get(label)
    if text is None:
        assert getattr(machine.cpu, name) is None
        return
    assert getattr(machine.cpu, name) == int(text.split()[0])


def test_architecture_and_kernel(machine: Machine) -> None:
    """uname."""
    assert machine.os_version == said("uname", "-r").strip()
    assert machine.cpu.architecture == {"aarch64": "arm64"}.get(
        said("uname", "-m").strip(), said("uname", "-m").strip()
    )


def test_memory(machine: Machine) -> None:
    """The total to the byte; what is available within what moves in a second, or what a container leaves of it."""
    total, available = (int(said("free", "-b").splitlines()[1].split()[i]) for i in (1, 6))
    memory = machine.memory
    assert memory.total_bytes == total
    limit = cgroup.memory_limit(LIVE_ROOT)
    if limit is None or limit.limit_bytes >= total:
        assert memory.limit_bytes is None
        assert memory.available_bytes == pytest.approx(available, abs=2 << 30)
    else:
        assert memory.limit_bytes == limit.limit_bytes
        assert 0 <= (memory.available_bytes or 0) <= min(available + (2 << 30), limit.limit_bytes)


def test_graphics(machine: Machine) -> None:
    """Exactly the display devices that lspci lists, by place, id and driver."""
    listed = {}
    for block in said("lspci", "-vmmnnkD").strip().split("\n\n"):
        values = dict(line.split(":\t", 1) for line in block.splitlines() if ":\t" in line)
        if re.search(r"\[(0300|0302|0380)\]$", values.get("Class", "")):
            ids = [re.findall(r"\[([0-9a-f]{4})\]$", values[key])[0] for key in ("Vendor", "Device")]
            listed[values["Slot"]] = (":".join(ids), values.get("Driver"))
    found = {gpu.bus_address: (gpu.pci_id, (gpu.driver or "").split()[0] or None) for gpu in machine.gpus}
    in_wsl = "wsl" in (machine.environment or ())
    if not in_wsl:
        assert found == {slot: (pci_id, driver) for slot, (pci_id, driver) in listed.items()}


def test_the_root_volume(machine: Machine) -> None:
    """df's size to the byte, and what it has free within what moves in a second."""
    size, free = map(int, said("df", "-B1", "--output=size,avail", "/").splitlines()[1].split())
    root = next(disk for disk in machine.disks if disk.mount == "/")
    assert root.total_bytes == pytest.approx(size, abs=size // 1000)
    assert root.free_bytes == pytest.approx(free, abs=8 << 30)


def test_every_volume_is_one_that_df_knows(machine: Machine) -> None:
    """Sizes of all volumes whose mount point names nobody."""
    for disk in machine.disks:
        if disk.mount is None or "..." in disk.mount or disk.total_bytes is None:
            continue
        size = int(said("df", "-B1", "--output=size", disk.mount).splitlines()[1])
        assert disk.total_bytes == pytest.approx(size, abs=max(1, size // 1000)), disk.mount


def test_kinds_of_disks(machine: Machine) -> None:
    """lsblk's transport and rotation, for the volumes that lie on a disk of their own."""
    tree = json.loads(said("lsblk", "-J", "-b", "-o", "NAME,TYPE,ROTA,TRAN,MODEL,MOUNTPOINT"))["blockdevices"]
    where = dict(_mounted(tree))
    mounts = {mount.point for mount in chosen(parse_mounts(Path("/proc/self/mounts").read_text(encoding="utf-8")))}
    for disk in machine.disks:
        whole = where.get(disk.mount or "")
        if whole is None or disk.mount not in mounts or whole.get("type") != "disk":
            continue
        if whole["name"].startswith(("vd", "xvd")):
            assert disk.kind == "virtual"
        elif whole.get("tran") == "nvme":
            assert disk.kind == "nvme"
        elif whole.get("tran") == "usb":
            assert disk.kind == "usb"
        elif disk.kind in ("hdd", "ssd"):
            assert (disk.kind == "hdd") == bool(int(whole["rota"]))
        if whole.get("model"):
            assert disk.name == " ".join(whole["model"].split())


def _mounted(
    devices: list[dict[str, Any]], whole: dict[str, Any] | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    for device in devices:
        top = whole or device
        if device.get("mountpoint"):
            yield device["mountpoint"], top
        yield from _mounted(device.get("children") or [], top)
