"""Several dumps as one machine: the most trusted answer stands, and dumps of different computers are refused."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Machine, Origin, Part, value_fields
from advisor.sources.merge import consistent, merge
from advisor.sources.sanity import checked_machine

P = TypeVar("P", bound=Part)

_NOISE = re.compile(
    r"\((?:r|tm|c)\)|@.*$|\b(?:cpu|processor|apu|with .*|w/ .*|\d+-core|(?:six|eight|quad|dual|twelve|sixteen)-core)\b|"
    r"\b(?:genuine|11th|12th|13th|14th|10th|gen)\b",
    re.IGNORECASE,
)


_KEEPS_OLD = "registry export"
_ONE_MAKERS = ("nvidia-smi", "rocm-smi")  # they list their own maker's cards only


class Piece(NamedTuple):
    """What one dump tells: the file it lies in, the program that wrote it, its rank of trust (0 first)."""

    file: str
    program: str
    rank: int
    machine: Machine


def one_machine(pieces: Sequence[Piece]) -> Machine:
    """All `pieces` as one machine, every gap with its reason. Raises UserError when they are of different computers."""
    ordered = sorted(pieces, key=lambda piece: piece.rank)
    _refuse_others(ordered)
    ordered = _without_old_cards(ordered)
    machine = Machine(source="dump")
    for piece in ordered:
        machine = merge(machine, checked_machine(piece.machine))
    machine = replace(consistent(_in_wsl(machine, ordered)), source="dump")
    return _explained(machine, ", ".join(dict.fromkeys(piece.program for piece in ordered)))


def _in_wsl(machine: Machine, pieces: Sequence[Piece]) -> Machine:
    """WSL is a virtual machine to all programs but those that read the kernel's name: theirs is the better answer."""
    knows = next((p.machine for p in pieces if "wsl" in (p.machine.environment or ())), None)
    if knows is None:
        return machine
    origins = {**machine.origins, "environment": knows.origin("environment")}
    return replace(machine, environment=knows.environment, origins=origins)


def _without_old_cards(pieces: Sequence[Piece]) -> list[Piece]:
    """`pieces` without the cards that only an export of the registry knows: Windows keeps the keys of old cards."""
    lists = [p for p in pieces if p.machine.gpus and not p.program.startswith((_KEEPS_OLD, *_ONE_MAKERS))]
    if not lists:
        return list(pieces)
    present = {gpu.pci_id for piece in lists for gpu in piece.machine.gpus}
    return [_with_cards(piece, present) if piece.program == _KEEPS_OLD else piece for piece in pieces]


def _with_cards(piece: Piece, present: set[str | None]) -> Piece:
    gpus = tuple(gpu for gpu in piece.machine.gpus if gpu.pci_id in present)
    return piece._replace(machine=replace(piece.machine, gpus=gpus, notes=()))


def _refuse_others(pieces: Sequence[Piece]) -> None:
    named = [piece for piece in pieces if piece.machine.cpu.name]
    for piece in named[1:]:
        first, other = named[0].machine.cpu.name or "", piece.machine.cpu.name or ""
        if not same_processor(first, other):
            raise UserError(
                N_("{path}: of another computer than {first} ({other} there, {name} here)"),
                path=piece.file, first=named[0].file, other=first, name=other,
            )  # fmt: skip


def same_processor(one: str, other: str) -> bool:
    """Whether two programs may mean the same processor: one's words are all among the other's."""
    words = [set(re.findall(r"[a-z0-9]+", _NOISE.sub(" ", name.lower()))) for name in (one, other)]
    return words[0] <= words[1] or words[1] <= words[0]


def _explained(machine: Machine, programs: str) -> Machine:
    memory = _reasons(machine.memory, programs)
    memory = replace(memory, modules=tuple(_reasons(module, programs) for module in memory.modules))
    return replace(
        _reasons(machine, programs),
        cpu=_reasons(machine.cpu, programs),
        memory=memory,
        gpus=tuple(_reasons(gpu, programs) for gpu in machine.gpus),
        disks=tuple(_reasons(disk, programs) for disk in machine.disks),
        battery=_reasons(machine.battery, programs),
    )


def _reasons(part: P, programs: str) -> P:
    missing = [n for n in value_fields(part) if getattr(part, n) is None and n not in part.origins]
    if not missing:
        return part
    reason = Origin("unknown", N_("{source} does not say"), {"source": programs})
    return replace(part, origins={**part.origins, **dict.fromkeys(missing, reason)})
