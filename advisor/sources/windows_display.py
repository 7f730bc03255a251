"""Windows: graphics processors out of the kernel's adapters, the registry's display class and the present devices."""

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.i18n import N_
from advisor.machine import Gpu, Machine, Origin
from advisor.sources.display_class import CLASS_KEY, CLASS_SOURCE, ClassEntry, class_entries, from_entries
from advisor.sources.facts import Facts
from advisor.sources.pci import PCI_VENDORS, VIRTUAL_VENDORS, add_kind
from advisor.sources.windows_devices import Device, beside_crypto, bus_address

__all__ = ["CLASS_KEY", "SOURCE", "Adapter", "ClassEntry", "class_entries", "machine", "missing_driver"]

SOURCE = "D3DKMT"
# Bits of D3DKMT_ADAPTERTYPE (d3dkmthk.h).
_RENDER, _SOFTWARE, _DISCRETE, _INTEGRATED, _INDIRECT, _PARAVIRTUAL = 1 << 0, 1 << 2, 1 << 4, 1 << 5, 1 << 6, 1 << 7
_COMPUTE_ONLY = 1 << 11
_NO_BUS, _LAST_PCI_ID = 0xFFFF_FFFF, 0xFFFF
_ACPI_VENDORS = {"QCOM": "Qualcomm"}
_BASIC = "Microsoft Basic Display Adapter"
_DEVICES = "CM_Get_Device_ID_List"
_NOT_LISTED = N_("the graphics kernel does not list it")


@dataclass(frozen=True, slots=True)
class Adapter:
    """One adapter as the graphics kernel answered; None for a question it did not."""

    name: str | None = None
    flags: int | None = None
    vendor_id: int | None = None
    device_id: int | None = None
    place: tuple[int, int, int] | None = None  # PCI bus, device, function
    dedicated_bytes: int | None = None
    shared_bytes: int | None = None
    driver_version: int | None = None


def machine(
    adapters: Sequence[Adapter],
    entries: Sequence[ClassEntry],
    present: frozenset[str] | None,
    devices: Sequence[Device] = (),
    *,
    inside: bool = False,
) -> Machine:
    """The GPUs, and a note for each that does not work. Software and remote adapters are no GPUs.

    `devices` are the PCI devices that are there: cards among them that the graphics kernel does not list (no driver,
    switched off) are listed all the same. Without either, the registry's entries of present devices are used; old
    entries of cards that were taken out are never shown. `inside`: the adapters are those of the Windows around this
    Linux (WSL), where each one reaches in from outside and is no invention for that.
    """
    here = [entry for entry in entries if entry.pci_id and _is_present(entry, present)]
    real = [adapter for adapter in adapters if _is_real(adapter)]
    gpus = [_from_adapter(adapter, here, devices, inside) for adapter in real]
    left = [device for device in devices if device.is_gpu and not any(_is_of(device, gpu) for gpu in gpus)]
    notes = [missing_driver(_called(gpu)) for gpu in gpus if gpu.driver == _BASIC]
    for device in left:
        gpu, note = _from_device(device, here, devices)
        gpus.append(gpu)
        notes += [note] if note is not None else []
    if not gpus and not devices:
        gpus = from_entries(here)
    return Machine(gpus=tuple(gpus), notes=tuple(notes))


def _is_of(device: Device, gpu: Gpu) -> bool:
    if device.place and gpu.bus_address:
        return bus_address(device.place) == gpu.bus_address
    return device.pci_id is not None and device.pci_id == gpu.pci_id


def _is_present(entry: ClassEntry, present: frozenset[str] | None) -> bool:
    return present is not None and any(device.startswith(entry.hardware_id.split("&REV_")[0]) for device in present)


def _is_real(adapter: Adapter) -> bool:
    flags = adapter.flags or 0
    if flags & _SOFTWARE or (flags & _INDIRECT and not flags & _RENDER):
        return False
    if flags & _COMPUTE_ONLY and adapter.vendor_id == 0x8086:
        return False  # Intel's NPU
    return adapter.vendor_id is not None or adapter.place is not None


def missing_driver(name: str) -> Origin:
    """The note for an adapter `name` that Windows runs without its own driver."""
    text = N_("{name}: its driver is missing; Windows uses the Microsoft Basic Display Adapter")
    return Origin("reported", text, {"name": name})


def _called(gpu: Gpu) -> str:
    return gpu.name or gpu.pci_id or "?"


def _from_adapter(adapter: Adapter, entries: Sequence[ClassEntry], devices: Sequence[Device], inside: bool) -> Gpu:
    facts = Facts()
    vendor = _add_ids(facts, adapter, devices)
    entry = next((e for e in entries if e.pci_id == facts.values.get("pci_id")), None)
    _add_kind(facts, adapter, vendor, devices, inside)
    basic = _BASIC.lower() in f"{adapter.name} {entry.name if entry else ''}".lower()
    if basic:
        facts.unknown("name", N_("Windows knows it as Microsoft Basic Display Adapter only"))
        facts.add("driver", _BASIC, SOURCE)
        facts.unknown("vram_bytes", N_("its maker's driver is missing"))
        return facts.part(Gpu)
    facts.add("name", adapter.name, SOURCE)
    facts.add("name", entry.name if entry else None, CLASS_SOURCE)
    facts.add("driver", _version(adapter, entry), SOURCE)
    _add_memory(facts, adapter.dedicated_bytes, adapter.shared_bytes, SOURCE)
    _add_memory(facts, entry.memory_bytes if entry else None, None, CLASS_SOURCE)
    return facts.part(Gpu)


def _add_ids(facts: Facts, adapter: Adapter, devices: Sequence[Device]) -> str:
    """Ids, place and maker; returns the PCI vendor, "" for none."""
    if (adapter.vendor_id or 0) > _LAST_PCI_ID:
        # A chip without a PCI bus: its "vendor" is four letters of its ACPI name, "QCOM".
        letters = (adapter.vendor_id or 0).to_bytes(4, "little").decode("ascii", "replace")
        facts.add("vendor", _ACPI_VENDORS.get(letters), SOURCE)
        for name in ("pci_id", "bus_address"):
            facts.unknown(name, N_("not on a PCI bus"))
        return ""
    on_bus = adapter.place if adapter.place and adapter.place[0] != _NO_BUS else None
    here = next((device for device in devices if on_bus and device.place == on_bus), None)
    pci_id = here.pci_id if here else None  # Windows 8 does not answer the question about ids
    if adapter.vendor_id is not None and adapter.device_id is not None:
        pci_id = f"{adapter.vendor_id:04x}:{adapter.device_id:04x}"
    facts.add("pci_id", pci_id, SOURCE)
    facts.add("bus_address", bus_address(on_bus) if on_bus else None, SOURCE)
    facts.add("vendor", PCI_VENDORS.get((pci_id or "")[:4]), SOURCE)
    return (pci_id or "")[:4]


def _from_device(device: Device, entries: Sequence[ClassEntry], devices: Sequence[Device]) -> tuple[Gpu, Origin | None]:
    """A card that the graphics kernel does not list, and a note saying why where Windows tells."""
    facts = Facts()
    entry = next((e for e in entries if e.pci_id == device.pci_id), None)
    facts.add("pci_id", device.pci_id, _DEVICES)
    facts.add("bus_address", bus_address(device.place) if device.place else None, _DEVICES)
    facts.add("vendor", PCI_VENDORS.get(device.vendor_id), _DEVICES)
    facts.add("name", entry.name if entry and entry.name != _BASIC else None, CLASS_SOURCE)
    facts.unknown("name", N_("no driver has named it"))
    if device.place:
        _add_place_kind(facts, device.vendor_id, device.place, devices)
    trouble = device.trouble()
    if device.plain_picture:
        facts.add("driver", _BASIC, _DEVICES)
    elif trouble is not None:
        facts.absent("driver", trouble.reason, **trouble.values)
    else:
        facts.add("driver", entry.driver_version if entry else None, CLASS_SOURCE)
        _add_memory(facts, entry.memory_bytes if entry else None, None, CLASS_SOURCE)
    facts.unknown("vram_bytes", N_("its maker's driver is missing") if device.plain_picture else _NOT_LISTED)
    gpu = facts.part(Gpu)
    if device.plain_picture:
        return gpu, missing_driver(_called(gpu))
    if trouble is None:
        return gpu, None
    return gpu, Origin("reported", trouble.note, {"name": _called(gpu), **trouble.values})


def _add_memory(facts: Facts, dedicated: int | None, shared: int | None, source: str) -> None:
    if facts.values.get("vendor") == "Intel" and facts.values.get("kind") == "integrated":
        # Intel reports 0, 64 or 128 MiB, 1 GiB or the whole aperture: it has no memory of its own.
        facts.add("vram_bytes", 0, N_("integrated graphics use the system's memory"), "computed")
    facts.add("vram_bytes", dedicated, source)
    facts.add("shared_bytes", shared, source)


def _add_kind(facts: Facts, adapter: Adapter, vendor: str, devices: Sequence[Device], inside: bool) -> None:
    """By the kernel's flags, then by the place on the bus; never by size. What is left open the catalogue knows."""
    flags = adapter.flags or 0
    if (flags & _PARAVIRTUAL and not inside) or vendor in VIRTUAL_VENDORS:
        facts.add("kind", "virtual", SOURCE)
    elif flags & _INTEGRATED:
        facts.add("kind", "integrated", SOURCE)
    elif flags & _DISCRETE:
        facts.add("kind", "discrete", SOURCE)
    elif (adapter.vendor_id or 0) > _LAST_PCI_ID:
        facts.add("kind", "integrated", N_("part of the processor's chip"), "computed")
    elif adapter.place and adapter.place[0] != _NO_BUS:
        _add_place_kind(facts, vendor, adapter.place, devices)
    elif vendor == "10de":
        facts.add("kind", "discrete", SOURCE)


def _add_place_kind(facts: Facts, vendor: str, place: tuple[int, int, int], devices: Sequence[Device]) -> None:
    if vendor == "1002" and not devices:
        return  # an AMD processor's graphics sit on a bus of their own, as cards do: only the neighbours tell
    virtual = any(device.vendor_id in VIRTUAL_VENDORS for device in devices)
    crypto = beside_crypto(place, devices)
    add_kind(facts, SOURCE, vendor, bus_address(place), beside_crypto=crypto, virtual=virtual)


def _version(adapter: Adapter, entry: ClassEntry | None) -> str | None:
    if adapter.driver_version:
        parts = (adapter.driver_version >> shift & 0xFFFF for shift in (48, 32, 16, 0))
        return ".".join(str(part) for part in parts)
    return entry.driver_version if entry else None
