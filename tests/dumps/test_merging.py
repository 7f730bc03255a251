"""Proves that several dumps become one machine, the most trusted answer first, and that other computers are refused."""

from pathlib import Path

import pytest

from advisor import dumps
from advisor.catalog.complete import complete
from advisor.dumps.merging import Piece, one_machine, same_processor
from advisor.errors import UserError
from advisor.machine import Cpu, Gpu, Machine, Memory, MemoryModule, Origin

GIB = 1 << 30


def _said(*names: str, by: str) -> dict[str, Origin]:
    return dict.fromkeys(names, Origin("reported", by))


def test_the_more_trusted_program_wins_and_the_other_fills() -> None:
    lscpu = Machine(
        cpu=Cpu(name="AMD Ryzen 9 5950X 16-Core Processor", cores=16, origins=_said("name", "cores", by="lscpu"))
    )
    lshw = Machine(
        cpu=Cpu(name="AMD Ryzen 9 5950X 16-Core Processor", cores=8, origins=_said("name", "cores", by="lshw")),
        memory=Memory(installed_bytes=64 * GIB, origins=_said("installed_bytes", by="lshw")),
    )
    machine = one_machine([Piece("b.txt", "lshw", 9, lshw), Piece("a.txt", "lscpu", 1, lscpu)])
    assert machine.source == "dump"
    assert (machine.cpu.cores, machine.cpu.origin("cores").detail) == (16, "lscpu")
    assert machine.memory.installed_bytes == 64 * GIB
    assert machine.cpu.origin("l3_bytes").values == {"source": "lscpu, lshw"}


def test_one_card_named_three_ways_is_one_card_and_two_equal_cards_stay_two() -> None:
    smi = Gpu(name="NVIDIA GeForce GT 710", bus_address="0000:01:00.0", pci_id="10de:128b", vram_bytes=2 * GIB)
    pci = Gpu(name="GeForce GT 710", bus_address="0000:01:00.0", pci_id="10de:128b", driver="nvidia")
    listed = Gpu(name="GK208B [GeForce GT 710]")
    pieces = [Piece("a", "x", i, Machine(gpus=(gpu,))) for i, gpu in enumerate((smi, pci, listed))]
    machine = one_machine(pieces)
    assert len(machine.gpus) == 1
    assert (machine.gpus[0].vram_bytes, machine.gpus[0].driver) == (2 * GIB, "nvidia")
    twins = Machine(
        gpus=(
            Gpu(name="GeForce GTX 690", bus_address="0000:03:00.0"),
            Gpu(name="GeForce GTX 690", bus_address="0000:04:00.0"),
        )
    )
    named = Machine(gpus=(Gpu(name="GeForce GTX 690"), Gpu(name="GeForce GTX 690")))
    assert len(one_machine([Piece("a", "x", 0, twins), Piece("b", "y", 1, named)]).gpus) == 2


def test_dumps_of_two_computers_are_refused_by_name() -> None:
    one = Piece("a.txt", "lscpu", 0, Machine(cpu=Cpu(name="Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz")))
    two = Piece("b.txt", "inxi", 1, Machine(cpu=Cpu(name="AMD Ryzen 9 5950X")))
    with pytest.raises(UserError, match=r"b\.txt: of another computer than a\.txt .*i5-3210M.*5950X"):
        one_machine([one, two])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "Intel Core i5-3210M", True),
        ("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "Intel Core i5-3230M", False),
        ("AMD Ryzen 9 5950X 16-Core Processor", "AMD Ryzen 9 5950X", True),
        ("AMD FX(tm)-6300 Six-Core Processor", "AMD FX-6300", True),
        ("AMD Ryzen 7 7840U w/ Radeon  780M Graphics", "AMD Ryzen 7 7840U", True),
        ("13th Gen Intel(R) Core(TM) i7-13700K", "Intel Core i7-13700K", True),
        ("Apple M3", "Apple M3 Max", True),
        ("AMD Ryzen 5 3600", "AMD Ryzen 5 3600X", False),
    ],
)
def test_the_same_processor_under_its_names(one: str, other: str, same: bool) -> None:
    assert same_processor(one, other) is same
    assert same_processor(other, one) is same


def test_nonsense_in_a_dump_becomes_unknown_and_unequal_modules_are_told() -> None:
    modules = (MemoryModule(size_bytes=4 * GIB), MemoryModule(size_bytes=8 * GIB))
    memory = Memory(total_bytes=-5, modules=modules, origins=_said("total_bytes", by="lshw"))
    machine = one_machine([Piece("a", "lshw", 0, Machine(memory=memory, cpu=Cpu(name="x" * 5000)))])
    assert machine.memory.total_bytes is None
    assert "cannot be right" in machine.memory.origin("total_bytes").detail
    assert machine.cpu.name is None
    assert [note.values["both"] for note in complete(machine).notes] == ["8"]


def _gpus(*lists: tuple[Gpu, ...]) -> tuple[Gpu, ...]:
    return one_machine([Piece(f"{n}", "x", n, Machine(gpus=gpus)) for n, gpus in enumerate(lists)]).gpus


def test_a_makers_only_card_is_one_card_whatever_it_is_called() -> None:
    """lspci says a number or a code name, fastfetch and nvidia-smi the product's name without any number."""
    place, ids = "0000:01:00.0", "10de:2786"
    by_number = (
        Gpu(vendor="NVIDIA", kind="discrete", pci_id=ids, bus_address=place),
        Gpu(name="Raphael", vendor="AMD", kind="integrated", bus_address="0000:10:00.0"),
    )
    by_name = (
        Gpu(name="GeForce RTX 4070", vendor="NVIDIA", vram_bytes=12 * GIB),
        Gpu(name="AMD Radeon Graphics", vendor="AMD"),
    )
    card, built_in = _gpus(by_number, by_name)
    assert (card.name, card.pci_id, card.vram_bytes) == ("GeForce RTX 4070", ids, 12 * GIB)
    assert (built_in.name, built_in.kind) == ("Raphael", "integrated")
    assert len(_gpus(by_name, by_number)) == 2


def test_equal_cards_without_names_are_as_many_as_they_are() -> None:
    by_number = tuple(Gpu(vendor="NVIDIA", pci_id="10de:2204", bus_address=f"0000:0{n}:00.0") for n in (1, 2))
    by_name = (Gpu(name="NVIDIA GeForce RTX 3090", vendor="NVIDIA"),) * 2
    assert [gpu.name for gpu in _gpus(by_number, by_name)] == ["NVIDIA GeForce RTX 3090"] * 2


def test_intels_graphics_are_one_under_the_processors_name_and_their_own() -> None:
    listed = Gpu(name="Xeon E3-1200 v2/3rd Gen Core processor Graphics Controller", vendor="Intel")
    assert len(_gpus((listed,), (Gpu(name="Intel(R) HD Graphics 4000", vendor="Intel", kind="integrated"),))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Gpu(name="GeForce RTX 4070", vendor="NVIDIA"), Gpu(name="GeForce RTX 3060", vendor="NVIDIA")),
        (Gpu(name="Radeon RX 7600", vendor="AMD"), Gpu(name="Radeon RX 580 Series", vendor="AMD")),
        (Gpu(vendor="AMD", kind="discrete"), Gpu(vendor="AMD", kind="integrated")),
        (Gpu(vendor="AMD", pci_id="1002:67df"), Gpu(vendor="AMD", pci_id="1002:164e")),
        (Gpu(name="GeForce RTX 4070", vendor="NVIDIA"), Gpu(name="Raphael")),
    ],
)
def test_cards_that_cannot_be_the_same_stay_two(one: Gpu, other: Gpu) -> None:
    assert len(_gpus((one,), (other,))) == 2


def test_a_sure_match_goes_before_a_likely_one() -> None:
    """The first card's name would fit either of the other list's."""
    first = (Gpu(name="GeForce RTX 3080"), Gpu(name="GeForce RTX 3080 Ti", pci_id="10de:2208"))
    second = (Gpu(name="GeForce RTX 3080 Ti", pci_id="10de:2208", driver="a"), Gpu(name="GeForce RTX 3080", driver="b"))
    assert [gpu.driver for gpu in _gpus(first, second)] == ["b", "a"]


def test_a_name_that_was_cut_off_gives_way_to_the_whole_one() -> None:
    cut = Gpu(name="NVIDIA GeForce RTX 3060 ...", vendor="NVIDIA", vram_bytes=6 * GIB, origins=_said("name", by="smi"))
    whole = Gpu(name="NVIDIA GeForce RTX 3060 Laptop GPU", vendor="NVIDIA", origins=_said("name", by="dxdiag"))
    (gpu,) = _gpus((cut,), (whole,))
    assert (gpu.name, gpu.origin("name").detail, gpu.vram_bytes) == (whole.name, "dxdiag", 6 * GIB)


LSPCI = "00:00.0 Host bridge: Intel Corporation Device 0d57\n00:03.0 Ethernet controller: Intel Corporation I210\n"
MEMINFO = "MemTotal:       16242104 kB\nMemAvailable:    9034120 kB\n"


def test_a_file_without_hardware_among_others_stops_nobody(tmp_path: Path) -> None:
    """A server's lspci has no graphics card: its other dumps count all the same. Alone it is refused."""
    for name, text in (("lspci.txt", LSPCI), ("meminfo.txt", MEMINFO)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    both = (tmp_path / "lspci.txt", tmp_path / "meminfo.txt")
    loaded = dumps.load_all(*both)
    assert loaded.machine.memory.total_bytes == 16242104 << 10
    assert [programs for _, programs in loaded.files] == [("lspci",), ("/proc/meminfo",)]
    with pytest.raises(UserError, match=r"lspci\.txt: looks like the output of lspci"):
        dumps.load(both[0])
    with pytest.raises(UserError, match=r"lspci\.txt: looks like the output of lspci"):
        dumps.load(both[0], both[0])


def test_what_the_kernel_counts_goes_before_a_size_rounded_to_gib(tmp_path: Path) -> None:
    """lshw adds up blocks of memory, some of which are the firmware's."""
    lshw = "/0                 bus        Motherboard\n/0/0               memory     16GiB System memory\n"
    free = (
        "               total        used        free      shared  buff/cache   available\n"
        "Mem:        16242104     1158704    13499820        8856     1757680    14925388\nSwap:  0  0  0\n"
    )
    for name, text in (("lshw.txt", lshw), ("free.txt", free)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert dumps.load(tmp_path / "lshw.txt", tmp_path / "free.txt").memory.total_bytes == 16242104 << 10


def test_wsl_is_told_by_the_kernels_name_alone() -> None:
    """lscpu and lspci see a virtual machine there."""
    seen = Machine(environment=("vm",), origins=_said("environment", by="lscpu"))
    named = Machine(environment=("wsl",), origins=_said("environment", by="uname"))
    machine = one_machine([Piece("a", "lscpu", 0, seen), Piece("b", "uname", 9, named)])
    assert (machine.environment, machine.origin("environment").detail) == (("wsl",), "uname")
    assert one_machine([Piece("a", "lscpu", 0, seen)]).environment == ("vm",)
