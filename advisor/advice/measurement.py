"""What a measurement of this computer means: measured against expected, as codes and numbers, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from advisor.catalog.complete import complete
from advisor.catalog.cpus import known_cpu
from advisor.catalog.speeds import speeds
from advisor.estimator.ground import ground, instruction_set
from advisor.i18n import N_, Translator
from advisor.machine import Machine, Memory
from advisor.sources.measured import Measured, unmeasured

# Shares of the expected bandwidth. Reading reaches 0.75 to 0.95 of it on sound computers; half of it has a cause.
_ABOVE, _USUAL, _LOW = 1.05, 0.7, 0.5
_SLOW = 0.5  # of the least that processors of this instruction set reach in matrix products
_BUSY = 0.15  # of the processor used by other programs
_DUAL = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """Measured against expected. Rates per second; `codes` are keys of MEANINGS, the memory's judgement first."""

    measured: Measured
    expected: float | None  # the theoretical bandwidth, bytes
    at_most: bool  # `expected` is only the most that the processor could drive: its modules are not known
    share: float | None  # measured / expected
    flops_low: float | None  # what processors of this kind reach in matrix products, least and most
    flops_high: float | None
    codes: tuple[str, ...]


MEANINGS: Mapping[str, str] = {
    "above_expected": N_(
        "More than the memory modules could do as they were read: their speed or channels were probably read wrongly. "
        "What was measured is counted with."
    ),
    "as_expected": N_("As expected: reading usually reaches 75 to 95 % of the theoretical bandwidth."),
    "somewhat_low": N_("A little low: 75 to 95 % are usual. Other programs may have been at work."),
    "far_below_expected": N_(
        "Far lower than expected. Power saving, other programs at work, a virtual machine's share or slower modules "
        "would explain it; on mains power and with other programs closed it may be more."
    ),
    "within_bound": N_("How fast the memory modules are is not known; this lies within what the processor can drive."),
    "far_below_bound": N_(
        "Less than half of what the processor can drive: fewer channels, slower modules or other programs at work "
        "would explain it."
    ),
    "unified": N_(
        "The processor's cores alone do not reach the whole bandwidth of a memory that they share with the graphics; "
        "the graphics do."
    ),
    "expected_unknown": N_(
        "What the memory should reach is not known: speed and channels of the modules could not be read."
    ),
    "second_module": N_(
        "One memory module works in one of {channels} channels: if the computer has a free slot, a second module of "
        "the same kind would about double the speed of the memory."
    ),
    "busy": N_("Other programs kept {load} % of the processor busy: with them closed, measure again; it will be more."),
    "slow_products": N_(
        "The processor multiplies far slower than others of its kind. Power saving, heat or other programs at work "
        "would explain it."
    ),
    "counted": N_("Estimates for this computer count with these figures until its hardware changes."),
}


def compare(machine: Machine, measured: Measured) -> Comparison:
    """What was measured on `machine` against what its parts promise."""
    plain = complete(unmeasured(machine))
    memory = plain.memory
    expected = memory.bandwidth_bytes_per_s
    origin = memory.origin("bandwidth_bytes_per_s")
    at_most = origin.kind == "looked_up" and "generation" in origin.values
    share = measured.bandwidth_bytes_per_s / expected if expected else None
    low, high = _products(plain)
    codes = [_judgement(plain, share, at_most)]
    if _single(plain):
        codes.append("second_module")
    if low and measured.matrix_flops is not None and measured.matrix_flops < _SLOW * low:
        codes.append("slow_products")
    if measured.load is not None and measured.load > _BUSY:
        codes.append("busy")
    return Comparison(measured, expected, at_most, share, low, high, (*codes, "counted"))


def _judgement(machine: Machine, share: float | None, at_most: bool) -> str:
    if share is None:
        return "expected_unknown"
    if share > _ABOVE:
        return "above_expected"
    if any(gpu.kind == "unified" for gpu in machine.gpus):
        return "unified" if share < _USUAL else "as_expected"
    if at_most:
        return "within_bound" if share >= _LOW else "far_below_bound"
    if share >= _USUAL:
        return "as_expected"
    return "somewhat_low" if share >= _LOW else "far_below_expected"


def _single(machine: Machine) -> bool:
    """Whether one module works where the processor drives several channels. Soldered memory has no slots."""
    memory = machine.memory
    if memory.channels != 1 or "vm" in (machine.environment or ()) or _soldered(memory):
        return False
    return (_channels(machine) or 0) >= _DUAL


def _soldered(memory: Memory) -> bool:
    return any((kind or "").startswith("LP") for kind in (memory.kind, *(module.kind for module in memory.modules)))


def _channels(machine: Machine) -> int | None:
    spec = known_cpu(machine.cpu.name) if machine.cpu.name else None
    return int(spec.memory_channels) if spec is not None and spec.memory_channels else None


def _products(machine: Machine) -> tuple[float | None, float | None]:
    """The least and the most that processors of this instruction set, with these cores and clock, reach in products."""
    cpu, law = machine.cpu, speeds()
    rates = ground(replace(machine, gpus=()), "total").ram.rates
    if not (cpu.max_mhz or cpu.base_mhz) or cpu.features is None or not rates.flops:
        return None, None
    instructions = instruction_set(cpu)
    cycles = rates.flops / law.cpu.isa_factor[instructions] * law.measured.product_share
    return cycles * law.measured.narrow_flops_per_cycle[instructions], cycles * law.measured.wide_flops_per_cycle[
        instructions
    ]


# In words -----------------------------------------------------------------------------------------------------------


def figures(found: Comparison, _: Translator) -> list[str]:
    """Two lines: the memory and the matrix products, measured and expected."""
    return [_memory_line(found, _), _products_line(found, _)]


def meanings(found: Comparison, machine: Machine, _: Translator) -> list[str]:
    """A sentence for each code."""
    values = {"channels": _channels(machine) or _DUAL, "load": round(100 * (found.measured.load or 0))}
    return [_(MEANINGS[code], **values) for code in found.codes]


def _memory_line(found: Comparison, _: Translator) -> str:
    read = _.bandwidth(found.measured.bandwidth_bytes_per_s)
    if found.expected is None or found.share is None:
        return _("Memory: {measured} measured", measured=read)
    text = N_("Memory: {measured} measured, {expected} in theory ({share} %)")
    if found.at_most:
        text = N_("Memory: {measured} measured, at most {expected} with this processor ({share} %)")
    return _(text, measured=read, expected=_.bandwidth(found.expected), share=_.number(100 * found.share, 2))


def _products_line(found: Comparison, _: Translator) -> str:
    measured = found.measured
    if measured.matrix_flops is None:
        return _("Matrix products: not measured, {reason}", reason=_(measured.matrix_reason or ""))
    rate = gigaflops(_, measured.matrix_flops)
    if found.flops_low is None or found.flops_high is None:
        return _("Matrix products: {measured} measured", measured=rate)
    usual = f"{_.number(found.flops_low / 1e9, 2)} – {gigaflops(_, found.flops_high, 2)}"
    return _("Matrix products: {measured} measured, {usual} usual for such processors", measured=rate, usual=usual)


def gigaflops(_: Translator, value: float, digits: int = 3) -> str:
    """Operations per second as GFLOP/s, "310 GFLOP/s"."""
    return f"{_.number(value / 1e9, digits)} GFLOP/s"
