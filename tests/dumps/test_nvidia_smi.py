"""nvidia-smi in every form: table of any driver, log, XML, CSV of any columns, list; and its words for "no value"."""

import pytest

from advisor.catalog.complete import complete
from advisor.catalog.gpus import named
from advisor.errors import UserError
from advisor.machine import Machine
from tests.dumps.as_machine import machine_of, programs_of

MIB = 1 << 20
K40 = """\
Mon Sep 26 18:01:53 2016
+------------------------------------------------------+
| NVIDIA-SMI 352.63     Driver Version: 352.63         |
|-------------------------------+----------------------+----------------------+
| GPU  Name        Persistence-M| Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp  Perf  Pwr:Usage/Cap|         Memory-Usage | GPU-Util  Compute M. |
|===============================+======================+======================|
|   0  Tesla K40c          Off  | 0000:02:00.0     Off |                    0 |
| 31%   69C    P0    74W / 235W |    150MiB / 11519MiB |     66%      Default |
+-------------------------------+----------------------+----------------------+
|   1  GeForce GT 610      Off  | 0000:81:00.0     N/A |                  N/A |
| 40%   43C    P8    N/A /  N/A |    277MiB /  1023MiB |     N/A      Default |
+-------------------------------+----------------------+----------------------+
"""
GB10 = """\
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 580.95.05              Driver Version: 580.95.05      CUDA Version: 13.0     |
+-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
|=========================================+========================+======================|
|   0  NVIDIA GB10                    On  |   0000000F:01:00.0 Off |                  N/A |
| N/A   40C    P8              4W /  N/A  | Not Supported          |      0%      Default |
|                                         |                        |                  N/A |
+-----------------------------------------+------------------------+----------------------+
"""


def table(*rows: tuple[str, str, str], driver: str) -> str:
    """The table of old drivers with (name, bus, "used / total") rows."""
    head = f"+---+\n| NVIDIA-SMI {driver}                 Driver Version: {driver}                    |\n"
    return head + "".join(
        f"|   {n}  {name:<18}  Off  | {bus}     N/A |                  N/A |\n"
        f"| 30%   41C    P8    N/A /  N/A | {memory} |     N/A      Default |\n+----+----+----+\n"
        for n, (name, bus, memory) in enumerate(rows)
    )


def sizes(machine: Machine) -> list[int | None]:
    return [gpu.vram_bytes and gpu.vram_bytes // MIB for gpu in machine.gpus]


def test_the_table_of_driver_352_with_an_old_geforce() -> None:
    machine = machine_of(K40)
    assert [(g.name, g.bus_address) for g in machine.gpus] == [
        ("Tesla K40c", "0000:02:00.0"), ("GeForce GT 610", "0000:81:00.0")
    ]  # fmt: skip
    assert sizes(machine) == [11519, 1023]
    assert [gpu.driver for gpu in machine.gpus] == ["nvidia 352.63"] * 2
    assert machine.gpus[1].vram_available_bytes == (1023 - 277) * MIB


@pytest.mark.parametrize(
    ("name", "count", "memory", "mib", "driver", "capability"),
    [
        ("GeForce GTX 690", 4, "   515MiB /  1995MiB", 1995, "367.57", "3.0"),
        ("GeForce GT 710", 1, "    34MiB /  2002MiB", 2002, "410.57", "3.5"),
        ("Quadro K2100M", 1, "   300MiB /  2047MiB", 2047, "352.63", "3.0"),
    ],
)
def test_kepler_cards_whose_load_and_power_are_not_available(
    name: str, count: int, memory: str, mib: int, driver: str, capability: str
) -> None:
    """GTX 690 (nvidia-docker 206: two boards of two chips), GT 710 (nvtop 13), K2100M (nvidia-docker 40)."""
    rows = [(name, f"0000:0{n + 3}:00.0", memory) for n in range(count)]
    machine = complete(machine_of(table(*rows, driver=driver)))
    assert sizes(machine) == [mib] * count
    assert {gpu.compute_capability for gpu in machine.gpus} == {capability}
    assert all(gpu.usable is False for gpu in machine.gpus)
    assert all(gpu.origin("usable").values["have"] == capability for gpu in machine.gpus)


def test_memory_that_is_the_processors_as_well() -> None:
    """GB10 prints "Not Supported" for its memory: no size, a reason, and one pool with the processor."""
    machine = machine_of(GB10)
    (gpu,) = machine.gpus
    assert (gpu.name, gpu.bus_address, gpu.vram_bytes) == ("NVIDIA GB10", "000f:01:00.0", None)
    assert gpu.origin("vram_bytes").kind == "unknown"
    assert "not supported" in gpu.origin("vram_bytes").detail
    assert complete(machine).gpus[0].kind == "unified"


def test_memory_that_is_the_processors_in_a_query_and_a_log() -> None:
    csv = "name, memory.total [MiB], addressing_mode, compute_cap\nNVIDIA GB10, [N/A], ATS, 12.1\n"
    log = """\
==============NVSMI LOG==============
Driver Version                            : 580.95.05
GPU 0000000F:01:00.0
    Product Name                          : NVIDIA GB10
    Addressing Mode                       : ATS
    FB Memory Usage
        Total                             : N/A
        Used                              : N/A
"""
    for text in (csv, log):
        (gpu,) = machine_of(text).gpus
        assert (gpu.kind, gpu.vram_bytes) == ("unified", None)
    assert machine_of(csv).gpus[0].compute_capability == "12.1"


def test_a_name_cut_by_the_table_is_found_by_its_beginning_and_memory() -> None:
    """Only longer names are cut, so a "GeForce RTX 208..." with 11 GB is a 2080 Ti and never a plain 2080."""
    (gpu,) = complete(
        machine_of(table(("GeForce RTX 208...", "00000000:65:00.0", "0MiB / 11019MiB"), driver="440.33"))
    ).gpus
    assert (gpu.compute_capability, gpu.bandwidth_bytes_per_s) == ("7.5", 616e9)
    assert [spec.name for spec in named("NVIDIA A100-SXM...", 40537 * MIB)] == ["A100 SXM4 40 GB"]
    assert [spec.name for spec in named("NVIDIA GeForce RTX 4070 ...", 12282 * MIB)] == ["GeForce RTX 4070 SUPER"]
    assert [spec.name for spec in named("NVIDIA GeForce RTX 3060 ...", 6144 * MIB)] == ["GeForce RTX 3060 Laptop GPU"]
    assert named("NVIDIA GeForce ...", 8192 * MIB) == ()


def test_the_list_beside_the_table_has_the_whole_name() -> None:
    text = "GPU 0: GeForce RTX 2080 Ti (UUID: GPU-00000000-0000-0000-0000-000000000000)\n" + table(
        ("GeForce RTX 208...", "00000000:65:00.0", "0MiB / 11019MiB"), driver="440.33"
    )
    assert [gpu.name for gpu in machine_of(text).gpus] == ["GeForce RTX 2080 Ti"]


def test_the_list_alone_and_no_uuid_in_it() -> None:
    text = """\
GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-12345678-0000-0000-0000-000000000000)
  MIG 3g.40gb     Device  0: (UUID: MIG-00000000-0000-0000-0000-000000000000)
GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-87654321-0000-0000-0000-000000000000)
"""
    machine = machine_of(text)
    assert [gpu.name for gpu in machine.gpus] == ["NVIDIA H100 80GB HBM3"] * 2
    assert "12345678" not in repr(machine)


@pytest.mark.parametrize("mode", ["WDDM", " TCC"])
def test_a_driver_model_means_windows(mode: str) -> None:
    text = f"""\
| NVIDIA-SMI 466.63       Driver Version: 466.63       CUDA Version: 11.3     |
| GPU  Name            TCC/WDDM | Bus-Id        Disp.A | Volatile Uncorr. ECC |
|   0  GeForce GTX 1060   {mode} | 00000000:01:00.0  On |                  N/A |
| N/A   41C    P8     5W /  N/A |    500MiB /  6144MiB |      0%      Default |
"""
    machine = machine_of(text)
    assert (machine.os_family, machine.gpus[0].name, sizes(machine)) == ("windows", "GeForce GTX 1060", [6144])


@pytest.mark.parametrize(
    "text",
    [
        "index, name, memory.total [MiB], driver_version\n0, NVIDIA GeForce RTX 3090, 24576 MiB, 535.104.05\n",
        "memory.total [MiB], driver_version, name\n24576, 535.104.05, NVIDIA GeForce RTX 3090\n",
        "$ nvidia-smi --query-gpu=driver_version,memory.total,gpu_name --format=csv,noheader,nounits\n"
        "535.104.05, 24576, NVIDIA GeForce RTX 3090\n",
        "NVIDIA GeForce RTX 3090, 24576 MiB, 23000 MiB, 535.104.05\n",
    ],
    ids=["headings", "other order, no units", "columns of the command", "no headings"],
)
def test_columns_in_any_order(text: str) -> None:
    machine = machine_of(text)
    (gpu,) = machine.gpus
    assert (gpu.name, sizes(machine), gpu.driver) == ("NVIDIA GeForce RTX 3090", [24576], "nvidia 535.104.05")


def test_a_row_without_headings_and_units_does_not_tell_its_memory() -> None:
    """A bare number may be anything."""
    (gpu,) = machine_of("NVIDIA GeForce RTX 3090, 24576, 535.104.05\n").gpus
    assert (gpu.name, gpu.vram_bytes) == ("NVIDIA GeForce RTX 3090", None)


def test_rows_of_processes_are_no_cards() -> None:
    with pytest.raises(UserError, match="not recognised"):
        programs_of("pid, process_name, used_gpu_memory [MiB]\n1234, python, 500 MiB\n")


@pytest.mark.parametrize(
    "word",
    [
        "[N/A]",
        "N/A",
        "[Not Supported]",
        "[Unknown Error]",
        "ERR!",
        "[GPU requires reset]",
        "[Insufficient Permissions]",
    ],
)
def test_no_value_in_all_words(word: str) -> None:
    head = "name, pci.bus_id, memory.total [MiB], compute_cap, power.default_limit [W]"
    text = f"{head}\nTesla K80, 00000000:05:00.0, {word}, {word}, {word}\n"
    (gpu,) = machine_of(text).gpus
    assert (gpu.vram_bytes, gpu.compute_capability, gpu.board_power_w) == (None, None, None)
    assert gpu.bus_address == "0000:05:00.0"


def test_one_card_asked_every_second_is_one_card() -> None:
    row = "NVIDIA L4, 00000000:00:03.0, 23034 MiB\n"
    assert len(machine_of("name, pci.bus_id, memory.total [MiB]\n" + row * 5).gpus) == 1
    row = "0, NVIDIA L4, 23034 MiB\n"
    assert len(machine_of("index, name, memory.total [MiB]\n" + row * 5).gpus) == 1


def test_the_number_tells_what_an_older_driver_calls_graphics_device() -> None:
    xml = """<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v10.dtd">
<nvidia_smi_log><driver_version>418.43</driver_version><gpu id="00000000:43:00.0">
<product_name>Graphics Device</product_name><pci><pci_device_id>218410DE</pci_device_id></pci>
<fb_memory_usage><total>5912 MiB</total><free>5912 MiB</free></fb_memory_usage></gpu></nvidia_smi_log>"""
    machine = machine_of(xml)
    assert machine.gpus[0].name is None
    assert machine.gpus[0].origin("name").kind == "unknown"
    assert complete(machine).gpus[0].name == "GeForce GTX 1660"


def test_a_mig_instances_memory_is_not_the_cards() -> None:
    log = """\
==============NVSMI LOG==============
GPU 00000000:00:09.0
    Product Name                   : NVIDIA H100 80GB HBM3
    MIG Mode
        Current                    : Enabled
    MIG Device
        Index                      : 0
        Shared FB Memory Usage
            Total                  : 40448 MiB
    FB Memory Usage
        Total                      : 81559 MiB
        Free                       : 81021 MiB
"""
    machine = machine_of(log)
    assert sizes(machine) == [81559]
    assert [note.values["name"] for note in machine.notes] == ["NVIDIA H100 80GB HBM3"]


def test_several_forms_of_one_card_are_one_card() -> None:
    """Log, table and query in one file, and in several."""
    log = "=====NVSMI LOG=====\nDriver Version : 352.63\nGPU 0000:02:00.0\n    Product Name : Tesla K40c\n"
    query = "pci.bus_id, compute_cap\n00000000:02:00.0, 3.5\n"
    for machine in (machine_of(log + K40 + query), machine_of(K40, query, log)):
        assert [(g.name, g.compute_capability) for g in machine.gpus] == [
            ("Tesla K40c", "3.5"),
            ("GeForce GT 610", None),
        ]
