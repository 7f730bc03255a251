"""Copies of /proc/cpuinfo and /proc/meminfo, whole, in part, and among other texts."""

import pytest

from advisor.dumps import proc
from advisor.dumps.document import Document
from advisor.machine import Cpu, Machine

X86 = """\
processor\t: {number}
vendor_id\t: GenuineIntel
cpu family\t: 6
model name\t: Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz
cpu MHz\t\t: 1197.000
physical id\t: 0
siblings\t: 4
core id\t\t: {core}
cpu cores\t: 2
flags\t\t: fpu lm sse4_2 avx f16c
"""
WHOLE = "\n".join(X86.format(number=n, core=n // 2) for n in range(4))
PI = """\
processor\t: {number}
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU part\t: 0xd08
"""


def read(text: str) -> Machine:
    document = Document("cpuinfo", text)
    assert proc.recognise_cpuinfo(document)
    return proc.read_cpuinfo(document)


def counts(cpu: Cpu) -> tuple[int | None, int | None, int | None]:
    return cpu.sockets, cpu.cores, cpu.threads


def test_a_whole_file() -> None:
    """Two cores with two threads each."""
    cpu = read(WHOLE).cpu
    assert (cpu.name, cpu.vendor, cpu.base_mhz) == ("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "Intel", 2500.0)
    assert counts(cpu) == (1, 2, 4)
    assert (cpu.features, cpu.max_mhz) == (frozenset({"sse4_2", "avx", "f16c"}), None)
    assert cpu.origin("threads").kind == "reported"


def test_one_processors_lines_tell_how_many_there_are() -> None:
    """Who asks for help copies the first lines: siblings and cores are among them."""
    cpu = read("$ cat /proc/cpuinfo\n" + X86.format(number=0, core=0)).cpu
    assert counts(cpu) == (1, 2, 4)
    assert cpu.origin("threads").kind == "assumed"


def test_one_arm_cores_lines_do_not() -> None:
    """They say nothing of the others; with the board's lines after them the file is whole."""
    cpu = read(PI.format(number=0)).cpu
    assert (cpu.name, counts(cpu)) == ("ARM Cortex-A72", (None, None, None))
    assert "one processor" in cpu.origin("threads").detail
    assert counts(read(PI.format(number=0) + "\nHardware\t: BCM2711\n").cpu) == (None, 1, 1)


def test_a_board_is_named_and_its_serial_number_is_not() -> None:
    """Raspberry Pi."""
    text = "\n".join(PI.format(number=n) for n in range(4))
    machine = read(
        text + "\nSerial\t\t: 10000000abcdef01\nRevision\t: c03115\nModel\t\t: Raspberry Pi 4 Model B Rev 1.5\n"
    )
    assert (machine.model, machine.chassis) == ("Raspberry Pi 4 Model B Rev 1.5", "board")
    assert (machine.cpu.architecture, counts(machine.cpu)) == ("arm64", (None, 4, 4))
    assert "abcdef01" not in repr(machine)


@pytest.mark.parametrize(("flags", "environment"), [("lm hypervisor", ("vm",)), ("lm vmx", None)])
def test_a_guest_is_known_by_its_flag(flags: str, environment: tuple[str, ...] | None) -> None:
    """A host does not show it to itself."""
    assert read(WHOLE.replace("fpu lm", flags)).environment == environment


def test_other_processors() -> None:
    """POWER and MIPS name themselves differently."""
    power = read("processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 2902.0MHz\n\n"
                 "platform\t: PowerNV\nmachine\t\t: PowerNV 8335-GTH\n")  # fmt: skip
    assert (power.cpu.name, power.model, power.cpu.threads) == ("POWER9, altivec supported", "PowerNV 8335-GTH", 1)
    mips = read("system type\t\t: X\nprocessor\t\t: 0\ncpu model\t\t: ICT Loongson-3 V0.8 FPU V0.1\n")
    assert mips.cpu.name == "ICT Loongson-3 V0.8 FPU V0.1"


def test_both_files_in_one_text() -> None:
    """`cat /proc/cpuinfo /proc/meminfo`."""
    document = Document("x", WHOLE + "\nMemTotal:       12039512 kB\nMemFree:  1 kB\nMemAvailable:    8039512 kB\n")
    assert proc.recognise_meminfo(document)
    memory = proc.read_meminfo(document).memory
    assert (memory.total_bytes, memory.available_bytes) == (12039512 << 10, 8039512 << 10)
    assert counts(proc.read_cpuinfo(document).cpu) == (1, 2, 4)


def test_a_size_that_was_cut_off_is_not_read() -> None:
    """Without its unit it may lack digits too."""
    memory = proc.read_meminfo(Document("x", "MemTotal:       12039512 kB\nMemAvailable:    80395")).memory
    assert (memory.total_bytes, memory.available_bytes) == (12039512 << 10, None)


@pytest.mark.parametrize(
    "text", ["", "processor : 0\n", "model name : X\n", "Model name: X\nprocessor\n", "MemTotal: 12 MB\n", "[]"]
)
def test_others_are_not_taken(text: str) -> None:
    """A single line is anybody's."""
    document = Document("x", text)
    assert not proc.recognise_cpuinfo(document)
    assert not proc.recognise_meminfo(document)
