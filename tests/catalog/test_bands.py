"""Error bands: the catalogue reads, and a broken file is refused by name."""

import json
from pathlib import Path

import pytest

from advisor.catalog.bands import bands, load_bands
from advisor.errors import UserError

GOOD = {"key": "x", "low": 0.9, "high": 1.1, "text": "within 10 %", "rows": 3, "source": "measured"}


def write(path: Path, entries: object) -> Path:
    file = path / "bands 测试.json"
    file.write_text(json.dumps({"bands": entries}), encoding="utf-8")
    return file


def test_every_band_of_the_catalogue_holds_one() -> None:
    """A band surrounds the estimate, says so in a sentence and names its source."""
    for key, band in bands().items():
        assert 0 < band.low <= 1 <= band.high, key
        assert band.text
        assert band.source


def test_a_good_file_reads(tmp_path: Path) -> None:
    """Values arrive as written."""
    found = load_bands(write(tmp_path, [GOOD]))
    assert found["x"].high == 1.1
    assert found["x"].rows == 3


@pytest.mark.parametrize(
    "change",
    [
        {"low": 1.2},
        {"high": 0.9},
        {"low": 0},
        {"rows": -1},
        {"rows": "3"},
        {"text": ""},
        {"low": True},
        {"extra": 1},
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, change: dict[str, object]) -> None:
    """The error names the file and the entry."""
    with pytest.raises(UserError) as caught:
        load_bands(write(tmp_path, [{**GOOD, **change}]))
    assert "bands 测试.json" in str(caught.value)
    assert " x: " in str(caught.value)


def test_the_same_key_twice_is_refused(tmp_path: Path) -> None:
    """Two bands of one name would leave it open which counts."""
    with pytest.raises(UserError, match="twice"):
        load_bands(write(tmp_path, [GOOD, GOOD]))


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    """A half-written file gives one sentence, no traceback."""
    file = tmp_path / "half.json"
    file.write_text('{"bands": [', encoding="utf-8")
    with pytest.raises(UserError, match="not valid JSON"):
        load_bands(file)
