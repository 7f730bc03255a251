"""More memory: a second module beside the only one, or larger sizes up to what such boards usually take."""

from collections.abc import Iterator
from dataclasses import replace

from advisor.advice.result import Upgrade
from advisor.advice.upgrade_form import is_portable
from advisor.advice.upgrade_rules import Price, upgrade_rules
from advisor.catalog.cpus import known_cpu
from advisor.catalog.measured import with_peak
from advisor.catalog.whatif import assemble
from advisor.estimator.result import Reason
from advisor.i18n import N_
from advisor.machine import Machine, Memory, Origin

_GIB = 1 << 30
_DESKTOP_CHANNELS = 2  # servers and workstations have more, and take registered modules of any size
_MOST_STEPS = 2  # two sizes are a choice, more are a catalogue


def memory_upgrades(machine: Machine) -> Iterator[tuple[Machine, Upgrade]]:
    """The machine with more memory, and the upgrade without its gains; nothing where memory is soldered or unknown."""
    memory = machine.memory
    total = memory.installed_bytes or memory.total_bytes
    if total is None or any(gpu.kind == "unified" for gpu in machine.gpus) or machine.chassis in ("board", "tablet"):
        return
    if (memory.kind or "").startswith("LP"):
        return
    if memory.channels == 1:
        after = _second_module(machine)
        yield after, Upgrade(
            "second_module", {"to_bytes": after.memory.total_bytes},
            price=memory_price(memory, total / _GIB, total / _GIB), warnings=(Reason("second_slot_unknown", {}),),
        )  # fmt: skip
        return
    most = most_gib(machine)
    for size in _sizes(machine, total / _GIB):
        after = assemble(machine, gpu=None, gpu_count=1, cpu=None, ram_gib=size)
        # Boards without a usual limit take registered modules, whose prices are others.
        price = None if most is None else memory_price(memory, size - total / _GIB, size)
        values = {"from_bytes": total, "to_bytes": size * _GIB}
        yield after, Upgrade("more_ram", values, price=price, warnings=tuple(_warnings(machine)))


def _sizes(machine: Machine, have: float) -> list[int]:
    """The next sizes in GiB that such a board usually takes."""
    steps = [step for step in upgrade_rules().steps_gib if step > 1.05 * have]
    most = most_gib(machine)
    return [step for step in steps if most is None or step <= most][:_MOST_STEPS]


def most_gib(machine: Machine) -> int | None:
    """What a usual board of the machine's kind takes; None where that is not known (servers, unknown memory)."""
    rules = upgrade_rules()
    kind = rules.kinds.get(machine.memory.kind or "")
    form = "laptop" if is_portable(machine) else "desktop"
    spec = known_cpu(machine.cpu.name or "")
    channels = max(machine.memory.channels or 0, (spec.memory_channels or 0) if spec is not None else 0)
    if kind is None or machine.chassis == "server" or channels > _DESKTOP_CHANNELS:
        return None
    modules = [m for m in machine.memory.modules if m.size_bytes]
    return max(rules.slots[form], len(modules)) * kind.module_gib


def _warnings(machine: Machine) -> Iterator[Reason]:
    modules = [m for m in machine.memory.modules if m.size_bytes]
    slots = upgrade_rules().slots["laptop"]
    if is_portable(machine) and len(modules) >= slots:
        yield Reason("modules_replaced", {"count": len(modules)})
    elif not modules:
        yield Reason("slots_unknown", {})
    most = most_gib(machine)
    yield Reason("memory_limit_unknown", {}) if most is None else Reason("memory_limit", {"to_bytes": most * _GIB})


def memory_price(memory: Memory, low_gib: float, high_gib: float) -> Price | None:
    """From only what is added to everything new, where modules must be replaced."""
    kind = upgrade_rules().kinds.get(memory.kind or "")
    return None if kind is None or kind.price is None else kind.price.times(low_gib, high_gib)


def _second_module(machine: Machine) -> Machine:
    """`machine` with a module of the same kind beside its only one: twice the size and twice the channels."""
    memory = with_peak(machine.memory)
    added = memory.installed_bytes or memory.total_bytes or 0
    origin = Origin("assumed", N_("a second module of the same kind"))
    changed: Memory = replace(
        memory,
        total_bytes=None if memory.total_bytes is None else memory.total_bytes + added,
        available_bytes=None if memory.available_bytes is None else memory.available_bytes + added,
        channels=2,
        bandwidth_bytes_per_s=None if memory.bandwidth_bytes_per_s is None else 2 * memory.bandwidth_bytes_per_s,
        origins={**memory.origins, "channels": origin, "bandwidth_bytes_per_s": origin, "total_bytes": origin},
    )
    return replace(machine, memory=changed, source="catalogue")
