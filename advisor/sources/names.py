"""Which names are real: placeholders of board makers, the Lenovo rule, chassis codes, virtual machines."""

import re
from dataclasses import dataclass

from advisor.i18n import N_
from advisor.machine import Machine
from advisor.sources.facts import Facts

# What firmware says when its maker filled in nothing (seen in linuxhw/DMI), lower case, without dots and outer blanks.
_PLACEHOLDERS = frozenset(
    {
        "to be filled by oem", "to be filled by o e m", "system product name", "system manufacturer", "system name",
        "system version", "product name", "default string", "default_string", "not applicable", "not specified",
        "not available", "not defined", "not installed", "oem", "o e m", "unknown", "none", "n/a", "na", "invalid",
        "undefined", "all series", "empty", "null", "type1productconfigid", "type1family", "chassis manufacture", "sku",
        "base board product name", "base board manufacturer", "board manufacturer", "oem_product", "oem product",
        "no dimm", "nodimm", "manufacturer", "computer", "pc", "standard", "type2 - board product name1", "-", "--",
    }
)  # fmt: skip
_FILLER = re.compile(
    r"^[0x.\s*_-]*$|^(?:0x)?0*123456789\w*$|^x+\.?x*$|^\[?empty\]?$|^manufacturer\s*\d+$", re.IGNORECASE
)
_CODE = re.compile(r"^MS-\w{4}$|^Super Server$", re.IGNORECASE)
# DSP0134 7.4.1, type 3 "System Enclosure or Chassis Types".
_CHASSIS = {
    **dict.fromkeys((3, 4, 5, 6, 7, 13, 15, 16, 24, 35, 36), "desktop"),
    **dict.fromkeys((8, 9, 10, 14, 31), "laptop"),
    **dict.fromkeys((11, 30, 32), "tablet"),
    **dict.fromkeys((17, 22, 23, 25, 28, 29), "server"),
    **dict.fromkeys((33, 34), "board"),
}
_VIRTUAL = re.compile(
    r"vmware|virtualbox|innotek|qemu|kvm|bochs|xen|parallels|bhyve|hvm domu|openstack|amazon ec2|google compute|"
    r"firecracker|cloud hypervisor|virtual machine|acrn",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """The names that the firmware gives the computer; each may be a placeholder still."""

    manufacturer: str | None = None
    product: str | None = None
    version: str | None = None
    board_manufacturer: str | None = None
    board: str | None = None
    chassis_code: int | None = None


def usable(text: str | None) -> bool:
    """Whether `text` is a name and no placeholder."""
    if not text:
        return False
    plain = " ".join(text.replace(".", "").lower().split())
    return plain not in _PLACEHOLDERS and not _FILLER.match(text.strip())


def is_virtual(identity: Identity) -> bool:
    """Whether the firmware's names are those of a virtual machine."""
    names = " | ".join(n for n in (identity.manufacturer, identity.product, identity.version) if n)
    return bool(_VIRTUAL.search(names))


def describe(identity: Identity, source: str) -> Machine:
    """Manufacturer, model and chassis out of the firmware's names.

    Lenovo writes the machine type into the product name ("20156") and the name into the version ("Lenovo G480"). A
    computer whose maker named nothing is called by its main board.
    """
    facts = Facts()
    maker = identity.manufacturer if usable(identity.manufacturer) else None
    if maker and maker.lower() == "lenovo":
        maker = "Lenovo"
        if usable(identity.version) and re.search(r"[A-Za-z]{2}", identity.version or ""):
            facts.add("model", identity.version, source)
    facts.add("manufacturer", maker, source)
    # MSI and Supermicro write a code or a family there; their boards have the names.
    if usable(identity.product) and not _CODE.match(identity.product or ""):
        facts.add("model", identity.product, source)
    if usable(identity.board):
        facts.add("model", identity.board, N_("{source}: the main board's name"), "reported", source=source)
    if usable(identity.board_manufacturer):
        facts.add("manufacturer", identity.board_manufacturer, N_("{source}: the main board's maker"), source=source)
    if identity.chassis_code is not None:
        facts.add("chassis", _CHASSIS.get(identity.chassis_code), source)
    facts.add("model", identity.product if usable(identity.product) else None, source)
    silent = not (identity.manufacturer or identity.product or identity.board)
    reason = N_("{source} does not say") if silent else N_("{source} holds only placeholders")
    for name in ("manufacturer", "model", "chassis"):
        facts.unknown(name, reason, source=source)
    return facts.part(Machine)
