"""What a quick measurement of this computer found, and a machine that carries it."""

from dataclasses import dataclass, replace

from advisor.i18n import N_
from advisor.machine import Machine, Origin

NOT_MEASURED = Origin("unknown", N_("not measured yet: “Measure this computer” does"))


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement. Rates are the best of several passes.

    Counted as bandwidth are the bytes of a buffer that threads read once from end to end, over and over; nothing is
    written. A float32 matrix product of n x n counts 2 x n^3 operations.
    """

    bandwidth_bytes_per_s: float
    bandwidth_spread: float  # (best - worst) / best of the passes
    threads: int  # that read, one for each core
    buffer_bytes: int  # all their buffers together
    load: float | None  # share of the processor that other programs used right before
    matrix_flops: float | None  # operations per second; None with `matrix_reason`
    matrix_reason: str | None  # why products were not measured: a template without values
    date: str  # "2026-11-22"


def applied(machine: Machine, measured: Measured) -> Machine:
    """`machine` with what was measured in place of what tables and firmware say, each with its origin."""
    values = {"threads": str(measured.threads), "date": measured.date}
    read = Origin("measured", N_("{threads} threads read it on {date}"), values)
    memory = replace(
        machine.memory,
        bandwidth_bytes_per_s=measured.bandwidth_bytes_per_s,
        origins={**machine.memory.origins, "bandwidth_bytes_per_s": read},
    )
    product = Origin("measured", N_("float32 matrix products on {date}"), {"date": measured.date})
    if measured.matrix_flops is None:
        product = Origin("unknown", measured.matrix_reason) if measured.matrix_reason else NOT_MEASURED
    cpu = replace(
        machine.cpu,
        matrix_flops=measured.matrix_flops,
        origins={**machine.cpu.origins, "matrix_flops": product},
    )
    return replace(machine, cpu=cpu, memory=memory)


def unmeasured(machine: Machine) -> Machine:
    """`machine` without anything that was measured; what the firmware said of the bandwidth before is gone too."""
    memory, cpu = machine.memory, machine.cpu
    if memory.origin("bandwidth_bytes_per_s").kind == "measured":
        origins = {name: one for name, one in memory.origins.items() if name != "bandwidth_bytes_per_s"}
        memory = replace(memory, bandwidth_bytes_per_s=None, origins=origins)
    if cpu.matrix_flops is not None:
        cpu = replace(cpu, matrix_flops=None, origins={**cpu.origins, "matrix_flops": NOT_MEASURED})
    return replace(machine, memory=memory, cpu=cpu)
