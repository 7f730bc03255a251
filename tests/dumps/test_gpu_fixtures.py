"""Every recorded output of PCI, GPU and summary tools: read as what it is or refused, facts checked by eye."""

import contextlib
import json
import random
from pathlib import Path
from typing import NamedTuple

import pytest

from advisor import dumps
from advisor.catalog.complete import complete
from advisor.dumps import (
    fastfetch,
    inxi,
    lshw,
    lspci,
    nvidia_settings,
    nvidia_smi_log,
    nvidia_smi_query,
    nvidia_smi_table,
    pciconf,
    rocm_smi,
)
from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.errors import UserError
from advisor.machine import Machine
from tests.dumps import test_fastfetch, test_inxi, test_lshw, test_nvidia_smi

GIB, MIB = 1 << 30, 1 << 20
SMI = ("nvidia-smi --query-gpu", "nvidia-smi -q", "nvidia-smi")
# Which programs each file is from; (): refused in one sentence. The first pattern that fits counts.
EXPECTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("linux/lspci/*.nvidia-settings.txt", ("nvidia-settings",)),
    ("linux/lspci/*", ("lspci",)),
    ("jc/*lspci*", ("lspci",)),
    ("facter/lspci_aws.txt", ("lspci",)),
    ("facter/lspci_vmware.txt", ()),  # no graphics in it
    ("archey/gpu04.txt", ("system_profiler",)),
    ("archey/gpu05.txt", ("pciconf",)),
    ("archey/gpu*", ()),  # letters where places are
    ("nvidia-smi-xml/*", ("nvidia-smi -q -x",)),
    ("nvidia-smi-query/query.txt", ("nvidia-smi --query-gpu",)),
    ("nvidia-smi-query/*", SMI),
    ("rocm-smi-json/*", ("rocm-smi",)),
    ("lshw-json/*", ("lshw -json",)),
)
KINDS: tuple[Kind, ...] = (
    lspci.KIND, pciconf.KIND, nvidia_smi_query.KIND, *nvidia_smi_log.KINDS, *nvidia_smi_table.KINDS,
    nvidia_settings.KIND, *rocm_smi.KINDS, *lshw.KINDS, inxi.KIND, fastfetch.KIND,
)  # fmt: skip


def files(shared: Path) -> list[tuple[Path, tuple[str, ...]]]:
    """Every file of these kinds with the programs that it is expected to be from."""
    fixtures = shared / "fixtures"
    found: dict[Path, tuple[str, ...]] = {}
    for pattern, programs in EXPECTED:
        for path in sorted(fixtures.glob(pattern)):
            found.setdefault(path, programs)
    return list(found.items())


def test_each_is_read_as_what_it_is_or_refused_in_one_sentence(shared: Path) -> None:
    assert len(files(shared)) > 45
    for path, programs in files(shared):
        if not programs:
            with pytest.raises(UserError) as caught:
                dumps.load(path)
            assert "\n" not in str(caught.value)
            continue
        assert tuple(piece.program for piece in dumps.read_file(path).pieces) == programs, path.name


class Eye(NamedTuple):
    """What a person reads in a file: (vendor, name, number, place, MiB of memory, driver) of each card."""

    file: str
    cards: tuple[tuple[str, str | None, str | None, str | None, int | None, str | None], ...]
    capability: str | None = None
    system: str | None = None


SEEN = (
    Eye("linux/lspci/dell-xt2.txt",
        (("Intel", "Mobile 4 Series Chipset Integrated Graphics Controller", "8086:2a42", "0000:00:02.0", None,
          "i915"),),
        system="linux"),
    Eye("linux/lspci/linux-2.txt", (("NVIDIA", "Quadro FX 550", "10de:014d", "0000:01:00.0", None, "nvidia"),)),
    Eye("linux/lspci/linux-asus-portable.txt",
        (("Intel", "Iris Xe Graphics", "8086:9a49", "0000:00:02.0", None, "i915"),
         ("NVIDIA", "GeForce GTX 1650 Mobile / Max-Q", "10de:1f9d", "0000:01:00.0", None, "nvidia"))),
    Eye("linux/lspci/linux-imac.txt",
        (("AMD", "Mobility Radeon HD 4670", "1002:9488", "0000:01:00.0", None, "radeon"),)),
    Eye("linux/lspci/linux-xps.txt", (("Intel", "HD Graphics 520", "8086:1916", "0000:00:02.0", None, "i915"),)),
    Eye("linux/lspci/nvidia-1.txt",
        (("NVIDIA", "GeForce RTX 2060 SUPER", "10de:1f06", "0000:09:00.0", None, "nvidia"),)),
    Eye("linux/lspci/nvidia-1.nvidia-settings.txt",
        (("NVIDIA", None, "10de:1f06", "0000:09:00.0", 8192, "nvidia 515.76"),), system="linux"),
    Eye("jc/ubuntu-20.10_lspci-nnmmv.out", (("VMware", "SVGA II Adapter", "15ad:0405", "0000:00:0f.0", None, None),)),
    Eye("jc/ubuntu-20.10_lspci-mmv.out", (("VMware", "SVGA II Adapter", None, "0000:00:0f.0", None, None),)),
    Eye("archey/gpu05.txt",
        (("Intel", "3rd Gen Core processor Graphics Controller", "8086:0166", "0000:00:01.0", None, None),
         ("NVIDIA", "GeForce GTX 650", "10de:0fc6", "0000:01:00.0", None, None),
         ("Matrox", "MGA G200EH", "102b:0533", "0000:10:00.0", None, None))),
    Eye("nvidia-smi-xml/a10g.xml",
        (("NVIDIA", "NVIDIA A10G", None, "0000:00:1e.0", 23028, "nvidia 515.105.01"),)),  # its number is blanked
    Eye("nvidia-smi-xml/tesla-t4.xml",
        (("NVIDIA", "Tesla T4", "10de:1eb8", "0000:00:1e.0", 15360, "nvidia 515.105.01"),)),
    Eye("nvidia-smi-xml/gtx-1660-ti.xml", (("NVIDIA", None, "10de:2184", "0000:43:00.0", 5912, "nvidia 418.43"),)),
    Eye("nvidia-smi-xml/gtx-1070-ti.xml", (("NVIDIA", "GeForce GTX 1070 Ti", None, "0000:01:00.0", 4096, None),)),
    Eye("nvidia-smi-xml/quadro-p400.xml",
        (("NVIDIA", "Quadro P400", "10de:1cb3", "0000:43:00.0", 1998, "nvidia 418.43"),)),
    Eye("nvidia-smi-xml/rtx-3080-v12.xml",
        (("NVIDIA", "NVIDIA GeForce RTX 3080", "10de:2216", "0000:04:00.0", 10240, "nvidia 536.40"),),
        system="windows"),
    Eye("nvidia-smi-xml/rtx-4000-sff-ada-v13.xml",
        (("NVIDIA", "NVIDIA RTX 4000 SFF Ada Generation", "10de:27b0", "0000:06:00.0", 20475, "nvidia 595.84"),)),
    Eye("nvidia-smi-query/linux-x86_64__nvidia-l40s__595.80.txt",
        (("NVIDIA", "NVIDIA L40S", "10de:26b9", "0000:01:00.0", 46068, "nvidia 595.80"),), "8.9"),
    Eye("nvidia-smi-query/linux-x86_64__nvidia-h100-mig__590.48.01.txt",
        (("NVIDIA", "NVIDIA H100 80GB HBM3", "10de:2330", "0000:00:09.0", 81559, "nvidia 590.48.01"),), "9.0"),
    Eye("nvidia-smi-query/windows-x86_64__nvidia-geforce-rtx-2080-super__610.62.txt",
        (("NVIDIA", "NVIDIA GeForce RTX 2080 SUPER", "10de:1e81", "0000:0c:00.0", 8192, "nvidia 610.62"),),
        "7.5", "windows"),
    Eye("nvidia-smi-query/query.txt",
        (("NVIDIA", "NVIDIA GeForce RTX 2080 SUPER", None, "0000:01:00.0", None, "nvidia 466.63"),
         ("NVIDIA", "Some Other GPU", None, "0000:02:00.0", None, "nvidia 123.45")), system="windows"),
    Eye("rocm-smi-json/rx6700xt_rocm430.json",
        (("AMD", None, "1002:73df", "0000:07:00.0", 12272, "amdgpu 6.3.6"),), system="linux"),
    Eye("rocm-smi-json/rx6700xt_rocm612.json",
        (("AMD", "Radeon RX 6700/6700 XT / 6800M", "1002:73df", "0000:07:00.0", 12272, "amdgpu 6.3.6"),)),
    Eye("rocm-smi-json/vega-10-XT.json", (("AMD", None, "1002:6861", "0000:04:00.0", 16368, "amdgpu 5.9.25"),)),
    Eye("rocm-smi-json/vega-20-WKS-GL-XE.json",
        (("AMD", "Radeon Instinct MI50 32GB", "1002:66a1", "0000:63:00.0", 32752, "amdgpu 5.9.17"),)),
    Eye("rocm-smi-json/mi100_rocm602.json",
        tuple(("AMD", "Instinct MI100", "1002:738c", f"0000:{bus}:00.0", 32752, "amdgpu 6.3.6")
              for bus in ("83", "a3", "c3", "e3"))),
)  # fmt: skip


@pytest.mark.parametrize("eye", SEEN, ids=[eye.file for eye in SEEN])
def test_facts_checked_by_eye(shared: Path, eye: Eye) -> None:
    machine = dumps.load(shared / "fixtures" / eye.file)
    assert (
        tuple(
            (g.vendor, g.name, g.pci_id, g.bus_address, g.vram_bytes and g.vram_bytes // MIB, g.driver)
            for g in machine.gpus
        )
        == eye.cards
    )
    if eye.capability:
        assert {gpu.compute_capability for gpu in machine.gpus} == {eye.capability}
    if eye.system:
        assert machine.os_family == eye.system


def load(shared: Path, file: str) -> Machine:
    return complete(dumps.load(shared / "fixtures" / file))


def test_servers_of_lshw(shared: Path) -> None:
    """Sizes and speeds of the banks; the size of a memory whose banks have none; an ARM board's size by its kernel."""
    with_banks, without = load(shared, "lshw-json/35.json"), load(shared, "lshw-json/36.json")
    assert (with_banks.chassis, with_banks.memory.installed_bytes) == ("server", 64 * GIB)
    assert [(m.slot, m.size_bytes, m.maker) for m in with_banks.memory.modules] == [
        (f"DIMM_A{n}", 16 * GIB, "Micron") for n in (0, 2, 4, 6)
    ]
    assert without.memory.installed_bytes == 64 * GIB
    board = load(shared, "lshw-json/37.json")
    assert (board.memory.total_bytes, board.cpu.architecture) == (4143972352, "arm64")


@pytest.mark.parametrize(
    ("file", "name", "mib", "kind", "usable", "engine"),
    [
        ("nvidia-smi-xml/a10g.xml", "NVIDIA A10G", 23028, "discrete", True, None),
        ("nvidia-smi-xml/tesla-t4.xml", "Tesla T4", 15360, "discrete", True, None),
        ("nvidia-smi-query/linux-x86_64__nvidia-l40s__595.80.txt", "NVIDIA L40S", 46068, "discrete", True, "cuda"),
        ("rocm-smi-json/rx6700xt_rocm612.json", "Radeon RX 6700/6700 XT / 6800M", 12272, "discrete", True, "vulkan"),
        ("linux/lspci/linux-xps.txt", "HD Graphics 520", 0, "integrated", False, None),
    ],
)
def test_the_catalogue_finds_the_card(
    shared: Path, file: str, name: str, mib: int, kind: str, usable: bool, engine: str | None
) -> None:
    (gpu,) = load(shared, file).gpus
    assert (gpu.name, (gpu.vram_bytes or 0) // MIB, gpu.kind, gpu.usable) == (name, mib, kind, usable)
    assert engine is None or engine in (gpu.engines or ())
    assert gpu.origin("usable").detail


def test_old_cards_are_judged_with_the_reason() -> None:
    """A GT 710, too old for CUDA; a GeForce 210, older than the catalogue, by its id."""
    text = (
        "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GK208B [GeForce GT 710] [10de:128b] (rev a1)\n"
        "02:00.0 VGA compatible controller [0300]: NVIDIA Corporation GT218 [GeForce 210] [10de:0a65] (rev a2)\n"
    )
    new, old = complete(lspci.KIND.read(Document("x", text))).gpus
    assert (new.name, new.usable, new.compute_capability) == ("GeForce GT 710", False, "3.5")
    assert new.origin("usable").values["have"] == "3.5"
    assert (old.name, old.pci_id, old.usable) == ("GeForce 210", "10de:0a65", False)
    assert old.origin("usable").values == {"generation": "Tesla (compute capability 1.x) or older"}


def test_halves_and_garbled_files_are_read_or_refused(shared: Path) -> None:
    """Nothing but a UserError ever leaves a reader, wherever a file was cut and whatever was written into it."""
    source = random.Random(5)
    paths = [path for path, _ in files(shared)]
    texts = [path.read_text(encoding="utf-8", errors="replace")[:60_000] for path in paths]
    texts += [(shared / "seeds" / "002_01881387f60c629b.txt").read_text(encoding="utf-8")] * 3
    texts += [test_inxi.NEW, test_inxi.MIDDLE, test_inxi.OLD, json.dumps(test_fastfetch.LAPTOP, indent=1)] * 5
    texts += [test_lshw.LONG.format(*test_lshw.ENGLISH), test_lshw.FX6300, test_nvidia_smi.K40] * 5
    for text in texts:
        for _ in range(4):
            _read_all(_damaged(text, source))


def _damaged(text: str, source: random.Random) -> str:
    start, end = sorted(source.sample(range(len(text) + 1), 2))
    cut = list(text[: end if source.random() < 0.5 else len(text)][0 if source.random() < 0.7 else start :])
    for _ in range(source.randrange(20)):
        if cut:
            cut[source.randrange(len(cut))] = source.choice('\0 :|,[]{}"<>9a\t\n\u4e2d-.')
    return "".join(cut)


def _read_all(text: str) -> None:
    document = Document("damaged", text)
    for kind in KINDS:
        # Broken JSON and XML are refused by the document itself; whatever else is raised fails the test.
        with contextlib.suppress(UserError):
            if kind.recognise(document):
                assert isinstance(kind.read(document), Machine)
