"""fastfetch --format json: a list of modules, each {"type", "result"} or {"type", "error"}. Source: src/modules/*.c."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from advisor import RESOURCES
from advisor.dumps.disk_names import add_kind
from advisor.dumps.document import Document
from advisor.dumps.identity import add_identity
from advisor.dumps.kind import Kind
from advisor.i18n import N_
from advisor.machine import Battery, Cpu, Disk, Gpu, Machine, Memory
from advisor.sources import ram
from advisor.sources.cpu_vendors import cpu_maker
from advisor.sources.disks import without_user
from advisor.sources.facts import Facts
from advisor.sources.merge import merge
from advisor.sources.names import Identity, is_virtual
from advisor.sources.units import one_line

NAME = "fastfetch"
_SYSTEMS = {
    "linux": "linux",
    "windows_nt": "windows",
    "win32_nt": "windows",
    "windows": "windows",
    "darwin": "macos",
    "macos": "macos",
}
_VENDORS = ("NVIDIA", "AMD", "Intel", "Apple", "Qualcomm", "Moore Threads")
_LINKS = {"nvme": "nvme", "usb": "usb", "mmc": "emmc", "virtual": "virtual"}
_MODULES = frozenset({"OS", "Host", "Kernel", "CPU", "GPU", "Memory", "PhysicalMemory", "Disk", "Board", "Battery"})


def _modules(document: Document) -> dict[str, Any]:
    """Results by module; modules that failed are left out."""
    for value in document.values:
        entries = [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
        if any(e.get("type") in _MODULES and ("result" in e or "error" in e) for e in entries):
            return {str(e["type"]): e["result"] for e in entries if "type" in e and e.get("result") is not None}
    return {}


def _recognise(document: Document) -> bool:
    return bool(_MODULES & _modules(document).keys())


def _read(document: Document) -> Machine:
    found = _modules(document)
    host, board, chassis = _table(found.get("Host")), _table(found.get("Board")), _table(found.get("Chassis"))
    identity = Identity(
        manufacturer=_text(host, "vendor"),
        product=_text(host, "name") or _text(host, "family"),
        version=_text(host, "version"),
        board_manufacturer=_text(board, "vendor"),
        board=_text(board, "name"),
        chassis_code=_chassis_codes().get(_text(chassis, "type") or ""),
    )
    facts = Facts()
    _add_system(facts, found)
    add_identity(facts, identity, NAME)
    battery = _battery(_list(found.get("Battery")))
    return facts.part(
        Machine,
        cpu=_cpu(_table(found.get("CPU")), _table(found.get("CPUCache"))),
        memory=_memory(_table(found.get("Memory")), _list(found.get("PhysicalMemory")), is_virtual(identity)),
        gpus=tuple(_gpu(gpu) for gpu in _list(found.get("GPU")) if not _is_software(gpu)),
        disks=tuple(_disks(_list(found.get("Disk")), _list(found.get("PhysicalDisk")))),
        battery=battery,
    )


def _add_system(facts: Facts, found: Mapping[str, Any]) -> None:
    system, kernel, version = _table(found.get("OS")), _table(found.get("Kernel")), _table(found.get("Version"))
    facts.add("os_name", _text(system, "prettyName") or _text(system, "name"), NAME)
    for name in (_text(kernel, "name"), _text(version, "sysName"), _text(system, "id")):
        facts.add("os_family", _SYSTEMS.get((name or "").lower()), NAME)
    release = _text(kernel, "release")
    facts.add("os_version", release, NAME)
    if "linux" in (facts.values.get("os_family"),) and re.search(r"microsoft", release or "", re.IGNORECASE):
        facts.add("environment", ("wsl",), NAME)


def _cpu(cpu: Mapping[str, Any], cache_sizes: Mapping[str, Any]) -> Cpu:
    facts = Facts()
    facts.add("name", _text(cpu, "cpu"), NAME)
    vendor = _text(cpu, "vendor") or ""
    facts.add("vendor", cpu_maker(vendor) or vendor or None, NAME)
    cores = _table(cpu.get("cores"))
    facts.add("sockets", _whole(cpu.get("packages")), NAME)
    facts.add("cores", _whole(cores.get("physical")), NAME)
    facts.add("threads", _whole(cores.get("logical")), NAME)
    for key, field in (("base", "base_mhz"), ("max", "max_mhz")):
        facts.add(field, _mhz(_table(cpu.get("frequency")).get(key)), NAME)
    for key, field in (("l2", "l2_bytes"), ("l3", "l3_bytes")):
        facts.add(field, _cache_bytes(cache_sizes.get(key)), NAME)
    data = [level for level in _list(cache_sizes.get("l1")) if level.get("type") == "data"]
    facts.add("l1d_bytes", _cache_bytes(data), NAME)
    return facts.part(Cpu)


def _mhz(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        return None
    return value * 1000.0 if value < 20 else float(value)  # older versions print GHz


def _cache_bytes(levels: object) -> int | None:
    return sum((_whole(c.get("size")) or 0) * (_whole(c.get("num")) or 1) for c in _list(levels)) or None


def _memory(memory: Mapping[str, Any], modules: Sequence[Mapping[str, Any]], virtual: bool) -> Memory:
    facts = Facts()
    total, used = _whole(memory.get("total")), _whole(memory.get("used"))
    facts.add("total_bytes", total, NAME)
    if total and used is not None and used <= total:
        detail = N_("{source}: total less used")
        facts.add("available_bytes", total - used, detail, "computed", source=NAME)
    populated = [m for m in map(_module, modules) if m is not None]
    more = ram.memory(populated, NAME, virtual) if populated else Memory()
    return merge(Machine(memory=facts.part(Memory)), Machine(memory=more)).memory


def _module(entry: Mapping[str, Any]) -> ram.Module | None:
    size, kind = _whole(entry.get("size")) or None, _text(entry, "type")
    if entry.get("installed") is False or (size is None and kind in (None, "Unknown", "Empty")):
        return None
    bank, _, slot = (_text(entry, "locator") or "").rpartition("/")
    return ram.Module(
        slot=slot or None,
        bank=bank or None,
        size_bytes=size,
        kind=kind if kind != "Unknown" else None,
        speed_mts=_whole(entry.get("runningSpeed")) or None,
        rated_mts=_whole(entry.get("maxSpeed")) or None,
        maker=_text(entry, "vendor"),
    )


def _is_software(gpu: Mapping[str, Any]) -> bool:
    return _text(gpu, "vendor") == "Microsoft" or "Basic Render" in (_text(gpu, "name") or "")


def _gpu(entry: Mapping[str, Any]) -> Gpu:
    facts = Facts()
    name, vendor = _text(entry, "name"), _text(entry, "vendor")
    facts.add("name", name, NAME)
    maker = next((v for v in _VENDORS if v.lower() in f"{vendor} {name}".lower()), vendor)
    facts.add("vendor", maker, NAME)
    facts.add("driver", _text(entry, "driver"), NAME)
    _add_kind(facts, maker, _text(entry, "type"))
    memory = _table(entry.get("memory"))
    dedicated, shared = _table(memory.get("dedicated")), _table(memory.get("shared"))
    if facts.values.get("kind") == "integrated" and maker == "Intel":
        facts.add("vram_bytes", 0, N_("integrated graphics use the system's memory"), "computed")
    total, used = _whole(dedicated.get("total")) or None, _whole(dedicated.get("used"))
    facts.add("vram_bytes", total, NAME)
    if total and used and used <= total:  # versions that do not ask print 0
        detail = N_("{source}: total less used")
        facts.add("vram_available_bytes", total - used, detail, "computed", source=NAME)
    facts.add("shared_bytes", _whole(shared.get("total")) or None, NAME)
    return facts.part(Gpu)


def _add_kind(facts: Facts, vendor: str | None, printed: str | None) -> None:
    """Older versions called every card with little memory integrated (fastfetch #1032): of AMD's it is not believed."""
    if vendor == "NVIDIA":
        facts.add("kind", "discrete", N_("its maker"), "computed")
    elif vendor == "Apple":
        facts.add("kind", "unified", N_("its maker"), "computed")
    elif printed == "Discrete":
        facts.add("kind", "discrete", NAME)
    elif printed == "Integrated" and vendor == "Intel":
        facts.add("kind", "integrated", NAME)


def _disks(volumes: Sequence[Mapping[str, Any]], physical: Sequence[Mapping[str, Any]]) -> list[Disk]:
    """Mounted volumes, with their disk's name where one disk's device begins theirs; else the disks themselves."""
    found = []
    for volume in volumes:
        sizes, types = _table(volume.get("bytes")), volume.get("volumeType")
        total = _whole(sizes.get("total"))
        if not total or (isinstance(types, list) and {"Hidden", "Network", "ReadOnly"} & set(map(str, types))):
            continue
        device = _text(volume, "mountFrom") or ""
        disk = next((p for p in physical if (path := _text(p, "devPath")) and device.startswith(path)), None)
        facts = Facts()
        facts.add("mount", without_user(_text(volume, "mountpoint") or "") or None, NAME)
        facts.add("total_bytes", total, NAME)
        free = _whole(sizes.get("available"))
        facts.add("free_bytes", free, NAME)
        _add_disk(facts, disk or {}, device)
        found.append(facts.part(Disk))
    if found:
        return found
    for entry in physical:
        facts = Facts()
        facts.add("total_bytes", _whole(entry.get("size")) or None, NAME)
        _add_disk(facts, entry, _text(entry, "devPath") or "")
        found.append(facts.part(Disk))
    return found


def _add_disk(facts: Facts, disk: Mapping[str, Any], device: str) -> None:
    facts.add("name", (_text(disk, "name") or "").removeprefix("ATA ") or None, NAME)
    link = (_text(disk, "interconnect") or "").lower()
    facts.add("kind", _LINKS.get(link) or {"HDD": "hdd", "SSD": "ssd"}.get(_text(disk, "kind") or ""), NAME)
    add_kind(facts, NAME, device, facts.values.get("name"))


def _battery(batteries: Sequence[Mapping[str, Any]]) -> Battery:
    facts = Facts()
    if batteries:
        percent = batteries[0].get("capacity")
        facts.add("present", True, NAME)
        facts.add("percent", float(percent) if isinstance(percent, int | float) and 0 <= percent <= 100 else None, NAME)
        status = (_text(batteries[0], "status") or "").lower()
        if "discharging" in status:
            facts.add("plugged", False, NAME)
        elif "charging" in status or "ac connected" in status:
            facts.add("plugged", True, NAME)
    return facts.part(Battery)


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _text(entry: Mapping[str, Any], key: str) -> str | None:
    value = entry.get(key)
    return one_line(value) if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62 else None


@cache
def _chassis_codes() -> Mapping[str, int]:
    codes: dict[str, int] = json.loads((RESOURCES / "dumps" / "dmidecode.json").read_text(encoding="utf-8"))["chassis"]
    return codes


KIND = Kind(NAME, _recognise, _read)
