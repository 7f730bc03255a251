"""rocm-smi and amd-smi: AMD cards out of their JSON, CSV and text, whatever the version called its fields.

Forms: python_smi_tools/rocm_smi.py and amdsmi_cli of ROCm. "Card series" became "Card Series" in 6.1, and 4.3 put the
vendor's number there; "Card model" was the board's number until 6.0, "Card Model" is the device's since.
"""

import contextlib
import csv
import re
from collections.abc import Iterator, Mapping
from typing import Any

from advisor.dumps.document import Document
from advisor.dumps.kind import Kind
from advisor.i18n import N_
from advisor.machine import Gpu, Machine
from advisor.sources.facts import Facts
from advisor.sources.pci import printed_name
from advisor.sources.units import bus_address, one_line, size_bytes

_ROCM, _AMD = "rocm-smi", "amd-smi"
_TEXT = re.compile(r"^GPU\[(\d+)\]\s*: ([^:]+?(?:\([A-Z]\))?)\s*:\s*(\S.*?)\s*$", re.MULTILINE)
_DRIVER = re.compile(r"^(?:Driver version|AMDGPU version):\s*(\S+)", re.MULTILINE)
_CSV = re.compile(r"^device,.*(?:VRAM|Card [sS]eries|Device ID|GPU ID)", re.MULTILINE)
# The short table: "0  1  0x744c,  60834  49.0°C ..." is device, node, device id and board.
_CONCISE = re.compile(r"^(\d+)\s+\d+\s+(0x[0-9a-f]{4}),\s+\d+\s", re.MULTILINE | re.IGNORECASE)
_NO_VALUE = ("n/a", "none", "unknown", "")


def _cards(document: Document) -> tuple[list[Mapping[str, str]], str | None]:
    """rocm-smi's fields of each card, in whichever of its three forms, and the driver's version."""
    for value in document.values:
        if isinstance(value, dict) and any(re.fullmatch(r"card\d+", key) for key in value):
            cards = [v for k, v in value.items() if re.fullmatch(r"card\d+", k) and isinstance(v, dict)]
            system = value.get("system")
            driver = system.get("Driver version") if isinstance(system, dict) else None
            return [_texts(card) for card in cards], driver if isinstance(driver, str) else None
    if found := _CSV.search(document.text):
        lines = document.text[found.start() :].split("\n\n", 1)[0].splitlines()
        with contextlib.suppress(csv.Error):  # a cell of more than 128 KiB
            rows = list(csv.DictReader(lines))
            return [_texts(row) for row in rows if str(row.get("device")).startswith("card")], None
    cards_by_number: dict[str, dict[str, str]] = {}
    for number, key, value in _TEXT.findall(document.text):
        cards_by_number.setdefault(number, {}).setdefault(key, value)
    for number, device in _CONCISE.findall(document.text):
        cards_by_number.setdefault(number, {}).setdefault("Device ID", device)
    driver_line = _DRIVER.search(document.text)
    return list(cards_by_number.values()), driver_line.group(1) if driver_line else None


def _texts(entries: Mapping[Any, Any]) -> dict[str, str]:
    return {key: value for key, value in entries.items() if isinstance(key, str) and isinstance(value, str)}


def _is_rocm(document: Document) -> bool:
    cards, _ = _cards(document)
    names = ("Card", "VRAM", "GPU ID", "Device ID", "GPU use", "PCI Bus", "VBIOS")
    return any(key.startswith(names) for card in cards for key in card)


def _read_rocm(document: Document) -> Machine:
    cards, driver = _cards(document)
    gpus = [_rocm_gpu(card, driver) for card in cards]
    facts = Facts()
    facts.add("os_family", "linux", _ROCM)  # there is none for other systems
    return facts.part(Machine, gpus=tuple(gpus))


def _rocm_gpu(card: Mapping[str, str], driver: str | None) -> Gpu:
    facts = Facts()
    for key in ("Device Name", "Card Series", "Card series"):
        facts.add("name", _name(card.get(key)), _ROCM)
    facts.unknown("name", N_("{source} prints no name, only its number"), source=_ROCM)
    for key in ("Device ID", "GPU ID", "Card Model"):
        facts.add("pci_id", _pci_id(card.get(key)), _ROCM)
    facts.add("vendor", "AMD", _ROCM)
    facts.add("bus_address", bus_address(card.get("PCI Bus")), _ROCM)
    version = one_line(driver)
    facts.add("driver", f"amdgpu {version}" if version else None, _ROCM)
    # VIS_VRAM, what the processor can reach, is smaller on many boards: never that one.
    total = _number(card.get("VRAM Total Memory (B)"))
    used = _number(card.get("VRAM Total Used Memory (B)"))
    _add_memory(facts, _ROCM, total, used)
    facts.add("shared_bytes", _number(card.get("GTT Total Memory (B)")), _ROCM)
    return facts.part(Gpu)


def _add_memory(facts: Facts, source: str, total: int | None, used: int | None) -> None:
    facts.add("vram_bytes", total or None, source)
    if total and used is not None and used <= total:
        detail = N_("{source}: total less used")
        facts.add("vram_available_bytes", total - used, detail, "computed", source=source)


def _name(text: object) -> str | None:
    line = one_line(text) if isinstance(text, str) else None
    if line is None or line.lower() in _NO_VALUE or re.fullmatch(r"0x[0-9a-fA-F]+", line):
        return None
    return printed_name(line)


def _pci_id(text: object) -> str | None:
    found = re.fullmatch(r"(?:0x)?([0-9a-f]{4})", text.strip(), re.IGNORECASE) if isinstance(text, str) else None
    return f"1002:{found.group(1).lower()}" if found else None


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,18}", text) else None


def _amd_cards(document: Document) -> Iterator[Mapping[str, Any]]:
    """amd-smi's sections of each card: "asic", "bus", "vram", "driver", "mem_usage", names in lower case."""
    for value in document.values:
        cards = value.get("gpu_data") if isinstance(value, dict) else value
        if isinstance(cards, list):
            yield from (card for card in cards if isinstance(card, dict) and "gpu" in card)
    if not document.values:
        yield from (_tree(block) for block in re.split(r"^(?=GPU: \d+\s*$)", document.text, flags=re.MULTILINE)[1:])


def _tree(block: str) -> dict[str, Any]:
    """The sections of one card in amd-smi's text: "    ASIC:" and below it "        MARKET_NAME: ..."."""
    head, *lines = block.splitlines()
    card: dict[str, Any] = {"gpu": head.rpartition(" ")[2]}
    section: dict[str, str] = {}
    for line in lines:
        found = re.match(r"^( +)([A-Z][A-Z0-9_]*): ?(.*)$", line)
        if not found:
            if line.strip():
                break
            continue
        if len(found.group(1)) == 4:
            section = card.setdefault(found.group(2).lower(), {})
        elif len(found.group(1)) == 8:
            section.setdefault(found.group(2).lower(), found.group(3).strip())
    return card


def _is_amd(document: Document) -> bool:
    return any({"asic", "bus", "vram", "mem_usage"} & card.keys() for card in _amd_cards(document))


def _read_amd(document: Document) -> Machine:
    by_number: dict[object, Facts] = {}
    system = Facts()
    for number, card in enumerate(_amd_cards(document)):
        # "static" and "metric" in one file tell of the same cards one after the other.
        which = card.get("gpu")
        facts = by_number.setdefault(which if isinstance(which, str | int) else f"card {number}", Facts())
        _add_amd(facts, card)
        if _text(card, "driver", "name") == "amdgpu":
            system.add("os_family", "linux", _AMD)
    return system.part(Machine, gpus=tuple(facts.part(Gpu) for facts in by_number.values()))


def _add_amd(facts: Facts, card: Mapping[str, Any]) -> None:
    facts.add("name", _name(_text(card, "asic", "market_name")), _AMD)
    facts.add("name", _name(_text(card, "board", "product_name")), _AMD)
    facts.add("pci_id", _pci_id(_text(card, "asic", "device_id")), _AMD)
    facts.add("vendor", "AMD", _AMD)
    facts.add("bus_address", bus_address(_text(card, "bus", "bdf")), _AMD)
    name, version = _text(card, "driver", "name"), _text(card, "driver", "version")
    facts.add("driver", one_line(f"{name} {version}") if name and version else name, _AMD)
    total = size_bytes(_text(card, "vram", "size")) or size_bytes(_text(card, "mem_usage", "total_vram"))
    used = size_bytes(_text(card, "mem_usage", "used_vram"))
    _add_memory(facts, _AMD, total, used)
    if "vram_bytes" in facts.values:
        _add_memory(facts, _AMD, facts.values["vram_bytes"], used)
    facts.add("shared_bytes", size_bytes(_text(card, "mem_usage", "total_gtt")), _AMD)


def _text(card: Mapping[str, Any], section: str, key: str) -> str | None:
    """One value as text; JSON gives sizes as {"value": 16368, "unit": "MB"}, text as "16368 MB"."""
    entries = card.get(section)
    value = entries.get(key) if isinstance(entries, dict) else None
    if isinstance(value, dict):
        value = f"{value.get('value')} {value.get('unit')}"
    return value if isinstance(value, str) and value.strip().lower() not in _NO_VALUE else None


KINDS = (Kind(_ROCM, _is_rocm, _read_rocm), Kind(_AMD, _is_amd, _read_amd))
