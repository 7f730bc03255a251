"""Which maker an x86 processor's own vendor string means, wherever a system or a program prints it."""

import json
from functools import cache

from advisor import RESOURCES


def cpu_maker(vendor: str | None) -> str | None:
    """ "Intel" for "GenuineIntel"; None for none and for strings that are no x86 processor's."""
    return _table().get((vendor or "").strip())


@cache
def _table() -> dict[str, str]:
    text = (RESOURCES / "probes" / "cpu_vendors.json").read_text(encoding="utf-8")
    table: dict[str, str] = json.loads(text)["vendors"]
    return table
