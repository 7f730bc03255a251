"""Strict reading of the device catalogues' JSON: every error names the file, the entry and the field."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.i18n import N_

Check = Callable[[Any], bool]
Entry = Mapping[str, Any]


def text(value: object) -> bool:
    """A text with something in it."""
    return type(value) is str and value != ""


def number(value: object) -> bool:
    """A number above zero."""
    return type(value) in (int, float) and value > 0  # type: ignore[operator]


def whole(value: object) -> bool:
    """A whole number above zero."""
    return type(value) is int and value > 0


def truth(value: object) -> bool:
    """True or false."""
    return type(value) is bool


def texts(value: object) -> bool:
    """A list of texts, none of them twice."""
    return type(value) is list and all(type(v) is str and v for v in value) and len(set(value)) == len(value)


def numbers(value: object) -> bool:
    """A list of numbers above zero."""
    return type(value) is list and all(type(v) in (int, float) and v > 0 for v in value)


def one_of(*choices: str) -> Check:
    """One of some words."""
    return lambda value: value in choices


def read(path: Path, lists: tuple[str, ...]) -> Mapping[str, Any]:
    """The JSON object in `path`; each of `lists` must be a list in it. Raises UserError naming the file."""
    content = read_json(path)
    for name in lists:
        if not isinstance(content, dict) or not isinstance(content.get(name), list):
            raise UserError(N_("{path}: expected one list named {name}"), path=path, name=name)
    return cast(Mapping[str, Any], content)


def check(path: Path, entries: list[Any], fields: Mapping[str, Check], required: frozenset[str]) -> Iterator[Entry]:
    """Yield each entry of a list, all of whose `fields` are right. Raises UserError naming entry and field."""
    for position, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise UserError(N_("{path}: entry {entry}: not an object"), path=path, entry=position)
        if not required <= entry.keys():
            raise _fault(N_("{path}: entry {entry}: field {field} is missing"), path, position, entry, required)
        for field, value in entry.items():
            rule = fields.get(field)
            if rule is None:
                raise _fault(N_("{path}: entry {entry}: unknown field {field}"), path, position, entry, field)
            if not rule(value):
                raise _fault(N_("{path}: entry {entry}: field {field} has a wrong value"), path, position, entry, field)
        yield entry


def _fault(message: str, path: Path, position: int, entry: Entry, field: str | frozenset[str]) -> UserError:
    missing = field if isinstance(field, str) else min(field - entry.keys())
    return UserError(message, path=path, entry=entry.get("name", position), field=missing)
