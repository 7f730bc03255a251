"""A JSON Schema for each kind of catalogue file: every file obeys it, and it asks for what the strict readers ask."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from advisor import RESOURCES
from advisor.catalog import cpus, gpus, prices, runtimes
from advisor.catalog.model import Model, Style

CATALOG = RESOURCES / "catalog"
SCHEMAS = CATALOG / "schemas"
FILES = sorted(path for path in CATALOG.rglob("*.json") if path.parent != SCHEMAS)


def schema(kind: str) -> Any:
    return json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))


def kind_of(path: Path) -> str:
    """A file in a folder is of the folder's kind, others are a kind of their own."""
    return path.stem if path.parent == CATALOG else path.parent.name


def name_of(path: Path) -> str:
    return path.relative_to(CATALOG).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_file_obeys_its_schema(path: Path) -> None:
    """Each kind has a schema; what it finds wrong is named with its place in the file."""
    found = Draft202012Validator(schema(kind_of(path))).iter_errors(json.loads(path.read_text(encoding="utf-8")))
    assert [f"{error.json_path}: {error.message[:200]}" for error in found] == []


def test_every_schema_is_one_and_is_needed() -> None:
    """Draft 2020-12, well-formed, without objects that swallow misspelt fields at their top, one for each kind."""
    for path in SCHEMAS.glob("*.json"):
        content = schema(path.name.removesuffix(".schema.json"))
        Draft202012Validator.check_schema(content)
        assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert content["additionalProperties"] is False, path.name
    assert {path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.json")} == set(map(kind_of, FILES))


def entry(kind: str, *path: str) -> Mapping[str, Any]:
    """The schema of the entries of a list."""
    found = schema(kind)
    for key in path:
        found = found["properties"][key]
    items: Mapping[str, Any] = found["items"]
    return items


@pytest.mark.parametrize(
    ("entries", "fields"),
    [
        (entry("gpus", "gpus"), gpus._FIELDS),
        (entry("gpus", "gpus")["properties"]["variants"]["items"], None),
        (entry("cpus", "cpus"), cpus._FIELDS),
        (entry("cpus", "generations"), cpus._GENERATION_FIELDS),
        (entry("prices", "cloud_gpu"), prices._FIELDS),
        (entry("runtimes", "builds"), runtimes._BUILD_FIELDS),
        (entry("runtimes", "exceptions"), runtimes._EXCLUSION_FIELDS),
    ],
    ids=["gpus", "variants", "cpus", "generations", "prices", "builds", "exceptions"],
)
def test_schema_and_reader_know_the_same_fields(entries: Mapping[str, Any], fields: Mapping[str, Any] | None) -> None:
    """A field that one of them learns must not be forgotten in the other."""
    assert set(entries["properties"]) == set(fields if fields is not None else gpus._VARIANT_FIELDS)


def test_models_and_architectures_list_what_the_reader_knows() -> None:
    """Every field of a style; no field of a model that is none."""
    styles = set(entry("architectures", "architectures")["properties"])
    assert styles == set(Style.__dataclass_fields__)
    assert set(entry("models", "models")["properties"]) - set(Model.__dataclass_fields__) <= {"differs", "plan"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("memory_gib", 24e9), ("pci_ids", ["10DE:2684"]), ("compute_capability", 8.9), ("kind", "fast"), ("speed", 1)],
)
def test_a_slip_is_refused_by_the_schema_too(field: str, value: object) -> None:
    """An editor that knows the schema shows the same mistakes as the program."""
    card = {"name": "X", "kind": "discrete", "architecture": "A", "source": "test", field: value}
    assert list(Draft202012Validator(schema("gpus")).iter_errors({"vendor": "NVIDIA", "gpus": [card]}))
