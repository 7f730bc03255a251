"""Where the Python stacks run: the rows of resources/catalog/stacks.json applied to a GPU or a processor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.catalog.runtimes import SYSTEMS, Subject, builds
from advisor.i18n import N_
from advisor.machine import CPU_FEATURES, Cpu, Origin
from advisor.workload import CHOICES, TORCH_QUANTS

STACKS_FILE = RESOURCES / "catalog" / "stacks.json"
STACKS = ("transformers", "vllm")
ENGINES = ("cuda", "rocm", "metal", "cpu")
NEEDS = (*TORCH_QUANTS, *CHOICES["optimizer"])  # what a row can speak of: formats and optimizers
_BY_VENDOR = {"NVIDIA": "cuda", "AMD": "rocm", "Apple": "metal"}

# Why a device is refused, by code; the most telling first.
REASONS: Mapping[str, str] = {
    "compute_capability": N_("it needs compute capability {need} or newer, this has {have}"),
    "target": N_("its builds are not made for {have}"),
    "features": N_("it needs a processor with {need}"),
    "build": N_("no build of {need} runs on it with this driver"),
    "system": N_("there are no builds for this system"),
    "engine": N_("there are no builds for such devices"),
}


@dataclass(frozen=True, slots=True)
class StackRow:
    """One combination that works: a stack, what is needed of it, a kind of device, and what that must have."""

    stack: str
    needs: tuple[str, ...]
    engine: str
    systems: tuple[str, ...]
    source: str
    min_compute_capability: str | None = None
    targets: tuple[str, ...] = ()  # AMD's chips
    features: tuple[str, ...] = ()  # of a processor: any one of them
    build: str | None = None  # beginning of a runtime in runtimes.json, a build of which must run too


def computed(subject: Subject) -> bool:
    """Whether the rows speak of such a GPU. PyTorch has builds for newer Intel GPUs too: they are not computed here,
    which is another thing than not running there.
    """
    return (subject.vendor or "", subject.architecture or "") not in stacks().not_computed


def gpu_refusal(stack: str, need: str, subject: Subject, system: str | None) -> Origin | None:
    """Why `stack` cannot do `need` (a format or an optimizer) on a GPU; None when it can.

    `system` None is a machine that is only imagined: any system will do.
    """
    engine = _BY_VENDOR.get(subject.vendor or "")
    systems = (system,) if system in SYSTEMS else SYSTEMS
    return _first(_gpu_obstacle(row, subject, systems) for row in _rows(stack, need) if row.engine == engine)


def cpu_refusal(stack: str, need: str, cpu: Cpu, system: str | None) -> Origin | None:
    """Why `stack` cannot do `need` on a processor; None when it can, or when its instruction sets are not known."""
    systems = (system,) if system in SYSTEMS else SYSTEMS
    return _first(_cpu_obstacle(row, cpu, systems) for row in _rows(stack, need) if row.engine == "cpu")


def _first(found: Iterator[Origin | None]) -> Origin | None:
    """None when a row works, else the most telling obstacle."""
    obstacles = list(found)
    if not obstacles:
        return _why("engine")
    if None in obstacles:
        return None
    order = list(REASONS.values())
    return min((origin for origin in obstacles if origin is not None), key=lambda origin: order.index(origin.detail))


def _gpu_obstacle(row: StackRow, subject: Subject, systems: Sequence[str]) -> Origin | None:
    both = [system for system in systems if system in row.systems]
    if not both:
        return _why("system")
    need, have = row.min_compute_capability, subject.compute_capability
    if need and (have is None or _version(have) < _version(need)):
        return _why("compute_capability", need=need, have=have or "?")
    if row.targets and subject.rocm not in row.targets:
        return _why("target", have=subject.rocm or subject.architecture or "?")
    if row.build and not any(b.runtime.startswith(row.build) for b in builds(subject, both, row.engine)):
        return _why("build", need=row.build)
    return None


def _cpu_obstacle(row: StackRow, cpu: Cpu, systems: Sequence[str]) -> Origin | None:
    if not set(systems) & set(row.systems):
        return _why("system")
    if row.features and cpu.features is not None and not cpu.features & set(row.features):
        return _why("features", need=" / ".join(row.features))
    return None


def _why(code: str, **values: str) -> Origin:
    return Origin("looked_up", REASONS[code], values)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _rows(stack: str, need: str) -> Iterator[StackRow]:
    return (row for row in stacks().rows if row.stack == stack and need in row.needs)


class Stacks(NamedTuple):
    """The catalogue's combinations that work, and (vendor, architecture) of GPUs that have builds not computed here."""

    rows: tuple[StackRow, ...]
    not_computed: frozenset[tuple[str, str]]


@cache
def stacks() -> Stacks:
    """The combinations of the catalogue."""
    return load_stacks(STACKS_FILE)


def load_stacks(path: Path) -> Stacks:
    """Read the file strictly. Raises UserError naming file, row and field."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    document.text("checked")
    rows = [_row(Fields(entry, f"{path.name}: #{n}")) for n, entry in enumerate(document.items("stacks"), 1)]
    apart = [Fields(entry, f"{path.name}: not_computed") for entry in document.items("not_computed")]
    pairs = frozenset(pair for entry in apart for pair in _not_computed(entry))
    document.close()
    return Stacks(tuple(rows), pairs)


def _not_computed(entry: Fields) -> Iterator[tuple[str, str]]:
    vendor = entry.text("vendor")
    yield from ((vendor, name) for name in entry.texts("architectures"))
    entry.text("source")
    entry.close()


def _row(entry: Fields) -> StackRow:
    found = StackRow(
        stack=entry.choice("stack", STACKS),
        needs=_some(entry, "needs", NEEDS),
        engine=entry.choice("engine", ENGINES),
        systems=_some(entry, "systems", SYSTEMS),
        source=entry.text("source"),
        min_compute_capability=entry.optional_text("min_compute_capability"),
        targets=entry.texts("targets") if "targets" in entry else (),
        features=_some(entry, "features", CPU_FEATURES) if "features" in entry else (),
        build=entry.optional_text("build"),
    )
    entry.close()
    return found


def _some(entry: Fields, key: str, choices: Sequence[str]) -> tuple[str, ...]:
    values = entry.texts(key)
    if not values or not set(values) <= set(choices):
        entry.fail(key, N_("{where}: {field}: some of {choices} were expected"), choices=", ".join(choices))
    return values
