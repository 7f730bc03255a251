"""Proves that every recorded output of real machines is read or refused in one sentence, and what is read is sound."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor import dumps, profiles
from advisor.catalog.complete import complete
from advisor.errors import UserError
from advisor.machine import Machine, Part, value_fields
from advisor.sources.sanity import plausible

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
FILES = sorted(path for path in FIXTURES.rglob("*") if path.is_file() and path.parent != FIXTURES)

pytestmark = pytest.mark.skipif(not FILES, reason="the shared folder with recorded outputs is not beside the checkout")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_read_or_refused(path: Path) -> None:
    try:
        machine = dumps.load(path)
    except UserError as error:
        sentence = str(error)
    else:
        _check(machine)
        return
    assert str(path) in sentence
    assert "\n" not in sentence


def _check(machine: Machine) -> None:
    assert machine.source == "dump"
    parts: list[Part] = [machine, machine.cpu, machine.memory, machine.battery]
    parts += [*machine.memory.modules, *machine.gpus, *machine.disks]
    for part in parts:
        for name in value_fields(part):
            value, origin = getattr(part, name), part.origin(name)
            assert origin.detail, name
            if value is None:
                assert origin.kind in ("unknown", "reported"), (name, origin)
            else:
                assert plausible(type(part), name, value), (name, value)
                assert origin.kind != "unknown", (name, origin)
    data = profiles.to_json(machine)
    assert profiles.from_json(data, "again") == machine
    done = complete(machine)
    assert replace(complete(done), notes=done.notes) == done
