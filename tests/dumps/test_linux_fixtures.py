"""Every recorded output of Linux text tools: read as what it is or refused, facts checked by eye, and never a crash."""

import random
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from advisor import dumps
from advisor.catalog.complete import complete
from advisor.dumps import dmidecode, free, lsblk, lscpu, os_release, proc, udevadm
from advisor.dumps.document import decode
from advisor.dumps.merging import Piece, one_machine
from advisor.errors import UserError
from advisor.machine import Machine

GIB = 1 << 30
CPUINFO, MEMINFO, LSCPU, DMI, LSBLK, UDEV, FREE = (
    proc.CPUINFO, "/proc/meminfo", lscpu.NAME, dmidecode.NAME, lsblk.NAME, udevadm.NAME, free.NAME,
)  # fmt: skip
# Which program each file is from; None: refused in one sentence. The first pattern that fits counts.
EXPECTED: tuple[tuple[str, str | None], ...] = (
    ("facter/*cgroup*", None),  # containers' groups alone say nothing of the hardware
    ("facter/cpuinfo*", CPUINFO),
    ("facter/meminfo*", MEMINFO),
    ("facter/dmi_decode*", DMI),
    ("facter/lsblk*", None),  # names and labels without kinds or sizes
    ("jc/*cpuinfo*", CPUINFO),
    ("jc/*meminfo*", MEMINFO),
    ("jc/*dmidecode*", DMI),
    ("jc/*lsblk*", LSBLK),
    ("linux/cpuinfo/*", CPUINFO),
    ("linux/storage/*", None),  # another program's memory of many commands' outputs, as Perl
    ("linux/udevadm/*.json", LSBLK),
    ("linux/udevadm/*.txt", UDEV),
    ("cpu-targets/linux-*", CPUINFO),
    ("ironic-samples/12.txt", CPUINFO),
    ("linuxhw-lscpu/*", LSCPU),
    ("archey/cpu00.txt", None),  # a sentence
    ("archey/cpu06.txt", None),  # two different processors
    ("archey/cpu0[123].txt", CPUINFO),
    ("archey/cpu0[578].txt", LSCPU),
    ("archey/ram00.txt", FREE),
    ("archey/ram01.txt", MEMINFO),
    ("linuxhw-dmi/*", DMI),
    ("netbox-agent/*", DMI),
    ("dmi/psu_*", None),  # power supplies alone
    ("dmi/windows-2019-amd-epyc.txt", None),  # a processor that says "Not Installed"
    ("dmi/*", DMI),
    ("windows/powercfg/*.dmidecode.txt", DMI),
)


def files(shared: Path) -> dict[Path, str | None]:
    found: dict[Path, str | None] = {}
    for pattern, program in EXPECTED:
        here = sorted((shared / "fixtures").glob(pattern))
        assert here, pattern
        for file in here:
            found.setdefault(file, program)
    return found


def load(shared: Path, *names: str) -> Machine:
    return dumps.load(*(shared / "fixtures" / name for name in names))


def test_every_file_is_what_it_is(shared: Path) -> None:
    """Recognised by content: the names of the files are never looked at."""
    assert len(files(shared)) > 140
    for file, program in files(shared).items():
        if program is None:
            with pytest.raises(UserError, match=re.escape(str(file))):
                dumps.read_file(file)
        else:
            assert [piece.program for piece in dumps.read_file(file).pieces] == [program], file.name


class Facts(NamedTuple):
    """What was checked by eye: name, (sockets, cores, threads), the highest of sse4_2, avx, avx2, avx512f."""

    file: str
    name: str
    counts: tuple[int | None, int | None, int | None]
    best: str | None


@pytest.mark.parametrize(
    "facts",
    [
        Facts("linuxhw-lscpu/6-58-9__53B70E68DF.txt", "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", (1, 2, 4), "avx"),
        Facts("linuxhw-lscpu/6-45-7__799CC190DB.txt", "Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz", (2, 16, 32), "avx"),
        Facts("linuxhw-lscpu/25-33-0__5234189221.txt", "AMD Ryzen 5 5600X 6-Core Processor", (1, 6, 12), "avx2"),
        Facts(
            "linuxhw-lscpu/6-140-1__544BCAE58C.txt",
            "11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz",
            (1, 4, 8),
            "avx512f",
        ),
        Facts("linuxhw-lscpu/21-2-0__5E02BEEA19.txt", "AMD FX(tm)-6300 Six-Core Processor", (1, 3, 6), "avx"),
        Facts("linuxhw-lscpu/6-28-2__53F10331B7.txt", "Intel(R) Atom(TM) CPU N270 @ 1.60GHz", (1, 1, 2), None),
        Facts("linuxhw-lscpu/4-r0p4__B706A2462F.txt", "ARM Cortex-A53", (1, 2, 2), None),
        Facts("cpu-targets/linux-ubuntu20.04-zen3", "AMD Ryzen 9 5950X 16-Core Processor", (1, 16, 32), "avx2"),
        Facts("cpu-targets/linux-unknown-sapphirerapids", "Intel(R) Xeon(R) Platinum 8480+", (1, 56, 112), "avx512f"),
        Facts("cpu-targets/linux-asahi-m1", "Apple M1", (None, None, None), None),
        Facts("linux/cpuinfo/toshiba-r630-2-core.txt", "Intel(R) Core(TM) i3 CPU M 350 @ 2.27GHz", (1, 2, 4), "sse4_2"),
        Facts("linux/cpuinfo/linux-686-1.txt", "Intel(R) Pentium(R) M processor 1.73GHz", (None, None, 1), None),
        Facts("linux/cpuinfo/linux-raspberry-pi-3-model-b.txt", "ARM Cortex-A53", (None, 4, 4), None),
        Facts("facter/cpuinfo_arm64.txt", "Cavium ThunderX-88XX", (None, 2, 2), None),
        Facts("jc/linux-proc_cpuinfo2", "Intel(R) Core(TM) i5-8279U CPU @ 2.40GHz", (2, 2, 2), "avx2"),
        Facts("archey/cpu07.txt", "CPU-MODEL-NAME", (2, 8, 16), None),
    ],
    ids=lambda facts: facts.file,
)
def test_processors(shared: Path, facts: Facts) -> None:
    """Names, counts and instruction sets of real processors."""
    cpu = load(shared, facts.file).cpu
    assert cpu.name == facts.name
    assert (cpu.sockets, cpu.cores, cpu.threads) == facts.counts
    levels = [name for name in ("sse4_2", "avx", "avx2", "avx512f") if name in (cpu.features or ())]
    assert (levels[-1] if levels else None) == facts.best


@pytest.mark.parametrize(
    ("file", "manufacturer", "model", "chassis", "gib", "modules", "kind", "speed", "channels", "cores"),
    [
        ("linuxhw-dmi/XPS_13_9310__BA33640E4D1F.txt", "Dell Inc.", "XPS 13 9310", "laptop", 16, 8, "LPDDR4", 4267,
         2, 4),
        ("linuxhw-dmi/K53SD__12A2444ACDEF.txt", "ASUSTeK Computer Inc.", "K53SD", "laptop", 4, 1, "DDR3", 1333, 1, 2),
        ("linuxhw-dmi/MS-7C37__DEEA03BBAB7B.txt", "Micro-Star International Co., Ltd.",
         "MPG X570 GAMING EDGE WIFI (MS-7C37)", "desktop", 32, 4, "DDR4", 2400, 2, 8),
        ("linuxhw-dmi/PRIME_X670-P_WIFI__C4B552037C75.txt", "ASUS", "PRIME X670-P WIFI", "desktop", 16, 1, "DDR5", 4800,
         1, 6),
        ("linuxhw-dmi/Laptop_13__6283E9C80C86.txt", "Framework", "Laptop 13 (AMD Ryzen 7040Series)", "laptop", 64, 2,
         "DDR5", 5600, 2, 8),
        ("linuxhw-dmi/PowerEdge_R720__D8D4967E1D97.txt", "Dell Inc.", "PowerEdge R720", "server", 160, 12, "DDR3", 1066,
         None, 12),
        ("linuxhw-dmi/iMac12,2__A99096440712.txt", "Apple Inc.", "iMac12,2", "desktop", 16, 4, "DDR3", 1333, 2, None),
        ("linuxhw-dmi/TRX40_AORUS_MASTER__EE50AD4F80E5.txt", "Gigabyte Technology Co., Ltd.", "TRX40 AORUS MASTER",
         "desktop", 96, 6, "DDR4", 2400, 4, 32),
        ("netbox-agent/dmidecode_HP_SL4540_Gen8", "HP", "ProLiant SL4540 Gen8", "server", 128, 8, "DDR3", 1333, None,
         8),
        ("dmi/lenovo-thinkpad.txt", "Lenovo", "ThinkPad Edge E320", "laptop", 8, 2, "DDR3", 1333, 2, 2),
        ("dmi/windows-7.2.txt", "ASUSTeK Computer INC.", "M3A78-CM", "desktop", 6, 4, "DDR2", 667, 2, 2),
        ("dmi/windows-xp.txt", "Dell Inc.", "Precision M4400", "laptop", 4, 2, "DDR2", 800, 2, 2),
    ],
)  # fmt: skip
def test_firmware_tables(
    shared: Path, file: str, manufacturer: str, model: str, chassis: str, gib: int, modules: int, kind: str, speed: int,
    channels: int | None, cores: int | None,
) -> None:  # fmt: skip
    """Names, modules, channels of laptops, boards and servers; what the firmware contradicts itself about is left."""
    machine = load(shared, file)
    memory = machine.memory
    assert (machine.manufacturer, machine.model, machine.chassis) == (manufacturer, model, chassis)
    assert (memory.installed_bytes, len(memory.modules), memory.kind) == (gib * GIB, modules, kind)
    assert (memory.speed_mts, memory.channels, machine.cpu.cores) == (speed, channels, cores)


def test_memory_sizes(shared: Path) -> None:
    """The kernel's own numbers, and free's MiB."""
    memory = load(shared, "facter/meminfo_missing_available.txt").memory
    assert memory.total_bytes == 4036680 << 10
    assert memory.origin("available_bytes").kind == "computed"
    memory = load(shared, "archey/ram00.txt").memory
    assert (memory.total_bytes, memory.available_bytes) == (15658 << 20, 13268 << 20)


def test_a_celeron_g480_has_no_avx(shared: Path) -> None:
    """The same laptop was sold with processors without AVX: its firmware names one, the catalogue knows the rest."""
    celeron = complete(load(shared, "linuxhw-dmi/G480_20156__FE6BBA07317E.txt"))
    assert (celeron.model, celeron.cpu.name) == ("Lenovo G480", "Intel(R) Celeron(R) CPU B830 @ 1.80GHz")
    assert celeron.cpu.features is not None
    assert not {"avx", "avx2", "f16c", "fma"} & celeron.cpu.features
    core = complete(load(shared, "linuxhw-dmi/G480_20149__D548C353814F.txt"))
    assert (core.cpu.features, core.cpu.max_mhz) == (frozenset({"sse4_2", "avx", "f16c"}), 3100)


def test_the_g480_of_several_dumps(shared: Path) -> None:
    """Firmware, processor and memory of one laptop: each says what the others cannot."""
    text = "MemTotal:        7881512 kB\nMemAvailable:    6039512 kB\n"
    parts = [
        shared / "fixtures/linuxhw-dmi/G480_20149__D548C353814F.txt",
        shared / "fixtures/linuxhw-lscpu/6-58-9__53B70E68DF.txt",
    ]
    pieces: list[Piece] = [piece for part in parts for piece in dumps.read_file(part).pieces]
    pieces += dumps.read_document(decode("meminfo", text.encode())).pieces
    machine = one_machine(pieces)
    assert (machine.model, machine.cpu.max_mhz, machine.cpu.threads) == ("Lenovo G480", 3100.0, 4)
    assert machine.memory.total_bytes == 7881512 << 10
    assert (machine.memory.installed_bytes, machine.memory.channels) == (8 * GIB, 2)
    assert machine.cpu.origin("features").detail == "lscpu"


def test_another_computers_processor_is_refused(shared: Path) -> None:
    """A firmware table and an lscpu of different processors are of different computers."""
    with pytest.raises(UserError, match="another computer"):
        load(shared, "linuxhw-dmi/G480_20156__FE6BBA07317E.txt", "linuxhw-lscpu/25-33-0__5234189221.txt")


KINDS = (proc.CPUINFO_KIND, proc.MEMINFO_KIND, lscpu.KIND, dmidecode.KIND, udevadm.KIND, lsblk.KIND, free.KIND,
         os_release.KIND, os_release.UNAME_KIND)  # fmt: skip


def garbled(raw: bytes, chance: random.Random) -> bytes:
    """`raw` cut somewhere, with lines moved, doubled and some bytes changed."""
    start = chance.randrange(len(raw))
    piece = raw[start : start + chance.randrange(1, 6000)]
    lines = piece.split(b"\n")
    for _ in range(chance.randrange(4)):
        lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    changed = bytearray(b"\n".join(lines))
    for _ in range(chance.randrange(20)):
        changed[chance.randrange(len(changed))] = chance.choice(b'\n\t :0123456789-,."{}[]=K\xef\xbc\x9a\xff')
    return bytes(changed) or b"x"


def test_half_and_broken_files_never_crash(shared: Path) -> None:
    """Two cuts of every file: read as far as it goes, or refused."""
    chance = random.Random(5)
    for file in files(shared):
        raw = file.read_bytes()
        for _ in range(2):
            try:
                document = decode(file.name, garbled(raw, chance))
                found = [kind for kind in KINDS if kind.recognise(document)]
                pieces = [Piece("x", kind.name, n, kind.read(document)) for n, kind in enumerate(found)]
                if pieces:
                    one_machine(pieces)
            except UserError:
                continue
