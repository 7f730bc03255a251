"""Fixtures for all tests: the optional folder with recorded outputs and measured rows."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The `shared` folder beside the checkout: recorded machines, measured rows. Tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip("no `shared` folder beside the checkout: recorded data is not part of the project")
    return SHARED
