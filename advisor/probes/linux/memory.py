"""Linux: the memory from /proc/meminfo, the container's limit, and the modules from SMBIOS or udev's copy of it."""

import re
from pathlib import Path

from advisor.i18n import N_
from advisor.machine import Machine, Memory
from advisor.probes import files
from advisor.probes.linux import cgroup
from advisor.probes.linux.system import identity
from advisor.sources import meminfo, ram, smbios, udev
from advisor.sources.facts import Facts
from advisor.sources.names import is_virtual

_TABLE = "/sys/firmware/dmi/tables/DMI"
_UDEV = "/run/udev/data/+dmi:id"
_BLOCKS = "/sys/devices/system/memory"


def read(root: Path) -> Machine:
    """Sizes: total, available, limit, installed."""
    return Machine(memory=sizes(root))


def sizes(root: Path) -> Memory:
    """The memory's sizes alone, cheap enough for a gauge: two or three small files."""
    facts = Facts()
    values = meminfo.add_sizes(facts, files.read(root / meminfo.SOURCE[1:]) or "")
    limit = cgroup.memory_limit(root)
    if limit is not None and limit.limit_bytes < values.get("MemTotal", limit.limit_bytes + 1):
        facts.add("limit_bytes", limit.limit_bytes, limit.source)
        _limit_available(facts, limit)
    facts.absent("limit_bytes", N_("no limit"))
    return facts.part(Memory)


def _limit_available(facts: Facts, limit: cgroup.MemoryLimit) -> None:
    if limit.used_bytes is None:
        return
    left = max(0, limit.limit_bytes - limit.used_bytes)
    if left < facts.values.get("available_bytes", left + 1):
        facts.values.pop("available_bytes", None)
        facts.add("available_bytes", left, N_("the container's limit less what it uses"), "computed")


def read_modules(root: Path) -> Machine:
    """Kind, speed, channels and modules. The raw table is for root only; udev keeps a copy of what we need for all."""
    modules, source = _modules(root)
    if source is not None:
        memory = ram.memory(modules, source, is_virtual(identity(root)))
        note = ram.uneven(memory.modules)
        return Machine(memory=memory, notes=(note,) if note else ())
    facts = Facts()
    blocks = len(files.children(root / _BLOCKS[1:], "memory[0-9]*"))
    block = files.read(root / _BLOCKS[1:] / "block_size_bytes")
    if blocks and block and re.fullmatch(r"[0-9a-fA-F]+", block):
        facts.add("installed_bytes", blocks * int(block, 16), _BLOCKS)
    reason = N_("only an administrator may read the firmware's table of memory modules")
    if not (root / _TABLE[1:]).exists():
        reason = N_("the firmware shows this system no table of memory modules")
    for name in ("kind", "speed_mts", "channels"):
        facts.unknown(name, reason)
    facts.unknown("bandwidth_bytes_per_s", N_("speed and channels of the memory are unknown"))
    return Machine(memory=facts.part(Memory))


def _modules(root: Path) -> tuple[tuple[ram.Module, ...], str | None]:
    table = files.read_bytes(root / _TABLE[1:])
    if table:
        return smbios.memory_modules(smbios.structures(table)), "SMBIOS"
    text = files.read(root / _UDEV[1:])
    if text and "MEMORY_DEVICE_0_" in text:
        return udev.memory_modules(text), N_("udev's copy of SMBIOS")
    return (), None
