"""Every source of the catalogue can be followed: an address, a file of a repository, a data set, or a plain word."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.test_schemas import FILES, name_of

# An address; owner/repository or a path in it; a version or commit; a report's number; or the word that says that
# nothing was looked up, but assumed, measured, fitted or known in general.
FOLLOWED = re.compile(
    r"https?://[\w.-]+\.[a-z]{2,}(?:/|\b)|[\w.-]+/[\w.-]+|\b\d+\.\d+|@[0-9a-f]{6,}|\bc\d{3,}|\b\w+\.(?:py|cpp|h|c|json|md)\b"
    r"|general knowledge|assumed|measured|fitted|published|Apple newsroom|fine-tuning runs|HF safetensors metadata"
)


def sources(value: Any) -> Iterator[str]:
    """All texts under the key "source", at any depth."""
    if isinstance(value, dict):
        if isinstance(value.get("source"), str):
            yield value["source"]
        for inside in value.values():
            yield from sources(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from sources(inside)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_source_can_be_followed(path: Path) -> None:
    """Each says more than a name, and none is cut off or has a space where an address goes on."""
    for source in sources(json.loads(path.read_text(encoding="utf-8"))):
        assert FOLLOWED.search(source), source
        assert source == source.strip()
        assert not re.search(r"https?://(?:\s|$)|https?:/[^/]", source), source


@pytest.mark.parametrize("name", ["runtimes.json", "prices.json"])
def test_rules_and_prices_say_where_they_stand(name: str) -> None:
    """What ages has an address, a repository's file with its commit, or a document's name with its version."""
    (path,) = [path for path in FILES if path.name == name]
    for source in sources(json.loads(path.read_text(encoding="utf-8"))):
        assert re.search(r"https?://|@[0-9a-f]{6,}|CMakeLists|\.md\b|\.cpp\b|release notes", source), source
