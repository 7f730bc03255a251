"""NVML: every call may fail alone; a missing driver is no error."""

from types import SimpleNamespace
from typing import Any

import pytest

from advisor.probes import live, nvml

GIB = 1 << 30


class NVMLError(Exception):
    """Stands for the library's own exception."""


class FakeNvml:
    """One card of a driver in which `broken` functions are not supported."""

    NVMLError = NVMLError

    def __init__(self, *broken: str, name: str | bytes = "NVIDIA GeForce RTX 4090") -> None:
        self.broken = broken
        self.name = name
        self.stopped = 0

    def __getattr__(self, function: str) -> Any:
        answers: dict[str, Any] = {
            "nvmlSystemGetDriverVersion": "550.54.14",
            "nvmlDeviceGetCount": 1,
            "nvmlDeviceGetHandleByIndex": "card",
            "nvmlDeviceGetName": self.name,
            "nvmlDeviceGetPciInfo": SimpleNamespace(domain=0, bus=1, device=0, pciDeviceId=0x268410DE),
            "nvmlDeviceGetCudaComputeCapability": (8, 9),
            "nvmlDeviceGetPowerManagementDefaultLimit": 450_000,
            "nvmlDeviceGetMemoryInfo": SimpleNamespace(total=24 * GIB, free=23 * GIB, used=GIB),
            "nvmlDeviceGetMemoryBusWidth": 384,
            "nvmlDeviceGetMaxClockInfo": 10501,
            "nvmlDeviceGetUtilizationRates": SimpleNamespace(gpu=37),
        }
        if function not in answers and function != "nvmlShutdown":
            raise AttributeError(function)

        def call(*_: object) -> Any:
            if function in self.broken:
                raise NVMLError
            self.stopped += function == "nvmlShutdown"
            return answers.get(function)

        return call


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the library start as the given fake."""
    return lambda fake: monkeypatch.setattr(nvml, "start", lambda: fake)


def test_a_card_in_full(start: Any) -> None:
    """Name, ids, memory, compute capability, power and bandwidth of an RTX 4090."""
    fake = FakeNvml()
    start(fake)
    gpu = nvml.read().gpus[0]
    assert (gpu.name, gpu.pci_id, gpu.bus_address) == ("NVIDIA GeForce RTX 4090", "10de:2684", "0000:01:00.0")
    assert (gpu.vram_bytes, gpu.vram_available_bytes, gpu.compute_capability) == (24 * GIB, 23 * GIB, "8.9")
    assert (gpu.driver, gpu.board_power_w) == ("nvidia 550.54.14", 450.0)
    assert gpu.bandwidth_bytes_per_s == pytest.approx(1008.1e9, rel=1e-4)
    assert fake.stopped == 1


@pytest.mark.parametrize(
    "broken",
    ["nvmlDeviceGetName", "nvmlDeviceGetPciInfo", "nvmlDeviceGetCudaComputeCapability", "nvmlSystemGetDriverVersion",
     "nvmlDeviceGetPowerManagementDefaultLimit", "nvmlDeviceGetMemoryBusWidth", "nvmlDeviceGetMemoryInfo"],
)  # fmt: skip
def test_one_unsupported_call_costs_one_value(start: Any, broken: str) -> None:
    """Old GeForce cards say "not supported" to many: the card is listed all the same."""
    start(FakeNvml(broken))
    assert len(nvml.read().gpus) == 1


def test_shared_memory_chips_say_not_supported(start: Any) -> None:
    """Grace-Blackwell and Jetson: unknown with the reason, not 0."""
    start(FakeNvml("nvmlDeviceGetMemoryInfo"))
    gpu = nvml.read().gpus[0]
    assert gpu.vram_bytes is None
    assert gpu.origin("vram_bytes").kind == "unknown"


def test_a_driver_older_than_its_card_has_no_name(start: Any) -> None:
    """ "Graphics Device" is no name; old bindings give bytes."""
    start(FakeNvml(name="Graphics Device"))
    assert nvml.read().gpus[0].name is None
    start(FakeNvml(name=b"Tesla P100"))
    assert nvml.read().gpus[0].name == "Tesla P100"


def test_a_split_card_gets_a_note(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """MIG: the whole card's memory is shown, and said so."""
    fake = FakeNvml()
    monkeypatch.setattr(fake, "nvmlDeviceGetMigMode", lambda _: [1, 1], raising=False)
    start(fake)
    assert "MIG" in nvml.read().notes[0].detail


def test_no_driver_is_no_gpu_and_no_note(start: Any) -> None:
    """The usual case on most computers."""
    start(None)
    machine = nvml.read()
    assert (machine.gpus, machine.notes) == ((), ())


def test_a_sleeping_card_is_not_asked() -> None:
    """Its fields carry the reason."""
    gpu = nvml.asleep(("0000:01:00.0",)).gpus[0]
    assert "not woken" in gpu.origin("vram_available_bytes").detail


def test_live_reading_keeps_the_driver_open(start: Any) -> None:
    """The library is started once, asked every time, and let go by close()."""
    fake = FakeNvml()
    start(fake)
    sampler = live.Sampler()
    cards = [sampler.sample().gpus[-1] for _ in range(3)]
    assert {(c.vram_used_bytes, c.vram_total_bytes, c.load_percent) for c in cards} == {(GIB, 24 * GIB, 37.0)}
    assert fake.stopped == 0
    sampler.close()
    assert fake.stopped == 1
