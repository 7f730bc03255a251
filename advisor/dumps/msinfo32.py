"""msinfo32: its text report (tab-separated, UTF-16) and its .nfo file (XML), in whatever language Windows speaks.

Labels are translated, values and their order are not: what a table of labels does not know is found by its shape.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from advisor.dumps import windows_gpu
from advisor.dumps.document import Document
from advisor.dumps.identity import add_identity
from advisor.dumps.kind import Kind
from advisor.dumps.localised import exact, size, whole
from advisor.dumps.tables import fields_of, label, table
from advisor.dumps.wmi_disks import add_kind_by_name
from advisor.dumps.wmi_machine import lenovo_name
from advisor.i18n import N_
from advisor.machine import Cpu, Disk, Machine, Memory
from advisor.sources import names
from advisor.sources.cpu_vendors import cpu_maker
from advisor.sources.cpuinfo import nominal_mhz
from advisor.sources.facts import Facts
from advisor.sources.units import one_line

NAME = "msinfo32"
# "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz, 2501 Mhz, 2 Core(s), 4 Logical Processor(s)", with any language's commas.
_PROCESSOR = re.compile(r"^(.*?)\s*[,，、]\s*(\d+)\s*(?:M[Hh][Zz]|МГц)\s*[,，、]\s*\D*?(\d+)\D*[,，、]\s*\D*?(\d+)\D*$")
_OLD_PROCESSOR = re.compile(r"^\w+ Family \d+ Model \d+ Stepping \d+ (\w+) ~\s*\d+ M[Hh][Zz]$")
_SYSTEM = re.compile(r"^Microsoft\W{0,3}(?:\(R\))?\s*Windows")
_VERSION = re.compile(r"^(\d+\.\d+\.(\d+))\b.*\b\2$")
_TYPE = re.compile(r"\b(x64|x86|ARM64|Itanium)\b", re.IGNORECASE)
_ARCHITECTURES = {"x64": "x86_64", "x86": "x86", "arm64": "arm64"}
_HEADING = re.compile(r"^\[[^\]]+\]$")
_DRIVE = re.compile(r"^[A-Z]:$")
_PARTITION = re.compile(r"#\d+\D+#\d+")
_RESOLUTION = re.compile(r"^\d{3,5} x \d{3,5} x \d+")
_RAM = ("ram", "озу")
_LEAST_LABELS = 2
_LONGEST = 500  # characters of a label or value that are looked at


class Row(NamedTuple):
    """One row: label as it is printed, and its value."""

    label: str
    value: str


Record = list[Row]


def recognise(document: Document) -> bool:
    """Whether it is an .nfo file, or has rows of msinfo32's summary or of its display section."""
    if document.data is not None:
        return False
    if document.text.lstrip().startswith("<"):
        return "<MsInfo" in document.text[:2000] and document.xml is not None
    if "\t" not in document.text:
        return False
    known = fields_of("windows", "msinfo32")
    rows = [row for record in _records(document) for row in record]
    if any(_PROCESSOR.match(row.value) for row in rows):
        return True
    return len({known[label(row.label)] for row in rows if label(row.label) in known}) >= _LEAST_LABELS


def read(document: Document) -> Machine:
    """Everything that a report, or a part of one, tells. Names of the computer and of its user are never read."""
    records = list(_records(document))
    rows = [row for record in records for row in record]
    fields = _known(rows)
    facts = Facts()
    _add_identity(facts, rows, fields)
    _add_system(facts, rows)
    adapters = [adapter for record in records if (adapter := _adapter(record)) is not None]
    cards = windows_gpu.machine(adapters, NAME)
    return facts.part(
        Machine,
        cpu=_cpu(rows),
        memory=_memory(rows, fields),
        gpus=cards.gpus,
        notes=cards.notes,
        disks=_disks(records),
    )


def _records(document: Document) -> Iterator[Record]:
    """Groups of rows: an empty row, a heading in brackets or a first label that comes again ends one."""
    record: Record = []
    for row in _rows(document):
        if row is None or (record and row.label == record[0].label):
            if record:
                yield record
            record = []
        if row is not None:
            record.append(row)
    if record:
        yield record


def _rows(document: Document) -> Iterator[Row | None]:
    if document.text.lstrip().startswith("<") and document.xml is not None:
        for node in document.xml.iter():
            if node.tag == "Category":
                yield None
            elif node.tag == "Data":
                cells = [(cell.text or "").strip() for cell in node]
                yield Row(cells[0][:_LONGEST], cells[1][:_LONGEST]) if len(cells) > 1 and cells[0] else None
        return
    yield from _without_heads(list(_lines(document.text)))


def _lines(text: str) -> Iterator[Row | str | None]:
    """Rows, headings ("[Display]") as texts, and None for lines that are neither."""
    for line in text.split("\n"):
        cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
        if len(cells) > 1:
            # Copies out of the window have list marks before the label.
            yield Row(cells[0][:_LONGEST].lstrip("> *•-"), cells[1][:_LONGEST])
        else:
            yield cells[0] if cells and _HEADING.match(cells[0]) else None


def _without_heads(lines: Sequence[Row | str | None]) -> Iterator[Row | None]:
    """Without the row that heads each section's columns: "Item, Value", known or the same below several headings."""
    heads, awaited = Counter[Row](), False
    for line in lines:
        if isinstance(line, Row) and awaited:
            heads[line] += 1
        awaited = isinstance(line, str) or (awaited and line is None)
    known, awaited = {label(text) for text in table("windows")["msinfo32"]["item"]}, False
    for line in lines:
        if isinstance(line, Row) and not (awaited and (heads[line] > 1 or label(line.label) in known)):
            yield line
        elif not isinstance(line, Row):
            yield None
        awaited = isinstance(line, str) or (awaited and line is None)


def _known(rows: Sequence[Row]) -> dict[str, str]:
    """Fields that the table of labels knows, the first of each."""
    labels = fields_of("windows", "msinfo32")
    found: dict[str, str] = {}
    for row in rows:
        field = labels.get(label(row.label))
        if field:
            found.setdefault(field, row.value)
    return found


def _add_identity(facts: Facts, rows: Sequence[Row], fields: dict[str, str]) -> None:
    maker, model = fields.get("manufacturer"), fields.get("model")
    if maker is None and model is None:
        # The maker and the model stand right before the type, "x64-based PC", in every language.
        end = next((n for n, row in enumerate(rows) if _PROCESSOR.match(row.value)), len(rows))
        place = next((n for n, row in enumerate(rows[:end]) if _TYPE.search(row.value) and len(row.value) < 40), 0)
        if place >= 4 and any(_SYSTEM.match(row.value) for row in rows[:place]):
            maker, model = rows[place - 2].value, rows[place - 1].value
    identity = names.Identity(
        manufacturer=one_line(maker),
        product=one_line(model),
        version=lenovo_name(maker, None, fields.get("sku")),
        board_manufacturer=one_line(fields.get("board_manufacturer")),
        board=one_line(fields.get("board")),
    )
    add_identity(facts, identity, NAME)
    role = (fields.get("role") or "").strip().lower()
    roles = table("windows")["roles"]
    chassis = next((kind for kind, words in roles.items() if kind != "source" and role in words), None)
    facts.add("chassis", chassis if role else None, NAME)


def _add_system(facts: Facts, rows: Sequence[Row]) -> None:
    facts.add("os_family", "windows", NAME)
    facts.add("os_name", next((one_line(row.value) for row in rows if _SYSTEM.match(row.value)), None), NAME)
    versions = (found for row in rows if (found := _VERSION.match(row.value)))
    facts.add("os_version", next((found.group(1) for found in versions), None), NAME)


def _cpu(rows: Sequence[Row]) -> Cpu:
    facts = Facts()
    found = [match for row in rows if (match := _PROCESSOR.match(row.value))]
    if found:
        name = one_line(found[0].group(1))
        facts.add("name", name, NAME)
        words = (name or "").lower()
        facts.add("vendor", "Intel" if "intel" in words else "AMD" if "amd" in words else None, NAME)
        facts.add("sockets", len(found), NAME)
        facts.add("cores", sum(int(match.group(3)[:6]) for match in found) or None, NAME)
        facts.add("threads", sum(int(match.group(4)[:6]) for match in found) or None, NAME)
        facts.add("base_mhz", nominal_mhz(name) or float(found[0].group(2)[:6]), NAME)
        facts.unknown("max_mhz", N_("Windows tells the base clock only"))
    else:
        old = next((match for row in rows if (match := _OLD_PROCESSOR.match(row.value))), None)
        if old:
            facts.add("vendor", cpu_maker(old.group(1)), NAME)
            facts.unknown("name", N_("{source} names the family and the model number only"), source=NAME)
    kind = next((match for row in rows if len(row.value) < 40 and (match := _TYPE.search(row.value))), None)
    if kind and (found or facts.origins):
        facts.add("architecture", _ARCHITECTURES.get(kind.group(1).lower()), NAME)
    return facts.part(Cpu)


def _memory(rows: Sequence[Row], fields: dict[str, str]) -> Memory:
    facts = Facts()
    # Installed, total and available stand one after another in every language; the first has "(RAM)" in its label.
    place = next((n for n, row in enumerate(rows) if "(ram)" in row.label.lower() and size(row.value)), None)
    after = [size(row.value) for row in rows[place + 1 : place + 3]] if place is not None else []
    installed = size(fields.get("installed")) or (size(rows[place].value) if place is not None else None)
    total = size(fields.get("total")) or (after[0] if after else None)
    available = size(fields.get("available")) or (after[1] if len(after) > 1 else None)
    facts.add("installed_bytes", installed, NAME)
    if total and (not installed or total <= installed):
        facts.add("total_bytes", total, NAME)
        facts.add("available_bytes", available if available and available <= total else None, NAME)
        facts.absent("limit_bytes", N_("no limit"))
    return facts.part(Memory)


def _adapter(record: Record) -> windows_gpu.Adapter | None:
    """A record of the display section: the card's RAM beside its device id or description, or a resolution."""
    labels = fields_of("windows", "msinfo32")
    known = {field: row.value for row in reversed(record) if (field := labels.get(label(row.label)))}
    place = next((n for n, row in enumerate(record) if re.match(r"\w+\\\S+", row.value)), None)
    counted = next((row for row in record if _is_card_memory(row)), None)
    shows = any(_RESOLUTION.match(row.value) for row in record)
    if not (shows or (counted and (place is not None or "description" in known))):
        return None
    versions = (row.value for row in record if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", row.value))
    return windows_gpu.Adapter(
        name=known.get("description") or record[place - 1 if place else 0].value,
        device=record[place].value if place is not None else None,
        adapter_ram=(exact(counted.value) or _loose(counted.value)) if counted else None,
        driver=known.get("driver") or next(versions, None),
    )


def _is_card_memory(row: Row) -> bool:
    """ "Adapter RAM" in any language, and not the computer's memory, "(RAM)"."""
    words = row.label.lower()
    return "(ram)" not in words and any(word in words for word in _RAM) and _is_size(row.value)


def _is_size(text: str) -> bool:
    return size(text) is not None or _loose(text) is not None


def _loose(text: str) -> int | None:
    """ "(1,048,576) bytes": so the size is printed when it has no unit of its own. "8.00 MB" is taken as it stands."""
    found = re.match(r"^\((\d[\d.,\s]*)\)", text)
    return whole(found.group(1)) if found else size(text)


def _disks(records: Sequence[Record]) -> tuple[Disk, ...]:
    models = [model for record in records if (model := _disk_model(record))]
    facts_of = (_drive(record, models[0] if len(models) == 1 else None) for record in records)
    return tuple(disk for disk in facts_of if disk is not None)


def _disk_model(record: Record) -> str | None:
    if not any(_PARTITION.search(row.value) for row in record):
        return None
    labels = fields_of("windows", "msinfo32")
    return next((one_line(r.value) for r in record if labels.get(label(r.label)) in ("disk_model", "model")), None)


def _drive(record: Record, model: str | None) -> Disk | None:
    """A record of the drives: letter, then the size and what is free of it, both exact in brackets."""
    if not _DRIVE.match(record[0].value):
        return None
    sizes = [count for row in record if (count := exact(row.value)) is not None and size(row.value)]
    if not sizes:
        return None
    facts = Facts()
    facts.add("mount", record[0].value, NAME)
    facts.add("name", model, NAME)
    add_kind_by_name(facts, model, NAME)
    facts.add("total_bytes", sizes[0], NAME)
    facts.add("free_bytes", sizes[1] if len(sizes) > 1 else None, NAME)
    return facts.part(Disk)


KIND = Kind(NAME, recognise, read)
