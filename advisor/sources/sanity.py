"""What a value can be at all: types and bounds of every field, so that a lying source becomes "unknown"."""

import dataclasses
import math
import types
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from advisor.i18n import N_
from advisor.machine import PARTS, Battery, Cpu, Disk, Gpu, Machine, Memory, MemoryModule, Origin, Part, value_fields

P = TypeVar("P", bound=Part)

_TIB = 1 << 40
# (lowest, highest) value that is believed; wide, because only nonsense is to be caught.
_BOUNDS: dict[tuple[type[Part], str], tuple[float, float]] = {
    (Cpu, "sockets"): (1, 256),
    (Cpu, "cores"): (1, 65536),
    (Cpu, "threads"): (1, 65536),
    (Cpu, "performance_cores"): (0, 65536),
    (Cpu, "efficiency_cores"): (0, 65536),
    (Cpu, "base_mhz"): (50, 12_000),
    (Cpu, "max_mhz"): (50, 12_000),
    (Cpu, "l1d_bytes"): (1 << 10, 1 << 30),
    (Cpu, "l2_bytes"): (1 << 10, 64 << 30),
    (Cpu, "l3_bytes"): (1 << 10, 64 << 30),
    (Cpu, "matrix_flops"): (1e7, 1e16),
    (Memory, "total_bytes"): (1 << 24, 256 * _TIB),
    (Memory, "installed_bytes"): (1 << 24, 256 * _TIB),
    (Memory, "available_bytes"): (0, 256 * _TIB),
    (Memory, "limit_bytes"): (1 << 20, 256 * _TIB),
    (Memory, "speed_mts"): (66, 40_000),
    (Memory, "channels"): (1, 256),
    (Memory, "bandwidth_bytes_per_s"): (1e8, 1e14),
    (MemoryModule, "size_bytes"): (1 << 20, 8 * _TIB),
    (MemoryModule, "speed_mts"): (66, 40_000),
    (MemoryModule, "rated_mts"): (66, 40_000),
    (Gpu, "vram_bytes"): (0, 16 * _TIB),
    (Gpu, "vram_available_bytes"): (0, 16 * _TIB),
    (Gpu, "shared_bytes"): (0, 256 * _TIB),
    (Gpu, "bandwidth_bytes_per_s"): (1e8, 1e15),
    (Gpu, "fp32_flops"): (1e8, 1e18),
    (Gpu, "fp16_flops"): (1e8, 1e18),
    (Gpu, "board_power_w"): (1, 20_000),
    (Disk, "total_bytes"): (1, 1 << 60),
    (Disk, "free_bytes"): (0, 1 << 60),
    (Battery, "percent"): (0, 100),
}
_LONGEST_TEXT = 200
_KINDS = {kind.__name__: kind for kind in PARTS}


def checked(part: P) -> P:
    """`part` with every impossible value replaced by None and a reason that quotes it."""
    origins = dict(part.origins)
    changes: dict[str, Any] = {}
    for name in value_fields(part):
        value = getattr(part, name)
        if value is not None and not plausible(type(part), name, value):
            detail = origins[name].detail if name in origins else "?"
            changes[name] = None
            values = {"source": detail, "value": repr(value)[:60]}
            origins[name] = Origin("unknown", N_("{source} says {value}, which cannot be right"), values)
    if not changes:
        return part
    return dataclasses.replace(part, **changes, origins=origins)


def plausible(kind: type[Part], name: str, value: object) -> bool:
    """Whether `value` has the type of field `name` of part `kind` and lies within its bounds."""
    if not any(_is_a(hint, value) for hint in _alternatives(kind.__name__, name)):
        return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = _BOUNDS.get((kind, name), (-math.inf, math.inf))
        return math.isfinite(value) and low <= value <= high
    if isinstance(value, str):
        return 0 < len(value) <= _LONGEST_TEXT and value.isprintable()
    return True


@cache
def _alternatives(kind: str, name: str) -> tuple[Any, ...]:
    hint = get_type_hints(_KINDS[kind])[name]
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _is_a(hint: Any, value: object) -> bool:
    shape = get_origin(hint)
    if shape is Literal:
        return value in get_args(hint)
    if shape in (frozenset, tuple):
        return isinstance(value, shape) and all(isinstance(item, str) for item in value)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def checked_machine(machine: Machine) -> Machine:
    """`machine` with every value of every part checked."""
    machine = checked(machine)
    memory = checked(machine.memory)
    memory = dataclasses.replace(memory, modules=tuple(checked(m) for m in memory.modules))
    return dataclasses.replace(
        machine,
        cpu=checked(machine.cpu),
        memory=memory,
        gpus=tuple(checked(g) for g in machine.gpus),
        disks=tuple(checked(d) for d in machine.disks),
        battery=checked(machine.battery),
    )
