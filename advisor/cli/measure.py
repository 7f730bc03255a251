"""`advisor detect --measure`: this computer measured, the figures kept, what they mean said on stderr."""

import sys
from collections.abc import Callable, Mapping

from advisor.cli import machines
from advisor.errors import UserError
from advisor.i18n import N_, Translator
from advisor.machine import Machine

_STEPS = 30


def measured_machine(wishes: Mapping[str, object], _: Translator) -> Machine:
    """This computer, measured now. Raises UserError for a machine that is not this one, or too little free memory."""
    given = next((key for key in machines.KEYS if wishes.get(key) is not None), None)
    if given is not None:
        raise UserError(
            N_("{option}: --measure measures this computer, not another one"), option=machines.option(given)
        )
    from advisor.advice.measurement import compare, figures, meanings
    from advisor.catalog.complete import complete
    from advisor.probes.measure import measure
    from advisor.probes.measure_store import remember
    from advisor.sources.measured import applied

    machine = machines.this_machine()
    found = measure(_bar(), lambda: False, machine)
    assert found is not None  # nobody cancels; a pressed key ends the program
    try:
        remember(machine, found)
    except UserError as error:
        print(_("Not kept for later: {reason}", reason=_(error.message, **error.values)), file=sys.stderr)
    comparison = compare(machine, found)
    print("\n".join([*figures(comparison, _), *meanings(comparison, machine, _)]), file=sys.stderr)
    return complete(applied(machine, found))


def _bar() -> Callable[[float], None]:
    """Draws progress where a person looks on; silent in pipes."""
    if sys.stderr is None or not sys.stderr.isatty():
        return lambda _part: None

    def draw(part: float) -> None:
        done = round(_STEPS * part)
        end = "\r" + " " * (_STEPS + 2) + "\r" if part >= 1 else ""
        sys.stderr.write(f"\r[{'#' * done}{'.' * (_STEPS - done)}]{end}")
        sys.stderr.flush()

    return draw
