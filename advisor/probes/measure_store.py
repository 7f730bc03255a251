"""Measurements kept in the user's folder, so that the next start counts with them while the hardware is the same."""

import contextlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from advisor import files, settings
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Cpu, Machine, Memory, Origin
from advisor.probes.measure import FEW_THREADS, MANY_CORES
from advisor.sources.measured import NOT_MEASURED, Measured, applied
from advisor.sources.sanity import plausible

FORMAT, VERSION = "hardware-advisor-measured", 1
LIMIT = 1 << 20
MOST = 8  # computers that may share one home folder; the oldest measurement is forgotten
_SAME_MEMORY = 0.02  # what a system keeps for itself changes with its kernel; a module less is far more
UNREADABLE = N_("{file}: the measurement kept there cannot be read and is not used")

Record = Mapping[str, Any]


def recalled(machine: Machine, path: Path | None = None) -> Machine:
    """`machine`, this computer as it was detected, with what was measured on it before; a note where that is lost."""
    path = path or _path()
    try:
        records = _read(path)
    except UserError:
        note = Origin("unknown", UNREADABLE, {"file": path.name})
        return _unmeasured(replace(machine, notes=(*machine.notes, note)))
    mine = key(machine)
    for record in records:
        if _same(record.get("computer"), mine):
            measured = _measured(record)
            return applied(machine, measured) if measured else _unmeasured(machine)
    return _unmeasured(machine)


def remember(machine: Machine, measured: Measured, path: Path | None = None) -> None:
    """Keep what was measured on `machine`, in place of what was measured on it before. Raises UserError.

    A file that cannot be read is not overwritten but put aside.
    """
    path = path or _path()
    try:
        records = _read(path)
    except UserError:
        records = []
        with contextlib.suppress(OSError):  # writing below says why, in one sentence
            path.replace(path.with_suffix(".unreadable.json"))
    mine = key(machine)
    others = [record for record in records if not _same(record.get("computer"), mine)]
    kept = [{"computer": mine, **asdict(measured)}, *others][:MOST]
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    files.write_text(path, json.dumps({"format": FORMAT, "version": VERSION, "measured": kept}, indent=1) + "\n")


def key(machine: Machine) -> dict[str, Any]:
    """What a measurement depends on: processor, threads, size and modules of the memory. Nothing names its owner."""
    cpu = machine.cpu
    # The catalogue's number, filled in later, is not what the system said.
    threads = None if cpu.origin("threads").kind == "looked_up" else cpu.threads
    modules = [[m.size_bytes, m.kind, m.speed_mts] for m in machine.memory.modules]
    return {
        "cpu": cpu.name,
        "threads": threads,
        "memory_bytes": machine.memory_budget_bytes,
        "modules": sorted(modules, key=str),
    }


def _same(one: object, mine: Mapping[str, Any]) -> bool:
    """Whether a record is of this computer. Modules count where both know them: some systems show them to
    administrators only.
    """
    if not isinstance(one, dict) or any(one.get(name) != mine[name] for name in ("cpu", "threads")):
        return False
    if one.get("modules") and mine["modules"] and one["modules"] != mine["modules"]:
        return False
    had, have = one.get("memory_bytes"), mine["memory_bytes"]
    if had is None or have is None:
        return had is have
    return _number(had) and abs(had - have) <= _SAME_MEMORY * have


def _measured(record: Record) -> Measured | None:
    """The measurement in a record; None for values that cannot be: someone wrote into the file."""
    values: dict[str, Any] = {field.name: record.get(field.name) for field in fields(Measured)}
    flops, date = values["matrix_flops"], values["date"]
    sound = (
        plausible(Memory, "bandwidth_bytes_per_s", values["bandwidth_bytes_per_s"])
        and (flops is None or plausible(Cpu, "matrix_flops", flops))
        and values["matrix_reason"] in (None, FEW_THREADS, MANY_CORES)
        and _number(values["bandwidth_spread"])
        and (values["load"] is None or _number(values["load"]))
        and all(type(values[name]) is int and values[name] > 0 for name in ("threads", "buffer_bytes"))
        and isinstance(date, str)
        and re.fullmatch(r"\d{4}-\d\d-\d\d", date)
    )
    return Measured(**values) if sound else None


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _read(path: Path) -> list[Record]:
    """The records, newest first; none where there is no file. Raises UserError for a file that cannot be understood."""
    try:
        if not path.exists():
            return []
        data = json.loads(files.read_bytes(path, LIMIT))
    except OSError as error:  # a folder that may not be looked into
        raise UserError(UNREADABLE, file=path.name) from error
    except (ValueError, RecursionError) as error:
        raise UserError(UNREADABLE, file=path.name) from error
    known = isinstance(data, dict) and (data.get("format"), data.get("version")) == (FORMAT, VERSION)
    records = data.get("measured") if known else None
    if not isinstance(records, list):
        raise UserError(UNREADABLE, file=path.name)
    return [record for record in records if isinstance(record, dict)]


def _unmeasured(machine: Machine) -> Machine:
    if machine.cpu.matrix_flops is not None:
        return machine
    origins = {**machine.cpu.origins, "matrix_flops": NOT_MEASURED}
    return replace(machine, cpu=replace(machine.cpu, origins=origins))


def _path() -> Path:
    return settings.folder() / "measured.json"
