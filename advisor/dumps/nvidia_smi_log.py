"""nvidia-smi -q: its indented log and its XML (every DTD from v4 to v13), which say the same."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.dumps.nvidia_smi import Card, machine
from advisor.machine import Machine

_XML, _LOG = "nvidia-smi -q -x", "nvidia-smi -q"
_GPU = re.compile(r"^GPU ((?:[0-9A-F]{4}|[0-9A-F]{8}):[0-9A-F]{2}:[0-9A-F]{2}\.[0-7])\s*$", re.IGNORECASE)
_ENTRY = re.compile(r"^( +)(\S.*?)\s+: (.*)$|^( +)(\S.*?)\s*$")
_VERSION = re.compile(r"^(?:Driver|KMD) Version\s+: (\S+)")
_LARGEST_NESTING = 8


def _is_xml(document: Document) -> bool:
    # Looked for before the XML is parsed: other programs' XML may be large.
    return "<nvidia_smi_log" in document.text[:4000] and document.xml is not None


def _read_xml(document: Document) -> Machine:
    root = document.xml
    assert root is not None
    driver = _text(root, "driver_version") or _text(root, "kmd_version")
    return machine((_from_element(element, driver) for element in root.iter("gpu")), _XML)


def _from_element(element: Element, driver: str | None) -> Card:
    # Paths from the card itself: MIG instances have memory elements of the same names.
    return Card(
        name=_text(element, "product_name"),
        bus_id=_text(element, "pci/pci_bus_id") or element.get("id"),
        device_id=_text(element, "pci/pci_device_id"),
        total=_text(element, "fb_memory_usage/total"),
        free=_text(element, "fb_memory_usage/free"),
        used=_text(element, "fb_memory_usage/used"),
        capability=_text(element, "compute_cap") or _text(element, "compute_capability"),
        power_limit=_text(element, "gpu_power_readings//default_power_limit")  # nested deeper since driver 610
        or _text(element, "power_readings/default_power_limit"),
        driver=driver,
        driver_model=_text(element, "driver_model/current_dm"),
        addressing=_text(element, "addressing_mode"),
        mig=_text(element, "mig_mode/current_mig"),
    )


def _text(element: Element, path: str) -> str | None:
    return element.findtext(path)


def _is_log(document: Document) -> bool:
    return bool(re.search(r"^=+NVSMI LOG=+\s*$", document.text, re.MULTILINE))


def _read_log(document: Document) -> Machine:
    return machine(_cards(document.text), _LOG)


def _cards(text: str) -> Iterator[Card]:
    driver: str | None = None
    values: dict[str, str] | None = None
    path: list[tuple[int, str]] = []  # indentation and name of the headings that the line is under
    for line in text.splitlines():
        if found := _VERSION.match(line):
            driver = found.group(1)
        elif found := _GPU.match(line):
            if values is not None:
                yield _from_log(values, driver)
            values, path = {"": found.group(1)}, []
        elif values is not None and (found := _ENTRY.match(line)):
            indent = len(found.group(1) or found.group(4))
            while path and path[-1][0] >= indent:
                path.pop()
            name = found.group(2) or found.group(5)
            if found.group(2):
                values.setdefault("/".join([*(part for _, part in path), name]), found.group(3).strip())
            elif len(path) < _LARGEST_NESTING:
                path.append((indent, name))
        elif values is not None and line.strip() and not line.startswith(" "):  # another program's output
            yield _from_log(values, driver)
            values = None
    if values is not None:
        yield _from_log(values, driver)


def _from_log(values: dict[str, str], driver: str | None) -> Card:
    def first(*names: str) -> str | None:
        return next((values[name] for name in names if name in values), None)

    return Card(
        name=first("Product Name"),
        bus_id=first("PCI/Bus Id", ""),
        device_id=first("PCI/Device Id"),
        total=first("FB Memory Usage/Total", "Memory Usage/Total"),
        free=first("FB Memory Usage/Free", "Memory Usage/Free"),
        used=first("FB Memory Usage/Used", "Memory Usage/Used"),
        capability=first("Compute Capability", "CUDA Compute Capability"),
        power_limit=first(
            "GPU Power Readings/Default Power Limit",
            "GPU Power Readings/GPU Ceiling Power Limit/Default Power Limit",  # since driver 610
            "Power Readings/Default Power Limit",
        ),
        driver=driver,
        driver_model=first("Driver Model/Current"),
        addressing=first("Addressing Mode"),
        mig=first("MIG Mode/Current"),
    )


KINDS = (Kind(_XML, _is_xml, _read_xml), Kind(_LOG, _is_log, _read_log))
