"""Graphics processors too old for any AI program, by PCI id or by name, where no list has them (too_old.json)."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.i18n import N_
from advisor.machine import Origin

TOO_OLD_FILE = RESOURCES / "catalog" / "too_old.json"
_SIGNS = re.compile(r"\((?:r|tm|c)\)|[®™]")


class Maker(NamedTuple):
    """One maker's old processors: device numbers from first to last, and patterns of their names."""

    vendor: str
    pci_vendor: str
    generation: str
    ids: Sequence[range]
    names: Sequence[re.Pattern[str]]


def too_old(pci_id: str | None, vendor: str | None, name: str | None) -> Origin | None:
    """Why no AI program supports the graphics processor; None where neither id ("10de:0622") nor name tells.

    The id decides where there is one of the maker's; else the name.
    """
    for maker in makers():
        number = _device(pci_id, maker.pci_vendor)
        if number is not None and maker.ids:
            old = any(number in numbers for numbers in maker.ids)
        else:
            plain = " ".join(_SIGNS.sub(" ", (name or "").lower()).split())
            old = vendor in (None, maker.vendor) and any(pattern.search(plain) for pattern in maker.names)
        if old:
            text = N_("too old: no AI program supports graphics processors of its generation, {generation}")
            return Origin("looked_up", text, {"generation": maker.generation})
    return None


def _device(pci_id: str | None, vendor: str) -> int | None:
    found = re.fullmatch(r"([0-9a-f]{4}):([0-9a-f]{4})", (pci_id or "").lower())
    return int(found[2], 16) if found and found[1] == vendor else None


@cache
def makers() -> Sequence[Maker]:
    """The makers of the catalogue's file."""
    return load_too_old(TOO_OLD_FILE)


def load_too_old(path: Path) -> Sequence[Maker]:
    """Read and check such a file, uncached. Raises UserError naming file, maker and field."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    found = [_maker(Fields(item, f"{path.name}: #{at}")) for at, item in enumerate(document.items("makers"), 1)]
    document.close()
    return tuple(found)


def _maker(fields: Fields) -> Maker:
    ids = [re.fullmatch(r"([0-9a-f]{4})-([0-9a-f]{4})", text) for text in fields.texts("ids")]
    if not all(ids):
        fields.fail("ids", N_("{where}: {field}: first and last device number were expected"))
    try:
        names = tuple(re.compile(text) for text in fields.texts("names"))
    except (re.error, OverflowError, RecursionError):
        fields.fail("names", N_("{where}: {field}: not a pattern"))
    fields.text("source")
    maker = Maker(
        vendor=fields.text("vendor"),
        pci_vendor=fields.text("pci_vendor"),
        generation=fields.text("generation"),
        ids=tuple(range(int(one[1], 16), int(one[2], 16) + 1) for one in ids if one),
        names=names,
    )
    fields.close()
    return maker
