"""The header of .safetensors files: every tensor's dtype, shape and place. No weights are read.

Layout (huggingface/safetensors, README "Format"): eight bytes of length, then that much JSON.
"""

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from advisor import RESOURCES
from advisor.catalog.reading import parse_json, read_json
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.headers import Clock, is_file, opened, read_document, refuse_crowded, refuse_pickle

HEADER_LIMIT = 32 << 20  # a file of 100,000 tensors has 15 MiB
INDEX_LIMIT = 32 << 20
INDEX_ENDING = ".safetensors.index.json"
MAX_PARTS = 2000
# huggingface_hub's names of parts (serialization/_base.py), numbered from 1
PART = re.compile(r"(?P<stem>.*)-(?P<number>[0-9]{5})-of-(?P<count>[0-9]{5})(?P<ending>\.safetensors)", re.I | re.S)


class Tensor(NamedTuple):
    """One tensor of a file."""

    dtype: str
    shape: tuple[int, ...]
    bytes: int


Tensors = Mapping[str, Tensor]


class Index(NamedTuple):
    """What an index.json names: its parts (in order), those that do not lie beside it, and all weights' bytes."""

    parts: tuple[Path, ...]
    missing: tuple[str, ...]
    total_bytes: int | None


@cache
def dtype_bits() -> Mapping[str, int]:
    """Bits of one number by the dtype's name."""
    document: Any = read_json(RESOURCES / "catalog" / "checkpoints.json")
    bits: Mapping[str, int] = document["dtype_bits"]
    return bits


def read_index(path: Path) -> Index:
    """The parts that the index.json at `path` names. Raises UserError: no index, or parts that are none."""
    document: Any = read_document(path, INDEX_LIMIT)
    names = document.get("weight_map") if isinstance(document, dict) else None
    if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
        raise UserError(N_("{path}: not an index of .safetensors files (weight_map is missing)"), path=path)
    parts = sorted(set(names.values()))
    if len(parts) > MAX_PARTS:
        raise UserError(N_("{path}: {count} parts are absurd"), path=path, count=len(parts))
    for name in parts:
        # An index that names itself, another index or a place elsewhere is no index of weights.
        if not name.lower().endswith(".safetensors") or "/" in name or "\\" in name or "\0" in name:
            raise UserError(
                N_("{path}: weight_map names {name}, which is no .safetensors file beside it"),
                path=path,
                name=name[:80],
            )
    beside = tuple(path.with_name(name) for name in parts)
    metadata = document.get("metadata")
    total = metadata.get("total_size") if isinstance(metadata, dict) else None
    return Index(
        tuple(part for part in beside if is_file(part)),
        tuple(part.name[:80] for part in beside if not is_file(part)),
        total if isinstance(total, int) and not isinstance(total, bool) and 0 < total < 1 << 50 else None,
    )


def siblings(path: Path) -> tuple[Path, ...]:
    """All parts that the name of one of them ("model-00002-of-00004.safetensors") says there are; else the file alone.

    Raises UserError for absurdly many.
    """
    part = PART.fullmatch(path.name)
    count = int(part["count"]) if part else 1
    if part is None or not 1 <= int(part["number"]) <= count:
        return (path,)
    if count > MAX_PARTS:
        raise UserError(N_("{path}: {count} parts are absurd"), path=path, count=count)
    stem, ending = part["stem"], part["ending"]
    return tuple(path.with_name(f"{stem}-{number:05}-of-{count:05}{ending}") for number in range(1, count + 1))


def read_parts(paths: Iterable[Path], first: Path) -> Tensors:
    """Every tensor of several files. Raises UserError naming the file, also when two hold the same tensor."""
    clock = Clock(first)
    found: dict[str, Tensor] = {}
    for path in paths:
        clock.check()
        more = read_tensors(path)
        twin = next((name for name in more if name in found), None)
        if twin is not None:
            raise UserError(N_("{path}: tensor {name} is in another part too"), path=path, name=twin[:80])
        found |= more
    return found


def read_tensors(path: Path) -> Tensors:
    """Every tensor of one file by its name. Raises UserError naming the file and what is wrong in it."""
    with opened(path) as (file, size):
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if not 2 <= length <= min(size - 8, HEADER_LIMIT):
            refuse_pickle(path, start)
            raise UserError(
                N_("{path}: not a .safetensors file, or cut off (a header of {length} bytes)"), path=path, length=length
            )
        raw = file.read(length)
    if raw[:1] != b"{":  # the format's own rule
        refuse_pickle(path, start)
        raise UserError(N_("{path}: its header is not JSON"), path=path)
    refuse_crowded(path, raw)
    header = parse_json(raw, path)
    return _checked(header, path, size - 8 - length)


def _checked(header: object, path: Path, data_bytes: int) -> Tensors:
    entries = header.items() if isinstance(header, dict) else ()
    found: dict[str, Tensor] = {}
    places: list[tuple[int, int, str]] = []
    for name, entry in entries:
        if name == "__metadata__":
            continue
        start, found[name] = _tensor(path, name[:80], entry if isinstance(entry, dict) else {}, data_bytes)
        places.append((start, start + found[name].bytes, name))
    if not found:
        raise UserError(N_("{path}: its header names no tensors"), path=path)
    _refuse_overlap(path, places)
    return found


def _tensor(path: Path, name: str, facts: Mapping[str, Any], data_bytes: int) -> tuple[int, Tensor]:
    """Where a tensor begins in the data, and the tensor."""
    shape, place, dtype = facts.get("shape"), facts.get("data_offsets"), facts.get("dtype")
    if not _sizes(shape) or not _sizes(place) or len(place) != 2 or place[0] > place[1]:
        raise UserError(N_("{path}: tensor {name} has no valid shape or place"), path=path, name=name)
    if not isinstance(dtype, str) or dtype not in dtype_bits():
        raise UserError(
            N_("{path}: tensor {name} has the unknown type {kind}"), path=path, name=name, kind=repr(dtype)[:40]
        )
    count, size = math.prod(shape), place[1] - place[0]
    if count > 1 << 45:
        raise UserError(N_("{path}: tensor {name} has an absurd size"), path=path, name=name)
    if place[1] > data_bytes:
        raise UserError(N_("{path}: cut off, tensor {name} lies beyond the end of the file"), path=path, name=name)
    expected = -(-count * dtype_bits()[dtype] // 8)
    if size != expected:
        raise UserError(
            N_("{path}: tensor {name} takes {found} bytes, its shape says {expected}"),
            path=path, name=name, found=size, expected=expected,
        )  # fmt: skip
    return place[0], Tensor(dtype, tuple(shape), size)


def _refuse_overlap(path: Path, places: list[tuple[int, int, str]]) -> None:
    before, end = "", 0
    for start, stop, name in sorted(places):
        if start < end and stop > start:
            raise UserError(
                N_("{path}: the tensors {one} and {other} overlap"), path=path, one=before[:80], other=name[:80]
            )
        before, end = name, max(end, stop)


def _sizes(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and len(value) <= 8 and all(type(n) is int and 0 <= n < 1 << 50 for n in value)
