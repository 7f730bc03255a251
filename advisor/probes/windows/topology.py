"""Windows: cores, threads and caches out of the records of GetLogicalProcessorInformationEx (64-bit layout)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from advisor.i18n import N_
from advisor.machine import Cpu
from advisor.sources.facts import Facts

SOURCE = "GetLogicalProcessorInformationEx"
_CORE, _CACHE, _PACKAGE = 0, 2, 3
_UNIFIED, _DATA = 0, 2


@dataclass(slots=True)
class Topology:
    """Counts over all processor groups; caches in bytes by level, instruction caches left out."""

    sockets: int = 0
    threads: int = 0
    cores_by_class: dict[int, int] = field(default_factory=dict)  # a higher class is a faster kind of core
    cache_bytes: dict[int, int] = field(default_factory=dict)


def parse(records: bytes) -> Topology:
    """Read the records; one with an impossible size ends the reading."""
    topology = Topology()
    for kind, body in _walk(records):
        if kind == _PACKAGE:
            topology.sockets += 1
        elif kind == _CORE and len(body) >= 24:
            fastness = body[1]
            topology.cores_by_class[fastness] = topology.cores_by_class.get(fastness, 0) + 1
            topology.threads += _threads(body)
        elif kind == _CACHE and len(body) >= 12:
            level, size, cache_kind = body[0], *struct.unpack_from("<II", body, 4)
            if cache_kind in (_UNIFIED, _DATA):
                topology.cache_bytes[level] = topology.cache_bytes.get(level, 0) + size
    return topology


def _walk(records: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 8 <= len(records):
        kind, size = struct.unpack_from("<II", records, position)
        if size < 8 or position + size > len(records):
            return
        yield kind, records[position + 8 : position + size]
        position += size


def _threads(body: bytes) -> int:
    """The bits set in the core's affinity masks: a mask of 8 bytes in each group record of 16."""
    (groups,) = struct.unpack_from("<H", body, 22)
    masks = (struct.unpack_from("<Q", body, 24 + 16 * i)[0] for i in range(groups) if 24 + 16 * i + 8 <= len(body))
    return sum(mask.bit_count() for mask in masks)


def cpu(topology: Topology) -> Cpu:
    """The counts as a partial processor."""
    facts = Facts()
    classes = topology.cores_by_class
    facts.add("sockets", topology.sockets or None, SOURCE)
    facts.add("cores", sum(classes.values()) or None, SOURCE)
    facts.add("threads", topology.threads or None, SOURCE)
    if len(classes) > 1:
        fast = classes[max(classes)]
        facts.add("performance_cores", fast, SOURCE)
        facts.add("efficiency_cores", sum(classes.values()) - fast, SOURCE)
    elif classes:
        facts.absent("performance_cores", N_("one kind of core"))
        facts.absent("efficiency_cores", N_("one kind of core"))
    for name, level in (("l1d_bytes", 1), ("l2_bytes", 2), ("l3_bytes", 3)):
        facts.add(name, topology.cache_bytes.get(level) or None, SOURCE)
    return facts.part(Cpu)
