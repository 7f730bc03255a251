"""Strict reading of the device catalogues' JSON: every error names the file, the entry and the field."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, overload

from advisor.catalog.reading import read_json
from advisor.errors import UserError
from advisor.i18n import N_

Check = Callable[[Any], bool]
Entry = Mapping[str, Any]
Spec = TypeVar("Spec")


def text(value: object) -> bool:
    """A text with something in it."""
    return type(value) is str and value != ""


_MOST = 10**15  # JSON can write numbers that are infinite, and nothing here comes near this one


def number(value: object) -> bool:
    """A number above zero."""
    return type(value) in (int, float) and 0 < value < _MOST  # type: ignore[operator]


def maker(value: str) -> str:
    """A maker's name as the catalogue writes it: "nvidia" is NVIDIA, and rules ask for NVIDIA."""
    return _MAKERS.get(value.lower(), value)


_MAKERS = {name.lower(): name for name in ("NVIDIA", "AMD", "Intel", "Apple", "Qualcomm", "ARM")}


def between(low: float, high: float) -> Check:
    """A number from `low` to `high`: what no device comes near is a slip of units or digits."""
    return lambda value: type(value) in (int, float) and low <= value <= high


def whole(value: object) -> bool:
    """A whole number above zero."""
    return type(value) is int and 0 < value < _MOST


def truth(value: object) -> bool:
    """True or false."""
    return type(value) is bool


def texts(value: object) -> bool:
    """A list of texts, none of them twice."""
    return type(value) is list and all(type(v) is str and v for v in value) and len(set(value)) == len(value)


def numbers(value: object) -> bool:
    """A list of numbers above zero."""
    return type(value) is list and all(number(v) for v in value)


def one_of(*choices: str) -> Check:
    """One of some words."""
    return lambda value: type(value) is str and value in choices


def read(path: Path, lists: tuple[str, ...], optional: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """The JSON object in `path`; each of `lists` must be a list in it, each of `optional` may be one.

    Raises UserError naming the file.
    """
    content = read_json(path)
    known = content if isinstance(content, dict) else {}
    for name in (*lists, *(name for name in optional if name in known)):
        if not isinstance(known.get(name), list):
            raise UserError(N_("{path}: expected one list named {name}"), path=path, name=name)
    return known


def check(path: Path, entries: list[Any], fields: Mapping[str, Check], required: frozenset[str]) -> Iterator[Entry]:
    """Yield each entry of a list, all of whose `fields` are right. Raises UserError naming entry and field."""
    for position, entry in enumerate(entries, 1):
        yield check_one(path, position, entry, fields, required)


def check_one(path: Path, position: int, entry: Any, fields: Mapping[str, Check], required: frozenset[str]) -> Entry:
    """The entry itself when all of its `fields` are right. Raises UserError naming entry and field."""
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
    return entry


def _fault(message: str, path: Path, position: int, entry: Entry, field: str | frozenset[str]) -> UserError:
    missing = field if isinstance(field, str) else min(field - entry.keys())
    return UserError(message, path=path, entry=entry.get("name", position), field=missing)


def named(path: Path, entries: list[Any]) -> list[Entry]:
    """The entries themselves, otherwise unchecked. Raises UserError for one without a name, or with another's."""
    try:
        keys = [entry["name"].lower() for entry in entries]
    except (TypeError, KeyError, AttributeError):
        keys = []
    if len(set(keys)) == len(entries) and "" not in keys:
        return entries
    seen: set[str] = set()
    for position, entry in enumerate(entries, 1):
        name = {"name": entry["name"]} if isinstance(entry, dict) and "name" in entry else {}
        checked = check_one(path, position, name if isinstance(entry, dict) else entry, {"name": text}, _NAMED)
        if checked["name"].lower() in seen:
            raise UserError(N_("{path}: entry {entry}: the name occurs twice"), path=path, entry=checked["name"])
        seen.add(checked["name"].lower())
    return entries


_NAMED = frozenset({"name"})


class Shelf(Sequence[Spec]):
    """Devices in order, each made, and its entry checked, when it is first asked for: most starts need a handful.

    `names` are each device's names, its own first; `make` makes the one at a place, or raises UserError.
    """

    def __init__(self, names: Sequence[tuple[str, ...]], make: Callable[[int], Spec]) -> None:
        self.names = names
        self._make = make
        self._made: dict[int, Spec] = {}

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, at: int) -> Spec: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Spec, ...]: ...

    def __getitem__(self, at: int | slice) -> Spec | tuple[Spec, ...]:
        if isinstance(at, slice):
            return tuple(self[one] for one in range(*at.indices(len(self))))
        if at not in self._made:
            if not 0 <= at < len(self.names):
                raise IndexError(at)
            self._made[at] = self._make(at)
        return self._made[at]


def joined(shelves: Sequence[Shelf[Spec]]) -> Shelf[Spec]:
    """All devices of several shelves as one; each is made once."""
    places = [(shelf, at) for shelf in shelves for at in range(len(shelf))]
    return Shelf([names for shelf in shelves for names in shelf.names], lambda at: places[at][0][places[at][1]])
