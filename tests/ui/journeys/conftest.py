"""What the journeys share: no file of the user's is touched, and the example's machine."""

from pathlib import Path

import pytest

from advisor import profiles, settings
from advisor.machine import Machine

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "folder", lambda: tmp_path / "settings")
    monkeypatch.setattr(settings, "save", lambda *_args: None)


@pytest.fixture
def laptop() -> Machine:
    """The Lenovo G480 of 2012 that the README shows."""
    return profiles.load(ROOT / "docs" / "example-lenovo-g480.json")
