"""PCI devices as every system lists them: vendors, graphics classes, and what a place on the bus tells about a GPU."""

import re

from advisor.i18n import N_
from advisor.machine import GpuKind
from advisor.sources.facts import Facts

PCI_VENDORS = {
    "10de": "NVIDIA", "1002": "AMD", "1022": "AMD", "8086": "Intel", "106b": "Apple", "1a03": "ASPEED",
    "102b": "Matrox", "15ad": "VMware", "1af4": "Red Hat", "1b36": "Red Hat", "80ee": "VirtualBox", "1234": "QEMU",
    "1414": "Microsoft", "1013": "Cirrus Logic", "5143": "Qualcomm", "1ed5": "Moore Threads", "1ab8": "Parallels",
    "5853": "Xen", "1106": "VIA",
}  # fmt: skip
# PCI vendors whose display adapters exist only inside virtual machines (1414: Hyper-V and WSL).
VIRTUAL_VENDORS = frozenset({"15ad", "1af4", "1b36", "80ee", "1234", "1414", "1013", "1ab8", "5853"})
# PCI classes: VGA, 3D controller (a laptop's second card), display controller (AMD Instinct).
GPU_CLASSES = (0x0300, 0x0302, 0x0380)
# AMD's newest Instinct cards call themselves processing accelerators (MI325X: apache/cloudstack issue 11701); those of
# other vendors are no GPUs.
ACCELERATOR = 0x1200
ENCRYPTION_CONTROLLER = 0x1080
_SERVER_GRAPHICS = ("1a03", "102b")  # ASPEED, Matrox: the picture of a server's management chip


def is_gpu(class_code: int | None, vendor_id: str) -> bool:
    """Whether a PCI device of this class (base class and subclass, 0x0300) and vendor ("1002") is a GPU."""
    return class_code in GPU_CLASSES or (class_code == ACCELERATOR and vendor_id == "1002")


def printed_name(name: str) -> str:
    """ "GK208B [GeForce GT 710]" gives the name in brackets, the one that is printed on the box."""
    brackets = re.search(r"\[([^\]]+)\]\s*$", name)
    return brackets.group(1) if brackets else name


def add_kind(facts: Facts, source: str, vendor_id: str, address: str, *, beside_crypto: bool, virtual: bool) -> None:
    """Integrated or not by place on the bus and neighbours; the size of its memory never decides.

    `address` is "0000:01:00.0"; `beside_crypto`: an encryption controller is another function of the same device, as
    in AMD's processors with graphics; `virtual`: a virtual machine, where a passed-through card may sit on bus 0,
    where only built-in graphics sit otherwise.
    """
    domain_bus, _, place = address.rpartition(":")
    kind: GpuKind
    if vendor_id in VIRTUAL_VENDORS:
        facts.add("kind", "virtual", source)
    elif vendor_id in _SERVER_GRAPHICS:
        facts.add("kind", "integrated", N_("the graphics of the server's management chip"), "computed")
    elif vendor_id == "8086":
        inside = domain_bus.endswith(":00") and place == "02.0"
        kind = "integrated" if inside else "discrete"
        facts.add("kind", kind, N_("its place on the PCI bus"), "computed")
    elif vendor_id == "1002":
        inside = beside_crypto or (domain_bus.endswith(":00") and not virtual)
        kind = "integrated" if inside else "discrete"
        facts.add("kind", kind, N_("its place on the PCI bus"), "computed")
    elif vendor_id == "10de":
        facts.add("kind", "discrete", N_("its place on the PCI bus"), "computed")
