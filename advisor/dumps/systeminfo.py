"""systeminfo: its list (or CSV) in whatever language Windows speaks.

The order of its lines and the forms of its values are the same everywhere: a table of labels comes first, the shape
finds what the table does not know.
"""

import csv
import re
from collections.abc import Sequence
from typing import NamedTuple

from advisor.dumps.document import Document
from advisor.dumps.identity import add_identity
from advisor.dumps.kind import Kind
from advisor.dumps.localised import whole
from advisor.dumps.tables import fields_of, label
from advisor.i18n import N_
from advisor.machine import Cpu, Machine, Memory
from advisor.sources import names
from advisor.sources.cpu_vendors import cpu_maker
from advisor.sources.facts import Facts
from advisor.sources.units import one_line

NAME = "systeminfo"
_MIB = 1 << 20
_LINE = re.compile(r"^([^\s\[][^:：]{1,60}?)\s*[:：]\s*(.*)$")
_TYPE = re.compile(r"^(x64|x86|ARM64|Itanium)-based PC$", re.IGNORECASE)
_ARCHITECTURES = {"x64": "x86_64", "x86": "x86", "arm64": "arm64"}
_PROCESSOR = re.compile(r"\[\d{1,3}\]\s*:\s*\S.* Family \d+ Model \d+ Stepping \d+,? (\w+) ~\s*\d+ M[Hh][Zz]")
# The no-break space of French numbers is "ÿ" where code page 850 was taken for another.
_MEGABYTES = re.compile(r"^\d[\d.,'\sÿ\ufffd]* ?(?:MB|Mo|МБ|Mb)$")
_LONGEST = 500  # characters of a line that are looked at
_SYSTEM = re.compile(r"^Microsoft\W{0,3}(?:\(R\))?\s*Windows")
_VERSION = re.compile(r"^(\d+\.\d+\.(\d+))\b.*\b\2$")


class Row(NamedTuple):
    """One line: label and value."""

    label: str
    value: str


def recognise(document: Document) -> bool:
    """Whether it has the system type as systeminfo writes it, beside a processor's family or Windows' version."""
    if document.data is not None or ("~" not in document.text and "-based PC" not in document.text):
        return False
    rows = _rows(document.text)
    shapes = (
        any(_TYPE.match(row.value) for row in rows),
        bool(_PROCESSOR.search(document.text)),
        any(_VERSION.match(row.value) for row in rows),
        any(_MEGABYTES.match(row.value) for row in rows),
    )
    return sum(shapes) >= 2 and (shapes[0] or shapes[1])


def read(document: Document) -> Machine:
    """System, names and memory. Host name, owner, product id and addresses are never read."""
    rows = _rows(document.text)
    labels = fields_of("windows", "systeminfo")
    fields: dict[str, str] = {}
    for row in rows:
        if (field := labels.get(label(row.label))) and row.value:
            fields.setdefault(field, row.value)
    facts = Facts()
    _add_identity(facts, rows, fields)
    facts.add("os_family", "windows", NAME)
    system = fields.get("os") or next((row.value for row in rows if _SYSTEM.match(row.value)), None)
    facts.add("os_name", one_line(system), NAME)
    version = next((found for row in rows if (found := _VERSION.match(row.value))), None)
    facts.add("os_version", version.group(1) if version else None, NAME)
    return facts.part(Machine, cpu=_cpu(document.text, rows), memory=_memory(rows, fields))


def _rows(text: str) -> list[Row]:
    if text.lstrip().startswith('"'):
        text = _unfold(text)
    return [
        Row(found.group(1), found.group(2).strip())
        for line in text.split("\n")
        if (found := _LINE.match(line[:_LONGEST]))
    ]


def _unfold(text: str) -> str:
    """/fo csv as lines: a row of labels and a row of values."""
    rows = list(csv.reader(text.strip().split("\n")[:2]))
    if len(rows) < 2:
        return text
    return "\n".join(f"{name}: {value}" for name, value in zip(rows[0], rows[1], strict=False))


def _add_identity(facts: Facts, rows: Sequence[Row], fields: dict[str, str]) -> None:
    place = next((n for n, row in enumerate(rows) if _TYPE.match(row.value)), 0)
    maker, model = fields.get("manufacturer"), fields.get("model")
    if maker is None and model is None and place >= 2:
        maker, model = rows[place - 2].value, rows[place - 1].value
    add_identity(facts, names.Identity(manufacturer=one_line(maker), product=one_line(model)), NAME)


def _cpu(text: str, rows: Sequence[Row]) -> Cpu:
    facts = Facts()
    makers = [found.group(1) for found in _PROCESSOR.finditer(text)]
    if makers:
        facts.add("vendor", cpu_maker(makers[0]), NAME)
        facts.add("sockets", len(makers), NAME)
        facts.unknown("name", N_("{source} names the family and the model number only"), source=NAME)
    kind = next((found for row in rows if (found := _TYPE.match(row.value))), None)
    facts.add("architecture", _ARCHITECTURES.get(kind.group(1).lower()) if kind else None, NAME)
    return facts.part(Cpu)


def _memory(rows: Sequence[Row], fields: dict[str, str]) -> Memory:
    """Total and available are the first two lines in megabytes, in every language."""
    facts = Facts()
    sizes = [row.value for row in rows if _MEGABYTES.match(row.value) and whole(row.value)]
    total = whole(fields.get("total") or _at(sizes, 0))
    available = whole(fields.get("available") or _at(sizes, 1))
    if total:
        facts.add("total_bytes", total * _MIB, NAME)
        facts.add("available_bytes", available * _MIB if available and available <= total else None, NAME)
        facts.absent("limit_bytes", N_("no limit"))
    return facts.part(Memory)


def _at(texts: Sequence[str], place: int) -> str | None:
    return texts[place] if place < len(texts) else None


KIND = Kind(NAME, recognise, read)
