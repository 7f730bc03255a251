"""rocm-smi and amd-smi: JSON of every version, CSV, text, and JSON with warnings before it."""

import json

import pytest

from advisor.catalog.complete import complete
from advisor.errors import UserError
from tests.dumps.as_machine import machine_of, programs_of

AMD_STATIC = {
    "gpu_data": [
        {"gpu": 0, "asic": {"market_name": "AMD Radeon RX 7800 XT", "vendor_id": "0x1002", "device_id": "0x747e",
                            "asic_serial": "0x4162"},
         "bus": {"bdf": "0000:03:00.0"}, "driver": {"name": "amdgpu", "version": "6.12.12"},
         "vram": {"type": "GDDR6", "size": {"value": 16368, "unit": "MB"}}},
    ]
}  # fmt: skip
AMD_METRIC = {
    "gpu_data": [
        {"gpu": 0, "mem_usage": {"total_vram": {"value": 16368, "unit": "MB"},
                                 "used_vram": {"value": 1368, "unit": "MB"},
                                 "total_gtt": {"value": 15964, "unit": "MB"}}},
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("card", "name", "pci_id"),
    [
        ({"GPU ID": "0x73df", "Card series": "0x1002", "Card model": "0x1002"}, None, "1002:73df"),
        ({"GPU ID": "0x73df", "Card series": "Navi 22 [Radeon RX 6700/6700 XT / 6800M]", "Card model": "0x6601"},
         "Radeon RX 6700/6700 XT / 6800M", "1002:73df"),
        ({"Card Series": "Radeon RX 7900 XT", "Card Model": "0x744c", "GFX Version": "gfx1100"},
         "Radeon RX 7900 XT", "1002:744c"),
        ({"Device Name": "Phoenix3", "Device ID": "0x1900", "GUID": "45560"}, "Phoenix3", "1002:1900"),
        ({"Card series": "N/A", "VRAM Total Memory (B)": "17163091968"}, None, None),
    ],
    ids=["4.3", "5.7", "6.x names", "6.2", "no libdrm"],
)  # fmt: skip
def test_fields_of_every_version(card: dict[str, str], name: str | None, pci_id: str | None) -> None:
    """T18: "Card series" changed its spelling and its meaning; a board's number is no device's."""
    machine = machine_of(json.dumps({"card0": card, "system": {"Driver version": "6.3.6"}}))
    (gpu,) = machine.gpus
    assert (gpu.name, gpu.pci_id, gpu.vendor, gpu.driver, machine.os_family) == (
        name, pci_id, "AMD", "amdgpu 6.3.6", "linux"
    )  # fmt: skip


def test_what_the_processor_can_reach_is_not_the_cards_memory() -> None:
    card = {
        "PCI Bus": "0000:07:00.0", "VRAM Total Memory (B)": "12868124672", "VRAM Total Used Memory (B)": "1622728704",
        "VIS_VRAM Total Memory (B)": "268435456", "GTT Total Memory (B)": "16792432640",
    }  # fmt: skip
    (gpu,) = machine_of(json.dumps({"card0": card})).gpus
    assert (gpu.vram_bytes, gpu.vram_available_bytes) == (12868124672, 12868124672 - 1622728704)
    assert (gpu.shared_bytes, gpu.bus_address) == (16792432640, "0000:07:00.0")


def test_csv_and_text_of_rocm_smi() -> None:
    csv = (
        "device,GPU use (%),VRAM Total Memory (B),VRAM Total Used Memory (B),Card Series,Card Model,Card Vendor\n"
        "card0,0,21458059264,27856896,Radeon RX 7900 XT,0x744c,Advanced Micro Devices Inc. [AMD/ATI]\n"
    )
    text = (
        "======= ROCm System Management Interface =======\n"
        "GPU[0]\t\t: Card Series: \t\tRadeon RX 7900 XT\nGPU[0]\t\t: Card Model: \t\t0x744c\n"
        "GPU[0]\t\t: VRAM Total Memory (B): 21458059264\nGPU[0]\t\t: VRAM Total Used Memory (B): 27856896\n"
    )
    for dump in (csv, text):
        assert programs_of(dump) == ["rocm-smi"]
        (gpu,) = machine_of(dump).gpus
        assert (gpu.name, gpu.pci_id, gpu.vram_bytes) == ("Radeon RX 7900 XT", "1002:744c", 21458059264)


def test_the_short_table_has_the_numbers_of_the_cards() -> None:
    text = """\
Device  Node  IDs              Temp    Power  Partitions          SCLK  MCLK   Fan  Perf  PwrCap  VRAM%  GPU%
              (DID,     GUID)  (Edge)  (Avg)  (Mem, Compute, ID)
==============================================================================================================
0       1     0x744c,   60834  49.0°C  24.0W  N/A, N/A, 0         0Mhz  96Mhz  0%   auto  327.0W  15%    4%
"""
    machine = machine_of(text)
    assert [gpu.pci_id for gpu in machine.gpus] == ["1002:744c"]
    assert "7900 XT" in (complete(machine).gpus[0].name or "")


def test_amd_smi_with_warnings_before_it_and_two_calls_in_one_file() -> None:
    text = "\n".join(
        ["/usr/lib/python3/amdsmi_interface.py:3569: SyntaxWarning: 'return' in a 'finally' block",
         "  return return_dictionary", json.dumps(AMD_STATIC, indent=4), json.dumps(AMD_METRIC, indent=4)]
    )  # fmt: skip
    machine = machine_of(text)
    (gpu,) = machine.gpus
    assert (gpu.name, gpu.pci_id, gpu.bus_address) == ("AMD Radeon RX 7800 XT", "1002:747e", "0000:03:00.0")
    assert (gpu.vram_bytes, gpu.vram_available_bytes, gpu.shared_bytes) == (16368 << 20, 15000 << 20, 15964 << 20)
    assert (gpu.driver, machine.os_family) == ("amdgpu 6.12.12", "linux")
    assert "4162" not in repr(machine)


def test_amd_smi_as_text() -> None:
    block = """\
GPU: {n}
    ASIC:
        MARKET_NAME: AMD Instinct MI350X
        VENDOR_ID: 0x1002
        DEVICE_ID: 0x75a0
    BUS:
        BDF: 0000:{n}5:00.0
    VRAM:
        TYPE: HBM3E
        SIZE: 294896 MB

"""
    machine = machine_of(block.format(n=0) + block.format(n=1))
    assert [(g.name, g.bus_address, g.vram_bytes) for g in machine.gpus] == [
        ("AMD Instinct MI350X", "0000:05:00.0", 294896 << 20), ("AMD Instinct MI350X", "0000:15:00.0", 294896 << 20)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "broken", [{"card0": 5}, {"card0": {"VRAM Total Memory (B)": 7}}, {"gpu_data": [1, {"gpu": [1]}]}]
)
def test_other_shapes_are_not_recognised(broken: object) -> None:
    """Numbers where texts are printed, lists where tables are: nothing is made of them, and nothing breaks."""
    with pytest.raises(UserError, match="not recognised"):
        programs_of(json.dumps(broken))
