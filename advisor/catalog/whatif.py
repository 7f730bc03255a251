"""Machines that nobody has yet: put together from the catalogues, or an existing one with parts replaced."""

from dataclasses import replace

from advisor.catalog.complete import complete, looked_up
from advisor.catalog.complete_memory import UNEQUAL_MODULES
from advisor.catalog.cpus import CpuSpec, MemorySpeed, find_cpu, known_cpu
from advisor.catalog.gpus import GpuSpec, find_gpu
from advisor.catalog.kept_memory import kept_memory
from advisor.catalog.names import parse
from advisor.errors import UserError
from advisor.i18n import N_
from advisor.machine import Cpu, Gpu, Machine, Memory, MemoryModule, Origin

_GIB = 1 << 30
_MOST_GPUS = 64
BUILT_IN = ("integrated", "unified")
_WISH = Origin("assumed", N_("what-if: as wished"))
_MODULE_ORIGINS = {
    "size_bytes": _WISH,
    **dict.fromkeys(("kind", "speed_mts"), Origin("assumed", N_("what-if: as the memory of now"))),
}


def assemble(
    base: Machine | None,
    *,
    gpu: str | None,
    gpu_count: int = 1,
    cpu: str | None,
    ram_gib: float | None,
    beside: bool = False,
    modules: tuple[float, ...] = (),
) -> Machine:
    """A completed machine of catalogue parts, source "catalogue": `base` with what is given replaced, or none but that.

    `gpu` replaces the graphics cards, or stands `beside` them (built-in graphics stay); `cpu` replaces the processor
    with its memory's speed, `ram_gib` the memory's size, or `modules` (GiB each) all memory modules: channels and
    bandwidth follow from them. Free memory is the total less what `base` uses, or less an assumed share of the system.
    Raises UserError: unknown or ambiguous names, counts and sizes out of range.
    """
    for size in (ram_gib, *modules):
        _check(gpu_count, size)
    machine = base or Machine(source="catalogue")
    spec = find_gpu(gpu) if gpu is not None else None
    if spec is not None and gpu_count > 1 and spec.kind in BUILT_IN:
        raise UserError(
            N_("{option}: {name} is part of a processor; a machine has one of it"), option="--gpu-count", name=spec.name
        )
    processor = find_cpu(cpu) if cpu is not None else _own_processor(spec, machine)
    if ram_gib is None and not modules and spec is not None and spec.memory_options:
        ram_gib = _option(spec, gpu or "")
    if processor is not None:
        machine = _with_cpu(machine, processor)
    if modules:
        notes = tuple(note for note in machine.notes if note.detail != UNEQUAL_MODULES)
        machine = replace(machine, memory=_with_modules(machine.memory, modules), notes=notes)
    elif ram_gib is not None:
        # What was said about the old modules is said no more.
        notes = tuple(note for note in machine.notes if note.detail != UNEQUAL_MODULES)
        machine = replace(machine, memory=_with_ram(machine.memory, round(ram_gib * _GIB)), notes=notes)
    if spec is not None:
        machine = replace(machine, gpus=_with_gpus(machine, spec, gpu_count, beside))
    return complete(replace(machine, source="catalogue"))


def _check(gpu_count: int, ram_gib: float | None) -> None:
    if not 1 <= gpu_count <= _MOST_GPUS:
        raise UserError(
            N_("{option}: {value} is not a whole number from {low} to {high}"),
            option="--gpu-count", value=gpu_count, low=1, high=_MOST_GPUS,
        )  # fmt: skip
    if ram_gib is not None and not 0 < ram_gib <= 1 << 16:
        raise UserError(
            N_("{option}: {value} is not a number from {low} to {high}"),
            option="--ram", value=ram_gib, low=0, high=1 << 16,
        )  # fmt: skip


def _own_processor(spec: GpuSpec | None, machine: Machine) -> CpuSpec | None:
    """The processor on the same chip as a unified GPU ("Apple M4 Max"), for machines without one."""
    if spec is None or spec.kind != "unified" or machine.cpu.name is not None:
        return None
    return next((cpu for cpu in map(known_cpu, (spec.name, *spec.aliases)) if cpu is not None), None)


def _option(spec: GpuSpec, text: str) -> float:
    """The memory size of a unified chip's machine: as the wish names it, else the smallest one sold."""
    stated = parse(text).size
    return (stated or min(spec.memory_options)) / _GIB


def _with_cpu(machine: Machine, spec: CpuSpec) -> Machine:
    # Another processor means another board: kind, speed and modules of the old memory say nothing about it.
    memory = machine.memory
    kept = {name: memory.origins[name] for name in ("total_bytes", "available_bytes") if name in memory.origins}
    memory = Memory(total_bytes=memory.total_bytes, available_bytes=memory.available_bytes, origins=kept)
    memory = _with_kind(memory, spec)
    cpu = Cpu(name=spec.name, sockets=1, origins=dict.fromkeys(("name", "sockets"), _WISH))
    # Graphics built into the old processor leave with it.
    gpus = tuple(gpu for gpu in machine.gpus if gpu.kind not in ("integrated", "unified"))
    return replace(machine, cpu=cpu, memory=memory, gpus=gpus, manufacturer=None, model=None)


def _with_kind(memory: Memory, spec: CpuSpec) -> Memory:
    """The kind of memory one would buy for the processor: its fastest modules, soldered memory only without any."""
    fastest = _fastest(spec)
    return memory if fastest is None else _assumed(memory, kind=fastest.kind)


def fastest_modules(memory: Memory, spec: CpuSpec) -> Memory:
    """`memory` with the kind and speed of the fastest modules that the processor takes, where nothing was stated."""
    fastest = _fastest(spec)
    if fastest is None or memory.kind is not None:
        return memory
    return _assumed(memory, kind=fastest.kind, speed_mts=fastest.mts)


def _fastest(spec: CpuSpec) -> MemorySpeed | None:
    modules = [speed for speed in spec.memory if not speed.kind.startswith("LP")] or list(spec.memory)
    return max(modules, key=lambda speed: speed.mts, default=None)


def _assumed(memory: Memory, **values: object) -> Memory:
    origin = Origin("assumed", N_("the fastest memory modules that the processor's generation takes"))
    return replace(memory, **values, origins={**memory.origins, **dict.fromkeys(values, origin)})  # type: ignore[arg-type]


def _with_ram(memory: Memory, total: int) -> Memory:
    if memory.total_bytes is not None and memory.available_bytes is not None:
        used = memory.total_bytes - memory.available_bytes
        free = Origin("computed", N_("the wished size less what this machine uses now"))
    else:
        kept = kept_memory()
        used = kept.by_system(total)
        values = {"share": f"{100 * kept.system_share:g}", "most": f"{kept.system_most_bytes / _GIB:g}"}
        free = Origin("assumed", N_("{share} %, at most {most} GiB, is kept for the system and its desktop"), values)
    return replace(
        memory,
        total_bytes=total,
        installed_bytes=total,
        available_bytes=max(0, total - used),
        modules=(),
        origins={**memory.origins, "total_bytes": _WISH, "installed_bytes": _WISH, "available_bytes": free},
    )


def _with_modules(memory: Memory, sizes: tuple[float, ...]) -> Memory:
    """`memory` of these modules, of the kind and speed of now; the system counts as much less as it does now."""
    counted_less = max(0, (memory.installed_bytes or 0) - (memory.total_bytes or memory.installed_bytes or 0))
    installed = round(sum(sizes) * _GIB)
    wished = _with_ram(memory, max(1, installed - counted_less))
    module = MemoryModule(kind=memory.kind, speed_mts=memory.speed_mts, origins=_MODULE_ORIGINS)
    told = {
        name: origin for name, origin in wished.origins.items() if name not in ("channels", "bandwidth_bytes_per_s")
    }
    return replace(
        wished,
        installed_bytes=installed,
        channels=None,
        bandwidth_bytes_per_s=None,
        modules=tuple(replace(module, size_bytes=round(size * _GIB)) for size in sizes),
        origins=told,
    )


def _with_gpus(machine: Machine, spec: GpuSpec, count: int, beside: bool) -> tuple[Gpu, ...]:
    built_in = tuple(gpu for gpu in machine.gpus if gpu.kind in ("integrated", "unified", "virtual"))
    if spec.kind in BUILT_IN:
        built_in = ()
    present = tuple(gpu for gpu in machine.gpus if beside and gpu not in built_in and gpu.kind not in BUILT_IN)
    added = (_gpu(spec, first=not present and number == 0) for number in range(count))
    return (*present, *added, *built_in)


def _gpu(spec: GpuSpec, first: bool) -> Gpu:
    """The wished card; the first one of a machine drives its screen."""
    gpu = catalogue_gpu(spec, _WISH)
    if spec.kind in BUILT_IN or spec.vram_bytes is None:
        return gpu
    screen = kept_memory().by_screen(spec.architecture)
    origin = Origin(
        "assumed", N_("the desktop keeps {size} GiB of the first card's memory"), {"size": f"{screen / _GIB:g}"}
    )
    free = max(0, spec.vram_bytes - (screen if first else 0))
    return replace(gpu, vram_available_bytes=free, origins={**gpu.origins, "vram_available_bytes": origin})


def catalogue_gpu(spec: GpuSpec, named_by: Origin) -> Gpu:
    """A GPU with all of its entry's own figures, so that a variant chosen by memory size stays chosen."""
    values = {
        "name": spec.name,
        "vendor": spec.vendor,
        "kind": spec.kind,
        "architecture": spec.architecture,
        "vram_bytes": 0 if spec.kind in BUILT_IN else spec.vram_bytes,
        "compute_capability": spec.compute_capability,
        "bandwidth_bytes_per_s": spec.bandwidth_bytes_per_s,
        "fp32_flops": spec.fp32_flops,
        "fp16_flops": spec.fp16_flops,
        "board_power_w": spec.board_power_w,
    }
    known = {name: value for name, value in values.items() if value is not None}
    origins = {**dict.fromkeys(known, looked_up(spec.name, spec.source)), "name": named_by}
    return Gpu(**known, origins=origins)  # type: ignore[arg-type]
