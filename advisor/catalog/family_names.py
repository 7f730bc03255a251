"""Other names that people type for families of models: Chinese ones, makers, what a family does (family_names.json)."""

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.reading import Fields, read_json
from advisor.i18n import N_

FAMILY_NAMES_FILE = RESOURCES / "catalog" / "family_names.json"


class Names(NamedTuple):
    """The names of all families that begin with one of `begins` (lower case)."""

    begins: tuple[str, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=1024)
def family_names(family: str) -> tuple[str, ...]:
    """Other names of a family as the catalogue calls it ("Qwen2.5" -> 通义千问, 千问, ...); () where there are none.

    Raises UserError when the catalogue's file is damaged.
    """
    found: dict[str, None] = {}
    for entry in _entries():
        if any(_begins(family.casefold(), word) for word in entry.begins):
            found.update(dict.fromkeys(entry.names))
    return tuple(found)


def _begins(family: str, word: str) -> bool:
    """Whether `family` is `word`, or goes on with a number or a sign: "Yi-1.5" is a Yi, "Yiwen" would be none."""
    return family.startswith(word) and not family[len(word) : len(word) + 1].isalpha()


@cache
def _entries() -> Sequence[Names]:
    return load_family_names(FAMILY_NAMES_FILE)


def load_family_names(path: Path) -> Sequence[Names]:
    """Read and check such a file, uncached. Raises UserError naming file, entry and field."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    found = [_names(Fields(item, f"{path.name}: #{at}")) for at, item in enumerate(document.items("families"), 1)]
    document.close()
    return tuple(found)


def _names(fields: Fields) -> Names:
    begins, names = fields.texts("begins"), fields.texts("names")
    for key, texts in (("begins", begins), ("names", names)):
        if not texts:
            fields.fail(key, N_("{where}: {field}: a list of texts was expected"))
    fields.text("source")
    fields.close()
    return Names(tuple(word.casefold() for word in begins), names)
