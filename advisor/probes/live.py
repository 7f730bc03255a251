"""Numbers that move: processor load, memory, GPU memory and load, free disk space. Cheap enough for once a second."""

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from advisor.i18n import N_
from advisor.machine import Memory, Origin
from advisor.probes import nvml
from advisor.probes.files import LIVE_ROOT

# By str(): a type checker that knows its own platform would take the other branches for dead.
_LINUX = str(sys.platform) == "linux"

NO_DRIVER = Origin("unknown", N_("no NVIDIA driver"))
NOT_YET = Origin("unknown", N_("the load shows from the second reading on"))
ASLEEP = Origin("unknown", N_("the card sleeps to save the battery and was not woken"))
FAILED = Origin("unknown", N_("the system did not answer"))
# i915 and xe count their work per program, or for administrators only: a sum over what this user may see would lie.
INTEL = Origin("unknown", N_("Intel's drivers show the load of the whole card to administrators only"))
NOT_SHOWN = Origin("unknown", N_("its driver does not show its load to programs"))


@dataclass(frozen=True, slots=True)
class LiveGpu:
    """One card now; bytes and percent. None where its driver does not tell, which `reason` says more of."""

    bus_address: str | None
    name: str | None
    vram_used_bytes: int | None
    vram_total_bytes: int | None
    load_percent: float | None
    reason: Origin | None = None


@dataclass(frozen=True, slots=True)
class LiveSample:
    """This computer now; bytes and percent. `reasons` says by field name why a value is None or a list empty."""

    cpu_percent: float | None
    ram_used_bytes: int | None
    ram_total_bytes: int | None
    gpus: tuple[LiveGpu, ...]
    disk_free_bytes: int | None
    disk_total_bytes: int | None
    reasons: dict[str, Origin]


class Sampler:
    """Takes samples. It keeps the last processor times and the opened driver; use one from one thread."""

    def __init__(self) -> None:
        self._times: tuple[float, float] | None = None
        self._nvml: Any = None
        self._handles: list[Any] = []
        self._started = False
        self._nvidia, self._amd, self._intel = (_linux_cards(vendor) for vendor in (0x10DE, 0x1002, 0x8086))

    def sample(self) -> LiveSample:
        """The numbers now, in 1-2 ms; never raises."""
        reasons: dict[str, Origin] = {}
        load = self._cpu_percent()
        if load is None:
            reasons["cpu_percent"] = NOT_YET
        used, total = _ram()
        if total is None:
            reasons["ram_total_bytes"] = FAILED
        gpus = self._gpus(reasons)
        free, size = _disk()
        if size is None:
            reasons["disk_total_bytes"] = FAILED
        return LiveSample(load, used, total, gpus, free, size, reasons)

    def close(self) -> None:
        """Let go of the driver."""
        if self._nvml is not None:
            nvml.ask(self._nvml, self._nvml.nvmlShutdown)
        self._nvml, self._handles, self._started = None, [], False

    def _cpu_percent(self) -> float | None:
        import psutil

        try:
            times = psutil.cpu_times()
        except (OSError, RuntimeError):
            return None
        # Guest time is counted in user time already; waiting for a disk is idleness.
        total = float(sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0))
        idle = float(times.idle + getattr(times, "iowait", 0.0))
        last, self._times = self._times, (total, idle)
        if last is None or total <= last[0]:
            return None
        return min(100.0, max(0.0, 100.0 * (1 - (idle - last[1]) / (total - last[0]))))

    def _gpus(self, reasons: dict[str, Origin]) -> tuple[LiveGpu, ...]:
        cards = [_amd(card) for card in self._amd if not _sleeping((card,))]
        cards += [_intel(card) for card in self._intel if not _sleeping((card,))]
        if _nvidia_sleeps(self._nvidia):
            reasons["gpus"] = ASLEEP
            return tuple(cards)
        if not self._started:
            # Asked once: loading a driver that is not there costs milliseconds every time.
            self._started = True
            self._nvml = nvml.start()
            self._handles = list(nvml.handles(self._nvml)) if self._nvml is not None else []
        cards += [_card(self._nvml, handle) for handle in self._handles]
        if not cards:
            reasons["gpus"] = NO_DRIVER
        return tuple(cards)


@cache
def _sampler() -> Sampler:
    return Sampler()


def sample() -> LiveSample:
    """A sample of this process's own sampler; the processor's load shows from the second one on."""
    return _sampler().sample()


def _ram() -> tuple[int | None, int | None]:
    """(used, total), both within a container's limit."""
    memory = _memory()
    sizes = [size for size in (memory.total_bytes, memory.limit_bytes) if size is not None]
    total = min(sizes, default=None)
    if total is None or memory.available_bytes is None:
        return None, total
    return max(0, total - memory.available_bytes), total


def free_bytes() -> int | None:
    """Memory that this process may still take now, within a container's limit; None when the system does not say."""
    return _memory().available_bytes


def _memory() -> Memory:
    if _LINUX:
        from advisor.probes.linux import memory

        return memory.sizes(LIVE_ROOT)
    if str(sys.platform) == "darwin":
        from advisor.probes import macos

        try:
            return macos.available()
        except OSError:
            return Memory()
    import psutil

    try:
        values = psutil.virtual_memory()
    except (OSError, RuntimeError):
        return Memory()
    return Memory(total_bytes=values.total, available_bytes=values.available)


def _disk() -> tuple[int | None, int | None]:
    """(free, total) of the volume that holds the user's home, where models are downloaded to."""
    import psutil

    try:
        usage = psutil.disk_usage(str(Path.home()))
    except (OSError, RuntimeError):
        return None, None
    return usage.free, usage.total


def _linux_cards(vendor: int) -> tuple[Path, ...]:
    if not _LINUX:
        return ()
    from advisor.probes.linux import gpus

    return gpus.cards(LIVE_ROOT, vendor)


def _sleeping(cards: tuple[Path, ...]) -> bool:
    if not cards:
        return False
    from advisor.probes.linux import gpus

    return bool(gpus.sleeping(cards))


def _nvidia_sleeps(cards: tuple[Path, ...]) -> bool:
    if str(sys.platform) == "win32":
        from advisor.probes import windows

        return bool(windows.sleeping_nvidia())
    return _sleeping(cards)


def _amd(card: Path) -> LiveGpu:
    from advisor.probes.linux import gpus

    counters = gpus.counters(card)
    reason = NOT_SHOWN if counters.busy_percent is None else None
    return LiveGpu(card.name, None, counters.used_bytes, counters.total_bytes, counters.busy_percent, reason)


def _intel(card: Path) -> LiveGpu:
    from advisor.probes.linux import gpus

    counters = gpus.intel_counters(card)
    return LiveGpu(card.name, None, counters.used_bytes, counters.total_bytes, None, INTEL)


def _card(library: Any, handle: Any) -> LiveGpu:
    memory = nvml.ask(library, library.nvmlDeviceGetMemoryInfo, handle)
    rates = nvml.ask(library, library.nvmlDeviceGetUtilizationRates, handle)
    return LiveGpu(
        nvml.bus_address(library, handle),
        nvml.text(nvml.ask(library, library.nvmlDeviceGetName, handle)),
        int(memory.used) if memory else None,
        int(memory.total) if memory else None,
        float(rates.gpu) if rates else None,
        None if rates else NOT_SHOWN,
    )
