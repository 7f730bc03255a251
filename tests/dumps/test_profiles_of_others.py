"""A saved profile is nobody's detection: it may be of any computer."""

from pathlib import Path

import pytest

from advisor import dumps, profiles
from advisor.machine import Machine


@pytest.mark.parametrize(
    ("saved", "opened"), [("detected", "profile"), ("profile", "profile"), ("dump", "dump"), ("catalogue", "catalogue")]
)
def test_an_opened_profile_is_not_this_computer(tmp_path: Path, saved: str, opened: str) -> None:
    """Live gauges and measurements look at the source: what another computer detected of itself is not them."""
    path = tmp_path / "电脑.json"
    profiles.save(Machine(source=saved, model="Other"), path)  # type: ignore[arg-type]
    machine = dumps.load(path)
    assert (machine.source, machine.model) == (opened, "Other")
