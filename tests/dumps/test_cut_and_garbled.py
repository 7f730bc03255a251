"""Cut and garbled outputs of Windows and macOS: what is there is read, or one sentence says what is wrong."""

import random
from pathlib import Path

import pytest

from advisor import dumps
from advisor.catalog.complete import complete
from advisor.dumps import (
    cim,
    dxdiag,
    msinfo32,
    powercfg,
    read_document,
    registry_export,
    sysctl,
    system_profiler,
    systeminfo,
    wmic,
)
from advisor.dumps.document import Document, decode
from advisor.dumps.merging import one_machine
from advisor.errors import UserError
from tests.dumps import test_cim, test_dxdiag, test_msinfo32, test_system_profiler, test_systeminfo

TEXTS = {
    "dxdiag": test_dxdiag.REPORT,
    "msinfo32": test_msinfo32.CHINESE,
    "cim": test_cim.json_of(test_cim.G480),
    "computer info": test_cim.COMPUTER_INFO,
    "systeminfo": test_systeminfo.filled(test_systeminfo.lines(test_systeminfo.CHINESE)),
    "system_profiler": test_system_profiler.CHINESE,
    "json": str(test_system_profiler.M3_MAX).replace("'", '"'),
    "xml": test_system_profiler.property_list(test_system_profiler.M3_MAX),
}
READERS = (cim, dxdiag, msinfo32, powercfg, registry_export, sysctl, system_profiler, systeminfo, wmic)
ROUNDS = 40


def garbled(raw: bytes, random_: random.Random) -> bytes:
    """`raw` cut, or with bytes changed, moved, left out or put in."""
    raw = raw[random_.randrange(len(raw)) :] if random_.random() < 0.3 else raw
    raw = raw[: random_.randrange(1, len(raw) + 1)] if random_.random() < 0.7 else raw
    data = bytearray(raw)
    for _ in range(random_.randrange(12)):
        place = random_.randrange(len(data) + 1)
        choice = random_.random()
        if choice < 0.4 and place < len(data):
            data[place] = random_.randrange(256)
        elif choice < 0.6:
            del data[place : place + random_.randrange(40)]
        elif choice < 0.8:
            data[place:place] = random_.choice(
                [b"\n\n", b"\t", b": ", b"=", b"9" * 30, b"9" * 5000, b"\xff\xfe", b"{["]
            )
        else:
            data[place:place] = data[random_.randrange(len(data) + 1) :][: random_.randrange(200)]
    return bytes(data)


def read_or_refuse(raw: bytes) -> None:
    try:
        pieces = read_document(decode("file", raw)).pieces
        machine = one_machine(list(pieces))
    except UserError as error:
        sentence = str(error)
    else:
        complete(machine)
        return
    assert "\n" not in sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp936"])
@pytest.mark.parametrize("kind", TEXTS)
def test_written(kind: str, encoding: str) -> None:
    """The texts of these tests, in the encodings that they come in."""
    random_ = random.Random(f"{kind} {encoding}")
    raw = TEXTS[kind].encode(encoding, "replace")
    for _ in range(ROUNDS):
        read_or_refuse(garbled(raw, random_))


def test_recorded(shared: Path) -> None:
    """Recorded files of both systems."""
    random_ = random.Random(5)
    place = shared / "fixtures"
    files = [*(place / "windows").rglob("*.*"), *(place / "macos").rglob("*.txt"), *(place / "jc").glob("windows_*")]
    for path in sorted(path for path in files if path.is_file()):
        raw = path.read_bytes()[:60_000]
        for _ in range(4):
            read_or_refuse(garbled(raw, random_))


def test_a_file_of_another_computer_is_refused() -> None:
    """Two processors that cannot be one: the sentence names both."""
    texts = (TEXTS["dxdiag"], TEXTS["computer info"])
    pieces = [p for n, t in enumerate(texts) for p in read_document(decode(f"file{n}", t.encode())).pieces]
    with pytest.raises(UserError, match="of another computer"):
        one_machine(pieces)
    assert dumps.LIMIT > 0


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 200_000,
        "x" + " " * 200_000 + "x",
        "Processor\tIntel, " + " " * 200_000 + "1\nSystem Model\tx\nSystem Manufacturer\ty\n",
        "Available OS Memory: 5MB RAM\nProcessor: a" + " " * 200_000 + "x\nMemory: 1" + " " * 200_000 + "\n",
        "Windows Registry Editor Version 5.00\n[A]\n\"a\"=hex:00,\\\n" + "  00,\\\n" * 60_000,
        "AdapterRAM : 1\nName : x\n" + "             x\n" * 20_000,
        "machdep.cpu.brand_string: " + "1" * 200_000 + "\n",
        "Name=x\n" * 30_000,
    ],
    ids=["lines", "blanks", "msinfo32", "dxdiag", "registry", "list", "sysctl", "wmic"],
)  # fmt: skip
def test_long_ones_end(text: str) -> None:
    """Endless lines and values take no longer than their length: each of these would take minutes otherwise."""
    document = Document("file", text)
    for module in READERS:
        if module.KIND.recognise(document):
            module.KIND.read(document)
