"""NVIDIA's management library: name, memory, driver and compute capability. It only enriches; its absence is normal."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from advisor.i18n import N_
from advisor.machine import Gpu, Machine, Origin
from advisor.sources.facts import Facts

SOURCE = "NVML"
_MEMORY_CLOCK = 2  # NVML_CLOCK_MEM
T = TypeVar("T")


def read() -> Machine:
    """Every card that the driver knows; an empty machine when there is no driver. Each call may fail alone."""
    with library() as nvml:
        if nvml is None:
            return Machine()
        driver = ask(nvml, nvml.nvmlSystemGetDriverVersion)
        cards = handles(nvml)
        notes = tuple(_split(nvml, card) for card in cards if _is_split(nvml, card))
        return Machine(gpus=tuple(_gpu(nvml, card, driver) for card in cards), notes=notes)


def _is_split(nvml: Any, handle: Any) -> bool:
    mode = ask(nvml, getattr(nvml, "nvmlDeviceGetMigMode", _missing), handle)
    return bool(mode and mode[0])


def _missing(*_: object) -> None:
    """Stands for a function that an old binding does not have."""


def _split(nvml: Any, handle: Any) -> Origin:
    name = text(ask(nvml, nvml.nvmlDeviceGetName, handle)) or "GPU"
    return Origin(
        "reported", N_("{name} is split into MIG instances; the memory shown is the whole card's"), {"name": name}
    )


@contextmanager
def library() -> Iterator[Any]:
    """The initialised library, or None when there is no driver or it does not answer; shut down afterwards."""
    nvml = start()
    try:
        yield nvml
    finally:
        if nvml is not None:
            ask(nvml, nvml.nvmlShutdown)


def start() -> Any:
    """Load and initialise the library; None when there is none, or none that works."""
    if not _library_there():
        return None
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def _library_there() -> bool:
    """False where the driver's library cannot be loaded: most computers need not import its 300 kB of bindings."""
    if sys.platform != "linux":
        return True
    import ctypes

    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True


def handles(nvml: Any) -> Sequence[Any]:
    """One handle per card."""
    found = (ask(nvml, nvml.nvmlDeviceGetHandleByIndex, i) for i in range(ask(nvml, nvml.nvmlDeviceGetCount) or 0))
    return [handle for handle in found if handle is not None]


def ask(nvml: Any, function: Callable[..., T], *arguments: object) -> T | None:
    """The answer, or None: "not supported", missing in an old driver, a card that fell off the bus."""
    try:
        return function(*arguments)
    except (nvml.NVMLError, AttributeError, UnicodeDecodeError):
        return None


def bus_address(nvml: Any, handle: Any) -> str | None:
    """The card's address as the system writes it: "00000000:01:00.0" becomes "0000:01:00.0"."""
    info = ask(nvml, nvml.nvmlDeviceGetPciInfo, handle)
    if info is None:
        return None
    return f"{info.domain:04x}:{info.bus:02x}:{info.device:02x}.0"


def asleep(addresses: Sequence[str]) -> Machine:
    """What is known of cards that were not asked because that would wake them: a reason beside each."""
    reason = Origin("unknown", N_("the card sleeps to save the battery and was not woken"))
    names = ("vram_available_bytes", "compute_capability", "bandwidth_bytes_per_s", "board_power_w")
    origins = {**dict.fromkeys(names, reason), "bus_address": Origin("reported", N_("the system's list of devices"))}
    return Machine(gpus=tuple(Gpu(bus_address=address, origins=origins) for address in addresses))


def _gpu(nvml: Any, handle: Any, driver: str | None) -> Gpu:
    facts = Facts()
    name = text(ask(nvml, nvml.nvmlDeviceGetName, handle))
    facts.add("name", name if name != "Graphics Device" else None, SOURCE)
    facts.add("vendor", "NVIDIA", SOURCE)
    facts.add("driver", f"nvidia {text(driver)}" if driver else None, SOURCE)
    facts.add("bus_address", bus_address(nvml, handle), SOURCE)
    info = ask(nvml, nvml.nvmlDeviceGetPciInfo, handle)
    if info is not None:
        facts.add("pci_id", f"{info.pciDeviceId & 0xFFFF:04x}:{info.pciDeviceId >> 16:04x}", SOURCE)
    capability = ask(nvml, nvml.nvmlDeviceGetCudaComputeCapability, handle)
    facts.add("compute_capability", f"{capability[0]}.{capability[1]}" if capability else None, SOURCE)
    power = ask(nvml, nvml.nvmlDeviceGetPowerManagementDefaultLimit, handle)
    facts.add("board_power_w", power / 1000 if power else None, SOURCE)
    _add_memory(facts, nvml, handle)
    return facts.part(Gpu)


def text(value: object) -> str | None:
    """A name: some versions of the binding give bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) if value else None


def _add_memory(facts: Facts, nvml: Any, handle: Any) -> None:
    memory = ask(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    if memory is not None and memory.total:
        facts.add("vram_bytes", int(memory.total), SOURCE)
        facts.add("vram_available_bytes", int(memory.free), SOURCE)
        facts.add("kind", "discrete", SOURCE)
    else:
        # Grace-Blackwell and Jetson have one memory for both processors: NVML then answers "not supported".
        facts.unknown("vram_bytes", N_("NVML: not supported (old card, or memory shared with the processor)"))
    width = ask(nvml, nvml.nvmlDeviceGetMemoryBusWidth, handle)
    clock = ask(nvml, nvml.nvmlDeviceGetMaxClockInfo, handle, _MEMORY_CLOCK)
    if width and clock:
        # The clock is given such that two transfers happen per cycle, on GDDR and HBM of all generations.
        detail = N_("NVML: {width} bit x {clock} MHz x 2 / 8")
        rate = width * clock * 1e6 * 2 / 8
        facts.add("bandwidth_bytes_per_s", rate, detail, "computed", width=str(width), clock=str(clock))
