"""Sizes, rates and PCI addresses as other programs print them, as bytes, MHz and the form this program compares."""

import re

_PREFIXES = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_SIZE = re.compile(
    r"^\s*(\d+(?:[.,]\d+)*)\s*(?:([KMGTP]?)(i?)B?(?:ytes?)?)\s*$",
    re.IGNORECASE,
)
_MHZ = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*([MG])(?:Hz|T/s)\s*$", re.IGNORECASE)
_LARGEST = 1e18  # no size, in any unit
_ADDRESS = re.compile(r"^(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})\.([0-7])$", re.IGNORECASE)


def size_bytes(text: str | None, *, decimal: bool = False) -> int | None:
    """ "16 GB", "32GiB", "12,079MB", "496 M" in bytes; None for anything else.

    "GB" counts 1024s, as memory makers and dmidecode do; with `decimal` it counts 1000s ("GiB" never does).
    """
    found = _SIZE.match((text or "").replace("\N{NO-BREAK SPACE}", " "))
    if not found:
        return None
    number, prefix, binary = found.groups()
    value = _number(number)
    if value is None or value > _LARGEST:
        return None
    step = 1000 if decimal and not binary else 1024
    return round(value * float(step) ** _PREFIXES[prefix.upper()])


def _number(text: str) -> float | None:
    """A number with at most one decimal mark; marks before groups of three digits are thousands' marks."""
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", text) and (text.count(",") + text.count(".") > 1 or "," in text):
        return float(re.sub(r"[.,]", "", text))
    plain = text.replace(",", ".")
    return float(plain) if plain.count(".") <= 1 else None


def mhz(text: str | None) -> float | None:
    """ "2400 MHz", "3.6 GHz", "2133 MT/s" in mega-somethings per second; None for anything else."""
    found = _MHZ.match(text or "")
    if not found:
        return None
    value = float(found.group(1).replace(",", "."))
    return value * 1000 if found.group(2).upper() == "G" else value


def bus_address(text: str | None) -> str | None:
    """ "01:00.0" and "00000000:01:00.0" as "0000:01:00.0"; None for anything else."""
    found = _ADDRESS.match((text or "").strip())
    if not found:
        return None
    domain, bus, device, function = found.groups()
    return f"{int(domain or '0', 16):04x}:{int(bus, 16):02x}:{int(device, 16):02x}.{function}"


def one_line(text: str | None) -> str | None:
    """`text` with its blanks and unprintable characters as single blanks; None when nothing is left."""
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split()) or None
