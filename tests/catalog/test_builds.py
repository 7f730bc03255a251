"""The catalogue's typical computers: every part is known, every one says something, titles tell them apart."""

import json
from pathlib import Path

import pytest

from advisor.catalog.builds import BUILDS_FILE, KINDS, builds, load_builds
from advisor.catalog.typed import problems
from advisor.errors import UserError
from advisor.i18n import translator


def test_every_part_is_in_the_catalogue() -> None:
    """No name that the catalogues lack or do not know for certain; each machine has memory, and a place to compute."""
    assert len(builds()) >= 12
    for build in builds():
        assert problems(build.parts) == {}, build
        machine = build.machine()
        assert machine.source == "catalogue"
        assert machine.memory.total_bytes
        assert machine.memory.bandwidth_bytes_per_s
        assert all(gpu.vram_bytes is not None for gpu in machine.gpus)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_titles_tell_them_apart(language: str) -> None:
    """No two look the same in the list."""
    titles = [build.title(translator(language)) for build in builds()]
    assert len(set(titles)) == len(titles)
    assert {build.kind for build in builds() if build.kind} <= set(KINDS)


def test_a_file_with_a_wrong_field_is_refused(tmp_path: Path) -> None:
    """A misspelt field is named, with its file."""
    data = json.loads(BUILDS_FILE.read_text(encoding="utf-8"))
    data["builds"][0]["rma_gib"] = 4
    path = tmp_path / "builds.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UserError, match="rma_gib"):
        load_builds(path)
