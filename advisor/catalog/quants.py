"""The tensor types that ggml stores weights and KV caches in: a strict reader of resources/catalog/quants.json."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from advisor import RESOURCES
from advisor.catalog.quant import TensorType
from advisor.errors import UserError
from advisor.files import read_bytes
from advisor.i18n import N_

QUANTS_FILE = RESOURCES / "catalog" / "quants.json"
_FIELDS = {"name": str, "block": int, "block_bytes": int, "source": str}
_LIMIT = 1 << 20


@cache
def tensor_types() -> Mapping[str, TensorType]:
    """Every tensor type of the catalogue by its name ("Q4_K", "F16")."""
    return load_tensor_types(QUANTS_FILE)


def load_tensor_types(path: Path) -> Mapping[str, TensorType]:
    """Read and check a file of tensor types. Raises UserError naming file and entry."""
    try:
        content = json.loads(read_bytes(path, _LIMIT))
    except ValueError as error:
        raise UserError(N_("{path}: not a JSON file ({reason})"), path=path, reason=error) from error
    if not isinstance(content, dict) or not isinstance(content.get("types"), list):
        raise UserError(N_("{path}: expected one list named {name}"), path=path, name="types")
    found: dict[str, TensorType] = {}
    for number, entry in enumerate(content["types"], 1):
        kind = _tensor_type(path, number, entry)
        if kind.name in found:
            raise UserError(N_("{path}: entry {entry}: the name occurs twice"), path=path, entry=kind.name)
        found[kind.name] = kind
    return MappingProxyType(found)


def _tensor_type(path: Path, number: int, entry: object) -> TensorType:
    name = entry.get("name", number) if isinstance(entry, dict) else number
    if not isinstance(entry, dict) or set(entry) != set(_FIELDS):
        raise UserError(
            N_("{path}: entry {entry}: expected exactly the fields {fields}"),
            path=path, entry=name, fields=", ".join(_FIELDS),
        )  # fmt: skip
    for field, kind in _FIELDS.items():
        value = entry[field]
        # A bool is an int to Python; no size is a bool.
        right = isinstance(value, kind) and not isinstance(value, bool) and value != ""
        if not right or (isinstance(value, int) and value < 1):
            raise UserError(
                N_("{path}: entry {entry}: field {field} has a wrong value"), path=path, entry=name, field=field
            )
    return TensorType(**entry)
