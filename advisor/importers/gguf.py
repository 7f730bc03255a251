"""The header of a GGUF file (versions 2 and 3): its metadata and its list of tensors. Weights are never read.

Layout: ggml's docs/gguf.md. Every count, length and place is checked before it is believed.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO

from advisor import RESOURCES
from advisor.catalog.quants import tensor_types
from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.headers import Clock, opened, refuse_pickle

HEADER_LIMIT = 64 << 20  # the largest published headers (Llama 4's, with its vocabulary) are under 20 MiB
MAX_TENSORS, MAX_KEYS, MAX_DIMENSIONS = 1 << 17, 1 << 14, 4
MAX_NAME = 1 << 10  # bytes of a key or of a tensor's name; ggml itself refuses names of over 63 (GGML_MAX_NAME)
KEPT_TEXT, KEPT_TEXTS, KEPT_LIST, KEPT_LISTS = 1 << 16, 1 << 22, 1 << 12, 1 << 18  # longer ones say nothing of sizes
STRING, ARRAY = 8, 9
# GGUF's value types: number -> struct code.
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRUCTS = {code: struct.Struct("<" + code) for code in SCALARS.values()}
_LENGTH: Any = _STRUCTS["Q"].unpack_from
_CHUNK = 1 << 18  # bytes of a list of texts that are looked at in one go
_CHECKED_EVERY = 4096  # lists in a list between two looks at the clock


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """One tensor of the file. `shape` is ne[0], ne[1], ...; `type` is ggml's name of its type."""

    name: str
    shape: tuple[int, ...]
    type: str
    offset: int  # from the start of the data
    bytes: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        count = 1
        for length in self.shape:
            count *= length
        return count


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


def read_gguf(path: Path, clock: Clock | None = None) -> Gguf:
    """The header of the file at `path`, read within the time of `clock`. Raises UserError that names the file and what
    is wrong in it.
    """
    with opened(path) as (file, size):
        return _Reader(path, file, size, clock or Clock(path)).gguf()


@cache
def type_names() -> Mapping[int, str]:
    """ggml's names of tensor types by their numbers."""
    document: Any = read_json(RESOURCES / "catalog" / "gguf.json")
    return {int(number): name for number, name in document["types"].items()}


def _over(chunk: bytes, count: int, length_at: Callable[[bytes, int], tuple[int]] = _LENGTH) -> tuple[int, int]:
    """Where the next of up to `count` texts begins, and how many lie before it; the last may go beyond the chunk.

    Half a million texts are walked over here for a large vocabulary: most of the time that a header takes.
    """
    place, last = 0, len(chunk) - 8
    for done in range(count):
        if place > last:
            return place, done
        place += 8 + length_at(chunk, place)[0]
    return place, count


class _Reader:
    """Walks through the header, refusing to go beyond it."""

    def __init__(self, path: Path, file: BinaryIO, size: int, clock: Clock) -> None:
        self.path, self.file, self.size, self.clock = path, file, size, clock
        self.end = min(size, HEADER_LIMIT)
        self.at = 0
        self.lengths: dict[str, int] = {}
        self.texts_left, self.lists_left = KEPT_TEXTS, KEPT_LISTS

    def gguf(self) -> Gguf:
        self.magic()
        version = self.version()
        tensors, keys = self.number("Q"), self.number("Q")
        if tensors > MAX_TENSORS or keys > MAX_KEYS:
            raise self.wrong(N_("{path}: {tensors} tensors and {keys} keys are absurd"), tensors=tensors, keys=keys)
        metadata = self.metadata(keys)
        found = tuple(self.tensor() for _ in range(tensors))
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20 or alignment & (alignment - 1):
            raise self.wrong(N_("{path}: alignment {alignment} is absurd"), alignment=str(alignment)[:40])
        start = -(-self.at // alignment) * alignment
        self.check_places(found, start, alignment)
        return Gguf(self.path, version, metadata, self.lengths, found, start, self.size)

    def magic(self) -> None:
        start = self.file.read(min(8, self.size))
        refuse_pickle(self.path, start)
        if start[:4] != b"GGUF":
            raise self.wrong(N_("{path}: not a GGUF file (it does not begin with GGUF)"))
        self.file.seek(4)
        self.at = 4

    def version(self) -> int:
        version: int = self.number("I")
        if version and not version & 0xFFFF:
            # The other order of bytes, as llama.cpp tells it (ggml/src/gguf.cpp).
            raise self.wrong(N_("{path}: a big-endian GGUF file, for other processors than this program knows"))
        if version not in (2, 3):
            raise self.wrong(N_("{path}: GGUF version {version} is not known (2 and 3 are)"), version=version)
        return version

    def metadata(self, keys: int) -> dict[str, Any]:
        metadata: dict[str, Any] = {}
        for _ in range(keys):
            self.clock.check()
            key = self.name()
            if key in metadata:
                raise self.wrong(N_("{path}: the key {key} is there twice"), key=key[:80])
            metadata[key] = self.value(self.number("I"), key)
        return metadata

    def tensor(self) -> GgufTensor:
        self.clock.check()
        name = self.name()
        dimensions = self.number("I")
        if dimensions > MAX_DIMENSIONS:
            raise self.wrong(N_("{path}: tensor {name} has {count} dimensions"), name=name[:80], count=dimensions)
        shape = tuple(self.number("Q") for _ in range(dimensions))
        count = 1
        for length in shape:
            count *= length
        if count > 1 << 45 or 0 in shape:
            raise self.wrong(N_("{path}: tensor {name} has an absurd size"), name=name[:80])
        number, offset = self.number("I"), self.number("Q")
        kind = type_names().get(number)
        if kind is None:
            raise self.wrong(N_("{path}: tensor {name} has the unknown type {kind}"), name=name[:80], kind=number)
        layout = tensor_types()[kind]
        width = shape[0] if shape else 1
        if width % layout.block:
            raise self.wrong(
                N_("{path}: tensor {name}: rows of {width} do not divide into {kind} blocks of {block}"),
                name=name[:80], width=width, kind=kind, block=layout.block,
            )  # fmt: skip
        return GgufTensor(name, shape, kind, offset, count // layout.block * layout.block_bytes)

    def check_places(self, tensors: Sequence[GgufTensor], start: int, alignment: int) -> None:
        """Refuse tensors that share a name or bytes, lie askew, or lie beyond the end of the file."""
        if len({tensor.name for tensor in tensors}) != len(tensors):
            raise self.wrong(N_("{path}: two of its tensors have the same name"))
        before, end = "", 0
        for tensor in sorted(tensors, key=attrgetter("offset")):
            name = tensor.name[:80]
            if tensor.offset % alignment:
                raise self.wrong(
                    N_("{path}: tensor {name} does not begin at a multiple of {alignment} bytes"),
                    name=name, alignment=alignment,
                )  # fmt: skip
            if tensor.offset < end:
                raise self.wrong(N_("{path}: the tensors {one} and {other} overlap"), one=before, other=name)
            before, end = name, tensor.offset + tensor.bytes
            if start + end > self.size:
                raise self.wrong(N_("{path}: cut off, tensor {name} lies beyond the end of the file"), name=name)

    def value(self, kind: int, key: str, depth: int = 0) -> Any:
        if kind in SCALARS:
            return self.number(SCALARS[kind])
        if kind == STRING:
            return self.text(KEPT_TEXT)
        if kind == ARRAY and depth < 3:
            return self.array(key, depth)
        raise self.wrong(N_("{path}: the value of {key} has the unknown type {kind}"), key=key[:80], kind=kind)

    def array(self, key: str, depth: int) -> Any:
        kind, count = self.number("I"), self.number("Q")
        self.lengths[key] = count
        if count > self.end - self.at:
            raise self.wrong(N_("{path}: the list {key} is longer than the header"), key=key[:80])
        if kind in SCALARS:
            return self.scalars(SCALARS[kind], count)
        if kind == STRING:
            self.skip_texts(count)
            return None
        for number in range(count):  # lists of lists say nothing of sizes: they are walked through, not kept
            if number % _CHECKED_EVERY == 0:
                self.clock.check()
            self.value(kind, key, depth + 1)
        return None

    def scalars(self, code: str, count: int) -> Any:
        width = _STRUCTS[code].size
        if count > min(KEPT_LIST, self.lists_left):
            self.skip(count * width)
            return None
        self.lists_left -= count
        return struct.unpack(f"<{count}{code}", self.take(count * width))

    def skip_texts(self, count: int) -> None:
        """Walk over a list of texts, such as a vocabulary, a part of the header at a time."""
        while count:
            self.clock.check()
            chunk = self.file.read(min(_CHUNK, self.end - self.at))
            place, done = _over(chunk, count)
            if not done or place > self.end - self.at:
                raise self.cut_off()
            count -= done
            self.at += place
            self.file.seek(self.at)

    def name(self) -> str:
        text = self.text(MAX_NAME)
        if text is None:
            raise self.wrong(N_("{path}: a name in it is longer than {limit} bytes"), limit=MAX_NAME)
        return text

    def text(self, longest: int) -> str | None:
        """A text; None for one over `longest` bytes, or after so many that the rest is not worth its memory."""
        length = self.number("Q")
        if length > longest or length > self.texts_left:
            self.skip(length)
            return None
        if longest == KEPT_TEXT:
            self.texts_left -= length
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.wrong(N_("{path}: a name in it is not UTF-8 text")) from error

    def number(self, code: str) -> Any:
        layout = _STRUCTS[code]
        return layout.unpack(self.take(layout.size))[0]

    def take(self, count: int) -> bytes:
        self.advance(count)
        raw = self.file.read(count)
        if len(raw) != count:
            raise self.cut_off()
        return raw

    def skip(self, count: int) -> None:
        self.advance(count)
        self.file.seek(self.at)

    def advance(self, count: int) -> None:
        self.at += count
        if self.at > self.end:
            raise self.cut_off()

    def cut_off(self) -> UserError:
        if self.size > HEADER_LIMIT:
            return self.wrong(N_("{path}: its header is larger than {limit} MiB"), limit=HEADER_LIMIT >> 20)
        return self.wrong(N_("{path}: cut off, the header is not complete"))

    def wrong(self, message: str, **values: object) -> UserError:
        return UserError(message, path=self.path, **values)
