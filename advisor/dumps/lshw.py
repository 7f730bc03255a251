"""lshw in all its forms (-short, -businfo, long text, -json, -xml), read from one tree.

Without root privileges lshw knows neither modules nor names of the firmware: "System memory" is then what the kernel
counts. Its speeds are those that the modules could do (dmi.cc reads "Speed", not "Configured Memory Speed").
"""

import re
from collections.abc import Iterator, Sequence

from advisor.dumps import lshw_short
from advisor.dumps.disk_names import add_kind, is_whole_disk
from advisor.dumps.document import Document
from advisor.dumps.identity import add_identity
from advisor.dumps.kind import Kind
from advisor.dumps.lshw_nodes import Node, clean, from_json, from_text, from_xml, words
from advisor.dumps.pci_devices import Device, gpus, in_virtual_machine, maker_id
from advisor.i18n import N_
from advisor.machine import CPU_FEATURES, Cpu, Disk, Machine, Memory
from advisor.sources import cpuinfo, ram
from advisor.sources.facts import Facts
from advisor.sources.merge import merge
from advisor.sources.names import Identity, usable
from advisor.sources.units import bus_address

_SHORT, _TEXT, _JSON, _XML = "lshw -short", "lshw", "lshw -json", "lshw -xml"
_DDR = re.compile(r"\b((?:LP)?DDR\dX?)\b")
_NOT_RAM = re.compile(r"flash|\bE?E?PROM\b|\bROM\b|\bBIOS\b", re.IGNORECASE)
_SKU = re.compile(r"\s*\(([^()]*)\)$")
_IDS = re.compile(r"\s*\[(?:([0-9A-Fa-f]{1,4}):)?([0-9A-Fa-f]{1,4})\]$")
_ARM = {"asimd": "neon", "asimddp": "dotprod"}


def _machine(roots: Sequence[Node], source: str) -> Machine:
    nodes = [node for root in roots for node in root.all()]
    identity = _identity(roots, nodes)
    devices = [_device(node) for node in nodes if node.kind == "display" or _is_encryption(node)]
    facts = Facts()
    facts.add("os_family", "linux", source)  # there is no lshw for other systems
    virtual = in_virtual_machine(devices)
    if virtual:
        facts.add("environment", ("vm",), source)
    virtual = add_identity(facts, identity, source) or virtual
    return facts.part(
        Machine,
        cpu=_cpu(nodes, source),
        memory=_memory(nodes, source, virtual),
        gpus=gpus(devices, source, whole=any(node.kind == "bridge" for node in nodes)),
        disks=tuple(disk for root in roots for disk in _disks(root, source)),
    )


def _identity(roots: Sequence[Node], nodes: Sequence[Node]) -> Identity:
    board = next((node for node in nodes if node.id == "core"), Node("core", "bus"))
    system = next((root for root in roots if root.kind == "system" or board in root.children), Node("system", "system"))
    product, sku = clean(system, "product"), system.settings.get("sku")
    if product and (found := _SKU.search(product)) and sku in (None, found.group(1)):
        product = product[: found.start()] or None  # lshw writes "product (SKU)"
    return Identity(
        manufacturer=clean(system, "vendor"),
        product=product,
        version=clean(system, "version"),
        board_manufacturer=clean(board, "vendor"),
        board=clean(board, "product"),
        chassis_code=words()["chassis"].get(system.settings.get("chassis", "")),
    )


def _cpu(nodes: Sequence[Node], source: str) -> Cpu:
    facts = Facts()
    cpus = [node for node in nodes if node.kind == "processor" and (clean(node, "product") or node.abilities)]
    if cpus:
        name, vendor = clean(cpus[0], "product"), (clean(cpus[0], "vendor") or "").lower()
        facts.add("name", name if usable(name) else None, source)
        facts.add("vendor", next((v for v in ("Intel", "AMD", "Hygon", "ARM") if v.lower() in vendor), None), source)
        _add_counts(facts, cpus, source)
        base = cpuinfo.nominal_mhz(name)
        facts.add("base_mhz", base, source)
        highest = max(cpu.capacity or 0 for cpu in cpus) / 1e6
        # Firmware writes round or invented numbers there: believed only above the base clock and up to twice it.
        if base and 1.02 * base < highest <= 2 * base:
            facts.add("max_mhz", highest, source)
        _add_features(facts, cpus[0], source)
    for level, field in ((2, "l2_bytes"), (3, "l3_bytes")):
        caches = [node for node in nodes if node.kind == "memory" and re.search(rf"\bL{level}\b", _described(node))]
        sizes = [cache.size for cache in caches if cache.size]
        facts.add(field, sizes[0] if sizes and len(cpus) < 2 else None, source)
    return facts.part(Cpu)


def _add_counts(facts: Facts, cpus: Sequence[Node], source: str) -> None:
    cores = [_number(cpu.settings.get("cores")) for cpu in cpus]
    threads = [_number(cpu.settings.get("threads")) for cpu in cpus]
    if all(cores):
        facts.add("sockets", len(cpus), source)
        facts.add("cores", sum(n or 0 for n in cores), source)
    if all(threads):
        facts.add("threads", sum(n or 0 for n in threads), source)


def _described(node: Node) -> str:
    return " ".join(node.text.get(key, "") for key in ("description", "slot"))


def _add_features(facts: Facts, cpu: Node, source: str) -> None:
    flags = {_ARM.get(flag, flag) for flag in cpu.abilities}
    if "x86-64" in flags or "lm" in flags:
        facts.add("architecture", "x86_64", source)
    elif "asimd" in cpu.abilities:
        facts.add("architecture", "arm64", source)
    # Every processor since 2003 has these: without them the list is none.
    if flags & {"sse2", "neon"}:
        facts.add("features", frozenset(CPU_FEATURES) & flags, source)


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,5}", text) else None


def _memory(nodes: Sequence[Node], source: str, virtual: bool) -> Memory:
    arrays = [node for node in nodes if node.id == "memory" and not _NOT_RAM.search(_described(node))]
    banks = [bank for array in arrays for bank in array.all() if bank.id == "bank" and (bank.size or bank.clock)]
    banks = [bank for bank in banks if not _NOT_RAM.search(_described(bank))]
    total = sum(array.size or 0 for array in arrays) or None
    if not banks:
        facts = Facts()
        rounded = source in (_SHORT, _TEXT) and total is not None and total >= 10 << 30
        detail = N_("{source}: whole GiB, rounded down") if rounded else source
        facts.add("total_bytes", total, detail, "reported", **({"source": source} if rounded else {}))
        return facts.part(Memory)
    memory = ram.memory([_module(bank) for bank in banks], source, virtual)
    facts = Facts()
    facts.add("installed_bytes", total, source)  # where the modules' own sizes are not there
    return merge(Machine(memory=memory), Machine(memory=facts.part(Memory))).memory


def _module(bank: Node) -> ram.Module:
    kind = _DDR.search(_described(bank).upper())
    return ram.Module(
        slot=clean(bank, "slot"),
        size_bytes=bank.size,
        kind=kind.group(1) if kind else None,
        rated_mts=round(bank.clock / 1e6) if bank.clock else None,
        maker=clean(bank, "vendor"),
        width_bits=bank.width,
    )


def _is_encryption(node: Node) -> bool:
    return node.kind == "generic" and node.text.get("description", "") == "Encryption controller"


def _device(node: Node) -> Device:
    maker, name = clean(node, "vendor"), clean(node, "product")
    vendor, device = maker_id(_IDS.sub("", maker or "")), None
    if name and (numbers := _IDS.search(name)) and numbers.group(1):  # lshw -numeric
        vendor, device = numbers.group(1).lower().zfill(4), numbers.group(2).lower().zfill(4)
        name = name[: numbers.start()]
    if name and maker and name == maker:  # what lshw prints for a device that its list does not have
        name = None
    businfo = node.text.get("businfo", "")
    return Device(
        kind=0x1080 if _is_encryption(node) else 0x0300,
        address=bus_address(businfo.removeprefix("pci@")),
        vendor_id=vendor or _guessed_vendor(name),
        device_id=device,
        maker=maker,
        name=name,
        driver=node.settings.get("driver"),
        slot=node.text.get("neighbours"),
    )


def _guessed_vendor(name: str | None) -> str | None:
    """The maker by the family's name, which -short prints alone: "GK208B [GeForce GT 710]"."""
    for vendor, pattern in _FAMILIES:
        if name and pattern.search(name):
            return vendor
    return None


_FAMILIES = (
    ("10de", re.compile(r"GeForce|Quadro|Tesla|TITAN|NVIDIA|\bGRID\b|\bN?[GAT][KMPVUAHDB]\d{2,3}[A-Z]*\b \[")),
    ("1002", re.compile(r"Radeon|FirePro|Instinct|FireGL|\bAMD\b|\bATI\b")),
    (
        "8086",
        re.compile(
            r"HD Graphics|\bUHD\b|\bIris\b|\bArc\b|Integrated Graphics Controller|Core [Pp]rocessor Graphics|Intel"
        ),
    ),
)


def _disks(parent: Node, source: str, usb: bool = False) -> Iterator[Disk]:
    """Whole disks below `parent`; `usb`: it hangs on a USB port, which its own bus ("scsi@6") does not tell."""
    for node in parent.children:
        device = next(filter(is_whole_disk, node.names), None)
        if node.kind == "disk" and node.size and device:
            facts = Facts()
            model = clean(node, "product")
            if model in (None, "NVMe disk"):  # its model is the controller's
                model = clean(parent, "product") if parent.kind == "storage" else None
            facts.add("name", model, source)
            facts.add("total_bytes", node.size, source)
            facts.add("kind", "usb" if usb else None, source)
            add_kind(facts, source, device, model)
            yield facts.part(Disk)
        yield from _disks(node, source, usb or node.text.get("businfo", "").startswith("usb@"))


def _reads(kind: str) -> Kind:
    trees = {_SHORT: _short_roots, _TEXT: _text_roots, _JSON: _json_roots, _XML: _xml_roots}
    tree = trees[kind]
    return Kind(kind, lambda document: bool(tree(document)), lambda document: _machine(tree(document), kind))


def _short_roots(document: Document) -> list[Node]:
    if not re.search(r"^(?:/\d|[a-z]+@\d)", document.text, re.MULTILINE):
        return []
    return lshw_short.nodes(document.text) if any(row[0] for row in lshw_short.rows(document.text)) else []


def _text_roots(document: Document) -> list[Node]:
    if not re.search(r"^[ \t]*\*-[a-z]+", document.text, re.MULTILINE):
        return []
    roots = from_text(document.text)
    return roots if any(node.text for root in roots for node in root.all()) else []


def _json_roots(document: Document) -> list[Node]:
    roots = [node for value in document.values for node in from_json(value)]
    known = {"class", "children", "claimed"}
    return roots if any(isinstance(v, dict) and known & v.keys() for v in _top(document.values)) else []


def _top(values: Sequence[object]) -> list[object]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _xml_roots(document: Document) -> list[Node]:
    if "<node " not in document.text or document.xml is None:
        return []
    return [node for node in from_xml(document.xml) if node.id]


KINDS = tuple(_reads(kind) for kind in (_JSON, _XML, _TEXT, _SHORT))
