"""dxdiag: its saved text (dxdiag /t, the same English labels on every Windows) and its XML (dxdiag /x)."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from advisor.dumps import windows_gpu
from advisor.dumps.document import Document
from advisor.dumps.identity import add_identity
from advisor.dumps.kind import Kind
from advisor.dumps.localised import rounded
from advisor.dumps.tables import table
from advisor.dumps.wmi_disks import add_kind_by_name
from advisor.i18n import N_
from advisor.machine import Cpu, Disk, Machine, Memory
from advisor.sources import names
from advisor.sources.cpuinfo import nominal_mhz
from advisor.sources.facts import Facts
from advisor.sources.units import one_line

NAME = "dxdiag"
_MIB = 1 << 20
_PAIR = re.compile(r"^[\s>|+]*([A-Za-z][A-Za-z0-9 /&.'()-]{1,38}?):[ \t]?(.*)$")
# The first of these in a block starts a new device or drive.
_STARTS = {
    "cardname": "displays",
    "drive": "drives",
    "name": "devices",
    "description": "others",
    "devicename": "others",
}
_SYSTEM_KEYS = frozenset(
    {"operatingsystem", "systemmanufacturer", "systemmodel", "processor", "memory", "availableosmemory"}
)
_WINDOWS = re.compile(r"^(?:Microsoft )?(Windows.*?)(?: (32|64)-bit)?\s*\((\d+\.\d+), Build (\d+)\)")
_THREADS = re.compile(r"\s*\((\d+) CPUs?\)")
_CLOCK = re.compile(r",\s*~\s*([\d.,]+)\s*([GM])Hz", re.IGNORECASE)
_OWN = re.compile(r"^[ \t>]*(?:DxDiag Version: |Available OS Memory: \d+MB RAM)", re.MULTILINE)
_CARD = re.compile(r"^[ \t>]*Card name: ", re.MULTILINE)
_CARD_FIELD = re.compile(r"^[ \t>]*(?:Dedicated Memory|Display Memory|Chip type|Device Key): ", re.MULTILINE)
_LONGEST = 500  # characters of a value that are looked at
Block = dict[str, str]


class Report(NamedTuple):
    """The parts of a report; labels are lower-case letters only, the same for text and XML."""

    system: Block
    displays: list[Block]
    drives: list[Block]
    devices: list[Block]


def recognise(document: Document) -> bool:
    """Whether it is dxdiag's XML, or names a card or itself as only dxdiag does."""
    if document.data is not None:
        return False
    if document.text.lstrip().startswith("<"):
        return "<DxDiag" in document.text[:2000] and document.xml is not None
    if _OWN.search(document.text):
        return True
    return bool(_CARD.search(document.text) and _CARD_FIELD.search(document.text))


def read(document: Document) -> Machine:
    """Everything that a report, or a part of one, tells. The machine's name and id are never read."""
    root = document.xml if document.text.lstrip().startswith("<") else None
    report = _from_xml(root) if root is not None else _from_text(document.text)
    cards = windows_gpu.machine(_adapters(report), NAME)
    facts = Facts()
    system = report.system
    _add_system(facts, system)
    architecture = facts.values.pop("architecture", None)
    facts.origins.pop("architecture", None)
    return facts.part(
        Machine,
        cpu=_cpu(system.get("processor"), architecture),
        memory=_memory(system),
        gpus=cards.gpus,
        notes=cards.notes,
        disks=tuple(disk for drive in report.drives if (disk := _disk(drive)) is not None),
    )


def _key(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _from_text(text: str) -> Report:
    report = Report({}, [], [], [])
    block: Block = report.system
    for line in text.split("\n"):
        found = _PAIR.match(line)
        if not found:
            continue
        key, value = _key(found.group(1)), found.group(2)[:_LONGEST].strip()
        if key in _SYSTEM_KEYS and key not in report.system and not report.displays:
            report.system[key] = value
        elif key in _STARTS:
            block = {}
            getattr(report, _STARTS[key], []).append(block)
        if key == "driver" and len(block.get(key, "")) in range(1, _LONGEST * 20):
            block[key] += "\n" + value
        elif block is not report.system:
            block.setdefault(key, value)
    return report


def _from_xml(root: Element) -> Report:
    def blocks(*tags: str) -> list[Block]:
        wanted = {tag.lower() for tag in tags}
        return [_children(node) for node in root.iter() if node.tag.lower() in wanted]

    system = blocks("SystemInformation", "SystemInfo")
    return Report(
        system[0] if system else {},
        blocks("DisplayDevice", "RenderDevice"),
        blocks("LogicalDisk"),
        blocks("SystemDevice"),
    )


def _children(node: Element) -> Block:
    return {_key(child.tag): (child.text or "")[:_LONGEST].strip() for child in node}


def _add_system(facts: Facts, system: Mapping[str, str]) -> None:
    maker, model = system.get("systemmanufacturer"), system.get("systemmodel")
    add_identity(facts, names.Identity(manufacturer=one_line(maker), product=one_line(model)), NAME)
    facts.add("os_family", "windows", NAME)
    text = system.get("operatingsystem", "")
    found = _WINDOWS.match(text)
    if found:
        facts.add("os_name", f"Microsoft {one_line(found.group(1))}", NAME)
        facts.add("os_version", f"{found.group(3)}.{found.group(4)}", NAME)
        facts.add("architecture", {"32": "x86", "64": "64"}.get(found.group(2) or ""), NAME)
    elif text:
        facts.add("os_name", one_line(text), NAME)


def _cpu(text: str | None, architecture: str | None) -> Cpu:
    facts = Facts()
    if text:
        threads, clock = _THREADS.search(text), _CLOCK.search(text)
        ends = [found.start() for found in (threads, clock) if found]
        name = one_line(text[: min(ends)] if ends else text)
        facts.add("name", name, NAME)
        facts.add("threads", int(threads.group(1)[:6]) if threads else None, NAME)
        vendor = next((v for word, v in (("intel", "Intel"), ("amd", "AMD")) if word in (name or "").lower()), None)
        facts.add("vendor", vendor, NAME)
        if architecture == "64" and vendor:
            facts.add("architecture", "x86_64", NAME)
        elif architecture == "x86":
            facts.add("architecture", "x86", NAME)
        facts.add("base_mhz", nominal_mhz(name) or _clock(clock), NAME)
        facts.unknown("max_mhz", N_("Windows tells the base clock only"))
    return facts.part(Cpu)


def _clock(found: re.Match[str] | None) -> float | None:
    number = re.fullmatch(r"\d+(?:[.,]\d+)?", found.group(1)) if found else None
    if not found or not number:
        return None
    return float(number.group().replace(",", ".")) * (1000 if found.group(2).upper() == "G" else 1)


def _memory(system: Mapping[str, str]) -> Memory:
    facts = Facts()
    installed, usable = (rounded(system.get(key)) for key in ("memory", "availableosmemory"))
    # Windows XP and Vista print one line only: what the system counts.
    facts.add("total_bytes", usable or installed, NAME)
    facts.add("installed_bytes", installed if usable else None, NAME)
    if facts.values.get("total_bytes"):
        facts.absent("limit_bytes", N_("no limit"))
    return facts.part(Memory)


def _adapters(report: Report) -> list[windows_gpu.Adapter]:
    """One adapter for each card: dxdiag lists a card once for each of its monitors, and two equal cards as one key.

    How many cards there are, and where they sit, the list of all devices tells.
    """
    found: dict[str, windows_gpu.Adapter] = {}
    for display in report.displays:
        adapter = _adapter(display)
        found.setdefault(windows_gpu.pci_key(adapter.device) or (adapter.name or "").lower(), adapter)
    found.pop("", None)
    places = _places(report.devices)
    if not any(windows_gpu.is_card(adapter) for adapter in found.values()):
        return [*found.values(), *_by_driver(report.devices)]
    cards = []
    for key, adapter in found.items():
        cards += [adapter._replace(device=place) for place in places.get(key, ())] or [adapter]
    return cards


def _adapter(display: Mapping[str, str]) -> windows_gpu.Adapter:
    ids = [re.fullmatch(r"0x([0-9a-fA-F]{4})", display.get(key, "")) for key in ("vendorid", "deviceid")]
    device = display.get("devicekey", "").partition("Enum\\")[2] or display.get("devicekey")
    if not windows_gpu.pci_key(device) and ids[0] and ids[1] and int(ids[0].group(1), 16):
        device = f"PCI\\VEN_{ids[0].group(1)}&DEV_{ids[1].group(1)}"
    hybrid = next((value for key, value in display.items() if key.startswith("hybridgraphics")), None)
    return windows_gpu.Adapter(
        name=display.get("cardname"),
        device=device,
        dedicated_bytes=rounded(display.get("dedicatedmemory")),
        shared_bytes=rounded(display.get("sharedmemory")),
        driver=display.get("driverversion"),
        hybrid=hybrid,
    )


def _places(devices: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """The instances of each PCI device, by its key."""
    places: dict[str, list[str]] = {}
    for device in devices:
        path = device.get("deviceid", "")
        key = windows_gpu.pci_key(path)
        if key and path.count("\\") >= 2 and path not in places.setdefault(key, []):
            places[key].append(path)
    return places


def _by_driver(devices: Sequence[Mapping[str, str]]) -> list[windows_gpu.Adapter]:
    """Cards that show no picture (a remote session): devices that run a graphics card's driver."""
    files = table("windows")["display_drivers"]["files"]
    return [
        windows_gpu.Adapter(name=device.get("name"), device=device.get("deviceid"))
        for device in devices
        if any(name in device.get("driver", "").lower() for name in files)
    ]


def _disk(drive: Mapping[str, str]) -> Disk | None:
    total = rounded(drive.get("totalspace") or drive.get("maxspace"))
    if not total:
        return None  # an optical drive or an empty reader
    facts = Facts()
    model = one_line(drive.get("model"))
    facts.add("name", model if names.usable(model) else None, NAME)
    facts.add("mount", one_line(drive.get("drive") or drive.get("driveletter")), NAME)
    add_kind_by_name(facts, model, NAME)
    facts.add("total_bytes", total, NAME)
    facts.add("free_bytes", rounded(drive.get("freespace")), NAME)
    return facts.part(Disk)


KIND = Kind(NAME, recognise, read)
