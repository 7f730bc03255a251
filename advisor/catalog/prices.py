"""What rented GPUs cost per hour, each range with its date and source, and which figures are too old to trust."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from advisor import RESOURCES
from advisor.catalog import entries
from advisor.errors import UserError
from advisor.i18n import N_

PRICES_FILE = RESOURCES / "catalog" / "prices.json"
_OLD = datetime.timedelta(days=180)


@dataclass(frozen=True, slots=True)
class CloudPrice:
    """A range of prices for one GPU, US dollars per hour. `gpu` is a name of the GPU catalogue.

    `date` is as exact as the source: "2026-03-10", "2026-05", "2024", or None where the source has none.
    """

    gpu: str
    low_usd_per_hour: float
    high_usd_per_hour: float
    date: str | None
    detail: str
    source: str

    @property
    def known_by(self) -> datetime.date | None:
        """The first day that `date` may mean: of an unexact date the earliest, so that no price looks younger."""
        if self.date is None:
            return None
        year, month, day = (*(int(part) for part in self.date.split("-")), 1, 1)[:3]
        return datetime.date(year, month, day)

    @property
    def middle(self) -> float:
        """The middle of the range, US dollars per hour."""
        return (self.low_usd_per_hour + self.high_usd_per_hour) / 2

    def stale(self, today: datetime.date) -> bool:
        """Whether the price is older than 180 days on `today`, or undated."""
        known = self.known_by
        return known is None or today - known > _OLD


@cache
def cloud_prices() -> tuple[CloudPrice, ...]:
    """Every price of the catalogue."""
    return load_prices(PRICES_FILE)


def load_prices(path: Path) -> tuple[CloudPrice, ...]:
    """Read a price file strictly. Raises UserError naming file, entry and field."""
    content = entries.read(path, ("cloud_gpu",))
    required = frozenset({"gpu", "low", "high", "detail", "source"})
    found = []
    for number, entry in enumerate(entries.check(path, content["cloud_gpu"], _FIELDS, required), 1):
        if entry["low"] > entry["high"]:
            raise UserError(
                N_("{path}: entry {entry}: field {field} has a wrong value"), path=path, entry=number, field="high"
            )
        day = entry.get("date")
        found.append(CloudPrice(entry["gpu"], entry["low"], entry["high"], day, entry["detail"], entry["source"]))
    return tuple(found)


def _date(value: object) -> bool:
    if type(value) is not str or not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value):
        return False
    try:
        return CloudPrice("", 0, 0, value, "", "").known_by is not None
    except ValueError:
        return False


_FIELDS: Mapping[str, entries.Check] = {
    "gpu": entries.text,
    "date": _date,
    "low": entries.number,
    "high": entries.number,
    "detail": entries.text,
    "source": entries.text,
}
