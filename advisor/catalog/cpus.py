"""Processors as facts: a strict reader of resources/catalog/cpus, by model or else by the generation a name tells."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog import entries
from advisor.catalog.entries import Shelf, joined
from advisor.catalog.names import Index, hint
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import CPU_FEATURES

CPUS_FOLDER = RESOURCES / "catalog" / "cpus"
# Words that leave no doubt which vendor's file a name is in.
_MAKERS = {"intel": ("intel", "xeon"), "amd": ("amd", "ryzen", "epyc", "athlon"), "apple": ("apple",)}
_CHANNEL_BYTES = 8  # a channel is 64 bits wide, also where DDR5 and LPDDR split it


class MemorySpeed(NamedTuple):
    """The fastest standard speed of one kind of memory on a processor: ("DDR4", 3200 mega-transfers per second)."""

    kind: str
    mts: int


@dataclass(frozen=True, slots=True)
class CpuSpec:
    """What is known of one processor, per socket. Clocks in MHz, sizes in bytes, rates per second; None is unknown.

    `cores` is None where only the generation could be told from the name.
    """

    name: str
    vendor: str
    architecture: str
    source: str
    generation: str | None = None
    cores: int | None = None
    threads: int | None = None
    performance_cores: int | None = None
    efficiency_cores: int | None = None
    base_mhz: float | None = None
    max_mhz: float | None = None
    l3_bytes: int | None = None
    features: frozenset[str] | None = None
    memory: tuple[MemorySpeed, ...] = ()
    memory_channels: float | None = None  # of 64 bits; 0.5 is a bus of 32 bits
    stated_bandwidth: float | None = None  # where the maker states it for the whole chip
    memory_source: str | None = None

    @property
    def memory_bandwidth(self) -> float | None:
        """The most that its memory can move, bytes per second: channels x fastest standard speed x 8 bytes."""
        return self.stated_bandwidth or self.bandwidth_with(None)

    def bandwidth_with(self, kind: str | None) -> float | None:
        """The most that memory of `kind` can move on it; of any kind for None or a kind it does not list."""
        speeds = [speed.mts for speed in self.memory if speed.kind == kind] or [speed.mts for speed in self.memory]
        if not speeds or self.memory_channels is None:
            return None
        return max(speeds) * 1e6 * _CHANNEL_BYTES * self.memory_channels


@dataclass(frozen=True, slots=True)
class Generation:
    """What the processors of one generation share; `pattern` recognises their names (lower case, without maker)."""

    spec: CpuSpec
    pattern: str | None  # compiled only when a name needs it: dozens of them would slow down every start


class Catalogue(NamedTuple):
    """The processors by name, and the generations in the files' order."""

    cpus: Sequence[CpuSpec]
    generations: tuple[Generation, ...]


def cpus() -> tuple[CpuSpec, ...]:
    """Every processor of the catalogue, by vendor."""
    return tuple(_all())


def cpu_names() -> tuple[str, ...]:
    """The name of every processor of the catalogue, without making the processors."""
    return tuple(names[0] for names in _all().names)


def generations() -> Mapping[str, Generation]:
    """Every generation of the catalogue by its name."""
    return {one.spec.name: one for vendor in _vendors() for one in _of(vendor).generations}


def extend(added: Iterable[CpuSpec]) -> None:
    """From now on the catalogue also has `added`; each replaces the entry of its name.

    To be called at start, before the first look-up; () takes everything back.
    """
    _added.clear()
    _added.update({spec.name.lower(): spec for spec in added})
    for table in (_vendors, _of, _all, _names):
        table.cache_clear()


_added: dict[str, CpuSpec] = {}


def find_cpu(text: str) -> CpuSpec:
    """The processor that `text` names; by its generation when the model itself is not listed. Raises UserError."""
    return known_cpu(text) or Index(_all(), _all().names).find(text)


def known_cpu(text: str) -> CpuSpec | None:
    """As `find_cpu`, but None for a name that says nothing or too little."""
    maker = hint(text, _MAKERS)
    vendors = (maker,) if maker else _vendors()
    found = [spec for vendor in vendors for spec in _names(vendor).candidates(text)]
    if found:
        return found[0] if len(found) == 1 else None
    return _by_generation(text, vendors)


def load_cpus(folder: Path) -> Catalogue:
    """Read every file of a catalogue folder strictly. Raises UserError naming file, entry and field."""
    found: dict[str, CpuSpec] = {}
    known: dict[str, Generation] = {}
    for path in sorted(folder.glob("*.json")):
        content = load_cpu_file(path)
        known |= {one.spec.name: one for one in content.generations}
        for spec in content.cpus:
            if spec.name.lower() in found:
                raise UserError(N_("{path}: entry {entry}: the name occurs twice"), path=path, entry=spec.name)
            found[spec.name.lower()] = spec
    if not found:
        raise UserError(N_("{path}: no processor in this folder"), path=folder)
    return Catalogue(tuple(found.values()), tuple(known.values()))


def load_cpu_file(path: Path, known: Mapping[str, Generation] | None = None) -> Catalogue:
    """Read one file strictly; its processors may be of `known` generations or of the file's own.

    Raises UserError naming file, entry and field.
    """
    file = _read(path, known or {})
    for one in file.generations:
        _check_pattern(path, one)
    return Catalogue(tuple(file.make(at) for at in range(len(file.rows))), file.generations)


def _check_pattern(path: Path, generation: Generation) -> None:
    try:
        re.compile(generation.pattern or "")
    except (re.error, OverflowError, RecursionError) as error:
        raise UserError(
            N_("{path}: entry {entry}: field {field} has a wrong value"),
            path=path, entry=generation.spec.name, field="pattern",
        ) from error  # fmt: skip


class _File(NamedTuple):
    path: Path
    unknown: CpuSpec  # what every processor of the file starts from
    known: Mapping[str, Generation]
    rows: list[entries.Entry]
    generations: tuple[Generation, ...]

    def make(self, at: int) -> CpuSpec:
        """The processor of a row, now checked."""
        entry = entries.check_one(self.path, at + 1, self.rows[at], _FIELDS, _REQUIRED)
        name = entry.get("generation")
        if name is not None and name not in self.known:
            raise UserError(
                N_("{path}: entry {entry}: field {field} has a wrong value"),
                path=self.path, entry=entry["name"], field="generation",
            )  # fmt: skip
        return _spec(entry, self.known[name].spec if name else self.unknown)


def _read(path: Path, known: Mapping[str, Generation]) -> _File:
    content = entries.read(path, ("cpus",), ("generations",))
    vendor, architecture = content.get("vendor"), content.get("architecture")
    if not entries.text(vendor) or not entries.text(architecture):
        raise UserError(N_("{path}: expected texts named {names}"), path=path, names="vendor, architecture")
    unknown = CpuSpec("", entries.maker(str(vendor)), str(architecture), "")
    own = {g.spec.name: g for g in _generations(path, content.get("generations", []), unknown)}
    return _File(path, unknown, {**known, **own}, entries.named(path, content["cpus"]), tuple(own.values()))


def _features(value: object) -> bool:
    return type(value) is str and set(value.split()) <= set(CPU_FEATURES)


def _memory(value: object) -> bool:
    return type(value) is str and all(re.fullmatch(r"(?:LP)?DDR\dX?L?-\d{3,5}", kind) for kind in value.split())


_GENERATION_FIELDS: Mapping[str, entries.Check] = {
    "name": entries.text,
    "memory": _memory,
    "channels": entries.number,
    "features": _features,
    "pattern": entries.text,
    "source": entries.text,
}
# Bounds wide enough for whatever is sold, so that only slips of units and digits are refused.
_FIELDS: Mapping[str, entries.Check] = {
    "name": entries.text,
    "generation": entries.text,
    "cores": lambda value: type(value) is int and 1 <= value <= 4096,
    "threads": lambda value: type(value) is int and 1 <= value <= 16_384,
    "performance_cores": entries.whole,
    "efficiency_cores": entries.whole,
    "base_mhz": entries.between(100, 20_000),
    "max_mhz": entries.between(100, 20_000),
    "l3_kib": entries.whole,
    "features": _features,
    "memory_bandwidth_gbs": entries.between(0.5, 20_000),
    "source": entries.text,
}
_REQUIRED = frozenset({"name", "source"})


def _generations(path: Path, rows: list[object], unknown: CpuSpec) -> Iterator[Generation]:
    required = frozenset({"name", "memory", "channels", "source"})
    for entry in entries.check(path, rows, _GENERATION_FIELDS, required):
        spec = replace(
            unknown,
            name=entry["name"],
            source=entry["source"],
            generation=entry["name"],
            features=_set(entry.get("features")),
            memory=tuple(_speed(kind) for kind in entry["memory"].split()),
            memory_channels=entry["channels"],
            memory_source=entry["source"],
        )
        yield Generation(spec, entry.get("pattern"))


def _spec(entry: entries.Entry, generation: CpuSpec) -> CpuSpec:
    get = entry.get
    l3, bandwidth = get("l3_kib"), get("memory_bandwidth_gbs")
    return CpuSpec(
        name=entry["name"],
        vendor=generation.vendor,
        architecture=generation.architecture,
        source=entry["source"],
        generation=generation.generation,
        cores=get("cores"),
        threads=get("threads"),
        performance_cores=get("performance_cores"),
        efficiency_cores=get("efficiency_cores"),
        base_mhz=get("base_mhz"),
        max_mhz=get("max_mhz"),
        l3_bytes=l3 * 1024 if l3 else None,
        features=_set(entry["features"]) if "features" in entry else generation.features,
        memory=generation.memory,
        memory_channels=generation.memory_channels,
        stated_bandwidth=bandwidth * 1e9 if bandwidth else None,
        memory_source=generation.memory_source,
    )


@cache
def _set(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(text.split())


def _speed(text: str) -> MemorySpeed:
    kind, mts = text.rsplit("-", 1)
    return MemorySpeed(kind, int(mts))


def plain_name(text: str) -> str:
    """The form of a name that patterns know: "Intel(R) Core(TM) i9-13905H" as "intel core i9-13905h"."""
    plain = re.sub(r"\((?:r|tm)\)|[®™]|\bcpu\b|@.*", " ", text.lower())
    return re.sub(r"\s+", " ", plain).strip()


def _by_generation(text: str, vendors: Sequence[str]) -> CpuSpec | None:
    plain = plain_name(text)
    for vendor in vendors:
        # "core i7-4650u" is caught by Haswell's pattern as well; the one that catches more of the name knows it better.
        matches = [(one, re.search(one.pattern, plain)) for one in _of(vendor).generations if one.pattern]
        found = [(one, len(match[0])) for one, match in matches if match]
        if found:
            return replace(max(found, key=lambda pair: pair[1])[0].spec, name=text.strip())
    return None


@cache
def _vendors() -> tuple[str, ...]:
    return tuple(dict.fromkeys([*_files(), *(spec.vendor.lower() for spec in _added.values())]))


@cache
def _files() -> Mapping[str, Path]:
    """Our own files by the vendor that names them: a user's vendor may be any text, and no path is made of it."""
    return {path.stem: path for path in sorted(CPUS_FOLDER.glob("*.json"))}


class _Listed(NamedTuple):
    """One vendor's processors, made when they are looked at, and its generations."""

    cpus: Shelf[CpuSpec]
    generations: tuple[Generation, ...]


@cache
def _of(vendor: str) -> _Listed:
    path = _files().get(vendor)
    file = _read(path, {}) if path else _File(CPUS_FOLDER, CpuSpec("", vendor, "", ""), {}, [], ())
    file = file._replace(rows=[row for row in file.rows if row["name"].lower() not in _added])
    added = [spec for spec in _added.values() if spec.vendor.lower() == vendor]
    count = len(file.rows)
    shelf = Shelf(
        [(entry["name"],) for entry in file.rows] + [(spec.name,) for spec in added],
        lambda at: file.make(at) if at < count else added[at - count],
    )
    return _Listed(shelf, file.generations)


@cache
def _all() -> Shelf[CpuSpec]:
    return joined([_of(vendor).cpus for vendor in _vendors()])


@cache
def _names(vendor: str) -> Index[CpuSpec]:
    shelf = _of(vendor).cpus
    return Index(shelf, shelf.names)
