"""The memory's kind, speed, channels and bandwidth, from its modules and from what the processor can drive."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from advisor.catalog.cpus import CpuSpec
from advisor.i18n import N_
from advisor.machine import Memory, MemoryModule, Origin

UNEQUAL_MODULES = N_(
    "memory modules of {sizes} GiB: full speed over {both} of {all} GiB, the rest at the speed of one channel"
)
_CHANNEL_BYTES = 8  # 64 bits, also where DDR5 and LPDDR split a channel in two or four


def complete_memory(
    memory: Memory, modules: Sequence[MemoryModule], cpu: CpuSpec | None, sockets: int
) -> tuple[Memory, list[Origin]]:
    """`memory` with kind, speed, channels and bandwidth where they follow, and what is worth knowing about it.

    Bandwidth = transfers per second x channels x 8 bytes; where speed or channels are unknown, the processor's
    maximum as an upper bound.
    """
    modules = [module for module in modules if module.size_bytes]
    counted = Origin("assumed", N_("what is installed; the system counts a little less"))
    memory = _set(memory, "total_bytes", memory.installed_bytes, counted)
    memory = _kind(memory, modules, cpu)
    memory = _speed(memory, modules)
    memory = _channels(_capped(memory, cpu, sockets), modules, cpu, sockets)
    return _bandwidth(memory, cpu, sockets), list(_remarks(memory, modules))


def _set(memory: Memory, name: str, value: object, origin: Origin) -> Memory:
    if value is None or getattr(memory, name) is not None:
        return memory
    return replace(memory, **{name: value}, origins={**memory.origins, name: origin})  # type: ignore[arg-type]


def _kind(memory: Memory, modules: Sequence[MemoryModule], cpu: CpuSpec | None) -> Memory:
    kinds = {module.kind for module in modules if module.kind}
    if len(kinds) == 1:
        memory = _set(memory, "kind", kinds.pop(), Origin("computed", N_("all memory modules say so")))
    if cpu is None or len(cpu.memory) != 1:
        return memory
    text = N_("the only kind that the processor's generation takes ({generation})")
    return _set(memory, "kind", cpu.memory[0].kind, Origin("looked_up", text, {"generation": cpu.generation or "?"}))


def _speed(memory: Memory, modules: Sequence[MemoryModule]) -> Memory:
    speeds = [module.speed_mts for module in modules if module.speed_mts]
    return _set(memory, "speed_mts", min(speeds, default=None), Origin("computed", N_("the slowest memory module")))


def _capped(memory: Memory, cpu: CpuSpec | None, sockets: int) -> Memory:
    """No more channels of soldered memory than the processor has: firmware often writes each chip's width too large."""
    most = int(cpu.memory_channels * sockets) if cpu and cpu.memory_channels else 0
    soldered = (memory.kind or "").startswith("LP") and memory.origin("channels").kind == "computed"
    if not soldered or not most or (memory.channels or 0) <= most:
        return memory
    origin = Origin(
        "looked_up", N_("the processor drives no more ({source})"), {"source": (cpu and cpu.memory_source) or "?"}
    )
    memory = replace(memory, channels=most, origins={**memory.origins, "channels": origin})
    if memory.origin("bandwidth_bytes_per_s").kind == "computed":
        memory = replace(memory, bandwidth_bytes_per_s=None)
    return memory


def _channels(memory: Memory, modules: Sequence[MemoryModule], cpu: CpuSpec | None, sockets: int) -> Memory:
    if not modules:
        return memory
    most = int(cpu.memory_channels * sockets) if cpu and cpu.memory_channels else 2
    if any((module.kind or "").startswith("LP") for module in modules):
        # Soldered memory: one listed bank may be any width, the maker wires all that the chip has.
        origin = Origin("assumed", N_("soldered memory: all channels of the processor"))
        return _set(memory, "channels", most or None, origin)
    one = len(modules) == 1
    text = N_("one memory module: one channel") if one else N_("memory modules, as many as the processor has channels")
    return _set(memory, "channels", min(len(modules), most) or None, Origin("computed" if one else "assumed", text))


def _bandwidth(memory: Memory, cpu: CpuSpec | None, sockets: int) -> Memory:
    if cpu is not None and cpu.stated_bandwidth:
        origin = Origin("looked_up", N_("catalogue, {name}: {source}"), {"name": cpu.name, "source": cpu.source})
        return _set(memory, "bandwidth_bytes_per_s", cpu.stated_bandwidth, origin)
    if memory.speed_mts and memory.channels:
        text = N_("{speed} MT/s x {channels} channels x 8 bytes")
        origin = Origin("computed", text, {"speed": str(memory.speed_mts), "channels": str(memory.channels)})
        value = memory.speed_mts * 1e6 * memory.channels * _CHANNEL_BYTES
        return _set(memory, "bandwidth_bytes_per_s", value, origin)
    return _bound(memory, cpu, sockets)


def _bound(memory: Memory, cpu: CpuSpec | None, sockets: int) -> Memory:
    best = cpu.bandwidth_with(memory.kind) if cpu else None
    if cpu is None or best is None or not cpu.memory_channels:
        return memory
    channels = cpu.memory_channels * sockets
    if memory.channels:
        best *= min(memory.channels, channels) / cpu.memory_channels
    else:
        best *= sockets
    if memory.speed_mts and not memory.channels:
        text = N_("an upper bound: {speed} MT/s on all {channels} channels of the processor, each of 8 bytes")
        values = {"speed": str(memory.speed_mts), "channels": f"{channels:g}"}
        value = memory.speed_mts * 1e6 * channels * _CHANNEL_BYTES
        return _set(memory, "bandwidth_bytes_per_s", value, Origin("computed", text, values))
    text = N_("an upper bound: the most that {generation} processors can drive ({source})")
    values = {"generation": cpu.generation or cpu.name, "source": cpu.memory_source or cpu.source}
    return _set(memory, "bandwidth_bytes_per_s", best, Origin("looked_up", text, values))


def _remarks(memory: Memory, modules: Sequence[MemoryModule]) -> list[Origin]:
    sizes = Counter(module.size_bytes or 0 for module in modules)
    if len(modules) < 2 or len(sizes) < 2 or memory.channels == 1:
        return []
    # Interleaving covers the smaller module twice; the rest of the larger one is reached through one channel.
    values = {
        "sizes": " + ".join(f"{(module.size_bytes or 0) / 2**30:g}" for module in modules),
        "both": f"{min(sizes) * len(modules) / 2**30:g}",
        "all": f"{sum((module.size_bytes or 0) for module in modules) / 2**30:g}",
    }
    return [Origin("computed", UNEQUAL_MODULES, values)]
