"""`dmidecode`: the firmware's table as text, from Linux or from its Windows build, also with -q or -t.

Serial numbers, asset tags and UUIDs are never read.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from advisor import RESOURCES
from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.i18n import N_
from advisor.machine import Battery, Cpu, Machine, Memory
from advisor.sources import ram
from advisor.sources.cpuinfo import nominal_mhz
from advisor.sources.facts import Facts
from advisor.sources.names import Identity, describe, is_virtual, usable
from advisor.sources.smbios import Processor
from advisor.sources.units import one_line, size_bytes
from advisor.sources.windows_system import clocks

NAME = "dmidecode"
_HANDLE = re.compile(r"^Handle (0x[0-9A-Fa-f]{1,8}), DMI type \d+", re.IGNORECASE)
_FIELD = re.compile(r"^\s+(\S[^:]*?)\s*:(?:\s+(.*?))?\s*$")
_TITLES = (
    "System Information", "Base Board Information", "Chassis Information", "Processor Information",
    "Physical Memory Array", "Memory Device", "Portable Battery",
)  # fmt: skip
_SYSTEM, _BOARD, _CHASSIS, _PROCESSOR, _ARRAY, _MODULE, _BATTERY = _TITLES
_SEEN = re.compile(
    rf"^(?:Handle 0x[0-9A-F]+, DMI type \d+|(?:{'|'.join(_TITLES)})[ ]*\n[ \t]+[A-Z][\w ]+:)",
    re.MULTILINE | re.IGNORECASE,
)
_SPEED = re.compile(r"^(\d{1,6})\s*(?:MHz|MT/s)", re.IGNORECASE)


class Entry(NamedTuple):
    """One structure: its title, its handle where it is printed, and its fields, the first of a name."""

    title: str
    handle: str
    fields: dict[str, str]


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((RESOURCES / "dumps" / "dmidecode.json").read_text(encoding="utf-8"))
    return table


def recognise(document: Document) -> bool:
    """Whether a structure's heading is there."""
    return bool(_SEEN.search(document.text))


def read(document: Document) -> Machine:
    """Names, processor and memory modules as the firmware tells them; whether it is a virtual machine."""
    entries = parse(document.text)
    names = identity(entries)
    facts = Facts()
    if names.manufacturer or names.product:
        facts.add("environment", ("vm",) if is_virtual(names) else (), NAME)
    system = describe(names, NAME) if names != Identity() else Machine()
    for field in ("manufacturer", "model", "chassis"):
        facts.add(field, getattr(system, field), system.origin(field).detail, system.origin(field).kind)
        if getattr(system, field) is None and field in system.origins:
            facts.origins[field] = system.origins[field]
    listed = any(entry.title == _MODULE for entry in entries)
    memory = ram.memory(modules(entries), NAME, is_virtual(names)) if listed else Memory()
    return facts.part(Machine, cpu=_cpu(entries), memory=memory, battery=_battery(entries))


KIND = Kind(NAME, recognise, read)


def parse(text: str) -> tuple[Entry, ...]:
    """The structures that this program reads; everything else, and what other programs print around them, is left."""
    entries: list[Entry] = []
    handle, current = "", None
    for line in text.split("\n"):
        if found := _HANDLE.match(line):
            handle, current = found.group(1).lower(), None
        elif line.strip() in _TITLES and not line[:1].isspace():
            current = Entry(line.strip(), handle, {})
            entries.append(current)
            handle = ""
        elif not line[:1].isspace():
            current = None  # a blank line or another program's
        elif current is not None and (field := _FIELD.match(line)) and field.group(2):
            current.fields.setdefault(field.group(1), field.group(2))
    return tuple(entries)


def identity(entries: Sequence[Entry]) -> Identity:
    """Names of system, main board and chassis."""
    system, board, chassis = (
        next((entry.fields for entry in entries if entry.title == title), {}) for title in (_SYSTEM, _BOARD, _CHASSIS)
    )
    return Identity(
        manufacturer=one_line(system.get("Manufacturer")),
        product=one_line(system.get("Product Name")),
        version=one_line(system.get("Version")),
        board_manufacturer=one_line(board.get("Manufacturer")),
        board=one_line(board.get("Product Name")),
        chassis_code=_table()["chassis"].get(chassis.get("Type", "")),
    )


def modules(entries: Sequence[Entry]) -> tuple[ram.Module, ...]:
    """The populated modules of the main memory."""
    uses = {entry.handle: entry.fields.get("Use", "") for entry in entries if entry.title == _ARRAY and entry.handle}
    found = []
    for entry in entries:
        if entry.title != _MODULE or entry.fields.get("Type") in _table()["firmware_memory"]:
            continue
        use = uses.get(entry.fields.get("Array Handle", "").lower(), "")
        size = _size(entry.fields.get("Size", ""))
        if size and use not in _table()["other_uses"]:
            found.append(_module(entry.fields, size))
    return tuple(found)


def _module(fields: dict[str, str], size: int) -> ram.Module:
    width = re.fullmatch(r"(\d{1,4}) bits", fields.get("Data Width", ""))
    return ram.Module(
        slot=one_line(fields.get("Locator")),
        bank=one_line(fields.get("Bank Locator")),
        size_bytes=size,
        kind=_table()["memory_kinds"].get(fields.get("Type", "")),
        # "Configured Clock Speed" until dmidecode 3.1.
        speed_mts=_speed(fields.get("Configured Memory Speed") or fields.get("Configured Clock Speed")),
        rated_mts=_speed(fields.get("Speed")),
        maker=one_line(fields.get("Manufacturer")),
        width_bits=int(width.group(1)) or None if width else None,
    )


def _size(text: str) -> int | None:
    # Without its unit it is a copy that was cut off there.
    return size_bytes(text) if re.fullmatch(r"\d{1,12} (?:bytes|[kMGTP]B)", text) else None


def _speed(text: str | None) -> int | None:
    found = _SPEED.match(text or "")
    return int(found.group(1)) or None if found else None


def _cpu(entries: Sequence[Entry]) -> Cpu:
    """The populated processors as one; the firmware's counts where they agree with each other."""
    sockets = [entry.fields for entry in entries if entry.title == _PROCESSOR and _is_populated(entry.fields)]
    facts = Facts()
    if not sockets:
        return facts.part(Cpu)
    first = sockets[0]
    name = one_line(first.get("Version"))
    facts.add("name", name if usable(name) and re.search(r"[A-Za-z]{2}", name or "") else None, NAME)
    facts.add("vendor", _vendor(first.get("Manufacturer")), NAME)
    _add_counts(facts, sockets)
    base = nominal_mhz(name)
    facts.add("base_mhz", base, N_("the processor's name"))
    speeds = Processor(name, _speed(first.get("Max Speed")), _speed(first.get("Current Speed")))
    facts.add("max_mhz", clocks(speeds, base or speeds.current_mhz).max_mhz, NAME)
    return facts.part(Cpu)


def _is_populated(fields: dict[str, str]) -> bool:
    status = fields.get("Status", "Populated, Enabled")
    return fields.get("Type") == "Central Processor" and status in ("Populated, Enabled", "Populated, Idle")


def _vendor(text: str | None) -> str | None:
    plain = re.sub(r"\(.*?\)|[^a-z ]", "", (text or "").lower()).strip()
    table: dict[str, str] = _table()["vendors"]
    return next((vendor for start, vendor in table.items() if plain.startswith(start)), None)


def _add_counts(facts: Facts, sockets: Sequence[dict[str, str]]) -> None:
    cores = [_count(fields, "Core Count") for fields in sockets]
    if not all(cores):
        # Before SMBIOS 2.5 a structure may stand for each thread: how many there are says nothing.
        return
    facts.add("sockets", len(sockets), NAME)
    facts.add("cores", sum(count or 0 for count in cores), NAME)
    threads = [_count(fields, "Thread Count") for fields in sockets]
    enabled = [_count(fields, "Core Enabled") for fields in sockets]
    # Some firmware counts the threads of the cores it started itself, or one: then none of it is sure.
    together = zip(cores, enabled, threads, strict=True)
    if all(core and thread and thread >= core and on in (None, core) for core, on, thread in together):
        facts.add("threads", sum(thread or 0 for thread in threads), NAME)


def _count(fields: dict[str, str], key: str) -> int | None:
    text = fields.get(key, "")
    return int(text) or None if re.fullmatch(r"[0-9]{1,5}", text) else None


def _battery(entries: Sequence[Entry]) -> Battery:
    """Present where a battery has a capacity; firmware without an entry of one says nothing."""
    facts = Facts()
    capacities = [entry.fields.get("Design Capacity", "") for entry in entries if entry.title == _BATTERY]
    if any(re.match(r"[1-9]\d* mWh", text) for text in capacities):
        facts.add("present", True, NAME)
    return facts.part(Battery)
