"""What the window does off its thread: detection, profiles, what-if machines, reports, advice. Plain functions."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from advisor.machine import Machine
from advisor.settings import Budget
from advisor.ui.whatif import Wish
from advisor.workload import Workload

if TYPE_CHECKING:  # its rooms load after the first paint
    from advisor.advice.result import Advice


class Names(NamedTuple):
    """The catalogue's names of GPUs and processors, for completion."""

    gpus: tuple[str, ...]
    cpus: tuple[str, ...]


def detect() -> Machine:
    """This computer, completed with a second opinion where one is needed, and with what the catalogue knows."""
    from advisor import probes
    from advisor.catalog.complete import complete

    return complete(probes.fill_gaps(probes.detect()))


def open_machine(*paths: Path) -> Machine:
    """The machine of a saved profile, or of one or several dumps, completed. Raises UserError."""
    from advisor import dumps
    from advisor.catalog.complete import complete

    return complete(dumps.load(*paths))


def save_machine(machine: Machine, path: Path) -> Path:
    """Save a machine; returns where. Raises UserError."""
    from advisor import profiles

    profiles.save(machine, path)
    return path


def assemble(base: Machine | None, wish: Wish) -> Machine:
    """A machine with other parts. Raises UserError on an unknown name."""
    from advisor.catalog.whatif import assemble as put_together

    return put_together(base, gpu=wish.gpu, gpu_count=wish.gpu_count, cpu=wish.cpu, ram_gib=wish.ram_gib)


def names() -> Names:
    """All names that the what-if dialog completes."""
    from advisor.catalog import cpus, gpus

    return Names(gpus.gpu_names(), cpus.cpu_names())


def export(path: Path, machine: Machine, workload: Workload, language: str, kind: str, budget: Budget) -> Path:
    """Write a report; returns where. Raises UserError."""
    from advisor import report

    report.write(path, machine, workload, language, kind, budget)
    return path


def advice(machine: Machine, workload: Workload, budget: Budget, language: str) -> "Advice":
    """All advice for a machine, models that list the reader's language first."""
    from advisor.advice import advise

    return advise(machine, workload, budget, language)
