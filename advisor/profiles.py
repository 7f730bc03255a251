"""Saved machines: a Machine to JSON and back, equal and strict; an error names the file and the field."""

import dataclasses
import json
import re
import types
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from advisor import files
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Disk, Machine, Origin

FORMAT = "hardware-advisor-machine"
VERSION = 1
# Places that every system has: drives, and the folders that the Filesystem Hierarchy Standard and macOS name.
_NAMELESS = re.compile(
    r"[A-Za-z]:[\\/]?|/|\[SWAP\]|/(?:boot|efi|var|usr|opt|nix|gnu|snap|etc)(?:/[^/]+)*|/(?:home|srv|tmp|root|data|raid|"
    r"mnt|media|workspace|Volumes|mnt/[a-z]|mnt/data|srv/data|System/Volumes/(?:Data|Preboot|VM|Update))|"
    r"/(?:[^/]+/)+\.\.\.(?:/[^/]+)*"  # readers write dots for the name
)
LIMIT = 4 << 20  # a profile is some ten kilobytes; anything near this is not one


def to_json(machine: Machine) -> dict[str, Any]:
    """`machine` as JSON data. Unknown fields are left out, their origins are kept.

    A profile is handed on: where a disk is mounted is left out when that may hold its user's name.
    """
    return {"format": FORMAT, "version": VERSION, **_encode(without_user_names(machine))}


def without_user_names(machine: Machine) -> Machine:
    """`machine` without the places of disks that may hold a user's name ("/media/alice/USB")."""
    disks = tuple(_without_names(disk) for disk in machine.disks)
    return machine if disks == machine.disks else dataclasses.replace(machine, disks=disks)


def _without_names(disk: Disk) -> Disk:
    if disk.mount is None or _NAMELESS.fullmatch(disk.mount):
        return disk
    reason = Origin("unknown", N_("left out: it may hold its user's name"))
    return dataclasses.replace(disk, mount=None, origins={**disk.origins, "mount": reason})


def from_json(data: object, where: str) -> Machine:
    """The machine that `to_json` wrote. `where` names the file in errors. Raises UserError."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UserError(N_("{where}: not a machine profile of Hardware Advisor"), where=where)
    if data.get("version") != VERSION:
        raise UserError(
            N_("{where}: profile version {version} is unknown, version {known} was expected"),
            where=where, version=_shown(data.get("version")), known=VERSION,
        )  # fmt: skip
    body = {key: value for key, value in data.items() if key not in ("format", "version")}
    machine = _decode(Machine, body, f"{where}: machine")
    assert isinstance(machine, Machine)
    return machine


def save(machine: Machine, path: Path) -> None:
    """Write `machine` to `path`, whole or not at all. Raises UserError."""
    files.write_text(path, json.dumps(to_json(machine), ensure_ascii=False, indent=1) + "\n")


def load(path: Path) -> Machine:
    """Read the machine saved in `path`. Raises UserError naming the file and what is wrong in it."""
    raw = files.read_bytes(path, LIMIT)
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UserError(N_("{path}: not a text file, a saved machine profile was expected"), path=path) from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise UserError(
            N_("{path}: not complete JSON (line {line}), a saved machine profile was expected"), path=path, line=line
        ) from error
    return from_json(data, str(path))


def _encode(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, _encode(getattr(value, f.name))) for f in dataclasses.fields(value))
        return {name: item for name, item in pairs if item not in (None, {})}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _encode(item) for key, item in value.items()}
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(kind: Any, value: object, where: str) -> Any:
    """`value` as `kind`, or UserError saying where it is something else."""
    origin = get_origin(kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _decode_part(kind, value, where)
    if origin in (Union, types.UnionType):
        inner = [k for k in get_args(kind) if k is not type(None)]
        return None if value is None else _decode(inner[0], value, where)
    if origin is Literal:
        if value not in get_args(kind):
            raise _wrong(where, "/".join(get_args(kind)), value)
        return value
    if origin is tuple or origin is frozenset:
        if not isinstance(value, list):
            raise _wrong(where, "a list", value)
        items = (_decode(get_args(kind)[0], item, f"{where}[{i}]") for i, item in enumerate(value))
        return origin(items)
    if origin is not None:  # Mapping[str, X]
        if not isinstance(value, dict):
            raise _wrong(where, "an object", value)
        return {key: _decode(get_args(kind)[1], item, f"{where}.{_key(key)}") for key, item in value.items()}
    return _decode_plain(kind, value, where)


def _decode_plain(kind: Any, value: object, where: str) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise _wrong(
            where,
            {"str": "a text", "int": "a whole number", "float": "a number"}.get(kind.__name__, "true or false"),
            value,
        )
    if isinstance(value, int | float) and not 0 <= value <= 1e30:
        raise _wrong(where, "a number from 0", value)
    return value


def _decode_part(kind: type, value: object, where: str) -> Any:
    if not isinstance(value, dict):
        raise _wrong(where, "an object", value)
    hints = _hints(kind)
    for key in value:
        if key not in hints:
            raise UserError(N_("{where}.{key}: unknown field"), where=where, key=_key(key))
    missing = [f.name for f in dataclasses.fields(kind) if f.name not in value and _required(f)]
    if missing:
        raise UserError(N_("{where}.{key}: missing"), where=where, key=missing[0])
    part = kind(**{key: _decode(hints[key], item, f"{where}.{key}") for key, item in value.items()})
    if isinstance(part, Origin) and not _fillable(part):
        raise UserError(N_("{where}.detail: its braces do not fit its values"), where=where)
    return part


def _fillable(origin: Origin) -> bool:
    """Whether `detail` is a template of plain names that `values` has: it is filled by str.format when it is shown."""
    if not origin.values:
        return True  # shown as it stands
    try:
        fields = [
            (name, spec, change) for _, name, spec, change in Formatter().parse(origin.detail) if name is not None
        ]
    except ValueError:
        return False
    return all(
        name in origin.values and name.isidentifier() and not spec and not change for name, spec, change in fields
    )


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _wrong(where: str, expected: str, value: object) -> UserError:
    return UserError(
        N_("{where}: {value} where {expected} was expected"), where=where, value=_shown(value), expected=expected
    )


def _shown(value: object) -> str:
    """What a foreign file holds, as a few characters that can be printed."""
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."


def _key(name: str) -> str:
    """A foreign field's name, as it stands when it can be one."""
    return name if name.isidentifier() and len(name) <= 40 else _shown(name)
