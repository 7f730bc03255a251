"""`free`: sizes in every unit and language, and tables that are not its own."""

import pytest

from advisor.dumps import free
from advisor.dumps.document import Document

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


def sizes(text: str) -> tuple[int | None, int | None]:
    """(total, available) of the table in `text`."""
    document = Document("free.txt", text)
    assert free.recognise(document)
    memory = free.read(document).memory
    return memory.total_bytes, memory.available_bytes


MODERN = """\
              total        used        free      shared  buff/cache   available
Mem:{}
Swap:             0           0           0
"""


@pytest.mark.parametrize(
    ("row", "total", "available"),
    [
        ("        8011164     3767900      735364        8804     3507900     3898568", 8011164 * KIB, 3898568 * KIB),
        ("          15658        2043       10232          12        3382       13268", 15658 * MIB, 13268 * MIB),
        ("     8203431936  3858329600   753012736     9015296  3592089600  3992133632", 8203431936, 3992133632),
        ("            125          12          80           1          33         111", 125 * GIB, 111 * GIB),
        ("           188Gi        45Gi        70Gi       4.4Gi        78Gi       143Gi", 188 * GIB, 143 * GIB),
        ("           3.5G        396M        2.8G         50M        714M        3.0G", 3584 * MIB, 3 * GIB),
        ("          1,5Gi       336Mi       1,2Gi       0,0Ki       369Mi       1,0Gi", 1536 * MIB, GIB),
    ],
)  # fmt: skip
def test_units(row: str, total: int, available: int) -> None:
    """KiB, MiB, bytes and GiB are told apart by the numbers, "-h" by its letters."""
    assert sizes(MODERN.format(row)) == (total, available)


def test_the_command_line_above_names_the_unit() -> None:
    """A number that could be MiB or GiB is read when the command is there, and unknown with a reason when not."""
    table = MODERN.format("            503          12         301           1         190         487")
    assert sizes("$ free -g\n" + table) == (503 * GIB, 487 * GIB)
    assert sizes("user@host:~$ free -m -t\n" + table)[0] == 503 * MIB
    document = Document("free.txt", table)
    assert free.read(document).memory.total_bytes is None
    assert "MiB or GiB" in free.read(document).memory.origin("total_bytes").detail


def test_the_old_form_adds_up_what_is_available() -> None:
    """Before procps 3.3.10 buffers and cache were separate and nothing was said to be available."""
    text = """\
             total       used       free     shared    buffers     cached
Mem:       4036680    3912344     124336          0     189532    2245112
-/+ buffers/cache:    1477700    2558980
Swap:      4194300      12116    4182184
"""
    total, available = sizes(text)
    assert (total, available) == (4036680 * KIB, (124336 + 189532 + 2245112) * KIB)
    assert free.read(Document("x", text)).memory.origin("available_bytes").kind == "computed"


@pytest.mark.parametrize(
    ("header", "memory", "swap"),
    [("总计         已用        空闲      共享    缓冲/缓存    可用", "内存：", "交换："),
     ("gesamt       benutzt     frei      gemns.  Puffer/Cache verfügbar", "Speicher:", "Swap:"),
     ("total       usado        libre   compartido   búf/caché   disponible", "Mem:", "Inter:")],
)  # fmt: skip
def test_languages(header: str, memory: str, swap: str) -> None:
    """The table is known by its shape: no word of it stays English everywhere."""
    row = "         8011164     3767900      735364        8804     3507900     3898568"
    text = f"               {header}\n{memory}{row}\n{swap}      5242876        6836     5236040\n"
    assert sizes(text) == (8011164 * KIB, 3898568 * KIB)


@pytest.mark.parametrize(
    "text",
    ["Mem: 1 2 3 4 5 6\n", "", "Filesystem Size Used Avail Use% Mounted\n/dev/sda1: 1 2 3\n",
     "a b c d e f\nMem:  10 200 3 4 5 6\n", "MemTotal:  100 kB\n", "total used free\nMem:\n"],
)  # fmt: skip
def test_other_tables_are_not_taken(text: str) -> None:
    """No header, too few columns, or parts larger than their total."""
    assert not free.recognise(Document("x", text))
