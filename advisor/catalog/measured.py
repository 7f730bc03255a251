"""From what was measured on a computer to the peaks that the laws of speed count with, and back to what is expected."""

from dataclasses import replace

from advisor.catalog.speeds import speeds
from advisor.machine import Cpu, Memory

_CHANNEL_BYTES = 8


def is_measured(memory: Memory) -> bool:
    """Whether the bandwidth was measured on that computer."""
    return memory.bandwidth_bytes_per_s is not None and memory.origin("bandwidth_bytes_per_s").kind == "measured"


def theoretical(memory: Memory) -> float | None:
    """Transfers x channels x 8 bytes, bytes per second; None when speed or channels are not known."""
    if not memory.speed_mts or not memory.channels:
        return None
    return memory.speed_mts * 1e6 * memory.channels * _CHANNEL_BYTES


def peak_bandwidth(memory: Memory) -> float | None:
    """The theoretical bandwidth that the constants of speed were fitted on, bytes per second; None when unknown.

    Reading by all cores reaches a share of it, so a measured figure stands for a higher peak: one that the modules
    explain, where they are known. What was read faster than they could be is believed as it is.
    """
    bandwidth = memory.bandwidth_bytes_per_s
    if bandwidth is None or not is_measured(memory):
        return bandwidth
    peak, known = bandwidth / speeds().measured.stream_share, theoretical(memory)
    return peak if known is None else max(bandwidth, min(peak, known))


def with_peak(memory: Memory) -> Memory:
    """`memory` with its theoretical bandwidth in place of a measured one."""
    return replace(memory, bandwidth_bytes_per_s=peak_bandwidth(memory))


def core_cycles(cpu: Cpu, cores: float, mhz: float, instructions: str) -> float:
    """Cycles per second of all `cores` together: cores x `mhz`, corrected where a measured product refutes that.

    A product tells cycles only within what processors of one instruction set differ in: what lies between the
    narrowest and the widest of them refutes nothing. More than the highest clock, where it is known, is not believed.
    """
    assumed, law = cores * mhz * 1e6, speeds().measured
    if cpu.matrix_flops is None:
        return assumed
    most = cpu.matrix_flops / (law.narrow_flops_per_cycle[instructions] * law.product_share)
    least = cpu.matrix_flops / (law.wide_flops_per_cycle[instructions] * law.product_share)
    limit = (1.0 if cpu.max_mhz else law.fastest_clock) / law.product_share
    return min(max(assumed, least), most, limit * assumed)


def peak_flops(cpu: Cpu) -> float | None:
    """The FP32 peak that a measured product stands for, operations per second; None when none was measured."""
    return None if cpu.matrix_flops is None else cpu.matrix_flops / speeds().measured.product_share
