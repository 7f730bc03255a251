"""nvidia-smi --query-gpu=... --format=csv: any columns in any order, with or without headings and units."""

import re
from collections.abc import Iterator, Sequence

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.dumps.nvidia_smi import Card, machine, said
from advisor.machine import Machine
from advisor.sources.units import bus_address, size_bytes

NAME = "nvidia-smi --query-gpu"
# Columns (nvidia-smi --help-query-gpu, with their other spellings) and the field of Card that each fills.
_COLUMNS = {
    "index": "index", "name": "name", "gpu_name": "name", "pci.bus_id": "bus_id", "gpu_bus_id": "bus_id",
    "pci.device_id": "device_id",
    "memory.total": "total", "memory.free": "free", "memory.used": "used", "compute_cap": "capability",
    "power.default_limit": "power_limit", "gpu.power.default_limit": "power_limit",
    "driver_version": "driver", "kmd_version": "driver",
    "driver_model.current": "driver_model", "addressing_mode": "addressing", "mig.mode.current": "mig",
}  # fmt: skip
_OTHERS = ("uuid", "gpu_uuid", "count", "timestamp", "temperature.gpu", "utilization.gpu", "power.draw", "pstate")
# Columns that a query of a card's processes has; its rows are no cards.
_NO_CARD = ("pid", "process_name", "used_gpu_memory", "used_memory", "time", "retired_pages.cause", "vgpu_instance")
_NAMES = frozenset((*_COLUMNS, *_OTHERS, *_NO_CARD))
_OPTION = re.compile(r"--query-gpu[= ]([\w.,]+)")
_UNIT = re.compile(r"\s*\[([\w%]+)\]$")
_BOARD_NAMES = re.compile(r"^(?:NVIDIA|GeForce|Quadro|Tesla|TITAN|GRID)\s", re.IGNORECASE)


def _recognise(document: Document) -> bool:
    return next(_tables(document.text), None) is not None


def _read(document: Document) -> Machine:
    return machine((_card(columns, cells) for columns, cells in _tables(document.text)), NAME)


def _tables(text: str) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """(columns, cells) of every row; columns come from the headings, or from the command that stands before them."""
    columns: Sequence[str] = ()
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if option := _OPTION.search(line):
            columns = option.group(1).split(",")
        elif _are_headings(cells):
            columns = cells
        elif any(cell.lower() in _NAMES for cell in cells):  # headings of another query, or a list of columns
            columns = ()
        elif columns and len(cells) == len(columns) and _may_be_a_row(columns, cells):
            yield columns, cells
        elif guessed := _guessed(cells):
            yield guessed, cells
        elif line.strip() and not line.startswith("#"):
            columns = ()  # another program's output


def _are_headings(cells: Sequence[str]) -> bool:
    names = [_UNIT.sub("", cell).lower() for cell in cells]
    if any(name in _NO_CARD for name in names) or len(set(names)) < len(names):
        return False
    known = sum(name in _COLUMNS or name in _OTHERS for name in names)
    # A single column may be an ordinary word: its unit, or the row below it, must tell.
    return known >= 2 or (len(names) == 1 and (names[0] == "name" or (known == 1 and names[0] != cells[0].lower())))


def _may_be_a_row(columns: Sequence[str], cells: Sequence[str]) -> bool:
    if len(columns) > 1:
        return bool(cells[0])
    return bool(_BOARD_NAMES.match(cells[0]) or re.fullmatch(r"\d+ MiB", cells[0]))


def _guessed(cells: Sequence[str]) -> Sequence[str] | None:
    """Columns of a row without headings, by what its cells look like; None when it is no card's row.

    Without a unit a number may be anything; with it, the only size, or the largest of several, is the card's memory
    (each of the others is a part of it).
    """
    if len(cells) < 2 or not any(_BOARD_NAMES.match(cell) for cell in cells):
        return None
    sizes = [size_bytes(cell) for cell in cells if re.fullmatch(r"\d+ MiB", cell)]
    columns = []
    for cell in cells:
        if _BOARD_NAMES.match(cell) and "name" not in columns:
            columns.append("name")
        elif bus_address(cell) and "pci.bus_id" not in columns:
            columns.append("pci.bus_id")
        elif re.fullmatch(r"0x[0-9A-Fa-f]{4}10DE", cell):
            columns.append("pci.device_id")
        elif re.fullmatch(r"\d{3}\.\d{2,3}(\.\d{2})?", cell):
            columns.append("driver_version")
        elif re.fullmatch(r"\d+ MiB", cell) and size_bytes(cell) == max(s or 0 for s in sizes):
            columns.append("memory.total" if "memory.total" not in columns else "?")
        else:
            columns.append("?")
    return columns if len(set(columns) - {"?"}) >= 2 else None


def _card(columns: Sequence[str], cells: Sequence[str]) -> Card:
    values: dict[str, str] = {}
    for heading, text in zip(columns, cells, strict=True):
        cell, unit = text, _UNIT.search(heading)
        field = _COLUMNS.get(_UNIT.sub("", heading).lower())
        if field is None:
            continue
        # "nounits" leaves the units out of the cells (and in the headings): sizes are MiB then.
        if field in ("total", "free", "used") and re.fullmatch(r"\d+", cell):
            cell = f"{cell} {unit.group(1) if unit else 'MiB'}"
        if field not in values or said(values[field]) is None:
            values[field] = cell
    return Card(**values)


KIND = Kind(NAME, _recognise, _read)
