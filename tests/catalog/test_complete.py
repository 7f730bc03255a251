"""Completing a machine: gaps filled with their source, reports kept, the two machines of the product right."""

from pathlib import Path

import pytest

from advisor.catalog.complete import complete, identify
from advisor.catalog.gpus import gpus
from advisor.machine import Cpu, Gpu, Machine, Memory, MemoryModule, Origin, value_fields

GIB = 1 << 30


def module(gib: int, kind: str = "DDR4", speed: int | None = 3200) -> MemoryModule:
    return MemoryModule(size_bytes=gib * GIB, kind=kind, speed_mts=speed)


def old_laptop() -> Machine:
    """A Lenovo G480 as Windows reports it."""
    return Machine(
        model="Lenovo G480",
        os_family="windows",
        cpu=Cpu(name="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", cores=2, threads=4),
        memory=Memory(total_bytes=int(11.7 * GIB), modules=(module(4, "DDR3", 1600), module(8, "DDR3", 1600))),
        gpus=(
            Gpu(name="Intel(R) HD Graphics 4000", pci_id="8086:0166", kind="integrated", vram_bytes=0),
            Gpu(name="NVIDIA GeForce 610M", pci_id="10de:1058", vram_bytes=GIB, driver="23.21.13.9135"),
        ),
    )


def builder() -> Machine:
    """A 5950X with a GT 710, as Linux without root and without NVIDIA's driver reports it."""
    return Machine(
        os_family="linux",
        cpu=Cpu(name="AMD Ryzen 9 5950X 16-Core Processor", cores=16, threads=32),
        memory=Memory(total_bytes=64 * GIB),
        gpus=(Gpu(pci_id="10de:128b", driver="nouveau (Linux 6.1.0)"),),
    )


def test_the_old_laptop() -> None:
    """No AVX2; 25.6 GB/s over part of the memory; neither GPU usable, each with its reason."""
    machine = complete(old_laptop())
    assert machine.cpu.features == frozenset({"sse4_2", "avx", "f16c"})
    memory = machine.memory
    assert (memory.kind, memory.speed_mts, memory.channels, memory.bandwidth_bytes_per_s) == ("DDR3", 1600, 2, 25.6e9)
    uneven, slower = (note.detail.format(**note.values) for note in machine.notes)
    assert uneven.startswith("memory modules of 4 + 8 GiB: full speed over 8 of 12 GiB")
    assert slower.startswith("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz has AVX but no AVX2")
    assert "45 %" in slower
    built_in, fermi = machine.gpus
    assert (built_in.usable, built_in.engines, built_in.bandwidth_bytes_per_s) == (False, (), 25.6e9)
    assert (fermi.compute_capability, fermi.usable, fermi.engines, fermi.kind) == ("2.1", False, (), "discrete")
    assert fermi.origin("usable").values == {"have": "2.1", "need": "5.0"}


def test_the_builders_machine() -> None:
    """The card's name and memory come from its PCI id; memory bandwidth is an upper bound and says so."""
    machine = complete(builder())
    (card,) = machine.gpus
    assert (card.name, card.vram_bytes, card.compute_capability) == ("GeForce GT 710", 2 * GIB, "3.5")
    assert (card.vendor, card.kind, card.usable) == ("NVIDIA", "discrete", False)
    assert machine.cpu.features is not None
    assert "avx2" in machine.cpu.features
    assert machine.memory.bandwidth_bytes_per_s == 51.2e9
    assert machine.memory.origin("bandwidth_bytes_per_s").detail.startswith("an upper bound")


@pytest.mark.parametrize("machine", [old_laptop(), builder(), Machine()])
def test_completing_twice_changes_nothing(machine: Machine) -> None:
    """Saved profiles may be completed again."""
    once = complete(machine)
    assert complete(once) == once


def test_every_pci_id_completes_once_and_for_all() -> None:
    """Of every fourth id of the catalogue: a verdict, an architecture, and nothing changes the second time."""
    for pci_id in sorted({pci_id for spec in gpus() for pci_id in spec.pci_ids})[::4]:
        once = complete(Machine(os_family="windows", memory=Memory(total_bytes=16 * GIB), gpus=(Gpu(pci_id=pci_id),)))
        assert once.gpus[0].usable is not None, pci_id
        assert once.gpus[0].architecture, pci_id
        assert complete(once) == once, pci_id


def test_what_was_reported_stays() -> None:
    """No known field changes, and every filled one has an origin."""
    for machine in (old_laptop(), builder()):
        done = complete(machine)
        pairs = [(machine.cpu, done.cpu), (machine.memory, done.memory), *zip(machine.gpus, done.gpus, strict=True)]
        for before, after in pairs:
            for name in value_fields(before):
                if getattr(before, name) is not None:
                    assert getattr(after, name) == getattr(before, name), name
                elif getattr(after, name) is not None:
                    assert name in after.origins, name


def test_one_module_is_one_channel() -> None:
    """Half the speed: a fact worth money."""
    machine = Machine(cpu=Cpu(name="Intel(R) Core(TM) i5-8250U"), memory=Memory(modules=(module(8, speed=2400),)))
    memory = complete(machine).memory
    assert (memory.channels, memory.bandwidth_bytes_per_s) == (1, 19.2e9)


def test_more_modules_than_channels() -> None:
    """Four modules in a board of two channels are two channels; a server's eight channels all count."""
    four = (module(8),) * 4
    assert complete(Machine(cpu=Cpu(name="Ryzen 5 5600X"), memory=Memory(modules=four))).memory.channels == 2
    eight = Memory(modules=(module(32),) * 8)
    assert complete(Machine(cpu=Cpu(name="AMD EPYC 7763", sockets=1), memory=eight)).memory.channels == 8


def test_the_kind_of_memory_lowers_the_bound() -> None:
    """An Alder Lake board with DDR4 is not given DDR5's bandwidth."""
    memory = Memory(kind="DDR4", total_bytes=16 * GIB)
    assert complete(Machine(cpu=Cpu(name="i5-12400"), memory=memory)).memory.bandwidth_bytes_per_s == 51.2e9


def test_a_virtual_machines_modules_are_invented() -> None:
    """One "DIMM" of QEMU says nothing about channels."""
    machine = Machine(
        environment=("vm",),
        cpu=Cpu(name="AMD EPYC 7763 64-Core Processor", cores=2),
        memory=Memory(total_bytes=8 * GIB, modules=(MemoryModule(size_bytes=8 * GIB, kind="RAM"),)),
    )
    done = complete(machine)
    assert done.memory.channels is None
    assert (done.cpu.cores, done.cpu.threads, done.cpu.l3_bytes) == (2, None, None)


def test_a_measured_bandwidth_is_kept() -> None:
    """A measurement is worth more than any table."""
    memory = Memory(bandwidth_bytes_per_s=18e9, origins={"bandwidth_bytes_per_s": Origin("measured", "copying")})
    assert complete(Machine(cpu=Cpu(name="Apple M1"), memory=memory)).memory.bandwidth_bytes_per_s == 18e9


def test_an_unknown_processor_leaves_unknown() -> None:
    """No guess about a cloud machine's memory."""
    done = complete(Machine(cpu=Cpu(name="Intel(R) Xeon(R) Processor"), memory=Memory(total_bytes=8 * GIB)))
    assert done.memory.bandwidth_bytes_per_s is None
    assert done.cpu.features is None


def test_apple_chips_share_their_memory() -> None:
    """The bandwidth is the chip's, by its memory size; the GPU may use a part of it, stated as a rule of thumb."""
    machine = Machine(
        os_family="macos",
        cpu=Cpu(name="Apple M4 Max"),
        memory=Memory(total_bytes=36 * GIB),
        gpus=(Gpu(name="Apple M4 Max", vendor="Apple", kind="unified"),),
    )
    done = complete(machine)
    assert done.memory.bandwidth_bytes_per_s == done.gpus[0].bandwidth_bytes_per_s == 410e9
    assert (done.gpus[0].vram_bytes, done.gpus[0].shared_bytes) == (0, 24 * GIB)
    assert done.gpus[0].origin("shared_bytes").kind == "assumed"
    assert done.gpus[0].engines == ("metal",)


def test_a_unified_chip_is_told_from_a_card() -> None:
    """A DGX Spark's GPU looks like any NVIDIA card on the bus, but its memory is the system's."""
    place = {"kind": Origin("computed", "its place on the PCI bus")}
    gpu = Gpu(name="NVIDIA GB10", vendor="NVIDIA", kind="discrete", compute_capability="12.1", origins=place)
    done = complete(Machine(os_family="linux", memory=Memory(total_bytes=119 * GIB), gpus=(gpu,)))
    (card,) = done.gpus
    assert (card.kind, card.vram_bytes, card.usable) == ("unified", 0, True)
    assert done.memory.bandwidth_bytes_per_s == card.bandwidth_bytes_per_s == 273e9


def test_the_processors_name_tells_its_graphics() -> None:
    """1002:1900 may be 740M, 760M or 780M; "w/ Radeon 780M Graphics" decides."""
    gpu = Gpu(name="AMD Radeon(TM) Graphics", pci_id="1002:1900", kind="integrated")
    done = complete(Machine(cpu=Cpu(name="AMD Ryzen 7 8840U w/ Radeon 780M Graphics"), gpus=(gpu,)))
    assert done.gpus[0].fp32_flops == 8.294e12
    assert done.gpus[0].usable is True
    careful = complete(Machine(cpu=Cpu(name="AMD Ryzen"), gpus=(gpu,)))
    assert careful.gpus[0].fp32_flops == 2.56e12


def test_several_possible_cards_give_the_weakest_and_say_so() -> None:
    """Id and memory leave RX 470, 480, 570, 580: their names are told, the weakest one's figures used."""
    (card,) = complete(Machine(gpus=(Gpu(pci_id="1002:67df", vram_bytes=8 * GIB),))).gpus
    assert card.name is not None
    assert "Radeon RX 580" in card.name
    assert card.origin("bandwidth_bytes_per_s").detail.startswith("catalogue, the weakest of")


def test_a_name_with_the_id_decides() -> None:
    """The same id with a name is that card; a name that says nothing leaves it to the id."""
    assert [s.name for s in identify(Gpu(name="Radeon RX 570 Series", pci_id="1002:67df"), None)] == ["Radeon RX 570"]
    assert [s.name for s in identify(Gpu(name="Graphics Device", pci_id="10de:2184"), None)] == ["GeForce GTX 1660"]


@pytest.mark.parametrize(
    ("name", "pci_id", "mib", "expected"),
    [
        ("NVIDIA GeForce 410M", "10de:1055", 468, "GeForce 410M"),
        ("Intel(R) HD Graphics P630", "8086:591d", None, "HD Graphics P630"),
        ("NVIDIA Quadro M2200", None, None, "Quadro M2200 Mobile"),
        ("AMD Radeon(TM) Graphics", "1002:1638", 496, "Radeon Graphics 384SP Mobile"),
        ("Radeon (TM) RX 480 Graphics", "1002:67df", 8171, "Radeon RX 480"),
        ("Radeon RX 570 Series", "1002:67df", 8139, "Radeon RX 570"),
        ("NVIDIA GeForce GTX 1060 6GB", "10de:1b83", 6052, "GeForce GTX 1060 6 GB"),
        ("AMD Radeon HD 7570M", None, 1004, "Radeon HD 7570M"),
        ("Intel(R) UHD Graphics", "8086:9bc4", None, "UHD Graphics 630"),
        ("GeForce GTX 690", None, 1995, "GeForce GTX 690"),
        ("GeForce GT 710", None, None, "GeForce GT 710"),
        ("Quadro K2100M", None, 2047, "Quadro K2100M"),
        ("AMD Radeon RX 6600 XT", "1002:73ff", None, "Radeon RX 6600 XT"),
        ("Intel(R) HD Graphics 4600", "8086:0412", None, "HD Graphics 4600"),
        ("NVIDIA GeForce GTX 950", "10de:1402", 2048, "GeForce GTX 950"),
        ("NVIDIA GeForce RTX 2060 SUPER", "10de:1f06", None, "GeForce RTX 2060 SUPER"),
        ("NVIDIA A100-SXM4-80GB", "10de:20b2", 81920, "A100 SXM4 80 GB"),
        ("NVIDIA A10G", None, 23028, "A10G"),
        ("GeForce GTX 1070 Ti", None, 8192, "GeForce GTX 1070 Ti"),
        ("Graphics Device", "10de:2184", 5912, "GeForce GTX 1660"),
        ("Quadro P2000", "10de:1c30", 5120, "Quadro P2000"),
        ("Quadro P400", "10de:1cb3", 1998, "Quadro P400"),
        ("NVIDIA GeForce RTX 3060", "10de:2487", 12288, "GeForce RTX 3060 12 GB"),
        ("NVIDIA GeForce RTX 3080", "10de:2216", 10240, "GeForce RTX 3080"),
        ("NVIDIA GeForce RTX 3080", None, 12288, "GeForce RTX 3080 12 GB"),
        ("NVIDIA RTX 4000 SFF Ada Generation", "10de:27b0", 20475, "RTX 4000 SFF Ada Generation"),
        ("Tesla T4", None, 15360, "Tesla T4"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", None, 16376, "GeForce RTX 4090 Laptop GPU"),
        ("NVIDIA H100 80GB HBM3", "10de:2330", 81559, "H100 SXM5 80 GB"),
    ],
)
def test_names_that_drivers_really_print(name: str, pci_id: str | None, mib: int | None, expected: str) -> None:
    """Cards of real machines (dxdiag, WMI, nvidia-smi, NVML) are the right catalogue entries."""
    found = identify(Gpu(name=name, pci_id=pci_id, vram_bytes=mib and mib << 20), None)
    assert expected in {spec.name for spec in found}
    assert len({spec.architecture for spec in found}) <= 2


def test_every_recorded_nvidia_card_is_known(shared: Path) -> None:
    """Each nvidia-smi record of a real machine leads to one entry by its name, its id and its memory."""
    import xml.etree.ElementTree as ET

    files = sorted((shared / "fixtures" / "nvidia-smi-xml").glob("*.xml"))
    assert len(files) >= 10
    for file in files:
        root = ET.fromstring(file.read_bytes())
        for gpu in root.iter("gpu"):
            device = gpu.findtext("pci/pci_device_id") or ""
            total = (gpu.findtext("fb_memory_usage/total") or "").split(" ")[0]
            known = Gpu(
                name=gpu.findtext("product_name"),
                pci_id=f"10de:{device[:4].lower()}" if device.endswith("10DE") else None,
                vram_bytes=int(total) << 20 if total.isdigit() else None,
            )
            assert len({spec.chip for spec in identify(known, None)}) == 1, (file.name, known.name)


def test_recorded_processors_are_known(shared: Path) -> None:
    """Of the processors that lscpu named on real machines, all since 2008 have a memory bandwidth."""
    from advisor.catalog.cpus import known_cpu

    unknown = []
    for file in sorted((shared / "fixtures" / "linuxhw-lscpu").glob("*.txt")):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("Model name:"):
                name = line.split(":", 1)[1].strip()
                spec = known_cpu(name)
                if spec is None or spec.memory_bandwidth is None:
                    unknown.append(name)
    assert set(unknown) <= {"Intel(R) Pentium(R) 4 CPU 3.00GHz", "Krait", "Intel(R) Pentium(R) CPU  N3700  @ 1.60GHz"}


def test_what_is_installed_stands_for_what_the_system_counts() -> None:
    """A dump of the firmware's tables alone tells no total: without one, nothing could be said of any model."""
    memory = complete(Machine(source="dump", memory=Memory(installed_bytes=8 << 30))).memory
    assert (memory.total_bytes, memory.origin("total_bytes").kind) == (8 << 30, "assumed")
    both = complete(Machine(memory=Memory(installed_bytes=8 << 30, total_bytes=7 << 30))).memory
    assert both.total_bytes == 7 << 30


@pytest.mark.parametrize(("kind", "channels"), [("LPDDR5", 2), ("DDR5", 4)])
def test_soldered_memory_has_no_more_channels_than_its_processor(kind: str, channels: int) -> None:
    """Firmware that gives each of four soldered chips 64 bits: two channels and their bandwidth. Slots are believed."""
    origins = {"channels": Origin("computed", "x"), "bandwidth_bytes_per_s": Origin("computed", "x")}
    memory = Memory(kind=kind, speed_mts=6400, channels=4, bandwidth_bytes_per_s=204.8e9, origins=origins)
    found = complete(Machine(cpu=Cpu(name="AMD Ryzen 7 7840U w/ Radeon 780M Graphics"), memory=memory)).memory
    assert (found.channels, found.bandwidth_bytes_per_s) == (channels, channels * 51.2e9)
