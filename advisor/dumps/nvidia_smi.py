"""The card that nvidia-smi prints, whatever the form: one reading of its values for the log, XML, CSV and table.

What a card cannot tell is printed in many words ("N/A", "[Not Supported]", "ERR!", "Unknown Error", "[GPU requires
reset]"): only what looks like a value is one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from advisor.i18n import N_
from advisor.machine import Gpu, Machine, Origin
from advisor.sources.facts import Facts
from advisor.sources.units import bus_address, one_line, size_bytes

_NOT_SAID = re.compile(
    r"^\W*(?:N/?A|not (?:supported|available|active)\b.*|unknown error|err!?|insufficient permissions|"
    r"requested functionality.*|gpu .*|\[.*\]|none)?\W*$",
    re.IGNORECASE,
)
_DRIVER_MODELS = ("WDDM", "TCC", "MCDM")  # they exist on Windows only


@dataclass(frozen=True, slots=True)
class Card:
    """One card's values as text, the way nvidia-smi prints them; None for what this form does not print."""

    index: str | None = None
    name: str | None = None
    bus_id: str | None = None  # "00000000:01:00.0"
    device_id: str | None = None  # "0x1E8110DE" or "1E8110DE": device, then vendor
    total: str | None = None  # "8192 MiB"
    free: str | None = None
    used: str | None = None
    capability: str | None = None
    power_limit: str | None = None  # the default one
    driver: str | None = None
    driver_model: str | None = None
    addressing: str | None = None
    mig: str | None = None


def said(text: str | None) -> str | None:
    """`text` as one line, None when it is one of the words for "no value"."""
    line = one_line(text)
    return None if line is None or _NOT_SAID.match(line) else line


def machine(cards: Iterable[Card], source: str) -> Machine:
    """The machine that `cards` are in. A card printed twice (two calls in one file) counts once, the first time."""
    different: dict[str, Card] = {}
    for number, card in enumerate(cards):
        key = bus_address(card.bus_id) or (f"index {card.index}" if card.index else f"card {number}")
        different.setdefault(key, card)
    found = list(different.values())
    facts = Facts()
    if any((card.driver_model or "").upper() in _DRIVER_MODELS for card in found):
        facts.add("os_family", "windows", source)
    notes = tuple(_split(card) for card in found if (said(card.mig) or "").lower() == "enabled")
    return facts.part(Machine, gpus=tuple(gpu(card, source) for card in found), notes=notes)


def _split(card: Card) -> Origin:
    text = N_("{name} is split into MIG instances; the memory shown is the whole card's")
    return Origin("reported", text, {"name": said(card.name) or "GPU"})


def gpu(card: Card, source: str) -> Gpu:
    """One card with what its text says."""
    facts = Facts()
    name = said(card.name)
    # A driver that is older than its card calls it "Graphics Device"; its PCI id still tells which it is.
    if name and name.removeprefix("NVIDIA ").lower() != "graphics device":
        facts.add("name", name, source)
    facts.unknown("name", N_("{source}: the driver is older than the card and does not know its name"), source=source)
    facts.add("vendor", "NVIDIA", source)
    facts.add("bus_address", bus_address(said(card.bus_id)), source)
    facts.add("pci_id", _pci_id(card.device_id), source)
    driver = said(card.driver)
    found = re.match(r"\d{2,4}\.\d+(?:\.\d+)?", driver or "")
    facts.add("driver", f"nvidia {found.group()}" if found else None, source)
    capability = said(card.capability) or ""
    facts.add("compute_capability", capability if re.fullmatch(r"\d{1,2}\.\d", capability) else None, source)
    facts.add("board_power_w", _watts(card.power_limit), source)
    _add_memory(facts, card, source)
    return facts.part(Gpu)


def _add_memory(facts: Facts, card: Card, source: str) -> None:
    total = size_bytes(said(card.total))
    if total:
        facts.add("vram_bytes", total, source)
        # Before driver 510 free and used add up to the total; since then the driver's own share is in neither.
        used = size_bytes(said(card.used))
        free = size_bytes(said(card.free))
        facts.add("vram_available_bytes", free, source)
        if used is not None and used <= total:
            detail = N_("{source}: total less used")
            facts.add("vram_available_bytes", total - used, detail, "computed", source=source)
        facts.add("kind", "discrete", source)
    elif (said(card.addressing) or "").upper() == "ATS":
        # Address translation and no memory of its own: Grace-Blackwell (GB10) and Jetson share one memory.
        facts.add(
            "kind", "unified", N_("it reports no memory of its own and uses the processor's page tables"), "computed"
        )
    if card.total is not None:
        reason = N_("{source}: not supported (old card, or memory shared with the processor)")
        facts.unknown("vram_bytes", reason, source=source)


def _pci_id(text: str | None) -> str | None:
    """ "0x1E8110DE" (device and vendor in one number) as "10de:1e81"; None for masked or other numbers."""
    found = re.fullmatch(r"(?:0x)?([0-9a-f]{4})10de", (text or "").strip(), re.IGNORECASE)
    return f"10de:{found.group(1).lower()}" if found and found.group(1) != "0000" else None


def _watts(text: str | None) -> float | None:
    found = re.fullmatch(r"(\d{1,5}(?:\.\d{1,4})?)(?: ?W)?", said(text) or "")
    watts = float(found.group(1)) if found else 0.0
    return watts or None
