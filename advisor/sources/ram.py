"""From memory modules to kind, speed, channels and bandwidth: one set of rules for every system that names modules."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from advisor.i18n import N_
from advisor.machine import Memory, MemoryModule, Origin
from advisor.sources.facts import Facts
from advisor.sources.names import usable

# The lowest standard speed of each kind, MT/s (JEDEC): below it, the firmware wrote the clock, half the transfers.
_SLOWEST_MTS = {"DDR3": 800, "LPDDR3": 800, "DDR4": 1600, "LPDDR4": 1600, "DDR5": 3200, "LPDDR5": 3200}
_CHANNEL = re.compile(r"chan(?:nel)?[\s_-]*([A-P]|\d{1,2})", re.IGNORECASE)
_LETTERED = re.compile(r"DIMM[\s_-]*([A-P])[\s_-]*\d", re.IGNORECASE)
_SOCKET = re.compile(r"(?:^|\b)(?:P|CPU|PROC|NODE|CONTROLLER)[\s_-]*(\d)", re.IGNORECASE)
_BANK = re.compile(r"^BANK[\s_-]*(\d+)$", re.IGNORECASE)
_MOST_PER_CHANNEL = 3
_ROUNDING_MTS = 2
_BUS_BITS = 64  # width of one channel as this program counts channels


class Module(NamedTuple):
    """One populated module as the firmware describes it; sizes in bytes, speeds in mega-transfers per second."""

    slot: str | None = None
    bank: str | None = None
    size_bytes: int | None = None
    kind: str | None = None
    speed_mts: int | None = None  # configured
    rated_mts: int | None = None
    maker: str | None = None
    width_bits: int | None = None


class Channels(NamedTuple):
    """How many 64-bit channels the modules fill, and how that was found out."""

    number: int | None
    origin: Origin


_INVENTED = Channels(None, Origin("unknown", N_("a virtual machine's memory modules are invented")))


def memory(modules: Sequence[Module], source: str, virtual: bool = False) -> Memory:
    """Everything that `modules` tell about the memory, with `source` as origin. No modules: reasons only.

    A `virtual` machine shows invented modules: how many there are says nothing about the channels.
    """
    facts = Facts()
    if not modules:
        for name in ("installed_bytes", "kind", "speed_mts", "channels"):
            facts.unknown(name, N_("{source} lists no memory module"), source=source)
        return facts.part(Memory)
    sizes = [m.size_bytes for m in modules if m.size_bytes]
    if len(sizes) == len(modules):
        facts.add("installed_bytes", sum(sizes), source)
    kinds = {m.kind for m in modules if m.kind}
    if len(kinds) == 1:
        facts.add("kind", kinds.pop(), source)
    elif kinds:
        facts.unknown(
            "kind", N_("{source} names several kinds: {kinds}"), source=source, kinds=", ".join(sorted(kinds))
        )
    _add_speed(facts, modules, source)
    channels = _INVENTED if virtual else count_channels(modules, source)
    if channels.number is not None:
        facts.values["channels"] = channels.number
    facts.origins["channels"] = channels.origin
    _add_bandwidth(facts)
    return facts.part(Memory, modules=tuple(_part(m, source) for m in modules))


def _part(module: Module, source: str) -> MemoryModule:
    facts = Facts()
    facts.add("slot", _place(module) or None, source)
    facts.add("size_bytes", module.size_bytes, source)
    facts.add("kind", module.kind, source)
    facts.add("speed_mts", configured_mts(module) or transfers(module.kind, module.rated_mts), source)
    facts.add("rated_mts", transfers(module.kind, module.rated_mts), source)
    facts.add("maker", module.maker if usable(module.maker) else None, source)
    for name in ("slot", "size_bytes", "kind", "speed_mts", "rated_mts", "maker"):
        facts.unknown(name, N_("{source} does not say"), source=source)
    return facts.part(MemoryModule)


def _place(module: Module) -> str:
    return " / ".join(dict.fromkeys(text for text in (module.slot, module.bank) if text and usable(text)))


def transfers(kind: str | None, speed: int | None) -> int | None:
    """`speed` in MT/s; doubled where firmware wrote the clock (667 for DDR3-1333), too low for any module of `kind`."""
    if not speed:
        return None
    return speed * 2 if speed < _SLOWEST_MTS.get(kind or "", 0) else speed


def configured_mts(module: Module) -> int | None:
    """The speed that the module runs at, MT/s. Exactly half the rated one is the clock: no board halves speeds."""
    speed, rated = transfers(module.kind, module.speed_mts), transfers(module.kind, module.rated_mts)
    return rated if speed and rated and abs(2 * speed - rated) <= _ROUNDING_MTS else speed


def _add_speed(facts: Facts, modules: Sequence[Module], source: str) -> None:
    # All modules run at the speed of the slowest; the configured one counts, what a module could do does not.
    configured = [s for m in modules if (s := configured_mts(m))]
    rated = [s for m in modules if (s := transfers(m.kind, m.rated_mts))]
    if configured:
        facts.add("speed_mts", min(configured), source)
    elif rated:
        facts.add("speed_mts", min(rated), N_("{source}: the modules' rated speed"), "assumed", source=source)
    facts.unknown("speed_mts", N_("{source} does not say"), source=source)


def _add_bandwidth(facts: Facts) -> None:
    speed, channels = facts.values.get("speed_mts"), facts.values.get("channels")
    if speed and channels:
        detail = N_("{speed} MT/s x {channels} channels x 8 bytes")
        texts = {"speed": str(speed), "channels": str(channels)}
        facts.add("bandwidth_bytes_per_s", speed * 1e6 * channels * _BUS_BITS / 8, detail, "computed", **texts)


def count_channels(modules: Sequence[Module], source: str) -> Channels:
    """The channels in use: from total width for soldered LPDDR, else from the slots' names, else from their number."""
    if any(_is_soldered(m) for m in modules):
        return _by_width(modules, source)
    if len(modules) == 1:
        return Channels(1, Origin("computed", N_("{source}: a single module"), {"source": source}))
    named = [_named_channel(m) for m in modules]
    # More than three modules in one "channel": the letters are a server's sockets, not channels.
    if all(named) and all(named.count(channel) <= _MOST_PER_CHANNEL for channel in named):
        texts = {"source": source, "slots": ", ".join(_place(m) for m in modules)[:120]}
        return Channels(len(set(named)), Origin("computed", N_("{source}: the slots' names ({slots})"), texts))
    return _by_number(modules, source)


def _is_soldered(module: Module) -> bool:
    # Tables older than the memory have no name for LPDDR5; no plugged module is narrower than a channel.
    narrow = module.kind is None and module.width_bits is not None and module.width_bits < _BUS_BITS
    return narrow or (module.kind or "").startswith("LPDDR")


def _by_width(modules: Sequence[Module], source: str) -> Channels:
    bits = sum(m.width_bits or 0 for m in modules)
    if all(m.width_bits for m in modules) and bits >= _BUS_BITS:
        texts = {"source": source, "bits": str(bits)}
        return Channels(bits // _BUS_BITS, Origin("computed", N_("{source}: {bits} bits in all"), texts))
    return Channels(None, Origin("unknown", N_("{source} gives no width for soldered memory"), {"source": source}))


def _named_channel(module: Module) -> tuple[str, str] | None:
    """(socket or controller, channel) as the slot's names give them; None when they name no channel."""
    texts = [text for text in (module.bank, module.slot) if text]
    for pattern in (_CHANNEL, _LETTERED):
        for text in texts:
            if found := pattern.search(text):
                sockets = [s.group(1) for t in texts if (s := _SOCKET.search(t))]
                return (sockets[0] if sockets else ""), found.group(1).upper()
    return None


def _by_number(modules: Sequence[Module], source: str) -> Channels:
    """Modules in BANK 0 and BANK 2, or simply two of them, run as two channels on every common desktop and laptop."""
    banks = [int(found.group(1)) for m in modules if m.bank and (found := _BANK.match(m.bank))]
    if len(banks) == len(modules) and len({bank // 2 for bank in banks}) == 2 and len(modules) <= 4:
        return Channels(2, Origin("computed", N_("{source}: modules in banks of two channels"), {"source": source}))
    sockets = [text for m in modules for text in (m.slot, m.bank) if text and _SOCKET.search(text)]
    if len(modules) in (2, 4) and not sockets:
        return Channels(2, Origin("assumed", N_("two or four modules on a two-channel board")))
    return Channels(None, Origin("unknown", N_("{source} names no channels"), {"source": source}))


def uneven(modules: Sequence[MemoryModule]) -> Origin | None:
    """A note when two modules differ in size: only twice the smaller one is read at double speed."""
    sizes = sorted(m.size_bytes for m in modules if m.size_bytes)
    if len(modules) != 2 or len(sizes) != 2 or sizes[0] == sizes[1]:
        return None
    texts = {"double": f"{2 * sizes[0] / 2**30:g}", "total": f"{sum(sizes) / 2**30:g}"}
    return Origin("computed", N_("The memory modules differ: dual channel for {double} of {total} GiB"), texts)
