"""What wmic prints: /format:list ("Name=Value"), /format:csv and its table of columns."""

import csv
import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, islice, pairwise

from advisor.dumps import format_table, wmi_machine, wmi_objects
from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.machine import Machine

NAME = "wmic"
_PAIR = re.compile(r"^([A-Za-z_]\w*)=(.*)$")
_COLUMN = re.compile(r"[A-Za-z_]\w*\s*")
_LEAST_PROPERTIES = 2
_MOST = 10_000  # objects that are looked at; a computer has some hundred


def recognise(document: Document) -> bool:
    """Whether properties of WMI's classes are assigned, or head columns."""
    return bool(_entries(document))


def read(document: Document) -> Machine:
    """Everything that the objects tell."""
    return wmi_machine.machine(_entries(document), NAME)


def _entries(document: Document) -> list[wmi_objects.Entry]:
    if document.data is not None:
        return []
    found = []
    objects = chain(islice(_listed(document.text), _MOST), islice(_rows(document.text), _MOST))
    for values in objects:
        entry = wmi_objects.entry(values)
        if entry is not None and any(name in wmi_objects.known_properties() for name in values):
            found.append(entry)
    return found


def _listed(text: str) -> Iterator[Mapping[str, str]]:
    """The objects of /format:list. wmic ends lines by \\r\\r\\n, so that empty lines may stand between all of them."""
    lines = text.split("\n")
    pairs = [(number, found.groups()) for number, line in enumerate(lines) if (found := _PAIR.match(line))]
    gaps = Counter(after[0] - before[0] for before, after in pairwise(pairs))
    usual = gaps.most_common(1)[0][0] if gaps else 1
    values: dict[str, str] = {}
    before = None
    for place, (name, value) in pairs:
        if name in values or (before is not None and place - before > usual):
            yield values
            values = {}
        # Its style sheets write &amp; for &.
        values[name] = html.unescape(value).strip()
        before = place
    if values:
        yield values


def _rows(text: str) -> Iterator[Mapping[str, str]]:
    """The objects of a table: names of properties head columns (by place) or comma-separated values."""
    lines = [line for line in text.split("\n") if line.strip()]
    header: list[tuple[str, int, int | None]] = []
    names: list[str] = []
    for line in lines:
        if found := _commas(line):
            names, header = found, []
        elif columns := _columns(line):
            names, header = [], columns
        elif format_table.is_rule(line):  # PowerShell's, whose columns are others
            names, header = [], []
        elif names:
            cells = next(csv.reader([line]), [])
            # wmic quotes nothing: a value with a comma shifts its row, which is left out then.
            if len(cells) == len(names):
                yield {name: html.unescape(cell) for name, cell in zip(names, cells, strict=True) if cell}
        elif header and all(line[start - 1 : start] in ("", " ") for _, start, _ in header[1:]):
            yield {name: cell for name, start, end in header if (cell := line[start:end].strip())}


def _commas(line: str) -> list[str]:
    cells = [cell.strip().strip('"') for cell in line.split(",")]
    known = wmi_objects.known_properties()
    return cells if len(cells) >= _LEAST_PROPERTIES and all(cell in known for cell in cells) else []


def _columns(line: str) -> list[tuple[str, int, int | None]]:
    """(property, start, end) of a heading line, all of whose words are properties; empty for any other line."""
    words = line.split()
    known = wmi_objects.known_properties()
    if len(words) < _LEAST_PROPERTIES or not all(word in known for word in words):
        return []
    places = [(found.group().strip(), found.start(), found.end()) for found in _COLUMN.finditer(line)]
    return [(*place[:2], None if number == len(places) - 1 else place[2]) for number, place in enumerate(places)]


KIND = Kind(NAME, recognise, read)
