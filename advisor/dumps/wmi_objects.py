"""Objects of WMI classes, however they were printed: the class of each, its values as numbers and texts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from advisor.dumps.localised import whole
from advisor.dumps.tables import table
from advisor.sources.units import one_line

_CLASS = re.compile(r"\b(Win32_\w+|MSFT_\w+|CIM_\w+)\b")
_CLASS_KEYS = ("CreationClassName", "__CLASS", "CimClassName", "ClassName")
_DEEPEST = 6
_LONGEST = 1000  # characters of a text that are looked at


@dataclass(frozen=True)
class Entry:
    """One object: its class ("Win32_Processor") and its properties as they were printed."""

    kind: str
    values: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """A property as one line of text; None when it is absent, empty or a list."""
        value = self.values.get(name)
        if isinstance(value, str):
            return one_line(value[:_LONGEST])
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def number(self, name: str) -> int | None:
        """A whole number, also one printed as text; None for anything else. WMI prints 64-bit numbers as texts."""
        value = self.values.get(name)
        if isinstance(value, str):
            return int(value) if re.fullmatch(r"\s*-?\d{1,20}\s*", value) else None
        if isinstance(value, float):
            return int(value) if value.is_integer() else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def numbers(self, name: str) -> list[int]:
        """A list of whole numbers: [10], "{10}" or 10."""
        value = self.values.get(name)
        items = value if isinstance(value, list) else re.findall(r"\d+", value) if isinstance(value, str) else [value]
        return [n for item in items if (n := whole(str(item))) is not None and item is not None]


def entry(values: Mapping[str, Any], hint: str | None = None) -> Entry | None:
    """`values` as an object of a known class, else None. `hint` is the class that its list's name tells."""
    kind = _stated(values) or _by_properties(values) or (hint if hint and _has_some(values) else None)
    return Entry(kind, values) if kind else None


def _stated(values: Mapping[str, Any]) -> str | None:
    for key in _CLASS_KEYS:
        found = _CLASS.search(values[key]) if isinstance(values.get(key), str) else None
        if found:
            return found.group(1)
    for key in ("CimClass", "CimSystemProperties"):
        inner = values.get(key)
        if isinstance(inner, str) and (found := _CLASS.search(inner)):
            return found.group(1)
        if isinstance(inner, Mapping) and (kind := _stated(inner)):
            return kind
    return None


def _by_properties(values: Mapping[str, Any]) -> str | None:
    counts = {kind: sum(name in values for name in names) for kind, names in signatures().items()}
    best = max(counts, key=lambda kind: counts[kind])
    if counts[best]:
        return best
    if "Capacity" in values and "FreeSpace" not in values and "DriveLetter" not in values:
        return "Win32_PhysicalMemory"
    if {"Caption", "BuildNumber"} <= values.keys() or {"Caption", "Version"} == values.keys():
        return "Win32_OperatingSystem"
    if "Manufacturer" in values and "Model" in values and "Size" not in values:
        return "Win32_ComputerSystem"
    if {"Vendor", "Name", "Version"} <= values.keys():
        return "Win32_ComputerSystemProduct"
    return "Win32_BaseBoard" if {"Manufacturer", "Product"} <= values.keys() else None


def _has_some(values: Mapping[str, Any]) -> bool:
    return any(isinstance(values.get(name), str) and values[name] for name in ("Name", "Caption", "Model", "DeviceID"))


@cache
def signatures() -> dict[str, tuple[str, ...]]:
    """Each class with the properties that only it has."""
    classes = table("windows")["classes"]
    return {kind: tuple(names) for kind, names in classes.items() if isinstance(names, list)}


@cache
def known_properties() -> frozenset[str]:
    """All properties that tell a class, and others that often stand beside them."""
    names = {name for group in signatures().values() for name in group}
    return frozenset(names | set(table("windows")["columns"]["names"]))


def collect(data: object, hint: str | None = None, depth: int = 0) -> Iterator[Entry]:
    """Every object inside `data` (JSON as ConvertTo-Json writes it: one, a list, or lists under names of their own)."""
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        for item in data:
            yield from collect(item, hint, depth + 1)
    elif isinstance(data, dict):
        found = list(_computer_info(data)) or [one for one in (entry(data, hint),) if one]
        if found:
            yield from found
            return
        for key, value in data.items():
            if isinstance(value, dict | list) and not key.startswith("Cim"):
                yield from collect(value, _hint(key), depth + 1)


def _hint(key: str) -> str | None:
    found = _CLASS.search(key)
    names: dict[str, str] = table("windows")["hints"]["names"]
    return found.group(1) if found else names.get(re.sub(r"[^a-z]", "", key.lower()))


def _computer_info(values: Mapping[str, Any]) -> Iterator[Entry]:
    """The objects that Get-ComputerInfo mixes into one."""
    for kind, names in table("windows")["computer_info"].items():
        if isinstance(names, dict):
            own = {ours: values[theirs] for theirs, ours in names.items() if values.get(theirs) not in (None, "")}
            if own:
                yield Entry(kind, own)
    processors = values.get("CsProcessors")
    if isinstance(processors, list):
        yield from (Entry("Win32_Processor", one) for one in processors if isinstance(one, dict))
    elif isinstance(processors, str):
        # Format-List shows the names alone: {Intel(R) Core(TM) i5-8265U CPU @ 1.60GHz}
        names = [name for name in processors.strip("{} ").split(", ") if name]
        yield from (Entry("Win32_Processor", {"Name": name}) for name in names)
