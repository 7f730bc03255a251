"""Which computers take a graphics card: by case, maker, model and processor, as far as they are known."""

from advisor.advice.upgrade_rules import upgrade_rules
from advisor.machine import Machine

_X86 = (None, "x86_64", "amd64", "x86", "i386", "i686")


def is_portable(machine: Machine) -> bool:
    """Whether it is a laptop or a tablet: by its case or battery, else by a processor that only those have."""
    if machine.chassis is not None:
        return machine.chassis in ("laptop", "tablet")
    name = machine.cpu.name or ""
    return machine.battery.present is True or any(p.search(name) for p in upgrade_rules().closed.mobile_cpus)


def is_too_old(machine: Machine) -> bool:
    """Whether its processor is of a time whose boards are not worth a card; unknown instructions say nothing."""
    features = machine.cpu.features
    return features is not None and machine.cpu.architecture in _X86 and upgrade_rules().closed.feature not in features


def takes_cards(machine: Machine) -> bool:
    """Whether a graphics card could be put in, as far as is known."""
    closed = upgrade_rules().closed
    model, maker = machine.model or "", machine.manufacturer or ""
    name = machine.cpu.name or ""
    if is_portable(machine) or machine.chassis == "board" or any(gpu.kind == "unified" for gpu in machine.gpus):
        return False
    if any(part in model for part in closed.models) or any(part in f"{maker} {name}" for part in closed.makers):
        return False
    return machine.cpu.architecture in _X86 and not is_too_old(machine)
