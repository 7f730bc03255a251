"""Memory that could be put into a machine: a module more, larger modules instead, or simply another size."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from advisor.advice.parts import module_sizes, usual_slots
from advisor.catalog.typed import modules_of
from advisor.i18n import GIB, Translator
from advisor.machine import Machine
from advisor.ui.base.wish import gib_text, modules_text

MOST = 8  # more would be a catalogue
_SIZE = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)\s*(?:gi?b?)?", re.IGNORECASE)


class Choice(NamedTuple):
    """Memory that is wished for, GiB: all its modules, or (none told) its size; `added` says that some stay."""

    modules: tuple[float, ...]
    gib: float
    added: float = 0.0

    def text(self, _: Translator) -> str:
        """In the list: "one more module of 8 GiB (16 GiB in all)"."""
        total = gib_text(_, self.gib)
        if self.added:
            return _("one more module of {size} ({total} in all)", size=gib_text(_, self.added), total=total)
        if self.modules:
            return _("{modules} instead ({total} in all)", modules=modules_text(_, self.modules), total=total)
        return total


def present(machine: Machine) -> tuple[float, ...]:
    """The sizes of the modules that are known to be there, GiB."""
    sizes = tuple(one.size_bytes / GIB for one in machine.memory.modules if one.size_bytes)
    total = machine.memory.installed_bytes or machine.memory.total_bytes
    if not sizes and total and machine.memory.channels == 1:
        return (round(total / GIB),)  # one channel is one module
    return sizes


def choices(machine: Machine) -> Sequence[Choice]:
    """What is usual for the machine's kind of memory and board, the smallest change first; () where it is soldered."""
    kind = machine.memory.kind or ""
    if kind.startswith("LP") or any(gpu.kind == "unified" for gpu in machine.gpus):
        return ()
    now, there, sizes = _gib(machine), present(machine), module_sizes(machine)
    if not sizes:
        start = now or 4.0
        return [Choice((), 2 ** (round(start) - 1).bit_length() * factor) for factor in (2, 4, 8)] if now else []
    slots = max(usual_slots(machine), len(there))
    found = []
    if there and len(there) < slots:
        found = [Choice((*there, size), sum(there) + size, size) for size in sizes if size >= there[0]][:2]
    pairs = [
        Choice((float(size),) * count, float(size) * count) for count in (2, 4) if count <= slots for size in sizes
    ]
    larger = sorted((one for one in pairs if one.gib > 1.05 * now), key=lambda one: (one.gib, len(one.modules)))
    return (*found, *larger)[:MOST]


def slots_text(_: Translator, machine: Machine) -> str:
    """What is in each slot, as far as the machine tells: "DIMM 0: 8 GiB DDR3-1600"; else the whole memory."""
    memory = machine.memory
    told = [one for one in memory.modules if one.size_bytes]
    if not told:
        return _.gib(memory.total_bytes) if memory.total_bytes else ""
    lines = []
    for module in told:
        kind = "-".join(filter(None, (module.kind, str(module.speed_mts or ""))))
        size = " ".join(filter(None, (gib_text(_, (module.size_bytes or 0) / GIB), kind)))
        lines.append(_("{slot}: {module}", slot=module.slot, module=size) if module.slot else size)
    return " · ".join(lines)


def typed(text: str) -> tuple[float | None, tuple[float, ...]]:
    """A size or modules out of "32", "16 GiB", "2 x 16", "8 + 4": (GiB, ()) or (None, sizes). Raises UserError."""
    plain = text.strip().replace("×", "x")
    if not plain:
        return None, ()
    alone = _SIZE.fullmatch(plain)
    if alone and float(alone[1]):
        return float(alone[1]), ()
    return None, modules_of(plain)[0]


def _gib(machine: Machine) -> float:
    return (machine.memory.installed_bytes or machine.memory.total_bytes or 0) / GIB
