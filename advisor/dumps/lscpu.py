"""`lscpu` of util-linux: its text of any version and language, and its JSON (`lscpu -J`)."""

import re
from collections.abc import Iterable, Mapping

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.dumps.lscpu_lines import Listing, listings, table
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Cpu, Machine
from advisor.sources import cpuinfo
from advisor.sources.facts import Facts
from advisor.sources.units import one_line, size_bytes

NAME = "lscpu"
_ARCHITECTURES = {"aarch64": "arm64", "i386": "x86", "i486": "x86", "i586": "x86", "i686": "x86"}
_FIRST_ZEN = 23  # AMD's family: since then several L3 caches in a processor


def recognise(document: Document) -> bool:
    """Whether a block of lines has labels of this program in one of its languages."""
    return any(True for _ in listings(document))


def read(document: Document) -> Machine:
    """The processor and whether it is a virtual one. Raises UserError when two outputs are of different processors."""
    found = list(listings(document))
    if not found:
        return Machine()
    names = list(dict.fromkeys(name for listing in found if (name := _name_and_vendor(listing)[0])))
    if len(names) > 1:
        raise UserError(
            N_("{path}: tells of two computers ({name} and {other}); one file of one computer was expected"),
            path=document.name, name=names[0], other=names[1],
        )  # fmt: skip
    return _machine(found[0])


KIND = Kind(NAME, recognise, read)


def _machine(listing: Listing) -> Machine:
    facts = Facts()
    name, vendor = _name_and_vendor(listing)
    facts.add("name", name, NAME)
    facts.add("vendor", vendor, NAME)
    facts.add("architecture", _architecture(listing), NAME)
    _add_counts(facts, listing)
    _add_highest(facts, listing)
    facts.add("base_mhz", cpuinfo.nominal_mhz(name), N_("the processor's name"))
    _add_caches(facts, listing)
    flags = tuple({"flags": entry["flags"]} for entry in listing.types if "flags" in entry)
    facts.add("features", cpuinfo.features(cpuinfo.CpuInfo(flags, {})), NAME)
    system = Facts()
    system.add("environment", _environment(listing), NAME)
    return system.part(Machine, cpu=facts.part(Cpu))


def _add_highest(facts: Facts, listing: Listing) -> None:
    clocks = [mhz for entry in listing.types if (mhz := _decimal(entry.get("max_mhz"))) is not None]
    highest = max(clocks, default=None)
    # Linux's ACPI driver shows Intel's turbo as one step of 1 MHz above the base clock: how far it goes is not told.
    if highest is not None and highest % 100 == 1 and facts.values.get("vendor") == "Intel":
        facts.unknown("max_mhz", N_("lscpu tells that there is a turbo, not how fast"))
        return
    facts.add("max_mhz", highest, NAME)


def _architecture(listing: Listing) -> str | None:
    text = one_line(listing.once.get("architecture"))
    if text and re.fullmatch(r"armv[4-8]\w*", text):
        return "arm"
    return _ARCHITECTURES.get(text or "", text)


def _name_and_vendor(listing: Listing) -> tuple[str | None, str | None]:
    """The names as /proc/cpuinfo's reader spells them; several types of core are joined by "+"."""
    written = listing.once.get("vendor", "")
    _, vendor = cpuinfo.name_and_vendor(cpuinfo.CpuInfo(({"vendor_id": written},), {}))
    names = [name for entry in listing.types if (name := one_line(entry.get("name"))) and name != "-"]
    if "arm" in (_architecture(listing) or "") and vendor:
        names = [_with_maker(name, vendor) for name in names]
    return " + ".join(dict.fromkeys(names)) or None, one_line(vendor)


def _with_maker(name: str, vendor: str) -> str:
    if vendor == "Apple" and (chip := re.search(r"-(M\d.*)$", name)):
        # "Firestorm-M1-Pro" and "Icestorm-M1-Pro" are the two kinds of core in an Apple M1 Pro.
        name = chip.group(1).replace("-", " ")
    return name if name.startswith(vendor) else f"{vendor} {name}"


def _add_counts(facts: Facts, listing: Listing) -> None:
    total, online = _number(listing.once.get("cpus")), _listed(listing.once.get("online"))
    threads = online or total
    facts.add("threads", threads, NAME)
    counts = [_cores_and_sockets(entry) for entry in listing.types]
    cores = [count for count, _ in counts if count]
    sockets = [count for _, count in counts if count]
    each = max((n for entry in listing.types if (n := _number(entry.get("threads_per_core")))), default=None)
    together = sum(cores) if len(cores) == len(counts) else 0
    if together and (threads is None or together <= threads):
        facts.add("cores", together, NAME)
        # The types of core of one processor share its socket.
        facts.add("sockets", max(sockets, default=None), NAME)
    elif threads and each:
        # A mainframe's partition has fewer processors than its books and drawers would hold.
        facts.add("cores", max(1, threads // each), NAME)


def _cores_and_sockets(entry: Mapping[str, str]) -> tuple[int | None, int | None]:
    sockets = _number(entry.get("sockets"))
    if "sockets_per_book" in entry:
        sockets = _product(
            _number(entry.get(key)) for key in ("sockets_per_book", "books_per_drawer", "books", "drawers")
            if key in entry
        )  # fmt: skip
    if "cores_per_cluster" in entry:
        cores = _product(_number(entry.get(key)) for key in ("cores_per_cluster", "clusters"))
        return cores, sockets
    per_socket = _number(entry.get("cores_per_socket"))
    return (per_socket * sockets if per_socket and sockets else None), sockets


def _product(numbers: Iterable[int | None]) -> int | None:
    result = 1
    for number in numbers:
        if not number:
            return None
        result *= number
    return result


def _add_caches(facts: Facts, listing: Listing) -> None:
    """Summed over the processor. Up to version 2.33 ("32K") the size is that of one cache, not of all ("64 KiB")."""
    for level, field in (("L1d", "l1d_bytes"), ("L2", "l2_bytes"), ("L3", "l3_bytes")):
        text = re.sub(r"\s*\(.*$", "", listing.caches.get(level, ""))
        size = size_bytes(text)
        if not size:
            continue
        if not re.fullmatch(r"\d+[KMG]", text):
            facts.add(field, size, NAME)
        elif instances := _instances(level, facts, listing):
            facts.add(
                field, size * instances, N_("lscpu: one cache's size x {number}"), "computed", number=str(instances)
            )
        else:
            facts.unknown(field, N_("this old lscpu tells the size of one cache, not how many there are"))


def _instances(level: str, facts: Facts, listing: Listing) -> int | None:
    """How many caches of `level` there are, where the processor's maker leaves no doubt."""
    cores, sockets = facts.values.get("cores"), facts.values.get("sockets")
    vendor = facts.values.get("vendor")
    if level == "L1d" or cores == 1:
        return cores if isinstance(cores, int) else None
    if level == "L2":
        # With an L3 behind it, each core has an L2 of its own; without one, cores may share it (Core 2).
        return cores if "L3" in listing.caches and vendor in ("Intel", "AMD") and isinstance(cores, int) else None
    family = _number(listing.types[0].get("family")) if listing.types else None
    if not isinstance(sockets, int):
        return None
    if vendor == "AMD" and family and family < _FIRST_ZEN:
        return max(sockets, _number(listing.once.get("nodes")) or 0)
    return sockets if vendor == "Intel" else None


def _environment(listing: Listing) -> tuple[str, ...] | None:
    vendor = listing.once.get("hypervisor_vendor")
    # "none" is Xen's own first domain, which runs on the machine itself.
    if not vendor or listing.once.get("virtualization_type") == "none":
        return None
    if listing.once.get("virtualization_type") == "container" and vendor not in table()["environments"]:
        return ("container",)
    return (table()["environments"].get(vendor, "vm"),)


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) and int(text) > 0 else None


def _decimal(text: str | None) -> float | None:
    """ "2400.0000", in some languages "2400,0000"."""
    if not text or not re.fullmatch(r"[0-9]{1,6}(?:[.,][0-9]+)?", text):
        return None
    return float(text.replace(",", ".")) or None


def _listed(text: str | None) -> int | None:
    """How many processors "0-3,8" lists; None when it is no such list."""
    if not text or not re.fullmatch(r"[0-9]{1,5}(?:-[0-9]{1,5})?(?:,[0-9]{1,5}(?:-[0-9]{1,5})?)*", text):
        return None
    ends = (part.split("-") for part in text.split(","))
    return sum(max(0, int(end[-1]) - int(end[0]) + 1) for end in ends) or None
