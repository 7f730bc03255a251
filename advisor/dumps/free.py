"""`free` of procps, in any unit and language: known by its table's shape, because every word of it is translated."""

import re
from typing import NamedTuple

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.i18n import N_
from advisor.machine import Machine, Memory
from advisor.sources.facts import Facts
from advisor.sources.units import size_bytes

NAME = "free"
_HEADER = re.compile(r"^[#>$ \t]*\S+(?:[ \t]+\S+){4,9}[ \t]*$")
_VALUE = r"\d+(?:[.,]\d+)?(?:[KMGTP]i?|B)?"
_ROW = re.compile(rf"^[#> \t]*(\S[^\d:：]*)[:：]((?:\s+{_VALUE}){{3,8}})\s*$", re.IGNORECASE)
_OLD_ROW = re.compile(r"^\s*-/\+ ")  # "-/+ buffers/cache:" of procps before 3.3.10
_COMMAND = re.compile(r"\bfree((?:[ \t]+-{1,2}[\w-]+(?:[ \t]+\d+)?)*)[ \t]*$")
_OPTIONS = {
    "-b": 1, "--bytes": 1, "-k": 1 << 10, "--kibi": 1 << 10, "-m": 1 << 20, "--mebi": 1 << 20, "-g": 1 << 30,
    "--gibi": 1 << 30, "--kilo": 1000, "--mega": 1000**2, "--giga": 1000**3,
}  # fmt: skip
# A table without units (KiB unless an option said otherwise) tells its unit by its numbers: the kernel counts pages.
_PAGE = 4096
_SMALLEST = 1 << 24  # bytes of a computer that could run anything here
_LARGEST_GIB, _SMALLEST_MIB = 200, 1000  # between them a number may be either


class Table(NamedTuple):
    """The first row's values as written, whether it is of the old form, and the unit that the command named."""

    values: tuple[str, ...]
    old: bool
    unit: int | None


def recognise(document: Document) -> bool:
    """Whether the table is there."""
    return _table(document.text) is not None


def read(document: Document) -> Machine:
    """The memory's total and what is available of it."""
    table = _table(document.text)
    facts = Facts()
    if table is None:
        return Machine()
    unit = table.unit or _unit(table.values)
    sizes = [_bytes(text, unit) for text in table.values]
    facts.add("total_bytes", sizes[0], NAME)
    if unit is None and sizes[0] is None:
        facts.unknown("total_bytes", N_("free printed numbers that may be MiB or GiB"))
    if table.old:
        parts = [sizes[2], *sizes[4:6]]  # free, buffers, cached
        if all(part is not None for part in parts):
            total = sum(part or 0 for part in parts)
            facts.add("available_bytes", total, N_("free: free + buffers + cached"), "computed")
    elif len(sizes) >= 6:
        facts.add("available_bytes", sizes[-1], NAME)
    return Machine(memory=facts.part(Memory))


KIND = Kind(NAME, recognise, read)


def _table(text: str) -> Table | None:
    lines = text.split("\n")
    for number, line in enumerate(lines[:-1]):
        row = _ROW.match(lines[number + 1])
        if row is None or re.search(r"\d", line) or not _HEADER.match(line):
            continue
        values = tuple(row.group(2).split())
        following = lines[number + 2 : number + 4]
        old = any(_OLD_ROW.match(other) for other in following)
        if len(values) >= 6 and _adds_up(values) and (row.group(1) == "Mem" or old or _has_swap(following)):
            return Table(values, old, _named_unit(lines[max(0, number - 2) : number]))
    return None


def _has_swap(lines: list[str]) -> bool:
    rows = [row.group(2).split() for line in lines if (row := _ROW.match(line))]
    return any(len(values) == 3 for values in rows)


def _adds_up(values: tuple[str, ...]) -> bool:
    """Used and free are within the total, as far as one prefix for all lets it be seen."""
    sizes = [_bytes(text, 1) for text in values[:3]]
    total = sizes[0] or 0
    return all(size is not None and size <= 1.1 * total for size in sizes)


def _named_unit(lines: list[str]) -> int | None:
    for line in lines:
        if found := _COMMAND.search(line):
            options = found.group(1).split()
            units = [_OPTIONS[option] for option in options if option in _OPTIONS]
            return units[0] if units else None if options else 1 << 10
    return None


def _unit(values: tuple[str, ...]) -> int | None:
    """The unit of bare numbers: bytes and KiB are multiples of a page, MiB and GiB differ by their size."""
    numbers = [int(text) for text in values if re.fullmatch(r"[0-9]{1,18}", text)]
    if not numbers or len(numbers) < len(values):
        return None
    if numbers[0] >= _SMALLEST and all(number % _PAGE == 0 for number in numbers):
        return 1
    if all(number % (_PAGE >> 10) == 0 for number in numbers):
        return 1 << 10
    if numbers[0] <= _LARGEST_GIB:
        return 1 << 30
    return 1 << 20 if numbers[0] >= _SMALLEST_MIB else None


def _bytes(text: str, unit: int | None) -> int | None:
    if re.fullmatch(r"[0-9]{1,18}", text):
        return int(text) * unit if unit else None
    return size_bytes(text)
