"""Torch in RAM: what the process itself holds there, in place of a card's runtime."""

from functools import lru_cache

from advisor.catalog.bands import band
from advisor.catalog.training_speeds import training_speeds
from advisor.estimator.result import Component, MemoryEstimate


def in_ram(memory: MemoryEstimate, key: str) -> MemoryEstimate:
    """`memory`, an estimate for a card, as the process needs it in RAM; `key` names its error band.

    The tensors are the same. In place of the CUDA context stand torch and its libraries, and beside the tensors lies
    a share of them that the C library's allocator holds (bytes and share: training_speed.json, "process").
    """
    resident, share, low, high = _process(key)
    tensors = sum(part.bytes for part in memory.components if part.name != "runtime")
    runtime = resident + int(share * tensors)
    total = tensors + runtime
    parts = tuple(part if part.name != "runtime" else Component("runtime", runtime) for part in memory.components)
    return MemoryEstimate(parts, total, int(total * low), int(total * high), band=key)


@lru_cache(maxsize=8)
def _process(key: str) -> tuple[int, float, float, float]:
    process, measured = training_speeds().process, band(key)
    return process.resident_bytes, process.share, measured.low, measured.high
