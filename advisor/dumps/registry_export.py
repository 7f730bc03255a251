"""Registry exports (.reg) of the keys that tell of hardware: display class, processors, firmware's names, version.

Format: https://support.microsoft.com/help/310516 (strings, dword, hex with a type, lines continued by a backslash).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from advisor.dumps import windows_gpu
from advisor.dumps.document import Document
from advisor.dumps.identity import add_identity
from advisor.dumps.kind import Kind
from advisor.machine import Cpu, Machine
from advisor.sources import windows_display, windows_system
from advisor.sources.facts import Facts
from advisor.sources.merge import merge

NAME = "registry export"
Keys = Mapping[str, Mapping[str, object]]
_HEADS = ("Windows Registry Editor Version 5", "REGEDIT4")
_DISPLAY = "{4d36e968-e325-11ce-bfc1-08002be10318}"
_VALUE = re.compile(r'^(?:"((?:[^"\\]|\\.)*)"|@)=(.*)$', re.DOTALL)
_HEX = re.compile(r"^hex(?:\(([0-9a-f]+)\))?:(.*)$", re.IGNORECASE | re.DOTALL)
_TEXT, _EXPANDED, _QUAD = 1, 2, 0xB
_ARCHITECTURES = (("intel64", "amd64"), ("amd64", "amd64"), ("armv8", "arm64"), ("x86", "x86"))


def recognise(document: Document) -> bool:
    """Whether a line is a registry export's first."""
    return document.data is None and any(head in document.text for head in _HEADS)


def read(document: Document) -> Machine:
    """What the exported keys tell. Cards that were taken out keep their keys: a note says so."""
    keys = parse(document.text)
    machine = _graphics(keys)
    cpu = _processors(keys)
    if cpu is not None:
        machine = replace(machine, cpu=cpu)
    for path, values in keys.items():
        if path.endswith("\\hardware\\description\\system\\bios"):
            firmware = Facts()
            add_identity(firmware, windows_system.identity(values), NAME)
            machine = merge(machine, firmware.part(Machine))
        elif path.endswith("\\microsoft\\windows nt\\currentversion"):
            machine = merge(machine, windows_system.operating_system(values))
    facts = Facts(origins=dict(machine.origins))
    facts.add("os_family", "windows", NAME)
    return replace(machine, os_family="windows", origins=facts.origins)


def parse(text: str) -> dict[str, dict[str, object]]:
    """Key path (lower case) to its values: str, int (dword, qword) or bytes. What cannot be read is left out."""
    keys: dict[str, dict[str, object]] = {}
    values: dict[str, object] = {}
    for line in _joined(text):
        if line.startswith("[") and line.rstrip().endswith("]"):
            # Several exports may lie in one file; a "-" before a path deletes it.
            values = keys.setdefault(line.strip()[1:-1].lower(), {})
        elif found := _VALUE.match(line):
            value = _value(found.group(2).strip())
            if value is not None:
                values[_unescaped(found.group(1) or "")] = value
    return keys


def _joined(text: str) -> Iterator[str]:
    """Lines, those of binary values that a backslash continues as one."""
    parts: list[str] = []
    for line in text.split("\n"):
        part = line.strip() if parts else line
        goes_on = part.endswith("\\") and (bool(parts) or "=hex" in part)
        parts.append(part[:-1] if goes_on else part)
        if not goes_on:
            yield "".join(parts)
            parts = []
    if parts:
        yield "".join(parts)


def _value(text: str) -> object:
    if text.startswith('"'):
        return _unescaped(text[1:-1]) if text.endswith('"') and len(text) > 1 else None
    if text.lower().startswith("dword:"):
        return int(text[6:], 16) if re.fullmatch(r"[0-9a-fA-F]{1,8}", text[6:]) else None
    found = _HEX.match(text)
    if not found:
        return None
    digits = [digit.strip() for digit in found.group(2).split(",") if digit.strip()]
    if not all(re.fullmatch(r"[0-9a-fA-F]{2}", digit) for digit in digits):
        return None
    raw, kind = bytes(int(digit, 16) for digit in digits), int(found.group(1) or "3", 16)
    if kind in (_TEXT, _EXPANDED):
        return raw.decode("utf-16-le", "replace").rstrip("\0")
    return int.from_bytes(raw, "little") if kind == _QUAD and len(raw) == 8 else raw


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _graphics(keys: Keys) -> Machine:
    subkeys = {path.rsplit("\\", 1)[1]: values for path, values in keys.items() if f"\\{_DISPLAY}\\" in path}
    entries = windows_display.class_entries(subkeys)
    if not entries:
        return Machine()
    everything = frozenset(entry.hardware_id for entry in entries)
    machine = windows_display.machine([], entries, everything)
    return replace(machine, notes=(*machine.notes, windows_gpu.stale_note(NAME))) if machine.gpus else machine


def _processors(keys: Keys) -> Cpu | None:
    found = [v for path, v in keys.items() if re.search(r"\\system\\centralprocessor\\\d+$", path)]
    if not found:
        return None
    identifier = str(found[0].get("Identifier", "")).lower()
    architecture = next((name for word, name in _ARCHITECTURES if identifier.startswith(word)), "")
    cpu = windows_system.cpu(found[0], architecture, frozenset(), None)
    # What the processor can do was not asked: the catalogue knows it by name.
    origins = {name: origin for name, origin in cpu.origins.items() if name != "features"}
    facts = Facts(origins=origins)
    facts.add("threads", len(found), NAME)
    return replace(cpu, threads=len(found), origins=facts.origins)


KIND = Kind(NAME, recognise, read)
