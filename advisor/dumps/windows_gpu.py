"""GPUs as programs of Windows describe them (wmic, Get-CimInstance, dxdiag, msinfo32): what is to be believed."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from advisor.dumps.tables import label, table
from advisor.i18n import N_
from advisor.machine import Gpu, Machine, Origin
from advisor.sources.facts import Facts
from advisor.sources.pci import PCI_VENDORS, VIRTUAL_VENDORS
from advisor.sources.units import one_line
from advisor.sources.windows_display import missing_driver

# AdapterRAM has 32 bits: drivers of larger cards stop at 0xFFF00000 or wrap around just below.
_CEILING = 0xF000_0000
# Some drivers write 0 or 1 MiB there; no card of this century has less than this.
_FLOOR = 16 << 20
_PCI = re.compile(r"PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})", re.IGNORECASE)
_OTHER_BUS = re.compile(r"^(?:SWD|ROOT|USB|HID|DISPLAY|UMB|{)", re.IGNORECASE)
# "3&11583659&0&10": a device directly on the root bus ends with two digits, device << 3 | function; one behind a
# bridge ends with four or more, one pair for each step.
_ON_ROOT_BUS = re.compile(r"\\\d+&[0-9A-F]+&\d+&([0-9A-F]{2})$", re.IGNORECASE)
_BEHIND_BRIDGE = re.compile(r"\\\d+&[0-9A-F]+&\d+&(?:[0-9A-F]{2}){2,}$", re.IGNORECASE)
_INTEL, _AMD, _NVIDIA = "8086", "1002", "10de"


class Adapter(NamedTuple):
    """One display adapter as printed. `device` is its PnP id with or without the instance behind it; sizes in bytes."""

    name: str | None = None
    device: str | None = None  # "PCI\\VEN_8086&DEV_0166&SUBSYS_...\\3&11583659&0&10"
    adapter_ram: int | None = None  # the 32-bit count of WMI
    dedicated_bytes: int | None = None  # DXGI's count, which is whole
    shared_bytes: int | None = None
    driver: str | None = None
    hybrid: str | None = None  # "Integrated", "Discrete"
    inf: str | None = None


def machine(adapters: Sequence[Adapter], source: str) -> Machine:
    """The GPUs among `adapters`, and a note for each whose driver is missing. Adapters without a card are left out."""
    real = [adapter for adapter in adapters if is_card(adapter)]
    notes = [missing_driver(_pci_id(adapter) or "?") for adapter in real if _is_basic(adapter)]
    return Machine(gpus=tuple(_gpu(adapter, source) for adapter in real), notes=tuple(notes))


def is_card(adapter: Adapter) -> bool:
    """Whether hardware stands behind `adapter`: by its bus, never by the word "Microsoft"; by name without a bus."""
    device = adapter.device or ""
    if _PCI.match(device):
        return True
    if _OTHER_BUS.match(device):
        return False
    name = (adapter.name or "").lower()
    if not name or (_is_basic(adapter) and not device):
        return False
    # ACPI\VEN_QCOM... are Qualcomm's, VMBUS\... is Hyper-V's.
    return bool(device) or not any(part in name for part in table("windows")["ghosts"]["parts"])


def pci_key(device: str | None) -> str | None:
    """The device id up to its instance, upper case, to compare what several lists say; None off the PCI bus."""
    found = _PCI.search(device or "")
    return (device or "")[found.start() :].upper().split("\\")[1] if found else None


def _pci_id(adapter: Adapter) -> str | None:
    found = _PCI.search(adapter.device or "")
    return f"{found.group(1)}:{found.group(2)}".lower() if found else None


def _is_basic(adapter: Adapter) -> bool:
    basic = table("windows")["basic_adapters"]
    return label(adapter.name or "") in {label(name) for name in basic["names"]} or (
        (adapter.inf or "").lower() in basic["inf"]
    )


def _gpu(adapter: Adapter, source: str) -> Gpu:
    facts = Facts()
    pci_id = _pci_id(adapter)
    facts.add("pci_id", pci_id, source)
    vendor = (pci_id or "")[:4] or _vendor_by_name(adapter.name)
    facts.add("vendor", PCI_VENDORS.get(vendor), source)
    _add_kind(facts, adapter, vendor, source)
    if _is_basic(adapter):
        facts.unknown("name", N_("Windows knows it as Microsoft Basic Display Adapter only"))
        facts.unknown("driver", N_("the driver is missing"))
        return facts.part(Gpu)
    facts.add("name", one_line(adapter.name), source)
    facts.add("driver", one_line(adapter.driver), source)
    _add_memory(facts, adapter, source)
    return facts.part(Gpu)


def _vendor_by_name(name: str | None) -> str:
    words = (("nvidia", _NVIDIA), ("geforce", _NVIDIA), ("quadro", _NVIDIA), ("radeon", _AMD), ("amd", _AMD),
             ("intel", _INTEL), ("qualcomm", "5143"), ("adreno", "5143"))  # fmt: skip
    return next((vendor for word, vendor in words if word in (name or "").lower()), "")


def _add_kind(facts: Facts, adapter: Adapter, vendor: str, source: str) -> None:
    """By the driver's own word, then by the place on the bus; what is left is the catalogue's to say. Never by size."""
    device = adapter.device or ""
    if vendor in VIRTUAL_VENDORS or device.upper().startswith("VMBUS"):
        facts.add("kind", "virtual", source)
    hybrid = (adapter.hybrid or "").strip().lower()
    facts.add("kind", {"integrated": "integrated", "discrete": "discrete"}.get(hybrid), source)
    if vendor == _NVIDIA:
        facts.add("kind", "discrete", source)
    if vendor in (_INTEL, _AMD) and _ON_ROOT_BUS.search(device):
        facts.add("kind", "integrated", N_("its place on the PCI bus"), "computed")
    if vendor == _INTEL and _BEHIND_BRIDGE.search(device):
        facts.add("kind", "discrete", N_("its place on the PCI bus"), "computed")
    if vendor == "5143":
        facts.add("kind", "integrated", source)


def _add_memory(facts: Facts, adapter: Adapter, source: str) -> None:
    kind, intel = facts.values.get("kind"), facts.values.get("vendor") == "Intel"
    if kind == "integrated" and facts.values.get("vendor") in ("Intel", "Qualcomm"):
        # Intel reports 0, 64 or 128 MiB, 1 GiB or the whole aperture: it has no memory of its own.
        facts.add("vram_bytes", 0, N_("integrated graphics use the system's memory"), "computed")
    if not intel or kind == "discrete":
        facts.add("vram_bytes", adapter.dedicated_bytes, source)
    facts.add("shared_bytes", adapter.shared_bytes, source)
    if intel:
        facts.unknown("vram_bytes", N_("Intel's entry is not its memory"))
    elif adapter.adapter_ram is not None:
        _add_counted(facts, adapter.adapter_ram, source)


def _add_counted(facts: Facts, counted: int, source: str) -> None:
    size = counted + (1 << 32) if counted < 0 else counted
    if _FLOOR <= size < _CEILING:
        facts.add("vram_bytes", size, source)
    elif size >= _CEILING:
        facts.unknown("vram_bytes", N_("{source} counts to 4 GB only, the card may have more"), source=source)
    else:
        values = {"source": source, "value": str(counted)}
        facts.unknown("vram_bytes", N_("{source} says {value}, which cannot be right"), **values)


def stale_note(source: str) -> Origin:
    """The note for a list of adapters that may hold cards that were taken out."""
    text = N_("{source}: cards that were taken out long ago may be among the graphics cards; Windows keeps their keys")
    return Origin("reported", text, {"source": source})
