"""What the window does off its thread: detection, profiles, what-if machines, advice. Plain functions."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from advisor.errors import UserError
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.base.wish import Wish
from advisor.workload import Workload

if TYPE_CHECKING:  # its rooms load after the first paint
    from advisor.advice.measurement import Comparison
    from advisor.advice.result import Advice
    from advisor.catalog.typed import Parts
    from advisor.dumps import Loaded


class CpuHints(NamedTuple):
    """What the catalogue knows of a named processor: its graphics, and its memory ("DDR3-1600"), best first."""

    graphics: str | None
    memory: tuple[str, ...]


class Names(NamedTuple):
    """The catalogue's names of GPUs and processors, for completion."""

    gpus: tuple[str, ...]
    cpus: tuple[str, ...]


def detect(wake: bool = False) -> Machine:
    """This computer, completed with a second opinion where one is needed, with what was measured on it before, and with
    what the catalogue knows.
    """
    from advisor import probes
    from advisor.catalog.complete import complete
    from advisor.probes.measure_store import recalled

    return complete(recalled(probes.fill_gaps(probes.detect(wake=wake))))


def detect_again() -> Machine:
    """This computer once more, because its user asks: a graphics card that sleeps is woken for it."""
    return detect(wake=True)


class Measurement(NamedTuple):
    """This computer with what was measured, against what was expected, and why it could not be kept, if so."""

    machine: Machine
    comparison: "Comparison"
    unkept: UserError | None

    def figures(self, _: Translator) -> list[str]:
        """Two lines: the memory and the matrix products."""
        from advisor.advice import measurement

        return measurement.figures(self.comparison, _)

    def meanings(self, _: Translator) -> list[str]:
        """What that means, a sentence each."""
        from advisor.advice import measurement

        return measurement.meanings(self.comparison, self.machine, _)


def measure(machine: Machine, progress: Callable[[float], None], cancelled: Callable[[], bool]) -> Measurement | None:
    """Measure this computer, which `machine` describes; None when cancelled. Raises UserError.

    `progress` and `cancelled` are called in the thread that measures.
    """
    from advisor.advice.measurement import compare
    from advisor.catalog.complete import complete
    from advisor.probes.measure import measure as measure_now
    from advisor.probes.measure_store import remember
    from advisor.sources.measured import applied

    found = measure_now(progress, cancelled, machine)
    if found is None:
        return None
    unkept = None
    try:
        remember(machine, found)
    except UserError as error:
        unkept = error
    return Measurement(complete(applied(machine, found)), compare(machine, found), unkept)


def open_machine(*paths: Path) -> "Loaded":
    """The machine of a saved profile, or of one or several dumps, completed; with what was recognised. Raises
    UserError.
    """
    from advisor import dumps
    from advisor.catalog.complete import complete

    found = dumps.load_all(*paths)
    return found._replace(machine=complete(found.machine))


def describe(parts: "Parts") -> "Machine | Mapping[str, UserError]":
    """The machine that was typed, or what is wrong with it by field."""
    from advisor.catalog.typed import problems, typed

    return problems(parts) or typed(parts)


def cpu_hints(name: str) -> CpuHints | None:
    """What the catalogue knows of a processor: its graphics and memory, the fastest first; None of an unknown one."""
    from advisor.catalog.cpus import known_cpu
    from advisor.catalog.typed import own_graphics

    spec = known_cpu(name) if name else None
    if spec is None:
        return None
    graphics = own_graphics(name)
    # Modules before soldered memory, as for a processor that is put into a what-if.
    speeds = sorted(spec.memory, key=lambda one: (one.kind.startswith("LP"), -one.mts))
    return CpuHints(graphics.name if graphics else None, tuple(f"{one.kind}-{one.mts}" for one in speeds))


def save_machine(machine: Machine, path: Path) -> Path:
    """Save a machine; returns where. Raises UserError."""
    from advisor import profiles

    profiles.save(machine, path)
    return path


def assemble(base: Machine | None, wish: Wish) -> Machine:
    """A machine with other parts. Raises UserError on an unknown name."""
    from advisor.catalog.whatif import assemble as put_together

    return put_together(
        base, gpu=wish.gpu, gpu_count=wish.gpu_count, cpu=wish.cpu, ram_gib=wish.ram_gib, beside=wish.beside,
        modules=wish.modules,
    )  # fmt: skip


def names() -> Names:
    """All names that the what-if dialog completes."""
    from advisor.catalog import cpus, gpus

    return Names(gpus.gpu_names(), cpus.cpu_names())


def advice(machine: Machine, workload: Workload, budget: Budget, language: str) -> "Advice":
    """All advice for a machine, models that list the reader's language first."""
    from advisor.advice import advise

    return advise(machine, workload, budget, language)
