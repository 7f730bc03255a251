"""Linux: every graphics processor on the PCI bus or in the chip, from sysfs; drivers are not asked here."""

import platform
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from advisor.i18n import N_
from advisor.machine import Gpu, Machine
from advisor.probes import files
from advisor.probes.linux import wsl
from advisor.probes.linux.pci_ids import pci_name
from advisor.sources import pci
from advisor.sources.facts import Facts
from advisor.sources.names import usable

_PCI = "/sys/bus/pci/devices"
_DRM = "/sys/class/drm"
_SIZE_FILES = ("mem_info_vram_total", "lmem_total_bytes")  # amdgpu's, i915's
_TILE_SIZE = "physical_vram_size_bytes"  # xe's, of each tile of a chip
_MICROSOFT = "1414"


def read(root: Path) -> Machine:
    """All GPUs below `root`, by bus address, then those inside an ARM chip."""
    folders = [f for f in files.children(root / _PCI[1:]) if _is_gpu(f) and not _is_way_out(root, f)]
    on_bus = tuple(_pci_gpu(root, folder.resolve(), folder.name) for folder in folders)
    return Machine(gpus=on_bus + tuple(_chip_gpus(root)))


def _is_gpu(folder: Path) -> bool:
    return pci.is_gpu(_class_of(folder), _hex(folder, "vendor"))


def _is_way_out(root: Path, folder: Path) -> bool:
    """Whether this is WSL's way to the GPUs of the Windows around it, which the graphics kernel lists by name."""
    return _hex(folder, "vendor") == _MICROSOFT and wsl.reaches_out(root)


def _class_of(folder: Path) -> int | None:
    code = files.integer(folder / "class")
    return None if code is None else code >> 8


def _hex(folder: Path, name: str) -> str:
    return f"{files.integer(folder / name) or 0:04x}"


def _pci_gpu(root: Path, folder: Path, address: str) -> Gpu:
    facts = Facts()
    vendor_id = _hex(folder, "vendor")
    pci_id = f"{vendor_id}:{_hex(folder, 'device')}"
    facts.add("bus_address", address, _PCI)
    facts.add("pci_id", pci_id, _PCI)
    facts.add("vendor", pci.PCI_VENDORS.get(vendor_id), _PCI)
    facts.add("name", _nvidia_name(root, address), "/proc/driver/nvidia")
    product = files.read(folder / "product_name")
    facts.add("name", product if usable(product) else None, f"{_PCI}/product_name")
    if found := pci_name(root, pci_id):
        facts.add("name", found[0], found[1], "looked_up")
    _add_kind(facts, root, address, vendor_id)
    _add_driver(facts, root, folder)
    _add_memory(facts, folder)
    return facts.part(Gpu)


def _nvidia_name(root: Path, address: str) -> str | None:
    text = files.read(root / "proc/driver/nvidia/gpus" / address / "information") or ""
    found = re.search(r"^Model:\s*(.+?)\s*$", text, re.MULTILINE)
    # A driver that is older than its card calls it "Graphics Device".
    return found.group(1) if found and usable(found.group(1)) and found.group(1) != "Graphics Device" else None


def _add_kind(facts: Facts, root: Path, address: str, vendor_id: str) -> None:
    functions = files.children(root / _PCI[1:], f"{address.rsplit('.', 1)[0]}.*") if vendor_id == "1002" else ()
    crypto = any(_class_of(f) == pci.ENCRYPTION_CONTROLLER for f in functions)
    pci.add_kind(facts, _PCI, vendor_id, address, beside_crypto=crypto, virtual=_is_virtual(root))


def _is_virtual(root: Path) -> bool:
    return "hypervisor" in (files.read(root / "proc/cpuinfo") or "")


def _add_driver(facts: Facts, root: Path, folder: Path) -> None:
    link = folder / "driver"
    name = link.resolve().name if link.exists() else _linked_name(link)
    if name is None:
        facts.absent("driver", N_("no driver is loaded for it"))
        return
    version = files.read(root / "sys/module" / name / "version")
    release = platform.release() if root == files.LIVE_ROOT else files.read(root / "proc/sys/kernel/osrelease")
    text = f"{name} {version}" if version else f"{name} (Linux {release})" if release else name
    facts.add("driver", text, f"{_PCI}/driver")


def _linked_name(link: Path) -> str | None:
    try:
        return link.readlink().name  # a recording may hold the link without its target
    except OSError:
        return None


def _add_memory(facts: Facts, folder: Path) -> None:
    """Dedicated and shared memory: amdgpu's, i915's and xe's files. AMD's "visible" size is smaller: never that one."""
    for name in _SIZE_FILES:
        for place in (folder, *files.children(folder, "drm/card[0-9]*")):
            facts.add("vram_bytes", files.integer(place / name), name)
    tiles = [size for tile in files.children(folder, "tile[0-9]*") if (size := files.integer(tile / _TILE_SIZE))]
    facts.add("vram_bytes", sum(tiles) or None, _TILE_SIZE)
    used = files.integer(folder / "mem_info_vram_used")
    if used is not None and "vram_bytes" in facts.values:
        facts.add("vram_available_bytes", max(0, facts.values["vram_bytes"] - used), "mem_info_vram_used")
    facts.add("shared_bytes", files.integer(folder / "mem_info_gtt_total"), "mem_info_gtt_total")
    if facts.values.get("kind") == "integrated" and facts.values.get("vendor") == "Intel":
        facts.add("vram_bytes", 0, N_("integrated graphics use the system's memory"), "computed")
    if facts.values.get("kind") == "virtual":
        facts.unknown("vram_bytes", N_("a virtual display adapter has no memory of its own"))
    if "driver" not in facts.values:
        facts.unknown("vram_bytes", N_("no driver is loaded for it"))
    facts.unknown("vram_bytes", N_("its driver does not tell the system"))


def _chip_gpus(root: Path) -> list[Gpu]:
    """GPUs inside an ARM chip (Mali, Adreno, VideoCore, Tegra, Apple): render nodes that are no PCI devices."""
    gpus = []
    for node in files.children(root / _DRM[1:], "renderD*"):
        uevent = files.read(node / "device/uevent") or ""
        values = dict(line.split("=", 1) for line in uevent.splitlines() if "=" in line)
        compatible = values.get("OF_COMPATIBLE_0")
        if "PCI_ID" in values or compatible is None:
            continue
        facts = Facts()
        facts.add("name", compatible, f"{_DRM}/device/uevent")
        facts.add("kind", "unified", N_("part of the processor's chip"), "computed")
        facts.add("vram_bytes", 0, N_("integrated graphics use the system's memory"), "computed")
        facts.add("driver", values.get("DRIVER"), f"{_DRM}/device/uevent")
        facts.unknown("pci_id", N_("not on a PCI bus"))
        facts.unknown("bus_address", N_("not on a PCI bus"))
        gpus.append(facts.part(Gpu))
    return gpus


def cards(root: Path, vendor: int) -> tuple[Path, ...]:
    """The sysfs folders of one vendor's cards (0x10DE NVIDIA, 0x1002 AMD)."""
    folders = files.children(root / _PCI[1:])
    return tuple(f for f in folders if files.integer(f / "vendor") == vendor and _is_gpu(f))


def sleeping(folders: Sequence[Path]) -> tuple[str, ...]:
    """The bus addresses of these cards when every one of them sleeps; () when one is awake or there is none."""
    asleep = [f.name for f in folders if files.read(f / "power/runtime_status") == "suspended"]
    return tuple(asleep) if len(asleep) == len(folders) else ()


class Counters(NamedTuple):
    """What a driver counts: bytes and percent."""

    used_bytes: int | None
    total_bytes: int | None
    busy_percent: int | None


def counters(folder: Path) -> Counters:
    """The counters of one AMD card; reading them would wake a sleeping one."""
    names = ("mem_info_vram_used", "mem_info_vram_total", "gpu_busy_percent")
    return Counters(*(files.integer(folder / name) for name in names))


def intel_counters(folder: Path) -> Counters:
    """The memory of one Intel card of its own, where i915 shows both sizes; None for built-in graphics, and for xe."""
    for place in files.children(folder, "drm/card[0-9]*"):
        total, free = (files.integer(place / f"lmem_{name}_bytes") for name in ("total", "avail"))
        if total and free is not None and 0 <= free <= total:
            return Counters(total - free, total, None)
    return Counters(None, None, None)
