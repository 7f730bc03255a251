"""Machines out of files: saved profiles and what other programs print about a computer, recognised by content."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from advisor import files, profiles
from advisor.dumps.document import Document, decode
from advisor.dumps.kinds import kinds
from advisor.dumps.merging import Piece, one_machine
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Machine
from advisor.sources.plain import plain

LOOKED_AT = 2 << 20  # characters; real dumps that are longer (msinfo32, registry exports) are of one program
LIMIT = 32 << 20  # the largest real one, an msinfo32 export, has about ten MiB
NOT_RECOGNISED = N_(
    "{path}: not recognised; a saved profile or the output of lshw, lscpu, dmidecode, lspci, nvidia-smi, rocm-smi, "
    "inxi, fastfetch, dxdiag, msinfo32, systeminfo, Get-CimInstance or system_profiler was expected"
)


class Read(NamedTuple):
    """One file as it was read: a profile's whole machine, or the pieces that its dumps tell."""

    name: str
    profile: Machine | None
    pieces: tuple[Piece, ...]


class Loaded(NamedTuple):
    """A machine out of files, and what was recognised: each file's name as it was given, with the programs in it (no
    program: a saved profile).
    """

    machine: Machine
    files: tuple[tuple[str, tuple[str, ...]], ...]


def load(*paths: Path) -> Machine:
    """The machine that one or several files tell of; several must be of the same computer.

    Raises UserError naming the file: unreadable, too large, not of a known kind, or of another computer.
    """
    return load_all(*paths).machine


def load_all(*paths: Path) -> Loaded:
    """As `load`, with what was recognised in each file."""
    read = [read_file(path) for path in paths]
    files_ = tuple((one.name, tuple(dict.fromkeys(piece.program for piece in one.pieces))) for one in read)
    whole = [one for one in read if one.profile is not None]
    if len(read) == 1 and whole:
        assert whole[0].profile is not None
        return Loaded(whole[0].profile, files_)
    if whole:
        raise UserError(N_("{path}: a saved profile is a whole machine, open it alone"), path=whole[0].name)
    return Loaded(one_machine([piece for one in read for piece in one.pieces]), files_)


def read_file(path: Path) -> Read:
    """What `path` tells. Raises UserError."""
    return read_document(decode(str(path), files.read_bytes(path, LIMIT)))


def _saved(machine: Machine) -> Machine:
    """A profile may be of any computer: nothing that asks this one, live or by measuring, may take it for that."""
    return replace(machine, source="profile") if machine.source == "detected" else machine


def read_document(document: Document) -> Read:
    """What a decoded file tells; a text may hold the outputs of several programs one after another."""
    data = document.data
    if isinstance(data, dict) and data.get("format") == profiles.FORMAT:
        return Read(document.name, _saved(plain(profiles.from_json(data, document.name))), ())
    beginning = _beginning(document)
    found = [(rank, kind) for rank, kind in enumerate(kinds()) if kind.recognise(beginning)]
    pieces = []
    for rank, kind in found:
        machine = profiles.without_user_names(plain(kind.read(document)))
        if tells_something(machine):
            pieces.append(Piece(document.name, kind.name, rank, machine))
    if not found:
        raise UserError(NOT_RECOGNISED, path=document.name)
    if not pieces:
        raise UserError(
            N_("{path}: looks like the output of {program}, but tells nothing about hardware"),
            path=document.name, program=found[0][1].name,
        )  # fmt: skip
    return Read(document.name, None, tuple(pieces))


def _beginning(document: Document) -> Document:
    """What a kind is recognised by: of a very long text only its beginning, or some thirty readers would look for their
    words through all of it, a second for each MiB. JSON and XML are one piece.
    """
    text = document.text
    if len(text) <= LOOKED_AT or text.lstrip()[:1] in ("{", "[", "<"):
        return document
    return Document(document.name, text[: text.rfind("\n", 0, LOOKED_AT) + 1] or text[:LOOKED_AT])


def tells_something(machine: Machine) -> bool:
    """Whether anything about the hardware or its system is known."""
    memory, cpu = machine.memory, machine.cpu
    return bool(
        machine.model or machine.manufacturer or machine.os_name or machine.gpus or machine.disks or cpu.name
        or cpu.features or cpu.threads or memory.total_bytes or memory.installed_bytes or memory.modules
        or machine.battery.present is not None or machine.chassis
    )  # fmt: skip


__all__: Sequence[str] = (
    "LIMIT", "NOT_RECOGNISED", "Loaded", "Read", "load", "load_all", "read_document", "read_file", "tells_something",
)  # fmt: skip
