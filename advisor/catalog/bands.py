"""Measured error bands: how far estimates of each kind lay from measurements (resources/catalog/error_bands.json)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_entries
from advisor.errors import UserError
from advisor.i18n import N_

BANDS_FILE = RESOURCES / "catalog" / "error_bands.json"


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
    """Read and check a file of bands, uncached. Raises UserError naming file and entry."""
    found: dict[str, Band] = {}
    for entry in read_entries(path, "bands"):
        key, value = _band(entry)
        if key in found:
            raise UserError(N_("{path}: key {key} occurs twice"), path=path.name, key=key)
        found[key] = value
    return found


def _band(entry: Fields) -> tuple[str, Band]:
    key = entry.text("key")
    entry.where += f" {key}"
    value = Band(
        low=entry.number("low", 0.001, 1),
        high=entry.number("high", 1, 1000),
        text=entry.text("text"),
        rows=entry.integer("rows"),
        source=entry.text("source"),
    )
    entry.close()
    return key, value
