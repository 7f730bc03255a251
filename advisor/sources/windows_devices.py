"""Windows: what the configuration manager says of one PCI device: class, place, whether it sleeps, what is wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from advisor.i18n import N_
from advisor.sources import pci

# CM_PROB_... of cfg.h: no driver was found for it, and the user switched it off.
_NO_DRIVER, _SWITCHED_OFF = (1, 28), (22, 29)
# Services that show a picture on any card: the driver of the card itself is missing.
_PLAIN_PICTURE = frozenset({"basicdisplay", "vga", "vgasave", "vgapnp"})
_SLEEPING = 4  # PowerDeviceD3


class Trouble(NamedTuple):
    """Why a device does not work: as the reason beside its driver, and as a note that stands alone and has its name."""

    reason: str
    note: str
    values: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Device:
    """One PCI device as it was told; empty or None for what was not."""

    hardware_id: str  # "PCI\\VEN_10DE&DEV_1058&SUBSYS_397817AA&REV_A1"
    compatible_ids: str = ""  # texts with NULs between them, "PCI\\CC_0302" among them
    bus: int | None = None
    address: int | None = None  # device << 16 | function
    power: bytes = b""  # CM_POWER_DATA
    service: str = ""  # the driver's service, "nvlddmkm"
    problem: int = 0

    @property
    def pci_id(self) -> str | None:
        """ "10de:1058"; None where the id is none of a PCI device."""
        found = re.match(r"PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})", self.hardware_id.upper())
        return f"{found.group(1)}:{found.group(2)}".lower() if found else None

    @property
    def vendor_id(self) -> str:
        """ "10de"; "" where it is not known."""
        return (self.pci_id or "")[:4]

    @property
    def class_code(self) -> int | None:
        """Base class and subclass, 0x0302 for a laptop's second graphics card."""
        found = re.search(r"\bCC_([0-9A-F]{4})", self.compatible_ids, re.IGNORECASE)
        return int(found.group(1), 16) if found else None

    @property
    def place(self) -> tuple[int, int, int] | None:
        """PCI bus, device and function."""
        if self.bus is None or self.address is None:
            return None
        return self.bus, self.address >> 16, self.address & 0xFFFF

    @property
    def is_gpu(self) -> bool:
        """Whether its class is that of a graphics processor."""
        return pci.is_gpu(self.class_code, self.vendor_id)

    @property
    def sleeps(self) -> bool:
        """Whether its most recent power state is D3, off: asking its driver would switch it on."""
        return len(self.power) >= 8 and int.from_bytes(self.power[4:8], "little") == _SLEEPING

    @property
    def plain_picture(self) -> bool:
        """Whether Windows' own driver shows its picture, because its maker's is missing."""
        return self.service.lower() in _PLAIN_PICTURE

    def trouble(self) -> Trouble | None:
        """Why the device does not work; None when it does."""
        if self.problem in _SWITCHED_OFF:
            reason, note = N_("switched off in the Device Manager"), N_("{name}: switched off in the Device Manager")
            return Trouble(reason, note)
        if self.problem in _NO_DRIVER or not (self.problem or self.service):
            return Trouble(N_("its driver is missing"), N_("{name}: its driver is missing: install the maker's driver"))
        if self.problem:
            reason = N_("Windows stopped it (code {code} in the Device Manager)")
            note = N_("{name}: Windows stopped it (code {code} in the Device Manager)")
            return Trouble(reason, note, {"code": str(self.problem)})
        return None


def beside_crypto(place: tuple[int, int, int], devices: Sequence[Device]) -> bool:
    """Whether an encryption controller is another function of the device at `place`: AMD's processors with graphics."""
    neighbours = (d for d in devices if d.place and d.place[:2] == place[:2])
    return any(device.class_code == pci.ENCRYPTION_CONTROLLER for device in neighbours)


def sleeping(devices: Sequence[Device], vendor_id: str) -> tuple[str, ...]:
    """The bus addresses of a vendor's graphics cards when every one of them sleeps; () when one is awake or none is."""
    cards = [device for device in devices if device.is_gpu and device.vendor_id == vendor_id]
    # A card that is switched off for good wakes for nobody.
    cards = [card for card in cards if not card.problem]
    if not cards or not all(card.sleeps for card in cards):
        return ()
    return tuple(bus_address(card.place) for card in cards if card.place)


def bus_address(place: tuple[int, int, int]) -> str:
    """ "0000:01:00.0"."""
    return "0000:{:02x}:{:02x}.{:x}".format(*place)
