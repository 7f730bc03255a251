"""Filling a detected machine's gaps from the catalogue: what a probe reported stays, what is added says its source."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from advisor.catalog.complete_memory import complete_memory
from advisor.catalog.cpus import CpuSpec, known_cpu
from advisor.catalog.gpus import GpuSpec, by_pci_id, named, weakest
from advisor.catalog.kept_memory import kept_memory
from advisor.catalog.measured import peak_bandwidth
from advisor.catalog.runtimes import NO_DRIVER, Subject, judge, remarks
from advisor.catalog.worth_knowing import worth_knowing
from advisor.i18n import N_
from advisor.machine import Cpu, Gpu, GpuKind, Machine, Memory, Origin, Part

P = TypeVar("P", bound=Part)

_SHARED = N_("the system's memory, which it shares")
_VENDORS = {"10de": "NVIDIA", "1002": "AMD", "1022": "AMD", "8086": "Intel", "106b": "Apple"}


def complete(machine: Machine) -> Machine:
    """`machine` with unknown fields filled from the catalogue's facts, and every GPU's engines and use judged.

    Fills the processor, the memory's kind, channels and bandwidth (theoretical, or an upper bound that says so),
    and each GPU's name, architecture, memory, rates and power. Nothing that a probe reported is changed; completing
    twice changes nothing.
    """
    spec = known_cpu(machine.cpu.name) if machine.cpu.name else None
    cpu = _complete_cpu(machine.cpu, spec)
    # A virtual machine's memory modules are invented.
    modules = () if "vm" in (machine.environment or ()) else machine.memory.modules
    memory, notes = complete_memory(machine.memory, modules, spec, cpu.sockets or 1)
    gpus = []
    for gpu in machine.gpus:
        done, remark = _complete_gpu(gpu, memory, machine.os_family, cpu.name or "")
        gpus.append(done)
        notes += remark
    memory = _from_unified(memory, gpus)
    gpus = [_share_bandwidth(gpu, memory) for gpu in gpus]
    notes += worth_knowing(cpu, memory, gpus)
    added = tuple(note for note in dict.fromkeys(map(_Note.of, notes)) if note.origin not in machine.notes)
    return replace(
        machine, cpu=cpu, memory=memory, gpus=tuple(gpus), notes=(*machine.notes, *(n.origin for n in added))
    )


class _Note(NamedTuple):
    # Origins hold a mapping and cannot be hashed; their text can.
    text: str
    values: tuple[tuple[str, str], ...]
    kind: Any

    @classmethod
    def of(cls, origin: Origin) -> "_Note":
        return cls(origin.detail, tuple(origin.values.items()), origin.kind)

    @property
    def origin(self) -> Origin:
        return Origin(self.kind, self.text, dict(self.values))


def fill(part: P, values: Mapping[str, object], origin: Origin) -> P:
    """`part` with those of `values` whose fields are unknown, each with `origin`; None fills nothing."""
    new = {name: value for name, value in values.items() if value is not None and getattr(part, name) is None}
    if not new:
        return part
    return replace(part, **new, origins={**part.origins, **dict.fromkeys(new, origin)})


def looked_up(name: str, source: str) -> Origin:
    """The origin of a fact of the catalogue's entry `name`."""
    return Origin("looked_up", N_("catalogue, {name}: {source}"), {"name": name, "source": source})


def _complete_cpu(cpu: Cpu, spec: CpuSpec | None) -> Cpu:
    if spec is None:
        return cpu
    values: dict[str, object] = {
        "vendor": spec.vendor,
        "architecture": spec.architecture,
        "features": spec.features,
    }
    # A virtual machine sees some of the cores: what belongs to the whole chip would be wrong there.
    if cpu.cores in (None, spec.cores):
        values |= {
            "cores": spec.cores,
            "threads": spec.threads,
            "performance_cores": spec.performance_cores,
            "efficiency_cores": spec.efficiency_cores,
            "l3_bytes": spec.l3_bytes,
        }
    values |= {"base_mhz": spec.base_mhz, "max_mhz": spec.max_mhz}
    return fill(cpu, values, looked_up(spec.name, spec.source))


def _complete_gpu(gpu: Gpu, memory: Memory, system: str | None, cpu_name: str) -> tuple[Gpu, list[Origin]]:
    found = identify(gpu, memory.total_bytes, cpu_name)
    spec = found[0] if found else None
    if gpu.vendor is None and gpu.pci_id:
        vendor = _VENDORS.get(gpu.pci_id[:4].lower())
        gpu = fill(gpu, {"vendor": vendor}, Origin("computed", N_("the vendor's number in the PCI id")))
    if spec is not None:
        gpu = _from_spec(gpu, spec, found, memory)
    gpu = _judged(gpu, spec, system)
    subject = _subject(gpu, spec)
    return gpu, list(remarks(subject, gpu.name or "?", system)) if gpu.usable else []


def identify(gpu: Gpu, memory_bytes: int | None, cpu_name: str = "") -> tuple[GpuSpec, ...]:
    """The catalogue's entries that `gpu` may be: the chosen one first, alone when nothing else is possible.

    A PCI id tells more than a name (drivers older than the card print "Graphics Device"), the name more than the
    memory size; an APU's name may state its graphics ("w/ Radeon 780M Graphics"). Where they leave several, the
    weakest comes first.
    """
    by_name = named(gpu.name, gpu.vram_bytes) if gpu.name else ()
    found = by_pci_id(gpu.pci_id) if gpu.pci_id else ()
    found = tuple(spec for spec in found if spec in by_name) or found or by_name
    size = gpu.vram_bytes or (memory_bytes if any(spec.memory_options for spec in found) else None)
    found = tuple(spec for spec in found if size and spec.fits(size)) or found
    found = tuple(s for s in found if s.kind != "discrete" and s.name.lower() in cpu_name.lower()) or found
    if not found:
        return ()
    first = found[0] if len(found) == 1 else weakest(found)
    rest = tuple(spec for spec in found if spec is not first)
    return (first.chosen(gpu.pci_id and gpu.pci_id.lower(), gpu.vram_bytes), *rest)


def _from_spec(gpu: Gpu, spec: GpuSpec, found: tuple[GpuSpec, ...], memory: Memory) -> Gpu:
    name = " / ".join(sorted(s.name for s in found)[:4])
    origin = looked_up(name, spec.source)
    if len(found) > 1:
        origin = Origin(
            "looked_up", N_("catalogue, the weakest of {name}: {source}"), {"name": name, "source": spec.source}
        )
    guessed = gpu.kind == "integrated" or gpu.origin("kind").kind in ("computed", "assumed")
    if spec.kind == "unified" and gpu.kind != "unified" and guessed:
        # The place on the bus cannot tell that a chip has no memory of its own (GB10), nor a driver's "integrated" that
        # it has as much bandwidth as a card (Ryzen AI Max).
        gpu = replace(gpu, kind="unified", origins={**gpu.origins, "kind": origin})
    kind: GpuKind = gpu.kind or spec.kind
    values = {
        "name": name,
        "vendor": spec.vendor,
        "kind": kind,
        "architecture": spec.architecture,
        "compute_capability": spec.compute_capability,
        "fp32_flops": spec.fp32_flops,
        "fp16_flops": spec.fp16_flops,
        "board_power_w": spec.board_power_w,
        "vram_bytes": 0 if kind in ("integrated", "unified") else spec.vram_bytes,
        "bandwidth_bytes_per_s": spec.bandwidth_bytes_per_s,
    }
    return _metal_share(fill(gpu, values, origin), memory)


def _metal_share(gpu: Gpu, memory: Memory) -> Gpu:
    total = memory.total_bytes
    if gpu.vendor != "Apple" or gpu.kind != "unified" or total is None:
        return gpu
    text = N_("a rule of thumb: what macOS lets the GPU use of the memory")
    return fill(gpu, {"shared_bytes": kept_memory().for_metal(total)}, Origin("assumed", text))


def subject_of(gpu: Gpu, machine: Machine) -> Subject:
    """What rules look at of a GPU of `machine`, with the facts of its entry in the catalogue."""
    found = identify(gpu, machine.memory.total_bytes, machine.cpu.name or "")
    return _subject(gpu, found[0] if found else None)


def _subject(gpu: Gpu, spec: GpuSpec | None) -> Subject:
    return Subject(
        vendor=gpu.vendor,
        kind=gpu.kind,
        architecture=spec.architecture if spec else gpu.architecture,
        compute_capability=gpu.compute_capability,
        # None that its source knows to be none is no gap: nothing runs before a driver is installed.
        driver=NO_DRIVER if gpu.driver is None and gpu.origin("driver").kind == "reported" else gpu.driver,
        vulkan=spec.vulkan if spec else None,
        rocm=spec.rocm if spec else None,
        fp32_flops=gpu.fp32_flops,
    )


def _judged(gpu: Gpu, spec: GpuSpec | None, system: str | None) -> Gpu:
    judgement = judge(_subject(gpu, spec), system)
    origins = {**gpu.origins, "engines": judgement.reason, "usable": judgement.reason}
    return replace(gpu, engines=judgement.engines, usable=judgement.usable, origins=origins)


def _from_unified(memory: Memory, gpus: list[Gpu]) -> Memory:
    """A unified chip's bandwidth is its memory's."""
    for gpu in gpus:
        if gpu.kind == "unified" and gpu.bandwidth_bytes_per_s:
            bandwidth, origin = gpu.bandwidth_bytes_per_s, gpu.origin("bandwidth_bytes_per_s")
            measured = memory.origin("bandwidth_bytes_per_s").kind in ("measured", "reported")
            if not measured and memory.bandwidth_bytes_per_s != bandwidth:
                origins = {**memory.origins, "bandwidth_bytes_per_s": origin}
                return replace(memory, bandwidth_bytes_per_s=bandwidth, origins=origins)
    return memory


def _share_bandwidth(gpu: Gpu, memory: Memory) -> Gpu:
    if gpu.kind not in ("integrated", "unified"):
        return gpu
    if memory.bandwidth_bytes_per_s and gpu.origin("bandwidth_bytes_per_s").detail == _SHARED:
        # The memory's may have been measured since.
        gpu = replace(gpu, bandwidth_bytes_per_s=None)
    return fill(gpu, {"bandwidth_bytes_per_s": peak_bandwidth(memory)}, Origin("computed", _SHARED))
