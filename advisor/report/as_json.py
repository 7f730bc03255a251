"""The report as JSON: the numbers under the contract's names, and the document's sections as text."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from advisor import NAME, __version__, profiles
from advisor.advice.result import Advice
from advisor.advice.survey import Survey
from advisor.catalog.model import Model
from advisor.estimator.as_json import to_json
from advisor.estimator.result import Estimate
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.report.document import Document, Section
from advisor.workload import METHODS


def render(machine: Machine, found: Survey, advice: Advice, document: Document, _: Translator) -> str:
    """Machine, advice, matrix and the sections that people read, as one JSON text."""
    content = {
        "program": NAME,
        "version": __version__,
        "created": document.created.isoformat(),
        "language": document.language,
        "machine": profiles.to_json(without_places(machine)),
        "advice": _plain(advice, _),
        "matrix": [_row(machine, found, place, _) for place in range(len(found.estimates["run"]))],
        "document": {
            "title": document.title,
            "subtitle": document.subtitle,
            "sections": [section_json(section) for section in document.sections],
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def without_places(machine: Machine) -> Machine:
    """`machine` without its mount points, which may hold the user's name."""
    disks = tuple(dataclasses.replace(disk, mount=None) for disk in machine.disks)
    return dataclasses.replace(machine, disks=disks)


def _row(machine: Machine, found: Survey, place: int, _: Translator) -> dict[str, Any]:
    cells = {method: to_json(found.estimates[method][place], _, machine) for method in METHODS}
    return {
        "model": cells[METHODS[0]]["model"],
        "methods": {
            method: {key: value for key, value in cell.items() if key != "model"} for method, cell in cells.items()
        },
    }


def section_json(section: Section) -> dict[str, Any]:
    """A section as JSON data: its title, its level, its blocks with their type."""
    blocks = [{"type": type(block).__name__.lower(), **_plain(block)} for block in section.blocks]
    return {"title": section.title, "level": section.level, "blocks": blocks}


def _plain(value: Any, _: Translator | None = None) -> Any:
    """`value` as JSON data: estimates under the contract's names, models by id, tuples with names as objects."""
    if isinstance(value, Estimate) and _ is not None:
        return to_json(value, _)
    if isinstance(value, Model):
        return value.id
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name), _) for f in dataclasses.fields(value)}
    if hasattr(value, "_asdict"):
        return {key: _plain(item, _) for key, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, _) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, _) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
