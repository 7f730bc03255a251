"""udevadm's database: whole computers out of the kernel's own list of devices."""

from pathlib import Path

import pytest

from advisor.dumps import udevadm
from advisor.dumps.document import Document, decode
from advisor.machine import Machine

GIB = 1 << 30


def read(shared: Path, name: str) -> Machine:
    document = decode("x", (shared / f"fixtures/linux/udevadm/{name}.txt").read_bytes())
    assert udevadm.recognise(document)
    return udevadm.read(document)


def test_a_laptop_with_soldered_memory(shared: Path) -> None:
    """HP EliteBook 835 G10: names, graphics inside an AMD processor, NVMe, four soldered chips of 32 bits."""
    machine = read(shared, "HP_ELITEBOOK_835_13_INCH_G10")
    assert (machine.manufacturer, machine.model) == ("HP", "HP EliteBook 835 13 inch G10 Notebook PC")
    assert (machine.chassis, machine.environment) == ("laptop", ())
    assert (machine.cpu.vendor, machine.cpu.architecture, machine.cpu.threads) == ("AMD", "x86_64", 12)
    assert {"avx2", "avx512_vnni", "avx512_bf16"} <= (machine.cpu.features or set())
    assert [(g.pci_id, g.kind, g.driver) for g in machine.gpus] == [("1002:15bf", "integrated", "amdgpu")]
    assert [(d.name, d.kind) for d in machine.disks] == [("WD PC SN740 SDDQNQD-256G-1006", "nvme")]
    assert machine.memory.installed_bytes == 16 * GIB
    assert (machine.memory.speed_mts, machine.memory.bandwidth_bytes_per_s) == (6400, 102.4e9)


@pytest.mark.parametrize(
    ("name", "model", "gpus", "features", "disk"),
    [
        ("DELL_INSPIRON_7737_NVIDIA", "Inspiron7737",
         [("8086:0a16", "integrated", "i915"), ("10de:0fe4", "discrete", None)],
         {"sse4_2", "avx", "f16c", "fma", "avx2"}, ("ST1000LX003-1CV164", "hdd")),
        ("LENOVO_T430S", "ThinkPadT430s", [("8086:0166", "integrated", "i915")], {"sse4_2", "avx", "f16c"},
         ("HGST HTS725050A7E630", "hdd")),
        ("LENOVO_T420", "ThinkPadT420", [("8086:0126", "integrated", "i915")], {"sse4_2", "avx"},
         ("Hitachi HTS723232A7A364", "hdd")),
        ("SAMSUNG_N310", "N310", [("8086:27ae", "integrated", "i915")], None, ("FUJITSU MHZ2160BH G2", None)),
    ],
)  # fmt: skip
def test_laptops(
    shared: Path, name: str, model: str, gpus: list[tuple[str, str, str | None]], features: set[str] | None,
    disk: tuple[str, str | None],
) -> None:  # fmt: skip
    """Sandy Bridge has AVX, Ivy Bridge F16C, Haswell AVX2; a chip's second screen is no second GPU."""
    machine = read(shared, name)
    assert (machine.model, machine.chassis) == (model, "laptop")
    assert [(g.pci_id, g.kind, g.driver) for g in machine.gpus] == gpus
    assert machine.cpu.features == (None if features is None else frozenset(features))
    assert [(d.name, d.kind) for d in machine.disks] == [disk]


def test_a_virtual_machine(shared: Path) -> None:
    """QEMU: an adapter and a disk that do not exist."""
    machine = read(shared, "QEMU_KVM")
    assert machine.environment == ("vm",)
    assert [(g.name, g.kind) for g in machine.gpus] == [("GD 5446", "virtual")]
    assert [(d.name, d.kind) for d in machine.disks] == [("vda", "virtual")]


def test_no_serial_number_is_read() -> None:
    """udev knows those of disks, memory and network cards."""
    record = (
        "P: /devices/pci0000:00/0000:00:1f.2/ata1/block/sda\nN: sda\nE: DEVPATH=/devices/x\nE: DEVNAME=/dev/sda\n"
        "E: DEVTYPE=disk\nE: SUBSYSTEM=block\nE: ID_MODEL=Samsung_SSD_860\nE: ID_SERIAL=Samsung_SSD_860_S3Z9NB0K\n"
        "E: ID_SERIAL_SHORT=S3Z9NB0K\nE: ID_ATA_ROTATION_RATE_RPM=0\n"
    )
    machine = udevadm.read(Document("x", record))
    assert [(d.name, d.kind) for d in machine.disks] == [("Samsung SSD 860", "ssd")]
    assert "S3Z9" not in repr(machine)


@pytest.mark.parametrize("text", ["", "P: /devices/x\n", "E: DEVPATH=/devices/x\n", "P: a\nE: DEVPATH=/devices/a\n"])
def test_others_are_not_taken(text: str) -> None:
    """A record is a path and its properties."""
    assert not udevadm.recognise(Document("x", text))
