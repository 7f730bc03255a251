"""Typical computers, ready to be looked at: the strict reader of resources/catalog/builds.json."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_entries
from advisor.catalog.typed import Parts, typed
from advisor.i18n import N_, Translator
from advisor.machine import Machine

BUILDS_FILE = RESOURCES / "catalog" / "builds.json"
CHASSIS = ("laptop", "desktop", "server")
SYSTEMS = ("windows", "linux", "macos")
KINDS = {
    "office_laptop": N_("Office laptop"),
    "ai_laptop": N_("Thin laptop"),
    "gaming_laptop": N_("Gaming laptop"),
    "desktop": N_("Desktop"),
    "workstation": N_("Workstation"),
    "server": N_("Server"),
}


class Build(NamedTuple):
    """One computer as it is sold under `name`, or (name None) as many are built: a `kind` of KINDS. RAM in GiB."""

    name: str | None
    kind: str | None
    parts: Parts
    source: str

    def title(self, _: Translator) -> str:
        """What tells it from the others: "Desktop · GeForce RTX 4060 · 16 GiB", "Mac mini (M4) · 16 GiB"."""
        cards = [name if count == 1 else f"{count} × {name}" for name, count in self.parts.cards]
        kind = [] if self.kind is None else [_(KINDS[self.kind]), *(cards or filter(None, (self.parts.cpu,)))]
        size = f"{_.integer(round(self.parts.ram_gib or 0))} GiB"
        return " · ".join((*filter(None, (self.name,)), *kind, size))

    def machine(self) -> Machine:
        """It, completed from the catalogues."""
        return typed(self.parts)


@cache
def builds() -> tuple[Build, ...]:
    """All of them, in the file's order: laptops, desktops, computers with a name, servers."""
    return load_builds(BUILDS_FILE)


def load_builds(path: Path) -> tuple[Build, ...]:
    """Read a file of builds strictly. Raises UserError naming file, entry and field."""
    return tuple(_build(fields) for fields in read_entries(path, "builds"))


def _build(fields: Fields) -> Build:
    name, kind = fields.optional_text("name"), None
    if name is None:
        kind = fields.choice("kind", tuple(KINDS))
    parts = Parts(
        model=name,
        chassis=cast(Any, fields.choice("chassis", CHASSIS) if "chassis" in fields else None),
        os_family=cast(Any, fields.choice("os", SYSTEMS)),
        cpu=fields.optional_text("cpu"),
        ram_gib=fields.number("ram_gib", 1, 1 << 16),
        module_count=fields.optional_integer("modules", 1, 64),
        memory=fields.optional_text("memory"),
        cards=tuple(_card(Fields(card, fields.where)) for card in fields.items("cards")),
    )
    build = Build(name, kind, parts, fields.text("source"))
    fields.close()
    return build


def _card(fields: Fields) -> tuple[str, int]:
    card = fields.text("gpu"), fields.optional_integer("count", 1, 64) or 1
    fields.close()
    return card
