"""What a computer is: frozen dataclasses, with an origin beside every value. Unknown is None, with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal, get_args

from advisor.i18n import N_

OriginKind = Literal["measured", "reported", "looked_up", "computed", "assumed", "unknown"]
ORIGIN_KINDS: tuple[str, ...] = get_args(OriginKind)

GpuKind = Literal["discrete", "integrated", "unified", "virtual"]
GPU_KINDS: tuple[str, ...] = get_args(GpuKind)

DiskKind = Literal["nvme", "ssd", "hdd", "usb", "emmc", "network", "virtual"]
DISK_KINDS: tuple[str, ...] = get_args(DiskKind)

# Names as /proc/cpuinfo of Linux spells them, whatever the system they were read on.
CPU_FEATURES: tuple[str, ...] = (
    "sse4_2", "avx", "f16c", "fma", "avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "amx_bf16",
    "neon", "dotprod", "i8mm", "sve", "sve2", "bf16",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    `detail` names the source ("/proc/meminfo", "NVML", a catalogue entry's source, a formula) or, for kind
    "unknown", the reason: an English template marked with `N_`, filled with `values` when it is shown.
    """

    kind: OriginKind
    detail: str
    values: Mapping[str, str] = field(default_factory=dict)


Origins = Mapping[str, Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the computer. `origins` maps each field's name to where its value comes from."""

    origins: Origins = field(default_factory=dict, repr=False)

    def origin(self, name: str) -> Origin:
        """Where field `name` comes from; a None without a recorded reason says that it was not asked for."""
        if name in self.origins:
            return self.origins[name]
        if getattr(self, name) is None:
            return Origin("unknown", N_("not asked for"))
        return Origin("assumed", N_("not stated"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu(Part):
    """The processor. Frequencies in MHz, caches in bytes and summed over the whole package."""

    name: str | None = None  # as the processor calls itself, "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz"
    vendor: str | None = None  # "Intel", "AMD", "Apple", "ARM", ...
    architecture: str | None = None  # "x86_64", "arm64", ...
    sockets: int | None = None
    cores: int | None = None  # physical
    threads: int | None = None  # logical, those that this system may use
    performance_cores: int | None = None  # None where the processor has one kind of core
    efficiency_cores: int | None = None
    base_mhz: float | None = None
    max_mhz: float | None = None
    l1d_bytes: int | None = None
    l2_bytes: int | None = None
    l3_bytes: int | None = None
    features: frozenset[str] | None = None  # subset of CPU_FEATURES; None when no source answered
    matrix_flops: float | None = None  # operations per second of a float32 matrix product on all cores, only measured


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryModule(Part):
    """One memory module (DIMM) or soldered bank."""

    slot: str | None = None
    size_bytes: int | None = None
    kind: str | None = None  # "DDR3", "DDR4", "LPDDR5", ...
    speed_mts: int | None = None  # configured speed, mega-transfers per second
    rated_mts: int | None = None  # what the module could do
    maker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(Part):
    """System memory (RAM). Sizes in bytes, bandwidth in bytes per second (theoretical peak unless measured)."""

    total_bytes: int | None = None  # as the operating system counts it
    installed_bytes: int | None = None  # as the firmware counts it
    available_bytes: int | None = None
    limit_bytes: int | None = None  # what a container (cgroup) may use; None with origin "no limit" when there is none
    kind: str | None = None
    speed_mts: int | None = None
    channels: int | None = None
    bandwidth_bytes_per_s: float | None = None
    modules: tuple[MemoryModule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu(Part):
    """A graphics processor or accelerator. Sizes in bytes, rates per second."""

    name: str | None = None
    vendor: str | None = None  # "NVIDIA", "AMD", "Intel", "Apple"
    kind: GpuKind | None = None
    architecture: str | None = None  # "Fermi 2.0", "Ada Lovelace", "RDNA 3.0"
    pci_id: str | None = None  # "10de:2684", lower case
    bus_address: str | None = None  # "0000:01:00.0"
    vram_bytes: int | None = None  # dedicated memory; 0 for a GPU that only shares RAM
    vram_available_bytes: int | None = None
    shared_bytes: int | None = None  # what it may take of system memory
    driver: str | None = None  # the driver's name and version
    compute_capability: str | None = None  # CUDA, "8.6"
    bandwidth_bytes_per_s: float | None = None
    fp32_flops: float | None = None
    fp16_flops: float | None = None  # dense tensor-core FP16 with FP32 accumulate where it has them, else shader FP16
    board_power_w: float | None = None
    # The AI engines that can use it, of ("cuda", "rocm", "vulkan", "metal", "sycl"); filled by the catalogue's rules.
    engines: tuple[str, ...] | None = None
    usable: bool | None = None  # False carries its reason in origins["usable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk(Part):
    """A mounted volume on a disk. Sizes in bytes."""

    name: str | None = None  # the disk's model, or its device name
    mount: str | None = None
    kind: DiskKind | None = None
    total_bytes: int | None = None
    free_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery(Part):
    """The battery. `percent` 0-100."""

    present: bool | None = None
    percent: float | None = None
    plugged: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine(Part):
    """A whole computer: this one, one from a saved profile or a dump, or one put together from the catalogues."""

    source: Literal["detected", "profile", "dump", "catalogue"] = "detected"
    manufacturer: str | None = None
    model: str | None = None  # "Lenovo G480": the name that its owner knows
    chassis: Literal["laptop", "desktop", "server", "tablet", "board"] | None = None
    os_name: str | None = None  # "Microsoft Windows 10 Pro", "Debian GNU/Linux 12 (bookworm)"
    os_version: str | None = None  # "10.0.19043", the kernel's release on Linux
    os_family: Literal["windows", "linux", "macos"] | None = None
    environment: tuple[str, ...] | None = None  # subset of ("vm", "container", "wsl"); () is bare metal
    cpu: Cpu = field(default_factory=Cpu)
    memory: Memory = field(default_factory=Memory)
    gpus: tuple[Gpu, ...] = ()
    disks: tuple[Disk, ...] = ()
    battery: Battery = field(default_factory=Battery)
    # Failed probes and things worth knowing, as reasons: shown below the hardware.
    notes: tuple[Origin, ...] = ()

    @property
    def memory_budget_bytes(self) -> int | None:
        """RAM that this system may use at all: the container's limit where it is lower than the total."""
        sizes = [b for b in (self.memory.total_bytes, self.memory.limit_bytes) if b is not None]
        return min(sizes) if sizes else None


class SameMachine:
    """A machine as a cache key: equal only to itself."""

    __slots__ = ("machine",)

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def __hash__(self) -> int:
        return id(self.machine)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameMachine) and other.machine is self.machine


PARTS = (Cpu, MemoryModule, Memory, Gpu, Disk, Battery, Machine)


def value_fields(part: Part) -> Sequence[str]:
    """Names of the fields of `part` that hold one value each (not parts of their own, not `origins`)."""
    nested = {"origins", "modules", "cpu", "memory", "gpus", "disks", "battery", "notes", "source"}
    return [f.name for f in fields(part) if f.name not in nested]
