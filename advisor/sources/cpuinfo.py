"""Reading /proc/cpuinfo of every architecture: pure functions over its text."""

import json
import re
from functools import cache
from typing import Any, NamedTuple

from advisor import RESOURCES
from advisor.machine import CPU_FEATURES
from advisor.sources.cpu_vendors import cpu_maker

# The kernel's names of ARM's features for those of ours that differ.
_ARM_FEATURES = {"asimd": "neon", "asimddp": "dotprod"}
_NAME_KEYS = ("model name", "cpu model", "cpu")  # x86 and Loongson; MIPS; POWER


class CpuInfo(NamedTuple):
    """The text as dictionaries with lower-case keys: one per logical processor, and the board's lines after them."""

    processors: tuple[dict[str, str], ...]
    board: dict[str, str]


def parse(text: str) -> CpuInfo:
    """Split /proc/cpuinfo into its processors. Blocks without a processor number describe the board."""
    processors, board = [], {}
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = (line.split(":", 1) for line in block.splitlines() if ":" in line)
        # Old ARM kernels write "Processor : ARMv7 ..." before "processor : 0": the number is what counts.
        entries: dict[str, str] = {}
        for key, value in lines:
            if key.strip() == "Processor" and not value.strip().isdigit():
                continue
            entries[key.strip().lower()] = value.strip()
        if entries.get("processor", "").isdigit():
            processors.append(entries)
        else:
            board.update(entries)
    # ... and their features once for all processors.
    common: dict[str, str] = {key: board[key] for key in ("features", "cpu implementer", "cpu part") if key in board}
    return CpuInfo(tuple({**common, **entries} for entries in processors), board)


def name_and_vendor(info: CpuInfo) -> tuple[str | None, str | None]:
    """The processor's name and its maker. On ARM both come from the part numbers; several kinds are joined by "+"."""
    if not info.processors:
        return None, None
    first = info.processors[0]
    if "cpu implementer" in first:
        return _arm_names(info)
    name = next((" ".join(first[key].split()) for key in _NAME_KEYS if first.get(key)), None)
    vendor = first.get("vendor_id", "").strip()
    return name, cpu_maker(vendor) or vendor or None


def _arm_names(info: CpuInfo) -> tuple[str | None, str | None]:
    table = _arm_table()
    kinds = dict.fromkeys((p.get("cpu implementer", ""), p.get("cpu part", "")) for p in info.processors)
    names, vendors = [], []
    for implementer, part in kinds:
        maker = table.get(implementer.lower())
        if maker is None:
            continue
        vendors.append(maker["name"])
        core = maker["parts"].get(f"0x{int(part, 16):03x}" if re.fullmatch(r"0x[0-9a-fA-F]+", part) else "")
        if core:
            names.append(core if core.startswith(maker["name"]) else f"{maker['name']} {core}")
    return " + ".join(dict.fromkeys(names)) or None, next(iter(vendors), None)


@cache
def _arm_table() -> dict[str, dict[str, Any]]:
    text = (RESOURCES / "probes" / "arm_cores.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, Any]] = json.loads(text)["implementers"]
    return table


def features(info: CpuInfo) -> frozenset[str] | None:
    """Those of CPU_FEATURES that every processor has; None when the text lists none at all."""
    lists = [p.get("flags") or p.get("features") for p in info.processors]
    sets = [{_ARM_FEATURES.get(flag, flag) for flag in text.split()} for text in lists if text]
    if not sets:
        return None
    return frozenset(CPU_FEATURES).intersection(*sets)


def architecture(info: CpuInfo) -> str | None:
    """ "x86_64", "x86", "arm64" or "arm" as far as the text gives it away."""
    if not info.processors:
        return None
    first = info.processors[0]
    if "flags" in first:
        return "x86_64" if "lm" in first["flags"].split() else "x86"
    if "cpu implementer" in first:
        # A 32-bit system on a 64-bit processor shows the 32-bit features: it is the system that programs run on.
        return "arm64" if "asimd" in first.get("features", "").split() else "arm"
    return None


def packages_and_cores(info: CpuInfo) -> tuple[int | None, int | None]:
    """(sockets, physical cores) from "physical id" and "core id"; None where the text does not have them."""
    packages = {p["physical id"] for p in info.processors if "physical id" in p}
    cores = {(p.get("physical id"), p["core id"]) for p in info.processors if "core id" in p}
    return len(packages) or None, len(cores) or None


def nominal_mhz(name: str | None) -> float | None:
    """The base clock that Intel writes into the name, "... @ 2.50GHz"; None otherwise."""
    found = re.search(r"(?:@|\b)\s*(\d+(?:\.\d+)?)\s*(GHz|MHz)", (name or "")[:200])
    if not found:
        return None
    return float(found.group(1)) * (1000 if found.group(2) == "GHz" else 1)
