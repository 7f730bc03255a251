"""Measured error bands: how far estimates of each kind lay from measurements (resources/catalog/error_bands.json)."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.errors import UserError
from advisor.files import read_bytes
from advisor.i18n import N_

BANDS_FILE = RESOURCES / "catalog" / "error_bands.json"
_FIELDS = {"key": str, "low": float, "high": float, "text": str, "rows": int, "source": str}
_LIMIT = 1 << 20


class Band(NamedTuple):
    """Factors around an estimate of one kind: measured values lay between `low` x and `high` x the estimate.

    `text` is an English sentence (a message template, translated where it is shown) that says so for people;
    `rows` counts the measurements behind it, `source` names them.
    """

    low: float
    high: float
    text: str
    rows: int
    source: str


def band(key: str) -> Band:
    """The band of one kind of estimate. Raises KeyError: keys are named by the program, never by its user."""
    return bands()[key]


@cache
def bands() -> Mapping[str, Band]:
    """Every band of the catalogue by its key."""
    return load_bands(BANDS_FILE)


def load_bands(path: Path) -> Mapping[str, Band]:
    """Read and check a file of bands. Raises UserError naming file and entry."""
    try:
        content = json.loads(read_bytes(path, _LIMIT))
    except ValueError as error:
        raise UserError(N_("{path}: not a JSON file ({reason})"), path=path, reason=error) from error
    if not isinstance(content, dict) or not isinstance(content.get("bands"), list):
        raise UserError(N_("{path}: expected one list named {name}"), path=path, name="bands")
    found: dict[str, Band] = {}
    for number, entry in enumerate(content["bands"], 1):
        key, value = _band(path, number, entry)
        if key in found:
            raise UserError(N_("{path}: entry {entry}: the key occurs twice"), path=path, entry=key)
        found[key] = value
    return found


def _band(path: Path, number: int, entry: object) -> tuple[str, Band]:
    name = entry.get("key", number) if isinstance(entry, dict) else number
    if not isinstance(entry, dict) or set(entry) != set(_FIELDS):
        raise UserError(
            N_("{path}: entry {entry}: expected exactly the fields {fields}"),
            path=path, entry=name, fields=", ".join(_FIELDS),
        )  # fmt: skip
    for field, kind in _FIELDS.items():
        value = entry[field]
        right = isinstance(value, int | float) if kind is float else isinstance(value, kind)
        if not right or isinstance(value, bool) or value == "":
            raise UserError(
                N_("{path}: entry {entry}: field {field} has a wrong value"),
                path=path,
                entry=name,
                field=field,
            )
    if not 0 < entry["low"] <= 1 <= entry["high"] or entry["rows"] < 0:
        raise UserError(N_("{path}: entry {entry}: needs 0 < low <= 1 <= high"), path=path, entry=name)
    return entry["key"], Band(
        float(entry["low"]), float(entry["high"]), entry["text"], entry["rows"], entry["source"]
    )
