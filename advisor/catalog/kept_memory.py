"""What the system, the screen and macOS keep of the memory where nobody measured it (kept_memory.json)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.i18n import N_

KEPT_MEMORY_FILE = RESOURCES / "catalog" / "kept_memory.json"


class Context(NamedTuple):
    """Memory of a card that one kind of runtime keeps for itself, in bytes: the least and the most that is known."""

    low_bytes: int
    high_bytes: int


class KeptMemory(NamedTuple):
    """Assumed sizes in bytes, and shares of the whole memory."""

    reserve_bytes: int  # kept free where the free memory is known
    system_share: float  # kept by the system where it is not known,
    system_most_bytes: int  # and at most so much
    screen_bytes: int  # kept by the desktop on a card whose free memory is not known
    without_screen: tuple[str, ...]  # beginnings of the architectures that drive no screen
    metal_small_bytes: int  # up to this size of memory macOS gives the GPU
    metal_small_share: float  # this share, and above it
    metal_share: float
    unified_share: float  # part of unified memory that any other GPU may use
    contexts: Mapping[str, Context]  # by engine

    def context(self, engine: str) -> Context:
        """What a runtime of `engine` keeps on a card; nothing is known of other engines than those of the file."""
        return self.contexts.get(engine, Context(0, 0))

    def by_system(self, total: int) -> int:
        """Bytes of `total` that the system and its desktop keep."""
        return min(round(total * self.system_share), self.system_most_bytes)

    def by_screen(self, architecture: str | None) -> int:
        """Bytes of a card that the desktop keeps."""
        return 0 if (architecture or "").startswith(self.without_screen) else self.screen_bytes

    def for_metal(self, total: int) -> int:
        """Bytes of `total` that macOS lets an Apple GPU use."""
        return round(total * (self.metal_small_share if total <= self.metal_small_bytes else self.metal_share))


@cache
def kept_memory() -> KeptMemory:
    """The values of the catalogue."""
    return load_kept_memory(KEPT_MEMORY_FILE)


def load_kept_memory(path: Path) -> KeptMemory:
    """Read and check such a file, uncached. Raises UserError naming file, part and field."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    parts = {key: _part(document, key) for key in ("reserve", "system", "screen", "metal", "unified")}
    contexts = document.section("contexts")
    if contexts is None:
        document.fail("contexts", N_("{where}: {field}: an object was expected"))
    found = KeptMemory(
        reserve_bytes=parts["reserve"].integer("bytes"),
        system_share=parts["system"].number("share", 0, 1),
        system_most_bytes=parts["system"].integer("most_bytes"),
        screen_bytes=parts["screen"].integer("bytes"),
        without_screen=tuple(parts["screen"].texts("without_screen")),
        metal_small_bytes=parts["metal"].integer("small_bytes"),
        metal_small_share=parts["metal"].number("small_share", 0.1, 1),
        metal_share=parts["metal"].number("share", 0.1, 1),
        unified_share=parts["unified"].number("share", 0.1, 1),
        contexts={engine: _context(contexts, engine) for engine in contexts.keys()},  # noqa: SIM118 - not a mapping
    )
    for part in (*parts.values(), contexts, document):
        part.close()
    return found


def _context(contexts: Fields, engine: str) -> Context:
    part = _part(contexts, engine)
    found = Context(part.integer("low_bytes", 0), part.integer("high_bytes", 0))
    if found.low_bytes > found.high_bytes:
        part.fail("low_bytes", N_("{where}: {field}: more than high_bytes"))
    part.close()
    return found


def _part(document: Fields, key: str) -> Fields:
    part = document.section(key)
    if part is None:
        document.fail(key, N_("{where}: {field}: an object was expected"))
    part.text("source")
    return part
