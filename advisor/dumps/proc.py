"""Copies of the kernel's own texts: /proc/cpuinfo and /proc/meminfo."""

import re

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.i18n import N_
from advisor.machine import Cpu, Machine, Memory
from advisor.sources import cpuinfo, meminfo
from advisor.sources.cpuinfo import CpuInfo
from advisor.sources.facts import Facts
from advisor.sources.names import usable
from advisor.sources.units import one_line

CPUINFO = "/proc/cpuinfo"
_PROCESSOR = re.compile(r"^processor\s*:\s*\d+\s*$", re.MULTILINE)
_OF_A_PROCESSOR = re.compile(
    r"^(?:vendor_id|model name|flags|cpu model|cpu|CPU implementer|Features)\s*:", re.MULTILINE
)
_OF_A_BOARD = re.compile(
    r"^(?:Hardware|Revision|Processor|Features|CPU implementer|platform|machine)\s*:", re.MULTILINE
)
_MEMORY = re.compile(r"^MemTotal:\s+\d+ kB", re.MULTILINE)


def recognise_cpuinfo(document: Document) -> bool:
    """Whether there are lines of a numbered processor."""
    return bool(_PROCESSOR.search(document.text) and _OF_A_PROCESSOR.search(document.text))


def read_cpuinfo(document: Document) -> Machine:
    """The processor; on boards also the board's name, in a virtual machine that it is one."""
    blocks = re.split(r"\n[ \t]*\n", document.text)
    ours = [block for block in blocks if _PROCESSOR.search(block) or _OF_A_BOARD.search(block)]
    info = cpuinfo.parse("\n\n".join(ours))
    facts = Facts()
    name, vendor = cpuinfo.name_and_vendor(info)
    facts.add("name", one_line(name), CPUINFO)
    facts.add("vendor", one_line(vendor), CPUINFO)
    facts.add("architecture", cpuinfo.architecture(info), CPUINFO)
    facts.add("features", cpuinfo.features(info), CPUINFO)
    _add_counts(facts, info)
    facts.add("base_mhz", cpuinfo.nominal_mhz(name), N_("the processor's name"))
    facts.unknown("max_mhz", N_("/proc/cpuinfo tells the clock of the moment only"))
    return _system(info, facts.part(Cpu))


def _system(info: CpuInfo, cpu: Cpu) -> Machine:
    facts = Facts()
    model = one_line(info.board.get("model") or info.board.get("machine"))
    if usable(model) and not (model or "").isdecimal():
        facts.add("model", model, CPUINFO)
        if "model" in info.board and any("cpu implementer" in processor for processor in info.processors):
            facts.add("chassis", "board", CPUINFO, "assumed")  # only boards of the device tree are named there
    # A guest sees this flag; a host does not show it to itself.
    if info.processors and "hypervisor" in info.processors[0].get("flags", "").split():
        facts.add("environment", ("vm",), CPUINFO)
    return facts.part(Machine, cpu=cpu)


def _add_counts(facts: Facts, info: CpuInfo) -> None:
    """Sockets, cores, threads. Who copies one processor's lines only still copies how many there are."""
    sockets, cores = cpuinfo.packages_and_cores(info)
    threads = len(info.processors)
    whole = _per_package(info, "siblings", sockets)
    if whole is not None and whole > threads:
        # How many other packages there are nobody can know then; nearly all computers have one.
        detail = N_("{source}: counted from one package's lines")
        facts.add("sockets", sockets, detail, "assumed", source=CPUINFO)
        facts.add("threads", whole, detail, "assumed", source=CPUINFO)
        facts.add("cores", _per_package(info, "cpu cores", sockets), detail, "assumed", source=CPUINFO)
        return
    facts.add("sockets", sockets, CPUINFO)
    first = info.processors[0] if info.processors else {}
    if "cpu implementer" in first and threads == 1 and not info.board:
        for name in ("threads", "cores"):
            facts.unknown(name, N_("{source} has the lines of one processor only"), source=CPUINFO)
        return
    facts.add("threads", threads or None, CPUINFO)
    facts.add("cores", cores, CPUINFO)
    if "cpu implementer" in first:
        # Nearly every ARM core runs a single thread.
        facts.add("cores", threads, N_("one thread per ARM core"), "assumed")


def _per_package(info: CpuInfo, key: str, packages: int | None) -> int | None:
    numbers = [int(p[key]) for p in info.processors if re.fullmatch(r"[0-9]{1,5}", p.get(key, ""))]
    return max(numbers) * packages if numbers and packages else None


def recognise_meminfo(document: Document) -> bool:
    """Whether the kernel's line of the memory's size is there."""
    return bool(_MEMORY.search(document.text))


def read_meminfo(document: Document) -> Machine:
    """The memory's sizes."""
    facts = Facts()
    meminfo.add_sizes(facts, document.text)
    return Machine(memory=facts.part(Memory))


CPUINFO_KIND = Kind(CPUINFO, recognise_cpuinfo, read_cpuinfo)
MEMINFO_KIND = Kind(meminfo.SOURCE, recognise_meminfo, read_meminfo)
