"""What the owner should know of a machine: instruction sets that are missing, memory that the firmware gives away."""

from collections.abc import Iterator, Sequence

from advisor.catalog.speeds import speeds
from advisor.i18n import N_
from advisor.machine import Cpu, Gpu, Memory, Origin

_X86_VENDORS = ("Intel", "AMD", "Hygon", "Zhaoxin")
_WORTH_SAYING_BYTES = 1 << 30


def worth_knowing(cpu: Cpu, memory: Memory, gpus: Sequence[Gpu]) -> Iterator[Origin]:
    """Notes on the machine as a whole."""
    yield from _instructions(cpu)
    yield from _set_aside(memory, gpus)


def _instructions(cpu: Cpu) -> Iterator[Origin]:
    x86 = (cpu.architecture or "").startswith("x86") or (cpu.architecture is None and cpu.vendor in _X86_VENDORS)
    if cpu.features is None or not x86 or "avx2" in cpu.features:
        return
    best = "avx" if "avx" in cpu.features else "none"
    factors = speeds().cpu.isa_factor
    values = {"cpu": cpu.name or "CPU", "percent": f"{100 * factors[best] / factors['avx2']:.0f}"}
    text = N_(
        "{cpu} has AVX but no AVX2: llama.cpp's kernels for it compute at about {percent} % of the speed with AVX2"
    )
    if best == "none":
        text = N_(
            "{cpu} has no AVX: llama.cpp's kernels for it compute at about {percent} % of the speed with AVX2, and "
            "many ready-made programs do not start"
        )
    yield Origin("computed", text, values)


def _set_aside(memory: Memory, gpus: Sequence[Gpu]) -> Iterator[Origin]:
    """The part of one memory that its owner may not know to be the graphics processor's alone."""
    for gpu in gpus:
        if gpu.kind not in ("integrated", "unified"):
            continue
        size = gpu.vram_bytes or 0
        if gpu.vendor == "AMD" and gpu.vram_bytes is None and memory.installed_bytes and memory.total_bytes:
            size = memory.installed_bytes - memory.total_bytes
        if size >= _WORTH_SAYING_BYTES:
            text = N_(
                "the firmware sets {size} GiB of the memory aside for {gpu}: programs on the processor cannot use "
                "them; the firmware's setup can often change how much"
            )
            yield Origin("computed", text, {"size": f"{size / 2**30:.0f}", "gpu": gpu.name or "GPU"})
