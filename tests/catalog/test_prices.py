"""Prices of rented GPUs: cards that the catalogue knows, honest dates, strict reading."""

import json
from datetime import date
from pathlib import Path

import pytest

from advisor.catalog.gpus import gpus
from advisor.catalog.prices import CloudPrice, cloud_prices, load_prices
from advisor.errors import UserError


def price(day: str | None) -> CloudPrice:
    return CloudPrice("X", 1.0, 2.0, day, "test", "test")


def test_every_price_is_of_a_known_card() -> None:
    """Names are the catalogue's own, ranges are ranges, each has its source."""
    names = {spec.name for spec in gpus()}
    assert len(cloud_prices()) >= 30
    for one in cloud_prices():
        assert one.gpu in names
        assert 0.05 < one.low_usd_per_hour <= one.high_usd_per_hour < 20
        assert one.source
        assert one.detail


def test_old_prices_are_flagged() -> None:
    """Older than 180 days, or without a date; an unexact date counts from its first day."""
    assert not price("2026-06-01").stale(date(2026, 11, 28))
    assert price("2026-06-01").stale(date(2026, 11, 29))
    assert price("2026-05").known_by == date(2026, 5, 1)
    assert price("2024").stale(date(2026, 1, 1))
    assert price(None).stale(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("change", "field"),
    [({"low": 3}, "high"), ({"date": "2026-13"}, "date"), ({"date": "May 2026"}, "date"), ({"source": ""}, "source")],
)
def test_a_wrong_price_names_its_field(tmp_path: Path, change: dict[str, object], field: str) -> None:
    """Upside-down ranges and impossible dates are refused."""
    row = {"gpu": "X", "date": "2026-05", "low": 1, "high": 2, "detail": "d", "source": "s", **change}
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"cloud_gpu": [row]}), encoding="utf-8")
    with pytest.raises(UserError, match=f"field {field} has a wrong value"):
        load_prices(path)
