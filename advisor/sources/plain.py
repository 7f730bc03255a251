"""Texts out of foreign files as plain lines: printable, bounded, without signs that turn what stands around them."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from advisor.machine import Machine, Origin, Part
from advisor.sources.units import one_line

MOST = 200  # characters of a name; the longest real ones (a processor with its graphics) have about eighty
_MOST_OF_ORIGIN = 500


def bounded(text: str, most: int = MOST) -> str:
    """`text` as one printable line of at most `most` characters: control characters, line breaks and marks that change
    the direction of writing become blanks.
    """
    # What lies far behind the limit is not looked at: a file may hold megabytes of it.
    shown = one_line(text[: 4 * most]) or ""
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"


def plain(machine: Machine) -> Machine:
    """`machine` with every text of it as one plain line; the very same object where all of them are already."""
    cleaned = _part(machine)
    return machine if cleaned == machine else cleaned


def _part(part: Any) -> Any:
    changes = {}
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        cleaned = _value(value)
        if cleaned is not value:
            changes[field.name] = cleaned
    return dataclasses.replace(part, **changes) if changes else part


def _value(value: Any) -> Any:
    if isinstance(value, str):
        line = bounded(value)
        return value if line == value else line or "?"
    if isinstance(value, Origin):
        return _origin(value)
    if isinstance(value, Part):
        return _part(value)
    if isinstance(value, tuple):
        return tuple(_value(item) for item in value)
    if isinstance(value, frozenset):
        return frozenset(_value(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    return value


def _origin(origin: Origin) -> Origin:
    detail = bounded(origin.detail, _MOST_OF_ORIGIN)
    values = {key: bounded(value) for key, value in origin.values.items()}
    # A template that was cut may end inside a field; it is shown as it stands then.
    return Origin(origin.kind, detail, values if detail == origin.detail else {})
