"""The tree of devices that lshw prints, the same from JSON, XML and its long text."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

from advisor import RESOURCES
from advisor.sources.units import one_line, size_bytes

_DEEPEST = 40
_LARGEST = 1 << 62
_START = re.compile(r"^(\s*)\*-([a-z][\w.-]*)(?::(\d+))?((?:\s+\S+)*)\s*$")
_FIELD = re.compile(r"^\s+([^:]{2,40}?)\s?: (.*)$")
_CLOCK = re.compile(r"^(\d{1,12}(?:[.,]\d{1,12})?)\s*([kMG]?)Hz", re.IGNORECASE)
_PHYSICAL_ID = re.compile(r"^[0-9a-f]{1,4}(?:\.[0-9a-f.]+)*$")


@dataclass
class Node:
    """One device. Sizes in bytes or Hz as lshw counts them; `id` without its number ("bank", "cpu")."""

    id: str
    kind: str  # lshw's class: "processor", "memory", "display", ...
    text: dict[str, str] = field(default_factory=dict)  # description, product, vendor, version, businfo, slot
    names: list[str] = field(default_factory=list)  # logical names
    size: int | None = None
    capacity: int | None = None
    width: int | None = None
    clock: int | None = None
    settings: dict[str, str] = field(default_factory=dict)
    abilities: frozenset[str] = frozenset()
    children: list["Node"] = field(default_factory=list)

    def all(self) -> Iterator["Node"]:
        """This device and everything below it."""
        yield self
        for child in self.children:
            yield from child.all()


@cache
def words() -> dict[str, Any]:
    """The data file: labels in other languages, classes by id, codes of chassis."""
    read: dict[str, Any] = json.loads((RESOURCES / "dumps" / "lshw.json").read_text(encoding="utf-8"))
    return read


def kind_of(identity: str) -> str:
    """The class of devices with this id, for the form that does not print it."""
    kind: str = words()["classes"].get(identity, "generic")
    return kind


def from_json(value: object, depth: int = 0) -> Iterator[Node]:
    """Nodes of one JSON value: an object, or (with -class) a list of them. What is no node is passed over."""
    if isinstance(value, list):
        for item in value:
            yield from from_json(item, depth + 1)
    elif isinstance(value, dict) and isinstance(value.get("id"), str) and depth < _DEEPEST:
        yield _node_of_json(value, depth)


def _node_of_json(value: Mapping[str, Any], depth: int) -> Node:
    kind = value.get("class")
    # The computer's own id is the host's name, which may be any word.
    identity = "system" if kind == "system" else value["id"].split(":")[0]
    node = Node(identity, kind if isinstance(kind, str) else kind_of(value["id"].split(":")[0]))
    for key in ("description", "product", "vendor", "version", "businfo", "slot"):
        if isinstance(value.get(key), str):
            node.text[key] = value[key]
    names = value.get("logicalname")
    node.names = [n for n in (names if isinstance(names, list) else [names]) if isinstance(n, str)]
    node.size, node.capacity = _whole(value.get("size")), _whole(value.get("capacity"))
    node.width, node.clock = _whole(value.get("width")), _whole(value.get("clock"))
    settings, abilities = value.get("configuration"), value.get("capabilities")
    if isinstance(settings, dict):
        node.settings = {str(k): str(v) for k, v in settings.items()}
    if isinstance(abilities, dict):
        node.abilities = frozenset(map(str, abilities))
    children = value.get("children")
    if isinstance(children, list):
        node.children = [child for item in children for child in from_json(item, depth + 1)]
    return node


def _whole(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\d{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST else None


def from_xml(element: Element) -> Iterator[Node]:
    """Nodes of the XML form: <list><node ...>, or one <node> in old versions."""
    if element.tag != "node":
        for child in element:
            if child.tag == "node":
                yield from from_xml(child)
        return
    identity = "system" if element.get("class") == "system" else (element.get("id") or "").split(":")[0]
    node = Node(identity, element.get("class") or kind_of(identity))
    for key in ("description", "product", "vendor", "version", "businfo", "slot"):
        if text := element.findtext(key):
            node.text[key] = text
    node.names = [e.text for e in element.findall("logicalname") if e.text]
    node.size, node.capacity = _whole(element.findtext("size")), _whole(element.findtext("capacity"))
    node.width, node.clock = _whole(element.findtext("width")), _whole(element.findtext("clock"))
    settings = element.findall("configuration/setting")
    node.settings = {e.get("id", ""): e.get("value", "") for e in settings}
    node.abilities = frozenset(e.get("id", "") for e in element.findall("capabilities/capability"))
    node.children = [below for child in element.findall("node") for below in from_xml(child)]
    yield node


def from_text(text: str) -> list[Node]:
    """Nodes of the long text, in any language: by indentation. The first, unmarked one is the computer."""
    roots: list[Node] = []
    path: list[tuple[int, Node]] = []
    fields: list[tuple[str, str]] = []
    current = Node("system", "system")
    for line in [*text.splitlines(), "  *-end"]:
        if found := _START.match(line):
            _fill(current, fields)
            fields = []
            current = Node(found.group(2), kind_of(found.group(2)))
            indent = len(found.group(1))
            while path and path[-1][0] >= indent:
                path.pop()
            if current.id != "end":
                (path[-1][1].children if path else roots).append(current)
                path.append((indent, current))
        elif found := _FIELD.match(line):
            fields.append((found.group(1).strip(), found.group(2).strip()))
            if not roots and current.id == "system":
                roots.append(current)
                path.append((-1, current))
        elif line.strip() and not line[0].isspace():  # the host's name, or another program's output
            _fill(current, fields)
            fields = []
            current = Node("system" if not roots else "none", "system")
    return roots


def _fill(node: Node, fields: list[tuple[str, str]]) -> None:
    labels = {label: key for key, all_labels in words()["labels"].items() for label in all_labels}
    known = [(labels.get(label.lower()), value) for label, value in fields]
    if not any(key for key, _ in known):  # a language that is not in the table: the order is always the same
        known = _by_order([value for _, value in fields])
    for key, value in known:
        if key == "logicalname":
            node.names.append(value)
        elif key == "configuration":
            node.settings = dict(pair.split("=", 1) for pair in value.split() if "=" in pair)
        elif key == "capabilities":
            node.abilities = frozenset(value.split())
        elif key in ("size", "capacity", "clock"):
            setattr(node, key, size_bytes(value.split(" ")[0]) or _hertz(value))
        elif key == "width":
            number = value.split(" ")[0]
            node.width = int(number) if number.isdecimal() and len(number) < 5 else None
        elif key:
            node.text.setdefault(key, value)


def _by_order(values: list[str]) -> list[tuple[str | None, str]]:
    """Description, product, vendor, physical id, in this order (print.cc); the rest by what the values look like."""
    at = next((i for i, value in enumerate(values[:4]) if _PHYSICAL_ID.match(value)), 0)
    first: list[tuple[str | None, str]] = list(zip(("description", "product", "vendor"), values[:at], strict=False))
    return first + [(_looks_like(value), value) for value in values[at:]]


def _looks_like(value: str) -> str | None:
    if re.match(r"^(?:pci|usb|scsi|nvme|cpu|virtio)@", value):
        return "businfo"
    if re.match(r"^/dev/\S+$", value):
        return "logicalname"
    if re.match(r"^\d+[KMGT]iB\b", value):
        return "size"
    if re.search(r"\b(?:driver|cores|chassis)=", value):
        return "configuration"
    return "clock" if re.match(r"^\d+MHz \(", value) else None


def _hertz(value: str) -> int | None:
    found = _CLOCK.match(value)
    if not found:
        return None
    step = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}[found.group(2).lower()]
    return round(float(found.group(1).replace(",", ".")) * step)


def clean(node: Node, key: str) -> str | None:
    """A text field as one line. Some translations print their file's head for an empty text: that is nothing."""
    value = one_line(node.text.get(key))
    return None if value is None or "Project-Id-Version:" in value or "X-Launchpad-Export-Date:" in value else value
