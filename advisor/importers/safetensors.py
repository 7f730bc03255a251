"""The header of .safetensors files -> Model: the config.json beside them says what it is, their tensors must agree.

Layout (huggingface/safetensors, README "Format"): eight bytes of length, then that much JSON naming each tensor's
dtype, shape and place. No weights are read.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advisor.catalog.model import Model
from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.files import reason
from advisor.i18n import N_
from advisor.importers.hf_config import read_config

HEADER_LIMIT = 64 << 20
TABLES = ("embed_tokens.weight", "wte.weight", "word_embeddings.weight", "embedding.word_embeddings.weight")


def read_model(path: Path) -> Model:
    """The model whose weights lie at `path` (one file, or the index of several). Raises UserError naming the file."""
    shapes = _index_shapes(path) if path.suffix.lower() == ".json" else read_shapes(path)
    config = path.parent / "config.json"
    if not config.is_file():
        raise UserError(N_("{path}: the config.json that says what it is does not lie beside it"), path=path)
    model = read_config(config)
    for name, shape in shapes.items():
        if name.endswith(TABLES) and len(shape) == 2 and shape[1] != model.hidden:
            raise UserError(
                N_("{path}: its embeddings are {found} wide, its config.json says {expected}"),
                path=path, found=shape[1], expected=model.hidden,
            )  # fmt: skip
    return model


def _index_shapes(path: Path) -> Mapping[str, tuple[int, ...]]:
    """The shapes in all files of an index.json, as far as they lie beside it."""
    document: Any = read_json(path)
    names = document.get("weight_map") if isinstance(document, dict) else None
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise UserError(N_("{path}: not an index of .safetensors files (weight_map is missing)"), path=path)
    shapes: dict[str, tuple[int, ...]] = {}
    for name in sorted(set(names.values())):
        part = path.parent / Path(name).name
        if part.is_file():
            shapes |= read_shapes(part)
    return shapes


def read_shapes(path: Path) -> Mapping[str, tuple[int, ...]]:
    """Every tensor's shape in one file. Raises UserError naming the file and what is wrong in it."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= min(size - 8, HEADER_LIMIT):
                raise UserError(N_("{path}: not a .safetensors file, or cut off (a header of {length} bytes)"),
                                path=path, length=length)  # fmt: skip
            raw = file.read(length)
    except (OSError, ValueError) as error:
        raise UserError(N_("{path}: cannot be read ({reason})"), path=path, reason=reason(error)) from error
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UserError(N_("{path}: its header is not JSON"), path=path) from error
    return _checked(header, path, size - 8 - length)


def _checked(header: object, path: Path, data_bytes: int) -> Mapping[str, tuple[int, ...]]:
    entries = header.items() if isinstance(header, dict) else ()
    shapes: dict[str, tuple[int, ...]] = {}
    for name, entry in entries:
        if name == "__metadata__":
            continue
        facts: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
        shape: Any = facts.get("shape")
        place: Any = facts.get("data_offsets")
        if not _sizes(shape) or not _sizes(place) or len(place) != 2 or not place[0] <= place[1] <= data_bytes:
            raise UserError(N_("{path}: tensor {name} has no valid shape or place"), path=path, name=str(name)[:80])
        if math.prod(shape) > 1 << 45:
            raise UserError(N_("{path}: tensor {name} has an absurd size"), path=path, name=str(name)[:80])
        shapes[name] = tuple(shape)
    if not shapes:
        raise UserError(N_("{path}: its header names no tensors"), path=path)
    return shapes


def _sizes(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 8 and all(type(n) is int and n >= 0 for n in value)
