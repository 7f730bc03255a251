"""The firmware's own table of the computer (SMBIOS), read from its raw bytes, the same on Windows and Linux.

Layout: DMTF DSP0134 "System Management BIOS Reference Specification".
Serial numbers, asset tags and UUIDs are never read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.sources.names import Identity
from advisor.sources.ram import Module

_MIB = 1 << 20
# DSP0134 7.18.2, type 17 "Memory Device - Type"; only what a computer's main memory can be.
_MEMORY_KINDS = {
    0x0F: "SDRAM", 0x12: "DDR", 0x13: "DDR2", 0x14: "DDR2", 0x18: "DDR3", 0x1A: "DDR4", 0x1B: "LPDDR", 0x1C: "LPDDR2",
    0x1D: "LPDDR3", 0x1E: "LPDDR4", 0x20: "HBM", 0x21: "HBM2", 0x22: "DDR5", 0x23: "LPDDR5", 0x24: "HBM3",
}  # fmt: skip
_FIRMWARE_MEMORY = (0x08, 0x09, 0x0A, 0x0B, 0x0C)  # ROM, FLASH, EEPROM, FEPROM, EPROM
_SYSTEM_MEMORY, _OTHER_USE, _UNKNOWN_USE = 3, 1, 2


@dataclass(frozen=True, slots=True)
class Structure:
    """One structure of the table: its type, handle, formatted bytes (header included) and strings."""

    kind: int
    handle: int
    data: bytes
    strings: tuple[str, ...]

    def byte(self, offset: int) -> int | None:
        """The byte at `offset`; None where this (older) table ends before it."""
        return self.data[offset] if offset < len(self.data) else None

    def number(self, offset: int, size: int) -> int | None:
        """The little-endian number of `size` bytes at `offset`; None where the table ends before it."""
        if offset + size > len(self.data):
            return None
        return int.from_bytes(self.data[offset : offset + size], "little")

    def text(self, offset: int) -> str | None:
        """The string that the byte at `offset` points to; None for none or an index that lies."""
        index = self.byte(offset)
        if not index or index > len(self.strings):
            return None
        return self.strings[index - 1] or None


@dataclass(frozen=True, slots=True)
class Processor:
    """What the firmware says of the first processor, MHz."""

    name: str | None = None
    max_mhz: int | None = None
    current_mhz: int | None = None


def structures(table: bytes) -> tuple[Structure, ...]:
    """All structures of a raw table; a broken one ends the reading, what came before it stands."""
    return tuple(_walk(table))


def _walk(table: bytes) -> Iterator[Structure]:
    position = 0
    while position + 4 <= len(table):
        kind, length = table[position], table[position + 1]
        end = position + length
        if length < 4 or end > len(table):
            return
        stop = table.find(b"\0\0", end)
        if stop < 0:
            stop = len(table)
        texts = table[end:stop].split(b"\0") if stop > end else []
        handle = int.from_bytes(table[position + 2 : position + 4], "little")
        yield Structure(kind, handle, table[position:end], tuple(map(_text, texts)))
        if kind == 127:
            return
        position = stop + 2


def _text(raw: bytes) -> str:
    # Firmware strings are ASCII by the book; makers write anything.
    text = raw.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def identity(table: tuple[Structure, ...]) -> Identity:
    """Names of system (type 1), main board (type 2) and chassis (type 3)."""
    system, board, chassis = (next((s for s in table if s.kind == kind), None) for kind in (1, 2, 3))
    code = chassis.byte(5) if chassis else None
    return Identity(
        manufacturer=system.text(4) if system else None,
        product=system.text(5) if system else None,
        version=system.text(6) if system else None,
        board_manufacturer=board.text(4) if board else None,
        board=board.text(5) if board else None,
        # The top bit says that the chassis has a lock.
        chassis_code=code & 0x7F if code is not None else None,
    )


def processor(table: tuple[Structure, ...]) -> Processor:
    """The first central processor (type 4)."""
    for entry in table:
        if entry.kind == 4 and entry.byte(5) == 3:
            return Processor(entry.text(0x10), entry.number(0x14, 2) or None, entry.number(0x16, 2) or None)
    return Processor()


def memory_kind(code: int | None) -> str | None:
    """What a "Memory Device - Type" stands for, "DDR4"; None for what is no main memory or unknown."""
    return _MEMORY_KINDS.get(code or 0)


def memory_modules(table: tuple[Structure, ...]) -> tuple[Module, ...]:
    """The populated modules of the main memory (type 17 in type 16 arrays used as system memory)."""
    uses = {s.handle: s.byte(5) for s in table if s.kind == 16}
    modules = []
    for entry in table:
        if entry.kind != 17 or entry.byte(0x12) in _FIRMWARE_MEMORY:
            continue
        use = uses.get(entry.number(4, 2) or 0, _UNKNOWN_USE)
        size = _size(entry)
        if size and use in (_SYSTEM_MEMORY, _OTHER_USE, _UNKNOWN_USE):
            modules.append(_module(entry, size))
    return tuple(modules)


def _module(entry: Structure, size: int) -> Module:
    return Module(
        slot=entry.text(0x10),
        bank=entry.text(0x11),
        size_bytes=size,
        kind=memory_kind(entry.byte(0x12)),
        rated_mts=_speed(entry, 0x15, 0x54),
        speed_mts=_speed(entry, 0x20, 0x58),
        maker=entry.text(0x17),
        width_bits=_width(entry),
    )


def _size(entry: Structure) -> int | None:
    size = entry.number(0x0C, 2)
    if size in (None, 0, 0xFFFF):
        return None
    assert size is not None
    if size == 0x7FFF:
        extended = entry.number(0x1C, 4)
        return (extended & 0x7FFF_FFFF) * _MIB if extended else None
    return (size & 0x7FFF) << 10 if size & 0x8000 else size * _MIB


def _speed(entry: Structure, offset: int, extended: int) -> int | None:
    speed = entry.number(offset, 2)
    if speed == 0xFFFF:
        speed = entry.number(extended, 4)
    return speed or None


def _width(entry: Structure) -> int | None:
    width = entry.number(0x0A, 2)
    return None if width in (None, 0, 0xFFFF) else width
