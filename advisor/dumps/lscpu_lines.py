"""The lines of lscpu: labels of every version and language of util-linux, understood, from text or from JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from advisor import RESOURCES
from advisor.dumps.document import Document

_LINE = re.compile(r"^\s*(\S[^:：︰]*)[:：︰]\s*(\S.*)?$")
_CACHE = re.compile(r"^(?:\S+ )?(L1d|L2|L3)(?: \S+)?$")
_LEAST = 4  # labels that make a block of lines this program's: fewer may be another's
_OF_TYPE = frozenset(
    {"name", "family", "threads_per_core", "cores_per_socket", "cores_per_cluster", "sockets", "clusters",
     "sockets_per_book", "books_per_drawer", "books", "drawers", "max_mhz", "flags"}
)  # fmt: skip
_NEEDED = frozenset({"cpus", "threads_per_core", "cores_per_socket", "cores_per_cluster", "name"})

Pairs = list[tuple[str, str]]


class Listing(NamedTuple):
    """One output by the keys of resources/dumps/lscpu.json: what it says once, of each type of core, of caches."""

    once: dict[str, str]
    types: list[dict[str, str]]
    caches: dict[str, str]


@cache
def table() -> dict[str, Any]:
    """resources/dumps/lscpu.json."""
    table: dict[str, Any] = json.loads((RESOURCES / "dumps" / "lscpu.json").read_text(encoding="utf-8"))
    return table


@cache
def _languages() -> tuple[Mapping[str, str], ...]:
    """For each language what its labels mean; what it leaves untranslated is English."""
    tables = [{text: key for key, texts in labels.items() for text in texts} for labels in table()["labels"].values()]
    english = tables[0]
    return tuple({**english, **own} for own in tables)


@cache
def _all_labels() -> frozenset[str]:
    return frozenset(label for language in _languages() for label in language)


def listings(document: Document) -> Iterator[Listing]:
    """Every output of lscpu in `document`."""
    data = document.data
    blocks = _from_json(data) if data is not None else _from_text(document.text)
    for pairs in blocks:
        listing = _understood(pairs)
        if listing is not None:
            yield listing


def _from_json(data: object) -> Iterator[Pairs]:
    if isinstance(data, dict) and isinstance(data.get("lscpu"), list):
        yield list(_walk(data["lscpu"], 0))


def _walk(entries: object, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(entries, list) or depth > 8:
        return
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        field, value = entry.get("field"), entry.get("data")
        if isinstance(field, str):
            yield field.strip().rstrip(":：︰").strip(), "" if value is None else str(value)
        yield from _walk(entry.get("children"), depth + 1)


def _from_text(text: str) -> Iterator[Pairs]:
    """The label and value of every line, a list for each block between blank lines."""
    for block in re.split(r"\n[ \t]*\n", text):
        pairs: Pairs = []
        column = 0
        for line in block.split("\n"):
            found = _LINE.match(line)
            # On a terminal long values go on in the next line, below their beginning.
            if pairs and column and line[:column].isspace() and len(line) > column:
                pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {line.strip()}")
            elif found:
                column = found.start(2) if found.group(2) else column
                pairs.append((" ".join(found.group(1).split()), (found.group(2) or "").rstrip()))
        if len(pairs) >= _LEAST:
            yield pairs


def _understood(pairs: Pairs) -> Listing | None:
    """`pairs` by the language that knows most of them; None when too few are known to any."""
    known = _all_labels() & {label for label, _ in pairs}
    if len(known) < _LEAST:
        return None
    language = max(_languages(), key=lambda labels: len({labels[label] for label in known if label in labels}))
    once: dict[str, str] = {}
    caches: dict[str, str] = {}
    types: list[dict[str, str]] = [{}]
    for label, value in pairs:
        key = language.get(label)
        if key == "name" and "name" in types[-1]:
            types.append({})  # each type of core begins with its name
        if key in _OF_TYPE:
            types[-1].setdefault(key, value)
        elif key is not None:
            once.setdefault(key, value)
        elif cache_name := _CACHE.match(label):
            caches.setdefault(cache_name.group(1), value)
    seen = once.keys() | {key for entry in types for key in entry}
    return Listing(once, types, caches) if len(seen) >= _LEAST and seen & _NEEDED else None
