"""The output of lspci in all its forms: lines (plain, -n, -nn, -mm, -v, -k) and records (-vmm). Source: lspci(8).

Memory regions are windows onto the bus, not the card's memory: they are never read as its size.
"""

import re
from collections.abc import Iterator

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.dumps.pci_devices import Device, gpus, in_virtual_machine, split_maker
from advisor.machine import Machine
from advisor.sources.facts import Facts
from advisor.sources.units import bus_address

NAME = "lspci"
# Names of classes as the PCI id list has had them; other classes tell nothing here.
_CLASSES = {
    "vga compatible controller": 0x0300, "xga compatible controller": 0x0301, "3d controller": 0x0302,
    "host bridge": 0x0600, "display controller": 0x0380, "processing accelerators": 0x1200,
    "encryption controller": 0x1080,
}  # fmt: skip
_HOST_BRIDGE = 0x0600
_PLACE = r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]"
# "00:02.0 VGA compatible controller [0300]: Intel ... [8086:0166] (rev 09)"; a paste may be quoted or indented.
_LINE = re.compile(rf"^[ >]*({_PLACE}) ((?-i:[A-Z0-9])[^\":\t]*?)(?: \[([0-9a-f]{{4}})\])?: (\S.*)$", re.IGNORECASE)
_NUMBERS = re.compile(rf"^[ >]*({_PLACE}) (?:class )?([0-9a-f]{{4}}): ([0-9a-f]{{4}}):([0-9a-f]{{4}})\b", re.IGNORECASE)
_QUOTED = re.compile(rf'^[ >]*({_PLACE}) "([^"]*)" "([^"]*)" "([^"]*)"', re.IGNORECASE)
_RECORD = re.compile(r"^[ >]*(Slot|Device|Class|Vendor|Driver):\t\s*(.*\S)\s*$")
_DRIVER = re.compile(r"^[ >]*\s+Kernel driver in use: (\S+)")
_IDS = re.compile(r"\s*\[([0-9a-f]{4}):([0-9a-f]{4})\]", re.IGNORECASE)
_ID = re.compile(r"\s*\[([0-9a-f]{4})\]$", re.IGNORECASE)
_TAIL = re.compile(r"(?:\s*\((?:rev [^)]*|prog-if [^)]*|.*\[[^\]]*controller\])\))+$", re.IGNORECASE)


def _recognise(document: Document) -> bool:
    return any(
        _LINE.match(line) or _NUMBERS.match(line) or _QUOTED.match(line) for line in document.text.splitlines()
    ) or bool(re.search(r"^(?:Slot|Device):\t[\da-f:.]+\n(?:Class):\t", document.text, re.MULTILINE | re.IGNORECASE))


def _read(document: Document) -> Machine:
    devices = [*_lines(document.text), *_records(document.text)]
    facts = Facts()
    if any(device.driver for device in devices):
        facts.add("os_family", "linux", NAME)
    if in_virtual_machine(devices):
        facts.add("environment", ("vm",), NAME)
    whole = any(device.kind == _HOST_BRIDGE for device in devices)
    return facts.part(Machine, gpus=gpus(list(dict.fromkeys(devices)), NAME, whole=whole))


def _lines(text: str) -> Iterator[Device]:
    """Devices of the forms with one line each; -v and -k put the driver on a line below it."""
    device: Device | None = None
    for line in text.splitlines():
        if device is not None and (driver := _DRIVER.match(line)):
            device = device._replace(driver=driver.group(1))
            continue
        found = _device(line)
        if found is not None:
            if device is not None:
                yield device
            device = found
        elif not line.strip() and device is not None:  # blank: the device's block ends
            yield device
            device = None
    if device is not None:
        yield device


def _device(line: str) -> Device | None:
    if found := _NUMBERS.match(line):
        address, kind, vendor, number = found.groups()
        return Device(int(kind, 16), bus_address(address), vendor.lower(), number.lower())
    if found := _QUOTED.match(line):
        address, kind, maker, name = found.groups()
        return _named(address, kind, maker, name)
    if found := _LINE.match(line):
        address, kind, code, rest = found.groups()
        ids = list(_IDS.finditer(rest))
        rest = rest[: ids[-1].start()] if ids else _TAIL.sub("", rest)
        maker, name = split_maker(rest.strip())
        return Device(
            int(code, 16) if code else _CLASSES.get(kind.lower()),
            bus_address(address),
            ids[-1].group(1).lower() if ids else None,
            ids[-1].group(2).lower() if ids else None,
            maker,
            name,
        )
    return None


def _named(address: str, kind: str, maker: str | None, name: str | None) -> Device:
    """A device whose class, maker and name are apart, each a name, a number, or a name with its number in brackets."""
    kind_name, code = _apart(kind)
    maker_name, vendor = _apart(maker or "")
    device_name, number = _apart(name or "")
    return Device(
        int(code, 16) if code else _CLASSES.get(kind_name.lower()),
        bus_address(address), vendor, number, maker_name or None, device_name or None,
    )  # fmt: skip


def _apart(text: str) -> tuple[str, str | None]:
    text = text.strip()
    if re.fullmatch(r"[0-9a-fA-F]{4}", text):
        return "", text.lower()
    found = _ID.search(text)
    return (text[: found.start()], found.group(1).lower()) if found else (text, None)


def _records(text: str) -> Iterator[Device]:
    """Devices of -vmm: lines of "Key:<tab>value". The older -vm calls the slot "Device" as well, and puts it first."""
    for block in re.split(r"\n\s*\n", text):
        entries: dict[str, str] = {}
        for line in block.splitlines():
            if not (found := _RECORD.match(line)):
                continue
            key, value = found.groups()
            if key == "Device" and bus_address(value):
                key = "Slot"
            entries.setdefault(key, value)
        if bus_address(entries.get("Slot")) and "Class" in entries:
            device = _named(entries["Slot"], entries["Class"], entries.get("Vendor"), entries.get("Device"))
            yield device._replace(driver=entries.get("Driver"))


KIND = Kind(NAME, _recognise, _read)
