"""Which graphics a processor has on its own chip, by the processor's name (built_in_graphics.json)."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from advisor import RESOURCES
from advisor.catalog.cpus import plain_name
from advisor.catalog.reading import Fields, read_json
from advisor.i18n import N_

BUILT_IN_FILE = RESOURCES / "catalog" / "built_in_graphics.json"
_MAKERS = re.compile(r"\b(?:intel|amd|genuine)\b")


class Rule(NamedTuple):
    """Processors whose whole plain name matches have these graphics of the catalogue; None: they have none."""

    pattern: re.Pattern[str]
    graphics: str | None


class BuiltIn(NamedTuple):
    """The rules in their order, and what they rest on."""

    source: str
    rules: Sequence[Rule]


def built_in_graphics(cpu_name: str) -> str | None:
    """The catalogue's name of the graphics on the chip of this processor; None where it has none or none is known."""
    name = " ".join(_MAKERS.sub(" ", plain_name(cpu_name)).split())
    rule = next((rule for rule in built_in().rules if rule.pattern.fullmatch(name)), None)
    return None if rule is None else rule.graphics


@cache
def built_in() -> BuiltIn:
    """The rules of the catalogue."""
    return load_built_in(BUILT_IN_FILE)


def load_built_in(path: Path) -> BuiltIn:
    """Read and check such a file, uncached. Raises UserError naming file, rule and field."""
    document = Fields(read_json(path), path.name)
    document.optional_text("note")
    source = document.text("source")
    rules = [_rule(Fields(item, f"{path.name}: #{at}")) for at, item in enumerate(document.items("rules"), 1)]
    document.close()
    return BuiltIn(source, tuple(rules))


def _rule(fields: Fields) -> Rule:
    text, graphics = fields.text("pattern"), fields.optional_text("graphics")
    fields.close()
    try:
        return Rule(re.compile(text), graphics)
    except (re.error, OverflowError, RecursionError):
        fields.fail("pattern", N_("{where}: {field}: not a pattern"))
