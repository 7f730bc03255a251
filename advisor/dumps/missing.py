"""What a machine out of dumps does not tell, and the programs whose output would: the second dump to ask for."""

import json
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from advisor import RESOURCES, files
from advisor.i18n import N_
from advisor.machine import Machine

MISSING_FILE = RESOURCES / "dumps" / "missing.json"
_LIMIT = 1 << 16
FACTS: Mapping[str, str] = {
    "cpu": N_("the processor"),
    "memory": N_("the size of the memory"),
    "graphics": N_("the graphics"),
    "vram": N_("the memory of the graphics card"),
    "speed": N_("the speed of the memory"),
    "features": N_("the processor's instruction sets"),
    "disks": N_("the disks"),
}


class Missing(NamedTuple):
    """One thing that is not known: a key of FACTS, and the programs that would tell it, () where none would."""

    fact: str
    programs: tuple[str, ...]


def missing(machine: Machine) -> tuple[Missing, ...]:
    """What estimates miss, the weightiest first; programs are those of the machine's own system, else of Linux."""
    gpus = [gpu for gpu in machine.gpus if gpu.kind == "discrete"]
    absent = {
        "cpu": machine.cpu.name is None,
        "memory": machine.memory.total_bytes is None,
        "graphics": not machine.gpus,
        "vram": any(gpu.vram_bytes is None for gpu in gpus),
        "speed": machine.memory.bandwidth_bytes_per_s is None,
        "features": machine.cpu.name is not None and machine.cpu.features is None,
        "disks": not machine.disks,
    }
    system = machine.os_family or "linux"
    return tuple(Missing(fact, programs.get(system, ())) for fact, programs in _programs().items() if absent[fact])


@cache
def _programs() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    data = json.loads(files.read_bytes(MISSING_FILE, _LIMIT))
    return {one["fact"]: {name: tuple(one[name]) for name in ("linux", "windows", "macos")} for one in data["facts"]}
