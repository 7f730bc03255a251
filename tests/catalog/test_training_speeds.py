"""The constants of training speed are read strictly."""

import json
from pathlib import Path

import pytest

from advisor.catalog.bands import band
from advisor.catalog.training_speeds import TRAINING_SPEED_FILE, load_training_speeds, training_speeds
from advisor.errors import UserError


def test_the_catalogue_file_names_bands_and_sources() -> None:
    """Every class says where its constants come from, and its band exists."""
    for entry in training_speeds().classes.values():
        assert entry.source
        assert band(entry.band).low < 1 < band(entry.band).high


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("classes", 0, "utilisation"), 7, "utilisation"),
        (("classes", 0, "utilization"), 0.5, "unknown field utilization"),
        (("classes",), [], "cpu-avx512 is missing"),
        (("card",), None, "card"),
        (("card", "context_low_bytes"), 1 << 32, "context_bytes"),
        (("process", "share"), -1, "share"),
        (("energy", "low"), "much", "low"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, path: tuple[object, ...], value: object, message: str) -> None:
    """A wrong, missing or misspelt field is refused with its name."""
    document = json.loads(TRAINING_SPEED_FILE.read_text(encoding="utf-8"))
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    file = tmp_path / "training_speed.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load_training_speeds(file)
