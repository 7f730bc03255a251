"""From PCI devices as lspci, lshw and inxi list them to GPUs: makers by name, ids, kind by place on the bus."""

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from advisor import RESOURCES
from advisor.i18n import N_
from advisor.machine import Gpu
from advisor.sources import pci
from advisor.sources.facts import Facts
from advisor.sources.units import one_line

# Instinct MI300 and later and Gaudi say "processing accelerator".
_ACCELERATOR = 0x1200
_ACCELERATOR_MAKERS = ("1002", "10de")
# Vendors whose devices show that a cloud's virtual machine is looked at, beside those of pci.VIRTUAL_VENDORS.
_CLOUD_VENDORS = frozenset({"1d0f", "1ae0"})
_CIRRUS = "1013"  # also sold as a real card once
_UNNAMED = re.compile(r"^(?:unknown\s+)?device\s+(?:[0-9a-f]{4}:)?([0-9a-f]{4})$", re.IGNORECASE)


class Device(NamedTuple):
    """One PCI device as a program prints it; ids are lower-case hexadecimal digits, `kind` the 16-bit class."""

    kind: int | None = None
    address: str | None = None  # "0000:01:00.0"
    vendor_id: str | None = None
    device_id: str | None = None
    maker: str | None = None
    name: str | None = None
    driver: str | None = None
    slot: str | None = None  # what its neighbours share, where the address is not printed; not on bus 0


def maker_id(text: str | None) -> str | None:
    """The vendor id of a maker as the PCI id list writes it ("NVIDIA Corporation": "10de"); None when unknown."""
    return _makers().get(" ".join((text or "").lower().split()))


def split_maker(text: str) -> tuple[str | None, str]:
    """ "NVIDIA Corporation GK208B [GeForce GT 710]" as (maker, name); (None, text) for makers that are not known."""
    lower = text.lower()
    for maker in _makers():  # longest first
        if lower == maker or lower.startswith(maker + " "):
            return text[: len(maker)], text[len(maker) :].strip()
    return None, text


@cache
def _makers() -> dict[str, str]:
    text = (RESOURCES / "dumps" / "pci_makers.json").read_text(encoding="utf-8")
    names = [(name.lower(), maker["id"]) for maker in json.loads(text)["makers"] for name in maker["names"]]
    return dict(sorted(names, key=lambda pair: -len(pair[0])))


def gpus(devices: Sequence[Device], source: str, *, whole: bool) -> tuple[Gpu, ...]:
    """The graphics devices among `devices`, in their order. A card's second head is no second card.

    `whole`: all devices of the computer are there; of a part (lspci | grep VGA) the neighbours tell nothing.
    """
    devices = [_with_ids(device) for device in devices]
    crypto = {_slot(d) for d in devices if d.kind == pci.ENCRYPTION_CONTROLLER and d.vendor_id == "1022"}
    virtual = any(d.vendor_id in pci.VIRTUAL_VENDORS | _CLOUD_VENDORS for d in devices)
    found = [d for d in devices if _is_gpu(d)]
    first = {_slot(d): d for d in reversed(found) if _slot(d)}
    heads = [d for d in found if _slot(d) and first[_slot(d)] is not d and first[_slot(d)].vendor_id == d.vendor_id]
    return tuple(
        _gpu(d, source, beside_crypto=_slot(d) is not None and _slot(d) in crypto, virtual=virtual, whole=whole)
        for d in found
        if d not in heads
    )


def in_virtual_machine(devices: Sequence[Device]) -> bool:
    """Whether one of `devices` exists in virtual machines only."""
    return any(_with_ids(d).vendor_id in pci.VIRTUAL_VENDORS - {_CIRRUS} for d in devices)


def _with_ids(device: Device) -> Device:
    """With the ids that the printed names stand for: "NVIDIA Corporation Device 0fd3" is 10de:0fd3."""
    vendor = device.vendor_id or maker_id(device.maker)
    if vendor == "1022" and device.kind in pci.GPU_CLASSES:
        vendor = "1002"  # "AMD" alone: its processors' devices have the one number, all its graphics the other
    unnamed = _UNNAMED.match(device.name or "")
    return device._replace(
        vendor_id=vendor,
        device_id=device.device_id or (unnamed.group(1).lower() if unnamed else None),
        name=None if unnamed else one_line(device.name),
    )


def _slot(device: Device) -> str | None:
    return device.slot or (device.address.rpartition(".")[0] if device.address else None)


def _is_gpu(device: Device) -> bool:
    if device.kind == _ACCELERATOR:
        return device.vendor_id in _ACCELERATOR_MAKERS
    return device.kind in pci.GPU_CLASSES


def _gpu(device: Device, source: str, *, beside_crypto: bool, virtual: bool, whole: bool) -> Gpu:
    facts = Facts()
    vendor = device.vendor_id
    if vendor and device.device_id:
        facts.add("pci_id", f"{vendor}:{device.device_id}", source)
    facts.add("bus_address", device.address, source)
    facts.add("vendor", pci.PCI_VENDORS.get(vendor or "") or one_line(device.maker), source)
    if device.name:
        facts.add("name", pci.printed_name(device.name), source)
    facts.unknown("name", N_("{source} prints no name, only its number"), source=source)
    facts.add("driver", device.driver, source)
    if vendor and _place_tells(device, whole):
        address = device.address or "0000:ff:00.0"  # behind a bridge, wherever that is
        pci.add_kind(facts, source, vendor, address, beside_crypto=beside_crypto, virtual=virtual)
    return facts.part(Gpu)


def _place_tells(device: Device, whole: bool) -> bool:
    """Whether its place tells if a device is built in: for Intel not on bus 0 beside the one place that it has there
    (passed on to a virtual machine), for AMD only when its neighbours are listed; for others the place does not matter.
    """
    slot = _slot(device)
    if device.vendor_id == "8086":
        return slot is not None and (slot.endswith(":00:02") or not (device.address or "").startswith("0000:00:"))
    return device.vendor_id != "1002" or (slot is not None and whole)
