"""nvidia-smi without arguments: its table of cards, in every layout since driver 300; and nvidia-smi -L."""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.dumps.nvidia_smi import Card, machine
from advisor.machine import Machine
from advisor.sources.units import bus_address

_TABLE, _LIST = "nvidia-smi", "nvidia-smi -L"
# "|   0  GeForce GTX 690     Off  | 0000:03:00.0     N/A |": number and name, place; the rest is not needed.
_FIRST = re.compile(
    r"^\W*\|\s*(\d{1,3})\s+(\S.*?)\s*\|\s*([0-9A-F]{4,8}:[0-9A-F]{2}:[0-9A-F]{2}\.[0-7])\s+(\S+)\s*\|", re.IGNORECASE
)
_SECOND = re.compile(r"^\W*\|\s*[^|]*\|\s*(?:(\d+\s*[KMG]i?B)\s*/\s*(\d+\s*[KMG]i?B)|([^|]*?))\s*\|", re.IGNORECASE)
_MODE = re.compile(r"\s+(On|Off|N/A|WDDM|TCC|MCDM|ERR!)$", re.IGNORECASE)
_LISTED = re.compile(r"^\s*GPU (\d{1,3}): (.+?)(?: \(UUID: .*\)?)?\s*$")


def _is_table(document: Document) -> bool:
    return any(_FIRST.match(line) for line in document.text.splitlines())


def _read_table(document: Document) -> Machine:
    names = dict(_listed(document.text))
    cards = []
    for number, card in _rows(document.text):
        # A column too narrow for the name cuts it: the list of the same file has all of it.
        full = names.get(number) or ""
        cut = card.name is not None and card.name.endswith("...") and full.startswith(card.name[:-3].rstrip())
        cards.append(replace(card, name=full) if cut else card)
    return machine(cards, _TABLE)


def _rows(text: str) -> Iterator[tuple[int, Card]]:
    driver: str | None = None
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if "NVIDIA-SMI" in line and (version := re.search(r"(?:Driver|KMD) Version:\s*(\d[\d.]*)", line)):
            driver = version.group(1)
        found = _FIRST.match(line)
        if not found:
            continue
        name, mode = found.group(2), None
        if end := _MODE.search(name):
            name, mode = name[: end.start()], end.group(1)
        second = _SECOND.match(lines[at + 1]) if at + 1 < len(lines) and not _FIRST.match(lines[at + 1]) else None
        third = lines[at + 2] if at + 2 < len(lines) else ""
        yield (
            int(found.group(1)),
            Card(
                index=found.group(1),
                name=name.strip(),
                bus_id=found.group(3),
                used=second.group(1) if second else None,
                total=(second.group(2) or second.group(3)) if second else None,
                driver=driver,
                driver_model=mode,
                mig="Enabled" if re.search(r"\|\s*Enabled\s*\|\s*$", third) else None,
            ),
        )


def _is_list(document: Document) -> bool:
    """Names alone: read only where no other form in the same file tells more of the same cards."""
    if _is_table(document) or re.search(
        r"NVSMI LOG|nvidia_smi_log|--query-gpu|memory\.total|pci\.bus_id", document.text
    ):
        return False
    return bool(re.search(r"^[ \t]*GPU \d+: .+ \(UUID: (?:GPU-|MIG-)?", document.text, re.MULTILINE))


def _read_list(document: Document) -> Machine:
    return machine((Card(index=str(number), name=name) for number, name in _listed(document.text)), _LIST)


def _listed(text: str) -> Iterator[tuple[int, str]]:
    for line in text.splitlines():
        if (found := _LISTED.match(line)) and "UUID" in line and not bus_address(found.group(2)):
            yield int(found.group(1)), found.group(2)


KINDS = (Kind(_TABLE, _is_table, _read_table), Kind(_LIST, _is_list, _read_list))
