"""pciconf -lv, FreeBSD's list of PCI devices. Source: usr.sbin/pciconf/pciconf.c."""

import re
from collections.abc import Iterator

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.dumps.pci_devices import Device, gpus, in_virtual_machine
from advisor.machine import Machine
from advisor.sources.facts import Facts
from advisor.sources.units import bus_address

NAME = "pciconf"
_HEAD = re.compile(
    r"^\S+@pci(\d{1,5}):(\d{1,3}):(\d{1,2}):(\d):\s+class=0x([0-9a-f]{4})[0-9a-f]{2}\s(.*)$", re.MULTILINE
)
_CHIP = re.compile(r"\bchip=0x([0-9a-f]{4})([0-9a-f]{4})")
_IDS = re.compile(r"\bvendor=0x([0-9a-f]{4}) device=0x([0-9a-f]{4})")
_NAMED = re.compile(r"^[ \t]+(vendor|device)\s+= '(.*)'", re.MULTILINE)


def _devices(text: str) -> Iterator[Device]:
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=False):
        domain, bus, device, function = (int(head.group(n)) for n in range(1, 5))
        chip, ids = _CHIP.search(head.group(6)), _IDS.search(head.group(6))
        vendor, number = (chip.group(2), chip.group(1)) if chip else ids.groups() if ids else (None, None)
        names = dict(_NAMED.findall(text[head.end() : end]))
        address = bus_address(f"{domain:04x}:{bus:02x}:{device:02x}.{function:x}")
        yield Device(int(head.group(5), 16), address, vendor, number, names.get("vendor"), names.get("device"))


def _read(document: Document) -> Machine:
    devices = list(_devices(document.text))
    facts = Facts()
    if in_virtual_machine(devices):
        facts.add("environment", ("vm",), NAME)
    return facts.part(Machine, gpus=gpus(devices, NAME, whole=any(device.kind == 0x0600 for device in devices)))


KIND = Kind(NAME, lambda document: _HEAD.search(document.text) is not None, _read)
