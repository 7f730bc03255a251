"""Builds raw SMBIOS tables for tests: structure by structure, or from what dmidecode printed of a real machine."""

import re
from collections.abc import Iterator

_KINDS = {
    "SDRAM": 0x0F, "DDR": 0x12, "DDR2": 0x13, "DDR3": 0x18, "DDR4": 0x1A, "LPDDR3": 0x1D, "LPDDR4": 0x1E, "DDR5": 0x22,
    "LPDDR5": 0x23, "Flash": 0x09,
}  # fmt: skip
_CHASSIS = {
    "Desktop": 3, "Low Profile Desktop": 4, "Mini Tower": 6, "Tower": 7, "Laptop": 9, "Notebook": 10, "Hand Held": 11,
    "All In One": 13, "Main Server Chassis": 17, "Rack Mount Chassis": 23, "Tablet": 30, "Convertible": 31,
    "Mini PC": 35,
}  # fmt: skip
_USES = {"System Memory": 3, "Flash Memory": 5}


def structure(kind: int, handle: int, body: bytes, strings: list[str]) -> bytes:
    """One structure: header, `body` (everything after the header), strings."""
    texts = b"".join((text or " ").encode() + b"\0" for text in strings) or b"\0"
    return bytes([kind, len(body) + 4]) + handle.to_bytes(2, "little") + body + texts + b"\0"


END = structure(127, 0xFFFE, b"", [])


def system(maker: str, product: str, version: str, serial: str = "SERIAL-42") -> bytes:
    """Type 1, with a serial number that no reader may show."""
    return structure(1, 1, bytes([1, 2, 3, 4]) + bytes(16) + bytes([6, 0, 0]), [maker, product, version, serial])


def chassis(code: int) -> bytes:
    """Type 3."""
    return structure(3, 3, bytes([0, code, 0, 0, 0]), [])


def memory_array(handle: int, use: int = 3) -> bytes:
    """Type 16."""
    return structure(16, handle, bytes([3, use, 3]) + bytes(8), [])


def module(
    *,
    slot: str = "DIMM0",
    bank: str = "BANK 0",
    mib: int = 4096,
    kind: str = "DDR3",
    speed: int = 1600,
    configured: int | None = None,
    width: int = 64,
    maker: str = "Kingston",
    array: int = 0x10,
) -> bytes:
    """Type 17 of SMBIOS 2.7 (34 bytes), or 2.3 without the configured speed when that is None."""
    size, extended = (0x7FFF, mib) if mib >= 0x7FFF else (mib, 0)
    body = array.to_bytes(2, "little") + b"\xfe\xff" + width.to_bytes(2, "little") * 2 + size.to_bytes(2, "little")
    body += bytes([0x0D, 0, 1, 2, _KINDS.get(kind, 2), 0, 0]) + speed.to_bytes(2, "little") + bytes([3, 4, 0, 0])
    if configured is not None:
        body += bytes([0]) + extended.to_bytes(4, "little") + configured.to_bytes(2, "little")
    return structure(17, 0x20, body, [slot, bank, maker, "SERIAL-43"])


def from_dmidecode(text: str) -> bytes:
    """The types 1, 2, 3, 4, 16 and 17 of a machine, rebuilt from dmidecode's text."""
    return b"".join(_rebuilt(text)) + END


def _rebuilt(text: str) -> Iterator[bytes]:
    for found in re.finditer(
        r"^Handle (0x[0-9A-F]+), DMI type (\d+),.*\n((?:.*\n)*?)(?=\n|Handle|\Z)", text, re.MULTILINE
    ):
        handle, kind = int(found.group(1), 16), int(found.group(2))
        values = dict(re.findall(r"^\t([^\t:]+): (.+?)\s*$", found.group(3), re.MULTILINE))
        if kind == 1:
            yield system(values.get("Manufacturer", ""), values.get("Product Name", ""), values.get("Version", ""))
        elif kind == 2:
            yield structure(2, handle, bytes([1, 2]), [values.get("Manufacturer", ""), values.get("Product Name", "")])
        elif kind == 3:
            yield chassis(_CHASSIS.get(values.get("Type", ""), 2))
        elif kind == 4:
            yield _processor(handle, values)
        elif kind == 16:
            yield memory_array(handle, _USES.get(values.get("Use", ""), 1))
        elif kind == 17:
            yield _module(values)


def _processor(handle: int, values: dict[str, str]) -> bytes:
    body = bytearray(0x26)
    body[1] = 3 if values.get("Type") == "Central Processor" else 2
    body[0x0C] = 1
    body[0x10:0x12] = _leading(values.get("Max Speed")).to_bytes(2, "little")
    body[0x12:0x14] = _leading(values.get("Current Speed")).to_bytes(2, "little")
    return structure(4, handle, bytes(body), [values.get("Version", "")])


def _module(values: dict[str, str]) -> bytes:
    unit = {"MB": 1, "GB": 1024, "kB": 0}
    size = re.fullmatch(r"(\d+) (kB|MB|GB)", values.get("Size", ""))
    configured = values.get("Configured Memory Speed") or values.get("Configured Clock Speed")
    return module(
        slot=values.get("Locator", ""),
        bank=values.get("Bank Locator", ""),
        mib=int(size.group(1)) * unit[size.group(2)] if size else 0,
        kind=values.get("Type", ""),
        speed=_leading(values.get("Speed")),
        configured=_leading(configured) if configured else None,
        width=_leading(values.get("Data Width")),
        maker=values.get("Manufacturer", ""),
        array=int(values.get("Array Handle", "0x10"), 16),
    )


def _leading(text: str | None) -> int:
    found = re.match(r"\d+", text or "")
    return int(found.group()) if found else 0
