"""lscpu: its text in old and new layouts, languages and architectures, and its JSON."""

import json
from pathlib import Path

import pytest

from advisor.dumps import lscpu
from advisor.dumps.document import Document, decode
from advisor.dumps.lscpu_lines import table
from advisor.errors import UserError
from advisor.machine import Cpu, Machine

KIB, MIB = 1 << 10, 1 << 20


def read(text: str) -> Machine:
    document = Document("lscpu.txt", text)
    assert lscpu.recognise(document)
    return lscpu.read(document)


def counts(cpu: Cpu) -> tuple[int | None, int | None, int | None]:
    return cpu.sockets, cpu.cores, cpu.threads


NEW = """\
Architecture:            x86_64
  CPU op-mode(s):        32-bit, 64-bit
  Address sizes:         46 bits physical, 48 bits virtual
  Byte Order:            Little Endian
CPU(s):                  20
  On-line CPU(s) list:   0-19
Vendor ID:               GenuineIntel
  Model name:            12th Gen Intel(R) Core(TM) i7-12700K
    CPU family:          6
    Model:               151
    Thread(s) per core:  2
    Core(s) per socket:  12
    Socket(s):           1
    Stepping:            2
    CPU(s) scaling MHz:  31%
    CPU max MHz:         5000.0000
    CPU min MHz:         800.0000
    BogoMIPS:            7219.20
    Flags:               fpu vme lm sse4_2
                         avx f16c fma avx2
                          avx_vnni
Virtualization features:
  Virtualization:        VT-x
Caches (sum of all):
  L1d:                   512 KiB (12 instances)
  L1i:                   512 KiB (12 instances)
  L2:                    12 MiB (9 instances)
  L3:                    25 MiB (1 instance)
NUMA:
  NUMA node(s):          1
  NUMA node0 CPU(s):     0-19
Vulnerabilities:
  Itlb multihit:         Not affected
  Spectre v2:            Mitigation; Enhanced / Automatic IBRS; IBPB conditional
                         ; RSB filling
"""


def test_the_layout_with_sections() -> None:
    """2.37 and newer: indented, wrapped at the terminal's edge, caches summed, two kinds of core in one socket."""
    machine = read(NEW)
    cpu = machine.cpu
    assert (cpu.name, cpu.vendor, cpu.architecture) == ("12th Gen Intel(R) Core(TM) i7-12700K", "Intel", "x86_64")
    assert counts(cpu) == (1, 12, 20)
    assert (cpu.max_mhz, cpu.l1d_bytes, cpu.l2_bytes, cpu.l3_bytes) == (5000.0, 512 * KIB, 12 * MIB, 25 * MIB)
    assert cpu.features == frozenset({"sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni"})
    assert machine.environment is None
    assert cpu.origin("name").detail == "lscpu"


def test_text_around_it_does_not_matter() -> None:
    """A prompt, another program's output, Windows' line ends in the file."""
    raw = ("user@host:~$ lscpu\n" + NEW + "\n$ free -h\n   total used\nMem: 1\n").replace("\n", "\r\n").encode()
    assert counts(lscpu.read(decode("x", raw)).cpu) == (1, 12, 20)


OLD = """\
Architecture:          x86_64
CPU op-mode(s):        32-bit, 64-bit
Byte Order:            Little Endian
CPU(s):                {threads}
On-line CPU(s) list:   0-{last}
Thread(s) per core:    {each}
Core(s) per socket:    {cores}
Socket(s):             {sockets}
NUMA node(s):          {nodes}
Vendor ID:             {vendor}
CPU family:            {family}
Model name:            X
CPU max MHz:           {mhz}
L1d cache:             32K
L2 cache:              256K
{third}
"""


@pytest.mark.parametrize(
    ("vendor", "family", "nodes", "third", "l2", "l3"),
    [("GenuineIntel", 6, 2, "L3 cache:  20480K", 4 * MIB, 40 * MIB),
     ("AuthenticAMD", 16, 4, "L3 cache:  5118K", 4 * MIB, 4 * 5118 * KIB),
     ("AuthenticAMD", 23, 2, "L3 cache:  16384K", 4 * MIB, None),
     ("GenuineIntel", 6, 2, "", None, None)],
)  # fmt: skip
def test_old_versions_give_one_cache_of_each(
    vendor: str, family: int, nodes: int, third: str, l2: int | None, l3: int | None
) -> None:
    """How many there are is computed where the maker leaves no doubt, and unknown with a reason where he does."""
    text = OLD.format(threads=32, last=31, each=2, cores=8, sockets=2, nodes=nodes, vendor=vendor, family=family,
                      mhz="3300,0000", third=third)  # fmt: skip
    cpu = read(text).cpu
    assert counts(cpu) == (2, 16, 32)
    assert (cpu.l1d_bytes, cpu.l2_bytes, cpu.l3_bytes, cpu.max_mhz) == (512 * KIB, l2, l3, 3300.0)
    assert cpu.origin("l1d_bytes").kind == "computed"
    if l2 is None:
        assert "one cache" in cpu.origin("l2_bytes").detail


def test_a_turbo_shown_as_one_mhz_is_no_clock() -> None:
    """Linux's ACPI driver writes 2701 for a processor of 2.7 GHz that goes to 4.7."""
    text = OLD.format(threads=4, last=3, each=2, cores=2, sockets=1, nodes=1, vendor="GenuineIntel", family=6,
                      mhz="2701.0000", third="")  # fmt: skip
    cpu = read(text).cpu
    assert cpu.max_mhz is None
    assert "turbo" in cpu.origin("max_mhz").detail


BIG_LITTLE = """\
Architecture:           aarch64
  CPU op-mode(s):       32-bit, 64-bit
  Byte Order:           Little Endian
CPU(s):                 6
  On-line CPU(s) list:  0-5
Vendor ID:              ARM
  Model name:           Cortex-A53
    Model:              4
    Thread(s) per core: 1
    Core(s) per socket: 4
    Socket(s):          1
    Stepping:           r0p4
    CPU max MHz:        1416.0000
    Flags:              fp asimd evtstrm aes crc32 cpuid
  Model name:           Cortex-A72
    Model:              2
    Thread(s) per core: 1
    Core(s) per socket: 2
    Socket(s):          1
    CPU max MHz:        1800.0000
    Flags:              fp asimd evtstrm aes crc32 cpuid asimddp
"""


def test_two_types_of_arm_cores() -> None:
    """Cores add up, the socket is one, the name is that of /proc/cpuinfo's reader, features are what both have."""
    cpu = read(BIG_LITTLE).cpu
    assert (cpu.name, cpu.vendor, cpu.architecture) == ("ARM Cortex-A53 + ARM Cortex-A72", "ARM", "arm64")
    assert counts(cpu) == (1, 6, 6)
    assert (cpu.max_mhz, cpu.features) == (1800.0, frozenset({"neon"}))


def test_apples_two_types_are_one_chip() -> None:
    """Asahi Linux on an M1 Pro."""
    text = BIG_LITTLE.replace("ARM\n", "Apple\n").replace("Cortex-A53", "Icestorm-M1-Pro")
    assert read(text.replace("Cortex-A72", "Firestorm-M1-Pro")).cpu.name == "Apple M1 Pro"


@pytest.mark.parametrize(
    ("text", "name", "architecture", "expected"),
    [
        # POWER9 (8 threads a core), s390x in a partition of 4 cores, LoongArch, MIPS, a cluster without a socket.
        ("Architecture: ppc64le\nCPU(s): 160\nOn-line CPU(s) list: 0-159\nThread(s) per core: 4\n"
         "Core(s) per socket: 20\nSocket(s): 2\nModel: 2.2 (pvr 004e 1202)\nModel name: POWER9, altivec supported\n"
         "Physical sockets: 2\n", "POWER9, altivec supported", "ppc64le", (2, 40, 160)),
        ("Architecture: s390x\nByte Order: Big Endian\nCPU(s): 8\nOn-line CPU(s) list: 0-7\nThread(s) per core: 2\n"
         "Core(s) per socket: 8\nSocket(s) per book: 6\nBook(s) per drawer: 1\nDrawer(s): 4\nVendor ID: IBM/S390\n",
         None, "s390x", (None, 4, 8)),
        ("Architecture:        loongarch64\nByte Order:          Little Endian\nCPU(s):              8\n"
         "Thread(s) per core:  2\nCore(s) per socket:  4\nSocket(s):           1\n"
         "Model name:          Loongson-3A6000\n", "Loongson-3A6000", "loongarch64", (1, 4, 8)),
        ("Architecture:        mips64\nByte Order:          Little Endian\nCPU(s):              4\n"
         "Thread(s) per core:  1\nCore(s) per socket:  4\nSocket(s):           1\n"
         "Model name:          Loongson-3A R4 (Loongson-3A4000) @ 1800MHz\n",
         "Loongson-3A R4 (Loongson-3A4000) @ 1800MHz", "mips64", (1, 4, 4)),
        ("Architecture: aarch64\nCPU(s): 4\nOn-line CPU(s) list: 0-3\nVendor ID: ARM\nModel name: Cortex-A72\n"
         "Model: 3\nThread(s) per core: 1\nCore(s) per cluster: 4\nSocket(s): -\nCluster(s): 1\n",
         "ARM Cortex-A72", "arm64", (None, 4, 4)),
    ],
)  # fmt: skip
def test_architectures(text: str, name: str | None, architecture: str, expected: tuple[int | None, ...]) -> None:
    """Sockets, cores and threads as each of them counts."""
    cpu = read(text).cpu
    assert (cpu.name, cpu.architecture) == (name, architecture)
    assert counts(cpu) == expected


@pytest.mark.parametrize(
    ("vendor", "kind", "environment"),
    [("KVM", "full", ("vm",)), ("Microsoft", "full", ("vm",)), ("pHyp", "para", ("vm",)), ("Xen", "none", None),
     ("Windows Subsystem for Linux", "container", ("wsl",)), ("Parallels", "container", ("container",)),
     ("", "", None)],
)  # fmt: skip
def test_virtual_machines(vendor: str, kind: str, environment: tuple[str, ...] | None) -> None:
    """A hypervisor is named inside; Xen's first domain runs on the machine itself."""
    lines = f"  Hypervisor vendor:     {vendor}\n  Virtualization type:   {kind}\n" if vendor else ""
    assert read(NEW.replace("Caches (sum", lines + "Caches (sum")).environment == environment


@pytest.mark.parametrize("language", ["zh_CN", "zh_TW", "de", "fr", "es", "ja", "ru"])
def test_every_label_of_a_language_is_understood(language: str) -> None:
    """A listing with util-linux's own translations; what they leave out stays English, as there."""
    labels = {**table()["labels"]["en"], **table()["labels"][language]}
    colon = {"zh_CN": "：", "zh_TW": "：", "fr": "\N{NO-BREAK SPACE}:"}.get(language, ":")
    values = {"architecture": "x86_64", "cpus": "8", "online": "0-7", "vendor": "AuthenticAMD", "family": "25",
              "name": "AMD Ryzen 5 5600X", "threads_per_core": "2", "cores_per_socket": "4", "sockets": "1",
              "max_mhz": "4650,2920", "flags": "lm avx avx2", "hypervisor_vendor": "KVM"}  # fmt: skip
    text = "".join(f"{labels[key][-1]}{colon}     {value}\n" for key, value in values.items())
    machine = read(text)
    assert (machine.cpu.name, machine.cpu.vendor, machine.cpu.architecture) == ("AMD Ryzen 5 5600X", "AMD", "x86_64")
    assert counts(machine.cpu) == (1, 4, 8)
    assert (machine.cpu.max_mhz, machine.environment) == (4650.292, ("vm",))
    assert machine.cpu.features == frozenset({"avx", "avx2"})


def test_chinese_as_it_is_printed() -> None:
    """util-linux 2.34 on a Chinese system, in code page 936 as Windows tools save it."""
    text = (
        "架构：                x86_64\nCPU 运行模式：                   32-bit, 64-bit\n"
        "字节序：                Little Endian\nCPU:                4\n"
        "在线 CPU 列表：                  0-3\n每个核的线程数：                 2\n每个座的核数：                   2\n"
        "座：                1\nNUMA 节点：                1\n厂商 ID：                GenuineIntel\n"
        "型号名称：                Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz\nCPU 最大 MHz：    3100.0000\n"
        "L1d 缓存：                64 KiB\nL2 缓存：                512 KiB\nL3 缓存：                3 MiB\n"
        "标记：                fpu lm sse4_2 avx f16c\n"
    )
    cpu = lscpu.read(decode("x", text.encode("gb18030"))).cpu
    assert (cpu.name, cpu.base_mhz, cpu.max_mhz) == ("Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", 2500.0, 3100.0)
    assert counts(cpu) == (1, 2, 4)
    assert (cpu.l1d_bytes, cpu.l2_bytes, cpu.l3_bytes) == (64 * KIB, 512 * KIB, 3 * MIB)
    assert cpu.features == frozenset({"sse4_2", "avx", "f16c"})


def test_json_flat_and_with_children() -> None:
    """`lscpu -J` before and since sections."""
    fields = [("Architecture:", "x86_64"), ("CPU(s):", "4"), ("Vendor ID:", "GenuineIntel"),
              ("Model name:", "Intel(R) Core(TM) i3-2350M CPU @ 2.30GHz"), ("Thread(s) per core:", "2"),
              ("Core(s) per socket:", "2"), ("Socket(s):", "1"), ("Flags:", "lm avx")]  # fmt: skip
    flat = [{"field": field, "data": data} for field, data in fields]
    nested = [*flat[:2], {**flat[2], "children": [{**flat[3], "children": flat[4:]}]}, {"field": "NUMA:", "data": None}]
    for shape in (flat, nested):
        cpu = read(json.dumps({"lscpu": shape})).cpu
        assert (cpu.name, counts(cpu), cpu.features) == (fields[3][1], (1, 2, 4), frozenset({"avx"}))


def test_offline_processors_do_not_count() -> None:
    """Threads are those that the system may use."""
    assert read(NEW.replace("list:   0-19", "list:   0,2-4,8")).cpu.threads == 5


def test_two_computers_in_one_file_are_refused() -> None:
    """Nobody can say which one is meant."""
    with pytest.raises(UserError, match="two computers"):
        lscpu.read(Document("x", NEW + "\n" + NEW.replace("i7-12700K", "i5-12400")))
    assert counts(read(NEW + "\n" + NEW).cpu) == (1, 12, 20)


@pytest.mark.parametrize(
    "text", ["", "Model: x\nFlags: y\n", "processor : 0\nmodel name : X\nflags : lm\ncpu MHz : 1\n", '{"lscpu": 3}',
             '{"lscpu": [1, {"field": 2}, {"field": "CPU(s):", "data": null}]}', "[]", "Architecture: a\nFlags: b\n"],
)  # fmt: skip
def test_others_are_not_taken(text: str) -> None:
    """Too few of its labels, or another shape of JSON."""
    document = Document("x", text)
    assert not lscpu.recognise(document)
    assert lscpu.read(document) == Machine()


def test_a_processor_with_and_one_without_avx(shared: Path) -> None:
    """The G480's i5 has AVX and F16C and no more; a Celeron has none of it."""
    folder = shared / "fixtures/linuxhw-lscpu"
    ivy = lscpu.read(decode("x", next(folder.glob("6-58-9__53B7*")).read_bytes())).cpu
    assert (ivy.name, ivy.features) == (
        "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz",
        frozenset({"sse4_2", "avx", "f16c"}),
    )
    celeron = lscpu.read(decode("x", next(folder.glob("6-122-8*")).read_bytes())).cpu
    assert (celeron.name, celeron.features) == ("Intel(R) Celeron(R) N4020 CPU @ 1.10GHz", frozenset({"sse4_2"}))
