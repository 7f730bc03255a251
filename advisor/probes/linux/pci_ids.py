"""Names of PCI devices from the system's own list, pci.ids."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from advisor.sources.pci import printed_name

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
            return printed_name(name), f"/{place}"
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
