"""What a report of a fault needs to know of a copy of the program and its system, and nothing of its user."""

import json
import platform
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from advisor import NAME, RESOURCES, __version__, logs
from advisor.i18n import GIB
from advisor.machine import Machine

_DATED = ("runtimes.json", "stacks.json", "prices.json")  # the files of the catalogue that say when they were looked up
_DATE = re.compile(r'"(?:checked|date)": "(\d{4}-\d{2}(?:-\d{2})?)"')


class Part(NamedTuple):
    """Something that the program is shipped with; `source` is where its licence is told."""

    name: str
    licence: str
    source: str


def shipped() -> Sequence[Part]:
    """What the program is made of besides its own code, from resources/licences.json."""
    data = json.loads((RESOURCES / "licences.json").read_text(encoding="utf-8"))
    return [Part(**part) for part in data["parts"]]


@cache
def catalogue_dates() -> Mapping[str, str]:
    """When the parts of the catalogue that age were last looked up: file name without ending, the latest date."""
    found = {}
    for name in _DATED:
        text = (RESOURCES / "catalog" / name).read_text(encoding="utf-8")
        found[name.removesuffix(".json")] = max(_DATE.findall(text), default="")
    return {name: date for name, date in found.items() if date}


def versions() -> dict[str, str]:
    """The program, what runs it, and the system, by name."""
    return {
        NAME: __version__,
        "Python": f"{platform.python_version()} ({platform.machine()})",
        "System": f"{platform.system()} {platform.release()} ({platform.version()})",
    }


def hardware(machine: Machine) -> dict[str, str]:
    """The parts that answers depend on; no serial number is among a machine's facts."""
    total = machine.memory.total_bytes
    found = {
        "Machine": f"{machine.source}, {machine.os_name or '?'}",
        "CPU": f"{machine.cpu.name or '?'}, {machine.cpu.cores or '?'} cores",
        "RAM": f"{total / GIB:.1f} GiB" if total else "?",
    }
    for number, gpu in enumerate(machine.gpus):
        size = f"{gpu.vram_bytes / GIB:.1f} GiB" if gpu.vram_bytes else "?"
        found[f"GPU {number}"] = f"{gpu.name}, {size}, driver {gpu.driver or '?'}, usable: {gpu.usable}"
    return found


def text(facts: Mapping[str, str]) -> str:
    """`facts` of the window (toolkit, screens, hardware) below the program's own, a line each, without private data."""
    dates = {f"Catalogue, {name}": date for name, date in catalogue_dates().items()}
    return logs.plain("\n".join(f"{name}: {value}" for name, value in {**versions(), **dates, **facts}.items()) + "\n")
