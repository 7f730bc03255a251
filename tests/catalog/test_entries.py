"""The strict reader of the device catalogues: its errors name file, entry and field."""

from pathlib import Path
from typing import Any

import pytest

from advisor.catalog import entries
from advisor.errors import UserError

FIELDS = {"name": entries.text, "size": entries.number, "count": entries.whole}
REQUIRED = frozenset({"name", "size"})


def checked(*rows: Any) -> list[Any]:
    return list(entries.check(Path("cards.json"), list(rows), FIELDS, REQUIRED))


def test_right_entries_pass_unchanged() -> None:
    """What is right is handed on as it is."""
    rows = [{"name": "A", "size": 1.5}, {"name": "B", "size": 2, "count": 3}]
    assert checked(*rows) == rows


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"name": "A"}, "cards.json: entry A: field size is missing"),
        ({"name": "A", "size": 0}, "cards.json: entry A: field size has a wrong value"),
        ({"name": "A", "size": True}, "cards.json: entry A: field size has a wrong value"),
        ({"name": "A", "size": 1, "count": 1.5}, "cards.json: entry A: field count has a wrong value"),
        ({"name": "", "size": 1}, "field name has a wrong value"),
        ({"name": "A", "size": 1, "sise": 2}, "cards.json: entry A: unknown field sise"),
        ("A", "cards.json: entry 1: not an object"),
    ],
)
def test_a_wrong_entry_is_named(row: object, message: str) -> None:
    """Each kind of mistake says where it is."""
    with pytest.raises(UserError, match=message):
        checked(row)


def test_a_file_without_its_list_is_refused(tmp_path: Path) -> None:
    """A JSON file of another kind gets one sentence."""
    path = tmp_path / "a.json"
    path.write_text('{"gpus": {}}', encoding="utf-8")
    with pytest.raises(UserError, match="expected one list named gpus"):
        entries.read(path, ("gpus",))


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    """Half a file gets one sentence with its name."""
    path = tmp_path / "half.json"
    path.write_text('{"gpus": [', encoding="utf-8")
    with pytest.raises(UserError, match=r"half\.json"):
        entries.read(path, ("gpus",))
