"""Fixtures for all tests: the optional folder with recorded outputs and measured rows."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _own_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Settings, logs and own catalogue of whoever runs the tests stay out of them."""
    empty = str(tmp_path_factory.mktemp("own"))
    os.environ.update({"XDG_CONFIG_HOME": empty, "APPDATA": empty, "XDG_STATE_HOME": empty, "LOCALAPPDATA": empty})


@pytest.fixture(scope="session")
def shared() -> Path:
    """The `shared` folder beside the checkout: recorded machines, measured rows. Tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip("no `shared` folder beside the checkout: recorded data is not part of the project")
    return SHARED
