"""GGUF files that were split: all parts beside the one that was named, read as the one file that they make together."""

import dataclasses
import re
from pathlib import Path

from advisor.errors import UserError
from advisor.i18n import N_
from advisor.importers.gguf import MAX_TENSORS, Gguf, GgufTensor, read_gguf
from advisor.importers.headers import Clock, is_file

# llama.cpp's names of parts (src/llama.cpp, llama_split_path), numbered from 1; split.no counts from 0.
PART = re.compile(r"(?P<stem>.*)-(?P<number>[0-9]{5})-of-(?P<count>[0-9]{5})(?P<ending>\.gguf)", re.I | re.S)
MAX_PARTS = 1000
_NAMED = 3  # missing parts that the sentence names


def read_whole(path: Path) -> Gguf:
    """The header of the GGUF file at `path`, with the tensors of all its parts. Raises UserError naming what is missing
    or does not belong together.
    """
    part = PART.fullmatch(path.name)
    first = read_gguf(path)
    count = first.metadata.get("split.count", 1)
    if not isinstance(count, int) or count < 2:
        return first
    if part is None or int(part["count"]) != count:
        raise UserError(
            N_("{path}: one of {count} parts, but its name does not end in -00001-of-{all}.gguf, so the others "
               "cannot be found"),
            path=path, count=count, all=f"{count:05}",
        )  # fmt: skip
    if count > MAX_PARTS:
        raise UserError(N_("{path}: {count} parts are absurd"), path=path, count=count)
    names = [f"{part['stem']}-{number:05}-of-{count:05}{part['ending']}" for number in range(1, count + 1)]
    beside = [path.with_name(name) for name in names]
    missing = [one.name for one in beside if not is_file(one)]
    if missing:
        shown = ", ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
        raise UserError(
            N_("{path}: {missing} of its {count} parts do not lie beside it: {names}"),
            path=path, missing=len(missing), count=count, names=shown,
        )  # fmt: skip
    return _joined(beside)


def _joined(paths: list[Path]) -> Gguf:
    clock = Clock(paths[0])  # one for all parts
    first = read_gguf(paths[0], clock)
    tensors: list[GgufTensor] = []
    size = 0
    for number, path in enumerate(paths):
        part = first if number == 0 else read_gguf(path, clock)
        if (part.metadata.get("split.no"), part.metadata.get("split.count")) != (number, len(paths)):
            raise UserError(
                N_("{path}: says that it is another part than its name says, or of another file"), path=part.path
            )
        tensors.extend(part.tensors)
        size += part.file_bytes
        if len(tensors) > MAX_TENSORS:
            break
    expected = first.metadata.get("split.tensors.count", len(tensors))
    if len(tensors) > MAX_TENSORS or expected != len(tensors) or len({t.name for t in tensors}) != len(tensors):
        raise UserError(
            N_("{path}: its parts do not belong together: they hold {found} tensors, {expected} were expected"),
            path=first.path, found=len(tensors), expected=str(expected)[:20],
        )  # fmt: skip
    return dataclasses.replace(first, tensors=tuple(tensors), file_bytes=size)
