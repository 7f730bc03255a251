"""What a machine offers to a model: devices with their budgets and rates, worked out once per machine and budget."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from advisor.catalog.complete import subject_of
from advisor.catalog.kept_memory import kept_memory
from advisor.catalog.measured import core_cycles, is_measured, peak_bandwidth
from advisor.catalog.speeds import Backend, Speeds, speeds
from advisor.catalog.stacks import computed, cpu_refusal, gpu_refusal
from advisor.estimator.result import Reason
from advisor.machine import Cpu, Gpu, Machine, SameMachine

Budget = Literal["free", "total"]
BUDGETS: tuple[Budget, ...] = ("free", "total")

ENGINES = ("cuda", "metal", "rocm", "vulkan", "sycl")  # the order in which llama.cpp's back ends are preferred
TORCH_ENGINES = ("cuda", "rocm", "metal")
TORCH_STACKS = ("transformers", "vllm")
TORCH_VENDORS = ("NVIDIA", "AMD", "Apple")
# Instruction sets that llama.cpp's CPU kernels are written for, best first.
INSTRUCTION_SETS: Mapping[str, tuple[str, ...]] = {
    "avx512": ("avx512f",), "avx2": ("avx2", "fma"), "avx": ("avx",),
    "dotprod": ("dotprod",), "neon": ("neon",),
}  # fmt: skip


class Rates(NamedTuple):
    """How fast one device computes; None where a fact is missing. `backend` None is the CPU."""

    backend: Backend | None
    bandwidth: float | None  # theoretical peak or what was measured, bytes per second: the ceiling
    effective: float | None  # what decoding reaches at most, bytes per second
    flops: float | None  # FP32 rate of a GPU; weights per second at weight-per-cycle 1 of a CPU (cores x clock x set)
    matrix_flops: float | None  # reached in a prompt's matrix products
    layer_s: float  # fixed time per layer


class Device(NamedTuple):
    """A place for weights. Bytes; `available` is the budget asked for; None when the machine does not say."""

    name: str  # "gpu0", "ram"
    capacity: int | None
    available: int | None
    runtime: int  # taken by the runtime's context
    rates: Rates
    title: str  # the GPU's name
    engine: str = ""  # what computes there: "cuda", "vulkan", ...; "" for the processor
    runtime_low: int = 0  # the least and the most that was measured of such contexts
    runtime_high: int = 0


class Share(NamedTuple):
    """The work of one device for one token: bytes of weights read, the part of the layers, bytes of its KV cache."""

    device: Device
    weight_bytes: int
    kv_bytes: int
    layers: int


class Ground(NamedTuple):
    """The machine as placement sees it."""

    cards: tuple[Device, ...]  # GPUs with memory of their own that llama.cpp can use, largest budget first
    pool: Device | None  # a GPU that computes in the system's memory
    ram: Device
    torch_cards: Mapping[str, tuple[Device, ...]]  # by stack; training counts as "transformers"
    torch_pool: Mapping[str, Device | None]
    standing: tuple[Reason, ...]  # reasons that hold for every inference on this machine
    cpu_standing: tuple[Reason, ...]  # and those of llama.cpp where the processor computes
    machine: Machine


def ground(machine: Machine, budget: Budget) -> Ground:
    """The ground of `machine`, kept for the last few machines (by identity: machines do not change)."""
    return _ground(SameMachine(machine), budget)


def emptied(place: Ground, device: Device) -> int | None:
    """Bytes that the RAM, or a GPU that shares it, would offer with no other program running."""
    whole = ground(place.machine, "total")
    found = whole.ram if device.name == place.ram.name else whole.pool
    return found.available if found is not None else None


@lru_cache(maxsize=16)
def _ground(same: SameMachine, budget: Budget) -> Ground:
    machine = same.machine
    facts = speeds()
    ram = _ram(machine, budget, facts)
    cards: list[Device] = []
    torch_cards: dict[str, list[Device]] = {stack: [] for stack in TORCH_STACKS}
    torch_pool: dict[str, Device | None] = dict.fromkeys(TORCH_STACKS)
    pool: Device | None = None
    for index, gpu in enumerate(machine.gpus):
        if gpu.usable is not True:
            continue
        engine = _engine(gpu, ENGINES)
        # Which of their formats they can use is another question: see `refused`.
        torch_engine = _engine(gpu, TORCH_ENGINES) or gpu.vendor in TORCH_VENDORS
        if _shares_memory(gpu):
            if engine and pool is None:
                pool = _pool(machine, index, engine, facts, ram)
            for stack in TORCH_STACKS if torch_engine and gpu.kind == "unified" else ():
                torch_pool[stack] = torch_pool[stack] or _pool(machine, index, stack, facts, ram)
        elif gpu.vram_bytes:
            if engine:
                cards.append(_card(gpu, index, engine, budget, facts))
            for stack in TORCH_STACKS if torch_engine else ():
                torch_cards[stack].append(_card(gpu, index, stack, budget, facts))
    if pool is not None and machine.gpus[int(pool.name[3:])].kind != "unified" and not _faster(pool, ram):
        pool = None
    standing = (*_gpu_reasons(machine), *_ram_reasons(machine, budget))
    return Ground(
        cards=_largest_first(cards),
        pool=None if cards else pool,
        ram=ram,
        torch_cards={stack: _largest_first(found) for stack, found in torch_cards.items()},
        torch_pool={stack: None if torch_cards[stack] else found for stack, found in torch_pool.items()},
        standing=standing,
        cpu_standing=(*_gpu_reasons(machine), *_cpu_reasons(machine), *_ram_reasons(machine, budget)),
        machine=machine,
    )


def refused(machine: Machine, stack: str, needs: tuple[str, ...]) -> Mapping[str, Reason]:
    """Devices of `machine` ("gpu0", "ram") on which a torch stack has not all of `needs` (formats and optimizers)."""
    return _refused(SameMachine(machine), stack, needs)


@lru_cache(maxsize=256)
def _refused(same: SameMachine, stack: str, needs: tuple[str, ...]) -> Mapping[str, Reason]:
    machine = same.machine
    found: dict[str, Reason] = {}
    for need in needs:
        values = {"stack": "vLLM" if stack == "vllm" else "PyTorch", "format": need}
        for index, gpu in enumerate(machine.gpus):
            if gpu.usable is True:
                subject = subject_of(gpu, machine)
                why = gpu_refusal(stack, need, subject, machine.os_family)
                if why is not None:
                    device = gpu.name or f"GPU {index}"
                    if not computed(subject):
                        found.setdefault(f"gpu{index}", Reason("stack_not_computed", {**values, "device": device}))
                        continue
                    found.setdefault(f"gpu{index}", Reason("stack_refused", {**values, "device": device, "why": why}))
        why = cpu_refusal(stack, need, machine.cpu, machine.os_family)
        if why is not None:
            device = machine.cpu.name or "CPU"
            found.setdefault("ram", Reason("stack_refused", {**values, "device": device, "why": why}))
    return found


def _largest_first(cards: list[Device]) -> tuple[Device, ...]:
    return tuple(sorted(cards, key=lambda card: -(card.available or 0)))


def _engine(gpu: Gpu, wanted: tuple[str, ...]) -> str | None:
    return next((engine for engine in wanted if engine in (gpu.engines or ())), None)


def _shares_memory(gpu: Gpu) -> bool:
    # A discrete card with no memory is a wrong reading, not a card in the system's memory.
    return gpu.kind in ("integrated", "unified") or (gpu.vram_bytes == 0 and gpu.kind != "discrete")


def _ram(machine: Machine, budget: Budget, facts: Speeds) -> Device:
    total = machine.memory_budget_bytes
    if budget == "total" or total is None:
        available = total
    elif machine.memory.available_bytes is None:
        available = total - kept_memory().by_system(total)
    else:
        available = max(0, min(total, machine.memory.available_bytes) - kept_memory().reserve_bytes)
    return Device("ram", total, available, 0, _cpu_rates(machine, facts), machine.cpu.name or "CPU")


def _card(gpu: Gpu, index: int, engine: str, budget: Budget, facts: Speeds) -> Device:
    total = gpu.vram_bytes or 0
    available = total
    if budget == "free":
        known = gpu.vram_available_bytes
        available = max(0, total - kept_memory().by_screen(gpu.architecture)) if known is None else min(total, known)
    rates = _gpu_rates(gpu, engine, gpu.bandwidth_bytes_per_s, facts)
    return _computing(index, total, available, rates, gpu)


def _pool(machine: Machine, index: int, engine: str, facts: Speeds, ram: Device) -> Device:
    """A GPU in the system's memory: its budget is the RAM's, capped by what the GPU may take, and the part that the
    firmware set aside for it, which the system does not count. Both are one memory, read at one speed.
    """
    gpu = machine.gpus[index]
    bandwidth = gpu.bandwidth_bytes_per_s or peak_bandwidth(machine.memory)
    rates = _gpu_rates(gpu, engine, bandwidth, facts)
    share = gpu.shared_bytes
    if not share and ram.capacity is not None and gpu.kind == "unified":
        kept = kept_memory()
        apple = gpu.vendor == "Apple"
        share = kept.for_metal(ram.capacity) if apple else int(ram.capacity * kept.unified_share)
    own = gpu.vram_bytes or 0
    capacity = None if ram.capacity is None else ram.capacity + own
    available = ram.available
    if available is not None:
        available = (min(available, share) if share else available) + own
    return _computing(index, capacity, available, rates, gpu)


def _computing(index: int, capacity: int | None, available: int | None, rates: Rates, gpu: Gpu) -> Device:
    name, title = f"gpu{index}", gpu.name or f"GPU {index}"
    if rates.backend is None:
        return Device(name, capacity, available, 0, rates, title)
    engine, counted = rates.backend.key.partition("-")[0], rates.backend.runtime_bytes
    measured = kept_memory().context(engine)
    low, high = min(counted, measured.low_bytes), max(counted, measured.high_bytes)
    return Device(name, capacity, available, counted, rates, title, engine, low, high)


def _gpu_rates(gpu: Gpu, engine: str, bandwidth: float | None, facts: Speeds) -> Rates:
    keys = (f"{engine}-{_generation(gpu)}", f"{engine}-{(gpu.vendor or '').lower()}", engine)
    backend = next((facts.backends[key] for key in keys if key in facts.backends), None)
    if backend is None:
        return Rates(None, bandwidth, None, None, None, 0)
    effective = bandwidth * backend.bandwidth_factor if bandwidth else None
    return Rates(backend, bandwidth, effective, gpu.fp32_flops, _matrix_flops(gpu, backend), backend.layer_s)


def _generation(gpu: Gpu) -> str:
    """What tells back ends of one engine apart: CUDA's major compute capability, the number of an Apple chip ("1" of
    "Apple M1 Max"), AMD's architecture without its minor number ("rdna4"); "" for others.
    """
    chip = re.match(r"Apple M(\d+)", gpu.name or "")
    if chip:
        return chip[1]
    known = gpu.architecture or "" if gpu.vendor == "AMD" else gpu.compute_capability or ""
    return known.split(".")[0].replace(" ", "").lower()


def _matrix_flops(gpu: Gpu, backend: Backend) -> float | None:
    """FLOP per second in a prompt's matrix products; None when the card's peak is not known."""
    plain = gpu.fp32_flops or gpu.fp16_flops
    peak = (gpu.fp16_flops or plain) if backend.prefill_peak == "fp16" else plain
    if not peak or not plain:
        return None
    # Turing without matrix units (GTX 16) multiplies FP16 at twice its FP32 rate, with them at four times.
    capability = gpu.compute_capability or ""
    if capability == "7.5" and gpu.fp16_flops is not None and gpu.fp16_flops < 3 * plain:
        return backend.prefill_factor * 2 * peak
    ratios = backend.matrix_per_fp32
    return backend.prefill_factor * peak * ratios.get(capability, ratios.get(capability.split(".")[0], 1.0))


def _cpu_rates(machine: Machine, facts: Speeds) -> Rates:
    cpu, law = machine.cpu, facts.cpu
    bandwidth, peak = machine.memory.bandwidth_bytes_per_s, peak_bandwidth(machine.memory)
    effective = None
    if peak:
        # Threads of every socket read a model that lies where one of them put it.
        effective = law.bandwidth_factor * peak / _sockets(machine)
    cores = _large_cores(cpu, facts)
    if not cores:
        return Rates(None, bandwidth, effective, None, None, 0)
    instructions = instruction_set(cpu)
    cycles = core_cycles(cpu, cores, cpu.max_mhz or cpu.base_mhz or law.default_mhz, instructions)
    cycles *= law.isa_factor[instructions]
    fixed = law.pair_layer_s * (cpu.cores or cores) ** 2
    return Rates(None, bandwidth, effective, cycles, cycles * law.prefill_flops_per_cycle, fixed)


def _sockets(machine: Machine) -> int:
    # Many a virtual machine calls each of its threads a socket; what they read together was measured.
    if is_measured(machine.memory) and "vm" in (machine.environment or ()):
        return 1
    return machine.cpu.sockets or 1


def _large_cores(cpu: Cpu, facts: Speeds) -> float:
    """Cores, the small ones counted as what they compute; 0 when unknown."""
    if cpu.performance_cores is None and cpu.efficiency_cores is None:
        return cpu.cores or 0
    return (cpu.performance_cores or 0) + (cpu.efficiency_cores or 0) * facts.cpu.efficiency_core


def instruction_set(cpu: Cpu) -> str:
    """The best set of INSTRUCTION_SETS that the CPU has; when nobody said, what its architecture always had lately."""
    features = cpu.features
    if features is None:
        return "dotprod" if cpu.architecture in ("arm64", "aarch64") else "avx2"
    return next((name for name, needs in INSTRUCTION_SETS.items() if features.issuperset(needs)), "none")


def _faster(pool: Device, ram: Device) -> bool:
    """Whether an integrated GPU decodes faster than the CPU beside it: both read the same memory."""
    if pool.rates.effective is None or ram.rates.effective is None:
        return False
    return pool.rates.effective > ram.rates.effective


def _gpu_reasons(machine: Machine) -> tuple[Reason, ...]:
    found = []
    for gpu in machine.gpus:
        name = gpu.name or "GPU"
        if gpu.usable is False:
            found.append(Reason("gpu_unusable", {"gpu": name, "why": gpu.origin("usable")}))
        elif gpu.usable is None:
            found.append(Reason("gpu_unknown", {"gpu": name}))
        elif not gpu.vram_bytes and not _shares_memory(gpu):
            found.append(Reason("vram_unknown", {"gpu": name}))
    return tuple(found)


def _cpu_reasons(machine: Machine) -> tuple[Reason, ...]:
    features = machine.cpu.features
    if features is None or instruction_set(machine.cpu) in ("avx512", "avx2", "dotprod", "neon"):
        return ()
    return (Reason("no_avx2" if "avx" in features else "no_avx", {"cpu": machine.cpu.name or "CPU"}),)


def _ram_reasons(machine: Machine, budget: Budget) -> tuple[Reason, ...]:
    memory = machine.memory
    if memory.limit_bytes is not None and memory.total_bytes is not None and memory.limit_bytes < memory.total_bytes:
        return (Reason("container_limit", {"limit_bytes": memory.limit_bytes}),)
    total = machine.memory_budget_bytes
    if budget == "free" and total is not None and memory.available_bytes is None:
        return (Reason("free_memory_assumed", {"reserve_bytes": kept_memory().by_system(total)}),)
    return ()
