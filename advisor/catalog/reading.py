"""Strict reading of the catalogue's JSON: every field typed and bounded, every error naming file, entry and field."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from advisor.errors import UserError
from advisor.files import read_bytes
from advisor.i18n import N_

MAX_BYTES = 16 << 20  # far above any catalogue file: a wrong file is refused before it fills the memory
# Numbers beyond this make no sense in any field and would only make arithmetic slow.
MAX_INTEGER = 10**18


def read_json(path: Path) -> object:
    """The JSON document of `path`. Raises UserError naming the file and the line: unreadable, no UTF-8, no JSON,
    a key twice in one object, NaN or infinity.
    """
    return parse_json(read_bytes(path, MAX_BYTES), path)


def parse_json(data: bytes, path: Path) -> object:
    """The JSON document in `data`, which was read from `path`. Raises UserError as read_json does."""
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise UserError(N_("{path}: not UTF-8 text"), path=path) from error
    except json.JSONDecodeError as error:
        raise UserError(
            N_("{path}, line {line}: not valid JSON ({reason})"), path=path, line=error.lineno, reason=error.msg
        ) from error
    except (_NotStrict, ValueError, RecursionError) as error:
        raise UserError(N_("{path}: not valid JSON ({reason})"), path=path, reason=error) from error


def read_entries(path: Path, key: str) -> Iterator["Fields"]:
    """The objects of the list under `key` of the document in `path`, each named by its "id" or "name", else by number.

    The document may hold a "note" beside the list, nothing else.
    """
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    entries = document.items(key)
    document.close()
    for number, entry in enumerate(entries, 1):
        label = entry.get("id", entry.get("name")) if isinstance(entry, dict) else None
        yield Fields(entry, f"{path.name}: {label if isinstance(label, str) else f'#{number}'}")


class Fields:
    """One JSON object read field by field; `close()` refuses the fields that nobody asked for.

    `where` names the object in every error ("qwen.json: qwen3-8b").
    """

    def __init__(self, values: object, where: str) -> None:
        self.where = where
        if not isinstance(values, Mapping):
            raise UserError(N_("{where}: an object was expected"), where=where)
        self._values: Mapping[str, object] = values
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        """All field names, in the file's order."""
        return iter(self._values)

    def keys(self) -> tuple[str, ...]:
        """All field names, in the file's order."""
        return tuple(self._values)

    def value(self, key: str) -> object:
        """The raw value, None when absent."""
        self._asked.add(key)
        return self._values.get(key)

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self.value(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(key, N_("{where}: {field}: a text was expected"))
        return value

    def optional_text(self, key: str) -> str | None:
        """A text, or None when absent."""
        self._asked.add(key)
        return self.text(key) if key in self else None

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of `choices`."""
        value = self.value(key)
        if not isinstance(value, str) or value not in choices:
            self.fail(key, N_("{where}: {field}: expected one of {choices}"), choices=", ".join(choices))
        return value

    def integer(self, key: str, low: int = 0, high: int = MAX_INTEGER) -> int:
        """A whole number from `low` to `high`."""
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fail(key, N_("{where}: {field}: a whole number from {low} to {high} was expected"), low=low, high=high)
        return value

    def optional_integer(self, key: str, low: int = 0, high: int = MAX_INTEGER) -> int | None:
        """A whole number, or None when absent."""
        self._asked.add(key)
        return self.integer(key, low, high) if key in self else None

    def number(self, key: str, low: float = 0.0, high: float = 1e24) -> float:
        """A number from `low` to `high`."""
        value = self.value(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            self.fail(key, N_("{where}: {field}: a number from {low} to {high} was expected"), low=low, high=high)
        return float(value)

    def optional_number(self, key: str, low: float = 0.0, high: float = 1e24) -> float | None:
        """A number, or None when absent."""
        self._asked.add(key)
        return self.number(key, low, high) if key in self else None

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false; `default` when absent."""
        value = self.value(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fail(key, N_("{where}: {field}: true or false was expected"))
        return value

    def items(self, key: str) -> list[object]:
        """A list, empty when absent."""
        value = self.value(key)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.fail(key, N_("{where}: {field}: a list was expected"))
        return list(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, () when absent."""
        values = self.items(key)
        if not all(isinstance(value, str) and value for value in values):
            self.fail(key, N_("{where}: {field}: a list of texts was expected"))
        return tuple(str(value) for value in values)

    def integers(self, key: str, low: int = 0, high: int = MAX_INTEGER) -> tuple[int, ...]:
        """A list of whole numbers from `low` to `high`, () when absent."""
        found = []
        for value in self.items(key):
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                self.fail(
                    key, N_("{where}: {field}: whole numbers from {low} to {high} were expected"), low=low, high=high
                )
            found.append(value)
        return tuple(found)

    def section(self, key: str) -> "Fields | None":
        """An object inside this one, or None when absent."""
        value = self.value(key)
        return None if value is None else Fields(value, f"{self.where}: {key}")

    def close(self) -> None:
        """Refuse fields that were not asked for: a misspelt name must not pass in silence."""
        unknown = [key for key in self._values if key not in self._asked]
        if unknown:
            raise UserError(N_("{where}: unknown field {field}"), where=self.where, field=unknown[0])

    def fail(self, key: str, message: str, **values: object) -> NoReturn:
        """Raise UserError about field `key`; `message` is a template with {where} and {field}."""
        raise UserError(message, where=self.where, field=key, **values)


class _NotStrict(ValueError):
    """JSON that Python takes and we do not."""


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _NotStrict(f"key twice: {key[:80]}")
            seen.add(key)
    return found


def _no_constant(name: str) -> object:
    raise _NotStrict(name)
