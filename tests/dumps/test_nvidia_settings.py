"""nvidia-settings -q all: a card's place, number, memory and the bandwidth that its bus and rate give."""

import pytest

from advisor.errors import UserError
from tests.dumps.as_machine import machine_of, programs_of

TEXT = """\
Attributes queryable via secret-host:0.0:
  OperatingSystem: 0
  NvidiaDriverVersion: 515.76
  VideoRam: 8388608
Attributes queryable via secret-host:0[gpu:0]:
  TotalDedicatedGPUMemory: 8192
  UsedDedicatedGPUMemory: 780
  GPUMemoryInterface: 256
  PCIDomain: 0
  PCIBus: 9
  PCIDevice: 0
  PCIFunc: 0
  PCIID: 4318,7942
  GPUPerfModes: perf=0, memTransferRatemax=810, memTransferRateeditable=1 ; perf=1, memTransferRatemax=14002
  GpuUUID: GPU-SECRET
Attributes queryable via secret-host:0[fan:0]:
  GPUTargetFanSpeed: 29
"""


def test_a_card() -> None:
    assert programs_of(TEXT) == ["nvidia-settings"]
    machine = machine_of(TEXT)
    (gpu,) = machine.gpus
    assert (gpu.pci_id, gpu.bus_address, gpu.driver) == ("10de:1f06", "0000:09:00.0", "nvidia 515.76")
    assert (gpu.vram_bytes, gpu.vram_available_bytes) == (8192 << 20, (8192 - 780) << 20)
    assert gpu.bandwidth_bytes_per_s == 256 * 14002e6 / 8
    assert gpu.origin("bandwidth_bytes_per_s").kind == "computed"
    assert machine.os_family == "linux"
    assert "secret" not in repr(machine).lower()


def test_the_screens_part_alone_tells_nothing_of_a_card() -> None:
    with pytest.raises(UserError):
        machine_of("Attributes queryable via host:0.0:\n  VideoRam: 8388608\n")
