"""The firmware's names of a computer, as a dump prints them, among the facts of its machine."""

from advisor.sources import names
from advisor.sources.facts import Facts


def add_identity(facts: Facts, identity: names.Identity, source: str) -> bool:
    """Record maker, model, kind of computer, and whether it is a virtual one. Returns whether it is.

    Placeholders become reasons; where the dump names nothing at all, nothing is recorded.
    """
    if not (identity.manufacturer or identity.product or identity.board):
        return False
    described = names.describe(identity, source)
    for name in ("manufacturer", "model", "chassis"):
        value = getattr(described, name)
        if value is not None:
            facts.values.setdefault(name, value)
        if value is not None or name != "chassis":
            facts.origins.setdefault(name, described.origins[name])
    virtual = names.is_virtual(identity)
    facts.add("environment", ("vm",) if virtual else (), source)
    return virtual
