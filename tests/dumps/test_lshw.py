"""lshw in all forms and languages: a 5950X with a broken translation, the FX-6300 of an issue, trees of every shape."""

import json
from pathlib import Path

import pytest

from advisor import dumps
from advisor.catalog.complete import complete
from advisor.errors import UserError
from tests.dumps.as_machine import machine_of, programs_of

GIB = 1 << 30
HEAD = "Project-Id-Version: lshwReport-Msgid-Bugs-To: FULL NAME <EMAIL@ADDRESS>PO-Revision-Date: 2012-10-07 14:34+0000"
FX6300 = """\
$ sudo lshw -short
H/W path        Device      Class       Description
===================================================
                            system      To be filled by O.E.M. (To be filled by O.E.M.)
/0                          bus         970A-UD3P
/0/0                        memory      64KiB BIOS
/0/4                        processor   AMD FX(tm)-6300 Six-Core Processor
/0/4/5                      memory      288KiB L1 cache
/0/4/6                      memory      6MiB L2 cache
/0/4/7                      memory      8MiB L3 cache
/0/2c                       memory      8GiB System Memory
/0/2c/0                     memory      4GiB DIMM DDR3 Synchronous 667 MHz (1,5 ns)
/0/2c/1                     memory      DIMM Synchronous [empty]
/0/2c/2                     memory      4GiB DIMM DDR3 Synchronous 667 MHz (1,5 ns)
/0/2c/3                     memory      DIMM Synchronous [empty]
/0/100                      bridge      RD890 PCI to PCI bridge (external gfx0 port B)
/0/100/2                    bridge      RD890 PCI to PCI bridge (PCI express gpp port B)
/0/100/2/0                  display     Oland XT [Radeon HD 8670 / R7 250/350]
/0/100/2/0.1                multimedia  Cape Verde/Pitcairn HDMI Audio [Radeon HD 7700/7800 Series]
"""
# {0} ... {11}: the labels in the order in which lshw prints them.
LONG = """\
some-host
    {0}: Notebook
    {1}: 20156 (LENOVO_MT_20156)
    {2}: LENOVO
    {6}: Lenovo G480
    serial: SECRET1
    {11}: boot=normal chassis=notebook sku=LENOVO_MT_20156 uuid=SECRET2
  *-core
       {0}: Motherboard
       {1}: Product Name
       {2}: LENOVO
       {3}: 0
     *-cpu
          {0}: CPU
          {1}: Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz
          {2}: Intel Corp.
          {3}: 4
          {4}: cpu@0
          {7}: U3E1
          {8}: 1200MHz
          {9}: 3100MHz
          {10}: lm fpu sse2 x86-64 sse4_2 avx f16c
          {11}: cores=2 enabledcores=2 threads=4
     *-memory
          {0}: System Memory
          {3}: 1b
          {7}: System board or motherboard
          {8}: 12GiB
        *-bank:0
             {0}: SODIMM DDR3 Synchronous 1600 MHz (0,6 ns)
             {2}: Samsung
             {3}: 0
             {7}: ChannelA-DIMM0
             {8}: 4GiB
             clock: 1600MHz (0.6ns)
        *-bank:1
             {0}: SODIMM DDR3 Synchronous 1600 MHz (0,6 ns)
             {2}: Kingston
             {3}: 1
             {7}: ChannelB-DIMM0
             {8}: 8GiB
             clock: 1600MHz (0.6ns)
     *-pci
          {0}: Host bridge
          {1}: 3rd Gen Core processor DRAM Controller
          {2}: Intel Corporation
          {3}: 100
          {4}: pci@0000:00:00.0
        *-display UNCLAIMED
             {0}: VGA compatible controller
             {1}: 3rd Gen Core processor Graphics Controller
             {2}: Intel Corporation
             {3}: 2
             {4}: pci@0000:00:02.0
        *-pci:0
             {0}: PCI bridge
             {1}: Xeon E3-1200 v2/3rd Gen Core processor PCI Express Root Port
             {2}: Intel Corporation
             {3}: 1
             {4}: pci@0000:00:01.0
           *-display
                {0}: 3D controller
                {1}: GF117M [GeForce 610M/710M/810M/820M / GT 620M/625M/630M/720M]
                {2}: NVIDIA Corporation
                {3}: 0
                {4}: pci@0000:01:00.0
                {11}: driver=nouveau latency=0
        *-usb
             {0}: USB controller
             {3}: 14
             {4}: pci@0000:00:14.0
           *-usb:0
                {0}: Mass storage device
                {3}: 5
                {4}: usb@2:5
              *-disk
                   {0}: SCSI Disk
                   {1}: External USB 3.0
                   {3}: 0.0.0
                   {4}: scsi@6:0.0.0
                   {5}: /dev/sdc
                   {8}: 931GiB (1TB)
     *-sata
          {0}: SATA controller
          {3}: 1f.2
          {4}: pci@0000:00:1f.2
        *-disk
             {0}: ATA Disk
             {1}: WDC WD5000LPVX-2
             {3}: 0.0.0
             {4}: scsi@0:0.0.0
             {5}: /dev/sda
             {8}: 465GiB (500GB)
"""
ENGLISH = ("description", "product", "vendor", "physical id", "bus info", "logical name", "version", "slot", "size",
           "capacity", "capabilities", "configuration")  # fmt: skip
GERMAN = ("Beschreibung", "Produkt", "Hersteller", "Physische ID", "Bus-Informationen", "Logischer Name", "Version",
          "Steckplatz", "Größe", "Kapazität", "Fähigkeiten", "Konfiguration")  # fmt: skip
PORTUGUESE = ("descrição", "produto", "fabricante", "ID físico", "informações do barramento", "nome lógico", "versão",
              "slot", "tamanho", "capacidade", "capacidades", "configuração")  # fmt: skip
RUSSIAN = ("описание", "продукт", "производитель", "физический ID", "сведения о шине", "логическое имя", "версия",
           "слот", "размер", "capacity", "возможности", "конфигурация")  # fmt: skip


def test_the_5950x_and_gt_710_of_a_user(shared: Path) -> None:
    """Every fact, out of a Markdown page with many tables, where a translation's head stands for empty slots."""
    machine = dumps.load(next((shared / "seeds").glob("002_*")))
    assert (machine.model, machine.os_family, machine.environment) == ("TUF GAMING B550M-PLUS", "linux", ())
    assert machine.cpu.name == "AMD Ryzen 9 5950X 16-Core Processor"
    assert (machine.cpu.l2_bytes, machine.cpu.l3_bytes) == (8 << 20, 64 << 20)
    memory = machine.memory
    assert (memory.installed_bytes, memory.kind, memory.speed_mts, memory.channels) == (64 * GIB, "DDR4", 2400, 2)
    assert [module.size_bytes for module in memory.modules] == [32 * GIB] * 2
    assert [(g.vendor, g.name, g.kind) for g in machine.gpus] == [("NVIDIA", "GeForce GT 710", "discrete")]
    assert [(d.name, d.kind, d.total_bytes and d.total_bytes // 10**9) for d in machine.disks] == [
        ("KINGSTON SNV2S1000G", "nvme", 1000), ("ST8000NM000A-2KE", "hdd", 8001)
    ]  # fmt: skip
    done = complete(machine)
    assert (done.cpu.cores, done.cpu.threads) == (16, 32)
    (card,) = done.gpus
    assert (card.compute_capability, card.usable, card.vram_bytes) == ("3.5", False, 2 * GIB)


def test_the_fx_6300_of_an_issue() -> None:
    """soccerstan issue 1: the clock (667 MHz) of DDR3-1333, and a maker who named nothing."""
    machine = machine_of(FX6300)
    assert (machine.model, machine.cpu.name) == ("970A-UD3P", "AMD FX(tm)-6300 Six-Core Processor")
    memory = machine.memory
    assert (memory.installed_bytes, memory.kind, memory.channels) == (8 * GIB, "DDR3", 2)
    assert memory.speed_mts is not None
    assert abs(memory.speed_mts - 1333) <= 1
    assert [(g.vendor, g.name) for g in machine.gpus] == [("AMD", "Radeon HD 8670 / R7 250/350")]
    assert complete(machine).gpus[0].kind == "discrete"


@pytest.mark.parametrize("labels", [ENGLISH, GERMAN, PORTUGUESE, RUSSIAN], ids=["en", "de", "pt", "ru"])
def test_the_long_text_in_every_language(labels: tuple[str, ...]) -> None:
    _check_g480(LONG.format(*labels))


def test_the_long_text_in_a_language_that_is_not_known() -> None:
    """The order of the lines and the looks of the values are enough for the graphics and the disks."""
    machine = machine_of(LONG.format(*(f"tärm{n}" for n in range(12))))
    assert [(g.name, g.bus_address) for g in machine.gpus][1] == (
        "GeForce 610M/710M/810M/820M / GT 620M/625M/630M/720M", "0000:01:00.0"
    )  # fmt: skip
    assert machine.cpu.name == "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz"


def _check_g480(text: str) -> None:
    machine = machine_of(text)
    assert (machine.manufacturer, machine.model, machine.chassis) == ("Lenovo", "Lenovo G480", "laptop")
    cpu = machine.cpu
    assert (cpu.name, cpu.vendor, cpu.cores, cpu.threads, cpu.architecture) == (
        "Intel(R) Core(TM) i5-3210M CPU @ 2.50GHz", "Intel", 2, 4, "x86_64"
    )  # fmt: skip
    assert cpu.features == frozenset({"sse4_2", "avx", "f16c"})
    assert cpu.base_mhz == 2500
    memory = machine.memory
    assert (memory.installed_bytes, memory.kind, memory.speed_mts, memory.channels) == (12 * GIB, "DDR3", 1600, 2)
    assert [(m.slot, m.maker) for m in memory.modules] == [
        ("ChannelA-DIMM0", "Samsung"),
        ("ChannelB-DIMM0", "Kingston"),
    ]
    intel, nvidia = machine.gpus
    assert (intel.vendor, intel.kind, intel.driver, intel.bus_address) == ("Intel", "integrated", None, "0000:00:02.0")
    assert (nvidia.vendor, nvidia.kind, nvidia.driver, nvidia.bus_address) == (
        "NVIDIA", "discrete", "nouveau", "0000:01:00.0"
    )  # fmt: skip
    assert [(d.name, d.kind) for d in machine.disks] == [("External USB 3.0", "usb"), ("WDC WD5000LPVX-2", "hdd")]
    assert "SECRET" not in repr(machine)
    assert "some-host" not in repr(machine)


@pytest.mark.parametrize("end", ["", " [leer]", " [vazio]", " [空]"])
def test_a_translations_head_for_a_name_is_no_name(end: str) -> None:
    text = LONG.format(*ENGLISH).replace("SODIMM DDR3 Synchronous 1600 MHz (0,6 ns)", HEAD + end, 1)
    machine = machine_of(text)
    assert machine.memory.installed_bytes == 12 * GIB
    assert "Project-Id" not in repr(machine)


def test_another_programs_lines_after_the_tree_belong_to_nothing() -> None:
    text = LONG.format(*ENGLISH) + "Physical Memory\n    size: 3GiB\n    product: nonsense\n"
    assert machine_of(text).disks[-1].total_bytes == 465 * GIB


def test_without_root_the_kernels_size_is_the_total() -> None:
    text = """\
H/W path      Device    Class      Description
                        system     Computer
/0                      bus        Motherboard
/0/0                    memory     7863MiB System memory
/0/1                    processor  Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz
/0/100                  bridge     Xeon E3-1200 v6/7th Gen Core Processor Host Bridge/DRAM Registers
/0/100/2                display    UHD Graphics 620
/0/100/1c/0             display    GP108M [GeForce MX150]
"""
    machine = machine_of(text)
    assert (machine.memory.total_bytes, machine.memory.installed_bytes) == (7863 << 20, None)
    assert [(g.vendor, g.kind) for g in machine.gpus] == [("Intel", "integrated"), ("NVIDIA", "discrete")]
    assert machine.model is None


def test_amd_graphics_beside_the_security_processor_in_the_short_list() -> None:
    text = """\
/0                 bus        B550
/0/100             bridge     Renoir/Cezanne Root Complex
/0/100/8.1/0       display    Cezanne [Radeon Vega Series / Radeon Vega Mobile Series]
/0/100/8.1/0.2     generic    Family 17h (Models 10h-1fh) Platform Security Processor
/0/100/1.1/0       display    Navi 22 [Radeon RX 6700/6700 XT / 6800M]
"""
    assert [gpu.kind for gpu in machine_of(text).gpus] == ["integrated", "discrete"]


def test_bus_info() -> None:
    text = """\
Bus info          Device      Class          Description
========================================================
                              system         OptiPlex 7050 (07A1)
cpu@0                         processor      Intel(R) Core(TM) i7-7700 CPU @ 3.60GHz
pci@0000:00:02.0              display        HD Graphics 630
pci@0000:01:00.0  /dev/fb0    display        GP104 [GeForce GTX 1070]
"""
    machine = machine_of(text)
    assert (machine.model, machine.cpu.name) == ("OptiPlex 7050", "Intel(R) Core(TM) i7-7700 CPU @ 3.60GHz")
    assert [(g.bus_address, g.name) for g in machine.gpus] == [
        ("0000:00:02.0", "HD Graphics 630"), ("0000:01:00.0", "GeForce GTX 1070")
    ]  # fmt: skip


DISPLAY = {"id": "display", "class": "display", "claimed": True, "product": "GK208B [GeForce GT 710]",
           "vendor": "NVIDIA Corporation", "businfo": "pci@0000:01:00.0", "configuration": {"driver": "nvidia"},
           }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(DISPLAY),
        json.dumps([DISPLAY]),
        json.dumps(
            {"id": "host", "class": "system", "children": [{"id": "core", "class": "bus", "children": [DISPLAY]}]}
        ),
        json.dumps(DISPLAY) + ",\n" + json.dumps({"id": "memory", "class": "memory"}) + ",\n",
        json.dumps(DISPLAY) + "\n" + json.dumps({"id": "memory", "class": "memory"}),
        "WARNING: you should run this program as super-user.\n" + json.dumps([DISPLAY], indent=2) + "\nWARNING: more\n",
        '<?xml version="1.0" standalone="yes" ?>\n<list>\n<node id="display" claimed="true" class="display" handle="x">'
        "<product>GK208B [GeForce GT 710]</product><vendor>NVIDIA Corporation</vendor>"
        "<businfo>pci@0000:01:00.0</businfo>"
        '<configuration><setting id="driver" value="nvidia" /></configuration></node></list>',
    ],
    ids=["object", "list", "tree", "objects and commas", "objects", "warnings around", "xml"],
)
def test_json_and_xml_of_every_shape(text: str) -> None:
    (card,) = machine_of(text).gpus
    assert (card.name, card.vendor, card.bus_address, card.driver) == (
        "GeForce GT 710", "NVIDIA", "0000:01:00.0", "nvidia"
    )  # fmt: skip


def test_half_of_a_json_is_refused_in_a_sentence() -> None:
    with pytest.raises(UserError, match="not complete JSON"):
        machine_of(json.dumps({"id": "h", "class": "system", "children": [DISPLAY]})[:-40])


def test_a_host_may_be_called_like_a_device() -> None:
    tree = {"id": "core", "class": "system", "product": "NUC (SKU)", "vendor": "Intel", "children": []}
    machine = machine_of(json.dumps(tree))
    assert (machine.model, machine.manufacturer) == ("NUC", "Intel")


def test_flash_is_no_memory_module() -> None:
    def bank(size: int, text: str) -> dict[str, object]:
        return {"id": "bank:0", "class": "memory", "description": text, "size": size, "units": "bytes"}

    tree = [
        {"id": "memory:0", "class": "memory", "description": "System Memory", "size": 8 * GIB,
         "children": [bank(8 * GIB, "DIMM DDR4 Synchronous 2666 MHz (0.4 ns)")]},
        {"id": "memory:1", "class": "memory", "description": "Flash Memory", "size": 16 << 20,
         "children": [bank(16 << 20, "Chip FLASH Non-volatile")]},
    ]  # fmt: skip
    memory = machine_of(json.dumps(tree)).memory
    assert (memory.installed_bytes, len(memory.modules)) == (8 * GIB, 1)


def test_bullets_and_paths_of_other_texts_are_not_lshws() -> None:
    for text in ("notes:\n  *-first thing\n  *-second thing\n", "/0 is a path\n/1 system\n"):
        with pytest.raises(UserError):
            programs_of(text)
