"""inxi -F and everything above it (-Fxxxz, -v8): one machine out of its sections. Source: the script of smxi/inxi."""

import json
import re
from collections.abc import Mapping
from functools import cache

from advisor import RESOURCES
from advisor.dumps.document import Document
from advisor.dumps.identity import add_identity
from advisor.dumps.inxi_disks import disks
from advisor.dumps.inxi_text import NAME, before_key, items, sections, value
from advisor.dumps.kind import Kind
from advisor.dumps.pci_devices import Device, gpus, split_maker
from advisor.i18n import N_
from advisor.machine import CPU_FEATURES, Battery, Cpu, Gpu, Machine, Memory
from advisor.sources import ram
from advisor.sources.facts import Facts
from advisor.sources.merge import merge
from advisor.sources.names import Identity
from advisor.sources.units import bus_address, mhz, size_bytes

_COUNTS = {"single": 1, "dual": 2, "triple": 3, "quad": 4, "six": 6, "hexa": 6, "octa": 8}
_CORES = re.compile(r"(?:(\d{1,4})x )?(?:(\d{1,4})|(single|dual|triple|quad|six|hexa|octa))[- ]core\b", re.IGNORECASE)
# Since 3.3.10 with -a and -v8: "Topology: cpus: 2x dies: 1 clusters: 10 cores: 10 threads: 20 tpc: 2", each figure of
# one processor; "mt: 6 tpc: 2 st: 4" are cores of two threads and of one.
_TOPOLOGY = re.compile(r"\bTopology: cpus: (\d{1,3})x((?: \w+: \d{1,5}\b)+)")
_CLOCKS = re.compile(
    r"(?:cores|Core speeds? \(MHz\)|[Cc]lock [Ss]peeds):(?:\s+[a-z]+/[a-z]+: \S+ MHz)?((?:\s+\d+: [\d.]+(?: MHz)?)+)"
)
_AFTER_DEVICE = re.compile(r"\s(?:Display|Screen|OpenGL|API|X\.Org|GLX Renderer|EGL)(?:-\d+)?(?: Server)?:")
_VIRTUAL = re.compile(
    r"^(?:kvm|qemu|vmware|virtualbox|microsoft|xen|parallels|bhyve|virtual-machine|wsl)", re.IGNORECASE
)
# Machine types and the words for them among the firmware's kinds of chassis.
_TYPES = {"laptop": "Laptop", "desktop": "Desktop", "server": "Main Server Chassis", "tablet": "Tablet",
          "mini-pc": "Mini PC", "all-in-one": "All In One", "convertible": "Convertible"}  # fmt: skip
_SUMMARY = re.compile(
    r"\b(?:System )?(?:RAM|Memory): (total: .*?|[\d.].*?)(?= (?:Array|Device|Processes|Init|RAM Report|Message)\b|$)"
)


def _recognise(document: Document) -> bool:
    found = sections(document.text)
    # Other programs have sections of one or another of these names; of two with their keys they do not.
    marks = (("System", r"\bKernel:"), ("Machine", r"\b(?:Mobo|System|Type|Device):"), ("CPU", r"\b[Cc]ore\b|model:"),
             ("Graphics", r"\b(?:Device|Card)(?:-\d)?:"), ("Drives", r"Local Storage:|HDD Total"),
             ("Info", r"\bMemory:"), ("Memory", r"RAM:"))  # fmt: skip
    hits = [name for name, mark in marks if re.search(mark, found.get(name, ""))]
    return len(hits) >= 2 or (
        hits == ["Graphics"] and bool(re.search(r"(?:bus|chip)[- ]ID:|driver:", found["Graphics"]))
    )


def _read(document: Document) -> Machine:
    found = sections(document.text)
    facts = Facts()
    virtual = _add_machine(facts, found.get("Machine", ""))
    _add_system(facts, found.get("System", ""))
    return facts.part(
        Machine,
        cpu=_cpu(found.get("CPU", ""), found.get("System", "")),
        memory=_memory(found, virtual),
        gpus=_gpus(found.get("Graphics", "")),
        disks=tuple(disks(found.get("Drives", ""), found.get("Partition", ""))),
        battery=_battery(found.get("Battery", "")),
    )


def _add_system(facts: Facts, text: str) -> None:
    kernel = (value(text, "Kernel") or "").split(" ")[0]
    distro = value(text, "Distro")
    facts.add("os_name", distro, NAME)
    facts.add("os_version", kernel or None, NAME)
    if kernel and "BSD" not in f"{distro}{kernel}":
        facts.add("os_family", "linux", NAME)


def _add_machine(facts: Facts, text: str) -> bool:
    """Record maker, model and kind of computer; returns whether it is a virtual one."""
    kind = (value(text, "Type", "Device") or "").split(" ")[0]
    mobo = text.partition("Mobo:")[2]
    head = text.partition("Mobo:")[0]
    code = value(text.partition("Chassis:")[2], "type") or ""
    identity = Identity(
        manufacturer=value(head, "System"),
        product=value(head, "product"),
        version=value(head.partition("product:")[2], "v", "version"),
        board_manufacturer=before_key(mobo) or None if mobo else None,
        board=value(mobo, "model"),
        chassis_code=int(code)
        if re.fullmatch(r"\d{1,2}", code)
        else _chassis_codes().get(_TYPES.get(kind.lower(), "")),
    )
    if _VIRTUAL.match(kind):
        facts.add("environment", ("vm",), NAME)
    return add_identity(facts, identity, NAME) or bool(_VIRTUAL.match(kind))


def _cpu(text: str, system: str) -> Cpu:
    facts = Facts()
    old = re.match(r".*?[Cc]ore\s+(\S.*?)\s+\(-", text)
    facts.add("name", value(text, "model") or (old.group(1) if old else None), NAME)
    named = re.search(r"\b(x86_64|aarch64|i[3-6]86)\b", system)
    architecture = value(system, "arch") or (named.group(1) if named else None)
    known = {"aarch64": "arm64", "i686": "x86", "i586": "x86"}
    facts.add("architecture", known.get(architecture or "", architecture), NAME)
    if count := _CORES.search(text):
        sockets = int(count.group(1) or 1)
        each = int(count.group(2)) if count.group(2) else _COUNTS[count.group(3).lower()]
        facts.add("sockets", sockets, NAME)
        facts.add("cores", sockets * each, NAME)
        if kinds := re.match(r" \((\d{1,3})-mt/(\d{1,3})-st\)", text[count.end() :]):
            _add_kinds(facts, int(kinds.group(1)), int(kinds.group(2)))
    elif found := _TOPOLOGY.search(text):
        _add_topology(facts, int(found.group(1)), found.group(2))
    facts.add("threads", _listed_threads(text), NAME)
    highest = re.search(r"min/max: [\d.:]+/(\d{1,6}(?::\d{1,6})*)", text)
    if highest:
        facts.add("max_mhz", float(max(int(n) for n in highest.group(1).split(":"))), NAME)
    for level, field in (("L2", "l2_bytes"), ("L3", "l3_bytes")):
        found = re.search(rf"\b{level}(?: cache)?: (?:\d+x [\d.]+ [KMG]iB \()?([\d.]+ [KMG]iB)", text)
        facts.add(field, size_bytes(found.group(1)) if found else None, NAME)
    flags = set((value(text, "Flags", "flags") or "").split())
    if "fpu" in flags:  # otherwise a choice of flags only
        facts.add("features", frozenset(CPU_FEATURES) & flags, NAME)
    return facts.part(Cpu)


def _add_topology(facts: Facts, sockets: int, text: str) -> None:
    counts = {key: int(number) for key, number in re.findall(r"(\w+): (\d+)", text)}
    facts.add("sockets", sockets, NAME)
    for field in ("cores", "threads"):
        facts.add(field, sockets * counts[field] if counts.get(field) else None, NAME)
    if counts.get("mt") and counts.get("st"):
        _add_kinds(facts, counts["mt"], counts["st"])


def _add_kinds(facts: Facts, double: int, single: int) -> None:
    """Processors with cores of two threads and of one have them as fast and slow cores (Intel's, since Alder Lake)."""
    facts.add("performance_cores", double, NAME)
    facts.add("efficiency_cores", single, NAME)


def _listed_threads(text: str) -> int | None:
    """How many logical processors the list of clocks has: "cores: 1: 2224 2: 3593 ...", unless it was cut short."""
    found = _CLOCKS.search(text)
    numbers = [int(n) for n in re.findall(r"\b(\d{1,5}):", found.group(1))] if found else []
    return len(numbers) if numbers and numbers == list(range(1, len(numbers) + 1)) else None


def _gpus(text: str) -> tuple[Gpu, ...]:
    devices = []
    for whole in items(text, "Device", "Card"):
        item = _AFTER_DEVICE.split(whole)[0]
        if re.search(r"\btype: USB\b", item):  # a camera
            continue
        maker, name = split_maker(before_key(item))
        ids = re.fullmatch(r"([0-9a-f]{4}):([0-9a-f]{4})", value(item, "chip-ID", "chip ID") or "")
        driver, version = value(item, "driver"), value(item.partition("driver:")[2], "v")
        numbered = version if version and version[0].isdigit() else None
        devices.append(
            Device(
                kind=0x0300,
                address=bus_address(value(item, "bus-ID", "bus ID")),
                vendor_id=ids.group(1) if ids else None,
                device_id=ids.group(2) if ids else None,
                maker=maker,
                name=name or None,
                driver=f"{driver} {numbered}" if driver and numbered else driver,
            )
        )
    return gpus(devices, NAME, whole=False)


def _memory(found: Mapping[str, str], virtual: bool) -> Memory:
    text = found.get("Memory", "")
    summary = _SUMMARY.search(f"{text} {found.get('Info', '')}")
    facts = Facts()
    if summary:
        _add_sizes(facts, summary.group(1))
    modules = [m for item in items(text, "Device") if (m := _module(item)) is not None]
    more = ram.memory(modules, NAME, virtual) if modules else Memory()
    return merge(Machine(memory=more), Machine(memory=facts.part(Memory))).memory


def _add_sizes(facts: Facts, text: str) -> None:
    """Since 3.3.30 "total" is what the modules add up to (or an estimate) and "available" what the kernel counts."""
    pair = re.match(r"([\d.]+)/([\d.]+) ?([KMGT]i?B)", text)
    if pair:
        total, used = size_bytes(f"{pair.group(2)} {pair.group(3)}"), size_bytes(f"{pair.group(1)} {pair.group(3)}")
    else:
        stated, usable = value(text, "total"), value(text, "available")
        if stated and usable and "est." not in text:
            facts.add("installed_bytes", size_bytes(stated), NAME)
        bare = re.match(r"[\d.]+ [KMGT]i?B", text)
        total = size_bytes(usable or stated or (bare.group() if bare else None))
        used = size_bytes((value(text, "used") or "").split(" (")[0])
    facts.add("total_bytes", total, NAME)
    if total and used is not None and used <= total:
        detail = N_("{source}: total less used")
        facts.add("available_bytes", total - used, detail, "computed", source=NAME)


def _module(item: str) -> ram.Module | None:
    size = size_bytes(value(item, "size"))
    if size is None:
        return None
    kind = re.match(r"(?:LP)?DDR\d?X?", value(item, "type") or "")
    actual, spec = mhz(_rate(item, "actual")), mhz(_rate(item, "spec"))
    speed = actual or mhz(_rate(item, "speed"))
    return ram.Module(
        slot=before_key(item) or None,
        size_bytes=size,
        kind=kind.group() if kind else None,
        speed_mts=round(speed) if speed else None,
        rated_mts=round(spec) if spec else None,
        maker=value(item, "manufacturer"),
    )


def _rate(item: str, key: str) -> str | None:
    found = re.search(rf"\b{key}: (\d{{2,6}} M(?:T/s|Hz))", item)
    return found.group(1) if found else None


def _battery(text: str) -> Battery:
    facts = Facts()
    found = items(text, r"ID", r"BAT\w*")
    if found:
        facts.add("present", True, NAME)
        percent = re.search(r"charge: [\d.]+ Wh (?:\()?(\d{1,3}(?:\.\d{1,3})?)%", found[0])
        facts.add("percent", float(percent.group(1)) if percent else None, NAME)
        status = (value(found[0], "status") or "").lower()
        plugged = {"charging": True, "full": True, "discharging": False}
        facts.add("plugged", plugged.get(status.split(" ")[0]), NAME)
    return facts.part(Battery)


@cache
def _chassis_codes() -> dict[str, int]:
    codes: dict[str, int] = json.loads((RESOURCES / "dumps" / "dmidecode.json").read_text(encoding="utf-8"))["chassis"]
    return codes


KIND = Kind(NAME, _recognise, _read)
