"""lspci in every form, and FreeBSD's pciconf: graphics devices with ids, places and drivers, and nothing invented."""

import pytest

from advisor.catalog.complete import complete
from advisor.errors import UserError
from advisor.machine import Gpu, Machine
from tests.dumps.as_machine import machine_of, programs_of

PLAIN = """\
00:00.0 Host bridge: Intel Corporation 3rd Gen Core processor DRAM Controller (rev 09)
00:02.0 VGA compatible controller: Intel Corporation Ivy Bridge Graphics Controller (rev 09)
00:1b.0 Audio device: Intel Corporation 7 Series/C216 Chipset Family High Definition Audio Controller (rev 04)
01:00.0 VGA compatible controller: NVIDIA Corporation Device 0fd3 (rev ff)
"""
VERBOSE = """\
01:00.0 3D controller [0302]: NVIDIA Corporation TU117M [GeForce GTX 1650 Mobile / Max-Q] [10de:1f9d] (rev a1)
\tSubsystem: ASUSTeK Computer Inc. Device [1043:189c]
\tMemory at 6020000000 (64-bit, prefetchable) [size=256M]
\tKernel driver in use: nvidia
\tKernel modules: nouveau, nvidia_drm, nvidia

02:00.0 Network controller [0280]: Intel Corporation Wi-Fi 6 AX200 [8086:2723] (rev 1a)
\tKernel driver in use: iwlwifi
"""
APU = """\
00:00.0 Host bridge: Advanced Micro Devices, Inc. [AMD] Renoir/Cezanne Root Complex
06:00.0 VGA compatible controller: Advanced Micro Devices, Inc. [AMD/ATI] Cezanne (rev c9)
06:00.2 Encryption controller: Advanced Micro Devices, Inc. [AMD] Family 17h Platform Security Processor
"""


def facts(gpu: Gpu) -> tuple[str | None, str | None, str | None, str | None, str | None]:
    return gpu.vendor, gpu.name, gpu.pci_id, gpu.bus_address, gpu.kind


def test_a_name_that_the_list_does_not_have_is_its_number() -> None:
    """The Sony S13P of ironhide issue 251: HD 4000 and a GT 640M LE that an old pci.ids prints as "Device 0fd3"."""
    machine = machine_of(PLAIN)
    assert [facts(gpu) for gpu in machine.gpus] == [
        ("Intel", "Ivy Bridge Graphics Controller", None, "0000:00:02.0", "integrated"),
        ("NVIDIA", None, "10de:0fd3", "0000:01:00.0", "discrete"),
    ]
    card = complete(machine).gpus[1]
    assert card.name is not None
    assert "640M LE" in card.name
    assert card.usable is False
    assert card.origin("usable").values["have"] == "3.0"


def test_windows_onto_the_bus_are_no_memory_and_the_driver_is_that_in_use() -> None:
    machine = machine_of(VERBOSE)
    (card,) = machine.gpus
    assert facts(card) == ("NVIDIA", "GeForce GTX 1650 Mobile / Max-Q", "10de:1f9d", "0000:01:00.0", "discrete")
    assert (card.vram_bytes, card.driver, machine.os_family) == (None, "nvidia", "linux")


@pytest.mark.parametrize(
    "text",
    [
        '0000:01:00.0 "3D controller [0302]" "NVIDIA Corporation [10de]" "TU117M [GeForce GTX 1650] [1f9d]" -ra1',
        "01:00.0 0302: 10de:1f9d (rev a1)\n",
        "01:00.0 Class 0302: 10de:1f9d (rev a1)\n",
        "Slot:\t01:00.0\nClass:\t3D controller [0302]\nVendor:\tNVIDIA [10de]\nDevice:\tTU117M [1f9d]\nDriver:\tn\n",
        "Device:\t01:00.0\nClass:\t0302\nVendor:\t10de\nDevice:\t1f9d\nSVendor:\t1043\n",
        "> 01:00.0 3D controller [0302]: NVIDIA Corporation TU117M [10de:1f9d] (rev a1)\n",
    ],
    ids=["-mm -nn -D", "-n", "old -n", "-vmmk -nn", "old -vm -n", "quoted"],
)  # fmt: skip
def test_every_form_gives_place_and_id(text: str) -> None:
    (card,) = machine_of(text).gpus
    assert (card.pci_id, card.bus_address, card.kind) == ("10de:1f9d", "0000:01:00.0", "discrete")


def test_amd_graphics_beside_the_security_processor_are_built_in() -> None:
    assert [facts(g) for g in machine_of(APU).gpus] == [("AMD", "Cezanne", None, "0000:06:00.0", "integrated")]


def test_a_part_of_the_list_does_not_tell_whether_amd_graphics_are_built_in() -> None:
    """lspci | grep VGA hides the neighbour: the kind stays open, and the number tells it."""
    line = "06:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Cezanne [1002:1638]\n"
    machine = machine_of(line)
    assert machine.gpus[0].kind is None
    assert complete(machine).gpus[0].kind == "integrated"


def test_a_second_head_is_no_second_card() -> None:
    text = """\
00:02.0 VGA compatible controller [0300]: Intel Corporation Mobile 4 Series Chipset [8086:2a42] (rev 07)
00:02.1 Display controller [0380]: Intel Corporation Mobile 4 Series Chipset [8086:2a43] (rev 07)
"""
    assert [gpu.pci_id for gpu in machine_of(text).gpus] == ["8086:2a42"]


def test_two_cards_of_a_kind_are_two_and_an_accelerator_is_one() -> None:
    text = """\
03:00.0 Processing accelerators [1200]: AMD/ATI Aqua Vanjaram [Instinct MI300X] [1002:74a1]
04:00.0 Processing accelerators [1200]: AMD/ATI Aqua Vanjaram [Instinct MI300X] [1002:74a1]
05:00.0 Processing accelerators [1200]: Altera Corporation Device [1172:1234]
"""
    cards = machine_of(text).gpus
    assert [(card.name, card.bus_address) for card in cards] == [
        ("Instinct MI300X", "0000:03:00.0"), ("Instinct MI300X", "0000:04:00.0")
    ]  # fmt: skip


def test_a_virtual_machine_is_seen_by_its_devices() -> None:
    machine = machine_of("00:0f.0 VGA compatible controller: VMware SVGA II Adapter\n")
    assert (machine.environment, machine.gpus[0].kind) == (("vm",), "virtual")


def test_a_list_without_graphics_says_so() -> None:
    with pytest.raises(UserError, match="lspci, but tells nothing"):
        machine_of("00:1f.0 ISA bridge: Intel Corporation HM76 Express Chipset LPC Controller (rev 04)\n")


def test_times_and_addresses_of_other_programs_are_no_devices() -> None:
    with pytest.raises(UserError, match="not recognised"):
        programs_of("12:30:45.6 error: it failed\n00:1b:44:11:3a:b7 some MAC: x\nbus-ID: 00:02.0 chip-ID: 8086:2a42\n")


def test_pciconf_of_freebsd() -> None:
    text = """\
hostb0@pci0:0:0:0:      class=0x060000 rev=0x06 hdr=0x00 vendor=0x8086 device=0x0150 subvendor=0x1043 subdevice=0x84ca
    vendor     = 'Intel Corporation'
vgapci0@pci0:1:0:0:   class=0x030000 card=0x84391043 chip=0x0fc610de rev=0xa1 hdr=0x00
    vendor     = 'NVIDIA Corporation'
    device     = 'GK107 [GeForce GTX 650]'
vgapci1@pci0:0:2:0:\tclass=0x030000 rev=0x09 hdr=0x00 vendor=0x8086 device=0x0152 subvendor=0x1043 subdevice=0x84ca
    device     = 'Xeon E3-1200 v2/3rd Gen Core processor Graphics Controller'
"""
    assert programs_of(text) == ["pciconf"]
    machine: Machine = machine_of(text)
    assert [(g.pci_id, g.bus_address, g.kind) for g in machine.gpus] == [
        ("10de:0fc6", "0000:01:00.0", "discrete"), ("8086:0152", "0000:00:02.0", "integrated")
    ]  # fmt: skip
    assert machine.gpus[0].name == "GeForce GTX 650"
