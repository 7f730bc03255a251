"""PCI devices: vendors, which of them exist only in virtual machines, names from the system's own list."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

PCI_VENDORS = {
    "10de": "NVIDIA", "1002": "AMD", "1022": "AMD", "8086": "Intel", "106b": "Apple", "1a03": "ASPEED",
    "102b": "Matrox", "15ad": "VMware", "1af4": "Red Hat", "1b36": "Red Hat", "80ee": "VirtualBox", "1234": "QEMU",
    "1414": "Microsoft", "1013": "Cirrus Logic", "5143": "Qualcomm", "1ed5": "Moore Threads", "1ab8": "Parallels",
    "5853": "Xen", "1106": "VIA",
}  # fmt: skip
# PCI vendors whose display adapters exist only inside virtual machines (1414: Hyper-V and WSL).
VIRTUAL_VENDORS = frozenset({"15ad", "1af4", "1b36", "80ee", "1234", "1414", "1013", "1ab8", "5853"})
_PCI_IDS = ("usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids", "usr/share/pci.ids", "var/lib/pciutils/pci.ids")


@lru_cache(maxsize=16)
def pci_name(root: Path, pci_id: str) -> tuple[str, str] | None:
    """(name, file) of a PCI device from the system's own pci.ids below `root`; None without such a file or entry.

    "GK208B [GeForce GT 710]" gives the name in brackets, the one that is printed on the box.
    """
    vendor, _, device = pci_id.partition(":")
    for place in _PCI_IDS:
        try:
            with (root / place).open(encoding="utf-8", errors="replace") as lines:
                name = _find(lines, vendor, device)
        except OSError:
            continue
        if name:
            brackets = re.search(r"\[([^\]]+)\]\s*$", name)
            return (brackets.group(1) if brackets else name), f"/{place}"
    return None


def _find(lines: Iterable[str], vendor: str, device: str) -> str | None:
    inside = False
    for line in lines:
        if inside and line.startswith(f"\t{device}  "):
            return line.split("  ", 1)[1].strip()
        if line[:1] not in "\t#\n":
            if inside:
                return None
            inside = line.startswith(f"{vendor}  ")
    return None
