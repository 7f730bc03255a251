"""Which machine a report compares with: one from a file, or the report's own machine with other parts."""

import argparse
from collections import Counter
from collections.abc import Mapping

from advisor.cli import machines
from advisor.i18n import Translator
from advisor.machine import Machine
from advisor.report.sections.machine_words import machine_name

PREFIX = "compare_"


def wishes(arguments: argparse.Namespace) -> Mapping[str, object]:
    """What the --compare-... options ask for, under the keys of `machines.KEYS`; empty where nothing is compared."""
    found = {key: getattr(arguments, PREFIX + key, None) for key in machines.KEYS}
    return found if any(value is not None for value in found.values()) else {}


def compared(asked: Mapping[str, object], machine: Machine, _: Translator) -> tuple[tuple[str, Machine], ...]:
    """`machine` and the one to compare it with, each with the name of its column. Raises UserError."""
    # A file is a machine of its own; parts alone are put into the report's machine: before and after an upgrade.
    base = machine if asked["machine"] is None else machines.choose({"machine": asked["machine"]}, option)
    other = machines.changed(base, asked, option)
    # A machine that is called by its parts is called by its new ones; so is one with another processor.
    called = base if base.model and asked["cpu"] is None else other
    name = machine_name(called, _)
    parts = [part for part in _parts(asked, other, _) if part not in name]
    return ((machine_name(machine, _), machine), (" + ".join([name, *parts]), other))


def option(key: str) -> str:
    """How the command line calls a key of the other machine."""
    return "--compare-" + machines.option(key)[2:]


def _parts(asked: Mapping[str, object], other: Machine, _: Translator) -> list[str]:
    """The changed parts by the catalogue's names."""
    parts = []
    if asked["gpu"] is not None:
        cards = Counter(gpu.name for gpu in other.gpus if gpu.name)
        parts += [name if count == 1 else f"{count} × {name}" for name, count in cards.items()][:1]
        parts += [] if cards else [_("no graphics card")]
    if asked["cpu"] is not None and other.cpu.name:
        parts.append(other.cpu.name)
    if asked["ram_gib"] is not None and other.memory.total_bytes is not None:
        parts.append(_("{size} RAM", size=_.gib(other.memory.total_bytes)))
    return parts
