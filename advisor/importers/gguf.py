"""The header of a GGUF file (versions 2 and 3): its metadata and its list of tensors. Weights are never read.

Layout: ggml's docs/gguf.md. Every count and length is checked against what is left of the header before it is believed.
"""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from advisor.errors import UserError
from advisor.files import reason
from advisor.i18n import N_

HEADER_LIMIT = 64 << 20  # the largest published headers (Llama 4's, with its vocabulary) are under 20 MiB
MAX_TENSORS, MAX_KEYS, MAX_DIMENSIONS = 1 << 17, 1 << 14, 4
STRING, ARRAY = 8, 9
# GGUF's value types: number -> struct code.
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """One tensor of the file. `shape` is ne[0], ne[1], ...; `type` is ggml's number of its type."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int  # from the start of the data


@dataclass(frozen=True, slots=True)
class Gguf:
    """A file's header. `metadata` holds scalars, texts and short lists; of long lists only the length."""

    path: Path
    version: int
    metadata: Mapping[str, Any]
    lengths: Mapping[str, int]  # of every list in the metadata
    tensors: tuple[GgufTensor, ...]
    data_start: int
    file_bytes: int


def read_gguf(path: Path) -> Gguf:
    """The header of the file at `path`. Raises UserError that names the file and what is wrong in it."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _Reader(path, file, size).gguf()
    except (OSError, ValueError) as error:
        raise UserError(N_("{path}: cannot be read ({reason})"), path=path, reason=reason(error)) from error


class _Reader:
    """Walks through the header, refusing to go beyond it."""

    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        self.path, self.size = path, size
        self.data = file.read(min(size, HEADER_LIMIT))
        self.at = 0
        self.lengths: dict[str, int] = {}

    def gguf(self) -> Gguf:
        if self.data[:4] != b"GGUF":
            raise self.wrong(N_("{path}: not a GGUF file (it does not begin with GGUF)"))
        self.at = 4
        version = self.number("I")
        if version not in (2, 3):
            raise self.wrong(N_("{path}: GGUF version {version} is not known (2 and 3 are)"), version=version)
        tensors, keys = self.number("Q"), self.number("Q")
        if tensors > MAX_TENSORS or keys > MAX_KEYS:
            raise self.wrong(N_("{path}: {tensors} tensors and {keys} keys are absurd"), tensors=tensors, keys=keys)
        metadata = {}
        for _ in range(keys):
            key = self.text()
            metadata[key] = self.value(self.number("I"), key)
        found = tuple(self.tensor() for _ in range(tensors))
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20:
            raise self.wrong(N_("{path}: alignment {alignment} is absurd"), alignment=alignment)
        start = -(-self.at // alignment) * alignment
        for tensor in found:
            if start + tensor.offset > self.size:
                raise self.wrong(N_("{path}: tensor {name} lies beyond the end of the file"), name=tensor.name[:80])
        return Gguf(self.path, version, metadata, self.lengths, found, start, self.size)

    def tensor(self) -> GgufTensor:
        name = self.text()
        dimensions = self.number("I")
        if dimensions > MAX_DIMENSIONS:
            raise self.wrong(N_("{path}: tensor {name} has {count} dimensions"), name=name[:80], count=dimensions)
        shape = tuple(self.number("Q") for _ in range(dimensions))
        count = 1
        for length in shape:
            count *= length
        if count > 1 << 45 or 0 in shape:
            raise self.wrong(N_("{path}: tensor {name} has an absurd size"), name=name[:80])
        return GgufTensor(name, shape, self.number("I"), self.number("Q"))

    def value(self, kind: int, key: str, depth: int = 0) -> Any:
        if kind in SCALARS:
            return self.number(SCALARS[kind])
        if kind == STRING:
            return self.text()
        if kind == ARRAY and depth < 3:
            return self.array(key, depth)
        raise self.wrong(N_("{path}: the value of {key} has the unknown type {kind}"), key=key[:80], kind=kind)

    def array(self, key: str, depth: int) -> Any:
        kind, count = self.number("I"), self.number("Q")
        self.lengths[key] = count
        if kind in SCALARS:
            width = struct.calcsize("<" + SCALARS[kind])
            raw = self.take(count * width)
            return struct.unpack(f"<{count}{SCALARS[kind]}", raw) if count <= 4096 else None
        if count > len(self.data):
            raise self.wrong(N_("{path}: the list {key} is longer than the header"), key=key[:80])
        if kind == STRING:
            for _ in range(count):
                self.take(self.number("Q"))
            return None
        return tuple(self.value(kind, key, depth + 1) for _ in range(count))

    def text(self) -> str:
        raw = self.take(self.number("Q"))
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.wrong(N_("{path}: a name in it is not UTF-8 text")) from error

    def number(self, code: str) -> Any:
        width = struct.calcsize("<" + code)
        return struct.unpack("<" + code, self.take(width))[0]

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            if self.size > HEADER_LIMIT:
                raise self.wrong(N_("{path}: its header is larger than {limit} MiB"), limit=HEADER_LIMIT >> 20)
            raise self.wrong(N_("{path}: cut off, the header is not complete"))
        raw = self.data[self.at : end]
        self.at = end
        return raw

    def wrong(self, message: str, **values: object) -> UserError:
        return UserError(message, path=self.path, **values)
