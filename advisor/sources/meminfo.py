"""/proc/meminfo: the kernel's count of the memory, as a text of any computer."""

import re

from advisor.i18n import N_
from advisor.sources.facts import Facts

SOURCE = "/proc/meminfo"


def parse(text: str) -> dict[str, int]:
    """The values of /proc/meminfo in bytes."""
    # Counts of pages have no unit; a size without one is a copy that was cut off there.
    found = re.findall(r"^(\S+):\s+(\d{1,18})(?:\s+(kB))?\s*$", text, re.MULTILINE)
    return {
        name: int(value) * (1024 if unit else 1) for name, value, unit in found if unit or name.startswith("HugePages")
    }


def add_sizes(facts: Facts, text: str) -> dict[str, int]:
    """Record total and available bytes out of `text`; returns all its values."""
    values = parse(text)
    facts.add("total_bytes", values.get("MemTotal"), SOURCE)
    total, available = values.get("MemTotal"), values.get("MemAvailable")
    if available is not None and (total is None or available <= total):
        facts.add("available_bytes", available, SOURCE)
    # Kernels before 3.14 do not estimate it; some hypervisors' kernels write more than there is.
    parts = [values[name] for name in ("MemFree", "Buffers", "Cached") if name in values]
    if "MemFree" in values and (total is None or sum(parts) <= total):
        facts.add("available_bytes", sum(parts), N_("/proc/meminfo: free + buffers + cached"), "computed")
    return values
