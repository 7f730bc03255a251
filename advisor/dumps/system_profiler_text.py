"""system_profiler's text: an indented tree with translated labels, brought into the shape of its JSON."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from advisor.dumps import mac
from advisor.dumps.document import Document
from advisor.dumps.localised import exact, whole
from advisor.dumps.tables import label, table

_LONGEST = 1000  # characters of a label or value that are looked at
_MARKS = " \t>*-"  # blanks, and what copies have before their lines
_COLON = re.compile(r":[ \t]|：")
_IDENTIFIER = re.compile(r"^(?:Mac|iMac|Xserve|VirtualMac|VMware|Parallels|Power)\w*\d,\d+")
_SYSTEM = re.compile(r"^(?:Mac OS X|OS X|macOS) \d")
_HARDWARE = (
    "machine_name", "machine_model", "chip_type", "cpu_type", "current_processor_speed", "packages",
    "number_processors", "l3_cache", "physical_memory", "platform_cpu_htt",
)  # fmt: skip
_DISPLAY = (
    "sppci_model", "sppci_bus", "sppci_cores", "spdisplays_vram", "_spdisplays_vram", "spdisplays_vendor",
    "spdisplays_device-id",
)  # fmt: skip
_MODULE = ("dimm_type", "dimm_size", "dimm_speed", "dimm_manufacturer")
_DRIVE = ("device_name", "medium_type", "protocol")
_CHARGE = {
    "charge_percent": "sppower_battery_state_of_charge",
    "charge_now": "sppower_battery_current_capacity",
    "charge_full": "sppower_battery_max_capacity",
}


@dataclass
class Node:
    """A heading with its "label: value" pairs (labels as `tables.label` writes them) and the headings below it."""

    name: str
    depth: int
    pairs: dict[str, str] = field(default_factory=dict)
    below: list["Node"] = field(default_factory=list)

    def all(self) -> Iterator["Node"]:
        """This node and every one below it."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack += reversed(node.below)

    def values(self, fields: tuple[str, ...]) -> dict[str, str]:
        """Those of `fields` whose label, in any language, heads a pair here."""
        found = ((name, self.pairs[text]) for name in fields for text in _labels()[name] if text in self.pairs)
        return dict(found)


@cache
def _labels() -> dict[str, tuple[str, ...]]:
    return {name: tuple(label(text) for text in texts) for name, texts in table("macos")["labels"].items()}


@cache
def _sections() -> dict[str, str]:
    sections = table("macos")["sections"]
    return {label(text): section for section, texts in sections.items() for text in texts}


def recognise(document: Document) -> bool:
    """Whether a Mac's model, system, graphics or battery is described as only system_profiler does."""
    root = _tree(document.text)
    headings = {label(text) for text in table("macos")["battery_headings"]}
    for node in root.all():
        found = node.values(("machine_model", "os_version", "sppci_model"))
        if _IDENTIFIER.match(found.get("machine_model", "")) or _SYSTEM.match(found.get("os_version", "")):
            return True
        if "sppci_model" in found or label(node.name) in headings:
            return True
    return False


def answer(document: Document) -> mac.Answer:
    """The text in the shape of system_profiler's JSON."""
    root = _tree(document.text)
    sections: dict[str, list[Any]] = {}
    for node in root.below:
        section = _sections().get(label(node.name))
        if section in _READERS:
            sections.setdefault(section, []).extend(_READERS[section](node))
    if "SPHardwareDataType" not in sections:
        # A copy without its headings: what describes the hardware may stand anywhere.
        sections["SPHardwareDataType"] = [_hardware(root)]
    if "SPDisplaysDataType" not in sections:
        sections["SPDisplaysDataType"] = list(_displays(root))
    if "SPSoftwareDataType" not in sections:
        sections["SPSoftwareDataType"] = list(_software(root))
    sections["SPStorageDataType"] = list(_volumes(root))
    return sections


def _tree(text: str) -> Node:
    root = Node("", -1)
    path = [root]
    for line in text.split("\n"):
        content = line.lstrip(_MARKS).rstrip()
        if not content:
            continue
        depth = len(line[: len(line) - len(line.lstrip(_MARKS))].expandtabs())
        while len(path) > 1 and path[-1].depth >= depth:
            path.pop()
        if content.endswith((":", "：")):
            node = Node(content[:-1].strip(), depth)
            path[-1].below.append(node)
            path.append(node)
        elif colon := _COLON.search(content):
            name, value = content[: colon.start()], content[colon.end() :]
            path[-1].pairs.setdefault(label(name[:_LONGEST]), value[:_LONGEST].strip())
    return root


def _hardware(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for below in node.all():
        found = below.values(_HARDWARE) | found
    if label(found.get("platform_cpu_htt", "")) in {label(text) for text in table("macos")["enabled"]}:
        found["platform_cpu_htt"] = "htt_enabled"
    return found


def _displays(node: Node) -> Iterator[dict[str, Any]]:
    for below in node.all():
        found: dict[str, Any] = below.values(_DISPLAY)
        if "sppci_model" in found:
            bus = found.get("sppci_bus", "")
            found["sppci_bus"] = (
                "spdisplays_pcie_device" if "pcie" in bus.lower() else "sppci_pci_device" if bus == "PCI"
                else "spdisplays_builtin"
            )  # fmt: skip
            # Old systems shorten the model ("GMA 950") or write it as a driver does ("ATI,RadeonHD2600").
            if len(below.name) > len(found["sppci_model"]) or "," in found["sppci_model"]:
                found["sppci_model"] = below.name or found["sppci_model"]
            yield {"_name": below.name, **found}


def _memory(node: Node) -> Iterator[dict[str, Any]]:
    modules = [{"_name": below.name, **below.values(_MODULE)} for below in node.all()]
    modules = [module for module in modules if "dimm_size" in module]
    yield {**node.values(("dimm_type",)), **({"_items": modules} if modules else {})}


def _software(node: Node) -> Iterator[dict[str, Any]]:
    for below in node.all():
        if found := below.values(("os_version",)):
            yield found


def _volumes(root: Node) -> Iterator[dict[str, Any]]:
    """Nodes with a mount point and an exact size; on old systems below the disk, on newer ones with it below them."""
    stack: list[tuple[Node, dict[str, str]]] = [(root, {})]
    while stack:
        node, above = stack.pop()
        found = node.values(("mount_point", "size_in_bytes", "free_space_in_bytes"))
        size, free = (exact(found.get(name)) for name in ("size_in_bytes", "free_space_in_bytes"))
        own = node.values(_DRIVE)
        if "mount_point" in found and size:
            drive = next((values for below in node.below if (values := below.values(_DRIVE))), None)
            yield {
                "mount_point": found["mount_point"], "size_in_bytes": size, "free_space_in_bytes": free,
                "physical_drive": drive or above,
            }  # fmt: skip
        stack += [(below, own or above) for below in reversed(node.below)]


def _power(node: Node) -> Iterator[dict[str, Any]]:
    batteries = {label(text) for text in table("macos")["battery_headings"]}
    chargers = {label(text) for text in table("macos")["charger_headings"]}
    for below in node.below:
        if label(below.name) in batteries:
            charge: dict[str, Any] = {}
            for part in below.all():
                found = part.values(tuple(_CHARGE))
                charge |= {_CHARGE[name]: whole(value) for name, value in found.items()}
            yield {"sppower_battery_charge_info": charge, **below.values(("installed",))}
        elif label(below.name) in chargers:
            yield {"sppower_battery_charger_connected": below.values(("connected",)).get("connected", "")}
        else:
            yield {}


def _hardware_section(node: Node) -> Iterator[dict[str, Any]]:
    yield _hardware(node)


_READERS = {
    "SPHardwareDataType": _hardware_section,
    "SPDisplaysDataType": _displays,
    "SPMemoryDataType": _memory,
    "SPSoftwareDataType": _software,
    "SPPowerDataType": _power,
}
