"""powercfg /batteryreport /xml: a battery is there, and whose computer it is in."""

from xml.etree.ElementTree import Element

from advisor.dumps.document import Document
from advisor.dumps.identity import add_identity
from advisor.dumps.kind import Kind
from advisor.machine import Battery, Machine
from advisor.sources import names
from advisor.sources.facts import Facts
from advisor.sources.units import one_line

NAME = "powercfg"
_CHASSIS = {"mobile": "laptop", "slate": "tablet", "desktop": "desktop", "workstation": "desktop"}


def recognise(document: Document) -> bool:
    """Whether it is a battery report."""
    head = document.text[:4000]
    return document.text.lstrip().startswith("<") and "<BatteryReport" in head and document.xml is not None


def read(document: Document) -> Machine:
    """Maker, model, kind of computer, battery. The computer's name and serial numbers are never read."""
    root = document.xml
    if root is None:
        return Machine()
    identity = names.Identity(
        manufacturer=_text(root, "SystemInformation/SystemManufacturer"),
        product=_text(root, "SystemInformation/SystemProductName"),
    )
    facts = Facts()
    add_identity(facts, identity, NAME)
    role = (_text(root, "SystemInformation/PlatformRole") or "").lower()
    facts.add("chassis", _CHASSIS.get(role), NAME)
    facts.add("os_family", "windows", NAME)
    battery = Facts()
    batteries = root.find("Batteries")
    if batteries is not None:
        battery.add("present", batteries.find("Battery") is not None, NAME)
    return facts.part(Machine, battery=battery.part(Battery))


def _text(root: Element, path: str) -> str | None:
    node = root.find(path)
    return one_line(node.text) if node is not None else None


KIND = Kind(NAME, recognise, read)
