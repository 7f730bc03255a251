"""Linux: the battery and the mains, from /sys/class/power_supply."""

from pathlib import Path

from advisor.i18n import N_
from advisor.machine import Battery, Machine
from advisor.probes import files
from advisor.sources.facts import Facts

_FOLDER = "/sys/class/power_supply"


def read(root: Path) -> Machine:
    """The battery that runs the computer; those of mice and headsets (scope "Device") do not count."""
    facts = Facts()
    if not (root / _FOLDER[1:]).is_dir():
        return Machine()
    supplies = files.children(root / _FOLDER[1:])
    own = [s for s in supplies if files.read(s / "type") == "Battery" and files.read(s / "scope") != "Device"]
    present = [s for s in own if files.integer(s / "present") != 0]
    facts.add("present", bool(present), _FOLDER)
    charges = [c for s in present if (c := files.integer(s / "capacity")) is not None]
    if charges:
        facts.add("percent", sum(charges) / len(charges), _FOLDER)
    mains = [
        o
        for s in supplies
        if files.read(s / "type") in ("Mains", "USB") and (o := files.integer(s / "online")) is not None
    ]
    states = {files.read(s / "status") for s in present}
    if mains:
        facts.add("plugged", any(mains), _FOLDER)
    elif states & {"Discharging", "Charging", "Full", "Not charging"}:
        facts.add("plugged", "Discharging" not in states, _FOLDER)
    if not present:
        facts.absent("percent", N_("there is no battery"))
        facts.absent("plugged", N_("there is no battery"))
    return Machine(battery=facts.part(Battery))
